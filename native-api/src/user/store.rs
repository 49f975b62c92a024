//! Users in the database.

use chrono::{DateTime, NaiveDate, Utc};
use reads::Failure;
use rules::id::UserId;
use rules::money::Coins;
use rules::name::Name;
use rules::settings::Settings;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::Account;
use super::registration::Register;
use crate::auth::{self, Player};
use crate::db::fault::column;
use crate::db::{By, Db, Params, Tx};

/// The user, the password and the first session in one statement; triggers open the purse and fill it.
const REGISTER: &str = "with made as (
    insert into users (id, name, email, created_at, updated_at) values ($1, $2, $3, $4, $4)
    returning id, name, email, money, xp, level, settings, version, created_at, token_epoch
  ), secret as (
    insert into user_passwords (user_id, hash) select m.id, $5 from made m
  ), opened as (
    insert into sessions (id, user_id, expires_at) select $6, m.id, now() + interval '30 days' from made m
  ), token as (
    insert into refresh_tokens (token_hash, session_id) select $7, $6 from made
  )
  select * from made";

const ACCOUNT: &str = "select u.id, u.name, u.email, u.money, u.xp, u.level, u.settings, u.version, u.created_at, u.token_epoch,
    exists (select from sessions s where s.id = $2 and s.user_id = u.id and s.revoked_at is null) as session_stands
  from users u where u.id = $1";

const PASSWORD: &str = "select p.hash, u.token_epoch,
    exists (select from sessions s where s.id = $2 and s.user_id = u.id and s.revoked_at is null) as session_stands
  from users u join user_passwords p on p.user_id = u.id where u.id = $1";

const LOCK: &str = "select version, settings from users where id = $1 for no key update";

const RENAME: &str = "update users set name = $2 where id = $1
  returning id, name, email, money, xp, level, settings, version, created_at";

const SET: &str = "update users set settings = $2 where id = $1
  returning id, name, email, money, xp, level, settings, version, created_at";

const CHANGE_PASSWORD: &str =
    "update user_passwords set hash = $3, changed_at = now() where user_id = $1 and hash = $2";

const LAST_STIPEND: &str = "select u.money,
    (select max(c.week) from stipend_claims c where c.user_id = u.id)::timestamp at time zone 'UTC' as last
  from users u where u.id = $1 for no key update";

const CLAIM: &str = "insert into stipend_claims (user_id, week, claimed_at) values ($1, $2, $3)";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("user: register", REGISTER),
    ("user: account", ACCOUNT),
    ("user: password", PASSWORD),
    ("user: lock", LOCK),
    ("user: rename", RENAME),
    ("user: set", SET),
    ("user: change password", CHANGE_PASSWORD),
    ("user: last stipend", LAST_STIPEND),
    ("user: claim", CLAIM),
];

/// Makes the user with password and first session, and gives the epoch of the session's tokens.
pub(super) async fn register(tx: &Tx<'_>, new: &Register) -> Result<(Account, i32), Failure> {
    let params: &Params<'_> = &[
        &new.id.get(),
        &new.name.as_str(),
        &new.email.as_str(),
        &tx.now(),
        &new.hash,
        &new.session,
        &new.token_hash,
    ];
    let row = tx.expect_one(REGISTER, params).await?;
    Ok((Account::of(&row)?, column(&row, "token_epoch")?))
}

/// The player's own account, if the session still stands.
pub(super) async fn account(db: &Db, player: &Player) -> Result<Account, Failure> {
    Account::of(&own(db, ACCOUNT, player).await?)
}

/// The hash of the player's password, if the session still stands.
pub(super) async fn password(db: &Db, player: &Player) -> Result<String, Failure> {
    column(&own(db, PASSWORD, player).await?, "hash")
}

async fn own(db: &Db, sql: &'static str, player: &Player) -> Result<Row, Failure> {
    let by = By::player(player, "");
    let row = db
        .find(by, sql, &[&player.id.get(), &player.session])
        .await?;
    let row = row.ok_or_else(auth::unsigned)?;
    let epoch = column(&row, "token_epoch")?;
    if player.is_still_good(Some(epoch), column(&row, "session_stands")?) {
        Ok(row)
    } else {
        Err(auth::unsigned())
    }
}

/// Locks the user, and gives the version and the settings as they are.
pub(super) async fn lock(tx: &Tx<'_>, user: UserId) -> Result<(i64, Settings), Failure> {
    let row = tx.find(LOCK, &[&user.get()]).await?;
    let row = row.ok_or_else(auth::unsigned)?;
    let Json(settings) = column(&row, "settings")?;
    Ok((column(&row, "version")?, settings))
}

/// Gives the user another name.
pub(super) async fn rename(tx: &Tx<'_>, user: UserId, name: &Name) -> Result<Account, Failure> {
    let row = tx
        .expect_one(RENAME, &[&user.get(), &name.as_str()])
        .await?;
    Account::of(&row)
}

/// Gives the user other settings.
pub(super) async fn set(tx: &Tx<'_>, user: UserId, settings: Settings) -> Result<Account, Failure> {
    let row = tx.expect_one(SET, &[&user.get(), &Json(settings)]).await?;
    Account::of(&row)
}

/// Changes the hash of a password, if it is still the one that was checked.
pub(super) async fn change_password(
    tx: &Tx<'_>,
    user: UserId,
    known: &str,
    next: &str,
) -> Result<bool, Failure> {
    let changed = tx
        .execute(CHANGE_PASSWORD, &[&user.get(), &known, &next])
        .await?;
    Ok(changed == 1)
}

/// Locks the user, and gives what the purse holds and the beginning of the last week that was claimed.
pub(super) async fn last_stipend(
    tx: &Tx<'_>,
    user: UserId,
) -> Result<(Coins, Option<DateTime<Utc>>), Failure> {
    let row = tx.find(LAST_STIPEND, &[&user.get()]).await?;
    let row = row.ok_or_else(auth::unsigned)?;
    Ok((Coins::new(column(&row, "money")?), column(&row, "last")?))
}

/// Keeps that a week was claimed.
pub(super) async fn claim(tx: &Tx<'_>, user: UserId, week: NaiveDate) -> Result<(), Failure> {
    tx.expect_changed(1, CLAIM, &[&user.get(), &week, &tx.now()])
        .await
}
