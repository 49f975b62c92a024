//! Loci, their alleles, and unordered pairs of them.

use super::meiosis::Recombination;
use crate::Refusal;

pub use super::table::Locus;

/// What a locus acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The colour of coat and eyes.
    Colour,
    /// White patterns and markings.
    White,
    /// The texture of the coat.
    Hair,
    /// Health.
    Health,
    /// Gait and speed.
    Gait,
    /// Height.
    Size,
}

/// Where a locus lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chromosome {
    /// One of the 31 autosomes, ECA1 to ECA31.
    Autosome(u8),
    /// The sex chromosome of which a mare has two and a stallion one.
    X,
    /// Not mapped: inherited on its own.
    Unmapped,
}

/// How an allele shows beside the wild type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dominance {
    /// One copy shows like two.
    Dominant,
    /// Two copies show more than one, or otherwise.
    Incomplete,
    /// Only two copies show.
    Recessive,
}

/// An allele of a locus: its place in the locus's list, 0 for the wild type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Allele(pub(super) u8);

impl Allele {
    /// The wild type, the first in the list of every locus.
    pub const WILD: Self = Self(0);

    /// The place in the locus's list.
    #[must_use]
    pub const fn index(self) -> u8 {
        self.0
    }

    /// Is it the wild type?
    #[must_use]
    pub const fn is_wild(self) -> bool {
        self.0 == 0
    }
}

/// What is known of a locus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocusFacts {
    /// The name breeders use: Extension, Agouti, Frame.
    pub name: &'static str,
    /// What it acts on.
    pub group: Group,
    /// Where it lies. Loci of a chromosome stand beside each other in [`Locus::ALL`], in their order on it.
    pub chromosome: Chromosome,
    /// How often a crossover separates it from the next locus of the list; one half where that lies elsewhere.
    pub to_next: Recombination,
    /// The alleles by symbol, the wild type first.
    pub alleles: &'static [&'static str],
    /// How each allele but the wild type shows, in the same order.
    pub dominance: &'static [Dominance],
    /// Does a laboratory test it? What none tests is only ever inferred.
    pub is_tested: bool,
}

impl Locus {
    /// The locus's place in [`Locus::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// An allele by its symbol, exactly as in the table.
    ///
    /// # Errors
    /// [`Refusal::UnknownAllele`] with the locus.
    pub fn allele(self, symbol: &str) -> Result<Allele, Refusal> {
        let at = self.facts().alleles.iter().position(|it| *it == symbol);
        at.and_then(|at| u8::try_from(at).ok())
            .map(Allele)
            .ok_or(Refusal::UnknownAllele { locus: self })
    }

    /// The symbol of one of its alleles.
    #[must_use]
    pub fn symbol(self, allele: Allele) -> &'static str {
        let symbols = self.facts().alleles;
        symbols.get(usize::from(allele.0)).copied().unwrap_or("?")
    }

    /// Every allele, the wild type first.
    pub fn alleles(self) -> impl Iterator<Item = Allele> {
        (0..self.facts().alleles.len()).filter_map(|at| u8::try_from(at).ok().map(Allele))
    }

    /// How an allele shows beside the wild type; the wild type counts as dominant over what is recessive to it.
    #[must_use]
    pub fn dominance(self, allele: Allele) -> Dominance {
        let at = usize::from(allele.0).checked_sub(1);
        at.and_then(|at| self.facts().dominance.get(at).copied())
            .unwrap_or(Dominance::Dominant)
    }

    /// Is it on the X chromosome?
    #[must_use]
    pub fn is_x_linked(self) -> bool {
        self.facts().chromosome == Chromosome::X
    }
}

/// The alleles of one horse at one locus, in no order; a stallion has one alone at a locus of the X chromosome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    low: Allele,
    high: Option<Allele>,
}

impl Pair {
    /// Two alleles, in whichever order.
    #[must_use]
    pub fn of(one: Allele, other: Allele) -> Self {
        Self {
            low: one.min(other),
            high: Some(one.max(other)),
        }
    }

    /// The single allele of a stallion on the X chromosome.
    #[must_use]
    pub const fn hemizygous(only: Allele) -> Self {
        Self {
            low: only,
            high: None,
        }
    }

    /// How many copies of an allele it holds.
    #[must_use]
    pub fn copies(self, allele: Allele) -> u8 {
        u8::from(self.low == allele) + u8::from(self.high == Some(allele))
    }

    /// Does it hold the allele?
    #[must_use]
    pub fn has(self, allele: Allele) -> bool {
        self.copies(allele) > 0
    }

    /// The alleles, one or two, in the order of the table.
    pub fn alleles(self) -> impl Iterator<Item = Allele> {
        core::iter::once(self.low).chain(self.high)
    }

    /// Are all of its alleles the wild type?
    #[must_use]
    pub fn is_wild(self) -> bool {
        self.alleles().all(Allele::is_wild)
    }

    /// Are its alleles two different ones?
    #[must_use]
    pub fn is_heterozygous(self) -> bool {
        self.high.is_some_and(|high| high != self.low)
    }
}
