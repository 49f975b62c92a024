//! The program `equoria`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    equoria::cli::run()
}
