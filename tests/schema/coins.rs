//! Whatever players do with their coins, none are made and none are lost.

use std::cell::Cell;
use std::collections::BTreeMap;

use harness::Database;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::trial::{game, populate};

/// Something that one of three players wants to do; whether it can be done follows from what was done before.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Earn { who: usize, coins: i64 },
    Spend { who: usize, coins: i64 },
    Give { who: usize, to: usize, coins: i64 },
    Host { who: usize, fee: i64, prize: i64 },
    Enter { who: usize, show: usize },
    Withdraw { who: usize, show: usize },
    Cancel { show: usize },
    Settle { show: usize },
}

fn wish() -> impl Strategy<Value = Wish> {
    let who = 0..3_usize;
    let show = 0..4_usize;
    let coins = 1..400_i64;
    prop_oneof![
        1 => (who.clone(), coins.clone()).prop_map(|(who, coins)| Wish::Earn { who, coins }),
        1 => (who.clone(), coins.clone()).prop_map(|(who, coins)| Wish::Spend { who, coins }),
        1 => (who.clone(), 1..3_usize, coins).prop_map(|(who, step, coins)| Wish::Give { who, to: (who + step) % 3, coins }),
        3 => (who.clone(), 0..60_i64, 0..300_i64).prop_map(|(who, fee, prize)| Wish::Host { who, fee, prize }),
        5 => (who.clone(), show.clone()).prop_map(|(who, show)| Wish::Enter { who, show }),
        1 => (who, show.clone()).prop_map(|(who, show)| Wish::Withdraw { who, show }),
        1 => show.clone().prop_map(|show| Wish::Cancel { show }),
        1 => show.prop_map(|show| Wish::Settle { show }),
    ]
}

#[derive(Clone, Debug)]
struct Show {
    id: i64,
    host: usize,
    fee: i64,
    prize: i64,
    entries: BTreeMap<usize, i64>,
    is_open: bool,
}

/// What should be so, kept beside the database.
struct Model {
    users: [Uuid; 3],
    horses: [i64; 3],
    money: [i64; 3],
    shows: Vec<Show>,
    next: i64,
}

/// A wish as SQL, whether it can be done, and what is so afterwards.
struct Deed {
    sql: String,
    is_possible: bool,
    money: [i64; 3],
    shows: Vec<Show>,
}

impl Model {
    async fn begin(client: &Client, run: i64) -> Self {
        let users = [(); 3].map(|()| Uuid::new_v4());
        let horses = [0, 1, 2].map(|at| 100_000 + run * 10 + at);
        for (user, horse) in users.iter().zip(horses) {
            let sql = format!(
                "insert into users (id, name, email) values ('{user}', 'Player', '{user}@example.org');
                 select world.horse({horse}, 'male', world.now() - interval '35 days', '{user}')"
            );
            client.batch_execute(&sql).await.unwrap();
        }
        Self {
            users,
            horses,
            money: [1_000; 3],
            shows: Vec::new(),
            next: 1_000_000 + run * 1_000,
        }
    }

    fn purse(&self, who: usize) -> String {
        format!("purse_of('{}')", self.users[who])
    }

    /// What a wish means now; nothing where there is no such show yet.
    fn deed(&mut self, wish: Wish) -> Option<Deed> {
        self.next += 1;
        match wish {
            Wish::Earn { who, coins } => Some(self.pay(
                "stipend",
                "treasury()".to_owned(),
                None,
                self.purse(who),
                Some(who),
                coins,
            )),
            Wish::Spend { who, coins } => Some(self.pay(
                "store_horse",
                self.purse(who),
                Some(who),
                "sink()".to_owned(),
                None,
                coins,
            )),
            Wish::Give { who, to, coins } => Some(self.pay(
                "stud_fee",
                self.purse(who),
                Some(who),
                self.purse(to),
                Some(to),
                coins,
            )),
            Wish::Host { who, fee, prize } => Some(self.host(who, fee, prize)),
            Wish::Enter { who, show } => self.enter(who, show),
            Wish::Withdraw { who, show } => self.withdraw(who, show),
            Wish::Cancel { show } => self.cancel(show),
            Wish::Settle { show } => self.settle(show),
        }
    }

