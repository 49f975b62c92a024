//! `equoria audit`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::reach::{Reached, reach_as};
use super::{Finding, print_json};
use crate::config::{Environment, Login};
use crate::dev::say::{Voice, human};
use crate::ops::audit::history::{self, Change, Question};
use crate::ops::audit::verify::{self, Verdict};
use crate::ops::audit::{KEY, PUBLIC_KEY, SealKey, Sealer, Witness};
use crate::ops::runs::{self, Outcome};
use crate::trouble::{Because, Trouble};

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Tell who changed what: of a row, by somebody, or since an instant; newest first
    #[command(
        after_help = "Examples:\n  equoria audit show --table horses --row 42\n  equoria audit show --actor role:postgres --since 7d\n  equoria audit show --table shows --limit 20 --before 1234 --json"
    )]
    Show(ShowArguments),
    /// Prove that every sealed row is what it was (status 1 if one is not, or nothing is sealed)
    #[command(
        after_help = "Examples:\n  equoria audit verify\n  equoria audit verify --expect 5f70bf18a0860070... --json\n  equoria audit verify --expect-file noted-seals.txt\n\nOnly the public key is needed (EQUORIA_AUDIT_PUBLIC_KEY). Newest seals that were cut off together with their rows are\nmissed by no chain: note a seal's hash elsewhere, and give it with --expect. Hashes in ops.job_runs are expected anyway."
    )]
    Verify(VerifyArguments),
    /// Seal what has been written down until now (`equoria work` does it every minute)
    #[command(after_help = "Example:\n  equoria audit seal --json")]
    Seal(Output),
    /// Print the public half of EQUORIA_AUDIT_KEY, or a new key
    #[command(
        after_help = "Examples:\n  EQUORIA_AUDIT_KEY_FILE=audit.key equoria audit key\n  equoria audit key --new > audit-key.txt"
    )]
    Key {
        /// Draw a new key and print both halves: keep the first one secret
        #[arg(long)]
        new: bool,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Args)]
