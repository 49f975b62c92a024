//! The capacity plan: how fast everything grows, and when it is full, each with its error.

use chrono::{Days, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;
use tokio_postgres::Client;

use super::slope::Line;
use super::storage::{self, Disk};
use super::{At, Told};
use crate::trouble::{Because, Trouble};

/// Nothing is forecast from fewer days than these.
pub const LEAST_SAMPLES: usize = 21;

/// How many tables are forecast by themselves: those with most rows.
const TABLES: i64 = 5;

/// A limit that may be reached within so many days needs somebody now.
const SOON_DAYS: f64 = 90.0;

/// A limit that may be reached within so many days needs somebody.
const LATER_DAYS: f64 = 365.0;

/// Values of one kind over time, one a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it is, with its unit at the end.
    pub name: String,
    /// (day as a number, value), oldest first.
    pub samples: Vec<(f64, f64)>,
    /// What it cannot exceed.
    pub limit: Option<f64>,
}

/// How a series will go on, if it goes on as it did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// What it is, with its unit at the end.
    pub name: String,
    /// How many days were sampled.
    pub samples: usize,
    /// The newest value.
    pub now: f64,
    /// Growth a day.
    pub per_day: f64,
    /// The lower end of the growth's 95 % interval.
    pub per_day_low: f64,
    /// The upper end of it.
    pub per_day_high: f64,
    /// The value in 90 days.
    pub in_90_days: f64,
    /// The value in 90 days at the lower end.
    pub in_90_days_low: f64,
    /// The value in 90 days at the upper end.
    pub in_90_days_high: f64,
    /// What it cannot exceed, if there is such a thing.
    pub limit: Option<f64>,
    /// The day on which it is full; nothing if it does not grow, or for a hundred years.
    pub full_on: Option<NaiveDate>,
    /// The earliest such day, at the upper end of the growth.
    pub full_on_earliest: Option<NaiveDate>,
    /// The latest such day, at the lower end.
    pub full_on_latest: Option<NaiveDate>,
}

impl Series {
    /// The forecast from a day on; nothing from fewer than [`LEAST_SAMPLES`] samples.
    pub fn forecast(&self, today: NaiveDate) -> Option<Forecast> {
        if self.samples.len() < LEAST_SAMPLES {
            return None;
        }
        let line = Line::with_memory(&self.samples)?;
        let now = self.samples.last()?.1;
        let after = |days: f64, per_day: f64| (now + days * per_day).max(0.0);
        let full = |per_day: f64| full_on(now, self.limit?, per_day, today);
        Some(Forecast {
            name: self.name.clone(),
            samples: line.samples,
            now,
            per_day: line.slope,
            per_day_low: line.slope_low,
            per_day_high: line.slope_high,
            in_90_days: after(90.0, line.slope),
            in_90_days_low: after(90.0, line.slope_low),
            in_90_days_high: after(90.0, line.slope_high),
            limit: self.limit,
            full_on: full(line.slope),
            full_on_earliest: full(line.slope_high),
            full_on_latest: full(line.slope_low),
        })
    }
}

fn full_on(now: f64, limit: f64, per_day: f64, today: NaiveDate) -> Option<NaiveDate> {
    let days = (limit - now).max(0.0) / per_day;
    let is_within_a_century = per_day > 0.0 && days <= 36_525.0;
    is_within_a_century
        .then(|| today.checked_add_days(Days::new(days as u64)))
        .flatten()
}

impl Forecast {
    /// Says when it is full, where that needs somebody.
    fn warn(&self, today: NaiveDate, told: &mut Told) {
        let Some(earliest) = self.full_on_earliest else {
            return;
        };
        let days = (earliest - today).num_days() as f64;
        let date = |date: Option<NaiveDate>| date.map_or("never".to_owned(), |it| it.to_string());
        let sentence = format!(
            "{} is full on {} (between {earliest} and {})",
            self.name,
            date(self.full_on),
            date(self.full_on_latest)
        );
        if days <= SOON_DAYS {
            told.alarm(sentence);
        } else if days <= LATER_DAYS {
            told.warn(sentence);
        }
    }
}

