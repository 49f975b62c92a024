//! The whole story, told to the edge's one origin alone.

use std::time::{Duration, Instant};

use harness::client::PASSWORD;
use harness::{Client, Reply};
use rules::competition::proof::{Commitment, Proof, verify_published};
use serde_json::{Value, json};

use crate::run;
use crate::town::town;

/// A player of the story.
struct Rider {
    client: Client,
    mare: i64,
}

#[test]
fn from_registration_to_a_settled_show_that_everyone_can_verify() {
    run(async {
        let town = town().await;
        let edge = town.at_the_edge().remembering();
        let ann = arrives(&edge, "Ann", "First Light").await;
        let bob = arrives(&edge, "Bob", "Late Shift").await;
        trains_and_rests(&edge, &ann).await;
        let host = edge.sign_up("Horse Society").await.client;
        let show = opens(&edge, &host).await;
        let expected = previews_and_enters(&ann, show).await;
        enters(&bob, show).await.require(201);
        let published = edge.read(&format!("/v1/shows/{show}")).await["secret_hash"].clone();
        advance(&edge, "25h").await;
        until_settled(&edge, show).await;
        let place = place_of(&edge, show, ann.mare).await;
        assert_eq!(place["expected_score"], expected);
        shows_on_the_card(&edge, &ann, &place).await;
        verifies(&edge, show, &published).await;
        for client in [&ann.client, &bob.client, &host] {
            adds_up(client).await;
        }
        town.world.require_sound_ledger().await;
    });
}

/// Registers, signs in, and receives a starter mare.
async fn arrives(edge: &Client, name: &str, mare: &str) -> Rider {
    let registered = edge.sign_up(name).await;
    let email = registered.answer["user"]["email"].clone();
    let signed_in = edge
        .post(
            "/v1/sessions",
            &json!({"email": email, "password": PASSWORD}),
        )
        .await;
    let client = edge.with_token(
        signed_in.require(201).json()["access_token"]
            .as_str()
            .unwrap(),
    );
    let given = client
        .post(
            "/v1/horses/starter",
            &json!({"breed": "Arabian", "name": mare}),
        )
        .await;
    let mare = given.require(201).json()["id"].as_i64().unwrap();
    let again = client
        .post(
            "/v1/horses/starter",
            &json!({"breed": "Arabian", "name": "Second"}),
        )
        .await;
    assert_eq!(again.status, 409, "{}", again.text());
    Rider { client, mare }
}

async fn trains_and_rests(edge: &Client, rider: &Rider) {
    let path = format!("/v1/horses/{}/training", rider.mare);
    let racing = json!({"discipline": "Racing"});
    let trained = rider
        .client
        .ask("POST", &path)
        .key("first-training")
        .json(&racing)
        .send()
        .await
        .require(201);
    let again = rider
        .client
        .ask("POST", &path)
        .key("first-training")
        .json(&racing)
        .send()
        .await
        .require(201);
    assert_eq!(
        (again.body.clone(), again.header("idempotency-replayed")),
        (trained.body.clone(), "true")
    );
    assert_eq!(
        (again.etag(), again.header("location")),
        (trained.etag(), trained.header("location"))
    );
    let trained = trained.json();
    let refused = rider
        .client
        .post(&path, &racing)
        .await
        .refused(409, "resting");
    assert_eq!(refused["until"], trained["resting_until"]);
    let card = edge.read(&format!("/v1/horses/{}", rider.mare)).await;
    assert_eq!(
        card["discipline_scores"],
        json!({"Racing": trained["score"]})
    );
    advance(edge, "7d").await;
    rider.client.post(&path, &racing).await.require(201);
}

async fn opens(edge: &Client, host: &Client) -> i64 {
    let now = edge.read("/dev/clock").await["now"]
        .as_str()
        .unwrap()
        .parse::<chrono::DateTime<chrono::Utc>>()
        .unwrap();
    let run_date = harness::world::wire(now + chrono::TimeDelta::hours(24));
    let body = json!({"name": "Edge Stakes", "discipline": "Racing", "entry_fee": 30, "prize": 500, "run_date": run_date});
    let opened = host.post("/v1/shows", &body).await.require(201);
    let location = opened.header("location").to_owned();
    let show = opened.json()["id"].as_i64().unwrap();
    assert_eq!(location, format!("/v1/shows/{show}"));
    assert_eq!(edge.read(&location).await["state"], "open");
    show
}

