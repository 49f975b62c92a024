//! Height at the withers: what the four loci of large effect add to it, in thousandths of a centimetre.
//!
//! - LCORL: Warmbloods of T/T, T/C and C/C stand at 159, 164 and 169 cm (Metzger and others, PLoS ONE 8:e56497, 2013, as
//!   the laboratories report it).
//! - HMGA2: Shetland Ponies of G/G, G/A and A/A stand at 104, 98 and 84 cm (Frischknecht and others, PLoS ONE
//!   10:e0140749, 2015).
//! - ZFAT, LASP1: both act between breeds (Makvandi-Nejad and others, PLoS ONE 7:e39929, 2012). No figure for one allele
//!   was found. In Franches-Montagnes the loci of ECA3 and ECA9 together explain 18 % of the heritable variance
//!   (Signer-Hasler and others, PLoS ONE 7:e37282, 2012), about one centimetre a copy, which the game takes for either;
//!   that the derived allele is the taller one is the game's choice.

use super::frequency::Frequencies;
use super::genome::Genome;
use super::locus::{Allele, Locus};
use crate::scale::{div_round, saturate};

/// What one and what two copies of a locus's second allele add.
const EFFECTS: [(Locus, i32, i32); 4] = [
    (Locus::Lcorl, 5_000, 10_000),
    (Locus::Hmga2, -6_000, -20_000),
    (Locus::Zfat, 1_000, 2_000),
    (Locus::Lasp1, 1_000, 2_000),
];

/// The allele that is not the wild type; each of these loci has one.
const SECOND: Allele = Allele(1);

/// What the loci of large effect add to the height of a horse, in thousandths of a centimetre.
#[must_use]
pub fn height_effect(genome: &Genome) -> i32 {
    let added = EFFECTS.iter().map(|(locus, one, two)| {
        let copies = genome.pair(*locus).copies(SECOND);
        [0, *one, *two].get(usize::from(copies)).copied()
    });
    added.flatten().sum()
}

/// What they add on average in a breed whose alleles pair at random, rounded once.
#[must_use]
pub fn mean_height_effect(frequencies: &Frequencies) -> i32 {
    let sum = moments(frequencies).map(|(first, _)| first).sum();
    saturate(div_round(sum, PAIRS)) as i32
}

/// The variance of what they add in such a breed, in thousandths of a centimetre, squared; rounded once.
#[must_use]
pub fn height_effect_variance(frequencies: &Frequencies) -> i64 {
    let sum = moments(frequencies)
        .map(|(first, second)| PAIRS * second - first * first)
        .sum();
    saturate(div_round(sum, PAIRS * PAIRS))
}

/// How many pairs of alleles the whole is: that of the frequencies, squared.
const PAIRS: i128 = 100_000_000;

/// The mean and the mean square of each locus, times [`PAIRS`].
fn moments(frequencies: &Frequencies) -> impl Iterator<Item = (i128, i128)> {
    EFFECTS.iter().map(|(locus, one, two)| {
        let often = frequencies.weights(*locus).get(1).copied().unwrap_or(0);
        let (with, without) = (i128::from(often), 10_000 - i128::from(often));
        let (one, two) = (i128::from(*one), i128::from(*two));
        let (single, double) = (2 * with * without, with * with);
        (
            single * one + double * two,
            single * one * one + double * two * two,
        )
    })
}
