//! Entity tags: the version of what was read, and a fingerprint of how it was shown.
//!
//! A tag reads `"12.9f86d081884c7d65"`. The version (12) counts every write and is what `If-Match` compares. The
//! fingerprint also changes with what a version does not count, such as a horse's birthday or its owner's name, so that
//! a 304 never stands for another answer.

use crate::Failure;
use crate::seen::SEEN;
use crate::serve::STALE;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The tag of an answer: of its version, if it has one, and its bytes.
#[must_use]
pub fn tag(version: Option<i64>, body: &[u8]) -> String {
    let mut tag = String::from("\"");
    if let Some(version) = version {
        tag.push_str(&version.to_string());
        tag.push('.');
    }
    let fingerprint = fingerprint(body);
    for shift in (0..64).step_by(4).rev() {
        let digit = (fingerprint >> shift) & 15;
        tag.extend(
            u32::try_from(digit)
                .ok()
                .and_then(|it| char::from_digit(it, 16)),
        );
    }
    tag.push('"');
    tag
}

/// FNV-1a over 64 bits: tells answers apart, and is no protection against someone who forges them.
pub(crate) fn fingerprint(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The version that a write's `If-Match` names: `"12"` or a whole tag, weak or strong.
///
/// # Errors
/// [`Failure::Unconditional`] without the header, [`Failure::Invalid`] where it names no version.
pub fn expected(headers: &HeaderMap) -> Result<i64, Failure> {
    let value = headers
        .get(header::IF_MATCH)
        .ok_or(Failure::Unconditional)?;
    let version = value.to_str().ok().and_then(version_of);
    version.ok_or_else(|| {
        Failure::invalid(
            "If-Match",
            "This header must hold one ETag that was read here.",
        )
    })
}

fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let inner = tag
        .strip_prefix("W/")
        .unwrap_or(tag)
        .strip_prefix('"')?
        .strip_suffix('"')?;
    let version = inner.split_once('.').map_or(inner, |(version, _)| version);
    let is_plain = version.bytes().all(|byte| byte.is_ascii_digit());
    version.parse().ok().filter(|_| is_plain)
}

/// Answers 304 where the client has the same answer already: the layer of the reads for `If-None-Match`.
pub async fn unless_known(request: Request, next: Next) -> Response {
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    told(known, next.run(request).await)
}

/// The answer to somebody who knows the one of this tag already, or none.
pub fn told(known: Option<HeaderValue>, response: Response) -> Response {
    let is_known = known
        .zip(response.headers().get(header::ETAG))
        .is_some_and(|(known, tag)| names(&known, tag));
    if response.status() == StatusCode::OK && is_known {
        not_modified(&response)
    } else {
        response
    }
}

/// Does `If-None-Match` name the tag? Weakly compared, as a read may.
fn names(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else {
        return false;
    };
    let mut tags = known.split(',').map(str::trim);
    tags.any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag)
}

/// The headers of an answer that its 304 has, too.
const KEPT: [HeaderName; 6] = [
    header::ETAG,
    header::CACHE_CONTROL,
    header::SET_COOKIE,
    header::WARNING,
    STALE,
    SEEN,
];

fn not_modified(response: &Response) -> Response {
    let mut bare = StatusCode::NOT_MODIFIED.into_response();
    for name in KEPT {
        for value in response.headers().get_all(&name) {
            bare.headers_mut().append(&name, value.clone());
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    fn if_match(value: &str) -> Result<i64, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, value.parse().unwrap());
        expected(&headers)
    }

    #[test]
    fn a_tag_holds_the_version_and_the_published_fnv_1a_hash() {
        // FNV-1a, 64 bits: the test vectors of its authors for "" and "foobar".
        assert_eq!(tag(Some(12), b""), "\"12.cbf29ce484222325\"");
        assert_eq!(tag(None, b"foobar"), "\"85944171f73967e8\"");
    }

    #[test]
    fn a_write_names_the_version_it_has_read() {
        for known in [
            "\"12\"",
            "\"12.cbf29ce484222325\"",
            "W/\"12.cbf29ce484222325\"",
            " \"12\" ",
        ] {
            assert_eq!(if_match(known).unwrap(), 12, "{known}");
        }
        for wrong in [
            "*",
            "12",
            "\"\"",
            "\"-1\"",
            "\"+1\"",
            "\"abc\"",
            "\"1\", \"2\"",
            "\"99999999999999999999\"",
        ] {
            assert!(
                matches!(if_match(wrong), Err(Failure::Invalid { .. })),
                "{wrong}"
            );
        }
        assert!(matches!(
            expected(&HeaderMap::new()),
            Err(Failure::Unconditional)
        ));
    }

    #[test]
    fn a_reader_may_name_several_tags() {
        let tag = HeaderValue::from_static("\"1.a\"");
        for known in ["*", "\"1.a\"", "W/\"1.a\"", "\"2.b\", \"1.a\""] {
            assert!(names(&known.parse().unwrap(), &tag), "{known}");
        }
        for other in ["\"2.b\"", "\"1\"", "1.a"] {
            assert!(!names(&other.parse().unwrap(), &tag), "{other}");
        }
    }
}
