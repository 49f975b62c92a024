//! The database by itself: what it holds, what it refuses, and to whom.

mod refusals;
mod trial;
