//! The operator's page: who gets in, what it shows, and the one thing that it changes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use equoria::config::{Environment, Profile};
use equoria::limits::Rates;
use equoria::operator::account::{self, Account, Name};
use equoria::ops::fingerprint::{self, Selection};
use equoria::ops::maintain::{self, Turn};
use equoria::user::password::{Password, Passwords};
use harness::{Ask, Reply, World};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::command_line::equoria;
use crate::schedule::{carry_out, keeper};

const PASSWORD: &str = "a stable door that shuts";

/// Lets somebody sign in, with [`PASSWORD`].
async fn entrust(world: &World, name: &str) {
    let password = Password::parse("password", PASSWORD.to_owned()).unwrap();
    let hash = Passwords::new().unwrap().hash(password).await.unwrap();
    let name = Name::parse(name).unwrap();
    account::add(&world.admin, &name, &hash).await.unwrap();
}

/// A form that a page of ours sends.
fn form(world: &World, path: &str, body: &str) -> Ask {
    let ask = world.client.ask("POST", path);
    ask.header("sec-fetch-site", "same-origin")
        .body("application/x-www-form-urlencoded", body)
}

async fn attempt(world: &World, name: &str, password: &str) -> Reply {
    let body = format!("name={name}&password={}", password.replace(' ', "+"));
    form(world, "/operator/sign-in", &body).send().await
}

/// Signs somebody in whom [`entrust`] let in, and gives the cookie.
async fn signed_in(world: &World, name: &str) -> String {
    let reply = attempt(world, name, PASSWORD).await.require(303);
    let cookie = reply.header("set-cookie");
    cookie.split(';').next().unwrap().to_owned()
}

async fn page(world: &World, cookie: &str) -> Reply {
    let ask = world.client.ask("GET", "/operator");
    ask.header("cookie", cookie).send().await
}

/// A world with one operator, signed in.
async fn desk() -> (World, String) {
    let world = World::new().await;
    entrust(&world, "ann").await;
    let cookie = signed_in(&world, "ann").await;
    (world, cookie)
}

/// The text of one part of the page.
fn section(page: &Reply, id: &str) -> String {
    let text = page.text();
    let begin = text.split(&format!("<section id=\"{id}\"")).nth(1);
    let begin = begin.unwrap_or_else(|| panic!("no section {id} in {text}"));
    begin.split("</section>").next().unwrap().to_owned()
}

fn require(section: &str, parts: &[&str]) {
    for part in parts {
        assert!(section.contains(part), "no `{part}` in {section}");
    }
}

const RUN: &str = "insert into ops.job_runs (name, slot, worker, lease_until, started_at, finished_at, outcome, evidence)
    values ($1, $2, 'process 7', $2, $2, case when $3::text is not null then $2::timestamptz + interval '65 seconds' end, $3, $4) returning id";

/// A run as it would be found.
async fn run(world: &World, name: &str, ago_h: i64, outcome: Option<&str>, evidence: Value) -> i64 {
    let slot = Utc::now() - chrono::TimeDelta::hours(ago_h);
    let row = world
        .admin
        .query_one(RUN, &[&name, &slot, &outcome, &evidence])
        .await;
    row.unwrap().get(0)
}

/// One that an operator would have done again.
async fn failed_run(world: &World) -> i64 {
    let finding = json!({"severity": "alarm", "task": "advisories", "sentence": "could not be done: no list"});
    let evidence = json!({"findings": [finding]});
    run(world, "maintain_monthly", 30, Some("failed"), evidence).await
}

#[tokio::test]
async fn an_operator_signs_in_sees_the_page_and_signs_out() {
    let world = World::new().await;
    entrust(&world, "ann").await;
    let reply = attempt(&world, "Ann", PASSWORD).await.require(303);
    assert_eq!(reply.header("location"), "/operator");
    let cookie = reply.header("set-cookie");
    for part in [
        "; Path=/operator;",
        "; Max-Age=43200;",
        "; SameSite=Strict;",
        "; HttpOnly",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let shown = page(&world, cookie).await.require(200);
    assert_eq!(shown.header("cache-control"), "no-store");
    let policy = shown.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self';"),
        "{policy}"
    );
    let text = shown.text();
    assert!(text.contains("Signed in as <strong>ann</strong>"), "{text}");
    assert!(!text.contains("<script") && !text.contains("style=") && !text.contains("<style"));
    let out = form(&world, "/operator/sign-out", "").header("cookie", cookie);
    let out = out.send().await.require(303);
    assert!(out.header("set-cookie").starts_with("equoria_operator=;"));
    let over = page(&world, cookie).await.require(303);
    assert_eq!(over.header("location"), "/operator/sign-in");
    let said = "select string_agg(actor || ' ' || verb, ', ' order by id) from ops.audit_log where table_name = 'ops.operator_sessions'";
    let said: String = world.admin.query_one(said, &[]).await.unwrap().get(0);
    assert_eq!(said, "operator:ann INSERT, operator:ann UPDATE");
}

