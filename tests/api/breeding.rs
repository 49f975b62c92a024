//! Breeding through the API: coverings and their fees, births exactly once, losses, tests, and what old horses are given.

use equoria::breeding::birth::{Deliver, Outcome};
use equoria::db::By;
use equoria::jobs::{diversity, endowment, retirement};
use harness::client::Ask;
use harness::world::{YEAR_H, number};
use harness::{NewHorse, Player, World};
use rules::genetics::{Genome, Locus};
use rules::horse::Sex;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::races::{MANY, at_once, gathered, require_one, tally};
use crate::refusals::refuse;

fn cover(player: &Player, mare: i64, stallion: i64, fee: Option<i64>) -> Ask {
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

fn test(player: &Player, horse: i64) -> Ask {
    player.ask("POST", &format!("/v1/horses/{horse}/genetic-test"))
}

fn publish(player: &Player, horse: i64, published: bool) -> Ask {
    let path = format!("/v1/horses/{horse}/genetic-test");
    player
        .ask("PATCH", &path)
        .json(&json!({"published": published}))
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
async fn pair(world: &World) -> (Player, i64, Player, i64) {
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

/// A pregnancy that is due now, of parents that are known.
async fn due(world: &World, owner: &Player) -> i64 {
    let (mare, stallion) = (world.mare(owner).await, world.stallion(owner).await);
    for parent in [mare, stallion] {
        world.endow(parent, "").await;
    }
    world.covering(owner, mare, stallion, 7 * 24).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_workers_one_brings_the_foal_into_the_world() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let deliver = Deliver {
        pregnancy: due(&world, &ann).await,
    };
    let work = (0..MANY).map(|_| {
        let app = world.app.clone();
        async move { app.db.write(By::nobody("birth"), &deliver).await.unwrap() }
    });
    let outcomes = gathered(work).await;
    let foaled = outcomes
        .iter()
        .filter(|it| matches!(it, Outcome::Foaled(_)));
    assert_eq!(foaled.count(), 1, "{outcomes:?}");
    let elsewhere = outcomes.iter().filter(|it| **it == Outcome::Elsewhere);
    assert_eq!(elsewhere.count(), MANY - 1);
    assert_eq!(world.one("select count(*) from foals").await, 1);
    assert_eq!(
        world
            .one("select count(*) from horses where sire_id is not null")
            .await,
        1
    );
    assert_eq!(world.one("select xp::bigint from users").await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_birth_that_is_broken_off_anywhere_happens_once_in_the_end() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    for round in 0..20_u64 {
        let deliver = Deliver {
            pregnancy: due(&world, &ann).await,
        };
        let app = world.app.clone();
        let birth = tokio::spawn(async move { app.db.write(By::nobody("birth"), &deliver).await });
        // The task is dropped between two of its statements, and with it the connection.
        for _ in 0..round * 5 {
            tokio::task::yield_now().await;
        }
        birth.abort();
        drop(birth.await);
        let since = std::time::Instant::now();
        let ended = format!(
            "select count(*) from pregnancies where id = {} and foal_id is not null",
            deliver.pregnancy
        );
        while world.one(&ended).await == 0 {
            world.deliver_due().await;
            assert!(since.elapsed().as_secs() < 30, "the foal is not born");
        }
    }
    assert_eq!(world.one("select count(*) from foals").await, 20);
    assert_eq!(world.one("select count(*) from foal_development").await, 20);
    assert_eq!(
        world
            .one("select count(*) from horses where dam_id is not null")
            .await,
        20
    );
    assert_eq!(world.one("select xp::bigint from users").await, 200);
}

#[tokio::test]
async fn a_foal_is_born_when_it_was_due_however_late_the_job_is() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let (mare, stallion) = (world.mare(&ann).await, world.stallion(&ann).await);
    for parent in [mare, stallion] {
        world.endow(parent, "").await;
    }
    let pregnancy = world.covering(&ann, mare, stallion, 4 * 24).await;
    world.deliver_due().await;
    assert_eq!(world.one("select count(*) from foals").await, 0);
    world.advance("144h").await;
    world.deliver_due().await;
    let sql = format!("select count(*) from pregnancies p join horses h on h.id = p.foal_id
        join foals f on f.id = h.id join foal_development d on d.foal_id = h.id
        where p.id = {pregnancy} and h.born_at = p.due_at and p.ended_at = p.due_at and f.development_stage = 'weanling'
          and d.current_day = 4 and d.milestones_reached @> '[{{\"milestone\": \"weanling\"}}]'");
    // Three days late: a weanling already, on its fourth day.
    assert_eq!(world.one(&sql).await, 1);
}

#[tokio::test]
async fn a_foal_stands_beside_its_dam_and_of_two_breeds_comes_a_crossbred() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let stable = ann
        .post("/v1/stables", &json!({"name": "Home"}))
        .await
        .require(201);
    let mare = NewHorse {
        stable: Some(number(&stable, "id")),
        name: "x".repeat(60),
        ..NewHorse::default()
    };
    let mare = world.horse(&ann, mare).await;
    let stallion = NewHorse {
        sex: "male",
        breed: "Hanoverian",
        ..NewHorse::default()
    };
    let stallion = world.horse(&ann, stallion).await;
    let foal = world.foal_of(&ann, mare, stallion).await;
    let card = ann.read(&format!("/v1/horses/{foal}")).await;
    assert_eq!(card["breed"]["name"], "Crossbred");
    assert_eq!(card["stable"]["name"], "Home");
    assert_eq!(card["name"], format!("Foal of {}", "x".repeat(52)));
}

#[tokio::test]
async fn foals_of_two_frames_are_lost_one_in_four_and_the_answer_says_to_what() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 10_000).await;
    let stallion = world.stallion(&ann).await;
    world.endow(stallion, "EDNRB=n/O").await;
    // The chance that none of 64 is lost is one in a hundred million; that more than half are, one in ten thousand.
    for _ in 0..64 {
        let mare = world.mare(&ann).await;
        world.endow(mare, "EDNRB=n/O").await;
        world.covering(&ann, mare, stallion, 7 * 24).await;
    }
    world.deliver_due().await;
    let lost = world.one("select count(*) from pregnancies where state = 'lost' and lost_to = 'EDNRB' and foal_id is null").await;
    let foaled = world
        .one("select count(*) from pregnancies where state = 'foaled'")
        .await;
    assert_eq!(lost + foaled, 64);
    assert!((1..=40).contains(&lost), "{lost} of 64 were lost");
    assert_eq!(
        world
            .one("select count(*) from horses where sire_id is not null")
            .await,
        foaled
    );
    assert_eq!(world.one("select xp::bigint from users").await, 10 * foaled);
    let none = "select count(*) from horses where genotype ~ 'EDNRB=O.O'";
    assert_eq!(world.one(none).await, 0);
    let pregnancies = ann.read("/v1/users/me/pregnancies?limit=100").await;
    let told = pregnancies["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["state"] == "lost")
        .unwrap()
        .clone();
    assert_eq!(
        (&told["lost_to"]["locus"], &told["foal"]),
        (&json!("EDNRB"), &Value::Null)
    );
    // She has foaled nothing, so she need not rest.
    let mare = told["mare"]["id"].as_i64().unwrap();
    cover(&ann, mare, stallion, None).send().await.require(201);
}

#[tokio::test]
async fn a_foal_of_siblings_has_an_inbreeding_of_a_quarter_and_it_was_told_before() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 10_000).await;
    let (dam, sire) = (world.mare(&ann).await, world.stallion(&ann).await);
    let sister = world.foal_of(&ann, dam, sire).await;
    world.advance("336h").await;
    let brother = world.foal_of(&ann, dam, sire).await;
    // Which of them is which is the dice's business; here it must be one of each.
    world
        .sql(&format!(
            "set session_replication_role = replica; update horses set sex = 'female' where id = {sister};
             update horses set sex = 'male' where id = {brother}; set session_replication_role = origin"
        ))
        .await;
    world.advance("504h").await;
    let covering = cover(&ann, sister, brother, None)
        .send()
        .await
        .require(201)
        .json();
    assert_eq!(covering["inbreeding"], 0.25);
    world.advance("168h").await;
    world.deliver_due().await;
    let f = format!("select (inbreeding * 100)::bigint from horses where sire_id = {brother}");
    assert_eq!(world.one(&f).await, 25);
}

