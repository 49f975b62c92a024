//! Names that players give, and e-mail addresses: one check for all of them.

use crate::Refusal;
use alloc::string::{String, ToString};
use core::fmt;

/// What a name is the name of; it decides the length and which field a refusal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameOf {
    /// A player's name, 1 to 60 characters.
    User,
    /// A horse's name, 1 to 60 characters.
    Horse,
    /// A stable's name, 1 to 60 characters.
    Stable,
    /// A show's name, 3 to 60 characters.
    Show,
}

impl NameOf {
    /// The least number of characters.
    #[must_use]
    pub const fn least(self) -> usize {
        match self {
            Self::Show => 3,
            Self::User | Self::Horse | Self::Stable => 1,
        }
    }

    /// The greatest number of characters.
    #[must_use]
    pub const fn most(self) -> usize {
        60
    }
}

crate::words::words! {
    /// What is wrong with a name.
    NameFault, "fault" {
        /// Fewer characters than allowed.
        TooShort = "too-short",
        /// More characters than allowed.
        TooLong = "too-long",
        /// A space at the beginning or the end.
        NotTrimmed = "not-trimmed",
        /// A control character, such as a line break.
        ControlCharacter = "control-character",
        /// A character that turns the direction of the text around it.
        DirectionOverride = "direction-override",
        /// Nothing in it can be seen.
        Invisible = "invisible",
    }
}

/// A name that has been checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Name(String);

impl Name {
    /// Checks a name exactly as it was written: nothing is trimmed or replaced in silence. The field that a refusal
    /// names is `name`.
    ///
    /// # Errors
    /// [`Refusal::BadName`] with what is wrong.
    pub fn parse(of: NameOf, text: &str) -> Result<Self, Refusal> {
        match fault(of, text) {
            None => Ok(Self(text.to_string())),
            Some(fault) => Err(Refusal::BadName {
                field: "name",
                fault,
                least: of.least() as i64,
                most: of.most() as i64,
            }),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn fault(of: NameOf, text: &str) -> Option<NameFault> {
    let length = text.chars().count();
    if text.chars().any(char::is_control) {
        Some(NameFault::ControlCharacter)
    } else if text.chars().any(turns_direction) {
        Some(NameFault::DirectionOverride)
    } else if length > of.most() {
        Some(NameFault::TooLong)
    } else if text.trim() != text {
        Some(NameFault::NotTrimmed)
    } else if length < of.least() {
        Some(NameFault::TooShort)
    } else if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        Some(NameFault::Invisible)
    } else {
        None
    }
}

/// Bidirectional embeddings, overrides, isolates and marks, and the line and paragraph separators: a name with them
/// can pretend to be another text.
const fn turns_direction(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters that leave no mark: joiners, fillers, selectors, tags.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// An e-mail address, normalised: trimmed and in lower case.
///
/// Only the shape is checked (something, one `@`, a domain with a dot, 254 characters at most); that it receives mail
/// is not promised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// Checks and normalises an address.
    ///
    /// # Errors
    /// [`Refusal::BadEmail`].
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let address = text.trim().to_lowercase();
        let refused =
            |c: char| c.is_whitespace() || c.is_control() || turns_direction(c) || is_invisible(c);
        let Some((local, domain)) = address.split_once('@') else {
            return Err(Refusal::BadEmail);
        };
        let labels_are_full = domain.split('.').all(|label| !label.is_empty());
        let good = (1..=64).contains(&local.len())
            && address.len() <= 254
            && !domain.contains('@')
            && domain.contains('.')
            && labels_are_full
            && !address.contains(refused);
        if good {
            Ok(Self(address))
        } else {
            Err(Refusal::BadEmail)
        }
    }

    /// The normalised address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
