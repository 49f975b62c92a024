//! workerd by itself, on a configuration of ours: without what `wrangler dev` puts around it, which would be most of what is
//! measured, and with a cache of one's own behind the Cache API.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::places::Places;
use super::program::{ask, write_private};
use super::supervise::{Manner, Supervised};
use super::tools;
use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// A Worker as workerd is told of it.
#[derive(Clone, Debug)]
pub struct Worker {
    /// The files that it consists of, the one that is called first. Those that end with `.wasm` are WebAssembly.
    pub modules: Vec<PathBuf>,
    /// Its variables.
    pub variables: Vec<(String, String)>,
    /// Its Hyperdrive bindings, each with the database behind it, which is reached over TCP.
    pub databases: Vec<(&'static str, Database)>,
    /// Where its Cache API asks by HTTP: a GET for a copy, a PUT with a whole response, a PURGE. None where it has no cache.
    pub cache: Option<SocketAddr>,
}

impl Worker {
    /// The Worker of this game as it was built last.
    pub fn built(places: &Places) -> Self {
        let build = places.root.join("edge/build");
        Self {
            modules: ["index.js", "index_bg.wasm"]
                .map(|it| build.join(it))
                .into(),
            variables: Vec::new(),
            databases: Vec::new(),
            cache: None,
        }
    }

