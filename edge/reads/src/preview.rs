//! What a horse may expect of a show: the score before luck, its exact bounds, and the chance of every place.

use crate::Failure;
use crate::answer::unversioned;
use crate::asker::Asker;
use crate::clock::Instant;
use crate::horse::{Named, in_foal, stats};
use crate::problem::data_of;
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::show::facts;
use crate::snapshot::statement;
use crate::wire::Score;
use axum::response::Response;
use postgres_types::Type;
use rules::Refusal;
use rules::competition::entry::{self, Contender, Entered, Rider, Snapshot};
use rules::competition::placing::Rival;
use rules::competition::preview::Prospects;
pub use rules::competition::preview::{Breakdown, Placing};
use rules::competition::score::expected_score;
use rules::competition::show::{Host, Show};
use rules::discipline::Discipline;
use rules::id::{HorseId, UserId};
use rules::money::Coins;
use rules::scale::Gauge;
use rules::traits::{EpigeneticModifiers, VisibleTraits};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a horse may expect of a show, given the entries that stand now.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// The show.
    pub show: Named,
    /// The horse.
    pub horse: Named,
    /// The discipline.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub discipline: Discipline,
    /// What it is computed from: `entry` (the snapshot frozen when she entered) or `visible_traits` (she is not in the
    /// show). What is hidden in her or in a rival is not counted until the show is settled.
    pub basis: &'static str,
    /// How the expected score comes about; null with the basis `entry`.
    pub breakdown: Option<Breakdown>,
    /// The score before luck.
    pub expected_score: Score,
    /// The score with the worst luck.
    pub least_score: Score,
    /// The score with the best luck.
    pub greatest_score: Score,
    /// The entries that she competes with.
    pub rivals: usize,
    /// The chance of every place; together they are 1.
    pub placings: Vec<Placing>,
    /// May she be entered now? For a signed-in player: by this player, with what is in the purse.
    pub enterable: bool,
    /// Why not; null where she may.
    pub refusal: Option<Why>,
}

/// Why the rules would refuse an entry now; beside code and sentence stand the data of the refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Why {
    /// The stable name of the refusal.
    pub code: &'static str,
    /// A sentence for the player.
    pub detail: String,
    /// The data of the refusal.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub data: Map<String, Value>,
}

// The snapshots come without what is hidden. Entering and withdrawing cost nothing, so that a preview which counts it would
// tell an owner about every hidden trait, one discipline after the other; the proof of a settled show publishes the sum.
pub(crate) static PREVIEW: Query = Query {
    name: "preview of a horse in a show",
    sql: statement!(
        "select array[s.xmin, h.xmin, a.xmin] as written, s.id, s.name, s.discipline, s.level_min::int8 as level_min, s.level_max::int8 as level_max, s.entry_fee, s.prize,
        s.run_date, s.state, s.host_id, h.id as horse_id, h.name as horse_name, h.user_id as owner_id, h.born_at, h.xp::int8 as xp,
        h.temperament, h.bond_score, h.stress_level, h.visible_traits,
        ",
        stats!(),
        ",
        coalesce((h.discipline_scores ->> s.discipline)::int8, 0) as discipline_score,
        ",
        in_foal!(),
        ",
        a.money, a.token_epoch,
        coalesce((select jsonb_agg(to_jsonb(l) order by l.entry_id) from (
          select e.entry_id, e.entered_at, e.snapshot from entry_snapshots e where e.show_id = s.id) l), '[]') as entries
      from shows s left join horses h on h.id = $2 left join users a on a.id = $3 where s.id = $1"
    ),
    takes: &[Type::INT8, Type::INT8, Type::UUID],
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
        ("host_id", Type::UUID),
        ("horse_id", Type::INT8),
        ("horse_name", Type::TEXT),
        ("owner_id", Type::UUID),
        ("born_at", Type::TIMESTAMPTZ),
        ("xp", Type::INT8),
        ("temperament", Type::TEXT),
        ("bond_score", Type::INT2),
        ("stress_level", Type::INT2),
        ("visible_traits", Type::JSONB),
        ("stats", Type::INT2_ARRAY),
        ("discipline_score", Type::INT8),
        ("in_foal", Type::XID),
        ("money", Type::INT8),
        ("token_epoch", Type::INT4),
        ("entries", Type::JSONB),
    ],
};

/// What a horse may expect of a show, and whether she may be entered now.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/shows/{id}/preview", tag = "shows", security((), ("token" = [])),
    params(("id" = i64, Path), ("horse" = i64, Query, description = "The id of the horse")),
    responses((status = 200, body = Preview), (status = 404, description = "No such show or horse"))
))]
pub(crate) async fn preview(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    let asker = asked.asker(&reads)?;
    asked.only(&["horse"])?;
    let horse = asked.number("horse", 1, i64::MAX)?;
    let missing = || Failure::invalid("horse", "Name the horse by its id.");
    let horse = horse.ok_or_else(missing)?;
    let row = reads.row(&PREVIEW, &[&id, &horse, &asker.id()]).await?;
    let record = row.ok_or(Failure::Missing { what: "show" })?;
    let purse = purse(&record, &asker)?;
    let horse = record.maybe_named("horse_id", "horse_name")?;
    let horse = horse.ok_or(Failure::Missing { what: "horse" })?;
    let preview = read(&record, horse, purse, reads.now().await)?;
    unversioned(&preview)
}

