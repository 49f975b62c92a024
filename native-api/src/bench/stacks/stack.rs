//! The stacks, and each of them running.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use super::super::client::Connection;
use super::super::server;
use super::super::world::Scratch;
use super::door;
use super::pooler::Pooler;
use super::rivals::Rivals;
use crate::config::Database;
use crate::dev::edge::Bindings;
use crate::dev::places::Places;
use crate::dev::ready::free_port;
use crate::dev::supervise::{Manner, Supervised};
use crate::dev::workerd::Worker;
use crate::trouble::{Because, Trouble};

/// Longer than any stack needs for its first answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The role that the servers ask as.
const READER: &str = "equoria_reader";
/// The role that the Workers ask as.
pub const EDGE: &str = "equoria_edge";

/// One way of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Stack {
    /// The native API.
    Native,
    /// Fastify with pg.
    Fastify,
    /// Express with Prisma.
    Prisma,
    /// The Worker of this game, behind a pooler.
    Worker,
    /// A JavaScript Worker with Postgres.js, behind the same pooler.
    JavaScript,
    /// The Worker of this game before PostgreSQL itself, which asks it for a password on each connection.
    WorkerSigningIn,
    /// The JavaScript Worker, which is asked likewise.
    JavaScriptSigningIn,
}

impl Stack {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Native,
        Self::Fastify,
        Self::Prisma,
        Self::Worker,
        Self::JavaScript,
        Self::WorkerSigningIn,
        Self::JavaScriptSigningIn,
    ];

    /// What the table calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native API",
            Self::Fastify => "Fastify + pg",
            Self::Prisma => "Express + Prisma",
            Self::Worker => "the Worker",
            Self::JavaScript => "JavaScript Worker",
            Self::WorkerSigningIn => "the Worker, signing in",
            Self::JavaScriptSigningIn => "JavaScript, signing in",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Fastify => "fastify",
            Self::Prisma => "express",
            Self::Worker | Self::WorkerSigningIn => "worker",
            Self::JavaScript | Self::JavaScriptSigningIn => "javascript",
        }
    }

    /// Is it the Worker of this game?
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::Worker | Self::WorkerSigningIn)
    }

    /// Does it run in workerd?
    pub const fn is_a_worker(self) -> bool {
        self.is_ours() || matches!(self, Self::JavaScript | Self::JavaScriptSigningIn)
    }

    const fn signs_in(self) -> bool {
        matches!(self, Self::WorkerSigningIn | Self::JavaScriptSigningIn)
    }
}

/// What the stacks are started with.
pub struct Stage<'a> {
    /// The database.
    pub scratch: &'a Scratch,
    /// The checkout.
    pub places: &'a Places,
    /// The rivals' sources and libraries.
    pub rivals: &'a Rivals,
    /// The statement of the card, which all but Prisma send.
    pub sql: &'static str,
}

/// A stack that runs as long as this value lives.
pub struct Running {
    /// Where it answers.
    pub address: SocketAddr,
    /// From its start to its first answer.
    pub first_answer: Duration,
    process: Supervised,
    /// What a Worker asks instead of PostgreSQL.
    _pooler: Option<Pooler>,
}

impl Running {
    /// The process below which it is.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// The documents of some horses.
    ///
    /// # Errors
    /// When one is not answered with 200 and JSON.
    pub async fn documents(&self, horses: &[u32]) -> Result<Vec<Value>, Trouble> {
        let mut connection = Connection::open(self.address).await?;
        let mut documents = Vec::with_capacity(horses.len());
        for horse in horses {
            let (status, body) = connection.ask(&question(self.address, *horse)).await?;
            if status != 200 {
                let said = String::from_utf8_lossy(body);
                return Err(Trouble::new(format!("{status} {said}")));
            }
            documents.push(serde_json::from_slice(body).because(|| "an answer is no JSON")?);
        }
        Ok(documents)
    }

    /// Bytes of the answer about one horse, head and body.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn bytes(&self, horse: u32) -> Result<usize, Trouble> {
        let mut connection = Connection::open(self.address).await?;
        connection.ask(&question(self.address, horse)).await?;
        Ok(connection.bytes())
    }
}

