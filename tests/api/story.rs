//! The whole story: from registration to a settled show that anyone can verify.

use harness::world::wire;
use harness::{Client, World};
use rules::competition::proof::{Proof, verify};
use serde_json::{Value, json};

/// A player of the story with a trained mare.
struct Rider {
    client: Client,
    mare: i64,
}

#[tokio::test]
async fn a_player_registers_trains_enters_and_everyone_can_verify_the_result() {
    let mut world = World::new().await;
    world.start_jobs().await;
    let ada = rider(&world, "Ada", "Morning Lark").await;
    let ben = rider(&world, "Ben", "Evening Lark").await;
    let host = world.client.sign_up("Cleo").await.client;

    trains_once_in_seven_days(&world, &ada).await;
    let show = opens_a_show(&world, &host).await;
    let expected = previews_and_enters(&ada, show).await;
    ben.client
        .post(
            &format!("/v1/shows/{show}/entries"),
            &json!({"horse_id": ben.mare}),
        )
        .await
        .require(201);

    world.advance("26h").await;
    until_settled(&world.client, show).await;
    results_are_everyones(&world, &ada, &ben, show, expected).await;
    the_proof_verifies(&world.client, show).await;
    for player in [&ada.client, &ben.client, &host] {
        its_ledger_adds_up(player).await;
    }
    world.require_sound_ledger().await;
}

async fn rider(world: &World, name: &str, mare: &str) -> Rider {
    let signed_up = world.client.sign_up(name).await;
    let client = signed_up.client;
    let answer = signed_up.answer;
    assert_eq!(
        (
            &answer["user"]["money"],
            &answer["user"]["level"],
            &answer["user"]["xp"]
        ),
        (&json!(1000), &json!(1), &json!(0))
    );
    let email = answer["user"]["email"].as_str().unwrap();
    let again = json!({"email": email, "password": harness::client::PASSWORD});
    let session = world
        .client
        .post("/v1/sessions", &again)
        .await
        .require(201)
        .json();
    let client = client.with_token(session["access_token"].as_str().unwrap());
    let starter = json!({"breed": "Arabian", "name": mare});
    let given = client
        .post("/v1/horses/starter", &starter)
        .await
        .require(201);
    let horse = given.json();
    assert_eq!(
        (&horse["word"], &horse["age"], &horse["level"]),
        (&json!("mare"), &json!(3), &json!(1))
    );
    assert_eq!(
        (&horse["bond_score"], &horse["stress_level"]),
        (&json!(50), &json!(30))
    );
    assert_eq!(
        given.header("location"),
        format!("/v1/horses/{}", horse["id"])
    );
    Rider {
        client,
        mare: horse["id"].as_i64().unwrap(),
    }
}

async fn trains_once_in_seven_days(world: &World, rider: &Rider) {
    let path = format!("/v1/horses/{}/training", rider.mare);
    let racing = json!({"discipline": "Racing"});
    let training = rider.client.post(&path, &racing).await.require(201).json();
    assert!(training["score_gain"].as_i64().unwrap() >= 1);
    assert_eq!(training["score"], training["score_gain"]);
    let until = training["resting_until"].clone();
    // Six days and 23 hours later she still rests, and the refusal names the same instant.
    world.advance("167h").await;
    let refused = rider
        .client
        .post(&path, &racing)
        .await
        .refused(409, "resting");
    assert_eq!(refused["until"], until);
    let other = rider
        .client
        .post(&path, &json!({"discipline": "Dressage"}))
        .await;
    assert_eq!(other.refused(409, "resting")["until"], until);
    let card = rider
        .client
        .read(&format!("/v1/horses/{}", rider.mare))
        .await;
    assert_eq!(
        card["discipline_scores"],
        json!({"Racing": training["score"]})
    );
    assert_eq!(card["training_cooldown"], until);
    let log = rider.client.read(&format!("{path}?limit=5")).await;
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
    assert_eq!(log["items"][0]["score_gain"], training["score_gain"]);
    let me = rider.client.read("/v1/users/me").await;
    assert_eq!(me["xp"], training["user"]["xp"]);
    world.advance("1h").await;
    rider.client.post(&path, &racing).await.require(201);
}

