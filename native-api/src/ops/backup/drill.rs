//! `equoria backup drill`: a backup is restored into a scratch server and must prove itself. Nothing else makes it proven.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::catalogue::{Catalogue, Entry, State};
use super::recovery::server::{Replay, Replayed, Running};
use super::recovery::target::{Target, shown};
use super::recovery::whole::{Assembly, Finding, finding};
use super::recovery::work::Work;
use super::recovery::{Workshop, needed_bytes, require_space};
use super::restore::{log_bytes, millis};
use super::wal::shelf::{Reach, Shelf};
use crate::ops::fingerprint::{self, Selection, TablePrint};
use crate::ops::proof::{self, Check, pages};
use crate::trouble::{Because, Trouble};

/// The name of these runs.
pub const RUN: &str = "backup_drill";

/// Where a drill restores to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The instant whose content was recorded: the only one that proves the backup.
    Proof,
    /// A second between that and the end of the log.
    Random,
    /// This one.
    Time(DateTime<Utc>),
}

/// What a drill saw.
#[derive(Clone, Debug, Serialize)]
pub struct Drill {
    /// The backup.
    pub id: String,
    /// It and all that it builds on, the full one first.
    pub chain: Vec<String>,
    /// Where it was restored to.
    pub target: String,
    /// Whether every table was compared with what it held then.
    pub is_compared: bool,
    /// How many tables and rows the restored database has.
    pub tables: u64,
    /// Its rows.
    pub rows: i64,
    /// The parts of the proof.
    pub checks: Vec<Check>,
    /// What is wrong; nothing where it proved itself.
    pub findings: Vec<Finding>,
    /// What its chain holds, unpacked.
    pub bytes: u64,
    /// Fetching, unpacking and combining, in milliseconds.
    pub fetch_ms: u64,
    /// Replaying the log, in milliseconds.
    pub replay_ms: u64,
    /// The proof, in milliseconds.
    pub proof_ms: u64,
    /// From the wish to a server that takes connections, in seconds: the measured RTO.
    pub rto_s: f64,
    /// How long ago the archived log ends where the live server has written since, in seconds: the measured RPO. None
    /// where no live server can be asked.
    pub rpo_s: Option<f64>,
    /// The end of what can be restored.
    pub restorable_until: DateTime<Utc>,
}

impl Drill {
    /// Whether the backup proved itself.
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }

    /// A flat document for the rows of `ops.job_runs` and for the catalogue.
    pub fn evidence(&self) -> Value {
        json!({
            "backup_id": self.id,
            "chain_length": self.chain.len(),
            "target": self.target,
            "is_compared": self.is_compared,
            "is_proven": self.is_compared && self.is_good(),
            "tables": self.tables,
            "rows": self.rows,
            "constraints": self.looked_at("constraints"),
            "relations": self.looked_at("pages"),
            "bytes": self.bytes,
            "fetch_ms": self.fetch_ms,
            "replay_ms": self.replay_ms,
            "proof_ms": self.proof_ms,
            "rto_s": self.rto_s,
            "rpo_s": self.rpo_s,
            "restorable_until": shown(&self.restorable_until),
            "findings": self.findings.iter().map(|it| format!("{}: {}", it.id, it.what)).collect::<Vec<_>>(),
        })
    }

    fn looked_at(&self, name: &str) -> Option<u64> {
        self.checks
            .iter()
            .find(|it| it.name == name)
            .map(|it| it.looked_at)
    }

    fn begin(entry: &Entry, chain: &[&Entry], target: &Target, reach: &Reach) -> Self {
        Self {
            id: entry.id.clone(),
            chain: chain.iter().map(|link| link.id.clone()).collect(),
            target: target.to_string(),
            is_compared: false,
            tables: 0,
            rows: 0,
            checks: Vec::new(),
            findings: Vec::new(),
            bytes: chain.iter().map(|link| link.base.plain.bytes).sum(),
            fetch_ms: 0,
            replay_ms: 0,
            proof_ms: 0,
            rto_s: 0.0,
            rpo_s: None,
            restorable_until: reach.until,
        }
    }
}