/// Plans from the samples that daily maintenance has kept.
pub(super) async fn plan(at: &At<'_>) -> Result<Told, Trouble> {
    let today = Utc::now().date_naive();
    let disk = storage::disk(at.keeper, at.client).await?;
    let series = all_series(at.client, disk).await?;
    let mut told = Told::default();
    if disk.is_none() {
        told.warn("how large the disk of the database is is not known here: say it with EQUORIA_DISK_BYTES");
    }
    let (mut forecasts, mut short) = (Vec::new(), Vec::new());
    for series in &series {
        match series.forecast(today) {
            Some(forecast) => {
                forecast.warn(today, &mut told);
                forecasts.push(forecast);
            }
            None => short.push(format!("{} ({})", series.name, series.samples.len())),
        }
    }
    if !short.is_empty() {
        told.note(format!(
            "fewer than the {LEAST_SAMPLES} daily samples that a forecast needs: {}",
            short.join(", ")
        ));
    }
    told.put("least_samples", LEAST_SAMPLES);
    told.put("forecasts", json!(forecasts));
    Ok(told)
}

/// The last sample of each day. A day without one is missing, and not zero.
const SIZES: &str = "select distinct on (s.sampled_at::date) extract(epoch from s.sampled_at)::float8 / 86400 as day, s.value
    from (select sampled_at, sum(heap_bytes + index_bytes + toast_bytes)::float8 as value from ops.storage_samples
      where sampled_at > now() - interval '400 days' group by sampled_at) s
    order by s.sampled_at::date, s.sampled_at desc";

const ROWS: &str = "select distinct on (s.sampled_at::date) extract(epoch from s.sampled_at)::float8 / 86400 as day,
      s.live_rows::float8 as value
    from ops.storage_samples s where s.table_name = $1 and s.sampled_at > now() - interval '400 days'
    order by s.sampled_at::date, s.sampled_at desc";

const LARGEST: &str = "select table_name from ops.storage_samples
    where sampled_at = (select max(sampled_at) from ops.storage_samples) and table_name <> '(system)' and live_rows > 0
    order by live_rows desc limit $1";

const USED: &str = "select distinct on (r.finished_at::date) extract(epoch from r.finished_at)::float8 / 86400 as day,
      (r.evidence -> 'tasks' -> 'storage' ->> 'connections')::float8 as connections,
      (r.evidence -> 'tasks' -> 'storage' ->> 'wal_position_bytes')::float8 as wal,
      (r.evidence -> 'tasks' -> 'storage' ->> 'most_connections')::float8 as most
    from ops.job_runs r where r.name = 'maintain_daily' and r.finished_at > now() - interval '400 days'
      and r.evidence -> 'tasks' -> 'storage' ->> 'connections' is not null
    order by r.finished_at::date, r.finished_at desc";

async fn all_series(client: &Client, disk: Option<Disk>) -> Result<Vec<Series>, Trouble> {
    let asked = || "could not read the samples that daily maintenance keeps";
    let point = |row: &tokio_postgres::Row| (row.get("day"), row.get("value"));
    let sizes = client.query(SIZES, &[]).await.because(asked)?;
    let samples: Vec<(f64, f64)> = sizes.iter().map(point).collect();
    let now = samples.last().map(|(_, bytes)| *bytes);
    let mut all = vec![Series {
        name: "database_bytes".to_owned(),
        samples,
        limit: disk
            .zip(now)
            .map(|(disk, now)| now + disk.free_bytes as f64),
    }];
    for table in client.query(LARGEST, &[&TABLES]).await.because(asked)? {
        let table: String = table.get(0);
        let rows = client.query(ROWS, &[&table]).await.because(asked)?;
        all.push(Series {
            name: format!("{table}_rows"),
            samples: rows.iter().map(point).collect(),
            limit: None,
        });
    }
    let used = client.query(USED, &[]).await.because(asked)?;
    let column = |name: &str| -> Vec<(f64, f64)> {
        used.iter()
            .map(|row| (row.get("day"), row.get(name)))
            .collect()
    };
    all.push(Series {
        name: "wal_bytes_a_day".to_owned(),
        samples: a_day(&column("wal")),
        limit: None,
    });
    all.push(Series {
        name: "connections".to_owned(),
        samples: column("connections"),
        limit: used.last().map(|row| row.get("most")),
    });
    Ok(all)
}

/// What was added a day between one sample of a counter and the next. A counter that fell was begun anew by a restore.
fn a_day(counter: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let steps = counter.windows(2).filter_map(|pair| match pair {
        [(from, before), (to, after)] if to > from && after >= before => {
            Some((*to, (after - before) / (to - from)))
        }
        _ => None,
    });
    steps.collect()
}