    fn pay(
        &self,
        cause: &str,
        from: String,
        payer: Option<usize>,
        to: String,
        payee: Option<usize>,
        coins: i64,
    ) -> Deed {
        let mut money = self.money;
        if let Some(payer) = payer {
            money[payer] -= coins;
        }
        let is_possible = money.iter().all(|money| *money >= 0);
        if let Some(payee) = payee {
            money[payee] += coins;
        }
        Deed {
            sql: format!(
                "select world.pay('{cause}:run{}', {from}, {to}, {coins})",
                self.next
            ),
            is_possible,
            money,
            shows: self.shows.clone(),
        }
    }

    fn host(&self, host: usize, fee: i64, prize: i64) -> Deed {
        let (id, user) = (self.next, self.users[host]);
        let mut money = self.money;
        money[host] -= prize;
        let mut shows = self.shows.clone();
        shows.push(Show {
            id,
            host,
            fee,
            prize,
            entries: BTreeMap::new(),
            is_open: true,
        });
        Deed {
            sql: format!("select world.show({id}, {fee}, {prize}, '{user}')"),
            is_possible: money[host] >= 0,
            money,
            shows,
        }
    }

    fn enter(&self, who: usize, at: usize) -> Option<Deed> {
        let (id, mut money, mut shows) = (self.next, self.money, self.shows.clone());
        let show = shows.get_mut(at)?;
        let mut sql = format!(
            "select world.enter({id}, {}, {}, '{}')",
            show.id, self.horses[who], self.users[who]
        );
        if show.fee > 0 {
            let (purse, fee) = (self.purse(who), show.fee);
            sql.push_str(&format!(
                "; select world.pay('entry_fee:{id}', {purse}, escrow_of({}), {fee})",
                show.id
            ));
        }
        money[who] -= show.fee;
        let is_possible = show.is_open && !show.entries.contains_key(&who) && money[who] >= 0;
        show.entries.insert(who, id);
        Some(Deed {
            sql,
            is_possible,
            money,
            shows,
        })
    }

    fn withdraw(&self, who: usize, at: usize) -> Option<Deed> {
        let (mut money, mut shows) = (self.money, self.shows.clone());
        let show = shows.get_mut(at)?;
        let entry = show.entries.remove(&who)?;
        let sql = format!(
            "{}; delete from show_entries where id = {entry}",
            self.refund(show, who, entry)
        );
        money[who] += show.fee;
        Some(Deed {
            sql,
            is_possible: show.is_open,
            money,
            shows,
        })
    }

    fn refund(&self, show: &Show, who: usize, entry: i64) -> String {
        if show.fee == 0 {
            return "select 1".to_owned();
        }
        let purse = self.purse(who);
        format!(
            "select world.pay('entry_refund:{entry}', escrow_of({}), {purse}, {})",
            show.id, show.fee
        )
    }

    fn cancel(&self, at: usize) -> Option<Deed> {
        let (mut money, mut shows) = (self.money, self.shows.clone());
        let show = shows.get_mut(at)?;
        let mut sql = String::new();
        for (who, entry) in &show.entries {
            sql.push_str(&self.refund(show, *who, *entry));
            sql.push(';');
            money[*who] += show.fee;
        }
        sql.push_str(&self.out_of_escrow(show, "prize_return", show.host, show.prize));
        money[show.host] += show.prize;
        sql.push_str(&format!(
            "update shows set state = 'cancelled', ended_at = world.now() where id = {}",
            show.id
        ));
        let is_possible = show.is_open;
        show.is_open = false;
        Some(Deed {
            sql,
            is_possible,
            money,
            shows,
        })
    }

    /// The first of the entries wins it all.
    fn settle(&self, at: usize) -> Option<Deed> {
        let (mut money, mut shows) = (self.money, self.shows.clone());
        let show = shows.get_mut(at)?;
        let winner = *show.entries.keys().next()?;
        let fees = show.fee * i64::try_from(show.entries.len()).ok()?;
        let mut sql = String::new();
        for (place, entry) in show.entries.values().enumerate() {
            sql.push_str(&format!("select world.place({entry}, {});", place + 1));
        }
        sql.push_str(&self.out_of_escrow(show, "prize", winner, show.prize));
        sql.push_str(&self.out_of_escrow(show, "fee_income", show.host, fees));
        sql.push_str(&format!("select world.settle({})", show.id));
        money[winner] += show.prize;
        money[show.host] += fees;
        let is_possible = show.is_open;
        show.is_open = false;
        Some(Deed {
            sql,
            is_possible,
            money,
            shows,
        })
    }

