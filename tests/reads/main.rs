//! The reads: their statements against the migrated schema, their round trips, their filters, pages and tags.

mod bounds;
mod breeding;
mod bulk;
mod contract;
mod copies;
mod filters;
mod orders;
mod pages;
mod plans;
mod portraits;
mod proxy;
mod routes;
mod sessions;
mod standby;
mod tags;
mod trips;
