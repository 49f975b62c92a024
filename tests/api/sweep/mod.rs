//! Bad input: every operation of the description, every way to get it wrong that we could think of. The answer is a
//! problem of the class 4xx with a code that names the rule or the field, and nothing has changed.

mod cases;
mod scene;
mod table;

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use equoria::config::TokenKey;
use harness::Reply;
use harness::client::Ask;
use reads::session::{Claims, Signer};
use serde_json::Value;
use uuid::Uuid;

use cases::Bad;
use scene::Scene;
use table::{Field, OPERATIONS, Operation, PLAYGROUND, Signed};

fn everything() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().chain(PLAYGROUND)
}

/// Sends it and checks the answer: status, code, field, and that the problem is whole.
async fn refuse(ask: Ask, label: &str, status: u16, code: &str, field: Option<&str>) -> Reply {
    let reply = ask.send().await;
    let shown = || {
        format!(
            "{label}: {} answered {} {}",
            reply.of,
            reply.status,
            reply.text()
        )
    };
    assert_eq!(reply.status, status, "{}", shown());
    let problem = reply.problem();
    assert_eq!(problem["code"], code, "{}", shown());
    if let Some(field) = field {
        assert_eq!(problem["field"], field, "{}", shown());
    }
    assert_eq!(reply.header("cache-control"), "no-store", "{}", shown());
    reply
}

#[tokio::test]
async fn the_sweep_knows_every_operation_of_the_description() {
    let scene = Scene::set().await;
    let description = scene.world.client.read("/openapi.json").await;
    let mut described = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let known: BTreeSet<String> = OPERATIONS
        .iter()
        .map(|of| format!("{} {}", of.method, of.path))
        .collect();
    assert_eq!(described, known);
    for of in OPERATIONS {
        let operation = &description["paths"][of.path][of.method.to_lowercase()];
        let takes = |place: &str| -> BTreeSet<&str> {
            let parameters = operation["parameters"]
                .as_array()
                .map_or(&[][..], Vec::as_slice);
            let here = parameters.iter().filter(|it| it["in"] == place);
            here.map(|it| it["name"].as_str().unwrap()).collect()
        };
        assert_eq!(
            takes("query"),
            of.query.iter().map(|(name, _)| *name).collect(),
            "{} {}",
            of.method,
            of.path
        );
        assert_eq!(
            takes("path"),
            of.parts.iter().map(|(name, _)| *name).collect(),
            "{} {}",
            of.method,
            of.path
        );
        assert_eq!(
            operation["security"].is_array(),
            of.signed != Signed::No,
            "{} {}",
            of.method,
            of.path
        );
    }
}

#[tokio::test]
async fn every_field_refuses_wrong_types_and_values_by_its_name() {
    let scene = Scene::set().await;
    let before = scene.world.fingerprint().await;
    for of in everything() {
        for (name, field, need) in of.body.unwrap_or_default() {
            for Bad {
                raw,
                status,
                code,
                names_field,
            } in cases::values(*field, *need)
            {
                let ask = scene.request(of, None, Some((name, &raw)));
                let label = format!("{name} = {}", raw.chars().take(60).collect::<String>());
                refuse(ask, &label, status, code, names_field.then_some(*name)).await;
            }
            if let Field::Flags(names) = field {
                for inner in *names {
                    for raw in ["1", "null", "\"no\"", "[]"] {
                        let object = format!("{{{inner:?}:{raw}}}");
                        let blamed = format!("{name}.{inner}");
                        let ask = scene.request(of, None, Some((name, &object)));
                        refuse(ask, &object, 400, "invalid-field", Some(&blamed)).await;
                    }
                }
                let ask = scene.request(of, None, Some((name, "{\"colour\":true}")));
                refuse(
                    ask,
                    "an unknown switch",
                    400,
                    "invalid-field",
                    Some(&format!("{name}.colour")),
                )
                .await;
            }
        }
        if of.body.is_some() {
            for raw in ["\"bay\"", "null", "{}"] {
                let ask = scene.request(of, None, Some(("colour", raw)));
                refuse(
                    ask,
                    "an unknown field",
                    400,
                    "invalid-field",
                    Some("colour"),
                )
                .await;
            }
        }
    }
    assert_eq!(scene.world.fingerprint().await, before);
}

