//! The command line. Exit status: 0 done, 1 done with a negative finding, 2 could not be done.

mod anonymise;
mod audit;
mod backup;
mod bench;
mod coat;
mod file;
mod gallery;
mod genotype;
mod maintain;
mod mating;
mod migrate;
mod monitor;
mod operator;
mod pedigree;
mod reach;
mod reader;
mod report;
mod screenshots;
mod seed;
mod serve;
mod tls;
mod verify_show;
mod wal;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::config::Environment;
use crate::dev::places::Owner;
use crate::dev::say::Voice;
use crate::dev::supervise::{Manner, supervise};
use crate::dev::{self, Wishes};
use crate::trouble::{Because, Trouble};

/// What a command found, when it could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// All is well.
    Good,
    /// The answer is no: something is pending, too heavy, or different.
    Bad,
}

impl Finding {
    /// The finding of a question whose good answer is yes.
    const fn of(is_well: bool) -> Self {
        if is_well { Self::Good } else { Self::Bad }
    }
}

#[derive(Parser)]
#[command(
    name = "equoria",
    version,
    about = "Equoria: the game's native API, its jobs, and the operator's commands.",
    long_about = "Equoria: the game's native API, its jobs, and the operator's commands.\n\n\
                  Without a command it brings the whole game up on this machine: PostgreSQL, the native API with its \
                  jobs, and the Worker under `wrangler dev`.",
    after_help = "Examples:\n  equoria                        bring everything up; Ctrl-C stops it\n  \
                  equoria migrate status         which migrations are applied\n  \
                  equoria worker build --json    build the Worker and weigh it\n\n\
                  Exit status: 0 done, 1 done with a negative finding, 2 could not be done."
)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Bring everything up on this machine (the default)
    #[command(
        after_help = "Examples:\n  equoria dev\n  EQUORIA_EDGE_PORT=9000 equoria dev\n  equoria dev --no-edge    without the Worker"
    )]
    Dev(DevArguments),
    /// Install the tools that the bring-up and the tests need, build the Worker, and exit
    #[command(after_help = "Example:\n  equoria setup")]
    Setup,
    /// Serve the native API, with its jobs
    #[command(
        after_help = "Examples:\n  equoria serve\n  EQUORIA_API_PORT=9001 equoria serve --no-jobs"
    )]
    Serve(serve::ServeArguments),
    /// Run the jobs alone: settle shows, bring foals into the world, expire sessions, maintain the database
    #[command(after_help = "Example:\n  equoria work")]
    Work,
    /// Keep the database well: what is done each day, week, month and quarter (status 1 if a finding needs somebody)
    #[command(subcommand)]
    Maintain(maintain::MaintainCommand),
    /// Change the schema of the database, or see how it stands
    #[command(subcommand)]
    Migrate(migrate::MigrateCommand),
    /// Fill the database: the catalogues, a small world, its shows; report on what is there
    #[command(
        after_help = "Examples:\n  equoria seed                      the catalogues of breeds and disciplines\n  equoria seed dev --horses 1000    and a world of players and horses, with its shows\n  equoria seed shows                shows alone, in a world that is there\n  equoria seed report               alleles, inbreeding, sexes, losses: observed against expected\n  equoria seed report --json | jq .improbable\n\nExit status of a report: 1 if something has a chance below 1e-6, shared among all tests"
    )]
    Seed(seed::SeedArguments),
    /// Take backups, list them, and keep what is needed
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// Store, fetch and list the write-ahead log in the repository of backups
    #[command(subcommand)]
    Wal(wal::WalCommand),
    /// Repeat the settlement of a show from its proof (status 1 if the proof does not hold)
    #[command(
        after_help = "Examples:\n  equoria verify-show http://127.0.0.1:8787/v1/shows/1/proof\n  curl -s http://127.0.0.1:8787/v1/shows/1/proof | equoria verify-show -\n  equoria verify-show proof.json --commitment 5f70bf18a0860070..."
    )]
    VerifyShow(verify_show::VerifyShowArguments),
    /// Say what a genotype looks like: name, description, warnings (status 1 if no horse of it lives)
    #[command(
        after_help = "Examples:\n  equoria coat \"MC1R=E/e ASIP=A/a SLC45A2=N/Cr\"\n  equoria coat \"STX17=G1/G3 KIT=n/TO\" --age 6 --json\n  equoria coat --loci           the loci, their alleles, what they do, and who says so\n\nA locus that is not named is wild type: \"\" is a bay."
    )]
    Coat(coat::CoatArguments),
    /// Draw every colour that has a name, beside its genotype
    #[command(
        after_help = "Examples:\n  equoria gallery                          what hangs in it\n  equoria gallery --html gallery.html      the pictures, as one page\n  equoria gallery --json | jq '.[].pictures[] | [.name, .gzip_bytes]'"
    )]
    Gallery(gallery::GalleryArguments),
    /// Predict what a sire and a dam may have: exact odds of coats, losses, health (status 1 if no foal lives)
    #[command(
        after_help = "Examples:\n  equoria mating \"MC1R=E/e EDNRB=n/O\" \"MC1R=e/e EDNRB=n/O\"\n  equoria mating \"MC1R=e/e\" \"MC1R=E|e KIT=TO|n\"      a known phase: E lies with TO\n  equoria mating \"MBTPS2=N/Y\" \"MBTPS2=N/BR1\" --json\n\nA locus that is not named is wild type. Where the phase of linked loci is open, the odds are the average over it.\nEach chance is told at conception and among live foals."
    )]
    Mating(mating::MatingArguments),
    /// Infer what an animal carries from its family, allele frequencies and known genotypes
    #[command(
        after_help = format!("Examples:\n  equoria genotype family.json\n  equoria genotype - --json < family.json\n\n{}", genotype::FORMAT)
    )]
    Genotype(genotype::GenotypeArguments),
    /// Compute inbreeding, kinship and diversity of a pedigree file: your own animals
    #[command(
        after_help = "Examples:\n  equoria pedigree studbook.csv                          how inbred, and who most\n  equoria pedigree studbook.csv.gz --csv > f.csv         id,f of every animal\n  equoria pedigree studbook.csv --population --json      fe, fa, fg, Ne and more\n  equoria pedigree studbook.csv --population --reference youngest\n  equoria pedigree studbook.csv --population --reference Bold,Beauty,Foal --contributions\n                                                         how much each should breed\n  equoria pedigree studbook.csv --kinship Bold Beauty    the kinship of two\n  equoria pedigree studbook.csv --mating Bold Beauty     F of their foal, and why\n  cut -f 1-3 export.txt | equoria pedigree -             from standard input\n\nThe file holds one animal a line: id,sire,dam, parted by commas, semicolons, tabs or blanks. Unknown parents are \nempty, 0, NA or -. Lines come in any order; a parent without a line is a founder. A header may name the columns,\nand columns sex (M, F) and born (1998 or 1998-04-30) as well.\n\n  id,sire,dam\n  Bold,,\n  Beauty,,\n  Foal,Bold,Beauty"
    )]
    Pedigree(pedigree::PedigreeArguments),
    /// Measure the native API on a database of its own, beside PostgreSQL's own limit (status 1 if a request failed)
    #[command(
        after_help = "Examples:\n  cargo run --release -- bench\n  equoria bench --horses 100000 --seconds 30 --clients 32 --json"
    )]
    Bench(bench::BenchArguments),
    /// Watch the database and the API: connections, locks, lag, jobs, backups (status 1 with --once if something is red)
    #[command(after_help = monitor::EXAMPLES)]
    Monitor(monitor::MonitorArguments),
    /// Report on the database: what is slow, unused, large, locked, bloated, and how the game goes
    #[command(after_help = report::EXAMPLES)]
    Report(report::ReportArguments),
    /// Take pictures of every page of a game that is running
    #[command(after_help = screenshots::EXAMPLES)]
    Screenshots(screenshots::ScreenshotsArguments),
    /// Certificates for the database's server: make, replace, show
    #[command(subcommand)]
    Tls(tls::TlsCommand),
    /// Copy a restored database into an empty one with other people in it (status 1 if anything of them is left)
    #[command(after_help = anonymise::EXAMPLES)]
    Anonymise(anonymise::AnonymiseArguments),
    /// Who may sign in to the operator's page
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Build the Cloudflare Worker
    #[command(subcommand)]
    Worker(worker::WorkerCommand),
    /// Read, seal and verify the audit: who changed what
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Run a program that ends when standard input does
    #[command(hide = true)]
    Supervise(SuperviseArguments),
}

