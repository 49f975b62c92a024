//! The scratch PostgreSQL of this test process.
//!
//! Started at the first wish for it from a copy of a data folder that `initdb` made once; it ends with the process, in
//! whatever way that ends, and leaves nothing behind. The handle holds no runtime: every test has its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use equoria::config;
use equoria::db::connect;
use equoria::dev::cluster::{ADMINISTRATOR, Cluster as Folder, Server};
use equoria::dev::lock::{self, Held};
use equoria::dev::places::Places;
use equoria::dev::postgres;
use equoria::dev::prepare::quoted;
use equoria::dev::program::{ask, write_private};
use equoria::dev::say::Voice;
use equoria::dev::supervise::Manner;
use equoria::ops::{migrate, seed};
use equoria::trouble::{Because, Trouble};
use tokio::sync::oneshot;
use tokio_postgres::Client;

use crate::program;

/// The database that every test's own is a copy of: migrated, with breeds and disciplines.
pub const TEMPLATE: &str = "equoria_template";

/// The roles that tests log in as, each with a password of its own.
pub const ROLES: [&str; 9] = [
    "equoria_migrator",
    "equoria_writer",
    "equoria_reader",
    "equoria_edge",
    "equoria_backup",
    "equoria_monitor",
    "equoria_auditor",
    "equoria_anonymiser",
    "equoria_maintainer",
];

/// A running server, and the one who makes and drops databases on it.
#[derive(Debug)]
pub struct Cluster {
    /// The administrator's way to the database `postgres`.
    pub administrator: config::Database,
    /// The TCP port on 127.0.0.1, for programs that know no sockets.
    pub port: u16,
    /// The administrator's password, from which those of the [`ROLES`] are made.
    pub password: String,
    wishes: Sender<Wish>,
    _server: Server,
    _running: Held,
}

/// What is asked of the one who makes databases. PostgreSQL copies a template only while nobody else uses it, so there
/// is one of them.
#[derive(Debug)]
enum Wish {
    Make {
        name: String,
        template: String,
        answer: oneshot::Sender<Result<(), String>>,
    },
    Drop {
        name: String,
    },
}

/// The cluster of this process, started if this is the first wish for it.
///
/// # Panics
/// When PostgreSQL cannot be found, installed or started: a missing database is a failure, not a reason to skip.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    // On a thread of its own: the caller may be inside a runtime, which cannot start another.
    let started = CLUSTER.get_or_init(|| {
        let starting = thread::spawn(|| Cluster::start().map_err(|trouble| trouble.to_string()));
        starting
            .join()
            .unwrap_or_else(|_| Err("it panicked".to_owned()))
    });
    started
        .as_ref()
        .unwrap_or_else(|trouble| panic!("no PostgreSQL to test on: {trouble}"))
}

impl Cluster {
    fn start() -> Result<Self, Trouble> {
        let original = original()?;
        let scratch = original.places.scratch();
        sweep(&original.places, &scratch)?;
        let home = scratch.join(format!("run-{}", std::process::id()));
        let running = lock::wait(&home.with_extension("lock"))?;
        let folder = copy(&original, &home)?;
        let server = folder.start(Manner {
            supervisor: Some(program::equoria()),
            at_once: true,
            remove: Some(home),
            ..Manner::default()
        })?;
        let wishes = prepare(&server.administrator, &folder.password)?;
        Ok(Self {
            administrator: server.administrator.clone(),
            port: server.port,
            password: folder.password,
            wishes,
            _server: server,
            _running: running,
        })
    }

    /// Makes a database as a copy of another one, with the same rights of connecting to it.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub async fn make(&self, name: &str, template: &str) -> Result<(), String> {
        let (answer, made) = oneshot::channel();
        let wish = Wish::Make {
            name: name.to_owned(),
            template: template.to_owned(),
            answer,
        };
        let gone = |_| "the maker of databases has ended".to_owned();
        self.wishes.send(wish).map_err(|_| gone(()))?;
        made.await.map_err(|_| gone(()))?
    }

    /// Drops a database some time later, whoever is still connected to it.
    pub fn drop_later(&self, name: &str) {
        let name = name.to_owned();
        // If the maker has ended the server is about to end too, with all databases.
        let _ended = self.wishes.send(Wish::Drop { name });
    }
}

