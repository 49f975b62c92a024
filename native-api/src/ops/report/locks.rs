//! Who waits for whom, as a tree, and whose transaction has been open for long.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::{Client, Row};

use super::{Cell, Column, Kind, Report, Subject, Table};
use crate::trouble::{Because, Trouble};

const COLUMNS: &[Column] = &[
    Column::new("process", "Process", Kind::Text),
    Column::new("role", "Role", Kind::Text),
    Column::new("state", "State", Kind::Text),
    Column::new("waits_s", "Waits", Kind::Seconds),
    Column::new("transaction_s", "Transaction", Kind::Seconds),
    Column::new("lock", "For", Kind::Text),
    Column::new("query", "Statement", Kind::Text),
];

const SESSIONS: &str = "select a.pid, coalesce(a.usename::text, a.backend_type) as role, coalesce(a.state, '-') as state,
    extract(epoch from clock_timestamp() - w.since)::float8 as waits_s,
    extract(epoch from clock_timestamp() - a.xact_start)::float8 as transaction_s, coalesce(w.lock, '') as lock,
    left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80) as query, pg_blocking_pids(a.pid) as blockers
  from pg_stat_activity a left join lateral (
    select l.waitstart as since, l.mode || ' of ' || coalesce(l.relation::regclass::text, l.locktype) as lock
    from pg_locks l where l.pid = a.pid and not l.granted limit 1) w on true
  where a.pid <> pg_backend_pid() and (a.datname = current_database() or a.backend_type = 'autovacuum worker')
  order by a.xact_start nulls last, a.pid";

/// From when on a wait needs somebody.
const PATIENCE_S: f64 = 10.0;

struct Session {
    blockers: BTreeSet<i32>,
    waits_s: f64,
    cells: Vec<Cell>,
}

pub(super) async fn report(client: &Client) -> Result<Report, Trouble> {
    let mut report = Report::of(Subject::Locks, "Locks: who waits for whom, now");
    let rows = client.query(SESSIONS, &[]).await;
    let rows = rows.because(|| "could not ask who waits for whom")?;
    let sessions: BTreeMap<i32, Session> = rows.iter().map(session).collect();
    let waits: Vec<f64> = sessions.values().map(|it| it.waits_s).collect();
    let longest = waits.iter().copied().fold(0.0, f64::max);
    match waits.iter().filter(|it| **it > 0.0).count() {
        0 => report.say("Nobody waits for a lock."),
        count => {
            let sentence = format!(
                "{count} wait for a lock, the first of them for {longest:.1} s. `select pg_terminate_backend(PROCESS)` ends a \
                 blocker."
            );
            if longest > PATIENCE_S {
                report.warn(sentence)
            } else {
                report.say(sentence)
            }
        }
    }
    report.tables.push(Table {
        name: "tree",
        title: "Blockers, and below each whom it blocks".to_owned(),
        columns: COLUMNS,
        rows: tree(&sessions),
    });
    let title = "Transactions open for more than a minute";
    report
        .tables
        .push(Table::ask(client, "long", title, LONG_COLUMNS, LONG, &[]).await?);
    Ok(report)
}

const LONG_COLUMNS: &[Column] = &[
    Column::new("process", "Process", Kind::Text),
    Column::new("role", "Role", Kind::Text),
    Column::new("state", "State", Kind::Text),
    Column::new("transaction_s", "Transaction", Kind::Seconds),
    Column::new("query", "Statement", Kind::Text),
];

const LONG: &str = "select a.pid::text, coalesce(a.usename::text, a.backend_type), coalesce(a.state, '-'),
    extract(epoch from clock_timestamp() - a.xact_start)::float8, left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80)
  from pg_stat_activity a where a.datname = current_database() and a.xact_start < clock_timestamp() - interval '1 minute'
    and a.pid <> pg_backend_pid() order by a.xact_start";

fn session(row: &Row) -> (i32, Session) {
    let seconds = |name: &str| row.get::<_, Option<f64>>(name);
    let cell = |seconds: Option<f64>| seconds.map_or(Cell::Nothing, Cell::Number);
    let text = |name: &str| Cell::Text(row.get(name));
    let pid: i32 = row.get("pid");
    let session = Session {
        blockers: row.get::<_, Vec<i32>>("blockers").into_iter().collect(),
        waits_s: seconds("waits_s").unwrap_or(0.0),
        cells: vec![
            Cell::Text(pid.to_string()),
            text("role"),
            text("state"),
            cell(seconds("waits_s")),
            cell(seconds("transaction_s")),
            text("lock"),
            text("query"),
        ],
    };
    (pid, session)
}

/// Those who block and are not blocked come first, each followed by whom it blocks, one step further in.
fn tree(sessions: &BTreeMap<i32, Session>) -> Vec<Vec<Cell>> {
    let blocking: BTreeSet<i32> = sessions
        .values()
        .flat_map(|it| it.blockers.clone())
        .collect();
    let mut rows = Vec::new();
    let mut told = BTreeSet::new();
    let is_root = |pid: &i32| sessions.get(pid).is_none_or(|it| it.blockers.is_empty());
    // A ring has no beginning; PostgreSQL breaks one after a second, and until then whoever comes first begins it.
    let roots = blocking.iter().filter(|pid| is_root(pid));
    for root in roots.chain(&blocking) {
        branch(sessions, *root, 0, &mut told, &mut rows);
    }
    rows
}

fn branch(
    sessions: &BTreeMap<i32, Session>,
    pid: i32,
    depth: usize,
    told: &mut BTreeSet<i32>,
    rows: &mut Vec<Vec<Cell>>,
) {
    if !told.insert(pid) {
        return;
    }
    let unknown = || vec![Cell::Text(pid.to_string())];
    let mut row = sessions
        .get(&pid)
        .map_or_else(unknown, |it| it.cells.clone());
    row.resize(COLUMNS.len(), Cell::Nothing);
    if depth > 0 {
        row[0] = Cell::Text(format!("{}> {pid}", "--".repeat(depth)));
    }
    rows.push(row);
    let blocked = sessions.iter().filter(|(_, it)| it.blockers.contains(&pid));
    for (blocked, _) in blocked {
        branch(sessions, *blocked, depth + 1, told, rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(for_whom: &[i32]) -> Session {
        Session {
            blockers: for_whom.iter().copied().collect(),
            waits_s: 1.0,
            cells: vec![Cell::Text("?".to_owned())],
        }
    }

    #[test]
    fn a_tree_names_everyone_once_and_ends_even_in_a_ring() {
        let sessions = BTreeMap::from([
            (1, waits(&[])),
            (2, waits(&[1])),
            (3, waits(&[1, 2])),
            (8, waits(&[9])),
            (9, waits(&[8])),
            (5, waits(&[77])),
        ]);
        let names: Vec<Cell> = tree(&sessions)
            .into_iter()
            .map(|row| row[0].clone())
            .collect();
        let wanted = ["?", "--> 2", "----> 3", "77", "--> 5", "?", "--> 9"];
        assert_eq!(names, wanted.map(|it| Cell::Text(it.to_owned())));
    }
}
