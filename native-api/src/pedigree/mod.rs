//! Pedigree files: what breeders have, read into what the rules compute with.

mod file;
mod studbook;

pub use studbook::{Row, Studbook, Unknown};
