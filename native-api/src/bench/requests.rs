//! The requests of the clients, as bytes.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rules::id::UserId;

use super::load::Deck;
use super::world::World;
use crate::auth::Tokens;
use crate::config::TokenKey;
use crate::trouble::Trouble;

/// The discipline of every training.
pub const DISCIPLINE: &str = "Racing";

/// Some of the world's horses, by their numbers.
#[derive(Clone, Copy, Debug)]
pub struct Horses {
    /// The first number.
    pub first: u32,
    /// How many.
    pub count: u32,
}

impl Horses {
    /// How far the next horse is from the one before, so that neighbours are not trained together.
    pub const STRIDE: u32 = 7_919;

    /// The horse at a place of the order in which each comes once.
    pub fn at(self, place: u32) -> u32 {
        let strides = u64::from(place) * u64::from(Self::STRIDE) % u64::from(self.count);
        self.first + u32::try_from(strides).unwrap_or(0)
    }

    /// As many horses from `first` on as there may be, at most `count`, for each to come once: the stride is a prime and
    /// must not divide their number.
    pub const fn from(first: u32, count: u32) -> Self {
        let count = if count.is_multiple_of(Self::STRIDE) {
            count - 1
        } else {
            count
        };
        Self { first, count }
    }
}

/// For each client a deck of `GET /v1/horses/{id}` with random horses, without end.
pub fn reads(address: SocketAddr, world: World, clients: u32) -> Vec<Deck> {
    let deck = |client: u32| -> Deck {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(u64::from(client) + 1);
        Box::new(move |request| {
            let horse = next(&mut random) % u64::from(world.horses) + 1;
            request.clear();
            write!(
                request,
                "GET /v1/horses/{horse} HTTP/1.1\r\nhost: {address}\r\naccept: application/json\r\n\r\n"
            )
            .is_ok()
        })
    };
    (0..clients).map(deck).collect()
}

/// The trainings of some horses, each once, with the tokens of their owners.
pub struct Trainings {
    world: World,
    horses: Horses,
    tokens: Arc<[String]>,
    taken: Arc<AtomicU32>,
}

impl Trainings {
    /// Signs a token for every player; it is good for ten minutes.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn signed(world: World, horses: Horses, key: &TokenKey) -> Result<Self, Trouble> {
        let tokens = Tokens::new(key)?;
        let sign = |player: u32| {
            let (user, session) = (World::user_id(player)?, World::session_id(player)?);
            let token = tokens.issue(UserId::new(user), session, 0);
            token.map_err(|failure| {
                Trouble::new(format!("a token could not be signed: {failure:?}"))
            })
        };
        let signed: Result<Vec<String>, Trouble> = (0..world.players).map(sign).collect();
        Ok(Self {
            world,
            horses,
            tokens: signed?.into(),
            taken: Arc::default(),
        })
    }

    /// For each client a deck of `POST /v1/horses/{id}/training`; they take from the same horses until none is left.
    pub fn decks(&self, address: SocketAddr, clients: u32) -> Vec<Deck> {
        (0..clients).map(|_| self.deck(address)).collect()
    }

    fn deck(&self, address: SocketAddr) -> Deck {
        let (world, horses) = (self.world, self.horses);
        let (tokens, taken) = (Arc::clone(&self.tokens), Arc::clone(&self.taken));
        let body = format!("{{\"discipline\":\"{DISCIPLINE}\"}}");
        Box::new(move |request| {
            let place = taken.fetch_add(1, Ordering::Relaxed);
            if place >= horses.count {
                return false;
            }
            let horse = horses.at(place);
            let token = &tokens[world.player_of(horse) as usize];
            request.clear();
            write!(
                request,
                "POST /v1/horses/{horse}/training HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
                 idempotency-key: bench-{horse}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .is_ok()
        })
    }
}

/// Marsaglia's xorshift: fast, and even enough to choose horses.
const fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_horse_comes_once() {
        for count in [1, 2, 1_000, Horses::STRIDE, 2 * Horses::STRIDE] {
            let horses = Horses::from(5, count);
            let mut met: Vec<u32> = (0..horses.count).map(|place| horses.at(place)).collect();
            met.sort_unstable();
            let all: Vec<u32> = (5..5 + horses.count).collect();
            assert_eq!(met, all);
        }
    }

    #[test]
    fn a_deck_of_trainings_ends_with_the_last_horse() {
        let key = TokenKey::random().unwrap();
        let trainings = Trainings::signed(World::of(8), Horses::from(1, 2), &key).unwrap();
        let mut request = Vec::new();
        let mut decks = trainings.decks("127.0.0.1:1".parse().unwrap(), 2);
        assert!(decks[0](&mut request) && decks[1](&mut request));
        assert!(!decks[0](&mut request));
        let text = String::from_utf8(request).unwrap();
        assert!(
            text.ends_with("\r\n\r\n{\"discipline\":\"Racing\"}"),
            "{text}"
        );
    }
}
