//! What a session has seen, so that no copy shows it an older state.
//!
//! PostgreSQL numbers its transactions, and three of these numbers make it exact. An answer knows its `horizon`: every
//! transaction with a lower number had ended before the answer's snapshot was taken, so that whatever it did is in the
//! answer. It knows `until`: no transaction from this number on is in it. And it knows what was `written`: the newest
//! transaction among the rows that it shows. All three come from the answer's own statement, in one snapshot, wherever
//! it was answered: by the primary, by a standby that lags, or by a cache of answers.
//!
//! A session carries a [`Seen`], in the header [`SEEN`] both ways or in cookies. Its `floor` is the newest transaction that
//! it depends on: its own writes, and what was written in all that it was shown. Besides, it remembers for the last few
//! requests until when their answers knew, and their tags. A copy may answer a session only if
//!
//! - its horizon is above the floor. Then its snapshot was taken after that transaction had ended, and shows it: the
//!   session reads its own writes, in their order, and never less than what it was shown elsewhere. It shows what
//!   that transaction depended on, too, which had been committed before, so that no effect stands without its cause
//!   even where others wrote both.
//! - and, where the session saw an answer to the same request before, its horizon has reached what that answer knew,
//!   or it is that answer again, tag by tag. A list then does not step back even where something vanished from it,
//!   which leaves no row to tell.
//!
//! Nothing is assumed of caches. A purge that is lost, a fill that is late, another edge, a standby far behind: a copy
//! that is too old is found out when it is to be served. So none is ever purged.
//!
//! Other designs send a version for each aggregate that was changed. Such a vector cannot speak of a list, which is no
//! aggregate, and does not order what two sessions wrote after reading each other's. Versions of rows stay what they are
//! good for: entity tags and `If-Match`.
//!
//! What is not promised: an absence that was seen in one list (a withdrawn stallion) is not carried over to another one,
//! unless a row that is shown tells of it. The cookies of two reads that overlap replace each other; those of writes
//! have names of their own and do not. The numbers are those of one cluster: a database that was dumped and restored into
//! another begins anew, and tokens from before last ten minutes. And a token is the client's: who forges one reads fresher
//! or older, and nobody else does.

use crate::snapshot::Snapshot;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The header that carries what a session has seen, both ways.
pub const SEEN: HeaderName = HeaderName::from_static("equoria-seen");

/// The cookie for clients that keep no header. A write's has a digit more, so that answers which overlap replace no write.
pub const COOKIE: &str = "equoria_seen";

/// How many requests are remembered.
const MOST: usize = 8;

/// How many cookies the writes share.
const WRITES: u64 = 4;

/// The longest token that is read: more than the longest that is given.
const LONGEST: usize = 512;

/// What a session has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    floor: u64,
    /// The newest first; whatever the floor covers is left out.
    last: Vec<Last>,
}

/// The last answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last {
    /// The hash of the request.
    place: u32,
    until: u64,
    /// The fingerprint of the answer; none where there is none, or where two sessions saw different ones.
    tag: Option<u64>,
}

impl Seen {
    /// A session that wrote this transaction. It was begun after all that the session had seen, so that it stands for that.
    #[must_use]
    pub const fn wrote(id: u64) -> Self {
        let last = Vec::new();
        Self { floor: id, last }
    }

