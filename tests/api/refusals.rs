//! What the rules refuse, through the API: the status, the code, what the refusal knows, and that nothing has changed.

use harness::client::Ask;
use harness::world::{YEAR_H, number, wire};
use harness::{NewHorse, NewShow, Player, World};
use serde_json::{Value, json};

/// Sends it; it must be refused and change nothing. Gives the problem.
pub async fn refuse(world: &World, ask: Ask, status: u16, code: &str) -> Value {
    let before = world.fingerprint().await;
    let reply = ask.send().await;
    let problem = reply.refused(status, code);
    assert_eq!(world.fingerprint().await, before, "{}", reply.of);
    problem
}

fn post(player: &Player, path: &str, body: &Value) -> Ask {
    player.ask("POST", path).json(body)
}

fn enter(player: &Player, show: i64, horse: i64) -> Ask {
    post(
        player,
        &format!("/v1/shows/{show}/entries"),
        &json!({"horse_id": horse}),
    )
}

fn withdraw(player: &Player, show: i64, horse: i64) -> Ask {
    player.ask("DELETE", &format!("/v1/shows/{show}/entries/{horse}"))
}

fn cancel(player: &Player, show: i64) -> Ask {
    player.ask("POST", &format!("/v1/shows/{show}/cancel"))
}

fn train(player: &Player, horse: i64) -> Ask {
    post(
        player,
        &format!("/v1/horses/{horse}/training"),
        &json!({"discipline": "Racing"}),
    )
}

async fn of_age(world: &World, owner: &Player, age_hours: i64) -> i64 {
    let horse = NewHorse {
        age_hours,
        ..NewHorse::default()
    };
    world.horse(owner, horse).await
}

#[tokio::test]
async fn an_address_has_one_account_however_it_is_written() {
    let world = World::new().await;
    world.player("Ann").await;
    for email in ["ann@example.org", "ANN@Example.ORG", " ann@example.org "] {
        let body = json!({"name": "Other", "email": email, "password": "long enough"});
        let problem = refuse(
            &world,
            world.client.ask("POST", "/v1/users").json(&body),
            409,
            "email-taken",
        )
        .await;
        assert_eq!(problem["field"], "email");
    }
}

#[tokio::test]
async fn the_stipend_comes_once_a_week_and_names_the_next_monday() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let paid = ann
        .post("/v1/stipend", &json!({}))
        .await
        .require(200)
        .json();
    assert_eq!(
        (&paid["amount"], &paid["money"]),
        (&json!(250), &json!(1250))
    );
    let problem = refuse(
        &world,
        ann.ask("POST", "/v1/stipend"),
        409,
        "stipend-claimed",
    )
    .await;
    assert_eq!(problem["until"], paid["next_at"]);
    let next: chrono::DateTime<chrono::Utc> = problem["until"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        next.format("%A %H:%M:%S%.3f").to_string(),
        "Monday 00:00:00.000"
    );
    assert_eq!((next - world.now()).num_hours(), 6 * 24 + 11);
    world.advance("155h").await;
    refuse(
        &world,
        ann.ask("POST", "/v1/stipend"),
        409,
        "stipend-claimed",
    )
    .await;
    world.advance("1h").await;
    // The world began a moment after noon, so that midnight has passed by less than an hour.
    world.advance("1h").await;
    assert_eq!(
        number(
            &ann.post("/v1/stipend", &json!({})).await.require(200),
            "money"
        ),
        1500
    );
}

#[tokio::test]
async fn a_starter_mare_is_given_once_and_of_a_breed_that_exists() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let body = json!({"breed": "Arabian", "name": "Lark"});
    let problem = refuse(
        &world,
        post(
            &ann,
            "/v1/horses/starter",
            &json!({"breed": "Arabien", "name": "Lark"}),
        ),
        400,
        "invalid-field",
    )
    .await;
    assert!(
        problem["detail"].as_str().unwrap().contains("Arabian"),
        "{problem}"
    );
    ann.post("/v1/horses/starter", &body).await.require(201);
    refuse(
        &world,
        post(&ann, "/v1/horses/starter", &body),
        409,
        "starter-taken",
    )
    .await;
}

