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
            let ask = |method| town.at_the_edge().ask(method, path);
            for (method, status) in [("GET", 404), ("HEAD", 404), ("PUT", 405), ("DELETE", 405)] {
                ask(method).send().await.require(status);
            }
            let form = ask("POST").header("sec-fetch-site", "same-origin");
            let form = form.body("application/x-www-form-urlencoded", "name=ann&password=x");
            form.send().await.require(404);
        }
        // Where it is, it is found.
        let there = town.at_the_native_api();
        there.get("/operator").await.require(303);
        there.get("/operator/sign-in").await.require(200);
    });
}
