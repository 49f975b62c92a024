//! What the tests stand on: a scratch PostgreSQL for each test process, a database of its own for each test.

pub mod client;
pub mod cluster;
pub mod database;
pub mod edge;
pub mod histories;
pub mod native;
pub mod node;
pub mod pgbouncer;
pub mod postgres;
pub mod program;
pub mod standby;
pub mod workerd;
pub mod world;

pub use client::{Ask, Client, Reply};
pub use cluster::cluster;
pub use database::Database;
pub use edge::Edge;
pub use native::Native;
pub use pgbouncer::PgBouncer;
pub use postgres::Postgres;
pub use standby::Standby;
pub use world::{NewHorse, NewShow, Player, World};
