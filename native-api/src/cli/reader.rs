//! Readers of our output who go before its end.

use std::panic::{self, PanicHookInfo};
use std::process;

/// What a shell reports of a program that wrote to a reader who had gone.
const READER_GONE: i32 = 141;

/// From now on the process ends quietly when nobody reads its output any more: `equoria seed report | head` has what it
/// wants. `println!` can tell so by a panic only.
pub(super) fn may_go_early() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |told| {
        if is_about_a_gone_reader(told) {
            process::exit(READER_GONE);
        }
        usual(told);
    }));
}

fn is_about_a_gone_reader(told: &PanicHookInfo<'_>) -> bool {
    told.payload_as_str().is_some_and(|text| {
        text.starts_with("failed printing to std") && text.contains("Broken pipe")
    })
}