#[tokio::test]
async fn a_store_horse_costs_five_hundred_coins_and_stands_in_ones_own_stable() {
    let world = World::new().await;
    let (ann, ben) = (
        world.player_with("Ann", 999).await,
        world.player("Ben").await,
    );
    let stable = number(
        &ben.post("/v1/stables", &json!({"name": "Far"}))
            .await
            .require(201),
        "id",
    );
    let body = json!({"breed": "Arabian", "sex": "male", "name": "Star"});
    let mut elsewhere = body.clone();
    elsewhere["stable_id"] = stable.into();
    refuse(
        &world,
        post(&ann, "/v1/horses/store", &elsewhere),
        403,
        "not-yours",
    )
    .await;
    let bought = ann
        .post("/v1/horses/store", &body)
        .await
        .require(201)
        .json();
    assert_eq!(
        (&bought["word"], &bought["age"]),
        (&json!("stallion"), &json!(3))
    );
    assert_eq!(world.purse(ann.id).await, 499);
    let problem = refuse(
        &world,
        post(&ann, "/v1/horses/store", &body),
        409,
        "not-enough-coins",
    )
    .await;
    assert_eq!(
        (&problem["need"], &problem["have"]),
        (&json!(500), &json!(499))
    );
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn stables_have_names_of_their_own_and_belong_to_one_player() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let open = async |player: &Player, name: &str| {
        number(
            &player
                .post("/v1/stables", &json!({"name": name}))
                .await
                .require(201),
            "id",
        )
    };
    let (home, far) = (open(&ann, "Home").await, open(&ann, "Far").await);
    open(&ben, "Home").await;
    let problem = refuse(
        &world,
        post(&ann, "/v1/stables", &json!({"name": "HOME"})),
        409,
        "name-taken",
    )
    .await;
    assert_eq!(problem["field"], "name");
    let rename = |player: &Player, id: i64| {
        player
            .ask("PATCH", &format!("/v1/stables/{id}"))
            .if_match("\"1\"")
            .json(&json!({"name": "home"}))
    };
    refuse(&world, rename(&ann, far), 409, "name-taken").await;
    refuse(&world, rename(&ben, home), 403, "not-yours").await;
    refuse(
        &world,
        ben.ask("DELETE", &format!("/v1/stables/{home}")),
        403,
        "not-yours",
    )
    .await;
    let nothing = ann
        .ask("PATCH", &format!("/v1/stables/{home}"))
        .if_match("\"1\"")
        .json(&json!({}));
    assert_eq!(
        refuse(&world, nothing, 400, "invalid-field").await["field"],
        "name"
    );
    rename(&ann, home).send().await.require(200);
    let mare = world
        .horse(
            &ann,
            NewHorse {
                stable: Some(far),
                ..NewHorse::default()
            },
        )
        .await;
    ann.delete(&format!("/v1/stables/{far}")).await.require(204);
    assert_eq!(
        world.client.read(&format!("/v1/horses/{mare}")).await["stable"],
        Value::Null
    );
    refuse(
        &world,
        ann.ask("DELETE", &format!("/v1/stables/{far}")),
        404,
        "stable-not-found",
    )
    .await;
}

#[tokio::test]
async fn nobody_edits_or_grooms_another_players_horse() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let mare = world.mare(&ann).await;
    let stable = number(
        &ben.post("/v1/stables", &json!({"name": "Far"}))
            .await
            .require(201),
        "id",
    );
    let edit = |player: &Player, body: Value| {
        player
            .ask("PATCH", &format!("/v1/horses/{mare}"))
            .if_match("\"1\"")
            .json(&body)
    };
    refuse(
        &world,
        edit(&ben, json!({"name": "Stolen"})),
        403,
        "not-yours",
    )
    .await;
    refuse(
        &world,
        edit(&ben, json!({"stable_id": stable})),
        403,
        "not-yours",
    )
    .await;
    refuse(
        &world,
        edit(&ann, json!({"stable_id": stable})),
        403,
        "not-yours",
    )
    .await;
    refuse(&world, edit(&ann, json!({})), 400, "invalid-field").await;
    refuse(
        &world,
        ben.ask("POST", &format!("/v1/horses/{mare}/groom")),
        403,
        "not-yours",
    )
    .await;
    refuse(&world, train(&ben, mare), 403, "not-yours").await;
}