async fn opens_a_show(world: &World, host: &Client) -> i64 {
    let run_date = wire(world.now() + chrono::TimeDelta::hours(25));
    let body = json!({"name": "Ashford Autumn Stakes", "discipline": "Racing", "entry_fee": 25, "prize": 301, "run_date": run_date});
    let opened = host.post("/v1/shows", &body).await.require(201).json();
    assert_eq!(opened["state"], "open");
    assert_eq!(opened["secret_hash"].as_str().unwrap().len(), 64);
    assert_eq!(host.read("/v1/users/me").await["money"], 1000 - 301);
    let calendar = host.read("/v1/shows?discipline=Racing&limit=100").await;
    assert!(
        calendar["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["id"] == opened["id"])
    );
    opened["id"].as_i64().unwrap()
}

async fn previews_and_enters(rider: &Rider, show: i64) -> Value {
    let mare = rider.mare;
    let preview = rider
        .client
        .read(&format!("/v1/shows/{show}/preview?horse={mare}"))
        .await;
    assert_eq!(
        (&preview["enterable"], &preview["refusal"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        preview["placings"],
        json!([{"placement": 1, "chance": 1.0}])
    );
    let entered = rider
        .client
        .post(
            &format!("/v1/shows/{show}/entries"),
            &json!({"horse_id": mare}),
        )
        .await;
    let entered = entered.require(201).json();
    assert_eq!(
        (&entered["fee"], &entered["money"], &entered["entries"]),
        (&json!(25), &json!(975), &json!(1))
    );
    assert_eq!(rider.client.read("/v1/users/me").await["money"], 975);
    let after = rider
        .client
        .read(&format!("/v1/shows/{show}/preview?horse={mare}"))
        .await;
    assert_eq!(
        (&after["basis"], &after["enterable"]),
        (&json!("entry"), &json!(false))
    );
    assert_eq!(after["refusal"]["code"], "already-entered");
    after["expected_score"].clone()
}

/// Reads the show again and again; the job settles it as soon as the clock has moved.
async fn until_settled(client: &Client, show: i64) {
    let since = std::time::Instant::now();
    while client.read(&format!("/v1/shows/{show}")).await["state"] != "settled" {
        assert!(since.elapsed().as_secs() < 30, "the show was not settled");
    }
}

async fn results_are_everyones(
    world: &World,
    ada: &Rider,
    ben: &Rider,
    show: i64,
    expected: Value,
) {
    let results = world
        .client
        .read(&format!("/v1/shows/{show}/results"))
        .await["items"]
        .clone();
    let places: Vec<_> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["placement"], &it["prize"], &it["horse_xp"]))
        .collect();
    // 301 coins: 150 and 90 floored, the remainder of 1 to the first; the third's 60 go back to the host.
    assert_eq!(
        places,
        [
            (&json!(1), &json!(151), &json!(30)),
            (&json!(2), &json!(90), &json!(27))
        ]
    );
    let place_of = |mare: i64| {
        results
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["horse"]["id"] == mare)
            .unwrap()
            .clone()
    };
    let hers = place_of(ada.mare);
    assert_eq!(hers["expected_score"], expected);
    for (rider, trained) in [(ada, true), (ben, false)] {
        let place = place_of(rider.mare);
        let card = rider
            .client
            .read(&format!("/v1/horses/{}", rider.mare))
            .await;
        assert_eq!(card["xp"], place["horse_xp"]);
        assert_eq!(card["results"][0]["show"]["id"], show);
        assert_eq!(card["results"][0]["score"], place["score"]);
        let me = rider.client.read("/v1/users/me").await;
        assert_eq!(me["money"], 975 + place["prize"].as_i64().unwrap());
        let xp = me["xp"].as_i64().unwrap();
        assert_eq!(me["level"], xp / 100 + 1);
        assert!(xp >= place["user_xp"].as_i64().unwrap() + if trained { 2 } else { 0 });
    }
    let ended = world.client.read(&format!("/v1/shows/{show}")).await;
    assert_eq!(ended["state"], "settled");
    assert_eq!(ended["secret"].as_str().unwrap().len(), 64);
}

async fn the_proof_verifies(client: &Client, show: i64) {
    let published = client.read(&format!("/v1/shows/{show}/proof")).await;
    let proof: Proof = serde_json::from_value(published.clone()).unwrap();
    verify(&proof).unwrap();
    let shown = client.read(&format!("/v1/shows/{show}")).await;
    assert_eq!(published["digest"], shown["result_digest"]);
    let mut forged = proof;
    forged.results[0].prize = rules::money::Coins::new(forged.results[0].prize.get() + 1);
    assert!(verify(&forged).is_err());
}

/// Newest first, every posting continues the one before it, and the last is what the purse holds.
async fn its_ledger_adds_up(player: &Client) {
    let money = player.read("/v1/users/me").await["money"].as_i64().unwrap();
    let page = player.read("/v1/users/me/ledger?limit=100").await;
    let postings = page["items"].as_array().unwrap();
    let mut balance = money;
    for posting in postings {
        assert_eq!(posting["balance_after"], balance, "{posting}");
        balance -= posting["amount"].as_i64().unwrap();
    }
    assert_eq!(balance, 0);
    assert_eq!(postings.last().unwrap()["cause"], "welcome");
}
