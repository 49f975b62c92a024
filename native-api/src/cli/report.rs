//! `equoria report`.

use std::path::PathBuf;

use chrono::Utc;
use clap::{Args, ValueEnum};

use super::file::write_whole;
use super::reach::reach_as;
use super::{Finding, print_json};
use crate::config::{Environment, Login};
use crate::dev::say::Voice;
use crate::ops::monitor::Source;
use crate::ops::report::{self, Report, Subject};
use crate::trouble::Trouble;

/// What `--help` ends with.
pub(super) const EXAMPLES: &str = "Examples:
  equoria report slow                       the statements that take the most time
  equoria report indexes --json | jq .tables.unused
  equoria report locks                      who waits for whom, now
  equoria report all --html report.html     everything as one page that needs nothing else

Exit status 1 if something needs somebody: the sentences of the report say what.";

#[derive(Args)]
pub(super) struct ReportArguments {
    /// What to report on
    about: About,
    /// Write one HTML file instead
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    html: Option<PathBuf>,
    /// Where the API's process tells its figures
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum About {
    /// The statements that take the most time, from pg_stat_statements
    Slow,
    /// Indexes that are unused, duplicate, missing or invalid
    Indexes,
    /// Sizes of tables and indexes, and their growth since earlier samples
    Storage,
    /// Connections of the server and of the API's pools
    Pool,
    /// Who waits for whom, now
    Locks,
    /// Room that tables and indexes hold and do not use (reads the indexes)
    Bloat,
    /// Trainings, entries, foals, shows, players, and coins by cause
    Business,
    /// Everything
    All,
}

impl About {
    const fn subjects(self) -> &'static [Subject] {
        match self {
            Self::Slow => &[Subject::Slow],
            Self::Indexes => &[Subject::Indexes],
            Self::Storage => &[Subject::Storage],
            Self::Pool => &[Subject::Pool],
            Self::Locks => &[Subject::Locks],
            Self::Bloat => &[Subject::Bloat],
            Self::Business => &[Subject::Business],
            Self::All => &Subject::ALL,
        }
    }
}

pub(super) async fn report(
    of: &Environment,
    arguments: &ReportArguments,
) -> Result<Finding, Trouble> {
    let voice = match arguments.json {
        true => Voice::quiet(),
        false => Voice::default(),
    };
    let source = Source::of(of, arguments.url.as_deref())?;
    let reached = reach_as(of, &voice, Login::Monitor).await?;
    let api = source.figures().await;
    let mut reports = Vec::new();
    for subject in arguments.about.subjects() {
        let step = voice.step(format!("asking for the report `{}`", subject.as_str()));
        reports.push(subject.ask(&reached.client, api.as_ref()).await?);
        drop(step);
    }
    match &arguments.html {
        Some(file) => write_whole(file, &report::page(&reports, &reached.place, Utc::now()))?,
        None => print(&reports, arguments)?,
    }
    Ok(finding(&reports))
}

fn finding(reports: &[Report]) -> Finding {
    if reports.iter().any(|report| report.is_red) {
        Finding::Bad
    } else {
        Finding::Good
    }
}

fn print(reports: &[Report], arguments: &ReportArguments) -> Result<(), Trouble> {
    match (arguments.json, reports) {
        (true, [one]) => print_json(one),
        (true, all) => print_json(&all),
        (false, all) => {
            let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
            print!("{}", texts.join("\n"));
            Ok(())
        }
    }
}
