//! Why something could not be done, as one sentence for the person at the terminal.

use std::error::Error;
use std::fmt;

/// What went wrong outside the game: a missing program, a busy port, an unreadable setting.
///
/// Its text is one sentence, which the command line prints before it exits with status 2.
#[derive(Debug)]
pub struct Trouble {
    sentence: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Trouble {
    /// A trouble that needs no further cause.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            source: None,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sentence)?;
        let mut cause = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = cause {
            write!(out, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl Error for Trouble {}

/// Says what was being attempted when an error came up.
pub trait Because<T> {
    /// Turns the error into a [`Trouble`] that starts with the sentence `what`.
    ///
    /// # Errors
    /// The same errors as before, with `what` in front.
    fn because<S: Into<String>>(self, what: impl FnOnce() -> S) -> Result<T, Trouble>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> Because<T> for Result<T, E> {
    fn because<S: Into<String>>(self, what: impl FnOnce() -> S) -> Result<T, Trouble> {
        self.map_err(|error| Trouble {
            sentence: what().into(),
            source: Some(error.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_reads_from_the_attempt_to_the_cause() {
        let inner: Result<(), _> = Err(std::io::Error::other("disk full"));
        let trouble = inner.because(|| "could not write the ledger").unwrap_err();
        assert_eq!(trouble.to_string(), "could not write the ledger: disk full");
    }
}
