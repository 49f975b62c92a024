//! Figures that move when things happen, and that come even when the database does not.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use equoria::config;
use equoria::db::By;
use equoria::jobs::tally::Tally;
use equoria::ops::monitor::collect::CERTIFICATE;
use equoria::ops::monitor::{Health, Monitor, QUESTIONS, Snapshot, alerts, bind, serve};
use harness::native::environment;
use harness::{Database, Native, World, program};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::command_line::equoria;

/// What a scrape tells now; the monitor is a new one, so nothing is kept from an earlier one.
async fn scrape(world: &World) -> (String, Snapshot) {
    let monitor = Monitor::of(&world.app, &world.config.monitor);
    let text = monitor.metrics().await.unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
    let read = Snapshot::read(&text);
    (text, read)
}

/// The figure of that name with these labels; zero where it is not told.
fn figure(told: &Snapshot, name: &str, labels: &[(&str, &str)]) -> f64 {
    let mut all = told.all(name).iter();
    all.find(|sample| labels.iter().all(|(name, is)| sample.label(name) == *is))
        .map_or(0.0, |sample| sample.value)
}

async fn tally(world: &World) {
    let counted = world.app.db.write(By::game("tally"), &Tally).await;
    counted.unwrap();
}

/// Counts until a figure has that value: what other tests have begun on the same server must end first.
pub async fn count_until(world: &World, figure: &str, wanted: i64) {
    let since = Instant::now();
    let sum = format!(
        "select coalesce(sum(value), 0)::bigint from ops.business_figures where figure = '{figure}'"
    );
    loop {
        tally(world).await;
        let counted = world.one(&sum).await;
        if counted == wanted {
            return;
        }
        let is_late = since.elapsed() > Duration::from_secs(30);
        assert!(!is_late && counted < wanted, "{figure}: {counted}");
    }
}

#[tokio::test]
async fn what_players_do_is_counted_by_route_by_write_and_in_the_business() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let (_, before) = scrape(&world).await;
    let training = format!("/v1/horses/{mare}/training");
    let racing = json!({"discipline": "Racing"});
    ann.post(&training, &racing).await.require(201);
    ann.post(&training, &racing).await.refused(409, "resting");
    ann.get("/v1/horses/999999").await.require(404);
    count_until(&world, "trainings", 1).await;
    count_until(&world, "horses", 1).await;
    let (text, after) = scrape(&world).await;
    let route = [("route", "/v1/horses/{id}/training"), ("method", "POST")];
    let grown = |name: &str, labels: &[(&str, &str)]| {
        figure(&after, name, labels) - figure(&before, name, labels)
    };
    for (name, more, by) in [
        ("equoria_http_requests_total", ("status", "2xx"), 1.0),
        ("equoria_http_requests_total", ("status", "4xx"), 1.0),
        (
            "equoria_http_request_duration_seconds_count",
            ("method", "POST"),
            2.0,
        ),
    ] {
        let labels = [route[0], route[1], more];
        assert_eq!(grown(name, &labels), by, "{name}\n{text}");
    }
    for (outcome, by) in [("done", 1.0), ("refused", 1.0), ("failed", 0.0)] {
        let labels = [("write", "train"), ("outcome", outcome)];
        assert_eq!(grown("equoria_writes_total", &labels), by, "{outcome}");
    }
    for (figure, by) in [("trainings", 1.0), ("foals_born", 0.0)] {
        let labels = [("figure", figure)];
        assert_eq!(grown("equoria_business_total", &labels), by, "{figure}");
    }
    let horses = [("figure", "horses")];
    assert_eq!(figure(&after, "equoria_business_total", &horses), 1.0);
    assert!(!text.contains("horses/999999"), "no raw path");
    assert!(grown("pg_stat_database_xact_commit", &[]) >= 0.0);
    assert_eq!(figure(&after, "pg_up", &[]), 1.0);
    assert!(figure(&after, "process_resident_memory_bytes", &[]) > 1e6);
    assert!(figure(&after, "process_cpu_seconds_total", &[]) > 0.0);
}

