//! Equoria's native side: every write, the jobs, and the operator's commands.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod dev;
pub mod idempotency;
pub mod ledger;
pub mod limits;
pub mod openapi;
pub mod ops;
pub mod telemetry;
pub mod trouble;
pub mod user;
