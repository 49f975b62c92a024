//! Bad input at the edge: a problem that names what is wrong, never a fault of ours.

use harness::{Client, Reply};
use serde_json::json;

use crate::run;
use crate::town::{Town, town};

fn require_problem(reply: &Reply) {
    assert!(
        (400..500).contains(&reply.status),
        "{} answered {} {}",
        reply.of,
        reply.status,
        reply.text()
    );
    reply.problem();
}

#[test]
fn hostile_paths_and_queries_are_refused_with_a_problem() {
    run(async {
        let town = town().await;
        let client = town.at_the_edge();
        let long = "x".repeat(6_000);
        let many = "trait=bold&".repeat(600);
        for path in [
            "/v1".to_owned(),
            "/v1/".to_owned(),
            "/v1/horses/".to_owned(),
            "/v1//horses".to_owned(),
            "/v1/horses/1/".to_owned(),
            "/v1/horses/1/secrets".to_owned(),
            "/v1/horses/%31%00".to_owned(),
            "/v1/horses/%ff".to_owned(),
            "/v1/horses/%".to_owned(),
            "/v1/horses/1;drop table horses".to_owned(),
            "/v1/horses/1'or'1'='1".to_owned(),
            "/v1/horses/1e3".to_owned(),
            "/v1/horses/0x10".to_owned(),
            "/v1/horses/+1".to_owned(),
            "/v1/horses/%D9%A3".to_owned(),
            "/v1/horses/-9223372036854775809".to_owned(),
            "/v1/horses/170141183460469231731687303715884105728".to_owned(),
            format!("/v1/horses/{long}"),
            "/v1/users/%00".to_owned(),
            "/v1/users/00000000000040008000000000000000".to_owned(),
            "/v1/users/me/secrets".to_owned(),
            "/v1/horses?limit=-1".to_owned(),
            "/v1/horses?limit=1e2".to_owned(),
            "/v1/horses?limit=99999999999999999999".to_owned(),
            "/v1/horses?limit=10&limit=20".to_owned(),
            "/v1/horses?limit=".to_owned(),
            "/v1/horses?discipline=Racing&min_score=NaN".to_owned(),
            "/v1/horses?discipline=%00".to_owned(),
            "/v1/horses?trait='%3B--".to_owned(),
            "/v1/horses?cursor=%FF%FE".to_owned(),
            format!("/v1/horses?cursor={long}"),
            format!("/v1/horses?{long}={long}"),
            format!("/v1/horses?{many}"),
            "/v1/horses?__proto__=1".to_owned(),
            "/v1/shows?state[]=open".to_owned(),
            "/v1/rankings/disciplines/Quidditch".to_owned(),
            "/v1/rankings/disciplines/%F0%9F%90%8E".to_owned(),
            "/v1/stables/9223372036854775807".to_owned(),
            "/dev/secrets".to_owned(),
        ] {
            require_problem(&client.get(&path).await);
        }
    });
}

#[test]
fn hostile_paths_and_queries_of_pages_are_told_so_on_a_page() {
    run(async {
        let town = town().await;
        let client = town.at_the_edge();
        let long = "x".repeat(6_000);
        for path in [
            "/v2/horses".to_owned(),
            "//v1/horses".to_owned(),
            "/V1/HORSES".to_owned(),
            "/.env".to_owned(),
            "/.dev.vars".to_owned(),
            "/edge/build/index_bg.wasm".to_owned(),
            "/horses/".to_owned(),
            "/horses/%ff".to_owned(),
            "/horses/%".to_owned(),
            "/horses/1'or'1'='1".to_owned(),
            "/horses/1%2Fresults".to_owned(),
            "/horses/..%2f..%2fhealth%2flive".to_owned(),
            "/horses/-9223372036854775809".to_owned(),
            format!("/horses/{long}"),
            "/horses/1/secrets".to_owned(),
            "/horses?discipline=%00".to_owned(),
            format!("/horses?cursor={long}"),
            "/shows/1e3".to_owned(),
            "/players/%00".to_owned(),
            "/rankings/%F0%9F%90%8E".to_owned(),
            "/portraits/x.svg".to_owned(),
            format!("/portraits/{long}.svg"),
        ] {
            let reply = client.get(&path).await;
            let told = (reply.status, reply.text());
            assert!((400..500).contains(&reply.status), "{path}: {told:?}");
        }
        for path in ["/v2/horses", "/horses/1e3", "/horses?cursor=x"] {
            let reply = client.get(path).await;
            let kind = reply.header("content-type").to_owned();
            assert_eq!(kind, "text/html; charset=utf-8", "{path}");
        }
    });
}

