//! The rules give the same bits natively and in WebAssembly.

use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use equoria::dev::{places::Places, say::Voice, tools};

const SEED: u64 = 20_260_101;
const ENTRIES: u32 = 1_000_000;

/// What Node runs: it loads the module and prints the digest in hexadecimal.
const PROGRAM: &str = "
const rules = require(process.argv[1]);
const digest = rules.scoredEntriesDigest(BigInt(process.argv[2]), Number(process.argv[3]));
process.stdout.write(Buffer.from(digest).toString('hex'));
";

#[test]
fn a_million_scored_entries_have_the_same_digest_natively_and_in_wasm() {
    let places = Places::find().unwrap();
    tools::install(&places, &Voice::default()).unwrap();
    let module = build(&places);
    let native = thread::spawn(|| hex(&rules::parity::scored_entries_digest(SEED, ENTRIES)));
    let wasm = in_wasm(&places, &module, SEED, ENTRIES);
    let native = native.join().unwrap();
    println!("{ENTRIES} scored entries: native {native}, wasm {wasm}");
    assert_eq!(native, wasm);
    // The check can fail: one entry fewer is another digest.
    assert_ne!(native, in_wasm(&places, &module, SEED, ENTRIES - 1));
}

/// Builds the module for Node and answers the path of its JavaScript.
fn build(places: &Places) -> std::path::PathBuf {
    let target = places.root.join("target/parity");
    let cargo = Command::new(tools::cargo())
        .args([
            "build",
            "--release",
            "-p",
            "equoria-parity",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .current_dir(&places.root)
        .env("CARGO_TARGET_DIR", &target)
        .output();
    succeeded("cargo", cargo.unwrap());
    let bindgen = Command::new(tools::cargo_programs(places).join("wasm-bindgen"))
        .args(["--target", "nodejs", "--no-typescript", "--out-dir"])
        .arg(target.join("module"))
        .arg(target.join("wasm32-unknown-unknown/release/equoria_parity.wasm"))
        .output();
    succeeded("wasm-bindgen", bindgen.unwrap());
    target.join("module/equoria_parity.js")
}

fn in_wasm(places: &Places, module: &Path, seed: u64, entries: u32) -> String {
    let node = Command::new("node")
        .args(["--eval", PROGRAM])
        .arg(module)
        .args([seed.to_string(), entries.to_string()])
        .env("PATH", tools::path(places).unwrap())
        .output();
    succeeded("node", node.unwrap())
}

fn succeeded(program: &str, output: Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} failed: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
