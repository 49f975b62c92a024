//! Reports as one HTML file that needs nothing from anywhere.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::{Kind, Report, Table};

const STYLE: &str = "
:root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--faint:#667;--line:#d8dce2;--red:#b3261e;--good:#1a7f37;
--c0:#2f6fd0;--c1:#c4551d;--c2:#2e8b57;--c3:#8a4fbf;--c4:#b8860b;--c5:#c2347a}
@media (prefers-color-scheme:dark){:root{--back:#14171c;--text:#e4e7eb;--faint:#9aa3ad;--line:#343a43;--red:#ff8a80;--good:#6fd08c;
--c0:#7fb0ff;--c1:#ff9d66;--c2:#76d39b;--c3:#c79bf2;--c4:#e6c35c;--c5:#ff8cc0}}
*{box-sizing:border-box}body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--back);color:var(--text);
font:15px/1.5 system-ui,sans-serif}h1{font-size:1.5rem}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}h3{font-size:1rem}
nav a{margin-right:1rem}a{color:var(--c0)}.faint{color:var(--faint)}.red{color:var(--red)}.good{color:var(--good)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);
text-align:left;vertical-align:top;overflow-wrap:anywhere}.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.q{font-family:ui-monospace,monospace;font-size:.85em}svg{width:100%;height:auto;min-width:34rem;max-width:44rem;font-size:12px}
svg text{fill:var(--text)}svg .axis{stroke:var(--line);fill:none}svg polyline{fill:none;stroke-width:2}
.s0{fill:var(--c0)}.l0{stroke:var(--c0)}.l1{stroke:var(--c1)}.l2{stroke:var(--c2)}.l3{stroke:var(--c3)}.l4{stroke:var(--c4)}.l5{stroke:var(--c5)}
svg .t0{fill:var(--c0)}svg .t1{fill:var(--c1)}svg .t2{fill:var(--c2)}svg .t3{fill:var(--c3)}svg .t4{fill:var(--c4)}svg .t5{fill:var(--c5)}
@media (max-width:40rem){thead{display:none}tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}
td,td.n{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0;text-align:right;white-space:normal}
td::before{content:attr(data-of);color:var(--faint);text-align:left;flex:none}}";

/// Text as HTML shows it, between tags and inside quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

/// The whole page of several reports on one database.
pub fn page(reports: &[Report], place: &str, at: DateTime<Utc>) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Equoria: report of the operators</title><style>{STYLE}</style></head><body>\
         <h1>Equoria: report of the operators</h1><p class=\"faint\">{} on {}</p><nav>",
        escaped(place),
        at.format("%Y-%m-%d %H:%M:%S UTC"),
    );
    for report in reports {
        _ = write!(
            html,
            "<a href=\"#{0}\"{1}>{0}</a>",
            report.report,
            if report.is_red { " class=\"red\"" } else { "" }
        );
    }
    html.push_str("</nav>");
    for report in reports {
        section(&mut html, report);
    }
    html + "</body></html>\n"
}

fn section(html: &mut String, report: &Report) {
    let (class, mark) = match report.is_red {
        true => ("red", "needs somebody"),
        false => ("good", "in order"),
    };
    _ = write!(
        html,
        "<section id=\"{}\"><h2>{} <small class=\"{class}\">{mark}</small></h2>",
        report.report,
        escaped(report.title)
    );
    for finding in &report.findings {
        _ = write!(html, "<p>{}</p>", escaped(finding));
    }
    for chart in report.charts.iter().filter(|chart| !chart.is_empty()) {
        // On a narrow screen a picture is scrolled rather than made too small to read.
        _ = write!(html, "<div class=\"wide\">{}</div>", chart.svg());
    }
    for table in &report.tables {
        figures(html, table);
    }
    html.push_str("</section>");
}

fn figures(html: &mut String, table: &Table) {
    _ = write!(html, "<h3>{}</h3>", escaped(&table.title));
    if table.rows.is_empty() {
        html.push_str("<p class=\"faint\">none</p>");
        return;
    }
    html.push_str("<div class=\"wide\"><table><thead><tr>");
    for column in table.columns {
        let class = class(column.key, column.kind);
        _ = write!(
            html,
            "<th class=\"{class}\">{}</th>",
            escaped(column.heading)
        );
    }
    html.push_str("</tr></thead><tbody>");
    for row in &table.rows {
        html.push_str("<tr>");
        for (column, cell) in table.columns.iter().zip(row) {
            let (class, heading) = (class(column.key, column.kind), escaped(column.heading));
            let told = escaped(&cell.told(column.kind));
            _ = write!(
                html,
                "<td class=\"{class}\" data-of=\"{heading}\">{told}</td>"
            );
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div>");
}

const fn class(key: &str, kind: Kind) -> &'static str {
    match (kind, key.as_bytes()) {
        (Kind::Text, b"query") => "q",
        (Kind::Text, _) => "",
        _ => "n",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bar, Cell, Chart, Column, Subject};
    use super::*;

    #[test]
    fn whatever_a_name_or_a_query_holds_is_text_on_the_page() {
        const COLUMNS: &[Column] = &[Column::new("query", "Statement <b>", Kind::Text)];
        let nasty = "<script>alert(\"1\")</script> & 'so'";
        let mut report = Report::of(Subject::Storage, "Sizes");
        report.say(nasty);
        report.tables.push(Table {
            name: "nasty",
            title: nasty.to_owned(),
            columns: COLUMNS,
            rows: vec![vec![Cell::Text(nasty.to_owned())]],
        });
        report.charts.push(Chart::Bars {
            title: nasty.to_owned(),
            bars: vec![Bar {
                label: nasty.to_owned(),
                value: 1.0,
            }],
            kind: Kind::Count,
        });
        let html = page(&[report], nasty, Utc::now());
        assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("'so'"));
        assert!(html.contains("&lt;script&gt;alert(&quot;1&quot;)"));
        for reference in ["http://", "https://", "src=", "url(", "@import"] {
            assert!(!html.contains(reference), "{reference}");
        }
    }
}
