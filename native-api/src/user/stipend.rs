//! The weekly stipend.

use chrono::NaiveDate;
use reads::Failure;
use reads::wire::At;
use rules::economy::Cause;
use rules::id::UserId;
use rules::money::Coins;
use rules::progression::check_stipend;
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::app::{Answer, Call, Empty};
use crate::db::{Tx, Write};
use crate::ledger::{self, Account, Transfer};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Paid {
    /// Coins received.
    #[schema(example = 250)]
    amount: i64,
    /// Coins in the purse now.
    #[schema(example = 1250)]
    money: i64,
    /// From when the next stipend may be claimed, in game time.
    next_at: At,
}

/// Claim this week's stipend: 250 coins, once per ISO week (from Monday 00:00 UTC).
#[utoipa::path(post, path = "/v1/stipend", tag = "players", security(("token" = [])),
    responses((status = 200, description = "Paid", body = Paid)))]
pub(super) async fn claim(call: Call<Empty>) -> Result<Answer, Failure> {
    let claim = Claim {
        user: call.player.id,
    };
    call.write(&claim, |paid| Answer::ok(&paid)).await
}

struct Claim {
    user: UserId,
}

impl Write for Claim {
    const NAME: &'static str = "claim stipend";
    type Done = Paid;

    async fn run(&self, tx: &Tx<'_>) -> Result<Paid, Failure> {
        let (purse, last) = store::last_stipend(tx, self.user).await?;
        let stipend = check_stipend(last, tx.now())?;
        let week = stipend.week.date_naive();
        store::claim(tx, self.user, week).await?;
        ledger::post(tx, &[stipend_of(self.user, week, stipend.amount)]).await?;
        let money: Coins = purse.checked_add(stipend.amount)?;
        Ok(Paid {
            amount: stipend.amount.get(),
            money: money.get(),
            next_at: At(stipend.next),
        })
    }
}

/// The stipend of the week that begins on a Monday.
pub(crate) fn stipend_of(user: UserId, week: NaiveDate, amount: Coins) -> Transfer {
    Transfer {
        key: format!("stipend:{user}:{week}"),
        cause: Cause::Stipend,
        from: Account::Treasury,
        to: Account::Purse(user),
        amount,
        show: None,
        horse: None,
    }
}
