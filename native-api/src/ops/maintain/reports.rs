//! What the reports say of this week, and what of it is new since the last.

use serde_json::{Map, Value, json};
use tokio_postgres::types::Json;

use super::{At, Told};
use crate::ops::report::Subject;
use crate::trouble::{Because, Trouble};

/// The reports whose findings somebody should hear of once a week.
const SUBJECTS: [Subject; 3] = [Subject::Slow, Subject::Indexes, Subject::Bloat];

const LAST: &str = "select evidence -> 'tasks' -> 'reports' from ops.job_runs
    where name = 'maintain_weekly' and (evidence -> 'tasks' -> 'reports' ->> 'is_done')::boolean
    order by started_at desc limit 1";

/// Asks them, and says which need somebody and since when.
pub(super) async fn ask(at: &At<'_>) -> Result<Told, Trouble> {
    let row = at.client.query_opt(LAST, &[]).await;
    let row = row.because(|| "could not read what the reports said last week")?;
    let last: Option<Json<Map<String, Value>>> = row.and_then(|row| row.get(0));
    let mut told = Told::default();
    for subject in SUBJECTS {
        let report = subject.ask(at.client, None).await?;
        let word = subject.as_str();
        if report.is_red {
            let was_red = last
                .as_ref()
                .and_then(|last| last.0.get(word)?.get("is_red")?.as_bool());
            let since = match was_red {
                Some(true) => "as last week",
                Some(false) => "new since last week",
                None => "asked for the first time",
            };
            told.warn(format!(
                "{} ({since}; `equoria report {word}` tells more)",
                report.findings.join(" ")
            ));
        }
        told.put(
            word,
            json!({ "is_red": report.is_red, "findings": report.findings }),
        );
    }
    Ok(told)
}
