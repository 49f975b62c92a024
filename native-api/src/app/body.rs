//! Bodies of requests: JSON, read strictly, with the field named that is to blame.

use std::fmt;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::http::{HeaderMap, header};
use reads::Failure;
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// The longest body that is read, in bytes.
pub const MOST_BYTES: usize = 64 * 1024;

/// Reads the body of a request. An empty one counts as `{}` and needs no type.
///
/// # Errors
/// Too large, not declared as JSON, malformed, or invalid with the field that is to blame.
pub fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    bytes: &Result<Bytes, BytesRejection>,
) -> Result<T, Failure> {
    let bytes = buffered(bytes)?;
    if bytes.is_empty() {
        return read_value(Value::Object(Map::new()));
    }
    if !is_json(headers) {
        return Err(Failure::NotJson);
    }
    let value = serde_json::from_slice(bytes).map_err(|error| Failure::Malformed {
        detail: format!("This is not JSON: {error}."),
    })?;
    read_value(value)
}

/// The bytes of a body that came through whole.
///
/// # Errors
/// Too large, or broken off.
pub fn buffered(bytes: &Result<Bytes, BytesRejection>) -> Result<&Bytes, Failure> {
    bytes.as_ref().map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Failure::TooLarge { most: MOST_BYTES }
        }
        _ => Failure::Malformed {
            detail: "The body broke off.".to_owned(),
        },
    })
}

fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    T::deserialize(Read(value)).map_err(Failure::from)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let text = value.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// A field that cannot be read, and why.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    field: String,
    detail: String,
}

impl Wrong {
    fn at(field: &str, detail: String) -> Self {
        Self {
            field: field.to_owned(),
            detail,
        }
    }

    /// The same, seen from the object that holds the field's object.
    fn inside(mut self, outer: &str) -> Self {
        self.field = match self.field.as_str() {
            "" => outer.to_owned(),
            inner => format!("{outer}.{inner}"),
        };
        self
    }
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Self {
        if wrong.field.is_empty() {
            Self::Malformed {
                detail: wrong.detail,
            }
        } else {
            let field: String = wrong.field.chars().take(100).collect();
            Self::invalid(field, wrong.detail)
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.detail)
    }
}

impl std::error::Error for Wrong {}

impl Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::at("", format!("This cannot be read: {message}."))
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::at(
            "",
            format!("This must be {wanted}, and it is {}.", kind(found)),
        )
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::at(
            "",
            format!("This must be {wanted}, and it is {}.", kind(found)),
        )
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::at("", format!("This must be one of {}.", known.join(", ")))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let detail = match known {
            [] => "This request takes no fields.".to_owned(),
            known => format!(
                "There is no such field here; there are {}.",
                known.join(", ")
            ),
        };
        Self::at(field, detail)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::at(field, "This field is missing.".to_owned())
    }
}

/// What was found, without repeating what the client sent: it may be a password.
fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "another whole number",
        Unexpected::Float(_) => "a number with a fraction or too many digits",
        Unexpected::Str(_) | Unexpected::Char(_) => "another text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

/// A JSON value that deserialises with errors that know their field.
struct Read(Value);

impl<'de> Deserializer<'de> for Read {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(it) => visitor.visit_bool(it),
            Value::Number(it) => match (it.as_u64(), it.as_i64(), it.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) if text.contains('\0') => Err(Wrong::at(
                "",
                "This must not contain the character NUL.".to_owned(),
            )),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter().enumerate())),
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
        }
    }

    /// Fields have names: a list of their values in the right order is no object.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Array(_) => Err(Wrong::invalid_type(Unexpected::Seq, &"an object")),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(Self(value)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::String(word) => visitor.visit_enum(word.into_deserializer()),
            _ => Err(Wrong::at("", "This must be a word.".to_owned())),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

struct Fields {
    left: serde_json::map::IntoIter,
    here: Option<(String, Value)>,
}

