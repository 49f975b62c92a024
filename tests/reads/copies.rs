//! What answers a read: a copy, the way that may be behind, or the database itself; and what its session may see of that.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use equoria::config::Database as Place;
use equoria::db::connect;
use equoria::ops::migrate;
use harness::world::config;
use harness::{Ask, Client, Postgres, Reply, World};
use reads::class::Class;
use reads::copies::{Copies, Getting, Kept};
use reads::{Clock, Connect, Failure, Freshness, Query, Reads, Values, classes, request};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_postgres::Row;

use crate::routes::Routes;

/// Copies in memory, which a test may look through and put back.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<BTreeMap<String, Kept>>>);

impl Shelf {
    fn keys(&self) -> BTreeSet<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }

    fn all(&self) -> BTreeMap<String, Kept> {
        self.0.lock().unwrap().clone()
    }

    /// A purge that came too late, or a fill that did: what was once kept stands there again.
    fn put_back(&self, old: BTreeMap<String, Kept>) {
        *self.0.lock().unwrap() = old;
    }
}

impl Copies for Shelf {
    fn get<'a>(&'a self, key: &'a str) -> Getting<'a> {
        let found = self.0.lock().unwrap().get(key).cloned();
        Box::pin(std::future::ready(found))
    }

    fn put(&self, key: String, copy: Kept) {
        self.0.lock().unwrap().insert(key, copy);
    }
}

/// Two ways to one database. The one that may be behind shows, once it is held back, what it showed then for ever.
#[derive(Clone)]
struct Ways {
    place: Place,
    held_back: Arc<tokio::sync::Mutex<Option<Arc<tokio_postgres::Client>>>>,
    is_away: Arc<AtomicBool>,
    is_lagging_away: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
    /// How often either was asked.
    lagging: Arc<AtomicUsize>,
    fresh: Arc<AtomicUsize>,
}

impl Ways {
    fn to(place: Place) -> Self {
        Self {
            place,
            held_back: Arc::default(),
            is_away: Arc::default(),
            is_lagging_away: Arc::default(),
            hangs: Arc::default(),
            lagging: Arc::default(),
            fresh: Arc::default(),
        }
    }

    async fn hold_back(&self) {
        let client = connect(&self.place).await.unwrap();
        let begin = "begin isolation level repeatable read; select horizons()";
        client.batch_execute(begin).await.unwrap();
        *self.held_back.lock().await = Some(Arc::new(client));
    }

    /// How often the way that may be behind was asked since the last time, and how often the other one.
    fn asked(&self) -> (usize, usize) {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::SeqCst);
        (take(&self.lagging), take(&self.fresh))
    }
}

struct Socket(Arc<tokio_postgres::Client>, bool);

impl Deref for Socket {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &tokio_postgres::Client {
        &self.0
    }
}

impl Connect for Ways {
    type Conn = Socket;

    async fn connect(&self, freshness: Freshness) -> Result<Socket, Failure> {
        let is_gone = freshness == Freshness::Cached && self.is_lagging_away.load(Ordering::SeqCst);
        if is_gone || self.is_away.load(Ordering::SeqCst) {
            return Err(Failure::Busy { retry_after: 1 });
        }
        let hangs = self.hangs.load(Ordering::SeqCst);
        let held_back = self.held_back.lock().await.clone();
        let count = match freshness {
            Freshness::Cached => &self.lagging,
            Freshness::Fresh => &self.fresh,
        };
        count.fetch_add(1, Ordering::SeqCst);
        match held_back.filter(|_| freshness == Freshness::Cached) {
            Some(client) => Ok(Socket(client, hangs)),
            None => {
                let client = connect(&self.place).await.map_err(Failure::broken)?;
                Ok(Socket(Arc::new(client), hangs))
            }
        }
    }

    async fn query(
        connection: &Socket,
        query: &'static Query,
        values: Values<'_>,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        if connection.1 {
            connection.batch_execute("select pg_sleep(60)").await?;
        }
        reads::query::query_typed(connection, query, values).await
    }

    fn may_lag(&self) -> bool {
        true
    }

    async fn patience(&self, _: Freshness) {
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
}

/// A clock that a test moves.
#[derive(Clone, Default)]
struct Watch(Arc<AtomicI64>);

