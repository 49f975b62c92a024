//! Tells the Worker which version of the schema it is made for, the last migration there is, and the linker to leave the
//! names of functions out: they weigh 59 kB after gzip, an eighth of everything.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    println!("cargo::rerun-if-changed={}", migrations.display());
    let mut last = 0;
    for entry in fs::read_dir(&migrations)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.get(..4));
        let number = number.and_then(|digits| digits.parse::<i32>().ok());
        last = last.max(number.unwrap_or(0));
    }
    println!("cargo::rustc-env=SCHEMA_VERSION={last}");
    // All but what wasm-bindgen reads.
    println!("cargo::rustc-cdylib-link-arg=--strip-all");
    for section in ["__wasm_bindgen_unstable", "target_features", "producers"] {
        println!("cargo::rustc-cdylib-link-arg=--keep-section={section}");
    }
    Ok(())
}
