//! The Worker is light, and so are the rules for browsers and the script of the pages.

use std::fs;

use equoria::dev::pages::SCRIPT_BUDGET;
use equoria::dev::places::Places;
use equoria::dev::say::Voice;
use equoria::dev::worker::{BUDGET, build};
use harness::program;
use pages::files;

#[test]
fn the_worker_weighs_no_more_than_720_kb_after_gzip_and_the_rules_for_browsers_no_more_than_250() {
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
    assert_eq!(BUDGET, 720_000);
    assert!(built.gzip_bytes <= BUDGET, "{} bytes", built.gzip_bytes);
}

#[test]
fn the_script_of_the_pages_is_light_and_lies_where_the_pages_say() {
    let places = Places::of(&program::checkout()).unwrap();
    let built = build(&places, &Voice::quiet()).unwrap().pages;
    println!(
        "the pages: {} bytes of style and {} of script after gzip",
        built.style_gzip_bytes, built.script_gzip_bytes
    );
    assert!(built.script_gzip_bytes <= SCRIPT_BUDGET, "{built:?}");
    assert_eq!(built.version, files::VERSION);
    for path in [files::STYLE_PATH, files::SCRIPT_PATH] {
        let file = places.root.join("edge/assets").join(&path[1..]);
        assert!(file.is_file(), "{}", file.display());
    }
    let versions = fs::read_dir(places.root.join("edge/assets/pages")).unwrap();
    assert_eq!(versions.count(), 1, "no version before is left");
}
