//! The rules give the same bits natively and in WebAssembly.

use std::thread;

use equoria::bench::module::Module;
use equoria::dev::{places::Places, say::Voice, tools};

const SEED: u64 = 20_260_101;
const ENTRIES: u32 = 1_000_000;
const BIRTHS: u32 = 100_000;
const PORTRAITS: u32 = 10_000;
const FIELDS: u32 = 2_000;

/// What Node runs: it loads the module and prints the digest in hexadecimal.
const PROGRAM: &str = "
const rules = require(process.argv[1]);
const digest = rules[process.argv[2]](BigInt(process.argv[3]), Number(process.argv[4]));
process.stdout.write(Buffer.from(digest).toString('hex'));
";

/// One of the digests of [`rules::parity`].
type Digest = fn(u64, u32) -> [u8; 32];

#[test]
fn entries_odds_births_and_portraits_have_the_same_digests_natively_and_in_wasm() {
    let places = Places::find().unwrap();
    tools::install(&places, &Voice::default()).unwrap();
    let module = Module::build(&places).unwrap();
    let trials: [(&str, Digest, u32); 4] = [
        (
            "scoredEntriesDigest",
            rules::parity::scored_entries_digest,
            ENTRIES,
        ),
        ("oddsDigest", rules::parity::odds_digest, FIELDS),
        ("birthsDigest", rules::parity::births_digest, BIRTHS),
        (
            "portraitsDigest",
            rules::parity::portraits_digest,
            PORTRAITS,
        ),
    ];
    for (name, digest, count) in trials {
        let native = thread::spawn(move || hex(&digest(SEED, count)));
        let wasm = in_wasm(&module, name, count);
        let native = native.join().unwrap();
        println!("{name} of {count}: native {native}, wasm {wasm}");
        assert_eq!(native, wasm, "{name}");
        // The check can fail: one fewer is another digest.
        assert_ne!(native, in_wasm(&module, name, count - 1), "{name}");
    }
}

fn in_wasm(module: &Module, name: &str, count: u32) -> String {
    let arguments = [name.to_owned(), SEED.to_string(), count.to_string()];
    module.run(PROGRAM, &arguments).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