#[tokio::test]
async fn a_database_that_is_days_old_and_has_no_backup_is_red() {
    let world = World::new().await;
    let (_, told) = scrape(&world).await;
    assert_eq!(told.sum("equoria_backup_is_missing"), Some(0.0));
    world
        .sql("update ops.migrations set applied_at = now() - interval '2 days'")
        .await;
    let (_, told) = scrape(&world).await;
    let missing = |state| told.labelled("equoria_backup_is_missing", "state", state);
    assert_eq!(
        (missing("taken"), missing("proven")),
        (Some(1.0), Some(0.0))
    );
    assert!(
        alerts::firing(&told)
            .iter()
            .any(|it| it.name == "BackupIsMissing")
    );
}

#[tokio::test]
async fn the_business_counts_every_row_once_and_coins_by_their_cause() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    count_until(&world, "coins_minted", 1000).await;
    let minted = "select coalesce(sum(value), 0)::bigint from ops.business_figures where figure = 'coins_minted' and detail = 'welcome'";
    assert_eq!(world.one(minted).await, 1000);
    let treasury = "select coalesce(-sum(p.amount), 0)::bigint from postings p join accounts a on a.id = p.account_id and a.kind = 'treasury'";
    let told = "select coalesce(sum(value) filter (where figure = 'coins_minted'), 0)::bigint
        - coalesce(sum(value) filter (where figure = 'coins_returned'), 0)::bigint from ops.business_figures";
    assert_eq!(world.one(told).await, world.one(treasury).await);
    let active =
        "select value from ops.business_figures where figure = 'active_users' and detail = '1h'";
    assert_eq!(world.one(active).await, 1);
    drop(ann);
}

#[tokio::test]
async fn a_number_that_is_taken_and_not_yet_committed_is_counted_later_and_not_lost() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let late = world.database.admin().await;
    let insert = "insert into transfers (key, cause, user_id, at) values ($1, 'welcome', $2, now()) returning id";
    let hold = "alter table transfers disable trigger all";
    world.sql(hold).await;
    late.batch_execute("begin").await.unwrap();
    late.query(insert, &[&"late", &ann.id]).await.unwrap();
    world
        .admin
        .query(insert, &[&"early", &ann.id])
        .await
        .unwrap();
    let payments = "select coalesce(sum(value), 0)::bigint from ops.business_figures where figure = 'payments'";
    for _ in 0..3 {
        tally(&world).await;
        assert_eq!(
            world.one(payments).await,
            0,
            "somebody may still add a lower number"
        );
    }
    late.batch_execute("commit").await.unwrap();
    let transfers = world.one("select count(*) from transfers").await;
    assert!(transfers >= 2);
    count_until(&world, "payments", transfers).await;
}

#[tokio::test]
async fn who_waits_for_a_connection_is_seen_and_the_wait_is_measured() {
    let world = World::with(|config| config.writer.connection_limit = 1).await;
    let ann = world.player("Ann").await;
    let held = world.app.db.connection().await.unwrap();
    let (_, before) = scrape_pools(&world).await;
    let waiting = tokio::spawn({
        let ann = ann.clone();
        async move { ann.post("/v1/stables", &json!({"name": "Yard"})).await }
    });
    let since = Instant::now();
    let writer = [("pool", "writer")];
    while world.app.db.pool().status().waiting == 0 {
        assert!(since.elapsed() < Duration::from_secs(20), "nobody waits");
        tokio::task::yield_now().await;
    }
    let (_, during) = scrape_pools(&world).await;
    assert_eq!(figure(&during, "equoria_pool_waiting", &writer), 1.0);
    assert_eq!(figure(&during, "equoria_pool_available", &writer), 0.0);
    let names = |told| {
        alerts::firing(told)
            .iter()
            .map(|it| it.name)
            .collect::<Vec<_>>()
    };
    assert!(names(&during).contains(&"PoolIsExhausted"));
    drop(held);
    waiting.await.unwrap().require(201);
    let (_, after) = scrape_pools(&world).await;
    let sum = "equoria_pool_wait_seconds_sum";
    let waited = figure(&after, sum, &writer) - figure(&before, sum, &writer);
    assert!(waited > 0.0, "{waited}");
    let buckets = after.all("equoria_pool_wait_seconds_bucket").iter();
    assert!(buckets.filter(|it| it.label("pool") == "writer").count() > 10);
}

