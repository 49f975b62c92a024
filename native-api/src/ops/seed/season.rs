//! Who enters a seeded show: horses of the seeded world as they were at that time, and what their owners could pay.

use std::collections::HashMap;

use chrono::TimeDelta;
use rules::Instant;
use rules::competition::entry::{Entering, Rider, Snapshot, check};
use rules::competition::settlement::Settlement;
use rules::competition::show::{Host, Show};
use rules::dice::Dice;
use rules::discipline::Discipline;
use rules::id::{HorseId, UserId};
use rules::money::Coins;
use rules::stat::{Stat, StatGain};
use tokio_postgres::{Row, Transaction};
use uuid::Uuid;

use super::DOMAIN;
use crate::db::fault::column;
use crate::horse::record::{Horse, horse_columns, word};
use crate::ledger::{Account, Transfer};
use crate::trouble::{Because, Trouble};

const HORSES: &str = concat!(
    "select ",
    horse_columns!(),
    ", h.created_at, u.money from horses h join users u on u.id = h.user_id
    where u.email like '%@' || $1::text order by h.id"
);

const LOGS: &str =
    "select l.horse_id, l.discipline, l.trained_at, l.score_gain, l.stat, l.stat_gain
    from training_logs l join users u on u.id = l.user_id
    where u.email like '%@' || $1::text order by l.horse_id, l.trained_at";

const PREGNANCIES: &str = "select p.mare_id, p.covered_at, p.ended_at
    from pregnancies p join users u on u.id = p.user_id
    where u.email like '%@' || $1::text order by p.mare_id, p.covered_at";

/// A horse that may be entered, with its training and pregnancies so that its past can be told.
struct Runner {
    horse: Horse,
    got_at: Instant,
    sessions: Vec<Past>,
    pregnancies: Vec<(Instant, Option<Instant>)>,
}

struct Past {
    at: Instant,
    discipline: Discipline,
    score_gain: i64,
    stat_gain: Option<StatGain>,
}

/// An entry, before it has a number.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The owner.
    pub user: UserId,
    /// The horse.
    pub horse: HorseId,
    /// When it is entered.
    pub entered_at: Instant,
    /// What is scored.
    pub snapshot: Snapshot,
}

/// The horses and the purses of the seeded world.
pub(super) struct Stage {
    runners: Vec<Runner>,
    purses: HashMap<Uuid, i64>,
    hosts: Vec<Uuid>,
}

impl Stage {
    /// Loads the horses of the seeded players.
    pub(super) async fn load(transaction: &Transaction<'_>) -> Result<Self, Trouble> {
        let because = || "could not load the seeded horses";
        let rows = transaction
            .query(HORSES, &[&DOMAIN])
            .await
            .because(because)?;
        let logs = transaction.query(LOGS, &[&DOMAIN]).await.because(because)?;
        let pregnancies = transaction
            .query(PREGNANCIES, &[&DOMAIN])
            .await
            .because(because)?;
        let mut stage = Self {
            runners: Vec::with_capacity(rows.len()),
            purses: HashMap::new(),
            hosts: Vec::new(),
        };
        let mut at: HashMap<i64, usize> = HashMap::new();
        for row in &rows {
            let horse = readable(Horse::of(row))?;
            let owner = horse.owner.get();
            if stage
                .purses
                .insert(owner, readable(column(row, "money"))?)
                .is_none()
            {
                stage.hosts.push(owner);
            }
            at.insert(horse.id.get(), stage.runners.len());
            stage.runners.push(Runner {
                horse,
                got_at: readable(column(row, "created_at"))?,
                sessions: Vec::new(),
                pregnancies: Vec::new(),
            });
        }
        for row in &logs {
            let horse: i64 = readable(column(row, "horse_id"))?;
            if let Some(runner) = at.get(&horse).and_then(|at| stage.runners.get_mut(*at)) {
                runner.sessions.push(readable(Past::of(row))?);
            }
        }
        for row in &pregnancies {
            let mare: i64 = readable(column(row, "mare_id"))?;
            if let Some(runner) = at.get(&mare).and_then(|at| stage.runners.get_mut(*at)) {
                let covered_at = readable(column(row, "covered_at"))?;
                let ended_at = readable(column(row, "ended_at"))?;
                runner.pregnancies.push((covered_at, ended_at));
            }
        }
        Ok(stage)
    }

    /// A player who can lay down a prize and keep as much again; none, if nobody can.
    pub(super) fn host(&mut self, prize: i64, dice: &mut Dice) -> Host {
        let rich: Vec<Uuid> = self
            .hosts
            .iter()
            .filter(|it| self.purses[*it] >= 2 * prize)
            .copied()
            .collect();
        if rich.is_empty() {
            return Host::Treasury;
        }
        let host = rich[dice.below(rich.len() as u32) as usize];
        self.pay(host, -prize);
        Host::User(UserId::new(host))
    }

