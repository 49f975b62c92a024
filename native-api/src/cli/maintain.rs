//! `equoria maintain`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use tokio::sync::watch;

use super::reach::ways;
use super::{Finding, print_json};
use crate::config::{Environment, Login};
use crate::dev::asked_to_stop;
use crate::dev::say::{Step, Voice, human};
use crate::ops::maintain::{
    self, Calendar, Ended, Keeper, Progress, Report, Rhythm, Task, capacity, history,
};
use crate::ops::runs::Told;
use crate::trouble::Trouble;

#[derive(Subcommand)]
pub(super) enum MaintainCommand {
    /// Backup, vacuum, audit seal, ledger, long transactions
    #[command(
        after_help = "Examples:\n  equoria maintain daily\n  equoria maintain daily --slot 2026-11-22T03:00:00Z --json"
    )]
    Daily(Doing),
    /// Performance against last week, backup drill, whole ledger, bloated indexes
    #[command(after_help = "Example:\n  equoria maintain weekly")]
    Weekly(Doing),
    /// The security audit: roles, passwords, TLS, who may connect, advisories
    #[command(
        after_help = "Example:\n  EQUORIA_ADVISORY_DB=/srv/advisory-db equoria maintain monthly"
    )]
    Monthly(Doing),
    /// The capacity plan: what grows how fast, and when it is full
    #[command(after_help = "Example:\n  equoria maintain quarterly --json | jq .tasks.capacity")]
    Quarterly(Doing),
    /// What was done, the newest first
    #[command(
        after_help = "Examples:\n  equoria maintain history\n  equoria maintain history --name backup_create --limit 5 --json"
    )]
    History(Looking),
    /// What is due, and when the next slots come (status 1 if a slot waits)
    #[command(after_help = "Example:\n  equoria maintain due")]
    Due(Output),
}

#[derive(Args)]
pub(super) struct Output {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Doing {
    /// Work off this slot of the schedule instead of a run beside it
    #[arg(long, value_name = "TIME")]
    slot: Option<DateTime<Utc>>,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(super) struct Looking {
    /// Only runs of this name, such as maintain_daily or backup_create
    #[arg(long)]
    name: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    #[command(flatten)]
    output: Output,
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

pub(super) async fn maintain(
    of: &Environment,
    command: &MaintainCommand,
) -> Result<Finding, Trouble> {
    match command {
        MaintainCommand::Daily(doing) => carry_out(of, Rhythm::Daily, doing).await,
        MaintainCommand::Weekly(doing) => carry_out(of, Rhythm::Weekly, doing).await,
        MaintainCommand::Monthly(doing) => carry_out(of, Rhythm::Monthly, doing).await,
        MaintainCommand::Quarterly(doing) => carry_out(of, Rhythm::Quarterly, doing).await,
        MaintainCommand::History(looking) => show_history(of, looking).await,
        MaintainCommand::Due(output) => show_due(of, output).await,
    }
}

async fn carry_out(of: &Environment, rhythm: Rhythm, doing: &Doing) -> Result<Finding, Trouble> {
    let voice = doing.output.voice();
    let slot = slot(Calendar::from_environment(of)?, rhythm, doing.slot)?;
    let ways = ways(of, &voice, Login::Maintainer).await?;
    let keeper = keeper(&ways.environment)?;
    let mut client = keeper.connect().await?;
    // Listened for before the slot is ours, so that it is given back in any case.
    let asked = asked_to_stop();
    let turn = maintain::take_by_hand(&mut client, rhythm, slot, keeper.lease).await?;
    let (stop, stopping) = watch::channel(false);
    let mut heard = Heard {
        voice: &voice,
        step: None,
    };
    let ended = {
        let working = maintain::carry_out(&keeper, &turn, stopping, &mut heard);
        tokio::pin!(working);
        tokio::select! {
            ended = &mut working => ended?,
            asked = asked => {
                asked?;
                stop.send_replace(true);
                working.await?
            }
        }
    };
    match ended {
        Ended::Report(report) => tell(&report, &doing.output),
        Ended::Stopped => {
            if doing.slot.is_none() {
                maintain::give_up(&keeper, &turn).await?;
            }
            Err(Trouble::new("maintenance was stopped before its end"))
        }
        Ended::Lost => Err(Trouble::new(
            "the lease of the run ran out, and another worker has taken it over",
        )),
    }
}

/// The slot that was asked for, or this instant.
fn slot(
    calendar: Calendar,
    rhythm: Rhythm,
    asked: Option<DateTime<Utc>>,
) -> Result<DateTime<Utc>, Trouble> {
    let now = Utc::now();
    match asked {
        None => Ok(now),
        Some(slot) if slot > now => Err(Trouble::new(format!("the slot {slot} is still to come"))),
        Some(slot) if calendar.is_slot(rhythm, slot) => Ok(slot),
        Some(slot) => Err(Trouble::new(format!(
            "{slot} is no slot of {rhythm} maintenance: the slots around it are {} and {}",
            calendar.newest(rhythm, slot),
            calendar.next(rhythm, slot)
        ))),
    }
}

fn keeper(of: &Environment) -> Result<Keeper, Trouble> {
    Keeper::from_environment(of)?.ok_or_else(|| {
        Trouble::new(
            "MAINTAIN_DATABASE_URL is not set: it says how equoria_maintainer reaches the database",
        )
    })
}

fn tell(report: &Report, output: &Output) -> Result<Finding, Trouble> {
    let needs_somebody = report
        .findings
        .iter()
        .any(maintain::Finding::needs_somebody);
    if output.json {
        print_json(report)?;
    } else {
        println!(
            "{} of {}: {} in {}, {}",
            report.name,
            report.slot.format("%Y-%m-%d %H:%M UTC"),
            report.outcome,
            human(Duration::from_millis(report.took_ms)),
            match report.findings.len() {
                0 => "nothing found".to_owned(),
                1 => "1 finding".to_owned(),
                count => format!("{count} findings"),
            }
        );
        for line in report
            .tasks
            .get("capacity")
            .map_or(Vec::new(), capacity::table)
        {
            println!("  {line}");
        }
        for finding in &report.findings {
            println!(
                "  {:<7} {:<14} {}",
                finding.severity, finding.task, finding.sentence
            );
        }
    }
    Ok(if needs_somebody {
        Finding::Bad
    } else {
        Finding::Good
    })
}

/// Tells each task to the person at the terminal.
struct Heard<'a> {
    voice: &'a Voice,
    step: Option<Step<'a>>,
}

impl Progress for Heard<'_> {
    fn begins(&mut self, task: Task) {
        self.step = Some(self.voice.step(task.name()));
    }

