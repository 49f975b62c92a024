//! `equoria migrate`.

mod check;
mod history;
mod told;

pub(super) use told::Told;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use chrono::Utc;
use clap::{Args, Subcommand};
use serde_json::json;

use super::reach::{Reached, reach};
use super::{Finding, print_json};
use crate::config::{self, Environment};
use crate::dev::places::Places;
use crate::dev::say::Voice;
use crate::ops::migrate::{self, Done, PATIENCE, Runner};
use crate::trouble::{Because, Trouble};

#[derive(Subcommand)]
pub(super) enum MigrateCommand {
    /// Apply every pending migration, after setting a restore point
    #[command(
        after_help = "Examples:\n  equoria migrate deploy\n  MIGRATE_DATABASE_URL=postgresql://equoria_migrator:...@127.0.0.1/equoria equoria migrate deploy --json\n\nA step waits 500 ms for a lock, steps back to let the players through, and tries again; who holds the lock is told."
    )]
    Deploy {
        /// How long each step goes on trying to get its locks
        #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE.as_secs(), value_parser = clap::value_parser!(u64).range(..=86_400))]
        patience: u64,
        #[command(flatten)]
        output: Output,
    },
    /// Show which migrations are applied, pending, edited or unknown (status 1 unless all are applied)
    #[command(after_help = "Example:\n  equoria migrate status --json")]
    Status(Output),
    /// Compare the database with a replay of its migrations, and lint their texts (status 1 if anything differs)
    #[command(
        after_help = "Examples:\n  equoria migrate check\n  equoria migrate check --lint-only --json\n  equoria migrate check --scratch-url postgresql://postgres:...@127.0.0.1:5433/postgres\n\nThe replay needs a scratch database, which is made on the same server and dropped again; where this role may not \nmake one, --scratch-url names a server (of the same PostgreSQL version) and a role that may."
    )]
    Check(check::CheckArguments),
    /// Undo the newest migration, or all down to a version (refused in production)
    #[command(
        after_help = "Examples:\n  equoria migrate rollback --yes\n  equoria migrate rollback --to 13 --yes"
    )]
    Rollback {
        /// The version to come back to; without it one step is undone
        #[arg(long, value_name = "VERSION")]
        to: Option<i32>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Write the ledger of a database whose schema was made elsewhere, once it is seen to be that of a version
    #[command(
        after_help = "Examples:\n  equoria migrate baseline --version 14\n\nExit status 1: the schema is another one; what differs is listed, and nothing is written."
    )]
    Baseline(check::BaselineArguments),
    /// Start a new migration: a numbered folder with up.sql and down.sql
    #[command(after_help = "Example:\n  equoria migrate new farriers")]
    New {
        /// Lower-case words joined by _
        name: String,
        #[command(flatten)]
        output: Output,
    },
    /// Throw all data away and apply every migration anew (refused in production)
    #[command(after_help = "Example:\n  equoria migrate reset --yes")]
    Reset {
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Args)]
pub(super) struct Output {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Output {
    fn voice(&self) -> Voice {
        if self.json {
            Voice::quiet()
        } else {
            Voice::default()
        }
    }
}

pub(super) async fn migrate(
    of: &Environment,
    command: &MigrateCommand,
) -> Result<Finding, Trouble> {
    match command {
        MigrateCommand::Deploy { patience, output } => {
            deploy(of, Duration::from_secs(*patience), output).await
        }
        MigrateCommand::Status(output) => history::status(of, output).await,
        MigrateCommand::Check(arguments) => check::check(of, arguments).await,
        MigrateCommand::Rollback { to, yes, output } => rollback(of, *to, *yes, output).await,
        MigrateCommand::Baseline(arguments) => check::baseline(of, arguments).await,
        MigrateCommand::New { name, output } => start_new(name, output),
        MigrateCommand::Reset { yes, output } => reset(of, *yes, output).await,
    }
}

async fn deploy(of: &Environment, patience: Duration, output: &Output) -> Result<Finding, Trouble> {
    let voice = output.voice();
    let (mut reached, started) = (reach(of, &voice).await?, Utc::now());
    let mut told = Told(&voice);
    let runner = runner(&mut reached, &mut told).with_patience(patience);
    let done = runner.deploy().await;
    history::keep(&reached.client, "deploy", started, &done).await?;
    report(output, &done?, "applied")
}

fn runner<'a>(reached: &'a mut Reached, told: &'a mut Told<'_>) -> Runner<'a> {
    Runner::new(&mut reached.client, told).with_lookout(&reached.database)
}

