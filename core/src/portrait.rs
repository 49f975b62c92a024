//! A portrait of a horse as SVG, drawn from what can be seen of its genotype.
//!
//! [`portrait`] takes a [`Sitter`] and returns the markup: a horse in profile that looks left, so that its left side is the
//! one that is seen. Colours come from the [`Phenotype`](crate::genetics::coat::Phenotype), white of face and legs from the
//! [`Coat`], greys grow lighter and foals grow up by their age in days. Where patches and spots lie
//! runs in families: full sisters look like sisters.
//!
//! The same sitter gives the same bytes on every machine. The markup has no script, no style and no reference to anything but
//! itself, so that the strictest Content-Security-Policy takes it within a page.

mod figure;
pub mod gallery;
mod hide;
mod look;
mod palette;
mod parts;
mod path;
mod pen;
mod shade;
mod shape;
mod spots;
#[cfg(test)]
mod tests;
mod title;
mod white;

use crate::breed::Build;
use crate::genetics::coat::{Leopard, Seen};
use crate::horse::Sex;
use crate::id::HorseId;
use alloc::string::String;
use figure::Studio;

/// The width of a portrait in its own units.
pub const WIDTH: u16 = 640;
/// The height of a portrait in its own units.
pub const HEIGHT: u16 = 576;

/// Whose portrait is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sitter {
    /// What can be seen of the coat, as anyone may read it.
    pub coat: Seen,
    /// The sex.
    pub sex: Sex,
    /// How horses of its breed are built.
    pub build: Build,
    /// The age in days; 7 days are a game-year.
    pub days: i64,
    /// The horse.
    pub horse: HorseId,
    /// Its sire and its dam, if it has any.
    pub parents: Option<[HorseId; 2]>,
}

/// How a portrait stands in its page.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// What every id in the markup begins with, for a page with several portraits: an ASCII letter, then letters, digits and
    /// hyphens. What is neither is left out.
    pub prefix: &'a str,
    /// The text in the picture's stead; [`Sitter::sentence`] if there is none.
    pub title: Option<&'a str>,
}

/// Draws a portrait, as it is at the [stage](Sitter::stage) of the sitter's age.
///
/// ```
/// use rules::genetics::{Genome, coat::Coat};
/// use rules::horse::Sex;
/// use rules::portrait::{Setting, Sitter, portrait};
/// let genome = Genome::parse("MC1R=e/e SLC45A2=N/Cr", Sex::Female)?;
/// let sitter = Sitter {
///     coat: (&Coat::of(&genome, 0, None)).into(),
///     sex: Sex::Female,
///     build: rules::breed::Build::Riding,
///     days: 35,
///     horse: rules::id::HorseId::new(7),
///     parents: None,
/// };
/// let svg = portrait(&sitter, Setting { prefix: "h7", title: None });
/// assert!(svg.contains("<title id='h7t'>A palomino mare"));
/// # Ok::<(), rules::Refusal>(())
/// ```
#[must_use]
pub fn portrait(sitter: &Sitter, setting: Setting<'_>) -> String {
    let from_letter = setting
        .prefix
        .trim_start_matches(|it: char| !it.is_ascii_alphabetic());
    let is_mark = |it: &char| it.is_ascii_alphanumeric() || *it == '-';
    let prefix: String = from_letter.chars().filter(is_mark).collect();
    let title = match setting.title {
        Some(title) => title.into(),
        None => sitter.sentence(),
    };
    let sitter = Sitter {
        days: sitter.stage(),
        ..*sitter
    };
    Studio::of(&sitter, &prefix).draw(&title)
}

impl Sitter {
    /// The leopard complex, of which the hooves, the skin and the eyes tell as well.
    const fn leopard(&self) -> Leopard {
        self.coat.phenotype.leopard()
    }
}
