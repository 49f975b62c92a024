//! Indexes that cost more than they give, and those that are missing.

use tokio_postgres::Client;

use super::table::told;
use super::{Column, Kind, Report, Subject, Table};
use crate::trouble::Trouble;

const UNUSED_COLUMNS: &[Column] = &[
    Column::new("index", "Index", Kind::Text),
    Column::new("table", "Table", Kind::Text),
    Column::new("size_bytes", "Size", Kind::Bytes),
    Column::new("table_writes", "Writes of the table", Kind::Count),
    Column::new("advice", "What to do", Kind::Text),
];

/// What guards a rule is used by every write, whether it is scanned or not. The comment on an index says why it is kept.
const UNUSED: &str = "select i.indexrelid::regclass::text, i.indrelid::regclass::text, pg_relation_size(i.indexrelid)::float8,
    (t.n_tup_ins + t.n_tup_upd + t.n_tup_del)::float8,
    coalesce(obj_description(i.indexrelid, 'pg_class'),
      format('Nothing has scanned it: if no replica does either, `drop index concurrently %s`.', i.indexrelid::regclass))
  from pg_index i join pg_stat_user_indexes s on s.indexrelid = i.indexrelid
  join pg_stat_user_tables t on t.relid = i.indrelid
  where s.schemaname in ('public', 'ops') and s.idx_scan = 0 and not i.indisunique and i.indisvalid
    and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
    -- One that serves a foreign key is scanned when the row it points to goes; without it that would read the whole table.
    and not exists (select from pg_constraint f where f.conrelid = i.indrelid and f.contype = 'f' and f.conkey[1] = i.indkey[0])
  order by 3 desc, 1";

const DUPLICATE_COLUMNS: &[Column] = &[
    Column::new("index", "Index", Kind::Text),
    Column::new("covered_by", "Covered by", Kind::Text),
    Column::new("size_bytes", "Size", Kind::Bytes),
    Column::new("scans", "Scans", Kind::Count),
    Column::new("advice", "What to do", Kind::Text),
];

/// The columns of one, in their order and sorted alike, are the first of the other's; of two that are equal the younger goes.
const DUPLICATE: &str = "with b_trees as (
    select i.*, c.relam, array_to_string(i.indkey[0:i.indnkeyatts - 1], ' ') as keys, array_to_string(i.indoption[0:i.indnkeyatts - 1], ' ') as options,
      array_to_string(i.indclass[0:i.indnkeyatts - 1], ' ') as classes, coalesce(pg_get_expr(i.indpred, i.indrelid), '') as predicate,
      coalesce(pg_get_expr(i.indexprs, i.indrelid), '') as expressions
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_am m on m.oid = c.relam and m.amname = 'btree'
    where n.nspname in ('public', 'ops') and i.indisvalid)
  select a.indexrelid::regclass::text, b.indexrelid::regclass::text, pg_relation_size(a.indexrelid)::float8,
    coalesce(s.idx_scan, 0)::float8,
    coalesce(obj_description(a.indexrelid, 'pg_class'),
      format('%s serves whatever it serves: `drop index concurrently %s`.', b.indexrelid::regclass, a.indexrelid::regclass))
  from b_trees a join b_trees b on b.indrelid = a.indrelid and b.indexrelid <> a.indexrelid
    and b.predicate = a.predicate and b.expressions = a.expressions
    and b.keys || ' ' like a.keys || ' %' and b.options || ' ' like a.options || ' %' and b.classes || ' ' like a.classes || ' %'
  left join pg_stat_user_indexes s on s.indexrelid = a.indexrelid
  where not a.indisunique and not exists (select from pg_constraint c where c.conindid = a.indexrelid)
    and (b.keys <> a.keys or b.indisunique or b.indexrelid < a.indexrelid)
    and (a.expressions = '' or b.keys = a.keys)
  order by 3 desc, 1, 2";

const MISSING_COLUMNS: &[Column] = &[
    Column::new("constraint", "Foreign key", Kind::Text),
    Column::new("table", "Table", Kind::Text),
    Column::new("columns", "Columns", Kind::Text),
    Column::new("table_bytes", "Size of the table", Kind::Bytes),
    Column::new("advice", "What to do", Kind::Text),
];

