//! The life of a show: open, closed at its run date, then settled or cancelled.

use crate::Refusal;
use crate::discipline::Discipline;
use crate::id::{ShowId, UserId};
use crate::money::Coins;
use crate::name::{Name, NameOf};
use crate::time::{Instant, days_after};
use alloc::string::String;

/// The greatest entry fee and the greatest prize.
pub const MAX_STAKE: i64 = 1_000_000;
/// How many days ahead a show may be announced.
pub const MAX_DAYS_AHEAD: i64 = 90;
/// The highest level that a bracket may name.
pub const MAX_LEVEL: i64 = 1_000_000;
/// Fewer entries than this, and the show is cancelled at its run date.
pub const LEAST_ENTRIES: usize = 2;
/// A show takes no more entries than this.
pub const MOST_ENTRIES: usize = 100;
/// The most shows that one player hosts at a time, so that nobody floods the calendar or hoards names.
pub const MOST_OPEN_SHOWS: i64 = 10;

crate::words::words! {
    /// The recorded state of a show.
    ShowState, "state" {
        /// Announced; closed from its run date on.
        Open = "open",
        /// Settled: results stand and the escrow is empty.
        Settled = "settled",
        /// Cancelled: every fee and the prize went back.
        Cancelled = "cancelled",
    }
}

crate::words::words! {
    /// The state of a show as players see it: `closed` follows from the run date.
    Phase, "phase" {
        /// Takes entries.
        Open = "open",
        /// Past its run date and not yet settled.
        Closed = "closed",
        /// Settled.
        Settled = "settled",
        /// Cancelled.
        Cancelled = "cancelled",
    }
}

/// Who laid down the prize and receives the fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// The game itself.
    Treasury,
    /// A player.
    User(UserId),
}

/// The horse levels that a show is for, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bracket {
    /// The least level, if there is one.
    pub level_min: Option<i64>,
    /// The greatest level, if there is one.
    pub level_max: Option<i64>,
}

impl Bracket {
    /// Checks the bounds of a bracket.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`] outside of 1..=1,000,000; [`Refusal::BracketReversed`].
    pub fn checked(level_min: Option<i64>, level_max: Option<i64>) -> Result<Self, Refusal> {
        let within = |field, level: Option<i64>| {
            level.map_or(Ok(()), |level| bounded(field, level, 1, MAX_LEVEL))
        };
        within("level_min", level_min)?;
        within("level_max", level_max)?;
        match (level_min, level_max) {
            (Some(level_min), Some(level_max)) if level_min > level_max => {
                Err(Refusal::BracketReversed {
                    level_min,
                    level_max,
                })
            }
            _ => Ok(Self {
                level_min,
                level_max,
            }),
        }
    }

    /// Admits a horse's level.
    ///
    /// # Errors
    /// [`Refusal::OutsideBracket`].
    pub fn admit(self, level: i64) -> Result<(), Refusal> {
        let Self {
            level_min,
            level_max,
        } = self;
        if level_min.is_some_and(|min| level < min) || level_max.is_some_and(|max| level > max) {
            return Err(Refusal::OutsideBracket {
                level,
                level_min,
                level_max,
            });
        }
        Ok(())
    }
}

/// What a player asks for when announcing a show.
#[derive(Clone, Copy, Debug)]
pub struct ShowPlan<'a> {
    /// The name.
    pub name: &'a str,
    /// The name of the discipline.
    pub discipline: &'a str,
    /// The least level, if any.
    pub level_min: Option<i64>,
    /// The greatest level, if any.
    pub level_max: Option<i64>,
    /// The entry fee in coins.
    pub entry_fee: i64,
    /// The prize in coins, which the host lays down at once.
    pub prize: i64,
    /// When it runs.
    pub run_date: Instant,
}

/// A show that may be announced; only [`announce`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewShow {
    name: Name,
    discipline: Discipline,
    bracket: Bracket,
    entry_fee: Coins,
    prize: Coins,
    run_date: Instant,
}

/// Checks that a player who hosts `open` shows may open one more.
///
/// # Errors
/// [`Refusal::LimitReached`].
pub const fn check_host(open: i64) -> Result<(), Refusal> {
    if open < MOST_OPEN_SHOWS {
        return Ok(());
    }
    Err(Refusal::LimitReached {
        what: "open shows",
        most: MOST_OPEN_SHOWS,
    })
}

/// Checks a plan: name, discipline, bracket, fee and prize of 0 to 1,000,000, a run date in the next 90 days.
///
/// # Errors
/// [`Refusal::BadName`], [`Refusal::Unknown`], [`Refusal::OutOfRange`], [`Refusal::BracketReversed`],
/// [`Refusal::RunDatePast`], [`Refusal::RunDateTooFar`].
pub fn announce(plan: &ShowPlan<'_>, now: Instant) -> Result<NewShow, Refusal> {
    let name = Name::parse(NameOf::Show, plan.name)?;
    let discipline = Discipline::by_name(plan.discipline)?;
    let bracket = Bracket::checked(plan.level_min, plan.level_max)?;
    bounded("entry_fee", plan.entry_fee, 0, MAX_STAKE)?;
    bounded("prize", plan.prize, 0, MAX_STAKE)?;
    let latest = days_after(now, MAX_DAYS_AHEAD);
    if plan.run_date <= now {
        return Err(Refusal::RunDatePast { now });
    }
    if plan.run_date > latest {
        return Err(Refusal::RunDateTooFar { latest });
    }
    Ok(NewShow {
        name,
        discipline,
        bracket,
        entry_fee: Coins::new(plan.entry_fee),
        prize: Coins::new(plan.prize),
        run_date: plan.run_date,
    })
}