#[tokio::test]
async fn a_test_is_seen_by_its_owner_alone_until_it_is_published() {
    let world = World::new().await;
    let (ann, mare, ben, _) = pair(&world).await;
    world.endow(mare, "MC1R=E/e PLOD1=N/WFFS FLAXEN=F/f").await;
    let path = format!("/v1/horses/{mare}/genetics");
    let seen = |reply: Value| reply["tests"].as_array().unwrap().len();
    for player in [&ann, &ben] {
        assert_eq!(seen(player.read(&path).await), 0);
    }
    let untested = (404, "genetic-test-not-found");
    refuse(&world, publish(&ann, mare, true), untested.0, untested.1).await;
    refuse(&world, test(&ben, mare), 403, "not-yours").await;
    let tested = test(&ann, mare).send().await.require(201);
    assert_eq!(tested.header("location"), path);
    let tested = tested.json();
    assert_eq!(
        (&tested["money"], &tested["published"]),
        (&json!(960), &json!(false))
    );
    let results = tested["results"].as_array().unwrap();
    let testable = Locus::ALL.iter().filter(|it| it.facts().is_tested).count();
    assert_eq!(results.len(), testable);
    let of = |locus: &str| {
        results
            .iter()
            .find(|it| it["locus"] == locus)
            .map(|it| it["genotype"].clone())
    };
    assert_eq!(of("PLOD1"), Some(json!("N/WFFS")));
    assert_eq!(of("ASIP"), Some(json!("A/A")));
    assert_eq!(of("FLAXEN"), None, "no laboratory tests flaxen");

    assert_eq!(seen(ann.read(&path).await), testable);
    for other in [&*ben, &world.client] {
        assert_eq!(seen(other.read(&path).await), 0);
        assert!(!other.get(&path).await.text().contains("WFFS"));
    }
    refuse(&world, publish(&ben, mare, true), 403, "not-yours").await;
    publish(&ann, mare, true).send().await.require(200);
    assert_eq!(seen(ben.read(&path).await), testable);
    let hidden = publish(&ann, mare, false).send().await.require(200).json();
    assert_eq!(hidden["results"].as_array().unwrap().len(), testable);
    assert_eq!(seen(ben.read(&path).await), 0);

    refuse(&world, test(&ann, mare), 409, "already-tested").await;
    let poor = world.player_with("Cleo", 39).await;
    let horse = world.mare(&poor).await;
    world.endow(horse, "").await;
    refuse(&world, test(&poor, horse), 409, "not-enough-coins").await;
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tests_of_one_horse_are_one_and_she_is_given_her_genes_once() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let asks = (0..MANY).map(|_| test(&ann, mare));
    require_one(&at_once(asks).await, 201, "409 already-tested");
    assert_eq!(world.purse(ann.id).await, 960);
    let right = "select count(*) from genetic_tests t join horses h on h.id = t.horse_id where h.genotype is not null";
    let testable = Locus::ALL.iter().filter(|it| it.facts().is_tested).count();
    assert_eq!(world.one(right).await, testable as i64);
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn a_founder_comes_with_genes_a_coat_and_a_height_that_its_owner_sees() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let starter = json!({"breed": "Friesian", "name": "Night"});
    let given = ann
        .post("/v1/horses/starter", &starter)
        .await
        .require(201)
        .json();
    let bought = json!({"breed": "Fjord", "name": "Dun", "sex": "male"});
    let bought = ann
        .post("/v1/horses/store", &bought)
        .await
        .require(201)
        .json();
    for horse in [&given, &bought] {
        assert!(horse["coat"]["name"].is_string(), "{horse}");
        assert!(
            (50..=230).contains(&horse["height_cm"].as_i64().unwrap()),
            "{horse}"
        );
        assert_eq!(horse["inbreeding"], 0.0);
        let card = ann.read(&format!("/v1/horses/{}", horse["id"])).await;
        assert_eq!(
            (&card["coat"], &card["height_cm"]),
            (&horse["coat"], &horse["height_cm"])
        );
        assert!(!card.to_string().contains("genotype"));
    }
    assert_eq!(
        world
            .one("select count(*) from horses where genotype is null")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn horses_of_before_are_given_their_genes_once_and_always_the_same() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let foal = world.foal(&ann).await;
    let columns = "sex, born_at, breed_id, user_id, temperament, precision, strength, speed, agility, endurance, intelligence,
        stamina, balance, boldness, flexibility, obedience, focus";
    world
        .sql(&format!(
            "insert into horses (name, {columns}) select 'Old ' || n, {columns} from horses, generate_series(1, 450) n where id = {foal}"
        ))
        .await;
    let one = world.mare(&ann).await;
    let (_never, stopping) = watch::channel(false);
    let work = (0..4).map(|_| {
        let (app, stopping) = (world.app.clone(), stopping.clone());
        async move { endowment::endow(&app, &stopping).await }
    });
    gathered(work).await;
    assert_eq!(
        world
            .one("select count(*) from horses where genotype is null")
            .await,
        0
    );
    assert_eq!(
        world
            .one("select count(*) from horses where version = 2 and name like 'Old %'")
            .await,
        450
    );
    for row in world
        .admin
        .query("select genotype, sex from horses", &[])
        .await
        .unwrap()
    {
        let sex: Sex = row.get::<_, String>(1).parse().unwrap();
        let genome = Genome::parse(row.get(0), sex).unwrap();
        assert_eq!(rules::genetics::viability(&genome), Ok(()));
    }
    let genes = format!(
        "select md5(genotype || breeding_values::text || coat::text)::text from horses where id = {one}"
    );
    let given: String = world.admin.query_one(&genes, &[]).await.unwrap().get(0);
    let forget = format!("set session_replication_role = replica;
        update horses set genotype = null, breeding_values = null, coat = null, height_cm = null where id = {one};
        set session_replication_role = origin");
    world.sql(&forget).await;
    endowment::endow(&world.app, &stopping).await;
    let again: String = world.admin.query_one(&genes, &[]).await.unwrap().get(0);
    assert_eq!(again, given, "her own dice, whoever else is given theirs");
}

#[tokio::test]
async fn a_breeds_diversity_is_computed_over_its_horses_once_a_day() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let breed = world
        .one("select id from breeds where name = 'Arabian'")
        .await;
    let path = format!("/v1/breeds/{breed}/diversity");
    let (_never, stopping) = watch::channel(false);
    assert_eq!(ann.read(&path).await["diversity"], Value::Null);
    diversity::measure(&world.app, &stopping).await;
    assert_eq!(ann.read(&path).await["diversity"]["horses"], 0);

    let (dam, sire) = (world.mare(&ann).await, world.stallion(&ann).await);
    world.foal_of(&ann, dam, sire).await;
    diversity::measure(&world.app, &stopping).await;
    assert_eq!(
        ann.read(&path).await["diversity"]["horses"],
        0,
        "a day has not passed"
    );
    world.advance("24h").await;
    diversity::measure(&world.app, &stopping).await;
    let figures = ann.read(&path).await["diversity"].clone();
    // Two founders and their foal: kinship 1/2 thrice on the diagonal, 1/4 four times beside it, so 2.5 / 9.
    assert_eq!(
        (&figures["horses"], &figures["founders"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(figures["mean_inbreeding"], 0.0);
    let kinship = figures["mean_kinship"].as_f64().unwrap();
    assert!((kinship - 2.5 / 9.0).abs() < 1e-12, "{figures}");
    assert!(
        (figures["fe"].as_f64().unwrap() - 2.0).abs() < 1e-12,
        "{figures}"
    );
    assert!(
        (figures["fg"].as_f64().unwrap() - 1.8).abs() < 1e-12,
        "{figures}"
    );
    assert_eq!(figures["ne"], Value::Null);
    assert_eq!(
        world.one("select count(*) from breed_diversity").await,
        world.one("select count(*) from breeds").await
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crossbreds_founders_are_of_other_breeds_and_workers_at_once_agree() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let dam = world.mare(&ann).await;
    let sire = NewHorse {
        sex: "male",
        breed: "Thoroughbred",
        ..NewHorse::default()
    };
    let sire = world.horse(&ann, sire).await;
    world.foal_of(&ann, dam, sire).await;
    let (_never, stopping) = watch::channel(false);
    let work = (0..4).map(|_| {
        let (app, stopping) = (world.app.clone(), stopping.clone());
        async move { diversity::measure(&app, &stopping).await }
    });
    gathered(work).await;
    let breed = world
        .one("select id from breeds where name = 'Crossbred'")
        .await;
    let read = ann.read(&format!("/v1/breeds/{breed}/diversity")).await;
    let figures = &read["diversity"];
    assert_eq!(
        (&figures["horses"], &figures["founders"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(
        world.one("select count(*) from breed_diversity").await,
        world.one("select count(*) from breeds").await
    );
}

#[tokio::test]
async fn a_breed_that_only_the_database_knows_is_bought_endowed_and_bred_like_any_other() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let columns = "precision_mean, strength_mean, speed_mean, agility_mean, endurance_mean, intelligence_mean, stamina_mean,
        balance_mean, boldness_mean, flexibility_mean, obedience_mean, focus_mean, temperament_weights";
    world
        .sql(&format!(
            "insert into breeds (name, {columns}) select 'Skyros Pony', {columns} from breeds where name = 'Arabian'"
        ))
        .await;
    let starter = ann.ask("POST", "/v1/horses/starter");
    let body = json!({"breed": "Skyros Pony", "name": "Skyra"});
    let mare = starter.json(&body).send().await.require(201).json();
    let height = mare["height_cm"].as_i64().unwrap();
    // A crossbred stands 152 cm, with a standard deviation of a few.
    assert!((130..=175).contains(&height), "{mare}");

    let of_before = |sex| NewHorse {
        sex,
        breed: "Skyros Pony",
        ..NewHorse::default()
    };
    let sire = world.horse(&ann, of_before("male")).await;
    let dam = world.horse(&ann, of_before("female")).await;
    world.mare(&ann).await;
    let (_never, stopping) = watch::channel(false);
    endowment::endow(&world.app, &stopping).await;
    assert_eq!(
        world
            .one("select count(*) from horses where genotype is null")
            .await,
        0
    );
    let foal = world.foal_of(&ann, dam, sire).await;
    let card = ann.read(&format!("/v1/horses/{foal}")).await;
    assert_eq!(card["breed"]["name"], "Skyros Pony");
}

#[tokio::test]
async fn a_planned_mating_finds_the_kin_behind_sixteen_thousand_ancestors() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let like = world.mare(&ann).await;
    world.endow(like, "").await;
    let columns = "breed_id, user_id, temperament, precision, strength, speed, agility, endurance, intelligence, stamina, balance,
        boldness, flexibility, obedience, focus, genotype, breeding_values, coat, height_cm";
    // Two trees of thirteen generations, numbered as a heap, whose last have 8,192 parents in common: the horses before them are
    // 100000 + n and 110000 + n, those are 120000 + n.
    world
        .sql(&format!(
            "set session_replication_role = replica;
            insert into horses (id, name, sex, born_at, sire_id, dam_id, {columns})
            select tree + n, 'Line ' || tree + n, case when n % 2 = 0 or (n, tree) = (1, 100000) then 'male' else 'female' end,
              now() - interval '35 days' * (1 + floor(log(2, n))::int), below + 2 * n, below + 2 * n + 1, {columns}
            from generate_series(100000, 110000, 10000) tree, generate_series(1, 8191) n,
              lateral (select case when n < 4096 then tree else 120000 end as below), (select {columns} from horses where id = {like}) h
            union all
            select 120000 + n, 'Line ' || 120000 + n, case when n % 2 = 0 then 'male' else 'female' end,
              now() - interval '490 days', null, null, {columns}
            from generate_series(8192, 16383) n, (select {columns} from horses where id = {like}) h;
            set session_replication_role = origin"
        ))
        .await;
    let path = "/v1/matings/preview?mare=110001&stallion=100001";
    let foal = &ann.read(path).await["foal"];
    // Each of the 2^13 links the two by thirteen steps on either side: 2^13 / 2^27.
    assert_eq!(foal["inbreeding"], 1.0 / 16_384.0);
}
