//! What the reads say of pedigrees, foals, studs, genes and planned matings, and to whom.

use chrono::TimeDelta;
use harness::world::YEAR_H;
use harness::{Client, NewHorse, Player, World};
use serde_json::{Value, json};

/// A horse of these parents, past the rules: its age is what the test says, not what a covering would make it.
async fn bred(world: &World, owner: &Player, sex: &'static str, parents: (i64, i64)) -> i64 {
    let horse = NewHorse {
        sex,
        ..NewHorse::default()
    };
    let id = world.horse(owner, horse).await;
    let (sire, dam) = parents;
    world.endow(id, "").await;
    past_rules(
        world,
        &format!("update horses set sire_id = {sire}, dam_id = {dam} where id = {id}"),
    )
    .await;
    id
}

async fn past_rules(world: &World, sql: &str) {
    world
        .sql(&format!(
            "set session_replication_role = replica; {sql}; set session_replication_role = origin"
        ))
        .await;
}

async fn hide(world: &World, player: &Player) {
    let hidden = "{\"privacy\": {\"profileVisible\": false}}";
    let id = player.id;
    world
        .sql(&format!(
            "update users set settings = '{hidden}' where id = '{id}'"
        ))
        .await;
}

async fn tested(world: &World, horse: i64, locus: &str, genotype: &str, published: bool) {
    world
        .sql(&format!(
            "insert into genetic_tests values ({horse}, '{locus}', '{genotype}', {published}, now())"
        ))
        .await;
}

fn list<'a>(value: &'a Value, of: &str) -> &'a Vec<Value> {
    value[of].as_array().unwrap_or_else(|| panic!("{value:#}"))
}

/// Half siblings 5 and 6 by the stallion 1 out of 2 and 3, and their foal.
async fn half_siblings(world: &World, ann: &Player) -> [i64; 6] {
    let (one, two) = (world.stallion(ann).await, world.mare(ann).await);
    let three = world.mare(ann).await;
    let five = bred(world, ann, "male", (one, two)).await;
    let six = bred(world, ann, "female", (one, three)).await;
    let foal = bred(world, ann, "female", (five, six)).await;
    past_rules(
        world,
        &format!("update horses set inbreeding = 0.125 where id = {foal}"),
    )
    .await;
    [one, two, three, five, six, foal]
}

#[tokio::test]
async fn a_pedigree_numbers_its_places_and_names_whom_both_sides_share() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let [one, two, three, five, six, foal] = half_siblings(&world, &ann).await;
    let read = world
        .client
        .read(&format!("/v1/horses/{foal}/pedigree"))
        .await;
    let places: Vec<_> = list(&read, "ancestors")
        .iter()
        .map(|it| {
            (
                it["position"].as_i64().unwrap(),
                it["id"].as_i64().unwrap(),
                it["is_common"] == true,
            )
        })
        .collect();
    let expected = [
        (1, foal, false),
        (2, five, false),
        (3, six, false),
        (4, one, true),
        (5, two, false),
        (6, one, true),
        (7, three, false),
    ];
    assert_eq!(places, expected);
    // Wright (1922): the foal of half siblings has (1/2)^3 = 0.125, all of it from the common sire.
    assert_eq!(
        (&read["inbreeding"], &read["inbreeding_beyond"]),
        (&json!(0.125), &json!(0.0))
    );
    let common = list(&read, "common_ancestors");
    assert_eq!(common.len(), 1);
    assert_eq!(
        (&common[0]["id"], &common[0]["contribution"]),
        (&json!(one), &json!(0.125))
    );
    let short = world
        .client
        .read(&format!("/v1/horses/{foal}/pedigree?generations=1"))
        .await;
    assert_eq!(list(&short, "ancestors").len(), 3);
    let founder = world
        .client
        .read(&format!("/v1/horses/{one}/pedigree"))
        .await;
    assert_eq!(list(&founder, "ancestors").len(), 1);
    assert_eq!(founder["inbreeding"], json!(0.0));
}