impl Fields {
    fn of(fields: Map<String, Value>) -> Self {
        Self {
            left: fields.into_iter(),
            here: None,
        }
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        self.here = self.left.next();
        let Some((name, _)) = &self.here else {
            return Ok(None);
        };
        let name: StringDeserializer<Wrong> = name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (name, value) = self.here.take().unwrap_or_default();
        seed.deserialize(Read(value))
            .map_err(|wrong| wrong.inside(&name))
    }
}

struct Items(std::iter::Enumerate<std::vec::IntoIter<Value>>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        let Some((at, value)) = self.0.next() else {
            return Ok(None);
        };
        let item = seed.deserialize(Read(value));
        item.map(Some)
            .map_err(|wrong| wrong.inside(&at.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        name: String,
        level: Option<i32>,
        #[serde(default)]
        inner: Inner,
        #[serde(default)]
        kind: Kind,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Inner {
        is_on: bool,
        list: Vec<u8>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        #[default]
        Mare,
        Stallion,
    }

    fn form(body: &'static str) -> Result<Form, Failure> {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
        read(&headers, &Ok(Bytes::from_static(body.as_bytes())))
    }

    fn blamed(body: &'static str) -> String {
        match form(body) {
            Err(Failure::Invalid { field, detail }) => {
                assert!(detail.ends_with('.'), "{detail}");
                field.into_owned()
            }
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_whole_form_is_read() {
        let read =
            form(r#"{"name":"x","level":3,"inner":{"is_on":true,"list":[1]},"kind":"stallion"}"#);
        let whole = Form {
            name: "x".to_owned(),
            level: Some(3),
            inner: Inner {
                is_on: true,
                list: vec![1],
            },
            kind: Kind::Stallion,
        };
        assert_eq!(read.unwrap(), whole);
        assert_eq!(form(r#"{"name":"x","level":null}"#).unwrap().level, None);
    }

    #[test]
    fn the_field_to_blame_is_named_with_its_path() {
        for (body, field) in [
            ("{}", "name"),
            ("", "name"),
            (r#"{"name":1}"#, "name"),
            (r#"{"name":null}"#, "name"),
            (r#"{"name":"a\u0000b"}"#, "name"),
            (r#"{"name":"x","colour":"bay"}"#, "colour"),
            (r#"{"name":"x","level":"3"}"#, "level"),
            (r#"{"name":"x","level":3.5}"#, "level"),
            (r#"{"name":"x","level":2147483648}"#, "level"),
            (r#"{"name":"x","level":99999999999999999999999}"#, "level"),
            (r#"{"name":"x","inner":{"is_on":0}}"#, "inner.is_on"),
            (r#"{"name":"x","inner":[true,[1]]}"#, "inner"),
            (r#"{"name":"x","inner":{"is_off":true}}"#, "inner.is_off"),
            (r#"{"name":"x","inner":{"list":[1,256]}}"#, "inner.list.1"),
            (r#"{"name":"x","kind":"gelding"}"#, "kind"),
            (r#"{"name":"x","kind":7}"#, "kind"),
        ] {
            assert_eq!(blamed(body), field, "{body}");
        }
    }

    #[test]
    fn what_is_no_json_object_is_malformed() {
        for body in [
            "{",
            "[]",
            "[\"x\",3,{},\"mare\"]",
            "7",
            "\"text\"",
            "{\"name\":\"x\"} x",
            "nul",
            "\u{feff}{}",
        ] {
            assert!(
                matches!(form(body), Err(Failure::Malformed { .. })),
                "{body}"
            );
        }
    }

    #[test]
    fn another_content_type_is_refused_unless_there_is_nothing_to_read() {
        let text = HeaderValue::from_static("text/plain");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, text)]);
        let some = read::<Inner>(&headers, &Ok(Bytes::from_static(b"{}")));
        assert!(matches!(some, Err(Failure::NotJson)));
        assert!(read::<Inner>(&headers, &Ok(Bytes::new())).is_ok());
    }

    #[test]
    fn a_message_never_repeats_what_was_sent() {
        let Err(Failure::Invalid { detail, .. }) = form(r#"{"name":"x","level":"hush"}"#) else {
            panic!("accepted");
        };
        assert!(!detail.contains("hush"));
    }
}
