//! Settlement in the database: one transaction a show, a fixed number of statements however many entries it has.

use reads::Failure;
use rules::Instant;
use rules::competition::entry::Entered;
use rules::competition::proof::Proof;
use rules::competition::settlement::{EntryResult, Settlement, settle};
use rules::competition::show::{Due, Host, Show};
use rules::dice::Secret;
use rules::economy::Cause;
use rules::id::{EntryId, HorseId, ShowId, UserId};
use rules::money::Coins;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::record::{Held, account_of, show_columns};
use super::store::{call_off, returned_prize};
use crate::db::fault::{broken, column};
use crate::db::{Tx, Write};
use crate::horse::record::stats_raised;
use crate::ledger::{self, Account, Transfer};

/// Settles a show whose run date has come, or cancels it where it has too few entries.
#[derive(Clone, Copy, Debug)]
pub struct Settle {
    /// The show.
    pub show: ShowId,
}

/// What became of a show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was settled, with this many entries.
    Settled(usize),
    /// It was cancelled, with this many entries.
    Cancelled(usize),
    /// Another worker has it, or has ended it.
    Elsewhere,
}

/// Lists the shows whose run date has come.
#[derive(Clone, Debug)]
pub struct ListDue {
    /// How many at most.
    pub most: i64,
    /// Shows to leave out.
    pub except: Vec<ShowId>,
}

const DUE: &str = "select id from shows where state = 'open' and run_date <= $1 and id <> all ($3)
    order by run_date, id limit $2";

const CLAIM: &str = concat!(
    "select ",
    show_columns!(),
    ", k.secret from shows s join show_secrets k on k.show_id = s.id
    where s.id = $1 and s.state = 'open' and s.run_date <= $2 for no key update of s skip locked"
);

const ENTRIES: &str =
    "select id, user_id, entered_at, snapshot from show_entries where show_id = $1 order by id";

const LOCK_HORSES: &str = "select id from horses where id = any ($1) order by id for no key update";

const LOCK_USERS: &str = "select id from users where id = any ($1) order by id for no key update";

/// One row per result; scores come in milli-points.
pub(crate) const RESULTS: &str = "insert into competition_results (show_id, discipline, run_date, created_at, entry_id, horse_id, user_id,
      placement, score, expected_score, prize, horse_xp, user_xp, stat)
    select $1, $2, $3, $4, r.entry_id, r.horse_id, r.user_id, r.placement, r.score::numeric / 1000, r.expected::numeric / 1000,
      r.prize, r.horse_xp, r.user_xp, r.stat
    from unnest($5::bigint[], $6::bigint[], $7::uuid[], $8::smallint[], $9::bigint[], $10::bigint[], $11::bigint[],
      $12::integer[], $13::integer[], $14::text[])
      r (entry_id, horse_id, user_id, placement, score, expected, prize, horse_xp, user_xp, stat)
    order by r.placement";

/// XP and raised stats of the horses.
pub(crate) const HORSES: &str = concat!(
    "update horses h set xp = h.xp + r.xp, ",
    stats_raised!("r.stat", "1"),
    " from unnest($1::bigint[], $2::integer[], $3::text[]) r (id, xp, stat) where h.id = r.id"
);

/// XP of the players; those who gain nothing are left alone.
pub(crate) const USERS: &str = "update users u set xp = u.xp + r.xp
    from (select id, sum(xp)::integer as xp from unnest($1::uuid[], $2::integer[]) g (id, xp) group by id) r
    where u.id = r.id and r.xp > 0";

pub(crate) const END: &str =
    "update shows set state = 'settled', revealed_secret = $2, result_digest = $3, ended_at = $4
    where id = $1 and state = 'open'";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("competition settlement: due", DUE),
    ("competition settlement: claim", CLAIM),
    ("competition settlement: entries", ENTRIES),
    ("competition settlement: lock horses", LOCK_HORSES),
    ("competition settlement: lock users", LOCK_USERS),
    ("competition settlement: results", RESULTS),
    ("competition settlement: horses", HORSES),
    ("competition settlement: users", USERS),
    ("competition settlement: end", END),
];

impl Write for ListDue {
    const NAME: &'static str = "list due shows";
    type Done = Vec<ShowId>;

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<ShowId>, Failure> {
        let except: Vec<i64> = self.except.iter().map(|show| show.get()).collect();
        let rows = tx.rows(DUE, &[&tx.now(), &self.most, &except]).await?;
        rows.iter()
            .map(|row| column(row, "id").map(ShowId::new))
            .collect()
    }
}

impl Write for Settle {
    const NAME: &'static str = "settle show";
    type Done = Outcome;