#[tokio::test]
async fn a_horse_is_groomed_once_a_day() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let path = format!("/v1/horses/{mare}/groom");
    let groomed = ann.post(&path, &json!({})).await.require(200).json();
    assert_eq!(
        (&groomed["bond_score"], &groomed["stress_level"]),
        (&json!(52), &json!(28))
    );
    let problem = refuse(&world, ann.ask("POST", &path), 409, "already-groomed").await;
    assert_eq!(problem["until"], groomed["groom_again_at"]);
    let midnight: chrono::DateTime<chrono::Utc> =
        problem["until"].as_str().unwrap().parse().unwrap();
    assert_eq!(midnight.format("%A %H:%M").to_string(), "Tuesday 00:00");
    world.advance("12h").await;
    ann.post(&path, &json!({})).await.require(200);
}

#[tokio::test]
async fn a_horse_trains_from_three_to_twenty_rested_and_not_in_foal() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let young = of_age(&world, &ann, 3 * YEAR_H - 1).await;
    let problem = refuse(&world, train(&ann, young), 409, "too-young").await;
    assert_eq!((&problem["age"], &problem["least"]), (&json!(2), &json!(3)));
    let old = of_age(&world, &ann, 21 * YEAR_H).await;
    let problem = refuse(&world, train(&ann, old), 409, "retired").await;
    assert_eq!(
        (&problem["age"], &problem["most"]),
        (&json!(21), &json!(20))
    );
    let mare = world.mare_in_foal(&ann).await;
    refuse(&world, train(&ann, mare), 409, "in-foal").await;
    for hours in [3 * YEAR_H, 21 * YEAR_H - 1] {
        let horse = of_age(&world, &ann, hours).await;
        let trained = train(&ann, horse).send().await.require(201).json();
        let problem = refuse(&world, train(&ann, horse), 409, "resting").await;
        assert_eq!(problem["until"], trained["resting_until"]);
    }
    // What was named is enough: at that instant she trains again.
    let horse = world.mare(&ann).await;
    train(&ann, horse).send().await.require(201);
    world.advance("7d").await;
    train(&ann, horse).send().await.require(201);
}

#[tokio::test]
async fn a_player_hosts_ten_shows_at_a_time_and_keeps_fifty_stables() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    for number in 1..=10 {
        let name = format!("Ashford Cup {number}");
        let free = NewShow {
            name,
            prize: 0,
            ..NewShow::default()
        };
        world.show(&ann, free).await;
    }
    let eleventh = world.show_body(&NewShow {
        name: "Ashford Cup 11".to_owned(),
        prize: 0,
        ..NewShow::default()
    });
    let refused = refuse(
        &world,
        post(&ann, "/v1/shows", &eleventh),
        409,
        "limit-reached",
    )
    .await;
    assert_eq!(refused["most"], 10);
    for number in 1..=50 {
        let body = json!({"name": format!("Yard {number}")});
        ann.post("/v1/stables", &body).await.require(201);
    }
    let body = json!({"name": "Yard 51"});
    let refused = refuse(
        &world,
        post(&ann, "/v1/stables", &body),
        409,
        "limit-reached",
    )
    .await;
    assert_eq!(refused["most"], 50);
}