/// As [`scrape`], without the database: its own figures need no connection of the pool.
async fn scrape_pools(world: &World) -> (String, Snapshot) {
    let mut settings = world.config.monitor.clone();
    settings.database = None;
    let text = Monitor::of(&world.app, &settings).metrics().await.unwrap();
    let read = Snapshot::read(&text);
    (text, read)
}

#[tokio::test]
async fn a_slow_statement_is_counted_by_its_name() {
    let world = World::with(|config| config.monitor.slow_after = Duration::from_nanos(1)).await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    ann.read(&format!("/v1/horses/{mare}")).await;
    ann.post(
        &format!("/v1/horses/{mare}/training"),
        &json!({"discipline": "Racing"}),
    )
    .await
    .require(201);
    let (text, told) = scrape(&world).await;
    let slow = "equoria_slow_statements_total";
    assert!(figure(&told, slow, &[("kind", "write"), ("name", "train")]) >= 1.0);
    assert!(figure(&told, slow, &[("kind", "read")]) >= 1.0, "{text}");
    assert!(!text.contains("Ann"), "no value stands in the figures");
}

#[tokio::test]
async fn without_its_database_a_scrape_still_comes_in_time() {
    // One that takes the connection and then never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let refusing = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = refusing.local_addr().unwrap().port();
    drop(refusing);
    let world = World::new().await;
    for port in [port, nobody] {
        let nowhere = format!("postgresql://equoria_monitor:x@127.0.0.1:{port}/equoria");
        let mut settings = world.config.monitor.clone();
        settings.database = Some(config::Database::parse(&nowhere).unwrap());
        let since = Instant::now();
        let text = Monitor::of(&world.app, &settings).metrics().await.unwrap();
        assert!(
            since.elapsed() < Duration::from_secs(8),
            "{:?}",
            since.elapsed()
        );
        let told = Snapshot::read(&text);
        assert_eq!(told.value("pg_up"), Some(0.0));
        assert!(told.value("equoria_pool_max").is_some());
        assert!(told.value("pg_database_size_bytes").is_none());
        let red = alerts::firing(&told);
        assert!(red.iter().any(|alert| alert.name == "DatabaseDown"));
    }
}

#[tokio::test]
async fn no_request_makes_more_figures_than_there_are_routes() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    ann.get("/v1/horses/1").await.require(404);
    ann.get("/nowhere").await.require(404);
    let count = |text: &str| {
        text.lines()
            .filter(|it| it.starts_with("equoria_http"))
            .count()
    };
    let (text, _) = scrape(&world).await;
    let before = count(&text);
    for number in 2..40 {
        ann.get(&format!("/v1/horses/{number}")).await.require(404);
        ann.get(&format!("/nowhere/{number}?q={number}"))
            .await
            .require(404);
    }
    let (text, _) = scrape(&world).await;
    assert_eq!(count(&text), before);
    assert!(text.lines().count() < 4_000, "{}", text.lines().count());
}