/// The plan as a table, one line a series.
pub fn table(told: &serde_json::Value) -> Vec<String> {
    let forecasts = told.get("forecasts").and_then(|it| it.as_array());
    let mut lines = Vec::new();
    for forecast in forecasts.into_iter().flatten() {
        let number = |name: &str| forecast[name].as_f64().unwrap_or(f64::NAN);
        let text = |name: &str| forecast[name].as_str().unwrap_or("never").to_owned();
        let full = match forecast["limit"].as_f64() {
            None => "no limit".to_owned(),
            Some(_) if forecast["full_on_earliest"].is_null() => "not for a century".to_owned(),
            Some(_) => format!(
                "{} ({} to {})",
                text("full_on"),
                text("full_on_earliest"),
                text("full_on_latest")
            ),
        };
        let name = forecast["name"].as_str().unwrap_or_default();
        let told = |figure: &str| amount(name, number(figure));
        lines.push(format!(
            "{name:<32} {:>4} {:>12} {:>12} {:>26}   {full}",
            number("samples"),
            told("now"),
            told("per_day"),
            format!("{} to {}", told("per_day_low"), told("per_day_high")),
        ));
    }
    if !lines.is_empty() {
        let head = (
            "what",
            "days",
            "now",
            "a day",
            "95 % interval",
            "full on (between)",
        );
        let (what, days, now, a_day, interval, full) = head;
        lines.insert(
            0,
            format!("{what:<32} {days:>4} {now:>12} {a_day:>12} {interval:>26}   {full}"),
        );
    }
    lines
}

/// An amount as people say it: bytes in their thousands, everything else whole.
fn amount(name: &str, number: f64) -> String {
    if !name.contains("bytes") {
        return format!("{number:.0}");
    }
    let sizes = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let fitting = sizes.iter().find(|(size, _)| number.abs() >= *size);
    fitting.map_or_else(
        || format!("{number:.0} B"),
        |(size, unit)| format!("{:.1} {unit}", number / size),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    fn growing(days: usize, limit: f64) -> Series {
        Series {
            name: "database_bytes".to_owned(),
            samples: (0..days)
                .map(|day| (day as f64, 1_000.0 + 10.0 * day as f64))
                .collect(),
            limit: Some(limit),
        }
    }

    /// By hand: after 30 days it is at 1290 and grows by 10 a day, so 2000 is reached in 71 days.
    #[test]
    fn the_day_on_which_it_is_full_is_what_one_works_out_by_hand() {
        let forecast = growing(30, 2_000.0).forecast(today()).unwrap();
        assert_eq!((forecast.now, forecast.per_day), (1_290.0, 10.0));
        assert_eq!(forecast.in_90_days, 2_190.0);
        assert_eq!(forecast.full_on, NaiveDate::from_ymd_opt(2027, 2, 1));
        assert_eq!(forecast.full_on, forecast.full_on_earliest);
    }

    #[test]
    fn nothing_is_forecast_from_fewer_days_than_three_weeks() {
        assert_eq!(growing(20, 2_000.0).forecast(today()), None);
        assert!(growing(21, 2_000.0).forecast(today()).is_some());
    }

    #[test]
    fn what_does_not_grow_is_never_full_and_what_is_full_is_full_today() {
        let mut shrinking = growing(30, 2_000.0);
        for (day, value) in &mut shrinking.samples {
            *value = 1_000.0 - *day;
        }
        assert_eq!(shrinking.forecast(today()).unwrap().full_on, None);
        let full = growing(30, 1_200.0).forecast(today()).unwrap();
        assert_eq!(full.full_on, Some(today()));
    }

    #[test]
    fn a_limit_weighs_by_how_soon_it_may_be_reached() {
        for (limit, severity) in [
            (2_000.0, Some(crate::ops::maintain::Severity::Alarm)),
            (4_000.0, Some(crate::ops::maintain::Severity::Warning)),
            (9_000.0, None),
        ] {
            let mut told = Told::default();
            growing(30, limit)
                .forecast(today())
                .unwrap()
                .warn(today(), &mut told);
            assert_eq!(
                told.findings.first().map(|(severity, _)| *severity),
                severity,
                "{limit}"
            );
        }
    }

    #[test]
    fn bytes_are_told_in_their_thousands() {
        assert_eq!(amount("database_bytes", 1_250_000.0), "1.2 MB");
        assert_eq!(amount("wal_bytes_a_day", -999.0), "-999 B");
        assert_eq!(amount("public.horses_rows", 1_250_000.4), "1250000");
    }

    #[test]
    fn a_counter_is_told_a_day_and_one_that_fell_begins_anew() {
        let counter = [
            (1.0, 100.0),
            (2.0, 150.0),
            (4.0, 250.0),
            (5.0, 20.0),
            (6.0, 60.0),
        ];
        assert_eq!(a_day(&counter), [(2.0, 50.0), (4.0, 50.0), (6.0, 40.0)]);
        assert!(a_day(&[]).is_empty());
    }
}
