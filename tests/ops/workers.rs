//! Any number of processes drain one backlog.

use std::collections::BTreeMap;

use harness::{Database, Native};

use crate::backlog::Backlog;

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_and_four_workers_settle_each_show_once_between_them() {
    let backlog = Backlog::of(60, Database::fresh().await).await;
    let environment = backlog.environment();
    let url = environment
        .get("DATABASE_URL")
        .unwrap()
        .unwrap()
        .replace("connection_limit=10", "connection_limit=4");
    let environment = environment.with("DATABASE_URL", &url);
    let mut processes: Vec<Native> = ["serve", "serve", "work", "work", "work", "work"]
        .map(|command| Native::spawn(&environment, &[command]))
        .into();
    backlog.until_settled(backlog.shows.len()).await;
    // A server that is ready listens for signals; a worker that has settled a show or looked for one does too.
    for server in &mut processes[..2] {
        server.ready().await;
    }
    let mut times: BTreeMap<i64, u32> = BTreeMap::new();
    for process in &processes {
        for show in settled_by(&process.log()) {
            *times.entry(show).or_default() += 1;
        }
    }
    let each_once: BTreeMap<i64, u32> = backlog.shows.iter().map(|show| (*show, 1)).collect();
    assert_eq!(times, each_once);
    for process in &mut processes[..2] {
        process.signal("TERM");
        assert_eq!(process.wait(), 0, "{}", process.log());
    }
    backlog.require_settled_once().await;
}

/// The shows that a process says it settled.
fn settled_by(log: &str) -> Vec<i64> {
    let lines = log.lines().filter(|line| line.contains("show settled"));
    lines.map(|line| number_after(line, "show=")).collect()
}

fn number_after(line: &str, name: &str) -> i64 {
    let (_, rest) = line
        .split_once(name)
        .unwrap_or_else(|| panic!("no {name} in {line}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}
