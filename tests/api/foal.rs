//! Foals through the API: the activities of their first week, milestones, and growing up.

use equoria::db::By;
use equoria::foal::growth::Grow;
use harness::client::Ask;
use harness::{Player, World};
use rules::foal::Activity;
use serde_json::{Value, json};

use crate::races::{MANY, at_once, gathered, require_one, tally};
use crate::refusals::refuse;

fn enrich(player: &Player, foal: i64, activity: &str) -> Ask {
    let path = format!("/v1/foals/{foal}/activities");
    player
        .ask("POST", &path)
        .json(&json!({"activity": activity}))
}

fn groom(player: &Player, horse: i64) -> Ask {
    player.ask("POST", &format!("/v1/horses/{horse}/groom"))
}

fn names(milestones: &Value) -> Vec<&str> {
    let all = milestones.as_array().unwrap().iter();
    all.map(|it| it["milestone"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_activity_is_refused_by_each_rule_and_changes_nothing() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let foal = world.foal(&ann).await;
    let mare = world.mare(&ann).await;
    for (ask, status, code) in [
        (enrich(&ben, foal, "soft_voice"), 403, "not-yours"),
        (enrich(&ann, foal, "shouting"), 422, "unknown-value"),
        (enrich(&ann, mare, "soft_voice"), 404, "foal-not-found"),
        (
            enrich(&ann, foal + 1_000, "soft_voice"),
            404,
            "foal-not-found",
        ),
        (
            enrich(&ann, foal, "play_interaction"),
            409,
            "activity-not-open",
        ),
    ] {
        refuse(&world, ask, status, code).await;
    }
    let early = refuse(
        &world,
        enrich(&ann, foal, "halter_introduction"),
        409,
        "activity-not-open",
    )
    .await;
    let opens: chrono::DateTime<chrono::Utc> = early["until"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        (&early["day"], (opens - world.now()).num_hours()),
        (&json!(4), 71)
    );
    enrich(&ann, foal, "soft_voice").send().await.require(201);
    refuse(
        &world,
        enrich(&ann, foal, "soft_voice"),
        409,
        "activity-done",
    )
    .await;
    world.advance("167h").await;
    enrich(&ann, foal, "gentle_touch").send().await.require(201);
    world.advance("1h").await;
    refuse(
        &world,
        enrich(&ann, foal, "quiet_presence"),
        409,
        "foalhood-over",
    )
    .await;
}

#[tokio::test]
async fn a_foal_that_has_had_everything_has_a_history_that_adds_up() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let foal = world.foal(&ann).await;
    world.advance("150h").await;
    let mut last = json!({});
    for activity in Activity::ALL {
        last = enrich(&ann, foal, activity.as_str())
            .send()
            .await
            .require(201)
            .json();
    }
    let sum = format!(
        "select (h.bond_score - 50 - sum(t.bonding_impact) + h.stress_level - 30 - sum(t.stress_impact))::bigint
         from horses h join foal_training_history t on t.horse_id = h.id where h.id = {foal} group by h.id"
    );
    assert_eq!(world.one(&sum).await, 0);
    let alike = format!(
        "select count(*) from foals f join horses h on h.id = f.id join foal_development d on d.foal_id = f.id
         where f.id = {foal} and f.bond_score = h.bond_score and f.stress_level = h.stress_level
           and f.traits = h.epigenetic_modifiers and jsonb_array_length(d.activities_completed) = {}",
        Activity::ALL.len()
    );
    assert_eq!(world.one(&alike).await, 1);
    let card = ann.read(&format!("/v1/foals/{foal}")).await;
    assert_eq!(card["bond_score"], last["bond_score"]);
    assert_eq!(card["version"], last["version"]);
    assert_eq!(card["activities_open"], json!([]));
    assert!(names(&card["milestones"]).contains(&"all_activities_of_a_day"));
    // What it won is there for everyone to see, and nothing else is told.
    for word in ["hidden", "genotype"] {
        assert!(!card.to_string().contains(word), "{card}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_like_activities_one_is_done() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let foal = world.foal(&ann).await;
    let asks = (0..MANY).map(|_| enrich(&ann, foal, "gentle_touch"));
    require_one(&at_once(asks).await, 201, "409 activity-done");
    assert_eq!(
        world
            .one("select count(*) from foal_training_history")
            .await,
        1
    );
    let bond = format!("select (bond_score - 50)::bigint from horses where id = {foal}");
    assert_eq!(
        world.one(&bond).await,
        world
            .one("select bonding_impact::bigint from foal_training_history")
            .await
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn different_activities_at_once_are_all_done_and_none_is_forgotten() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let foal = world.foal(&ann).await;
    world.advance("150h").await;
    let asks = Activity::ALL
        .iter()
        .map(|it| enrich(&ann, foal, it.as_str()));
    assert_eq!(
        tally(&at_once(asks).await),
        [("201".to_owned(), Activity::ALL.len())].into()
    );
    let completed = "select jsonb_array_length(activities_completed)::bigint from foal_development";
    assert_eq!(world.one(completed).await, Activity::ALL.len() as i64);
}

#[tokio::test]
async fn grooming_a_foal_reaches_milestones_and_grooming_a_grown_horse_does_not() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let foal = world.foal(&ann).await;
    let close = |bond: i64| format!("update horses set bond_score = {bond} where id = {foal}");
    world.sql(&close(72)).await;
    let before = groom(&ann, foal).send().await.require(200).json();
    assert_eq!(names(&before["milestones"]), Vec::<&str>::new());
    world.advance("24h").await;
    world.sql(&close(73)).await;
    let reached = groom(&ann, foal).send().await.require(200).json();
    assert_eq!(names(&reached["milestones"]), ["bond_75"]);
    let card = ann.read(&format!("/v1/foals/{foal}")).await;
    assert_eq!(
        names(&card["milestones"])
            .iter()
            .filter(|it| **it == "bond_75")
            .count(),
        1
    );
    world.advance("480h").await;
    world.sql(&close(98)).await;
    let grown = groom(&ann, foal).send().await.require(200).json();
    assert_eq!(
        (&grown["bond_score"], names(&grown["milestones"])),
        (&json!(100), vec![])
    );
    let founder = world.mare(&ann).await;
    let groomed = groom(&ann, founder).send().await.require(200).json();
    assert_eq!(names(&groomed["milestones"]), Vec::<&str>::new());
}

#[tokio::test]
async fn a_foal_is_touched_when_its_day_or_its_stage_changes_and_at_no_other_time() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let foal = world.foal(&ann).await;
    let state = format!(
        "select f.development_stage || ' ' || d.current_day || ' ' || d.version || ' ' || coalesce(
           extract(epoch from d.grows_at - h.born_at)::bigint / 86400, 0)
         from foals f join foal_development d on d.foal_id = f.id join horses h on h.id = f.id where f.id = {foal}"
    );
    let mut seen = Vec::new();
    for _ in 0..23 * 2 {
        world.deliver_due().await;
        let now: String = world.admin.query_one(&state, &[]).await.unwrap().get(0);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        world.advance("12h").await;
    }
    assert_eq!(
        seen,
        [
            "newborn 1 1 1",
            "newborn 2 2 2",
            "newborn 3 3 3",
            "weanling 4 4 4",
            "weanling 5 5 5",
            "weanling 6 6 6",
            "weanling 7 7 7",
            "yearling 7 8 14",
            "two_year_old 7 9 21",
            "adult 7 10 0",
        ]
    );
    let exact = "select count(*) from foal_development d join horses h on h.id = d.foal_id,
        jsonb_to_recordset(d.milestones_reached) m (milestone text, at timestamptz)
        where (m.milestone, m.at - h.born_at) in (('weanling', interval '3 days'), ('yearling', interval '7 days'),
          ('two_year_old', interval '14 days'), ('graduated', interval '21 days'))";
    assert_eq!(world.one(exact).await, 4);
}

#[tokio::test]
async fn a_foal_that_cannot_be_read_keeps_no_other_from_growing() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let (spoilt, sound) = (world.foal(&ann).await, world.foal(&ann).await);
    world
        .sql(&format!(
            "update foal_development set milestones_reached = '[\"stands\"]' where foal_id = {spoilt}"
        ))
        .await;
    world.advance("72h").await;
    world.deliver_due().await;
    let day =
        |foal| format!("select current_day::bigint from foal_development where foal_id = {foal}");
    assert_eq!(world.one(&day(sound)).await, 4);
    assert_eq!(world.one(&day(spoilt)).await, 1);
    let waits = "select count(*) from foal_development d join horses h on h.id = d.foal_id
        where d.grows_at between h.born_at + interval '73 hours' and h.born_at + interval '74 hours'";
    assert_eq!(world.one(waits).await, 1, "it is tried again in an hour");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_workers_let_many_foals_grow_once() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    for _ in 0..30 {
        world.foal(&ann).await;
    }
    world.advance("72h").await;
    let work = (0..8).map(|_| {
        let app = world.app.clone();
        async move {
            let mut grown = 0;
            for _ in 0..10 {
                grown += app
                    .db
                    .write(By::game("growth"), &Grow { most: 7 })
                    .await
                    .unwrap();
            }
            grown
        }
    });
    assert_eq!(gathered(work).await.iter().sum::<usize>(), 30);
    let grown = "select count(*) from foal_development d join foals f on f.id = d.foal_id
        where d.version = 2 and d.current_day = 4 and f.development_stage = 'weanling'";
    assert_eq!(world.one(grown).await, 30);
}
