//! The operator's page is the native API's alone.

use crate::run;
use crate::town::town;

#[test]
fn the_edge_has_no_page_for_operators_by_any_method() {
    run(async {
        let town = town().await;
        for path in [
            "/operator",
            "/operator/",
            "/operator/sign-in",
            "/operator/sign-out",
            "/operator/runs/1/again",
        ] {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE"] {
                let ask = town.at_the_edge().ask(method, path);
                let reply = ask.header("sec-fetch-site", "same-origin").send().await;
                assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text());
                assert_eq!(reply.header("set-cookie"), "", "{method} {path}");
            }
        }
        // Where it is, it is found.
        let there = town.at_the_native_api();
        there.get("/operator").await.require(303);
        there.get("/operator/sign-in").await.require(200);
    });
}