#[tokio::test]
async fn every_question_is_answered_and_names_are_told_once() {
    let world = World::new().await;
    world
        .sql("insert into ops.job_runs (name, slot, worker, lease_until, finished_at, outcome, evidence) values
            ('backup_drill', now(), 'x', now(), now(), 'done', '{\"rto_s\": 12.5, \"rpo_s\": 0.5, \"is_proven\": true}'),
            ('audit_seal', now(), 'x', now(), now(), 'failed', '{}')")
        .await;
    let (text, told) = scrape(&world).await;
    // What is not there yet has no figure: no replica, nothing archived, no seal, nothing vacuumed.
    let absent = [
        "pg_stat_replication_pg_wal_lsn_diff",
        "equoria_replication_replay_lag_seconds",
        "pg_stat_archiver_last_archive_age",
        "equoria_audit_seal_age_seconds",
        "pg_stat_user_tables_last_vacuum",
        "pg_stat_user_tables_last_autovacuum",
        "pg_stat_user_tables_last_analyze",
        "pg_stat_user_tables_last_autoanalyze",
        "equoria_business_total",
        "equoria_active_users",
    ];
    for question in QUESTIONS {
        for (name, _) in question.figures {
            let name = name.trim_start_matches('+');
            let is_told = !told.all(name).is_empty();
            assert!(is_told || absent.contains(&name), "{name}\n{text}");
        }
    }
    assert_eq!(told.value("equoria_drill_rto_seconds"), Some(12.5));
    for (state, is_there) in [("taken", false), ("checked", true), ("proven", true)] {
        let age = told.labelled("equoria_backup_age_seconds", "state", state);
        assert_eq!(age.is_some(), is_there, "{state}");
    }
    assert_eq!(
        told.labelled("equoria_job_last_is_bad", "job", "audit_seal"),
        Some(1.0)
    );
    assert!(
        told.value("pg_stat_statements_calls_total").is_some(),
        "{text}"
    );
    let types: Vec<&str> = text.lines().filter(|it| it.starts_with("# TYPE")).collect();
    let once: BTreeSet<&&str> = types.iter().collect();
    assert_eq!(types.len(), once.len());
}

#[tokio::test]
async fn health_is_told_on_the_listener_of_the_figures_and_not_on_the_api() {
    let world = World::new().await;
    let there = "127.0.0.1:0".parse().unwrap();
    let listener = bind(equoria::ops::monitor::Listen::At(there))
        .await
        .unwrap()
        .unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let monitor = Monitor::of(&world.app, &world.config.monitor);
    let serving = tokio::spawn(serve(monitor, listener, std::future::pending()));
    let http = reqwest::Client::new();
    let answer = http.get(format!("{url}/metrics")).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let health = http.get(format!("{url}/health")).send().await.unwrap();
    assert_eq!(health.status(), 200);
    let health: Value = serde_json::from_str(&health.text().await.unwrap()).unwrap();
    assert_eq!(
        (&health["is_alive"], &health["is_ready"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(health["schema_version"], health["schema_version_expected"]);
    let page = http
        .get(format!("{url}/health"))
        .header("accept", "text/html");
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains("alive and ready") && page.contains("Backup proven, ago"),
        "{page}"
    );
    world.client.get("/metrics").await.require(404);
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_and_a_worker_tell_figures_where_they_are_asked_to_and_the_monitor_shows_them() {
    let database = Database::fresh().await;
    let url = database.tcp_url("equoria_monitor");
    let more = [
        ("EQUORIA_METRICS_LISTEN", "127.0.0.1:0"),
        ("MONITOR_DATABASE_URL", url.as_str()),
        ("LOG_LEVEL", "info"),
    ];
    let server = Native::start_with(&database, &more, &["serve", "--no-jobs"]).await;
    let mut worker = environment(&database);
    for (name, value) in more {
        worker = worker.with(name, value);
    }
    let worker = Native::spawn(&worker, &["work"]);
    let (server_at, worker_at) = (figures_of(&server).await, figures_of(&worker).await);
    let http = reqwest::Client::new();
    let ask = async |url: &str| http.get(url).send().await.unwrap().text().await.unwrap();
    ask(&format!("{}/v1/disciplines", server.url)).await;
    let told = Snapshot::read(&ask(&server_at).await);
    let route = [("route", "/v1/disciplines"), ("status", "2xx")];
    assert_eq!(figure(&told, "equoria_http_requests_total", &route), 1.0);
    assert_eq!(told.value("pg_up"), Some(1.0));
    let told = Snapshot::read(&ask(&worker_at).await);
    assert!(told.value("process_cpu_seconds_total").unwrap() > 0.0);
    let arguments = ["monitor", "--once", "--url", server_at.as_str()];
    let output = equoria(
        &arguments,
        &[("MONITOR_DATABASE_URL", &url), ("DATABASE_URL", &url)],
    );
    let page = String::from_utf8(output.stdout).unwrap();
    for line in ["writer", "slowest routes", "GET /v1/disciplines"] {
        assert!(page.contains(line), "{page}");
    }
}

/// Where a process says that it tells its figures.
async fn figures_of(process: &Native) -> String {
    let since = Instant::now();
    loop {
        let log = process.log();
        if let Some((_, rest)) = log.split_once("figures at ") {
            return rest.split_whitespace().next().unwrap().to_owned();
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{log}");
        tokio::task::yield_now().await;
    }
}

#[test]
fn settings_and_addresses_that_cannot_be_honoured_are_refused_by_name() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (name, value) in [
        ("EQUORIA_METRICS_LISTEN", "everywhere"),
        ("EQUORIA_SLOW_QUERY_MS", "soon"),
    ] {
        let output = equoria(
            &["monitor", "--once"],
            &[(name, value), ("EQUORIA_PROFILE", "test")],
        );
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(name) && said.lines().count() == 1, "{said}");
    }
    let nowhere = format!("postgresql://equoria_monitor:hush@{taken}/equoria?connect_timeout=2");
    for command in [&["monitor", "--once"][..], &["report", "slow"]] {
        let of = [
            ("MONITOR_DATABASE_URL", nowhere.as_str()),
            ("DATABASE_URL", nowhere.as_str()),
        ];
        let output = equoria(command, &of);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.lines().last().unwrap().contains(&taken) && !said.contains("hush"),
            "{said}"
        );
    }
}

#[test]
fn health_says_what_needs_somebody() {
    let mut told = Snapshot::default();
    told.add(
        "equoria_backup_age_seconds",
        "",
        &[("state", "taken")],
        200_000.0,
    );
    told.add("equoria_certificate_left_seconds", "", &[], 86_400.0);
    let health = Health::of(&told, false);
    let wanted = [
        "The last backup is older than a day.",
        "The certificate of the database's server ends within two weeks: then nobody connects.",
    ];
    assert_eq!(health.red, wanted);
    assert!(health.html().contains("alive, and not ready"));
}

/// The names of figures in a PromQL expression: every word that is no function, no keyword, no label and no number.
fn names(expr: &str) -> BTreeSet<String> {
    const WORDS: [&str; 23] = [
        "sum",
        "max",
        "min",
        "avg",
        "count",
        "rate",
        "irate",
        "increase",
        "histogram_quantile",
        "absent",
        "clamp_min",
        "by",
        "without",
        "on",
        "ignoring",
        "and",
        "or",
        "unless",
        "topk",
        "time",
        "vector",
        "delta",
        "bool",
    ];
    let mut found = BTreeSet::new();
    let mut rest = expr.to_owned();
    // Labels stand in braces, and in brackets after by, without, on and ignoring; spans stand in square brackets.
    for (open, close) in [('{', '}'), ('[', ']')] {
        while let Some((from, to)) = rest.find(open).zip(rest.find(close)) {
            rest.replace_range(from..=to, " ");
        }
    }
    for word in ["by", "without", "on", "ignoring"] {
        while let Some(from) = rest.find(&format!("{word} (")) {
            let to = from + rest[from..].find(')').unwrap();
            rest.replace_range(from..=to, " ");
        }
    }
    for word in
        rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '$')
    {
        let is_name = word.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if is_name && !WORDS.contains(&word) {
            found.insert(word.to_owned());
        }
    }
    found
}

#[test]
fn the_names_in_an_expression_are_found() {
    let expr = "histogram_quantile(0.99, sum by (le, route) (rate(equoria_x_bucket{pool=\"writer\",a=~\"$b\"}[5m]))) > 1e9 and max(pg_up) < 1";
    let wanted = ["equoria_x_bucket", "pg_up"].map(str::to_owned);
    assert_eq!(names(expr), BTreeSet::from(wanted));
}

/// Every expression of a dashboard.
fn exprs(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("expr", Value::String(expr)) => found.push(expr.clone()),
                    (_, value) => exprs(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| exprs(value, found)),
        _ => {}
    }
}

