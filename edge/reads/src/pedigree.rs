//! Pedigrees: a horse's ancestors, and the ones that made her inbred.

use crate::Failure;
use crate::answer::unversioned;
use crate::clock::Instant;
use crate::horse::Named;
use crate::portrait::seat;
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
pub use rules::breeding::prospect::Common;
use rules::pedigree::{Explained, Kinship, Reach, Register, explain};
use serde::Serialize;

/// The generations that are shown where nobody asks for another number.
const USUAL_GENERATIONS: i64 = 5;
/// The most generations that are shown.
const MOST_GENERATIONS: i64 = 8;

/// The ancestors of a horse.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pedigree {
    /// The horse.
    pub horse: Named,
    /// The generations that were asked for.
    pub generations: i64,
    /// The inbreeding coefficient F, 0 to 1: the kinship of the parents, over all ancestors there are, as reckoned at birth.
    pub inbreeding: f64,
    /// The part of F, over the nearest 100,000 ancestors, that the common ancestors below do not make up: it comes of ever more
    /// distant ones.
    pub inbreeding_beyond: f64,
    /// The horse and its ancestors by position; who stands in several places is there several times.
    pub ancestors: Vec<Ancestor>,
    /// Where lines of sire and dam meet among the nearest 100,000 ancestors, the greatest part of F first.
    pub common_ancestors: Vec<Common>,
}

/// A place in a pedigree.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ancestor {
    /// The number of the place, as Eytzinger and Sosa counted: 1 is the horse, 2k the sire and 2k + 1 the dam of k.
    pub position: usize,
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// `male` or `female`.
    pub sex: String,
    /// The name of the breed.
    pub breed: String,
    /// The name of the coat; null until the game has told the genes.
    pub coat: Option<String>,
    /// When it was born.
    pub born_at: At,
    /// Its own inbreeding coefficient F, 0 to 1.
    pub inbreeding: f64,
    /// Is it one of the common ancestors that are told?
    pub is_common: bool,
    /// The path of its portrait, an SVG that never changes; null until the game has told its genes.
    pub portrait: Option<String>,
}

/// The horses `$seed` and their ancestors as the table `line`, nearest first, and as arrays in the table `ancestors`: at
/// most a hundred thousand, with the names of the first thousand.
///
/// Of a foal's ancestors the first fifteen generations are at most 65,534: where more than a hundred thousand are, only what
/// lies sixteen or more generations back is left out. A covering and a birth leave nothing out.
///
/// The inner limit keeps the planner from reading all horses: it is two rows for each by the primary key.
macro_rules! ancestors {
    ($seed:literal) => {
        concat!(
            "line (id, sire_id, dam_id, name) as (
        select h.id, h.sire_id, h.dam_id, h.name from horses h where h.id = any(",
            $seed,
            ")
        union
        select p.id, p.sire_id, p.dam_id, p.name from line l cross join lateral (
          select h.id, h.sire_id, h.dam_id, h.name from horses h where h.id = any(array[l.sire_id, l.dam_id]) limit 2) p),
      ancestors as (
        select array_agg(n.id) as ids, array_agg(coalesce(n.sire_id, 0)) as sires, array_agg(coalesce(n.dam_id, 0)) as dams,
          (select array_agg(m.name) from (select l.name from line l limit 1000) m) as names
        from (select l.id, l.sire_id, l.dam_id from line l limit 100000) n)"
        )
    };
}
pub(crate) use ancestors;

