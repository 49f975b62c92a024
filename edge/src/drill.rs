//! A request that panics. Only the Worker that the tests build for their drill knows it: the feature `drill` is off
//! wherever `equoria worker build` builds, and the one that is deployed has neither the path nor the panic.

use crate::forward::after_origin;
use worker::worker_sys::web_sys;

/// The path of the request that panics.
const PATH: &str = "/drill/panic";

/// Panics if that is what the request asks for.
#[expect(clippy::panic, reason = "what becomes of the others is the question")]
pub(crate) fn panic_if_asked(request: &web_sys::Request) {
    if after_origin(&request.url()) == PATH {
        panic!("a drill: this request panics");
    }
}
