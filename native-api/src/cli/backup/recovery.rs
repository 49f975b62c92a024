//! `equoria backup verify`, `restore` and `drill`.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::Output;
use crate::cli::reach::{Reached, reach_as};
use crate::cli::{Finding, print_json};
use crate::config::{Environment, Login};
use crate::dev::say::Voice;
use crate::ops::backup::catalogue::{self, Catalogue};
use crate::ops::backup::create::megabytes;
use crate::ops::backup::drill::{self, Aim, Drill, drill};
use crate::ops::backup::recovery::Workshop;
use crate::ops::backup::recovery::target::{Target, shown};
use crate::ops::backup::restore::{Wish, restore};
use crate::ops::backup::verify::{self, Verified, look_again, verify};
use crate::ops::runs::{self, Outcome};
use crate::trouble::Trouble;

#[derive(Args)]
pub(in crate::cli) struct VerifyArguments {
    /// The backup, as `equoria backup list` names it
    #[arg(required_unless_present_any = ["all", "latest"], conflicts_with_all = ["all", "latest"])]
    id: Option<String>,
    /// Every backup
    #[arg(long, conflicts_with = "latest")]
    all: bool,
    /// The newest one
    #[arg(long)]
    latest: bool,
    #[command(flatten)]
    bench: Workbench,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(in crate::cli) struct RestoreArguments {
    /// The backup to start from [default: the newest that was complete before the target]
    id: Option<String>,
    /// Where to stop: latest, an instant such as 2026-11-22T21:05:00Z, or the name of a restore point
    #[arg(long, value_name = "TARGET")]
    to: String,
    /// The data folder to make, empty or missing
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// The port that the restored server is to listen on [default: its old one]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(in crate::cli) struct DrillArguments {
    /// The backup [default: the newest]
    id: Option<String>,
    /// Where to: proof (the instant whose content was recorded: only this proves), random, or an instant
    #[arg(long, value_name = "TARGET", default_value = "proof")]
    to: String,
    #[command(flatten)]
    bench: Workbench,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
struct Workbench {
    /// The folder to unpack in, which needs room for the cluster [default: that of temporary files]
    #[arg(long, value_name = "FOLDER")]
    work: Option<PathBuf>,
}

impl Workbench {
    fn folder(&self) -> PathBuf {
        self.work.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// The live server, for the rows of evidence and for what it has by now. A repository may be looked at without one.
///
/// # Errors
/// When its URL cannot be one: that is no server that was lost.
async fn live(of: &Environment, voice: &Voice) -> Result<Option<Reached>, Trouble> {
    Login::Backup.database(of)?;
    match reach_as(of, voice, Login::Backup).await {
        Ok(reached) => Ok(Some(reached)),
        Err(trouble) => {
            voice.say(&format!(
                "  what is seen is written down in the catalogue alone: {trouble}"
            ));
            Ok(None)
        }
    }
}

async fn record(
    live: Option<&Client>,
    name: &str,
    started: DateTime<Utc>,
    is_good: bool,
    evidence: &Value,
) -> Result<(), Trouble> {
    let Some(client) = live else { return Ok(()) };
    let outcome = if is_good {
        Outcome::Done
    } else {
        Outcome::Found
    };
    runs::record(client, name, started, outcome, evidence).await
}

fn found(is_good: bool) -> Finding {
    if is_good { Finding::Good } else { Finding::Bad }
}

pub(in crate::cli) async fn run_verify(
    of: &Environment,
    arguments: &VerifyArguments,
) -> Result<Finding, Trouble> {
    let voice = arguments.output.voice();
    let shop = Workshop::open(of, &arguments.bench.folder(), &voice)?;
    let catalogue = catalogue::list(&shop.repository.place).await?;
    let ids = ids(arguments, &catalogue)?;
    let live = live(of, &voice).await?;
    let client = live.as_ref().map(|it| &it.client);
    let mut all = Vec::new();
    for id in ids {
        // Read anew: what the backup builds on may have been found broken just now.
        let catalogue = catalogue::list(&shop.repository.place).await?;
        let started = Utc::now();
        // Who names a backup means it, broken or not.
        let verified = match &arguments.id {
            Some(_) => look_again(&shop, &catalogue, &id).await?,
            None => verify(&shop, &catalogue, &id).await?,
        };
        record(
            client,
            verify::RUN,
            started,
            verified.is_good(),
            &verified.evidence(),
        )
        .await?;
        if !arguments.output.json {
            println!("{}", as_line(&verified));
        }
        all.push(verified);
    }
    if arguments.output.json {
        print_json(&json!({ "backups": all, "corrupted": catalogue.corrupted }))?;
    }
    match (arguments.all, catalogue.corrupted.first()) {
        (true, Some(bad)) => Err(Trouble::new(format!(
            "the catalogue's entry of backup {} is corrupted: {}",
            bad.id, bad.reason
        ))),
        _ => Ok(found(all.iter().all(Verified::is_good))),
    }
}

fn ids(arguments: &VerifyArguments, catalogue: &Catalogue) -> Result<Vec<String>, Trouble> {
    if arguments.all {
        let there = catalogue
            .entries
            .iter()
            .filter(|entry| entry.going.is_none());
        let ids: Vec<String> = there.map(|entry| entry.id.clone()).collect();
        if ids.is_empty() && catalogue.corrupted.is_empty() {
            return Err(Trouble::new(
                "there is no backup to verify: take one with `equoria backup create`",
            ));
        }
        return Ok(ids);
    }
    let id = arguments.id.as_deref().unwrap_or("latest");
    Ok(vec![catalogue.find(id)?.id.clone()])
}

fn as_line(verified: &Verified) -> String {
    let Verified { id, findings, .. } = verified;
    if findings.is_empty() {
        let mut line = format!(
            "{id} checked: {} and {} segments of its log are whole, in {:.1} s",
            megabytes(verified.bytes),
            verified.segments,
            verified.took_ms as f64 / 1e3
        );
        if let Some(reason) = &verified.was_broken {
            line.push_str(&format!(
                "\n  it was broken, and is so no more: {reason}\n  prove it anew: equoria backup drill {id}"
            ));
        }
        return line;
    }
    let lines: Vec<String> = findings
        .iter()
        .map(|it| format!("  {}: {}", it.id, it.what))
        .collect();
    format!("{id} is NOT good:\n{}", lines.join("\n"))
}

pub(in crate::cli) async fn run_restore(
    of: &Environment,
    arguments: &RestoreArguments,
) -> Result<Finding, Trouble> {
    let voice = arguments.output.voice();
    let wish = Wish {
        id: arguments.id.clone(),
        target: Target::parse(&arguments.to)?,
        into: std::path::absolute(&arguments.into).unwrap_or_else(|_| arguments.into.clone()),
        port: arguments.port,
    };
    let parent = wish.into.parent().unwrap_or(Path::new("/"));
    let shop = Workshop::open(of, parent, &voice)?;
    let restored = restore(&shop, &wish).await?;
    if arguments.output.json {
        print_json(&restored)?;
    } else {
        println!(
            "{} holds backup {} brought to {} (fetched in {:.1} s, replayed in {:.1} s).\n\
             It archives nothing (archive_mode is off in its postgresql.auto.conf). Start it as the user who owns it:\n  {}",
            restored.folder.display(),
            restored.backup_id,
            restored.target,
            restored.fetch_ms as f64 / 1e3,
            restored.replay_ms as f64 / 1e3,
            restored.start_with
        );
    }
    Ok(Finding::Good)
}

pub(in crate::cli) async fn run_drill(
    of: &Environment,
    arguments: &DrillArguments,
) -> Result<Finding, Trouble> {
    let voice = arguments.output.voice();
    let aim = aim(&arguments.to)?;
    let shop = Workshop::open(of, &arguments.bench.folder(), &voice)?;
    let catalogue = catalogue::list(&shop.repository.place).await?;
    let id = arguments.id.as_deref().unwrap_or("latest");
    catalogue.find(id)?;
    let live = live(of, &voice).await?;
    let client = live.as_ref().map(|it| &it.client);
    let started = Utc::now();
    let drilled = drill(&shop, &catalogue, id, aim, client).await?;
    record(
        client,
        drill::RUN,
        started,
        drilled.is_good(),
        &drilled.evidence(),
    )
    .await?;
    if arguments.output.json {
        print_json(&drilled)?;
    } else {
        println!("{}", as_report(&drilled));
    }
    Ok(found(drilled.is_good()))
}

fn aim(text: &str) -> Result<Aim, Trouble> {
    match (text, Target::parse(text)) {
        ("proof", _) => Ok(Aim::Proof),
        ("random", _) => Ok(Aim::Random),
        (_, Ok(Target::Time(at))) => Ok(Aim::Time(at)),
        _ => Err(Trouble::new(format!(
            "`{text}` is no target of a drill: say proof, random, or an instant such as 2026-11-22T21:05:00Z"
        ))),
    }
}

fn as_report(drill: &Drill) -> String {
    let verdict = match (drill.is_good(), drill.is_compared) {
        (true, true) => "proven: every table has the rows that were recorded",
        (true, false) => "good, but compared with nothing: only a drill to its proof proves it",
        (false, _) => "NOT proven",
    };
    let mut text = format!(
        "{} restored to {}\n  {verdict} ({} tables, {} rows)\n",
        drill.id, drill.target, drill.tables, drill.rows
    );
    for finding in &drill.findings {
        text.push_str(&format!("    {}: {}\n", finding.id, finding.what));
    }
    for check in drill.checks.iter().filter(|check| check.is_good()) {
        text.push_str(&format!(
            "  {check} ({:.1} s)\n",
            check.took_ms as f64 / 1e3
        ));
    }
    let rpo = drill
        .rpo_s
        .map_or("unknown: no live server".to_owned(), |it| {
            format!("{it:.1} s")
        });
    text.push_str(&format!(
        "  RTO {:.1} s: {} fetched and unpacked in {:.1} s, replayed in {:.1} s; the proof took {:.1} s\n  RPO {rpo}; restorable until {}",
        drill.rto_s,
        megabytes(drill.bytes),
        drill.fetch_ms as f64 / 1e3,
        drill.replay_ms as f64 / 1e3,
        drill.proof_ms as f64 / 1e3,
        shown(&drill.restorable_until)
    ));
    text
}
