//! What a write answers.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reads::{Failure, version};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::{Told, fault};
use crate::idempotency::REPLAYED;

/// The answer to a write that took effect: a status, and the changed thing as JSON with its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: StatusCode,
    kept: Kept,
    is_replayed: bool,
}

/// What is kept of an answer under an idempotency key. The body is kept as text, so that it comes back byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    body: Option<String>,
    version: Option<i64>,
    location: Option<String>,
    /// The transaction that it tells of; none in answers that were kept before this was.
    #[serde(default)]
    wrote: Option<u64>,
}

impl Answer {
    /// 200 with the changed thing.
    ///
    /// # Errors
    /// A fault of ours, when it cannot be written as JSON.
    pub fn ok<T: Serialize>(thing: &T) -> Result<Self, Failure> {
        Self::of(StatusCode::OK, Some(thing))
    }

    /// 201 with the new thing, and the path where it is read.
    ///
    /// # Errors
    /// A fault of ours, when it cannot be written as JSON.
    pub fn created<T: Serialize>(location: String, thing: &T) -> Result<Self, Failure> {
        let mut answer = Self::of(StatusCode::CREATED, Some(thing))?;
        answer.kept.location = Some(location);
        Ok(answer)
    }

    /// 204: done, and there is nothing to show.
    ///
    /// # Errors
    /// None; the type is that of the other answers.
    pub fn nothing() -> Result<Self, Failure> {
        Self::of::<()>(StatusCode::NO_CONTENT, None)
    }

    /// The same with the version of the thing, which becomes part of its `ETag`.
    #[must_use]
    pub const fn with_version(mut self, version: i64) -> Self {
        self.kept.version = Some(version);
        self
    }

    /// The same as the answer to what this transaction did.
    #[must_use]
    pub const fn of_transaction(mut self, id: u64) -> Self {
        self.kept.wrote = Some(id);
        self
    }

    /// The same, and its last fields are those that the write's last statement told. The database keeps the same bytes.
    ///
    /// # Errors
    /// A fault of ours, when one of the two is no object.
    pub fn completed(mut self, told: &Told) -> Result<Self, Failure> {
        let Some(told) = told else {
            return Ok(self);
        };
        let body = self.kept.body.as_deref().unwrap_or_default();
        let (Some(known), Some(told)) = (body.strip_suffix('}'), told.strip_prefix('{')) else {
            return Err(fault::broken("only an object can be completed by another"));
        };
        self.kept.body = Some(format!("{known},{told}"));
        Ok(self)
    }

    /// The transaction that it tells of, if that was kept.
    pub const fn transaction(&self) -> Option<u64> {
        self.kept.wrote
    }

    /// The status as the database keeps it.
    pub fn status_number(&self) -> i16 {
        i16::try_from(self.status.as_u16()).unwrap_or(200)
    }

    /// What is kept of it under an idempotency key.
    pub fn to_kept(&self) -> Value {
        serde_json::to_value(&self.kept).unwrap_or_default()
    }

    /// The answer that was kept, marked as given before.
    ///
    /// # Errors
    /// A fault of ours, when what was kept is no answer.
    pub fn from_kept(status: i16, kept: Value) -> Result<Self, Failure> {
        let status = u16::try_from(status).map(StatusCode::from_u16);
        let Ok(Ok(status)) = status else {
            return Err(fault::broken("an answer was kept with no status"));
        };
        Ok(Self {
            status,
            kept: serde_json::from_value(kept).map_err(Failure::broken)?,
            is_replayed: true,
        })
    }

    fn of<T: Serialize>(status: StatusCode, thing: Option<&T>) -> Result<Self, Failure> {
        let body = thing.map(serde_json::to_string).transpose();
        Ok(Self {
            status,
            kept: Kept {
                body: body.map_err(Failure::broken)?,
                ..Kept::default()
            },
            is_replayed: false,
        })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Kept {
            body,
            version,
            location,
            wrote: _,
        } = self.kept;
        let tag =
            version.map(|it| version::tag(Some(it), body.as_deref().unwrap_or("").as_bytes()));
        let json = body.as_ref().map(|_| "application/json".to_owned());
        let replayed = self.is_replayed.then(|| "true".to_owned());
        let mut response = Response::new(body.map_or_else(Body::empty, Body::from));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, text) in [
            (header::CONTENT_TYPE, json),
            (header::ETAG, tag),
            (header::LOCATION, location),
            (REPLAYED, replayed),
        ] {
            if let Some(value) = text.and_then(|it| HeaderValue::from_str(&it).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_kept_answer_comes_back_byte_for_byte_and_says_so() {
        let thing = json!({"z": 1, "a": 1.50});
        let answer = Answer::created("/v1/stables/3".to_owned(), &thing)
            .unwrap()
            .with_version(7);
        let again = Answer::from_kept(answer.status_number(), answer.to_kept()).unwrap();
        assert_eq!(again.kept, answer.kept);
        let (first, second) = (answer.into_response(), again.into_response());
        assert_eq!(first.status(), second.status());
        for name in [header::LOCATION, header::ETAG, header::CONTENT_TYPE] {
            assert_eq!(first.headers()[&name], second.headers()[&name]);
        }
        assert!(!first.headers().contains_key(REPLAYED));
        assert_eq!(second.headers()[REPLAYED], "true");
    }

    #[test]
    fn an_object_is_completed_by_another_and_nothing_else_is() {
        let told = Some(r#"{"id":7,"money":990}"#.to_owned());
        let answer = Answer::ok(&json!({"fee": 10})).unwrap();
        assert_eq!(answer.clone().completed(&None).unwrap(), answer);
        let body = answer.completed(&told).unwrap().kept.body.unwrap();
        assert_eq!(body, r#"{"fee":10,"id":7,"money":990}"#);
        assert!(Answer::nothing().unwrap().completed(&told).is_err());
    }

    #[test]
    fn an_answer_with_nothing_to_show_has_no_type_and_no_tag() {
        let response = Answer::nothing().unwrap().into_response();
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert!(!response.headers().contains_key(header::CONTENT_TYPE));
        assert!(!response.headers().contains_key(header::ETAG));
    }

    #[test]
    fn what_was_kept_wrongly_is_a_fault_of_ours() {
        assert!(Answer::from_kept(0, json!({})).is_err());
        assert!(Answer::from_kept(200, json!("text")).is_err());
    }
}
