//! Equoria's native side: every write, the jobs, and the operator's commands.

pub mod cli;
pub mod config;
pub mod dev;
pub mod ops;
pub mod trouble;
