//! The database by itself: what it holds, what it refuses, and to whom.

mod audit;
mod catalogue;
mod coins;
mod documents;
mod migrations;
mod names;
mod prisma;
mod races;
mod refusals;
mod roles;
mod row_security;
mod trial;
