//! The seeded shows as rows: a season that was settled by the rules, and shows that are open now.

use chrono::TimeDelta;
use rules::Instant;
use rules::RULES_VERSION;
use rules::competition::entry::Entered;
use rules::competition::proof::Proof;
use rules::competition::settlement::settle;
use rules::competition::show::{Host, LEAST_ENTRIES, Show, ShowFacts, ShowState};
use rules::id::{EntryId, ShowId, UserId};
use rules::money::Coins;
use serde_json::{Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::calendar::{self, Listed, PAST};
use super::rows::{Moved, ids, post, write_rows};
use super::season::{Candidate, Stage};
use super::{Plan, Summary, Topic};
use crate::competition::entry::fee_of;
use crate::competition::settlement::{END, HORSES, Lines, RESULTS, USERS, transfers};
use crate::competition::store::{CANCEL, prize_of, refund_of, returned_prize};
use crate::ledger::Transfer;
use crate::trouble::{Because, Trouble};

const SHOW: &str = "with made as (
      insert into shows (id, name, discipline, level_min, level_max, entry_fee, prize, run_date, host_id, secret_hash,
        rules_version, created_at, updated_at)
      select id, name, discipline, level_min, level_max, entry_fee, prize, run_date, host_id, sha256(decode(secret, 'hex')),
        rules_version, at, at
      from jsonb_to_recordset($1) r (id bigint, name text, discipline text, level_min integer, level_max integer,
        entry_fee bigint, prize bigint, run_date timestamptz, host_id uuid, secret text, rules_version integer, at timestamptz)
      returning id)
    insert into show_secrets (show_id, secret) select r.id, decode(r.secret, 'hex')
    from jsonb_to_recordset($1) r (id bigint, secret text) join made on made.id = r.id";

const ENTRIES: &str = "insert into show_entries (id, show_id, horse_id, user_id, snapshot, entered_at)
    select id, show_id, horse_id, user_id, snapshot, at
    from jsonb_to_recordset($1) r (id bigint, show_id bigint, horse_id bigint, user_id uuid, snapshot jsonb, at timestamptz)
    order by id";

/// What must hold at every commit is checked between a show's opening and its end too, for both are seeded together.
const CHECK: &str = "set constraints all immediate; set constraints all deferred";

/// Writes the season and the open shows, each unless it was written before.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    plan: &Plan,
    summary: &mut Summary,
) -> Result<(), Trouble> {
    let has_season = is_known(transaction, plan, 0).await?;
    let has_open = is_known(transaction, plan, PAST).await?;
    if has_season && has_open {
        return Ok(());
    }
    let mut stage = Stage::load(transaction).await?;
    let mut seeder = Seeder {
        transaction,
        plan,
        summary,
    };
    if !has_season {
        for listed in calendar::past(plan) {
            seeder.hold(&mut stage, &listed).await?;
        }
    }
    if !has_open {
        for listed in calendar::open(plan) {
            seeder.announce(&mut stage, &listed, plan.opening).await?;
        }
    }
    Ok(())
}

async fn is_known(
    transaction: &Transaction<'_>,
    plan: &Plan,
    number: i64,
) -> Result<bool, Trouble> {
    let hash = calendar::commitment(plan, number);
    let found = transaction
        .query(
            "select from shows where secret_hash = $1",
            &[&hash.as_bytes().as_slice()],
        )
        .await
        .because(|| "could not look for seeded shows")?;
    Ok(!found.is_empty())
}

struct Seeder<'a> {
    transaction: &'a Transaction<'a>,
    plan: &'a Plan,
    summary: &'a mut Summary,
}

/// A show with its entries and who made them, by id.
struct Field {
    show: Show,
    entries: Vec<Entered>,
    users: Vec<Uuid>,
}

