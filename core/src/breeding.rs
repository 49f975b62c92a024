//! Breeding: who may be covered by whom, and what comes of it.

mod birth;
mod family;
mod inherited;
pub mod prospect;

use crate::Refusal;
use crate::breed::CROSSBRED;
use crate::economy::{COVERING_REGISTRATION, MAX_STUD_FEE};
use crate::horse::{FIRST_ACTIVE_AGE, LAST_ACTIVE_AGE, Sex, age};
use crate::id::{HorseId, UserId};
use crate::money::Coins;
use crate::time::{Instant, days_after};

pub use birth::{Conceived, Newborn, Parent, TEMPERAMENT_WEIGHTS, conceive};
pub use family::{Family, Member};
pub use inherited::{Nurture, TraitDraw, TraitOdds, hidden_chance, trait_draws, trait_odds};

/// Days from a covering to the birth.
pub const GESTATION_DAYS: i64 = 7;
/// Days from a birth to the mare's next covering.
pub const REST_DAYS: i64 = 7;

/// The field that names the mare.
const MARE: &str = "mare_id";
/// The field that names the stallion.
const STALLION: &str = "stallion_id";

/// What a covering looks at in either horse.
#[derive(Clone, Copy, Debug)]
pub struct Mate {
    /// Its number.
    pub id: HorseId,
    /// Who owns it.
    pub owner: UserId,
    /// Its sex.
    pub sex: Sex,
    /// When it was born.
    pub born_at: Instant,
}

/// What a covering looks at in the mare.
#[derive(Clone, Copy, Debug)]
pub struct Mare {
    /// The horse.
    pub horse: Mate,
    /// Is she in foal?
    pub in_foal: bool,
    /// When she last foaled, if ever. A foal that was lost before its birth does not count.
    pub foaled_at: Option<Instant>,
}

/// What a covering looks at in the stallion.
#[derive(Clone, Copy, Debug)]
pub struct Stallion {
    /// The horse.
    pub horse: Mate,
    /// The fee for which he stands at stud, if he does.
    pub stud_fee: Option<Coins>,
}

/// The right to have one mare covered by one stallion now.
#[derive(Debug)]
pub struct CoveringPermit {
    fee: Option<Coins>,
    now: Instant,
}

/// A covering: what it costs and when the foal is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covering {
    /// The stud fee to the stallion's owner; none for the player's own stallion.
    pub fee: Option<Coins>,
    /// The registration, to the sink.
    pub registration: Coins,
    /// When the foal is due.
    pub due_at: Instant,
}

/// Checks whether a player's mare may be covered by a stallion now, for the fee that the player agreed to.
///
/// A stallion of the player's own costs no fee, and none (or zero) may be agreed to; another's must stand at stud, and
/// the player must agree to exactly his fee. Whether the purse holds it is for the ledger to say.
///
/// # Errors
/// In this order: [`Refusal::SameHorse`], [`Refusal::NotYours`], [`Refusal::WrongSex`] and
/// [`Refusal::NotOfBreedingAge`] (the mare's first), [`Refusal::InFoal`], [`Refusal::Resting`] within seven days of
/// foaling, [`Refusal::NotAtStud`], [`Refusal::FeeDiffers`].
pub fn check_covering(
    player: UserId,
    mare: &Mare,
    stallion: &Stallion,
    agreed: Option<Coins>,
    now: Instant,
) -> Result<CoveringPermit, Refusal> {
    if mare.horse.id == stallion.horse.id {
        return Err(Refusal::SameHorse);
    }
    if mare.horse.owner != player {
        return Err(Refusal::NotYours);
    }
    check_mate(&mare.horse, MARE, Sex::Female, now)?;
    check_mate(&stallion.horse, STALLION, Sex::Male, now)?;
    if mare.in_foal {
        return Err(Refusal::InFoal);
    }
    let rested = mare.foaled_at.map(|last| days_after(last, REST_DAYS));
    if let Some(until) = rested.filter(|until| *until > now) {
        return Err(Refusal::Resting { until });
    }
    let fee = check_fee(player, stallion, agreed)?;
    Ok(CoveringPermit { fee, now })
}

fn check_mate(horse: &Mate, field: &'static str, sex: Sex, now: Instant) -> Result<(), Refusal> {
    if horse.sex != sex {
        return Err(Refusal::WrongSex { field });
    }
    let (least, most) = (FIRST_ACTIVE_AGE, LAST_ACTIVE_AGE);
    let age = age(horse.born_at, now);
    if (least..=most).contains(&age) {
        Ok(())
    } else {
        Err(Refusal::NotOfBreedingAge {
            field,
            age,
            least,
            most,
        })
    }
}

fn check_fee(
    player: UserId,
    stallion: &Stallion,
    agreed: Option<Coins>,
) -> Result<Option<Coins>, Refusal> {
    if stallion.horse.owner == player {
        return match agreed {
            None | Some(Coins::ZERO) => Ok(None),
            Some(_) => Err(Refusal::FeeDiffers { fee: Coins::ZERO }),
        };
    }
    let fee = stallion.stud_fee.ok_or(Refusal::NotAtStud)?;
    if agreed == Some(fee) {
        Ok(Some(fee))
    } else {
        Err(Refusal::FeeDiffers { fee })
    }
}

impl CoveringPermit {
    /// Has the mare covered.
    #[must_use]
    pub fn cover(self) -> Covering {
        Covering {
            fee: self.fee,
            registration: COVERING_REGISTRATION,
            due_at: days_after(self.now, GESTATION_DAYS),
        }
    }
}

/// Checks whether a player may offer a stallion at stud for a fee.
///
/// # Errors
/// [`Refusal::NotYours`], [`Refusal::WrongSex`] and [`Refusal::NotOfBreedingAge`] (of `id`), [`Refusal::OutOfRange`] for the fee.
pub fn check_stud(
    player: UserId,
    stallion: &Mate,
    fee: Coins,
    now: Instant,
) -> Result<(), Refusal> {
    if stallion.owner != player {
        return Err(Refusal::NotYours);
    }
    check_mate(stallion, "id", Sex::Male, now)?;
    if (Coins::ZERO..=MAX_STUD_FEE).contains(&fee) {
        Ok(())
    } else {
        Err(Refusal::OutOfRange {
            field: "fee",
            least: 0,
            most: MAX_STUD_FEE.get(),
        })
    }
}

/// The breed of a foal: its parents' where they share one, otherwise Crossbred.
#[must_use]
pub fn breed_of_foal<'a>(sire: &'a str, dam: &'a str) -> &'a str {
    if sire == dam { sire } else { CROSSBRED.name }
}
