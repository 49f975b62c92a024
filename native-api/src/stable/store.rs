//! Stables in the database. A stable is locked after its horses.

use reads::Failure;
use reads::wire::At;
use rules::Refusal;
use rules::id::{StableId, UserId};
use rules::name::Name;
use rules::stable::check_open;
use tokio_postgres::Row;

use super::Stable;
use crate::db::Tx;
use crate::db::fault::column;
use crate::ledger;

const OPEN: &str = "insert into stables (user_id, name, location, created_at, updated_at) values ($1, $2, $3, $4, $4)
  returning id, user_id, name, location, version, created_at";

const OWNED: &str = "select count(*) as stables from stables where user_id = $1";

const LOCK: &str =
    "select s.id, s.user_id, s.name, s.location, s.version, s.created_at, u.profile_visible
  from stables s join users u on u.id = s.user_id where s.id = $1 for update of s";

const LOCK_HORSES: &str =
    "select id from horses where stable_id = $1 and user_id = $2 order by id for no key update";

const CHANGE: &str = "update stables set name = $2, location = $3 where id = $1
  returning id, user_id, name, location, version, created_at";

const CLOSE: &str = "delete from stables where id = $1";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("stable: open", OPEN),
    ("stable: owned", OWNED),
    ("stable: lock", LOCK),
    ("stable: lock horses", LOCK_HORSES),
    ("stable: change", CHANGE),
    ("stable: close", CLOSE),
];

/// Opens a stable.
pub(super) async fn open(
    tx: &Tx<'_>,
    user: UserId,
    name: &Name,
    location: Option<&Name>,
) -> Result<Stable, Failure> {
    // The player's row is locked, so nobody opens another meanwhile.
    ledger::purse(tx, user).await?;
    let owned = tx.expect_one(OWNED, &[&user.get()]).await?;
    check_open(column(&owned, "stables")?)?;
    let location = location.map(Name::as_str);
    let row = tx
        .expect_one(OPEN, &[&user.get(), &name.as_str(), &location, &tx.now()])
        .await?;
    stable(&row)
}

/// Locks a stable of this player. Somebody else's is not the player's to change; that of a hidden profile is missing, as
/// it is to every read.
pub(super) async fn lock(tx: &Tx<'_>, id: StableId, user: UserId) -> Result<Stable, Failure> {
    let row = tx.find(LOCK, &[&id.get()]).await?;
    let row = row.ok_or(Failure::Missing { what: "stable" })?;
    let stable = stable(&row)?;
    if stable.user_id == user.get() {
        Ok(stable)
    } else if column(&row, "profile_visible")? {
        Err(Refusal::NotYours.into())
    } else {
        Err(Failure::Missing { what: "stable" })
    }
}

/// Locks the horses of a stable, which come before it.
pub(super) async fn lock_horses(tx: &Tx<'_>, id: StableId, user: UserId) -> Result<(), Failure> {
    tx.rows(LOCK_HORSES, &[&id.get(), &user.get()])
        .await
        .map(drop)
}

/// Writes the name and the place of a stable.
pub(super) async fn change(tx: &Tx<'_>, changed: Stable) -> Result<Stable, Failure> {
    let row = tx
        .expect_one(CHANGE, &[&changed.id, &changed.name, &changed.location])
        .await?;
    stable(&row)
}

/// Closes a stable; its horses have none then.
pub(super) async fn close(tx: &Tx<'_>, id: StableId) -> Result<(), Failure> {
    tx.expect_changed(1, CLOSE, &[&id.get()]).await
}

fn stable(row: &Row) -> Result<Stable, Failure> {
    Ok(Stable {
        id: column(row, "id")?,
        user_id: column(row, "user_id")?,
        name: column(row, "name")?,
        location: column(row, "location")?,
        version: column(row, "version")?,
        created_at: At(column(row, "created_at")?),
    })
}