    async fn run(&self, tx: &Tx<'_>) -> Result<Outcome, Failure> {
        let Some(row) = tx.find(CLAIM, &[&self.show.get(), &tx.now()]).await? else {
            return Ok(Outcome::Elsewhere);
        };
        let show = Held::of(&row)?.show;
        let secret: Vec<u8> = column(&row, "secret")?;
        let secret = Secret::try_from(secret.as_slice())?;
        let field = Field::load(tx, self.show).await?;
        match show.check_due(field.entries.len(), tx.now())? {
            Due::Cancel(permit) => {
                let entries = call_off(tx, &show, &permit).await?;
                Ok(Outcome::Cancelled(entries))
            }
            Due::Settle => {
                field.lock(tx, show.host).await?;
                settle_locked(tx, &show, &secret, field).await
            }
        }
    }
}

async fn settle_locked(
    tx: &Tx<'_>,
    show: &Show,
    secret: &Secret,
    field: Field,
) -> Result<Outcome, Failure> {
    let settlement = settle(&show.facts, secret, &field.entries)?;
    let lines = Lines::of(&settlement, &field)?;
    lines.record(tx, show).await?;
    ledger::post(tx, &transfers(show, &settlement, &lines.users)).await?;
    let count = field.entries.len();
    let proof = Proof::new(show.facts.clone(), *secret, field.entries, settlement);
    let (secret, digest) = (
        secret.as_bytes().as_slice(),
        proof.digest.as_bytes().as_slice(),
    );
    tx.expect_changed(1, END, &[&show.facts.id.get(), &secret, &digest, &tx.now()])
        .await?;
    Ok(Outcome::Settled(count))
}

/// The entries of a show, by id, and whose they are.
struct Field {
    entries: Vec<Entered>,
    users: Vec<Uuid>,
}

impl Field {
    async fn load(tx: &Tx<'_>, show: ShowId) -> Result<Self, Failure> {
        let rows = tx.rows(ENTRIES, &[&show.get()]).await?;
        let mut field = Self {
            entries: Vec::with_capacity(rows.len()),
            users: Vec::with_capacity(rows.len()),
        };
        for row in &rows {
            let Json(snapshot) = column(row, "snapshot")?;
            field.users.push(column(row, "user_id")?);
            field.entries.push(Entered {
                entry_id: EntryId::new(column(row, "id")?),
                entered_at: column(row, "entered_at")?,
                snapshot,
            });
        }
        Ok(field)
    }

    /// Locks horses and then players, the host among them, each in the order of their ids.
    async fn lock(&self, tx: &Tx<'_>, host: Host) -> Result<(), Failure> {
        let horses: Vec<i64> = self
            .entries
            .iter()
            .map(|it| it.snapshot.horse_id.get())
            .collect();
        tx.rows(LOCK_HORSES, &[&horses]).await?;
        let mut users = self.users.clone();
        if let Host::User(host) = host {
            users.push(host.get());
        }
        tx.rows(LOCK_USERS, &[&users]).await.map(drop)
    }

    fn user_of(&self, entry: EntryId) -> Result<Uuid, Failure> {
        let at = self.entries.binary_search_by_key(&entry, |it| it.entry_id);
        let user = at.ok().and_then(|at| self.users.get(at));
        user.copied()
            .ok_or_else(|| broken(format!("a result without an entry: {entry}")))
    }
}

/// The results as columns, best first: what the batched statements take.
#[derive(Default)]
pub(crate) struct Lines {
    pub(crate) entries: Vec<i64>,
    pub(crate) horses: Vec<i64>,
    pub(crate) users: Vec<Uuid>,
    pub(crate) placements: Vec<i16>,
    pub(crate) scores: Vec<i64>,
    pub(crate) expected: Vec<i64>,
    pub(crate) prizes: Vec<i64>,
    pub(crate) horse_xp: Vec<i32>,
    pub(crate) user_xp: Vec<i32>,
    pub(crate) stats: Vec<Option<&'static str>>,
}

impl Lines {
    fn of(settlement: &Settlement, field: &Field) -> Result<Self, Failure> {
        let mut lines = Self::default();
        for result in &settlement.results {
            lines.push(result, field.user_of(result.entry_id)?);
        }
        Ok(lines)
    }

    /// Adds a result of this player's horse. There are at most a hundred entries, and XP of a show are two digits.
    pub(crate) fn push(&mut self, result: &EntryResult, user: Uuid) {
        let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        self.entries.push(result.entry_id.get());
        self.horses.push(result.horse_id.get());
        self.users.push(user);
        self.placements
            .push(i16::try_from(result.placement).unwrap_or(i16::MAX));
        self.scores.push(result.score.get());
        self.expected.push(result.expected.get());
        self.prizes.push(result.prize.get());
        self.horse_xp.push(small(result.horse_xp));
        self.user_xp.push(small(result.user_xp));
        self.stats.push(result.stat_gain.map(|stat| stat.as_str()));
    }