    /// Runs it on a free port, with its files copied into `folder`, where its log is, too. It ends with the answered
    /// process.
    ///
    /// # Errors
    /// When a file cannot be written, or workerd cannot be started.
    pub fn start(
        &self,
        places: &Places,
        folder: &Path,
        port: u16,
        manner: &Manner,
    ) -> Result<Supervised, Trouble> {
        fs::create_dir_all(folder).because(|| format!("could not make {}", folder.display()))?;
        for module in &self.modules {
            fs::copy(module, folder.join(name(module)))
                .because(|| format!("could not copy {}", module.display()))?;
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let configuration = folder.join("config.capnp");
        let text = self.configuration(&date(places)?, address)?;
        write_private(&configuration, &text)?;
        let mut command = Command::new(program(places)?);
        command.arg("serve").arg(&configuration);
        let log = folder.join("log");
        let because = || format!("could not write {}", log.display());
        let output = File::create(&log).because(because)?;
        let errors = output.try_clone().because(because)?;
        let (output, errors) = (Stdio::from(output), Stdio::from(errors));
        Supervised::start("workerd", &command, manner, output, errors)
    }

    /// The configuration in Cap'n Proto's text form, as the `workerd.capnp` of its package describes it.
    ///
    /// # Errors
    /// When a database can only be reached over a socket.
    fn configuration(&self, date: &str, address: SocketAddr) -> Result<String, Trouble> {
        let mut bindings = String::new();
        let mut servers = String::new();
        for (name, value) in &self.variables {
            let _infallible = writeln!(bindings, "    (name = {name:?}, text = {value:?}),");
        }
        for (name, database) in &self.databases {
            let (binding, server) = hyperdrive(name, database)?;
            bindings += &binding;
            servers += &server;
        }
        let (outbound, server) = self.cache.map(cache).unwrap_or_default();
        servers += &server;
        let modules: String = self.modules.iter().map(|it| module(&name(it))).collect();
        Ok(format!(
            "using Workerd = import \"/workerd/workerd.capnp\";

const config :Workerd.Config = (
  services = [
    (name = \"main\", worker = .worker),
    (name = \"internet\", network = (allow = [\"public\", \"private\"])),
{servers}  ],
  sockets = [(name = \"http\", address = \"{address}\", http = (), service = \"main\")],
);

const worker :Workerd.Worker = (
  compatibilityDate = {date:?},
  modules = [
{modules}  ],
  bindings = [
{bindings}  ],
{outbound});
"
        ))
    }
}

/// A Hyperdrive binding and the server that stands behind it.
fn hyperdrive(name: &str, database: &Database) -> Result<(String, String), Trouble> {
    let url = url::Url::parse(&database.plain_url())
        .because(|| format!("the database behind {name} has no URL"))?;
    let host = database.host().ok_or_else(|| {
        Trouble::new(format!(
            "the database behind {name} is reached over a socket, which workerd cannot: give it a TCP address"
        ))
    })?;
    let binding = format!(
        "    (name = {name:?}, hyperdrive = (designator = {name:?}, database = {:?}, user = {:?}, password = {:?}, scheme = \"postgresql\")),\n",
        database.name(),
        database.user(),
        url.password().unwrap_or_default(),
    );
    let server = format!(
        "    (name = {name:?}, external = (address = \"{host}:{}\", tcp = ())),\n",
        database.port()
    );
    Ok((binding, server))
}

/// Where the Cache API asks, and the server there.
fn cache(address: SocketAddr) -> (String, String) {
    let outbound = "  cacheApiOutbound = \"cache\",\n".to_owned();
    let server =
        format!("    (name = \"cache\", external = (address = \"{address}\", http = ())),\n");
    (outbound, server)
}

fn module(name: &str) -> String {
    let is_wasm = Path::new(name).extension().is_some_and(|it| it == "wasm");
    let kind = if is_wasm { "wasm" } else { "esModule" };
    format!("    (name = {name:?}, {kind} = embed {name:?}),\n")
}

fn name(module: &Path) -> String {
    let name = module.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The date whose behaviour the Worker wants, as wrangler is told.
fn date(places: &Places) -> Result<String, Trouble> {
    let file = places.root.join("wrangler.toml");
    let text =
        fs::read_to_string(&file).because(|| format!("could not read {}", file.display()))?;
    let settings: toml::Table = text
        .parse()
        .because(|| format!("{} is no TOML", file.display()))?;
    let date = settings
        .get("compatibility_date")
        .and_then(|it| it.as_str());
    date.map(str::to_owned).ok_or_else(|| {
        Trouble::new(format!(
            "{} has no compatibility_date: add one",
            file.display()
        ))
    })
}

/// The program that wrangler starts: its package tells where the one for this machine lies.
fn program(places: &Places) -> Result<PathBuf, Trouble> {
    let mut node = Command::new("node");
    node.args(["--print", "require('workerd').default"])
        .current_dir(&places.root)
        .env("PATH", tools::path(places)?);
    ask(&mut node).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(url: &str) -> Worker {
        Worker {
            modules: vec!["edge/index.js".into(), "edge/rules.wasm".into()],
            variables: vec![("SQL".to_owned(), "select \"a\"\nfrom b".to_owned())],
            databases: vec![("DB", Database::parse(url).unwrap())],
            cache: Some("127.0.0.1:9000".parse().unwrap()),
        }
    }

    #[test]
    fn each_module_variable_database_and_cache_is_in_the_configuration() {
        let address = "127.0.0.1:8080".parse().unwrap();
        let text = worker("postgresql://ann:secret@127.0.0.1:5433/game")
            .configuration("2026-10-01", address)
            .unwrap();
        for wanted in [
            r#"(name = "index.js", esModule = embed "index.js")"#,
            r#"(name = "rules.wasm", wasm = embed "rules.wasm")"#,
            r#"(name = "SQL", text = "select \"a\"\nfrom b")"#,
            r#"(name = "DB", external = (address = "127.0.0.1:5433", tcp = ()))"#,
            r#"database = "game", user = "ann", password = "secret", scheme = "postgresql""#,
            r#"address = "127.0.0.1:8080""#,
            r#"(name = "cache", external = (address = "127.0.0.1:9000", http = ()))"#,
            r#"cacheApiOutbound = "cache""#,
            r#"compatibilityDate = "2026-10-01""#,
        ] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
    }

    #[test]
    fn a_database_on_a_socket_is_refused() {
        let address = "127.0.0.1:8080".parse().unwrap();
        let refused = worker("postgresql://ann@localhost/game?host=/tmp&port=5433")
            .configuration("2026-10-01", address)
            .unwrap_err();
        assert!(refused.to_string().contains("behind DB"), "{refused}");
    }
}
