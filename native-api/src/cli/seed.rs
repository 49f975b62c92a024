//! `equoria seed`.

use chrono::{NaiveDate, Utc};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio_postgres::Client;

use super::reach::reach;
use super::{Finding, print_json};
use crate::config::{self, Environment};
use crate::dev::WORLD;
use crate::dev::say::Voice;
use crate::ops::fingerprint::TablePrint;
use crate::ops::migrate;
use crate::ops::seed::{self, HORSES, Plan, Summary, Wish};
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
    /// Let the world of `seed dev` end when the week of this day began, and its open shows count from then [default:
    /// today]; the fingerprints of `--number 1 --as-of 2026-01-05` are committed
    #[arg(long, value_name = "YEAR-MONTH-DAY")]
    as_of: Option<NaiveDate>,
    /// Copy the same bytes of `seed dev` into plain tables first, to see how fast the server can be at all
    #[arg(long)]
    limit: bool,
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
    if arguments.what.is_some() && !config::is_playground(of, "a seed of players and shows")? {
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
    let today = || Plan::of_the_week(arguments.number, Utc::now());
    let plan = arguments
        .as_of
        .map_or_else(today, |day| Plan::until(arguments.number, day));
    let client = &mut reached.client;
    migrate::require_current(client).await?;
    // Nobody seeds by hand: the audit would write down every transfer.
    let acting = client.batch_execute("set equoria.actor = 'game'").await;
    acting.because(|| "could not say who seeds")?;
    let mut done: Vec<(&str, Summary)> = Vec::new();
    let mut prints = None;
    if arguments.what != Some(What::Shows) {
        done.push(("catalogues", seed::base(client).await?));
    }
    if arguments.what == Some(What::Dev) {
        let wish = Wish {
            horses: arguments.horses,
            is_measured: arguments.limit,
        };
        let world = seed::dev(client, &plan, wish, &voice).await?;
        if plan == Plan::standard() && !world.is_unchanged() {
            prints = Some(Prints::take(client, arguments.horses, &voice).await?);
        }
        done.push(("world", world));
    }
    if arguments.what.is_some() {
        done.push(("shows", seed::shows(client, &plan).await?));
    }
    say(&done, prints.as_ref(), arguments.json)?;
    let is_other = prints.is_some_and(|it| it.differences.is_some_and(|it| !it.is_empty()));
    Ok(if is_other {
        Finding::Bad
    } else {
        Finding::Good
    })
}

/// The fingerprints of a world of the standard plan.
#[derive(Serialize)]
struct Prints {
    prints: Vec<TablePrint>,
    /// From the committed ones; nothing where none are committed for this size.
    differences: Option<Vec<String>>,
}

impl Prints {
    async fn take(client: &mut Client, horses: u32, voice: &Voice) -> Result<Self, Trouble> {
        let step = voice.step("taking fingerprints");
        let prints = seed::prints::of(client).await?;
        let differences = seed::prints::verdict(horses, &prints)?;
        step.done("fingerprints taken");
        Ok(Self {
            prints,
            differences,
        })
    }
}

fn say(done: &[(&str, Summary)], prints: Option<&Prints>, as_json: bool) -> Result<(), Trouble> {
    if as_json {
        let mut parts: Map<String, Value> = done
            .iter()
            .map(|(name, summary)| ((*name).to_owned(), json!(summary)))
            .collect();
        if let Some(prints) = prints {
            parts.insert("fingerprints".to_owned(), json!(prints));
        }
        return print_json(&parts);
    }
    for (name, summary) in done {
        println!("{name}: {summary}");
        summary.phases.iter().for_each(|it| println!("  {it}"));
        if !summary.phases.is_empty() {
            println!("  {}", summary.as_a_whole());
        }
    }
    match prints.and_then(|it| it.differences.as_deref()) {
        None => {}
        Some([]) => println!("fingerprints: the committed ones"),
        Some(differences) => {
            println!("fingerprints: not the committed ones");
            differences.iter().for_each(|it| println!("  {it}"));
        }
    }
    Ok(())
}

async fn report(of: &Environment, as_json: bool) -> Result<Finding, Trouble> {
    let voice = if as_json {
        Voice::quiet()
    } else {
        Voice::default()
    };
    let reached = reach(of, &voice).await?;
    migrate::require_current(&reached.client).await?;
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
