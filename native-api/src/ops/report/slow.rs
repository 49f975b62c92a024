//! What PostgreSQL spends its time on.

use tokio_postgres::Client;

use super::{Bar, Chart, Column, Kind, Report, Subject, Table};
use crate::ops::monitor::collect::EXTENSION;
use crate::trouble::{Because, Trouble};

const COLUMNS: &[Column] = &[
    Column::new("total_ms", "Total", Kind::Ms),
    Column::new("share_percent", "Share", Kind::Percent),
    Column::new("calls", "Calls", Kind::Count),
    Column::new("mean_ms", "Mean", Kind::Ms),
    Column::new("most_ms", "Most", Kind::Ms),
    Column::new("rows", "Rows", Kind::Count),
    Column::new("hit_percent", "In memory", Kind::Percent),
    Column::new("role", "Role", Kind::Text),
    Column::new("query", "Statement", Kind::Text),
];

/// Values stand as `$1` in what is listed; commands of the administration, in which a password could stand, are left out.
const STATEMENTS: &str = "with ours as (
    select s.*, sum(s.total_exec_time) over () as everything from {}.pg_stat_statements s
    where s.dbid = (select oid from pg_database where datname = current_database())
      and s.query ~* '^\\s*(with|select|insert|update|delete|merge)\\M')
  select total_exec_time, 100 * total_exec_time / nullif(everything, 0), calls::float8, mean_exec_time, max_exec_time, rows::float8,
    (100.0 * shared_blks_hit / nullif(shared_blks_hit + shared_blks_read, 0))::float8,
    coalesce(userid::regrole::text, '-'), left(regexp_replace(query, '\\s+', ' ', 'g'), 400)
  from ours order by {order} desc limit 20";

const SINCE: &str = "select to_char(stats_reset at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from {}.pg_stat_statements_info";

pub(super) async fn report(client: &Client) -> Result<Report, Trouble> {
    let mut report = Report::of(Subject::Slow, "Slow: what PostgreSQL spends its time on");
    let place = client.query_opt(EXTENSION, &[]).await;
    let place = place.because(|| "could not look for pg_stat_statements")?;
    let Some(place) = place.map(|row| row.get::<_, String>(0)) else {
        report.warn(
            "There is no pg_stat_statements here: add it to shared_preload_libraries, restart, and as the administrator \
             run `create extension pg_stat_statements schema extensions`.",
        );
        return Ok(report);
    };
    let by = |order| STATEMENTS.replace("{}", &place).replace("{order}", order);
    let title = "The statements that take the most time";
    let sql = by("total_exec_time");
    let table = Table::ask(client, "statements", title, COLUMNS, &sql, &[]).await?;
    let title = "The statements that take longest each time";
    let sql = by("mean_exec_time");
    let longest = Table::ask(client, "longest", title, COLUMNS, &sql, &[]).await?;
    let since = client.query_one(&SINCE.replace("{}", &place), &[]).await;
    let since: Option<String> = since.because(|| "could not ask since when")?.get(0);
    report.say(format!(
        "Counted since {} UTC; values stand as $1.",
        since.as_deref().unwrap_or("the start")
    ));
    if let Some(most) = table.numbers("share_percent").first() {
        report.say(format!("The first takes {most:.0} % of all time."));
    }
    report.charts.push(Chart::Bars {
        title: "Total time by statement".to_owned(),
        bars: bars(&table),
        kind: Kind::Ms,
    });
    report.tables = vec![table, longest];
    Ok(report)
}

fn bars(table: &Table) -> Vec<Bar> {
    let all = table
        .texts("query")
        .into_iter()
        .zip(table.numbers("total_ms"));
    let bar = |(label, value): (&str, f64)| Bar {
        label: label.to_owned(),
        value,
    };
    all.take(10).map(bar).collect()
}
