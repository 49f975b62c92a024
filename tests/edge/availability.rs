//! The Worker under load, and while its database is away.

use std::time::{Duration, Instant};

use harness::{Edge, Postgres, Reply, native};
use tokio::task::JoinSet;

use crate::run;
use crate::town::town;

#[test]
fn a_hundred_reads_at_once_all_answer() {
    run(async {
        let town = town().await;
        let client = town.at_the_edge();
        let paths = [
            format!("/v1/horses/{}", town.mares[0]),
            "/v1/horses?limit=100".to_owned(),
            format!("/v1/shows/{}", town.settled),
            format!("/v1/shows/{}/preview?horse={}", town.open, town.mares[2]),
            "/v1/breeds".to_owned(),
        ];
        let mut alone = Vec::new();
        for path in &paths {
            alone.push(client.get(path).await.require(200));
        }
        let mut reads = JoinSet::new();
        for at in 0..100 {
            let (client, path) = (client.clone(), paths[at % paths.len()].clone());
            reads.spawn(async move { (at, client.get(&path).await) });
        }
        while let Some(read) = reads.join_next().await {
            let (at, reply) = read.unwrap();
            let reply: Reply = reply.require(200);
            assert_eq!(reply.text(), alone[at % paths.len()].text());
        }
    });
}

/// What the database itself says: no copy will do.
async fn fresh(client: &harness::Client, path: &str) -> Reply {
    let ask = client.ask("GET", path);
    ask.header("equoria-seen", "fresh").send().await
}

/// At once: long before anybody's patience ends.
async fn require_away(edge: &Edge) {
    let client = harness::Client::at(&edge.url);
    for path in [
        "/v1/breeds",
        "/v1/horses",
        "/v1/horses/1",
        "/v1/shows",
        "/health/ready",
    ] {
        let since = Instant::now();
        let reply = fresh(&client, path).await;
        reply.refused(503, "busy");
        assert!(
            reply
                .header("retry-after")
                .parse::<u32>()
                .is_ok_and(|seconds| seconds > 0),
            "{path}"
        );
        assert!(
            since.elapsed() < Duration::from_secs(5),
            "{path} took {:?}",
            since.elapsed()
        );
    }
    for path in ["/health/live", "/v1/disciplines", "/v1/traits"] {
        client.get(path).await.require(200);
    }
}

async fn require_back(edge: &Edge) {
    let client = harness::Client::at(&edge.url);
    for path in ["/health/ready", "/v1/breeds", "/v1/horses", "/v1/shows"] {
        fresh(&client, path).await.require(200);
    }
    client
        .get("/v1/horses/1")
        .await
        .refused(404, "horse-not-found");
}

#[test]
fn a_database_that_is_stopped_or_killed_is_a_503_at_once_and_the_worker_finds_it_again_by_itself() {
    run(async {
        let mut postgres = Postgres::start().await;
        let database = postgres.database();
        // Nobody listens there: these reads need no native API.
        let edge = Edge::start_with(
            &database,
            &native::environment(&database),
            "http://127.0.0.1:9",
        )
        .await;
        require_back(&edge).await;
        for _ in 0..2 {
            postgres.stop();
            require_away(&edge).await;
            postgres.start_again();
            require_back(&edge).await;
        }
        postgres.kill();
        require_away(&edge).await;
        postgres.start_again();
        require_back(&edge).await;
    });
}