#[test]
fn hostile_bodies_are_refused_with_a_problem_and_change_nothing() {
    run(async {
        let town = town().await;
        let before = town.world.fingerprint().await;
        let ada = town.at_the_edge().with_token(town.ada.token().unwrap());
        let training = format!("/v1/horses/{}/training", town.mares[1]);
        let entries = format!("/v1/shows/{}/entries", town.open);
        for body in hostile_bodies() {
            for path in [
                training.as_str(),
                entries.as_str(),
                "/v1/shows",
                "/v1/stables",
                "/v1/horses/starter",
                "/v1/horses/store",
            ] {
                require_problem(
                    &ada.ask("POST", path)
                        .body("application/json", body.clone())
                        .send()
                        .await,
                );
            }
            for path in ["/v1/users", "/v1/sessions", "/v1/sessions/refresh"] {
                require_problem(
                    &ada.signed_out()
                        .ask("POST", path)
                        .body("application/json", body.clone())
                        .send()
                        .await,
                );
            }
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "nonsense",
        ] {
            let reply = ada
                .ask("POST", &training)
                .body(kind, r#"{"discipline":"Racing"}"#)
                .send()
                .await;
            reply.refused(415, "not-json");
        }
        let typeless = ada
            .ask("POST", &training)
            .untyped(r#"{"discipline":"Racing"}"#)
            .send()
            .await;
        typeless.refused(415, "not-json");
        assert_eq!(town.world.fingerprint().await, before);
    });
}

fn hostile_bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "{",
        "[]",
        "null",
        "true",
        "\"Racing\"",
        "{}",
        "{\"discipline\":}",
        "{\"discipline\":null}",
        "{\"discipline\":7}",
        "{\"discipline\":[\"Racing\"]}",
        "{\"discipline\":{\"$ne\":null}}",
        "{\"discipline\":\"Quidditch\"}",
        "{\"discipline\":\"Racing\\u0000\"}",
        "{\"discipline\":\"\\ud800\"}",
        "{\"discipline\":\"Racing\",\"score\":1000000}",
        "{\"horse_id\":-1}",
        "{\"horse_id\":1e400}",
        "{\"horse_id\":1.5}",
        "{\"horse_id\":\"1\"}",
        "{\"horse_id\":9223372036854775808}",
        "{\"name\":\"\",\"discipline\":\"Racing\",\"entry_fee\":-5,\"prize\":1e30,\"run_date\":\"tomorrow\"}",
        "{\"email\":\"a\",\"password\":\"b\"}",
        "{\"refresh_token\":\"x\"}",
        "\u{feff}{}",
        "<xml/>",
    ]
    .map(Into::into)
    .into();
    bodies.push(vec![0xff, 0xfe, b'{', b'}']);
    bodies.push([vec![b'['; 5_000], vec![b']'; 5_000]].concat());
    bodies.push(format!("{{\"name\":\"{}\"}}", "x".repeat(70_000)).into());
    bodies
}

#[test]
fn hostile_headers_are_refused_or_do_no_harm() {
    run(async {
        let town = town().await;
        let client = town.at_the_edge();
        let long = "x".repeat(4_000);
        for value in [
            "Basic YTpi",
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "bearer \u{e9}",
            "Bearer v4.public.",
            long.as_str(),
        ] {
            let reply = client
                .ask("GET", "/v1/users/me")
                .header("authorization", value)
                .send()
                .await;
            assert_eq!(reply.status, 401, "{value}: {}", reply.text());
            reply.problem();
        }
        for id in [
            "../../etc/passwd",
            "a b",
            "\u{e9}",
            long.as_str(),
            "{{7*7}}",
        ] {
            let reply = client
                .ask("GET", "/v1/horses/0")
                .header("x-request-id", id)
                .send()
                .await;
            let problem = reply.refused(400, "invalid-field");
            assert_ne!(
                problem["request_id"], id,
                "an id that is not sane is replaced"
            );
        }
        for tag in ["*", "W/\"x\"", "\"", "x", long.as_str()] {
            let reply = client
                .ask("GET", "/v1/disciplines")
                .header("if-none-match", tag)
                .send()
                .await;
            assert!(matches!(reply.status, 200 | 304), "{tag}: {}", reply.status);
        }
        let ada = client.with_token(town.ada.token().unwrap());
        for key in ["", "a b", long.as_str()] {
            let refused = ada
                .ask("POST", "/v1/stables")
                .key(key)
                .json(&json!({"name": "Yard"}))
                .send()
                .await;
            refused.refused(400, "invalid-field");
        }
        for tag in ["*", "x", "\"-1\"", "\"99999999999999999999-0\""] {
            let path = format!("/v1/stables/{}", town.stable);
            let refused = ada
                .ask("PATCH", &path)
                .if_match(tag)
                .json(&json!({"name": "Yard"}))
                .send()
                .await;
            require_problem(&refused);
        }
    });
}

#[test]
fn methods_that_a_path_does_not_take_are_refused_and_the_right_ones_are_named() {
    run(async {
        let town = town().await;
        let (edge, native) = (town.at_the_edge(), town.at_the_native_api());
        for (method, path) in [
            ("DELETE", "/v1/horses/1"),
            ("PUT", "/v1/horses"),
            ("POST", "/v1/breeds"),
            ("PATCH", "/v1/shows"),
            ("POST", "/health/live"),
            ("OPTIONS", "/v1/horses"),
            ("OPTIONS", "/v1/users"),
            ("GET", "/v1/horses/starter/training/now"),
        ] {
            let (here, there) = (
                send(&edge, method, path).await,
                send(&native, method, path).await,
            );
            require_problem(&here);
            assert_eq!(
                (here.status, here.header("allow")),
                (there.status, there.header("allow")),
                "{method} {path}"
            );
        }
    });
}

async fn send(client: &Client, method: &str, path: &str) -> Reply {
    client.ask(method, path).send().await
}

#[test]
fn head_answers_as_get_does_without_the_body() {
    run(async {
        let town = town().await;
        let edge = town.at_the_edge();
        for path in paths_for_head(&town) {
            let get = edge.get(&path).await;
            let head = edge.ask("HEAD", &path).send().await;
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
            for name in ["content-type", "etag", "cache-control"] {
                assert_eq!(head.header(name), get.header(name), "{name} of {path}");
            }
        }
    });
}

fn paths_for_head(town: &Town) -> Vec<String> {
    vec![
        "/health/live".to_owned(),
        "/v1/breeds".to_owned(),
        format!("/v1/horses/{}", town.mares[0]),
        "/v1/horses/987654321".to_owned(),
        "/v1/horses/0".to_owned(),
        "/v1/nowhere".to_owned(),
    ]
}
