//! Genomes: two haplotypes, packed, and their text.
//!
//! # Notation
//! One token a locus, `GENE=allele/allele`, separated by blanks, in any order; a locus that is not named is wild type.
//! `MC1R=E/e KIT=n/TO` says nothing of the phase: where two loci of one chromosome are heterozygous, which alleles lie on one
//! strand is then unknown. With `|` it is known: in `MC1R=E|e KIT=TO|n` the left alleles lie on one strand and the right
//! ones on the other. A stallion's single allele on the X chromosome is written `MBTPS2=BR1/Y`.
//!
//! A [`Genome`] always knows its phase. Its canonical text names what is not wild type, in the order of [`Locus::ALL`], with
//! `|` exactly where there is a phase to be told.

use super::frequency::Frequencies;
use super::locus::{Allele, Chromosome, Locus, Pair};
use super::meiosis::Gamete;
use crate::Refusal;
use crate::dice::Dice;
use crate::horse::Sex;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The most bytes that a genotype's text may have.
pub const LONGEST_TEXT: usize = 2_000;

const COUNT: usize = Locus::ALL.len();

/// Where each locus lies in a haplotype: how many bits lie below it, and how many it takes.
const LAYOUT: [(u32, u32); COUNT] = layout();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where a wrong index is an error"
)]
const fn layout() -> [(u32, u32); COUNT] {
    let mut layout = [(0, 0); COUNT];
    let (mut at, mut shift) = (0, 0);
    while at < COUNT {
        let alleles = Locus::ALL[at].facts().alleles.len();
        let width = usize::BITS - (alleles - 1).leading_zeros();
        layout[at] = (shift, width);
        shift += width;
        at += 1;
    }
    assert!(shift <= u64::BITS, "a haplotype is one word");
    layout
}

fn place(locus: Locus) -> (u32, u32) {
    LAYOUT.get(locus.index()).copied().unwrap_or((0, 0))
}

/// The bits of a locus in a haplotype.
pub(super) fn field(locus: Locus) -> u64 {
    let (shift, width) = place(locus);
    ((1 << width) - 1) << shift
}

fn allele_of(strand: u64, locus: Locus) -> Allele {
    let (shift, _) = place(locus);
    // A field has at most six bits.
    Allele(((strand & field(locus)) >> shift) as u8)
}

fn placed(allele: Allele, locus: Locus) -> u64 {
    (u64::from(allele.index()) << place(locus).0) & field(locus)
}

impl Gamete {
    /// The allele at a locus.
    #[must_use]
    pub fn allele(self, locus: Locus) -> Allele {
        allele_of(self.0, locus)
    }

    /// The same with another allele at a locus.
    #[must_use]
    pub fn with(self, locus: Locus, allele: Allele) -> Self {
        Self((self.0 & !field(locus)) | placed(allele, locus))
    }
}

/// The genome of a horse: two haplotypes, without regard to which came from whom.
///
/// Equal genomes are equal values: the strands of each chromosome are kept in one fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Genome {
    strands: [u64; 2],
    sex: Sex,
}

impl Genome {
    /// The genome of a horse that is wild type everywhere.
    #[must_use]
    pub const fn wild(sex: Sex) -> Self {
        Self {
            strands: [0; 2],
            sex,
        }
    }

    /// Unites an egg with a sperm; the X chromosome of the sperm counts in fillies alone.
    #[must_use]
    pub fn of(egg: Gamete, sperm: Gamete, sex: Sex) -> Self {
        let x = chromosome_mask(Chromosome::X);
        let mut strands = [egg.0, sperm.0];
        if sex == Sex::Male {
            strands = [egg.0, sperm.0 & !x];
        }
        let mut mask = 0;
        for (at, locus) in Locus::ALL.iter().enumerate() {
            mask |= field(*locus);
            if ends_chromosome(at) {
                let is_hemizygous = sex == Sex::Male && locus.is_x_linked();
                strands = if is_hemizygous {
                    strands
                } else {
                    ordered(strands, mask)
                };
                mask = 0;
            }
        }
        Self { strands, sex }
    }

    /// Draws the genome of a founder: two alleles of each locus by their frequencies, in the order of [`Locus::ALL`].
    ///
    /// A founder has lived, so a locus at which it could not is drawn again. The alleles of different loci are independent.
    #[must_use]
    pub fn found(frequencies: &Frequencies, sex: Sex, dice: &mut Dice) -> Self {
        let (mut egg, mut sperm) = (Gamete::default(), Gamete::default());
        for locus in Locus::ALL.iter().copied() {
            let weights = frequencies.weights(locus);
            let mut draw = || Allele(u8::try_from(dice.weighted(&weights)).unwrap_or(0));
            let (mut one, mut other) = (draw(), draw());
            while locus.viability(Pair::of(one, other)) == Some(super::Viability::Lethal) {
                (one, other) = (draw(), draw());
            }
            egg = egg.with(locus, one);
            sperm = sperm.with(locus, other);
        }
        Self::of(egg, sperm, sex)
    }

