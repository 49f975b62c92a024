//! What the database holds, seen by its administrator.

use uuid::Uuid;

use super::World;

impl World {
    /// What a player's purse holds.
    ///
    /// # Panics
    /// When there is no such player.
    pub async fn purse(&self, player: Uuid) -> i64 {
        self.one(&format!("select money from users where id = '{player}'"))
            .await
    }

    /// The number that a statement of the administrator's gives.
    ///
    /// # Panics
    /// When it gives none.
    pub async fn one(&self, sql: &str) -> i64 {
        let row = self.admin.query_one(sql, &[]).await;
        row.unwrap_or_else(|error| panic!("{sql}: {error}")).get(0)
    }

    /// Carries out statements of the administrator's.
    ///
    /// # Panics
    /// When the database refuses one.
    pub async fn sql(&self, sql: &str) {
        let done = self.admin.batch_execute(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// A fingerprint of every row of every table, one line for each table: two are the same only if nothing has changed.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn fingerprint(&self) -> String {
        let tables = "select string_agg(format('select %L || coalesce(md5(string_agg(t::text, chr(10) order by t::text)), %L)
            from %I.%I t', schemaname || '.' || tablename || ' ', 'empty', schemaname, tablename),
            ' union all ' order by schemaname, tablename)
            from pg_tables where schemaname in ('public', 'ops')";
        let all: String = self
            .admin
            .query_one(tables, &[])
            .await
            .expect("the tables")
            .get(0);
        let lines = self.admin.query(&all, &[]).await.expect("their rows");
        // The tables may be read side by side, and come in the order in which they end.
        let mut lines: Vec<String> = lines.iter().map(|row| row.get(0)).collect();
        lines.sort_unstable();
        lines.join("\n")
    }

    /// Checks the ledger from outside: every transfer and the whole sum to zero, every balance is the sum of its
    /// postings, every purse is what its player is shown, and no ended show holds a coin.
    ///
    /// # Panics
    /// With what is wrong.
    pub async fn require_sound_ledger(&self) {
        for (what, sql) in [
            ("the sum of all postings", "select coalesce(sum(amount), 0)::bigint from postings"),
            (
                "transfers that do not sum to zero",
                "select count(*) from (select from postings group by transfer_id having sum(amount) <> 0) t",
            ),
            (
                "balances that are not the sum of their postings",
                "select count(*) from accounts a where a.balance is not null and a.balance <>
                   (select coalesce(sum(p.amount), 0) from postings p where p.account_id = a.id)",
            ),
            (
                "purses that are not their player's money",
                "select count(*) from users u left join accounts a on a.user_id = u.id where u.money is distinct from a.balance",
            ),
            (
                "ended shows with coins",
                "select count(*) from shows s join accounts a on a.show_id = s.id where s.state <> 'open' and a.balance <> 0",
            ),
            (
                "open shows whose escrow is not prize and fees",
                "select count(*) from shows s join accounts a on a.show_id = s.id where s.state = 'open' and a.balance <>
                   s.prize + s.entry_fee * (select count(*) from show_entries e where e.show_id = s.id)",
            ),
        ] {
            assert_eq!(self.one(sql).await, 0, "{what}");
        }
    }
}
