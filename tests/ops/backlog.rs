//! Shows that are due, and the checks that each was settled exactly once, whatever happened meanwhile.

use std::time::{Duration, Instant};

use equoria::config::Environment;
use equoria::db::connect;
use harness::{Database, Native, NewHorse, NewShow, Player, World, native};
use rules::competition::proof::{Proof, verify};
use rules::competition::show::MOST_OPEN_SHOWS;
use tokio::task::JoinSet;
use tokio_postgres::Client;

/// How many horses each show has.
pub const FIELD: i64 = 6;

/// How many of the shows one player hosts.
const HOSTED: usize = MOST_OPEN_SHOWS as usize;

const PRIZE: i64 = 61;
const FEE: i64 = 7;

/// Shows that are due, in a world without jobs.
pub struct Backlog {
    /// The world, with a server of its own.
    pub world: World,
    /// Every show.
    pub shows: Vec<i64>,
}

impl Backlog {
    /// Opens `count` shows through the API, enters every mare in each, and lets their run date pass.
    pub async fn of(count: usize, database: Database) -> Self {
        let config = harness::world::config(&database);
        let world = World::on(database, config).await;
        let mut riders = Vec::new();
        for number in 1..=FIELD {
            let rider = world.player_with(&format!("Rider {number}"), 100_000).await;
            // Stats far from 100, so that every stat that a show raises is seen.
            let mare = world.horse(&rider, NewHorse::default()).await;
            riders.push((rider, mare));
        }
        let mut shows = Vec::new();
        let mut hosts = Vec::new();
        for number in 0..count.div_ceil(HOSTED) {
            let name = format!("Hosting Society {number}");
            hosts.push(world.player_with(&name, 1_000_000).await);
        }
        for number in 0..count {
            let new = NewShow {
                entry_fee: FEE,
                prize: PRIZE,
                in_minutes: 60,
                ..NewShow::default()
            };
            shows.push(world.show(&hosts[number / HOSTED], new).await);
        }
        enter_all(&shows, riders).await;
        world.advance("2h").await;
        Self { world, shows }
    }

    /// What a process needs to work on this world.
    pub fn environment(&self) -> Environment {
        native::environment(&self.world.database)
            .with("EQUORIA_TOKEN_KEY", &self.world.config.token_key.hex())
            .with("LOG_LEVEL", "info")
    }

    /// A connection of the administrator's, after the server was away.
    pub async fn reconnect(&mut self) {
        self.world.admin = self.world.database.admin().await;
    }

    /// How many shows have been settled.
    pub async fn settled(&self) -> usize {
        let settled = self
            .world
            .one("select count(*) from shows where state = 'settled'")
            .await;
        usize::try_from(settled).unwrap()
    }

    /// Looks again and again until at least so many shows are settled.
    pub async fn until_settled(&self, count: usize) {
        let since = Instant::now();
        loop {
            let settled = self.settled().await;
            if settled >= count {
                return;
            }
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "{settled} of {count} shows were settled after a minute"
            );
        }
    }

    /// Whatever was interrupted, what is there is whole: a show is open with no result, or settled with all of them.
    pub async fn require_no_half(&self) {
        let halves = "select count(*) from shows s where (select count(*) from competition_results r where r.show_id = s.id)
            <> case s.state when 'settled' then (select count(*) from show_entries e where e.show_id = s.id) else 0 end";
        assert_eq!(
            self.world.one(halves).await,
            0,
            "shows with some of their results"
        );
        self.world.require_sound_ledger().await;
    }

    /// Every show was settled exactly once: results, transfers, XP, stats, and a proof that verifies.
    pub async fn require_settled_once(&self) {
        self.require_no_half().await;
        let count = i64::try_from(self.shows.len()).unwrap();
        for (what, sql, wanted) in [
            ("settled shows", "select count(*) from shows where state = 'settled' and host_id is not null", count),
            ("results", "select count(*) from competition_results", count * FIELD),
            ("prizes", "select count(*) from transfers where cause = 'prize'", count * 3),
            ("fees to hosts", "select count(*) from transfers where cause = 'fee_income'", count),
            ("coins in escrow", "select coalesce(sum(balance), 0)::bigint from accounts where show_id in
               (select id from shows where host_id is not null)", 0),
            ("horses with other XP than their results give", "select count(*) from horses h where h.xp <>
               (select coalesce(sum(r.horse_xp), 0) from competition_results r where r.horse_id = h.id)", 0),
            ("players with other XP than their results give", "select count(*) from users u where u.xp <>
               (select coalesce(sum(r.user_xp), 0) from competition_results r where r.user_id = u.id)", 0),
            ("horses with other stats than their results give", "select count(*) from horses h where
               precision + strength + speed + agility + endurance + intelligence + stamina + balance + boldness + flexibility
               + obedience + focus <> 12 * 20 + (select count(r.stat) from competition_results r where r.horse_id = h.id)", 0),
        ] {
            assert_eq!(self.world.one(sql).await, wanted, "{what}");
        }
        for show in &self.shows {
            let proof = self
                .world
                .client
                .read(&format!("/v1/shows/{show}/proof"))
                .await;
            let proof: Proof = serde_json::from_value(proof).unwrap();
            assert_eq!(
                verify(&proof).unwrap().entries,
                usize::try_from(FIELD).unwrap()
            );
        }
    }
}

/// Each player enters one show after the other, all players at once.
async fn enter_all(shows: &[i64], riders: Vec<(Player, i64)>) {
    let mut entering = JoinSet::new();
    for (rider, mare) in riders {
        let shows = shows.to_vec();
        entering.spawn(async move {
            for show in shows {
                let body = serde_json::json!({"horse_id": mare});
                rider
                    .post(&format!("/v1/shows/{show}/entries"), &body)
                    .await
                    .require(201);
            }
        });
    }
    while let Some(entered) = entering.join_next().await {
        entered.unwrap();
    }
}

/// Holds a lock that every settlement needs, so that it stands still in the middle of its transaction.
pub struct Held {
    client: Client,
    rows: String,
}

impl Held {
    /// Locks these rows: a `select ... for update`.
    pub async fn rows(database: &Database, sql: &str) -> Self {
        let client = connect(&database.administrator()).await.unwrap();
        client
            .batch_execute(&format!("begin; {sql} for update"))
            .await
            .unwrap();
        Self {
            client,
            rows: sql.to_owned(),
        }
    }

    /// Waits until `count` transactions of the product's own, this process's among them, stand still because of it.
    pub async fn until_waited_for(&self, count: i64, by: &Native) {
        let waiting = "select count(*) from pg_stat_activity
            where usename = 'equoria_writer' and datname = current_database() and wait_event_type = 'Lock'";
        let since = Instant::now();
        while self
            .client
            .query_one(waiting, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            < count
        {
            assert!(
                since.elapsed() < Duration::from_secs(30),
                "nobody waits for: {}\n{}",
                self.rows,
                by.log()
            );
            // Inside a transaction the view is what it was when it was first looked at.
            self.client
                .batch_execute("select pg_stat_clear_snapshot()")
                .await
                .unwrap();
        }
    }

    /// Lets go of the rows.
    pub async fn release(self) {
        self.client.batch_execute("rollback").await.unwrap();
    }
}