    /// Enters up to `field` horses in the last hours before `closing`, each by the rules: those that have been trained for
    /// it first. The fees are paid.
    pub(super) fn enter(
        &mut self,
        show: &Show,
        field: usize,
        closing: Instant,
        dice: &mut Dice,
    ) -> Vec<Candidate> {
        let mut order: Vec<(bool, u32, usize)> = (0..self.runners.len())
            .map(|at| {
                let is_stranger = self.runners[at].horse.scores.get(show.facts.discipline) == 0;
                (is_stranger, dice.bits32(), at)
            })
            .collect();
        order.sort_unstable();
        let mut candidates: Vec<Candidate> = Vec::with_capacity(field);
        for (_, _, at) in order {
            if candidates.len() == field {
                break;
            }
            let entered_at = closing - TimeDelta::minutes(i64::from(dice.range(30, 720)));
            candidates.extend(self.admit(show, at, entered_at));
        }
        candidates.sort_by_key(|it| it.entered_at);
        candidates
    }

    fn admit(&mut self, show: &Show, at: usize, entered_at: Instant) -> Option<Candidate> {
        let runner = &self.runners[at];
        if runner.got_at >= entered_at {
            return None;
        }
        let horse = runner.at(entered_at);
        let rider = Rider {
            user: horse.owner,
            purse: Coins::new(self.purses[&horse.owner.get()]),
            already_entered: false,
        };
        let permit = check(
            show,
            horse.contender(show.facts.discipline),
            rider,
            entered_at,
        )
        .ok()?;
        let Entering { fee, snapshot } = permit.enter();
        self.pay(horse.owner.get(), -fee.get());
        Some(Candidate {
            user: horse.owner,
            horse: horse.id,
            entered_at,
            snapshot,
        })
    }

    /// Lets the horses have what a settlement gives them.
    pub(super) fn reward(&mut self, settlement: &Settlement) {
        for result in &settlement.results {
            let Some(runner) = self
                .runners
                .iter_mut()
                .find(|it| it.horse.id == result.horse_id)
            else {
                continue;
            };
            runner.horse.xp += result.horse_xp;
            if let Some(stat) = result.stat_gain {
                runner.horse.stats = raised(&runner.horse, stat, 1);
            }
        }
    }

    /// Lets the purses have what is transferred to them.
    pub(super) fn receive(&mut self, transfers: &[Transfer]) {
        for transfer in transfers {
            if let Account::Purse(user) = transfer.to {
                self.pay(user.get(), transfer.amount.get());
            }
        }
    }

    fn pay(&mut self, user: Uuid, amount: i64) {
        *self.purses.entry(user).or_default() += amount;
    }
}

impl Runner {
    /// The horse as it was at an instant: without what it learned later. Bond and traits are those of today.
    fn at(&self, instant: Instant) -> Horse {
        let mut horse = self.horse.clone();
        // The database lets no mare be entered that is in foal when it writes the entry.
        horse.in_foal |= self.pregnancies.iter().any(|(covered_at, ended_at)| {
            *covered_at <= instant && ended_at.is_none_or(|ended_at| instant < ended_at)
        });
        for later in self.sessions.iter().rev().take_while(|it| it.at > instant) {
            let score = horse.scores.get(later.discipline) - later.score_gain;
            // A score that the log explains is never negative.
            let _ = horse.scores.set(later.discipline, score.max(0));
            if let Some(StatGain { stat, gain }) = later.stat_gain {
                horse.stats = raised(&horse, stat, -i64::from(gain));
            }
        }
        horse
    }
}

impl Past {
    fn of(row: &Row) -> Result<Self, reads::Failure> {
        let stat: Option<String> = column(row, "stat")?;
        let gain: Option<i16> = column(row, "stat_gain")?;
        let stat = stat.and_then(|stat| stat.parse().ok());
        Ok(Self {
            at: column(row, "trained_at")?,
            discipline: word(row, "discipline")?,
            score_gain: i64::from(column::<i32>(row, "score_gain")?),
            stat_gain: stat.zip(gain).map(|(stat, gain)| StatGain { stat, gain }),
        })
    }
}

fn raised(horse: &Horse, stat: Stat, by: i64) -> rules::stat::Stats {
    horse.stats.with(stat, horse.stats.get(stat).moved(by))
}

fn readable<T>(read: Result<T, reads::Failure>) -> Result<T, Trouble> {
    read.map_err(|failure| Trouble::new(format!("could not read the seeded world: {failure:?}")))
}
