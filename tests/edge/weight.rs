//! The Worker is light.

use equoria::dev::places::Places;
use equoria::dev::say::Voice;
use equoria::dev::worker::{BUDGET, build};
use harness::program;

#[test]
fn the_workers_wasm_weighs_no_more_than_450_kb_after_gzip() {
    let built = build(&Places::of(&program::checkout()).unwrap(), &Voice::quiet()).unwrap();
    println!(
        "the Worker: {} bytes of wasm, {} after gzip, of {BUDGET} allowed",
        built.raw_bytes, built.gzip_bytes
    );
    assert_eq!(BUDGET, 450_000);
    assert!(built.gzip_bytes <= BUDGET, "{} bytes", built.gzip_bytes);
}
