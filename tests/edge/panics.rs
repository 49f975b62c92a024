//! The drill: what becomes of the others when one request panics. The Worker has nothing that could, so the drill builds one
//! that has.

use std::fs;
use std::time::Duration;

use equoria::dev::places::Places;
use equoria::dev::say::Voice;
use equoria::dev::worker::build_with;
use harness::{Client, Edge, program};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::run;
use crate::town::{Town, town};

/// The request that panics, as `edge/src/drill.rs` knows it.
const PANIC: &str = "/drill/panic";

/// What it says then.
const MESSAGE: &[u8] = b"a drill: this request panics";

/// What no request may take, however it ends.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a request ended: with a status, or with a connection that broke.
type End = Option<u16>;

/// Asks, and where nothing panics as a client does: again if the answer is to come back later, as on a busy machine.
async fn end_of(client: Client, path: String, is_fresh: bool, is_patient: bool) -> End {
    let asked = async {
        loop {
            let ask = client.ask("GET", &path);
            let ask = if is_fresh {
                ask.header("equoria-seen", "fresh")
            } else {
                ask
            };
            let end = ask.try_send().await.ok().map(|reply| reply.status);
            if !(is_patient && end == Some(503)) {
                return end;
            }
        }
    };
    let ended = timeout(PATIENCE, asked).await;
    ended.unwrap_or_else(|_| panic!("{path} hangs"))
}

/// A hundred at once; the one that panics is in the middle, if there is one.
async fn hundred(town: &Town, edge: &Edge, panicking: bool) -> Vec<(String, End)> {
    let client = Client::at(&edge.url);
    let reads = [
        format!("/v1/horses/{}", town.mares[0]),
        "/v1/horses?limit=100".to_owned(),
        format!("/v1/shows/{}/preview?horse={}", town.open, town.mares[2]),
        "/v1/rankings/users".to_owned(),
    ];
    for path in &reads {
        assert_eq!(
            end_of(client.clone(), path.clone(), false, true).await,
            Some(200)
        );
    }
    let mut asked = JoinSet::new();
    for at in 0..100 {
        let path = if panicking && at == 50 {
            PANIC.to_owned()
        } else {
            reads[at % reads.len()].clone()
        };
        // Every tenth one is the database's to answer; for the others a copy may.
        let ended = end_of(client.clone(), path.clone(), at % 10 == 0, !panicking);
        asked.spawn(async move { (path, ended.await) });
    }
    asked.join_all().await
}

#[test]
fn one_panic_among_a_hundred_requests_leaves_a_worker_that_answers_the_next_hundred() {
    run(async {
        let town = town().await;
        let places = Places::of(&program::checkout()).unwrap();
        let built = build_with("drill", &places, &Voice::default()).unwrap();
        let address = &town.edge.database;
        let environment = town.native.environment();
        let edge = Edge::start_build(&built, address, environment, &town.native.url).await;
        for (path, end) in hundred(&town, &edge, false).await {
            assert_eq!(end, Some(200), "{path}");
        }
        for _ in 0..3 {
            let ends = hundred(&town, &edge, true).await;
            let (panicked, others): (Vec<_>, Vec<_>) =
                ends.into_iter().partition(|(path, _)| path == PANIC);
            let failed: Vec<_> = others.iter().filter(|(_, it)| *it != Some(200)).collect();
            println!(
                "panic drill: 1 of 100 panicked, {} of the other {} failed",
                failed.len(),
                others.len()
            );
            for (path, end) in panicked.iter().chain(failed) {
                assert!(end.is_some_and(|it| it >= 500), "{path}: {end:?}");
            }
            for (path, end) in hundred(&town, &edge, false).await {
                assert_eq!(end, Some(200), "{path} after the panic: {}", edge.log());
            }
        }
        let client = Client::at(&edge.url);
        client.get(PANIC).await.refused(500, "broken");
        let write = client.post(PANIC, &json!({})).await;
        write.refused(503, "unanswered");
        assert_eq!(write.header("retry-after"), "5");
    });
}

#[test]
fn the_worker_that_is_deployed_knows_no_request_that_panics() {
    run(async {
        let town = town().await;
        let places = Places::of(&program::checkout()).unwrap();
        let drill = build_with("drill", &places, &Voice::default()).unwrap();
        let names = |wasm: std::path::PathBuf| {
            let wasm = fs::read(wasm).unwrap();
            wasm.windows(MESSAGE.len()).any(|it| it == MESSAGE)
        };
        assert!(names(drill.join("index_bg.wasm")));
        assert!(!names(program::checkout().join("edge/build/index_bg.wasm")));
        let asked = town.at_the_edge().get(PANIC).await;
        asked.require(404);
    });
}
