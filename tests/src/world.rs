//! A world to test in: a database, the native API in this process, players, horses and shows.
//!
//! It begins at noon on a Monday in game time, so that no day and no week ends in the middle of a test.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use equoria::app::{App, serve_on};
use equoria::config::{Config, Log, Profile, Secret, TokenKey};
use equoria::jobs;
use equoria::jobs::settlement::Settler;
use equoria::limits::Rates;
use rules::breed::{BREEDS, CROSSBRED};
use rules::discipline::Discipline;
use rules::id::UserId;
use rules::stat::Stat;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Database;
use crate::client::{Client, Reply};

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

/// A horse to be put into the world, where the API has no way to make one like it.
#[derive(Clone, Debug)]
pub struct NewHorse {
    /// The name; empty for one of the harness's own.
    pub name: String,
    /// `male` or `female`.
    pub sex: &'static str,
    /// The time since its birth, in hours of game time; a game-year has 168.
    pub age_hours: i64,
    /// The breed's name.
    pub breed: &'static str,
    /// The temperament.
    pub temperament: &'static str,
    /// The twelve stats, all alike.
    pub stats: i16,
    /// The bond.
    pub bond: i16,
    /// The stress.
    pub stress: i16,
    /// The XP.
    pub xp: i32,
    /// The scores of its disciplines.
    pub scores: Value,
    /// The traits: `{"positive": [], "negative": [], "hidden": []}`.
    pub traits: Value,
    /// The stable it stands in.
    pub stable: Option<i64>,
}

/// Hours in a game-year.
pub const YEAR_H: i64 = 168;

impl Default for NewHorse {
    fn default() -> Self {
        Self {
            name: String::new(),
            sex: "female",
            age_hours: 5 * YEAR_H + 12,
            breed: "Arabian",
            temperament: "Calm",
            stats: 20,
            bond: 50,
            stress: 30,
            xp: 0,
            scores: json!({}),
            traits: json!({"positive": [], "negative": [], "hidden": []}),
            stable: None,
        }
    }
}

/// A show to be opened by a player.
#[derive(Clone, Debug)]
pub struct NewShow {
    /// The name; empty for one of the harness's own.
    pub name: String,
    /// The discipline.
    pub discipline: &'static str,
    /// The fee.
    pub entry_fee: i64,
    /// The prize.
    pub prize: i64,
    /// When it runs, in minutes from now.
    pub in_minutes: i64,
    /// The least level.
    pub level_min: Option<i64>,
    /// The greatest level.
    pub level_max: Option<i64>,
}

impl Default for NewShow {
    fn default() -> Self {
        Self {
            name: String::new(),
            discipline: "Racing",
            entry_fee: 10,
            prize: 100,
            in_minutes: 24 * 60,
            level_min: None,
            level_max: None,
        }
    }
}

const NOON_ON_MONDAY: &str = "update ops.game_clock set ahead_ms = (1000 * extract(epoch from
    date_trunc('week', now() at time zone 'UTC') + interval '7 days 12 hours' - (now() at time zone 'UTC')))::bigint + 1
  where ahead_ms = 0";

const CATALOGUES: &str = "with kinds as (
    insert into disciplines (name, first_stat, second_stat, third_stat)
    select d ->> 0, d ->> 1, d ->> 2, d ->> 3 from jsonb_array_elements($1) d on conflict do nothing)
  insert into breeds (name, precision_mean, strength_mean, speed_mean, agility_mean, endurance_mean, intelligence_mean,
    stamina_mean, balance_mean, boldness_mean, flexibility_mean, obedience_mean, focus_mean, temperament_weights)
  select b ->> 0, m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8], m[9], m[10], m[11], m[12],
    array(select w::smallint from jsonb_array_elements_text(b -> 2) w)
  from jsonb_array_elements($2) b, lateral (select array(select s::smallint from jsonb_array_elements_text(b -> 1) s) as m) means
  where not exists (select from breeds known where known.name = b ->> 0)";

const PLAYER: &str = "with made as (insert into users (id, name, email, money, created_at) values ($1, $2, $3, $4, $5))
  insert into sessions (id, user_id, expires_at) values ($6, $1, now() + interval '30 days')";

const HORSE: &str = "insert into horses (name, sex, born_at, breed_id, user_id, temperament, precision, strength, speed, agility,
    endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus, bond_score, stress_level, xp,
    discipline_scores, epigenetic_modifiers, stable_id)
  select $1, $2, $3, b.id, $4, $5, $6, $6, $6, $6, $6, $6, $6, $6, $6, $6, $6, $6, $7, $8, $9, $10, $11, $12
  from breeds b where b.name = $13 returning id";

