//! Pages of every list: no row twice, none missing, whatever comes in between; and the rankings count on.

use std::collections::BTreeSet;

use harness::{Client, NewHorse, NewShow, Player, World};
use reads::order::{By, Ordered, falling, rising};
use reads::page::{Cursor, List, Mark as _};
use serde_json::{Value, json};

/// All rows of a list, page by page.
pub(crate) async fn all(client: &Client, path: &str, limit: usize) -> Vec<Value> {
    let join = if path.contains('?') { '&' } else { '?' };
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client
            .read(&format!("{path}{join}limit={limit}{cursor}"))
            .await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit, "{path}");
        rows.extend(items.iter().cloned());
        match page["next_cursor"].as_str() {
            None => return rows,
            Some(next) => {
                assert_eq!(items.len(), limit, "{path}");
                cursor = format!("&cursor={next}");
            }
        }
    }
}

pub(crate) fn identity(row: &Value) -> String {
    let parts = ["id", "rank", "placement"].map(|name| row[name].to_string());
    format!(
        "{} {} {}",
        parts.join(" "),
        row["horse"]["id"],
        row["user"]["id"]
    )
}

/// A player with a dozen of everything, and what their lists are called.
pub(crate) async fn dozens() -> (World, Player, Vec<String>) {
    let world = World::new().await;
    let (ann, ben) = (
        world.player_with("Ann", 100_000).await,
        world.player_with("Ben", 100_000).await,
    );
    let mut horses = Vec::new();
    for at in 0..12 {
        ann.post("/v1/stables", &json!({"name": format!("Yard {at}")}))
            .await
            .require(201);
        let scores = json!({"Racing": at / 3});
        horses.push(
            world
                .horse(
                    &ann,
                    NewHorse {
                        scores,
                        ..NewHorse::default()
                    },
                )
                .await,
        );
        world.player(&format!("Other {at}")).await;
    }
    world
        .sql("update users set xp = 100 * (length(name) % 3) where name like 'Other%'")
        .await;
    let (mare, rival) = (horses[0], world.mare(&ben).await);
    let mut last = 0;
    for at in 0..12 {
        last = world
            .treasury_show(NewShow {
                in_minutes: 30 + at % 2,
                ..NewShow::default()
            })
            .await;
        for (player, horse) in [(&ann, mare), (&ben, rival)] {
            world.enter(player, last, horse).await.require(201);
        }
    }
    for horse in &horses[1..] {
        world.enter(&ann, last, *horse).await.require(201);
    }
    world.advance("1h").await;
    world.settle_due().await;
    for at in 0..12 {
        world
            .treasury_show(NewShow {
                in_minutes: 30 + at % 2,
                ..NewShow::default()
            })
            .await;
    }
    for _ in 0..5 {
        ann.post(
            &format!("/v1/horses/{mare}/training"),
            &json!({"discipline": "Racing"}),
        )
        .await
        .require(201);
        world.advance("7d").await;
    }
    for _ in 0..12 {
        let cancelled = world.show(&ann, NewShow::default()).await;
        ann.post(&format!("/v1/shows/{cancelled}/cancel"), &json!({}))
            .await
            .require(200);
        world.treasury_show(NewShow::default()).await;
    }
    let lists = [
        "/v1/horses".to_owned(),
        "/v1/horses?discipline=Racing".to_owned(),
        format!("/v1/horses/{mare}/results"),
        format!("/v1/horses/{mare}/training"),
        "/v1/users/me/horses".to_owned(),
        "/v1/users/me/ledger".to_owned(),
        "/v1/users/me/stables".to_owned(),
        "/v1/shows".to_owned(),
        "/v1/shows?state=closed".to_owned(),
        "/v1/shows?state=settled&discipline=Racing".to_owned(),
        "/v1/shows?state=cancelled".to_owned(),
        format!("/v1/shows/{last}/entries"),
        format!("/v1/shows/{last}/results"),
        "/v1/rankings/disciplines/Racing".to_owned(),
        "/v1/rankings/users".to_owned(),
        "/v1/breeds".to_owned(),
    ];
    (world, ann, lists.to_vec())
}

#[tokio::test]
async fn every_list_is_the_same_in_pages_of_one_of_seven_and_of_a_hundred() {
    let (_world, ann, lists) = dozens().await;
    for path in lists {
        let whole = all(&ann, &path, 100).await;
        assert!(whole.len() >= 5, "{path} has {} rows", whole.len());
        let names: BTreeSet<String> = whole.iter().map(identity).collect();
        assert_eq!(names.len(), whole.len(), "{path}");
        for limit in [1, 7] {
            assert_eq!(all(&ann, &path, limit).await, whole, "{path}");
        }
    }
}

#[tokio::test]
async fn a_page_has_twenty_rows_where_nobody_asks_for_another_number() {
    let (world, ann, _) = dozens().await;
    for path in ["/v1/users/me/ledger", "/v1/breeds"] {
        let page = ann.read(path).await;
        let usual = if path == "/v1/breeds" { 41 } else { 20 };
        assert!(
            page["items"].as_array().unwrap().len() >= usual.min(20),
            "{path}"
        );
    }
    let page = ann.read("/v1/users/me/ledger").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 20);
    let breeds = world.client.read("/v1/breeds").await;
    assert!(breeds["items"].as_array().unwrap().len() >= 40 && breeds["next_cursor"].is_null());
}

