//! Shows, and entries in them.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Player, World, number, wire};
use crate::client::Reply;

/// A show to be opened by a player.
#[derive(Clone, Debug)]
pub struct NewShow {
    /// The name; empty for one of the harness's own.
    pub name: String,
    /// The discipline.
    pub discipline: &'static str,
    /// The fee.
    pub entry_fee: i64,
    /// The prize.
    pub prize: i64,
    /// When it runs, in minutes from now.
    pub in_minutes: i64,
    /// The least level.
    pub level_min: Option<i64>,
    /// The greatest level.
    pub level_max: Option<i64>,
}

impl Default for NewShow {
    fn default() -> Self {
        Self {
            name: String::new(),
            discipline: "Racing",
            entry_fee: 10,
            prize: 100,
            in_minutes: 24 * 60,
            level_min: None,
            level_max: None,
        }
    }
}

const TREASURY_SHOW: &str = "with made as (
    insert into shows (name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
    values ($1, $2, $3, $4, $5, sha256($6::bytea), $7) returning id)
  insert into show_secrets (show_id, secret) select id, $6 from made returning show_id";

impl World {
    /// Opens a show through the API and gives its number.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn show(&self, host: &Player, new: NewShow) -> i64 {
        let body = self.show_body(&new);
        number(&host.post("/v1/shows", &body).await.require(201), "id")
    }

    /// The body of the request that opens a show.
    pub fn show_body(&self, new: &NewShow) -> Value {
        let mut body = json!({
            "name": if new.name.is_empty() { fresh_show_name() } else { new.name.clone() },
            "discipline": new.discipline,
            "entry_fee": new.entry_fee,
            "prize": new.prize,
            "run_date": wire(self.now() + TimeDelta::minutes(new.in_minutes)),
        });
        for (name, level) in [("level_min", new.level_min), ("level_max", new.level_max)] {
            if let Some(level) = level {
                body[name] = level.into();
            }
        }
        body
    }

    /// Opens a show of the treasury's, which the API has no way to do.
    ///
    /// # Panics
    /// When the database refuses it.
    pub async fn treasury_show(&self, new: NewShow) -> i64 {
        let name = if new.name.is_empty() {
            fresh_show_name()
        } else {
            new.name
        };
        let run_date = self.now() + TimeDelta::minutes(new.in_minutes);
        let secret = Uuid::new_v4().simple().to_string().into_bytes();
        let version = i32::try_from(rules::RULES_VERSION).expect("a small number");
        self.admin
            .batch_execute("begin")
            .await
            .expect("a transaction");
        let made = self
            .admin
            .query_one(
                TREASURY_SHOW,
                &[
                    &name,
                    &new.discipline,
                    &new.entry_fee,
                    &new.prize,
                    &run_date,
                    &secret,
                    &version,
                ],
            )
            .await;
        let show: i64 = made.expect("a show").get(0);
        let give = format!(
            "select ledger_post(now(), null, array['show_prize:{show}'], array['show_prize'], array[treasury()],
               array[escrow_of({show})], array[{}::bigint], array[{show}::bigint], array[null::bigint]) where {0} > 0;
             commit",
            new.prize
        );
        self.admin.batch_execute(&give).await.expect("the prize");
        show
    }

    /// Enters a horse in a show.
    pub async fn enter(&self, player: &Player, show: i64, horse: i64) -> Reply {
        player
            .post(
                &format!("/v1/shows/{show}/entries"),
                &json!({"horse_id": horse}),
            )
            .await
    }
}

fn fresh_show_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("Ashford Stakes {}", COUNT.fetch_add(1, Ordering::Relaxed))
}
