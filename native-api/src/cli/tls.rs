//! `equoria tls`: certificates for the database's server, made, replaced and shown.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::reach::reach_as;
use super::{Finding, print_json};
use crate::config::{self, Database, Environment, Login};
use crate::dev::say::Voice;
use crate::ops::tls::{Certificate, Folder, LEAF_DAYS, Served, Validity, served};
use crate::trouble::{Because, Trouble};

#[derive(Subcommand)]
pub(super) enum TlsCommand {
    /// Make an authority and a certificate for the database's server
    #[command(
        after_help = "Example:\n  equoria tls init --into /etc/equoria/tls --host db.example.org --host 10.0.0.7\n\nMakes ca.crt (for every client), ca.key (keep it away from the server) and server.pem (certificate and key in one\nfile, for PostgreSQL), and says what to write into postgresql.conf and into the URLs."
    )]
    Init(InitArguments),
    /// Make another certificate for the server, by the same authority
    #[command(
        after_help = "Examples:\n  equoria tls renew --into /etc/equoria/tls --reload    and let the server show it, without a restart\n  equoria tls renew --into /etc/equoria/tls --host db2.example.org --days 90\n\n--reload asks the server of MAINTAIN_DATABASE_URL (status 1 if it does not show the new one then). Connections that\nare open stay open."
    )]
    Renew(RenewArguments),
    /// Replace the authority, in three steps in which every client always trusts the server
    #[command(
        after_help = "Example:\n  equoria tls rotate-ca --into DIR             1. ca.crt holds the old and the new authority: give it to every client\n  equoria tls renew --into DIR --reload        2. the server shows a certificate of the new one\n  equoria tls rotate-ca --into DIR --finish    3. ca.crt holds the new authority alone: give it to every client\n\nThe API and the jobs read sslrootcert for every new connection: no restart."
    )]
    RotateCa(RotateArguments),
    /// Show certificates and when they end (status 1 if one ends within 30 days, or a client would refuse it)
    #[command(
        after_help = "Examples:\n  equoria tls show /etc/equoria/tls\n  equoria tls show --database                       what the server of DATABASE_URL shows\n  equoria tls show --database BACKUP_DATABASE_URL --json\n\nA URL is named by its variable: on a command line its password could be read by everyone on this machine."
    )]
    Show(ShowArguments),
}

