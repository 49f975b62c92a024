//! The native API and its jobs inside this process: for the bring-up, for `serve` and for `work`.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_postgres::Client;

use super::ready::answers;
use crate::app::{self, App};
use crate::config::{Config, Environment, Login, Profile, STANDBY, hex};
use crate::db::{look, rights};
use crate::jobs::schedule;
use crate::ops::anonymise;
use crate::ops::audit::Sealer;
use crate::ops::maintain::Keeper;
use crate::ops::migrate;
use crate::ops::monitor::{self, Monitor};
use crate::trouble::{Because, Trouble};
use crate::{jobs, telemetry};

/// Which parts run in this process.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// The HTTP server.
    pub with_server: bool,
    /// The jobs.
    pub with_jobs: bool,
}

impl Parts {
    /// Server and jobs.
    pub const ALL: Self = Self {
        with_server: true,
        with_jobs: true,
    };
}

/// What runs.
#[derive(Debug)]
pub struct Api {
    /// Where the server answers, without a slash at the end.
    pub url: String,
    /// Where it tells its figures, if it does.
    pub figures_url: Option<String>,
    stop: watch::Sender<bool>,
    running: JoinSet<Result<(), Trouble>>,
}

impl Api {
    /// Starts the parts on a database whose schema is the one we know, and waits until the server is ready.
    ///
    /// # Errors
    /// When a setting is wrong, the schema is another one, or the port is taken.
    pub async fn start(of: &Environment, parts: Parts) -> Result<Self, Trouble> {
        let api = Self::launch(of, parts).await?;
        api.ready().await?;
        Ok(api)
    }

    /// The same without waiting. A caller who gives up before this ends has started nothing.
    ///
    /// # Errors
    /// When a setting is wrong, the schema is another one, or the port is taken.
    pub async fn launch(of: &Environment, parts: Parts) -> Result<Self, Trouble> {
        let config = Config::from_environment(of)?;
        telemetry::start(&config.log, config.profile)?;
        let writer = look(&config.writer).await?;
        if config.profile == Profile::Production {
            require_least_rights(&writer, &look(&config.reader).await?).await?;
            require_least_rights_at_the_standby(&config).await?;
        }
        migrate::require_current(&writer).await?;
        anonymise::require_proven(&writer).await?;
        drop(writer);
        let app = App::new(&config)?;
        // First of all: a process that cannot listen does nothing else either.
        let listener = match parts.with_server {
            true => Some(bind(&config).await?),
            false => None,
        };
        if parts.with_server {
            let token_public_key = hex(&config.token_key.public());
            tracing::info!(
                token_public_key,
                "a Worker checks access tokens with this key"
            );
        }
        let figures = monitor::bind(config.monitor.listen).await?;
        let (stop, stopping) = watch::channel(false);
        let mut api = Self {
            url: String::new(),
            figures_url: None,
            stop,
            running: JoinSet::new(),
        };
        if parts.with_jobs {
            let (app, stopping) = (app.clone(), stopping.clone());
            api.running.spawn(async move {
                jobs::run(app, told(stopping)).await;
                Ok(())
            });
            api.maintain(of)?;
            api.seal(of)?;
        }
        if let Some(listener) = figures {
            let address = listener.local_addr();
            let address = address.because(|| "the listener has no address")?;
            api.figures_url = Some(format!("http://{address}"));
            let monitor = Monitor::of(&app, &config.monitor);
            let serving = monitor::serve(monitor, listener, told(stopping.clone()));
            api.running.spawn(serving);
        }
        if let Some(listener) = listener {
            api.serve(app, listener, stopping)?;
        }
        Ok(api)
    }

    /// Maintains the database by schedule, where the environment says how the maintainer reaches it.
    fn maintain(&mut self, of: &Environment) -> Result<(), Trouble> {
        let Some(keeper) = Keeper::from_environment(of)? else {
            tracing::info!("no maintenance by schedule: MAINTAIN_DATABASE_URL is not set");
            return Ok(());
        };
        let stopping = self.stop.subscribe();
        self.running.spawn(async move {
            schedule::run(keeper, stopping).await;
            Ok(())
        });
        Ok(())
    }

    /// Seals the audit, where the environment has a key for it.
    fn seal(&mut self, of: &Environment) -> Result<(), Trouble> {
        let Some(sealer) = Sealer::of(of)? else {
            tracing::info!("no seals on the audit: EQUORIA_AUDIT_KEY is not set");
            return Ok(());
        };
        let stopping = self.stop.subscribe();
        self.running.spawn(async move {
            sealer.keep_sealing(stopping).await;
            Ok(())
        });
        Ok(())
    }

    fn serve(
        &mut self,
        app: App,
        listener: TcpListener,
        stopping: watch::Receiver<bool>,
    ) -> Result<(), Trouble> {
        let address = listener
            .local_addr()
            .because(|| "the listener has no address")?;
        self.url = format!("http://{address}");
        self.running
            .spawn(app::serve_on(app, listener, told(stopping)));
        Ok(())
    }

    /// Waits until the server, if there is one, has its database.
    ///
    /// # Errors
    /// When it has none after half a minute.
    pub async fn ready(&self) -> Result<(), Trouble> {
        if self.url.is_empty() {
            return Ok(());
        }
        let url = format!("{}/health/ready", self.url);
        answers(&url, Duration::from_secs(30), || Ok(())).await
    }

    /// Fails once a part has ended by itself.
    ///
    /// # Errors
    /// With what ended it.
    pub fn require_alive(&mut self) -> Result<(), Trouble> {
        match self.running.try_join_next() {
            None => Ok(()),
            Some(ended) => {
                ended.because(|| "a part of the native API broke")??;
                Err(Trouble::new("a part of the native API ended by itself"))
            }
        }
    }

    /// Lets the requests and jobs that are under way end, and waits for that.
    ///
    /// # Errors
    /// The first failure among them.
    pub async fn stop(mut self) -> Result<(), Trouble> {
        self.stop.send_replace(true);
        while let Some(ended) = self.running.join_next().await {
            ended.because(|| "a part of the native API broke")??;
        }
        Ok(())
    }
}

async fn bind(config: &Config) -> Result<TcpListener, Trouble> {
    let bound = TcpListener::bind(config.listen).await;
    bound.because(|| format!("could not listen on {}", config.listen))
}

/// The database is asked, not the URLs: a role's name says nothing of what it was given.
async fn require_least_rights(writer: &Client, reader: &Client) -> Result<(), Trouble> {
    let (write, read) = (Login::Writer, Login::Reader);
    rights::require_modest(writer, write.variable(), write.role()).await?;
    rights::require_modest(reader, read.variable(), read.role()).await?;
    rights::require_reading_only(reader, read.variable(), read.role()).await
}

/// A standby has the primary's roles, so that one which is away for now was looked at there, if its role is the reader's.
async fn require_least_rights_at_the_standby(config: &Config) -> Result<(), Trouble> {
    let Some(database) = &config.standby else {
        return Ok(());
    };
    match look(database).await {
        Ok(standby) => {
            let (variable, role) = (STANDBY, Login::Reader.role());
            rights::require_modest(&standby, variable, role).await?;
            rights::require_reading_only(&standby, variable, role).await
        }
        Err(trouble) if database.user() == config.reader.user() => {
            tracing::warn!(%trouble, "the standby cannot be reached: the primary answers until it can");
            Ok(())
        }
        Err(trouble) => Err(trouble),
    }
}

async fn told(mut stopping: watch::Receiver<bool>) {
    // If the sender is gone nobody will tell any more: that means the same.
    drop(stopping.wait_for(|stop| *stop).await);
}