#[tokio::test]
async fn a_planned_mating_tells_cost_inbreeding_and_every_obstacle() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let [one, _, _, five, six, foal] = half_siblings(&world, &ann).await;
    let plan = async |client: &Client, mare: i64, stallion: i64| {
        client
            .read(&format!(
                "/v1/matings/preview?mare={mare}&stallion={stallion}"
            ))
            .await
    };
    let own = plan(&ann, six, five).await;
    assert_eq!(
        own["cost"],
        json!({"registration": 50, "fee": 0, "total": 50})
    );
    assert_eq!(
        (list(&own, "obstacles").len(), &own["foal"]["inbreeding"]),
        (0, &json!(0.125))
    );
    assert_eq!(own["foal"]["common_ancestors"][0]["id"], one);
    assert_eq!(own["foal"]["sex"], json!({"male": 0.5, "female": 0.5}));
    // Stats of 20 regress by h² = 0.36 to a breed's mean of 9 to 20, and 0.125 of inbreeding costs a point.
    for stat in own["foal"]["stats"].as_object().unwrap().values() {
        let (mean, sd) = (stat["mean"].as_f64().unwrap(), stat["sd"].as_f64().unwrap());
        assert!(
            (9.0..=20.0).contains(&mean) && (2.7..3.3).contains(&sd),
            "{stat}"
        );
    }
    // Father and daughter: a quarter. The foal is no year older here, and Ben owns neither.
    let codes = |plan: &Value| -> Vec<String> {
        let each = list(plan, "obstacles").iter();
        each.map(|it| it["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let theirs = plan(&ben, six, one).await;
    assert_eq!(theirs["foal"]["inbreeding"], json!(0.25));
    assert_eq!(codes(&theirs), ["not-yours", "not-at-stud"]);
    assert_eq!(
        theirs["cost"],
        json!({"registration": 50, "fee": null, "total": null})
    );
    ann.ask("PUT", &format!("/v1/horses/{one}/stud"))
        .json(&json!({"fee": 5_000}))
        .send()
        .await
        .require(200);
    let dear = plan(&ben, six, one).await;
    assert_eq!(codes(&dear), ["not-yours", "not-enough-coins"]);
    assert_eq!(dear["obstacles"][1]["need"], 5_050);
    world.covering(&ann, foal, five, 0).await;
    assert_eq!(codes(&plan(&ann, foal, five).await), ["in-foal"]);
    // Who asks as nobody is told the listed fee, whoever owns the mare.
    let anyone = plan(&world.client, six, one).await;
    assert_eq!(
        (codes(&anyone).len(), &anyone["cost"]["fee"]),
        (0, &json!(5_000))
    );
    assert_eq!(
        codes(&plan(&world.client, six, five).await),
        ["not-at-stud"]
    );
    for (mare, stallion, code) in [(five, one, "wrong-sex"), (six, six, "same-horse")] {
        let path = format!("/v1/matings/preview?mare={mare}&stallion={stallion}");
        let refused = ann.get(&path).await;
        assert_eq!(refused.problem()["code"], code, "{}", refused.text());
    }
}

#[tokio::test]
async fn what_is_hidden_or_untested_changes_no_answer() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let (mare, stallion) = (world.mare(&ann).await, world.stallion(&ann).await);
    for horse in [mare, stallion] {
        world.endow(horse, "MC1R=E/e").await;
    }
    // A coat of which nothing is told but the name: what is tested below would show in it.
    past_rules(&world, "update horses set coat = '{\"name\": \"bay\"}'").await;
    let paths = [
        format!("/v1/matings/preview?mare={mare}&stallion={stallion}"),
        format!("/v1/horses/{mare}/genetics"),
        format!("/v1/horses/{mare}/mates"),
        format!("/v1/horses/{mare}/parent"),
        format!("/v1/horses/{mare}/pedigree"),
        format!("/v1/horses/{mare}/foals"),
        "/v1/studs".to_owned(),
    ];
    let answers = async || {
        let mut all = Vec::new();
        for client in [&world.client, &*ben, &*ann] {
            for path in &paths {
                all.push(client.get(path).await.require(200).text());
            }
        }
        all
    };
    let before = answers().await;
    past_rules(
        &world,
        "update horses set genotype = 'EDNRB=O/n PPIB=HRD/N', breeding_values = array_fill(99000, array[14]),
           epigenetic_modifiers = '{\"positive\": [], \"negative\": [], \"hidden\": [\"legendary_bloodline\", \"fragile\"]}'",
    )
    .await;
    assert_eq!(answers().await, before);
    // What is tested but not published is the owner's alone.
    for horse in [mare, stallion] {
        tested(&world, horse, "EDNRB", "O/n", false).await;
    }
    let after = answers().await;
    let others = 2 * paths.len();
    assert_eq!(after[..others], before[..others]);
    assert_ne!(after[others], before[others]);
    let own: Value = serde_json::from_str(&after[others]).unwrap();
    // Frame with frame: a quarter is O/O and lost (VGL, Overo Lethal White Foal Syndrome), of those that are not lost to
    // what Arabians may carry untested.
    let (mut others, mut frame) = (1.0, 0.0);
    for loss in list(&own["foal"], "losses") {
        let chance = loss["chance"].as_f64().unwrap();
        match loss["genotype"].as_str().unwrap() {
            "O/O" => frame = chance,
            _ => others *= 1.0 - chance,
        }
    }
    let expected: f64 = 0.25 * others;
    assert!(others > 0.99 && (frame - expected).abs() < 2e-6, "{own:#}");
    assert_eq!(
        own["based_on"]["tested"],
        json!({"mare": ["EDNRB"], "stallion": ["EDNRB"]})
    );
}

#[tokio::test]
async fn test_results_are_the_owners_until_they_are_published() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let mare = world.mare(&ann).await;
    let path = format!("/v1/horses/{mare}/genetics");
    let loci = async |client: &Client| -> Vec<String> {
        let read = client.read(&path).await;
        let each = list(&read, "tests").iter();
        each.map(|it| it["locus"].as_str().unwrap().to_owned())
            .collect()
    };
    let cost = async |client: &Client| client.read(&path).await["test_cost"].clone();
    assert_eq!(
        (
            cost(&ann).await,
            cost(&ben).await,
            cost(&world.client).await
        ),
        (json!(40), Value::Null, Value::Null)
    );
    tested(&world, mare, "MC1R", "E/e", true).await;
    tested(&world, mare, "PPIB", "HRD/N", false).await;
    assert_eq!(loci(&ann).await, ["MC1R", "PPIB"]);
    for other in [&*ben, &world.client] {
        assert_eq!(loci(other).await, ["MC1R"]);
    }
    assert_eq!(cost(&ann).await, Value::Null);
    let control = |reply: harness::Reply| reply.header("cache-control").to_owned();
    assert_eq!(control(ann.get(&path).await), "private, no-store");
    assert_eq!(control(world.client.get(&path).await), "public, no-cache");
}

