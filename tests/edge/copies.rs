//! The Worker's copies in the cache of a real workerd: what they save, and whom they do not answer.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use harness::{Client, Edge, Native, Postgres, Reply, native};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::cases::{Case, NATIVE, Who, cases};
use crate::run;
use crate::town::{Town, town};

/// A read for which nobody has asked yet in this town: the parameter means nothing here.
async fn once(town: &Town, path: &str, seen: &str) -> Reply {
    let ask = town.at_the_edge().ask("GET", path);
    ask.header("equoria-seen", seen).send().await
}

/// Asks until a copy answers: it is put away after the answer has gone out.
async fn until_copied(town: &Town, path: &str, seen: &str) -> Reply {
    let since = Instant::now();
    loop {
        town.wire.take();
        let reply = once(town, path, seen).await.require(200);
        if town.wire.take().statements.is_empty() {
            return reply;
        }
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "no copy of {path}"
        );
    }
}

#[test]
fn a_copy_answers_without_a_question_to_the_database() {
    run(async {
        let town = town().await;
        let path = format!("/v1/horses/{}", town.mares[1]);
        let first = once(&town, &path, "fresh").await.require(200);
        let copied = until_copied(&town, &path, "1.0").await;
        assert_eq!((copied.text(), copied.etag()), (first.text(), first.etag()));
        assert_eq!(copied.header("cache-control"), "public, no-cache");
        let ask = town.at_the_edge().ask("GET", &path);
        let known = ask.header("if-none-match", first.etag()).send().await;
        assert_eq!((known.status, known.body.len()), (304, 0));
        let seen = town.wire.take();
        assert_eq!((seen.connections, seen.statements), (0, Vec::new()));
    });
}

#[test]
fn ones_own_write_is_seen_at_once_by_header_and_by_cookie_though_a_copy_stands() {
    run(async {
        let town = town().await;
        let path = format!("/v1/horses/{}", town.mares[2]);
        let ada = town.at_the_edge();
        let ada = ada.with_token(town.ada.token().expect("Ada is signed in"));
        for name in ["North Wind", "South Wind"] {
            let old = until_copied(&town, &path, "1.0").await;
            let etag = once(&town, &path, "fresh").await.etag().to_owned();
            let ask = ada.ask("PATCH", &path).if_match(&etag);
            let wrote = ask.json(&json!({"name": name})).send().await.require(200);
            assert_eq!(once(&town, &path, "1.0").await.text(), old.text());
            let ask = town.at_the_edge().ask("GET", &path);
            let read = if name == "North Wind" {
                ask.header("equoria-seen", wrote.header("equoria-seen"))
            } else {
                let cookie = wrote.header("set-cookie").split(';').next().unwrap();
                ask.header("cookie", cookie)
            };
            let read = read.send().await.require(200);
            assert_eq!(read.json()["name"], name);
            // And so it is for everyone from now on.
            assert_eq!(
                until_copied(&town, &path, read.header("equoria-seen"))
                    .await
                    .text(),
                read.text()
            );
        }
    });
}

#[test]
fn marks_that_cannot_be_read_ask_for_what_is_fresh() {
    run(async {
        let town = town().await;
        let path = format!("/v1/stables/{}", town.stable);
        until_copied(&town, &path, "1.0").await;
        for garbled in ["fresh", "2.0", "1.0.x", "1.0, 1.0"] {
            town.wire.take();
            let reply = once(&town, &path, garbled).await.require(200);
            assert_eq!(town.wire.take().statements.len(), 1, "{garbled}");
            assert!(reply.header("equoria-seen").starts_with("1."));
        }
    });
}

#[test]
fn what_is_a_players_own_is_asked_for_each_time() {
    run(async {
        let town = town().await;
        let own = cases(&town).into_iter().filter(|case| {
            case.who == Who::Ada && case.status == 200 && !NATIVE.contains(&case.template)
        });
        for case in own {
            for _ in 0..3 {
                town.wire.take();
                let reply = case.ask(&town, &town.at_the_edge()).send().await;
                assert_eq!(
                    reply.header("cache-control"),
                    "private, no-store",
                    "{case:?}"
                );
                assert_eq!(town.wire.take().statements.len(), 1, "{case:?}");
            }
        }
    });
}

/// Who may keep the answer of a read, and for how long.
fn kept(case: &Case) -> &'static str {
    match case.template {
        "/v1/disciplines" | "/v1/traits" => "public, max-age=86400",
        "/v1/breeds" => "public, max-age=3600",
        "/health/live" | "/health/ready" => "private, no-store",
        own if own.starts_with("/v1/users/me") => "private, no-store",
        "/v1/horses/{id}/genetics"
        | "/v1/horses/{id}/mates"
        | "/v1/horses/{id}/parent"
        | "/v1/matings/preview"
        | "/v1/shows/{id}/preview"
            if case.who == Who::Ada =>
        {
            "private, no-store"
        }
        _ => "public, no-cache",
    }
}