/// The data folder that all others are copies of.
fn original() -> Result<Folder, Trouble> {
    let places = Places::of(&program::checkout())?;
    let programs = postgres::programs(&places, &Voice::default())?;
    let scratch = places.scratch();
    fs::create_dir_all(&scratch).because(|| format!("could not make {}", scratch.display()))?;
    let original = Folder {
        // Without a dot: the name is the stem of other files' names.
        folder: scratch.join(format!("initdb-{}", programs.version.replace('.', "-"))),
        password: String::new(),
        programs,
        places,
        is_scratch: true,
        settings: Vec::new(),
    };
    made_once(original, &scratch)
}

/// A data folder of its own at `home`, as `initdb` leaves one.
pub(crate) fn data_folder(home: &Path) -> Result<Folder, Trouble> {
    copy(&original()?, home)
}

/// The data folder as `initdb` leaves it, made by the first test process that needs it.
fn made_once(mut original: Folder, scratch: &Path) -> Result<Folder, Trouble> {
    let _one_maker = lock::wait(&scratch.join("initdb.lock"))?;
    let secret = original.folder.with_extension("secret");
    match fs::read_to_string(&secret) {
        Ok(password) if original.exists()? => original.password = password,
        _ => {
            if original.folder.exists() {
                fs::remove_dir_all(&original.folder)
                    .because(|| "could not remove a half-made data folder")?;
            }
            original.password = uuid::Uuid::new_v4().simple().to_string();
            original.create()?;
            write_private(&secret, &original.password)?;
        }
    }
    Ok(original)
}

fn copy(original: &Folder, home: &Path) -> Result<Folder, Trouble> {
    fs::create_dir_all(home).because(|| format!("could not make {}", home.display()))?;
    let folder = home.join("data");
    ask(Command::new("cp")
        .arg("-a")
        .arg(&original.folder)
        .arg(&folder))?;
    Ok(Folder {
        folder,
        ..original.clone()
    })
}

/// Removes what killed test processes could not: their locks are free, their names are not.
fn sweep(places: &Places, scratch: &Path) -> Result<(), Trouble> {
    let entries =
        fs::read_dir(scratch).because(|| format!("could not read {}", scratch.display()))?;
    let locks = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_lock_of_a_run(path));
    for path in locks {
        let Some(_nobody_runs) = lock::attempt(&path)? else {
            continue;
        };
        let mut is_gone = true;
        for home in homes_of(&path, scratch) {
            let sockets = places.socket_folder(&home.join("data"))?;
            for folder in [&sockets, &home]
                .into_iter()
                .filter(|folder| folder.exists())
            {
                is_gone &= fs::remove_dir_all(folder).is_ok();
            }
        }
        // What a server that is just ending still holds on to is left to the next process.
        if is_gone {
            fs::remove_file(&path).because(|| format!("could not remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// The folders of the run that a lock belongs to: `run-7`, and `native-7-1` and the like.
fn homes_of(lock: &Path, scratch: &Path) -> Vec<PathBuf> {
    let run = lock.with_extension("");
    let name = run
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let inner = format!("{}-", name.trim_start_matches("run"));
    let others = fs::read_dir(scratch).into_iter().flatten();
    let others = others.filter_map(|entry| Some(entry.ok()?.path()));
    let ours = others.filter(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().contains(&inner))
    });
    std::iter::once(run).chain(ours).collect()
}

fn is_lock_of_a_run(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    name.is_some_and(|name| name.starts_with("run-") && name.ends_with(".lock"))
}

/// Makes the template and starts the maker of databases, on a thread with a runtime of its own.
fn prepare(administrator: &config::Database, password: &str) -> Result<Sender<Wish>, Trouble> {
    let (wishes, to_do) = channel();
    let (ready, prepared) = channel();
    let (administrator, password) = (administrator.clone(), password.to_owned());
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(runtime) = runtime
            .because(|| "could not start a runtime")
            .map_err(|trouble| ready.send(Err(trouble)))
        else {
            return;
        };
        runtime.block_on(async {
            let template = make_template(&administrator, &password).await;
            let is_made = template.is_ok();
            if ready.send(template).is_ok() && is_made {
                make_databases(&administrator, &to_do).await;
            }
        });
    });
    let answer = prepared
        .recv()
        .because(|| "the maker of databases has ended")?;
    answer.map(|()| wishes)
}

