//! The pages in a real browser, before the real Worker: a player's story, tabs, sessions that end, a keyboard. Whatever is seen
//! there is compared with what the API tells the same player.

use harness::client::PASSWORD;
use harness::node::in_a_browser;
use harness::{Client, NewHorse, NewShow};
use serde_json::{Map, Value, json};

use crate::run;
use crate::town::{Town, town};

/// Plays a scene of `tests/browser` at the Worker, and answers what was seen. No page may complain.
async fn play(town: &Town, scene: &str, more: &Value, options: &Value) -> Value {
    let mut job = more.as_object().cloned().unwrap_or_else(Map::new);
    job.insert("url".to_owned(), town.edge.url.clone().into());
    job.insert("scene".to_owned(), scene.into());
    job.insert("options".to_owned(), options.clone());
    let playing =
        tokio::task::spawn_blocking(move || in_a_browser("story.js", &Value::Object(job)));
    let seen = playing.await.unwrap();
    assert_eq!(seen["complaints"], json!([]), "{scene}");
    seen
}

/// A player who has signed up through the API, with what a page asks for.
struct Account {
    client: Client,
    given: Value,
}

impl Account {
    async fn of(town: &Town, name: &str) -> Self {
        let signed_up = town.at_the_edge().remembering().sign_up(name).await;
        Self {
            given: json!({"name": name, "email": signed_up.answer["user"]["email"], "password": PASSWORD}),
            client: signed_up.client,
        }
    }

    /// The starter mare, named as she is asked for on the pages.
    async fn mare(&self) -> i64 {
        let body = json!({"breed": "Arabian", "name": "First Light"});
        let given = self.client.post("/v1/horses/starter", &body).await;
        harness::world::number(&given.require(201), "id")
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        self.client.read(path).await["items"]
            .as_array()
            .unwrap()
            .clone()
    }
}

/// Whoever signed up on a page: signed in through the API with the same words.
async fn who_signed_up(town: &Town, given: Value) -> Account {
    let edge = town.at_the_edge().remembering();
    let body = json!({"email": given["email"], "password": given["password"]});
    let answer = edge.post("/v1/sessions", &body).await.require(201).json();
    Account {
        client: edge.with_token(answer["access_token"].as_str().unwrap()),
        given,
    }
}

/// A show that runs after the story's foal is born, with two entries that the story's stallion outclasses.
async fn contest(town: &Town, name: &str) -> i64 {
    let world = &town.world;
    let host = world.player_with(&format!("{name} Society"), 10_000).await;
    let rival = world.player(&format!("{name} Rival")).await;
    let new = NewShow {
        in_minutes: 9 * 24 * 60,
        ..NewShow::default()
    };
    let show = world.show(&host, new).await;
    for _ in 0..2 {
        let weak = NewHorse {
            stats: 1,
            bond: 0,
            stress: 100,
            ..NewHorse::default()
        };
        let horse = world.horse(&rival, weak).await;
        world.enter(&rival, show, horse).await.require(201);
    }
    show
}

#[test]
fn a_player_plays_the_whole_story_on_pages() {
    the_story("Astrid", true);
}

#[test]
fn a_player_plays_the_whole_story_on_pages_without_a_script() {
    the_story("Bjarne", false);
}

fn the_story(name: &str, has_script: bool) {
    run(async {
        let town = town().await;
        let show = contest(&town, name).await;
        let email = format!("{}@example.org", name.to_lowercase());
        let given = json!({"name": name, "email": email, "password": PASSWORD});
        let job = json!({"player": given, "show": show});
        let seen = play(&town, "story", &job, &json!({"script": has_script})).await;
        let player = who_signed_up(&town, given).await;
        has_a_trained_mare(&player, &seen, has_script).await;
        has_raised_a_foal(&player, &seen).await;
        has_won(&town, &player, &seen, show).await;
        if has_script {
            has_verified(&seen["verified"]);
        }
        adds_up(&player, &seen).await;
        town.world.require_sound_ledger().await;
    });
}

