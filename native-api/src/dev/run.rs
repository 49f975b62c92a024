//! `equoria dev`: bring everything up, say what to try, stop it all together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::task::JoinHandle;

use super::api::{Api, Parts};
use super::edge::{Bindings, Edge};
use super::embedded::{self, Lent, Tenure};
use super::lock;
use super::places::Places;
use super::prepare;
use super::ready::{answers, free_port, require_free};
use super::say::{Voice, human};
use super::secrets::{OPERATOR, OPERATORS, write_environment, write_services};
use super::stop::asked_to_stop;
use super::supervise::{Manner, Supervised};
use super::worker::{self, Built};
use crate::config::{self, API_PORT, Database, EDGE_PORT, Environment};
use crate::db::connect;
use crate::ops::migrate::{Direction, Migration, Progress};
use crate::ops::seed::{self, Plan, Wish};
use crate::trouble::{Because, Trouble};

/// What the bring-up should leave out.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// Whether the Worker is built and started too.
    pub with_edge: bool,
}

/// Brings everything up, says what to try, and returns when asked to stop.
///
/// # Errors
/// What could not be installed, started or reached, as one sentence; whatever was started is stopped before.
pub async fn run(of: Environment, wishes: Wishes) -> Result<(), Trouble> {
    let since = Instant::now();
    if !config::is_playground(&of, "`equoria dev`")? {
        return Err(Trouble::new(
            "`equoria dev` draws its own secrets and seeds a world, which production refuses: use `equoria serve`",
        ));
    }
    let places = Places::find()?;
    let voice = Arc::new(Voice::default());
    let _only_one = lock::attempt(&places.state.join("dev.lock"))?.ok_or_else(|| {
        Trouble::new("the game is up already in this checkout (another `equoria dev` holds .equoria/dev.lock)")
    })?;
    let stopped = asked_to_stop();
    tokio::pin!(stopped);
    let started = tokio::select! {
        started = start(&places, &of, wishes, &voice) => Some(started?),
        asked = &mut stopped => { asked?; None }
    };
    let Some(mut running) = started else {
        voice.say("\nStopped before everything was up.");
        return Ok(());
    };
    voice.say(&running.invitation(&places, since.elapsed()));
    let ended = tokio::select! {
        ended = running.until_one_ends() => ended,
        asked = &mut stopped => asked,
    };
    voice.say("\nStopping ...");
    running.stop().await?;
    voice.say("Stopped. The data stays for the next `cargo run`.");
    ended
}

/// What to try first, one player's first minutes; `URL` is where the game answers.
const TRY: &str = r#"
  E=URL J='content-type: application/json'
  curl -s "$E/v1/rankings/disciplines/Racing?limit=3"
  T=$(curl -s $E/v1/users -H "$J" -d '{"name":"Ada","email":"ada@example.org","password":"correct horse battery"}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s $E/v1/horses/starter -H "authorization: Bearer $T" -H "$J" -d '{"breed":"Arabian","name":"Morning Lark"}'
  curl -s $E/v1/users/me/horses -H "authorization: Bearer $T"
  curl -s $E/v1/horses/HER_ID/training -H "authorization: Bearer $T" -H "$J" -d '{"discipline":"Racing"}'
  curl -s "$E/v1/shows?state=open&discipline=Racing"
  curl -s "$E/v1/shows/ITS_ID/preview?horse=HER_ID" -H "authorization: Bearer $T"
  curl -s $E/v1/shows/ITS_ID/entries -H "authorization: Bearer $T" -H "$J" -d '{"horse_id":HER_ID}'
  curl -s $E/dev/clock -H "$J" -d '{"advance":"7d"}'
  curl -s $E/v1/shows/ITS_ID/results
  cargo run -q -- verify-show $E/v1/shows/ITS_ID/proof
"#;

/// Everything that is up.
struct Running {
    edge: Option<(Edge, String)>,
    api: Api,
    built: Option<Built>,
    lent: Lent,
}

async fn start(
    places: &Places,
    of: &Environment,
    wishes: Wishes,
    voice: &Arc<Voice>,
) -> Result<Running, Trouble> {
    let edge_port = config::port(of, "EQUORIA_EDGE_PORT", EDGE_PORT)?;
    require_free(
        config::port(of, "EQUORIA_API_PORT", API_PORT)?,
        "the native API",
        "EQUORIA_API_PORT",
    )?;
    if wishes.with_edge {
        require_free(edge_port, "the Worker", "EQUORIA_EDGE_PORT")?;
    }
    voice.say(&greeting(places, wishes));
    let building = wishes
        .with_edge
        .then(|| build_in_the_background(places, voice));
    let lent = database(places, of, voice).await?;
    let api = Api::start(&lent.environment, Parts::ALL).await?;
    voice.say(&format!("  native API answers at {}", api.url));
    let bindings = bindings(places, &lent, &api.url, voice)?;
    let built = match building {
        Some(building) => Some(
            building
                .await
                .because(|| "the builder of the Worker broke")??,
        ),
        None => None,
    };
    let edge = match &built {
        Some(_) => Some(start_edge(places, &bindings, edge_port, voice).await?),
        None => None,
    };
    Ok(Running {
        edge,
        api,
        built,
        lent,
    })
}

fn greeting(places: &Places, wishes: Wishes) -> String {
    let mut text = format!("Equoria: bringing the game up in {}", places.root.display());
    if wishes.with_edge && !worker::was_built(places) {
        text.push_str(
            "\n  The first start installs PostgreSQL and the Worker's tools and builds the Worker: 5 to 12 minutes on \
             two cores.\n  Later starts take seconds. Logs are in .equoria/logs.",
        );
    }
    text
}

fn build_in_the_background(
    places: &Places,
    voice: &Arc<Voice>,
) -> JoinHandle<Result<Built, Trouble>> {
    let (places, voice) = (places.clone(), Arc::clone(voice));
    tokio::task::spawn_blocking(move || worker::build(&places, &voice))
}

/// The database, migrated and seeded, with its roles able to log in.
async fn database(places: &Places, of: &Environment, voice: &Voice) -> Result<Lent, Trouble> {
    let lent = embedded::bring_up(places, of, voice, Tenure::Own).await?;
    voice.say(&format!("  database: {}", lent.origin));
    prepare::migrate(&lent.administrator, &mut Told(voice)).await?;
    prepare::allow_logins(&lent.administrator, &lent.secrets).await?;
    prepare::allow_operator(&lent.administrator, &lent.secrets).await?;
    seed(&lent.administrator, voice).await?;
    write_environment(places, &lent.environment)?;
    write_services(places, &lent.administrator)?;
    Ok(lent)
}

/// The catalogues, and a small world with its shows: nothing that is there already is changed.
async fn seed(administrator: &Database, voice: &Voice) -> Result<(), Trouble> {
    let mut client = connect(administrator).await?;
    let plan = Plan::of_the_week(super::WORLD, Utc::now());
    let wish = Wish {
        horses: seed::HORSES,
        is_measured: false,
    };
    let step = voice.step("seeding a small world");
    let parts = [
        seed::base(&mut client).await?,
        seed::dev(&mut client, &plan, wish, &Voice::quiet()).await?,
        seed::shows(&mut client, &plan).await?,
    ];
    let written: Vec<String> = parts
        .iter()
        .filter(|part| !part.is_unchanged())
        .map(ToString::to_string)
        .collect();
    if written.is_empty() {
        step.done("the world is there");
    } else {
        drop(step);
        voice.say(&format!("  seeded: {}", written.join("; ")));
    }
    Ok(())
}

struct Told<'a>(&'a Voice);

