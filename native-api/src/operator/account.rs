//! The operators' accounts, as whoever migrates makes and ends them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, GenericClient};

use crate::trouble::{Because, Trouble};

/// An operator's name: 2 to 40 lower-case letters, digits, dots, dashes and underscores, a letter first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Takes a name, in whatever case.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let name = text.trim().to_ascii_lowercase();
        let is_inner = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
        };
        let begins_well = name.starts_with(|first: char| first.is_ascii_lowercase());
        if (2..=40).contains(&name.len()) && begins_well && name.bytes().all(is_inner) {
            return Ok(Self(name));
        }
        Err(Trouble::new(format!(
            "`{text}` is no operator's name: take 2 to 40 letters, digits, dots, dashes and underscores, a letter first"
        )))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Whose it is.
    pub name: String,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// Since when its password is the one that it has.
    pub changed_at: DateTime<Utc>,
    /// When it was ended; nothing while it stands.
    pub ended_at: Option<DateTime<Utc>>,
    /// The last sign-in of the last thirty days, if there was one.
    pub signed_in_at: Option<DateTime<Utc>>,
    /// How many sessions are open.
    pub open_sessions: i64,
}

const LIST: &str = "select o.name, o.created_at, o.changed_at, o.ended_at, max(s.opened_at) as signed_in_at,
    count(*) filter (where s.ended_at is null and s.opened_at > now() - interval '12 hours'
      and s.seen_at > now() - interval '30 minutes') as open_sessions
  from ops.operators o left join ops.operator_sessions s on s.operator = o.name group by o.name order by o.name";

/// All accounts, those that have ended among them, by name.
///
/// # Errors
/// When the database refuses.
pub async fn list(client: &impl GenericClient) -> Result<Vec<Account>, Trouble> {
    let rows = client.query(LIST, &[]).await;
    let rows = rows.because(|| "could not read the operators' accounts")?;
    let account = |row: &tokio_postgres::Row| Account {
        name: row.get("name"),
        created_at: row.get("created_at"),
        changed_at: row.get("changed_at"),
        ended_at: row.get("ended_at"),
        signed_in_at: row.get("signed_in_at"),
        open_sessions: row.get("open_sessions"),
    };
    Ok(rows.iter().map(account).collect())
}

/// Makes an account with the hash of its password.
///
/// # Errors
/// When the name was given before, or the database refuses.
pub async fn add(client: &impl GenericClient, name: &Name, hash: &str) -> Result<(), Trouble> {
    let sql = "insert into ops.operators (name, hash) values ($1, $2)";
    match client.execute(sql, &[&name.as_str(), &hash]).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            Err(Trouble::new(format!(
                "there is an operator {0} already: `equoria operator password {0}` gives another password; one who was \
                 ended does not come back, as the audit tells by the name who did what",
                name.as_str()
            )))
        }
        Err(error) => Err(error).because(|| "could not make the account"),
    }
}

/// Gives an account another password, and ends its sessions; says how many that were.
///
/// # Errors
/// When there is no such account, it has ended, or the database refuses.
pub async fn set_password(client: &mut Client, name: &Name, hash: &str) -> Result<u64, Trouble> {
    let sql = "update ops.operators set hash = $2, changed_at = now() where name = $1 and ended_at is null";
    change(client, name, sql, &[&name.as_str(), &hash]).await
}

/// Ends an account and its sessions; says how many that were.
///
/// # Errors
/// When there is no such account, it has ended, or the database refuses.
pub async fn end(client: &mut Client, name: &Name) -> Result<u64, Trouble> {
    let sql = "update ops.operators set ended_at = now() where name = $1 and ended_at is null";
    change(client, name, sql, &[&name.as_str()]).await
}

/// Changes the one account that stands under a name, and ends its sessions with it.
async fn change(
    client: &mut Client,
    name: &Name,
    sql: &str,
    params: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<u64, Trouble> {
    let because = || format!("could not change the account of {}", name.as_str());
    let tx = client.transaction().await.because(because)?;
    if tx.execute(sql, params).await.because(because)? == 0 {
        return Err(Trouble::new(format!(
            "no operator {} may sign in: `equoria operator list` tells who does",
            name.as_str()
        )));
    }
    let sessions = "update ops.operator_sessions set ended_at = now() where operator = $1 and ended_at is null";
    let ended = tx.execute(sessions, &[&name.as_str()]).await;
    let ended = ended.because(because)?;
    tx.commit().await.because(because)?;
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_plain_and_begins_with_a_letter() {
        for (text, is_good) in [
            ("ann", true),
            (" Ann.B-2_x ", true),
            ("a", false),
            ("2ann", false),
            ("-ann", false),
            ("ann smith", false),
            ("änn", false),
            (&"a".repeat(40), true),
            (&"a".repeat(41), false),
        ] {
            assert_eq!(Name::parse(text).is_ok(), is_good, "{text}");
        }
        assert_eq!(Name::parse("ANN").unwrap().as_str(), "ann");
    }
}