async fn previews_and_enters(rider: &Rider, show: i64) -> Value {
    let path = format!("/v1/shows/{show}/preview?horse={}", rider.mare);
    let preview = rider.client.read(&path).await;
    assert_eq!(preview["enterable"], true, "{preview}");
    let (least, most) = (
        preview["least_score"].as_f64().unwrap(),
        preview["greatest_score"].as_f64().unwrap(),
    );
    let expected = preview["expected_score"].as_f64().unwrap();
    assert!(least <= expected && expected <= most, "{preview}");
    let purse = rider.client.read("/v1/users/me").await["money"]
        .as_i64()
        .unwrap();
    let entered = enters(rider, show).await.require(201).json();
    assert_eq!(entered["money"], purse - 30);
    assert_eq!(rider.client.read("/v1/users/me").await["money"], purse - 30);
    rider.client.read(&path).await["expected_score"].clone()
}

async fn enters(rider: &Rider, show: i64) -> Reply {
    rider
        .client
        .post(
            &format!("/v1/shows/{show}/entries"),
            &json!({"horse_id": rider.mare}),
        )
        .await
}

async fn advance(edge: &Client, span: &str) {
    edge.post("/dev/clock", &json!({"advance": span}))
        .await
        .require(200);
}

async fn until_settled(edge: &Client, show: i64) {
    let since = Instant::now();
    let path = format!("/v1/shows/{show}");
    // No copy tells of what others do: who waits for it asks for what is fresh, with a mark that stands for anything.
    let state = async || {
        let ask = edge.signed_out().ask("GET", &path);
        ask.header("equoria-seen", "fresh").send().await.json()["state"].clone()
    };
    while state().await != "settled" {
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "the show was not settled"
        );
    }
}

async fn place_of(edge: &Client, show: i64, mare: i64) -> Value {
    let results = edge.read(&format!("/v1/shows/{show}/results")).await;
    let places = results["items"].as_array().unwrap();
    assert_eq!(places.len(), 2);
    places
        .iter()
        .find(|it| it["horse"]["id"] == mare)
        .unwrap()
        .clone()
}

/// The result, the prize, the XP and the level, for everyone to see.
async fn shows_on_the_card(edge: &Client, rider: &Rider, place: &Value) {
    let card = edge.read(&format!("/v1/horses/{}", rider.mare)).await;
    assert_eq!(card["results"][0]["score"], place["score"]);
    assert_eq!(card["xp"], place["horse_xp"]);
    assert_eq!(card["level"], card["xp"].as_i64().unwrap() / 100 + 1);
    let me = rider.client.read("/v1/users/me").await;
    assert_eq!(me["money"], 1000 - 30 + place["prize"].as_i64().unwrap());
    assert_eq!(me["level"], me["xp"].as_i64().unwrap() / 100 + 1);
    assert!(place["prize"].as_i64().unwrap() > 0 && place["user_xp"].as_i64().unwrap() > 0);
}

async fn verifies(edge: &Client, show: i64, published: &Value) {
    let proof: Proof =
        serde_json::from_value(edge.read(&format!("/v1/shows/{show}/proof")).await).unwrap();
    let published: Commitment = published.as_str().unwrap().parse().unwrap();
    assert_eq!(verify_published(&proof, &published).unwrap().entries, 2);
}

async fn adds_up(client: &Client) {
    let mut balance = client.read("/v1/users/me").await["money"].as_i64().unwrap();
    let page = client.read("/v1/users/me/ledger?limit=100").await;
    for posting in page["items"].as_array().unwrap() {
        assert_eq!(posting["balance_after"], balance, "{posting}");
        balance -= posting["amount"].as_i64().unwrap();
    }
    assert_eq!(balance, 0);
}