#[tokio::test]
async fn bodies_that_are_no_objects_or_no_json_or_too_large_are_refused() {
    let scene = Scene::set().await;
    let before = scene.world.fingerprint().await;
    for of in everything().filter(|of| of.body.is_some()) {
        let ask = || {
            let ask = scene.conditioned(of, scene.unsigned(of, None));
            if of.signed == Signed::Yes {
                scene.sign(ask)
            } else {
                ask
            }
        };
        for (body, status, code) in cases::bodies(of) {
            let label = String::from_utf8_lossy(&body)
                .chars()
                .take(40)
                .collect::<String>();
            refuse(
                ask().body("application/json", body),
                &label,
                status,
                code,
                None,
            )
            .await;
        }
        let good = scene.body(of, None);
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonx",
            "json",
            "multipart/form-data",
            ";",
        ] {
            refuse(ask().body(kind, good.clone()), kind, 415, "not-json", None).await;
        }
        refuse(ask().untyped(good), "no type", 415, "not-json", None).await;
    }
    assert_eq!(scene.world.fingerprint().await, before);
}

#[tokio::test]
async fn paths_refuse_what_is_no_id_and_miss_what_is_not_there() {
    let scene = Scene::set().await;
    let before = scene.world.fingerprint().await;
    for of in everything() {
        for (name, part) in of.parts {
            for Bad {
                raw,
                status,
                code,
                names_field,
            } in cases::parts(*part)
            {
                let ask = scene.request(of, Some((name, &raw)), None);
                let label = format!("{name} = {}", raw.chars().take(40).collect::<String>());
                refuse(ask, &label, status, code, names_field.then_some(*name)).await;
            }
        }
    }
    assert_eq!(scene.world.fingerprint().await, before);
}

#[tokio::test]
async fn queries_refuse_unknown_repeated_empty_and_senseless_parameters() {
    let scene = Scene::set().await;
    let before = scene.world.fingerprint().await;
    for of in everything() {
        let path = scene.path(of, None);
        let join = if path.contains('?') { '&' } else { '?' };
        let ask = |path: &str| {
            let ask = scene.world.client.ask(of.method, path);
            let ask = if of.signed == Signed::No {
                ask
            } else {
                scene.sign(ask)
            };
            scene.finish(of, ask, None)
        };
        for query in ["colour=bay", "colour", "%00=1", "=1", "Limit=5"] {
            let blamed = query.split('=').next().unwrap().replace("%00", "\0");
            refuse(
                ask(&format!("{path}{join}{query}")),
                query,
                400,
                "invalid-field",
                Some(&blamed),
            )
            .await;
        }
        let bare = path.split('?').next().unwrap();
        for (name, parameter) in of.query {
            // The others that must be there stand in the path already.
            let others = scene.asking(of, bare, Some(name));
            let join = if others.contains('?') { '&' } else { '?' };
            for Bad {
                raw,
                status,
                code,
                names_field,
            } in cases::parameters(*parameter)
            {
                let short = raw.chars().take(40).collect::<String>();
                refuse(
                    ask(&format!("{others}{join}{name}={raw}")),
                    &short,
                    status,
                    code,
                    names_field.then_some(*name),
                )
                .await;
            }
            if *parameter != table::Parameter::Traits {
                refuse(
                    ask(&format!("{others}{join}{name}=1&{name}=1")),
                    "repeated",
                    400,
                    "invalid-field",
                    Some(name),
                )
                .await;
            }
        }
    }
    assert_eq!(scene.world.fingerprint().await, before);
}

