//! The Worker is light, and so are the rules for browsers.

use equoria::dev::places::Places;
use equoria::dev::say::Voice;
use equoria::dev::worker::{BUDGET, build};
use harness::program;

#[test]
fn the_worker_weighs_no_more_than_450_kb_after_gzip_and_the_rules_for_browsers_no_more_than_250() {
    let built = build(&Places::of(&program::checkout()).unwrap(), &Voice::quiet()).unwrap();
    println!(
        "the Worker: {} bytes of wasm, {} after gzip, of {BUDGET} allowed",
        built.raw_bytes, built.gzip_bytes
    );
    let module = &built.browser;
    println!(
        "the rules for browsers: {} bytes of wasm, {} after gzip, and {} of script after gzip",
        module.raw_bytes, module.gzip_bytes, module.script_gzip_bytes
    );
    assert!(
        module.gzip_bytes + module.script_gzip_bytes <= 250_000,
        "{module:?}"
    );
    assert_eq!(BUDGET, 450_000);
    assert!(built.gzip_bytes <= BUDGET, "{} bytes", built.gzip_bytes);
}
