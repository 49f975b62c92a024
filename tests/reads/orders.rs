//! Every order of every list: each row once, in the order that was asked for, whatever comes in between.

use std::collections::BTreeSet;

use harness::{Client, NewHorse, NewShow, Player, World};
use reads::order::{By, falling, rising};
use reads::page::{Cursor, List, Mark as _, Worded};
use serde_json::{Value, json};

use crate::pages::{all, dozens, identity, while_changing};

/// The orders that a list has, as the refusal of another tells them.
async fn orders(client: &Client, path: &str) -> Vec<String> {
    let reply = client.get(&with(path, "sort=colour")).await;
    let problem = reply.refused(400, "invalid-field").clone();
    assert_eq!(problem["field"], "sort", "{path}");
    let detail = problem["detail"].as_str().unwrap();
    let words = detail.strip_prefix("This must be one of ").unwrap();
    let words = words.strip_suffix('.').unwrap().split(", ");
    words.map(str::to_owned).collect()
}

fn with(path: &str, parameter: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}{parameter}")
}

/// What a row is sorted by, so that the rows rise with it; none where the row does not show it.
fn key(row: &Value, word: &str) -> Option<(i64, String)> {
    let number = |it: &Value| {
        it.as_f64()
            .map(|it| ((it * 1000.0).round() as i64, String::new()))
    };
    let text = |it: &Value| Some((0, it.as_str().unwrap_or_default().to_lowercase()));
    match word {
        "id" | "prize" | "placement" | "score" | "expected_score" | "horses" => number(&row[word]),
        "fee" if row["entry_fee"].is_null() => number(&row["fee"]),
        "fee" => number(&row["entry_fee"]),
        "level" => number(&row["xp"]),
        "name" => text(&row["name"]),
        "horse" => text(&row["horse"]["name"]),
        "rest" => text(&row["training_cooldown"]),
        "run_date" => text(&row["run_date"]),
        "age" => {
            let born: chrono::DateTime<chrono::Utc> = row["born_at"].as_str()?.parse().ok()?;
            Some((-born.timestamp_millis(), String::new()))
        }
        "settled" | "listed" => None,
        other => panic!("nothing is known of the order {other}"),
    }
}

/// The rows as they stand on all pages of a few.
async fn walked(client: &Client, path: &str, order: &str) -> Vec<Value> {
    let path = with(path, &format!("sort={order}"));
    let rows = all(client, &path, 100).await;
    assert_eq!(all(client, &path, 3).await, rows, "{path}");
    rows
}

/// A world with a dozen of everything, many of them equal in what they are sorted by, and one thing more: stallions.
async fn world() -> (World, Player, Vec<String>) {
    let (world, ann, mut lists) = dozens().await;
    lists.retain(|it| !it.contains("rankings") && !it.contains("breeds"));
    world
        .sql("update horses set name = case id % 4 when 0 then 'abel' when 1 then 'Abel' when 2 then 'Zoe' else name end")
        .await;
    world
        .sql("set session_replication_role = replica; update horses set xp = id % 3 * 100, born_at = born_at - id % 5 * interval '1 day'; set session_replication_role = origin")
        .await;
    for at in 0..7 {
        let horse = NewHorse {
            sex: "male",
            ..NewHorse::default()
        };
        let horse = world.horse(&ann, horse).await;
        let offer = json!({"fee": 10 * (at % 3)});
        ann.ask("PUT", &format!("/v1/horses/{horse}/stud"))
            .json(&offer)
            .send()
            .await
            .require(200);
    }
    lists.push("/v1/studs".to_owned());
    lists.push("/v1/studs?breed=1".to_owned());
    lists.push(format!("/v1/horses?owner={}", ann.id));
    lists.push("/v1/horses?sex=female".to_owned());
    (world, ann, lists)
}

#[tokio::test]
async fn every_order_of_every_list_has_each_row_once_and_in_its_place() {
    let (world, ann, lists) = world().await;
    let breed: i64 = world
        .one("select breed_id from stud_listings limit 1")
        .await;
    let mut walks = 0;
    for path in lists {
        let path = path.replace("breed=1", &format!("breed={breed}"));
        let usual = all(&ann, &path, 100).await;
        assert!(usual.len() >= 5, "{path} has {} rows", usual.len());
        let names: BTreeSet<String> = usual.iter().map(identity).collect();
        let orders = orders(&ann, &path).await;
        assert_eq!(walked(&ann, &path, &orders[0]).await, usual, "{path}");
        for order in &orders {
            let rows = walked(&ann, &path, order).await;
            assert_eq!(rows.len(), usual.len(), "{path} by {order}");
            let found: BTreeSet<String> = rows.iter().map(identity).collect();
            assert_eq!(found, names, "{path} by {order}");
            sorted(&rows, &path, order);
            let word = order.trim_start_matches('-');
            let back = if order == word {
                format!("-{word}")
            } else {
                word.to_owned()
            };
            if orders.contains(&back) {
                let mut backwards = walked(&ann, &path, &back).await;
                backwards.reverse();
                assert_eq!(backwards, rows, "{path} by {order} and {back}");
            }
            walks += 1;
        }
    }
    assert!(walks > 60, "{walks}");
}

fn sorted(rows: &[Value], path: &str, order: &str) {
    let word = order.trim_start_matches('-');
    let keys: Vec<_> = rows.iter().filter_map(|row| key(row, word)).collect();
    let is_sorted = if order == word {
        keys.is_sorted()
    } else {
        keys.iter().rev().is_sorted()
    };
    assert!(is_sorted, "{path} by {order}: {keys:?}");
}

