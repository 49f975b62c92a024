//! Settling a show: scores, placings, prizes, XP and stat gains from its entries and its secret.

use super::entry::Entered;
use super::placing::{Rival, Scored};
use super::score::{drawn_score, luck};
use super::show::{LEAST_ENTRIES, ShowFacts};
use crate::Refusal;
use crate::dice::{Dice, Purpose, Secret};
use crate::economy::{PrizeSplit, split_prize};
use crate::id::{EntryId, HorseId};
use crate::money::Coins;
use crate::progression::{competition_xp, horse_competition_xp};
use crate::scale::{Bp, MilliPoints};
use crate::stat::Stat;
use alloc::vec::Vec;

/// The chances of a stat gain for the first three places.
pub const STAT_GAIN_CHANCES: [Bp; 3] = [Bp::new(1_000), Bp::new(500), Bp::new(300)];

/// The result of one entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct EntryResult {
    /// The entry.
    pub entry_id: EntryId,
    /// The horse.
    pub horse_id: HorseId,
    /// The place, from 1.
    pub placement: i64,
    /// The expected score, in milli-points.
    #[cfg_attr(feature = "serde", serde(rename = "expected_milli"))]
    pub expected: MilliPoints,
    /// The luck, in basis points.
    #[cfg_attr(feature = "serde", serde(rename = "luck_bp"))]
    pub luck: Bp,
    /// The score, in milli-points.
    #[cfg_attr(feature = "serde", serde(rename = "score_milli"))]
    pub score: MilliPoints,
    /// The prize, to the owner.
    pub prize: Coins,
    /// XP for the horse.
    pub horse_xp: i64,
    /// XP for the owner.
    pub user_xp: i64,
    /// A stat that rises by one, unless it stands at 100 when this is applied.
    pub stat_gain: Option<Stat>,
}

/// The outcome of a show. Prizes and `prize_returned` add up to the prize; `fees` go to the host as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// One result per entry, best first.
    pub results: Vec<EntryResult>,
    /// The fees of all entries.
    pub fees: Coins,
    /// The shares of places that nobody took.
    pub prize_returned: Coins,
}

/// Settles a show. The outcome depends on the facts, the secret and the set of entries, not on their order.
///
/// # Errors
/// [`Refusal::TooFewEntries`] below two; [`Refusal::EntryTwice`] if an entry or a horse stands twice;
/// [`Refusal::TooManyCoins`] if the fees cannot be counted; the refusals of [`Snapshot::check`](super::entry::Snapshot::check).
pub fn settle(
    show: &ShowFacts,
    secret: &Secret,
    entries: &[Entered],
) -> Result<Settlement, Refusal> {
    check_field(entries)?;
    let count = entries.len();
    let fees = show
        .entry_fee
        .checked_mul(i64::try_from(count).map_err(|_| Refusal::TooManyCoins)?)?;
    let split = split_prize(show.prize, count);
    let mut scored: Vec<_> = entries
        .iter()
        .map(|entered| Ridden::new(show, secret, entered))
        .collect();
    crate::order::sort_by(&mut scored, |a, b| a.scored.order(&b.scored));
    let results = (1..)
        .zip(&scored)
        .map(|(placement, ridden)| ridden.placed(show, secret, placement, &split));
    Ok(Settlement {
        results: results.collect(),
        fees,
        prize_returned: split.returned,
    })
}

/// Checks that the entries can be settled together.
fn check_field(entries: &[Entered]) -> Result<(), Refusal> {
    if entries.len() < LEAST_ENTRIES {
        return Err(Refusal::TooFewEntries {
            entries: entries.len() as i64,
            least: LEAST_ENTRIES as i64,
        });
    }
    if has_twins(entries.iter().map(|entered| entered.entry_id.get()))
        || has_twins(
            entries
                .iter()
                .map(|entered| entered.snapshot.horse_id.get()),
        )
    {
        return Err(Refusal::EntryTwice);
    }
    entries
        .iter()
        .try_for_each(|entered| entered.snapshot.check())
}

fn has_twins(numbers: impl Iterator<Item = i64>) -> bool {
    let mut numbers: Vec<i64> = numbers.collect();
    let count = numbers.len();
    crate::order::sort(&mut numbers);
    numbers.dedup();
    numbers.len() < count
}

/// An entry after its ride.
struct Ridden {
    scored: Scored,
    horse_id: HorseId,
    luck: Bp,
}

impl Ridden {
    fn new(show: &ShowFacts, secret: &Secret, entered: &Entered) -> Self {
        let rival = Rival::of(entered, show.discipline);
        let luck = luck(secret, show.id, entered.entry_id);
        Self {
            scored: Scored {
                rival,
                score: drawn_score(rival.expected, luck),
            },
            horse_id: entered.snapshot.horse_id,
            luck,
        }
    }

    fn placed(
        &self,
        show: &ShowFacts,
        secret: &Secret,
        placement: i64,
        split: &PrizeSplit,
    ) -> EntryResult {
        let Scored { rival, score } = self.scored;
        EntryResult {
            entry_id: rival.entry_id,
            horse_id: self.horse_id,
            placement,
            expected: rival.expected,
            luck: self.luck,
            score,
            prize: of_place(&split.shares, placement).unwrap_or(Coins::ZERO),
            horse_xp: horse_competition_xp(placement),
            user_xp: competition_xp(placement),
            stat_gain: draw_stat(show, secret, rival.entry_id, placement),
        }
    }
}

/// The dice decide, in this order: whether a stat rises, then which (50/30/20).
fn draw_stat(show: &ShowFacts, secret: &Secret, entry: EntryId, placement: i64) -> Option<Stat> {
    let chance = of_place(&STAT_GAIN_CHANCES, placement)?;
    let mut dice = Dice::new(secret, Purpose::ShowStat, &[show.id.into(), entry.into()]);
    dice.chance(chance)
        .then(|| show.discipline.draw_stat(&mut dice))
}

fn of_place<T: Copy>(places: &[T; 3], placement: i64) -> Option<T> {
    let position = usize::try_from(placement).ok()?.checked_sub(1)?;
    places.get(position).copied()
}
