//! A portrait's path: all that the picture shows, and nothing else.
//!
//! `/portraits/4000001-310010-fr21-88-12-13.svg` is the phenotype's code in hexadecimal digits; one digit each for the face, the
//! left and the right fore leg, the left and the right hind leg and the eyes; sex and build by their first letters with the
//! age in days; the horse, and its sire and dam if it has any. All of it is public: whoever reads the horse's card knows as
//! much.
//!
//! The age is that of the [stage](Sitter::stage), so that a horse has another path only when it looks otherwise. A picture has
//! one path: any other way to write it is none.

use super::Sitter;
use super::palette::{VARNISHED_AT, greyed_at};
use crate::breed::Build;
use crate::genetics::coat::{Eyes, Face, LegWhite, Legs, Leopard, Phenotype, Seen};
use crate::horse::{FIRST_ACTIVE_AGE, Sex};
use crate::id::HorseId;
use crate::time::DAYS_PER_YEAR;
use alloc::format;
use alloc::string::String;

/// What every path begins with.
const BEFORE: &str = "/portraits/";
/// What every path ends with.
const AFTER: &str = ".svg";
/// The bytes that no path exceeds: three ids are 19 digits each.
const LONGEST: usize = 104;

/// The days of life on which one that is not grown begins to look otherwise; the birthdays are among them.
const CHILDHOOD: [i64; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 17];

impl Sitter {
    /// The first day of life on which it looked as it does at its age: a foal grows by days and then by more of them, and who
    /// goes grey, or roan by varnish, does so by game-years. All others look the same from their third birthday on.
    #[must_use]
    pub fn stage(&self) -> i64 {
        let years = self.days / DAYS_PER_YEAR;
        if years < FIRST_ACTIVE_AGE {
            let begun = CHILDHOOD.iter().rev().find(|day| **day <= self.days);
            return begun.copied().unwrap_or_default();
        }
        let seen = self.coat.phenotype;
        let varnished = match seen.leopard() {
            Leopard::VarnishRoan => VARNISHED_AT,
            _ => FIRST_ACTIVE_AGE,
        };
        let last = varnished.max(greyed_at(seen.greying()));
        DAYS_PER_YEAR * years.min(last)
    }

    /// The path of the portrait.
    ///
    /// ```
    /// use rules::portrait::Sitter;
    /// let path = "/portraits/4000001-310010-fr21-88-12-13.svg";
    /// let sitter = Sitter::at(path).unwrap();
    /// assert_eq!(sitter.sentence(), "A bay mare with a strip and two white legs.");
    /// assert_eq!(sitter.path(), path);
    /// ```
    #[must_use]
    pub fn path(&self) -> String {
        let Seen {
            phenotype,
            face,
            legs,
            eyes,
        } = self.coat;
        let mut path = format!(
            "{BEFORE}{:x}-{}{}{}{}{}{}-{}{}{}-{}",
            phenotype.code(),
            face as u8,
            legs.fore_left as u8,
            legs.fore_right as u8,
            legs.hind_left as u8,
            legs.hind_right as u8,
            eyes as u8,
            letter(self.sex.as_str()),
            letter(self.build.as_str()),
            self.stage(),
            self.horse,
        );
        if let Some([sire, dam]) = self.parents {
            path += &format!("-{sire}-{dam}");
        }
        path + AFTER
    }

    /// Who sits for the portrait of a path; nobody for what is none.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        if path.len() > LONGEST {
            return None;
        }
        let within = path.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
        let mut parts = within.split('-');
        let phenotype = u64::from_str_radix(parts.next()?, 16).ok()?;
        let (white, life) = (parts.next()?, parts.next()?);
        let mut ids = parts.map(|part| part.parse().ok().filter(|id| *id > 0));
        let mut next = || ids.next().map(|id: Option<i64>| id.map(HorseId::new));
        let horse = next()??;
        let parents = match (next(), next(), next()) {
            (None, ..) => None,
            (Some(sire), Some(dam), None) => Some([sire?, dam?]),
            _ => return None,
        };
        let (sex, build, days) = life_of(life)?;
        let read = Self {
            coat: seen(Phenotype::from_code(phenotype)?, white)?,
            sex,
            build,
            days,
            horse,
            parents,
        };
        (read.path() == path).then_some(read)
    }
}

fn seen(phenotype: Phenotype, white: &str) -> Option<Seen> {
    let mut digits = white.chars().map(|it| it.to_digit(8));
    let mut next = || digits.next().flatten().map(|it| it as usize);
    let face = Face::ALL.get(next()?).copied()?;
    let mut leg = || LegWhite::ALL.get(next()?).copied();
    let legs = Legs {
        fore_left: leg()?,
        fore_right: leg()?,
        hind_left: leg()?,
        hind_right: leg()?,
    };
    Some(Seen {
        phenotype,
        face,
        legs,
        eyes: Eyes::ALL.get(next()?).copied()?,
    })
}

/// Sex, build and days of `fr21`.
fn life_of(text: &str) -> Option<(Sex, Build, i64)> {
    let mut letters = text.chars();
    let (sex, build) = (letters.next(), letters.next());
    let sex = Sex::ALL.iter().find(|it| Some(letter(it.as_str())) == sex);
    let build = Build::ALL
        .iter()
        .find(|it| Some(letter(it.as_str())) == build);
    Some((*sex?, *build?, letters.as_str().parse().ok()?))
}

/// The letter that stands for a word: its first.
fn letter(word: &str) -> char {
    word.chars().next().unwrap_or_default()
}