    async fn record(&self, tx: &Tx<'_>, show: &Show) -> Result<(), Failure> {
        let facts = &show.facts;
        let (id, discipline, ran): (i64, &str, Instant) =
            (facts.id.get(), facts.discipline.as_str(), facts.run_date);
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        tx.expect_changed(
            count,
            RESULTS,
            &[
                &id,
                &discipline,
                &ran,
                &tx.now(),
                &self.entries,
                &self.horses,
                &self.users,
                &self.placements,
                &self.scores,
                &self.expected,
                &self.prizes,
                &self.horse_xp,
                &self.user_xp,
                &self.stats,
            ],
        )
        .await?;
        tx.expect_changed(count, HORSES, &[&self.horses, &self.horse_xp, &self.stats])
            .await?;
        tx.execute(USERS, &[&self.users, &self.user_xp])
            .await
            .map(drop)
    }
}

/// What leaves the escrow, which is empty then: prizes to the winners, fees and what is left of the prize to the host.
pub(crate) fn transfers(show: &Show, settlement: &Settlement, users: &[Uuid]) -> Vec<Transfer> {
    let id = show.facts.id;
    let won = settlement.results.iter().zip(users);
    let mut transfers: Vec<Transfer> = won
        .filter(|(result, _)| result.prize > Coins::ZERO)
        .map(|(result, user)| prize(id, result.horse_id, UserId::new(*user), result.prize))
        .collect();
    transfers.push(Transfer {
        key: format!("fee_income:{id}"),
        cause: Cause::FeeIncome,
        from: Account::Escrow(id),
        to: account_of(show.host),
        amount: settlement.fees,
        show: Some(id),
        horse: None,
    });
    transfers.push(returned_prize(show, settlement.prize_returned));
    transfers
}

fn prize(show: ShowId, horse: HorseId, winner: UserId, amount: Coins) -> Transfer {
    Transfer {
        key: format!("prize:{show}:{horse}"),
        cause: Cause::Prize,
        from: Account::Escrow(show),
        to: Account::Purse(winner),
        amount,
        show: Some(show),
        horse: Some(horse),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::competition::entry::Snapshot;
    use rules::competition::show::{ShowFacts, ShowState};
    use rules::scale::{Bp, Gauge};
    use rules::temperament::Temperament;
    use rules::traits::VisibleTraits;

    fn show(host: Host) -> Show {
        Show {
            facts: ShowFacts {
                id: ShowId::new(7),
                name: "Autumn Stakes".to_owned(),
                discipline: "Racing".parse().unwrap(),
                level_min: None,
                level_max: None,
                entry_fee: Coins::new(10),
                prize: Coins::new(101),
                run_date: "2026-11-22T15:00:00Z".parse().unwrap(),
            },
            state: ShowState::Open,
            host,
        }
    }

    fn entered(number: i64) -> Entered {
        Entered {
            entry_id: EntryId::new(number),
            entered_at: "2026-11-22T14:00:00Z".parse().unwrap(),
            snapshot: Snapshot {
                horse_id: HorseId::new(100 + number),
                stats: [Gauge::clamped(20); 3],
                discipline_score: number,
                temperament: Temperament::Calm,
                traits: VisibleTraits::default(),
                hidden_bp: Bp::ZERO,
                bond: Gauge::clamped(50),
                stress: Gauge::clamped(30),
            },
        }
    }

    fn leaving(show: &Show, entries: i64) -> Vec<Transfer> {
        let entries: Vec<Entered> = (1..=entries).map(entered).collect();
        let settlement = settle(&show.facts, &Secret::new([7; 32]), &entries).unwrap();
        let users = vec![Uuid::from_u128(9); entries.len()];
        transfers(show, &settlement, &users)
    }

    #[test]
    fn what_leaves_the_escrow_is_what_lay_in_it() {
        let show = show(Host::User(UserId::new(Uuid::from_u128(1))));
        for entries in 2..=100 {
            let total: i64 = leaving(&show, entries)
                .iter()
                .map(|it| it.amount.get())
                .sum();
            assert_eq!(total, 101 + 10 * entries);
            assert!(
                leaving(&show, entries)
                    .iter()
                    .all(|it| it.from == Account::Escrow(show.facts.id))
            );
        }
    }

    #[test]
    fn two_entries_share_half_and_three_tenths_and_the_host_gets_the_rest_and_the_fees() {
        // 101 coins: 30 and 20 for the second and the third place, rounded down, and 51 for the first.
        let amounts: Vec<(String, i64)> = leaving(&show(Host::Treasury), 2)
            .into_iter()
            .map(|it| {
                (
                    it.key.split(':').next().unwrap_or_default().to_owned(),
                    it.amount.get(),
                )
            })
            .collect();
        let known = [
            ("prize", 51),
            ("prize", 30),
            ("fee_income", 20),
            ("prize_return", 20),
        ];
        assert_eq!(amounts, known.map(|(key, amount)| (key.to_owned(), amount)));
    }
}
