//! The native API over HTTP, on a real PostgreSQL: what it does, what it refuses, and what nobody can make it do.

mod births;
mod breeding;
mod foal;
mod genes;
mod health;
mod idempotency;
mod jobs;
mod privacy;
mod races;
mod refusals;
mod seen;
mod sessions;
mod settlement;
mod story;
mod sweep;
mod versions;
