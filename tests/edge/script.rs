//! The script of the pages: compiled strictly, and at work in a real browser before the real Worker.

use harness::node::Package;

#[test]
fn the_script_compiles_strictly() {
    let compiler = Package::installed("edge/client", "TypeScript (60 MB, about 10 s)");
    compiler.run("tsc", &["--project", "../pages/script"], &[]);
}
