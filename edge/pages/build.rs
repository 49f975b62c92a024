//! Tells the pages the version of their style and script, which is part of the path of both.

use std::error::Error;
use std::path::Path;

#[path = "src/sources.rs"]
mod sources;

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for source in sources::SOURCES {
        println!("cargo::rerun-if-changed={}", here.join(source).display());
    }
    println!("cargo::rustc-env=FILES={}", sources::version(here)?);
    Ok(())
}
