//! Who enters a seeded show: horses of the seeded world as they were at that time, and what their owners could pay.

use std::collections::{BTreeMap, HashMap};

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
use super::calendar::Listed;
use crate::db::fault::column;
use crate::horse::record::{Horse, horse_columns, word};
use crate::ledger::{Account, Transfer};
use crate::trouble::{Because, Trouble};

/// How many horses of a world that is there are looked at: the youngest of an age to compete.
const FIELD: i64 = 3_000;

const HORSES: &str = concat!(
    "select ",
    horse_columns!(),
    ", h.created_at, u.money from horses h join users u on u.id = h.user_id
    where u.email like '%@' || $1::text and game_age(h.born_at, $2) between 3 and 20 order by h.id desc limit $3"
);

const LOGS: &str =
    "select l.horse_id, l.discipline, l.trained_at, l.score_gain, l.stat, l.stat_gain
    from training_logs l where l.horse_id = any ($1) order by l.horse_id, l.trained_at";

const PREGNANCIES: &str = "select p.mare_id, p.covered_at, p.ended_at
    from pregnancies p where p.mare_id = any ($1) order by p.mare_id, p.covered_at";

/// How many players are asked to host a show.
const ASKED: u32 = 20;

/// How many horses are tried for every one that is entered.
const ATTEMPTS: usize = 12;

/// A horse that may be entered, with its training and pregnancies so that its past can be told.
pub(super) struct Runner {
    /// As it is today.
    pub horse: Horse,
    /// Since when its owner has it.
    pub got_at: Instant,
    /// Its training, oldest first.
    pub sessions: Vec<Past>,
    /// When the mare was covered, and when that ended.
    pub pregnancies: Vec<(Instant, Option<Instant>)>,
}

/// A session of training, as far as the past is concerned.
pub(super) struct Past {
    /// When.
    pub at: Instant,
    /// In which discipline.
    pub discipline: Discipline,
    /// Points gained.
    pub score_gain: i64,
    /// A stat that rose.
    pub stat_gain: Option<StatGain>,
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
    /// The horses, as they are today.
    pub runners: Vec<Runner>,
    /// What each player has.
    pub purses: HashMap<Uuid, i64>,
    hosts: Vec<Uuid>,
    /// The places of those that have been trained for a discipline.
    trained: HashMap<&'static str, Vec<usize>>,
    /// At which time each was last entered.
    entered: Vec<Option<i64>>,
    places: HashMap<i64, usize>,
}

impl Stage {
    /// The stage for these horses, and these players with their purses.
    pub(super) fn of(runners: Vec<Runner>, purses: Vec<(Uuid, i64)>) -> Self {
        let mut trained: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, runner) in runners.iter().enumerate() {
            for (discipline, _) in runner.horse.scores.iter() {
                trained.entry(discipline.as_str()).or_default().push(place);
            }
        }
        let id = |(place, it): (usize, &Runner)| (it.horse.id.get(), place);
        Self {
            hosts: purses.iter().map(|(player, _)| *player).collect(),
            purses: purses.into_iter().collect(),
            trained,
            entered: vec![None; runners.len()],
            places: runners.iter().enumerate().map(id).collect(),
            runners,
        }
    }

    /// Loads horses of the seeded players.
    pub(super) async fn load(transaction: &Transaction<'_>, now: Instant) -> Result<Self, Trouble> {
        let because = || "could not load the seeded horses";
        let rows = transaction
            .query(HORSES, &[&DOMAIN, &now, &FIELD])
            .await
            .because(because)?;
        let mut purses = BTreeMap::new();
        let mut runners = Vec::with_capacity(rows.len());
        for row in &rows {
            let horse = readable(Horse::of(row))?;
            purses.insert(horse.owner.get(), readable(column(row, "money"))?);
            runners.push(Runner {
                horse,
                got_at: readable(column(row, "created_at"))?,
                sessions: Vec::new(),
                pregnancies: Vec::new(),
            });
        }
        let mut stage = Self::of(runners, purses.into_iter().collect());
        stage.recall(transaction).await?;
        Ok(stage)
    }

    /// Loads what the horses have done.
    async fn recall(&mut self, transaction: &Transaction<'_>) -> Result<(), Trouble> {
        let because = || "could not load the past of the seeded horses";
        let ids: Vec<i64> = self.runners.iter().map(|it| it.horse.id.get()).collect();
        for row in &transaction.query(LOGS, &[&ids]).await.because(because)? {
            if let Some(runner) = self.runner(readable(column(row, "horse_id"))?) {
                runner.sessions.push(readable(Past::of(row))?);
            }
        }
        let pregnancies = transaction.query(PREGNANCIES, &[&ids]).await;
        for row in &pregnancies.because(because)? {
            if let Some(runner) = self.runner(readable(column(row, "mare_id"))?) {
                let covered_at = readable(column(row, "covered_at"))?;
                let ended_at = readable(column(row, "ended_at"))?;
                runner.pregnancies.push((covered_at, ended_at));
            }
        }
        Ok(())
    }

    fn runner(&mut self, horse: i64) -> Option<&mut Runner> {
        self.runners.get_mut(*self.places.get(&horse)?)
    }

    /// A player who can lay down a prize and keep as much again; the treasury, if none of those asked can.
    pub(super) fn host(&mut self, prize: i64, dice: &mut Dice) -> Host {
        for _ in 0..ASKED {
            let nth = dice.below(self.hosts.len() as u32) as usize;
            let Some(host) = self.hosts.get(nth).copied() else {
                break;
            };
            if self.purses.get(&host).copied().unwrap_or(0) >= 2 * prize {
                self.pay(host, -prize);
                return Host::User(UserId::new(host));
            }
        }
        Host::Treasury
    }

    /// Enters horses in the last hours before `closing`, each by the rules and in one show at a time: those that have been
    /// trained for it first. The fees are paid.
    pub(super) fn enter(
        &mut self,
        show: &Show,
        listed: &Listed,
        closing: Instant,
        dice: &mut Dice,
    ) -> Vec<Candidate> {
        let trained = self.trained.get(show.facts.discipline.as_str());
        let trained: Vec<usize> = trained.cloned().unwrap_or_default();
        let mut candidates: Vec<Candidate> = Vec::with_capacity(listed.field);
        for attempt in 0..ATTEMPTS * listed.field {
            if candidates.len() == listed.field {
                break;
            }
            let is_early = 3 * attempt < 2 * ATTEMPTS * listed.field;
            let count = if is_early {
                trained.len()
            } else {
                self.runners.len()
            };
            let nth = dice.below(count as u32) as usize;
            let minutes = dice.range(30, 720);
            let place = if is_early {
                trained.get(nth).copied()
            } else {
                Some(nth)
            };
            let free = place.filter(|at| {
                self.entered
                    .get(*at)
                    .is_some_and(|it| *it != Some(listed.time))
            });
            let Some(place) = free else { continue };
            let entered_at = closing - TimeDelta::minutes(i64::from(minutes));
            if let Some(candidate) = self.admit(show, place, entered_at) {
                self.entered[place] = Some(listed.time);
                candidates.push(candidate);
            }
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
            let Some(runner) = self.runner(result.horse_id.get()) else {
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
