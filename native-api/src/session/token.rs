//! Refresh tokens: 32 random bytes, known to the client alone.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reads::Failure;
use sha2::{Digest as _, Sha256};

use crate::config::Secret;
use crate::db::fault::broken;

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
