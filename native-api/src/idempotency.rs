//! Idempotency keys: the answer to a write, kept in the transaction of its effect.
//!
//! Only answers with an effect are kept. A refusal has none, so the same request may succeed later under its key.
//! Requests with the same key wait for each other in the database, on the row that the first one inserts.

use axum::http::{HeaderMap, HeaderName, Method, Uri, header};
use reads::Failure;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio_postgres::Row;

use crate::app::Answer;
use crate::db::fault;

/// The header that carries the key.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header of an answer that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A key, with the request that it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    key: String,
    request_hash: Vec<u8>,
}

impl Once {
    /// The key of a request, if it has one: 1 to 200 visible characters of ASCII.
    ///
    /// Two requests are the same if method, path with query, `If-Match` and body are, byte for byte. The hash that is kept
    /// of them is made with a secret of ours: a body may hold a password, which whoever reads the database must not be
    /// able to guess at.
    ///
    /// # Errors
    /// Invalid, when the header is repeated, empty, too long, or has other characters.
    pub fn of(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        secret: &[u8; 32],
    ) -> Result<Option<Self>, Failure> {
        let mut given = headers.get_all(&KEY).iter();
        let Some(value) = given.next() else {
            return Ok(None);
        };
        let bytes = value.as_bytes();
        let is_visible = bytes.iter().all(u8::is_ascii_graphic);
        if given.next().is_some() || !is_visible || !(1..=200).contains(&bytes.len()) {
            let detail = "The header must stand once, with 1 to 200 visible characters.";
            return Err(Failure::invalid("Idempotency-Key", detail));
        }
        let version = headers.get(header::IF_MATCH).map(|value| value.as_bytes());
        let target = uri.path_and_query().map_or(uri.path(), |it| it.as_str());
        Ok(Some(Self {
            key: String::from_utf8_lossy(bytes).into_owned(),
            request_hash: hash(&[
                b"idempotency",
                secret,
                method.as_str().as_bytes(),
                target.as_bytes(),
                version.unwrap_or_default(),
                body,
            ]),
        }))
    }

    /// The key as the client chose it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// SHA-256 of the request.
    pub fn request_hash(&self) -> &[u8] {
        &self.request_hash
    }
}

/// The answer that was given under this key before, from the columns `request_hash`, `status` and `response`. None
/// where the key has just been taken by this transaction: nobody else's key is without a status once it is visible.
///
/// # Errors
/// [`Failure::KeyReused`], when it was another request.
pub fn earlier(row: &Row, once: &Once) -> Result<Option<Answer>, Failure> {
    let known: Vec<u8> = fault::column(row, "request_hash")?;
    if known != once.request_hash {
        return Err(Failure::KeyReused);
    }
    let status: Option<i16> = fault::column(row, "status")?;
    let Some(status) = status else {
        return Ok(None);
    };
    let kept: Option<Value> = fault::column(row, "response")?;
    Answer::from_kept(status, kept.unwrap_or_default()).map(Some)
}

/// Each part goes in with its length, so that no two requests run together into the same bytes.
fn hash(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn once(key: &str, path: &'static str, body: &[u8]) -> Result<Option<Once>, Failure> {
        let value = HeaderValue::from_str(key).unwrap();
        let headers = HeaderMap::from_iter([(KEY, value)]);
        Once::of(
            &Method::POST,
            &Uri::from_static(path),
            &headers,
            body,
            &[7; 32],
        )
    }

    #[test]
    fn a_request_without_a_key_has_none() {
        let none = Once::of(
            &Method::POST,
            &Uri::from_static("/v1/stipend"),
            &HeaderMap::new(),
            b"",
            &[7; 32],
        );
        assert_eq!(none.unwrap(), None);
    }

    #[test]
    fn path_and_body_make_a_request_another_one() {
        let first = once("k", "/v1/stables", b"{}").unwrap();
        assert_eq!(first, once("k", "/v1/stables", b"{}").unwrap());
        assert_ne!(first, once("k", "/v1/stables", b"{} ").unwrap());
        assert_ne!(first, once("k", "/v1/stable", b"s{}").unwrap());
        assert_ne!(first, once("k", "/v1/stables?a", b"{}").unwrap());
    }

    #[test]
    fn the_hash_of_a_request_cannot_be_made_without_the_secret() {
        let headers = HeaderMap::from_iter([(KEY, HeaderValue::from_static("k"))]);
        let of = |secret| {
            let uri = Uri::from_static("/v1/account/password");
            Once::of(&Method::POST, &uri, &headers, b"{}", secret).unwrap()
        };
        assert_eq!(of(&[7; 32]), of(&[7; 32]));
        assert_ne!(of(&[7; 32]), of(&[8; 32]));
    }

    #[test]
    fn empty_long_and_invisible_keys_are_refused_by_the_headers_name() {
        for key in ["", "a b", "käse", &"x".repeat(201)] {
            let refused = once(key, "/", b"").unwrap_err();
            assert!(
                matches!(&refused, Failure::Invalid { field, .. } if field == "Idempotency-Key"),
                "{key}: {refused:?}"
            );
        }
        assert!(once(&"x".repeat(200), "/", b"").unwrap().is_some());
    }
}
