//! Access tokens: PASETO v4.public, ten minutes long, checked here and signed by the native API.

use crate::Failure;
use crate::clock::Instant;
use chrono::TimeDelta;
use pasetors::keys::{AsymmetricPublicKey, AsymmetricSecretKey};
use pasetors::token::UntrustedToken;
use pasetors::version4::{PublicToken, V4};
use pasetors::{Public, errors::Error};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// How long an access token is good for, in seconds.
pub const LIFETIME_S: i64 = 600;

/// How far the clock that signed may be ahead of the one that checks, in seconds.
const SKEW_S: i64 = 60;

/// No token of ours is longer; a longer one is refused unread.
const LONGEST: usize = 1_000;

/// What an access token says: the registered claims of PASETO, plus the epoch and the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The user.
    pub sub: Uuid,
    /// The session that the token was issued in.
    pub sid: Uuid,
    /// The user's epoch at the time of signing: a greater one in the database revokes the token.
    pub epoch: i32,
    /// When it was signed, in real time.
    pub iat: Instant,
    /// When it ends, in real time.
    pub exp: Instant,
}

impl Claims {
    /// The claims of a token signed at `now`.
    #[must_use]
    pub fn new(user: Uuid, session: Uuid, epoch: i32, now: Instant) -> Self {
        let exp = now.checked_add_signed(TimeDelta::seconds(LIFETIME_S));
        Self {
            sub: user,
            sid: session,
            epoch,
            iat: now,
            exp: exp.unwrap_or(now),
        }
    }

    /// Compares the token's epoch with the one that the user has now.
    ///
    /// # Errors
    /// [`Failure::Unsigned`] where everything was signed out after the token was issued.
    pub fn confirm(&self, epoch: i32) -> Result<(), Failure> {
        if self.epoch == epoch {
            Ok(())
        } else {
            Err(Failure::Unsigned(Fault::Revoked))
        }
    }

    fn check(&self, now: Instant) -> Result<(), Fault> {
        let lifetime = self.exp.signed_duration_since(self.iat);
        let ahead = self.iat.signed_duration_since(now);
        if lifetime > TimeDelta::seconds(LIFETIME_S) || ahead > TimeDelta::seconds(SKEW_S) {
            return Err(Fault::Unreadable);
        }
        if now >= self.exp {
            return Err(Fault::Expired);
        }
        Ok(())
    }
}

/// Why a request does not count as signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no token.
    Absent,
    /// It is no token of ours, or it was changed.
    Unreadable,
    /// Its time is over: refresh it.
    Expired,
    /// Its sessions were ended: sign in again.
    Revoked,
}

/// A key that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKey;

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not an Ed25519 key")
    }
}

impl std::error::Error for BadKey {}

/// Checks access tokens with the public key.
#[derive(Clone, Debug)]
pub struct Verifier(AsymmetricPublicKey<V4>);

impl Verifier {
    /// Takes the 32 bytes of the public key.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn new(public: &[u8; 32]) -> Result<Self, BadKey> {
        AsymmetricPublicKey::from(public)
            .map(Self)
            .map_err(|_| BadKey)
    }

    /// Takes the public key as 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn from_hex(text: &str) -> Result<Self, BadKey> {
        let (pairs, rest) = text.trim().as_bytes().as_chunks::<2>();
        let mut public = [0; 32];
        if pairs.len() != public.len() || !rest.is_empty() {
            return Err(BadKey);
        }
        for (byte, [high, low]) in public.iter_mut().zip(pairs) {
            let digit = |it: u8| char::from(it).to_digit(16).ok_or(BadKey);
            *byte = u8::try_from(digit(*high)? * 16 + digit(*low)?).map_err(|_| BadKey)?;
        }
        Self::new(&public)
    }

    /// The claims of a token that was signed with our key and is not over at `now` (real time).
    ///
    /// # Errors
    /// The [`Fault`] of the token; never [`Fault::Revoked`], which only the database knows.
    pub fn verify(&self, token: &str, now: Instant) -> Result<Claims, Fault> {
        if token.len() > LONGEST {
            return Err(Fault::Unreadable);
        }
        let claims = self.open(token).map_err(|_| Fault::Unreadable)?;
        claims.check(now)?;
        Ok(claims)
    }

    fn open(&self, token: &str) -> Result<Claims, Error> {
        let token = UntrustedToken::<Public, V4>::try_from(token)?;
        if !token.untrusted_footer().is_empty() {
            return Err(Error::TokenFormat);
        }
        let trusted = PublicToken::verify(&self.0, &token, None, None)?;
        serde_json::from_str(trusted.payload()).map_err(|_| Error::TokenValidation)
    }
}

/// Signs access tokens with the secret key; only the native API has one.
#[derive(Clone)]
pub struct Signer(AsymmetricSecretKey<V4>);

impl Signer {
    /// Takes the 32-byte seed and the 32-byte public key, one after the other.
    ///
    /// # Errors
    /// [`BadKey`] where they do not belong together.
    pub fn new(pair: &[u8; 64]) -> Result<Self, BadKey> {
        AsymmetricSecretKey::from(pair)
            .map(Self)
            .map_err(|_| BadKey)
    }

