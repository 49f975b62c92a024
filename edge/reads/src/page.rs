//! Pages: keyset cursors that are opaque outside and strict inside.

use crate::Failure;
use crate::clock::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

/// The most rows of a page.
pub const MOST: i64 = 100;

/// The rows of a page where nobody asks for another number.
pub const USUAL: i64 = 20;

const VERSION: u8 = 1;

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
    /// Horses, newest first.
    Horses = 1,
    /// Horses of a discipline, best first.
    BestHorses = 2,
    /// Results of a horse.
    HorseResults = 3,
    /// Training of a horse.
    Training = 4,
    /// Postings of a purse.
    Ledger = 5,
    /// Shows by run date.
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
}

/// Where a page ends: the sort keys of its last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor<const N: usize>(pub [i64; N]);

impl<const N: usize> Cursor<N> {
    /// The cursor as a client gets it.
    #[must_use]
    pub fn encode(&self, list: List) -> String {
        let head = [VERSION, list as u8];
        let keys = self.0.iter().flat_map(|key| key.to_be_bytes());
        let bytes: Vec<u8> = head.into_iter().chain(keys).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The cursor that a client gave back.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming `cursor`.
    pub fn decode(list: List, text: &str) -> Result<Self, Failure> {
        Self::read(list, text).ok_or_else(foreign)
    }

    fn read(list: List, text: &str) -> Option<Self> {
        // The longest cursor has four keys; nothing longer is worth decoding.
        if text.len() > 64 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let keys = bytes.strip_prefix(&[VERSION, list as u8])?;
        let (keys, rest) = keys.as_chunks::<8>();
        let keys: [[u8; 8]; N] = keys.try_into().ok()?;
        rest.is_empty().then(|| Self(keys.map(i64::from_be_bytes)))
    }
}

fn foreign() -> Failure {
    Failure::invalid("cursor", "This is not a cursor of this list.")
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
    pub fn of<const N: usize>(
        mut items: Vec<T>,
        limit: i64,
        list: List,
        keys: impl Fn(&T) -> Cursor<N>,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or_default();
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| has_more);
        let next_cursor = last.map(|it| keys(it).encode(list));
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

    fn field_of(failure: &Failure) -> &str {
        match failure {
            Failure::Invalid { field, .. } => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_cursor_has_a_known_form() {
        let text = Cursor([1, -1]).encode(List::Shows);
        assert_eq!(text, "AQYAAAAAAAAAAf__________");
        assert_eq!(Cursor::decode(List::Shows, &text).unwrap(), Cursor([1, -1]));
    }

    #[test]
    fn cursors_of_other_lists_shapes_and_versions_are_refused() {
        let text = Cursor([5, 6]).encode(List::Shows);
        assert!(Cursor::<2>::decode(List::Ledger, &text).is_err());
        assert!(Cursor::<1>::decode(List::Shows, &text).is_err());
        assert!(Cursor::<3>::decode(List::Shows, &text).is_err());
        let later = format!("Ag{}", &text[2..]);
        let bad = [
            "",
            "A",
            "!!",
            &text[1..],
            &later,
            &format!("{text}="),
            &"A".repeat(5_000),
        ];
        for text in bad {
            let refused = Cursor::<2>::decode(List::Shows, text).unwrap_err();
            assert_eq!(field_of(&refused), "cursor", "{text}");
        }
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
        let page = |rows: Vec<i64>| Page::of(rows, 2, List::Horses, |it| Cursor([*it]));
        assert_eq!(page(vec![]).next_cursor, None);
        assert_eq!(page(vec![9, 8]).next_cursor, None);
        let full = page(vec![9, 8, 7]);
        assert_eq!(full.items, [9, 8]);
        let next = full.next_cursor.unwrap();
        assert_eq!(Cursor::decode(List::Horses, &next).unwrap(), Cursor([8]));
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
        fn every_cursor_comes_back(keys: [i64; 3]) {
            let text = Cursor(keys).encode(List::Users);
            proptest::prop_assert_eq!(Cursor::decode(List::Users, &text).unwrap(), Cursor(keys));
        }

        #[test]
        fn nothing_else_is_taken_for_a_cursor(text in "\\PC{0,80}") {
            if let Ok(cursor) = Cursor::<2>::decode(List::Users, &text) {
                proptest::prop_assert_eq!(cursor.encode(List::Users), text);
            }
        }
    }
}
