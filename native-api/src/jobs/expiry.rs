//! Removing what has expired: sessions that are over, and answers that were kept for their day.
//!
//! Both live in real time, not in the game's. One process an hour does it, the one that first writes the hour down.

use reads::Failure;
use tokio::sync::watch;
use tokio_postgres::types::Json;

use crate::app::App;
use crate::db::fault::column;
use crate::db::{By, Tx, Write};

/// How many rows a transaction removes at most.
const BATCH: i64 = 1_000;

/// Takes this hour's turn, if nobody has taken it.
#[derive(Clone, Debug)]
struct TakeTurn {
    worker: String,
}

/// Removes a batch of what one statement finds expired.
#[derive(Clone, Copy, Debug)]
struct Remove(&'static str);

/// Writes down what a turn removed.
#[derive(Clone, Copy, Debug)]
struct EndTurn {
    run: i64,
    sessions: u64,
    keys: u64,
}

const TAKE: &str = "insert into ops.job_runs (name, slot, worker, lease_until)
    values ('expiry', date_trunc('hour', now()), $1, now() + interval '5 minutes')
    on conflict (name, slot) do nothing returning id";

const END: &str =
    "update ops.job_runs set finished_at = now(), outcome = 'done', evidence = $2 where id = $1";

/// Refresh tokens go with their session.
const SESSIONS: &str = "delete from sessions where id in
    (select id from sessions where expires_at < now() order by expires_at limit $1 for update skip locked)";

const KEYS: &str = "delete from idempotency_keys k using
    (select user_id, key from idempotency_keys where created_at < now() - interval '24 hours'
     order by created_at limit $1 for update skip locked) old
    where k.user_id = old.user_id and k.key = old.key";

impl Write for TakeTurn {
    const NAME: &'static str = "take expiry turn";
    type Done = Option<i64>;

    async fn run(&self, tx: &Tx<'_>) -> Result<Option<i64>, Failure> {
        let row = tx.find(TAKE, &[&self.worker]).await?;
        row.map(|row| column(&row, "id")).transpose()
    }
}

impl Write for Remove {
    const NAME: &'static str = "remove expired";
    type Done = u64;

    async fn run(&self, tx: &Tx<'_>) -> Result<u64, Failure> {
        tx.execute(self.0, &[&BATCH]).await
    }
}

impl Write for EndTurn {
    const NAME: &'static str = "end expiry turn";
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        let evidence =
            serde_json::json!({"sessions": self.sessions, "idempotency_keys": self.keys});
        tx.expect_changed(1, END, &[&self.run, &Json(evidence)])
            .await
    }
}

/// Takes the hour's turn if it is free. What goes wrong goes to the log: the next hour comes.
pub async fn take_turn(app: &App, stopping: &watch::Receiver<bool>) {
    match work(app, stopping).await {
        Ok(None) => {}
        Ok(Some((sessions, keys))) => tracing::info!(sessions, keys, "removed what has expired"),
        Err(failure) => tracing::warn!(?failure, "what has expired could not be removed"),
    }
}

async fn work(app: &App, stopping: &watch::Receiver<bool>) -> Result<Option<(u64, u64)>, Failure> {
    let by = By::game("expiry");
    let turn = TakeTurn {
        worker: format!("process {}", std::process::id()),
    };
    let Some(run) = app.db.write(by, &turn).await? else {
        return Ok(None);
    };
    let sessions = remove_all(app, SESSIONS, stopping).await?;
    let keys = remove_all(app, KEYS, stopping).await?;
    app.db
        .write(
            by,
            &EndTurn {
                run,
                sessions,
                keys,
            },
        )
        .await?;
    Ok(Some((sessions, keys)))
}

async fn remove_all(
    app: &App,
    sql: &'static str,
    stopping: &watch::Receiver<bool>,
) -> Result<u64, Failure> {
    let mut removed = 0;
    while !*stopping.borrow() {
        let count = app.db.write(By::game("expiry"), &Remove(sql)).await?;
        removed += count;
        if count < BATCH.unsigned_abs() {
            break;
        }
    }
    Ok(removed)
}