async fn make_template(administrator: &config::Database, password: &str) -> Result<(), Trouble> {
    let client = connect(administrator).await?;
    let make = format!("create database {TEMPLATE}");
    client
        .batch_execute(&make)
        .await
        .because(|| "could not create the template")?;
    let mut template = connect(&administrator.with_name(TEMPLATE)).await?;
    migrate::deploy(&mut template).await?;
    seed::base(&mut template).await?;
    allow_logins(&client, password).await
}

/// Tests connect often, and the thousands of rounds that make a stolen password file useless would be most of their
/// time: on a cluster that lives for seconds one round will do.
pub(crate) async fn allow_logins(client: &Client, password: &str) -> Result<(), Trouble> {
    let mut logins = "set scram_iterations = 1;".to_owned();
    for role in ROLES.into_iter().chain([ADMINISTRATOR]) {
        let password = password_of(role, password);
        logins.push_str(&format!("alter role {role} login password '{password}';"));
    }
    client
        .batch_execute(&logins)
        .await
        .because(|| "could not let the roles log in")
}

/// The password of a role: each has one of its own, as in production.
pub(crate) fn password_of(role: &str, password: &str) -> String {
    if role == ADMINISTRATOR {
        return password.to_owned();
    }
    format!("{password}_{role}")
}

async fn make_databases(administrator: &config::Database, to_do: &Receiver<Wish>) {
    // Waiting for a wish blocks this thread; nothing but the connection, which is idle then, lives on its runtime.
    while let Ok(wish) = to_do.recv() {
        let client = connect(administrator).await;
        match (wish, client) {
            (Wish::Make { answer, .. }, Err(trouble)) => {
                let _nobody_waits = answer.send(Err(trouble.to_string()));
            }
            (
                Wish::Make {
                    name,
                    template,
                    answer,
                },
                Ok(client),
            ) => {
                let made = make_database(&client, &name, &template).await;
                let _nobody_waits = answer.send(made.map_err(|error| said(&error)));
            }
            (Wish::Drop { name }, Ok(client)) => {
                let dropping = format!("drop database if exists {} with (force)", quoted(&name));
                let _gone_with_the_cluster = client.batch_execute(&dropping).await;
            }
            (Wish::Drop { .. }, Err(_)) => {}
        }
    }
}

/// A copy has the template's content, but not the rights of connecting to it: those are given again.
async fn make_database(
    client: &Client,
    name: &str,
    template: &str,
) -> Result<(), tokio_postgres::Error> {
    let (new, old) = (quoted(name), quoted(template));
    client
        .batch_execute(&format!("create database {new} template {old}"))
        .await?;
    let rights = "select format('grant %s on database %I to %I', r.privilege_type, $1::text, r.grantee::regrole)
        from pg_database d, aclexplode(d.datacl) r where d.datname = $2::text and r.grantee <> 0";
    let mut grants = format!("revoke all on database {new} from public;");
    for row in client.query(rights, &[&name, &template]).await? {
        grants.push_str(row.get(0));
        grants.push(';');
    }
    client.batch_execute(&grants).await
}

fn said(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// Where the scratch clusters of all test processes of this checkout lie.
///
/// # Errors
/// When the checkout's folders cannot be made.
pub fn scratch() -> Result<PathBuf, Trouble> {
    Places::of(&program::checkout()).map(|places| places.scratch())
}
