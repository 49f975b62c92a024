//! A horse: herself, her breed, her owner, her latest results. The headline read.

use crate::Failure;
use crate::answer::json;
use crate::clock::Instant;
use crate::history::{Result as ShowResult, horse_results};
use crate::portrait::seat;
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use rules::horse::{LifeStage, Sex, age};
use rules::progression::level;
use rules::stat::Stats;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Something that has an id and a name: a breed, a stable, a show, another horse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
}

/// A player, as others see one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Player {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: String,
}

/// What a horse's birth and XP make of her at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Being {
    /// The sex: `male` or `female`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "female"))]
    pub sex: Sex,
    /// The word for her: colt or filly under three, then stallion or mare.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "mare"))]
    pub word: &'static str,
    /// The stage of life: newborn, weanling, yearling, two_year_old, adult.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "adult"))]
    pub life_stage: LifeStage,
    /// The age in game-years of seven days.
    pub age: i64,
    /// When she was born.
    pub born_at: At,
    /// The XP from shows.
    pub xp: i64,
    /// The level: one more for every hundred XP.
    pub level: i64,
}

impl Being {
    /// Reads `sex`, `born_at` and `xp` of a row.
    pub(crate) fn read(record: &Record, now: Instant) -> Result<Self, Failure> {
        let sex: Sex = record.word("sex")?;
        let born_at: Instant = record.get("born_at")?;
        let xp: i64 = record.get("xp")?;
        let age = age(born_at, now);
        Ok(Self {
            sex,
            word: sex.word(age),
            life_stage: LifeStage::at(born_at, now),
            age,
            born_at: At(born_at),
            xp,
            level: level(xp),
        })
    }
}

/// A horse with all that everyone may know of her.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Card {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// Age, level and the words for them.
    #[serde(flatten)]
    pub being: Being,
    /// The breed.
    pub breed: Named,
    /// The owner; null where the owner's profile is hidden.
    pub owner: Option<Player>,
    /// The stable she stands in; null where she stands in none or the owner's profile is hidden.
    pub stable: Option<Named>,
    /// The sire; null for a founder.
    pub sire: Option<Named>,
    /// The dam; null for a founder.
    pub dam: Option<Named>,
    /// The temperament.
    pub temperament: String,
    /// The twelve stats, each 0 to 100.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, i16>))]
    pub stats: Stats,
    /// The bond, 0 to 100.
    pub bond_score: i16,
    /// The stress, 0 to 100.
    pub stress_level: i16,
    /// The score of each discipline she was trained in.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, i64>))]
    pub discipline_scores: Value,
    /// The traits that have come to light: `{"positive": [...], "negative": [...]}`.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Vec<String>>))]
    pub traits: Value,
    /// From when she may be trained again; null if she never was.
    pub training_cooldown: Option<At>,
    /// Is she in foal?
    pub in_foal: bool,
    /// The coat that everyone sees; null until the game has told her genes.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub coat: Option<Value>,
    /// The height at the withers once grown, in centimetres; null until the game has told her genes.
    pub height_cm: Option<i16>,
    /// The inbreeding coefficient F, 0 to 1.
    pub inbreeding: f64,
    /// The fee in coins for which he stands at stud; null where he does not.
    pub stud_fee: Option<i64>,
    /// Her ten latest results, latest first.
    pub results: Vec<ShowResult>,
    /// Counts every change of her; the ETag begins with it.
    pub version: i64,
    /// The path of her portrait, an SVG that never changes; null until the game has told her genes.
    pub portrait: Option<String>,
}

/// The twelve stats of the horse `h`, in the order of the rules.
macro_rules! stats {
    () => {
        "array[h.precision, h.strength, h.speed, h.agility, h.endurance, h.intelligence, h.stamina, h.balance, h.boldness,
          h.flexibility, h.obedience, h.focus] as stats"
    };
}
pub(crate) use stats;

/// Who wrote that the horse `h` is in foal; null where she is not.
macro_rules! in_foal {
    () => {
        "(select p.xmin from pregnancies p where p.mare_id = h.id and p.state = 'in_foal') as in_foal"
    };
}
pub(crate) use in_foal;

