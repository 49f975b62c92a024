//! The router of every read, and what its handlers stand on.

use crate::clock::{Clock, Instant};
use crate::query::{Ask, Connect, Query, Record, Values};
use crate::session::{Claims, Fault, Verifier};
use crate::{Failure, version};
use crate::{
    catalogue, entry, health, herd, history, horse, ledger, preview, proof, ranking, show, stable,
    user,
};
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;
use std::fmt;
use std::sync::Arc;

/// What the reads need: a database, a clock, the key that checks tokens, the version of the schema they know.
#[derive(Clone)]
pub struct Reads {
    database: Arc<dyn Ask>,
    clock: Arc<dyn Clock>,
    verifier: Arc<Verifier>,
    schema_version: i32,
}

impl Reads {
    /// Puts the four together.
    pub fn new(
        database: impl Connect,
        clock: impl Clock,
        verifier: Verifier,
        schema_version: i32,
    ) -> Self {
        Self {
            database: Arc::new(database),
            clock: Arc::new(clock),
            verifier: Arc::new(verifier),
            schema_version,
        }
    }

    /// The version of the schema that the reads were made for.
    pub(crate) const fn schema_version(&self) -> i32 {
        self.schema_version
    }

    /// The time in the game.
    pub(crate) async fn now(&self) -> Instant {
        self.clock.game().await
    }

    /// The claims of an access token that holds now.
    pub(crate) fn verify(&self, token: &str) -> Result<Claims, Fault> {
        self.verifier.verify(token, self.clock.real())
    }

    /// Every row of a query: the one round trip of a request.
    pub(crate) async fn rows(
        &self,
        query: &'static Query,
        values: Values<'_>,
    ) -> Result<Vec<Record>, Failure> {
        let rows = self.database.ask(query, values).await?;
        Ok(rows
            .into_iter()
            .map(|row| Record::new(query, row))
            .collect())
    }

    /// The one row of a query.
    pub(crate) async fn row(
        &self,
        query: &'static Query,
        values: Values<'_>,
    ) -> Result<Option<Record>, Failure> {
        Ok(self.rows(query, values).await?.pop())
    }
}

impl fmt::Debug for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reads(..)")
    }
}

/// The router of every read. [`request::complete`](crate::request::complete) it once nothing more is merged into it.
pub fn router(reads: Reads) -> Router {
    Router::new()
        .route("/v1/horses", get(herd::find))
        .route("/v1/horses/{id}", get(horse::card))
        .route("/v1/horses/{id}/results", get(history::results))
        .route("/v1/horses/{id}/training", get(history::training))
        .route("/v1/users/me", get(user::me))
        .route("/v1/users/me/horses", get(herd::own))
        .route("/v1/users/me/ledger", get(ledger::postings))
        .route("/v1/users/me/stables", get(stable::own))
        .route("/v1/users/{id}", get(user::profile))
        .route("/v1/stables/{id}", get(stable::stable))
        .route("/v1/shows", get(show::calendar))
        .route("/v1/shows/{id}", get(show::show))
        .route("/v1/shows/{id}/entries", get(entry::entries))
        .route("/v1/shows/{id}/results", get(entry::results))
        .route("/v1/shows/{id}/proof", get(proof::proof))
        .route("/v1/shows/{id}/preview", get(preview::preview))
        .route(
            "/v1/rankings/disciplines/{discipline}",
            get(ranking::horses),
        )
        .route("/v1/rankings/users", get(ranking::users))
        .route("/v1/breeds", get(catalogue::breeds))
        .route("/v1/disciplines", get(catalogue::disciplines))
        .route("/v1/traits", get(catalogue::traits))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .layer(from_fn(version::unless_known))
        .with_state(reads)
}

/// Every statement of the reads, for the test that prepares each against the migrated schema.
pub static QUERIES: &[&Query] = &[
    &horse::CARD,
    &herd::NEWEST,
    &herd::WITH_TRAITS,
    &herd::OF_BREED,
    &herd::OF_OWNER,
    &herd::BEST,
    &herd::OWN,
    &history::RESULTS,
    &history::TRAINING,
    &user::PROFILE,
    &user::ME,
    &ledger::POSTINGS,
    &stable::STABLE,
    &stable::OWN,
    &show::SHOW,
    &show::OPEN,
    &show::OPEN_IN_DISCIPLINE,
    &show::PAST,
    &show::PAST_IN_DISCIPLINE,
    &entry::ENTRIES,
    &entry::RESULTS,
    &proof::PROOF,
    &preview::PREVIEW,
    &ranking::USERS,
    &catalogue::BREEDS,
    &health::READY,
];
