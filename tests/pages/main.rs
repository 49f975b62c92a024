//! The pages, as a browser without a script uses them, on the native server and a real PostgreSQL.

mod browser;
mod forms;
mod markup;
mod names;
mod offers;
mod scene;
mod sessions;
mod sight;
