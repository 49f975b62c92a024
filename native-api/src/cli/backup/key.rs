//! `equoria backup key`.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::super::{Finding, print_json};
use super::Output;
use crate::ops::backup::envelope::Keys;
use crate::trouble::{Because, Trouble};

#[derive(Args)]
pub(in crate::cli) struct KeyArguments {
    /// The file of the private key; it must not be there yet
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
    #[command(flatten)]
    output: Output,
}

pub(super) fn key(arguments: &KeyArguments) -> Result<Finding, Trouble> {
    let path = &arguments.into;
    let because = || format!("could not write {}", path.display());
    let (public, private) = Keys::generate();
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .because(because)?;
    let written = file
        .write_all(private.as_bytes())
        .and_then(|()| file.sync_all());
    if written.is_err() {
        drop(std::fs::remove_file(path));
    }
    written.because(because)?;
    if arguments.output.json {
        print_json(&json!({ "recipient": public, "identity_file": path }))?;
    } else {
        println!("{public}");
    }
    Ok(Finding::Good)
}