    /// The signed token.
    ///
    /// # Errors
    /// [`Failure::Broken`] where the claims cannot be written.
    pub fn sign(&self, claims: &Claims) -> Result<String, Failure> {
        let payload = serde_json::to_vec(claims).map_err(Failure::broken)?;
        PublicToken::sign(&self.0, &payload, None, None).map_err(|_| Failure::broken(BadKey))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key pair of the PASETO specification's test vectors for v4.public (4-S-1).
    const PAIR: &str = "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a3774\
                        1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2";
    const VECTOR: &str = "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9bg_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA";

    fn pair() -> [u8; 64] {
        std::array::from_fn(|at| u8::from_str_radix(&PAIR[2 * at..2 * at + 2], 16).unwrap())
    }

    fn keys() -> (Signer, Verifier) {
        (
            Signer::new(&pair()).unwrap(),
            Verifier::from_hex(&PAIR[64..]).unwrap(),
        )
    }

    fn now() -> Instant {
        "2026-11-22T15:00:00Z".parse().unwrap()
    }

    fn claims() -> Claims {
        Claims::new(Uuid::from_u128(7), Uuid::from_u128(8), 3, now())
    }

    fn after(seconds: i64) -> Instant {
        now() + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_signed_token_gives_its_claims_back_until_it_ends() {
        let (signer, verifier) = keys();
        let token = signer.sign(&claims()).unwrap();
        assert!(token.starts_with("v4.public."));
        assert_eq!(verifier.verify(&token, now()), Ok(claims()));
        assert_eq!(verifier.verify(&token, after(LIFETIME_S - 1)), Ok(claims()));
        assert_eq!(
            verifier.verify(&token, after(LIFETIME_S)),
            Err(Fault::Expired)
        );
    }

    #[test]
    fn a_token_from_the_future_or_for_too_long_is_refused() {
        let (signer, verifier) = keys();
        let token = signer.sign(&claims()).unwrap();
        assert_eq!(verifier.verify(&token, after(-SKEW_S)), Ok(claims()));
        assert_eq!(
            verifier.verify(&token, after(-SKEW_S - 1)),
            Err(Fault::Unreadable)
        );
        let long = Claims {
            exp: after(LIFETIME_S + 1),
            ..claims()
        };
        let token = signer.sign(&long).unwrap();
        assert_eq!(verifier.verify(&token, now()), Err(Fault::Unreadable));
    }

    #[test]
    fn the_signature_of_the_specification_verifies_but_its_claims_are_not_ours() {
        let (_, verifier) = keys();
        let token = UntrustedToken::<Public, V4>::try_from(VECTOR).unwrap();
        assert!(PublicToken::verify(&verifier.0, &token, None, None).is_ok());
        assert_eq!(verifier.verify(VECTOR, now()), Err(Fault::Unreadable));
    }

    #[test]
    fn a_token_with_any_changed_letter_is_refused() {
        let (signer, verifier) = keys();
        let token = signer.sign(&claims()).unwrap();
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(
                verifier.verify(&changed, now()),
                Err(Fault::Unreadable),
                "{at}"
            );
        }
    }

    #[test]
    fn a_footer_or_another_key_is_refused() {
        let (signer, verifier) = keys();
        let payload = serde_json::to_vec(&claims()).unwrap();
        let footed = PublicToken::sign(&signer.0, &payload, Some(b"kid"), None).unwrap();
        assert_eq!(verifier.verify(&footed, now()), Err(Fault::Unreadable));
        let other = Verifier::new(&[7; 32]).unwrap();
        let token = signer.sign(&claims()).unwrap();
        assert_eq!(other.verify(&token, now()), Err(Fault::Unreadable));
    }

    #[test]
    fn keys_of_the_wrong_shape_are_refused() {
        for text in ["", "ab", &"zz".repeat(32), &"ab".repeat(33), "é"] {
            assert_eq!(Verifier::from_hex(text).unwrap_err(), BadKey, "{text}");
        }
        let mut torn = pair();
        torn[63] ^= 1;
        assert!(Signer::new(&torn).is_err());
    }

    #[test]
    fn another_epoch_revokes_the_token() {
        assert!(claims().confirm(3).is_ok());
        for epoch in [0, 2, 4] {
            let refused = claims().confirm(epoch).unwrap_err();
            assert!(matches!(refused, Failure::Unsigned(Fault::Revoked)));
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_not_a_token_is_taken_for_one(text in "\\PC{0,200}", tail in "[A-Za-z0-9_-]{0,300}") {
            let (_, verifier) = keys();
            proptest::prop_assert_eq!(verifier.verify(&text, now()), Err(Fault::Unreadable));
            let token = format!("v4.public.{tail}");
            proptest::prop_assert_eq!(verifier.verify(&token, now()), Err(Fault::Unreadable));
        }
    }
}
