//! SASLprep (RFC 4013) for passwords in ASCII, in place of the library of this name.
//!
//! PostgreSQL's clients prepare a password before they prove that they know it. For that the library brings the tables of all
//! of Unicode: 57 kB of the Worker after gzip, an eighth of everything, for one password that is made of hexadecimal digits.
//! Printable ASCII is prepared by leaving it as it is. For anything else this refuses, and the client then takes the password
//! as it was given, which is right for every text that preparing would not change. So the password of a role that this
//! program signs in as is to be ASCII.

use std::borrow::Cow;
use std::error;
use std::fmt;

/// The text holds something else than printable ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text holds something else than printable ASCII")
    }
}

impl error::Error for Error {}

/// Prepares a password of printable ASCII, which changes nothing.
///
/// # Errors
/// [`Error`] for any other text.
pub fn saslprep(text: &str) -> Result<Cow<'_, str>, Error> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain {
        Ok(Cow::Borrowed(text))
    } else {
        Err(Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_ascii_stays_as_it_is_and_all_else_is_refused() {
        assert_eq!(saslprep("user~ 09aF"), Ok(Cow::Borrowed("user~ 09aF")));
        // The examples of RFC 4013, section 3, that are not ASCII or not printable.
        for other in ["I\u{ad}X", "\u{aa}", "\u{2168}", "\u{7}", "\u{627}1"] {
            assert_eq!(saslprep(other), Err(Error), "{other:?}");
        }
    }
}
