//! A read costs exactly one round trip to the database, counted on the wire.

use std::ops::Deref;

use equoria::clock::GameClock;
use equoria::config::Database as Place;
use equoria::db::connect;
use equoria::ops::migrate;
use harness::world::config;
use harness::{Client, Database, World};
use reads::{Connect, Failure, Freshness, Reads, request};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::proxy::Proxy;
use crate::routes::Routes;

/// The same place through the proxy, for a pool of one connection.
fn through(proxy: &Proxy, database: &Database, role: &str) -> Place {
    let url = database.tcp_url(role);
    let (front, rest) = url.rsplit_once(':').unwrap();
    let (_, name) = rest.split_once('/').unwrap();
    Place::parse(&format!("{front}:{}/{name}?connection_limit=1", proxy.port)).unwrap()
}

/// What the read of a path costs.
fn cost(path: &str) -> usize {
    match path {
        // The rules know these by heart, and life needs no database.
        "/v1/disciplines" | "/v1/traits" | "/health/live" => 0,
        _ => 1,
    }
}

/// Connections as the Worker has them: one for each request, and nothing is kept.
struct OneEach(Place);

struct Socket(tokio_postgres::Client);

impl Deref for Socket {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &tokio_postgres::Client {
        &self.0
    }
}

impl Connect for OneEach {
    type Conn = Socket;

    async fn connect(&self, _: Freshness) -> Result<Socket, Failure> {
        connect(&self.0).await.map(Socket).map_err(Failure::broken)
    }
}

/// The reads by themselves on a socket for each request, as the role of the edge.
async fn edge(world: &World, proxy: &Proxy) -> (Client, JoinHandle<()>) {
    let source = OneEach(through(proxy, &world.database, "equoria_edge"));
    let clock = GameClock::real();
    clock.refresh(&world.app.db).await.unwrap();
    let reads = Reads::new(
        source,
        clock,
        world.app.tokens.verifier().clone(),
        migrate::expected_version(),
    );
    let router = request::complete(reads::router(reads));
    let router = router.layer(axum::middleware::from_fn(request::identify));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (Client::at(&url), serving)
}

#[tokio::test]
async fn every_read_at_the_edge_costs_one_round_trip_on_a_socket_of_its_own() {
    let routes = Routes::of(World::new().await).await;
    let proxy = Proxy::to(harness::cluster().port).await;
    let (client, serving) = edge(&routes.world, &proxy).await;
    let signed = client.with_token(routes.player.token().unwrap());
    let mut asked = 0;
    for path in routes
        .described()
        .await
        .iter()
        .filter(|path| *path != "/v1/account")
    {
        let filled = routes.filled(path);
        for client in [&signed, &client] {
            let reply = client.get(&filled).await;
            let wanted = if reply.status == 401 && client.token().is_none() {
                0
            } else {
                cost(path)
            };
            assert!(
                matches!(reply.status, 200 | 401),
                "{path}: {}",
                reply.text()
            );
            assert_eq!(proxy.take(), wanted, "{path}");
            asked += 1;
        }
    }
    assert!(asked >= 66, "{asked}");
    serving.abort();
}

/// A world whose reads go through the first proxy and whose writes through the second.
async fn watched() -> (World, Proxy, Proxy) {
    let database = Database::fresh().await;
    let (readers, writers) = (
        Proxy::to(harness::cluster().port).await,
        Proxy::to(harness::cluster().port).await,
    );
    let mut config = config(&database);
    config.reader = through(&readers, &database, "equoria_reader");
    config.writer = through(&writers, &database, "equoria_writer");
    (World::on(database, config).await, readers, writers)
}

/// The least that a read costs once its statement is prepared on the pool's one connection. The server's watch of the
/// clock uses the writers' once a second, which is why one count would not do.
async fn least(client: &Client, path: &str, proxies: [&Proxy; 2]) -> usize {
    let mut least = usize::MAX;
    for _ in 0..4 {
        let _before: usize = proxies.map(Proxy::take).iter().sum();
        client.get(path).await.require(200);
        least = least.min(proxies.map(Proxy::take).iter().sum());
    }
    least
}

#[tokio::test]
async fn every_read_of_the_native_api_costs_one_round_trip_on_its_pool() {
    let (world, readers, writers) = watched().await;
    let routes = Routes::of(world).await;
    for path in routes.described().await {
        let filled = routes.filled(&path);
        assert_eq!(
            least(&routes.player, &filled, [&readers, &writers]).await,
            cost(&path),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_read_that_is_refused_for_its_form_or_token_costs_nothing() {
    let (world, readers, _writers) = watched().await;
    let ann = world.player("Ann").await;
    for path in [
        "/v1/horses/0",
        "/v1/horses?colour=bay",
        "/v1/horses?cursor=x",
        "/v1/users/me?x=1",
        "/v1/shows/1/preview",
        "/v1/horses/1/pedigree?generations=9",
        "/v1/horses/1/mates?limit=51",
        "/v1/matings/preview?mare=1",
        "/v1/matings/preview?mare=1&stallion=1",
        "/v1/studs?max_fee=-1",
        "/v1/foals/0",
        "/v1/nothing",
    ] {
        assert!((400..500).contains(&ann.get(path).await.status), "{path}");
    }
    assert_eq!(world.client.get("/v1/users/me").await.status, 401);
    assert_eq!(readers.take(), 0);
}

#[tokio::test]
async fn what_is_missing_hidden_or_revoked_costs_one_round_trip_too() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let proxy = Proxy::to(harness::cluster().port).await;
    let (client, serving) = edge(&world, &proxy).await;
    for path in [
        "/v1/horses/1",
        "/v1/shows/1",
        "/v1/shows/1/proof",
        "/v1/stables/1",
        "/v1/stables/1/diversity",
        "/v1/horses/1/pedigree",
        "/v1/horses/1/genetics",
        "/v1/horses/1/foals",
        "/v1/horses/1/mates",
        "/v1/horses/1/parent",
        "/v1/foals/1",
        "/v1/matings/preview?mare=1&stallion=2",
        "/v1/breeds/987654321/diversity",
        "/v1/users/0193a0b8-7d2f-7c3e-8f00-0123456789ab",
    ] {
        client.get(path).await.require(404);
        assert_eq!(proxy.take(), 1, "{path}");
    }
    let stranger = client.with_token(&world.token(uuid::Uuid::now_v7(), ann.session, 0));
    for path in [
        "/v1/users/me",
        "/v1/users/me/ledger",
        "/v1/users/me/horses",
        "/v1/users/me/stables",
        "/v1/users/me/pregnancies",
    ] {
        stranger.get(path).await.refused(401, "token-revoked");
        assert_eq!(proxy.take(), 1, "{path}");
    }
    serving.abort();
}