impl NewShow {
    /// The checked name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The discipline.
    #[must_use]
    pub const fn discipline(&self) -> Discipline {
        self.discipline
    }

    /// The level bracket.
    #[must_use]
    pub const fn bracket(&self) -> Bracket {
        self.bracket
    }

    /// The entry fee.
    #[must_use]
    pub const fn entry_fee(&self) -> Coins {
        self.entry_fee
    }

    /// The prize, to be moved into the show's escrow at once.
    #[must_use]
    pub const fn prize(&self) -> Coins {
        self.prize
    }

    /// When it runs.
    #[must_use]
    pub const fn run_date(&self) -> Instant {
        self.run_date
    }
}

/// The facts of a show that its settlement and its proof rest on; they never change once it is announced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct ShowFacts {
    /// The show.
    pub id: ShowId,
    /// Its name.
    pub name: String,
    /// The discipline.
    pub discipline: Discipline,
    /// The least level, if any.
    pub level_min: Option<i64>,
    /// The greatest level, if any.
    pub level_max: Option<i64>,
    /// The entry fee.
    pub entry_fee: Coins,
    /// The prize.
    pub prize: Coins,
    /// When it runs, to the millisecond in a proof.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
    pub run_date: Instant,
}

impl ShowFacts {
    /// The level bracket.
    #[must_use]
    pub const fn bracket(&self) -> Bracket {
        Bracket {
            level_min: self.level_min,
            level_max: self.level_max,
        }
    }
}

/// A show as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    /// What never changes.
    pub facts: ShowFacts,
    /// The recorded state.
    pub state: ShowState,
    /// Who hosts it.
    pub host: Host,
}

/// The right to cancel one show.
#[derive(Debug, PartialEq, Eq)]
pub struct CancelPermit(ShowId);

impl CancelPermit {
    /// The show that may be cancelled.
    #[must_use]
    pub const fn show(&self) -> ShowId {
        self.0
    }
}

/// What becomes of a show at its run date.
#[derive(Debug, PartialEq, Eq)]
pub enum Due {
    /// It has the entries it takes: settle it.
    Settle,
    /// It has not: cancel it.
    Cancel(CancelPermit),
}

impl Show {
    /// The state as players see it.
    #[must_use]
    pub fn phase(&self, now: Instant) -> Phase {
        phase(self.state, self.facts.run_date, now)
    }

    /// Checks that the show takes entries and withdrawals.
    ///
    /// # Errors
    /// [`Refusal::ShowOver`], [`Refusal::ShowClosed`].
    pub fn check_open(&self, now: Instant) -> Result<(), Refusal> {
        match self.phase(now) {
            Phase::Open => Ok(()),
            Phase::Closed => Err(Refusal::ShowClosed {
                since: self.facts.run_date,
            }),
            Phase::Settled | Phase::Cancelled => Err(Refusal::ShowOver { state: self.state }),
        }
    }

    /// Checks that there is room for one more beside the entries that stand.
    ///
    /// # Errors
    /// [`Refusal::ShowFull`].
    pub const fn check_room(&self, entries: usize) -> Result<(), Refusal> {
        if entries < MOST_ENTRIES {
            return Ok(());
        }
        Err(Refusal::ShowFull {
            most: MOST_ENTRIES as i64,
        })
    }

    /// Checks whether a player may cancel the show: the host, before the run date.
    ///
    /// # Errors
    /// [`Refusal::NotHost`], [`Refusal::ShowOver`], [`Refusal::ShowClosed`].
    pub fn check_cancel(&self, by: UserId, now: Instant) -> Result<CancelPermit, Refusal> {
        if self.host != Host::User(by) {
            return Err(Refusal::NotHost);
        }
        self.check_open(now)?;
        Ok(CancelPermit(self.facts.id))
    }

    /// Decides what becomes of the show at its run date, given the entries that stand.
    ///
    /// # Errors
    /// [`Refusal::ShowOver`], [`Refusal::ShowNotDue`].
    pub fn check_due(&self, entries: usize, now: Instant) -> Result<Due, Refusal> {
        match self.phase(now) {
            Phase::Open => Err(Refusal::ShowNotDue {
                run_date: self.facts.run_date,
            }),
            Phase::Settled | Phase::Cancelled => Err(Refusal::ShowOver { state: self.state }),
            Phase::Closed if entries < LEAST_ENTRIES => {
                Ok(Due::Cancel(CancelPermit(self.facts.id)))
            }
            Phase::Closed => Ok(Due::Settle),
        }
    }
}

/// The state of a show as players see it, from its recorded state and its run date.
#[must_use]
pub fn phase(state: ShowState, run_date: Instant, now: Instant) -> Phase {
    match state {
        ShowState::Open if now < run_date => Phase::Open,
        ShowState::Open => Phase::Closed,
        ShowState::Settled => Phase::Settled,
        ShowState::Cancelled => Phase::Cancelled,
    }
}

const fn bounded(field: &'static str, value: i64, least: i64, most: i64) -> Result<(), Refusal> {
    if value < least || value > most {
        return Err(Refusal::OutOfRange { field, least, most });
    }
    Ok(())
}
