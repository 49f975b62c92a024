//! Pedigrees: who descends from whom, and what that does to a foal.

mod bits;
mod coefficients;
mod inbreeding;
mod record;

pub use coefficients::coefficients;
pub use inbreeding::Inbreeding;
pub use record::{Flaw, Parents, Pedigree};
