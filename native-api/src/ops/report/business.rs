//! How the game goes, day by day, from figures that a job has kept.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::table::told;
use super::{Chart, Column, Kind, Line, Report, Subject, Table};
use crate::trouble::{Because, Trouble};

const COLUMNS: &[Column] = &[
    Column::new("figure", "Figure", Kind::Text),
    Column::new("total", "Total", Kind::Count),
    Column::new("today", "Today", Kind::Count),
    Column::new("days_7", "7 days", Kind::Count),
    Column::new("days_7_before", "7 days before", Kind::Count),
    Column::new("days_30", "30 days", Kind::Count),
];

const TOTALS: &str = "with d as (select (now() at time zone 'UTC')::date as today)
  select replace(f.figure, '_', ' '), sum(f.value)::float8, coalesce(sum(f.value) filter (where f.day = d.today), 0)::float8,
    coalesce(sum(f.value) filter (where f.day > d.today - 7), 0)::float8,
    coalesce(sum(f.value) filter (where f.day > d.today - 14 and f.day <= d.today - 7), 0)::float8,
    coalesce(sum(f.value) filter (where f.day > d.today - 30), 0)::float8
  from ops.business_figures f, d where f.figure not in ('active_users', 'payments') group by f.figure order by 1";

const COIN_COLUMNS: &[Column] = &[
    Column::new("cause", "Cause", Kind::Text),
    Column::new("payments", "Payments", Kind::Count),
    Column::new("minted", "Minted", Kind::Count),
    Column::new("returned", "Returned", Kind::Count),
    Column::new("sunk", "Sunk", Kind::Count),
];

const COINS: &str = "select f.detail, coalesce(sum(f.value) filter (where f.figure = 'payments'), 0)::float8,
    coalesce(sum(f.value) filter (where f.figure = 'coins_minted'), 0)::float8,
    coalesce(sum(f.value) filter (where f.figure = 'coins_returned'), 0)::float8,
    coalesce(sum(f.value) filter (where f.figure = 'coins_sunk'), 0)::float8
  from ops.business_figures f where f.figure in ('payments', 'coins_minted', 'coins_returned', 'coins_sunk')
  group by f.detail order by 3 desc, 5 desc, 1";

const DAYS: &str =
    "select f.figure, (f.day - date '1970-01-01')::float8 as day, sum(f.value)::float8 as value
  from ops.business_figures f where f.day > (now() at time zone 'UTC')::date - 90
    and f.day <= (now() at time zone 'UTC')::date
    and (f.figure <> 'active_users' or f.detail = '24h') and f.figure <> 'payments'
  group by f.figure, f.day order by f.day";

const PLAYERS: &str = "select f.detail, f.value from ops.business_figures f
  where f.figure = 'active_users' and f.day = (now() at time zone 'UTC')::date order by f.detail";

const COUNTED: &str = "select to_char(min(counted_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from ops.business_marks";

pub(super) async fn report(client: &Client) -> Result<Report, Trouble> {
    let mut report = Report::of(Subject::Business, "Business: how the game goes");
    let totals = Table::ask(client, "totals", "What has happened", COLUMNS, TOTALS, &[]).await?;
    let coins = Table::ask(client, "coins", "Coins by cause", COIN_COLUMNS, COINS, &[]).await?;
    match super::text_of(client, COUNTED).await?.as_str() {
        "" => report
            .say("Nothing has been counted yet: the jobs do it once a minute (`equoria work`)."),
        since => report.say(format!("Counted at {since} UTC.")),
    }
    let sum = |key| coins.numbers(key).iter().sum::<f64>();
    let count = |number| told(number, Kind::Count);
    report.say(format!(
        "{} coins were minted, {} came back to the treasury, {} went for good: players and shows hold {}.",
        count(sum("minted")),
        count(sum("returned")),
        count(sum("sunk")),
        count(sum("minted") - sum("returned") - sum("sunk"))
    ));
    let players = client.query(PLAYERS, &[]).await;
    let players = players.because(|| "could not ask how many players were there")?;
    let spans = players
        .iter()
        .map(|row| format!("{} in {}", row.get::<_, i64>(1), row.get::<_, &str>(0)));
    let spans: Vec<String> = spans.collect();
    if !spans.is_empty() {
        report.say(format!("Players who were there: {}.", spans.join(", ")));
    }
    report.charts = charts(client).await?;
    report.tables = vec![totals, coins];
    Ok(report)
}

async fn charts(client: &Client) -> Result<Vec<Chart>, Trouble> {
    let rows = client.query(DAYS, &[]).await;
    let rows = rows.because(|| "could not ask for the figures by day")?;
    let mut days: BTreeMap<String, BTreeMap<i64, f64>> = BTreeMap::new();
    for row in &rows {
        let of = days.entry(row.get("figure")).or_default();
        of.insert(row.get::<_, f64>("day") as i64, row.get("value"));
    }
    let line = |figure: &&str| Line {
        label: figure.replace('_', " "),
        points: days.get(*figure).map_or_else(Vec::new, |of| {
            of.iter()
                .map(|(day, value)| (*day as f64, *value))
                .collect()
        }),
    };
    let chart = |title: &str, figures: &[&str]| Chart::Lines {
        title: title.to_owned(),
        lines: figures.iter().map(line).collect(),
        kind: Kind::Count,
    };
    Ok(vec![
        chart(
            "What happens a day",
            &["trainings", "entries", "foals_born", "shows_settled"],
        ),
        chart(
            "Coins a day",
            &["coins_minted", "coins_returned", "coins_sunk"],
        ),
        chart("Players a day", &["active_users"]),
    ])
}