#[derive(Args)]
pub(super) struct InitArguments {
    /// The folder to make them in
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// A name or address of the server as URLs say it
    #[arg(long, value_name = "NAME", required = true, num_args = 1..)]
    host: Vec<String>,
    #[command(flatten)]
    days: Days,
    /// Replace an authority that is there: clients that trust it will refuse the server
    #[arg(long)]
    force: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Days {
    /// How many days the server's certificate is good for
    #[arg(long, value_name = "N", default_value_t = LEAF_DAYS, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
}

#[derive(Args)]
pub(super) struct RenewArguments {
    /// The folder of the authority
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// Names and addresses of the server; those of the present certificate where none is given
    #[arg(long, value_name = "NAME", num_args = 1..)]
    host: Vec<String>,
    #[command(flatten)]
    days: Days,
    /// Let the server read it now, and wait until it shows it
    #[arg(long)]
    reload: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct RotateArguments {
    /// The folder of the authority
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// Forget the old authority, once the server shows a certificate of the new one
    #[arg(long)]
    finish: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct ShowArguments {
    /// The folder of an authority
    #[arg(value_name = "DIR", required_unless_present = "database")]
    folder: Option<PathBuf>,
    /// Ask the server of the URL in this variable of the environment
    #[arg(long, value_name = "VARIABLE", num_args = 0..=1, default_missing_value = "DATABASE_URL", conflicts_with = "folder")]
    database: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn tls(of: &Environment, command: &TlsCommand) -> Result<Finding, Trouble> {
    match command {
        TlsCommand::Init(arguments) => init(arguments),
        TlsCommand::Renew(arguments) => renew(of, arguments).await,
        TlsCommand::RotateCa(arguments) => rotate(arguments),
        TlsCommand::Show(arguments) => show(of, arguments).await,
    }
}

/// What a command made or found.
#[derive(Serialize)]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Certificate>,
    authority: Vec<Certificate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_shown: Option<bool>,
}

fn init(arguments: &InitArguments) -> Result<Finding, Trouble> {
    let folder = Folder::at(&arguments.into)?;
    let validity = Validity::of_days(arguments.days.days);
    let server = folder.init(&arguments.host, validity, arguments.force)?;
    if arguments.json {
        let authority = folder.authority_certificates()?;
        print_json(&Told {
            server: Some(server),
            authority,
            is_shown: None,
        })?;
        return Ok(Finding::Good);
    }
    println!("Made {}", said(&server));
    println!("{}", instructions(&folder));
    Ok(Finding::Good)
}

/// What an operator does next.
fn instructions(folder: &Folder) -> String {
    let (authority, server) = (folder.authority(), folder.server());
    let quoted = server.display().to_string().replace('\'', "''");
    format!(
        "
Give the server's file to PostgreSQL:
  chown postgres {server}

postgresql.conf:
  ssl = on
  ssl_cert_file = '{quoted}'
  ssl_key_file = '{quoted}'
  ssl_min_protocol_version = 'TLSv1.3'
  password_encryption = 'scram-sha-256'

pg_hba.conf, in place of every line that begins with host:
  hostssl all         all             all scram-sha-256
  hostssl replication equoria_backup  all scram-sha-256

Every URL:
  ?sslmode=verify-full&sslrootcert={authority}&channel_binding=require

Keep {key} away from the server: who has it can pretend to be the database.",
        server = server.display(),
        authority = authority.display(),
        key = folder.authority_key().display(),
    )
}

async fn renew(of: &Environment, arguments: &RenewArguments) -> Result<Finding, Trouble> {
    let folder = Folder::at(&arguments.into)?;
    let voice = if arguments.json {
        Voice::quiet()
    } else {
        Voice::default()
    };
    let reached = match arguments.reload {
        // Asked for first: nothing is replaced where the server cannot be told, or shows no certificate at all.
        true => {
            let reached = reach_as(of, &voice, Login::Maintainer).await?;
            served(&reached.database).await?;
            Some(reached)
        }
        false => None,
    };
    let validity = Validity::of_days(arguments.days.days);
    let server = folder.renew(&arguments.host, validity)?;
    let is_shown = match &reached {
        Some(reached) => {
            reached
                .client
                .execute("select pg_reload_conf()", &[])
                .await
                .because(|| "the server would not read its certificate again")?;
            Some(is_shown(&reached.database, &server, &voice).await?)
        }
        None => None,
    };
    let found = match is_shown {
        Some(false) => Finding::Bad,
        _ => Finding::Good,
    };
    if arguments.json {
        print_json(&Told {
            server: Some(server),
            authority: folder.authority_certificates()?,
            is_shown,
        })?;
        return Ok(found);
    }
    println!("Made {}", said(&server));
    println!(
        "{}",
        match is_shown {
            Some(true) => "The server shows it. Open connections stay as they are.",
            Some(false) =>
                "The server still shows another one: compare its ssl_cert_file with this folder, and look into its log.",
            None => "The server shows it after `select pg_reload_conf()`, which --reload does.",
        }
    );
    Ok(found)
}

/// PostgreSQL reads its certificate again soon after it was told, not at once.
async fn is_shown(
    database: &Database,
    wanted: &Certificate,
    voice: &Voice,
) -> Result<bool, Trouble> {
    let since = Instant::now();
    let step = voice.step("waiting for the server to show it");
    while since.elapsed() < Duration::from_secs(10) {
        if served(database).await?.certificate.serial == wanted.serial {
            step.done("the server shows it");
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(false)
}

fn rotate(arguments: &RotateArguments) -> Result<Finding, Trouble> {
    let folder = Folder::at(&arguments.into)?;
    let authority = if arguments.finish {
        folder.finish_rotation()?
    } else {
        folder.rotate()?
    };
    if arguments.json {
        print_json(&Told {
            server: None,
            authority,
            is_shown: None,
        })?;
        return Ok(Finding::Good);
    }
    let file = folder.authority();
    println!("{} holds", file.display());
    for certificate in &authority {
        println!("  {}", said(certificate));
    }
    let next = if arguments.finish {
        "Give it to every client: the old authority is trusted until then."
    } else {
        "Give it to every client first; then `equoria tls renew --reload`; then `equoria tls rotate-ca --finish`."
    };
    println!("{next}");
    Ok(Finding::Good)
}

async fn show(of: &Environment, arguments: &ShowArguments) -> Result<Finding, Trouble> {
    if let Some(variable) = &arguments.database {
        let missing = || Trouble::new(format!("{variable} is not set: it names no server"));
        let database = config::database(of, variable)?.ok_or_else(missing)?;
        return show_served(&served(&database).await?, arguments.json);
    }
    let path = arguments
        .folder
        .as_deref()
        .ok_or_else(|| Trouble::new("name a folder, or --database"))?;
    let folder = Folder::at(path)?;
    let (server, authority) = (folder.leaf()?, folder.authority_certificates()?);
    let all: Vec<&Certificate> = std::iter::once(&server).chain(&authority).collect();
    let needs_somebody = all.iter().any(|certificate| certificate.needs_somebody());
    if arguments.json {
        print_json(&Told {
            server: Some(server),
            authority,
            is_shown: None,
        })?;
    } else {
        println!("server     {}", said(&server));
        for certificate in &authority {
            println!("authority  {}", said(certificate));
        }
    }
    Ok(finding(needs_somebody))
}

fn show_served(served: &Served, as_json: bool) -> Result<Finding, Trouble> {
    if as_json {
        print_json(served)?;
    } else {
        println!("{} shows {}", served.server, said(&served.certificate));
        println!("signed by {}", served.certificate.issuer);
        if let Some(refusal) = &served.refusal {
            println!("refused: {refusal}");
        }
    }
    Ok(finding(
        served.certificate.needs_somebody() || served.refusal.is_some(),
    ))
}

const fn finding(needs_somebody: bool) -> Finding {
    if needs_somebody {
        Finding::Bad
    } else {
        Finding::Good
    }
}

/// One line: whose, for which names, until when.
fn said(certificate: &Certificate) -> String {
    let names = match certificate.names.as_slice() {
        [] => String::new(),
        names => format!(" for {}", names.join(", ")),
    };
    let until = certificate.not_after.format("%Y-%m-%d");
    let ends = match certificate.days_left {
        days if days < 0 => format!("EXPIRED on {until}"),
        1 => format!("ends on {until}, in 1 day"),
        days => format!("ends on {until}, in {days} days"),
    };
    format!(
        "{}{names}, {ends}, serial {}",
        certificate.subject, certificate.serial
    )
}
