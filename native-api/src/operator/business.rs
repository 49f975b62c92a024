//! How the game goes: players, horses, coins, shows.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::picture::lines;
use super::{Desk, page};
use crate::ops::report::{Chart, Line, Report, Subject};
use crate::trouble::Trouble;

pub(super) async fn read(desk: &Desk) -> Result<Report, Trouble> {
    desk.report(Subject::Business).await
}

pub(super) fn show(report: Report) -> Markup {
    html! {
        @for sentence in &report.findings { p { (page::unbroken(sentence)) } }
        div.charts { @for picture in &report.charts { (drawn(picture)) } }
        @for table in &report.tables { (page::table(table)) }
    }
}

/// On a day of which nothing was counted nothing has happened, which a line must show.
fn drawn(picture: &Chart) -> Markup {
    let Chart::Lines {
        title,
        lines: found,
        kind,
    } = picture
    else {
        return html! {};
    };
    if picture.is_empty() {
        return html! { p.faint { (title) ": there are not two days yet to draw a line between." } };
    }
    let days = found
        .iter()
        .flat_map(|line| &line.points)
        .map(|(day, _)| *day as i64);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
        return html! {};
    };
    let whole: Vec<Line> = found.iter().map(|line| filled(line, first, last)).collect();
    lines(title, &whole, *kind)
}

fn filled(line: &Line, first: i64, last: i64) -> Line {
    let known: BTreeMap<i64, f64> = line
        .points
        .iter()
        .map(|(day, value)| (*day as i64, *value))
        .collect();
    let point = |day: i64| (day as f64, known.get(&day).copied().unwrap_or(0.0));
    Line {
        label: line.label.clone(),
        points: (first..=last).map(point).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_which_nothing_was_counted_is_a_day_of_nothing() {
        let line = Line {
            label: "foals".to_owned(),
            points: vec![(10.0, 3.0), (12.0, 5.0)],
        };
        let whole = filled(&line, 9, 12);
        assert_eq!(
            whole.points,
            [(9.0, 0.0), (10.0, 3.0), (11.0, 0.0), (12.0, 5.0)]
        );
    }
}