impl Seeder<'_> {
    /// Opens a show, with horses entered until `closing`.
    async fn announce(
        &mut self,
        stage: &mut Stage,
        listed: &Listed,
        closing: Instant,
    ) -> Result<Field, Trouble> {
        let mut dice = self.plan.dice(Topic::Sessions, listed.number);
        let id = ids(self.transaction, "shows", 1)
            .await?
            .first()
            .copied()
            .unwrap_or_default();
        let host = if listed.is_players {
            stage.host(listed.prize, &mut dice)
        } else {
            Host::Treasury
        };
        let show = listed.show(ShowId::new(id), host);
        let candidates = stage.enter(&show, listed.field, closing, &mut dice);
        let numbers = ids(self.transaction, "show_entries", candidates.len()).await?;
        self.write("shows", SHOW, &[show_row(&show, listed)])
            .await?;
        let prize = prize_of(show.facts.id, host, show.facts.prize);
        let mut moved = vec![Moved::of(listed.announced_at, host_id(host), prize)];
        let rows: Vec<Value> = numbers
            .iter()
            .zip(&candidates)
            .map(|(id, it)| entry_row(*id, &show, it))
            .collect();
        self.write("show_entries", ENTRIES, &rows).await?;
        moved.extend(numbers.iter().zip(&candidates).map(|(id, it)| {
            let fee = fee_of(&show, EntryId::new(*id), it.user, it.horse);
            Moved::of(it.entered_at, Some(it.user), fee)
        }));
        self.post(&moved).await?;
        let entered = |(id, it): (&i64, &Candidate)| Entered {
            entry_id: EntryId::new(*id),
            entered_at: it.entered_at,
            snapshot: it.snapshot.clone(),
        };
        Ok(Field {
            users: candidates.iter().map(|it| it.user.get()).collect(),
            entries: numbers.iter().zip(&candidates).map(entered).collect(),
            show,
        })
    }

    /// Opens a show of the past and ends it: with results, or for want of entries.
    async fn hold(&mut self, stage: &mut Stage, listed: &Listed) -> Result<(), Trouble> {
        let closing = listed.run_date - TimeDelta::minutes(15);
        let field = self.announce(stage, listed, closing).await?;
        self.transaction
            .batch_execute(CHECK)
            .await
            .because(|| format!("could not open the seeded show {}", listed.name))?;
        let ended_at = listed.run_date + TimeDelta::seconds(1);
        if field.entries.len() < LEAST_ENTRIES {
            self.call_off(stage, field, ended_at).await
        } else {
            self.settle(stage, listed, field, ended_at).await
        }
    }

    async fn call_off(
        &mut self,
        stage: &mut Stage,
        field: Field,
        at: Instant,
    ) -> Result<(), Trouble> {
        let show = &field.show;
        let entries = field.entries.iter().zip(&field.users);
        let refund = |(it, user): (&Entered, &Uuid)| {
            refund_of(
                show,
                it.entry_id.get(),
                UserId::new(*user),
                it.snapshot.horse_id,
            )
        };
        let mut transfers: Vec<Transfer> = entries.map(refund).collect();
        transfers.push(returned_prize(show, show.facts.prize));
        stage.receive(&transfers);
        let moved: Vec<Moved> = transfers
            .into_iter()
            .map(|it| Moved::of(at, None, it))
            .collect();
        self.post(&moved).await?;
        self.transaction
            .execute(CANCEL, &[&show.facts.id.get(), &at])
            .await
            .because(|| format!("could not cancel the seeded show {}", show.facts.name))?;
        Ok(())
    }

    async fn settle(
        &mut self,
        stage: &mut Stage,
        listed: &Listed,
        field: Field,
        ended_at: Instant,
    ) -> Result<(), Trouble> {
        let because = || format!("could not settle the seeded show {}", listed.name);
        let settlement =
            settle(&field.show.facts, &listed.secret, &field.entries).because(because)?;
        stage.reward(&settlement);
        let mut lines = Lines::default();
        for result in &settlement.results {
            let at = field
                .entries
                .iter()
                .position(|it| it.entry_id == result.entry_id);
            lines.push(
                result,
                at.and_then(|at| field.users.get(at))
                    .copied()
                    .unwrap_or_default(),
            );
        }
        self.record(&field.show, &lines, ended_at)
            .await
            .because(because)?;
        let moved = transfers(&field.show, &settlement, &lines.users);
        stage.receive(&moved);
        let moved: Vec<Moved> = moved
            .into_iter()
            .map(|it| Moved::of(ended_at, None, it))
            .collect();
        self.post(&moved).await?;
        let id = field.show.facts.id.get();
        let proof = Proof::new(field.show.facts, listed.secret, field.entries, settlement);
        let (secret, digest) = (
            listed.secret.as_bytes().as_slice(),
            proof.digest.as_bytes().as_slice(),
        );
        self.transaction
            .execute(END, &[&id, &secret, &digest, &ended_at])
            .await
            .because(because)?;
        Ok(())
    }

    async fn record(
        &mut self,
        show: &Show,
        lines: &Lines,
        at: Instant,
    ) -> Result<(), tokio_postgres::Error> {
        let facts = &show.facts;
        let count = self
            .transaction
            .execute(
                RESULTS,
                &[
                    &facts.id.get(),
                    &facts.discipline.as_str(),
                    &facts.run_date,
                    &at,
                    &lines.entries,
                    &lines.horses,
                    &lines.users,
                    &lines.placements,
                    &lines.scores,
                    &lines.expected,
                    &lines.prizes,
                    &lines.horse_xp,
                    &lines.user_xp,
                    &lines.stats,
                ],
            )
            .await?;
        self.summary.count("competition_results", count);
        self.transaction
            .execute(HORSES, &[&lines.horses, &lines.horse_xp, &lines.stats])
            .await?;
        self.transaction
            .execute(USERS, &[&lines.users, &lines.user_xp])
            .await?;
        Ok(())
    }

    async fn write(
        &mut self,
        table: &'static str,
        sql: &str,
        rows: &[Value],
    ) -> Result<(), Trouble> {
        let count = write_rows(self.transaction, table, sql, rows).await?;
        self.summary.count(table, count);
        Ok(())
    }

    async fn post(&mut self, moved: &[Moved]) -> Result<(), Trouble> {
        let count = post(self.transaction, moved).await?;
        self.summary.count("transfers", count);
        Ok(())
    }
}

