//! Competition: a show's life, entries, scores, placings, money, and the proof of it all.
//!
//! A show opens with a [commitment](proof::Commitment) to its secret; every entry freezes a
//! [snapshot](entry::Snapshot); at the run date the [settlement] scores the snapshots with dice keyed by
//! the secret, and the [proof] lets anyone repeat it.

pub mod calendar;
pub mod entry;
pub mod odds;
pub mod placing;
pub mod preview;
pub mod proof;
pub mod score;
pub mod settlement;
pub mod show;
