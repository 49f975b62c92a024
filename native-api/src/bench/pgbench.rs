//! The limit: PostgreSQL's own pgbench with the very statements that the API sends.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Horses;
use super::load::Outcome;
use super::world::{FIRST_PLAYER, SESSION_PREFIX, Scratch, USER_PREFIX, World};
use crate::dev::supervise::{Manner, Supervised};
use crate::trouble::{Because, Trouble};
use crate::{db, training};

/// A script with its variables.
pub struct Script {
    name: &'static str,
    role: &'static str,
    text: String,
    defines: Vec<(&'static str, String)>,
}

/// How long pgbench runs.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    /// That many seconds.
    Seconds(u64),
    /// That many transactions of each client.
    Each(u64),
}

impl Script {
    /// The headline read with a random horse.
    ///
    /// # Errors
    /// When the reads no longer have it.
    pub fn read(world: World) -> Result<Self, Trouble> {
        let card = reads::QUERIES
            .iter()
            .find(|query| query.name == "horse card");
        let card =
            card.ok_or_else(|| Trouble::new("the reads have no query named \"horse card\""))?;
        Ok(Self {
            name: "read",
            role: "equoria_reader",
            text: format!(
                "\\set horse random(1, {})\n{};\n",
                world.horses,
                bound(card.sql, &[":horse"])
            ),
            defines: Vec::new(),
        })
    }

    /// A training of each of the horses, as the transaction of the API sends it, in as many round trips.
    ///
    /// pgbench has numbers and constants only. So ids of players are put together from their number, every training
    /// raises a stat, and the answer that is kept is always `kept`.
    pub fn training(world: World, horses: Horses, kept: &str) -> Self {
        let player = format!("('{USER_PREFIX}' || :player::text)::uuid");
        let session = format!("('{SESSION_PREFIX}' || :player::text)::uuid");
        let admit = [
            &player,
            &session,
            ":request",
            ":can_advance",
            ":key",
            ":hash",
        ];
        let record = [
            ":horse",
            &player,
            ":discipline",
            ":now",
            ":gain",
            ":stat",
            ":stat_gain",
            ":gain",
            ":gain",
            ":until",
            ":traits",
        ];
        let keep = [&player, ":key", ":status", ":kept"];
        let text = [
            "\\set at :turn * :clients + :client_id".to_owned(),
            "\\set turn :turn + 1".to_owned(),
            format!(
                "\\set horse {} + mod(:at * {}, {})",
                horses.first,
                Horses::STRIDE,
                horses.count
            ),
            format!(
                "\\set player {FIRST_PLAYER} + mod(:horse, {})",
                world.players
            ),
            "\\set key :horse".to_owned(),
            "\\startpipeline".to_owned(),
            "begin isolation level read committed;".to_owned(),
            format!("{};", bound(db::ADMIT_ONCE, &admit)),
            "\\endpipeline".to_owned(),
            format!("{};", bound(training::store::LOCK, &[":horse"])),
            format!("{};", bound(training::store::RECORD, &record)),
            "\\startpipeline".to_owned(),
            format!("{};", bound(db::KEEP, &keep)),
            "commit;".to_owned(),
            "\\endpipeline\n".to_owned(),
        ];
        Self {
            name: "training",
            role: "equoria_writer",
            text: text.join("\n"),
            defines: constants(kept),
        }
    }
}

/// What every training of a run has in common.
fn constants(kept: &str) -> Vec<(&'static str, String)> {
    let now = chrono::Utc::now();
    let until = now + chrono::TimeDelta::days(rules::training::REST_DAYS);
    vec![
        ("turn", "0".to_owned()),
        ("request", "pgbench".to_owned()),
        ("can_advance", "f".to_owned()),
        ("hash", format!("\\x{}", "5a".repeat(32))),
        ("discipline", super::DISCIPLINE.to_owned()),
        ("now", now.to_rfc3339()),
        ("until", until.to_rfc3339()),
        ("gain", "5".to_owned()),
        ("stat", "speed".to_owned()),
        ("stat_gain", "1".to_owned()),
        (
            "traits",
            r#"{"positive": ["bold", "athletic"], "negative": [], "hidden": []}"#.to_owned(),
        ),
        ("status", "201".to_owned()),
        ("kept", kept.to_owned()),
    ]
}

/// The statement with `values` in the places of `$1`, `$2` and so on.
fn bound(sql: &str, values: &[&str]) -> String {
    let places = values.iter().enumerate().rev();
    places.fold(sql.to_owned(), |sql, (at, value)| {
        sql.replace(&format!("${}", at + 1), value)
    })
}

/// Whether the programs include pgbench, which some packages of PostgreSQL leave out.
pub fn is_there(scratch: &Scratch) -> bool {
    scratch.programs.bin.join("pgbench").is_file()
}