    fn ends(&mut self, task: Task, _: Duration, findings: &[maintain::Finding]) {
        let Some(step) = self.step.take() else { return };
        match findings.iter().filter(|it| it.needs_somebody()).count() {
            0 => step.done(&format!("{}: well", task.name())),
            1 => step.done(&format!("{}: 1 finding", task.name())),
            count => step.done(&format!("{}: {count} findings", task.name())),
        }
    }
}

async fn show_history(of: &Environment, looking: &Looking) -> Result<Finding, Trouble> {
    let ways = ways(of, &looking.output.voice(), Login::Maintainer).await?;
    let client = keeper(&ways.environment)?.connect().await?;
    let runs = history::runs(&client, looking.name.as_deref(), looking.limit).await?;
    if looking.output.json {
        print_json(&runs)?;
        return Ok(Finding::Good);
    }
    if runs.is_empty() {
        println!("Nothing was done yet.");
    }
    for run in &runs {
        println!("{}", line(run));
    }
    Ok(Finding::Good)
}

fn line(run: &Told) -> String {
    let took = run
        .finished_at
        .and_then(|end| (end - run.started_at).to_std().ok());
    let findings = run.evidence.get("findings").and_then(|it| it.as_array());
    let made_up = run
        .evidence
        .get("made_up_by_slot")
        .and_then(|it| it.as_str());
    let rest = match (made_up, findings.map_or(0, Vec::len)) {
        (Some(by), _) => format!("made up by the slot {by}"),
        (None, 0) => String::new(),
        (None, 1) => "1 finding".to_owned(),
        (None, count) => format!("{count} findings"),
    };
    let took = took
        .filter(|_| made_up.is_none())
        .map(human)
        .unwrap_or_default();
    let outcome = run.outcome.as_deref().unwrap_or("not ended");
    let slot = run.slot.format("%Y-%m-%d %H:%M");
    let line = format!("{slot}  {:<19} {outcome:<9} {took:>12}  {rest}", run.name);
    line.trim_end().to_owned()
}

async fn show_due(of: &Environment, output: &Output) -> Result<Finding, Trouble> {
    let ways = ways(of, &output.voice(), Login::Maintainer).await?;
    let keeper = keeper(&ways.environment)?;
    let client = keeper.connect().await?;
    let standings = history::standings(&client, keeper.calendar, Utc::now()).await?;
    if output.json {
        print_json(&standings)?;
    } else {
        for standing in &standings {
            let last = standing.last_slot.map_or("never".to_owned(), |slot| {
                let outcome = standing.last_outcome.as_deref().unwrap_or_default();
                format!("{} {outcome}", slot.format("%Y-%m-%d %H:%M"))
            });
            let due = standing.due.len();
            println!(
                "{:<10} last {last:<24} next {}  due now: {due}",
                standing.rhythm,
                standing.next_slot.format("%Y-%m-%d %H:%M UTC")
            );
        }
    }
    let waits = standings.iter().any(|standing| !standing.due.is_empty());
    Ok(if waits { Finding::Bad } else { Finding::Good })
}
