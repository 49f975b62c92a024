//! The proof of a settled show: all that a stranger needs to repeat its settlement.

use crate::Failure;
use crate::answer::json;
use crate::fields::{Fields, Row};
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::show::facts;
use crate::snapshot::statement;
use axum::response::Response;
use postgres_types::Type;
use rules::competition::entry::Entered;
use rules::competition::proof::Proof;
use rules::competition::settlement::{EntryResult, settle};
use rules::competition::show::{Phase, ShowState, phase};
use rules::id::{EntryId, HorseId};
use rules::money::Coins;
use rules::scale::{Bp, MilliPoints};
use rules::stat::Stat;

pub(crate) static PROOF: Query = Query {
    name: "proof of a show",
    sql: statement!("select array[s.xmin] as written, s.id, s.name, s.discipline, s.level_min::int8 as level_min, s.level_max::int8 as level_max, s.entry_fee, s.prize,
        s.run_date, s.state, s.version, s.rules_version, encode(s.secret_hash, 'hex') as secret_hash,
        encode(s.revealed_secret, 'hex') as secret, encode(s.result_digest, 'hex') as result_digest,
        case when s.state = 'settled' then (
          select jsonb_agg(to_jsonb(l) order by l.entry_id) from (
            select e.entry_id, e.entered_at, e.snapshot from entry_snapshots e where e.show_id = s.id) l) end as entries,
        case when s.state = 'settled' then (
          select jsonb_agg(to_jsonb(l) order by l.placement) from (
            select r.entry_id, r.horse_id, r.placement, (r.expected_score * 1000)::bigint as expected,
              (r.score * 1000)::bigint as score, r.prize, r.horse_xp, r.user_xp, r.stat
            from competition_results r where r.show_id = s.id) l) end as results
      from shows s where s.id = $1"),
    takes: &[Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("discipline", Type::TEXT),
        ("level_min", Type::INT8),
        ("level_max", Type::INT8),
        ("entry_fee", Type::INT8),
        ("prize", Type::INT8),
        ("run_date", Type::TIMESTAMPTZ),
        ("state", Type::TEXT),
        ("version", Type::INT8),
        ("rules_version", Type::INT4),
        ("secret_hash", Type::TEXT),
        ("secret", Type::TEXT),
        ("result_digest", Type::TEXT),
        ("entries", Type::JSONB),
        ("results", Type::JSONB),
    ],
};

/// A result as it is stored: the draws of luck and of the stat are not, since they follow from the secret.
struct Stored {
    entry_id: EntryId,
    horse_id: HorseId,
    placement: i64,
    expected: MilliPoints,
    score: MilliPoints,
    prize: Coins,
    horse_xp: i64,
    user_xp: i64,
    stat: Option<Stat>,
}

impl Row for Stored {
    fn of(fields: &Fields) -> Option<Self> {
        Some(Self {
            entry_id: EntryId::new(fields.get("entry_id")?),
            horse_id: HorseId::new(fields.get("horse_id")?),
            placement: fields.get("placement")?,
            expected: MilliPoints::new(fields.get("expected")?),
            score: MilliPoints::new(fields.get("score")?),
            prize: Coins::new(fields.get("prize")?),
            horse_xp: fields.get("horse_xp")?,
            user_xp: fields.get("user_xp")?,
            stat: fields.get("stat")?,
        })
    }
}

/// The proof of a settled show, as the rules verify it: the secret, every snapshot, every result as it was paid.
///
/// Until the show is settled: 409, with the hash of its secret in the member `secret_hash`.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/shows/{id}/proof", tag = "shows", params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The proof, which `rules::competition::proof::verify` checks", body = serde_json::Value),
        (status = 404, description = "No such show"), (status = 409, description = "Not settled")
    )
))]
pub(crate) async fn proof(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&[])?;
    let row = reads.row(&PROOF, &[&id]).await?;
    let record = row.ok_or(Failure::Missing { what: "show" })?;
    let phase = phase(
        record.word::<ShowState>("state")?,
        record.get("run_date")?,
        reads.now().await,
    );
    if phase != Phase::Settled {
        return Err(Failure::Unsettled {
            secret_hash: record.get("secret_hash")?,
            state: phase.as_str(),
        });
    }
    json(Some(record.get("version")?), &read(&record)?)
}

fn read(record: &Record) -> Result<Proof, Failure> {
    let show = facts(record)?;
    let secret = record.word("secret")?;
    let entries: Vec<Entered> = record.json("entries")?;
    let stored: Vec<Stored> = record.list("results")?;
    let by_rules = settle(&show, &secret, &entries).map(|it| it.results);
    let by_rules = by_rules.unwrap_or_default();
    let paid: i64 = stored.iter().map(|it| it.prize.get()).sum();
    let fees = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    Ok(Proof {
        rules_version: version_of(record)?,
        commitment: record.word("secret_hash")?,
        results: stored
            .into_iter()
            .map(|it| it.with_draws(&by_rules))
            .collect(),
        fees: Coins::new(show.entry_fee.get().saturating_mul(fees)),
        prize_returned: Coins::new(show.prize.get().saturating_sub(paid)),
        digest: record.word("result_digest")?,
        show,
        secret,
        entries,
    })
}

fn version_of(record: &Record) -> Result<u32, Failure> {
    let version: i32 = record.get("rules_version")?;
    u32::try_from(version).map_err(|negative| record.spoilt(negative))
}

impl Stored {
    /// The result with its draws from the settlement that the rules make of the same entries.
    fn with_draws(self, by_rules: &[EntryResult]) -> EntryResult {
        let drawn = by_rules.iter().find(|it| it.entry_id == self.entry_id);
        EntryResult {
            entry_id: self.entry_id,
            horse_id: self.horse_id,
            placement: self.placement,
            expected: self.expected,
            luck: drawn.map_or(Bp::ZERO, |it| it.luck),
            score: self.score,
            prize: self.prize,
            horse_xp: self.horse_xp,
            user_xp: self.user_xp,
            // A stat that stood at 100 was drawn and did not rise, so that what is stored may lack it.
            stat_gain: drawn.map_or(self.stat, |it| it.stat_gain),
        }
    }
}
