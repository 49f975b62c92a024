//! The style and the script of the pages: files of one version, which may be kept forever.

/// The version of both, which changes with what they are made of.
pub const VERSION: &str = env!("FILES");

/// The path of the style.
pub const STYLE_PATH: &str = concat!("/pages/", env!("FILES"), "/style.css");

/// The path of the script.
pub const SCRIPT_PATH: &str = concat!("/pages/", env!("FILES"), "/script.js");

/// The style itself, for a server that has no files beside it.
pub const STYLE: &str = include_str!("../style/style.css");
