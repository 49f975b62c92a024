//! Room that tables and indexes hold and do not use.

use tokio_postgres::Client;

use super::{Bar, Chart, Column, Kind, Report, Subject, Table};
use crate::trouble::{Because, Trouble};

const COLUMNS: &[Column] = &[
    Column::new("name", "Table or index", Kind::Text),
    Column::new("kind", "Kind", Kind::Text),
    Column::new("size_bytes", "Size", Kind::Bytes),
    Column::new("wasted_bytes", "Unused", Kind::Bytes),
    Column::new("wasted_percent", "Share", Kind::Percent),
    Column::new("dead_rows", "Dead rows", Kind::Count),
    Column::new("advice", "What to do", Kind::Text),
];

/// A sixth of a table's room is fair; a leaf of a b-tree is filled to nine tenths. What is smaller than a megabyte does
/// not matter. `{}` is where pgstattuple lives.
const MEASURED: &str = "with parts as (
    select c.oid, c.relkind, n.nspname || '.' || c.relname as name, pg_relation_size(c.oid) as size, m.amname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_am m on m.oid = c.relam
    where n.nspname in ('public', 'ops') and c.relkind in ('r', 'i') and pg_relation_size(c.oid) >= 1000000
    order by 4 desc limit 60
  ), measured as (
    select p.name, 'table' as kind, p.size::float8, (t.approx_free_space + t.dead_tuple_len)::float8 as wasted, t.dead_tuple_count::float8 as dead
    from parts p cross join lateral {}.pgstattuple_approx(p.oid) t where p.relkind = 'r'
    union all
    select p.name, 'index', p.size::float8, (p.size * greatest(0, 1 - i.avg_leaf_density / 90))::float8, null
    from parts p cross join lateral {}.pgstatindex(p.oid) i
    where p.relkind = 'i' and p.amname = 'btree' and i.avg_leaf_density <> 'NaN')
  select name, kind, size, wasted, 100 * wasted / size, dead, case
    when wasted < 10000000 or wasted / size < 0.3 then ''
    when kind = 'index' then '`equoria maintain weekly` rebuilds it concurrently.'
    else 'See that autovacuum keeps up and no old transaction holds it; room inside is used again by new rows.' end
  from measured order by wasted desc, name limit 30";

/// Without pgstattuple only dead rows are known, as PostgreSQL counts them.
const ESTIMATED: &str = "select s.schemaname || '.' || s.relname, 'table', pg_relation_size(s.relid)::float8,
    (pg_relation_size(s.relid) * d.share)::float8, (100 * d.share)::float8, s.n_dead_tup::float8,
    case when d.share < 0.3 or s.n_dead_tup < 10000 then '' else 'Vacuum it, and see why autovacuum has not.' end
  from pg_stat_user_tables s
  cross join lateral (select s.n_dead_tup::float8 / nullif(s.n_live_tup + s.n_dead_tup, 0) as share) d
  where s.schemaname in ('public', 'ops') and s.n_dead_tup > 0 order by 4 desc, 1 limit 30";

const PLACE: &str = "select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'pgstattuple'";

pub(super) async fn report(client: &Client) -> Result<Report, Trouble> {
    let mut report = Report::of(Subject::Bloat, "Bloat: room that is held and not used");
    let place = client.query_opt(PLACE, &[]).await;
    let place = place.because(|| "could not look for pgstattuple")?;
    let sql = match place {
        Some(place) => {
            report.say("Measured by pgstattuple; indexes other than b-trees and what is below 1 MB are left out.");
            MEASURED.replace("{}", place.get(0))
        }
        None => {
            report.say(
                "Estimated from counts of dead rows: as the administrator run `create extension pgstattuple schema \
                 extensions` to measure.",
            );
            ESTIMATED.to_owned()
        }
    };
    let title = "Tables and indexes by unused room";
    let table = Table::ask(client, "bloat", title, COLUMNS, &sql, &[]).await?;
    let advised = table
        .texts("advice")
        .iter()
        .filter(|it| !it.is_empty())
        .count();
    if advised > 0 {
        report.warn(format!(
            "{advised} of them hold more than 10 MB and 30 % unused."
        ));
    }
    let bars = table
        .texts("name")
        .into_iter()
        .zip(table.numbers("wasted_bytes"));
    let bar = |(label, value): (&str, f64)| Bar {
        label: label.to_owned(),
        value,
    };
    report.charts.push(Chart::Bars {
        title: "Unused room".to_owned(),
        bars: bars.take(10).map(bar).collect(),
        kind: Kind::Bytes,
    });
    report.tables.push(table);
    Ok(report)
}
