//! Equoria's native side: every write, the jobs, and the operator's commands.

pub mod app;
pub mod auth;
pub mod bench;
pub mod breeding;
pub mod cli;
pub mod clock;
pub mod competition;
pub mod config;
pub mod db;
pub mod dev;
pub mod foal;
pub mod genetics;
pub mod horse;
pub mod idempotency;
pub mod jobs;
pub mod ledger;
pub mod limits;
pub mod openapi;
pub mod ops;
pub mod pedigree;
pub mod session;
pub mod stable;
pub mod telemetry;
pub mod training;
pub mod trouble;
pub mod user;