/// A cursor is the client's to send: whatever keys it holds, the answer is a page or a refusal.
#[tokio::test]
async fn no_forged_cursor_breaks_a_list() {
    let (_world, ann, lists) = dozens().await;
    let keys = [i64::MIN, -1, 0, 253_402_300_799_999_999, i64::MAX];
    for path in &lists {
        let join = if path.contains('?') { '&' } else { '?' };
        let ask = async |cursor: String| {
            ann.get(&format!("{path}{join}limit=2&cursor={cursor}"))
                .await
        };
        let mut taken = Vec::new();
        for of in orders() {
            for shape in 1..=4 {
                let reply = ask(cursor(of, shape, 1, 1)).await;
                if reply.status == 200 {
                    taken.push((of, shape));
                } else {
                    assert_eq!(reply.refused(400, "invalid-field")["field"], "cursor");
                }
            }
        }
        assert_eq!(taken.len(), 1, "{path}: {taken:?}");
        for first in keys {
            for rest in keys {
                let reply = ask(cursor(taken[0].0, taken[0].1, first, rest)).await;
                if reply.status != 200 {
                    assert_eq!(reply.refused(400, "invalid-field")["field"], "cursor");
                }
            }
        }
    }
}

fn cursor(of: Ordered, shape: usize, first: i64, rest: i64) -> String {
    match shape {
        1 => Cursor([first]).encode(of),
        2 => Cursor([first, rest]).encode(of),
        3 => Cursor([first, rest, first]).encode(of),
        _ => Cursor([first, rest, first, rest]).encode(of),
    }
}

/// Every list in every order that one of them has where none is asked for.
fn orders() -> impl Iterator<Item = Ordered> {
    let sorts = [
        falling(By::Id),
        rising(By::Id),
        falling(By::Score),
        falling(By::Settled),
        rising(By::RunDate),
        falling(By::RunDate),
        rising(By::Placement),
        falling(By::Xp),
    ];
    let of = move |list: List| sorts.into_iter().map(move |sort| list.by(sort));
    LISTS.into_iter().flat_map(of)
}

const LISTS: [List; 13] = [
    List::Horses,
    List::BestHorses,
    List::HorseResults,
    List::Training,
    List::Ledger,
    List::Shows,
    List::ShowResults,
    List::Entries,
    List::Users,
    List::Stables,
    List::RankedHorses,
    List::Breeds,
    List::OwnHorses,
];

#[tokio::test]
async fn rankings_count_on_from_page_to_page() {
    let (_world, ann, _) = dozens().await;
    for path in ["/v1/rankings/disciplines/Racing", "/v1/rankings/users"] {
        let rows = all(&ann, path, 5).await;
        let ranks: Vec<i64> = rows.iter().map(|it| it["rank"].as_i64().unwrap()).collect();
        assert_eq!(
            ranks,
            (1..=i64::try_from(rows.len()).unwrap()).collect::<Vec<_>>(),
            "{path}"
        );
        let key = |it: &Value| it["horse"]["score"].as_i64().or(it["xp"].as_i64()).unwrap();
        assert!(
            rows.is_sorted_by(|one, next| key(one) >= key(next)),
            "{path}"
        );
    }
}

/// Pages through a list while each step between two pages puts something in or takes something out.
pub(crate) async fn while_changing(
    client: &Client,
    path: &str,
    limit: usize,
    mut between: impl AsyncFnMut(),
) -> Vec<i64> {
    let join = if path.contains('?') { '&' } else { '?' };
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client
            .read(&format!("{path}{join}limit={limit}{cursor}"))
            .await;
        ids.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["id"].as_i64().unwrap()),
        );
        match page["next_cursor"].as_str() {
            None => return ids,
            Some(next) => cursor = format!("&cursor={next}"),
        }
        between().await;
    }
}

#[tokio::test]
async fn pages_have_no_gap_and_no_double_while_rows_come_in() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 100_000).await;
    let mut horses = Vec::new();
    for at in 0..30 {
        let scores = json!({"Racing": at % 5});
        horses.push(
            world
                .horse(
                    &ann,
                    NewHorse {
                        scores,
                        ..NewHorse::default()
                    },
                )
                .await,
        );
    }
    let standing: BTreeSet<i64> = horses.iter().copied().collect();
    for path in [
        "/v1/horses",
        "/v1/horses?discipline=Racing",
        "/v1/users/me/horses",
        "/v1/horses?sex=female",
    ] {
        let mut score = 0;
        let seen = while_changing(&ann, path, 4, async || {
            score = (score + 3) % 7;
            world
                .horse(
                    &ann,
                    NewHorse {
                        scores: json!({"Racing": score}),
                        ..NewHorse::default()
                    },
                )
                .await;
        })
        .await;
        let names: BTreeSet<i64> = seen.iter().copied().collect();
        assert_eq!(names.len(), seen.len(), "{path} shows a horse twice");
        assert!(standing.is_subset(&names), "{path} leaves a horse out");
    }
}

#[tokio::test]
async fn the_calendar_has_no_gap_and_no_double_while_shows_open_and_close() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 100_000).await;
    let mut standing = BTreeSet::new();
    for at in 0..20 {
        standing.insert(
            world
                .treasury_show(NewShow {
                    in_minutes: 1000 + at % 4,
                    prize: 1,
                    ..NewShow::default()
                })
                .await,
        );
    }
    let mut at = 0;
    let seen = while_changing(&ann, "/v1/shows", 3, async || {
        at += 1;
        world
            .treasury_show(NewShow {
                in_minutes: 999 + at % 6,
                prize: 1,
                ..NewShow::default()
            })
            .await;
        world.advance("1m").await;
    })
    .await;
    let names: BTreeSet<i64> = seen.iter().copied().collect();
    assert_eq!(names.len(), seen.len());
    assert!(standing.is_subset(&names));
}
