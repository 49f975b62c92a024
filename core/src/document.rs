//! JSON documents that anyone may hand in: read whole, or refused with the place of what is wrong.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use core::fmt;
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Error};
use serde_path_to_error::{Path, deserialize};

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// Where, as `entries[2].snapshot.bond`; empty for the document as a whole.
    pub path: String,
    /// What is wrong there.
    pub cause: String,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.cause);
        }
        write!(f, "{}: {}", self.path, self.cause)
    }
}

impl core::error::Error for Misread {}

/// Reads a JSON document.
///
/// # Errors
/// The first thing that is not as it must be, with its place.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Misread> {
    let mut json = Deserializer::from_str(text);
    let read = deserialize(&mut json).map_err(|error| explain(error.path(), error.inner()));
    let value = read?;
    json.end().map_err(|error| explain_whole(&error))?;
    Ok(value)
}

/// What is wrong in JSON is told by its path, which a page knows; lines and columns are those of a text that it never saw.
fn explain(path: &Path, error: &Error) -> Misread {
    if !error.is_data() {
        return explain_whole(error);
    }
    let said = error.to_string();
    let cause = said
        .rsplit_once(" at line ")
        .map_or(said.as_str(), |it| it.0);
    let is_whole = path.iter().next().is_none();
    Misread {
        path: if is_whole {
            String::new()
        } else {
            path.to_string()
        },
        cause: cause.to_owned(),
    }
}

/// What is no JSON at all is told by line and column.
fn explain_whole(error: &Error) -> Misread {
    Misread {
        path: String::new(),
        cause: error.to_string(),
    }
}