    /// The sex, which decides how many X chromosomes there are.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    /// The two strands. Those of a stallion's X chromosome are both the one that he has, so that meiosis need not ask.
    pub(super) fn strands(&self) -> [u64; 2] {
        let [one, other] = self.strands;
        match self.sex {
            Sex::Male => [one, other | (one & chromosome_mask(Chromosome::X))],
            Sex::Female => [one, other],
        }
    }

    /// The two haplotypes as gametes without crossovers.
    #[must_use]
    pub fn haplotypes(&self) -> [Gamete; 2] {
        self.strands().map(Gamete)
    }

    /// The alleles at a locus, in no order.
    #[must_use]
    pub fn pair(&self, locus: Locus) -> Pair {
        let [one, other] = self.strands;
        if self.sex == Sex::Male && locus.is_x_linked() {
            Pair::hemizygous(allele_of(one, locus))
        } else {
            Pair::of(allele_of(one, locus), allele_of(other, locus))
        }
    }

    /// Reads a text whose phase is known, or has none to be known.
    ///
    /// # Errors
    /// As [`Genotype::parse`]; [`Refusal::Unknown`] where the phase is left open.
    pub fn parse(text: &str, sex: Sex) -> Result<Self, Refusal> {
        let read = Genotype::parse(text, sex)?;
        if read.open == 0 {
            Ok(read.genome)
        } else {
            Err(Refusal::Unknown { field: "genotype" })
        }
    }

    /// The loci of a locus's chromosome at which the two strands differ.
    fn heterozygous_beside(&self, locus: Locus) -> usize {
        let chromosome = locus.facts().chromosome;
        let beside = Locus::ALL
            .iter()
            .filter(|it| chromosome != Chromosome::Unmapped && it.facts().chromosome == chromosome);
        beside
            .filter(|it| self.pair(**it).is_heterozygous())
            .count()
    }
}

fn ordered(strands: [u64; 2], mask: u64) -> [u64; 2] {
    let [one, other] = strands;
    if one & mask <= other & mask {
        strands
    } else {
        let differ = (one ^ other) & mask;
        [one ^ differ, other ^ differ]
    }
}

/// Is the locus at this place the last of its chromosome?
fn ends_chromosome(at: usize) -> bool {
    let chromosome = |at: usize| Locus::ALL.get(at).map(|it| it.facts().chromosome);
    chromosome(at) == Some(Chromosome::Unmapped) || chromosome(at) != chromosome(at + 1)
}

fn chromosome_mask(chromosome: Chromosome) -> u64 {
    let on = Locus::ALL
        .iter()
        .filter(|it| it.facts().chromosome == chromosome);
    on.fold(0, |mask, locus| mask | field(*locus))
}

impl fmt::Display for Genome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for locus in Locus::ALL.iter().copied() {
            let pair = self.pair(locus);
            if pair.is_wild() {
                continue;
            }
            if !is_first {
                f.write_str(" ")?;
            }
            is_first = false;
            f.write_str(locus.as_str())?;
            f.write_str("=")?;
            if pair.is_heterozygous() && self.heterozygous_beside(locus) > 1 {
                let [one, other] = self.strands.map(|strand| allele_of(strand, locus));
                f.write_str(locus.symbol(one))?;
                f.write_str("|")?;
                f.write_str(locus.symbol(other))?;
            } else {
                write_pair(f, locus, pair)?;
            }
        }
        Ok(())
    }
}

fn write_pair(f: &mut impl fmt::Write, locus: Locus, pair: Pair) -> fmt::Result {
    let mut alleles = pair.alleles();
    f.write_str(alleles.next().map_or("?", |it| locus.symbol(it)))?;
    f.write_str("/")?;
    f.write_str(alleles.next().map_or("Y", |it| locus.symbol(it)))
}

impl Locus {
    /// A pair of its alleles as text: `E/e`, or `BR1/Y` where there is one alone.
    #[must_use]
    pub fn pair_text(self, pair: Pair) -> String {
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = write_pair(&mut text, self, pair);
        text
    }

    /// Reads `E/e` or `E|e`, in whichever order; on the X chromosome `BR1/Y` is a stallion's.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] for what is not a pair, [`Refusal::UnknownAllele`].
    pub fn parse_pair(self, text: &str) -> Result<Pair, Refusal> {
        let wrong = Refusal::Unknown { field: "genotype" };
        let (one, other) = text.split_once(['/', '|']).ok_or(wrong)?;
        match (self.is_x_linked(), one, other) {
            (true, only, "Y") | (true, "Y", only) => Ok(Pair::hemizygous(self.allele(only)?)),
            _ => Ok(Pair::of(self.allele(one)?, self.allele(other)?)),
        }
    }
}

