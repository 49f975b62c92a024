//! Pages: keyset cursors that are opaque outside and strict inside.

use crate::Failure;
use crate::clock::Instant;
use crate::order::Ordered;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

/// The most rows of a page.
pub const MOST: i64 = 100;

/// The longest cursor that is worth decoding: two keys and a name of sixty letters, of four bytes each, have 346.
const LONGEST: usize = 400;

/// The rows of a page where nobody asks for another number.
pub const USUAL: i64 = 20;

const VERSION: u8 = 2;

/// A page of a list, and the cursor of the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// Asks for the next page as `?cursor=`; null on the last one. Opaque: what is in it may change.
    pub next_cursor: Option<String>,
}

/// Which list a cursor belongs to, so that no list takes another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum List {
    /// Horses.
    Horses = 1,
    /// Horses of a discipline, best first.
    BestHorses = 2,
    /// Results of a horse.
    HorseResults = 3,
    /// Training of a horse.
    Training = 4,
    /// Postings of a purse.
    Ledger = 5,
    /// Shows.
    Shows = 6,
    /// Results of a show.
    ShowResults = 7,
    /// Entries of a show.
    Entries = 8,
    /// Users by XP.
    Users = 9,
    /// Stables of a user.
    Stables = 10,
    /// Horses of a discipline, with their ranks.
    RankedHorses = 11,
    /// Breeds.
    Breeds = 12,
    /// Foals of a horse.
    Foals = 13,
    /// Pregnancies of a user's mares.
    Pregnancies = 14,
    /// Stallions at stud.
    Studs = 15,
    /// One's own horses.
    OwnHorses = 16,
}

/// Where a page ends, as a client gets it.
pub trait Mark: Sized {
    /// The cursor in an order of a list.
    fn encode(&self, of: Ordered) -> String;

    /// The cursor that a client gave back for an order of a list; none where it is another's.
    fn read(of: Ordered, text: &str) -> Option<Self>;

    /// The cursor that a client gave back.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming `cursor`.
    fn decode(of: Ordered, text: &str) -> Result<Self, Failure> {
        Self::read(of, text).ok_or_else(foreign)
    }
}

/// The sort keys of the last row of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor<const N: usize>(pub [i64; N]);

/// The sort keys of the last row of a page, one of which is a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded<const N: usize>(pub [i64; N], pub String);

impl<const N: usize> Mark for Cursor<N> {
    fn encode(&self, of: Ordered) -> String {
        written(of, &self.0, "")
    }

    fn read(of: Ordered, text: &str) -> Option<Self> {
        let Worded(keys, text) = Worded::read(of, text)?;
        text.is_empty().then_some(Self(keys))
    }
}

impl<const N: usize> Mark for Worded<N> {
    fn encode(&self, of: Ordered) -> String {
        written(of, &self.0, &self.1)
    }

    fn read(of: Ordered, text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let [list, sort] = of.head();
        let rest = bytes.strip_prefix(&[VERSION, list, sort])?;
        let (keys, text) = rest.split_at_checked(8 * N)?;
        let (keys, _) = keys.as_chunks::<8>();
        let keys: [[u8; 8]; N] = keys.try_into().ok()?;
        let text = std::str::from_utf8(text).ok()?;
        // No name has one, and PostgreSQL takes none.
        let is_text = !text.contains('\0');
        is_text.then(|| Self(keys.map(i64::from_be_bytes), text.to_owned()))
    }
}