/// An index of all rows that have a value will do: nothing points anywhere without one.
const MISSING: &str = "select c.conname::text, c.conrelid::regclass::text, k.names, pg_relation_size(c.conrelid)::float8,
    format('Every removal from %s reads the whole table: `create index concurrently on %s (%s)`.', c.confrelid::regclass,
      c.conrelid::regclass, k.names)
  from pg_constraint c join pg_namespace n on n.oid = c.connamespace
  cross join lateral (select string_agg(quote_ident(a.attname), ', ' order by x.ord) as names
    from unnest(c.conkey) with ordinality x (num, ord) join pg_attribute a on a.attrelid = c.conrelid and a.attnum = x.num) k
  where c.contype = 'f' and n.nspname in ('public', 'ops') and not exists (
    select from pg_index i where i.indrelid = c.conrelid and i.indisvalid
      and (select array_agg(p order by p) from unnest((i.indkey::int2[])[0:cardinality(c.conkey) - 1]) p)
        = (select array_agg(p order by p) from unnest(c.conkey) p)
      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ (
        select '^\\(?' || a.attname || ' IS NOT NULL\\)?$' from pg_attribute a
        where a.attrelid = c.conrelid and a.attnum = c.conkey[1])))
  order by 4 desc, 1";

const INVALID_COLUMNS: &[Column] = &[
    Column::new("index", "Index", Kind::Text),
    Column::new("table", "Table", Kind::Text),
    Column::new("size_bytes", "Size", Kind::Bytes),
    Column::new("advice", "What to do", Kind::Text),
];

const INVALID: &str = "select i.indexrelid::regclass::text, i.indrelid::regclass::text, pg_relation_size(i.indexrelid)::float8,
    format('Its making broke off; it costs and serves nothing: `drop index concurrently %1$s`, or `reindex index concurrently %1$s`.',
      i.indexrelid::regclass)
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'ops') and not i.indisvalid order by 3 desc, 1";

const SINCE: &str = "select to_char(coalesce(stats_reset, pg_postmaster_start_time()) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
  from pg_stat_database where datname = current_database()";

pub(super) async fn report(client: &Client) -> Result<Report, Trouble> {
    let mut report = Report::of(
        Subject::Indexes,
        "Indexes: unused, duplicate, missing, invalid",
    );
    let parts: [(&str, &str, &[Column], &str); 4] = [
        ("invalid", "Invalid indexes", INVALID_COLUMNS, INVALID),
        (
            "missing",
            "Foreign keys without an index",
            MISSING_COLUMNS,
            MISSING,
        ),
        (
            "duplicate",
            "Indexes that another one covers",
            DUPLICATE_COLUMNS,
            DUPLICATE,
        ),
        (
            "unused",
            "Indexes that nothing has scanned",
            UNUSED_COLUMNS,
            UNUSED,
        ),
    ];
    for (name, title, columns, sql) in parts {
        let table = Table::ask(client, name, title, columns, sql, &[]).await?;
        judge(&mut report, &table);
        report.tables.push(table);
    }
    let since = super::text_of(client, SINCE).await?;
    report.say(format!(
        "Scans are counted since {since} UTC, on this server alone."
    ));
    Ok(report)
}

/// What is invalid or missing needs somebody; what only costs does not.
fn judge(report: &mut Report, table: &Table) {
    let bytes: f64 = table.numbers("size_bytes").iter().sum();
    let size = told(bytes, Kind::Bytes);
    let count = match table.rows.len() {
        0 => return,
        1 => "one".to_owned(),
        count => count.to_string(),
    };
    match table.name {
        "invalid" => report.warn(format!("Invalid indexes: {count}, of {size}.")),
        "missing" => report.warn(format!("Foreign keys without an index: {count}.")),
        "duplicate" => report.say(format!(
            "Indexes that another one covers: {count}, of {size}."
        )),
        _ => report.say(format!(
            "Indexes that nothing has scanned: {count}, of {size}."
        )),
    }
}