/// Restores a backup into a scratch server, proves it, and writes down what was found. `live` is asked for what the server
/// that was backed up has by now, where it can be reached.
///
/// # Errors
/// When it could not be tried: no key fits, space is short, a program is missing. Then nothing is written down.
pub async fn drill(
    shop: &Workshop<'_>,
    catalogue: &Catalogue,
    id: &str,
    aim: Aim,
    live: Option<&Client>,
) -> Result<Drill, Trouble> {
    let entry = catalogue.find(id)?;
    let shelf = Shelf::of(&shop.repository).await?;
    let found = target_of(aim, entry)?.choose(Some(&entry.id), catalogue, &shelf);
    let chosen = match (found, shelf.missing_for(entry)) {
        (Err(_), Some(segment)) if entry.is_usable() => {
            return incomplete(shop, entry, &segment.to_string()).await;
        }
        (found, _) => found?,
    };
    let (_, reach) = chosen
        .into_iter()
        .next()
        .ok_or_else(|| Trouble::new(format!("backup {id} cannot be restored")))?;
    let target = at_random(aim, target_of(aim, entry)?, entry, &reach)?;
    let chain = catalogue.chain(entry)?;
    let mut drill = Drill::begin(entry, &chain, &target, &reach);
    require_space(&shop.parent, needed_bytes(&chain))?;
    drill.rpo_s = rpo(live, entry, &reach).await?;
    Attempt {
        shop,
        entry,
        chain: &chain,
        target: &target,
        aim,
        live,
    }
    .run(&mut drill, &reach)
    .await?;
    let state = (aim == Aim::Proof && drill.is_good()).then_some(State::Proven);
    shop.conclude(entry, RUN, &drill.findings, state, &drill.evidence())
        .await?;
    Ok(drill)
}

/// A backup whose own log is not there cannot even be tried.
async fn incomplete(shop: &Workshop<'_>, entry: &Entry, segment: &str) -> Result<Drill, Trouble> {
    let reach = Reach {
        last: entry.first_segment,
        until: entry.point.at,
    };
    let mut drill = Drill::begin(
        entry,
        &[entry],
        &Target::Point(entry.point.name.clone()),
        &reach,
    );
    let what = format!("segment {segment} of its write-ahead log is missing");
    drill.findings.push(finding(entry, what));
    shop.conclude(entry, RUN, &drill.findings, None, &drill.evidence())
        .await?;
    Ok(drill)
}

fn target_of(aim: Aim, entry: &Entry) -> Result<Target, Trouble> {
    Ok(match aim {
        Aim::Proof => Target::Point(entry.point.name.clone()),
        Aim::Random => Target::Latest,
        Aim::Time(at) => Target::Time(at),
    })
}

/// Draws a second of the window.
fn at_random(aim: Aim, target: Target, entry: &Entry, reach: &Reach) -> Result<Target, Trouble> {
    if aim != Aim::Random {
        return Ok(target);
    }
    let mut random = [0; 8];
    getrandom::fill(&mut random).because(|| "no random number could be drawn")?;
    let window_s = (reach.until - entry.point.at)
        .num_seconds()
        .max(0)
        .unsigned_abs()
        + 1;
    let second = i64::try_from(u64::from_le_bytes(random) % window_s).unwrap_or(0);
    Ok(Target::Time(entry.point.at + TimeDelta::seconds(second)))
}

