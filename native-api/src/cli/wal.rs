//! `equoria wal`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Finding, print_json};
use crate::config::{Environment, Login};
use crate::db::connect;
use crate::ops::backup::Repository;
use crate::ops::backup::overview::Behind;
use crate::ops::backup::wal::shelf::Shelf;
use crate::ops::backup::wal::{self, Pushed};
use crate::trouble::Trouble;

#[derive(Subcommand)]
pub(super) enum WalCommand {
    /// Store a file of the write-ahead log: PostgreSQL's archive_command
    #[command(
        after_help = "Examples:\n  archive_command = '/usr/local/bin/equoria wal push --environment /etc/equoria/archive.env \"%p\"'\n  equoria wal push pg_wal/000000010000000000000007\n\nThe same file twice is fine. Another content under a known name is refused, and the first one stays.\nThe file's time tells until when the log can be restored: bring it along where a file was copied (`cp -p`)."
    )]
    Push(PushArguments),
    /// Bring a file of the write-ahead log back: PostgreSQL's restore_command (status 1 if there is none)
    #[command(
        after_help = "Examples:\n  equoria wal fetch 000000010000000000000007 /tmp/segment\n  restore_command = '/usr/local/bin/equoria wal fetch --environment /etc/equoria/restore.env %f \"%p\" || { test $? = 1 && exit 1; exit 126; }'\n\nThe rest of that line stops a recovery at a damaged file: PostgreSQL takes every status up to 125 for the end of the log."
    )]
    Fetch(FetchArguments),
    /// Show which segments the repository has, and which are missing (status 1 if one is)
    #[command(after_help = "Example:\n  equoria wal list --json | jq '.timelines[].gaps'")]
    List(ListArguments),
}

#[derive(Args)]
pub(super) struct PushArguments {
    /// The file, as PostgreSQL names it by %p
    path: PathBuf,
    /// Read the settings from this file of NAME=value lines: PostgreSQL's environment is not the operator's
    #[arg(long, value_name = "FILE")]
    environment: Option<PathBuf>,
    /// Give a file up that cannot be stored, once this much waits for the archive: a gap rather than a full disk
    #[arg(long, value_name = "MIB")]
    give_up_mib: Option<u64>,
}

