//! `equoria operator`.

use std::fs;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use console::Term;
use serde_json::json;
use tokio_postgres::Client;

use super::reach::reach;
use super::{Finding, print_json};
use crate::config::{Environment, Secret};
use crate::dev::say::Voice;
use crate::operator::account::{self, Account, Name};
use crate::trouble::{Because, Trouble};
use crate::user::password::{Password, Passwords};

#[derive(Subcommand)]
pub(super) enum OperatorCommand {
    /// Let somebody sign in to the operator's page
    #[command(
        after_help = "Examples:\n  equoria operator add ann                           asks for the password, twice\n  equoria operator add ann --generate                draws one and shows it once\n  equoria operator add ann --password-file ann.txt"
    )]
    Add(Entrusting),
    /// Give an operator another password; the sessions of the former one end
    #[command(after_help = "Example:\n  equoria operator password ann --generate")]
    Password(Entrusting),
    /// Who may sign in, and who might once
    #[command(
        after_help = "Example:\n  equoria operator list --json | jq '.[] | select(.open_sessions > 0)'"
    )]
    List(Output),
    /// End an operator's account, and every session of it
    #[command(after_help = "Example:\n  equoria operator end ann")]
    End(Ending),
}

#[derive(Args)]
pub(super) struct Output {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Entrusting {
    /// The operator
    name: String,
    /// Read the password from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "generate")]
    password_file: Option<PathBuf>,
    /// Draw a password and show it once
    #[arg(long)]
    generate: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(super) struct Ending {
    /// The operator
    name: String,
    #[command(flatten)]
    output: Output,
}

impl Output {
    fn voice(&self) -> Voice {
        match self.json {
            true => Voice::quiet(),
            false => Voice::default(),
        }
    }
}

pub(super) async fn operator(
    of: &Environment,
    command: &OperatorCommand,
) -> Result<Finding, Trouble> {
    match command {
        OperatorCommand::Add(entrusting) => entrust(of, entrusting, true).await,
        OperatorCommand::Password(entrusting) => entrust(of, entrusting, false).await,
        OperatorCommand::List(output) => list(of, output).await,
        OperatorCommand::End(ending) => end(of, ending).await,
    }
}

async fn entrust(
    of: &Environment,
    arguments: &Entrusting,
    is_new: bool,
) -> Result<Finding, Trouble> {
    let name = Name::parse(&arguments.name)?;
    let (text, is_drawn) = password(arguments)?;
    let password = Password::parse("password", text.clone())
        .map_err(|_| Trouble::new("a password must have 10 to 200 characters"))?;
    let mut reached = reach(of, &arguments.output.voice()).await?;
    let hash = Passwords::new()?.hash(password).await;
    let hash = hash.map_err(|_| Trouble::new("the password could not be hashed: try again"))?;
    let ended = give(&mut reached.client, &name, &hash, is_new).await?;
    let drawn = is_drawn.then_some(text);
    if arguments.output.json {
        print_json(&json!({"name": name.as_str(), "password": drawn, "ended_sessions": ended}))?;
        return Ok(Finding::Good);
    }
    match is_new {
        true => println!(
            "{} may sign in at /operator of the native API.",
            name.as_str()
        ),
        false => println!(
            "{} has another password; {ended} sessions have ended.",
            name.as_str()
        ),
    }
    if let Some(drawn) = drawn {
        println!("The password, which is not shown again: {drawn}");
    }
    Ok(Finding::Good)
}

async fn give(client: &mut Client, name: &Name, hash: &str, is_new: bool) -> Result<u64, Trouble> {
    match is_new {
        true => account::add(client, name, hash).await.map(|()| 0),
        false => account::set_password(client, name, hash).await,
    }
}

/// The password, and whether it was drawn here. It never comes as an argument, which everybody on this machine may read.
fn password(arguments: &Entrusting) -> Result<(String, bool), Trouble> {
    if arguments.generate {
        return Ok((Secret::<16>::random()?.hex(), true));
    }
    if let Some(file) = &arguments.password_file {
        let text = fs::read_to_string(file);
        let text = text.because(|| format!("could not read {}", file.display()))?;
        return Ok((text.lines().next().unwrap_or_default().to_owned(), false));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::new(
            "there is no terminal to ask for the password at: add --password-file FILE or --generate",
        ));
    }
    asked(&Term::stderr()).because(|| "the password could not be read from the terminal")?
}

/// Asks twice, showing nothing of what is typed.
fn asked(terminal: &Term) -> std::io::Result<Result<(String, bool), Trouble>> {
    terminal.write_str("Password (10 to 200 characters): ")?;
    let first = terminal.read_secure_line()?;
    terminal.write_str("The same again: ")?;
    let second = terminal.read_secure_line()?;
    Ok(match first == second {
        true => Ok((first, false)),
        false => Err(Trouble::new(
            "the two are not the same: nothing was changed",
        )),
    })
}

async fn list(of: &Environment, output: &Output) -> Result<Finding, Trouble> {
    let reached = reach(of, &output.voice()).await?;
    let accounts = account::list(&reached.client).await?;
    if output.json {
        print_json(&accounts)?;
        return Ok(Finding::Good);
    }
    if accounts.is_empty() {
        println!("Nobody may sign in: `equoria operator add NAME` lets somebody.");
    }
    for account in &accounts {
        println!("{}", line(account));
    }
    Ok(Finding::Good)
}

fn line(account: &Account) -> String {
    let minute = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
    let standing = match (account.ended_at, account.signed_in_at) {
        (Some(ended), _) => format!("ended {}", minute(ended)),
        (None, Some(signed_in)) => format!(
            "last signed in {}, open sessions: {}",
            minute(signed_in),
            account.open_sessions
        ),
        (None, None) => "has not signed in this month".to_owned(),
    };
    format!(
        "{:<20} since {}  {standing}",
        account.name,
        minute(account.created_at)
    )
}

async fn end(of: &Environment, ending: &Ending) -> Result<Finding, Trouble> {
    let name = Name::parse(&ending.name)?;
    let mut reached = reach(of, &ending.output.voice()).await?;
    let ended = account::end(&mut reached.client, &name).await?;
    match ending.output.json {
        true => print_json(&json!({"name": name.as_str(), "ended_sessions": ended}))?,
        false => println!(
            "{} may not sign in any more; {ended} sessions have ended.",
            name.as_str()
        ),
    }
    Ok(Finding::Good)
}
