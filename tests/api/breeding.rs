//! Breeding through the API: coverings and their fees, studs, and the life of a foal from covering to training.

use equoria::jobs::retirement;
use harness::client::Ask;
use harness::world::YEAR_H;
use harness::{NewHorse, Player, World};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::races::{MANY, at_once, require_one, tally};
use crate::refusals::refuse;

pub(crate) fn cover(player: &Player, mare: i64, stallion: i64, fee: Option<i64>) -> Ask {
    let path = format!("/v1/horses/{mare}/coverings");
    let body = json!({"stallion_id": stallion, "fee": fee});
    player.ask("POST", &path).json(&body)
}

fn offer(player: &Player, stallion: i64, fee: i64) -> Ask {
    let path = format!("/v1/horses/{stallion}/stud");
    player.ask("PUT", &path).json(&json!({"fee": fee}))
}

fn withdraw(player: &Player, stallion: i64) -> Ask {
    player.ask("DELETE", &format!("/v1/horses/{stallion}/stud"))
}

async fn of_age(world: &World, owner: &Player, sex: &'static str, age_hours: i64) -> i64 {
    let horse = NewHorse {
        sex,
        age_hours,
        ..NewHorse::default()
    };
    world.horse(owner, horse).await
}

/// Two players: Ann with a mare, Ben with a stallion.
pub(crate) async fn pair(world: &World) -> (Player, i64, Player, i64) {
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let (mare, stallion) = (world.mare(&ann).await, world.stallion(&ben).await);
    (ann, mare, ben, stallion)
}

/// Reads again and again until it holds; the jobs do it as soon as the clock has moved.
async fn until(player: &Player, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let since = std::time::Instant::now();
    loop {
        let read = player.read(path).await;
        if holds(&read) {
            return read;
        }
        assert!(since.elapsed().as_secs() < 30, "{path} stays {read}");
    }
}

#[tokio::test]
async fn from_a_stud_listing_to_a_trained_horse_of_three() {
    let mut world = World::new().await;
    world.start_jobs().await;
    let (ann, mare, ben, stallion) = pair(&world).await;
    for parent in [mare, stallion] {
        world.endow(parent, "MC1R=E/e").await;
    }
    offer(&ben, stallion, 120).send().await.require(200);
    let studs = ann.read("/v1/studs?max_fee=120").await;
    assert_eq!(
        (&studs["items"][0]["id"], &studs["items"][0]["fee"]),
        (&json!(stallion), &json!(120))
    );

    let covered = cover(&ann, mare, stallion, Some(120)).send().await;
    let covering = covered.require(201).json();
    assert_eq!(
        (
            &covering["fee"],
            &covering["registration"],
            &covering["money"],
            &covering["inbreeding"]
        ),
        (&json!(120), &json!(50), &json!(830), &json!(0.0))
    );
    assert_eq!(
        (world.purse(ann.id).await, world.purse(ben.id).await),
        (830, 1120)
    );
    assert_eq!(
        ann.read(&format!("/v1/horses/{mare}")).await["in_foal"],
        true
    );

    world.advance("168h").await;
    let ended = until(&ann, "/v1/users/me/pregnancies", |it| {
        it["items"][0]["state"] == "foaled"
    })
    .await;
    let foal = ended["items"][0]["foal"]["id"].as_i64().unwrap();
    is_born(&world, &ann, (foal, mare, stallion), &covering).await;
    it_is_named(&ann, foal).await;
    let after = its_first_week(&world, &ann, foal).await;
    it_grows_up_and_trains(&world, &ann, foal, &after).await;
    world.require_sound_ledger().await;
}

