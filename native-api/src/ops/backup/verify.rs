//! `equoria backup verify`: every byte is read again, every file compared with PostgreSQL's manifest, the chain combined,
//! and the write-ahead log read to the instant whose content is known.

use std::time::Instant;

use serde::Serialize;
use serde_json::{Value, json};

use super::catalogue::{Catalogue, Entry, State};
use super::recovery::whole::{Assembly, Finding, finding};
use super::recovery::work::Work;
use super::recovery::{Workshop, log, needed_bytes, require_space};
use crate::trouble::Trouble;

/// What verification saw of one backup.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    /// The backup.
    pub id: String,
    /// It and all that it builds on, the full one first.
    pub chain: Vec<String>,
    /// What is wrong; nothing where it is good.
    pub findings: Vec<Finding>,
    /// Why it was held broken until now, where it was looked at again and nothing was found.
    pub was_broken: Option<String>,
    /// What its chain holds, unpacked.
    pub bytes: u64,
    /// Segments of the write-ahead log that were read.
    pub segments: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Verified {
    fn begin(entry: &Entry) -> Self {
        Self {
            id: entry.id.clone(),
            chain: vec![entry.id.clone()],
            findings: Vec::new(),
            was_broken: None,
            bytes: 0,
            segments: 0,
            took_ms: 0,
        }
    }

    /// Whether nothing is wrong with it.
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }

    /// A flat document for the rows of `ops.job_runs` and for the catalogue.
    pub fn evidence(&self) -> Value {
        json!({
            "backup_id": self.id,
            "chain_length": self.chain.len(),
            "bytes": self.bytes,
            "wal_segments": self.segments,
            "took_ms": self.took_ms,
            "findings": self.findings.iter().map(|it| format!("{}: {}", it.id, it.what)).collect::<Vec<_>>(),
        })
    }
}

/// The name of these runs.
pub const RUN: &str = "backup_verify";

/// Verifies one backup and writes down what was found: it is `checked` now, or whatever is damaged in its chain is broken.
/// One that is broken stays so and is not looked at.
///
/// # Errors
/// When it could not be looked at: no key fits, the disk is full, a program is missing. Then nothing is written down.
pub async fn verify(
    shop: &Workshop<'_>,
    catalogue: &Catalogue,
    id: &str,
) -> Result<Verified, Trouble> {
    let since = Instant::now();
    let entry = catalogue.find(id)?;
    let mut verified = Verified::begin(entry);
    match &entry.broken {
        Some(broken) => {
            let what = format!(
                "it has been broken since {}: {} (name it, and it is looked at again: `equoria backup verify {}`)",
                broken.at.format("%F %T UTC"),
                broken.reason,
                entry.id
            );
            verified.findings.push(finding(entry, what));
        }
        None => look(shop, catalogue, entry, &mut verified).await?,
    }
    conclude(shop, catalogue, entry, verified, since).await
}

/// The same at the wish of an operator, who may know better: a backup that is broken is looked at too, and is `checked`
/// where nothing is found. What it proved before it must prove anew.
///
/// # Errors
/// Those of [`verify`].
pub async fn look_again(
    shop: &Workshop<'_>,
    catalogue: &Catalogue,
    id: &str,
) -> Result<Verified, Trouble> {
    let since = Instant::now();
    let entry = catalogue.find(id)?;
    let mut verified = Verified::begin(entry);
    look(shop, catalogue, entry, &mut verified).await?;
    if verified.is_good() {
        verified.was_broken = entry.broken.as_ref().map(|it| it.reason.clone());
    }
    conclude(shop, catalogue, entry, verified, since).await
}

async fn conclude(
    shop: &Workshop<'_>,
    catalogue: &Catalogue,
    entry: &Entry,
    mut verified: Verified,
    since: Instant,
) -> Result<Verified, Trouble> {
    verified.took_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    // What was broken before is not written down again.
    let fresh: Vec<Finding> = verified
        .findings
        .iter()
        .filter(|it| {
            catalogue
                .entries
                .iter()
                .any(|entry| entry.id == it.id && entry.is_usable())
        })
        .cloned()
        .collect();
    let state = verified.is_good().then_some(State::Checked);
    let fresh = if fresh.iter().all(|it| is_chained(&verified, it)) {
        fresh
    } else {
        Vec::new()
    };
    shop.conclude(entry, RUN, &fresh, state, &verified.evidence())
        .await?;
    Ok(verified)
}

fn is_chained(verified: &Verified, finding: &Finding) -> bool {
    verified.chain.contains(&finding.id)
}

async fn look(
    shop: &Workshop<'_>,
    catalogue: &Catalogue,
    entry: &Entry,
    verified: &mut Verified,
) -> Result<(), Trouble> {
    let chain = match catalogue.chain(entry) {
        Ok(chain) => chain,
        Err(trouble) => {
            verified.findings.push(finding(entry, trouble.to_string()));
            return Ok(());
        }
    };
    verified.chain = chain.iter().map(|link| link.id.clone()).collect();
    verified.bytes = chain.iter().map(|link| link.base.plain.bytes).sum();
    require_space(&shop.parent, needed_bytes(&chain))?;
    let work = Work::inside(&shop.parent, "verify", &shop.places)?;
    let assembly = Assembly {
        repository: &shop.repository,
        programs: &shop.programs,
        work: &work,
        voice: shop.voice,
        is_thorough: true,
        is_scratch: true,
    };
    if let Err(findings) = assembly.whole(&chain).await? {
        verified.findings = findings;
    }
    match log::check(&shop.repository, entry, &shop.programs, &work, shop.voice).await? {
        Ok(segments) => verified.segments = segments,
        Err(findings) => verified.findings.extend(findings),
    }
    Ok(())
}
