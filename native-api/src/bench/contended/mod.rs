//! `equoria bench contended`: many players enter one show at once and pay into its escrow, with the database a millisecond
//! away.
//!
//! Every entry locks the show, so the entries come one after the other, and what counts is how long each holds the lock. The
//! same five statements are sent in turns, as an interactive transaction would, and in one packet; the API's own entry
//! decides before the lock, and leaves locking, writing and paying to one packet with the commit.

mod delay;
mod entry;
mod table;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rules::id::UserId;
use tokio::task::JoinSet;

use super::load::{Deck, Outcome, drive};
use super::server::Api;
use super::world::{Scratch, World, growing};
use crate::auth::Tokens;
use crate::config::Database;
use crate::db::connect;
use crate::dev::asked_to_stop;
use crate::dev::lock;
use crate::dev::places::Places;
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};
use delay::Delay;
use entry::{ROOM, Turn, Turns, Writer};

pub use table::{Line, Table};

/// Horses of the world: enough for a player each, and then some.
const HORSES: u32 = 1_000;

/// More shows than can be filled, for each form and each second.
const SHOWS_A_SECOND: u32 = 40;

/// Shows that are filled before each form is measured: a connection plans its statements anew until it has carried them out
/// five times.
const SHOWS_TO_WARM_UP: u32 = 5;

/// Nobody takes longer to warm up.
const PATIENCE: Duration = Duration::from_secs(120);

/// The role that writes.
const WRITER: &str = "equoria_writer";

/// Shows that take entries until tomorrow. Their luck is nobody's concern here: they are never settled.
const OPEN: &str = "with made as (
      insert into shows (name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
      select 'Contended ' || past.shows + n, 'Racing', 1, 0, now() + interval '1 day', sha256(sha256(convert_to('contended ' || n, 'UTF8'))), 1
      from generate_series(1, $1::int) n, (select count(*) as shows from shows) past returning id
    ) select min(id) as first from made";

/// What must be so afterwards: every entry has paid its coin, and no show has more than it takes.
const SOUND: &str = "select count(*) as entries,
      (select coalesce(sum(a.balance), 0)::bigint from accounts a join shows s on s.id = a.show_id where s.id >= $1) as coins,
      (select coalesce(max(n), 0) from (select count(*) as n from show_entries where show_id >= $1 group by show_id) c) as fullest
    from show_entries where show_id >= $1";

/// How the bench is to be run.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// Clients, each with a connection of its own and one entry at a time.
    pub clients: u32,
    /// How long each form is measured.
    pub lasting: Duration,
    /// How much later a packet reaches the database.
    pub delay: Duration,
}

/// Runs the bench. None if it was asked to stop before its end; nothing is left behind either way.
///
/// # Errors
/// What could not be started or measured, or an entry that was lost, as one sentence.
pub async fn run(wishes: Wishes, voice: &Voice) -> Result<Option<Table>, Trouble> {
    let places = Places::find()?;
    let home = places.scratch().join("bench");
    let _only_one = lock::attempt(&home.with_extension("lock"))?.ok_or_else(|| {
        Trouble::new("another bench runs in this checkout, and two would measure each other")
    })?;
    tokio::select! {
        measured = measure(wishes, voice, &home, &places) => measured.map(Some),
        stopped = asked_to_stop() => { stopped?; Ok(None) }
    }
}

async fn measure(
    wishes: Wishes,
    voice: &Voice,
    home: &Path,
    places: &Places,
) -> Result<Table, Trouble> {
    let scratch = Scratch::start(voice, home, places).await?;
    let world = World::of(HORSES);
    let step = growing(voice, world);
    world
        .grow(&mut connect(&scratch.administrator).await?)
        .await?;
    step.done(&format!("a world of {HORSES} horses"));
    let contest = Contest {
        wishes,
        voice,
        world,
        scratch: &scratch,
        delay: Delay::to(scratch.server.port, wishes.delay).await?,
    };
    let lines = vec![
        contest
            .by_statements("five statements in turns", Writer::in_turns)
            .await?,
        contest
            .by_statements("the same in one packet", Writer::at_once)
            .await?,
        contest.through_the_api().await?,
    ];
    Ok(Table {
        postgresql: scratch.programs.version.clone(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        is_release: !cfg!(debug_assertions),
        clients: wishes.clients,
        delay_ms: wishes.delay.as_secs_f64() * 1000.0,
        round_trip_ms: contest.round_trip_ms().await?,
        lines,
    })
}

struct Contest<'a> {
    wishes: Wishes,
    voice: &'a Voice,
    world: World,
    scratch: &'a Scratch,
    delay: Delay,
}