pub(super) struct Output {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct ShowArguments {
    /// Changes of this table, such as users, horses or ops.migrations
    #[arg(long)]
    table: Option<String>,
    /// Changes of the row with this key (several columns are joined by /)
    #[arg(long, requires = "table")]
    row: Option<String>,
    /// Changes by a player's id, `nobody` (a visitor), `game` (a job) or `role:NAME` (by hand)
    #[arg(long)]
    actor: Option<String>,
    /// Not before an instant: 2026-11-22T21:00:00Z, 2026-11-22, or how long ago, such as 12h or 7d
    #[arg(long)]
    since: Option<String>,
    /// Only changes older than the one of this number: the next page
    #[arg(long)]
    before: Option<i64>,
    /// How many changes at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(super) struct VerifyArguments {
    /// A seal's hash that was noted elsewhere, and must still be one of the seals
    #[arg(long, value_name = "HASH")]
    expect: Vec<String>,
    /// A file with such hashes, in whatever text (a log, the output of `audit seal`)
    #[arg(long, value_name = "FILE")]
    expect_file: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Output {
    fn voice(&self) -> Voice {
        if self.json {
            Voice::quiet()
        } else {
            Voice::default()
        }
    }
}

pub(super) async fn audit(of: &Environment, command: &AuditCommand) -> Result<Finding, Trouble> {
    match command {
        AuditCommand::Show(arguments) => show(of, arguments).await,
        AuditCommand::Verify(arguments) => prove(of, arguments).await,
        AuditCommand::Seal(output) => seal(of, output).await,
        AuditCommand::Key { new, output } => key(of, *new, output),
    }
}

async fn show(of: &Environment, arguments: &ShowArguments) -> Result<Finding, Trouble> {
    let since = arguments.since.as_deref();
    let question = Question {
        table: arguments.table.clone(),
        row: arguments.row.clone(),
        actor: arguments.actor.clone(),
        since: since
            .map(|it| history::instant(it, Utc::now()))
            .transpose()?,
        before: arguments.before,
        limit: arguments.limit,
    };
    let reached = reach_as(of, &arguments.output.voice(), Login::Auditor).await?;
    let changes = history::changes(&reached.client, &question).await?;
    let next = changes
        .last()
        .filter(|_| changes.len() as i64 == question.limit);
    let next = next.map(|change: &Change| change.id);
    if arguments.output.json {
        print_json(&json!({ "changes": changes, "next_before": next }))?;
        return Ok(Finding::Good);
    }
    for change in &changes {
        println!("{change}");
    }
    match next {
        Some(id) => println!("There may be older ones: add --before {id}"),
        None if changes.is_empty() => println!("Nothing of the kind is written down."),
        None => {}
    }
    Ok(Finding::Good)
}

async fn prove(of: &Environment, arguments: &VerifyArguments) -> Result<Finding, Trouble> {
    let expected = expected(arguments)?;
    let voice = arguments.output.voice();
    let mut reached = reach_as(of, &voice, Login::Auditor).await?;
    let witness = Witness::of(reached.environment(of))?;
    let started = Utc::now();
    let bar = bar(&arguments.output, &reached).await?;
    let verdict = verify::verify(&mut reached.client, &witness, &expected, &mut |rows| {
        bar.inc(rows)
    })
    .await;
    bar.finish_and_clear();
    let verdict = verdict?;
    let outcome = if verdict.is_good() {
        Outcome::Done
    } else {
        Outcome::Found
    };
    runs::record(
        &reached.client,
        "audit_verify",
        started,
        outcome,
        &evidence(&verdict),
    )
    .await?;
    if arguments.output.json {
        print_json(&verdict)?;
    } else {
        tell(&verdict);
    }
    Ok(if verdict.is_good() {
        Finding::Good
    } else {
        Finding::Bad
    })
}

fn evidence(verdict: &Verdict) -> Value {
    json!({
        "seals": verdict.seals, "rows": verdict.rows, "unsealed_rows": verdict.unsealed_rows,
        "newest_seal": verdict.newest_seal, "newest_hash": verdict.newest_hash, "findings": verdict.finding_count,
        "took_ms": verdict.took_ms,
    })
}

fn tell(verdict: &Verdict) {
    for finding in &verdict.findings {
        println!("{}: {}", finding.what, finding.sentence);
    }
    let more = verdict
        .finding_count
        .saturating_sub(verdict.findings.len() as u64);
    if more > 0 {
        println!("and {more} more");
    }
    let took = human(Duration::from_millis(verdict.took_ms));
    let (seals, rows, waiting) = (verdict.seals, verdict.rows, verdict.unsealed_rows);
    println!(
        "{seals} seals over {rows} rows, verified in {took}; {waiting} rows wait for the next seal."
    );
    if let (Some(seal), Some(hash)) = (verdict.newest_seal, &verdict.newest_hash) {
        println!("Seal {seal} is the newest: {hash}");
    }
    match verdict.finding_count {
        0 => println!("Every sealed row is what it was."),
        1 => println!("1 finding: the audit was tampered with, or is incomplete."),
        count => println!("{count} findings: the audit was tampered with, or is incomplete."),
    }
}

/// Shown on a terminal only.
async fn bar(output: &Output, reached: &Reached) -> Result<ProgressBar, Trouble> {
    if output.json {
        return Ok(ProgressBar::hidden());
    }
    let bar = ProgressBar::new(verify::expected_rows(&reached.client).await?);
    let style = "  verifying {wide_bar} {human_pos}/{human_len} rows, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    Ok(bar)
}

/// The hashes that were noted: those of the arguments, and each word of 64 hexadecimal digits in the file.
fn expected(arguments: &VerifyArguments) -> Result<Vec<String>, Trouble> {
    for hash in &arguments.expect {
        if !is_hash(hash) {
            return Err(Trouble::new(format!(
                "--expect `{hash}` is no seal's hash: 64 hexadecimal digits, as `audit seal` prints it"
            )));
        }
    }
    let mut all = arguments.expect.clone();
    if let Some(file) = &arguments.expect_file {
        all.extend(noted(file)?);
    }
    Ok(all)
}

fn noted(file: &Path) -> Result<Vec<String>, Trouble> {
    let text = fs::read_to_string(file).because(|| format!("could not read {}", file.display()))?;
    let words = text.split(|it: char| !it.is_ascii_alphanumeric());
    let hashes: Vec<String> = words.filter(|it| is_hash(it)).map(str::to_owned).collect();
    if hashes.is_empty() {
        return Err(Trouble::new(format!(
            "{} holds no seal's hash: 64 hexadecimal digits, as `audit seal` prints it",
            file.display()
        )));
    }
    Ok(hashes)
}

fn is_hash(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|it| it.is_ascii_hexdigit())
}

async fn seal(of: &Environment, output: &Output) -> Result<Finding, Trouble> {
    let reached = reach_as(of, &output.voice(), Login::Auditor).await?;
    let key = SealKey::of(reached.environment(of))?;
    let key = key.ok_or_else(|| {
        Trouble::new(format!(
            "{KEY} is not set (nor {KEY}_FILE): seals are signed with it"
        ))
    })?;
    let sealer = Sealer::new(reached.database.clone(), key);
    let spinner = ProgressBar::new_spinner().with_message("sealing the audit");
    if !output.json {
        spinner.enable_steady_tick(Duration::from_millis(120));
    }
    let sealed = sealer.seal().await;
    spinner.finish_and_clear();
    let sealed = sealed?;
    if output.json {
        print_json(&sealed)?;
    } else if sealed.is_empty() {
        println!("Nothing waits to be sealed.");
    } else {
        for it in &sealed {
            println!("Seal {} over {} rows: {}", it.seal, it.rows, it.hash);
        }
    }
    Ok(Finding::Good)
}

fn key(of: &Environment, is_new: bool, output: &Output) -> Result<Finding, Trouble> {
    let new = is_new.then(SealKey::random).transpose()?;
    let witness = match &new {
        Some(key) => key.witness()?,
        None => Witness::of(of)?,
    };
    if output.json {
        let secret = new.as_ref().map(SealKey::hex);
        print_json(&json!({ "key": secret, "public_key": witness.hex() }))?;
        return Ok(Finding::Good);
    }
    if let Some(key) = &new {
        println!("{KEY}={}", key.hex());
    }
    println!("{PUBLIC_KEY}={}", witness.hex());
    Ok(Finding::Good)
}