impl Stage<'_> {
    /// Starts a stack on the database and waits for its first answer.
    ///
    /// # Errors
    /// When it does not come; what the stack has said is part of the trouble.
    pub async fn start(&self, stack: Stack, database: &Database) -> Result<Running, Trouble> {
        let pooler = self.pooler(stack, database).await?;
        let database = match &pooler {
            Some(pooler) => &pooler.database(database)?,
            None => database,
        };
        let port = free_port()?;
        let since = Instant::now();
        let (mut process, log) = match stack {
            Stack::Native => self.native(database, port)?,
            Stack::Fastify | Stack::Prisma => self.node(stack, database, port)?,
            Stack::Worker
            | Stack::JavaScript
            | Stack::WorkerSigningIn
            | Stack::JavaScriptSigningIn => self.workerd(stack, database, port)?,
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let answered = first_answer(address, since, &mut process).await;
        let said = || fs::read_to_string(&log).unwrap_or_default();
        let first_answer = answered.because(|| {
            format!(
                "{} did not answer, and said:\n{}",
                stack.name(),
                said().trim()
            )
        })?;
        Ok(Running {
            address,
            first_answer,
            process,
            _pooler: pooler,
        })
    }

    /// What stands between a Worker and PostgreSQL, where it does not sign in there by itself.
    async fn pooler(&self, stack: Stack, database: &Database) -> Result<Option<Pooler>, Trouble> {
        if !stack.is_a_worker() {
            return Ok(None);
        }
        door::set(self.scratch, !stack.signs_in()).await?;
        if stack.signs_in() {
            return Ok(None);
        }
        let sessions = database.connection_limit;
        let direct = database.over_tcp().with_user(EDGE, "");
        Pooler::before(&direct, sessions).await.map(Some)
    }

    fn native(&self, database: &Database, port: u16) -> Result<(Supervised, PathBuf), Trouble> {
        let log = self.scratch.file("native.log");
        let environment = server::environment(self.scratch, database, port);
        Ok((server::launch(&environment, &log)?, log))
    }

    fn node(
        &self,
        stack: Stack,
        database: &Database,
        port: u16,
    ) -> Result<(Supervised, PathBuf), Trouble> {
        let name = stack.file();
        let log = self.scratch.file(&format!("{name}.log"));
        let because = || format!("could not write {}", log.display());
        let output = File::create(&log).because(because)?;
        let errors = output.try_clone().because(because)?;
        let mut command = self.rivals.node(self.places, &format!("{name}.js"))?;
        self.tell(&mut command, database);
        command.env("PORT", port.to_string());
        let (output, errors) = (Stdio::from(output), Stdio::from(errors));
        let process = Supervised::start(name, &command, &at_once(), output, errors)?;
        Ok((process, log))
    }

    /// libpq's own variables, which pg knows, too.
    fn tell(&self, command: &mut Command, database: &Database) {
        let sockets = self.scratch.sockets.display().to_string();
        command
            .env("PGHOST", database.host().unwrap_or(&sockets))
            .env("PGPORT", database.port().to_string())
            .env("PGUSER", READER)
            .env("PGPASSWORD", self.password(READER))
            .env("PGDATABASE", database.name())
            .env("CONNECTIONS", database.connection_limit.to_string())
            .env("CARD_SQL", self.sql);
    }

    fn password(&self, role: &str) -> String {
        let found = self
            .scratch
            .secrets
            .logins()
            .find(|(login, _)| *login == role);
        found.map(|(_, password)| password).unwrap_or_default()
    }

    fn workerd(
        &self,
        stack: Stack,
        database: &Database,
        port: u16,
    ) -> Result<(Supervised, PathBuf), Trouble> {
        let folder = self.scratch.file(stack.file());
        let database = database.over_tcp().with_user(EDGE, &self.password(EDGE));
        let worker = if stack.is_ours() {
            self.ours(&database)?
        } else {
            self.javascript(database)
        };
        let process = worker.start(self.places, &folder, port, &at_once())?;
        Ok((process, folder.join("log")))
    }

    /// The Worker as it is deployed, but without copies: each answer is to come from the database.
    fn ours(&self, database: &Database) -> Result<Worker, Trouble> {
        let environment = self.scratch.secrets.environment(database, "production");
        let environment = environment.with("EQUORIA_COPIES_FOR_S", "none");
        // Nobody is there: the card is the Worker's own.
        let bindings = Bindings::of(&environment, database, "http://127.0.0.1:9")?;
        let variables = bindings.variables().iter();
        Ok(Worker {
            variables: variables
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            databases: vec![("DB", database.clone()), ("DB_FRESH", database.clone())],
            ..Worker::built(self.places)
        })
    }

    fn javascript(&self, database: Database) -> Worker {
        Worker {
            modules: vec![self.rivals.worker()],
            variables: vec![("CARD_SQL".to_owned(), self.sql.to_owned())],
            databases: vec![("DB_FRESH", database)],
            cache: None,
        }
    }
}

fn at_once() -> Manner {
    Manner {
        at_once: true,
        ..Manner::default()
    }
}

fn question(address: SocketAddr, horse: u32) -> Vec<u8> {
    format!(
        "GET /v1/horses/{horse} HTTP/1.1\r\nhost: {address}\r\naccept: application/json\r\n\r\n"
    )
    .into_bytes()
}

async fn first_answer(
    address: SocketAddr,
    since: Instant,
    process: &mut Supervised,
) -> Result<Duration, Trouble> {
    loop {
        let last = match Connection::open(address).await {
            Ok(mut connection) => match connection.ask(&question(address, 1)).await {
                Ok((200, _)) => return Ok(since.elapsed()),
                Ok((status, body)) => Trouble::new(format!(
                    "it answered {status} {}",
                    String::from_utf8_lossy(body)
                )),
                Err(trouble) => trouble,
            },
            Err(trouble) => trouble,
        };
        if let Some(status) = process.ended()? {
            return Err(Trouble::new(format!("it ended ({status})")));
        }
        if since.elapsed() > PATIENCE {
            return Err(last);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