    /// Reads the text that [`to_text`](Self::to_text) writes; none where it is another.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut parts = text.strip_prefix("1.")?.split('.');
        let floor = number(parts.next()?)?;
        let last: Option<Vec<Last>> = parts.map(Last::parse).collect();
        let last = last.filter(|it| it.len() <= MOST)?;
        Some(Self::of(floor, last))
    }

    /// The text that a client carries: `1.2f0`, then for each request that is remembered `.<hash>-<number>-<tag>`, all
    /// of it hexadecimal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::from("1.");
        write(&mut text, self.floor);
        for last in &self.last {
            text.push('.');
            write(&mut text, last.place.into());
            text.push('-');
            write(&mut text, last.until);
            if let Some(tag) = last.tag {
                text.push('-');
                write(&mut text, tag);
            }
        }
        text
    }

    /// What two have seen together.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        for one in &other.last {
            self.remember(*one);
        }
        Self::of(self.floor.max(other.floor), self.last)
    }

    /// The newest transaction that the session depends on.
    #[must_use]
    pub const fn floor(&self) -> u64 {
        self.floor
    }

    /// May a copy with this horizon and this tag answer the request?
    #[must_use]
    pub fn allows(&self, place: u32, horizon: u64, tag: Option<u64>) -> bool {
        let last = self.last.iter().find(|it| it.place == place);
        let has_stepped_back = |it: &Last| horizon < it.until && (tag.is_none() || tag != it.tag);
        horizon > self.floor && !last.is_some_and(has_stepped_back)
    }

    /// The session once it has seen this answer.
    #[must_use]
    pub fn after(mut self, place: u32, snapshot: &Snapshot, tag: Option<u64>) -> Self {
        let before = self.last.iter().position(|it| it.place == place);
        let before = before.map_or(0, |at| self.last.remove(at).until);
        self.last.push(Last {
            place,
            until: snapshot.until.max(before),
            tag,
        });
        Self::of(self.floor.max(snapshot.written), self.last)
    }

    /// Puts the parts in order. What is too much to remember one by one goes into the floor, which asks for more.
    fn of(floor: u64, mut last: Vec<Last>) -> Self {
        last.sort_unstable_by_key(|it| (std::cmp::Reverse(it.until), it.place));
        let forgotten = last.get(MOST).map_or(0, |it| it.until.saturating_sub(1));
        let floor = floor.max(forgotten);
        last.truncate(MOST);
        last.retain(|it| it.until.saturating_sub(1) > floor);
        Self { floor, last }
    }

    /// Adds what another has seen of a request. Of two different answers neither may come again by its tag alone.
    fn remember(&mut self, other: Last) {
        let Some(one) = self.last.iter_mut().find(|it| it.place == other.place) else {
            self.last.push(other);
            return;
        };
        one.until = one.until.max(other.until);
        if one.tag != other.tag {
            one.tag = None;
        }
    }
}

impl Last {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let place = number(parts.next()?)?;
        let until = number(parts.next()?)?;
        let tag = match parts.next() {
            Some(text) => Some(number(text)?),
            None => None,
        };
        let place = u32::try_from(place).ok()?;
        let is_whole = parts.next().is_none();
        is_whole.then_some(Self { place, until, tag })
    }
}

/// A number of up to 16 hexadecimal digits.
fn number(text: &str) -> Option<u64> {
    let is_plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_number = (1..=16).contains(&text.len()) && text.bytes().all(is_plain);
    is_number.then(|| u64::from_str_radix(text, 16).ok())?
}

fn write(text: &mut String, number: u64) {
    let digits = 16 - number.leading_zeros() / 4;
    for at in (0..digits.max(1)).rev() {
        let digit = u32::try_from((number >> (4 * at)) & 15).ok();
        text.extend(digit.and_then(|it| char::from_digit(it, 16)));
    }
}

/// What a request brings along of what its session has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    seen: Seen,
    /// Is there something that cannot be read? Then nobody knows what was seen, and only the database may answer.
    is_garbled: bool,
    /// Does the client keep the header?
    is_by_header: bool,
}