#[tokio::test]
async fn a_foal_shows_what_it_had_and_what_it_can_have_from_which_day() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let foal = world.foal(&ann).await;
    let path = format!("/v1/foals/{foal}");
    let read = world.client.read(&path).await;
    assert_eq!(
        (&read["current_day"], &read["life_stage"], &read["id"]),
        (&json!(1), &json!("newborn"), &json!(foal))
    );
    let open = list(&read, "activities_open");
    assert_eq!(open.len(), 22);
    let now = open.iter().filter(|it| it["opens_at"].is_null());
    assert_eq!(
        now.map(|it| it["day"].as_i64().unwrap())
            .collect::<Vec<_>>(),
        [1, 1, 1]
    );
    ann.post(
        &format!("{path}/activities"),
        &json!({"activity": "soft_voice"}),
    )
    .await
    .require(201);
    let after = world.client.read(&path).await;
    let done = &list(&after, "activities_completed")[0];
    assert_eq!(done["activity"], "soft_voice");
    assert!(
        (2..=5).contains(&done["bonding_impact"].as_i64().unwrap()),
        "{done}"
    );
    assert!(
        list(&after, "activities_open")
            .iter()
            .all(|it| it["activity"] != "soft_voice")
    );
    assert_eq!(
        after["bond_score"],
        50 + done["bonding_impact"].as_i64().unwrap()
    );
    world.advance("168h").await;
    let over = world.client.read(&path).await;
    assert_eq!(
        (
            list(&over, "activities_open").len(),
            &over["current_day"],
            &over["life_stage"]
        ),
        (0, &json!(7), &json!("yearling"))
    );
    let founder = world.mare(&ann).await;
    world
        .client
        .get(&format!("/v1/foals/{founder}"))
        .await
        .refused(404, "foal-not-found");
    hide(&world, &ann).await;
    assert_eq!(world.client.read(&path).await["owner"], Value::Null);
}

#[tokio::test]
async fn foals_of_a_horse_come_youngest_first_a_page_at_a_time() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let [one, two, three, five, six, foal] = half_siblings(&world, &ann).await;
    let read = world
        .client
        .read(&format!("/v1/horses/{one}/foals?limit=1"))
        .await;
    let first = &list(&read, "items")[0];
    assert_eq!(
        (&first["id"], &first["other_parent"]["id"]),
        (&json!(six), &json!(three))
    );
    let cursor = read["next_cursor"].as_str().unwrap();
    let rest = world
        .client
        .read(&format!("/v1/horses/{one}/foals?limit=1&cursor={cursor}"))
        .await;
    let second = &list(&rest, "items")[0];
    assert_eq!(
        (
            &second["id"],
            &second["other_parent"]["id"],
            &rest["next_cursor"]
        ),
        (&json!(five), &json!(two), &Value::Null)
    );
    let of_mare = world.client.read(&format!("/v1/horses/{six}/foals")).await;
    assert_eq!(
        (list(&of_mare, "items").len(), &of_mare["items"][0]["id"]),
        (1, &json!(foal))
    );
    let none = world.client.read(&format!("/v1/horses/{foal}/foals")).await;
    assert_eq!(list(&none, "items").len(), 0);
}

