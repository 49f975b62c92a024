//! The crates of this build against a folder of RustSec advisories.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use semver::{Version, VersionReq};
use serde::Deserialize;
use serde_json::json;

use super::{At, Told};
use crate::trouble::{Because, Trouble};

/// The crates that this program was built from.
const LOCK: &str = include_str!("../../../../Cargo.lock");

/// A folder without a newer advisory than this many days was not brought up to date.
const STALE_DAYS: i64 = 45;

/// The lock file of a build.
#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<Crate>,
}

/// A crate of it.
#[derive(Debug, Deserialize)]
struct Crate {
    name: String,
    version: Version,
}

/// The head of an advisory.
#[derive(Debug, Deserialize)]
struct Advisory {
    advisory: About,
    versions: Versions,
}

#[derive(Debug, Deserialize)]
struct About {
    id: String,
    package: String,
    date: NaiveDate,
    /// The day on which it turned out to be wrong.
    withdrawn: Option<NaiveDate>,
    /// `unmaintained`, `unsound` and `notice` tell of no hole.
    informational: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

impl Advisory {
    /// Reads the front of an advisory: the part between the fences.
    fn read(text: &str) -> Result<Self, Trouble> {
        let front = text
            .split("```toml")
            .nth(1)
            .and_then(|rest| rest.split("```").next());
        let front = front.ok_or_else(|| Trouble::new("it has no front between ```toml and ```"))?;
        toml::from_str(front).because(|| "its front cannot be read")
    }

    fn concerns(&self, it: &Crate) -> bool {
        let is_in = |ranges: &[VersionReq]| ranges.iter().any(|range| range.matches(&it.version));
        self.advisory.withdrawn.is_none()
            && self.advisory.package == it.name
            && !is_in(&self.versions.patched)
            && !is_in(&self.versions.unaffected)
    }
}

/// Compares, if `EQUORIA_ADVISORY_DB` names a folder; says that nothing was checked if not.
pub(super) async fn check(at: &At<'_>) -> Result<Told, Trouble> {
    let Some(folder) = at.keeper.environment.get("EQUORIA_ADVISORY_DB")? else {
        let mut told = Told::default().with("is_checked", false);
        told.warn(
            "the crates of this build were not checked against advisories: let EQUORIA_ADVISORY_DB name a clone of \
             https://github.com/rustsec/advisory-db",
        );
        return Ok(told);
    };
    let comparing = tokio::task::spawn_blocking(move || compare(LOCK, Path::new(&folder)));
    comparing
        .await
        .because(|| "comparing with the advisories broke")?
}

/// Compares a lock file with a folder of advisories.
///
/// # Errors
/// When the folder holds none, or one of them cannot be read.
pub fn compare(lock: &str, folder: &Path) -> Result<Told, Trouble> {
    let lock: Lock =
        toml::from_str(lock).because(|| "the lock file of this build cannot be read")?;
    let advisories = read_all(&folder.join("crates"))?;
    let newest = advisories.iter().map(|it| it.advisory.date).max();
    let newest = newest.ok_or_else(|| {
        Trouble::new(format!(
            "{} holds no advisories: it is no RustSec database",
            folder.display()
        ))
    })?;
    let mut told = Told::default()
        .with("is_checked", true)
        .with("crates", lock.package.len())
        .with("advisories", advisories.len())
        .with("newest_advisory", json!(newest));
    for advisory in &advisories {
        for it in lock.package.iter().filter(|it| advisory.concerns(it)) {
            let About {
                id, informational, ..
            } = &advisory.advisory;
            let sentence = format!("{} {} has {id}", it.name, it.version);
            match informational {
                Some(kind) => told.note(format!("{sentence} ({kind})")),
                None => told.alarm(format!(
                    "{sentence}: take a version without it and build anew"
                )),
            }
        }
    }
    let age = (Utc::now().date_naive() - newest).num_days();
    if age > STALE_DAYS {
        told.warn(format!(
            "the newest advisory in {} is {age} days old: bring the folder up to date",
            folder.display()
        ));
    }
    Ok(told)
}

fn read_all(crates: &Path) -> Result<Vec<Advisory>, Trouble> {
    let mut advisories = Vec::new();
    for of_a_crate in entries(crates)?.iter().filter(|path| path.is_dir()) {
        for path in entries(of_a_crate)? {
            if path.extension().is_some_and(|ending| ending == "md") {
                let text = fs::read_to_string(&path)
                    .because(|| format!("could not read {}", path.display()))?;
                let advisory = Advisory::read(&text);
                advisories.push(advisory.because(|| format!("{} is no advisory", path.display()))?);
            }
        }
    }
    Ok(advisories)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let because = || format!("could not list {}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).because(because)? {
        paths.push(entry.because(because)?.path());
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::maintain::Severity;

    const HOLE: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2099-0001\"\npackage = \"oats\"\ndate = \"2099-01-01\"\nurl = \"https://example.org\"\n\n[versions]\npatched = [\">= 1.2.3, < 2.0.0\", \">= 2.1.0\"]\nunaffected = [\"< 1.1.0\"]\n```\n\n# Oats spill\n";

    fn oats(version: &str) -> Crate {
        Crate {
            name: "oats".to_owned(),
            version: version.parse().unwrap(),
        }
    }

    #[test]
    fn a_version_that_is_neither_patched_nor_unaffected_is_concerned() {
        let hole = Advisory::read(HOLE).unwrap();
        for (version, is_concerned) in [
            ("1.0.9", false),
            ("1.1.0", true),
            ("1.2.2", true),
            ("1.2.3", false),
            ("2.0.0", true),
            ("2.1.0", false),
        ] {
            assert_eq!(hole.concerns(&oats(version)), is_concerned, "{version}");
        }
        let hay = Crate {
            name: "hay".to_owned(),
            ..oats("1.1.0")
        };
        assert!(!hole.concerns(&hay));
        let withdrawn = HOLE.replace("url =", "withdrawn = \"2099-02-01\"\nurl =");
        assert!(!Advisory::read(&withdrawn).unwrap().concerns(&oats("1.1.0")));
    }

    #[test]
    fn a_folder_of_advisories_names_the_crates_that_have_one() {
        let folder =
            std::env::temp_dir().join(format!("equoria-advisories-{}", std::process::id()));
        let oats = folder.join("crates/oats");
        fs::create_dir_all(&oats).unwrap();
        let lock = "version = 4\n[[package]]\nname = \"oats\"\nversion = \"1.2.0\"\n";
        assert!(compare(lock, &folder).is_err(), "none at all");
        fs::write(oats.join("RUSTSEC-2099-0001.md"), HOLE).unwrap();
        let told = compare(lock, &folder).unwrap();
        let (severity, sentence) = &told.findings[0];
        assert_eq!(*severity, Severity::Alarm);
        assert!(
            sentence.starts_with("oats 1.2.0 has RUSTSEC-2099-0001"),
            "{sentence}"
        );
        let notice = HOLE.replace("url =", "informational = \"unmaintained\"\nurl =");
        fs::write(oats.join("RUSTSEC-2099-0001.md"), notice).unwrap();
        assert_eq!(
            compare(lock, &folder).unwrap().findings[0].0,
            Severity::Note
        );
        fs::write(oats.join("RUSTSEC-2099-0002.md"), "# nothing").unwrap();
        let said = compare(lock, &folder).unwrap_err().to_string();
        assert!(said.contains("RUSTSEC-2099-0002.md"), "{said}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_crates_of_this_build_are_known() {
        let lock: Lock = toml::from_str(LOCK).unwrap();
        assert!(lock.package.iter().any(|it| it.name == "tokio-postgres"));
    }
}
