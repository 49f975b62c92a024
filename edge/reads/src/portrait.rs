//! Where the portrait of a horse is: a path that is made of what everyone may read, so that whoever serves it asks nobody.

use crate::Failure;
use crate::clock::Instant;
use crate::fields::{Field, Fields};
use crate::query::Record;
use crate::wire::At;
use rules::Refusal;
use rules::breed::Build;
use rules::genetics::coat::{Legs, Phenotype, Seen};
use rules::id::HorseId;
use rules::portrait::Sitter;
use rules::time::whole_days;
use serde::Serialize;
use serde_json::Value;

/// A horse that is named beside its portrait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pictured {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The path of its portrait, an SVG that never changes; null until the game has told its genes.
    #[cfg_attr(
        feature = "openapi",
        schema(example = "/portraits/4000001-310010-fr21-88-12-13.svg")
    )]
    pub portrait: Option<String>,
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    seat: Option<Seat>,
}

/// Who sits for a portrait, and since when it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    /// As it was born.
    sitter: Sitter,
    born_at: Instant,
}

/// What a portrait shows of a horse, given its table and the name of its breed; the first is null where it has none.
macro_rules! seat {
    ($horse:literal, $breed:expr) => {
        concat!(
            "array[",
            $horse,
            ".coat ->> 'phenotype', ",
            $horse,
            ".coat ->> 'face', ",
            $horse,
            ".coat #>> '{legs,fore_left}', ",
            $horse,
            ".coat #>> '{legs,fore_right}', ",
            $horse,
            ".coat #>> '{legs,hind_left}', ",
            $horse,
            ".coat #>> '{legs,hind_right}', ",
            $horse,
            ".coat ->> 'eyes', ",
            $horse,
            ".sex, ",
            $breed,
            ", ",
            $horse,
            ".id::text, ",
            $horse,
            ".sire_id::text, ",
            $horse,
            ".dam_id::text]"
        )
    };
}
pub(crate) use seat;

/// A horse as [`Pictured`] reads it from an object.
macro_rules! pictured {
    ($horse:literal) => {
        concat!(
            "jsonb_build_object('id', ",
            $horse,
            ".id, 'name', ",
            $horse,
            ".name, 'born_at', ",
            $horse,
            ".born_at, 'seat', ",
            $crate::portrait::seat!(
                $horse,
                concat!(
                    "(select b.name from breeds b where b.id = ",
                    $horse,
                    ".breed_id)"
                )
            ),
            ")"
        )
    };
}
pub(crate) use pictured;

/// What `seat!` gives.
type Told = Vec<Option<String>>;

impl Seat {
    /// Nobody sits for a horse without a coat.
    fn read(told: &[Option<String>], born_at: Instant) -> Result<Option<Self>, Refusal> {
        let [
            Some(phenotype),
            Some(face),
            Some(fore_left),
            Some(fore_right),
            Some(hind_left),
            Some(hind_right),
            Some(eyes),
            Some(sex),
            Some(breed),
            Some(id),
            sire,
            dam,
        ] = told
        else {
            return Ok(None);
        };
        let parents = match (sire, dam) {
            (Some(sire), Some(dam)) => Some([sire.parse()?, dam.parse()?]),
            _ => None,
        };
        let sitter = Sitter {
            coat: Seen {
                phenotype: phenotype_of(phenotype)?,
                face: face.parse()?,
                legs: Legs {
                    fore_left: fore_left.parse()?,
                    fore_right: fore_right.parse()?,
                    hind_left: hind_left.parse()?,
                    hind_right: hind_right.parse()?,
                },
                eyes: eyes.parse()?,
            },
            sex: sex.parse()?,
            build: Build::of_breed(breed),
            days: 0,
            horse: id.parse::<HorseId>()?,
            parents,
        };
        Ok(Some(Self { sitter, born_at }))
    }

    fn path(&self, now: Instant) -> String {
        let days = whole_days(self.born_at, now);
        Sitter {
            days,
            ..self.sitter
        }
        .path()
    }
}