impl Listed {
    fn show(&self, id: ShowId, host: Host) -> Show {
        Show {
            facts: ShowFacts {
                id,
                name: self.name.clone(),
                discipline: self.discipline,
                level_min: self.bracket.level_min,
                level_max: self.bracket.level_max,
                entry_fee: Coins::new(self.entry_fee),
                prize: Coins::new(self.prize),
                run_date: self.run_date,
            },
            state: ShowState::Open,
            host,
        }
    }
}

fn show_row(show: &Show, listed: &Listed) -> Value {
    let facts = &show.facts;
    json!({
        "id": facts.id, "name": facts.name, "discipline": facts.discipline, "level_min": facts.level_min,
        "level_max": facts.level_max, "entry_fee": facts.entry_fee, "prize": facts.prize, "run_date": facts.run_date,
        "host_id": host_id(show.host), "secret": listed.secret.to_hex(), "rules_version": RULES_VERSION,
        "at": listed.announced_at,
    })
}

fn entry_row(id: i64, show: &Show, candidate: &Candidate) -> Value {
    json!({
        "id": id, "show_id": show.facts.id, "horse_id": candidate.horse, "user_id": candidate.user,
        "snapshot": candidate.snapshot, "at": candidate.entered_at,
    })
}

const fn host_id(host: Host) -> Option<UserId> {
    match host {
        Host::Treasury => None,
        Host::User(user) => Some(user),
    }
}
