//! What PostgreSQL spends its time on.

use maud::{Markup, html};

use super::picture::{Part, Stack, stacks};
use super::{Desk, page};
use crate::ops::report::{Bar, Chart, Report, Subject};
use crate::trouble::Trouble;

pub(super) async fn read(desk: &Desk) -> Result<Report, Trouble> {
    desk.report(Subject::Slow).await
}

/// How much of a statement stands beside its bar; the table has all of it.
const BEGINNING: usize = 70;

fn drawn(picture: &Chart) -> Markup {
    let Chart::Bars { title, bars, kind } = picture else {
        return html! {};
    };
    let bars: Vec<Stack> = bars.iter().map(bar).collect();
    let parts = [Part("c0", "Total time")];
    stacks(title, "Statement", &parts, *kind, None, &bars)
}

fn bar(of: &Bar) -> Stack {
    let mut label: String = of.label.chars().take(BEGINNING).collect();
    if label.len() < of.label.len() {
        label.push('\u{2026}');
    }
    Stack {
        label: html! { (label) },
        values: vec![of.value],
    }
}

pub(super) fn show(report: Report) -> Markup {
    html! {
        @for sentence in &report.findings { p class=[report.is_red.then_some("warning")] { (page::commands(sentence)) } }
        @for picture in &report.charts { (drawn(picture)) }
        @for table in &report.tables { details { summary { (table.title) } (page::table(table)) } }
    }
}