fn written(of: Ordered, keys: &[i64], text: &str) -> String {
    let [list, sort] = of.head();
    let keys = keys.iter().flat_map(|key| key.to_be_bytes());
    let bytes = [VERSION, list, sort].into_iter().chain(keys);
    let bytes: Vec<u8> = bytes.chain(text.bytes()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn foreign() -> Failure {
    Failure::invalid(
        "cursor",
        "This is not a cursor of this list in this order: ask for its first page.",
    )
}

/// The last microsecond of the year 9999, which a list can begin before.
pub(crate) const END_OF_TIME: i64 = 253_402_300_799_999_999;

/// The instant of a key in microseconds, if it lies between the years 1970 and 9999.
///
/// # Errors
/// [`Failure::Invalid`] naming `cursor`.
pub fn instant_of(micros: i64) -> Result<Instant, Failure> {
    Some(micros)
        .filter(|it| (0..=END_OF_TIME).contains(it))
        .and_then(Instant::from_timestamp_micros)
        .ok_or_else(foreign)
}

impl<T> Page<T> {
    /// A page of at most `limit` of the rows; one row more says that there is a next page.
    pub fn of<M: Mark>(mut items: Vec<T>, limit: i64, of: Ordered, keys: impl Fn(&T) -> M) -> Self {
        let limit = usize::try_from(limit).unwrap_or_default();
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| has_more);
        let next_cursor = last.map(|it| keys(it).encode(of));
        Self { items, next_cursor }
    }
}

/// The first few of many in an order, without sorting the rest; equals stay in their order.
pub(crate) fn first<T>(
    items: impl Iterator<Item = T>,
    most: usize,
    is_before: impl Fn(&T, &T) -> bool,
) -> Vec<T> {
    let mut first: Vec<T> = Vec::new();
    for item in items {
        let at = first.iter().position(|it| is_before(&item, it));
        let at = at.unwrap_or(first.len());
        if at < most {
            first.truncate(most - 1);
            first.insert(at, item);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{By, falling, rising};

    fn field_of(failure: &Failure) -> &str {
        match failure {
            Failure::Invalid { field, .. } => field,
            other => panic!("{other:?}"),
        }
    }

    const SHOWS: Ordered = List::Shows.by(rising(By::RunDate));

    #[test]
    fn a_cursor_has_a_known_form() {
        let text = Cursor([1, -1]).encode(SHOWS);
        assert_eq!(text, "AgYKAAAAAAAAAAH__________w");
        assert_eq!(Cursor::decode(SHOWS, &text).unwrap(), Cursor([1, -1]));
        let of = List::Horses.by(falling(By::Name));
        let text = Worded([1], "Lark".to_owned()).encode(of);
        assert_eq!(text, "AgGCAAAAAAAAAAFMYXJr");
    }

    #[test]
    fn cursors_of_other_lists_orders_shapes_and_versions_are_refused() {
        let text = Cursor([5, 6]).encode(SHOWS);
        let later = List::Shows.by(falling(By::RunDate));
        for other in [List::Ledger.by(SHOWS.sort), later] {
            assert!(Cursor::<2>::decode(other, &text).is_err());
        }
        assert!(Cursor::<1>::decode(SHOWS, &text).is_err());
        assert!(Cursor::<3>::decode(SHOWS, &text).is_err());
        let old = format!("AQ{}", &text[2..]);
        let bad = [
            "",
            "A",
            "!!",
            &text[1..],
            &old,
            &format!("{text}="),
            &"A".repeat(5_000),
        ];
        for text in bad {
            let refused = Cursor::<2>::decode(SHOWS, text).unwrap_err();
            assert_eq!(field_of(&refused), "cursor", "{text}");
        }
    }

    #[test]
    fn a_text_in_a_cursor_is_one_that_a_name_can_be() {
        for text in ["a\0b", &"\u{1f434}".repeat(80)] {
            let text = Worded([1], text.to_owned()).encode(SHOWS);
            assert!(Worded::<1>::decode(SHOWS, &text).is_err());
        }
        let bytes = [&[VERSION, 6, 10][..], &[0; 8], &[0xff]].concat();
        assert!(Worded::<1>::decode(SHOWS, &URL_SAFE_NO_PAD.encode(bytes)).is_err());
        let longest = Worded([1, 2], "\u{1f434}".repeat(60));
        assert_eq!(
            Worded::decode(SHOWS, &longest.encode(SHOWS)).unwrap(),
            longest
        );
    }

    #[test]
    fn an_instant_outside_of_the_calendar_is_refused() {
        assert!(instant_of(0).is_ok());
        for micros in [i64::MIN, -1, 253_402_300_800_000_000, i64::MAX] {
            assert_eq!(field_of(&instant_of(micros).unwrap_err()), "cursor");
        }
    }

    #[test]
    fn one_row_too_many_makes_a_next_page() {
        let page = |rows: Vec<i64>| Page::of(rows, 2, SHOWS, |it| Cursor([*it]));
        assert_eq!(page(vec![]).next_cursor, None);
        assert_eq!(page(vec![9, 8]).next_cursor, None);
        let full = page(vec![9, 8, 7]);
        assert_eq!(full.items, [9, 8]);
        let next = full.next_cursor.unwrap();
        assert_eq!(Cursor::decode(SHOWS, &next).unwrap(), Cursor([8]));
    }

    proptest::proptest! {
        #[test]
        fn the_first_few_are_those_of_the_sorted_whole(keys in proptest::collection::vec(0_u8..9, 0..60), most in 1_usize..12) {
            let items: Vec<(u8, usize)> = keys.into_iter().enumerate().map(|(at, key)| (key, at)).collect();
            let found = first(items.iter().copied(), most, |one, other| one.0 < other.0);
            let mut sorted = items;
            sorted.sort_by_key(|it| it.0);
            sorted.truncate(most);
            proptest::prop_assert_eq!(found, sorted);
        }

        #[test]
        fn every_cursor_comes_back(keys: [i64; 3], word in "[^\0]{0,60}") {
            let text = Cursor(keys).encode(SHOWS);
            proptest::prop_assert_eq!(Cursor::decode(SHOWS, &text).unwrap(), Cursor(keys));
            let worded = Worded([keys[0], keys[1]], word);
            let text = worded.encode(SHOWS);
            proptest::prop_assert_eq!(Worded::decode(SHOWS, &text).unwrap(), worded);
        }

        #[test]
        fn nothing_else_is_taken_for_a_cursor(text in "\\PC{0,80}") {
            if let Ok(cursor) = Cursor::<2>::decode(SHOWS, &text) {
                proptest::prop_assert_eq!(cursor.encode(SHOWS), text);
            }
        }
    }
}
