//! The other ways of answering a card: their sources, what they are installed from, and how Node runs them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::config::hex;
use crate::dev::lock;
use crate::dev::places::Places;
use crate::dev::program::run;
use crate::dev::say::Voice;
use crate::dev::tools;
use crate::trouble::{Because, Trouble};
use sha2::{Digest, Sha256};

/// The rivals, installed.
#[derive(Debug)]
pub struct Rivals {
    folder: PathBuf,
}

impl Rivals {
    /// Installs what their lock file names, makes Prisma's models, and puts the JavaScript Worker into one file.
    ///
    /// # Errors
    /// When npm, Prisma or esbuild fails; the end of what it said is part of the trouble.
    pub fn install(places: &Places, voice: &Voice) -> Result<Self, Trouble> {
        let rivals = Self {
            folder: places.root.join("native-api/src/bench/rivals"),
        };
        let _one_installer = lock::wait(&places.state.join("rivals.lock"))?;
        let wanted = rivals.origin()?;
        let mark = rivals.folder.join("node_modules/.equoria");
        if fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
            return Ok(rivals);
        }
        let step = voice.step(
            "installing Fastify, Express, Prisma and Postgres.js below native-api/src/bench/rivals (200 MB, about 20 s)",
        );
        for (name, mut command) in [
            ("install", rivals.npm()),
            ("generate", rivals.models(places)),
            ("bundle", rivals.bundling(places)),
        ] {
            command
                .current_dir(&rivals.folder)
                .env("PATH", tools::path(places)?);
            let log = places.log(&format!("rivals-{name}"));
            run(&command, &log)
                .because(|| format!("the rivals could not be made ready ({name})"))?;
        }
        fs::write(&mark, wanted).because(|| format!("could not write {}", mark.display()))?;
        step.done("Fastify, Express, Prisma and Postgres.js are installed");
        Ok(rivals)
    }

    /// The JavaScript Worker with all that it imports.
    pub fn worker(&self) -> PathBuf {
        self.folder.join("node_modules/.equoria-worker/worker.js")
    }

    /// Node on one of the servers. Where it listens and what it asks is told in its environment.
    ///
    /// # Errors
    /// When `PATH` has an entry that cannot be joined.
    pub fn node(&self, places: &Places, server: &str) -> Result<Command, Trouble> {
        let mut node = Command::new("node");
        node.args(["--experimental-strip-types", "--no-warnings", server])
            .current_dir(&self.folder)
            .env("PATH", tools::path(places)?)
            .env("NODE_ENV", "production");
        Ok(node)
    }

    fn npm(&self) -> Command {
        let mut npm = Command::new("npm");
        npm.args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]);
        npm
    }

    /// Prisma wants to download an engine, which its generator does not use: any program will do.
    fn models(&self, places: &Places) -> Command {
        let mut prisma = Command::new(self.folder.join("node_modules/.bin/prisma"));
        prisma
            .arg("generate")
            .env("CHECKPOINT_DISABLE", "1")
            .env("PRISMA_HIDE_UPDATE_MESSAGE", "1")
            .env(
                "PRISMA_SCHEMA_ENGINE_BINARY",
                tools::npm_programs(places).join("node"),
            );
        prisma
    }

    fn bundling(&self, places: &Places) -> Command {
        let mut esbuild = Command::new(tools::npm_programs(places).join("esbuild"));
        esbuild
            .args(["worker.js", "--bundle", "--format=esm", "--minify"])
            .args(["--conditions=workerd", "--target=esnext"])
            .args(["--external:cloudflare:*", "--external:node:*"])
            .arg("--log-level=warning")
            .arg(format!("--outfile={}", self.worker().display()));
        esbuild
    }

    /// What an installation is made from: one that was made from the same is the same.
    fn origin(&self) -> Result<String, Trouble> {
        let mut all = Sha256::new();
        for name in [
            "package-lock.json",
            "schema.prisma",
            "worker.js",
            "card.js",
            "being.js",
        ] {
            let file = self.folder.join(name);
            all.update(fs::read(&file).because(|| format!("could not read {}", file.display()))?);
        }
        Ok(hex(&all.finalize()))
    }
}
