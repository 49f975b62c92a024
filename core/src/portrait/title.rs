//! What a portrait shows, in a sentence.

use super::Sitter;
use crate::genetics::coat::{Face, LegWhite};
use crate::time::DAYS_PER_YEAR;
use alloc::string::String;

impl Sitter {
    /// What the portrait shows: `A bay tobiano mare with a blaze and four white legs.`
    #[must_use]
    pub fn sentence(&self) -> String {
        let age = self.days / DAYS_PER_YEAR;
        let name = self.coat.phenotype.name_at(age);
        let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u']);
        let mut text = String::from(if vowel { "An " } else { "A " });
        text.push_str(&name);
        // `A bay, turning grey, colt` and `A white grey (born bay) mare` both read well.
        text.push_str(if name.contains(',') { ", " } else { " " });
        text.push_str(self.sex.word(age));
        let parts = [self.face(), self.legs()];
        let said = parts.iter().filter(|part| !part.is_empty());
        for (part, word) in said.zip([" with ", " and "]) {
            text.push_str(word);
            text.push_str(part);
        }
        text.push('.');
        text
    }

    const fn face(&self) -> &'static str {
        match self.coat.face {
            Face::None => "",
            Face::Snip => "a snip",
            Face::Star => "a star",
            Face::Strip => "a strip",
            Face::Stripe => "a stripe",
            Face::Blaze => "a blaze",
            Face::Bald => "a bald face",
            Face::Apron => "an apron face",
        }
    }

    fn legs(&self) -> &'static str {
        let legs = self.coat.legs;
        let all = [
            legs.fore_left,
            legs.fore_right,
            legs.hind_left,
            legs.hind_right,
        ];
        match all.iter().filter(|it| **it != LegWhite::None).count() {
            0 => "",
            1 => "one white leg",
            2 => "two white legs",
            3 => "three white legs",
            _ => "four white legs",
        }
    }
}
