//! Whom to breed with: the partners within reach, ranked so that diversity is kept.

use crate::Failure;
use crate::answer::unversioned;
use crate::clock::Instant;
use crate::horse::{Named, Player};
use crate::pedigree::{Ancestry, Common, ancestors};
use crate::portrait::{Pictured, seat};
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use axum::response::Response;
use postgres_types::Type;
use rules::horse::{FIRST_ACTIVE_AGE, LAST_ACTIVE_AGE};
use rules::pedigree::{Kinship, rank_mates};
use rules::time::{DAYS_PER_YEAR, days_after};
use serde::Serialize;

/// The most partners that are compared, and so the most that can be asked for.
const MOST: i64 = 50;
/// How many are told where nobody asks for another number.
const USUAL: i64 = 10;

/// The partners of a horse, the best for diversity first.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mates {
    /// The horse.
    pub horse: Pictured,
    /// How many partners were compared: for a mare the 25 cheapest stallions of her breed at stud, and for either sex the
    /// asker's own 25 youngest horses of the other sex; all of breeding age.
    pub compared: usize,
    /// The partners, ranked by the sum of `inbreeding` and `mean_kinship`: the least first.
    pub mates: Vec<Mate>,
}

/// A partner.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mate {
    /// The partner.
    pub horse: Pictured,
    /// Its breed.
    pub breed: Named,
    /// Its owner; null where the owner's profile is hidden.
    pub owner: Option<Player>,
    /// The name of its coat; null until the game has told its genes.
    pub coat: Option<String>,
    /// Is it the asker's own?
    pub is_own: bool,
    /// The stud fee in coins; null where there is none to pay.
    pub fee: Option<i64>,
    /// The inbreeding coefficient F of a foal of the two, 0 to 1.
    pub inbreeding: f64,
    /// The partner's mean kinship with all horses that were compared, 0 to 1: the lower, the rarer its genes.
    pub mean_kinship: f64,
    /// The common ancestor that would make most of F; null where none is known.
    pub nearest: Option<Common>,
    /// What that means: a sentence.
    pub why: &'static str,
}

pub(crate) static MATES: Query = Query {
    name: "mates of a horse",
    sql: statement!(
        "with recursive subject as (select h.id, h.sex, h.breed_id from horses h where h.id = $1),
      candidates (id, fee, listing) as (
        (select l.horse_id, l.fee, l.xmin from subject s join stud_listings l on l.breed_id = s.breed_id cross join lateral (
          select h.user_id from horses h where h.id = l.horse_id and h.born_at > $3 and h.born_at <= $4 limit 1) h
        where s.sex = 'female' and h.user_id is distinct from $2 order by l.fee, l.horse_id limit 25)
        union all
        (select h.id, null::int8, null::xid from subject s join horses h on h.user_id = $2 and h.sex <> s.sex and h.born_at > $3
          and h.born_at <= $4 order by h.id desc limit 25)),
      ",
        ancestors!("array(select c.id from candidates c) || $1"),
        "
      select array[h.horse, h.owner, k.listing] as written, h.id, h.name, h.coat, h.breed_id, h.breed_name, h.owner_id, h.owner_name, h.user_id is not distinct from $2 as is_own, h.born_at, h.seat,
        k.fee, a.ids, a.sires, a.dams, a.names, (select u.token_epoch from users u where u.id = $2) as token_epoch
      from (select s.id, null::int8 as fee, null::xid as listing, true as is_subject from subject s
        union all select c.id, c.fee, c.listing, false from candidates c) k cross join lateral (
        select h.xmin as horse, u.xmin as owner, h.id, h.name, h.coat ->> 'name' as coat, h.user_id, b.id as breed_id, b.name as breed_name,
          case when u.profile_visible then u.id end as owner_id, case when u.profile_visible then u.name end as owner_name,
          h.born_at, ",
        seat!("h", "b.name"),
        " as seat
        from horses h join breeds b on b.id = h.breed_id join users u on u.id = h.user_id where h.id = k.id limit 1) h
      left join ancestors a on k.is_subject order by k.is_subject desc, h.id"
    ),
    takes: &[Type::INT8, Type::UUID, Type::TIMESTAMPTZ, Type::TIMESTAMPTZ],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("coat", Type::TEXT),
        ("breed_id", Type::INT8),
        ("breed_name", Type::TEXT),
        ("owner_id", Type::UUID),
        ("owner_name", Type::TEXT),
        ("is_own", Type::BOOL),
        ("born_at", Type::TIMESTAMPTZ),
        ("seat", Type::TEXT_ARRAY),
        ("fee", Type::INT8),
        ("ids", Type::INT8_ARRAY),
        ("sires", Type::INT8_ARRAY),
        ("dams", Type::INT8_ARRAY),
        ("names", Type::TEXT_ARRAY),
        ("token_epoch", Type::INT4),
    ],
};