impl Watch {
    fn advance_s(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Watch {
    fn real(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }

    fn ahead_ms(&self) -> Pin<Box<dyn Future<Output = i64> + Send + '_>> {
        Box::pin(std::future::ready(0))
    }
}

/// The reads as an edge has them, in front of a world.
struct Edge {
    shelf: Shelf,
    ways: Ways,
    watch: Watch,
    client: Client,
    serving: JoinHandle<()>,
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Edge {
    async fn of(world: &World) -> Self {
        let (shelf, watch) = (Shelf::default(), Watch::default());
        let ways = Ways::to(world.database.of("equoria_edge").over_tcp());
        let reads = Reads::new(
            ways.clone(),
            watch.clone(),
            world.app.tokens.verifier().clone(),
            migrate::expected_version(),
        );
        let reads = reads.with_copies(shelf.clone(), i64::MAX);
        let router = request::complete(reads::router(reads));
        let router = router.layer(axum::middleware::from_fn(request::identify));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            shelf,
            ways,
            watch,
            client: Client::at(&url),
            serving,
        }
    }

    fn ask(&self, path: &str, seen: &str) -> Ask {
        self.client.ask("GET", path).header("equoria-seen", seen)
    }

    async fn get(&self, path: &str, seen: &str) -> Reply {
        self.ask(path, seen).send().await.require(200)
    }
}

/// A world on a server of its own. Transactions are numbered for a whole server: where other tests keep one open, a copy's
/// horizon stops there, and whoever has seen what came after must ask again.
async fn alone() -> (Postgres, World) {
    let postgres = Postgres::start().await;
    let database = postgres.database();
    let config = config(&database);
    (postgres, World::on(database, config).await)
}

/// What a session has seen that has seen nothing.
const NOTHING: &str = "1.0";

/// A horse's name as the answer has it.
fn name(reply: &Reply) -> String {
    reply.json()["name"].as_str().unwrap().to_owned()
}

/// Renames a horse through the native API, and gives what the session has seen then.
async fn rename(owner: &Client, horse: i64, to: &str, seen: &str) -> String {
    let path = format!("/v1/horses/{horse}");
    let etag = owner.get(&path).await.require(200).etag().to_owned();
    let ask = owner.ask("PATCH", &path).if_match(&etag);
    let ask = ask.header("equoria-seen", seen).json(&json!({"name": to}));
    let reply = ask.send().await.require(200);
    reply.header("equoria-seen").to_owned()
}

#[tokio::test]
async fn a_copy_answers_for_half_a_minute_and_nobody_is_asked() {
    let (_postgres, world) = alone().await;
    let ann = world.player("Ann").await;
    let path = format!("/v1/horses/{}", world.mare(&ann).await);
    let edge = Edge::of(&world).await;
    let first = edge.get(&path, NOTHING).await;
    assert_eq!(edge.ways.asked(), (1, 0));
    for seen in [NOTHING, first.header("equoria-seen")] {
        let again = edge.get(&path, seen).await;
        assert_eq!((again.text(), again.etag()), (first.text(), first.etag()));
        assert_eq!(again.header("cache-control"), "public, no-cache");
        let known = edge.ask(&path, seen).header("if-none-match", first.etag());
        let known = known.send().await.require(304);
        assert_eq!(known.header("equoria-seen"), first.header("equoria-seen"));
    }
    assert_eq!(edge.ways.asked(), (0, 0));
    edge.watch.advance_s(31);
    edge.get(&path, NOTHING).await;
    assert_eq!(edge.ways.asked(), (1, 0));
}

#[tokio::test]
async fn a_session_sees_its_own_write_at_once_and_others_see_the_copy() {
    let (_postgres, world) = alone().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let path = format!("/v1/horses/{mare}");
    let edge = Edge::of(&world).await;
    let before = name(&edge.get(&path, NOTHING).await);
    let seen = rename(&ann, mare, "Second Wind", NOTHING).await;
    assert_eq!(name(&edge.get(&path, NOTHING).await), before);
    edge.ways.asked();
    // The copy was seen to be too old, so that the way which may be behind is not even tried.
    assert_eq!(name(&edge.get(&path, &seen).await), "Second Wind");
    assert_eq!(edge.ways.asked(), (0, 1));
    // It left a copy that all may see.
    for seen in [NOTHING, &seen] {
        assert_eq!(name(&edge.get(&path, seen).await), "Second Wind");
    }
    assert_eq!(edge.ways.asked(), (0, 0));
}

#[tokio::test]
async fn a_cookie_does_what_the_header_does() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let path = format!("/v1/horses/{mare}");
    let edge = Edge::of(&world).await;
    edge.get(&path, NOTHING).await;
    let etag = ann.get(&path).await.etag().to_owned();
    let ask = ann.ask("PATCH", &path).if_match(&etag);
    let wrote = ask.json(&json!({"name": "Third Wish"})).send().await;
    let cookie = wrote
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert!(cookie.starts_with("equoria_seen_"), "{cookie}");
    let ask = edge
        .client
        .ask("GET", &path)
        .header("cookie", &format!("a=b; {cookie}"));
    let read = ask.send().await.require(200);
    assert_eq!(name(&read), "Third Wish");
    assert!(read.header("set-cookie").starts_with("equoria_seen=1."));
}