impl Brought {
    /// Reads the header and the cookies; where there are several, they count together.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let by_header = headers.get_all(SEEN).iter();
        let by_header: Vec<&str> = by_header.map(|it| it.to_str().unwrap_or("?")).collect();
        let cookies = headers.get_all(header::COOKIE).iter();
        let cookies = cookies.filter_map(|it| it.to_str().ok());
        let texts = by_header.iter().copied().chain(cookies.flat_map(ours));
        let mut brought = Self {
            is_by_header: !by_header.is_empty(),
            ..Self::default()
        };
        for text in texts {
            match Seen::parse(text) {
                Some(seen) => brought.seen = brought.seen.with(&seen),
                None => brought.is_garbled = true,
            }
        }
        brought
    }

    /// Can it be read? Otherwise only the database itself may answer.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        !self.is_garbled
    }

    /// As [`Seen::allows`]; nothing is allowed where it cannot be read.
    pub(crate) fn allows(&self, place: u32, horizon: u64, tag: Option<u64>) -> bool {
        self.is_readable() && self.seen.allows(place, horizon, tag)
    }

    /// The session once it has seen an answer.
    pub(crate) fn after(&self, place: u32, snapshot: &Snapshot, tag: Option<u64>) -> Seen {
        // Where nobody knows what was seen before, it was not later than this answer.
        let before = if self.is_garbled {
            Seen::wrote(snapshot.until.saturating_sub(1))
        } else {
            self.seen.clone()
        };
        before.after(place, snapshot, tag)
    }

    /// The session once it has written.
    #[must_use]
    pub fn after_writing(&self, id: u64) -> Seen {
        self.seen.clone().with(&Seen::wrote(id))
    }

    /// What was brought, for an answer that tells nothing new; none where there is nothing.
    #[must_use]
    pub fn unchanged(&self) -> Option<&Seen> {
        let is_something = self.is_readable() && self.seen != Seen::default();
        is_something.then_some(&self.seen)
    }
}

/// The values of our cookies in the header `Cookie`.
fn ours(cookies: &str) -> impl Iterator<Item = &str> {
    let pairs = cookies
        .split(';')
        .filter_map(|it| it.trim().split_once('='));
    let ours = pairs.filter(|(name, _)| name.starts_with(COOKIE));
    ours.map(|(_, value)| value.trim_matches('"'))
}

/// How an answer's cookie is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies {
    /// Is the connection with the client always secure? It is not on a developer's machine.
    pub are_secure: bool,
}

