//! Sessions in the database. Sessions are locked before their users.

use reads::Failure;
use rules::id::UserId;
use rules::name::Email;
use tokio_postgres::Row;
use uuid::Uuid;

use super::Opened;
use crate::db::fault::column;
use crate::db::{By, Db, Tx};

const CREDENTIALS: &str = "select u.id, p.hash from users u join user_passwords p on p.user_id = u.id where lower(u.email) = $1";

/// The password is locked against its change, which ends all sessions that it finds.
const OPEN: &str = "with good as (
    select u.id, u.token_epoch from users u join user_passwords p on p.user_id = u.id
    where u.id = $1 and p.hash = $2 for share of p
  ), opened as (
    insert into sessions (id, user_id, expires_at) select $3, g.id, now() + interval '30 days' from good g
  ), token as (
    insert into refresh_tokens (token_hash, session_id) select $4, $3 from good
  )
  select token_epoch from good";

const ROTATE: &str = "with used as (
    update refresh_tokens r set used_at = now() from sessions s
    where r.token_hash = $1 and r.used_at is null
      and s.id = r.session_id and s.revoked_at is null and s.expires_at > now()
    returning r.session_id, s.user_id
  ), next as (
    insert into refresh_tokens (token_hash, session_id) select $2, u.session_id from used u
  )
  select u.user_id, u.session_id, o.token_epoch from used u join users o on o.id = u.user_id";

/// The token was used a moment ago, and what followed it was not: its sender did not get the answer, or asked twice.
const ROTATED: &str = "select s.user_id, r.session_id, o.token_epoch
  from refresh_tokens r join refresh_tokens n on n.session_id = r.session_id
    join sessions s on s.id = r.session_id join users o on o.id = s.user_id
  where r.token_hash = $1 and r.used_at > now() - interval '30 seconds' and n.token_hash = $2 and n.used_at is null
    and s.revoked_at is null and s.expires_at > now()";

/// Done by the database: a visitor changes no session and no player.
const END_STOLEN: &str = "select end_stolen_session($1) as ended";

const END: &str = "update sessions set revoked_at = coalesce(revoked_at, now()) where id = $1";

const END_ALL: &str = "with ended as (
    update sessions set revoked_at = now() where user_id = $1 and revoked_at is null and id is distinct from $2
    returning id
  )
  update users set token_epoch = token_epoch + 1 where id = $1 and (select count(*) from ended) >= 0";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("session: credentials", CREDENTIALS),
    ("session: open", OPEN),
    ("session: rotate", ROTATE),
    ("session: rotated", ROTATED),
    ("session: end stolen", END_STOLEN),
    ("session: end", END),
    ("session: end all", END_ALL),
];

/// Who has this address, with the hash of the password.
pub(super) async fn credentials(
    db: &Db,
    by: By<'_>,
    email: &Email,
) -> Result<Option<(UserId, String)>, Failure> {
    let row = db.find(by, CREDENTIALS, &[&email.as_str()]).await?;
    let read = |row: Row| Ok((UserId::new(column(&row, "id")?), column(&row, "hash")?));
    row.map(read).transpose()
}

/// Opens a session and gives the player's epoch; none if the password has changed.
pub(super) async fn open(
    tx: &Tx<'_>,
    user: UserId,
    hash: &str,
    session: Uuid,
    token_hash: &[u8],
) -> Result<Option<i32>, Failure> {
    let row = tx
        .find(OPEN, &[&user.get(), &hash, &session, &token_hash])
        .await?;
    row.map(|row| column(&row, "token_epoch")).transpose()
}

/// Uses a token up and puts the next in its place; none if it is not good.
pub(super) async fn rotate(
    tx: &Tx<'_>,
    given: &[u8],
    next: &[u8],
) -> Result<Option<Opened>, Failure> {
    let row = tx.find(ROTATE, &[&given, &next]).await?;
    row.map(opened).transpose()
}

/// The session of a token that was used within the leeway, if `next` is what was put in its place then and waits there.
pub(super) async fn rotated(
    tx: &Tx<'_>,
    given: &[u8],
    next: &[u8],
) -> Result<Option<Opened>, Failure> {
    let row = tx.find(ROTATED, &[&given, &next]).await?;
    row.map(opened).transpose()
}

fn opened(row: Row) -> Result<Opened, Failure> {
    Ok(Opened {
        user: UserId::new(column(&row, "user_id")?),
        session: column(&row, "session_id")?,
        epoch: column(&row, "token_epoch")?,
    })
}

/// Ends the session of a token that was used before, unless it has ended already; says how many were ended.
pub(super) async fn end_stolen(tx: &Tx<'_>, given: &[u8]) -> Result<i64, Failure> {
    column(&tx.expect_one(END_STOLEN, &[&given]).await?, "ended")
}

/// Ends one session.
pub(super) async fn end(tx: &Tx<'_>, session: Uuid) -> Result<(), Failure> {
    tx.expect_changed(1, END, &[&session]).await
}

/// Ends all sessions of a user, perhaps except one; says how many users that were.
pub(super) async fn end_all(
    tx: &Tx<'_>,
    user: UserId,
    except: Option<Uuid>,
) -> Result<u64, Failure> {
    tx.execute(END_ALL, &[&user.get(), &except]).await
}