#[tokio::test]
async fn tokens_that_do_not_hold_open_nothing() {
    let scene = Scene::set().await;
    let before = scene.world.fingerprint().await;
    let tokens = bad_tokens(&scene);
    for of in everything().filter(|of| of.signed != Signed::No) {
        if of.signed == Signed::Yes {
            let ask = scene.finish(of, scene.unsigned(of, None), None);
            let reply = refuse(ask, "no token", 401, "not-signed-in", None).await;
            assert_eq!(reply.header("www-authenticate"), "Bearer");
        }
        for (header, code) in &tokens {
            let ask = scene.unsigned(of, None).header("authorization", header);
            let label = header.chars().take(60).collect::<String>();
            refuse(scene.finish(of, ask, None), &label, 401, code, None).await;
        }
    }
    assert_eq!(scene.world.fingerprint().await, before);
}

/// Headers `Authorization`, each with the code of its refusal.
fn bad_tokens(scene: &Scene) -> Vec<(String, &'static str)> {
    let (user, session) = (scene.asker.id, scene.session);
    let signed =
        |key: &TokenKey, claims: &Claims| Signer::new(key.secret()).unwrap().sign(claims).unwrap();
    let ours =
        |claims: &Claims| format!("Bearer {}", signed(&scene.world.config.token_key, claims));
    let now = Utc::now();
    let good = Claims::new(user, session, 0, now);
    let another_key = TokenKey::random().unwrap();
    let token = signed(&scene.world.config.token_key, &good);
    let mut changed = token.clone().into_bytes();
    changed[20] = if changed[20] == b'A' { b'B' } else { b'A' };
    let endless = Claims {
        exp: now + TimeDelta::days(365),
        ..good
    };
    vec![
        (String::new(), "token-invalid"),
        ("Bearer".to_owned(), "token-invalid"),
        (format!("Basic {token}"), "token-invalid"),
        (format!("Bearer{token}"), "token-invalid"),
        ("Bearer x".to_owned(), "token-invalid"),
        (format!("Bearer {}", "x".repeat(7_000)), "token-invalid"),
        (
            format!("Bearer {}", String::from_utf8(changed).unwrap()),
            "token-invalid",
        ),
        (
            format!("Bearer {}", token.replace("v4.public", "v4.local")),
            "token-invalid",
        ),
        (format!("Bearer {token}.footer"), "token-invalid"),
        (
            format!("Bearer {}", signed(&another_key, &good)),
            "token-invalid",
        ),
        (ours(&endless), "token-invalid"),
        (
            ours(&Claims::new(user, session, 0, now + TimeDelta::hours(1))),
            "token-invalid",
        ),
        (
            ours(&Claims::new(
                user,
                session,
                0,
                now - TimeDelta::seconds(600),
            )),
            "token-expired",
        ),
        (ours(&Claims::new(user, session, -1, now)), "token-revoked"),
        (ours(&Claims::new(user, session, 1, now)), "token-revoked"),
        (
            ours(&Claims::new(Uuid::now_v7(), session, 0, now)),
            "token-revoked",
        ),
    ]
}

#[tokio::test]
async fn changes_name_the_version_that_they_change() {
    let scene = Scene::set().await;
    let before = scene.world.fingerprint().await;
    for of in everything().filter(|of| of.conditional) {
        let ask = || {
            scene
                .sign(scene.unsigned(of, None))
                .body("application/json", scene.body(of, None))
        };
        refuse(ask(), "no If-Match", 428, "version-required", None).await;
        for wrong in [
            "*",
            "1",
            "\"\"",
            "\"x\"",
            "\"-1\"",
            "\"1\", \"2\"",
            "\"99999999999999999999\"",
            "W/1",
        ] {
            refuse(
                ask().if_match(wrong),
                wrong,
                400,
                "invalid-field",
                Some("If-Match"),
            )
            .await;
        }
        for stale in [
            "\"0\"",
            "\"30\"",
            "W/\"7.cbf29ce484222325\"",
            "\"9223372036854775807\"",
        ] {
            let reply = refuse(ask().if_match(stale), stale, 412, "stale-version", None).await;
            assert_eq!(reply.json()["version"], scene.version(of), "{}", reply.of);
        }
    }
    assert_eq!(scene.world.fingerprint().await, before);
}

