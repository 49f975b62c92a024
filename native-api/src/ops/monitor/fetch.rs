//! Asking a process of ours for its figures.

use std::time::Duration;

use super::settings::{Listen, PORT, Settings};
use super::snapshot::Snapshot;
use crate::config::{self, Environment};
use crate::trouble::{Because, Trouble};

/// Where a process tells its figures, and the way to ask it.
#[derive(Clone, Debug)]
pub struct Source {
    http: reqwest::Client,
    url: String,
}

impl Source {
    /// The one that is named, or where `equoria serve` would be by the same settings.
    ///
    /// # Errors
    /// When a setting cannot be honoured.
    pub fn of(of: &Environment, url: Option<&str>) -> Result<Self, Trouble> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(4))
            .build()
            .because(|| "could not prepare to ask the process of the API")?;
        let url = match url {
            Some(url) => url.to_owned(),
            None => usual(of)?,
        };
        Ok(Self { http, url })
    }

    /// What the process tells; nothing where it does not answer.
    pub async fn figures(&self) -> Option<Snapshot> {
        let answer = self.http.get(&self.url).send().await.ok()?;
        let text = answer.error_for_status().ok()?.text().await.ok()?;
        Some(Snapshot::read(&text))
    }
}

fn usual(of: &Environment) -> Result<String, Trouble> {
    let address = match Settings::from_environment(of, config::profile(of)?)?.listen {
        Listen::At(address) => address.to_string(),
        Listen::Off | Listen::Usual => format!("127.0.0.1:{PORT}"),
    };
    Ok(format!("http://{address}/metrics"))
}
