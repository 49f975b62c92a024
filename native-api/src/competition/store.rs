//! Shows in the database: opening and cancelling.

use reads::Failure;
use reads::horse::Player;
use rules::competition::calendar::keep_free;
use rules::competition::proof::Commitment;
use rules::competition::show::{CancelPermit, Host, Show, ShowPlan, announce, check_host};
use rules::dice::Secret;
use rules::economy::Cause;
use rules::id::{HorseId, ShowId, UserId};
use rules::money::Coins;
use rules::{Instant, RULES_VERSION};

use super::record::{Held, account_of, lock, show_columns};
use crate::db::fault::column;
use crate::db::{Tx, Write};
use crate::ledger::{self, Account, Transfer};

/// Opens a show whose host is a player.
#[derive(Clone, Debug)]
pub struct Open {
    /// The host, whose purse gives the prize.
    pub player: UserId,
    /// The name.
    pub name: String,
    /// The name of the discipline.
    pub discipline: String,
    /// The least level of the bracket, if any.
    pub level_min: Option<i64>,
    /// The greatest level of the bracket, if any.
    pub level_max: Option<i64>,
    /// The fee of each entry.
    pub entry_fee: i64,
    /// The prize.
    pub prize: i64,
    /// When it runs.
    pub run_date: Instant,
    /// What its luck is drawn from, fresh and random; only its hash is published now.
    pub secret: Secret,
}

/// A show with what is shown around it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The show.
    pub held: Held,
    /// Its host, if a player is.
    pub host: Option<Player>,
    /// How many entries stand.
    pub entries: i64,
    /// The published hash of its secret, in hexadecimal digits.
    pub secret_hash: String,
    /// The version of the rules by which it will be settled.
    pub rules_version: i32,
    /// When it was settled or cancelled.
    pub ended_at: Option<Instant>,
}

/// Cancels a show, for its host.
#[derive(Clone, Copy, Debug)]
pub struct Cancel {
    /// Who asks.
    pub player: UserId,
    /// The show.
    pub show: ShowId,
    /// The version that the player has seen, if it must be the present one.
    pub version: Option<i64>,
}

const INSERT: &str = "with made as (
      insert into shows (name, discipline, level_min, level_max, entry_fee, prize, run_date, host_id, secret_hash, rules_version)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id
    )
    , kept as (insert into show_secrets (show_id, secret) select id, $11 from made)
    select id as show_id from made";

/// Nobody else opens one for this player meanwhile: the purse is locked.
const HOSTED: &str = "select count(*) as shows from shows where host_id = $1 and state = 'open'";

const SHOWN: &str = concat!(
    "select ",
    show_columns!(),
    ", encode(s.secret_hash, 'hex') as secret_hash, s.rules_version, s.ended_at, u.name as host_name,
    (select count(*) from show_entries e where e.show_id = s.id) as entries
    from shows s left join users u on u.id = s.host_id where s.id = $1"
);

const ENTRIES: &str =
    "select id, horse_id, user_id from show_entries where show_id = $1 order by id";

pub(crate) const CANCEL: &str =
    "update shows set state = 'cancelled', ended_at = $2 where id = $1 and state = 'open'";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("competition: insert", INSERT),
    ("competition: hosted", HOSTED),
    ("competition: shown", SHOWN),
    ("competition: entries", ENTRIES),
    ("competition: cancel", CANCEL),
];

impl Write for Open {
    const NAME: &'static str = "open show";
    type Done = Shown;

    async fn run(&self, tx: &Tx<'_>) -> Result<Shown, Failure> {
        let plan = ShowPlan {
            name: &self.name,
            discipline: &self.discipline,
            level_min: self.level_min,
            level_max: self.level_max,
            entry_fee: self.entry_fee,
            prize: self.prize,
            run_date: self.run_date,
        };
        keep_free(&self.name)?;
        let show = announce(&plan, tx.now())?;
        ledger::afford(tx, self.player, show.prize()).await?;
        let hosted = tx.expect_one(HOSTED, &[&self.player.get()]).await?;
        check_host(column(&hosted, "shows")?)?;
        let commitment = Commitment::to(&self.secret);
        let bracket = show.bracket();
        let row = tx
            .expect_one(
                INSERT,
                &[
                    &show.name(),
                    &show.discipline().as_str(),
                    &level(bracket.level_min),
                    &level(bracket.level_max),
                    &show.entry_fee().get(),
                    &show.prize().get(),
                    &show.run_date(),
                    &self.player.get(),
                    &commitment.as_bytes().as_slice(),
                    &i32::try_from(RULES_VERSION).unwrap_or(i32::MAX),
                    &self.secret.as_bytes().as_slice(),
                ],
            )
            .await?;
        let id = ShowId::new(column(&row, "show_id")?);
        ledger::post(tx, &[prize_of(id, Host::User(self.player), show.prize())]).await?;
        shown(tx, id).await
    }
}

