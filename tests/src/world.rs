//! A world to test in: a database, the native API in this process, players, horses and shows.
//!
//! It begins at noon on a Monday in game time, so that no day and no week ends in the middle of a test.

mod audit;
mod shows;
mod stock;

use std::ops::Deref;

use chrono::{DateTime, SecondsFormat, Utc};
use equoria::app::{App, serve_on};
use equoria::config::{Config, Log, Profile, Secret, TokenKey};
use equoria::jobs;
use equoria::jobs::birth::Midwife;
use equoria::jobs::growth::grow;
use equoria::jobs::settlement::Settler;
use equoria::limits::Rates;
use equoria::operator;
use equoria::ops::monitor;
use rules::id::UserId;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Database;
use crate::client::{Client, Reply};

pub use shows::NewShow;
pub use stock::{NewHorse, YEAR_H};

/// A database, and the native API on it; both end with this value.
pub struct World {
    /// The database, which nobody else uses.
    pub database: Database,
    /// The administrator's connection to it.
    pub admin: tokio_postgres::Client,
    /// What the server was told.
    pub config: Config,
    /// The server's parts.
    pub app: App,
    /// Speaks with the server, signed in as nobody.
    pub client: Client,
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
}

/// A player, who speaks with the server by methods of [`Client`].
#[derive(Clone, Debug)]
pub struct Player {
    /// The user.
    pub id: Uuid,
    /// The session that the access token belongs to.
    pub session: Uuid,
    /// The name.
    pub name: String,
    client: Client,
}

impl Player {
    /// A player who is there already.
    pub fn of(id: Uuid, session: Uuid, name: &str, client: Client) -> Self {
        Self {
            id,
            session,
            name: name.to_owned(),
            client,
        }
    }
}

impl Deref for Player {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

const NOON_ON_MONDAY: &str = "update ops.game_clock set ahead_ms = (1000 * extract(epoch from
    date_trunc('week', now() at time zone 'UTC') + interval '7 days 12 hours' - (now() at time zone 'UTC')))::bigint + 1
  where ahead_ms = 0";

const PLAYER: &str = "with made as (insert into users (id, name, email, money, created_at) values ($1, $2, $3, $4, $5))
  insert into sessions (id, user_id, expires_at) values ($6, $1, now() + interval '30 days')";