fn phenotype_of(text: &str) -> Result<Phenotype, Refusal> {
    let code = text.parse().ok();
    let unknown = Refusal::Unknown { field: "phenotype" };
    code.and_then(Phenotype::from_code).ok_or(unknown)
}

impl Record {
    /// The path of the portrait by the columns `seat` and `born_at`.
    pub(crate) fn portrait(&self, now: Instant) -> Result<Option<String>, Failure> {
        let told: Told = self.get("seat")?;
        let seat = Seat::read(&told, self.get("born_at")?);
        let seat = seat.map_err(|wrong| self.spoilt(wrong))?;
        Ok(seat.map(|it| it.path(now)))
    }

    /// A horse by the columns `id`, `name`, `seat` and `born_at`.
    pub(crate) fn pictured(&self, now: Instant) -> Result<Pictured, Failure> {
        Ok(Pictured {
            id: self.get("id")?,
            name: self.get("name")?,
            portrait: self.portrait(now)?,
            seat: None,
        })
    }

    /// A horse by a column that holds an object.
    pub(crate) fn pictured_in(&self, column: &str, now: Instant) -> Result<Pictured, Failure> {
        let horse = self.maybe_pictured_in(column, now)?;
        horse.ok_or_else(|| self.spoilt(["there is nobody in ", column].concat()))
    }

    /// A horse by a column that holds an object, or null.
    pub(crate) fn maybe_pictured_in(
        &self,
        column: &str,
        now: Instant,
    ) -> Result<Option<Pictured>, Failure> {
        let value: Option<Value> = self.get(column)?;
        let read = Field::of(&value.unwrap_or_default());
        let read: Option<Pictured> =
            read.ok_or_else(|| self.spoilt(["the object of ", column].concat()))?;
        Ok(read.map(|it| it.seen_at(now)))
    }
}

impl Pictured {
    /// With the path of the portrait at an instant, which no statement knows.
    pub(crate) fn seen_at(self, now: Instant) -> Self {
        Self {
            portrait: self.seat.map(|seat| seat.path(now)),
            ..self
        }
    }
}

impl Field for Pictured {
    fn of(value: &Value) -> Option<Self> {
        let fields = Fields::of(value)?;
        let At(born_at) = fields.get("born_at")?;
        let told: Told = fields.get("seat")?;
        Some(Self {
            id: fields.get("id")?,
            name: fields.get("name")?,
            portrait: None,
            seat: Seat::read(&told, born_at).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object() -> Value {
        json!({
            "id": 7, "name": "Lark", "born_at": "2026-11-01T15:00:00Z",
            "seat": ["67108865", "star", "none", "none", "sock", "none", "brown", "female", "Shire", "7", "3", "4"],
        })
    }

    fn told(value: &Value) -> Option<Option<String>> {
        let now = "2026-11-10T14:59:59Z".parse().unwrap();
        Pictured::of(value).map(|it| it.seen_at(now).portrait)
    }

    #[test]
    fn a_path_is_made_of_what_a_statement_tells_and_the_instant() {
        let path = "/portraits/4000001-200300-fh7-7-3-4.svg";
        assert_eq!(told(&object()), Some(Some(path.to_owned())));
        let mut founder = object();
        founder["seat"][10] = Value::Null;
        founder["seat"][11] = Value::Null;
        let path = "/portraits/4000001-200300-fh7-7.svg";
        assert_eq!(told(&founder), Some(Some(path.to_owned())));
    }

    #[test]
    fn a_horse_without_a_coat_has_no_portrait_and_one_of_unknown_words_is_no_horse() {
        let mut horse = object();
        for part in 0..7 {
            horse["seat"][part] = Value::Null;
        }
        assert_eq!(told(&horse), Some(None));
        for part in 0..8 {
            let mut horse = object();
            horse["seat"][part] = json!("winged");
            assert_eq!(told(&horse), None, "{part}");
        }
    }
}
