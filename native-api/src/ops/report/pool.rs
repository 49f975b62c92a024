//! Who holds the connections: on the server, and in the pools of the API.

use tokio_postgres::Client;

use super::{Cell, Column, Kind, Report, Subject, Table};
use crate::ops::monitor::Snapshot;
use crate::trouble::Trouble;

const COLUMNS: &[Column] = &[
    Column::new("role", "Role", Kind::Text),
    Column::new("application", "Application", Kind::Text),
    Column::new("state", "State", Kind::Text),
    Column::new("connections", "Connections", Kind::Count),
    Column::new("oldest_transaction_s", "Oldest transaction", Kind::Seconds),
    Column::new("longest_in_state_s", "Longest in this state", Kind::Seconds),
];

const CONNECTIONS: &str = "select coalesce(a.usename::text, '-'), coalesce(nullif(a.application_name, ''), '-'),
    coalesce(a.state, a.backend_type), count(*)::float8, max(extract(epoch from clock_timestamp() - a.xact_start))::float8,
    max(extract(epoch from clock_timestamp() - a.state_change))::float8
  from pg_stat_activity a where a.backend_type in ('client backend', 'walsender') and a.pid <> pg_backend_pid()
  group by 1, 2, 3 order by 4 desc, 1, 2, 3";

const POOL_COLUMNS: &[Column] = &[
    Column::new("pool", "Pool", Kind::Text),
    Column::new("held", "Held", Kind::Count),
    Column::new("free", "Free", Kind::Count),
    Column::new("most", "Most", Kind::Count),
    Column::new("waiting", "Waiting", Kind::Count),
    Column::new("borrowed", "Borrowed so far", Kind::Count),
    Column::new("mean_wait_ms", "Mean wait", Kind::Ms),
    Column::new("failures", "Not to be had", Kind::Count),
];

const MOST: &str = "select current_setting('max_connections')";

pub(super) async fn report(client: &Client, api: Option<&Snapshot>) -> Result<Report, Trouble> {
    let mut report = Report::of(Subject::Pool, "Pool: who holds the connections");
    let title = "Connections of the server";
    let table = Table::ask(client, "connections", title, COLUMNS, CONNECTIONS, &[]).await?;
    let held: f64 = table.numbers("connections").iter().sum();
    let most: f64 = super::text_of(client, MOST)
        .await?
        .parse()
        .unwrap_or(f64::INFINITY);
    let sentence = format!("{held} of {most} connections are taken.");
    if held > 0.8 * most {
        report.warn(sentence);
    } else {
        report.say(sentence);
    }
    report.tables.push(table);
    match api {
        Some(api) => report.tables.push(pools(api)),
        None => report.say(
            "The API's process tells nothing: it is not up, or its figures are elsewhere (--url).",
        ),
    }
    Ok(report)
}

fn pools(api: &Snapshot) -> Table {
    let row = |pool: &str| {
        let of = |name: &str| api.labelled(name, "pool", pool);
        let cell = |value: Option<f64>| value.map_or(Cell::Nothing, Cell::Number);
        let count = of("equoria_pool_wait_seconds_count");
        let mean = of("equoria_pool_wait_seconds_sum").zip(count);
        let mean = mean.filter(|(_, count)| *count > 0.0);
        vec![
            Cell::Text(pool.to_owned()),
            cell(of("equoria_pool_size")),
            cell(of("equoria_pool_available")),
            cell(of("equoria_pool_max")),
            cell(of("equoria_pool_waiting")),
            cell(count),
            cell(mean.map(|(sum, count)| 1000.0 * sum / count)),
            cell(of("equoria_pool_failures_total")),
        ]
    };
    let pools = api.all("equoria_pool_size").iter();
    Table {
        name: "pools",
        title: "Pools of the API's process".to_owned(),
        columns: POOL_COLUMNS,
        rows: pools.map(|sample| row(sample.label("pool"))).collect(),
    }
}