/// Tells what a runner did.
fn report(output: &Output, done: &Done, verb: &str) -> Result<Finding, Trouble> {
    let version = done.version;
    if output.json {
        print_json(&json!({
            verb: done.steps.len(),
            "steps": done.steps,
            "version": version,
            "restore_point": done.restore_point,
        }))?;
        return Ok(Finding::Good);
    }
    match done.steps.len() {
        0 => println!("Nothing to do: the schema is at version {version}."),
        1 => println!("1 migration {verb}: the schema is at version {version}."),
        count => println!("{count} migrations {verb}: the schema is at version {version}."),
    }
    Ok(Finding::Good)
}

fn start_new(name: &str, output: &Output) -> Result<Finding, Trouble> {
    let folder = migrate::write_new(&Places::find()?.root.join("migrations"), name)?;
    if output.json {
        print_json(&json!({ "folder": folder }))?;
    } else {
        println!("Fill in {0}/up.sql and {0}/down.sql.", folder.display());
    }
    Ok(Finding::Good)
}

async fn rollback(
    of: &Environment,
    to: Option<i32>,
    is_sure: bool,
    output: &Output,
) -> Result<Finding, Trouble> {
    if !config::is_playground(of, "migrate rollback")? {
        return Err(Trouble::new(
            "migrate rollback is refused in production, where undoing a step would lose what players did since: mend it with a new migration, or restore to the restore point that `equoria migrate deploy` set before it",
        ));
    }
    let voice = output.voice();
    let mut reached = reach(of, &voice).await?;
    let current = migrate::current_version(&reached.client)
        .await?
        .unwrap_or(0);
    let to = to.unwrap_or((current - 1).max(0));
    if !(0..=current).contains(&to) {
        return Err(Trouble::new(format!(
            "the database is at schema version {current}: --to takes a version from 0 to {current}"
        )));
    }
    let undoes = format!(
        "Whatever the steps after version {to} hold in {} will be lost.",
        reached.place
    );
    if !is_sure && !confirmed("rollback", &undoes)? {
        println!("Nothing was changed.");
        return Ok(Finding::Bad);
    }
    let started = Utc::now();
    let done = runner(&mut reached, &mut Told(&voice))
        .rollback_to(to)
        .await;
    history::keep(&reached.client, "rollback", started, &done).await?;
    report(output, &done?, "undone")
}

async fn reset(of: &Environment, is_sure: bool, output: &Output) -> Result<Finding, Trouble> {
    if !config::is_playground(of, "migrate reset")? {
        return Err(Trouble::new("migrate reset is refused in production"));
    }
    let voice = output.voice();
    let mut reached = reach(of, &voice).await?;
    let loses = format!("All data in {} will be lost.", reached.place);
    if !is_sure && !confirmed("reset", &loses)? {
        println!("Nothing was changed.");
        return Ok(Finding::Bad);
    }
    let started = Utc::now();
    let done = runner(&mut reached, &mut Told(&voice)).reset().await;
    history::keep(&reached.client, "reset", started, &done).await?;
    report(output, &done?, "applied")?;
    if !output.json {
        println!("Run `equoria seed` next.");
    }
    Ok(Finding::Good)
}

fn confirmed(command: &str, loses: &str) -> Result<bool, Trouble> {
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::new(format!(
            "migrate {command} throws data away: say --yes where nobody can be asked"
        )));
    }
    print!("{loses} Type `{command}` to go on: ");
    std::io::stdout().flush().because(|| "could not ask")?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .because(|| "could not read the answer")?;
    Ok(answer.trim() == command)
}
