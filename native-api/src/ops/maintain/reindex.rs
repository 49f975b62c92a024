//! Indexes that are mostly air, rebuilt beside the one in use, so that nobody waits.

use serde::Serialize;
use serde_json::json;
use tokio_postgres::{Client, Row};

use super::{At, Told};
use crate::trouble::{Because, Trouble};

/// Less room than this is not worth a rebuild.
const LEAST_BYTES: i64 = 1 << 20;

/// An index is rebuilt when it would need less than this share of its bytes, in percent.
const SHARE_PERCENT: i64 = 60;

/// What was measured of an index: every leaf page was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measured {
    name: String,
    bytes: i64,
    leaf_density_percent: f64,
    fillfactor_percent: f64,
    empty_bytes: i64,
}

/// What a rebuild did.
#[derive(Debug, Serialize)]
struct Rebuilt {
    index: String,
    leaf_density_percent: f64,
    bytes_before: i64,
    bytes_after: i64,
}

const BTREES: &str = "select format('%I.%I', n.nspname, c.relname) as name, pg_relation_size(c.oid) as bytes
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_am a on a.oid = c.relam join pg_class t on t.oid = i.indrelid
    where a.amname = 'btree' and n.nspname in ('public', 'ops') and t.relpersistence = 'p' and i.indisvalid
      and pg_relation_size(c.oid) > $1 order by 2 desc";

/// Measures the B-trees and rebuilds those that are mostly air, after it has cleaned up what rebuilds of before left.
pub(super) async fn rebuild(at: &At<'_>) -> Result<Told, Trouble> {
    let mut told = Told::default();
    clean(at.client, &mut told).await?;
    let Some(schema) = extension_schema(at.client).await? else {
        told.warn("the extension pgstattuple is missing: no index was measured (create extension pgstattuple)");
        return Ok(told);
    };
    let mut rebuilt = Vec::new();
    let measured = measure(at.client, &schema).await?;
    told.put("measured_indexes", measured.len());
    for index in measured.iter().filter(|it| it.is_mostly_air()) {
        match rebuild_one(at.client, index).await {
            Ok(it) => rebuilt.push(it),
            Err(trouble) => told.warn(trouble.to_string()),
        }
    }
    clean(at.client, &mut told).await?;
    let freed: i64 = rebuilt
        .iter()
        .map(|it| it.bytes_before - it.bytes_after)
        .sum();
    told.put("freed_bytes", freed);
    told.put("rebuilt", json!(rebuilt));
    Ok(told)
}

impl Measured {
    fn of(name: String, row: &Row) -> Self {
        Self {
            name,
            bytes: row.get("index_size"),
            leaf_density_percent: row.get("density"),
            fillfactor_percent: row.get("fillfactor"),
            empty_bytes: row.get("empty_bytes"),
        }
    }

    /// What it would need when built anew, about.
    fn needed_bytes(&self) -> i64 {
        let used = (self.bytes - self.empty_bytes) as f64;
        (used * self.leaf_density_percent / self.fillfactor_percent) as i64
    }

    fn is_mostly_air(&self) -> bool {
        let needed = self.needed_bytes();
        self.bytes - needed >= LEAST_BYTES && needed * 100 < self.bytes * SHARE_PERCENT
    }
}

/// Where the functions that measure are.
async fn extension_schema(client: &Client) -> Result<Option<String>, Trouble> {
    let sql = "select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pgstattuple'";
    let row = client
        .query_opt(sql, &[])
        .await
        .because(|| "could not look for the extension pgstattuple")?;
    Ok(row.map(|row| row.get(0)))
}