#[test]
fn every_read_says_who_may_keep_its_answer_and_what_everyone_may_see_is_copied() {
    run(async {
        let town = town().await;
        let mut tried = BTreeSet::new();
        for case in cases(&town) {
            if case.status != 200 || NATIVE.contains(&case.template) {
                continue;
            }
            let reply = case.ask(&town, &town.at_the_edge()).send().await;
            assert_eq!(reply.header("cache-control"), kept(&case), "{case:?}");
            if ["public, no-cache", "public, max-age=3600"].contains(&kept(&case)) {
                let copied = until_copied(&town, &case.path, "1.0").await;
                assert_eq!(copied.header("cache-control"), kept(&case), "{case:?}");
            }
            tried.insert(case.template);
        }
        let reads: BTreeSet<&str> = reads::classes().map(|(path, _)| path).collect();
        assert_eq!(tried, reads);
    });
}

/// Where nobody answers: these reads need no native API.
const NOBODY: &str = "http://127.0.0.1:9";

#[test]
fn while_the_database_is_down_copies_answer_and_say_how_old_they_are() {
    run(async {
        let mut postgres = Postgres::start().await;
        let database = postgres.database();
        // With copies that answer nobody while the database is there.
        let environment = native::environment(&database).with("EQUORIA_COPIES_FOR_S", "0");
        let edge = Edge::start_with(&database, &environment, NOBODY).await;
        let client = Client::at(&edge.url);
        let first = client.get("/v1/breeds").await.require(200);
        let list = client.get("/v1/horses").await.require(200);
        postgres.stop();
        let since = Instant::now();
        let stale = loop {
            let reply = client.get("/v1/breeds").await;
            if reply.status == 200 {
                break reply;
            }
            assert!(
                since.elapsed() < Duration::from_secs(10),
                "{}",
                reply.text()
            );
        };
        assert_eq!(stale.text(), first.text());
        assert!(stale.header("equoria-stale").parse::<u32>().is_ok());
        assert_eq!(stale.header("warning"), "110 - \"Response is Stale\"");
        // What the session has seen beyond it, it is not shown again: rather nothing.
        let further = Client::at(&edge.url).ask("GET", "/v1/horses");
        let refused = further.header("equoria-seen", "1.ffffffffff").send().await;
        refused.refused(503, "busy");
        let before = list.header("equoria-seen");
        let same = client
            .ask("GET", "/v1/horses")
            .header("equoria-seen", before);
        assert_eq!(same.send().await.require(200).text(), list.text());
        client.get("/v1/shows").await.refused(503, "busy");
        postgres.start_again();
        let back = client.get("/v1/breeds").await.require(200);
        assert_eq!(back.header("equoria-stale"), "");
    });
}

#[test]
fn a_database_that_says_nothing_is_a_503_after_two_and_a_half_seconds() {
    run(async {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = silent.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = silent.accept().await {
                tokio::spawn(async move {
                    let mut heard = Vec::new();
                    socket.read_to_end(&mut heard).await
                });
            }
        });
        let database = harness::Database::fresh().await;
        let address = database.through(port, "equoria_edge");
        let environment = native::environment(&database);
        let edge = Edge::start_at(&address, &environment, NOBODY).await;
        let client = Client::at(&edge.url);
        let since = Instant::now();
        let refused = client.get("/v1/horses").await;
        refused.refused(503, "timed-out");
        assert_eq!(refused.header("retry-after"), "1");
        let took = since.elapsed();
        let usual = Duration::from_millis(2_400)..Duration::from_secs(6);
        assert!(usual.contains(&took), "{took:?}");
    });
}

#[test]
fn a_copy_that_another_clock_made_answers_nobody() {
    run(async {
        let database = harness::Database::fresh().await;
        let native = Native::start(&database).await;
        let edge = Edge::start(&database, &native).await;
        let client = Client::at(&edge.url);
        let horse = client.sign_up("Ann").await.client;
        let body = json!({"breed": "Arabian", "name": "Lark"});
        let given = horse.post("/v1/horses/starter", &body).await.require(201);
        let path = format!("/v1/horses/{}", given.json()["id"]);
        let age = async || -> Value { client.read(&path).await["age"].clone() };
        let before = age().await;
        client
            .post("/dev/clock", &json!({"advance": "7d"}))
            .await
            .require(200);
        assert_eq!(age().await.as_i64(), before.as_i64().map(|it| it + 1));
    });
}
