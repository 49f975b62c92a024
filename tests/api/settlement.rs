//! Settlement: every show that is due ends exactly once, whoever works, and every coin is where it belongs.

use std::collections::BTreeMap;

use equoria::jobs::settlement::Settler;
use harness::world::number;
use harness::{Database, NewHorse, NewShow, Player, World};
use rules::competition::proof::{Proof, verify};
use serde_json::json;
use tokio::sync::watch;

/// How many shows are due at once.
const SHOWS: i64 = 200;

/// Opens many shows like one that was opened and entered through the API: every tenth has no entry, every tenth has one,
/// the others three.
async fn many_due_shows(world: &World) {
    let players = [
        world.player_with("Ann", 50_000).await,
        world.player_with("Ben", 50_000).await,
        world.player_with("Cleo", 50_000).await,
    ];
    let first = world
        .show(
            &players[0],
            NewShow {
                name: "Stakes 1".to_owned(),
                entry_fee: 7,
                prize: 103,
                in_minutes: 30,
                ..NewShow::default()
            },
        )
        .await;
    for (at, player) in players.iter().enumerate() {
        for mare in 0..4 {
            let stats = 20 + i16::try_from(at * 4 + mare).unwrap();
            let horse = world
                .horse(
                    player,
                    NewHorse {
                        stats,
                        ..NewHorse::default()
                    },
                )
                .await;
            if mare == 0 {
                world.enter(player, first, horse).await.require(201);
            }
        }
    }
    world
        .sql(&format!(
            "begin;
             insert into shows (name, discipline, entry_fee, prize, run_date, host_id, secret_hash, rules_version)
             select 'Stakes ' || n, discipline, entry_fee, prize, run_date, host_id, sha256(sha256(n::text::bytea)), rules_version
             from shows, generate_series(2, {SHOWS}) n where id = {first} order by n;
             insert into show_secrets (show_id, secret) select id, sha256(substr(name, 8)::bytea) from shows where id <> {first};
             select ledger_post(now(), min(s.host_id::text)::uuid, array_agg('show_prize:' || s.id), array_agg('show_prize'::text),
               array_agg(purse_of(s.host_id)), array_agg(escrow_of(s.id)), array_agg(s.prize), array_agg(s.id),
               array_agg(null::bigint)) from shows s where s.id <> {first};
             insert into show_entries (show_id, horse_id, user_id, snapshot, entered_at)
             select s.id, h.id, h.user_id, jsonb_set(e.snapshot, '{{horse_id}}', to_jsonb(h.id)), e.entered_at
             from shows s
             join (select *, row_number() over (partition by user_id order by id) as nth,
                     dense_rank() over (order by user_id) as owner from horses) h on h.nth = s.id % 4 + 1
             join show_entries e on e.show_id = {first} and e.user_id = h.user_id
             where s.id <> {first} and s.id % 10 <> 3 and (s.id % 10 <> 7 or h.owner = 1) order by s.id, h.id;
             select ledger_post(now(), null, array_agg('entry_fee:' || e.id), array_agg('entry_fee'::text),
               array_agg(purse_of(e.user_id)), array_agg(escrow_of(e.show_id)), array_agg(7::bigint), array_agg(e.show_id),
               array_agg(e.horse_id)) from show_entries e where e.show_id <> {first};
             commit"
        ))
        .await;
    world.require_sound_ledger().await;
    world.advance("31m").await;
}