/// Runs a script in a query mode (`prepared` or `extended`) and reads what pgbench says about it.
///
/// # Errors
/// When it does not start, or stops before its end; what it printed is part of the trouble.
pub async fn run(
    scratch: &Scratch,
    script: &Script,
    mode: &str,
    clients: u32,
    amount: Amount,
) -> Result<Outcome, Trouble> {
    let name = format!("{}-{mode}", script.name);
    let (file, said) = (
        scratch.file(&format!("{name}.pgbench")),
        scratch.file(&format!("{name}.said")),
    );
    fs::write(&file, &script.text).because(|| format!("could not write {}", file.display()))?;
    let output = File::create(&said).because(|| format!("could not write {}", said.display()))?;
    let errors = output
        .try_clone()
        .because(|| "could not keep what pgbench says")?;
    let mut command = Command::new(scratch.programs.bin.join("pgbench"));
    command
        .args(["--no-vacuum", "--log", "--jobs=1", "--protocol", mode])
        .arg(format!("--client={clients}"))
        .arg(format!("--log-prefix={}", scratch.file(&name).display()))
        .arg(format!("--file={}", file.display()))
        .arg(format!("--define=clients={clients}"))
        .args(
            script
                .defines
                .iter()
                .map(|(name, value)| format!("--define={name}={value}")),
        )
        .arg(match amount {
            Amount::Seconds(seconds) => format!("--time={seconds}"),
            Amount::Each(transactions) => format!("--transactions={transactions}"),
        })
        .envs(connection(scratch, script.role));
    let began = Instant::now();
    let mut child = Supervised::start(
        "pgbench",
        &command,
        &Manner::default(),
        Stdio::from(output),
        Stdio::from(errors),
    )?;
    let status = loop {
        match child.ended()? {
            Some(status) => break status,
            None => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    let took = began.elapsed();
    let said = fs::read_to_string(&said).because(|| "could not read what pgbench said")?;
    if !status.success() {
        return Err(Trouble::new(format!("pgbench failed ({status}):\n{said}")));
    }
    outcome(&said, took, &scratch.home, &name)
}

fn connection(scratch: &Scratch, role: &str) -> Vec<(&'static str, String)> {
    let password = scratch.secrets.logins().find(|(login, _)| *login == role);
    vec![
        ("PGHOST", scratch.sockets.display().to_string()),
        ("PGPORT", scratch.server.port.to_string()),
        ("PGUSER", role.to_owned()),
        (
            "PGPASSWORD",
            password.map(|(_, password)| password).unwrap_or_default(),
        ),
        ("PGDATABASE", scratch.administrator.name().to_owned()),
        ("PGOPTIONS", db::SESSION.to_owned()),
    ]
}

/// pgbench tells how many transactions there were and at which rate, without the time that connecting took; its log has
/// a line for each with the latency in the third place.
fn outcome(said: &str, took: Duration, folder: &Path, name: &str) -> Result<Outcome, Trouble> {
    let mut outcome = Outcome::empty()?;
    let number = |line: &str, until: char| -> Option<f64> {
        let after = said.lines().find_map(|it| it.trim().strip_prefix(line))?;
        after.trim_start().split([until, ' ']).next()?.parse().ok()
    };
    let unreadable = || Trouble::new(format!("pgbench said what is not understood:\n{said}"));
    let done = number("number of transactions actually processed:", '/').ok_or_else(unreadable)?;
    let rate = number("tps = ", ' ')
        .filter(|rate| *rate > 0.0)
        .ok_or_else(unreadable)?;
    outcome.done = done as u64;
    outcome.errors = number("number of failed transactions:", ' ').unwrap_or(0.0) as u64;
    outcome.took = Duration::try_from_secs_f64(done / rate).unwrap_or(took);
    for entry in fs::read_dir(folder)
        .because(|| "could not look for pgbench's log")?
        .flatten()
    {
        let is_log = entry
            .file_name()
            .to_string_lossy()
            .strip_prefix(name)
            .is_some_and(is_process);
        if is_log {
            let log =
                fs::read_to_string(entry.path()).because(|| "could not read pgbench's log")?;
            let latencies = log
                .lines()
                .filter_map(|line| line.split(' ').nth(2)?.parse().ok());
            latencies.for_each(|it: u64| outcome.latency_us.saturating_record(it));
        }
    }
    Ok(outcome)
}

/// The log's name ends with a dot and the number of pgbench's process.
fn is_process(ending: &str) -> bool {
    let number = ending.strip_prefix('.').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_from_ten_on_are_not_taken_for_the_first() {
        let values: Vec<String> = (1..=11).map(|place| format!(":v{place}")).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        assert_eq!(bound("$1, $2, $10, $11", &values), ":v1, :v2, :v10, :v11");
    }

    #[test]
    fn what_pgbench_says_is_read() {
        let said = "number of transactions actually processed: 39837\nnumber of failed transactions: 2 (0.005%)\n\
            latency average = 1.003 ms\ntps = 7967.400000 (without initial connection time)\n";
        let outcome = outcome(said, Duration::ZERO, Path::new("/nowhere-at-all"), "x");
        assert!(outcome.is_err());
        let empty = std::env::temp_dir().join(format!("equoria-pgbench-{}", std::process::id()));
        fs::create_dir_all(&empty).unwrap();
        fs::write(
            empty.join("x.42"),
            "0 1 1003 0 1700000000 5\n0 2 2003 0 1700000000 9\n",
        )
        .unwrap();
        let outcome = super::outcome(said, Duration::ZERO, &empty, "x").unwrap();
        fs::remove_dir_all(empty).unwrap();
        assert_eq!(
            (outcome.done, outcome.errors, outcome.latency_us.len()),
            (39_837, 2, 2)
        );
        assert!((outcome.took.as_secs_f64() - 5.0).abs() < 0.001);
    }
}