async fn measure(client: &Client, schema: &str) -> Result<Vec<Measured>, Trouble> {
    let rows = client
        .query(BTREES, &[&LEAST_BYTES])
        .await
        .because(|| "could not list the indexes")?;
    let sql = format!(
        "select index_size, case when avg_leaf_density = 'NaN' then 0 else avg_leaf_density end as density,
           (empty_pages + deleted_pages) * current_setting('block_size')::bigint as empty_bytes,
           coalesce((select option_value::float8 from pg_class c, pg_options_to_table(c.reloptions)
             where c.oid = $1::text::regclass and option_name = 'fillfactor'), 90) as fillfactor
         from {schema}.pgstatindex($1::text::regclass)"
    );
    let mut measured = Vec::with_capacity(rows.len());
    for row in &rows {
        let name: String = row.get("name");
        let row = client
            .query_one(&sql, &[&name])
            .await
            .because(|| format!("could not measure {name}"))?;
        measured.push(Measured::of(name, &row));
    }
    Ok(measured)
}

/// Builds the index anew beside the one in use. It waits for transactions that are older; nobody waits for it.
async fn rebuild_one(client: &Client, index: &Measured) -> Result<Rebuilt, Trouble> {
    let patience = |time: &str| format!("set lock_timeout = '{time}'");
    let failed = || format!("could not rebuild {}", index.name);
    client
        .batch_execute(&patience("60s"))
        .await
        .because(failed)?;
    let sql = format!("reindex index concurrently {}", index.name);
    let done = client.batch_execute(&sql).await;
    client
        .batch_execute(&patience("5s"))
        .await
        .because(failed)?;
    done.because(failed)?;
    let row = client
        .query_one(
            "select pg_relation_size($1::text::regclass)",
            &[&index.name],
        )
        .await
        .because(failed)?;
    Ok(Rebuilt {
        index: index.name.clone(),
        leaf_density_percent: index.leaf_density_percent,
        bytes_before: index.bytes,
        bytes_after: row.get(0),
    })
}

const INVALID: &str = "select format('%I.%I', n.nspname, c.relname) as name, c.relname ~ '_cc(new|old)[0-9]*$' as is_leftover
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where not i.indisvalid and n.nspname in ('public', 'ops') order by 1";

/// Drops what an interrupted rebuild left behind; other invalid indexes are somebody's, and are named.
async fn clean(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let rows = client
        .query(INVALID, &[])
        .await
        .because(|| "could not look for invalid indexes")?;
    let mut dropped = 0;
    for row in &rows {
        let (name, is_leftover): (String, bool) = (row.get("name"), row.get("is_leftover"));
        if !is_leftover {
            told.warn(format!(
                "the index {name} is invalid and serves nobody: drop it, or build it anew with REINDEX INDEX CONCURRENTLY"
            ));
        } else if is_dropped(client, &name).await? {
            dropped += 1;
            told.note(format!(
                "dropped {name}, which an interrupted rebuild left behind"
            ));
        }
    }
    let before = told
        .evidence
        .get("dropped_leftovers")
        .and_then(serde_json::Value::as_i64);
    told.put("dropped_leftovers", before.unwrap_or(0) + dropped);
    Ok(())
}

/// Drops a leftover unless somebody is at work on its table.
async fn is_dropped(client: &Client, name: &str) -> Result<bool, Trouble> {
    let row = client
        .query_one(
            "select ops.drop_leftover_index($1::text::regclass)",
            &[&name],
        )
        .await
        .because(|| format!("could not drop {name}, which an interrupted rebuild left behind"))?;
    Ok(row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_rebuilt_from_two_fifths_of_air_and_a_megabyte_on() {
        let index = |bytes: i64, density: f64, empty_bytes: i64| Measured {
            name: "public.idx".to_owned(),
            bytes,
            leaf_density_percent: density,
            fillfactor_percent: 90.0,
            empty_bytes,
        };
        let mb = 1 << 20;
        assert!(!index(10 * mb, 90.0, 0).is_mostly_air(), "as built");
        assert!(!index(10 * mb, 55.0, 0).is_mostly_air(), "half full");
        assert!(index(10 * mb, 50.0, 0).is_mostly_air());
        assert!(index(10 * mb, 90.0, 5 * mb).is_mostly_air(), "empty pages");
        assert!(!index(mb, 40.0, 0).is_mostly_air(), "too small to matter");
        assert_eq!(index(9 * mb, 45.0, mb).needed_bytes(), 4 * mb);
    }
}
