//! `equoria anonymise`.

use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Args;
use serde_json::json;
use tokio_postgres::Client;

use super::{Finding, print_json};
use crate::config::{self, Database, Environment};
use crate::db::connect;
use crate::dev::say::{Voice, human};
use crate::dev::stopped;
use crate::ops::anonymise::{self, Copied, Lent, Mask, Target};
use crate::ops::runs::{self, Outcome};
use crate::trouble::Trouble;

/// Where the URLs may stand instead: the arguments of a process can be read by others.
const FROM: &str = "EQUORIA_ANONYMISE_FROM";
const INTO: &str = "EQUORIA_ANONYMISE_INTO";

pub(super) const EXAMPLES: &str = "Examples:\n  \
    equoria anonymise --from postgresql://postgres@127.0.0.1:5440/equoria --into postgresql://postgres@127.0.0.1:5441/play\n  \
    equoria anonymise --backup 20261122T210500Z-full --into postgresql://postgres@127.0.0.1:5441/play --json\n  \
    EQUORIA_ANONYMISE_FROM_FILE=from.url EQUORIA_ANONYMISE_INTO_FILE=into.url equoria anonymise\n\n\
    The source is a restored copy and is only read; the original is refused. The target is an empty database, reached as\n\
    its administrator. URLs with passwords belong into EQUORIA_ANONYMISE_FROM and _INTO, or into files. With\n\
    EQUORIA_ANONYMISE_KEY (64 hexadecimal digits) pseudonyms are the same in every copy; without it the key is drawn and\n\
    thrown away. Exit status 1: something of the original was left, or the copy is not sound; the target was emptied.";

#[derive(Args)]
pub(super) struct AnonymiseArguments {
    /// The restored copy to read, as a URL
    #[arg(long, value_name = "URL", conflicts_with = "backup")]
    from: Option<String>,
    /// The backup to restore for a while and to read
    #[arg(long, value_name = "ID")]
    backup: Option<String>,
    /// The empty database to fill, as a URL
    #[arg(long, value_name = "URL")]
    into: Option<String>,
    /// Where to restore the backup for a while
    #[arg(long, value_name = "FOLDER", default_value_os_t = std::env::temp_dir())]
    work: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn anonymise(
    of: &Environment,
    arguments: &AnonymiseArguments,
) -> Result<Finding, Trouble> {
    let voice = match arguments.json {
        true => Voice::quiet(),
        false => Voice::default(),
    };
    let started = Utc::now();
    let mask = Mask::of(of)?;
    let into = place(of, arguments.into.as_deref(), "--into", INTO)?;
    let from = match &arguments.backup {
        Some(id) => Origin::Backup(id),
        None => Origin::Copy(place(of, arguments.from.as_deref(), "--from", FROM)?),
    };
    let stop = stopped();
    tokio::pin!(stop);
    let mut target = Target::reach(&into).await?;
    let mut source = tokio::select! {
        source = Source::of(of, from, &arguments.work, &voice) => source?,
        trouble = &mut stop => return Err(trouble),
    };
    let copied = anonymise::copy(source.client(), &mut target, &mask, &voice, stop).await?;
    if copied.is_good() {
        runs::record(
            &target.client,
            "anonymise",
            started,
            Outcome::Done,
            &evidence(&copied),
        )
        .await?;
    }
    if arguments.json {
        print_json(&copied)?;
    } else {
        tell(&copied, &into);
    }
    Ok(Finding::of(copied.is_good()))
}

fn place(
    of: &Environment,
    argument: Option<&str>,
    option: &str,
    variable: &str,
) -> Result<Database, Trouble> {
    let named = match argument {
        Some(url) => Some(url.to_owned()),
        None => of.get(variable)?,
    };
    let missing = || {
        Trouble::new(format!(
            "say which database with {option} URL, or in {variable} or a file that {variable}_FILE names"
        ))
    };
    let given = Environment::of([(variable, named.ok_or_else(missing)?)]);
    let of = of
        .clone()
        .without(variable)
        .without(&format!("{variable}_FILE"));
    config::database(&given.or(of), variable)?.ok_or_else(missing)
}

/// What is to be read.
enum Origin<'a> {
    /// A restored copy that is up.
    Copy(Database),
    /// A backup, by its name.
    Backup(&'a str),
}

/// What is read.
enum Source {
    Named(Client),
    Restored(Lent),
}

impl Source {
    async fn of(
        of: &Environment,
        from: Origin<'_>,
        work: &Path,
        voice: &Voice,
    ) -> Result<Self, Trouble> {
        match from {
            Origin::Backup(id) => {
                let lent = anonymise::lend(of, id, work, voice).await?;
                Ok(Self::Restored(lent))
            }
            Origin::Copy(from) => {
                let client = connect(&from).await?;
                anonymise::require_copy(of, &from, &client).await?;
                Ok(Self::Named(client))
            }
        }
    }

    const fn client(&mut self) -> &mut Client {
        match self {
            Self::Named(client) => client,
            Self::Restored(lent) => &mut lent.client,
        }
    }
}

fn evidence(copied: &Copied) -> serde_json::Value {
    json!({
        "rows": copied.rows.values().sum::<u64>(),
        "tables": copied.rows.len(),
        "replaced": copied.search.replaced,
        "sought": copied.search.sought,
        "values": copied.search.values,
        "left": copied.search.left.len(),
        "took_ms": copied.took_ms,
    })
}

fn tell(copied: &Copied, into: &Database) {
    let search = &copied.search;
    println!(
        "{} originals were searched for in {} values of {} tables ({} more are words of the game or numbers): {} places hold some.",
        search.sought,
        search.values,
        anonymise::classes::ALL.len(),
        search.untellable,
        search.left.len()
    );
    for check in &copied.checks {
        println!("{check}.");
    }
    if !copied.is_good() {
        for fault in &copied.faults {
            println!("{fault}");
        }
        println!("The copy is not to be given away: {into} was emptied.");
        return;
    }
    let rows: u64 = copied.rows.values().sum();
    println!(
        "{rows} rows are in {into}, {} values under other names, in {}.",
        search.replaced,
        human(std::time::Duration::from_millis(copied.took_ms))
    );
    if !copied.is_key_kept {
        println!("Nobody has the key of the pseudonyms: the next copy will have others.");
    }
}
