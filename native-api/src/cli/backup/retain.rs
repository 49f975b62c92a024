//! `equoria backup retain`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use clap::Args;

use super::super::reach::reach_as;
use super::super::{Finding, print_json};
use super::Output;
use crate::config::{Environment, Login};
use crate::ops::backup::create::megabytes;
use crate::ops::backup::retain::{self, Plan, Rule};
use crate::ops::backup::{Repository, catalogue};
use crate::trouble::{Because, Trouble};

#[derive(Args)]
pub(in crate::cli) struct RetainArguments {
    /// Keep everything that is younger than this
    #[arg(long, default_value_t = Rule::default().keep_days)]
    keep_days: u32,
    /// Keep so many full backups, however old
    #[arg(long, default_value_t = Rule::default().keep_fulls)]
    keep_fulls: usize,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn retain(
    of: &Environment,
    arguments: &RetainArguments,
) -> Result<Finding, Trouble> {
    let voice = arguments.output.voice();
    let rule = Rule {
        keep_days: arguments.keep_days,
        keep_fulls: arguments.keep_fulls,
    };
    let repository = Repository::of(of)?;
    let plan = retain::plan(&repository, &rule).await?;
    if !arguments.output.json {
        print(&plan);
    }
    if !arguments.dry_run {
        require_readable(&repository).await?;
    }
    if plan.is_idle() || arguments.dry_run {
        if arguments.output.json {
            print_json(&plan)?;
        }
        return Ok(Finding::Good);
    }
    if !arguments.yes && !confirmed()? {
        println!("Nothing was removed.");
        return Ok(Finding::Bad);
    }
    let reached = reach_as(of, &voice, Login::Backup).await?;
    let done = retain::carry_out(&reached.client, &repository, &rule, &voice).await?;
    if arguments.output.json {
        print_json(&done)?;
    }
    Ok(Finding::Good)
}

/// What an entry that cannot be read needs is not known: it may be anything.
async fn require_readable(repository: &Repository) -> Result<(), Trouble> {
    let catalogue = catalogue::list(&repository.place).await?;
    match catalogue.corrupted.first() {
        None => Ok(()),
        Some(bad) => Err(Trouble::new(format!(
            "nothing is removed while the catalogue's entry of backup {} is corrupted ({}): mend it, or remove its folder",
            bad.id, bad.reason
        ))),
    }
}

fn print(plan: &Plan) {
    for verdict in &plan.backups {
        let word = if verdict.is_kept { "keep" } else { "remove" };
        println!(
            "  {word:<6} {}  {:>10}  {}",
            verdict.id,
            megabytes(verdict.bytes),
            verdict.reason
        );
    }
    for half in &plan.halves {
        println!("  remove {half}  which was broken off");
    }
    println!(
        "  log: {} files, {}: {}",
        plan.log_files,
        megabytes(plan.log_bytes),
        plan.log_reason
    );
}

fn confirmed() -> Result<bool, Trouble> {
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::new(
            "backup retain removes backups: say --yes where nobody can be asked, or --dry-run",
        ));
    }
    print!("Type `remove` to go on: ");
    std::io::stdout().flush().because(|| "could not ask")?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .because(|| "could not read the answer")?;
    Ok(answer.trim() == "remove")
}
