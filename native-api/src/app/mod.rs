//! The server: what it has, its routes, and its life from the first request to the last.

mod answer;
pub mod body;
mod call;
mod clock;
mod connections;
mod layers;
mod page;
mod source;
mod standby;

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use reads::request;
use reads::seen::Cookies;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

use crate::auth::Tokens;
use crate::clock::GameClock;
use crate::config::{Config, Profile, Secret};
use crate::db::Db;
use crate::limits::Limits;
use crate::openapi;
use crate::operator;
use crate::ops::monitor::Figures;
use crate::trouble::{Because, Trouble};
use crate::user::password::Passwords;

pub use answer::Answer;
pub use call::{Call, Empty, Look, Visit};
pub use layers::Wrote;
pub use source::{Reader, ReaderConnection};

/// Everything that the handlers and the jobs have in common. Cloning is cheap.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// The database, as the writing role.
    pub db: Db,
    /// The database, as the reading role.
    pub reader: Reader,
    /// What this process counts.
    pub figures: Figures,
    /// The game's clock.
    pub clock: GameClock,
    /// Access tokens.
    pub tokens: Tokens,
    /// How often one may ask.
    pub limits: Limits,
    /// The checking of passwords.
    pub passwords: Passwords,
    /// Whose process this is.
    pub profile: Profile,
    /// What the operator's page needs besides.
    pub operator: operator::Settings,
    edge_key: Secret<32>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for App {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("App")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl App {
    /// Puts the parts together. Nothing is connected yet.
    ///
    /// # Errors
    /// When a setting does not work.
    pub fn new(config: &Config) -> Result<Self, Trouble> {
        let figures = Figures::new(config.monitor.slow_after);
        Ok(Self(Arc::new(Parts {
            db: Db::open(config, &figures)?,
            reader: Reader::open(config, &figures)?,
            figures,
            clock: GameClock::real(),
            tokens: Tokens::new(&config.token_key)?,
            limits: Limits::new(config.limits),
            passwords: Passwords::new()?,
            profile: config.profile,
            operator: config.operator.clone(),
            edge_key: config.edge_key.clone(),
        })))
    }

    /// How the cookies are set that carry what a session has seen.
    pub fn cookies(&self) -> Cookies {
        Cookies {
            are_secure: !self.profile.is_playground(),
        }
    }

    /// Is this the key of the edge, in hexadecimal digits? Takes as long for a near miss as for a far one.
    pub fn is_edge(&self, key: &str) -> bool {
        let wanted = self.edge_key.hex();
        let (wanted, given) = (wanted.as_bytes(), key.as_bytes());
        let differing = wanted
            .iter()
            .zip(given)
            .fold(0, |sum, (one, other)| sum | (one ^ other));
        wanted.len() == given.len() && std::hint::black_box(differing) == 0
    }
}

/// The whole API: the reads, the writes, its description, outside of production the clock; and the pages.
pub fn router(app: App) -> Router {
    let figures = app.figures.clone();
    let (writes, description) = openapi::writes().split_for_parts();
    let tell = middleware::from_fn_with_state(app.cookies(), layers::tell_seen);
    let mut all = Router::new().merge(writes.layer(tell));
    if app.profile.is_playground() {
        all = all.merge(clock::routes());
    }
    let reads = source::reads(&app);
    let all = all
        .with_state(app.clone())
        .merge(reads::router(reads.clone()))
        .merge(openapi::pages(description))
        .merge(operator::routes(&app));
    page::with_pages(request::complete(all), &app, reads)
        .layer(DefaultBodyLimit::max(body::MOST_BYTES))
        .layer(middleware::from_fn(layers::limit_time))
        .layer(CatchPanicLayer::custom(layers::after_panic))
        .layer(middleware::from_fn_with_state(figures, layers::log))
        .layer(middleware::from_fn(request::identify))
}

/// How long requests that are under way may take to end, once the server was asked to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Listens where the configuration says and serves until `shutdown` comes, then lets requests that are under way end.
///
/// # Errors
/// When the port is taken, or a setting does not work.
pub async fn serve(
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Trouble> {
    let app = App::new(&config)?;
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.because(|| format!("could not listen on {}", config.listen))?;
    serve_on(app, listener, shutdown).await
}

/// The same with an app that is there already and a listener that is bound.
///
/// # Errors
/// When the listener fails.
pub async fn serve_on(
    app: App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Trouble> {
    let address = listener
        .local_addr()
        .because(|| "the listener has no address")?;
    tracing::info!(%address, profile = %app.profile, "the native API listens");
    let clock = tokio::spawn(clock::follow(app.clone()));
    let (stop, mut stopping) = tokio::sync::watch::channel(false);
    let mut told = stopping.clone();
    let serving = connections::serve(listener, router(app), connections::PATIENCE, async move {
        drop(told.wait_for(|stop| *stop).await);
    });
    tokio::spawn(async move {
        shutdown.await;
        stop.send_replace(true);
    });
    let patience = async move {
        drop(stopping.wait_for(|stop| *stop).await);
        tracing::info!("stopping: requests under way may end");
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = serving => {}
        () = patience => tracing::warn!("stopped with requests still under way"),
    }
    clock.abort();
    Ok(())
}