impl Write for Cancel {
    const NAME: &'static str = "cancel show";
    type Done = Shown;

    async fn run(&self, tx: &Tx<'_>) -> Result<Shown, Failure> {
        let Held { show, version } = lock(tx, self.show).await?;
        let permit = show.check_cancel(self.player, tx.now())?;
        if self.version.is_some_and(|seen| seen != version) {
            return Err(Failure::Stale { version });
        }
        call_off(tx, &show, &permit).await?;
        shown(tx, self.show).await
    }
}

async fn shown(tx: &Tx<'_>, id: ShowId) -> Result<Shown, Failure> {
    let row = tx.expect_one(SHOWN, &[&id.get()]).await?;
    let held = Held::of(&row)?;
    let name: Option<String> = column(&row, "host_name")?;
    let host = match held.show.host {
        Host::Treasury => None,
        Host::User(user) => name.map(|name| Player {
            id: user.get(),
            name,
        }),
    };
    Ok(Shown {
        held,
        host,
        entries: column(&row, "entries")?,
        secret_hash: column(&row, "secret_hash")?,
        rules_version: column(&row, "rules_version")?,
        ended_at: column(&row, "ended_at")?,
    })
}

/// Cancels a locked show: every fee goes back to who paid it, and the prize to the host. Says how many entries there were.
///
/// # Errors
/// What the database refuses.
pub async fn call_off(tx: &Tx<'_>, show: &Show, permit: &CancelPermit) -> Result<usize, Failure> {
    let id = permit.show();
    let rows = tx.rows(ENTRIES, &[&id.get()]).await?;
    let mut transfers = Vec::with_capacity(rows.len() + 1);
    for row in &rows {
        let entry: i64 = column(row, "id")?;
        let payer = UserId::new(column(row, "user_id")?);
        let horse = HorseId::new(column(row, "horse_id")?);
        transfers.push(refund_of(show, entry, payer, horse));
    }
    transfers.push(returned_prize(show, show.facts.prize));
    ledger::post(tx, &transfers).await?;
    tx.expect_changed(1, CANCEL, &[&id.get(), &tx.now()])
        .await?;
    Ok(rows.len())
}

/// The fee of an entry, back to who paid it.
pub fn refund_of(show: &Show, entry: i64, payer: UserId, horse: HorseId) -> Transfer {
    let id = show.facts.id;
    Transfer {
        key: format!("entry_refund:{entry}"),
        cause: Cause::EntryRefund,
        from: Account::Escrow(id),
        to: Account::Purse(payer),
        amount: show.facts.entry_fee,
        show: Some(id),
        horse: Some(horse),
    }
}

/// The prize, or what is left of it, back to the host.
pub fn returned_prize(show: &Show, amount: Coins) -> Transfer {
    let id = show.facts.id;
    Transfer {
        key: format!("prize_return:{id}"),
        cause: Cause::PrizeReturn,
        from: Account::Escrow(id),
        to: account_of(show.host),
        amount,
        show: Some(id),
        horse: None,
    }
}

/// The prize of a show on its way from the host into the show's escrow.
pub(crate) fn prize_of(id: ShowId, host: Host, amount: Coins) -> Transfer {
    Transfer {
        key: format!("show_prize:{id}"),
        cause: Cause::ShowPrize,
        from: account_of(host),
        to: Account::Escrow(id),
        amount,
        show: Some(id),
        horse: None,
    }
}

/// A level as the database counts it; the rules let none be greater than a million.
pub(super) fn level(level: Option<i64>) -> Option<i32> {
    level.map(|level| i32::try_from(level).unwrap_or(i32::MAX))
}