async fn is_born(
    world: &World,
    ann: &Player,
    (foal, mare, stallion): (i64, i64, i64),
    covering: &Value,
) {
    let card = ann.read(&format!("/v1/foals/{foal}")).await;
    assert_eq!(
        (&card["dam"]["id"], &card["sire"]["id"]),
        (&json!(mare), &json!(stallion))
    );
    assert_eq!(
        (&card["owner"]["id"], &card["current_day"]),
        (&json!(ann.id), &json!(1))
    );
    let instant =
        |text: &Value| -> chrono::DateTime<chrono::Utc> { text.as_str().unwrap().parse().unwrap() };
    // A deadline is shown to the next whole millisecond, a birth to the last.
    let late = instant(&covering["due_at"]) - instant(&card["born_at"]);
    assert!((0..=1).contains(&late.num_milliseconds()), "{late}");
    assert_eq!(
        (&card["bond_score"], &card["stress_level"]),
        (&json!(50), &json!(30))
    );
    assert!(
        card["name"].as_str().unwrap().starts_with("Foal of Mare "),
        "{card}"
    );
    assert!(card["coat"]["name"].is_string(), "{card}");
    let reached: Vec<&Value> = card["milestones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["milestone"])
        .collect();
    assert!(
        reached.contains(&&json!("bond_25")) && reached.contains(&&json!("bond_50")),
        "{card}"
    );
    assert_eq!(ann.read("/v1/users/me").await["xp"], 10);
    let genetics = format!("select count(*) from foals f join horses h on h.id = f.id where f.id = {foal} and h.sire_id = f.sire_id
        and f.traits = h.epigenetic_modifiers and f.genetics -> 'loci' ? 'MC1R' and h.breed_id = (select breed_id from horses where id = {mare})");
    assert_eq!(world.one(&genetics).await, 1);
}

async fn it_is_named(ann: &Player, foal: i64) {
    let path = format!("/v1/horses/{foal}");
    let etag = ann.get(&path).await.require(200).etag().to_owned();
    let renamed = ann
        .ask("PATCH", &path)
        .if_match(&etag)
        .json(&json!({"name": "Early Lark"}))
        .send()
        .await;
    assert_eq!(renamed.require(200).json()["name"], "Early Lark");
    assert_eq!(
        ann.read(&format!("/v1/foals/{foal}")).await["name"],
        "Early Lark"
    );
}

/// One activity a day; gives the last day's answer.
async fn its_first_week(world: &World, ann: &Player, foal: i64) -> Value {
    let days = [
        "gentle_touch",
        "play_interaction",
        "walking_practice",
        "leading_practice",
        "training_games",
        "confidence_building",
        "graduation_ceremony",
    ];
    let path = format!("/v1/foals/{foal}/activities");
    let mut last = json!({"bond_score": 50, "stress_level": 30});
    for (day, activity) in (1..).zip(days) {
        let done = ann
            .post(&path, &json!({"activity": activity}))
            .await
            .require(201)
            .json();
        for (now, change) in [
            ("bond_score", "bonding_impact"),
            ("stress_level", "stress_impact"),
        ] {
            let before = last[now].as_i64().unwrap();
            assert_eq!(done[now], before + done[change].as_i64().unwrap(), "{done}");
        }
        assert_eq!(done["activities_completed"].as_array().unwrap().len(), day);
        last = done;
        world.advance("24h").await;
    }
    last
}

async fn it_grows_up_and_trains(world: &World, ann: &Player, foal: i64, after: &Value) {
    let training = format!("/v1/horses/{foal}/training");
    let racing = json!({"discipline": "Racing"});
    world.advance("335h").await;
    ann.post(&training, &racing).await.refused(409, "too-young");
    world.advance("1h").await;
    let path = format!("/v1/foals/{foal}");
    let grown = until(ann, &path, |it| {
        it["milestones"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["milestone"] == "graduated")
    })
    .await;
    assert_eq!(
        (&grown["age"], &grown["bond_score"]),
        (&json!(3), &after["bond_score"])
    );
    let names: Vec<&str> = grown["milestones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["milestone"].as_str().unwrap())
        .collect();
    for stage in ["weanling", "yearling", "two_year_old", "graduated"] {
        assert_eq!(
            names.iter().filter(|name| **name == stage).count(),
            1,
            "{names:?}"
        );
    }
    let stage =
        format!("select count(*) from foals where id = {foal} and development_stage = 'adult'");
    assert_eq!(world.one(&stage).await, 1);
    ann.post(&training, &racing).await.require(201);
}

#[tokio::test]
async fn a_covering_is_refused_by_each_rule_and_changes_nothing() {
    let world = World::new().await;
    let (ann, mare, ben, stallion) = pair(&world).await;
    offer(&ben, stallion, 120).send().await.require(200);
    let own = world.stallion(&ann).await;
    let bens_mare = world.mare(&ben).await;
    let (mare_age, stallion_age) = ("mare_id", "stallion_id");
    for (ask, status, code, field) in [
        (
            cover(&ann, mare, mare, None),
            422,
            "same-horse",
            Some("stallion_id"),
        ),
        (cover(&ann, bens_mare, own, None), 403, "not-yours", None),
        (
            cover(&ann, own, own + 1_000, None),
            404,
            "horse-not-found",
            Some("stallion_id"),
        ),
        (
            cover(&ann, own + 1_000, own, None),
            404,
            "horse-not-found",
            None,
        ),
        (
            cover(&ann, own, stallion, Some(120)),
            409,
            "wrong-sex",
            Some(mare_age),
        ),
        (
            cover(&ann, mare, bens_mare, None),
            409,
            "wrong-sex",
            Some(stallion_age),
        ),
        (
            cover(&ann, mare, stallion, None),
            409,
            "fee-differs",
            Some("fee"),
        ),
        (
            cover(&ann, mare, stallion, Some(119)),
            409,
            "fee-differs",
            Some("fee"),
        ),
        (
            cover(&ann, mare, own, Some(5)),
            409,
            "fee-differs",
            Some("fee"),
        ),
    ] {
        let problem = refuse(&world, ask, status, code).await;
        assert_eq!(problem["field"].as_str(), field, "{problem}");
    }
    let differs = refuse(
        &world,
        cover(&ann, mare, stallion, Some(119)),
        409,
        "fee-differs",
    )
    .await;
    assert_eq!(differs["fee"], 120);
    withdraw(&ben, stallion).send().await.require(204);
    refuse(
        &world,
        cover(&ann, mare, stallion, Some(120)),
        409,
        "not-at-stud",
    )
    .await;
}

#[tokio::test]
async fn horses_breed_from_their_third_birthday_to_their_twenty_first() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 10_000).await;
    let (mare, stallion) = (world.mare(&ann).await, world.stallion(&ann).await);
    for hours in [3 * YEAR_H - 1, 21 * YEAR_H + 1] {
        let wrong_mare = of_age(&world, &ann, "female", hours).await;
        let wrong_stallion = of_age(&world, &ann, "male", hours).await;
        for (ask, field) in [
            (cover(&ann, wrong_mare, stallion, None), "mare_id"),
            (cover(&ann, mare, wrong_stallion, None), "stallion_id"),
        ] {
            let problem = refuse(&world, ask, 409, "not-of-breeding-age").await;
            assert_eq!(problem["field"], field);
        }
        refuse(
            &world,
            offer(&ann, wrong_stallion, 5),
            409,
            "not-of-breeding-age",
        )
        .await;
    }
    for hours in [3 * YEAR_H, 21 * YEAR_H - 1] {
        let young_mare = of_age(&world, &ann, "female", hours).await;
        let young_stallion = of_age(&world, &ann, "male", hours).await;
        cover(&ann, young_mare, young_stallion, None)
            .send()
            .await
            .require(201);
    }
}

#[tokio::test]
async fn a_mare_in_foal_or_at_rest_is_not_covered_and_a_poor_player_covers_none() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 149).await;
    let (mare, other, stallion) = (
        world.mare(&ann).await,
        world.mare(&ann).await,
        world.stallion(&ann).await,
    );
    for parent in [mare, stallion] {
        world.endow(parent, "").await;
    }
    let covered = cover(&ann, mare, stallion, None)
        .send()
        .await
        .require(201)
        .json();
    assert_eq!(
        (&covered["fee"], &covered["money"]),
        (&json!(0), &json!(99))
    );
    refuse(&world, cover(&ann, mare, stallion, None), 409, "in-foal").await;
    world.advance("168h").await;
    world.deliver_due().await;
    let resting = refuse(&world, cover(&ann, mare, stallion, None), 409, "resting").await;
    let until: chrono::DateTime<chrono::Utc> = resting["until"].as_str().unwrap().parse().unwrap();
    let born: chrono::DateTime<chrono::Utc> = covered["due_at"].as_str().unwrap().parse().unwrap();
    assert_eq!((until - born).num_days(), 7);
    world.advance("167h").await;
    refuse(&world, cover(&ann, mare, stallion, None), 409, "resting").await;
    world.advance("1h").await;
    cover(&ann, mare, stallion, None).send().await.require(201);
    let poor = refuse(
        &world,
        cover(&ann, other, stallion, None),
        409,
        "not-enough-coins",
    )
    .await;
    assert_eq!((&poor["need"], &poor["have"]), (&json!(50), &json!(49)));
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn a_stud_listing_is_its_owners_and_another_fee_is_another_version() {
    let world = World::new().await;
    let (ann, mare, ben, stallion) = pair(&world).await;
    refuse(&world, offer(&ann, stallion, 5), 403, "not-yours").await;
    let of_mare = refuse(&world, offer(&ann, mare, 5), 409, "wrong-sex").await;
    assert_eq!(of_mare["field"], "id", "the part of the path");
    let unlisted = (404, "stud-listing-not-found");
    refuse(&world, withdraw(&ben, stallion), unlisted.0, unlisted.1).await;
    let first = offer(&ben, stallion, 5).send().await.require(200);
    let again = offer(&ben, stallion, 0).send().await.require(200);
    let (first, again) = (first.json(), again.json());
    assert_eq!((&first["fee"], &again["fee"]), (&json!(5), &json!(0)));
    assert_eq!(first["listed_at"], again["listed_at"]);
    assert!(again["version"].as_i64() > first["version"].as_i64());
    refuse(&world, withdraw(&ann, stallion), 403, "not-yours").await;
    // Nothing is asked, and nothing moves but the registration.
    cover(&ann, mare, stallion, Some(0))
        .send()
        .await
        .require(201);
    assert_eq!(
        (world.purse(ann.id).await, world.purse(ben.id).await),
        (950, 1000)
    );
    withdraw(&ben, stallion).send().await.require(204);
    refuse(&world, withdraw(&ben, stallion), unlisted.0, unlisted.1).await;
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn a_stallion_stands_at_stud_until_he_is_twenty_one() {
    let world = World::new().await;
    let ben = world.player("Ben").await;
    let old = of_age(&world, &ben, "male", 21 * YEAR_H).await;
    let last_year = of_age(&world, &ben, "male", 21 * YEAR_H - 1).await;
    world
        .sql(&format!(
            "insert into stud_listings (horse_id, fee) values ({old}, 5), ({last_year}, 5)"
        ))
        .await;
    let (_never, stopping) = watch::channel(false);
    retirement::retire(&world.app, &stopping).await;
    assert_eq!(
        world.one("select count(*) from stud_listings").await,
        1,
        "one of the two is too old"
    );
    withdraw(&ben, last_year).send().await.require(204);
}

#[tokio::test]
async fn a_stallion_of_a_hidden_profile_stays_at_stud_without_his_owners_name() {
    let world = World::new().await;
    let (ann, mare, ben, stallion) = pair(&world).await;
    offer(&ben, stallion, 30).send().await.require(200);
    let hide = format!(
        "update users set settings = '{{\"privacy\": {{\"profileVisible\": false}}}}' where id = '{}'",
        ben.id
    );
    world.sql(&hide).await;
    let studs = ann.read("/v1/studs").await;
    assert_eq!(
        (&studs["items"][0]["id"], &studs["items"][0]["owner"]),
        (&json!(stallion), &Value::Null)
    );
    cover(&ann, mare, stallion, Some(30))
        .send()
        .await
        .require(201);
    assert_eq!(world.purse(ben.id).await, 1030);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_coverings_of_one_mare_one_is_agreed_and_paid() {
    let world = World::new().await;
    let (ann, mare, ben, stallion) = pair(&world).await;
    offer(&ben, stallion, 100).send().await.require(200);
    let asks = (0..MANY).map(|_| cover(&ann, mare, stallion, Some(100)));
    require_one(&at_once(asks).await, 201, "409 in-foal");
    assert_eq!(
        (world.purse(ann.id).await, world.purse(ben.id).await),
        (850, 1100)
    );
    assert_eq!(world.one("select count(*) from pregnancies").await, 1);
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn players_who_cover_each_others_mares_at_once_never_lock_each_other_out() {
    let world = World::new().await;
    let (ann, ben) = (
        world.player_with("Ann", 10_000).await,
        world.player_with("Ben", 10_000).await,
    );
    let (anns, bens) = (world.stallion(&ann).await, world.stallion(&ben).await);
    offer(&ann, anns, 10).send().await.require(200);
    offer(&ben, bens, 10).send().await.require(200);
    let mut asks = Vec::new();
    for _ in 0..MANY / 2 {
        asks.push(cover(&ann, world.mare(&ann).await, bens, Some(10)));
        asks.push(cover(&ben, world.mare(&ben).await, anns, Some(10)));
    }
    assert_eq!(
        tally(&at_once(asks).await),
        [("201".to_owned(), MANY)].into()
    );
    let left = 10_000 - 50 * (MANY as i64 / 2);
    assert_eq!(
        (world.purse(ann.id).await, world.purse(ben.id).await),
        (left, left)
    );
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_coverings_with_coins_for_one() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 99).await;
    let stallion = world.stallion(&ann).await;
    let mut asks = Vec::new();
    for _ in 0..MANY {
        asks.push(cover(&ann, world.mare(&ann).await, stallion, None));
    }
    require_one(&at_once(asks).await, 201, "409 not-enough-coins");
    assert_eq!(world.purse(ann.id).await, 49);
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn a_covering_with_a_key_happens_once() {
    let world = World::new().await;
    let (ann, mare, ben, stallion) = pair(&world).await;
    offer(&ben, stallion, 100).send().await.require(200);
    let first = cover(&ann, mare, stallion, Some(100))
        .key("spring")
        .send()
        .await
        .require(201);
    let again = cover(&ann, mare, stallion, Some(100))
        .key("spring")
        .send()
        .await
        .require(201);
    assert_eq!(first.body, again.body);
    assert_eq!(world.purse(ann.id).await, 850);
}
