//! What the Worker answers is what the native API answers, byte for byte.

use std::collections::BTreeSet;

use harness::{Client, Reply};

use crate::cases::{Case, NATIVE, cases};
use crate::run;
use crate::town::{Town, town};

/// The headers that mean something to a client.
const HEADERS: [&str; 8] = [
    "content-type",
    "etag",
    "cache-control",
    "retry-after",
    "www-authenticate",
    "allow",
    "location",
    "x-request-id",
];

#[test]
fn every_read_answers_the_same_bytes_at_the_edge_and_at_the_native_api() {
    run(async {
        let town = town().await;
        for case in cases(&town) {
            let (edge, native) = both(&town, &case, None).await;
            assert_eq!(edge.status, case.status, "{}: {}", edge.of, edge.text());
            require_same(&edge, &native);
            if edge.status >= 400 {
                edge.problem();
            }
        }
    });
}

#[test]
fn what_a_client_knows_already_is_not_sent_again_by_either() {
    run(async {
        let town = town().await;
        let reads = cases(&town);
        for case in reads
            .iter()
            .filter(|case| case.status == 200 && !NATIVE.contains(&case.template))
        {
            let first = case.ask(&town, &town.at_the_edge()).send().await;
            assert!(!first.etag().is_empty(), "{} has no tag", first.of);
            let (edge, native) = both(&town, case, Some(first.etag())).await;
            assert_eq!(
                (edge.status, edge.body.len()),
                (304, 0),
                "{}: {}",
                edge.of,
                edge.text()
            );
            require_same(&edge, &native);
        }
    });
}

#[test]
fn the_cases_cover_every_read_of_the_description() {
    run(async {
        let town = town().await;
        let description = town.at_the_edge().read("/openapi.json").await;
        let paths = description["paths"].as_object().unwrap();
        let described: BTreeSet<_> = paths
            .iter()
            .filter(|(_, item)| item["get"].is_object())
            .map(|(path, _)| path.as_str())
            .collect();
        let cases = cases(&town);
        let tried: BTreeSet<_> = cases
            .iter()
            .filter(|case| case.status == 200)
            .map(|case| case.template)
            .collect();
        assert_eq!(described, tried);
    });
}

#[test]
fn the_description_and_its_page_are_served_on_the_same_origin() {
    run(async {
        let town = town().await;
        let (edge, native) = (town.at_the_edge(), town.at_the_native_api());
        for path in [
            "/openapi.json",
            "/docs",
            "/docs/",
            "/docs/swagger-ui-bundle.js",
            "/docs/nothing.js",
        ] {
            let ask = |server: &Client| {
                server
                    .ask("GET", path)
                    .header("x-request-id", "same-for-both")
                    .send()
            };
            let (edge, native) = (ask(&edge).await, ask(&native).await);
            assert_eq!(
                (edge.status, &edge.body),
                (native.status, &native.body),
                "{path}"
            );
            assert_eq!(edge.header("location"), native.header("location"));
        }
    });
}

/// The same request, with the same id, to both.
async fn both(town: &Town, case: &Case, known: Option<&str>) -> (Reply, Reply) {
    let ask = |server| {
        let ask = case
            .ask(town, &server)
            .header("x-request-id", "same-for-both");
        match known {
            Some(tag) => ask.header("if-none-match", tag).send(),
            None => ask.send(),
        }
    };
    (
        ask(town.at_the_edge()).await,
        ask(town.at_the_native_api()).await,
    )
}

fn require_same(edge: &Reply, native: &Reply) {
    assert_eq!(
        edge.status,
        native.status,
        "{}: {} / {}",
        edge.of,
        edge.text(),
        native.text()
    );
    assert_eq!(edge.text(), native.text(), "{}", edge.of);
    assert_eq!(edge.body, native.body, "{}", edge.of);
    for name in HEADERS {
        assert_eq!(
            edge.header(name),
            native.header(name),
            "{name} of {}",
            edge.of
        );
    }
}