impl Progress for Told<'_> {
    fn ends(&mut self, step: &Migration, _direction: Direction, took: Duration) {
        self.0.say(&format!("    {step} applied ({})", human(took)));
    }
}

/// What the Worker must know, also written to where `npx wrangler dev` looks for it.
fn bindings(
    places: &Places,
    lent: &Lent,
    native_url: &str,
    voice: &Voice,
) -> Result<Bindings, Trouble> {
    let database = config::database(&lent.environment, "DATABASE_EDGE_URL")?
        .ok_or_else(|| Trouble::new("DATABASE_EDGE_URL is not set"))?;
    let bindings = Bindings::of(&lent.environment, &database.over_tcp(), native_url)?;
    for name in bindings.write(places)? {
        voice.say(&format!(
            "  {name} is not ours and was left alone: `npx wrangler dev` will use it as it is"
        ));
    }
    Ok(bindings)
}

async fn start_edge(
    places: &Places,
    bindings: &Bindings,
    port: u16,
    voice: &Voice,
) -> Result<(Edge, String), Trouble> {
    let port = if port == 0 { free_port()? } else { port };
    let url = format!("http://127.0.0.1:{port}");
    let step = voice.step("starting the Worker under wrangler dev");
    let mut edge = Edge::start(
        places,
        bindings,
        port,
        &[],
        &Manner::default(),
        &places.log("wrangler"),
    )?;
    answers(
        &format!("{url}/health/ready"),
        Duration::from_secs(120),
        || edge.require_alive(),
    )
    .await?;
    step.done(&format!("Worker answers at {url}"));
    Ok((edge, url))
}

impl Running {
    async fn until_one_ends(&mut self) -> Result<(), Trouble> {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.require_alive()?;
        }
    }

    /// Everything must stay up: half a game is worse than a clear end.
    fn require_alive(&mut self) -> Result<(), Trouble> {
        if let Some((edge, _)) = &mut self.edge {
            edge.require_alive()?;
        }
        let supervised = self
            .lent
            .server
            .as_mut()
            .and_then(|server| server.supervised.as_mut());
        let ended = supervised.map(Supervised::ended).transpose()?.flatten();
        if ended.is_some() {
            return Err(Trouble::new(
                "PostgreSQL ended; its log is .equoria/logs/postgresql.log",
            ));
        }
        self.api.require_alive()
    }

    /// In the order of who needs whom: the Worker, the API with its jobs, the database.
    async fn stop(self) -> Result<(), Trouble> {
        drop(self.edge);
        let ended = self.api.stop().await;
        drop(self.lent);
        ended
    }

    fn invitation(&self, places: &Places, took: Duration) -> String {
        let native = &self.api.url;
        let url = self.edge.as_ref().map_or(native, |(_, url)| url);
        let mut text = format!("\nThe game is up after {}.\n\n", human(took));
        if let (Some((_, url)), Some(built)) = (&self.edge, &self.built) {
            text.push_str(&format!(
                "  the game       {url}   (the Worker, {:.0} kB gzip; npx wrangler dev works too)\n",
                built.gzip_bytes as f64 / 1000.0
            ));
        }
        text.push_str(&format!("  native API     {native}\n"));
        text.push_str(&format!("  documentation  {url}/docs\n"));
        text.push_str(&format!(
            "  operators      {native}/operator   (name {OPERATOR}, password: {OPERATORS} in .equoria/secrets)\n"
        ));
        text.push_str("  database       PGSERVICEFILE=.equoria/services psql service=equoria\n");
        text.push_str("\nTry:\n");
        text.push_str(TRY.replace("URL", url).trim_start_matches('\n'));
        text.push_str(&format!(
            "\nLogs are in {}. Ctrl-C stops everything and keeps the data.",
            places.state.join("logs").display()
        ));
        text
    }
}
