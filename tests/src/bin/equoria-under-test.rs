//! The program `equoria`, built together with the tests: cargo builds the programs of a package under test, but not
//! those of the packages that it depends on.

use std::process::ExitCode;

fn main() -> ExitCode {
    equoria::cli::run()
}
