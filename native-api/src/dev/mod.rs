//! The bring-up: everything the game needs on one machine, installed, started, and stopped together.

pub mod api;
pub mod archive;
pub mod browser;
pub mod cluster;
pub mod edge;
pub mod embedded;
mod guard;
pub mod lock;
pub mod package;
pub mod pages;
pub mod places;
pub mod postgres;
pub mod prepare;
pub mod program;
pub mod ready;
mod run;
pub mod say;
pub mod secrets;
mod stop;
pub mod supervise;
pub mod tools;
pub mod worker;
pub mod workerd;

pub use run::{Wishes, run};
pub use stop::{asked_to_stop, stoppable, stopped};

/// The number that the world of a playground follows from.
pub const WORLD: u64 = 1;
