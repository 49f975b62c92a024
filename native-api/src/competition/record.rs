//! A show as the rules look at one, read from its row.

use reads::Failure;
use rules::competition::show::{Host, Show, ShowFacts};
use rules::id::{ShowId, UserId};
use rules::money::Coins;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::db::Tx;
use crate::db::fault::column;
use crate::horse::record::word;
use crate::ledger::Account;

/// The columns of a [`Held`] show, of the table `shows s`.
macro_rules! show_columns {
    () => {
        "s.id, s.name, s.discipline, s.level_min, s.level_max, s.entry_fee, s.prize, s.run_date, s.host_id, s.state, s.version"
    };
}
pub(crate) use show_columns;

/// A show, and how often it was changed.
#[derive(Clone, Debug)]
pub struct Held {
    /// The show as the rules look at it.
    pub show: Show,
    /// Counts its changes, entries among them.
    pub version: i64,
}

const LOCK: &str = concat!(
    "select ",
    show_columns!(),
    " from shows s where s.id = $1 for no key update"
);

const SEEN: &str = concat!("select ", show_columns!(), " from shows s where s.id = $1");

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("competition record: lock", LOCK),
    ("competition record: seen", SEEN),
];

impl Held {
    /// Reads the columns of `show_columns!`.
    ///
    /// # Errors
    /// A fault of ours, when the row says what the rules do not know.
    pub fn of(row: &Row) -> Result<Self, Failure> {
        let level = |name| column::<Option<i32>>(row, name).map(|level| level.map(i64::from));
        let host: Option<Uuid> = column(row, "host_id")?;
        let facts = ShowFacts {
            id: ShowId::new(column(row, "id")?),
            name: column(row, "name")?,
            discipline: word(row, "discipline")?,
            level_min: level("level_min")?,
            level_max: level("level_max")?,
            entry_fee: Coins::new(column(row, "entry_fee")?),
            prize: Coins::new(column(row, "prize")?),
            run_date: column(row, "run_date")?,
        };
        let show = Show {
            facts,
            state: word(row, "state")?,
            host: host.map_or(Host::Treasury, |user| Host::User(UserId::new(user))),
        };
        Ok(Self {
            show,
            version: column(row, "version")?,
        })
    }
}

/// The show, locked until the end of the transaction: before any horse, player or account.
///
/// # Errors
/// Missing, when there is none.
pub async fn lock(tx: &Tx<'_>, id: ShowId) -> Result<Held, Failure> {
    let row = tx.find(LOCK, &[&id.get()]).await?;
    Held::of(&row.ok_or(Failure::Missing { what: "show" })?)
}

/// The show as it stands now, for whoever decides before it is locked.
///
/// # Errors
/// Missing, when there is none.
pub async fn seen(tx: &Tx<'_>, id: ShowId) -> Result<Held, Failure> {
    let row = tx.find(SEEN, &[&id.get()]).await?;
    Held::of(&row.ok_or(Failure::Missing { what: "show" })?)
}

/// Where the coins of a host lie.
pub const fn account_of(host: Host) -> Account {
    match host {
        Host::Treasury => Account::Treasury,
        Host::User(user) => Account::Purse(user),
    }
}
