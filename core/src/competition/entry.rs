//! Entering a show: who may, and the snapshot that is frozen then.

use super::show::Show;
use crate::Refusal;
use crate::discipline::{Discipline, checked_score};
use crate::horse::active_age;
use crate::id::{EntryId, HorseId, UserId};
use crate::money::Coins;
use crate::progression::level;
use crate::scale::{Bp, Gauge};
use crate::stat::Stats;
use crate::temperament::Temperament;
use crate::time::Instant;
use crate::traits::{EpigeneticModifiers, VisibleTraits, competition_effect};

/// The greatest magnitude that hidden traits can have in a snapshot, in basis points.
pub const MAX_HIDDEN_BP: i32 = 20_000;

/// What an entry looks at in a horse.
#[derive(Clone, Copy, Debug)]
pub struct Contender<'a> {
    /// The horse.
    pub horse_id: HorseId,
    /// Her owner.
    pub owner: UserId,
    /// When she was born.
    pub born_at: Instant,
    /// Is she in foal?
    pub in_foal: bool,
    /// Her XP, which give her level.
    pub xp: i64,
    /// Her stats.
    pub stats: Stats,
    /// Her score in the show's discipline.
    pub discipline_score: i64,
    /// Her temperament.
    pub temperament: Temperament,
    /// Her traits, hidden ones too.
    pub modifiers: &'a EpigeneticModifiers,
    /// Her bond.
    pub bond: Gauge,
    /// Her stress.
    pub stress: Gauge,
}

/// What an entry looks at in a player.
#[derive(Clone, Copy, Debug)]
pub struct Rider {
    /// The player.
    pub user: UserId,
    /// What the purse holds.
    pub purse: Coins,
    /// Is the horse in this show already?
    pub already_entered: bool,
}

/// The right to enter one horse in one show now.
#[derive(Debug)]
pub struct EntryPermit<'a> {
    show: &'a Show,
    contender: Contender<'a>,
}

/// An entry that may be recorded: the fee to move into the show's escrow, and what is frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entering {
    /// The fee, from the purse into the escrow.
    pub fee: Coins,
    /// What is scored, whatever becomes of the horse.
    pub snapshot: Snapshot,
}

/// Checks whether a player may enter a horse: owned, the show open, not entered, age 3 to 20, not in foal, in the
/// bracket, and the fee in the purse. Refusals come in this order.
///
/// # Errors
/// [`Refusal::NotYours`], [`Refusal::ShowOver`], [`Refusal::ShowClosed`], [`Refusal::AlreadyEntered`],
/// [`Refusal::TooYoung`], [`Refusal::Retired`], [`Refusal::InFoal`], [`Refusal::OutsideBracket`],
/// [`Refusal::NotEnoughCoins`].
pub fn check<'a>(
    show: &'a Show,
    contender: Contender<'a>,
    rider: Rider,
    now: Instant,
) -> Result<EntryPermit<'a>, Refusal> {
    if contender.owner != rider.user {
        return Err(Refusal::NotYours);
    }
    show.check_open(now)?;
    if rider.already_entered {
        return Err(Refusal::AlreadyEntered);
    }
    active_age(contender.born_at, now)?;
    if contender.in_foal {
        return Err(Refusal::InFoal);
    }
    show.facts.bracket().admit(level(contender.xp))?;
    rider.purse.pay(show.facts.entry_fee)?;
    Ok(EntryPermit { show, contender })
}

impl EntryPermit<'_> {
    /// Enters her: names the fee and freezes the snapshot.
    #[must_use]
    pub fn enter(self) -> Entering {
        Entering {
            fee: self.show.facts.entry_fee,
            snapshot: Snapshot::freeze(&self.contender, self.show.facts.discipline),
        }
    }
}

/// An entry that may be withdrawn: the fee to move back.
#[derive(Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// The fee, from the escrow back to the purse.
    pub refund: Coins,
}

/// Checks whether an entry may be withdrawn: by the horse's owner, while the show is open.
///
/// # Errors
/// [`Refusal::NotYours`], [`Refusal::ShowOver`], [`Refusal::ShowClosed`], [`Refusal::NotEntered`].
pub fn check_withdraw(
    show: &Show,
    owner: UserId,
    by: UserId,
    entered: bool,
    now: Instant,
) -> Result<Withdrawal, Refusal> {
    if owner != by {
        return Err(Refusal::NotYours);
    }
    show.check_open(now)?;
    if !entered {
        return Err(Refusal::NotEntered);
    }
    Ok(Withdrawal {
        refund: show.facts.entry_fee,
    })
}

/// What is scored of a horse, frozen when she enters and published when the show is settled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Snapshot {
    /// The horse.
    pub horse_id: HorseId,
    /// Her readings in the discipline's three stats, heaviest first.
    pub stats: [Gauge; 3],
    /// Her score in the discipline.
    pub discipline_score: i64,
    /// Her temperament.
    pub temperament: Temperament,
    /// Her visible traits.
    pub traits: VisibleTraits,
    /// The effect of all her traits on this discipline less that of the visible ones alone, in basis points: hidden
    /// traits count here and are not named.
    pub hidden_bp: Bp,
    /// Her bond.
    pub bond: Gauge,
    /// Her stress.
    pub stress: Gauge,
}

impl Snapshot {
    /// Freezes what is scored of a horse in a discipline.
    #[must_use]
    pub fn freeze(contender: &Contender<'_>, discipline: Discipline) -> Self {
        let traits = contender.modifiers.visible();
        let visible = competition_effect(traits.iter(), discipline);
        let all = contender.modifiers.competition_effect(discipline);
        Self {
            horse_id: contender.horse_id,
            stats: discipline.readings(&contender.stats),
            discipline_score: contender.discipline_score,
            temperament: contender.temperament,
            traits,
            hidden_bp: Bp::new(all.get().saturating_sub(visible.get())),
            bond: contender.bond,
            stress: contender.stress,
        }
    }

    /// Checks what the types leave open: the range of the score, and that the traits can stand together.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`], [`Refusal::TraitOnWrongSide`], [`Refusal::TraitTwice`], [`Refusal::TraitsConflict`].
    pub fn check(&self) -> Result<(), Refusal> {
        checked_score(self.discipline_score)?;
        if self.hidden_bp.get().unsigned_abs() > MAX_HIDDEN_BP.unsigned_abs() {
            return Err(Refusal::OutOfRange {
                field: "hidden_bp",
                least: i64::from(-MAX_HIDDEN_BP),
                most: i64::from(MAX_HIDDEN_BP),
            });
        }
        self.traits.check()
    }
}

/// An entry that stands in a show.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Entered {
    /// The entry.
    pub entry_id: EntryId,
    /// When it was made; milliseconds count.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
    pub entered_at: Instant,
    /// What was frozen then.
    pub snapshot: Snapshot,
}