#[derive(Args)]
pub(super) struct FetchArguments {
    /// The file's name, as PostgreSQL gives it by %f
    name: String,
    /// Where it shall be, as PostgreSQL names it by %p
    path: PathBuf,
    /// Read the settings from this file of NAME=value lines
    #[arg(long, value_name = "FILE")]
    environment: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct ListArguments {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn wal(of: &Environment, command: &WalCommand) -> Result<Finding, Trouble> {
    match command {
        WalCommand::Push(arguments) => push(of, arguments).await,
        WalCommand::Fetch(arguments) => fetch(of, arguments).await,
        WalCommand::List(arguments) => list(of, arguments).await,
    }
}

async fn push(of: &Environment, arguments: &PushArguments) -> Result<Finding, Trouble> {
    let path = &arguments.path;
    let pushed =
        match settings(of, arguments.environment.as_deref()).and_then(|of| Repository::of(&of)) {
            Ok(repository) => wal::push(&repository, path).await,
            Err(trouble) => Err(trouble),
        };
    match (pushed, arguments.give_up_mib) {
        (Ok(Pushed::Stored), _) => Ok(Finding::Good),
        (Ok(Pushed::Known), _) => {
            eprintln!(
                "equoria: {} is in the repository already, and the same",
                path.display()
            );
            Ok(Finding::Good)
        }
        (Err(trouble), Some(limit)) if wal::waiting_mib(path)? >= limit => {
            eprintln!(
                "equoria: {} is GIVEN UP, as {limit} MiB wait for the archive: the log has a gap here, take a full \
                 backup once this is mended: {trouble}",
                path.display()
            );
            Ok(Finding::Good)
        }
        (Err(trouble), _) => Err(trouble),
    }
}

async fn fetch(of: &Environment, arguments: &FetchArguments) -> Result<Finding, Trouble> {
    let of = settings(of, arguments.environment.as_deref())?;
    let repository = Repository::of(&of)?;
    if wal::fetch(&repository, &arguments.name, &arguments.path).await? {
        return Ok(Finding::Good);
    }
    eprintln!("equoria: {} is not in {}", arguments.name, repository.place);
    Ok(Finding::Bad)
}

/// What the file says, and beside it the process.
fn settings(of: &Environment, file: Option<&Path>) -> Result<Environment, Trouble> {
    let Some(file) = file else {
        return Ok(of.clone());
    };
    Environment::of_private_file("--environment", file, of.clone())
}

async fn list(of: &Environment, arguments: &ListArguments) -> Result<Finding, Trouble> {
    let repository = Repository::of(of)?;
    let shelf = Shelf::of(&repository).await?;
    let gaps: u64 = shelf
        .timelines()
        .into_iter()
        .flat_map(|it| shelf.gaps(it))
        .map(|gap| gap.count)
        .sum();
    let server = behind(of, &shelf).await?;
    if arguments.json {
        print_json(&json!({
            "place": repository.place.to_string(),
            "segment_bytes": shelf.segment_bytes,
            "missing_segments": gaps,
            "server": server.as_ref().and_then(|it| it.as_ref().ok()),
            "server_trouble": server.as_ref().and_then(|it| it.as_ref().err()),
            "strange_objects": shelf.strange,
            "timelines": shelf.timelines().into_iter().map(|it| as_json(&shelf, it)).collect::<Vec<_>>(),
        }))?;
    } else {
        print(&repository, &shelf);
        match &server {
            Some(Ok(behind)) => println!("{behind}"),
            Some(Err(trouble)) => println!("The server cannot be asked: {trouble}."),
            None => {}
        }
    }
    let is_sound = gaps == 0 && shelf.strange.is_empty();
    Ok(if is_sound {
        Finding::Good
    } else {
        Finding::Bad
    })
}

/// How far the server is ahead, where one is named; a list must do where the server is what was lost.
async fn behind(
    of: &Environment,
    shelf: &Shelf,
) -> Result<Option<Result<Behind, String>>, Trouble> {
    let Some(database) = Login::Backup.database(of)? else {
        return Ok(None);
    };
    match connect(&database).await {
        Ok(client) => Behind::of(&client, shelf).await.map(|it| Some(Ok(it))),
        Err(trouble) => Ok(Some(Err(trouble.to_string()))),
    }
}

fn as_json(shelf: &Shelf, timeline: u32) -> Value {
    json!({
        "timeline": timeline,
        "branched_from": shelf.branches.get(&timeline).map(|it| it.parent),
        "branched_at": shelf.branches.get(&timeline).map(|it| it.at),
        "stretches": shelf.stretches(timeline),
        "gaps": shelf.gaps(timeline),
    })
}

fn print(repository: &Repository, shelf: &Shelf) {
    println!("{}", repository.place);
    for timeline in shelf.timelines() {
        match shelf.branches.get(&timeline) {
            Some(branch) => println!(
                "timeline {timeline}, from {} of timeline {}",
                branch.at, branch.parent
            ),
            None => println!("timeline {timeline}"),
        }
        let gaps = shelf.gaps(timeline);
        for (at, stretch) in shelf.stretches(timeline).iter().enumerate() {
            println!(
                "  {}..{}  {:>6} segments  {:>9.1} MB  until {}",
                stretch.first,
                stretch.last,
                stretch.count,
                stretch.bytes as f64 / 1e6,
                stretch.until.map_or("nobody knows".to_owned(), |at| at
                    .format("%Y-%m-%d %H:%M:%S UTC")
                    .to_string())
            );
            if let Some(gap) = gaps.get(at) {
                println!("  {}..{}  {:>6} MISSING", gap.from, gap.to, gap.count);
            }
        }
    }
    for strange in &shelf.strange {
        println!("  {strange} is no file of the write-ahead log");
    }
}