impl World {
    /// A world with a server and no jobs, in which one may ask as often as one likes.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// The same with other settings.
    ///
    /// # Panics
    /// When the server does not start.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let database = Database::fresh().await;
        let mut config = config(&database);
        change(&mut config);
        Self::on(database, config).await
    }

    /// The same on a database that is there.
    ///
    /// # Panics
    /// When the server does not start.
    pub async fn on(database: Database, config: Config) -> Self {
        let admin = database.admin().await;
        admin.execute(NOON_ON_MONDAY, &[]).await.expect("the clock");
        let app = App::new(&config).expect("the settings of a test work");
        app.clock
            .refresh(&app.db)
            .await
            .expect("the clock can be read");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        let (stop, stopping) = watch::channel(false);
        let mut running = JoinSet::new();
        let serving = serve_on(app.clone(), listener, told(stopping));
        running.spawn(async move { serving.await.expect("the server serves to its end") });
        Self {
            database,
            admin,
            config,
            app,
            client: Client::at(&format!("http://{address}")),
            stop,
            running,
        }
    }

    /// Another server's or worker's parts with the same settings: what a second process would have.
    ///
    /// # Panics
    /// When the settings do not work.
    pub async fn another_app(&self) -> App {
        let app = App::new(&self.config).expect("the settings of a test work");
        app.clock
            .refresh(&app.db)
            .await
            .expect("the clock can be read");
        app
    }

    /// Starts the jobs, as one process runs them.
    pub async fn start_jobs(&mut self) {
        let app = self.another_app().await;
        let stopping = self.stop.subscribe();
        self.running.spawn(jobs::run(app, told(stopping)));
    }

    /// Settles what is due, and comes back when nothing is.
    pub async fn settle_due(&self) {
        let (_never, stopping) = watch::channel(false);
        Settler::of(&self.app).drain(&stopping).await;
    }

    /// Ends the pregnancies that are due and lets foals grow, and comes back when nothing is due.
    pub async fn deliver_due(&self) {
        let (_never, stopping) = watch::channel(false);
        Midwife::of(&self.app).drain(&stopping).await;
        grow(&self.app, &stopping).await;
    }

    /// Asks the server and the jobs to stop.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until the server and the jobs have ended.
    ///
    /// # Panics
    /// When one of them broke.
    pub async fn ended(&mut self) {
        while let Some(ended) = self.running.join_next().await {
            ended.expect("it ends in order");
        }
    }

    /// Ends the server and every connection, and leaves the database to whoever wants to copy it.
    ///
    /// # Panics
    /// When the server broke.
    pub async fn leave(mut self) -> (Database, Config) {
        self.stop();
        self.ended().await;
        let others = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()";
        self.admin.execute(others, &[]).await.expect("an end");
        (self.database, self.config)
    }

    /// Makes game time pass: a span such as `90s`, `36h` or `7d`.
    ///
    /// # Panics
    /// When the clock cannot be advanced.
    pub async fn advance(&self, span: &str) {
        let moved = self
            .client
            .post("/dev/clock", &json!({"advance": span}))
            .await;
        moved.require(200);
    }

    /// The instant of game time.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// A player with the coins that everyone begins with, signed in.
    pub async fn player(&self, name: &str) -> Player {
        self.player_with(name, 1000).await
    }

    /// A player with this many coins, signed in. There is no password.
    ///
    /// # Panics
    /// When the database refuses the row.
    pub async fn player_with(&self, name: &str, coins: i64) -> Player {
        let (id, session) = (Uuid::now_v7(), Uuid::now_v7());
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&id, &name, &email, &coins, &self.now(), &session];
        self.admin.execute(PLAYER, &values).await.expect("a player");
        Player {
            id,
            session,
            name: name.to_owned(),
            client: self.client.with_token(&self.token(id, session, 0)),
        }
    }

    /// The same player with an access token from now on.
    ///
    /// # Panics
    /// When it cannot be signed.
    #[must_use]
    pub fn signed_again(&self, player: &Player) -> Player {
        let token = self.token(player.id, player.session, 0);
        Player {
            client: player.client.with_token(&token),
            ..player.clone()
        }
    }

    /// An access token of this epoch, signed with the server's key.
    ///
    /// # Panics
    /// When it cannot be signed.
    pub fn token(&self, user: Uuid, session: Uuid, epoch: i32) -> String {
        let signed = self.app.tokens.issue(UserId::new(user), session, epoch);
        signed.expect("a token can be signed")
    }
}

/// The settings of a server on a database: the profile of tests, and no limits on how often one may ask.
///
/// # Panics
/// When the operating system has no randomness to give.
pub fn config(database: &Database) -> Config {
    Config {
        profile: Profile::Test,
        listen: ([127, 0, 0, 1], 0).into(),
        writer: database.of("equoria_writer"),
        reader: database.of("equoria_reader"),
        standby: None,
        token_key: TokenKey::random().expect("randomness"),
        dice_secret: Secret::random().expect("randomness"),
        edge_key: Secret::random().expect("randomness"),
        limits: Rates::NONE,
        monitor: monitor::Settings {
            database: Some(database.of("equoria_monitor")),
            ..monitor::Settings::default()
        },
        operator: operator::Settings {
            monitor: Some(database.of("equoria_monitor")),
            ..operator::Settings::default()
        },
        log: Log {
            level: "off".to_owned(),
            is_disabled: true,
        },
    }
}

/// An instant as the API writes it.
pub fn wire(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The whole number of this name in an answer.
///
/// # Panics
/// When there is none.
pub fn number(reply: &Reply, name: &str) -> i64 {
    let json = reply.json();
    json[name]
        .as_i64()
        .unwrap_or_else(|| panic!("{}: no number {name} in {json}", reply.of))
}

async fn told(mut stopping: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    drop(stopping.wait_for(|stop| *stop).await);
}
