//! The rules give the same bits natively and in WebAssembly.

use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use equoria::dev::{places::Places, say::Voice, tools};

const SEED: u64 = 20_260_101;
const ENTRIES: u32 = 1_000_000;
const BIRTHS: u32 = 100_000;

/// What Node runs: it loads the module and prints the digest in hexadecimal.
const PROGRAM: &str = "
const rules = require(process.argv[1]);
const digest = rules[process.argv[2]](BigInt(process.argv[3]), Number(process.argv[4]));
process.stdout.write(Buffer.from(digest).toString('hex'));
";

/// One of the digests of [`rules::parity`].
type Digest = fn(u64, u32) -> [u8; 32];

#[test]
fn a_million_scored_entries_and_a_hundred_thousand_births_have_the_same_digests_natively_and_in_wasm()
 {
    let places = Places::find().unwrap();
    tools::install(&places, &Voice::default()).unwrap();
    let module = build(&places);
    let trials: [(&str, Digest, u32); 2] = [
        (
            "scoredEntriesDigest",
            rules::parity::scored_entries_digest,
            ENTRIES,
        ),
        ("birthsDigest", rules::parity::births_digest, BIRTHS),
    ];
    for (name, digest, count) in trials {
        let native = thread::spawn(move || hex(&digest(SEED, count)));
        let wasm = in_wasm(&places, &module, name, count);
        let native = native.join().unwrap();
        println!("{name} of {count}: native {native}, wasm {wasm}");
        assert_eq!(native, wasm, "{name}");
        // The check can fail: one fewer is another digest.
        assert_ne!(native, in_wasm(&places, &module, name, count - 1), "{name}");
    }
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

fn in_wasm(places: &Places, module: &Path, name: &str, count: u32) -> String {
    let node = Command::new("node")
        .args(["--eval", PROGRAM])
        .arg(module)
        .args([name.to_owned(), SEED.to_string(), count.to_string()])
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
