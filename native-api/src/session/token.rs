//! Refresh tokens: 32 bytes that nobody can guess, known to the client alone.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reads::Failure;
use sha2::{Digest as _, Sha256};

use crate::config::Secret;
use crate::db::fault::broken;

/// What a successor is computed for, so that no other use of the secret gives the same bytes.
const PURPOSE: &[u8] = b"the refresh token that follows";

/// A refresh token as the client has it. Its `Debug` shows nothing.
pub struct RefreshToken(Secret<32>);

impl RefreshToken {
    /// A new one.
    ///
    /// # Errors
    /// A fault of ours, when the operating system has no randomness to give.
    pub fn random() -> Result<Self, Failure> {
        Secret::random().map(Self).map_err(broken)
    }

    /// Reads what a client sent; none if it cannot be a token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Some(text).filter(|text| text.len() == 43)?;
        let bytes = URL_SAFE_NO_PAD.decode(bytes).ok()?;
        bytes.try_into().ok().map(|bytes| Self(Secret::new(bytes)))
    }

    /// The token that follows this one: whoever sends this one twice at once is given the same, though it is kept nowhere.
    /// Without the secret nobody can compute it.
    pub fn successor(&self, secret: &[u8; 32]) -> Self {
        // A key that is shorter than SHA-256's block is filled up with zeros.
        let mut block = [0; 64];
        block[..32].copy_from_slice(secret);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(PURPOSE);
        mac.update(self.0.bytes());
        Self(Secret::new(mac.finalize().into_bytes().into()))
    }

    /// The token as text, for the client.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.bytes())
    }

    /// What is kept of it: SHA-256, which suffices for 256 random bits.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.bytes()).to_vec()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RefreshToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_itself() {
        let token = RefreshToken::random().unwrap();
        let again = RefreshToken::parse(&token.text()).unwrap();
        assert_eq!(again.hash(), token.hash());
        assert_eq!(token.hash().len(), 32);
        assert_ne!(RefreshToken::random().unwrap().hash(), token.hash());
    }

    #[test]
    fn a_successor_is_always_the_same_and_never_without_the_secret() {
        let token = RefreshToken::parse(&"A".repeat(43)).unwrap();
        let next = token.successor(&[7; 32]);
        assert_eq!(next.text(), token.successor(&[7; 32]).text());
        // HMAC-SHA256 of the purpose and 32 zeros, by Python's hmac.
        assert_eq!(next.text(), "XTZxH1Fv_Dv-oq6IYhazjx4gjyWdBiz6ieMdJ691uxg");
        assert_ne!(next.text(), token.successor(&[8; 32]).text());
        assert_ne!(next.text(), next.successor(&[7; 32]).text());
    }

    #[test]
    fn what_cannot_be_a_token_is_none() {
        for text in [
            "",
            "abc",
            &"A".repeat(42),
            &"A".repeat(44),
            &"é".repeat(43),
            &"=".repeat(43),
        ] {
            assert!(RefreshToken::parse(text).is_none(), "{text}");
        }
    }
}
