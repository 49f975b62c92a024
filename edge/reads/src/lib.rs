//! Every public read and every preview of Equoria, once: the Worker and the native server mount the same router.
//!
//! A read is one statement and one round trip. It runs as a role that can only select, and only what the public may
//! see: no e-mail address, no hidden trait, no secret of an open show. Nothing here looks at a clock: [`Clock`] tells
//! the instant, so that no statement names `now()` and any of them may be cached. Whether a cached answer may be served is
//! decided by what the session has [`seen`].
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod answer;
pub mod asked;
pub mod asker;
pub mod breeding;
pub mod calendar;
pub mod catalogue;
pub mod class;
pub mod clock;
pub mod copies;
pub mod diversity;
pub mod entry;
mod failure;
mod family;
mod fields;
pub mod foal;
pub mod genetics;
pub mod health;
pub mod herd;
pub mod history;
pub mod horse;
mod keyed;
pub mod ledger;
pub mod mates;
pub mod mating;
#[cfg(feature = "openapi")]
mod openapi;
pub mod order;
pub mod owned;
pub mod page;
pub mod parent;
pub mod pedigree;
pub mod portrait;
pub mod preview;
pub mod problem;
pub mod proof;
pub mod query;
mod question;
pub mod ranking;
pub mod request;
mod router;
pub mod seen;
mod serve;
pub mod session;
pub mod show;
pub mod snapshot;
mod sorted;
pub mod stable;
pub mod user;
pub mod version;
pub mod wire;

pub use clock::Clock;
pub use failure::Failure;
#[cfg(feature = "openapi")]
pub use openapi::{fail_with_problems, openapi};
pub use problem::Problem;
pub use query::{Connect, Freshness, Query, Values};
pub use router::{QUERIES, Reads, answer, classes, router};
pub use serve::STALE;
