//! `equoria migrate`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use super::reach::reach;
use super::{Finding, print_json};
use crate::config::{self, Environment};
use crate::dev::places::Places;
use crate::dev::say::{Voice, human};
use crate::ops::migrate::{self, Migration, Progress, Standing};
use crate::trouble::{Because, Trouble};

#[derive(Subcommand)]
pub(super) enum MigrateCommand {
    /// Apply every pending migration
    #[command(
        after_help = "Examples:\n  equoria migrate deploy\n  MIGRATE_DATABASE_URL=postgresql://equoria_migrator:...@127.0.0.1/equoria equoria migrate deploy --json"
    )]
    Deploy(Output),
    /// Show which migrations are applied, pending, edited or unknown (status 1 unless all are applied)
    #[command(after_help = "Example:\n  equoria migrate status --json")]
    Status(Output),
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
        MigrateCommand::Deploy(output) => deploy(of, output).await,
        MigrateCommand::Status(output) => status(of, output).await,
        MigrateCommand::New { name, output } => start_new(name, output),
        MigrateCommand::Reset { yes, output } => reset(of, *yes, output).await,
    }
}

async fn deploy(of: &Environment, output: &Output) -> Result<Finding, Trouble> {
    let voice = output.voice();
    let mut reached = reach(of, &voice).await?;
    let count = migrate::deploy_with(&mut reached.client, &mut Told(&voice)).await?;
    if output.json {
        print_json(&json!({ "applied": count, "version": migrate::expected_version() }))?;
    } else {
        println!("{}", deployed(count));
    }
    Ok(Finding::Good)
}

fn deployed(count: usize) -> String {
    let version = migrate::expected_version();
    match count {
        0 => format!("Nothing to do: the schema is at version {version}."),
        1 => format!("1 migration applied: the schema is at version {version}."),
        _ => format!("{count} migrations applied: the schema is at version {version}."),
    }
}

async fn status(of: &Environment, output: &Output) -> Result<Finding, Trouble> {
    let reached = reach(of, &output.voice()).await?;
    let steps = migrate::compare(&migrate::applied(&reached.client).await?);
    let is_current = steps
        .iter()
        .all(|(_, standing)| matches!(standing, Standing::Applied(_)));
    if output.json {
        let steps: Vec<_> = steps
            .iter()
            .map(|(folder, standing)| as_json(folder, standing))
            .collect();
        print_json(&json!({
            "database": reached.place,
            "expected_version": migrate::expected_version(),
            "is_current": is_current,
            "migrations": steps,
        }))?;
    } else {
        println!("{}", reached.place);
        for (folder, standing) in &steps {
            println!("  {folder:<32} {}", as_text(standing));
        }
    }
    Ok(if is_current {
        Finding::Good
    } else {
        Finding::Bad
    })
}

fn as_text(standing: &Standing) -> String {
    match standing {
        Standing::Applied(done) => format!(
            "applied {} in {}",
            done.applied_at.format("%Y-%m-%d %H:%M:%S UTC"),
            human(Duration::from_millis(
                u64::try_from(done.took_ms).unwrap_or(0)
            ))
        ),
        Standing::Pending => "pending".to_owned(),
        Standing::Edited(_) => "EDITED since it was applied".to_owned(),
        Standing::Unknown(_) => "UNKNOWN to this program".to_owned(),
    }
}

fn as_json(folder: &str, standing: &Standing) -> serde_json::Value {
    let (word, done) = match standing {
        Standing::Applied(done) => ("applied", Some(done)),
        Standing::Pending => ("pending", None),
        Standing::Edited(done) => ("edited", Some(done)),
        Standing::Unknown(done) => ("unknown", Some(done)),
    };
    json!({
        "migration": folder,
        "standing": word,
        "applied_at": done.map(|done| done.applied_at.to_rfc3339()),
        "took_ms": done.map(|done| done.took_ms),
        "sha256": done.map(|done| &done.sha256),
    })
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

async fn reset(of: &Environment, is_sure: bool, output: &Output) -> Result<Finding, Trouble> {
    if !config::profile(of)?.is_playground() {
        return Err(Trouble::new("migrate reset is refused in production"));
    }
    let voice = output.voice();
    let mut reached = reach(of, &voice).await?;
    if !is_sure && !confirmed(&reached.place)? {
        println!("Nothing was changed.");
        return Ok(Finding::Bad);
    }
    let count = migrate::reset(&mut reached.client, &mut Told(&voice)).await?;
    if output.json {
        print_json(&json!({ "applied": count, "version": migrate::expected_version() }))?;
    } else {
        println!("{} Run `equoria seed` next.", deployed(count));
    }
    Ok(Finding::Good)
}

fn confirmed(place: &str) -> Result<bool, Trouble> {
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::new(
            "migrate reset throws all data away: say --yes where nobody can be asked",
        ));
    }
    print!("All data in {place} will be lost. Type `reset` to go on: ");
    std::io::stdout().flush().because(|| "could not ask")?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .because(|| "could not read the answer")?;
    Ok(answer.trim() == "reset")
}

/// Tells each step to the person at the terminal.
pub(super) struct Told<'a>(pub(super) &'a Voice);

impl Progress for Told<'_> {
    fn ends(&mut self, step: &Migration, took: Duration) {
        self.0.say(&format!("  {step} applied ({})", human(took)));
    }

    fn waits(&mut self, step: &Migration, attempt: u32) {
        if attempt == 1 {
            self.0
                .say(&format!("  {step} waits for a lock that somebody holds"));
        }
    }
}
