//! A folder that looks like a checkout, for what commands do to files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use equoria::config::{Secret, TokenKey};
use equoria::ops::backup::{catalogue, place::Place};
use harness::cluster::scratch;
use harness::program;
use serde_json::json;

/// A checkout that has all that the commands ask for, but a database. It goes with this value.
pub struct Desk {
    pub folder: PathBuf,
    secrets: BTreeMap<&'static str, String>,
}

impl Desk {
    /// One with a certificate, a repository of one backup that is not whole and one that was broken off, and files that
    /// commands may be told to replace.
    pub async fn set_up(name: &str) -> Self {
        let home = scratch().unwrap();
        let folder = home.join(format!("desk-{}-{name}", std::process::id()));
        let half = "repository/backups/20200101T000000Z-full";
        for inner in ["migrations", "tmp", half] {
            fs::create_dir_all(folder.join(inner)).unwrap();
        }
        let place = folder.join("repository");
        let mark = json!({
            "format": 1, "system_identifier": "7", "segment_bytes": 16 << 20, "created_at": "2020-01-01T00:00:00Z",
        });
        for (file, text) in [
            ("wrangler.toml", ""),
            (
                "archive.env",
                &format!("EQUORIA_BACKUP_PLACE={}\n", place.display()),
            ),
            ("plans.txt", "the former ones"),
            ("report.html", "the former one"),
            ("repository/repository.json", &mark.to_string()),
            (&format!("{half}/base.tar"), "half of it"),
        ] {
            fs::write(folder.join(file), text).unwrap();
        }
        let place = Place::folder(&place).unwrap();
        let entry = crate::retention::entry(1, 0, None);
        catalogue::save(&place, &entry).await.unwrap();
        let secret = || Secret::<32>::random().unwrap().hex();
        let secrets = BTreeMap::from([
            ("EQUORIA_TOKEN_KEY", TokenKey::random().unwrap().hex()),
            ("EQUORIA_DICE_SECRET", secret()),
            ("EQUORIA_EDGE_KEY", secret()),
            ("EQUORIA_AUDIT_KEY", secret()),
        ]);
        let desk = Self { folder, secrets };
        let made = desk.run(
            &["tls", "init", "--into", "tls", "--host", "localhost"],
            &[],
        );
        assert!(made.status.success(), "{made:?}");
        desk
    }

    /// Runs `equoria` here, with no settings but those of the desk and `more`.
    pub fn run(&self, arguments: &[&str], more: &[(&str, &str)]) -> Output {
        let mut command = Command::new(program::equoria());
        command.args(arguments);
        self.run_as(command, more)
    }

    /// Runs it where no file may grow beyond so many bytes, as where the disk is full: for root and for everybody else.
    pub fn run_short_of_space(
        &self,
        kib: u32,
        arguments: &[&str],
        more: &[(&str, &str)],
    ) -> Output {
        // What is written beyond gets an error instead of a signal. The unit of `ulimit` is 512 bytes.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", kib * 2);
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, "sh"])
            .arg(program::equoria())
            .args(arguments);
        self.run_as(command, more)
    }

    fn run_as(&self, mut command: Command, more: &[(&str, &str)]) -> Output {
        let kept = ["PATH", "HOME", "XDG_CACHE_HOME", "EQUORIA_PG_BIN"];
        let kept = kept
            .iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        command
            .current_dir(&self.folder)
            .env_clear()
            .envs(kept)
            .envs(&self.secrets)
            .env("EQUORIA_PROFILE", "test")
            .env("EQUORIA_API_PORT", "0")
            .env("EQUORIA_METRICS_LISTEN", "off")
            .env("EQUORIA_BACKUP_PLACE", self.folder.join("repository"))
            .env("TMPDIR", self.folder.join("tmp"))
            .envs(more.iter().copied())
            .stdin(Stdio::null());
        command.output().expect("equoria can be started")
    }

    /// Every file with its content, but for what the bring-up keeps of a checkout.
    pub fn files(&self) -> Files {
        let mut all = files(&self.folder);
        all.retain(|path, _| !path.starts_with(self.folder.join(".equoria")));
        all
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _nothing_left = fs::remove_dir_all(&self.folder);
    }
}

/// Files and folders, each file with its content.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Everything inside a folder.
pub fn files(folder: &Path) -> Files {
    let mut all = Files::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
            all.insert(path, Vec::new());
        } else {
            let content = fs::read(&path).unwrap();
            all.insert(path, content);
        }
    }
    all
}

/// Requires everything to be as it was.
pub fn require_same(before: &Files, after: &Files) {
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(before), names(after));
    let changed = before.keys().find(|path| before[*path] != after[*path]);
    assert_eq!(changed, None, "a file was changed");
}

/// The one sentence in what a command said to standard error: the last line, after those that tell how far it came.
pub fn sentence(said: &str) -> Result<&str, String> {
    let lines: Vec<&str> = said.lines().collect();
    let sentences = lines.iter().filter(|line| line.starts_with("equoria: "));
    match (sentences.count(), lines.last()) {
        (1, Some(last)) if last.starts_with("equoria: ") => Ok(last),
        _ => Err(format!("no one sentence at the end of {said:?}")),
    }
}
