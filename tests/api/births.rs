//! Births: each pregnancy ends once, with the foal that it was to be.

use equoria::breeding::birth::{Deliver, Outcome};
use equoria::db::By;
use harness::world::number;
use harness::{NewHorse, Player, World};
use serde_json::{Value, json};

use crate::breeding::cover;
use crate::races::{MANY, gathered};

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
        async move { app.db.write(By::game("birth"), &deliver).await.unwrap() }
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
        let birth = tokio::spawn(async move { app.db.write(By::game("birth"), &deliver).await });
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