#[derive(Args)]
struct DevArguments {
    /// Leave the Worker out: no Node, no wasm, the native API alone
    #[arg(long)]
    no_edge: bool,
}

#[derive(Args)]
struct SuperviseArguments {
    #[arg(long, value_parser = owner)]
    owner: Option<Owner>,
    #[arg(long)]
    postgres: bool,
    #[arg(long)]
    at_once: bool,
    #[arg(long)]
    remove: Option<PathBuf>,
    #[arg(long)]
    pid_file: Option<PathBuf>,
    #[arg(last = true, required = true)]
    program: Vec<String>,
}

/// Reads the arguments of this process, does what they say, and answers the exit status.
pub fn run() -> ExitCode {
    reader::may_go_early();
    let arguments = CommandLine::parse();
    let command = arguments
        .command
        .unwrap_or(Command::Dev(DevArguments { no_edge: false }));
    let done = match command {
        Command::Supervise(arguments) => return supervised(&arguments),
        other => carry_out(other),
    };
    match done {
        Ok(Finding::Good) => ExitCode::SUCCESS,
        Ok(Finding::Bad) => ExitCode::from(1),
        Err(trouble) => {
            eprintln!("equoria: {trouble}");
            ExitCode::from(2)
        }
    }
}

fn carry_out(command: Command) -> Result<Finding, Trouble> {
    let of = Environment::of_the_process();
    let runtime = tokio::runtime::Runtime::new().because(|| "could not start the runtime")?;
    let done = match command {
        Command::Dev(arguments) => {
            let wishes = Wishes {
                with_edge: !arguments.no_edge,
            };
            runtime
                .block_on(dev::run(of, wishes))
                .map(|()| Finding::Good)
        }
        Command::Setup => worker::set_up(&Voice::default()),
        Command::Serve(arguments) => runtime.block_on(serve::serve(&of, &arguments)),
        Command::Work => runtime.block_on(serve::work(&of)),
        Command::Maintain(command) => runtime.block_on(maintain::maintain(&of, &command)),
        Command::Migrate(command) => runtime.block_on(migrate::migrate(&of, &command)),
        Command::Seed(arguments) => runtime.block_on(seed::seed(&of, &arguments)),
        Command::Backup(command) => runtime.block_on(backup::backup(&of, &command)),
        Command::Wal(command) => runtime.block_on(wal::wal(&of, &command)),
        Command::VerifyShow(arguments) => runtime.block_on(verify_show::verify_show(&arguments)),
        Command::Coat(arguments) => coat::coat(&arguments),
        Command::Gallery(arguments) => gallery::show(&arguments),
        Command::Mating(arguments) => mating::mating(&arguments),
        Command::Genotype(arguments) => genotype::genotype(&arguments),
        Command::Pedigree(arguments) => pedigree::pedigree(&arguments),
        Command::Bench(arguments) => runtime.block_on(bench::bench(&of, &arguments)),
        Command::Monitor(arguments) => runtime.block_on(monitor::monitor(&of, &arguments)),
        Command::Report(arguments) => runtime.block_on(report::report(&of, &arguments)),
        Command::Screenshots(arguments) => runtime.block_on(screenshots::screenshots(&arguments)),
        Command::Tls(command) => runtime.block_on(tls::tls(&of, &command)),
        Command::Anonymise(arguments) => runtime.block_on(anonymise::anonymise(&of, &arguments)),
        Command::Operator(command) => runtime.block_on(operator::operator(&of, &command)),
        Command::Worker(command) => worker::worker(&command),
        Command::Audit(command) => runtime.block_on(audit::audit(&of, &command)),
        Command::Supervise(_) => Ok(Finding::Good),
    };
    // Installers that still run are told to stop by our end; nobody waits for them.
    runtime.shutdown_background();
    done
}

