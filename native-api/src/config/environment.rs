//! The environment as a value, so that nothing reads it behind a caller's back.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::trouble::{Because, Trouble};

/// Names and values, from the process, from a file, or from a test.
#[derive(Clone, Default)]
pub struct Environment {
    values: BTreeMap<String, String>,
}

impl Environment {
    /// The environment of this process, without what is not UTF-8.
    pub fn of_the_process() -> Self {
        let values = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { values }
    }

    /// Exactly these values.
    pub fn of<N: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (N, V)>) -> Self {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self { values }
    }

    /// Reads lines of `NAME=value`; empty lines and lines that begin with `#` count for nothing.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of_file(path: &Path) -> Result<Self, Trouble> {
        let text =
            fs::read_to_string(path).because(|| format!("could not read {}", path.display()))?;
        Ok(Self::of(
            text.lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| line.split_once('=')),
        ))
    }

    /// Reads such a file that the option `name` gave, which says more than `beside` does. As it may hold secrets, production
    /// wants it to be nobody else's.
    ///
    /// # Errors
    /// When the file cannot be read, or in production others may read it too.
    pub fn of_private_file(name: &str, path: &Path, beside: Self) -> Result<Self, Trouble> {
        let all = Self::of_file(path)?.or(beside);
        if all.is_of_production()? {
            require_private(name, path)?;
        }
        Ok(all)
    }

    /// The value of `name`, or the content of the file that `name_FILE` names. Empty counts as unset.
    ///
    /// # Errors
    /// When both are set, the file cannot be read, or in production others may read it too.
    pub fn get(&self, name: &str) -> Result<Option<String>, Trouble> {
        let file = format!("{name}_FILE");
        if let Some(path) = self.values.get(&file).filter(|path| !path.is_empty())
            && self.is_of_production()?
        {
            require_private(&file, Path::new(path))?;
        }
        self.read(name)
    }

    fn is_of_production(&self) -> Result<bool, Trouble> {
        let (ours, nodes) = (self.read("EQUORIA_PROFILE")?, self.read("NODE_ENV")?);
        Ok([ours, nodes].contains(&Some("production".to_owned())))
    }

    fn read(&self, name: &str) -> Result<Option<String>, Trouble> {
        let set = |name: &str| self.values.get(name).filter(|value| !value.is_empty());
        let file = format!("{name}_FILE");
        match (set(name), set(&file)) {
            (Some(_), Some(_)) => Err(Trouble::new(format!(
                "both {name} and {file} are set: one of them must go"
            ))),
            (Some(value), None) => Ok(Some(value.clone())),
            (None, Some(path)) => fs::read_to_string(path)
                .map(|text| Some(text.trim_end_matches(['\r', '\n']).to_owned()))
                .because(|| format!("could not read {path}, which {file} names")),
            (None, None) => Ok(None),
        }
    }

    /// These values, and those of `other` where nothing is set here.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        for (name, value) in other.values {
            let file = format!("{name}_FILE");
            if !self.values.contains_key(&name) && !self.values.contains_key(&file) {
                self.values.insert(name, value);
            }
        }
        self
    }

    /// The same with one value set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.values.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same with one value unset.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.values.remove(name);
        self
    }

    /// Every name with its value, in order of the names: secrets included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// What a file holds for us is for nobody else.
fn require_private(name: &str, path: &Path) -> Result<(), Trouble> {
    let Ok(found) = fs::metadata(path) else {
        // That it cannot be read is said where it is read.
        return Ok(());
    };
    let mode = found.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(Trouble::new(format!(
            "production refuses {}, which {name} names, because others may read it (mode {mode:04o}): `chmod 600` it",
            path.display()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_come_from_a_file_but_not_from_two_places() {
        let path = std::env::temp_dir().join(format!("equoria-environment-{}", std::process::id()));
        fs::write(&path, "hush\n").unwrap();
        let from_file = Environment::of([("KEY_FILE", path.to_string_lossy())]);
        assert_eq!(from_file.get("KEY").unwrap().as_deref(), Some("hush"));
        assert!(from_file.with("KEY", "other").get("KEY").is_err());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_is_set_first_wins_and_empty_counts_as_unset() {
        let merged =
            Environment::of([("A", "1"), ("C", "")]).or(Environment::of([("A", "2"), ("B", "3")]));
        assert_eq!(merged.get("A").unwrap().as_deref(), Some("1"));
        assert_eq!(merged.get("B").unwrap().as_deref(), Some("3"));
        assert_eq!(merged.get("C").unwrap(), None);
    }

    #[test]
    fn production_takes_its_settings_from_no_file_that_others_may_read() {
        let path = std::env::temp_dir().join(format!("equoria-settings-{}", std::process::id()));
        let beside = || Environment::of([("EQUORIA_PROFILE", "production")]);
        let read = |beside| Environment::of_private_file("--environment", &path, beside);
        for (mode, is_private) in [
            (0o644, false),
            (0o640, false),
            (0o604, false),
            (0o600, true),
        ] {
            fs::write(&path, "KEY=hush\n").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let found = read(beside());
            assert_eq!(found.is_ok(), is_private, "{mode:o}");
            if let Err(refused) = found {
                let said = refused.to_string();
                assert!(
                    said.contains("--environment") && said.contains("chmod 600"),
                    "{said}"
                );
            }
            let elsewhere = read(Environment::default()).unwrap();
            assert_eq!(elsewhere.get("KEY").unwrap().as_deref(), Some("hush"));
            // The file itself may say whose it is.
            fs::write(&path, "KEY=hush\nNODE_ENV=production\n").unwrap();
            assert_eq!(read(Environment::default()).is_ok(), is_private, "{mode:o}");
        }
        fs::remove_file(path).unwrap();
    }
}