#[tokio::test]
async fn a_show_has_a_name_of_its_own_a_sensible_bracket_a_near_date_and_a_prize_that_is_there() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let named = |name: &str| NewShow {
        name: name.to_owned(),
        ..NewShow::default()
    };
    world.show(&ann, named("Ashford Cup")).await;
    for taken in ["ASHFORD cup", "Racing Open 2026-11-25"] {
        let body = world.show_body(&named(taken));
        assert_eq!(
            refuse(&world, post(&ann, "/v1/shows", &body), 409, "name-taken").await["field"],
            "name"
        );
    }

    let reversed = NewShow {
        level_min: Some(5),
        level_max: Some(4),
        ..NewShow::default()
    };
    let problem = refuse(
        &world,
        post(&ann, "/v1/shows", &world.show_body(&reversed)),
        422,
        "bracket-reversed",
    )
    .await;
    assert_eq!(
        (&problem["level_min"], &problem["level_max"]),
        (&json!(5), &json!(4))
    );

    let mut body = world.show_body(&NewShow::default());
    body["run_date"] = wire(world.now()).into();
    assert_eq!(
        refuse(&world, post(&ann, "/v1/shows", &body), 422, "run-date-past").await["field"],
        "run_date"
    );
    body["run_date"] = wire(world.now() + chrono::TimeDelta::hours(90 * 24 + 1)).into();
    let problem = refuse(
        &world,
        post(&ann, "/v1/shows", &body),
        422,
        "run-date-too-far",
    )
    .await;
    assert!(problem["latest"].is_string(), "{problem}");

    let dear = NewShow {
        prize: 901,
        ..NewShow::default()
    };
    let problem = refuse(
        &world,
        post(&ann, "/v1/shows", &world.show_body(&dear)),
        409,
        "not-enough-coins",
    )
    .await;
    assert_eq!(
        (&problem["need"], &problem["have"]),
        (&json!(901), &json!(900))
    );
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn a_horse_enters_owned_of_age_not_in_foal_in_the_bracket_once_and_with_the_fee() {
    let world = World::new().await;
    let (host, ann, ben) = (
        world.player("Host").await,
        world.player_with("Ann", 25).await,
        world.player("Ben").await,
    );
    let show = NewShow {
        level_min: Some(2),
        level_max: Some(3),
        ..NewShow::default()
    };
    let bracketed = world.show(&host, show).await;
    let open = world.show(&host, NewShow::default()).await;

    let mare = world.mare(&ann).await;
    refuse(&world, enter(&ben, open, mare), 403, "not-yours").await;
    let young = of_age(&world, &ann, 3 * YEAR_H - 1).await;
    let problem = refuse(&world, enter(&ann, open, young), 409, "too-young").await;
    assert_eq!((&problem["age"], &problem["least"]), (&json!(2), &json!(3)));
    let old = of_age(&world, &ann, 21 * YEAR_H).await;
    assert_eq!(
        refuse(&world, enter(&ann, open, old), 409, "retired").await["most"],
        20
    );
    let in_foal = world.mare_in_foal(&ann).await;
    refuse(&world, enter(&ann, open, in_foal), 409, "in-foal").await;
    for (xp, level) in [(99, 1), (300, 4)] {
        let horse = world
            .horse(
                &ann,
                NewHorse {
                    xp,
                    ..NewHorse::default()
                },
            )
            .await;
        let problem = refuse(
            &world,
            enter(&ann, bracketed, horse),
            409,
            "outside-bracket",
        )
        .await;
        assert_eq!(
            (
                &problem["level"],
                &problem["level_min"],
                &problem["level_max"]
            ),
            (&json!(level), &json!(2), &json!(3))
        );
    }
    enter(&ann, open, mare).send().await.require(201);
    refuse(&world, enter(&ann, open, mare), 409, "already-entered").await;
    let second = world
        .horse(
            &ann,
            NewHorse {
                xp: 299,
                ..NewHorse::default()
            },
        )
        .await;
    enter(&ann, bracketed, second).send().await.require(201);
    let third = world.mare(&ann).await;
    let problem = refuse(&world, enter(&ann, open, third), 409, "not-enough-coins").await;
    assert_eq!(
        (&problem["need"], &problem["have"]),
        (&json!(10), &json!(5))
    );
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn who_withdraws_may_enter_again_for_the_same_fee() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let show = world.show(&host, NewShow::default()).await;
    let mare = world.mare(&ann).await;
    for _ in 0..3 {
        enter(&ann, show, mare).send().await.require(201);
        assert_eq!(world.purse(ann.id).await, 990);
        let back = withdraw(&ann, show, mare).send().await.require(200).json();
        assert_eq!(
            (&back["refund"], &back["money"]),
            (&json!(10), &json!(1000))
        );
    }
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn a_preview_names_the_refusal_that_an_entry_would_get() {
    let world = World::new().await;
    let (host, ann) = (
        world.player("Host").await,
        world.player_with("Ann", 9).await,
    );
    let free = world
        .show(
            &host,
            NewShow {
                entry_fee: 0,
                ..NewShow::default()
            },
        )
        .await;
    let dear = world.show(&host, NewShow::default()).await;
    let (mare, of_host) = (world.mare(&ann).await, world.mare(&host).await);
    let in_foal = world.mare_in_foal(&ann).await;
    let young = of_age(&world, &ann, 100).await;
    for (show, horse) in [
        (free, mare),
        (dear, mare),
        (free, of_host),
        (free, in_foal),
        (free, young),
        (free, mare),
    ] {
        let why = ann
            .read(&format!("/v1/shows/{show}/preview?horse={horse}"))
            .await["refusal"]
            .clone();
        let reply = enter(&ann, show, horse).send().await;
        if why.is_null() {
            reply.require(201);
        } else {
            let problem = reply.problem();
            assert_eq!(
                (&why["code"], &why["detail"]),
                (&problem["code"], &problem["detail"])
            );
            for (name, value) in why.as_object().unwrap() {
                assert_eq!(*value, problem[name], "{name}");
            }
        }
    }
}

#[tokio::test]
async fn a_show_takes_a_hundred_entries() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let show = world
        .show(
            &host,
            NewShow {
                entry_fee: 0,
                ..NewShow::default()
            },
        )
        .await;
    let mare = world.mare(&ann).await;
    fill(&world, show, &host, 99).await;
    let entered = enter(&ann, show, mare).send().await.require(201);
    assert_eq!(number(&entered, "entries"), 100);
    let late = world.mare(&ann).await;
    let problem = refuse(&world, enter(&ann, show, late), 409, "show-full").await;
    assert_eq!(problem["most"], 100);
}

