//! Races: whatever arrives at once, the outcome is one that would also come about one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use harness::client::Ask;
use harness::world::number;
use harness::{NewShow, Player, Reply, World};
use serde_json::json;
use tokio::task::JoinSet;

use crate::refusals::fill;

/// How many requests race.
pub const MANY: usize = 64;

/// Sends all of them at once.
pub async fn at_once(asks: impl IntoIterator<Item = Ask>) -> Vec<Reply> {
    gathered(asks.into_iter().map(Ask::send)).await
}

pub async fn gathered<T: Send + 'static>(
    all: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let mut under_way: JoinSet<T> = all.into_iter().collect();
    let mut done = Vec::new();
    while let Some(one) = under_way.join_next().await {
        done.push(one.unwrap());
    }
    done
}

/// How many answers there are of each kind: `201`, or `409 resting`.
pub fn tally(replies: &[Reply]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for reply in replies {
        let kind = if reply.status < 300 {
            reply.status.to_string()
        } else {
            format!(
                "{} {}",
                reply.status,
                reply.problem()["code"].as_str().unwrap()
            )
        };
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

/// One succeeded, and all others were refused alike.
pub fn require_one(replies: &[Reply], status: u16, others: &str) {
    let wanted = BTreeMap::from([
        (status.to_string(), 1),
        (others.to_owned(), replies.len() - 1),
    ]);
    assert_eq!(tally(replies), wanted);
}

fn enter(player: &Player, show: i64, horse: i64) -> Ask {
    player
        .ask("POST", &format!("/v1/shows/{show}/entries"))
        .json(&json!({"horse_id": horse}))
}

async fn mares(world: &World, owner: &Player, count: usize) -> Vec<i64> {
    let mut mares = Vec::new();
    for _ in 0..count {
        mares.push(world.mare(owner).await);
    }
    mares
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_entries_in_one_show_with_coins_for_one() {
    let world = World::new().await;
    let (host, ann) = (
        world.player("Host").await,
        world.player_with("Ann", 100).await,
    );
    let show = world
        .show(
            &host,
            NewShow {
                entry_fee: 60,
                ..NewShow::default()
            },
        )
        .await;
    let mares = mares(&world, &ann, MANY).await;
    let replies = at_once(mares.iter().map(|mare| enter(&ann, show, *mare))).await;
    require_one(&replies, 201, "409 not-enough-coins");
    assert_eq!(world.purse(ann.id).await, 40);
    assert_eq!(world.one("select count(*) from show_entries").await, 1);
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_entries_in_as_many_shows_with_coins_for_one() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 100).await;
    let mares = mares(&world, &ann, MANY).await;
    let mut asks = Vec::new();
    for mare in &mares {
        let show = world
            .treasury_show(NewShow {
                entry_fee: 60,
                prize: 0,
                ..NewShow::default()
            })
            .await;
        asks.push(enter(&ann, show, *mare));
    }
    require_one(&at_once(asks).await, 201, "409 not-enough-coins");
    assert_eq!(world.purse(ann.id).await, 40);
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_entries_of_the_same_horse() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let show = world.show(&host, NewShow::default()).await;
    let mare = world.mare(&ann).await;
    require_one(
        &at_once((0..MANY).map(|_| enter(&ann, show, mare))).await,
        201,
        "409 already-entered",
    );
    assert_eq!(world.purse(ann.id).await, 990);
    let withdraw = || ann.ask("DELETE", &format!("/v1/shows/{show}/entries/{mare}"));
    require_one(
        &at_once((0..MANY).map(|_| withdraw())).await,
        200,
        "409 not-entered",
    );
    assert_eq!(world.purse(ann.id).await, 1000);
    world.require_sound_ledger().await;
}

/// The last statement of an entry tells what only it knows: each answer has its own, and the same when it is given again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_entries_at_once_are_each_told_their_own_place_and_purse() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let show = world.show(&host, NewShow::default()).await;
    let mares = mares(&world, &ann, MANY).await;
    let asks = || {
        let keyed = mares.iter().map(|mare| (mare, format!("enter-{mare}")));
        keyed.map(|(mare, key)| enter(&ann, show, *mare).key(&key))
    };
    let first = at_once(asks()).await;
    assert_eq!(tally(&first), BTreeMap::from([("201".to_owned(), MANY)]));
    let told = |field: &str| -> BTreeSet<i64> {
        let numbers = first.iter().map(|it| number(it, field));
        numbers.collect()
    };
    let places: BTreeSet<i64> = (1..=64).collect();
    assert_eq!(told("entries"), places);
    assert_eq!(
        told("money"),
        places.iter().map(|it| 1000 - 10 * it).collect()
    );
    assert_eq!(told("id").len(), MANY);
    let bodies =
        |replies: &[Reply]| -> BTreeSet<String> { replies.iter().map(Reply::text).collect() };
    assert_eq!(bodies(&at_once(asks()).await), bodies(&first));
    assert_eq!(world.purse(ann.id).await, 360);
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_trainings_and_groomings_of_one_horse() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let disciplines = ["Racing", "Dressage", "Polo", "Vaulting"];
    let train = |at: usize| {
        ann.ask("POST", &format!("/v1/horses/{mare}/training"))
            .json(&json!({"discipline": disciplines[at % 4]}))
    };
    let replies = at_once((0..MANY).map(train)).await;
    require_one(&replies, 201, "409 resting");
    assert_eq!(world.one("select count(*) from training_logs").await, 1);
    let won = replies.iter().find(|it| it.status == 201).unwrap();
    let me = ann.read("/v1/users/me").await;
    assert_eq!(me["xp"], won.json()["user_xp"]);
    let groom = || ann.ask("POST", &format!("/v1/horses/{mare}/groom"));
    require_one(
        &at_once((0..MANY).map(|_| groom())).await,
        200,
        "409 already-groomed",
    );
    assert_eq!(world.one("select bond_score::bigint from horses").await, 52);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_claims_of_the_stipend_and_of_the_starter_mare() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    require_one(
        &at_once((0..MANY).map(|_| ann.ask("POST", "/v1/stipend"))).await,
        200,
        "409 stipend-claimed",
    );
    assert_eq!(world.purse(ann.id).await, 1250);
    let starter = || {
        ann.ask("POST", "/v1/horses/starter")
            .json(&json!({"breed": "Arabian", "name": "Lark"}))
    };
    require_one(
        &at_once((0..MANY).map(|_| starter())).await,
        201,
        "409 starter-taken",
    );
    assert_eq!(world.one("select count(*) from horses").await, 1);
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_purchases_with_coins_for_one() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let spend = world
        .show(
            &ann,
            NewShow {
                prize: 1,
                ..NewShow::default()
            },
        )
        .await;
    assert!(spend > 0);
    let buy = || {
        ann.ask("POST", "/v1/horses/store")
            .json(&json!({"breed": "Arabian", "sex": "female", "name": "Star"}))
    };
    require_one(
        &at_once((0..MANY).map(|_| buy())).await,
        201,
        "409 not-enough-coins",
    );
    assert_eq!(world.purse(ann.id).await, 499);
    assert_eq!(world.one("select count(*) from horses").await, 1);
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_registrations_with_one_address() {
    let world = World::new().await;
    let body = json!({"name": "Ann", "email": "ann@example.org", "password": "long enough"});
    let register = || world.client.ask("POST", "/v1/users").json(&body);
    require_one(
        &at_once((0..MANY).map(|_| register())).await,
        201,
        "409 email-taken",
    );
    assert_eq!(world.one("select count(*) from users").await, 1);
    assert_eq!(world.one("select count(*) from sessions").await, 1);
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_shows_and_stables_of_one_name() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let body = world.show_body(&NewShow {
        name: "Ashford Cup".to_owned(),
        prize: 10,
        ..NewShow::default()
    });
    let open = || ann.ask("POST", "/v1/shows").json(&body);
    require_one(
        &at_once((0..MANY).map(|_| open())).await,
        201,
        "409 name-taken",
    );
    assert_eq!(world.purse(ann.id).await, 990);
    let stable = || {
        ann.ask("POST", "/v1/stables")
            .json(&json!({"name": "Home"}))
    };
    require_one(
        &at_once((0..MANY).map(|_| stable())).await,
        201,
        "409 name-taken",
    );
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_changes_of_the_same_version() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let rename = |at: usize| {
        ann.ask("PATCH", &format!("/v1/horses/{mare}"))
            .if_match("\"1\"")
            .json(&json!({"name": format!("Lark {at}")}))
    };
    require_one(
        &at_once((0..MANY).map(rename)).await,
        200,
        "412 stale-version",
    );
    assert_eq!(world.one("select version from horses").await, 2);
    let switch = |at: usize| {
        ann.ask("PATCH", "/v1/account/settings")
            .if_match("\"1\"")
            .json(&json!({"darkMode": at.is_multiple_of(2)}))
    };
    require_one(
        &at_once((0..MANY).map(switch)).await,
        200,
        "412 stale-version",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_place_of_a_show_goes_to_one() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let show = world
        .show(
            &host,
            NewShow {
                entry_fee: 0,
                ..NewShow::default()
            },
        )
        .await;
    fill(&world, show, &host, 99).await;
    let mares = mares(&world, &ann, 24).await;
    require_one(
        &at_once(mares.iter().map(|mare| enter(&ann, show, *mare))).await,
        201,
        "409 show-full",
    );
    assert_eq!(world.one("select count(*) from show_entries").await, 100);
}

/// Entries, withdrawals and training of the same horses at once, which take the same locks in different writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_share_rows_wait_for_each_other_and_never_in_a_ring() {
    let world = World::new().await;
    let (ann, ben) = (
        world.player_with("Ann", 5000).await,
        world.player_with("Ben", 5000).await,
    );
    let (hers, his) = (mares(&world, &ann, 6).await, mares(&world, &ben, 6).await);
    let shows = [
        world.show(&ann, NewShow::default()).await,
        world.show(&ben, NewShow::default()).await,
    ];
    let mut asks = Vec::new();
    for show in shows {
        for (player, horses) in [(&ann, &hers), (&ben, &his)] {
            for horse in horses {
                asks.push(enter(player, show, *horse));
                asks.push(player.ask("DELETE", &format!("/v1/shows/{show}/entries/{horse}")));
                asks.push(
                    player
                        .ask("POST", &format!("/v1/horses/{horse}/training"))
                        .json(&json!({"discipline": "Polo"})),
                );
                asks.push(player.ask("POST", &format!("/v1/horses/{horse}/groom")));
            }
            asks.push(player.ask("POST", "/v1/stipend"));
        }
    }
    for reply in at_once(asks).await {
        assert!(
            reply.status < 300 || matches!(reply.status, 409),
            "{}: {}",
            reply.of,
            reply.text()
        );
    }
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_races_with_the_settlement_is_in_or_out() {
    let world = World::new().await;
    let (host, ann) = (
        world.player_with("Host", 10_000).await,
        world.player_with("Ann", 10_000).await,
    );
    for round in 0..6 {
        let show = world
            .show(
                &host,
                NewShow {
                    in_minutes: 60,
                    ..NewShow::default()
                },
            )
            .await;
        for horse in mares(&world, &host, 2).await {
            enter(&host, show, horse).send().await.require(201);
        }
        let late = mares(&world, &ann, 16).await;
        let asks: Vec<_> = late
            .iter()
            .map(|mare| enter(&ann, show, *mare).send())
            .collect();
        let end = async {
            world.advance("61m").await;
            world.settle_due().await;
        };
        let (replies, ()) = tokio::join!(gathered(asks), end);
        world.settle_due().await;
        for reply in &replies {
            let is_out = matches!(reply.status, 409)
                && ["show-closed", "show-over"]
                    .contains(&reply.problem()["code"].as_str().unwrap());
            assert!(
                reply.status == 201 || is_out,
                "round {round}: {}",
                reply.text()
            );
        }
        let entered = replies.iter().filter(|it| it.status == 201).count();
        let results = world
            .one(&format!(
                "select count(*) from competition_results where show_id = {show}"
            ))
            .await;
        assert_eq!(
            results,
            i64::try_from(entered).unwrap() + 2,
            "round {round}"
        );
        world.require_sound_ledger().await;
    }
    assert_eq!(
        world
            .one("select count(*) from shows where state <> 'settled'")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_races_with_the_cancellation_costs_nothing_in_the_end() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    for round in 0..6 {
        let show = world.show(&host, NewShow::default()).await;
        let mares = mares(&world, &ann, 16).await;
        let mut asks: Vec<_> = mares.iter().map(|mare| enter(&ann, show, *mare)).collect();
        for at in [4, 8, 12] {
            asks.insert(at, host.ask("POST", &format!("/v1/shows/{show}/cancel")));
        }
        let replies = at_once(asks).await;
        let (cancels, entries): (Vec<_>, Vec<_>) = replies
            .into_iter()
            .partition(|it| it.of.ends_with("/cancel"));
        require_one(&cancels, 200, "409 show-over");
        let entered = entries.iter().filter(|it| it.status == 201).count();
        for reply in entries.iter().filter(|it| it.status != 201) {
            reply.refused(409, "show-over");
        }
        let cancelled = cancels.iter().find(|it| it.status == 200).unwrap();
        assert_eq!(
            number(cancelled, "entries"),
            i64::try_from(entered).unwrap(),
            "round {round}"
        );
        assert_eq!(
            (world.purse(ann.id).await, world.purse(host.id).await),
            (1000, 1000),
            "round {round}"
        );
        world.require_sound_ledger().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_refreshes_with_one_token_give_one_successor_and_the_session_lives() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let refresh = || {
        world
            .client
            .ask("POST", "/v1/sessions/refresh")
            .json(&json!({"refresh_token": ann.refresh_token}))
    };
    let replies = at_once((0..MANY).map(|_| refresh())).await;
    assert_eq!(tally(&replies), BTreeMap::from([("200".to_owned(), MANY)]));
    let successors: BTreeSet<String> = replies
        .iter()
        .map(|it| it.json()["refresh_token"].to_string())
        .collect();
    assert_eq!(successors.len(), 1);
    let tokens =
        "select count(*) * 10 + count(*) filter (where used_at is not null) from refresh_tokens";
    assert_eq!(world.one(tokens).await, 21);
    let body = json!({"refresh_token": replies[0].json()["refresh_token"]});
    world
        .client
        .post("/v1/sessions/refresh", &body)
        .await
        .require(200);
    let alive = "select count(*) from sessions where revoked_at is null";
    assert_eq!(world.one(alive).await, 1);
    assert_eq!(world.one("select token_epoch::bigint from users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_uses_of_a_stolen_token_end_its_session_once() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let stolen = json!({"refresh_token": ann.refresh_token});
    let refresh = || {
        let ask = world.client.ask("POST", "/v1/sessions/refresh");
        ask.json(&stolen)
    };
    refresh().send().await.require(200);
    world
        .sql("update refresh_tokens set used_at = used_at - interval '31 seconds'")
        .await;
    let replies = at_once((0..MANY).map(|_| refresh())).await;
    let refused = ("401 refresh-token-invalid".to_owned(), MANY);
    assert_eq!(tally(&replies), BTreeMap::from([refused]));
    let alive = "select count(*) from sessions where revoked_at is null";
    assert_eq!(world.one(alive).await, 0);
    assert_eq!(world.one("select token_epoch::bigint from users").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn horses_of_one_player_bought_at_once_are_all_different() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 500 * 16).await;
    let buy = |at: usize| {
        ann.ask("POST", "/v1/horses/store")
            .json(&json!({"breed": "Arabian", "sex": "male", "name": format!("Star {at}")}))
    };
    let replies = at_once((0..16).map(buy)).await;
    assert_eq!(tally(&replies), BTreeMap::from([("201".to_owned(), 16)]));
    let founders: BTreeSet<String> = replies
        .iter()
        .map(|it| it.json()["stats"].to_string())
        .collect();
    assert_eq!(founders.len(), 16);
    assert_eq!(world.purse(ann.id).await, 0);
    world.require_sound_ledger().await;
}