const TREASURY_SHOW: &str = "with made as (
    insert into shows (name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
    values ($1, $2, $3, $4, $5, sha256($6::bytea), $7) returning id)
  insert into show_secrets (show_id, secret) select id, $6 from made returning show_id";

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
        stock(&admin).await;
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

    /// An access token of this epoch, signed with the server's key.
    ///
    /// # Panics
    /// When it cannot be signed.
    pub fn token(&self, user: Uuid, session: Uuid, epoch: i32) -> String {
        let signed = self.app.tokens.issue(UserId::new(user), session, epoch);
        signed.expect("a token can be signed")
    }

    /// Puts a horse into the world.
    ///
    /// # Panics
    /// When the database refuses the row.
    pub async fn horse(&self, owner: &Player, new: NewHorse) -> i64 {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = if new.name.is_empty() {
            format!("Mare {number}")
        } else {
            new.name
        };
        let born_at = self.now() - TimeDelta::hours(new.age_hours);
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 13] = [
            &name,
            &new.sex,
            &born_at,
            &owner.id,
            &new.temperament,
            &new.stats,
            &new.bond,
            &new.stress,
            &new.xp,
            &new.scores,
            &new.traits,
            &new.stable,
            &new.breed,
        ];
        self.admin
            .query_one(HORSE, &values)
            .await
            .expect("a horse")
            .get(0)
    }

    /// A mare of five years.
    pub async fn mare(&self, owner: &Player) -> i64 {
        self.horse(owner, NewHorse::default()).await
    }

    /// A mare in foal.
    ///
    /// # Panics
    /// When the database refuses the rows.
    pub async fn mare_in_foal(&self, owner: &Player) -> i64 {
        let mare = self.mare(owner).await;
        let stallion = NewHorse {
            sex: "male",
            ..NewHorse::default()
        };
        let stallion = self.horse(owner, stallion).await;
        let (covered_at, due_at) = (self.now(), self.now() + TimeDelta::days(7));
        let sql = "insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at) values ($1, $2, $3, $4, $5)";
        let covered = self
            .admin
            .execute(sql, &[&mare, &stallion, &owner.id, &covered_at, &due_at])
            .await;
        covered.expect("a pregnancy");
        mare
    }

    /// Opens a show through the API and gives its number.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn show(&self, host: &Player, new: NewShow) -> i64 {
        let body = self.show_body(&new);
        number(&host.post("/v1/shows", &body).await.require(201), "id")
    }

    /// The body of the request that opens a show.
    pub fn show_body(&self, new: &NewShow) -> Value {
        let mut body = json!({
            "name": if new.name.is_empty() { fresh_show_name() } else { new.name.clone() },
            "discipline": new.discipline,
            "entry_fee": new.entry_fee,
            "prize": new.prize,
            "run_date": wire(self.now() + TimeDelta::minutes(new.in_minutes)),
        });
        for (name, level) in [("level_min", new.level_min), ("level_max", new.level_max)] {
            if let Some(level) = level {
                body[name] = level.into();
            }
        }
        body
    }

    /// Opens a show of the treasury's, which the API has no way to do.
    ///
    /// # Panics
    /// When the database refuses it.
    pub async fn treasury_show(&self, new: NewShow) -> i64 {
        let name = if new.name.is_empty() {
            fresh_show_name()
        } else {
            new.name
        };
        let run_date = self.now() + TimeDelta::minutes(new.in_minutes);
        let secret = Uuid::new_v4().simple().to_string().into_bytes();
        let version = i32::try_from(rules::RULES_VERSION).expect("a small number");
        self.admin
            .batch_execute("begin")
            .await
            .expect("a transaction");
        let made = self
            .admin
            .query_one(
                TREASURY_SHOW,
                &[
                    &name,
                    &new.discipline,
                    &new.entry_fee,
                    &new.prize,
                    &run_date,
                    &secret,
                    &version,
                ],
            )
            .await;
        let show: i64 = made.expect("a show").get(0);
        let give = format!(
            "select ledger_post(now(), null, array['show_prize:{show}'], array['show_prize'], array[treasury()],
               array[escrow_of({show})], array[{}::bigint], array[{show}::bigint], array[null::bigint]) where {0} > 0;
             commit",
            new.prize
        );
        self.admin.batch_execute(&give).await.expect("the prize");
        show
    }

    /// Enters a horse in a show.
    pub async fn enter(&self, player: &Player, show: i64, horse: i64) -> Reply {
        player
            .post(
                &format!("/v1/shows/{show}/entries"),
                &json!({"horse_id": horse}),
            )
            .await
    }

    /// What a player's purse holds.
    ///
    /// # Panics
    /// When there is no such player.
    pub async fn purse(&self, player: Uuid) -> i64 {
        self.one(&format!("select money from users where id = '{player}'"))
            .await
    }

    /// The number that a statement of the administrator's gives.
    ///
    /// # Panics
    /// When it gives none.
    pub async fn one(&self, sql: &str) -> i64 {
        let row = self.admin.query_one(sql, &[]).await;
        row.unwrap_or_else(|error| panic!("{sql}: {error}")).get(0)
    }

    /// Carries out statements of the administrator's.
    ///
    /// # Panics
    /// When the database refuses one.
    pub async fn sql(&self, sql: &str) {
        let done = self.admin.batch_execute(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// A fingerprint of every row of every table, one line for each table: two are the same only if nothing has changed.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn fingerprint(&self) -> String {
        let tables = "select string_agg(format('select %L || coalesce(md5(string_agg(t::text, chr(10) order by t::text)), %L)
            from %I.%I t', schemaname || '.' || tablename || ' ', 'empty', schemaname, tablename),
            ' union all ' order by schemaname, tablename)
            from pg_tables where schemaname in ('public', 'ops')";
        let all: String = self
            .admin
            .query_one(tables, &[])
            .await
            .expect("the tables")
            .get(0);
        let lines = self.admin.query(&all, &[]).await.expect("their rows");
        lines
            .iter()
            .map(|row| row.get::<_, String>(0) + "\n")
            .collect()
    }

    /// Checks the ledger from outside: every transfer and the whole sum to zero, every balance is the sum of its
    /// postings, every purse is what its player is shown, and no ended show holds a coin.
    ///
    /// # Panics
    /// With what is wrong.
    pub async fn require_sound_ledger(&self) {
        for (what, sql) in [
            ("the sum of all postings", "select coalesce(sum(amount), 0)::bigint from postings"),
            (
                "transfers that do not sum to zero",
                "select count(*) from (select from postings group by transfer_id having sum(amount) <> 0) t",
            ),
            (
                "balances that are not the sum of their postings",
                "select count(*) from accounts a where a.balance is not null and a.balance <>
                   (select coalesce(sum(p.amount), 0) from postings p where p.account_id = a.id)",
            ),
            (
                "purses that are not their player's money",
                "select count(*) from users u left join accounts a on a.user_id = u.id where u.money is distinct from a.balance",
            ),
            (
                "ended shows with coins",
                "select count(*) from shows s join accounts a on a.show_id = s.id where s.state <> 'open' and a.balance <> 0",
            ),
            (
                "open shows whose escrow is not prize and fees",
                "select count(*) from shows s join accounts a on a.show_id = s.id where s.state = 'open' and a.balance <>
                   s.prize + s.entry_fee * (select count(*) from show_entries e where e.show_id = s.id)",
            ),
        ] {
            assert_eq!(self.one(sql).await, 0, "{what}");
        }
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
        token_key: TokenKey::random().expect("randomness"),
        dice_secret: Secret::random().expect("randomness"),
        edge_key: Secret::random().expect("randomness"),
        limits: Rates::NONE,
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

fn fresh_show_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("Ashford Stakes {}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Sets the clock to a Monday's noon, and makes sure of the catalogues.
async fn stock(admin: &tokio_postgres::Client) {
    let disciplines: Vec<Value> = Discipline::ALL
        .iter()
        .map(|it| {
            let [first, second, third] = it.stats().map(Stat::as_str);
            json!([it.as_str(), first, second, third])
        })
        .collect();
    let breeds: Vec<Value> = BREEDS
        .iter()
        .chain([&CROSSBRED])
        .map(|it| json!([it.name, it.facts.stat_means, it.facts.temperament_weights]))
        .collect();
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 2] =
        [&Value::from(disciplines), &Value::from(breeds)];
    admin
        .execute(CATALOGUES, &values)
        .await
        .expect("the catalogues");
    admin.execute(NOON_ON_MONDAY, &[]).await.expect("the clock");
}

async fn told(mut stopping: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    drop(stopping.wait_for(|stop| *stop).await);
}