pub(crate) static CARD: Query = Query {
    name: "horse card",
    sql: statement!(
        "select array[h.xmin, u.xmin, s.xmin, sire.xmin, dam.xmin, l.xmin] as written, h.id, h.name, h.sex, h.born_at,
        h.xp::int8 as xp, h.temperament, h.bond_score, h.stress_level,
        ",
        stats!(),
        ",
        h.discipline_scores, h.visible_traits, h.training_cooldown, h.version, h.coat, h.height_cm, h.inbreeding, l.fee as stud_fee,
        b.id as breed_id, b.name as breed_name, sire.id as sire_id, sire.name as sire_name, dam.id as dam_id, dam.name as dam_name,
        case when u.profile_visible then u.id end as owner_id, case when u.profile_visible then u.name end as owner_name,
        case when u.profile_visible then s.id end as stable_id, case when u.profile_visible then s.name end as stable_name,
        ",
        in_foal!(),
        ",
        ",
        seat!("h", "b.name"),
        " as seat,
        coalesce((select jsonb_agg(to_jsonb(r) order by r.created_at desc, r.id desc) from (
          select ",
        horse_results!(),
        " order by c.created_at desc, c.id desc limit 10) r), '[]') as results
      from horses h
      join breeds b on b.id = h.breed_id
      join users u on u.id = h.user_id
      left join stables s on s.id = h.stable_id
      left join horses sire on sire.id = h.sire_id
      left join horses dam on dam.id = h.dam_id
      left join stud_listings l on l.horse_id = h.id
      where h.id = $1"
    ),
    takes: &[Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("sex", Type::TEXT),
        ("born_at", Type::TIMESTAMPTZ),
        ("xp", Type::INT8),
        ("temperament", Type::TEXT),
        ("bond_score", Type::INT2),
        ("stress_level", Type::INT2),
        ("stats", Type::INT2_ARRAY),
        ("discipline_scores", Type::JSONB),
        ("visible_traits", Type::JSONB),
        ("training_cooldown", Type::TIMESTAMPTZ),
        ("version", Type::INT8),
        ("coat", Type::JSONB),
        ("height_cm", Type::INT2),
        ("inbreeding", Type::FLOAT8),
        ("stud_fee", Type::INT8),
        ("breed_id", Type::INT8),
        ("breed_name", Type::TEXT),
        ("sire_id", Type::INT8),
        ("sire_name", Type::TEXT),
        ("dam_id", Type::INT8),
        ("dam_name", Type::TEXT),
        ("owner_id", Type::UUID),
        ("owner_name", Type::TEXT),
        ("stable_id", Type::INT8),
        ("stable_name", Type::TEXT),
        ("in_foal", Type::XID),
        ("seat", Type::TEXT_ARRAY),
        ("results", Type::JSONB),
    ],
};

/// A horse with her breed, owner and ten latest results.
///
/// The ETag is `"<version>.<fingerprint>"`; send it back as `If-None-Match` here, or as `If-Match` when renaming her.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses/{id}", tag = "horses", params(("id" = i64, Path)),
    responses((status = 200, body = Card), (status = 404, description = "No such horse"))
))]
pub(crate) async fn card(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&[])?;
    let now = reads.now().await;
    let row = reads.row(&CARD, &[&id]).await?;
    let record = row.ok_or(Failure::Missing { what: "horse" })?;
    let card = read(&record, now)?;
    json(Some(card.version), &card)
}

fn read(record: &Record, now: Instant) -> Result<Card, Failure> {
    Ok(Card {
        id: record.get("id")?,
        name: record.get("name")?,
        being: Being::read(record, now)?,
        breed: record.named("breed_id", "breed_name")?,
        owner: record.player("owner_id", "owner_name")?,
        stable: record.maybe_named("stable_id", "stable_name")?,
        sire: record.maybe_named("sire_id", "sire_name")?,
        dam: record.maybe_named("dam_id", "dam_name")?,
        temperament: record.get("temperament")?,
        stats: record.stats("stats")?,
        bond_score: record.get("bond_score")?,
        stress_level: record.get("stress_level")?,
        discipline_scores: record.get("discipline_scores")?,
        traits: record.get("visible_traits")?,
        training_cooldown: record
            .get::<Option<_>>("training_cooldown")?
            .map(At::not_before),
        in_foal: record.is_there("in_foal")?,
        coat: record.get("coat")?,
        height_cm: record.get("height_cm")?,
        inbreeding: record.get("inbreeding")?,
        stud_fee: record.get("stud_fee")?,
        results: record.list("results")?,
        version: record.get("version")?,
        portrait: record.portrait(now)?,
    })
}