impl Contest<'_> {
    /// The database behind the delay, for the role that writes.
    fn far_away(&self) -> Result<Database, Trouble> {
        let name = self.scratch.administrator.name();
        let mut database = Database::parse(&format!(
            "postgresql://{WRITER}@127.0.0.1:{}/{name}",
            self.delay.port
        ))?;
        let mut logins = self.scratch.secrets.logins();
        let password = logins.find(|(role, _)| *role == WRITER);
        let password = password.map(|(_, password)| password).unwrap_or_default();
        database = database.with_user(WRITER, &password);
        database.connection_limit = self.wishes.clients as usize;
        Ok(database)
    }

    /// More than can be filled while a form is measured.
    fn shows(&self) -> u32 {
        let seconds = u32::try_from(self.wishes.lasting.as_secs()).unwrap_or(u32::MAX);
        seconds.saturating_mul(SHOWS_A_SECOND)
    }

    /// Opens shows, and answers the turns in them.
    async fn turns(&self, shows: u32) -> Result<Turns, Trouble> {
        let administrator = connect(&self.scratch.administrator).await?;
        let because = || "the shows could not be opened";
        let count = i32::try_from(shows).unwrap_or(i32::MAX);
        let row = administrator.query_one(OPEN, &[&count]).await;
        let first = row.because(because)?.try_get("first").because(because)?;
        let analyze = "analyze shows, show_entries, accounts, transfers, postings";
        administrator
            .batch_execute(analyze)
            .await
            .because(because)?;
        Ok(Turns::of(self.world, first, shows))
    }

    async fn by_statements<F, W>(&self, what: &'static str, enter: F) -> Result<Line, Trouble>
    where
        F: Fn(Arc<Writer>, Turn) -> W + Copy + Send + 'static,
        W: Future<Output = Result<(), Trouble>> + Send + 'static,
    {
        let mut writers = Vec::new();
        for _ in 0..self.wishes.clients {
            let client = connect(&self.far_away()?).await?;
            writers.push(Arc::new(Writer::on(client, self.world).await?));
        }
        let step = self.voice.step(what);
        let warming = self.turns(SHOWS_TO_WARM_UP).await?;
        race(&writers, &warming, enter, PATIENCE).await?;
        let turns = self.turns(self.shows()).await?;
        let first = turns.first_show();
        let outcome = race(&writers, &turns, enter, self.wishes.lasting).await?;
        step.done(&format!("{what}: {} entries", outcome.done));
        self.require_sound(first, outcome.done).await?;
        Ok(Line::of(what, &outcome))
    }

    /// `POST /v1/shows/{id}/entries`, with an idempotency key as every write has one.
    async fn through_the_api(&self) -> Result<Line, Trouble> {
        let api = Api::start(self.scratch, &self.far_away()?, "contended").await?;
        let tokens = Tokens::new(&self.scratch.secrets.token_key)?;
        let sign = |player: u32| {
            let (user, session) = (World::user_id(player)?, World::session_id(player)?);
            let token = tokens.issue(UserId::new(user), session, 0);
            token.map_err(|failure| {
                Trouble::new(format!("a token could not be signed: {failure:?}"))
            })
        };
        let signed: Result<Vec<String>, Trouble> = (0..self.world.players).map(sign).collect();
        let signed: Arc<[String]> = signed?.into();
        let decks = |turns: &Turns| {
            (0..self.wishes.clients)
                .map(|_| entries(&api, self.world, turns.clone(), Arc::clone(&signed)))
                .collect()
        };
        let what = "the API's own entry";
        let step = self.voice.step(what);
        let warming = self.turns(SHOWS_TO_WARM_UP).await?;
        drive(api.address, decks(&warming), 201, PATIENCE).await?;
        let turns = self.turns(self.shows()).await?;
        let first = turns.first_show();
        let outcome = drive(api.address, decks(&turns), 201, self.wishes.lasting).await?;
        step.done(&format!("{what}: {} entries", outcome.done));
        self.require_sound(first, outcome.done).await?;
        Ok(Line::of(what, &outcome))
    }

    async fn require_sound(&self, first_show: i64, done: u64) -> Result<(), Trouble> {
        let because = || "the entries could not be counted";
        let administrator = connect(&self.scratch.administrator).await?;
        let row = administrator.query_one(SOUND, &[&first_show]).await;
        let row = row.because(because)?;
        let number = |name: &str| row.try_get::<_, i64>(name).because(because);
        let (entries, coins, fullest) = (number("entries")?, number("coins")?, number("fullest")?);
        if (entries, coins) == (done.cast_signed(), done.cast_signed())
            && fullest <= i64::from(ROOM)
        {
            return Ok(());
        }
        Err(Trouble::new(format!(
            "{done} entries were answered, {entries} are there, they paid {coins} coins, and a show has {fullest}: look at the statements"
        )))
    }

    /// What one round trip takes, as the clients see it.
    async fn round_trip_ms(&self) -> Result<f64, Trouble> {
        const TIMES: u32 = 50;
        let because = || "the way to the database could not be measured";
        let client = connect(&self.far_away()?).await?;
        let statement = client.prepare("select 1").await.because(because)?;
        let since = Instant::now();
        for _ in 0..TIMES {
            client.query_one(&statement, &[]).await.because(because)?;
        }
        Ok(since.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMES))
    }
}