/// Enters new horses of a player in a show without a fee, past the API.
pub async fn fill(world: &World, show: i64, owner: &Player, count: i64) {
    let first = world.mare(owner).await;
    let path = format!("/v1/shows/{show}/entries");
    owner
        .post(&path, &json!({"horse_id": first}))
        .await
        .require(201);
    let columns = "sex, born_at, breed_id, user_id, temperament, precision, strength, speed, agility, endurance, intelligence,
        stamina, balance, boldness, flexibility, obedience, focus";
    world
        .sql(&format!(
            "with more as (
               insert into horses (name, {columns}) select 'Extra ' || n, {columns} from horses, generate_series(2, {count}) n
               where id = {first} returning id)
             select count(*) from more;
             insert into show_entries (show_id, horse_id, user_id, snapshot, entered_at)
             select e.show_id, h.id, e.user_id, jsonb_set(e.snapshot, '{{horse_id}}', to_jsonb(h.id)), e.entered_at
             from show_entries e join horses h on h.user_id = e.user_id and h.name like 'Extra %'
             where e.show_id = {show} and e.horse_id = {first} order by h.id"
        ))
        .await;
}

#[tokio::test]
async fn a_closed_or_ended_show_takes_nothing_back_and_nothing_in() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let (mare, other) = (world.mare(&ann).await, world.mare(&ann).await);
    let hers = world.mare(&host).await;
    let held = world
        .show(
            &host,
            NewShow {
                in_minutes: 60,
                ..NewShow::default()
            },
        )
        .await;
    let called_off = world
        .show(
            &host,
            NewShow {
                in_minutes: 60,
                ..NewShow::default()
            },
        )
        .await;
    refuse(&world, cancel(&ann, held), 403, "not-host").await;
    let treasurys = world.treasury_show(NewShow::default()).await;
    refuse(&world, cancel(&host, treasurys), 403, "not-host").await;
    refuse(&world, withdraw(&ann, held, mare), 409, "not-entered").await;
    refuse(&world, withdraw(&ann, held, hers), 403, "not-yours").await;
    enter(&ann, held, mare).send().await.require(201);
    enter(&host, held, hers).send().await.require(201);
    refuse(&world, withdraw(&host, held, mare), 403, "not-yours").await;

    let cancelled = cancel(&host, called_off).send().await.require(200).json();
    assert_eq!(cancelled["state"], "cancelled");
    for ask in [
        cancel(&host, called_off),
        enter(&ann, called_off, mare),
        withdraw(&ann, called_off, mare),
    ] {
        assert_eq!(
            refuse(&world, ask, 409, "show-over").await["state"],
            "cancelled"
        );
    }

    let run_date = world.client.read(&format!("/v1/shows/{held}")).await["run_date"].clone();
    world.advance("1h").await;
    for ask in [
        cancel(&host, held),
        enter(&ann, held, other),
        withdraw(&ann, held, mare),
    ] {
        assert_eq!(
            refuse(&world, ask, 409, "show-closed").await["since"],
            run_date
        );
    }
    let problem = refuse(
        &world,
        world.client.ask("GET", &format!("/v1/shows/{held}/proof")),
        409,
        "show-not-settled",
    )
    .await;
    assert_eq!(problem["state"], "closed");

    world.settle_due().await;
    for ask in [
        cancel(&host, held),
        enter(&ann, held, other),
        withdraw(&ann, held, mare),
    ] {
        assert_eq!(
            refuse(&world, ask, 409, "show-over").await["state"],
            "settled"
        );
    }
    world.require_sound_ledger().await;
}
