//! Who holds the connections: in the pools of this process, and on the server.

use maud::{Markup, html};

use super::page::wide;
use super::picture::{Part, Stack, stacks};
use super::{Desk, page};
use crate::ops::monitor::Snapshot;
use crate::ops::report::{Kind, Report, Subject, Table, told as worded};
use crate::trouble::Trouble;

const PARTS: [Part; 4] = [
    Part("c0", "In use"),
    Part("c2", "Idle"),
    Part("room", "Not opened"),
    Part("bad", "Waiting"),
];

/// The pools of this process, as bars.
pub(super) fn of_the_process(told: &Snapshot) -> Markup {
    let pools = told.all("equoria_pool_size");
    let bars: Vec<Stack> = pools
        .iter()
        .map(|size| {
            let pool = size.label("pool");
            let of = |name| told.labelled(name, "pool", pool).unwrap_or(0.0);
            let (idle, most) = (of("equoria_pool_available"), of("equoria_pool_max"));
            Stack {
                label: html! { (pool) },
                values: vec![
                    size.value - idle,
                    idle,
                    most - size.value,
                    of("equoria_pool_waiting"),
                ],
            }
        })
        .collect();
    html! {
        h3 { "Pools of this process" }
        (stacks("Connections of each pool", "Pool", &PARTS, Kind::Count, None, &bars))
        (wide("How long a connection is waited for", &waits(told)))
    }
}

/// How long it takes to be given a connection.
fn waits(told: &Snapshot) -> Markup {
    html! {
        table.plain.bars {
            caption { "How long a connection is waited for, since this process began" }
            thead { tr {
                th scope="col" { "Pool" } th.number scope="col" { "Lent" } th.number scope="col" { "Mean wait" } th.number scope="col" { "None to be had" }
            } }
            tbody { @for size in told.all("equoria_pool_size") {
                @let pool = size.label("pool");
                @let of = |name: &str| told.labelled(name, "pool", pool).unwrap_or(0.0);
                @let count = of("equoria_pool_wait_seconds_count");
                tr {
                    th scope="row" { (pool) }
                    td.number { (worded(count, Kind::Count)) }
                    td.number { (worded(1000.0 * of("equoria_pool_wait_seconds_sum") / count.max(1.0), Kind::Ms)) }
                    td.number { (worded(of("equoria_pool_failures_total"), Kind::Count)) }
                }
            } }
        }
    }
}

pub(super) async fn read(desk: &Desk) -> Result<Report, Trouble> {
    desk.report(Subject::Pool).await
}

/// The connections of the server by what they do, and by whom.
pub(super) fn show(report: Report) -> Markup {
    let by_state = report.tables.first().map(by_state).unwrap_or_default();
    html! {
        h3 { "Connections of the server" }
        @if let Some(sentence) = report.findings.first() {
            p class=[report.is_red.then_some("warning")] { (sentence) }
        }
        (stacks("Connections by what they do", "State", &[Part("c0", "Connections")], Kind::Count, None, &by_state))
        details { summary { "By role and application" } @for table in &report.tables { (page::table(table)) } }
    }
}

fn by_state(table: &Table) -> Vec<Stack> {
    let mut sums: Vec<(&str, f64)> = Vec::new();
    for (state, count) in table
        .texts("state")
        .into_iter()
        .zip(table.numbers("connections"))
    {
        match sums.iter_mut().find(|(name, _)| *name == state) {
            Some((_, sum)) => *sum += count,
            None => sums.push((state, count)),
        }
    }
    let stack = |(state, count): (&str, f64)| Stack {
        label: html! { (state) },
        values: vec![count],
    };
    sums.into_iter().map(stack).collect()
}