pub(crate) static PEDIGREE: Query = Query {
    name: "pedigree of a horse",
    sql: statement!(
        "with recursive near (id, sire_id, dam_id, depth) as (
        select h.id, h.sire_id, h.dam_id, 0::int8 from horses h where h.id = $1
        union
        select p.id, p.sire_id, p.dam_id, n.depth + 1 from near n cross join lateral (
          select h.id, h.sire_id, h.dam_id from horses h where h.id = any(array[n.sire_id, n.dam_id]) limit 2) p
        where n.depth < $2),
      ",
        ancestors!("array[$1]"),
        "
      select array[h.horse] as written, h.id, h.name, h.sex, h.born_at, h.inbreeding, h.sire_id, h.dam_id, h.coat, h.breed, h.seat, a.ids, a.sires, a.dams, a.names
      from (select distinct n.id from near n) k cross join lateral (
        select h.xmin as horse, h.id, h.name, h.sex, h.born_at, h.inbreeding, coalesce(h.sire_id, 0) as sire_id, coalesce(h.dam_id, 0) as dam_id,
          h.coat ->> 'name' as coat, b.name as breed, ",
        seat!("h", "b.name"),
        " as seat
        from horses h join breeds b on b.id = h.breed_id where h.id = k.id limit 1) h
      left join ancestors a on h.id = $1 order by h.id"
    ),
    takes: &[Type::INT8, Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("sex", Type::TEXT),
        ("born_at", Type::TIMESTAMPTZ),
        ("inbreeding", Type::FLOAT8),
        ("sire_id", Type::INT8),
        ("dam_id", Type::INT8),
        ("coat", Type::TEXT),
        ("breed", Type::TEXT),
        ("seat", Type::TEXT_ARRAY),
        ("ids", Type::INT8_ARRAY),
        ("sires", Type::INT8_ARRAY),
        ("dams", Type::INT8_ARRAY),
        ("names", Type::TEXT_ARRAY),
    ],
};

/// What the arrays of `ancestors!` hold.
pub(crate) struct Ancestry {
    pub(crate) register: Register,
    ids: Vec<i64>,
    names: Vec<String>,
}

impl Ancestry {
    /// Reads `ids`, `sires`, `dams` and `names` of a row.
    pub(crate) fn read(record: &Record) -> Result<Self, Failure> {
        let ids: Vec<i64> = record.get("ids")?;
        let (sires, dams): (Vec<i64>, Vec<i64>) = (record.get("sires")?, record.get("dams")?);
        let register = Register::new(&ids, &sires, &dams).map_err(|flaw| record.spoilt(flaw))?;
        Ok(Self {
            register,
            ids,
            names: record.get("names")?,
        })
    }

    fn name(&self, id: i64) -> Option<String> {
        let at = self.ids.iter().position(|it| *it == id)?;
        self.names.get(at).cloned()
    }

    /// Where the inbreeding of a foal of the two comes from.
    pub(crate) fn explain(&self, sire: i64, dam: i64) -> Explained<i64> {
        self.explain_in(&mut Kinship::new(self.register.pedigree()), sire, dam)
    }

    /// The same, where the kinship of the ancestry is there already.
    pub(crate) fn explain_in(
        &self,
        kinship: &mut Kinship<'_>,
        sire: i64,
        dam: i64,
    ) -> Explained<i64> {
        let place = |id: i64| self.register.place(id).unwrap_or(u32::MAX);
        let reach = Reach {
            paths: 0,
            ..Reach::default()
        };
        let explained = explain(kinship, place(sire), place(dam), reach);
        explained.named(|place| self.register.id(place))
    }

    /// The common ancestors of an explanation, with their names.
    pub(crate) fn common(&self, explained: &Explained<i64>) -> Vec<Common> {
        Common::told(explained, |id| self.name(id))
    }
}

