//! `equoria bench`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};

use super::file::write_whole;
use super::reach::reach;
use super::{Finding, print_json};
use crate::bench::{self, Wishes, crash, plans};
use crate::config::Environment;
use crate::dev::say::Voice;
use crate::trouble::Trouble;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct BenchArguments {
    #[command(subcommand)]
    what: Option<BenchCommand>,
    /// Horses in the scratch world, each with ten results (about 25 s for every 10,000)
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    horses: u32,
    /// How long each measurement lasts, in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    /// Clients, each with one request at a time
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=60))]
    clients: u32,
    /// Connections of the API for reads, and as many for writes [default: four for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=16))]
    connections: Option<u16>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct StacksArguments {
    /// Horses in the scratch world, each with ten results (about 25 s for every 10,000)
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    horses: u32,
    /// How long each stack is measured, in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    /// Clients, each with one request at a time
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=60))]
    clients: u32,
    /// Measure these stacks only, by their names with commas between
    #[arg(long, value_delimiter = ',', value_name = "STACKS")]
    only: Vec<bench::stacks::Stack>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ContendedArguments {
    /// Clients, each with one entry at a time
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=60))]
    clients: u32,
    /// How long each way is measured, in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// How much later a packet reaches the database, in milliseconds
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=100))]
    delay_ms: u64,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum BenchCommand {
    /// Time the rules alone, natively and in WebAssembly
    #[command(after_help = "Example:\n  cargo run --release -- bench rules")]
    Rules {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Look at the plans of all statements on the database that is there (status 1 if one reads too much or is another)
    #[command(
        after_help = "Example:\n  equoria seed dev --horses 1000000 --number 1 --as-of 2026-01-05\n  equoria bench plans"
    )]
    Plans {
        /// Write what the plans use into this file instead of comparing them with the committed ones
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Read a horse's card from the native API, from the Worker, and from what others would build
    #[command(
        after_help = "Example:\n  cargo run --release -- bench stacks\n\nAll answer the same document, or nothing is measured. The first time it installs Fastify, Express, Prisma and Postgres.js\n(200 MB). The Workers run in workerd itself, behind a pooler and without one. It takes about 3 minutes."
    )]
    Stacks(StacksArguments),
    /// Enter one show with many players at once, with the database a millisecond away
    #[command(after_help = "Example:\n  cargo run --release -- bench contended")]
    Contended(ContendedArguments),
    /// Kill PostgreSQL again and again under load, and count what was lost (status 1 if anything was)
    #[command(
        after_help = "Examples:\n  cargo run --release -- bench crash\n  equoria bench crash --kills 500 --json\n\nAt every fourth blow the native API dies with it. Stop it earlier with Ctrl-C; nothing is left behind."
    )]
    Crash {
        /// How often PostgreSQL is killed (about a second each)
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        kills: u32,
        /// Players who write, each one thing at a time
        #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
        clients: u32,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn bench(
    of: &Environment,
    arguments: &BenchArguments,
) -> Result<Finding, Trouble> {
    match &arguments.what {
        Some(BenchCommand::Rules { json }) => rules(*json),
        Some(BenchCommand::Plans { save, json }) => plans(of, save.as_deref(), *json).await,
        Some(BenchCommand::Crash {
            kills,
            clients,
            json,
        }) => {
            let wishes = crash::Wishes {
                kills: *kills,
                clients: *clients,
            };
            crash(wishes, *json).await
        }
        Some(BenchCommand::Stacks(arguments)) => stacks(arguments).await,
        Some(BenchCommand::Contended(arguments)) => contended(arguments).await,
        None => api(arguments).await,
    }
}

fn rules(json: bool) -> Result<Finding, Trouble> {
    let table = bench::rules::run(&Voice::default())?;
    if json {
        print_json(&table)?;
    } else {
        println!("\n{table}");
    }
    Ok(Finding::Good)
}

async fn plans(of: &Environment, save: Option<&Path>, json: bool) -> Result<Finding, Trouble> {
    let voice = if json {
        Voice::quiet()
    } else {
        Voice::default()
    };
    let reached = reach(of, &voice).await?;
    let report = plans::run(&reached.client, &voice, save.is_none()).await?;
    if let Some(file) = save {
        write_whole(file, &report.uses())?;
    }
    if json {
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

async fn crash(wishes: crash::Wishes, json: bool) -> Result<Finding, Trouble> {
    let report = crash::run(wishes, &Voice::default()).await?;
    let report = report.ok_or_else(stopped)?;
    if json {
        print_json(&report)?;
    } else {
        println!("\n{report}");
    }
    Ok(if report.is_sound() {
        Finding::Good
    } else {
        Finding::Bad
    })
}

fn stopped() -> Trouble {
    Trouble::new("stopped before the end, nothing is left behind")
}

/// Four for each processor.
fn connections() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (4 * processors).min(16)
}

async fn stacks(arguments: &StacksArguments) -> Result<Finding, Trouble> {
    let wishes = Wishes {
        horses: arguments.horses,
        lasting: Duration::from_secs(arguments.seconds),
        clients: arguments.clients,
        connections: connections(),
    };
    let table = bench::stacks::run(wishes, &arguments.only, &Voice::default()).await?;
    let table = table.ok_or_else(stopped)?;
    if arguments.json {
        print_json(&table)?;
    } else {
        println!("\n{table}");
    }
    Ok(if table.errors() == 0 {
        Finding::Good
    } else {
        Finding::Bad
    })
}

async fn contended(arguments: &ContendedArguments) -> Result<Finding, Trouble> {
    let wishes = bench::contended::Wishes {
        clients: arguments.clients,
        lasting: Duration::from_secs(arguments.seconds),
        delay: Duration::from_millis(arguments.delay_ms),
    };
    let table = bench::contended::run(wishes, &Voice::default()).await?;
    let table = table.ok_or_else(stopped)?;
    if arguments.json {
        print_json(&table)?;
    } else {
        println!("\n{table}");
    }
    Ok(if table.errors() == 0 {
        Finding::Good
    } else {
        Finding::Bad
    })
}

async fn api(arguments: &BenchArguments) -> Result<Finding, Trouble> {
    let voice = Voice::default();
    let wishes = Wishes {
        horses: arguments.horses,
        lasting: Duration::from_secs(arguments.seconds),
        clients: arguments.clients,
        connections: arguments.connections.map_or_else(connections, usize::from),
    };
    let Some(report) = bench::run(wishes, &voice).await? else {
        return Err(stopped());
    };
    if arguments.json {
        print_json(&report)?;
    } else {
        println!("\n{report}");
    }
    Ok(if report.errors() == 0 {
        Finding::Good
    } else {
        Finding::Bad
    })
}
