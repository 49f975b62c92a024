//! Players: registration, their account, their settings, the weekly stipend.

pub mod password;