fn file(name: &str) -> Value {
    let path = program::checkout().join("native-api/monitoring").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_rules_of_prometheus_are_our_alerts_and_lead_to_the_readme() {
    let rules = file("prometheus-rules.yml");
    assert_eq!(
        rules,
        alerts::rules(),
        "`equoria monitor --rules` prints what belongs there"
    );
    let readme = fs::read_to_string(program::checkout().join("README.md")).unwrap();
    let heading = format!("\n## {}\n", alerts::RUNBOOK);
    assert!(readme.contains(&heading), "README.md has no {heading}");
    for rule in rules["groups"][0]["rules"].as_array().unwrap() {
        let notes = &rule["annotations"];
        for note in ["summary", "description", "runbook"] {
            assert!(notes[note].as_str().unwrap().len() > 10, "{rule}");
        }
        assert!(
            notes["runbook"]
                .as_str()
                .unwrap()
                .ends_with(alerts::RUNBOOK)
        );
    }
}

#[tokio::test]
async fn every_figure_that_a_dashboard_or_an_alert_names_is_told() {
    let world = World::with(|config| config.monitor.slow_after = Duration::from_nanos(1)).await;
    world.app.figures.collided("train");
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    ann.read(&format!("/v1/horses/{mare}")).await;
    ann.post("/v1/stables", &json!({"name": "Yard"}))
        .await
        .require(201);
    let (text, told) = scrape(&world).await;
    // Those that need a replica, an archive, a seal or a drill are told as soon as there is one.
    let declared = QUESTIONS.iter().flat_map(|question| question.figures);
    let mut known: BTreeSet<String> = declared
        .map(|(name, _)| name.trim_start_matches('+').to_owned())
        .collect();
    known.extend(told.names().map(str::to_owned));
    known.insert(CERTIFICATE.to_owned());
    for family in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = family.split_once(' ').unwrap();
        if kind == "counter" {
            known.insert(format!("{name}_total"));
        }
    }
    let dashboard = file("grafana.json");
    let mut all = Vec::new();
    exprs(&dashboard, &mut all);
    exprs(&file("prometheus-rules.yml"), &mut all);
    assert!(all.len() > 40, "{}", all.len());
    for expr in &all {
        for name in names(expr) {
            assert!(known.contains(&name), "{name} in {expr} is told nowhere");
        }
    }
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    assert!(
        variables
            .iter()
            .any(|it| it["type"] == "datasource" && it["query"] == "prometheus")
    );
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<i64> = panels.iter().map(|it| it["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_page_of_the_monitor_is_green_on_a_healthy_database_and_red_on_a_sick_one() {
    let world = World::new().await;
    let url = world.database.tcp_url("equoria_monitor");
    let once = |format: &'static [&'static str]| {
        let arguments = [
            &["monitor", "--once", "--url", "http://127.0.0.1:1/metrics"],
            format,
        ]
        .concat();
        let of = [
            ("MONITOR_DATABASE_URL", url.as_str()),
            ("DATABASE_URL", url.as_str()),
        ];
        let output = equoria(&arguments, &of);
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (status, page) = once(&[]);
    assert_eq!(status, Some(0), "{page}");
    for line in [
        "transactions a second",
        "longest transaction",
        "Nothing needs anybody",
    ] {
        assert!(page.contains(line), "{page}");
    }
    world
        .sql(
            "insert into ops.job_runs (name, slot, worker, lease_until, finished_at, outcome)
            values ('backup_create', now(), 'x', now(), now(), 'failed')",
        )
        .await;
    let (status, told) = once(&["--json"]);
    assert_eq!(status, Some(1), "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["red"][0]["alert"], "RunFailed");
    assert!(told["figures"]["connections_most"].as_f64().unwrap() > 0.0);
    assert_eq!(told["is_api_there"], false);
}
