//! The operator's work: migrations, seeds, and what keeps the database well.

pub mod migrate;
pub mod seed;
