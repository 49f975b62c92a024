//! Backups: each with its state, and how far back recovery reaches.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::Desk;
use super::page::{age, since, time, wide};
use crate::ops::backup::Repository;
use crate::ops::backup::overview::{Line, Overview};
use crate::ops::report::{Kind, told as worded};
use crate::trouble::Trouble;

/// A repository as it stands.
pub(super) struct Kept {
    place: String,
    overview: Overview,
}

pub(super) async fn read(desk: &Desk) -> Result<Kept, Trouble> {
    let of = desk.environment.as_ref().ok_or_else(|| {
        Trouble::new("EQUORIA_BACKUP_PLACE is not set: it says where the backups are kept; set it for this server, too")
    })?;
    let repository = Repository::of(of)?;
    let mut overview = Overview::of(&repository).await?;
    // A list must do where the database cannot be asked.
    match desk.client().await {
        Ok(client) => {
            let server: &tokio_postgres::Client = &client;
            overview.compare(server).await?;
        }
        Err(trouble) => overview.server = Some(Err(trouble.to_string())),
    }
    Ok(Kept {
        place: repository.place.to_string(),
        overview,
    })
}

pub(super) fn show(kept: Kept, now: DateTime<Utc>) -> Markup {
    let Kept { place, overview } = kept;
    html! {
        p { "They are kept in " code { (place) } "." }
        @match overview.rpo_s() {
            Some(rpo_s) => p class=(if overview.is_sound() { "well" } else { "warning" }) {
                "If the server were lost now, the last " (age(rpo_s as f64)) " would be too."
                @if !overview.is_sound() { " Something below is not as it should be." }
            },
            None => p.warning { "If the server were lost now, nothing could be restored: " code { "equoria backup create" } " takes a backup." },
        }
        @match &overview.server {
            Some(Ok(behind)) => p { (behind) },
            Some(Err(trouble)) => p.warning { "The server cannot be asked how far it is ahead: " (trouble) "." },
            None => {}
        }
        @if let Some(from) = overview.lines.iter().filter(|it| it.until.is_some()).map(|it| it.from).min() {
            p { "Recovery reaches back to " (since(from, now)) "." }
        }
        @if !overview.lines.is_empty() { (wide("The backups", &table(&overview.lines, now))) }
        @for bad in &overview.corrupted { p.warning { "The entry of " (bad.id) " is corrupted: " (bad.reason) } }
        @for half in &overview.halves { p.faint { (half) " was broken off, or is under way." } }
    }
}

/// The newest first; each with the span that it can be restored to, as a bar over the time of them all.
fn table(lines: &[Line], now: DateTime<Utc>) -> Markup {
    let first = lines.iter().map(|line| line.from).min().unwrap_or(now);
    html! {
        table.plain.bars {
            thead { tr {
                th scope="col" { "Backup" } th scope="col" { "State" } th.number scope="col" { "Age" } th.number scope="col" { "Size" }
                th scope="col" { "Restorable to any instant" } td.picture {}
            } }
            tbody { @for line in lines.iter().rev() { tr {
                th scope="row" { (line.id) @if let Some(parent) = &line.parent { br; span.faint { "what changed since " (parent) } } }
                td { (standing(&line.standing)) @if let Some(note) = &line.note { p.warning { (note) } } }
                td.number { (age(line.age_s as f64)) }
                td.number { (worded(line.stored_bytes as f64, Kind::Bytes)) br; span.faint { "of " (worded(line.bytes as f64, Kind::Bytes)) } }
                td { @match line.until {
                    Some(until) => { "from " (time(line.from)) br; "to " (time(until)) }
                    None => span.state.bad { "none" },
                } }
                td.picture { (span(line, first, now)) }
            } } }
        }
    }
}

fn standing(word: &str) -> Markup {
    let class = match word {
        "proven" => "good",
        "checked" => "c0",
        "taken" => "warn",
        "broken" => "bad",
        _ => "room",
    };
    html! { span class={ "state " (class) } { (word) } }
}

fn span(line: &Line, first: DateTime<Utc>, now: DateTime<Utc>) -> Markup {
    let whole = (now - first).as_seconds_f64().max(1.0);
    let place = |at: DateTime<Utc>| 100.0 * ((at - first).as_seconds_f64() / whole).clamp(0.0, 1.0);
    let (from, until) = (place(line.from), line.until.map(place));
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.ground width="100" height="10" {}
            @if let Some(until) = until {
                rect.good x=(format!("{from:.2}")) width=(format!("{:.2}", (until - from).max(0.8))) height="10" {}
            }
        }
    }
}
