//! The entry of a horse in a show as five statements: one after the other, or all of them at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Client, Statement};

use super::super::requests::Horses;
use super::super::world::World;
use crate::db::Params;
use crate::trouble::{Because, Trouble};

/// As many as the rules let in.
pub const ROOM: u32 = 100;

/// Says who enters, and locks the show.
const LOCK: &str =
    "with asked as materialized (select set_config('equoria.actor', $1::text, true) as actor)
    select s.id from asked, shows s where s.id = $2 and asked.actor <> '' for no key update of s";

/// Read after the show is locked, so that no other entry of it comes between.
const INSERT: &str = "insert into show_entries (show_id, horse_id, user_id, snapshot, entered_at)
    select s.id, h.id, h.user_id, jsonb_build_object('horse_id', h.id), now()
    from shows s, horses h
    where s.id = $1 and h.id = $2 and s.state = 'open' and s.run_date > now()
      and (select count(*) from show_entries e where e.show_id = s.id) < 100";

/// The fee, from the player's purse into the escrow of the show: the account that all of them pay into.
const PAY: &str = "select ledger_post(now(), h.user_id, array['entry_fee:' || e.id], array['entry_fee'],
      array[purse_of(h.user_id)], array[escrow_of(s.id)], array[s.entry_fee], array[s.id], array[h.id])
    from show_entries e join shows s on s.id = e.show_id join horses h on h.id = e.horse_id
    where e.show_id = $1 and e.horse_id = $2";

/// Which horse enters which show: everybody enters the same one until it is full.
#[derive(Clone)]
pub struct Turns {
    world: World,
    first_show: i64,
    shows: u32,
    taken: Arc<AtomicU32>,
}

/// One entry that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The show.
    pub show: i64,
    /// The horse.
    pub horse: u32,
}

impl Turns {
    /// As many as there is room for in the shows from `first_show` on.
    pub fn of(world: World, first_show: i64, shows: u32) -> Self {
        Self {
            world,
            first_show,
            shows,
            taken: Arc::default(),
        }
    }

    /// The first show.
    pub const fn first_show(&self) -> i64 {
        self.first_show
    }

    /// The next one; none when all shows are full.
    pub fn next(&self) -> Option<Turn> {
        let at = self.taken.fetch_add(1, Ordering::Relaxed);
        let horses = Horses::from(1, self.world.horses);
        (at < self.shows * ROOM).then(|| Turn {
            show: self.first_show + i64::from(at / ROOM),
            horse: horses.at(at % horses.count),
        })
    }
}

/// A connection that knows the statements.
pub struct Writer {
    client: Client,
    world: World,
    lock: Statement,
    insert: Statement,
    pay: Statement,
}

impl Writer {
    /// Prepares the statements.
    ///
    /// # Errors
    /// When the schema has changed under them.
    pub async fn on(client: Client, world: World) -> Result<Self, Trouble> {
        let because = || "the statements of an entry cannot be prepared";
        Ok(Self {
            lock: client.prepare(LOCK).await.because(because)?,
            insert: client.prepare(INSERT).await.because(because)?,
            pay: client.prepare(PAY).await.because(because)?,
            client,
            world,
        })
    }

    /// Five statements, each sent when the one before was answered: the locks are held all the while.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn in_turns(self: Arc<Self>, turn: Turn) -> Result<(), Trouble> {
        let because = || "an entry failed";
        let (show, horse) = (turn.show, i64::from(turn.horse));
        let player = World::user_id(self.world.player_of(turn.horse))?.to_string();
        let client = &self.client;
        client.batch_execute("begin").await.because(because)?;
        let locked = client.query(&self.lock, &[&player, &show]).await;
        locked.because(because)?;
        let made = client.execute(&self.insert, &[&show, &horse]).await;
        let made = made.because(because)?;
        let paid = client.query(&self.pay, &[&show, &horse]).await;
        let paid = paid.because(because)?.len();
        client.batch_execute("commit").await.because(because)?;
        counted(made, paid)
    }

    /// The same five statements in one packet: the locks are held for as long as the server works.
    ///
    /// # Errors
    /// What the database refused.
    pub async fn at_once(self: Arc<Self>, turn: Turn) -> Result<(), Trouble> {
        let because = || "an entry failed";
        let (show, horse) = (turn.show, i64::from(turn.horse));
        let player = World::user_id(self.world.player_of(turn.horse))?.to_string();
        let client = &self.client;
        let asked: &Params<'_> = &[&player, &show];
        let entry: &Params<'_> = &[&show, &horse];
        // All are on their way before the first is answered: `join!` polls in this order.
        let (begun, locked, made, paid, done) = tokio::join!(
            client.batch_execute("begin"),
            client.query(&self.lock, asked),
            client.execute(&self.insert, entry),
            client.query(&self.pay, entry),
            client.batch_execute("commit"),
        );
        begun.because(because)?;
        locked.because(because)?;
        let (made, paid) = (made.because(because)?, paid.because(because)?.len());
        done.because(because)?;
        counted(made, paid)
    }
}

fn counted(made: u64, paid: usize) -> Result<(), Trouble> {
    if (made, paid) == (1, 1) {
        return Ok(());
    }
    Err(Trouble::new(format!(
        "{made} entries were made and {paid} paid instead of one"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_enters_the_same_show_until_it_is_full_and_no_horse_twice() {
        let turns = Turns::of(World::of(1_000), 7, 2);
        let all: Vec<Turn> = std::iter::from_fn(|| turns.next()).collect();
        assert_eq!(all.len(), 200);
        for (at, show) in all.chunks(100).enumerate() {
            assert!(show.iter().all(|turn| turn.show == 7 + at as i64));
            let mut horses: Vec<u32> = show.iter().map(|turn| turn.horse).collect();
            horses.sort_unstable();
            horses.dedup();
            assert_eq!(horses.len(), 100);
        }
    }
}
