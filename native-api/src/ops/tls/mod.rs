//! Certificates for the database's server: an authority of our own, the server's certificate, and both replaced in time.
//!
//! Keys are ECDSA P-256 throughout: SCRAM's channel binding hashes the server's certificate with the hash of its
//! signature, and Ed25519 has none.

mod certificate;
mod folder;
mod served;

pub use certificate::{Certificate, Validity};
pub use folder::Folder;
pub use served::{Served, served};

/// How long a server's certificate is good for where nothing else is asked for.
pub const LEAF_DAYS: u32 = 365;

/// How long an authority is good for.
pub const AUTHORITY_DAYS: u32 = 3650;

/// From how many days before its end on a certificate needs somebody.
pub const SOON_DAYS: i64 = 30;
