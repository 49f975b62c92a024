//! `equoria seed`.

use chrono::Utc;
use clap::{Args, ValueEnum};

use super::reach::reach;
use super::{Finding, print_json};
use crate::config::{self, Environment};
use crate::dev::WORLD;
use crate::dev::say::Voice;
use crate::ops::seed::{self, HORSES, Plan, Summary};
use crate::trouble::{Because, Trouble};

#[derive(Args)]
pub(super) struct SeedArguments {
    /// What to seed; nothing said means the catalogues alone
    what: Option<What>,
    /// How many horses the world of `seed dev` has, retired ancestors included
    #[arg(long, default_value_t = HORSES)]
    horses: u32,
    /// The number that the world follows from
    #[arg(long, default_value_t = WORLD)]
    number: u64,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// A season of shows with results, and open shows, in a world that is there
    Shows,
    /// The catalogues, a small world of players and horses, and its shows
    Dev,
    /// Nothing: observed against expected, for whatever horses are there (status 1 if something is improbable)
    Report,
}

pub(super) async fn seed(of: &Environment, arguments: &SeedArguments) -> Result<Finding, Trouble> {
    if arguments.what == Some(What::Report) {
        return report(of, arguments.json).await;
    }
    if arguments.what.is_some() && !config::profile(of)?.is_playground() {
        return Err(Trouble::new(
            "production gets the catalogues only: `seed shows` and `seed dev` are refused",
        ));
    }
    let voice = if arguments.json {
        Voice::quiet()
    } else {
        Voice::default()
    };
    let mut reached = reach(of, &voice).await?;
    let plan = Plan::of_the_week(arguments.number, Utc::now());
    let client = &mut reached.client;
    // Nobody seeds by hand: the audit would write down every transfer.
    let acting = client.batch_execute("set equoria.actor = 'game'").await;
    acting.because(|| "could not say who seeds")?;
    let mut done: Vec<(&str, Summary)> = Vec::new();
    if arguments.what != Some(What::Shows) {
        done.push(("catalogues", seed::base(client).await?));
    }
    if arguments.what == Some(What::Dev) {
        let step = voice.step(format!("growing a world of {} horses", arguments.horses));
        done.push(("world", seed::dev(client, &plan, arguments.horses).await?));
        step.done("the world has grown");
    }
    if arguments.what.is_some() {
        done.push(("shows", seed::shows(client, &plan).await?));
    }
    if arguments.json {
        let summaries: serde_json::Map<_, _> = done
            .iter()
            .map(|(name, summary)| ((*name).to_owned(), serde_json::json!(summary)))
            .collect();
        print_json(&summaries)?;
    } else {
        for (name, summary) in &done {
            println!("{name}: {summary}");
        }
    }
    Ok(Finding::Good)
}

async fn report(of: &Environment, as_json: bool) -> Result<Finding, Trouble> {
    let voice = if as_json {
        Voice::quiet()
    } else {
        Voice::default()
    };
    let reached = reach(of, &voice).await?;
    let report = seed::report::report(&reached.client).await?;
    if as_json {
        print_json(&report)?;
    } else {
        println!("{report}");
    }
    Ok(if report.is_good() {
        Finding::Good
    } else {
        Finding::Bad
    })
}