impl Cookies {
    /// Puts what the session has seen into an answer: as the header and, unless the client keeps that, as a cookie. `wrote`
    /// is the transaction of a write.
    pub fn tell(self, headers: &mut HeaderMap, to: &Brought, seen: &Seen, wrote: Option<u64>) {
        let text = seen.to_text();
        if !to.is_by_header {
            let cookie = self.cookie(&text, wrote);
            if let Ok(value) = HeaderValue::try_from(cookie) {
                headers.insert(header::SET_COOKIE, value);
            }
        }
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(SEEN, value);
        }
    }

    fn cookie(self, text: &str, wrote: Option<u64>) -> String {
        let mut cookie = String::from(COOKIE);
        if let Some(id) = wrote {
            cookie.push('_');
            write(&mut cookie, id % WRITES);
        }
        for part in ["=", text, "; Path=/; Max-Age=600; SameSite=Lax; HttpOnly"] {
            cookie.push_str(part);
        }
        if self.are_secure {
            cookie.push_str("; Secure");
        }
        cookie
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn snapshot(horizon: u64, until: u64, written: u64) -> Snapshot {
        Snapshot {
            horizon,
            until,
            written,
        }
    }

    fn headers(of: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        };
        of.iter().map(pair).collect()
    }

    #[test]
    fn a_session_reads_its_own_write_from_no_copy_that_may_lack_it() {
        let session = Seen::wrote(100);
        for (horizon, is_allowed) in [(99, false), (100, false), (101, true), (500, true)] {
            assert_eq!(session.allows(7, horizon, None), is_allowed, "{horizon}");
        }
    }

    #[test]
    fn what_was_shown_is_asked_of_every_other_answer() {
        let session = Seen::default().after(7, &snapshot(90, 120, 115), None);
        assert!(!session.allows(8, 115, None) && session.allows(8, 116, None));
    }

    #[test]
    fn a_list_does_not_step_back_behind_what_vanished_but_the_same_answer_may_come_again() {
        // Nothing newer than 50 is shown, but all up to 119 was known.
        let session = Seen::default().after(7, &snapshot(110, 120, 50), Some(0xabc));
        for (horizon, tag, is_allowed) in [
            (110, Some(0xabc), true),
            (110, Some(0xdef), false),
            (110, None, false),
            (119, Some(0xdef), false),
            (120, Some(0xdef), true),
            // The same tag is no excuse for lacking what was shown elsewhere.
            (50, Some(0xabc), false),
        ] {
            assert_eq!(
                session.allows(7, horizon, tag),
                is_allowed,
                "{horizon} {tag:?}"
            );
        }
        assert!(session.allows(8, 51, None));
    }

    #[test]
    fn what_is_too_much_to_remember_makes_the_session_ask_for_more() {
        let see = |session: Seen, place: u32| {
            session.after(place, &snapshot(5, 100 + u64::from(place), 1), None)
        };
        let session = (0..9).fold(Seen::default(), see);
        assert!(!session.allows(0, 99, None) && session.allows(0, 100, None));
        assert!(!session.allows(77, 99, None) && session.allows(77, 100, None));
        assert!(!session.allows(8, 107, None) && session.allows(8, 108, None));
    }

    #[test]
    fn a_write_stands_for_all_that_was_seen_before_it() {
        let session = Seen::default().after(7, &snapshot(90, 100, 80), Some(1));
        assert_eq!(session.with(&Seen::wrote(100)).to_text(), "1.64");
    }

    #[test]
    fn a_token_has_a_known_form() {
        let session = Seen::wrote(752).after(0xbeef, &snapshot(700, 900, 700), Some(0xabc));
        assert_eq!(session.to_text(), "1.2f0.beef-384-abc");
        assert_eq!(Seen::default().to_text(), "1.0");
        assert_eq!(Seen::parse("1.0"), Some(Seen::default()));
    }

    #[test]
    fn nothing_else_is_a_token() {
        let nine = format!("1.0{}", ".1-2".repeat(9));
        for text in [
            "",
            "1",
            "1.",
            "2.0",
            "1.x",
            "1.-1",
            "1.+1",
            "1.F",
            "1.0.",
            "1.0.1",
            "1.0.1-",
            "1.0.1-2-",
            "1.0.1-2-3-4",
            "1.0.100000000-2",
            "1.00000000000000000",
            "1.0, 1.0",
            &nine,
            &"1.0".repeat(900),
        ] {
            assert_eq!(Seen::parse(text), None, "{text}");
        }
    }

    #[test]
    fn header_and_cookies_count_together() {
        let brought = Brought::of(&headers(&[
            ("equoria-seen", "1.5"),
            ("cookie", "a=b; equoria_seen=1.9;equoria_seen_3=1.7"),
        ]));
        assert!(!brought.allows(1, 9, None) && brought.allows(1, 10, None));
    }

    #[test]
    fn where_nobody_can_tell_what_was_seen_no_copy_will_do() {
        for garbled in [
            headers(&[("equoria-seen", "fresh")]),
            headers(&[("equoria-seen", "")]),
            headers(&[("cookie", "equoria_seen=")]),
            headers(&[("equoria-seen", "1.5"), ("cookie", "equoria_seen_0=x")]),
        ] {
            let brought = Brought::of(&garbled);
            assert!(!brought.allows(1, u64::MAX, None), "{garbled:?}");
            assert_eq!(brought.unchanged(), None);
            // The next answer is fresh, and from then on its bounds stand for whatever was before.
            let after = brought.after(1, &snapshot(80, 90, 10), None);
            assert!(!after.allows(2, 89, None) && after.allows(2, 90, None));
        }
        assert!(Brought::of(&headers(&[("cookie", "other=x")])).allows(1, 1, None));
    }

    #[test]
    fn a_cookie_is_set_for_those_who_keep_no_header_and_writes_have_their_own() {
        let told = |brought: &Brought, are_secure, wrote| {
            let mut headers = HeaderMap::new();
            Cookies { are_secure }.tell(&mut headers, brought, &Seen::wrote(6), wrote);
            assert_eq!(headers[SEEN], "1.6");
            headers.get(header::SET_COOKIE).cloned()
        };
        let nothing = Brought::default();
        let read = "equoria_seen=1.6; Path=/; Max-Age=600; SameSite=Lax; HttpOnly";
        assert_eq!(told(&nothing, false, None).unwrap(), read);
        let write = "equoria_seen_2=1.6; Path=/; Max-Age=600; SameSite=Lax; HttpOnly; Secure";
        assert_eq!(told(&nothing, true, Some(6)).unwrap(), write);
        let keeper = Brought::of(&headers(&[("equoria-seen", "1.0")]));
        assert_eq!(told(&keeper, true, None), None);
    }

    fn some_seen() -> impl Strategy<Value = Seen> {
        let answer = (
            0..12_u32,
            0..60_u64,
            0..6_u64,
            0..50_u64,
            prop::option::of(0..3_u64),
        );
        let answers = prop::collection::vec(answer, 0..14);
        answers.prop_map(|answers| {
            let see = |seen: Seen, (place, horizon, more, written, tag)| {
                seen.after(place, &snapshot(horizon, horizon + more, written), tag)
            };
            answers.into_iter().fold(Seen::default(), see)
        })
    }

    proptest! {
        #[test]
        fn every_token_comes_back(seen in some_seen()) {
            prop_assert_eq!(Seen::parse(&seen.to_text()), Some(seen.clone()));
            prop_assert!(seen.to_text().len() <= LONGEST);
        }

        #[test]
        fn any_text_is_read_without_a_fault(text in "1\\.[0-9a-f.-]{0,60}") {
            if let Some(seen) = Seen::parse(&text) {
                prop_assert_eq!(Seen::parse(&seen.to_text()), Some(seen));
            }
        }

        #[test]
        fn it_does_not_matter_in_which_order_or_how_often_sessions_are_put_together(one in some_seen(), other in some_seen()) {
            let both = one.clone().with(&other);
            prop_assert_eq!(&both, &other.clone().with(&one));
            prop_assert_eq!(&both, &both.clone().with(&one));
            prop_assert_eq!(&one, &one.clone().with(&one));
        }

        #[test]
        fn together_they_allow_nothing_that_either_forbids(
            one in some_seen(), other in some_seen(), place in 0..12_u32, horizon in 0..70_u64, tag in prop::option::of(0..3_u64),
        ) {
            let both = one.clone().with(&other);
            if both.allows(place, horizon, tag) {
                prop_assert!(one.allows(place, horizon, tag) && other.allows(place, horizon, tag));
            }
        }
    }

    /// A database in small: transactions that set or remove one of three things, and end in another order than they began.
    mod model {
        use super::*;

        const THINGS: usize = 3;

        #[derive(Clone, Copy, Debug)]
        struct Transaction {
            thing: usize,
            removes: bool,
            /// When it is committed; the later they end, the longer they hold the horizon.
            ends: usize,
        }

        /// The state as of an instant, and what an answer knows: the first transaction has the number 3, as the bits
        /// below mean something else.
        struct Shown {
            states: [Option<u64>; THINGS],
            /// The writers of each thing that are in it, in the order of their ends.
            histories: [Vec<u64>; THINGS],
            snapshot: Snapshot,
        }

        fn number(at: usize) -> u64 {
            at as u64 + 3
        }

        fn show(all: &[Transaction], now: usize, things: &[usize]) -> Shown {
            let begun = |at: usize| at < now;
            let is_in = |at: usize| begun(at) && all[at].ends <= now;
            let mut order: Vec<usize> = (0..all.len()).filter(|at| is_in(*at)).collect();
            order.sort_by_key(|at| (all[*at].ends, *at));
            let mut states = [None; THINGS];
            let mut histories = [const { Vec::new() }; THINGS];
            for at in order {
                let it = all[at];
                states[it.thing] = (!it.removes).then_some(number(at));
                histories[it.thing].push(number(at));
            }
            let running = (0..all.len()).find(|at| begun(*at) && !is_in(*at));
            let newest = (0..all.len()).filter(|at| is_in(*at)).max();
            let until = newest.map_or(3, |at| number(at) + 1);
            let written = things.iter().filter_map(|it| states[*it]).max();
            Shown {
                states,
                histories,
                snapshot: Snapshot {
                    horizon: running.map_or(until, |at| number(at).min(until)),
                    until,
                    written: written.unwrap_or(0),
                },
            }
        }

        fn some_history() -> impl Strategy<Value = Vec<Transaction>> {
            let one = (0..THINGS, any::<bool>(), 1..6_usize);
            prop::collection::vec(one, 1..30).prop_map(|all| {
                let ends = all.into_iter().enumerate();
                ends.map(|(at, (thing, removes, takes))| Transaction {
                    thing,
                    removes,
                    ends: at + takes,
                })
                .collect()
            })
        }

        /// Each request shows one thing or all: things 0 to 2, and 3 for the list of them.
        fn things_of(place: u32) -> Vec<usize> {
            (0..THINGS)
                .filter(|it| place == 3 || *it == place as usize)
                .collect()
        }

        fn tag(shown: &Shown, place: u32) -> u64 {
            let states = things_of(place).into_iter().map(|it| shown.states[it]);
            states.fold(1, |hash, it| hash * 1_000 + it.unwrap_or(0))
        }

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(2_000))]

            // Copies are of any age whatever. What the rule lets through must hold every write of the session, all that it was
            // shown anywhere, and, of the same request, nothing older than it showed.
            #[test]
            fn what_the_rule_allows_is_never_a_step_back(
                all in some_history(), steps in prop::collection::vec((0..4_u32, 0..40_usize, 0..40_usize), 1..40),
            ) {
                let mut seen = Seen::default();
                let mut known = [const { Vec::<u64>::new() }; THINGS];
                let mut last = [const { None::<(usize, u64)> }; 4];
                let mut now = 0;
                for (place, later, copied_at) in steps {
                    now = (now + later % 3).min(all.len() + 6);
                    let copied_at = copied_at.min(now);
                    let copy = show(&all, copied_at, &things_of(place));
                    let copys = tag(&copy, place);
                    let is_copy = seen.allows(place, copy.snapshot.horizon, Some(copys));
                    let at = if is_copy { copied_at } else { now };
                    let answer = show(&all, at, &things_of(place));
                    for thing in things_of(place) {
                        for writer in &known[thing] {
                            prop_assert!(answer.histories[thing].contains(writer), "{writer} is not in the copy of {at}");
                        }
                        known[thing].extend(answer.states[thing]);
                    }
                    if let Some((before, its)) = last[place as usize] {
                        prop_assert!(at >= before || its == tag(&answer, place), "{place} steps back from {before} to {at}");
                    }
                    let before = last[place as usize].map_or(0, |(at, _)| at);
                    last[place as usize] = Some((at.max(before), tag(&answer, place)));
                    seen = seen.after(place, &answer.snapshot, Some(tag(&answer, place)));
                    if later == 7 && now > 0 && now <= all.len() {
                        // The session itself was the writer of the last transaction that has ended.
                        let own = (0..now).filter(|it| all[*it].ends <= now).max();
                        if let Some(own) = own {
                            known[all[own].thing].push(number(own));
                            seen = seen.with(&Seen::wrote(number(own)));
                        }
                    }
                }
            }
        }
    }
}