#[tokio::test]
async fn in_production_the_cookie_goes_over_tls_alone() {
    let world = World::with(|config| config.profile = Profile::Production).await;
    entrust(&world, "ann").await;
    let reply = attempt(&world, "ann", PASSWORD).await.require(303);
    assert!(reply.header("set-cookie").ends_with("; HttpOnly; Secure"));
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_an_ended_account_get_the_same_answer() {
    let mut world = World::new().await;
    for name in ["ann", "ben"] {
        entrust(&world, name).await;
    }
    account::end(&mut world.admin, &Name::parse("ben").unwrap())
        .await
        .unwrap();
    let mut answers = Vec::new();
    for (name, password) in [
        ("ann", "wrong password"),
        ("eve", PASSWORD),
        ("ben", PASSWORD),
        ("no+name", ""),
    ] {
        let reply = attempt(&world, name, password).await.require(401);
        assert_eq!(reply.header("set-cookie"), "");
        answers.push(reply.text().replace(&name.replace('+', " "), "NAME"));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn attempts_at_a_name_are_limited_whether_it_is_known_or_not() {
    let limits = Rates {
        sign_ins_per_email: 3,
        ..Rates::NONE
    };
    let world = World::with(|config| config.limits = limits).await;
    entrust(&world, "ann").await;
    for name in ["ann", "eve"] {
        for _ in 0..3 {
            attempt(&world, name, "wrong password").await.require(401);
        }
        let refused = attempt(&world, name, PASSWORD).await.require(429);
        let wait: u32 = refused.header("retry-after").parse().unwrap();
        assert!((1..=20).contains(&wait) && refused.text().contains("too many attempts"));
    }
}

#[tokio::test]
async fn a_session_ends_with_its_account_its_password_its_hours_and_its_idleness() {
    let mut world = World::new().await;
    for (name, ends) in [
        (
            "ann",
            "update ops.operator_sessions set opened_at = now() - interval '12 hours 1 second'",
        ),
        (
            "ben",
            "update ops.operator_sessions set seen_at = now() - interval '30 minutes 1 second'",
        ),
        (
            "cleo",
            "update ops.operators set ended_at = now() where name = 'cleo'",
        ),
    ] {
        entrust(&world, name).await;
        let cookie = signed_in(&world, name).await;
        page(&world, &cookie).await.require(200);
        world.sql(ends).await;
        page(&world, &cookie).await.require(303);
        let run = failed_run(&world).await;
        let asked = form(&world, &format!("/operator/runs/{run}/again"), "");
        let over = asked.header("cookie", &cookie).send().await.require(401);
        assert!(over.text().contains("Your session has ended"), "{name}");
        world.sql("delete from ops.job_runs").await;
    }
    entrust(&world, "dan").await;
    let cookie = signed_in(&world, "dan").await;
    let dan = Name::parse("dan").unwrap();
    let password = Password::parse("password", "another stable door".to_owned()).unwrap();
    let hash = Passwords::new().unwrap().hash(password).await.unwrap();
    assert_eq!(
        account::set_password(&mut world.admin, &dan, &hash)
            .await
            .unwrap(),
        1
    );
    page(&world, &cookie).await.require(303);
    attempt(&world, "dan", PASSWORD).await.require(401);
    assert_eq!(world.one("select count(*) from ops.runs_again").await, 0);
}

#[tokio::test]
async fn a_form_that_another_site_sends_does_nothing() {
    let (world, cookie) = desk().await;
    let run = failed_run(&world).await;
    let again = format!("/operator/runs/{run}/again");
    for (path, body) in [
        (
            "/operator/sign-in",
            "name=ann&password=a+stable+door+that+shuts",
        ),
        ("/operator/sign-out", ""),
        (again.as_str(), ""),
    ] {
        for from in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://elsewhere.example")],
            &[("origin", "null")],
            &[],
        ] {
            let ask = world.client.ask("POST", path).header("cookie", &cookie);
            let ask = from
                .iter()
                .fold(ask, |ask, (name, value)| ask.header(name, value));
            let ask = ask.body("application/x-www-form-urlencoded", body);
            let refused = ask.send().await.require(403);
            assert_eq!(refused.header("set-cookie"), "", "{path} {from:?}");
        }
    }
    page(&world, &cookie).await.require(200);
    assert_eq!(
        world
            .one("select count(*) from ops.operator_sessions")
            .await,
        1
    );
    assert_eq!(world.one("select count(*) from ops.runs_again").await, 0);
}

/// Every path of the page with the methods that it takes; `1` stands for any run.
const ROUTES: [(&str, &[&str]); 4] = [
    ("/operator", &["GET", "HEAD"]),
    ("/operator/sign-in", &["GET", "HEAD", "POST"]),
    ("/operator/sign-out", &["POST"]),
    ("/operator/runs/1/again", &["POST"]),
];

#[tokio::test]
async fn only_signing_in_and_out_and_running_again_take_a_post() {
    let (world, cookie) = desk().await;
    for (path, methods) in ROUTES {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let ask = world.client.ask(method, path).header("cookie", &cookie);
            let is_refused = ask.send().await.status == 405;
            assert_eq!(is_refused, !methods.contains(&method), "{method} {path}");
        }
    }
    for path in [
        "/operator/runs",
        "/operator/runs/1",
        "/operator/sign-up",
        "/operator/style/0",
    ] {
        let ask = world.client.ask("GET", path).header("cookie", &cookie);
        ask.send().await.require(404);
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_sees_the_form_alone() {
    let world = World::new().await;
    let player = world.client.sign_up("Ada").await;
    let run = failed_run(&world).await;
    for client in [&world.client, &player.client] {
        for cookie in [
            "",
            "equoria_operator=",
            "equoria_operator=x",
            &format!("equoria_operator={}", "A".repeat(43)),
        ] {
            let page = client
                .ask("GET", "/operator")
                .header("cookie", cookie)
                .send()
                .await;
            assert_eq!(page.require(303).header("location"), "/operator/sign-in");
        }
        let again = client.ask("POST", &format!("/operator/runs/{run}/again"));
        again
            .header("sec-fetch-site", "same-origin")
            .send()
            .await
            .require(401);
    }
    assert_eq!(world.one("select count(*) from ops.runs_again").await, 0);
    let form = world
        .client
        .get("/operator/sign-in")
        .await
        .require(200)
        .text();
    let style = form
        .split("href=\"/operator/style/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let sheet = world
        .client
        .get(&format!("/operator/style/{style}"))
        .await
        .require(200);
    assert!(
        sheet.header("content-type").starts_with("text/css") && sheet.text().contains(".operator")
    );
}

#[tokio::test]
async fn whoever_comes_through_the_edge_finds_no_such_page() {
    let (world, cookie) = desk().await;
    for (path, methods) in ROUTES {
        for method in methods {
            let ask = world.client.ask(method, path).header("cookie", &cookie);
            let ask = ask
                .header("x-equoria-edge-key", "whichever")
                .header("sec-fetch-site", "same-origin");
            ask.send().await.require(404);
        }
    }
}

/// What a night and a week of maintenance leave behind.
async fn seed(world: &World) {
    let evidence = json!({"tasks": {"audit": {"seals": 40, "sealed_rows": 700, "faults": 0}}, "findings": [
        {"severity": "warning", "task": "backup", "sentence": "backup X is <b>not</b> encrypted"},
    ]});
    run(world, "maintain_daily", 5, Some("found"), evidence).await;
    run(world, "maintain_daily", 29, Some("done"), json!({})).await;
    run(
        world,
        "backup_create",
        3,
        Some("failed"),
        json!({"error": "the disk is full"}),
    )
    .await;
    let drill = json!({"backup_id": "20261122T030000Z-full", "target": "the proof", "is_proven": true, "tables": 42, "rows": 123_456,
        "fetch_ms": 4_000, "replay_ms": 1_500, "proof_ms": 2_500, "rto_s": 6.5, "rpo_s": 12.0});
    run(world, "backup_drill", 50, Some("done"), drill).await;
    run(
        world,
        "audit_seal",
        1,
        Some("done"),
        json!({"seal": 47, "rows": 31, "seals": 3, "hash": "00"}),
    )
    .await;
    world
        .sql(
            "insert into ops.business_figures (figure, detail, day, value)
             select f.figure, f.detail, (now() at time zone 'UTC')::date - d, f.value from generate_series(0, 5) d,
               (values ('trainings', '', 11), ('coins_minted', 'stipend', 500), ('coins_sunk', 'breeding', 70), ('horses', '', 9)) f (figure, detail, value)",
        )
        .await;
}

#[tokio::test]
async fn each_part_shows_what_the_database_holds() {
    let (world, cookie) = desk().await;
    seed(&world).await;
    let page = page(&world, &cookie).await.require(200);
    require(
        &section(&page, "overview"),
        &[
            "The last run of a scheduled task failed or found something.",
            "<code>equoria maintain history</code> shows the row with its evidence.",
            "<dt>Schema version</dt>",
            "<dt>Backup proven</dt>",
        ],
    );
    require(
        &section(&page, "pool"),
        &[
            "<th scope=\"row\">writer</th>",
            "<th scope=\"row\">reader</th>",
            "connections are taken.",
            "Waiting",
        ],
    );
    require(
        &section(&page, "slow"),
        &["values stand as $1", "<td class=\"query\">"],
    );
    require(
        &section(&page, "jobs"),
        &[
            "<th scope=\"row\">settlement</th>",
            "backup: backup X is &lt;b&gt;not&lt;/b&gt; encrypted",
            "the disk is full",
            "<code>equoria backup create</code> does it again.",
            "Run again<span class=\"unseen\">: maintain daily of ",
        ],
    );
    require(
        &section(&page, "maintenance"),
        &[
            "<h3>daily</h3>",
            "The last runs, the newest on the right: 1 found, 1 done",
            "quarterly",
        ],
    );
    require(
        &section(&page, "backups"),
        &["EQUORIA_BACKUP_PLACE is not set"],
    );
    require(
        &section(&page, "drill"),
        &[
            "the backup proved itself",
            "<dd>6.5 s</dd>",
            "<dd>123 456</dd>",
            "Replay the log",
        ],
    );
    require(
        &section(&page, "seals"),
        &[
            "has never been sealed",
            "Every seal up to number 40 was proven",
            "; 7 came since.",
            "number 47",
        ],
    );
    require(
        &section(&page, "business"),
        &[
            "3\u{a0}000 coins were minted",
            "<figcaption>Coins a day</figcaption>",
            "coins minted from 500 on ",
            "<td class=\"number\">500</td>",
        ],
    );
}

#[tokio::test]
async fn backups_are_shown_with_their_state_and_how_far_back_they_reach() {
    let desk = crate::desk::Desk::set_up("operator").await;
    let place = desk.folder.join("repository").display().to_string();
    let environment = Environment::of([
        ("EQUORIA_PROFILE", "test"),
        ("EQUORIA_BACKUP_PLACE", &place),
    ]);
    let world = World::with(|config| config.operator.environment = Some(environment)).await;
    entrust(&world, "ann").await;
    let cookie = signed_in(&world, "ann").await;
    let page = page(&world, &cookie).await.require(200);
    let entry = crate::retention::entry(1, 0, None);
    require(
        &section(&page, "backups"),
        &[
            place.as_str(),
            &format!("<th scope=\"row\">{}</th>", entry.id),
            &format!("<span class=\"state warn\">{}</span>", entry.standing()),
            "20200101T000000Z-full was broken off, or is under way.",
            "If the server were lost now, nothing could be restored",
        ],
    );
}

#[tokio::test]
async fn nothing_of_a_player_is_on_the_page_and_reading_it_changes_nothing() {
    let (world, cookie) = desk().await;
    seed(&world).await;
    let player = world.client.sign_up("Wilhelmine").await;
    player.client.read("/v1/users/me").await;
    let selection = Selection {
        without_columns: &["seen_at"],
        without_tables: &[],
    };
    let before = fingerprint::of(&world.admin, &selection).await.unwrap();
    let text = page(&world, &cookie).await.require(200).text();
    assert_eq!(
        fingerprint::of(&world.admin, &selection).await.unwrap(),
        before
    );
    let email: String = world
        .admin
        .query_one("select email from users where name = 'Wilhelmine'", &[])
        .await
        .unwrap()
        .get(0);
    for hidden in [
        email.as_str(),
        "Wilhelmine",
        "$argon2",
        "@example",
        &player.id.to_string(),
    ] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn a_part_that_cannot_be_read_says_so_and_the_others_are_shown() {
    let (mut world, cookie) = desk().await;
    seed(&world).await;
    let lock = world.admin.transaction().await.unwrap();
    lock.batch_execute("lock table ops.business_figures in access exclusive mode")
        .await
        .unwrap();
    let url = world.client.clone();
    let shown = url
        .ask("GET", "/operator")
        .header("cookie", &cookie)
        .send()
        .await
        .require(200);
    require(
        &section(&shown, "business"),
        &["This cannot be shown: ", "lock timeout"],
    );
    require(&section(&shown, "drill"), &["the backup proved itself"]);
    lock.rollback().await.unwrap();
    let nobody = World::with(|config| config.operator.monitor = None).await;
    entrust(&nobody, "ann").await;
    let cookie = signed_in(&nobody, "ann").await;
    let shown = page(&nobody, &cookie).await.require(200);
    for part in ["overview", "slow", "jobs", "business"] {
        require(&section(&shown, part), &["MONITOR_DATABASE_URL is not set"]);
    }
    require(&section(&shown, "pool"), &["<th scope=\"row\">writer</th>"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_four_presses_one_asks_and_of_many_workers_one_does_it() {
    let (world, cookie) = desk().await;
    let run = failed_run(&world).await;
    let mut presses = JoinSet::new();
    for _ in 0..64 {
        let ask = form(&world, &format!("/operator/runs/{run}/again"), "");
        presses.spawn(ask.header("cookie", &cookie).send());
    }
    for reply in presses.join_all().await {
        assert_eq!(reply.require(303).header("location"), "/operator#jobs");
    }
    assert_eq!(world.one("select count(*) from ops.runs_again").await, 1);
    let told = "select count(*) from ops.audit_log where table_name = 'ops.runs_again' and actor = 'operator:ann' and verb = 'INSERT'";
    assert_eq!(world.one(told).await, 1);
    require(
        &section(&page(&world, &cookie).await, "jobs"),
        &["ann asked for it again at", "a worker takes it up"],
    );
    let taken = everybody_takes(&world).await;
    assert_eq!(taken.len(), 1);
    let report = carry_out(&keeper(&world.database), &taken[0]).await;
    assert_eq!(
        (report.name, report.slot),
        ("maintain_monthly", taken[0].slot)
    );
    let worker = "select worker from ops.job_runs where outcome is not null and name = 'maintain_monthly' order by id desc limit 1";
    let worker: String = world.admin.query_one(worker, &[]).await.unwrap().get(0);
    assert!(
        worker.starts_with("worker ") && worker.ends_with(", asked by ann"),
        "{worker}"
    );
    assert!(everybody_takes(&world).await.is_empty());
    let shown = section(&page(&world, &cookie).await, "jobs");
    let ended = format!("\">{}</span> at <time", report.outcome);
    require(&shown, &["ann asked for it again at", &ended]);
    assert!(
        !shown.contains(&format!("/operator/runs/{run}/again")),
        "{shown}"
    );
}

/// Sixteen workers look at once for what was asked for.
async fn everybody_takes(world: &World) -> Vec<Turn> {
    let mut workers = JoinSet::new();
    for number in 0..16 {
        let mut client = world.database.as_role("equoria_maintainer").await;
        workers.spawn(async move {
            let worker = format!("worker {number}");
            let taken = maintain::take_asked(&mut client, &worker, Duration::from_secs(60));
            taken.await.unwrap()
        });
    }
    workers.join_all().await.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_run_that_went_well_or_is_none_is_not_done_again() {
    let (world, cookie) = desk().await;
    let well = run(&world, "maintain_daily", 5, Some("done"), json!({})).await;
    let other = run(
        &world,
        "backup_create",
        5,
        Some("failed"),
        json!({"error": "full"}),
    )
    .await;
    let dead = run(&world, "maintain_weekly", 5, None, json!({})).await;
    for (run, status) in [
        (well.to_string(), 409),
        (other.to_string(), 409),
        ("77".to_owned(), 409),
        ("x".to_owned(), 404),
    ] {
        let ask = form(&world, &format!("/operator/runs/{run}/again"), "");
        ask.header("cookie", &cookie).send().await.require(status);
    }
    assert_eq!(world.one("select count(*) from ops.runs_again").await, 0);
    let ask = form(&world, &format!("/operator/runs/{dead}/again"), "");
    ask.header("cookie", &cookie).send().await.require(303);
    assert_eq!(world.one("select run_id from ops.runs_again").await, dead);
}

/// What a command tells as JSON, and its exit status.
fn told(world: &World, arguments: &[&str]) -> (Option<i32>, Value, String) {
    let url = world.database.of("equoria_migrator").url();
    let environment = [
        ("MIGRATE_DATABASE_URL", url.as_str()),
        ("EQUORIA_PROFILE", "test"),
    ];
    let output = equoria(
        &[&["operator"], arguments, &["--json"]].concat(),
        &environment,
    );
    let said = String::from_utf8(output.stderr).unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), told, said)
}

#[tokio::test]
async fn accounts_are_made_listed_given_another_password_and_ended_by_commands() {
    let world = World::new().await;
    let (status, made, _) = told(&world, &["add", "Ann", "--generate"]);
    let first = made["password"].as_str().unwrap().to_owned();
    assert_eq!(
        (status, made["name"].as_str(), first.len()),
        (Some(0), Some("ann"), 32)
    );
    attempt(&world, "ann", &first).await.require(303);
    let (status, _, said) = told(&world, &["add", "ann", "--generate"]);
    assert!(
        status == Some(2) && said.contains("there is an operator ann already"),
        "{said}"
    );
    let file = harness::cluster::scratch()
        .unwrap()
        .join(format!("operator-{}", std::process::id()));
    std::fs::write(&file, "another stable door\n").unwrap();
    let (status, changed, said) = told(
        &world,
        &["password", "ann", "--password-file", file.to_str().unwrap()],
    );
    assert_eq!(
        (status, &changed["password"], &changed["ended_sessions"]),
        (Some(0), &Value::Null, &json!(1)),
        "{said}"
    );
    attempt(&world, "ann", &first).await.require(401);
    attempt(&world, "ann", "another stable door")
        .await
        .require(303);
    let (_, all, _) = told(&world, &["list"]);
    assert_eq!(
        (all.as_array().unwrap().len(), &all[0]["open_sessions"]),
        (1, &json!(1))
    );
    assert!(!all.to_string().contains("argon2"));
    assert_eq!(told(&world, &["end", "ann"]).0, Some(0));
    attempt(&world, "ann", "another stable door")
        .await
        .require(401);
    let (status, _, said) = told(&world, &["end", "ann"]);
    assert!(
        status == Some(2) && said.contains("no operator ann may sign in"),
        "{said}"
    );
    let accounts: Vec<Account> = account::list(&world.admin).await.unwrap();
    let ended: Option<DateTime<Utc>> = accounts[0].ended_at;
    assert!(ended.is_some());
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn an_account_is_not_made_without_a_name_and_a_password_that_are_some() {
    let world = World::new().await;
    let short = harness::cluster::scratch()
        .unwrap()
        .join(format!("short-{}", std::process::id()));
    std::fs::write(&short, "short\n").unwrap();
    for (arguments, named) in [
        (
            &["add", "Ann Smith", "--generate"][..],
            "is no operator's name",
        ),
        (&["add", "ann"], "there is no terminal"),
        (
            &["add", "ann", "--password-file", "/nowhere/at/all"],
            "/nowhere/at/all",
        ),
        (
            &["add", "ann", "--password-file", short.to_str().unwrap()],
            "10 to 200 characters",
        ),
        (
            &["password", "ann", "--generate"],
            "no operator ann may sign in",
        ),
    ] {
        let (status, _, said) = told(&world, arguments);
        assert!(
            status == Some(2) && said.contains(named) && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
    }
    assert_eq!(world.one("select count(*) from ops.operators").await, 0);
    std::fs::remove_file(short).unwrap();
}