/// A genotype as it was written or tested: the phase of linked loci may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Genotype {
    genome: Genome,
    /// A bit for each locus whose alleles may lie the other way round.
    open: u64,
}

struct Token {
    locus: Locus,
    alleles: [Allele; 2],
    is_phased: bool,
}

impl Genotype {
    /// Reads the notation of this module.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] for what is not in the notation, a locus that is not known or stands twice, an X chromosome that
    /// does not go with the sex; [`Refusal::UnknownAllele`].
    pub fn parse(text: &str, sex: Sex) -> Result<Self, Refusal> {
        let wrong = Refusal::Unknown { field: "genotype" };
        if text.len() > LONGEST_TEXT {
            return Err(wrong);
        }
        let mut tokens: Vec<Token> = Vec::new();
        for word in text.split_ascii_whitespace() {
            let token = token(word, sex)?;
            if tokens.iter().any(|it| it.locus == token.locus) {
                return Err(wrong);
            }
            tokens.push(token);
        }
        Ok(Self::assemble(&tokens, sex))
    }

    fn assemble(tokens: &[Token], sex: Sex) -> Self {
        let (mut one, mut other) = (Gamete::default(), Gamete::default());
        for token in tokens {
            let [left, right] = token.alleles;
            one = one.with(token.locus, left);
            other = other.with(token.locus, right);
        }
        let mut open = 0;
        for (at, token) in tokens.iter().enumerate() {
            let chromosome = token.locus.facts().chromosome;
            let differs = |it: &Token| it.alleles[0] != it.alleles[1];
            // The first heterozygous locus of a chromosome gives the direction that the others are told by; where one with a
            // known phase is among them, that does.
            let mut beside = tokens
                .iter()
                .enumerate()
                .filter(|(_, it)| differs(it) && it.locus.facts().chromosome == chromosome);
            let anchor = beside
                .clone()
                .find(|(_, it)| it.is_phased)
                .or_else(|| beside.next());
            let is_anchor = anchor.is_none_or(|(place, _)| place == at);
            let is_linked = chromosome != Chromosome::Unmapped;
            if differs(token) && !token.is_phased && is_linked && !is_anchor {
                open |= 1 << token.locus.index();
            }
        }
        Self {
            genome: Genome::of(one, other, sex),
            open,
        }
    }

    /// May the alleles of a locus lie the other way round?
    pub(super) const fn is_open(&self, locus: Locus) -> bool {
        self.open & (1 << locus.index()) != 0
    }

    /// One genome that it may be.
    #[must_use]
    pub const fn genome(&self) -> &Genome {
        &self.genome
    }

    /// Every genome that it may be, each as likely as the others: one where the phase is known, and twice as many for each
    /// open locus. As the loci lie, 16 may be open: 65,536 genomes.
    #[must_use]
    pub fn phases(&self) -> Vec<Genome> {
        let [one, other] = self.genome.haplotypes();
        let open = Locus::ALL
            .iter()
            .filter(|it| self.open & (1 << it.index()) != 0);
        let mut phases = alloc::vec![(one, other)];
        for locus in open.copied() {
            let turned: Vec<_> = phases
                .iter()
                .map(|(one, other)| {
                    let (left, right) = (one.allele(locus), other.allele(locus));
                    (one.with(locus, right), other.with(locus, left))
                })
                .collect();
            phases.extend(turned);
        }
        let mut genomes: Vec<Genome> = phases
            .into_iter()
            .map(|(one, other)| Genome::of(one, other, self.genome.sex))
            .collect();
        genomes.sort_unstable();
        genomes
    }
}

impl From<Genome> for Genotype {
    fn from(genome: Genome) -> Self {
        Self { genome, open: 0 }
    }
}

fn token(word: &str, sex: Sex) -> Result<Token, Refusal> {
    let wrong = Refusal::Unknown { field: "genotype" };
    let (gene, pair) = word.split_once('=').ok_or(wrong)?;
    let locus: Locus = gene.parse()?;
    let is_phased = pair.contains('|');
    let (left, right) = pair.split_once(['/', '|']).ok_or(wrong)?;
    let is_single = locus.is_x_linked() && sex == Sex::Male;
    let alleles = match (is_single, left, right) {
        (true, only, "Y") | (true, "Y", only) => [locus.allele(only)?, Allele::WILD],
        (true, _, _) => return Err(wrong),
        (false, left, right) => [locus.allele(left)?, locus.allele(right)?],
    };
    Ok(Token {
        locus,
        alleles,
        is_phased: is_phased && !is_single,
    })
}
