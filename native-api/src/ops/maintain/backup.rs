//! Backups by themselves: one a night, looked at again at once, and once a week restored until it proves itself.

use std::path::PathBuf;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc, Weekday};
use serde_json::Value;
use tokio_postgres::Client;

use super::{At, Keeper, Told};
use crate::config::Login;
use crate::db::connect;
use crate::dev::say::Voice;
use crate::ops::backup::Repository;
use crate::ops::backup::catalogue::{self, Catalogue, Entry, State};
use crate::ops::backup::create::Create;
use crate::ops::backup::drill::{self, Aim};
use crate::ops::backup::recovery::Workshop;
use crate::ops::backup::retain::{self, Rule};
use crate::ops::backup::verify;
use crate::trouble::{Because, Trouble};

/// A chain of so many backups is not made longer: each link is one more thing to lose.
const LONGEST_CHAIN: usize = 7;

/// Nothing has proved itself for more days than these, and somebody must know.
const UNPROVEN_DAYS: i64 = 8;

/// Takes a backup: a full one on Sundays and where there is nothing short to build on, else what changed.
pub(super) async fn create(at: &At<'_>) -> Result<Told, Trouble> {
    let voice = Voice::quiet();
    let shop = workshop(at.keeper, &voice)?;
    let catalogue = catalogue::list(&shop.repository.place).await?;
    if let Some(taken) = taken_before(at, &catalogue) {
        let told = Told::default().with("backup_id", taken.id.clone());
        return Ok(told.with("is_of_an_earlier_attempt", true));
    }
    let database = at.keeper.database_of(Login::Backup)?;
    let chain = catalogue
        .newest()
        .and_then(|entry| catalogue.chain(entry).ok());
    let entry = Create {
        repository: &shop.repository,
        database: &database,
        programs: &shop.programs,
        is_incremental: is_incremental(at.slot, chain.map(|chain| chain.len())),
        voice: &voice,
    }
    .run()
    .await?;
    let mut told = Told::default();
    told.put("kind", entry.kind.to_string());
    told.put("bytes", entry.base.plain.bytes);
    told.put("stored_bytes", entry.base.stored.bytes);
    if !entry.base.is_sealed {
        told.warn(format!(
            "backup {} is not encrypted: EQUORIA_BACKUP_RECIPIENT says to whom it should be",
            entry.id
        ));
    }
    for bad in &catalogue.corrupted {
        told.alarm(format!(
            "the catalogue's entry of backup {} is corrupted: {}",
            bad.id, bad.reason
        ));
    }
    Ok(told.with("backup_id", entry.id))
}

/// The backup that an attempt has taken whose worker died later.
fn taken_before<'a>(at: &At<'_>, catalogue: &'a Catalogue) -> Option<&'a Entry> {
    let newest = catalogue.newest().filter(|_| at.attempts > 1);
    newest.filter(|entry| entry.started_at >= at.slot)
}

/// Whether what changed is enough, where the newest backup stands on a chain of so many.
fn is_incremental(slot: DateTime<Utc>, chain: Option<usize>) -> bool {
    chain.is_some_and(|length| length < LONGEST_CHAIN) && slot.weekday() != Weekday::Sun
}

/// Reads the newest backup again, to its last byte.
pub(super) async fn check(at: &At<'_>) -> Result<Told, Trouble> {
    let voice = Voice::quiet();
    let shop = workshop(at.keeper, &voice)?;
    let catalogue = catalogue::list(&shop.repository.place).await?;
    let verified = verify::verify(&shop, &catalogue, "latest").await?;
    let mut told = flat(verified.evidence());
    for finding in &verified.findings {
        told.alarm(format!("backup {}: {}", finding.id, finding.what));
    }
    Ok(told)
}

/// Removes what need not be kept: never a link of a chain, nor the last two that proved themselves.
pub(super) async fn retain(at: &At<'_>) -> Result<Told, Trouble> {
    let voice = Voice::quiet();
    let shop = workshop(at.keeper, &voice)?;
    let client = at.keeper.connect_as(Login::Backup).await?;
    require_ours(&client, &shop.repository).await?;
    let plan = retain::carry_out(&client, &shop.repository, &Rule::default(), &voice).await?;
    let going: Vec<&str> = plan.going().map(|verdict| verdict.id.as_str()).collect();
    Ok(Told::default()
        .with("kept_backups", plan.backups.len() - going.len())
        .with("removed_backups", going)
        .with("removed_log_files", plan.log_files))
}