fn supervised(arguments: &SuperviseArguments) -> ExitCode {
    let manner = Manner {
        supervisor: None,
        owner: arguments.owner,
        is_postgres: arguments.postgres,
        at_once: arguments.at_once,
        remove: arguments.remove.clone(),
        pid_file: arguments.pid_file.clone(),
    };
    let Some((program, rest)) = arguments.program.split_first() else {
        return ExitCode::from(2);
    };
    match supervise(program, rest, &manner) {
        Ok(status) => ExitCode::from(u8::try_from(status).unwrap_or(1)),
        Err(trouble) => {
            eprintln!("equoria supervise: {trouble}");
            ExitCode::from(2)
        }
    }
}

fn owner(text: &str) -> Result<Owner, String> {
    let parse = || {
        let (uid, gid) = text.split_once(':')?;
        Some(Owner {
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
        })
    };
    parse().ok_or_else(|| "an owner is USER:GROUP in numbers".to_owned())
}

/// Every command that a person may call, as the words after `equoria`.
pub fn commands() -> Vec<String> {
    fn leaves(of: &clap::Command, path: &str, all: &mut Vec<String>) {
        let inner: Vec<_> = of
            .get_subcommands()
            .filter(|it| !it.is_hide_set() && it.get_name() != "help")
            .collect();
        if !path.is_empty() && (inner.is_empty() || !of.is_subcommand_required_set()) {
            all.push(path.to_owned());
        }
        for command in inner {
            let path = format!("{path} {}", command.get_name());
            leaves(command, path.trim_start(), all);
        }
    }
    let mut all = Vec::new();
    leaves(&CommandLine::command(), "", &mut all);
    all
}

/// Prints a result as JSON on standard output.
fn print_json(value: &impl serde::Serialize) -> Result<(), Trouble> {
    let text =
        serde_json::to_string_pretty(value).because(|| "the result cannot be written as JSON")?;
    println!("{text}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn no_command_means_dev() {
        assert!(
            CommandLine::try_parse_from(["equoria"])
                .unwrap()
                .command
                .is_none()
        );
        assert!(CommandLine::try_parse_from(["equoria", "fly"]).is_err());
    }
}
