//! What the log tells of a row, of a person, or since an instant; newest first.

use std::fmt;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio_postgres::types::{Json, ToSql};
use tokio_postgres::{GenericClient, Row};

use crate::trouble::{Because, Trouble};

/// Which changes to tell.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Of this table, named as in SQL (`users`, `ops.migrations`).
    pub table: Option<String>,
    /// Of the row with this key; keys of several columns are joined by `/`.
    pub row: Option<String>,
    /// By this actor: a player's id, `nobody`, `game`, `role:NAME`.
    pub actor: Option<String>,
    /// Not before this instant.
    pub since: Option<DateTime<Utc>>,
    /// Older than the change of this number: the next page.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: i64,
}

/// One change, as it was written down.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Its number in the log.
    pub id: i64,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// For whom.
    pub actor: String,
    /// The request or job that made it.
    pub request_id: Option<String>,
    /// The table.
    pub table: String,
    /// The row's key.
    pub row: String,
    /// INSERT, UPDATE, DELETE or TRUNCATE.
    pub verb: String,
    /// What was there; of an update only what changed.
    pub before: Option<Value>,
    /// What is there since.
    pub after: Option<Value>,
}

/// Each condition where it is asked for, so that the index of what is asked serves.
fn sql(question: &Question) -> (String, Vec<&(dyn ToSql + Sync)>) {
    let conditions: [(&str, Option<&(dyn ToSql + Sync)>); 5] = [
        ("table_name = ", question.table.as_ref().map(|it| it as _)),
        ("row_key = ", question.row.as_ref().map(|it| it as _)),
        ("actor = ", question.actor.as_ref().map(|it| it as _)),
        ("at >= ", question.since.as_ref().map(|it| it as _)),
        ("id < ", question.before.as_ref().map(|it| it as _)),
    ];
    let mut text = "select id, at, actor, request_id, table_name, row_key, verb, before, after from ops.audit_log".to_owned();
    let mut values = Vec::new();
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            let joined = if values.len() == 1 { "where" } else { "and" };
            text.push_str(&format!(" {joined} {condition}${}", values.len()));
        }
    }
    values.push(&question.limit);
    text.push_str(&format!(" order by id desc limit ${}", values.len()));
    (text, values)
}

/// The changes that were asked for, newest first.
///
/// # Errors
/// When the log cannot be read.
pub async fn changes(
    client: &impl GenericClient,
    question: &Question,
) -> Result<Vec<Change>, Trouble> {
    let (text, values) = sql(question);
    let rows = client.query(&text, &values).await;
    let rows = rows.because(|| "could not read the audit log")?;
    Ok(rows.iter().map(Change::of).collect())
}

impl Change {
    fn of(row: &Row) -> Self {
        let document = |name: &str| row.get::<_, Option<Json<Value>>>(name).map(|Json(it)| it);
        Self {
            id: row.get("id"),
            at: row.get("at"),
            actor: row.get("actor"),
            request_id: row.get("request_id"),
            table: row.get("table_name"),
            row: row.get("row_key"),
            verb: row.get("verb"),
            before: document("before"),
            after: document("after"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.format("%Y-%m-%d %H:%M:%S%.3f UTC");
        let (verb, table, row, actor) = (&self.verb, &self.table, &self.row, &self.actor);
        write!(out, "#{} {at}  {verb} {table} {row}  by {actor}", self.id)?;
        if let Some(request) = &self.request_id {
            write!(out, "  ({request})")?;
        }
        let nothing = Map::new();
        let fields = |it: &Option<Value>| it.as_ref().and_then(Value::as_object).cloned();
        let (before, after) = (fields(&self.before), fields(&self.after));
        let names = after
            .as_ref()
            .or(before.as_ref())
            .unwrap_or(&nothing)
            .keys();
        for name in names {
            let value =
                |it: &Option<Map<String, Value>>| it.as_ref().and_then(|it| it.get(name).cloned());
            match (value(&before), value(&after)) {
                (Some(was), Some(is)) => write!(out, "\n    {name}: {was} -> {is}")?,
                (Some(only), None) | (None, Some(only)) => write!(out, "\n    {name}: {only}")?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}

/// Reads an instant: `2026-11-22T21:00:00Z`, `2026-11-22`, or how long ago it was: `30m`, `12h`, `7d`.
///
/// # Errors
/// When it is none of these.
pub fn instant(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, Trouble> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let ago = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let number: i64 = number
            .parse()
            .ok()
            .filter(|it| (0..=36_500_000).contains(it))?;
        let ago = match unit {
            "m" => TimeDelta::try_minutes(number),
            "h" => TimeDelta::try_hours(number),
            "d" => TimeDelta::try_days(number),
            _ => None,
        };
        now.checked_sub_signed(ago?)
    };
    ago().ok_or_else(|| {
        Trouble::new(format!(
            "`{text}` is no instant: write 2026-11-22T21:00:00Z, 2026-11-22, or how long ago, such as 30m, 12h or 7d"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;

    #[test]
    fn instants_are_read_in_three_forms() {
        let now = Utc.with_ymd_and_hms(2026, 11, 22, 21, 0, 0).unwrap();
        let read = |text| instant(text, now).unwrap().to_rfc3339();
        assert_eq!(
            read("2026-11-22T22:00:00+02:00"),
            "2026-11-22T20:00:00+00:00"
        );
        assert_eq!(read("2026-11-20"), "2026-11-20T00:00:00+00:00");
        assert_eq!(read("90m"), "2026-11-22T19:30:00+00:00");
        assert_eq!(read("7d"), "2026-11-15T21:00:00+00:00");
        for wrong in ["", "d", "-1h", "7w", "yesterday", "99999999999d", "1é"] {
            assert!(instant(wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_change_reads_as_what_became_of_what() {
        let change = Change {
            id: 7,
            at: Utc.with_ymd_and_hms(2026, 11, 22, 21, 0, 0).unwrap(),
            actor: "game".to_owned(),
            request_id: Some("settlement-3".to_owned()),
            table: "shows".to_owned(),
            row: "3".to_owned(),
            verb: "UPDATE".to_owned(),
            before: Some(serde_json::json!({"state": "open", "ended_at": null})),
            after: Some(serde_json::json!({"state": "settled", "ended_at": "2026-11-22T21:00:00"})),
        };
        assert_eq!(
            change.to_string(),
            "#7 2026-11-22 21:00:00.000 UTC  UPDATE shows 3  by game  (settlement-3)\n    \
             ended_at: null -> \"2026-11-22T21:00:00\"\n    state: \"open\" -> \"settled\""
        );
    }
}
