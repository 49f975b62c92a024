//! A seeded world on its way into the database: grown, numbered, copied, indexed, proven.

use std::time::Instant;

use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;

use super::coins::{self, Books, Moved};
use super::copy::{Writer, continue_sequences, next_id};
use super::rows::Numbered;
use super::shows::{Played, Season};
use super::world::{LARGE, World};
use super::{Phase, Plan, Summary, Wish, aside, calendar, limit, proof, show_rows, stage};
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

/// Nobody else writes meanwhile.
const ALONE: &str = "lock table users, stables, horses, pregnancies, training_logs, accounts, transfers, postings, shows,
    show_entries, competition_results in exclusive mode";

/// Sorting and hashing what is seeded takes memory, and what is lost with a crash is seeded again.
const SETTINGS: &str =
    "set local synchronous_commit = off; set local work_mem = '256MB'; set local jit = off;
    set local maintenance_work_mem = '512MB'; set local max_parallel_maintenance_workers = 2;
    set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0";

/// A world, its shows, and the coins that these moved.
pub(super) struct Grown {
    world: World,
    first_horse: i64,
    played: Vec<Played>,
    moved: Vec<Moved>,
}

/// Grows a world and writes it into tables that have none.
pub(super) async fn world(
    transaction: &Transaction<'_>,
    plan: &Plan,
    wish: Wish,
    voice: &Voice,
    summary: &mut Summary,
) -> Result<(), Trouble> {
    alone(transaction).await?;
    let grown = grow(transaction, plan, wish.horses, voice, summary).await?;
    let numbered = Numbered::of(transaction, &grown.world, plan.as_of).await?;
    if wish.is_measured {
        let phase = limit::measure(transaction, &grown, &numbered, voice).await?;
        summary.phases.push(phase);
    }
    let since = Instant::now();
    let indexes = if wish.horses >= LARGE {
        aside::put(transaction).await?
    } else {
        Vec::new()
    };
    copy(transaction, "public", &grown, &numbered, voice, summary).await?;
    let copied = Phase::since(since, "copied into the tables", summary.written(), "rows");
    summary.phases.push(copied);
    finish(transaction, &indexes, voice, summary).await?;
    let (since, step) = (Instant::now(), voice.step("proving the rules"));
    let rules = proof::require(transaction, grown.first_horse, plan.as_of).await?;
    step.done(&format!("all {rules} rules and foreign keys hold"));
    summary
        .phases
        .push(Phase::since(since, "proven", rules, "rules"));
    Ok(())
}

/// Builds the indexes, sets the sequences, and lets the planner know what there is.
async fn finish(
    transaction: &Transaction<'_>,
    indexes: &[String],
    voice: &Voice,
    summary: &mut Summary,
) -> Result<(), Trouble> {
    let (since, count) = (Instant::now(), indexes.len() as u64);
    let bar = voice.bar("building indexes", count);
    aside::take_back(transaction, indexes, |count| bar.add(count)).await?;
    bar.done();
    continue_sequences(transaction).await?;
    let step = voice.step("analysing the tables");
    transaction
        .batch_execute("analyze")
        .await
        .because(|| "could not look at what was seeded")?;
    step.done("the planner knows the tables");
    let built = Phase::since(since, "indexed and analysed", count, "indexes");
    summary.phases.push(built);
    Ok(())
}

/// Goes past triggers and foreign keys, as the only one who writes.
pub(super) async fn alone(transaction: &Transaction<'_>) -> Result<(), Trouble> {
    let past = transaction
        .batch_execute("set local session_replication_role = replica")
        .await;
    if let Err(refused) = past {
        return Err(
            if refused.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
                Trouble::new(
                    "a world is seeded past the triggers, which takes an administrator: let MIGRATE_DATABASE_URL name a superuser",
                )
            } else {
                Trouble::new(format!("could not go past the triggers: {refused}"))
            },
        );
    }
    transaction
        .batch_execute(SETTINGS)
        .await
        .because(|| "could not prepare to seed")?;
    transaction
        .batch_execute(ALONE)
        .await
        .because(|| "could not keep others from writing")
}

async fn grow(
    transaction: &Transaction<'_>,
    plan: &Plan,
    horses: u32,
    voice: &Voice,
    summary: &mut Summary,
) -> Result<Grown, Trouble> {
    let since = Instant::now();
    let first_horse = next_id(transaction, "horses").await?;
    let numbers = (
        next_id(transaction, "shows").await?,
        next_id(transaction, "show_entries").await?,
    );
    let bar = voice.bar("growing horses", u64::from(horses));
    let mut world = World::grow(plan, horses, |grown| bar.set(grown as u64));
    bar.done();
    let step = voice.step("holding shows");
    let mut stage = stage::of(&world, first_horse, plan.as_of);
    let mut season = Season::on(plan, &mut stage, numbers);
    for listed in calendar::past(plan, world.habits.shows_at_a_time) {
        season.hold(listed)?;
    }
    for listed in calendar::open(plan) {
        season.announce(listed);
    }
    let (played, moved) = (season.played, season.moved);
    stage::leave(&mut world, first_horse, stage, &played);
    step.done(&format!("{} shows", played.len()));
    let count = world.steeds.len() as u64;
    summary
        .phases
        .push(Phase::since(since, "grown by the rules", count, "horses"));
    Ok(Grown {
        world,
        first_horse,
        played,
        moved,
    })
}

/// Writes every row of the world through one connection.
pub(super) async fn copy(
    transaction: &Transaction<'_>,
    schema: &str,
    grown: &Grown,
    numbered: &Numbered<'_>,
    voice: &Voice,
    summary: &mut Summary,
) -> Result<(), Trouble> {
    let mut books = Books::open(transaction).await?;
    let first = books.next();
    let players = grown.world.players.iter();
    players.for_each(|it| books.open_purse(it.id, it.joined_at));
    let shows = grown.played.iter();
    shows.for_each(|it| books.open_escrow(it.show.facts.id, it.listed.announced_at));
    let moved = || numbered.moved().chain(grown.moved.iter().cloned());
    let entries: usize = grown.played.iter().map(|it| 3 + 2 * it.entries.len()).sum();
    let transfers = grown.world.spendings.len() + grown.world.coverings.len() + grown.moved.len();
    let bar = voice.bar(
        "writing rows",
        numbered.rows() + (entries + 3 * transfers) as u64,
    );
    let mut writer = Writer {
        transaction,
        schema,
        summary,
        told: &|count| bar.add(count),
    };
    numbered.write(&mut writer).await?;
    numbered.write_registry(&mut writer).await?;
    show_rows::write(&mut writer, &grown.played).await?;
    coins::write(&mut writer, &mut books, moved).await?;
    books.write_accounts(&mut writer, first).await?;
    bar.done();
    Ok(())
}
