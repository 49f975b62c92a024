//! Maintenance: when each kind was done, how that ended, and when it is due.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::Desk;
use super::jobs::{colour, reasons, state, words};
use super::page::{age, commands, time};
use super::picture::strip;
use crate::ops::maintain::Rhythm;
use crate::ops::maintain::history::{Standing, runs, standings};
use crate::ops::runs::Told;
use crate::trouble::Trouble;

/// How many runs of each kind are shown.
const MOST: i64 = 30;

/// A kind of maintenance with its runs, the newest first.
pub(super) struct Kept {
    standing: Standing,
    runs: Vec<Told>,
}

pub(super) async fn read(desk: &Desk, now: DateTime<Utc>) -> Result<Vec<Kept>, Trouble> {
    let client = desk.client().await?;
    let mut kept = Vec::new();
    for (standing, rhythm) in standings(&client, desk.calendar(), now)
        .await?
        .into_iter()
        .zip(Rhythm::ALL)
    {
        let runs = runs(&client, Some(rhythm.name()), MOST).await?;
        kept.push(Kept { standing, runs });
    }
    Ok(kept)
}

pub(super) fn show(all: Vec<Kept>) -> Markup {
    html! {
        ul.cards.many { @for kept in &all { li {
            h3 { (kept.standing.rhythm) }
            (picture(kept))
            p { "Last: " (last(&kept.standing)) }
            p { "Next: " (time(kept.standing.next_slot)) }
            (due(&kept.standing))
        } } }
        details { summary { "What the last of these runs found" } @for kept in &all { (found(kept)) } }
    }
}

fn last(standing: &Standing) -> Markup {
    html! {
        @match (standing.last_slot, &standing.last_outcome) {
            (Some(slot), Some(outcome)) => { (time(slot)) " " (state(outcome)) }
            _ => { span.faint { "never yet" } }
        }
    }
}

fn due(standing: &Standing) -> Markup {
    let slots = standing.due.len();
    html! {
        @if slots > 0 {
            p.warning { "Due now: " (slots) ". " code { "equoria work" } " with MAINTAIN_DATABASE_URL works it off." }
        }
    }
}

fn picture(kept: &Kept) -> Markup {
    let outcome = |run: &Told| {
        run.outcome
            .clone()
            .unwrap_or_else(|| "not ended".to_owned())
    };
    let squares: Vec<&'static str> = kept
        .runs
        .iter()
        .rev()
        .map(|run| colour(&outcome(run)))
        .collect();
    let mut counts: Vec<(String, usize)> = Vec::new();
    for run in &kept.runs {
        let outcome = outcome(run);
        match counts.iter_mut().find(|(word, _)| *word == outcome) {
            Some((_, count)) => *count += 1,
            None => counts.push((outcome, 1)),
        }
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    html! {
        @if squares.is_empty() { p.faint { "No run yet." } }
        @else {
            @let told = format!("The last runs, the newest on the right: {}", counts.join(", "));
            (strip(&told, &squares))
            p.faint { (told) "." }
        }
    }
}

fn found(kept: &Kept) -> Markup {
    html! {
        @for run in kept.runs.iter().take(5) {
            h3 { (words(&run.name)) ", " (time(run.slot)) " " (state(run.outcome.as_deref().unwrap_or("not ended"))) }
            @if let Some(at) = run.finished_at { p.faint { "It took " (age((at - run.started_at).as_seconds_f64())) ", by " (run.worker) "." } }
            @let reasons = reasons(&run.evidence);
            @if !reasons.is_empty() { ul.reasons { @for reason in &reasons { li { (commands(reason)) } } } }
        }
    }
}
