//! Rows that a statement gives as one JSON array, read without serde's derived readers.
//!
//! A derived reader takes an object or a list, in any order, from any format, and each type has its own: five times the
//! code in the Worker for what PostgreSQL has just written itself.

use crate::Failure;
use crate::horse::{Named, Player};
use crate::query::Record;
use crate::wire::{At, Score};
use rules::foal::{Activity, Milestone};
use rules::genetics::Locus;
use rules::stat::Stat;
use serde_json::{Map, Value};
use uuid::Uuid;

/// One object of the array.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// The fields of an object.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        value.as_object().map(|fields| Self(fields.clone()))
    }

    /// A field's value; what is not there counts as null.
    #[inline(never)]
    pub(crate) fn get<T: Field>(&self, name: &str) -> Option<T> {
        T::of(self.0.get(name).unwrap_or(&Value::Null))
    }
}

/// What a field may hold.
pub(crate) trait Field: Sized {
    /// Reads the value.
    fn of(value: &Value) -> Option<Self>;
}

/// What an object may hold.
pub(crate) trait Row: Sized {
    /// Reads the fields; none where one is not what it should be.
    fn of(fields: &Fields) -> Option<Self>;
}

/// Reads a struct from the fields that have the names of its own.
macro_rules! row {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::fields::Row for $name {
            fn of(fields: &$crate::fields::Fields) -> Option<Self> {
                Some(Self { $($field: fields.get(stringify!($field))?,)+ })
            }
        }
    };
}
pub(crate) use row;

row!(Named { id, name });
row!(Player { id, name });

impl Record {
    /// The value of a column that holds an array of objects.
    pub(crate) fn list<T: Row>(&self, column: &str) -> Result<Vec<T>, Failure> {
        let list = self.objects(column)?;
        let rows: Option<Vec<T>> = list.iter().map(T::of).collect();
        rows.ok_or_else(|| self.spoilt(["the objects of ", column].concat()))
    }

    fn objects(&self, column: &str) -> Result<Vec<Fields>, Failure> {
        let wrong = || self.spoilt([column, " is no array of objects"].concat());
        let Value::Array(list) = self.get(column)? else {
            return Err(wrong());
        };
        let objects = list.into_iter().map(|it| match it {
            Value::Object(fields) => Some(Fields(fields)),
            _ => None,
        });
        objects.collect::<Option<_>>().ok_or_else(wrong)
    }
}

impl Field for i64 {
    fn of(value: &Value) -> Option<Self> {
        value.as_i64()
    }
}

impl Field for f64 {
    fn of(value: &Value) -> Option<Self> {
        value.as_f64()
    }
}

impl Field for bool {
    fn of(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Field for String {
    fn of(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Field for At {
    fn of(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok().map(At)
    }
}

impl Field for Score {
    fn of(value: &Value) -> Option<Self> {
        value.as_i64().map(Score)
    }
}

impl<T: Field> Field for Option<T> {
    fn of(value: &Value) -> Option<Self> {
        if value.is_null() {
            Some(None)
        } else {
            T::of(value).map(Some)
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn of(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::of).collect()
    }
}

macro_rules! narrow {
    ($($number:ty),+) => {$(
        impl Field for $number {
            fn of(value: &Value) -> Option<Self> {
                value.as_i64()?.try_into().ok()
            }
        }
    )+};
}
narrow!(i16, i32);

macro_rules! parsed {
    ($($word:ty),+) => {$(
        impl Field for $word {
            fn of(value: &Value) -> Option<Self> {
                value.as_str()?.parse().ok()
            }
        }
    )+};
}
parsed!(Activity, Locus, Milestone, Stat, Uuid);

macro_rules! nested {
    ($($object:ty),+) => {$(
        impl Field for $object {
            fn of(value: &Value) -> Option<Self> {
                Row::of(&Fields::of(value)?)
            }
        }
    )+};
}
nested!(Named, Player);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        match value {
            Value::Object(fields) => Fields(fields),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_row_has_every_field_in_its_type_or_is_none() {
        let named = |value| <Named as Row>::of(&fields(value));
        assert_eq!(
            named(json!({"id": 7, "name": "Lark", "more": true})),
            Some(Named {
                id: 7,
                name: "Lark".to_owned()
            })
        );
        for wrong in [
            json!({"id": 7}),
            json!({"id": "7", "name": "Lark"}),
            json!({"id": 7.5, "name": "Lark"}),
            json!({"id": 7, "name": null}),
        ] {
            assert_eq!(named(wrong.clone()), None, "{wrong}");
        }
    }

    #[test]
    fn null_and_nothing_are_none_where_a_value_may_be_missing() {
        let row = fields(json!({"a": null, "b": 3, "c": 70_000}));
        assert_eq!(row.get::<Option<i16>>("a"), Some(None));
        assert_eq!(row.get::<Option<i16>>("d"), Some(None));
        assert_eq!(row.get::<Option<i16>>("b"), Some(Some(3)));
        assert_eq!(row.get::<Option<i16>>("c"), None);
        assert_eq!(row.get::<i16>("a"), None);
    }
}