/// All writers at once, each with one entry at a time.
async fn race<F, W>(
    writers: &[Arc<Writer>],
    turns: &Turns,
    enter: F,
    lasting: Duration,
) -> Result<Outcome, Trouble>
where
    F: Fn(Arc<Writer>, Turn) -> W + Copy + Send + 'static,
    W: Future<Output = Result<(), Trouble>> + Send + 'static,
{
    let began = Instant::now();
    let until = began + lasting;
    let mut clients = JoinSet::new();
    for writer in writers {
        clients.spawn(one(Arc::clone(writer), turns.clone(), enter, until));
    }
    let mut outcome = Outcome::empty()?;
    while let Some(client) = clients.join_next().await {
        outcome.add(&client.because(|| "a client broke")??)?;
    }
    outcome.took = began.elapsed();
    Ok(outcome)
}

async fn one<F, W>(
    writer: Arc<Writer>,
    turns: Turns,
    enter: F,
    until: Instant,
) -> Result<Outcome, Trouble>
where
    F: Fn(Arc<Writer>, Turn) -> W,
    W: Future<Output = Result<(), Trouble>>,
{
    let mut outcome = Outcome::empty()?;
    let mut started = Instant::now();
    while started < until
        && let Some(turn) = turns.next()
    {
        match enter(Arc::clone(&writer), turn).await {
            Ok(()) => outcome.done += 1,
            Err(trouble) => return Err(trouble),
        }
        let answered = Instant::now();
        let took_us = u64::try_from((answered - started).as_micros()).unwrap_or(u64::MAX);
        outcome.latency_us.saturating_record(took_us);
        started = answered;
    }
    Ok(outcome)
}

fn entries(api: &Api, world: World, turns: Turns, tokens: Arc<[String]>) -> Deck {
    use std::io::Write as _;
    let address = api.address;
    Box::new(move |request| {
        let Some(Turn { show, horse }) = turns.next() else {
            return false;
        };
        let token = &tokens[world.player_of(horse) as usize];
        let body = format!("{{\"horse_id\":{horse}}}");
        request.clear();
        write!(
            request,
            "POST /v1/shows/{show}/entries HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             idempotency-key: bench-{show}-{horse}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .is_ok()
    })
}