#[tokio::test]
async fn studs_are_listed_by_fee_while_they_can_cover() {
    let world = World::new().await;
    let (ann, shy) = (world.player("Ann").await, world.player("Shy").await);
    let mut studs = Vec::new();
    for (owner, breed, fee) in [
        (&ann, "Arabian", 30),
        (&shy, "Arabian", 10),
        (&ann, "Hanoverian", 20),
        (&ann, "Arabian", 20),
    ] {
        let stallion = NewHorse {
            sex: "male",
            breed,
            ..NewHorse::default()
        };
        let id = world.horse(owner, stallion).await;
        owner
            .ask("PUT", &format!("/v1/horses/{id}/stud"))
            .json(&json!({"fee": fee}))
            .send()
            .await
            .require(200);
        studs.push(id);
    }
    let old = NewHorse {
        sex: "male",
        age_hours: 20 * YEAR_H + 150,
        ..NewHorse::default()
    };
    let old = world.horse(&ann, old).await;
    ann.ask("PUT", &format!("/v1/horses/{old}/stud"))
        .json(&json!({"fee": 1}))
        .send()
        .await
        .require(200);
    hide(&world, &shy).await;
    let ids = async |query: &str| -> Vec<i64> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let read = world
                .client
                .read(&format!("/v1/studs?limit=2{query}{cursor}"))
                .await;
            ids.extend(
                list(&read, "items")
                    .iter()
                    .map(|it| it["id"].as_i64().unwrap()),
            );
            match read["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return ids,
            }
        }
    };
    assert_eq!(ids("").await, [old, studs[1], studs[2], studs[3], studs[0]]);
    world.advance("24h").await;
    assert_eq!(ids("").await, [studs[1], studs[2], studs[3], studs[0]]);
    assert_eq!(ids("&max_fee=20").await, [studs[1], studs[2], studs[3]]);
    let card = world.client.read(&format!("/v1/horses/{}", studs[0])).await;
    assert_eq!(
        (
            &card["stud_fee"],
            &card["inbreeding"],
            &card["coat"],
            &card["height_cm"]
        ),
        (&json!(30), &json!(0.0), &Value::Null, &Value::Null)
    );
    let breed = card["breed"]["id"].as_i64().unwrap();
    assert_eq!(
        ids(&format!("&breed={breed}")).await,
        [studs[1], studs[3], studs[0]]
    );
    let first = world.client.read("/v1/studs?limit=1").await;
    assert_eq!(
        (&first["items"][0]["fee"], &first["items"][0]["owner"]),
        (&json!(10), &Value::Null)
    );
}

#[tokio::test]
async fn a_lost_pregnancy_says_why_to_its_owner() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let (mare, stallion) = (world.mare(&ann).await, world.stallion(&ann).await);
    let lost = world.covering(&ann, mare, stallion, 200).await;
    world.sql(&format!("update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = due_at where id = {lost}")).await;
    let due = world.covering(&ann, mare, stallion, 0).await;
    let read = ann.read("/v1/users/me/pregnancies").await;
    let items = list(&read, "items");
    assert_eq!(
        (&items[0]["id"], &items[0]["state"], &items[0]["lost_to"]),
        (&json!(due), &json!("in_foal"), &Value::Null)
    );
    assert_eq!(
        (&items[1]["id"], &items[1]["state"], &items[1]["foal"]),
        (&json!(lost), &json!("lost"), &Value::Null)
    );
    assert_eq!(items[1]["lost_to"]["locus"], "EDNRB");
    assert!(
        items[1]["lost_to"]["detail"]
            .as_str()
            .unwrap()
            .contains("no foal lives")
    );
    assert_eq!(
        list(&ben.read("/v1/users/me/pregnancies").await, "items").len(),
        0
    );
}

