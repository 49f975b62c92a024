//! `equoria dev` from nothing, in a checkout of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use equoria::dev::places::Places;
use harness::cluster::scratch;
use harness::program;

/// A folder that looks like a checkout; gone with this value.
struct Checkout(PathBuf);

impl Checkout {
    fn new(name: &str) -> Self {
        let folder = scratch()
            .unwrap()
            .join(format!("checkout-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("migrations")).unwrap();
        fs::write(folder.join("wrangler.toml"), "").unwrap();
        Self(folder)
    }

    fn places(&self) -> Places {
        Places::of(&self.0).unwrap()
    }

    fn postmaster(&self) -> PathBuf {
        self.places().data.join("postgres/postmaster.pid")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program::equoria());
        command
            .args(arguments)
            .current_dir(&self.0)
            .env("EQUORIA_API_PORT", "0")
            .env("EQUORIA_METRICS_LISTEN", "off")
            .env("LOG_LEVEL", "off")
            .env_remove("DATABASE_URL")
            .env_remove("EQUORIA_PROFILE")
            .stdin(Stdio::null());
        command
    }

    /// Starts the bring-up and answers once it says that the game is up, with the address of the API.
    fn bring_up(&self) -> (Child, String) {
        let mut child = self
            .command(&["dev", "--no-edge"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut said = Vec::new();
        let mut find = |wanted: &str| loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("it ended before it said `{wanted}`: {said:#?}"));
            said.push(line.clone());
            if let Some((_, rest)) = line.split_once(wanted) {
                return rest.to_owned();
            }
        };
        let url = find("native API answers at ");
        find("The game is up");
        std::thread::spawn(move || lines.for_each(drop));
        (child, url)
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let data = self.places().data;
        for folder in [&data, &self.0] {
            let _nothing_left = fs::remove_dir_all(folder);
        }
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn ended(mut child: Child) -> ExitStatus {
    child.wait().unwrap()
}

/// Looks again and again, for at most twenty seconds.
fn until_gone(path: &Path) {
    let since = Instant::now();
    while path.exists() {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "{} is still there",
            path.display()
        );
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

async fn horses(url: &str) -> usize {
    let answer = reqwest::get(format!("{url}/v1/horses?limit=5"))
        .await
        .unwrap();
    let page: serde_json::Value = answer.json().await.unwrap();
    page["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_game_comes_up_from_nothing_stops_at_one_interrupt_and_outlives_a_kill() {
    let checkout = Checkout::new("game");

    let (first, url) = checkout.bring_up();
    assert_eq!(horses(&url).await, 5, "a small world was seeded");
    signal(&first, "-INT");
    assert_eq!(ended(first).code(), Some(0));
    assert!(!checkout.postmaster().exists(), "PostgreSQL was stopped");

    let since = Instant::now();
    let (second, url) = checkout.bring_up();
    assert!(
        since.elapsed() < Duration::from_secs(15),
        "a second start takes seconds"
    );
    assert_eq!(horses(&url).await, 5, "the data stayed");
    let twice = Command::new(program::equoria())
        .arg("dev")
        .current_dir(&checkout.0)
        .output()
        .unwrap();
    assert_eq!(twice.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("up already"));

    assert!(checkout.postmaster().exists());
    signal(&second, "-KILL");
    assert!(!ended(second).success());
    until_gone(&checkout.postmaster());

    let (third, url) = checkout.bring_up();
    assert_eq!(horses(&url).await, 5, "the data outlived the kill");
    signal(&third, "-TERM");
    assert_eq!(ended(third).code(), Some(0));
}

#[test]
fn serving_a_checkout_that_was_never_brought_up_says_what_to_run_first() {
    let checkout = Checkout::new("empty");
    for command in ["serve", "work"] {
        let refused = checkout.command(&[command]).output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        let sentence = said.lines().last().unwrap();
        assert!(
            sentence.starts_with("equoria: ") && sentence.contains("`cargo run`"),
            "{said}"
        );
    }
    // Whoever goes step by step need not bring it up at all.
    let migrated = checkout.command(&["migrate", "deploy"]).output().unwrap();
    assert!(migrated.status.success(), "{migrated:?}");
    let mut serving = checkout
        .command(&["serve", "--no-jobs"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(serving.stderr.take().unwrap()).lines();
    let mut told = lines.map(Result::unwrap);
    let answers = told.find(|line| line.contains("native API answers at"));
    assert!(answers.is_some(), "it ended instead: {:?}", ended(serving));
    signal(&serving, "-INT");
    assert_eq!(ended(serving).code(), Some(0));
}

#[test]
fn secrets_and_addresses_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let path = std::env::temp_dir().join(format!("equoria-private-{}", std::process::id()));
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    equoria::dev::program::write_private(&path, "new").unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::remove_file(path).unwrap();
}