/// The player who asks and what the purse holds, once the token's epoch is known to hold.
fn purse(record: &Record, asker: &Asker) -> Result<Option<(UserId, Coins)>, Failure> {
    asker.confirm(record)?;
    let money: Option<i64> = record.get("money")?;
    let user = asker.id().zip(money);
    Ok(user.map(|(id, money)| (UserId::new(id), Coins::new(money))))
}

fn read(
    record: &Record,
    horse: Named,
    purse: Option<(UserId, Coins)>,
    now: Instant,
) -> Result<Preview, Failure> {
    let show = show(record)?;
    let VisibleTraits { positive, negative } = record.json("visible_traits")?;
    let modifiers = EpigeneticModifiers::new(positive, negative, Vec::new());
    let modifiers = modifiers.map_err(|wrong| record.spoilt(wrong))?;
    let contender = contender(record, &modifiers)?;
    let entries: Vec<Entered> = record.json("entries")?;
    let (own, rivals): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|it| it.snapshot.horse_id == contender.horse_id);
    let own = own.into_iter().next();
    let (user, purse) = purse.unwrap_or((contender.owner, Coins::new(i64::MAX)));
    let rider = Rider {
        user,
        purse,
        already_entered: own.is_some(),
    };
    let refusal = entry::check(&show, contender, rider, now).err();
    let chances = Chances::of(&contender, own, &rivals, show.facts.discipline, now);
    Ok(chances.shown(&show, horse, refusal.as_ref()))
}

fn show(record: &Record) -> Result<Show, Failure> {
    let host: Option<Uuid> = record.get("host_id")?;
    Ok(Show {
        facts: facts(record)?,
        state: record.word("state")?,
        host: host.map_or(Host::Treasury, |id| Host::User(UserId::new(id))),
    })
}

fn contender<'a>(
    record: &Record,
    modifiers: &'a EpigeneticModifiers,
) -> Result<Contender<'a>, Failure> {
    let gauge = |column| {
        record
            .get::<i16>(column)
            .map(|it| Gauge::clamped(i64::from(it)))
    };
    Ok(Contender {
        horse_id: HorseId::new(record.get("horse_id")?),
        owner: UserId::new(record.get("owner_id")?),
        born_at: record.get("born_at")?,
        in_foal: record.is_there("in_foal")?,
        xp: record.get("xp")?,
        stats: record.stats("stats")?,
        discipline_score: record.get("discipline_score")?,
        temperament: record.word("temperament")?,
        modifiers,
        bond: gauge("bond_score")?,
        stress: gauge("stress_level")?,
    })
}

/// The chances of a horse in a field.
struct Chances {
    is_entered: bool,
    prospects: Prospects,
}

impl Chances {
    fn of(
        contender: &Contender<'_>,
        own: Option<Entered>,
        rivals: &[Entered],
        discipline: Discipline,
        now: Instant,
    ) -> Self {
        let is_entered = own.is_some();
        let place = own.as_ref().map(|it| Rival::of(it, discipline));
        let snapshot =
            own.map_or_else(|| Snapshot::freeze(contender, discipline), |it| it.snapshot);
        let newcomer = || Rival::newcomer(expected_score(&snapshot, discipline), now);
        let place = place.unwrap_or_else(newcomer);
        let rivals: Vec<_> = rivals.iter().map(|it| Rival::of(it, discipline)).collect();
        Self {
            is_entered,
            prospects: Prospects::of(&snapshot, discipline, &place, &rivals),
        }
    }

    fn shown(self, show: &Show, horse: Named, refusal: Option<&Refusal>) -> Preview {
        let Self {
            is_entered,
            prospects,
        } = self;
        Preview {
            show: Named {
                id: show.facts.id.get(),
                name: show.facts.name.clone(),
            },
            horse,
            discipline: show.facts.discipline,
            basis: if is_entered {
                "entry"
            } else {
                "visible_traits"
            },
            breakdown: (!is_entered).then_some(prospects.breakdown),
            expected_score: prospects.expected_score,
            least_score: prospects.least_score,
            greatest_score: prospects.greatest_score,
            rivals: prospects.rivals,
            placings: prospects.placings,
            enterable: refusal.is_none(),
            refusal: refusal.map(Why::of),
        }
    }
}

impl Why {
    pub(crate) fn of(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code(),
            detail: refusal.to_string(),
            data: data_of(refusal),
        }
    }
}
