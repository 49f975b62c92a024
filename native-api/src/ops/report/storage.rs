//! How large tables and indexes are, and how they have grown.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_postgres::{Client, Row};

use super::table::told;
use super::{Bar, Chart, Column, Kind, Line, Report, Subject, Table};
use crate::trouble::{Because, Trouble};

/// What a sample has written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// When.
    pub sampled_at: DateTime<Utc>,
    /// How many tables, the system's catalogues as one.
    pub tables: i64,
    /// How large the database is.
    pub bytes: i64,
}

/// The catalogues are what the database holds besides the tables of ours.
const SAMPLE: &str = "with ours as (
    select format('%s.%s', n.nspname, c.relname) as name, pg_indexes_size(c.oid) as indexes,
      pg_table_size(c.oid) - coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) as heap,
      coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) as toast,
      greatest(pg_stat_get_live_tuples(c.oid), c.reltuples::bigint, 0) as rows
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'ops') and c.relkind = 'r'
  ), sized as (
    select * from ours
    union all
    select '(system)', 0, greatest(0, pg_database_size(current_database()) - (select sum(heap + indexes + toast) from ours)), 0, 0
  ), kept as (
    insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
    select name, now(), heap, indexes, toast, rows from sized
    on conflict (table_name, sampled_at) do nothing
    returning heap_bytes + index_bytes + toast_bytes as bytes
  )
  select now() as sampled_at, count(*) as tables, coalesce(sum(bytes), 0)::bigint as bytes from kept";

/// Measures every table and keeps the sizes in `ops.storage_samples`, for growth and its forecast.
///
/// # Errors
/// When the database refuses: the maintainer may do it.
pub async fn sample(client: &Client) -> Result<Sample, Trouble> {
    let row = client.query_one(SAMPLE, &[]).await;
    let row = row.because(|| "the sizes of the tables could not be kept")?;
    Ok(Sample {
        sampled_at: row.get("sampled_at"),
        tables: row.get("tables"),
        bytes: row.get("bytes"),
    })
}

const TABLE_COLUMNS: &[Column] = &[
    Column::new("table", "Table", Kind::Text),
    Column::new("rows", "Rows (estimate)", Kind::Count),
    Column::new("heap_bytes", "Heap", Kind::Bytes),
    Column::new("index_bytes", "Indexes", Kind::Bytes),
    Column::new("toast_bytes", "Toast", Kind::Bytes),
    Column::new("total_bytes", "Total", Kind::Bytes),
    Column::new("bytes_per_row", "A row", Kind::Bytes),
    Column::new("grown_bytes", "Grown", Kind::Bytes),
    Column::new("bytes_a_day", "A day", Kind::Bytes),
];

/// Growth is against the oldest sample of the last thirty days.
const TABLES: &str = "with now as (
    select format('%s.%s', n.nspname, c.relname) as name, pg_table_size(c.oid) - coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) as heap,
      pg_indexes_size(c.oid) as indexes, coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) as toast,
      greatest(pg_stat_get_live_tuples(c.oid), c.reltuples::bigint, 0) as rows
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'ops') and c.relkind = 'r')
  select now.name, rows::float8, heap::float8, indexes::float8, toast::float8, (heap + indexes + toast)::float8,
    ((heap + indexes + toast) / nullif(rows, 0))::float8, (heap + indexes + toast - before.bytes)::float8,
    ((heap + indexes + toast - before.bytes) / nullif(before.days, 0))::float8
  from now left join lateral (
    select s.heap_bytes + s.index_bytes + s.toast_bytes as bytes, extract(epoch from now() - s.sampled_at) / 86400 as days
    from ops.storage_samples s where s.table_name = now.name and s.sampled_at > now() - interval '30 days'
    order by s.sampled_at limit 1) before on true
  order by 6 desc, 1";

const INDEX_COLUMNS: &[Column] = &[
    Column::new("index", "Index", Kind::Text),
    Column::new("table", "Table", Kind::Text),
    Column::new("method", "Kind", Kind::Text),
    Column::new("size_bytes", "Size", Kind::Bytes),
    Column::new("scans", "Scans", Kind::Count),
];

const INDEXES: &str =
    "select c.relname::text, format('%s.%s', n.nspname, t.relname), m.amname::text,
    pg_relation_size(c.oid)::float8, coalesce(s.idx_scan, 0)::float8
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
  join pg_namespace n on n.oid = t.relnamespace join pg_am m on m.oid = c.relam
  left join pg_stat_user_indexes s on s.indexrelid = c.oid
  where n.nspname in ('public', 'ops') order by 4 desc, 1 limit 25";

const SIZE: &str = "select pg_database_size(current_database())::float8";

const HISTORY: &str = "select extract(epoch from s.sampled_at)::float8 / 86400 as day,
    sum(s.heap_bytes + s.index_bytes + s.toast_bytes)::float8 as bytes
  from ops.storage_samples s where s.sampled_at > now() - interval '400 days' group by s.sampled_at order by 1";

pub(super) async fn report(client: &Client) -> Result<Report, Trouble> {
    let mut report = Report::of(Subject::Storage, "Storage: how large, and how it grows");
    let tables = Table::ask(client, "tables", "Tables", TABLE_COLUMNS, TABLES, &[]).await?;
    let indexes = Table::ask(
        client,
        "indexes",
        "The largest indexes",
        INDEX_COLUMNS,
        INDEXES,
        &[],
    )
    .await?;
    let size = client.query_one(SIZE, &[]).await;
    let size = size.because(|| "could not ask for the size of the database")?;
    let size: f64 = size.get(0);
    report.say(format!("The database takes {}.", told(size, Kind::Bytes)));
    let history = client.query(HISTORY, &[]).await;
    let history = history.because(|| "could not read the sizes that were kept")?;
    report.say(growth(&history));
    report.charts.push(largest(&tables));
    report.charts.push(Chart::Lines {
        title: "Size of the database".to_owned(),
        lines: vec![Line {
            label: "bytes".to_owned(),
            points: history.iter().map(point).collect(),
        }],
        kind: Kind::Bytes,
    });
    report.tables = vec![tables, indexes];
    Ok(report)
}

fn point(row: &Row) -> (f64, f64) {
    (row.get("day"), row.get("bytes"))
}

fn growth(history: &[Row]) -> String {
    let ends = history.first().map(point).zip(history.last().map(point));
    match ends {
        Some(((first, from), (last, to))) if last > first => format!(
            "From the first of {} samples to the last, {:.1} days, it has grown by {}.",
            history.len(),
            last - first,
            told(to - from, Kind::Bytes)
        ),
        _ => "There are not two samples yet to tell growth from: `equoria maintain daily` keeps one a day.".to_owned(),
    }
}

fn largest(tables: &Table) -> Chart {
    let bars = tables
        .texts("table")
        .into_iter()
        .zip(tables.numbers("total_bytes"));
    Chart::Bars {
        title: "The largest tables".to_owned(),
        bars: bars
            .take(12)
            .map(|(label, value)| Bar {
                label: label.to_owned(),
                value,
            })
            .collect(),
        kind: Kind::Bytes,
    }
}
