//! The Worker in a real workerd, with a real PostgreSQL behind its bindings and the real native API behind it.

mod availability;
mod browser;
mod cases;
mod client;
mod copies;
mod description;
mod fickle;
mod forwarding;
mod hostile;
mod looks;
mod machines;
mod operator;
mod pages;
mod panics;
mod reading;
mod readme;
mod role;
mod same_answers;
mod script;
mod sessions;
mod sight;
mod story;
mod streams;
mod tampering;
mod terminal;
mod tokens;
mod town;
mod upstream;
mod warm;
mod weight;
mod wire;

use std::sync::LazyLock;

use tokio::runtime::Runtime;

/// Runs a test. All of them share one runtime, as they share the processes that they speak with.
fn run<T>(test: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> =
        LazyLock::new(|| Runtime::new().expect("a runtime can be started"));
    RUNTIME.block_on(test)
}
