//! What this checkout keeps to itself: generated once, in a file that only its owner reads.

use std::fs;

use crate::config::{Database, Environment, Login, Secret, TokenKey};
use crate::ops::audit::{KEY, SealKey};
use crate::trouble::{Because, Trouble};

use super::places::Places;
use super::program::write_private;

/// The database's name in every cluster of ours.
pub const DATABASE: &str = "equoria";

/// Who may sign in to the operator's page of a checkout.
pub const OPERATOR: &str = "developer";

/// The line of the file that has the password for it.
pub const OPERATORS: &str = "OPERATOR";

/// The roles that are given a password here; whoever migrates is the administrator.
const LOGINS: [Login; 8] = [
    Login::Writer,
    Login::Reader,
    Login::Edge,
    Login::Backup,
    Login::Monitor,
    Login::Auditor,
    Login::Anonymiser,
    Login::Maintainer,
];

/// The generated secrets of one cluster and of the processes that use it.
#[derive(Clone)]
pub struct Secrets {
    administrator: Secret<16>,
    logins: Vec<Secret<16>>,
    /// Signs access tokens.
    pub token_key: TokenKey,
    dice: Secret<32>,
    edge_key: Secret<32>,
    audit_key: SealKey,
    operator: Secret<16>,
}

impl Secrets {
    /// Fresh ones.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, Trouble> {
        Ok(Self {
            administrator: Secret::random()?,
            logins: LOGINS
                .iter()
                .map(|_| Secret::random())
                .collect::<Result<_, _>>()?,
            token_key: TokenKey::random()?,
            dice: Secret::random()?,
            edge_key: Secret::random()?,
            audit_key: SealKey::random()?,
            operator: Secret::random()?,
        })
    }

    /// Fresh ones that production knows and refuses.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    fn for_development() -> Result<Self, Trouble> {
        let logins = LOGINS.iter().map(|_| Secret::for_development());
        Ok(Self {
            administrator: Secret::for_development()?,
            logins: logins.collect::<Result<_, _>>()?,
            token_key: TokenKey::for_development()?,
            dice: Secret::for_development()?,
            edge_key: Secret::for_development()?,
            audit_key: SealKey::for_development()?,
            operator: Secret::for_development()?,
        })
    }

    /// Those of an earlier run, or fresh ones where there was none.
    ///
    /// # Errors
    /// When the file exists but cannot be understood.
    pub fn keep(path: &std::path::Path) -> Result<Self, Trouble> {
        if path.exists() {
            let file = Environment::of_file(path)?;
            let kept = Self::read(&file).because(|| format!("{} is damaged", path.display()))?;
            // A file of before may lack what has been added since.
            if kept.lines() != fs::read_to_string(path).unwrap_or_default() {
                write_private(path, &kept.lines())?;
            }
            return Ok(kept);
        }
        let fresh = Self::for_development()?;
        write_private(path, &fresh.lines())?;
        Ok(fresh)
    }

    /// The administrator's password.
    pub fn administrator(&self) -> String {
        self.administrator.hex()
    }

    /// The password of the [`OPERATOR`] at the operator's page.
    pub fn operator(&self) -> String {
        self.operator.hex()
    }

    /// Each role that logs in, with its password.
    pub fn logins(&self) -> impl Iterator<Item = (&'static str, String)> {
        LOGINS
            .iter()
            .zip(&self.logins)
            .map(|(login, password)| (login.role(), password.hex()))
    }

    /// Everything that the product's processes want to know, on the database whose administrator this is.
    pub fn environment(&self, database: &Database, profile: &str) -> Environment {
        let urls = LOGINS
            .iter()
            .zip(self.logins())
            .map(|(login, (role, password))| {
                let url = database.with_user(role, &password).url();
                (login.variable().to_owned(), url)
            });
        let others = [
            ("EQUORIA_PROFILE".to_owned(), profile.to_owned()),
            (Login::Migrator.variable().to_owned(), database.url()),
            ("EQUORIA_TOKEN_KEY".to_owned(), self.token_key.hex()),
            ("EQUORIA_DICE_SECRET".to_owned(), self.dice.hex()),
            ("EQUORIA_EDGE_KEY".to_owned(), self.edge_key.hex()),
            (KEY.to_owned(), self.audit_key.hex()),
        ];
        Environment::of(urls.chain(others))
    }

    fn lines(&self) -> String {
        let mut lines =
            String::from("# Made by `equoria`; remove it together with the database beside it.\n");
        let mut line = |name: &str, value: &str| lines.push_str(&format!("{name}={value}\n"));
        line("ADMINISTRATOR", &self.administrator.hex());
        for (role, password) in self.logins() {
            line(role, &password);
        }
        line("TOKEN_KEY", &self.token_key.hex());
        line("DICE_SECRET", &self.dice.hex());
        line("EDGE_KEY", &self.edge_key.hex());
        line(KEY, &self.audit_key.hex());
        line(OPERATORS, &self.operator.hex());
        lines
    }

    fn read(file: &Environment) -> Result<Self, Trouble> {
        let get = |name: &str| {
            file.get(name)?
                .ok_or_else(|| Trouble::new(format!("{name} is missing")))
        };
        let login = |login: &Login| match file.get(login.role())? {
            Some(digits) => Secret::from_hex(login.role(), &digits),
            None => Secret::for_development(),
        };
        let operator = match file.get(OPERATORS)? {
            Some(digits) => Secret::from_hex(OPERATORS, &digits)?,
            None => Secret::for_development()?,
        };
        Ok(Self {
            operator,
            administrator: Secret::from_hex("ADMINISTRATOR", &get("ADMINISTRATOR")?)?,
            logins: LOGINS.iter().map(login).collect::<Result<_, _>>()?,
            token_key: TokenKey::from_hex("TOKEN_KEY", &get("TOKEN_KEY")?)?,
            dice: Secret::from_hex("DICE_SECRET", &get("DICE_SECRET")?)?,
            edge_key: Secret::from_hex("EDGE_KEY", &get("EDGE_KEY")?)?,
            audit_key: SealKey::of(file)?.map_or_else(SealKey::for_development, Ok)?,
        })
    }
}