/// Whom to breed a horse with: partners by least kinship, each with what a foal's inbreeding would be and why.
///
/// Partners are the stallions of a mare's breed at stud and, for a signed-in player, the player's own horses of the other
/// sex.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses/{id}/mates", tag = "breeding", security((), ("token" = [])),
    params(("id" = i64, Path), ("limit" = Option<i64>, Query, description = "1 to 50, else 10")),
    responses((status = 200, body = Mates), (status = 404, description = "No such horse"))
))]
pub(crate) async fn mates(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    let asker = asked.asker(&reads)?;
    asked.only(&["limit"])?;
    let limit = asked.number("limit", 1, MOST)?.unwrap_or(USUAL);
    let now = reads.now().await;
    let born = |age: i64| days_after(now, -age * DAYS_PER_YEAR);
    let (after, until) = (born(LAST_ACTIVE_AGE + 1), born(FIRST_ACTIVE_AGE));
    let rows = reads
        .rows(&MATES, &[&id, &asker.id(), &after, &until])
        .await?;
    let (subject, candidates) = rows
        .split_first()
        .ok_or(Failure::Missing { what: "horse" })?;
    asker.confirm(subject)?;
    let limit = usize::try_from(limit).unwrap_or_default();
    unversioned(&Mates {
        horse: subject.pictured(now)?,
        compared: candidates.len(),
        mates: ranked(id, &Ancestry::read(subject)?, candidates, limit, now)?,
    })
}

fn ranked(
    id: i64,
    ancestry: &Ancestry,
    candidates: &[Record],
    limit: usize,
    now: Instant,
) -> Result<Vec<Mate>, Failure> {
    let mut ids = Vec::with_capacity(candidates.len());
    for row in candidates {
        ids.push(row.get::<i64>("id")?);
    }
    let register = &ancestry.register;
    let (subject, partners) = (
        register.place(id).unwrap_or(u32::MAX),
        register.places(&ids),
    );
    let mut all = partners.clone();
    all.push(subject);
    let mut kinship = Kinship::new(register.pedigree());
    let mut mates = Vec::new();
    for mate in rank_mates(&kinship, subject, &partners, &all)
        .iter()
        .take(limit)
    {
        let partner = register.id(mate.animal);
        let row = ids.iter().position(|id| *id == partner);
        if let Some(row) = row.and_then(|at| candidates.get(at)) {
            let explained = ancestry.explain_in(&mut kinship, id, partner);
            mates.push(Mate {
                horse: row.pictured(now)?,
                breed: row.named("breed_id", "breed_name")?,
                owner: row.player("owner_id", "owner_name")?,
                coat: row.get("coat")?,
                is_own: row.get("is_own")?,
                fee: row.get("fee")?,
                inbreeding: mate.f,
                mean_kinship: mate.mean_kinship,
                nearest: ancestry.common(&explained).into_iter().next(),
                why: why(mate.f),
            });
        }
    }
    Ok(mates)
}

/// What a coefficient means, by the kinship of relatives that everyone knows.
fn why(f: f64) -> &'static str {
    match f {
        0.0 => "No common ancestor is known: a foal would not be inbred at all.",
        ..0.015_625 => "Their common ancestors are distant: less than second cousins share.",
        ..0.062_5 => "They are related less closely than first cousins.",
        ..0.125 => {
            "They are as close as first cousins: every stat of a foal would suffer a little."
        }
        ..0.25 => {
            "They are as close as half siblings: a foal would be weaker, and more likely fragile."
        }
        _ => "They are as close as full siblings or parent and child: avoid it.",
    }
}
