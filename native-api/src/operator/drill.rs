//! Drills: the last restores that a backup had to prove itself by.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde_json::Value;
use tokio_postgres::Client;

use super::Desk;
use super::jobs::{reasons, state};
use super::page::{age, commands, facts, since, time};
use super::picture::{Part, Stack, stacks};
use crate::ops::backup::drill::RUN;
use crate::ops::maintain::history::runs;
use crate::ops::report::{Kind, told as worded};
use crate::ops::runs::Told;
use crate::trouble::Trouble;

/// How many are shown.
const MOST: i64 = 12;

pub(super) async fn read(desk: &Desk) -> Result<Vec<Told>, Trouble> {
    let client = desk.client().await?;
    let client: &Client = &client;
    runs(client, Some(RUN), MOST).await
}

const PARTS: [Part; 3] = [
    Part("c0", "Fetch and unpack"),
    Part("c1", "Replay the log"),
    Part("c2", "Prove"),
];

pub(super) fn show(drills: Vec<Told>, now: DateTime<Utc>) -> Markup {
    let Some(last) = drills.first() else {
        return html! {
            p.warning { "No backup has been restored yet: nobody knows whether one can be. " code { "equoria backup drill" } " tries it." }
        };
    };
    let bars: Vec<Stack> = drills.iter().map(bar).collect();
    html! {
        (newest(last, now))
        (stacks("How long each drill took", "Drill", &PARTS, Kind::Ms, None, &bars))
    }
}

fn newest(last: &Told, now: DateTime<Utc>) -> Markup {
    let told = |name: &str| last.evidence.get(name);
    let number = |name: &str| told(name).and_then(Value::as_f64);
    let text = |name: &str| told(name).and_then(Value::as_str).map(|it| html! { (it) });
    let is_proven = told("is_proven").and_then(Value::as_bool) == Some(true);
    let reasons = reasons(&last.evidence);
    html! {
        p {
            "The last one was at " (since(last.started_at, now)) ": "
            @if is_proven { span.state.good { "the backup proved itself" } "." }
            @else if reasons.is_empty() { (state(last.outcome.as_deref().unwrap_or("running"))) "." }
            @else { span.state.bad { "the backup did not prove itself" } "." }
        }
        @if !reasons.is_empty() { ul.reasons { @for reason in &reasons { li { (commands(reason)) } } } }
        (facts(&[
            ("Backup", text("backup_id")),
            ("Restored to", text("target")),
            ("Back after (RTO)", number("rto_s").map(|it| html! { (age(it)) })),
            ("Writes lost (RPO)", number("rpo_s").map(|it| html! { (age(it)) })),
            ("Tables compared", number("tables").map(|it| html! { (worded(it, Kind::Count)) })),
            ("Rows", number("rows").map(|it| html! { (worded(it, Kind::Count)) })),
        ]))
    }
}

fn bar(drill: &Told) -> Stack {
    let number = |name: &str| drill.evidence.get(name).and_then(Value::as_f64);
    let parts = ["fetch_ms", "replay_ms", "proof_ms"];
    Stack {
        label: html! { (time(drill.started_at)) " " (state(drill.outcome.as_deref().unwrap_or("running"))) },
        values: parts.iter().map(|it| number(it).unwrap_or(0.0)).collect(),
    }
}
