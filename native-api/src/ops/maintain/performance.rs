//! What became slower: each statement's mean of this week against its mean of the week before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Json;

use super::{At, Told};
use crate::trouble::{Because, Trouble};

/// How many statements are kept: those that took most time in all.
const STATEMENTS: i64 = 200;

/// A mean of fewer calls says little.
const LEAST_CALLS: i64 = 50;

/// A statement that is slower by this factor has become slower ...
const FACTOR: f64 = 2.0;

/// ... if it is by this much, too.
const LEAST_MS: f64 = 2.0;

/// A statement as it was counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// How often it was called since the counters began.
    pub calls: i64,
    /// How long that took in all.
    pub total_ms: f64,
    /// The mean of the time since the week before; nothing where it was hardly called.
    pub mean_ms: Option<f64>,
    /// Its beginning, without constants.
    pub text: String,
}

/// Statements by their identifier.
type Statements = BTreeMap<String, Counted>;

const LAST: &str = "select evidence -> 'tasks' -> 'performance' -> 'statements' from ops.job_runs
    where name = 'maintain_weekly' and (evidence -> 'tasks' -> 'performance' ->> 'is_done')::boolean
    order by started_at desc limit 1";

/// Compares the statements with those of the last weekly run.
pub(super) async fn compare(at: &At<'_>) -> Result<Told, Trouble> {
    let mut told = Told::default();
    let Some(mut now) = statements(at.client).await? else {
        told.warn(
            "statements are not counted: preload pg_stat_statements and create the extension",
        );
        return Ok(told);
    };
    let row = at.client.query_opt(LAST, &[]).await;
    let row = row.because(|| "could not read how quick statements were last week")?;
    let before: Option<Json<Statements>> = row.and_then(|row| row.get(0));
    let before = before.map_or_else(Statements::new, |Json(before)| before);
    for slower in compared(&mut now, &before) {
        told.warn(slower);
    }
    told.put(
        "compared_statements",
        now.keys().filter(|id| before.contains_key(*id)).count(),
    );
    told.put("statements", json!(now));
    Ok(told)
}

/// The statements of this database; nothing where they are not counted.
async fn statements(client: &Client) -> Result<Option<Statements>, Trouble> {
    let sql = "select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements'";
    let row = client.query_opt(sql, &[]).await;
    let Some(row) = row.because(|| "could not look for pg_stat_statements")? else {
        return Ok(None);
    };
    let schema: String = row.get(0);
    let sql = format!(
        "select queryid::text as id, sum(calls)::bigint as calls, sum(total_exec_time) as total_ms,
           left(regexp_replace(min(query), '\\s+', ' ', 'g'), 80) as text
         from {schema}.pg_stat_statements
         where dbid = (select oid from pg_database where datname = current_database()) and queryid is not null
         group by queryid order by 3 desc limit $1"
    );
    let rows = match client.query(&sql, &[&STATEMENTS]).await {
        Err(error) if error.code() == Some(&SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE) => {
            return Ok(None);
        }
        rows => rows.because(|| "could not read the statements' counters")?,
    };
    let counted = rows.iter().map(|row| {
        let counted = Counted {
            calls: row.get("calls"),
            total_ms: row.get("total_ms"),
            mean_ms: None,
            text: row.get("text"),
        };
        (row.get("id"), counted)
    });
    Ok(Some(counted.collect()))
}

/// Works out the means of this week, and names what is slower than the week before.
pub fn compared(now: &mut Statements, before: &Statements) -> Vec<String> {
    let mut slower = Vec::new();
    for (id, statement) in now {
        let last = before.get(id);
        // Counters that fell were begun anew.
        let base = last
            .filter(|last| last.calls <= statement.calls && last.total_ms <= statement.total_ms);
        let (calls, ms) = base.map_or((statement.calls, statement.total_ms), |base| {
            (
                statement.calls - base.calls,
                statement.total_ms - base.total_ms,
            )
        });
        if calls < LEAST_CALLS {
            continue;
        }
        let mean = ms / calls as f64;
        statement.mean_ms = Some(mean);
        let was = last.and_then(|last| last.mean_ms);
        if let Some(was) = was.filter(|was| mean > was * FACTOR && mean - was > LEAST_MS) {
            slower.push(format!(
                "slower than last week: {mean:.1} ms after {was:.1} ms over {calls} calls: {}",
                statement.text
            ));
        }
    }
    slower
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(calls: i64, total_ms: f64, mean_ms: Option<f64>) -> Statements {
        let text = "select 1".to_owned();
        let counted = Counted {
            calls,
            total_ms,
            mean_ms,
            text,
        };
        Statements::from([("7".to_owned(), counted)])
    }

    #[test]
    fn a_statement_is_compared_by_what_was_added_this_week() {
        let last = statement(1_000, 1_000.0, Some(1.0));
        for (calls, total_ms, is_slower) in [
            (1_100, 1_100.0, false),
            (1_100, 1_299.0, false),
            (1_100, 1_400.0, true),
            (1_040, 9_000.0, false),
            (100, 900.0, true),
        ] {
            let mut now = statement(calls, total_ms, None);
            let slower = compared(&mut now, &last);
            assert_eq!(
                !slower.is_empty(),
                is_slower,
                "{calls} in {total_ms} ms: {slower:?}"
            );
        }
    }

    #[test]
    fn a_statement_that_is_new_has_nothing_to_be_slower_than() {
        let mut now = statement(100, 900.0, None);
        assert!(compared(&mut now, &Statements::new()).is_empty());
        assert_eq!(now["7"].mean_ms, Some(9.0));
    }
}
