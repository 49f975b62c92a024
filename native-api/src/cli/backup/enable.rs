//! `equoria backup enable`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::super::reach::reach;
use super::super::{Finding, print_json};
use super::Output;
use crate::config::Environment;
use crate::dev::program::own_program;
use crate::ops::backup::Repository;
use crate::ops::backup::enable::{self, Setting, Standing};
use crate::trouble::{Because, Trouble};

#[derive(Args)]
pub(in crate::cli) struct EnableArguments {
    /// The file of NAME=value lines that archiving takes its settings from
    #[arg(long, value_name = "FILE")]
    environment: PathBuf,
    /// The program that archives; this one where nothing is said
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// How many seconds a change may wait to be archived where too little happens to fill a segment
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    archive_timeout_s: u32,
    /// Change nothing: print the statements for whoever may give them
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn enable(
    of: &Environment,
    arguments: &EnableArguments,
) -> Result<Finding, Trouble> {
    let file = arguments
        .environment
        .canonicalize()
        .because(|| format!("could not find {}", arguments.environment.display()))?;
    // What archiving would complain of once a minute in a log is told here and now.
    let settings = Environment::of_private_file("--environment", &file, Environment::default())?;
    let repository = Repository::of(&settings)?;
    let program = arguments.program.clone().map_or_else(own_program, Ok)?;
    let settings = enable::settings(&program, &file, arguments.archive_timeout_s);
    if arguments.print {
        for setting in &settings {
            println!("{};", setting.statement());
        }
        println!("select pg_reload_conf();");
        return Ok(Finding::Good);
    }
    let reached = reach(of, &arguments.output.voice()).await?;
    let standings = enable::enable(&reached.client, &settings).await?;
    if arguments.output.json {
        print_json(&json!({ "settings": settings, "standings": standings }))?;
    } else {
        tell(&settings, &standings, &repository);
    }
    Ok(Finding::Good)
}

fn tell(settings: &[Setting], standings: &[Standing], repository: &Repository) {
    for setting in settings {
        let standing = standings
            .iter()
            .find(|standing| standing.name == setting.name);
        let note = match standing {
            Some(it) if it.is_overruled => "  (overruled by the start of the server)",
            Some(it) if it.waits_for_restart => "  (from the next start on)",
            _ => "",
        };
        println!("  {} = {}{note}", setting.name, setting.value);
    }
    if standings.iter().any(|standing| standing.waits_for_restart) {
        println!(
            "Restart PostgreSQL: then it archives into {}.",
            repository.place
        );
    } else {
        println!("PostgreSQL archives into {}.", repository.place);
    }
}
