//! Who asks: access tokens signed here, checked by their signature and then against the database.

use axum::http::{HeaderMap, header};
use chrono::Utc;
use reads::Failure;
use reads::session::{Claims, Fault, Signer, Verifier};
use rules::id::UserId;
use uuid::Uuid;

use crate::config::TokenKey;
use crate::db::fault;
use crate::trouble::{Because, Trouble};

/// A player whose access token has a good signature and is not over. Whether the session still stands is asked in the
/// transaction of what the player does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Player {
    /// The user.
    pub id: UserId,
    /// The session that the token was issued in.
    pub session: Uuid,
    epoch: i32,
}

impl Player {
    /// Compares the token with the user's epoch now, and with the state of its session.
    pub fn is_still_good(&self, epoch: Option<i32>, session_stands: bool) -> bool {
        session_stands && epoch == Some(self.epoch)
    }
}

impl From<Claims> for Player {
    fn from(claims: Claims) -> Self {
        Self {
            id: UserId::new(claims.sub),
            session: claims.sid,
            epoch: claims.epoch,
        }
    }
}

/// Signs and checks access tokens.
#[derive(Clone, Debug)]
pub struct Tokens {
    signer: Signer,
    verifier: Verifier,
}

impl Tokens {
    /// Takes the key pair.
    ///
    /// # Errors
    /// When its halves do not belong together.
    pub fn new(key: &TokenKey) -> Result<Self, Trouble> {
        let because = || "the key of the access tokens is no Ed25519 key";
        Ok(Self {
            signer: Signer::new(key.secret()).because(because)?,
            verifier: Verifier::new(&key.public()).because(because)?,
        })
    }

    /// The half that only checks.
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// A token for this session, good for [`LIFETIME_S`](reads::session::LIFETIME_S) seconds from now.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn issue(&self, user: UserId, session: Uuid, epoch: i32) -> Result<String, Failure> {
        self.signer
            .sign(&Claims::new(user.get(), session, epoch, Utc::now()))
    }

    /// The player whose token stands in the header `Authorization`.
    ///
    /// # Errors
    /// Unsigned, and why.
    pub fn player(&self, headers: &HeaderMap) -> Result<Player, Failure> {
        let token = bearer(headers).map_err(Failure::Unsigned)?;
        let claims = self.verifier.verify(token, Utc::now());
        claims.map(Player::from).map_err(Failure::Unsigned)
    }
}

/// The failure of a token whose session was ended, or whose user is gone.
pub const fn unsigned() -> Failure {
    Failure::Unsigned(Fault::Revoked)
}

/// Does the error say that the token's user is gone?
pub fn user_gone(error: &tokio_postgres::Error) -> Option<Failure> {
    fault::violates(error, fault::USER_OF_KEY).then(unsigned)
}

fn bearer(headers: &HeaderMap) -> Result<&str, Fault> {
    let value = headers.get(header::AUTHORIZATION).ok_or(Fault::Absent)?;
    let text = value.to_str().map_err(|_| Fault::Unreadable)?;
    let (scheme, token) = text.split_once(' ').ok_or(Fault::Unreadable)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim())
    } else {
        Err(Fault::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(authorization: &'static str) -> HeaderMap {
        let value = HeaderValue::from_static(authorization);
        HeaderMap::from_iter([(header::AUTHORIZATION, value)])
    }

    #[test]
    fn a_token_that_was_issued_names_its_player() {
        let tokens = Tokens::new(&TokenKey::random().unwrap()).unwrap();
        let (user, session) = (UserId::new(Uuid::from_u128(7)), Uuid::from_u128(8));
        let token = tokens.issue(user, session, 3).unwrap();
        let headers = HeaderMap::from_iter([(
            header::AUTHORIZATION,
            HeaderValue::from_str(&format!("bearer {token}")).unwrap(),
        )]);
        let player = tokens.player(&headers).unwrap();
        assert_eq!((player.id, player.session), (user, session));
        assert!(player.is_still_good(Some(3), true));
        assert!(!player.is_still_good(Some(4), true));
        assert!(!player.is_still_good(Some(3), false));
        assert!(!player.is_still_good(None, true));
    }

    #[test]
    fn other_schemes_and_missing_headers_are_told_apart() {
        assert_eq!(bearer(&HeaderMap::new()), Err(Fault::Absent));
        assert_eq!(bearer(&with("Basic abc")), Err(Fault::Unreadable));
        assert_eq!(bearer(&with("Bearer")), Err(Fault::Unreadable));
        assert_eq!(bearer(&with("Bearer abc")), Ok("abc"));
    }
}
