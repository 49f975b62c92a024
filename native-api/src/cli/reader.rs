//! Readers of our output who go before its end, and disks that are full before it.

use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo};
use std::process;

/// What a shell reports of a program that wrote to a reader who had gone.
const READER_GONE: i32 = 141;

/// What could not be done ends with this status.
const NOT_DONE: i32 = 2;

/// From now on the process ends quietly when nobody reads its output any more, as in `equoria seed report | head`, and
/// with one sentence when it cannot be written for another reason. `println!` can tell so by a panic only.
pub(super) fn may_go_early() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |told| match unwritten(told) {
        None => usual(told),
        Some(why) if why.contains("Broken pipe") => process::exit(READER_GONE),
        Some(why) => {
            // Where standard error is what cannot be written, the status alone tells.
            let _unheard = writeln!(
                io::stderr(),
                "equoria: the result could not be written: {why}"
            );
            process::exit(NOT_DONE);
        }
    }));
}

/// Why output could not be written, if the panic is about that.
fn unwritten<'a>(told: &'a PanicHookInfo<'_>) -> Option<&'a str> {
    let text = told
        .payload_as_str()?
        .strip_prefix("failed printing to std")?;
    text.split_once(": ").map(|(_, why)| why)
}