#[tokio::test]
async fn what_was_shown_elsewhere_is_not_taken_back_by_an_older_copy() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let (mare, other) = (world.mare(&ann).await, world.mare(&ann).await);
    let edge = Edge::of(&world).await;
    let paths = [mare, other].map(|it| format!("/v1/horses/{it}"));
    edge.get(&paths[1], NOTHING).await;
    // Somebody renames the other one first, then this one; a session that sees the second change must see the first.
    rename(&ann, other, "First Change", NOTHING).await;
    rename(&ann, mare, "Second Change", NOTHING).await;
    let first = edge.get(&paths[0], NOTHING).await;
    assert_eq!(name(&first), "Second Change");
    assert_ne!(name(&edge.get(&paths[1], NOTHING).await), "First Change");
    let read = edge.get(&paths[1], first.header("equoria-seen")).await;
    assert_eq!(name(&read), "First Change");
}

#[tokio::test]
async fn a_list_from_which_something_vanished_does_not_show_it_again() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let stallion = world.stallion(&ann).await;
    let stud = format!("/v1/horses/{stallion}/stud");
    let offer = ann.ask("PUT", &stud).json(&json!({"fee": 75}));
    offer.send().await.require(200);
    let edge = Edge::of(&world).await;
    let count = |reply: &Reply| reply.json()["items"].as_array().unwrap().len();
    assert_eq!(count(&edge.get("/v1/studs", NOTHING).await), 1);
    let old = edge.shelf.all();
    ann.delete(&stud).await.require(204);
    edge.watch.advance_s(31);
    let empty = edge.get("/v1/studs", NOTHING).await;
    assert_eq!(count(&empty), 0);
    edge.watch.advance_s(-31);
    edge.shelf.put_back(old);
    assert_eq!(count(&edge.get("/v1/studs", NOTHING).await), 1);
    let again = edge.get("/v1/studs", empty.header("equoria-seen")).await;
    assert_eq!(count(&again), 0);
}

#[tokio::test]
async fn the_way_that_is_behind_answers_only_who_has_seen_no_more() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let path = format!("/v1/horses/{mare}");
    let edge = Edge::of(&world).await;
    edge.ways.hold_back().await;
    let seen = rename(&ann, mare, "Far Ahead", NOTHING).await;
    assert_eq!(name(&edge.get(&path, &seen).await), "Far Ahead");
    assert_eq!(edge.ways.asked(), (1, 1));
    edge.shelf.put_back(BTreeMap::new());
    assert_ne!(name(&edge.get(&path, NOTHING).await), "Far Ahead");
    assert_eq!(edge.ways.asked(), (1, 0));
    // What cannot be read may stand for anything: only the database itself will do, and it is no mistake of the client's.
    for garbled in ["", "fresh", "1.zz", "1.0, 1.0"] {
        let reply = edge.get(&path, garbled).await;
        assert_eq!(name(&reply), "Far Ahead", "{garbled}");
        assert!(reply.header("equoria-seen").starts_with("1."));
        assert_eq!(edge.ways.asked(), (0, 1));
    }
}

#[tokio::test]
async fn where_the_way_that_may_be_behind_is_lost_the_other_one_answers() {
    let world = World::new().await;
    let edge = Edge::of(&world).await;
    edge.ways.is_lagging_away.store(true, Ordering::SeqCst);
    let list = edge.get("/v1/horses", NOTHING).await;
    assert_eq!(list.header("equoria-stale"), "");
    assert_eq!(edge.ways.asked(), (0, 1));
}

#[tokio::test]
async fn what_is_missing_is_remembered_and_never_kept() {
    let world = World::new().await;
    let edge = Edge::of(&world).await;
    let missing = edge.ask("/v1/horses/1", NOTHING).send().await;
    missing.refused(404, "horse-not-found");
    // The bounds of the answer are known though it shows nothing.
    assert!(missing.header("equoria-seen").starts_with("1.0."));
    assert_eq!(edge.shelf.keys(), BTreeSet::new());
    edge.ask("/v1/horses/x", NOTHING).send().await.require(400);
    assert_eq!(edge.ways.asked(), (1, 0));
}