    fn out_of_escrow(&self, show: &Show, cause: &str, who: usize, coins: i64) -> String {
        if coins == 0 {
            return String::new();
        }
        format!(
            "select world.pay('{cause}:{}', escrow_of({}), {}, {coins});",
            show.id,
            show.id,
            self.purse(who)
        )
    }

    /// Does what is wished, in one transaction; the database must find possible what the model does, and nothing else.
    async fn carry_out(&mut self, client: &Client, wish: Wish) {
        let Some(deed) = self.deed(wish) else { return };
        let done = client.batch_execute(&deed.sql).await;
        assert_eq!(
            done.is_ok(),
            deed.is_possible,
            "{wish:?}: {done:?}\n{}",
            deed.sql
        );
        if deed.is_possible {
            (self.money, self.shows) = (deed.money, deed.shows);
        }
    }
}

/// Rows that contradict the ledger: accounts, users and shows; none should be found.
const CONTRADICTIONS: &str = "
    select format('transfer %s sums to %s', transfer_id, sum(amount)) from postings group by transfer_id having sum(amount) <> 0
    union all
    select format('account %s keeps %s, its last posting %s, all of them %s', a.id, a.balance, l.balance_after, s.total)
    from accounts a
    left join lateral (select balance_after from postings p where p.account_id = a.id order by p.id desc limit 1) l on true
    left join lateral (select sum(amount)::bigint as total from postings p where p.account_id = a.id) s on true
    where a.balance is not null and (a.balance <> coalesce(l.balance_after, 0) or a.balance <> coalesce(s.total, 0))
    union all
    select format('user %s has %s, the purse %s', u.id, u.money, a.balance)
    from users u left join accounts a on a.user_id = u.id where u.money is distinct from a.balance
    union all
    select format('show %s has ended with %s in escrow', s.id, a.balance)
    from shows s left join accounts a on a.show_id = s.id where s.state <> 'open' and a.balance is distinct from 0
    union all
    select format('all postings sum to %s', sum(amount)) from postings having sum(amount) <> 0";

async fn contradictions(client: &Client) -> Vec<String> {
    let rows = client.query(CONTRADICTIONS, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn after_any_deeds_of_players_the_ledger_adds_up() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(Database::fresh());
    runtime.block_on(populate(&database));
    let writer = runtime.block_on(game(&database));
    let administrator = runtime.block_on(database.admin());
    let runs = Cell::new(0);
    let cases = Config {
        cases: 24,
        max_shrink_iters: 30,
        failure_persistence: None,
        ..Config::default()
    };
    let property = TestRunner::new(cases).run(&prop::collection::vec(wish(), 1..40), |wishes| {
        runs.set(runs.get() + 1);
        runtime.block_on(async {
            let mut model = Model::begin(&writer, runs.get()).await;
            for wish in wishes {
                model.carry_out(&writer, wish).await;
            }
            for (user, money) in model.users.iter().zip(model.money) {
                let row = writer
                    .query_one("select money from users where id = $1", &[user])
                    .await
                    .unwrap();
                assert_eq!(row.get::<_, i64>(0), money);
            }
            assert_eq!(contradictions(&administrator).await, Vec::<String>::new());
        });
        Ok(())
    });
    property.unwrap();
}

#[tokio::test]
async fn a_ledger_that_was_tampered_with_is_found_out() {
    let database = Database::fresh().await;
    populate(&database).await;
    let administrator = database.admin().await;
    assert_eq!(contradictions(&administrator).await, Vec::<String>::new());
    let tampering = "set session_replication_role = replica; update users set money = money + 1 where email = 'ann@example.org'";
    administrator.batch_execute(tampering).await.unwrap();
    assert_eq!(contradictions(&administrator).await.len(), 1);
}