#[tokio::test]
async fn idempotency_keys_are_short_visible_and_single() {
    let scene = Scene::set().await;
    let before = scene.world.fingerprint().await;
    for of in everything().filter(|of| of.is_write() && of.signed == Signed::Yes) {
        for key in ["", "a b", "k\u{e9}y", "\t", &"x".repeat(201)] {
            let ask = scene.request(of, None, None).key(key);
            refuse(ask, key, 400, "invalid-field", Some("Idempotency-Key")).await;
        }
        let twice = scene.request(of, None, None).key("one").key("two");
        refuse(
            twice,
            "two keys",
            400,
            "invalid-field",
            Some("Idempotency-Key"),
        )
        .await;
    }
    assert_eq!(scene.world.fingerprint().await, before);
}

#[tokio::test]
async fn other_methods_and_other_paths_are_not_there() {
    let scene = Scene::set().await;
    let before = scene.world.fingerprint().await;
    let paths: BTreeSet<&str> = everything().map(|of| of.path).collect();
    for path in paths {
        let here: Vec<&Operation> = everything().filter(|of| of.path == path).collect();
        let mut known: BTreeSet<&str> = here.iter().map(|of| of.method).collect();
        if path == "/dev/clock" {
            known.insert("GET");
        }
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW",
        ] {
            if !known.contains(method) {
                let ask = scene.sign(scene.world.client.ask(method, &scene.path(here[0], None)));
                let reply = refuse(ask, method, 405, "method-not-allowed", None).await;
                let allowed: BTreeSet<&str> = reply
                    .header("allow")
                    .split(',')
                    .filter(|it| *it != "HEAD")
                    .collect();
                assert_eq!(allowed, known, "{}", reply.of);
            }
        }
    }
    for path in [
        "/v1",
        "/v1/",
        "/v1/horse",
        "/v1/horses/",
        "/v1/horses/1/",
        "/v1/horses/1/results/2",
        "/v1/shows/1/entries/2/3",
        "/v1/Users/me",
        "/health",
        "/dev",
        "/docs/nothing.js",
        "/v1/horses%2F1",
        "/v1/users/me/password",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let reply = scene
                .sign(scene.world.client.ask(method, path))
                .send()
                .await;
            let is_page = path.starts_with("/docs/") && method != "GET";
            reply.refused(
                if is_page { 405 } else { 404 },
                if is_page {
                    "method-not-allowed"
                } else {
                    "no-such-path"
                },
            );
        }
    }
    assert_eq!(scene.world.fingerprint().await, before);
}

#[tokio::test]
async fn a_head_request_has_the_headers_of_its_read_and_no_body() {
    let scene = Scene::set().await;
    for of in OPERATIONS.iter().filter(|of| !of.is_write()) {
        let path = scene.path(of, None);
        let full = scene
            .sign(scene.world.client.ask("GET", &path))
            .send()
            .await;
        let head = scene
            .sign(scene.world.client.ask("HEAD", &path))
            .send()
            .await;
        assert_eq!((head.status, head.body.len()), (full.status, 0), "{path}");
        assert_eq!(head.etag(), full.etag(), "{path}");
        assert_eq!(
            head.header("content-type"),
            full.header("content-type"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_request_keeps_its_own_id_if_it_is_sane() {
    let scene = Scene::set().await;
    for (given, is_kept) in [
        ("abc-1.2_Z", true),
        ("", false),
        ("a b", false),
        ("<script>", false),
        (&"x".repeat(65), false),
    ] {
        let ask = scene
            .world
            .client
            .ask("GET", "/v1/horses/0")
            .header("x-request-id", given);
        let problem: Value = ask.send().await.refused(400, "invalid-field");
        assert_eq!(problem["request_id"] == given, is_kept, "{given}");
    }
}