/// The ancestors of a horse, one to eight generations of them, and those that made it inbred.
///
/// Its F is over all ancestors there are; the common ones are those among its nearest 100,000, so that only what lies sixteen or
/// more generations back may be missing.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses/{id}/pedigree", tag = "breeding",
    params(("id" = i64, Path), ("generations" = Option<i64>, Query, description = "1 to 8, else 5")),
    responses((status = 200, body = Pedigree), (status = 404, description = "No such horse"))
))]
pub(crate) async fn pedigree(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&["generations"])?;
    let generations = asked.number("generations", 1, MOST_GENERATIONS)?;
    let generations = generations.unwrap_or(USUAL_GENERATIONS);
    let rows = reads.rows(&PEDIGREE, &[&id, &generations]).await?;
    let now = reads.now().await;
    let mut people = Vec::with_capacity(rows.len());
    for row in &rows {
        people.push(Person::read(row, now)?);
    }
    let own = find(&people, id).zip(
        rows.iter()
            .find(|row| row.get("id").is_ok_and(|it: i64| it == id)),
    );
    let (own, row) = own.ok_or(Failure::Missing { what: "horse" })?;
    let ancestry = Ancestry::read(row)?;
    let explained = ancestry.explain(own.sire, own.dam);
    let common_ancestors = ancestry.common(&explained);
    let ancestors = tree(&people, id, generations, &common_ancestors);
    unversioned(&Pedigree {
        horse: Named {
            id,
            name: own.shown.name.clone(),
        },
        generations,
        inbreeding: own.shown.inbreeding,
        inbreeding_beyond: explained.beyond,
        ancestors,
        common_ancestors,
    })
}

/// A horse of the pedigree, with its parents' ids; 0 where it has none.
struct Person {
    shown: Ancestor,
    sire: i64,
    dam: i64,
}

impl Person {
    fn read(record: &Record, now: Instant) -> Result<Self, Failure> {
        Ok(Self {
            shown: Ancestor {
                position: 0,
                id: record.get("id")?,
                name: record.get("name")?,
                sex: record.get("sex")?,
                breed: record.get("breed")?,
                coat: record.get("coat")?,
                born_at: At(record.get("born_at")?),
                inbreeding: record.get("inbreeding")?,
                is_common: false,
                portrait: record.portrait(now)?,
            },
            sire: record.get("sire_id")?,
            dam: record.get("dam_id")?,
        })
    }
}

fn find(people: &[Person], id: i64) -> Option<&Person> {
    let at = people.binary_search_by_key(&id, |it| it.shown.id).ok()?;
    people.get(at)
}

/// Everybody by position: the parents of whoever stands in the generations before the last come after them.
fn tree(people: &[Person], id: i64, generations: i64, common: &[Common]) -> Vec<Ancestor> {
    let mut tree = Vec::new();
    let mut now = vec![(1, id)];
    for _ in 0..=generations {
        let mut next = Vec::new();
        for (position, id) in now {
            let Some(person) = find(people, id) else {
                continue;
            };
            next.extend([(2 * position, person.sire), (2 * position + 1, person.dam)]);
            tree.push(Ancestor {
                position,
                is_common: common.iter().any(|it| it.id == id),
                ..person.shown.clone()
            });
        }
        now = next;
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: i64, sire: i64, dam: i64) -> Person {
        Person {
            shown: Ancestor {
                position: 0,
                id,
                name: format!("Horse {id}"),
                sex: "female".to_owned(),
                breed: "Arabian".to_owned(),
                coat: None,
                born_at: At("2026-11-22T15:00:00Z".parse().unwrap()),
                inbreeding: 0.0,
                is_common: false,
                portrait: None,
            },
            sire,
            dam,
        }
    }

    #[test]
    fn whoever_stands_in_two_places_is_there_twice_and_the_generations_end_where_asked() {
        // 1 and 2 have 3 and 4; those two have 5: the dam of 5's dam is 2, and so is the dam of its sire.
        let people = [
            person(1, 0, 0),
            person(2, 0, 0),
            person(3, 1, 2),
            person(4, 1, 2),
            person(5, 3, 4),
        ];
        let places = |generations| -> Vec<(usize, i64)> {
            let tree = tree(&people, 5, generations, &[]);
            tree.iter().map(|it| (it.position, it.id)).collect()
        };
        let two = [(1, 5), (2, 3), (3, 4), (4, 1), (5, 2), (6, 1), (7, 2)];
        assert_eq!(places(2), two);
        assert_eq!(places(8), two);
        assert_eq!(places(1), two[..3]);
    }
}
