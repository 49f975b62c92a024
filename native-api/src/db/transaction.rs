//! The life of one transaction on one connection: begun with its first statement, ended with its last.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use deadpool_postgres::{ClientWrapper, Object};
use reads::Failure;
use reads::snapshot::Xid8;
use rules::Instant;
use tokio_postgres::Row;

use super::last::{Last, Told};
use super::statements::Statements;
use super::{By, Db, Params, Tx, Write, fault};
use crate::app::Answer;
use crate::auth;
use crate::idempotency::{self, Once};

/// Why a run of a write ended without its effect.
pub(super) enum Stop {
    /// It collided with another; the same write may succeed if it runs again.
    Collision(Failure),
    /// It failed, and would fail again.
    Failed(Failure),
}

impl Stop {
    fn or_collision(self, is_collision: bool) -> Self {
        match self {
            Self::Failed(failure) if is_collision => Self::Collision(failure),
            stop => stop,
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What became of beginning with an idempotency key.
pub(super) enum Begun {
    /// The request is a first one.
    Open(Transaction),
    /// It was carried out before; nothing is open. The number is that of the transaction which found this out.
    Answered(Answer, u64),
}

/// An open transaction. One that is dropped half-way (its request was cancelled) takes its connection with it: nobody
/// else must find the transaction open.
pub(super) struct Transaction {
    connection: Option<Object>,
    statements: Statements,
    now: Instant,
    id: u64,
    last: Option<Last>,
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

/// Says who asks. Whatever else the statement does takes it from here, so that it comes after: the policies of the rows
/// look at who asks.
macro_rules! asked {
    ($actor:literal) => {
        concat!(
            "with asked as materialized (select set_config('equoria.actor', ",
            $actor,
            ", true) as actor, set_config('equoria.request_id', $3, true) as request_id)"
        )
    };
}

/// The transaction's number, when, and whether the token still stands. The clock's lead counts outside of production only.
macro_rules! admission {
    () => {
        "now() + case when $4 then (select ahead_ms from ops.game_clock) else 0 end * interval '1 ms' as at,
  (select u.token_epoch from users u where u.id = $1) as epoch,
  exists (select from sessions s where s.id = $2 and s.user_id = $1 and s.revoked_at is null and asked.actor <> '')
    as session_stands"
    };
}

/// Who asks and when, in the transaction's first statement.
const ADMIT: &str = concat!(
    asked!("$5"),
    " select case when asked.actor <> 'game' then pg_current_xact_id() end as id, ",
    admission!(),
    " from asked"
);

/// The same, and the idempotency key is taken or found. The insert waits for a concurrent request with the same key.
pub(crate) const ADMIT_ONCE: &str = concat!(
    asked!("$1::uuid::text"),
    ", kept as (
    insert into idempotency_keys as k (user_id, key, request_hash) select $1::uuid, $5::text, $6::bytea from asked where asked.actor <> ''
    on conflict (user_id, key) do update set key = excluded.key
    returning k.request_hash, k.status, k.response)
  select pg_current_xact_id() as id, ",
    admission!(),
    ", kept.request_hash, kept.status, kept.response from asked, kept"
);

/// Completes the body by what the write's last statement told, as [`Answer::completed`] does.
pub(crate) const KEEP: &str = "update idempotency_keys set status = $3,
    response = case when coalesce(current_setting('equoria.told', true), '') = '' then $4::jsonb
      else jsonb_set($4::jsonb, '{body}', to_jsonb(left($4::jsonb ->> 'body', -1) || ',' || substr(current_setting('equoria.told'), 2))) end
    where user_id = $1 and key = $2";

impl Transaction {
    /// Begins, and checks in the same round trip that the player's token still stands.
    pub(super) async fn begin(db: &Db, by: By<'_>) -> Result<Self, Stop> {
        let transaction = Self::on(db.connection().await?, &db.statements);
        let (id, session) = ids(by);
        let params: &Params<'_> = &[&id, &session, &by.request_id, &db.can_advance, &by.name()];
        let (transaction, row) = transaction.admit(ADMIT, params).await?;
        transaction.admitted(by, &row).await
    }

    /// Begins likewise, and takes the idempotency key or finds the answer that was given under it.
    pub(super) async fn begin_once(db: &Db, by: By<'_>, once: &Once) -> Result<Begun, Stop> {
        let transaction = Self::on(db.connection().await?, &db.statements);
        let (id, session) = ids(by);
        let (key, hash) = (once.key(), once.request_hash());
        let params: &Params<'_> = &[&id, &session, &by.request_id, &db.can_advance, &key, &hash];
        let (transaction, row) = transaction.admit(ADMIT_ONCE, params).await?;
        let transaction = transaction.admitted(by, &row).await?;
        match idempotency::earlier(&row, once) {
            Ok(None) => Ok(Begun::Open(transaction)),
            Ok(Some(answer)) => {
                let id = transaction.id;
                transaction
                    .undo()
                    .await
                    .map(|()| Begun::Answered(answer, id))
            }
            Err(failure) => Err(transaction.roll_back(failure).await),
        }
    }

    /// The number of the transaction; 0 for the game's own, which answer nobody.
    pub(super) const fn id(&self) -> u64 {
        self.id
    }

    /// Runs the write; a refusal rolls back.
    pub(super) async fn run<W: Write>(
        mut self,
        db: &Db,
        by: By<'_>,
        write: &W,
    ) -> Result<(Self, W::Done), Stop> {
        let (outcome, collided, last) = {
            let tx = Tx {
                client: self.client()?,
                statements: &self.statements,
                now: self.now,
                dice: &db.dice,
                name: W::NAME,
                figures: &db.figures,
                actor: by.actor(),
                request_id: by.request_id,
                collided: AtomicBool::new(false),
                aborted: AtomicBool::new(false),
                last: Mutex::new(None),
            };
            let outcome = match write.run(&tx).await {
                Ok(_) if tx.aborted.into_inner() => {
                    Err(fault::broken(format!("{} went on after an error", W::NAME)))
                }
                outcome => outcome,
            };
            let last = tx.last.into_inner().unwrap_or_else(PoisonError::into_inner);
            (outcome, tx.collided.into_inner(), last)
        };
        self.last = last;
        match outcome {
            Ok(done) => Ok((self, done)),
            Err(failure) => Err(self.roll_back(failure).await.or_collision(collided)),
        }
    }

    /// Carries out the write's last statement, if it has one, and commits, in one round trip. What the database checks last
    /// (the ledger, an ended show) may still refuse.
    pub(super) async fn commit(mut self, db: &Db) -> Result<Told, Stop> {
        let client = self.client()?;
        let last = Last::ready(self.last.as_ref(), &self.statements, client).await;
        let last = last.map_err(|error| stop(&error))?;
        let (told, committed) =
            tokio::join!(last.carry_out(client, db), client.batch_execute("commit"));
        self.connection.take();
        let told = told.map_err(|error| stop_at_commit(&error))?;
        committed.map_err(|error| stop_at_commit(&error))?;
        Ok(told)
    }

    /// The same, and the answer is kept under its key between the two.
    pub(super) async fn commit_answer(
        mut self,
        db: &Db,
        by: By<'_>,
        once: &Once,
        answer: &Answer,
    ) -> Result<Told, Stop> {
        let client = self.client()?;
        let last = Last::ready(self.last.as_ref(), &self.statements, client).await;
        let last = last.map_err(|error| stop(&error))?;
        let keep = self.statements.ready(client, KEEP).await;
        let keep = keep.map_err(|error| stop(&error))?;
        let (id, _) = ids(by);
        let (key, status, kept) = (once.key(), answer.status_number(), answer.to_kept());
        let params: &Params<'_> = &[&id, &key, &status, &kept];
        let (told, keeping, commit) = tokio::join!(
            last.carry_out(client, db),
            keep.execute(client, params),
            client.batch_execute("commit")
        );
        self.connection.take();
        let told = told.map_err(|error| stop_at_commit(&error))?;
        let count = keeping.map_err(|error| stop_at_commit(&error))?;
        commit.map_err(|error| stop_at_commit(&error))?;
        if count == 1 {
            Ok(told)
        } else {
            Err(fault::broken(format!("{count} idempotency keys were kept")).into())
        }
    }

    /// Undoes everything and hands the failure on.
    pub(super) async fn roll_back(self, failure: Failure) -> Stop {
        // Where even this fails, the connection is closed, and the server rolls back by itself.
        let _ = self.undo().await;
        Stop::Failed(failure)
    }

    fn on(connection: Object, statements: &Statements) -> Self {
        Self {
            connection: Some(connection),
            statements: statements.clone(),
            now: DateTime::<Utc>::UNIX_EPOCH,
            id: 0,
            last: None,
        }
    }

    fn client(&self) -> Result<&ClientWrapper, Failure> {
        match &self.connection {
            Some(connection) => Ok(connection),
            None => Err(fault::broken("a transaction without a connection")),
        }
    }

    async fn admit(self, sql: &'static str, params: &Params<'_>) -> Result<(Self, Row), Stop> {
        let client = self.client()?;
        // Both are on their way before either is answered, but for the first time: `join!` polls in this order.
        let (begun, rows) = tokio::join!(client.batch_execute(self.statements.begin()), async {
            let statement = self.statements.ready(client, sql).await?;
            statement.rows(client, params).await
        });
        begun.map_err(|error| stop(&error))?;
        match rows {
            Ok(mut rows) => match rows.pop() {
                Some(row) => Ok((self, row)),
                None => Err(fault::broken("a transaction was not admitted or refused").into()),
            },
            Err(error) => {
                let failure = auth::user_gone(&error).unwrap_or_else(|| fault::failure(&error));
                let stopped = self.roll_back(failure).await;
                Err(stopped.or_collision(fault::is_worth_another_run(&error)))
            }
        }
    }

    async fn admitted(mut self, by: By<'_>, row: &Row) -> Result<Self, Stop> {
        self.now = row.try_get("at").map_err(|error| stop(&error))?;
        let id: Option<Xid8> = row.try_get("id").map_err(|error| stop(&error))?;
        self.id = id.map_or(0, |Xid8(id)| id);
        let epoch: Option<i32> = row.try_get("epoch").map_err(|error| stop(&error))?;
        let session_stands: bool = row
            .try_get("session_stands")
            .map_err(|error| stop(&error))?;
        match by.signed_in() {
            Some(player) if !player.is_still_good(epoch, session_stands) => {
                Err(self.roll_back(auth::unsigned()).await)
            }
            _ => Ok(self),
        }
    }

    async fn undo(mut self) -> Result<(), Stop> {
        let undone = self.client()?.batch_execute("rollback").await;
        undone.map_err(|error| stop(&error))?;
        self.connection.take();
        Ok(())
    }
}

fn ids(by: By<'_>) -> (Option<uuid::Uuid>, Option<uuid::Uuid>) {
    let id = by.signed_in().map(|player| player.id.get());
    let session = by.signed_in().map(|player| player.session);
    (id, session)
}

fn stop(error: &tokio_postgres::Error) -> Stop {
    let failure = fault::failure(error);
    if fault::is_worth_another_run(error) {
        Stop::Collision(failure)
    } else {
        Stop::Failed(failure)
    }
}

fn stop_at_commit(error: &tokio_postgres::Error) -> Stop {
    if fault::collides(error) {
        stop(error)
    } else {
        Stop::Failed(fault::unsure(error))
    }
}