/// Everything that must hold once nothing is due any more, however it came about.
async fn all_ended_once(world: &World) {
    world.require_sound_ledger().await;
    for (what, sql, wanted) in [
        ("open shows", "select count(*) from shows where state = 'open' and host_id is not null".to_owned(), 0),
        ("cancelled shows", "select count(*) from shows where state = 'cancelled'".to_owned(), SHOWS / 5),
        ("settled shows", "select count(*) from shows where state = 'settled'".to_owned(), SHOWS / 5 * 4),
        ("results", "select count(*) from competition_results".to_owned(), SHOWS / 5 * 4 * 3),
        (
            "horses whose XP are not those of their results",
            "select count(*) from horses h where h.xp <> (select coalesce(sum(r.horse_xp), 0) from competition_results r where r.horse_id = h.id)".to_owned(),
            0,
        ),
        (
            "players whose XP are not those of their results",
            "select count(*) from users u where u.xp <> (select coalesce(sum(r.user_xp), 0) from competition_results r where r.user_id = u.id)".to_owned(),
            0,
        ),
        ("fees given back", "select count(*) from transfers where cause = 'entry_refund'".to_owned(), SHOWS / 10),
        ("fees given to hosts", "select count(*) from transfers where cause = 'fee_income'".to_owned(), SHOWS / 5 * 4),
        ("prizes", "select count(*) from transfers where cause = 'prize'".to_owned(), SHOWS / 5 * 4 * 3),
        (
            "horses whose stats are not the raised ones",
            "select count(*) from horses h where h.speed + h.stamina + h.focus - 3 * h.agility <>
               (select count(r.stat) from competition_results r where r.horse_id = h.id)".to_owned(),
            0,
        ),
        // The prize of a cancelled show goes back whole; three entrants leave nothing of a prize.
        ("coins that hosts got back", "select coalesce(sum(p.amount), 0)::bigint from postings p join transfers t on t.id = p.transfer_id
            where t.cause = 'prize_return' and p.amount > 0".to_owned(), SHOWS / 5 * 103),
    ] {
        assert_eq!(world.one(&sql).await, wanted, "{what}");
    }
    let sample = world
        .admin
        .query(
            "select id from shows where state = 'settled' order by id limit 5",
            &[],
        )
        .await
        .unwrap();
    for show in sample.iter().map(|row| row.get::<_, i64>(0)) {
        let proof: Proof =
            serde_json::from_value(world.client.read(&format!("/v1/shows/{show}/proof")).await)
                .unwrap();
        verify(&proof).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_due_shows_end_once_by_the_workers_of_one_process() {
    let world = World::new().await;
    many_due_shows(&world).await;
    world.settle_due().await;
    all_ended_once(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_due_shows_end_once_by_the_workers_of_two_processes() {
    let world = World::new().await;
    many_due_shows(&world).await;
    let (_never, stopping) = watch::channel(false);
    let (one, other) = (world.another_app().await, world.another_app().await);
    let (mut one, mut other) = (Settler::of(&one), Settler::of(&other));
    tokio::join!(
        one.drain(&stopping),
        other.drain(&stopping),
        world.settle_due()
    );
    world.settle_due().await;
    all_ended_once(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jobs_of_two_processes_do_the_same_and_stop_when_asked() {
    let mut world = World::new().await;
    many_due_shows(&world).await;
    world.start_jobs().await;
    world.start_jobs().await;
    let since = std::time::Instant::now();
    while world
        .one("select count(*) from shows where state = 'open' and host_id is not null")
        .await
        > 0
    {
        assert!(since.elapsed().as_secs() < 60, "shows stay open");
    }
    all_ended_once(&world).await;
    world.stop();
    world.ended().await;
}

#[tokio::test]
async fn a_show_that_is_not_due_stays_open() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let show = world
        .show(
            &ann,
            NewShow {
                in_minutes: 60,
                ..NewShow::default()
            },
        )
        .await;
    world.advance("59m").await;
    world.settle_due().await;
    assert_eq!(
        world.client.read(&format!("/v1/shows/{show}")).await["state"],
        "open"
    );
}

#[tokio::test]
async fn too_few_entries_cancel_a_show_and_everything_goes_back() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let (empty, lonely) = (
        world
            .show(
                &host,
                NewShow {
                    in_minutes: 60,
                    ..NewShow::default()
                },
            )
            .await,
        world
            .show(
                &host,
                NewShow {
                    in_minutes: 60,
                    ..NewShow::default()
                },
            )
            .await,
    );
    let treasurys = world
        .treasury_show(NewShow {
            in_minutes: 60,
            ..NewShow::default()
        })
        .await;
    let mare = world.mare(&ann).await;
    for show in [lonely, treasurys] {
        world.enter(&ann, show, mare).await.require(201);
    }
    assert_eq!(
        (world.purse(host.id).await, world.purse(ann.id).await),
        (800, 980)
    );
    world.advance("1h").await;
    world.settle_due().await;
    for show in [empty, lonely, treasurys] {
        let shown = world.client.read(&format!("/v1/shows/{show}")).await;
        assert_eq!(
            (&shown["state"], &shown["secret"]),
            (&json!("cancelled"), &json!(null))
        );
        assert_eq!(
            world
                .client
                .read(&format!("/v1/shows/{show}/results"))
                .await["items"],
            json!([])
        );
        let problem = world
            .client
            .get(&format!("/v1/shows/{show}/proof"))
            .await
            .refused(409, "show-not-settled");
        assert_eq!(problem["state"], "cancelled");
    }
    assert_eq!(
        (world.purse(host.id).await, world.purse(ann.id).await),
        (1000, 1000)
    );
    assert_eq!(ann.read("/v1/users/me").await["xp"], 0);
    world.require_sound_ledger().await;
}

/// Settles a show with so many entrants and gives each one's prize, the host's purse before and after.
async fn prizes(world: &World, entrants: usize, prize: i64, fee: i64) -> (Vec<i64>, i64, i64) {
    let host = world
        .player(&format!("Host of {entrants} for {prize}"))
        .await;
    let show = world
        .show(
            &host,
            NewShow {
                entry_fee: fee,
                prize,
                in_minutes: 60,
                ..NewShow::default()
            },
        )
        .await;
    let before = world.purse(host.id).await;
    for at in 0..entrants {
        let player = world
            .player(&format!("Rider {at} of {entrants} for {prize}"))
            .await;
        let mare = world.mare(&player).await;
        world.enter(&player, show, mare).await.require(201);
    }
    world.advance("61m").await;
    world.settle_due().await;
    let results = world
        .client
        .read(&format!("/v1/shows/{show}/results"))
        .await;
    let prizes = results["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["prize"].as_i64().unwrap());
    (prizes.collect(), before, world.purse(host.id).await)
}

#[tokio::test]
async fn prizes_are_floored_the_remainder_is_the_firsts_and_missing_places_are_the_hosts() {
    let world = World::new().await;
    for (entrants, prize, fee, wanted) in [
        // 50, 30 and 20 per cent of 101: 50, 30 and 20, and one coin over.
        (3, 101, 10, vec![51, 30, 20]),
        (4, 101, 10, vec![51, 30, 20, 0]),
        // Of 107: 53, 32 and 21, and one over; the third's 21 stay with the host.
        (2, 107, 10, vec![54, 32]),
        (2, 1, 0, vec![1, 0]),
        (2, 0, 5, vec![0, 0]),
    ] {
        let (paid, before, after) = prizes(&world, entrants, prize, fee).await;
        assert_eq!(paid, wanted, "{entrants} for {prize}");
        let fees = fee * i64::try_from(entrants).unwrap();
        assert_eq!(
            after - before,
            fees + prize - paid.iter().sum::<i64>(),
            "{entrants} for {prize}"
        );
    }
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn the_treasury_gives_prizes_and_takes_fees_like_any_host() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let show = world
        .treasury_show(NewShow {
            prize: 100,
            entry_fee: 20,
            in_minutes: 60,
            ..NewShow::default()
        })
        .await;
    for player in [&ann, &ben] {
        let mare = world.mare(player).await;
        world.enter(player, show, mare).await.require(201);
    }
    world.advance("61m").await;
    world.settle_due().await;
    // 50 and 30 won; the third's 20 and both fees went to the treasury.
    let together = world.purse(ann.id).await + world.purse(ben.id).await;
    assert_eq!(together, 2000 - 40 + 80);
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn a_player_with_several_horses_in_a_show_gets_the_sum() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let show = world
        .show(
            &host,
            NewShow {
                prize: 101,
                entry_fee: 10,
                in_minutes: 60,
                ..NewShow::default()
            },
        )
        .await;
    for _ in 0..4 {
        let mare = world.mare(&ann).await;
        world.enter(&ann, show, mare).await.require(201);
    }
    world.advance("61m").await;
    world.settle_due().await;
    // 20, 15 and 10 XP for the first three, and the whole prize less four fees.
    let me = ann.read("/v1/users/me").await;
    assert_eq!(
        (&me["xp"], &me["money"]),
        (&json!(45), &json!(1000 - 40 + 101))
    );
    assert_eq!(world.purse(host.id).await, 1000 - 101 + 40);
    world.require_sound_ledger().await;
}

/// An entry is scored as it was frozen: what happens to the horse afterwards changes nothing.
#[tokio::test]
async fn what_was_frozen_is_what_is_scored() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let show = world
        .show(
            &ben,
            NewShow {
                in_minutes: 60,
                ..NewShow::default()
            },
        )
        .await;
    let (mare, rival) = (world.mare(&ann).await, world.mare(&ben).await);
    world.enter(&ann, show, mare).await.require(201);
    world.enter(&ben, show, rival).await.require(201);
    let preview = format!("/v1/shows/{show}/preview?horse={mare}");
    let before = ann.read(&preview).await;
    ann.post(
        &format!("/v1/horses/{mare}/training"),
        &json!({"discipline": "Racing"}),
    )
    .await
    .require(201);
    world
        .sql(&format!(
            "update horses set speed = 100, stress_level = 100 where id = {mare}"
        ))
        .await;
    assert_eq!(
        ann.read(&preview).await["expected_score"],
        before["expected_score"]
    );
    world.advance("61m").await;
    world.settle_due().await;
    let results = world
        .client
        .read(&format!("/v1/shows/{show}/results"))
        .await;
    let hers = results["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["horse"]["id"] == mare)
        .unwrap()
        .clone();
    assert_eq!(hers["expected_score"], before["expected_score"]);
    let score = hers["score"].as_f64().unwrap();
    assert!(
        (before["least_score"].as_f64().unwrap()..=before["greatest_score"].as_f64().unwrap())
            .contains(&score)
    );
}

/// What a settlement leaves, but for the instants at which it happened.
async fn outcome(world: &World) -> BTreeMap<i64, String> {
    let sql = "select s.id, s.state || encode(coalesce(s.result_digest, ''), 'hex') ||
        coalesce((select string_agg(concat_ws(',', r.entry_id, r.placement, r.score, r.prize, r.stat), ';' order by r.placement)
          from competition_results r where r.show_id = s.id), '') from shows s";
    let rows = world.admin.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn two_copies_of_a_world_settle_to_the_same_digests() {
    let world = World::new().await;
    let players: [Player; 3] = [
        world.player("Ann").await,
        world.player("Ben").await,
        world.player("Cleo").await,
    ];
    for _ in 0..4 {
        let show = world
            .show(
                &players[0],
                NewShow {
                    in_minutes: 30,
                    ..NewShow::default()
                },
            )
            .await;
        for player in &players {
            let mare = world.mare(player).await;
            world.enter(player, show, mare).await.require(201);
        }
    }
    world.advance("31m").await;
    let (database, config) = world.leave().await;
    let copy = Database::copy_of(database.name()).await;
    let mut other = harness::world::config(&copy);
    other.dice_secret.clone_from(&config.dice_secret);
    let (one, other) = (
        World::on(database, config).await,
        World::on(copy, other).await,
    );
    one.settle_due().await;
    other.settle_due().await;
    let settled = outcome(&one).await;
    assert!(
        settled.len() == 4 && settled.values().all(|it| it.starts_with("settled")),
        "{settled:?}"
    );
    assert_eq!(settled, outcome(&other).await);
}

/// Instants finer than the wire shows them, and stats that cannot rise: the proof must still say what happened.
#[tokio::test]
async fn a_proof_survives_its_json_whatever_the_instants_and_the_stats() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    for round in 0..12 {
        let mut body = world.show_body(&NewShow {
            in_minutes: 60,
            ..NewShow::default()
        });
        let at = world.now() + chrono::TimeDelta::minutes(60);
        body["run_date"] =
            format!("{}.{:06}Z", at.format("%Y-%m-%dT%H:%M:%S"), 123_457 + round).into();
        let show = number(&ann.post("/v1/shows", &body).await.require(201), "id");
        for player in [&ann, &ben] {
            let horse = world
                .horse(
                    player,
                    NewHorse {
                        stats: 100,
                        ..NewHorse::default()
                    },
                )
                .await;
            world.enter(player, show, horse).await.require(201);
        }
        world.advance("61m").await;
        world.settle_due().await;
        let proof: Proof =
            serde_json::from_value(world.client.read(&format!("/v1/shows/{show}/proof")).await)
                .unwrap();
        verify(&proof).unwrap();
    }
    assert_eq!(
        world
            .one("select max(greatest(speed, stamina, focus))::bigint from horses")
            .await,
        100
    );
}

#[tokio::test]
async fn a_show_that_cannot_be_settled_does_not_stop_the_others() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let mut shows = Vec::new();
    for _ in 0..2 {
        let show = world
            .show(
                &ann,
                NewShow {
                    in_minutes: 30,
                    ..NewShow::default()
                },
            )
            .await;
        for player in [&ann, &ben] {
            let mare = world.mare(player).await;
            world.enter(player, show, mare).await.require(201);
        }
        shows.push(show);
    }
    // A snapshot that no rule can read: past the API, and past the trigger that freezes entries.
    world
        .sql(&format!(
            "set session_replication_role = replica;
             update show_entries set snapshot = '{{}}' where show_id = {};
             set session_replication_role = origin",
            shows[0]
        ))
        .await;
    world.advance("31m").await;
    world.settle_due().await;
    assert_eq!(
        world.client.read(&format!("/v1/shows/{}", shows[0])).await["state"],
        "closed"
    );
    assert_eq!(
        world.client.read(&format!("/v1/shows/{}", shows[1])).await["state"],
        "settled"
    );
    let sum = world
        .one("select coalesce(sum(amount), 0)::bigint from postings")
        .await;
    assert_eq!(sum, 0);
    assert_eq!(
        number(
            &world.client.get(&format!("/v1/shows/{}", shows[0])).await,
            "entries"
        ),
        2
    );
}