async fn has_a_trained_mare(player: &Account, seen: &Value, has_script: bool) {
    let mare = player
        .client
        .read(&format!("/v1/horses/{}", seen["mare"]["id"]))
        .await;
    assert_eq!(
        (&mare["name"], &seen["mare"]["heading"]),
        (&json!("First Light"), &json!("First Light"))
    );
    assert_eq!(mare["owner"]["name"], player.given["name"]);
    let score = mare["discipline_scores"]["Racing"].as_i64().unwrap();
    assert_eq!(
        seen["trained"]["scores"],
        json!({"Racing": score.to_string()})
    );
    let sessions = player
        .items(&format!("/v1/horses/{}/training", mare["id"]))
        .await;
    assert_eq!(sessions.len(), 1);
    // Times stand in the reader's zone where a script can tell which that is.
    let times = seen["trained"]["times"].as_array().unwrap();
    assert!(!times.is_empty());
    for time in times {
        let read = time["read"].as_str().unwrap();
        let is_local = read.contains("GMT-") || read.contains("in ") || read.contains("ago");
        assert_eq!(read.contains("UTC"), !has_script, "{time}");
        assert_eq!(is_local, has_script, "{time}");
    }
}

async fn has_raised_a_foal(player: &Account, seen: &Value) {
    assert_eq!(seen["odds"]["inFoal"], "yes");
    let foal = player
        .client
        .read(&format!("/v1/foals/{}", seen["foal"]["id"]))
        .await;
    assert_eq!(foal["dam"]["id"], seen["mare"]["id"]);
    assert_eq!(foal["sire"]["id"], seen["stallion"]["id"]);
    let heading = seen["foal"]["heading"].as_str().unwrap();
    assert!(
        heading.contains(foal["name"].as_str().unwrap()),
        "{heading}"
    );
    for (fact, field) in [("Bond", "bond_score"), ("Stress", "stress_level")] {
        assert_eq!(seen["foal"]["facts"][fact], foal[field].to_string());
    }
    let done = foal["activities_completed"].as_array().unwrap();
    assert_eq!(
        (done.len(), seen["foal"]["done"].as_array().unwrap().len()),
        (1, 1)
    );
    assert_eq!(seen["foal"]["done"][0]["Activity"], "Gentle touch");
    assert_eq!(done[0]["activity"], "gentle_touch");
}

async fn has_won(town: &Town, player: &Account, seen: &Value, show: i64) {
    let edge = town.at_the_edge();
    let told = edge.read(&format!("/v1/shows/{show}")).await;
    assert_eq!(seen["show"]["heading"], told["name"]);
    let results = player.items(&format!("/v1/shows/{show}/results")).await;
    let rows = seen["show"]["results"].as_array().unwrap();
    assert_eq!((results.len(), rows.len()), (3, 3));
    for (result, row) in results.iter().zip(rows) {
        assert_eq!(row["Place"], result["placement"].to_string());
        assert_eq!(row["Horse"], result["horse"]["name"]);
        assert_eq!(number(&row["Prize"]), result["prize"].as_i64().unwrap());
    }
    let first = &results[0];
    assert_eq!(
        (&first["horse"]["id"], &first["horse"]["name"]),
        (&seen["stallion"]["id"], &json!("Night Errand"))
    );
    let told = seen["entered"]["expected"].as_str().unwrap();
    let (_, expected) = told.split_once("Expected score: ").unwrap();
    let expected: f64 = expected.split(' ').next().unwrap().parse().unwrap();
    let scored = first["expected_score"].as_f64().unwrap();
    assert!(
        (expected - scored).abs() < 0.006,
        "{told} tells no {scored}"
    );
    let places = seen["entered"]["places"].as_array().unwrap();
    let chances: f64 = places.iter().filter_map(Value::as_f64).sum();
    assert!((chances - 1.0).abs() < 1e-6, "{places:?}");
}

/// The browser has repeated the settlement, step by step, and says of which show of three entries.
fn has_verified(seen: &Value) {
    assert!(
        seen["said"].as_str().unwrap().contains("The proof holds"),
        "{seen}"
    );
    let steps = seen["steps"].as_array().unwrap();
    let holds = |step: &&Value| step.as_str().unwrap().contains("Holds.");
    assert_eq!(steps.iter().filter(holds).count(), steps.len(), "{steps:?}");
    assert!(
        steps.iter().any(|it| it.as_str().unwrap().ends_with('3')),
        "{steps:?}"
    );
}

/// The ledger of the page is the ledger of the API, and each purse that was seen is one of its balances.
async fn adds_up(player: &Account, seen: &Value) {
    let postings = player.items("/v1/users/me/ledger?limit=100").await;
    let rows = seen["ledger"].as_array().unwrap();
    assert_eq!(rows.len(), postings.len());
    for (row, posting) in rows.iter().zip(&postings) {
        assert_eq!(row["amount"], posting["amount"], "{row}");
        assert_eq!(row["balance"], posting["balance_after"], "{row}");
    }
    let (stipend, mut purses) = (rules::economy::STIPEND.get(), vec![1000, 500, 450, 440]);
    assert_eq!(seen["stipend"], stipend);
    purses.push(
        player.client.read("/v1/users/me").await["money"]
            .as_i64()
            .unwrap(),
    );
    assert_eq!(seen["purses"], json!(purses));
    assert!(purses[4] > purses[3] + stipend, "no prize: {purses:?}");
}