/// The settings of a server, as a file that shells and commands can read: of what else a process is told nothing is written
/// down, and a shell that reads it keeps its own.
///
/// # Errors
/// When the file cannot be written.
pub fn write_environment(places: &Places, environment: &Environment) -> Result<(), Trouble> {
    let mut text = String::from(
        "# Made by `equoria` at every start. In a shell: set -a; . .equoria/env; set +a\n",
    );
    let settings = environment.iter().filter(|(name, _)| is_setting(name));
    for (name, value) in settings {
        text.push_str(&format!("{name}='{value}'\n"));
    }
    write_private(&places.state.join("env"), &text)
}

fn is_setting(name: &str) -> bool {
    let name = name.trim_end_matches("_FILE");
    let first = name.split('_').next();
    first == Some("EQUORIA") || (name.contains("DATABASE") && name.ends_with("_URL"))
}

/// A file by which psql and pg_dump find the database: `PGSERVICEFILE=.equoria/services psql service=equoria`.
///
/// # Errors
/// When the file cannot be written.
pub fn write_services(places: &Places, administrator: &Database) -> Result<(), Trouble> {
    let text = format!(
        "# Made by `equoria` at every start.\n[equoria]\n{}",
        administrator.service_lines()
    );
    write_private(&places.state.join("services"), &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_shells_own_variables_nothing_is_written_down() {
        let ours = LOGINS.iter().map(|it| it.variable()).chain([KEY]);
        assert!(ours.into_iter().all(is_setting));
        assert!(is_setting("BACKUP_DATABASE_URL_FILE"));
        for theirs in ["PATH", "HOME", "AWS_SECRET_ACCESS_KEY", "MY_URL"] {
            assert!(!is_setting(theirs), "{theirs}");
        }
    }

    #[test]
    fn secrets_that_are_kept_are_the_same_at_the_next_run() {
        let path = std::env::temp_dir().join(format!("equoria-secrets-{}", std::process::id()));
        let first = Secrets::keep(&path).unwrap();
        let second = Secrets::keep(&path).unwrap();
        assert_eq!(first.lines(), second.lines());
        let old = first
            .lines()
            .replace(&format!("equoria_monitor={}\n", first.logins[4].hex()), "");
        fs::write(&path, old).unwrap();
        let third = Secrets::keep(&path).unwrap();
        assert_eq!(third.logins[..4], first.logins[..4]);
        assert_eq!(Secrets::keep(&path).unwrap().lines(), third.lines());
        fs::write(&path, "ADMINISTRATOR=short\n").unwrap();
        assert!(Secrets::keep(&path).is_err());
        fs::remove_file(path).unwrap();
    }
}