/// How much would be lost if the live server were gone now: nothing, where all that it has written is archived.
async fn rpo(live: Option<&Client>, entry: &Entry, reach: &Reach) -> Result<Option<f64>, Trouble> {
    let Some(live) = live else { return Ok(None) };
    let sql = "select pg_current_wal_lsn(), clock_timestamp(), system_identifier::text from pg_control_system()";
    let Ok(row) = live.query_one(sql, &[]).await else {
        return Ok(None);
    };
    let (lsn, now, system): (tokio_postgres::types::PgLsn, DateTime<Utc>, String) =
        (row.get(0), row.get(1), row.get(2));
    if system != entry.system_identifier {
        return Err(Trouble::new(format!(
            "the live database is another cluster ({system}) than the one of backup {} ({})",
            entry.id, entry.system_identifier
        )));
    }
    let is_archived = u64::from(lsn) <= reach.last.end(entry.segment_bytes).0;
    let age = now - reach.until;
    Ok(Some(if is_archived {
        0.0
    } else {
        seconds(age.to_std().unwrap_or_default())
    }))
}

struct Attempt<'a> {
    shop: &'a Workshop<'a>,
    entry: &'a Entry,
    chain: &'a [&'a Entry],
    target: &'a Target,
    aim: Aim,
    live: Option<&'a Client>,
}

impl Attempt<'_> {
    async fn run(&self, drill: &mut Drill, reach: &Reach) -> Result<(), Trouble> {
        let shop = self.shop;
        let work = Work::inside(&shop.parent, "drill", &shop.places)?;
        let began = Instant::now();
        let assembly = Assembly {
            repository: &shop.repository,
            programs: &shop.programs,
            work: &work,
            voice: shop.voice,
            is_thorough: false,
            is_scratch: true,
        };
        let data = match assembly.whole(self.chain).await? {
            Ok(data) => data,
            Err(findings) => {
                drill.findings = findings;
                return Ok(());
            }
        };
        drill.fetch_ms = millis(began.elapsed());
        let since = Instant::now();
        let replayed = self.replay(&work, &data, reach).await;
        drill.replay_ms = millis(since.elapsed());
        drill.rto_s = seconds(began.elapsed());
        match replayed {
            Ok(server) => self.prove(&server, drill).await,
            Err(trouble) => self.explain(trouble, drill).await,
        }
    }

    async fn replay(
        &self,
        work: &Work,
        data: &std::path::Path,
        reach: &Reach,
    ) -> Result<Running, Trouble> {
        let step = self.shop.voice.measured(
            format!("replaying the log to {}", self.target),
            log_bytes(self.entry, reach),
        );
        let replay = Replay {
            data,
            work,
            programs: &self.shop.programs,
            places: &self.shop.places,
            environment: &self.shop.environment,
            target: self.target,
            // The known instant lies on the timeline of the backup, whatever branched off since.
            timeline: (self.aim == Aim::Proof).then_some(self.entry.timeline),
            is_scratch: true,
            patience: self.shop.patience,
        };
        let replayed = replay
            .run_or_to_the_end(self.entry, reach, &step.counter())
            .await?;
        match replayed {
            Replayed::Reached(server) => {
                step.done(&format!("replayed to {}", self.target));
                Ok(server)
            }
            Replayed::NotReached(_) => Err(Trouble::new(format!(
                "the write-ahead log ends before {}",
                self.target
            ))),
        }
    }

    /// A replay that broke off because of the log is a finding: the segment is looked for. Else the fault is ours.
    async fn explain(&self, trouble: Trouble, drill: &mut Drill) -> Result<(), Trouble> {
        let work = Work::inside(&self.shop.parent, "drill-log", &self.shop.places)?;
        let (repository, programs) = (&self.shop.repository, &self.shop.programs);
        let log =
            super::recovery::log::check(repository, self.entry, programs, &work, self.shop.voice);
        match log.await? {
            Ok(_) => Err(trouble),
            Err(findings) => {
                drill.findings = findings;
                Ok(())
            }
        }
    }

    async fn prove(&self, server: &Running, drill: &mut Drill) -> Result<(), Trouble> {
        let since = Instant::now();
        let client = server.superuser(&self.entry.point.database).await?;
        let prints = match fingerprint::of(&client, &Selection::default()).await {
            Ok(prints) => prints,
            Err(trouble) => return self.unreadable(&client, trouble, drill).await,
        };
        drill.tables = prints.len() as u64;
        drill.rows = prints.iter().map(|print| print.rows).sum();
        let mut wrong = match self.aim {
            Aim::Proof => {
                drill.is_compared = true;
                compared(&self.entry.point.prints, &prints)
            }
            Aim::Random | Aim::Time(_) => self.plausible(&client, &prints).await?,
        };
        drill.checks = proof::of(&client, self.shop.voice).await?;
        wrong.extend(
            drill
                .checks
                .iter()
                .filter(|it| !it.is_good())
                .map(ToString::to_string),
        );
        drill.findings = wrong
            .into_iter()
            .map(|what| finding(self.entry, what))
            .collect();
        drill.proof_ms = millis(since.elapsed());
        Ok(())
    }

    /// Tables that cannot be read because their pages are damaged are a finding. Else the fault is ours.
    async fn unreadable(
        &self,
        client: &Client,
        trouble: Trouble,
        drill: &mut Drill,
    ) -> Result<(), Trouble> {
        let pages = pages::check(client).await?;
        if pages.faults.is_empty() {
            return Err(trouble);
        }
        drill.findings.push(finding(self.entry, pages.to_string()));
        drill.checks.push(pages);
        Ok(())
    }

    /// At an instant whose content nobody has recorded: what is only ever added to has at least the rows of the recorded
    /// instant, and at most those of now.
    async fn plausible(
        &self,
        restored: &Client,
        prints: &[TablePrint],
    ) -> Result<Vec<String>, Trouble> {
        let mut wrong = Vec::new();
        if prints.iter().all(|print| print.rows == 0) {
            wrong.push("every table is empty".to_owned());
        }
        let now = match self.live {
            Some(live) => Some(fingerprint::of(live, &Selection::default()).await?),
            None => None,
        };
        let rows = |prints: &[TablePrint], table: &str| {
            prints
                .iter()
                .find(|print| print.table == table)
                .map(|print| print.rows)
        };
        for table in only_grows(restored).await? {
            let found = rows(prints, &table).unwrap_or(0);
            let least = rows(&self.entry.point.prints, &table).unwrap_or(0);
            let most = now
                .as_deref()
                .and_then(|now| rows(now, &table))
                .unwrap_or(i64::MAX);
            if !(least..=most.max(least)).contains(&found) {
                wrong.push(format!(
                    "{table} has {found} rows, not between {least} and {most}"
                ));
            }
        }
        Ok(wrong)
    }
}

