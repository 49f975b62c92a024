//! `equoria monitor`.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use chrono::Utc;
use clap::Args;

use super::reach::{Reached, reach_as};
use super::{Finding, print_json};
use crate::config::{Environment, Login};
use crate::dev::asked_to_stop;
use crate::dev::say::Voice;
use crate::ops::monitor::{Moment, Source, alerts, collect, page};
use crate::trouble::{Because, Trouble};

/// What `--help` ends with.
pub(super) const EXAMPLES: &str = "Examples:
  equoria monitor                    a page that is drawn anew every two seconds; Ctrl-C ends it
  equoria monitor --once             one page; status 1 if something on it needs somebody
  equoria monitor --once --json | jq .red
  equoria monitor --rules > rules.yml
                                     the alerts as rules for Prometheus: what is red here, and from when on

The database is asked as equoria_monitor (MONITOR_DATABASE_URL), the process of the API at EQUORIA_METRICS_LISTEN or --url.";

#[derive(Args)]
pub(super) struct MonitorArguments {
    /// Print one page and end
    #[arg(long)]
    once: bool,
    /// Print one JSON object a page
    #[arg(long)]
    json: bool,
    /// Seconds between two pages
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    interval: u64,
    /// Where the API's process tells its figures
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Print the alert rules for Prometheus, and ask nothing
    #[arg(long, conflicts_with_all = ["once", "json", "url"])]
    rules: bool,
}

pub(super) async fn monitor(
    of: &Environment,
    arguments: &MonitorArguments,
) -> Result<Finding, Trouble> {
    if arguments.rules {
        return print_json(&alerts::rules()).map(|()| Finding::Good);
    }
    let api = Source::of(of, arguments.url.as_deref())?;
    let voice = match arguments.json {
        true => Voice::quiet(),
        false => Voice::default(),
    };
    let watch = Watch {
        reached: reach_as(of, &voice, Login::Monitor).await?,
        api,
    };
    tokio::select! {
        finding = watch.show(arguments) => finding,
        stopped = asked_to_stop() => stopped.map(|()| Finding::Good),
    }
}

struct Watch {
    reached: Reached,
    api: Source,
}

impl Watch {
    async fn show(&self, arguments: &MonitorArguments) -> Result<Finding, Trouble> {
        let interval = Duration::from_secs(arguments.interval);
        let mut before = self.moment().await?;
        loop {
            // A rate needs two moments; one page needs no more of a pause between them than that.
            let pause = if arguments.once {
                Duration::from_secs(1)
            } else {
                interval
            };
            tokio::time::sleep(pause).await;
            let now = self.moment().await?;
            self.print(&before, &now, arguments)?;
            if arguments.once {
                return Ok(if now.red().is_empty() {
                    Finding::Good
                } else {
                    Finding::Bad
                });
            }
            before = now;
        }
    }

    async fn moment(&self) -> Result<Moment, Trouble> {
        let (database, api) =
            tokio::join!(collect::collect(&self.reached.client), self.api.figures());
        Ok(Moment {
            at: Utc::now(),
            since: Instant::now(),
            database: database?,
            api,
        })
    }

    fn print(
        &self,
        before: &Moment,
        now: &Moment,
        arguments: &MonitorArguments,
    ) -> Result<(), Trouble> {
        if arguments.json {
            return print_json(&now.json(before));
        }
        let mut out = std::io::stdout();
        let is_redrawn = !arguments.once && out.is_terminal();
        let text = page(before, now, &self.reached.place);
        let text = match is_redrawn {
            true => format!("\x1b[H\x1b[2J{text}"),
            false => text,
        };
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.because(|| "the page could not be written")
    }
}
