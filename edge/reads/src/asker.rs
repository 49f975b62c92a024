//! Who asks: the access token of a request, checked without the database.

use crate::Failure;
use crate::query::Record;
use crate::router::Reads;
use crate::session::{Claims, Fault};
use axum::http::HeaderValue;
use uuid::Uuid;

/// Whoever asks: a player whose token holds, or nobody in particular. A token that does not hold is refused. The epoch is
/// compared by the handler, in the statement that it asks anyway.
#[derive(Clone, Copy, Debug)]
pub struct Asker(pub Option<Claims>);

impl Asker {
    /// Reads the header `Authorization`, if there is one.
    pub(crate) fn of(header: Option<&HeaderValue>, reads: &Reads) -> Result<Self, Failure> {
        let Some(value) = header else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default();
        let token = bearer(text).ok_or(Failure::Unsigned(Fault::Unreadable))?;
        let claims = reads.verify(token).map_err(Failure::Unsigned)?;
        Ok(Self(Some(claims)))
    }

    /// The player's id, if it is one who asks.
    pub(crate) fn id(&self) -> Option<Uuid> {
        self.0.map(|claims| claims.sub)
    }

    /// Compares the token's epoch with the column `token_epoch`, which is null for a player who is no more.
    pub(crate) fn confirm(&self, record: &Record) -> Result<(), Failure> {
        let Some(claims) = &self.0 else {
            return Ok(());
        };
        let epoch: Option<i32> = record.get("token_epoch")?;
        claims.confirm(epoch.ok_or(Failure::Unsigned(Fault::Revoked))?)
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
