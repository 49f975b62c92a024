//! The server's certificate and its authority are replaced while players play: nothing is restarted, no request fails.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use equoria::config;
use equoria::db::connect;
use equoria::ops::tls::served;
use harness::{Client, Native, native};
use serde_json::json;
use tokio::task::JoinSet;
use tokio_postgres::Client as Session;

use crate::tls::{Secured, said};

/// Players who read and write without a pause, and count what they were answered.
struct Traffic {
    players: JoinSet<Vec<String>>,
    answered: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

impl Traffic {
    async fn start(url: &str) -> Self {
        let mut traffic = Self {
            players: JoinSet::new(),
            answered: Arc::default(),
            is_over: Arc::default(),
        };
        for name in ["Ada", "Ben", "Cleo"] {
            let client = Client::at(url);
            let signed_up = client.sign_up(name).await;
            let client = signed_up.client;
            let (answered, is_over) = (traffic.answered.clone(), traffic.is_over.clone());
            traffic.players.spawn(play(client, answered, is_over));
        }
        traffic
    }

    /// Waits until so many more requests were answered.
    async fn goes_on(&self, requests: u64) {
        let wanted = self.answered.load(Ordering::Relaxed) + requests;
        let since = Instant::now();
        while self.answered.load(Ordering::Relaxed) < wanted {
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "the traffic stands"
            );
            tokio::task::yield_now().await;
        }
    }

    /// How many were answered, and what failed.
    async fn end(mut self) -> (u64, Vec<String>) {
        self.is_over.store(true, Ordering::Relaxed);
        let mut failures = Vec::new();
        while let Some(player) = self.players.join_next().await {
            failures.extend(player.unwrap());
        }
        (self.answered.load(Ordering::Relaxed), failures)
    }
}

async fn play(client: Client, answered: Arc<AtomicU64>, is_over: Arc<AtomicBool>) -> Vec<String> {
    let mut failures = Vec::new();
    let mut is_dark = false;
    while !is_over.load(Ordering::Relaxed) {
        let account = client.get("/v1/account").await;
        let change = client
            .ask("PATCH", "/v1/account/settings")
            .if_match(account.etag())
            .json(&json!({"darkMode": is_dark}));
        let replies = [change.send().await, client.get("/v1/breeds").await, account];
        for reply in replies {
            answered.fetch_add(1, Ordering::Relaxed);
            if reply.status != 200 {
                failures.push(format!("{} {}: {}", reply.of, reply.status, reply.text()));
            }
        }
        is_dark = !is_dark;
    }
    failures
}

/// The API's connections, each by its process, and whether every one of them has TLS.
async fn connections(administrator: &Session) -> (Vec<i32>, bool) {
    let sql = "select a.pid, s.ssl from pg_stat_activity a join pg_stat_ssl s using (pid)
        where a.application_name = 'equoria' and a.usename in ('equoria_writer', 'equoria_reader') order by 1";
    let rows = administrator.query(sql, &[]).await.unwrap();
    let has_tls = rows.iter().all(|row| row.get("ssl"));
    (rows.iter().map(|row| row.get("pid")).collect(), has_tls)
}

/// Ends every connection that the API has now, one after the other and each while nobody uses it, and waits until others
/// have taken over.
async fn replace_all(administrator: &Session, traffic: &Traffic) {
    let (before, _) = connections(administrator).await;
    let since = Instant::now();
    loop {
        let end = "select pg_terminate_backend(pid, 5000) from (select pid from pg_stat_activity
            where pid = any($1) and state = 'idle' order by state_change limit 1) a";
        administrator.query(end, &[&before]).await.unwrap();
        traffic.goes_on(3).await;
        let (now, has_tls) = connections(administrator).await;
        if !now.is_empty() && !now.iter().any(|pid| before.contains(pid)) {
            assert!(has_tls);
            break;
        }
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "{before:?} {now:?}"
        );
    }
    traffic.goes_on(12).await;
}

async fn serial(server: &Secured) -> String {
    let database = server.of("equoria_writer", "localhost", "");
    served(&database).await.unwrap().certificate.serial
}

#[tokio::test(flavor = "multi_thread")]
async fn certificate_and_authority_are_replaced_under_traffic_and_no_request_fails() {
    let server = Secured::start().await;
    let keys = server.keys("verify-full", &server.folder);
    let keys = format!("{keys}&channel_binding=require");
    let url = |role: &str| server.of(role, "localhost", &keys).url();
    let database = server.postgres.database();
    let environment = native::environment(&database)
        .with("EQUORIA_PROFILE", "production")
        .with("DATABASE_URL", &url("equoria_writer"))
        .with("DATABASE_READ_URL", &url("equoria_reader"));
    let mut native = Native::spawn(&environment, &["serve", "--no-jobs"]);
    native.ready().await;
    let administrator = database.admin().await;
    let traffic = Traffic::start(&native.url).await;
    traffic.goes_on(12).await;

    let maintainer = url("equoria_maintainer");
    let into = server.folder.authority();
    let into = into.parent().unwrap().to_str().unwrap();
    let tls = |arguments: &[&str]| {
        let arguments = [&["tls"], arguments, &["--into", into]].concat();
        let environment = [
            ("MAINTAIN_DATABASE_URL", maintainer.as_str()),
            ("EQUORIA_PROFILE", "production"),
        ];
        said(&arguments, &environment, 0)
    };
    // A client that is never given the new authority, for comparison.
    let kept = server.postgres.home().join("kept.crt");
    fs::copy(server.folder.authority(), &kept).unwrap();
    let forgotten = format!("sslmode=verify-full&sslrootcert={}", kept.display());
    let forgotten = server.of("equoria_writer", "localhost", &forgotten);

    // The certificate alone: open connections live on, and the next ones are shown another.
    let first = serial(&server).await;
    let (before, has_tls) = connections(&administrator).await;
    assert!(has_tls && before.len() >= 2, "{before:?}");
    assert!(tls(&["renew", "--reload"]).contains("The server shows it"));
    let second = serial(&server).await;
    assert_ne!(first, second);
    traffic.goes_on(12).await;
    let (after, _) = connections(&administrator).await;
    assert!(
        before.iter().all(|pid| after.contains(pid)),
        "{before:?} {after:?}"
    );
    replace_all(&administrator, &traffic).await;
    require_taken(&forgotten).await;

    // The authority: both are trusted, then the server changes over, then the old one is forgotten.
    tls(&["rotate-ca"]);
    replace_all(&administrator, &traffic).await;
    assert_eq!(serial(&server).await, second);
    tls(&["renew", "--reload"]);
    assert_ne!(serial(&server).await, second);
    replace_all(&administrator, &traffic).await;
    tls(&["rotate-ca", "--finish"]);
    assert_eq!(server.folder.authority_certificates().unwrap().len(), 1);
    replace_all(&administrator, &traffic).await;

    let refused = connect(&forgotten).await.unwrap_err().to_string();
    assert!(refused.contains("not of an authority"), "{refused}");
    let (answered, failures) = traffic.end().await;
    assert!(
        failures.is_empty(),
        "{} of {answered} failed: {failures:?}",
        failures.len()
    );
    eprintln!("{answered} requests, none failed");
}

async fn require_taken(database: &config::Database) {
    if let Err(trouble) = connect(database).await {
        panic!("{trouble}");
    }
}
