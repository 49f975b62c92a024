//! Genes through the API: tests and their privacy, what horses come with and are given, the diversity of breeds.

use equoria::jobs::{diversity, endowment};
use harness::client::Ask;
use harness::{NewHorse, Player, World};
use rules::genetics::{Genome, Locus};
use rules::horse::Sex;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::breeding::pair;
use crate::races::{MANY, at_once, gathered, require_one};
use crate::refusals::refuse;

fn test(player: &Player, horse: i64) -> Ask {
    player.ask("POST", &format!("/v1/horses/{horse}/genetic-test"))
}

fn publish(player: &Player, horse: i64, published: bool) -> Ask {
    let path = format!("/v1/horses/{horse}/genetic-test");
    player
        .ask("PATCH", &path)
        .json(&json!({"published": published}))
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
