//! Pedigrees: who descends from whom, and what that does to a foal.

mod inbreeding;

pub use inbreeding::Inbreeding;
