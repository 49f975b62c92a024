//! What must not be found in the copy: every original value of each replaced column, there; and who the players were,
//! anywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::classes::Class;

/// How many distinct values of each further free text are searched for everywhere.
const SAMPLE: usize = 2_000;

/// A word in small letters.
type Word = Box<str>;

/// What is remembered of the source.
#[derive(Debug, Default)]
pub struct Originals {
    /// Per table and column the hashes of all values that were replaced.
    replaced: HashMap<(&'static str, &'static str), HashSet<u128>>,
    /// Those of them that everyone may know.
    public: HashSet<u128>,
    /// Who the players were: ids, names, addresses.
    players: BTreeSet<String>,
    /// Of other texts of players those with the smallest hashes: a sample that no order of rows can bend.
    sample: BTreeMap<&'static str, BTreeMap<u128, String>>,
    /// The game's own words, which say nothing of whoever took one for a name.
    words: HashSet<Word>,
}

/// The words of a text, in small letters: letters, digits, and what joins them.
pub fn words(text: &str) -> impl Iterator<Item = String> + Clone {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '_')))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

fn hash(value: &str) -> u128 {
    let digest = Sha256::digest(value.as_bytes());
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(first)
}

impl Originals {
    /// Remembers a value that is about to be replaced.
    pub fn remember(
        &mut self,
        table: &'static str,
        column: &'static str,
        class: Class,
        value: &str,
    ) {
        let hash = hash(value);
        if class.is_replaced() {
            let all = self.replaced.entry((table, column)).or_default();
            all.insert(hash);
        }
        match (table, class) {
            ("users", Class::User | Class::Name(_) | Class::Email) => {
                self.players.insert(value.to_owned());
            }
            (_, Class::Name(word)) => {
                let sample = self.sample.entry(word).or_default();
                sample.insert(hash, value.to_owned());
                if sample.len() > SAMPLE {
                    sample.pop_last();
                }
            }
            _ => {}
        }
    }

    /// Remembers a value that everyone may know, wherever else it stands.
    pub fn allow(&mut self, value: &str) {
        self.public.insert(hash(value));
    }

    /// Learns words of the game.
    pub fn learn(&mut self, fields: &[Option<String>]) {
        for field in fields.iter().flatten() {
            self.words.extend(words(field).map(String::into_boxed_str));
        }
    }

    /// Whether this is an original value of a column.
    pub fn has(&self, table: &'static str, column: &'static str, value: &str) -> bool {
        let all = self.replaced.get(&(table, column));
        let hash = hash(value);
        all.is_some_and(|all| all.contains(&hash)) && !self.public.contains(&hash)
    }

    /// How many distinct values were replaced.
    pub fn replaced(&self) -> usize {
        self.replaced.values().map(HashSet::len).sum()
    }

    /// What is searched for everywhere, and how many values could not be told from the game's own words or from numbers.
    pub fn needles(&self) -> Needles {
        let mut needles = Needles::default();
        let sampled = self.sample.values().flat_map(BTreeMap::values);
        for value in self.players.iter().chain(sampled) {
            let sought: Vec<String> = words(value).collect();
            let is_telling = sought.iter().any(|word| {
                word.chars().any(char::is_alphabetic)
                    && word.chars().count() > 1
                    && !self.words.contains(word.as_str())
            });
            match sought.split_first() {
                Some((first, rest)) if is_telling => needles.add(first, rest),
                _ => needles.untellable += 1,
            }
        }
        needles
    }
}

/// Texts to search for, by their first words.
#[derive(Debug, Default)]
pub struct Needles {
    by_first: HashMap<Word, Vec<Vec<Word>>>,
    /// How many there are.
    pub count: usize,
    /// How many values are no more than words of the game or numbers, and are not searched for.
    pub untellable: usize,
}

impl Needles {
    fn add(&mut self, first: &str, rest: &[String]) {
        let rest: Vec<Word> = rest.iter().map(|word| word.as_str().into()).collect();
        let all = self.by_first.entry(first.into()).or_default();
        if !all.contains(&rest) {
            all.push(rest);
            self.count += 1;
        }
    }

    /// How many stand in a text. Prose of the game has single words of itself, and words that only meet across its
    /// punctuation: a silver horse with a star on her face does not tell that somebody has a horse named Silver Star.
    pub fn found_in(&self, text: &str, is_prose: bool) -> usize {
        if is_prose {
            let phrases = text.split(['"', ';', ',']);
            return phrases.map(|phrase| self.count(phrase, true)).sum();
        }
        self.count(text, false)
    }

    fn count(&self, text: &str, is_prose: bool) -> usize {
        let says_nothing = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphabetic();
        if text.bytes().all(says_nothing) {
            return 0;
        }
        let mut words = words(text);
        let mut count = 0;
        while let Some(first) = words.next() {
            let Some(all) = self.by_first.get(first.as_str()) else {
                continue;
            };
            let meets = |rest: &Vec<Word>| {
                let after: Vec<String> = words.clone().take(rest.len()).collect();
                let is_whole = after.iter().eq(rest.iter().map(|word| &**word));
                is_whole && !(is_prose && rest.is_empty() && !first.contains('-'))
            };
            count += usize::from(all.iter().any(meets));
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn originals() -> Originals {
        let mut originals = Originals::default();
        originals.learn(&[Some("Racing".to_owned())]);
        let mut player = |value| originals.remember("users", "name", Class::Name("Player"), value);
        for value in [
            "Ann-Marie",
            "ann@example.org",
            "Bo Ek",
            "Racing",
            "42",
            "chestnut",
        ] {
            player(value);
        }
        originals.remember("horses", "name", Class::Name("Horse"), "Silver Comet");
        originals
    }

    #[test]
    fn names_are_found_as_whole_words_in_whatever_case() {
        let needles = originals().needles();
        for text in [
            "for ANN-MARIE!",
            "{\"by\": \"ann@example.org\"}",
            "bo ek",
            "a Silver Comet.",
        ] {
            assert_eq!(needles.found_in(text, false), 1, "{text}");
        }
        for text in [
            "Ann",
            "Annmarie",
            "bo",
            "comet silver",
            "Bo Ekman",
            "42 Racing",
        ] {
            assert_eq!(needles.found_in(text, false), 0, "{text}");
        }
    }

    #[test]
    fn words_of_the_game_and_numbers_are_counted_but_not_searched_for() {
        let needles = originals().needles();
        assert_eq!((needles.count, needles.untellable), (5, 2));
    }

    #[test]
    fn in_the_games_prose_a_single_word_says_nothing() {
        let needles = originals().needles();
        assert_eq!(needles.found_in("a dark chestnut", false), 1);
        assert_eq!(needles.found_in("a dark chestnut", true), 0);
        assert_eq!(needles.found_in("like Bo Ek", true), 1);
        assert_eq!(needles.found_in(r#"{"base": "bo", "face": "ek"}"#, true), 0);
        assert_eq!(needles.found_in("a dark bo; ek on the face", true), 0);
        assert_eq!(needles.found_in("a dark bo; ek on the face", false), 1);
    }

    #[test]
    fn an_original_is_known_in_its_column_alone() {
        let originals = originals();
        assert!(originals.has("users", "name", "Bo Ek"));
        assert!(!originals.has("horses", "name", "Bo Ek"));
    }
}
