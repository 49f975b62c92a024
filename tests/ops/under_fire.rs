//! Players who go on entering and training while the processes behind them are killed: what was acknowledged is there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use harness::{Native, NewHorse, NewShow, Player, Postgres, World};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::backlog::Backlog;

/// One write of one player: a path and a body, and the id that was acknowledged.
#[derive(Clone, Debug)]
struct Wish {
    path: String,
    body: Value,
}

/// Everything that was acknowledged: the kind of row, its id, and how often the request was sent.
type Acknowledged = BTreeMap<(&'static str, i64), u32>;

const PLAYERS: usize = 4;
const MARES: usize = 6;
const SHOWS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn every_write_that_was_acknowledged_is_there_once_after_any_number_of_kills() {
    let mut postgres = Postgres::start().await;
    let mut backlog = Backlog::of(4, postgres.database()).await;
    let wishes = wishes(&backlog.world).await;
    let total: usize = wishes.iter().map(|(_, wishes)| wishes.len()).sum();
    let native = Native::spawn(&backlog.environment(), &["serve"]);
    let (address, url) = watch::channel(native.url.clone());
    let done = Arc::new(AtomicUsize::new(0));
    let mut players = JoinSet::new();
    for (player, wishes) in wishes {
        players.spawn(insist(player, wishes, url.clone(), Arc::clone(&done)));
    }
    let native = kill_in_between(native, &mut postgres, &address, &done, total).await;
    let mut acknowledged = Acknowledged::new();
    while let Some(all) = players.join_next().await {
        acknowledged.extend(all.unwrap());
    }
    drop(native);
    backlog.reconnect().await;
    assert_eq!(acknowledged.len(), total);
    require_there(&backlog.world, &acknowledged).await;
    backlog.world.require_sound_ledger().await;
}

/// Each player enters every mare in every show, and trains each.
async fn wishes(world: &World) -> Vec<(Player, Vec<Wish>)> {
    let host = world.player_with("Patron", 10_000).await;
    let mut shows = Vec::new();
    for _ in 0..SHOWS {
        shows.push(world.show(&host, NewShow::default()).await);
    }
    let mut all = Vec::new();
    for number in 0..PLAYERS {
        let player = world
            .player_with(&format!("Insistent {number}"), 10_000)
            .await;
        let mut wishes = Vec::new();
        for _ in 0..MARES {
            let mare = world.horse(&player, NewHorse::default()).await;
            wishes.push(Wish {
                path: format!("/v1/horses/{mare}/training"),
                body: json!({"discipline": "Racing"}),
            });
            wishes.extend(shows.iter().map(|show| Wish {
                path: format!("/v1/shows/{show}/entries"),
                body: json!({"horse_id": mare}),
            }));
        }
        all.push((player, wishes));
    }
    all
}

/// Kills the native process twice, PostgreSQL twice and both once, each time after some more writes were acknowledged.
async fn kill_in_between(
    mut native: Native,
    postgres: &mut Postgres,
    address: &watch::Sender<String>,
    done: &AtomicUsize,
    total: usize,
) -> Native {
    for (round, (of_native, of_postgres)) in [
        (true, false),
        (false, true),
        (true, false),
        (false, true),
        (true, true),
    ]
    .into_iter()
    .enumerate()
    {
        let since = Instant::now();
        while done.load(Ordering::SeqCst) < total * (round + 1) / 7 {
            assert!(
                since.elapsed() < Duration::from_secs(90),
                "the players got no further:\n{}",
                native.log()
            );
            tokio::task::yield_now().await;
        }
        if of_native {
            native.kill();
        }
        if of_postgres {
            postgres.kill();
            postgres.start_again();
        }
        if of_native {
            native = native.start_again().await;
            address.send_replace(native.url.clone());
        }
    }
    native
}

/// Sends each wish with a key of its own until it is acknowledged, wherever the API answers by now.
async fn insist(
    player: Player,
    wishes: Vec<Wish>,
    url: watch::Receiver<String>,
    done: Arc<AtomicUsize>,
) -> Acknowledged {
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let mut acknowledged = Acknowledged::new();
    for (at, wish) in wishes.iter().enumerate() {
        let mut sent = 0;
        let id = loop {
            sent += 1;
            let address = format!("{}{}", *url.borrow(), wish.path);
            let request = http.post(address).bearer_auth(player.token().unwrap());
            let request = request
                .header("idempotency-key", format!("wish-{at}"))
                .json(&wish.body);
            if let Some(id) = answer_to(request).await {
                break id;
            }
            assert!(
                sent < 100_000,
                "{wish:?} of {} was never acknowledged",
                player.name
            );
            tokio::task::yield_now().await;
        };
        let kind = if wish.path.ends_with("training") {
            "training_logs"
        } else {
            "show_entries"
        };
        acknowledged.insert((kind, id), sent);
        done.fetch_add(1, Ordering::SeqCst);
    }
    acknowledged
}

/// The id of what was made; nothing where the server is away or busy. A refusal would mean that a key was forgotten.
async fn answer_to(request: reqwest::RequestBuilder) -> Option<i64> {
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let body = answer.bytes().await.ok()?;
    assert!(
        status == 201 || status == 503,
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    let body: Value = serde_json::from_slice(&body).unwrap();
    (status == 201).then(|| body["id"].as_i64().unwrap())
}

/// Every acknowledged row is there, no other one is, and each entry was paid once.
async fn require_there(world: &World, acknowledged: &Acknowledged) {
    let counts = [
        ("training_logs", "select count(*) from training_logs", 0),
        // Those of the backlog were there before.
        (
            "show_entries",
            "select count(*) from show_entries",
            4 * crate::backlog::FIELD,
        ),
    ];
    for (kind, count, before) in counts {
        let ids: Vec<i64> = acknowledged
            .keys()
            .filter(|(of, _)| *of == kind)
            .map(|(_, id)| *id)
            .collect();
        let found = format!("select count(*) from {kind} where id = any ($1)");
        let found: i64 = world.admin.query_one(&found, &[&ids]).await.unwrap().get(0);
        assert_eq!(
            found,
            i64::try_from(ids.len()).unwrap(),
            "{kind} that were acknowledged"
        );
        assert_eq!(world.one(count).await, found + before, "{kind} in all");
    }
    let paid_twice = "select count(*) from (select from transfers where cause = 'entry_fee'
        group by show_id, horse_id having count(*) > 1) twice";
    assert_eq!(world.one(paid_twice).await, 0);
}