#[tokio::test]
async fn each_read_is_kept_as_its_class_says_and_what_is_a_players_own_never_is() {
    let routes = Routes::of(World::new().await).await;
    let edge = Edge::of(&routes.world).await;
    // The routes were made with the clock ahead of this one.
    let signed = edge.client.with_token(routes.player.token().unwrap());
    let mut kept = BTreeMap::new();
    for (path, class) in classes() {
        let filled = routes.filled(path);
        for (client, is_signed) in [(&edge.client, false), (&signed, true)] {
            edge.shelf.put_back(BTreeMap::new());
            let reply = client.get(&filled).await;
            if reply.status == 401 {
                assert_eq!((class, is_signed), (Class::Own, false), "{path}");
                continue;
            }
            let reply = reply.require(200);
            let control = reply.header("cache-control").to_owned();
            let is_kept = !edge.shelf.keys().is_empty();
            let (is_copied, wanted) = match class {
                Class::Constant => (false, "public, max-age=86400"),
                Class::Catalogue => (true, "public, max-age=3600"),
                Class::Own => (false, "private, no-store"),
                Class::Varying if is_signed => (false, "private, no-store"),
                _ => (true, "public, no-cache"),
            };
            assert_eq!(
                (is_kept, control.as_str()),
                (is_copied, wanted),
                "{path} {is_signed}"
            );
            let is_told = !reply.header("equoria-seen").is_empty();
            let is_for_all = matches!(class, Class::Constant | Class::Catalogue);
            assert_eq!(is_told, !is_for_all && path != "/health/live", "{path}");
            kept.insert(path, is_kept);
        }
    }
    assert_eq!(kept.len(), 34);
}

#[tokio::test]
async fn what_has_ended_is_kept_longer_than_what_goes_on() {
    let routes = Routes::of(World::new().await).await;
    let edge = Edge::of(&routes.world).await;
    let settled = routes.filled("/v1/shows/{id}/results");
    let list = routes.world.client.read("/v1/shows?state=open").await;
    let open = format!("/v1/shows/{}/results", list["items"][0]["id"]);
    for (path, fresh_s) in [(&settled, 300), (&open, 30)] {
        edge.get(path, NOTHING).await;
        let copies = edge.shelf.all();
        let kept = copies.iter().find(|(key, _)| key.ends_with(path.as_str()));
        assert_eq!(kept.unwrap().1.fresh_s, fresh_s, "{path}");
    }
}

#[tokio::test]
async fn while_the_database_is_away_old_copies_answer_and_say_how_old_they_are() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let path = format!("/v1/horses/{mare}");
    let edge = Edge::of(&world).await;
    let first = edge.get(&path, NOTHING).await;
    let seen = rename(&ann, mare, "Out of Reach", NOTHING).await;
    edge.ways.is_away.store(true, Ordering::SeqCst);
    edge.watch.advance_s(90);
    let stale = edge.get(&path, NOTHING).await;
    assert_eq!(stale.text(), first.text());
    let age_s: i64 = stale.header("equoria-stale").parse().unwrap();
    assert!((90..120).contains(&age_s), "{age_s}");
    assert_eq!(stale.header("warning"), "110 - \"Response is Stale\"");
    // Rather nothing than what the session knows to be the past; and nothing of what is not kept.
    for (path, seen) in [(path.as_str(), seen.as_str()), ("/v1/shows", NOTHING)] {
        let refused = edge.ask(path, seen).send().await;
        refused.refused(503, "busy");
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(
            refused.header("equoria-seen"),
            if seen == NOTHING { "" } else { seen }
        );
    }
    edge.watch.advance_s(24 * 60 * 60);
    edge.ask(&path, NOTHING).send().await.refused(503, "busy");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_waited_for_only_so_long() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let path = format!("/v1/horses/{}", world.mare(&ann).await);
    let edge = Edge::of(&world).await;
    let first = edge.get(&path, NOTHING).await;
    edge.ways.hangs.store(true, Ordering::SeqCst);
    let refused = edge.ask("/v1/shows", NOTHING).send().await;
    refused.refused(503, "timed-out");
    assert_eq!(refused.header("retry-after"), "1");
    edge.watch.advance_s(31);
    let stale = edge.get(&path, NOTHING).await;
    assert_eq!(stale.text(), first.text());
    assert_ne!(stale.header("equoria-stale"), "");
}
