//! `equoria backup list`.

use clap::Args;
use serde_json::{Value, json};

use super::super::{Finding, print_json};
use super::Output;
use crate::config::{Environment, Login};
use crate::db::connect;
use crate::ops::backup::Repository;
use crate::ops::backup::create::megabytes;
use crate::ops::backup::overview::{Line, Overview};
use crate::trouble::Trouble;

#[derive(Args)]
pub(in crate::cli) struct ListArguments {
    #[command(flatten)]
    output: Output,
}

pub(super) async fn list(of: &Environment, arguments: &ListArguments) -> Result<Finding, Trouble> {
    let repository = Repository::of(of)?;
    let mut overview = Overview::of(&repository).await?;
    // A list must do where the server is what was lost.
    if let Some(database) = Login::Backup.database(of)? {
        match connect(&database).await {
            Ok(client) => overview.compare(&client).await?,
            Err(trouble) => overview.server = Some(Err(trouble.to_string())),
        }
    }
    if arguments.output.json {
        print_json(&as_json(&repository, &overview))?;
    } else {
        print(&repository, &overview);
    }
    Ok(if overview.is_sound() {
        Finding::Good
    } else {
        Finding::Bad
    })
}

fn as_json(repository: &Repository, overview: &Overview) -> Value {
    let (behind, trouble) = match &overview.server {
        Some(Ok(behind)) => (Some(behind), None),
        Some(Err(trouble)) => (None, Some(trouble)),
        None => (None, None),
    };
    json!({
        "place": repository.place.to_string(),
        "backups": overview.lines,
        "corrupted": overview.corrupted,
        "broken_off": overview.halves,
        "rpo_s": overview.rpo_s(),
        "server": behind,
        "server_trouble": trouble,
    })
}

fn print(repository: &Repository, overview: &Overview) {
    println!("{}", repository.place);
    for line in &overview.lines {
        println!("  {}", row(line));
        if let Some(note) = &line.note {
            println!("      {note}");
        }
    }
    for bad in &overview.corrupted {
        println!("  {:<21} CORRUPTED  {}", bad.id, bad.reason);
    }
    for half in &overview.halves {
        println!("  {half:<21} broken off, or under way");
    }
    if overview.lines.is_empty() {
        println!("  no backup: take one with `equoria backup create`");
    }
    match overview.rpo_s() {
        Some(rpo_s) => println!("If the server were lost now, the last {rpo_s} s would be too."),
        None => println!("If the server were lost now, NOTHING could be restored."),
    }
    match &overview.server {
        Some(Ok(behind)) => println!("{behind}"),
        Some(Err(trouble)) => println!("The server cannot be asked: {trouble}."),
        None => {}
    }
}

fn row(line: &Line) -> String {
    let window = line.until.map_or_else(
        || "cannot be restored".to_owned(),
        |until| {
            format!(
                "{} .. {}",
                line.from.format("%Y-%m-%d %H:%M:%S"),
                until.format("%Y-%m-%d %H:%M:%S UTC")
            )
        },
    );
    format!(
        "{:<21} {:<11} {:<8} {:>7} {:>10}  {window}",
        line.id,
        line.kind.to_string(),
        line.standing,
        age(line.age_s),
        megabytes(line.stored_bytes)
    )
}

/// `12 s`, `3 min`, `5 h`, `9 d`.
fn age(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
