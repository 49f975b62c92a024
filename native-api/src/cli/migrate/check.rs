//! `equoria migrate check` and `equoria migrate baseline`.

use chrono::Utc;
use clap::Args;
use serde_json::json;

use super::Output;
use crate::cli::reach::{Reached, reach};
use crate::cli::{Finding, print_json};
use crate::config::{Database, Environment};
use crate::ops::migrate::lint::{self, Review};
use crate::ops::migrate::{self, ALL, Baseline, Drift};
use crate::ops::runs::{self, Outcome};
use crate::trouble::{Because, Trouble};

#[derive(Args)]
pub(in crate::cli) struct CheckArguments {
    /// Read the migrations' texts alone: no database is needed
    #[arg(long)]
    lint_only: bool,
    #[command(flatten)]
    scratch: Scratch,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(in crate::cli) struct BaselineArguments {
    /// The version that the schema is
    #[arg(long)]
    version: i32,
    #[command(flatten)]
    scratch: Scratch,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
struct Scratch {
    /// A server where a scratch database may be made, as a URL; without it that of the database itself
    #[arg(long, value_name = "URL")]
    scratch_url: Option<String>,
}

impl Scratch {
    fn beside(&self, reached: &Reached) -> Result<Database, Trouble> {
        match &self.scratch_url {
            Some(url) => Database::parse(url).because(|| "--scratch-url is refused"),
            None => Ok(reached.database.clone()),
        }
    }
}

pub(super) async fn check(
    of: &Environment,
    arguments: &CheckArguments,
) -> Result<Finding, Trouble> {
    let review = lint::review(ALL, lint::LANDED);
    let drift = match arguments.lint_only {
        true => None,
        false => Some(compare(of, arguments).await?),
    };
    if arguments.output.json {
        print_json(&json!({
            "lint": review,
            "drift": drift.as_ref().map(|drift| json!({
                "version": drift.version,
                "compared": drift.compared,
                "differences": drift.differences,
                "pending": drift.pending,
            })),
        }))?;
    } else {
        print_review(&review);
        drift.iter().for_each(print_drift);
    }
    let is_same = drift.is_none_or(|drift| drift.differences.is_empty());
    Ok(Finding::of(is_same && review.complaints.is_empty()))
}

async fn compare(of: &Environment, arguments: &CheckArguments) -> Result<Drift, Trouble> {
    let voice = arguments.output.voice();
    let mut reached = reach(of, &voice).await?;
    let scratch = arguments.scratch.beside(&reached)?;
    let step = voice.step("replaying the migrations in a scratch database");
    let drift = migrate::drift(&mut reached.client, ALL, &scratch).await?;
    step.done("migrations replayed in a scratch database, which is dropped again");
    Ok(drift)
}

fn print_review(review: &Review) {
    for complaint in &review.complaints {
        let lint::Complaint {
            file,
            line,
            rule,
            message,
        } = complaint;
        println!("{file}:{line}: {rule}: {message}");
    }
    match review.complaints.len() {
        0 => println!(
            "{} files of migrations read: nothing to complain about ({} waived, each for its reason).",
            review.files, review.waived
        ),
        count => println!(
            "{count} complaints about {} files of migrations ({} waived): mend them, or waive each with `-- equoria: waive RULE: reason` on the line before the statement.",
            review.files, review.waived
        ),
    }
}

fn print_drift(drift: &Drift) {
    for difference in &drift.differences {
        println!("{difference}");
    }
    let Drift {
        version, compared, ..
    } = drift;
    match drift.differences.len() {
        0 => println!(
            "The database is what its migrations make it at version {version}: {compared} things of its catalogues compared."
        ),
        count => println!(
            "{count} differences between the database and its migrations at version {version} ({compared} things compared)."
        ),
    }
    if !drift.pending.is_empty() {
        println!("Not applied yet: {}.", drift.pending.join(", "));
    }
}

pub(super) async fn baseline(
    of: &Environment,
    arguments: &BaselineArguments,
) -> Result<Finding, Trouble> {
    let voice = arguments.output.voice();
    let started = Utc::now();
    let mut reached = reach(of, &voice).await?;
    let scratch = arguments.scratch.beside(&reached)?;
    let step = voice.step("replaying the migrations in a scratch database");
    let version = arguments.version;
    let came = migrate::baseline(&mut reached.client, ALL, version, &scratch).await?;
    step.done("compared with a replay of the migrations");
    let (written, differences) = match came {
        Baseline::Written(count) => (count, Vec::new()),
        Baseline::Refused(differences) => (0, differences),
    };
    if differences.is_empty() && super::history::has_runs(&reached.client).await? {
        let evidence = json!({ "command": "baseline", "steps": written, "version": version });
        runs::record(
            &reached.client,
            "migrate",
            started,
            Outcome::Done,
            &evidence,
        )
        .await?;
    }
    if arguments.output.json {
        print_json(&json!({ "written": written, "version": version, "differences": differences }))?;
    } else if differences.is_empty() {
        println!(
            "The schema is version {version}: {written} migrations are written down as applied."
        );
    } else {
        for difference in &differences {
            println!("{difference}");
        }
        println!("The schema is not version {version}: nothing was written.");
    }
    Ok(Finding::of(differences.is_empty()))
}
