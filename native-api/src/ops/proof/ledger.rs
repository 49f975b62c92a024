//! The books: every coin is somewhere, once.

use tokio_postgres::Client;

use super::{Check, count};
use crate::trouble::Trouble;

/// What must be zero, each with the words for the case that it is not.
const RULES: [(&str, &str); 8] = [
    (
        "coins more or less than there ever were: all postings together are not zero",
        "select abs(coalesce(sum(amount), 0))::bigint from postings",
    ),
    (
        "transfers whose postings do not sum to zero",
        "select count(*) from (select from postings group by transfer_id having sum(amount) <> 0) unequal",
    ),
    (
        "transfers without a posting",
        "select count(*) from transfers t where not exists (select from postings p where p.transfer_id = t.id)",
    ),
    (
        "balances that are not the sum of their postings",
        "select count(*) from accounts a
           left join (select account_id, sum(amount) as sum from postings group by account_id) p on p.account_id = a.id
         where a.balance is not null and a.balance <> coalesce(p.sum, 0)",
    ),
    (
        "postings that do not continue the balance of their account",
        "select count(*) from (
           select p.balance_after, a.kind in ('purse', 'escrow') as is_kept, p.amount
             + coalesce(lag(p.balance_after) over (partition by p.account_id order by p.id), 0) as continued
           from postings p join accounts a on a.id = p.account_id) chain
         where balance_after is distinct from case when is_kept then continued end",
    ),
    (
        "purses that are not their player's money",
        "select count(*) from users u left join accounts a on a.user_id = u.id where u.money is distinct from a.balance",
    ),
    (
        "ended shows that still hold coins",
        "select count(*) from shows s join accounts a on a.show_id = s.id where s.state <> 'open' and a.balance <> 0",
    ),
    (
        "open shows that do not hold their prize and fees",
        "select count(*) from shows s join accounts a on a.show_id = s.id
           left join (select show_id, count(*) as entries from show_entries group by show_id) e on e.show_id = s.id
         where s.state = 'open' and a.balance <> s.prize + s.entry_fee * coalesce(e.entries, 0)",
    ),
];

/// Asks every question about the ledger; what is not zero is a fault.
///
/// # Errors
/// When the database does not answer.
pub async fn check(client: &Client) -> Result<Check, Trouble> {
    let mut check = Check::begin("ledger");
    for (what, sql) in RULES {
        check.looked_at += 1;
        let found = count(client, sql).await?;
        if found != 0 {
            check.faults.push(format!("{found} {what}"));
        }
    }
    Ok(check.end())
}
