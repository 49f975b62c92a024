//! Who asks: the access token of a request, checked without the database.

use crate::Failure;
use crate::router::Reads;
use crate::session::{Claims, Fault};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// A signed-in player. The epoch is compared by the handler, in the statement that it asks anyway.
#[derive(Clone, Copy, Debug)]
pub struct Signed(pub Claims);

impl FromRequestParts<Reads> for Signed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, reads: &Reads) -> Result<Self, Failure> {
        let Asker(claims) = Asker::from_request_parts(parts, reads).await?;
        claims.map(Self).ok_or(Failure::Unsigned(Fault::Absent))
    }
}

/// Whoever asks: a player whose token holds, or nobody in particular. A token that does not hold is refused.
#[derive(Clone, Copy, Debug)]
pub struct Asker(pub Option<Claims>);

impl FromRequestParts<Reads> for Asker {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, reads: &Reads) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get(header::AUTHORIZATION) else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default();
        let token = bearer(text).ok_or(Failure::Unsigned(Fault::Unreadable))?;
        let claims = reads.verify(token).map_err(Failure::Unsigned)?;
        Ok(Self(Some(claims)))
    }
}

/// The token in `Bearer <token>`; the scheme's case does not matter.
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bearer_scheme_carries_a_token() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        for wrong in ["", "Bearer", "Bearer ", "abc", "Basic abc"] {
            assert_eq!(bearer(wrong), None, "{wrong}");
        }
    }
}
