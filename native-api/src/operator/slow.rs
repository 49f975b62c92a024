//! What PostgreSQL spends its time on.

use maud::{Markup, html};

use super::picture::chart;
use super::{Desk, page};
use crate::ops::report::{Report, Subject};
use crate::trouble::Trouble;

pub(super) async fn read(desk: &Desk) -> Result<Report, Trouble> {
    desk.report(Subject::Slow).await
}

pub(super) fn show(report: Report) -> Markup {
    html! {
        @for sentence in &report.findings { p class=[report.is_red.then_some("warning")] { (sentence) } }
        @for picture in &report.charts { (chart(picture)) }
        @for table in &report.tables { details { summary { (table.title) } (page::table(table)) } }
    }
}