#[tokio::test]
async fn the_latest_offer_at_stud_comes_first() {
    let (_world, ann, _) = world().await;
    let ids =
        |rows: &[Value]| -> Vec<i64> { rows.iter().map(|it| it["id"].as_i64().unwrap()).collect() };
    let listed = ids(&all(&ann, "/v1/studs?sort=-listed", 2).await);
    let mut offered = listed.clone();
    offered.sort_unstable();
    offered.reverse();
    assert_eq!(listed.len(), 7);
    assert_eq!(listed, offered, "they were offered as they came");
}

#[tokio::test]
async fn no_row_is_left_out_or_comes_twice_while_others_come_in() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 100_000).await;
    let mut standing = BTreeSet::new();
    for at in 0..20 {
        let horse = NewHorse {
            name: format!("Lark {}", at % 3),
            age_hours: 1000 + at % 4,
            ..NewHorse::default()
        };
        standing.insert(world.horse(&ann, horse).await);
    }
    let lists = ["/v1/horses", "/v1/users/me/horses"];
    for path in lists {
        for order in orders(&ann, path).await {
            let mut at = 0;
            let path = with(path, &format!("sort={order}"));
            let seen = while_changing(&ann, &path, 4, async || {
                at += 1;
                let horse = NewHorse {
                    name: ["Aaron", "Lark 1", "Zoe"][at % 3].to_owned(),
                    age_hours: 1001 + 2 * i64::try_from(at % 3).unwrap(),
                    xp: 100,
                    ..NewHorse::default()
                };
                // As many as a page would never end where they come in before the end.
                if at < 9 {
                    world.horse(&ann, horse).await;
                }
            })
            .await;
            let names: BTreeSet<i64> = seen.iter().copied().collect();
            assert_eq!(names.len(), seen.len(), "{path} shows a horse twice");
            assert!(standing.is_subset(&names), "{path} leaves a horse out");
        }
    }
}

#[tokio::test]
async fn open_shows_keep_their_places_by_prize_and_fee_while_others_open() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 100_000).await;
    let mut standing = BTreeSet::new();
    for at in 0..15 {
        let show = NewShow {
            prize: 10 + at % 3,
            ..NewShow::default()
        };
        standing.insert(world.treasury_show(show).await);
    }
    for order in orders(&ann, "/v1/shows").await {
        let mut at = 0;
        let seen = while_changing(&ann, &format!("/v1/shows?sort={order}"), 4, async || {
            at += 1;
            let show = NewShow {
                prize: 9 + at % 5,
                ..NewShow::default()
            };
            if at < 6 {
                world.treasury_show(show).await;
            }
        })
        .await;
        let names: BTreeSet<i64> = seen.iter().copied().collect();
        assert_eq!(names.len(), seen.len(), "{order}");
        assert!(standing.is_subset(&names), "{order}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_the_order_that_gave_it() {
    let (_world, ann, lists) = world().await;
    for path in lists {
        let path = path.replace("?breed=1", "");
        let orders = orders(&ann, &path).await;
        for order in &orders {
            let page = ann
                .read(&with(&path, &format!("limit=1&sort={order}")))
                .await;
            let cursor = page["next_cursor"].as_str().unwrap().to_owned();
            for other in orders.iter().filter(|it| *it != order) {
                let asked = with(&path, &format!("sort={other}&cursor={cursor}"));
                let reply = ann.get(&asked).await;
                let problem = reply.refused(400, "invalid-field");
                assert_eq!(problem["field"], "cursor", "{asked}");
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.contains("in this order"), "{detail}");
            }
        }
    }
}

/// What a forged cursor holds is compared with what is there, and breaks nothing.
#[tokio::test]
async fn no_forged_text_breaks_a_list_by_name() {
    let (_world, ann, _) = world().await;
    let texts = ["", "'", "\u{10ffff}", "a\0b", "%", "\u{1f434}", "\\"];
    for (path, list, keys) in [
        ("/v1/horses", List::Horses, 1),
        ("/v1/users/me/horses", List::OwnHorses, 2),
        ("/v1/users/me/stables", List::Stables, 2),
    ] {
        for (word, sort) in [("name", rising(By::Name)), ("-name", falling(By::Name))] {
            for (text, key) in texts
                .iter()
                .flat_map(|it| [(it, 0), (it, i64::MIN), (it, i64::MAX)])
            {
                let cursor = match keys {
                    1 => Worded([key], (*text).to_owned()).encode(list.by(sort)),
                    _ => Worded([key, key], (*text).to_owned()).encode(list.by(sort)),
                };
                let reply = ann
                    .get(&format!("{path}?sort={word}&cursor={cursor}"))
                    .await;
                let is_told =
                    reply.status == 200 || reply.refused(400, "invalid-field")["field"] == "cursor";
                assert!(is_told, "{path} {text:?} {key}");
                assert_eq!(reply.status == 200, !text.contains('\0'), "{text:?}");
            }
        }
    }
    let of_name = Cursor([1]).encode(List::Horses.by(falling(By::Id)));
    let reply = ann
        .get(&format!("/v1/horses?sort=name&cursor={of_name}"))
        .await;
    assert_eq!(reply.refused(400, "invalid-field")["field"], "cursor");
}
