//! The operator's work: migrations, seeds, and what keeps the database well.

pub mod anonymise;
pub mod audit;
pub mod backup;
pub mod fingerprint;
pub mod maintain;
pub mod migrate;
pub mod monitor;
pub mod proof;
pub mod report;
pub mod runs;
pub mod seed;
pub mod tls;