/// Tables whose rows are never changed or removed: a trigger refuses it.
async fn only_grows(client: &Client) -> Result<Vec<String>, Trouble> {
    let sql = "select distinct case n.nspname when 'public' then c.relname::text else n.nspname || '.' || c.relname end
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        where t.tgname = c.relname || '_append_only' order by 1";
    let rows = client
        .query(sql, &[])
        .await
        .because(|| "could not list the tables that only grow")?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// In what two sets of prints differ. Two empty ones are equal and prove nothing.
fn compared(expected: &[TablePrint], found: &[TablePrint]) -> Vec<String> {
    if expected.iter().all(|print| print.rows == 0) {
        return vec![
            "what was recorded has no row: comparing nothing with nothing proves nothing"
                .to_owned(),
        ];
    }
    fingerprint::differences(expected, found)
}

fn seconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(rows: i64, hash: &str) -> TablePrint {
        TablePrint {
            table: "horses".to_owned(),
            rows,
            hash: hash.to_owned(),
        }
    }

    #[test]
    fn two_empty_databases_prove_nothing() {
        assert!(compared(&[print(3, "a")], &[print(3, "a")]).is_empty());
        assert_eq!(compared(&[print(0, "0")], &[print(0, "0")]).len(), 1);
        assert_eq!(compared(&[], &[]).len(), 1);
        assert_eq!(compared(&[print(3, "a")], &[print(3, "b")]).len(), 1);
        assert_eq!(compared(&[print(3, "a")], &[print(0, "0")]).len(), 1);
    }
}