#[tokio::test]
async fn mates_are_ranked_by_kinship_and_never_leave_their_age() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let [one, _, _, five, six, _] = half_siblings(&world, &ann).await;
    let outcross = world.stallion(&ben).await;
    ben.ask("PUT", &format!("/v1/horses/{outcross}/stud"))
        .json(&json!({"fee": 7}))
        .send()
        .await
        .require(200);
    let young = NewHorse {
        sex: "male",
        age_hours: 2 * YEAR_H,
        ..NewHorse::default()
    };
    world.horse(&ann, young).await;
    let read = ann.read(&format!("/v1/horses/{six}/mates")).await;
    let ranked: Vec<_> = list(&read, "mates")
        .iter()
        .map(|it| {
            (
                it["horse"]["id"].as_i64().unwrap(),
                it["inbreeding"].as_f64().unwrap(),
                it["fee"].as_i64(),
                it["is_own"] == true,
            )
        })
        .collect();
    // Half brother 0.125, father 0.25.
    assert_eq!(
        ranked,
        [
            (outcross, 0.0, Some(7), false),
            (five, 0.125, None, true),
            (one, 0.25, None, true)
        ]
    );
    assert_eq!(
        (&read["compared"], &read["mates"][2]["nearest"]["id"]),
        (&json!(3), &json!(one))
    );
    assert_eq!(read["mates"][0]["nearest"], Value::Null);
    let anyone = world.client.read(&format!("/v1/horses/{six}/mates")).await;
    assert_eq!(
        (list(&anyone, "mates").len(), &anyone["mates"][0]["is_own"]),
        (1, &json!(false))
    );
    let of_stallion = ann.read(&format!("/v1/horses/{one}/mates?limit=1")).await;
    assert_eq!(
        (
            list(&of_stallion, "mates").len(),
            &of_stallion["mates"][0]["is_own"]
        ),
        (1, &json!(true))
    );
    hide(&world, &ben).await;
    assert_eq!(
        ann.read(&format!("/v1/horses/{six}/mates")).await["mates"][0]["owner"],
        Value::Null
    );
}

#[tokio::test]
async fn a_stable_knows_its_diversity_and_its_closest_pairs() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let made = ann
        .post("/v1/stables", &json!({"name": "Home"}))
        .await
        .require(201);
    let stable = harness::world::number(&made, "id");
    let path = format!("/v1/stables/{stable}/diversity");
    assert_eq!(world.client.read(&path).await["diversity"], Value::Null);
    let [one, _, _, five, six, _] = half_siblings(&world, &ann).await;
    world
        .sql(&format!(
            "update horses set stable_id = {stable} where id in ({one}, {five}, {six})"
        ))
        .await;
    let read = world.client.read(&path).await;
    let herd = &read["diversity"];
    assert_eq!(
        (&herd["horses"], &herd["mean_inbreeding"], &herd["founders"]),
        (&json!(3), &json!(0.0), &json!(3))
    );
    // Kinships: three of 1/2 with themselves, twice 1/4 with the sire, twice 1/8 of half siblings: 2.75 / 9.
    let mean = herd["mean_kinship"].as_f64().unwrap();
    assert!((mean - 2.75 / 9.0).abs() < 1e-12, "{mean}");
    assert!((herd["fg"].as_f64().unwrap() - 4.5 / 2.75).abs() < 1e-12);
    // The founders' shares are 2/3, 1/6 and 1/6: 1 / (4/9 + 2/36) = 2.
    assert!((herd["fe"].as_f64().unwrap() - 2.0).abs() < 1e-9);
    let pairs: Vec<_> = list(herd, "closest")
        .iter()
        .map(|it| {
            (
                it["one"]["id"].as_i64().unwrap(),
                it["other"]["id"].as_i64().unwrap(),
                it["kinship"].as_f64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        pairs,
        [(six, one, 0.25), (five, one, 0.25), (six, five, 0.125)]
    );
    hide(&world, &ann).await;
    world
        .client
        .get(&path)
        .await
        .refused(404, "stable-not-found");
}

#[tokio::test]
async fn a_breeds_diversity_is_null_until_it_is_computed() {
    let world = World::new().await;
    let path = "/v1/breeds/1/diversity";
    assert_eq!(world.client.read(path).await["diversity"], Value::Null);
    let at = world.now() - TimeDelta::hours(1);
    world
        .sql(&format!("insert into breed_diversity values (1, '{}', 20, 5, 0.0625, 0.1, 4, 3.5, 5, null, 4.25)", at.to_rfc3339()))
        .await;
    let read = world.client.read(path).await;
    let figures = &read["diversity"];
    assert_eq!(
        (
            &figures["horses"],
            &figures["mean_inbreeding"],
            &figures["ne"]
        ),
        (&json!(20), &json!(0.0625), &Value::Null)
    );
    assert_eq!(figures["generation_interval"], 4.25);
}