/// Nothing is removed from another cluster's repository.
async fn require_ours(client: &Client, repository: &Repository) -> Result<(), Trouble> {
    let row = client
        .query_one(
            "select system_identifier::text from pg_control_system()",
            &[],
        )
        .await
        .because(|| "could not ask which cluster this is")?;
    let (ours, theirs): (String, _) = (row.get(0), repository.mark().await?.system_identifier);
    if ours == theirs {
        return Ok(());
    }
    Err(Trouble::new(format!(
        "EQUORIA_BACKUP_PLACE holds the backups of cluster {theirs}, and this is {ours}: nothing was removed"
    )))
}

/// Restores the newest backup to the instant whose content is known, which proves it, and to a random second.
pub(super) async fn prove(at: &At<'_>) -> Result<Told, Trouble> {
    let voice = Voice::quiet();
    let shop = workshop(at.keeper, &voice)?;
    let catalogue = catalogue::list(&shop.repository.place).await?;
    let newest = catalogue.find("latest")?;
    let live = connect(&at.keeper.database_of(Login::Backup)?).await?;
    let mut told = Told::default();
    if newest.state < State::Proven {
        let proof = drill::drill(&shop, &catalogue, &newest.id, Aim::Proof, Some(&live)).await?;
        told.put("proof", proof.evidence());
        for finding in &proof.findings {
            told.alarm(format!(
                "backup {} did not prove itself: {}",
                finding.id, finding.what
            ));
        }
    }
    let random = drill::drill(&shop, &catalogue, &newest.id, Aim::Random, Some(&live)).await?;
    for finding in &random.findings {
        told.alarm(format!(
            "backup {} restored to {}: {}",
            finding.id, random.target, finding.what
        ));
    }
    told.put("random", random.evidence());
    told.put("rto_s", random.rto_s);
    told.put("rpo_s", random.rpo_s);
    Ok(told)
}

/// Says which backups nobody has restored, and since when none has proved itself.
pub(super) async fn unproven(at: &At<'_>) -> Result<Told, Trouble> {
    let voice = Voice::quiet();
    let shop = workshop(at.keeper, &voice)?;
    let catalogue = catalogue::list(&shop.repository.place).await?;
    let usable = || catalogue.entries.iter().filter(|entry| entry.is_usable());
    let proven = usable().filter(|entry| entry.state == State::Proven);
    let newest = proven.map(|entry| entry.point.at).max();
    let unproven = usable().filter(|entry| entry.state < State::Proven).count();
    let mut told = Told::default().with("unproven_backups", unproven);
    match newest {
        None => told.alarm("no backup has ever proved itself: run `equoria backup drill`"),
        Some(at) if Utc::now() - at > TimeDelta::days(UNPROVEN_DAYS) => told.alarm(format!(
            "the newest backup that proved itself is of {}: run `equoria backup drill`",
            at.format("%Y-%m-%d")
        )),
        Some(_) => {}
    }
    told.put("newest_proven_at", newest.map(|at| at.to_rfc3339()));
    Ok(told)
}

fn workshop<'a>(keeper: &Keeper, voice: &'a Voice) -> Result<Workshop<'a>, Trouble> {
    let named = keeper.environment.get("EQUORIA_MAINTAIN_WORK")?;
    let folder = named.map_or_else(std::env::temp_dir, PathBuf::from);
    Workshop::open(&keeper.environment, &folder, voice)
}

/// A flat document as the evidence of a task.
fn flat(evidence: Value) -> Told {
    let mut told = Told::default();
    if let Value::Object(figures) = evidence {
        told.evidence = figures;
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_sundays_and_at_the_end_of_a_long_chain_everything_is_backed_up() {
        for (slot, chain, wanted) in [
            ("2026-11-23T03:00:00Z", None, false),
            ("2026-11-23T03:00:00Z", Some(1), true),
            ("2026-11-28T03:00:00Z", Some(6), true),
            ("2026-11-28T03:00:00Z", Some(7), false),
            ("2026-11-22T03:00:00Z", Some(1), false),
        ] {
            assert_eq!(
                is_incremental(slot.parse().unwrap(), chain),
                wanted,
                "{slot} {chain:?}"
            );
        }
    }
}
