//! `equoria worker` and `equoria setup`.

use clap::Subcommand;

use super::{Finding, print_json};
use crate::dev::places::Places;
use crate::dev::postgres;
use crate::dev::say::Voice;
use crate::dev::worker::{BUDGET, Built, build};
use crate::trouble::Trouble;

#[derive(Subcommand)]
pub(super) enum WorkerCommand {
    /// Build the Worker into edge/build, the rules for browsers and the pages' files into edge/assets, unless nothing changed, and weigh them (status 1 above the budget)
    #[command(after_help = "Example:\n  equoria worker build --json")]
    Build {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn worker(command: &WorkerCommand) -> Result<Finding, Trouble> {
    let WorkerCommand::Build { json } = command;
    let voice = if *json {
        Voice::quiet()
    } else {
        Voice::default()
    };
    let built = build(&Places::find()?, &voice)?;
    if *json {
        print_json(&built)?;
    } else {
        println!("{}", weight(&built));
    }
    if built.is_within_budget() {
        return Ok(Finding::Good);
    }
    eprintln!(
        "equoria: the Worker is heavier than its budget of {} kB gzip",
        BUDGET / 1000
    );
    Ok(Finding::Bad)
}

/// Installs everything and builds the Worker, so that neither the bring-up nor a test has to wait for it.
pub(super) fn set_up(voice: &Voice) -> Result<Finding, Trouble> {
    let places = Places::find()?;
    let programs = postgres::programs(&places, voice)?;
    voice.say(&format!(
        "PostgreSQL {} in {} ({})",
        programs.version,
        programs.bin.display(),
        programs.origin
    ));
    let built = build(&places, voice)?;
    voice.say(&weight(&built));
    Ok(Finding::Good)
}

/// The weight of a build in three lines.
pub(super) fn weight(built: &Built) -> String {
    let kilo = |bytes: usize| bytes as f64 / 1000.0;
    let (module, files) = (&built.browser, &built.pages);
    format!(
        "Worker: {:.1} kB of wasm, {:.1} kB gzip (budget {} kB){}\n\
         Rules for browsers: {:.1} kB of wasm, {:.1} kB gzip with their script, at {}\n\
         Pages: {:.1} kB of style and {:.1} kB of script after gzip, at /pages/{}",
        kilo(built.raw_bytes),
        kilo(built.gzip_bytes),
        BUDGET / 1000,
        if built.is_fresh { "" } else { ", unchanged" },
        kilo(module.raw_bytes),
        kilo(module.gzip_bytes + module.script_gzip_bytes),
        module.version,
        kilo(files.style_gzip_bytes),
        kilo(files.script_gzip_bytes),
        files.version,
    )
}
