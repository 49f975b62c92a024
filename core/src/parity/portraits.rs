//! Portraits for the parity check: horses of any genome, at any age.

use crate::breed::Build;
use crate::dice::{Dice, Purpose, Secret};
use crate::genetics::coat::Coat;
use crate::genetics::{Gamete, Genome, Locus};
use crate::horse::Sex;
use crate::id::HorseId;
use crate::portrait::{Setting, Sitter, portrait};
use sha2::{Digest as _, Sha256};

/// The digest of `portraits` portraits made from `seed`, byte for byte.
#[must_use]
pub fn portraits_digest(seed: u64, portraits: u32) -> [u8; 32] {
    let secret = Secret::new(Sha256::digest(seed.to_be_bytes()).into());
    let mut hash = Sha256::new();
    for number in 1..=i64::from(portraits) {
        let mut dice = Dice::new(&secret, Purpose::World, &[number.into()]);
        let sex = if dice.below(2) == 0 {
            Sex::Male
        } else {
            Sex::Female
        };
        let genome = genome(sex, &mut dice);
        let coat = Coat::of(&genome, 125 * dice.deviate(), Some(&mut dice));
        let sitter = Sitter {
            coat: (&coat).into(),
            sex,
            build: build(&mut dice),
            days: i64::from(dice.below(200)),
            horse: HorseId::new(number),
            parents: (dice.below(2) == 0).then(|| [-number, number / 8].map(HorseId::new)),
        };
        let setting = Setting {
            prefix: "p",
            title: None,
        };
        hash.update(portrait(&sitter, setting));
    }
    hash.finalize().into()
}

/// A genome that is wild type at three of four loci on average.
fn genome(sex: Sex, dice: &mut Dice) -> Genome {
    let mut haplotype = || {
        let mut strand = Gamete::default();
        for locus in Locus::ALL.iter().copied() {
            let alleles = locus.facts().alleles.len() as u32;
            let (is_wild, at) = (dice.below(4) > 0, dice.below(alleles));
            let drawn = locus.alleles().nth(at as usize).filter(|_| !is_wild);
            strand = strand.with(locus, drawn.unwrap_or_default());
        }
        strand
    };
    Genome::of(haplotype(), haplotype(), sex)
}

fn build(dice: &mut Dice) -> Build {
    let at = dice.below(Build::ALL.len() as u32) as usize;
    Build::ALL.get(at).copied().unwrap_or(Build::Riding)
}