fn number(told: &Value) -> i64 {
    let digits: String = told
        .as_str()
        .unwrap()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

#[test]
fn two_tabs_of_one_session_act_in_turn_and_at_once() {
    for has_script in [true, false] {
        run(async {
            let town = town().await;
            let player = Account::of(&town, "Tabea").await;
            let horse = player.mare().await;
            let job = json!({"player": player.given, "horse": horse});
            let seen = play(&town, "tabs", &job, &json!({"script": has_script})).await;
            let refused = seen["inTurn"]["refused"].as_str().unwrap();
            assert!(refused.contains("changed"), "{refused}");
            assert_eq!(seen["inTurn"]["kept"], "Named Second");
            let card = player.client.read(&format!("/v1/horses/{horse}")).await;
            assert_eq!(card["name"], "Named First");
            let at_once = seen["atOnce"].as_array().unwrap();
            let trained = at_once.iter().filter(|it| *it == "trained").count();
            assert_eq!(trained, 1, "{at_once:?}");
            let path = format!("/v1/horses/{horse}/training");
            assert_eq!(player.items(&path).await.len(), 1);
            let yards = player.items("/v1/users/me/stables").await;
            let names: Vec<&Value> = yards.iter().map(|it| &it["name"]).collect();
            assert_eq!(names, ["Pressed Twice"], "{}", seen["twice"]);
            goes_back(&player, &seen["back"], horse).await;
        });
    }
}

/// Back to the page of the form, and forward to the horse that it bought; there is one such horse.
async fn goes_back(player: &Account, seen: &Value, mare: i64) {
    assert_eq!(
        (&seen["afterBack"], &seen["afterForward"]),
        (&json!("My stable"), &json!("Bought Once"))
    );
    let horses = player.items("/v1/users/me/horses").await;
    let mut ids: Vec<i64> = horses.iter().filter_map(|it| it["id"].as_i64()).collect();
    ids.sort_unstable();
    assert_eq!(json!(ids), json!([mare, seen["bought"]]));
}

#[test]
fn a_session_that_ends_in_the_middle_loses_nothing_that_was_typed() {
    for has_script in [true, false] {
        run(async {
            let town = town().await;
            let player = Account::of(&town, "Expira").await;
            let seen = play(
                &town,
                "expiry",
                &json!({"player": player.given}),
                &json!({"script": has_script}),
            )
            .await;
            let location = "By the \u{201c}river\u{201d} <b>& more";
            for way in ["ended", "forgotten"] {
                let asked = &seen[way]["asked"];
                assert!(
                    asked["said"].as_str().unwrap().contains("session"),
                    "{asked}"
                );
                let kept = json!({"name": format!("Kept {way}"), "location": location});
                assert_eq!(asked["kept"], kept);
            }
            assert_eq!(seen["outlived"]["asked"], false);
            let yards = player.items("/v1/users/me/stables").await;
            let mut kept: Vec<(&str, &str)> = yards
                .iter()
                .map(|it| {
                    (
                        it["name"].as_str().unwrap(),
                        it["location"].as_str().unwrap(),
                    )
                })
                .collect();
            kept.sort_unstable();
            let expected = ["Kept ended", "Kept forgotten", "Kept outlived"];
            assert_eq!(kept, expected.map(|name| (name, location)));
        });
    }
}

#[test]
fn a_keyboard_is_enough_and_nothing_moves_for_whoever_wants_it_still() {
    run(async {
        let town = town().await;
        let player = Account::of(&town, "Kei").await;
        let mare = player.mare().await;
        let options = json!({"reducedMotion": "reduce"});
        let seen = play(
            &town,
            "keyboard",
            &json!({"player": player.given}),
            &options,
        )
        .await;
        assert_eq!(
            (&seen["first"], &seen["skippedTo"]),
            (&json!("Skip to the content"), &json!("#content"))
        );
        assert_eq!(seen["unseen"], json!([]), "stops that nobody sees");
        assert_eq!(seen["moving"], json!([]));
        let card = player.client.read(&format!("/v1/horses/{mare}")).await;
        let score = card["discipline_scores"]["Dressage"].as_i64().unwrap();
        assert_eq!(seen["scores"], json!({"Dressage": score.to_string()}));
        println!("{} stops", seen["passed"]);
    });
}
