//! Writes pass through the Worker untouched, or do not pass at all.

use harness::Reply;
use serde_json::json;

use crate::run;
use crate::upstream::{Upstream, upstream};

const DONE: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

/// A problem of the Worker's own: nobody knows what became of the request, and it is worth sending it again.
fn require_down(reply: &Reply) {
    reply.refused(503, "unanswered");
    assert!(
        reply
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|seconds| seconds > 0),
        "{}",
        reply.of
    );
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[test]
fn the_body_of_a_write_arrives_byte_for_byte() {
    run(async {
        let upstream = upstream().await;
        upstream.answers("/v1/echo", DONE);
        let bodies: [Vec<u8>; 6] = [
            b"{ \"name\" :\t\"Lark\",\r\n \"name\": \"Star\" }\n".to_vec(),
            (0..=255).collect(),
            vec![0xff, 0xfe, 0x00],
            "{\"name\":\"Käthe \u{1f40e}\"}".into(),
            b"null".to_vec(),
            vec![b'x'; 300_000],
        ];
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for body in &bodies {
                let kind = "application/json; charset=utf-8";
                upstream
                    .client()
                    .ask(method, "/v1/echo")
                    .body(kind, body.clone())
                    .send()
                    .await
                    .require(200);
                let asked = upstream.asked("/v1/echo").unwrap();
                assert_eq!(&asked.body, body, "{method} with {} bytes", body.len());
                assert_eq!(asked.header("content-type"), [kind]);
                assert_eq!(asked.line, format!("{method} /v1/echo HTTP/1.1"));
            }
        }
    });
}

#[test]
fn a_write_without_a_body_arrives_without_one() {
    run(async {
        let upstream = upstream().await;
        upstream.answers("/v1/empty", DONE);
        for method in ["POST", "DELETE"] {
            upstream
                .client()
                .ask(method, "/v1/empty?a=%20b&a=c%2Fd&&")
                .send()
                .await
                .require(200);
            let asked = upstream.asked("/v1/empty").unwrap();
            assert_eq!(asked.body, b"");
            assert_eq!(
                asked.line,
                format!("{method} /v1/empty?a=%20b&a=c%2Fd&& HTTP/1.1")
            );
        }
    });
}

#[test]
fn the_headers_of_a_write_arrive_as_they_were_sent() {
    run(async {
        let upstream = upstream().await;
        upstream.answers("/v1/headers", DONE);
        let headers = [
            ("authorization", "Bearer v4.public.abc"),
            ("idempotency-key", "a-Key_of.ours~1"),
            ("if-match", "\"7-0123456789abcdef\""),
            ("x-request-id", "my-request-1"),
            ("accept-language", "de-AT, en;q=0.5"),
            ("prefer", "return=minimal"),
        ];
        let mut ask = upstream.client().ask("PATCH", "/v1/headers");
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        ask.json(&json!({})).send().await.require(200);
        let asked = upstream.asked("/v1/headers").unwrap();
        for (name, value) in headers {
            assert_eq!(asked.header(name), [value], "{name}");
        }
    });
}

#[test]
fn nobody_but_the_worker_says_that_it_is_the_worker_or_whom_it_speaks_for() {
    run(async {
        let upstream = upstream().await;
        upstream.answers("/v1/spoofed", DONE);
        let ask = upstream.client().ask("POST", "/v1/spoofed");
        let ask = ask
            .header("x-equoria-client", "203.0.113.7")
            .header("x-equoria-client", "203.0.113.8");
        let ask = ask
            .header("x-equoria-edge-key", &"0".repeat(64))
            .header("X-Equoria-Edge-Key", "1");
        ask.json(&json!({})).send().await.require(200);
        let asked = upstream.asked("/v1/spoofed").unwrap();
        assert_eq!(
            asked.header("x-equoria-edge-key"),
            [upstream.edge_key.as_str()]
        );
        let clients = asked.header("x-equoria-client");
        assert!(
            clients.len() <= 1
                && clients
                    .iter()
                    .all(|it| it.starts_with("127.") || *it == "::1"),
            "{clients:?}"
        );
    });
}

#[test]
fn the_answer_to_a_write_comes_back_as_it_is() {
    run(async {
        let upstream = upstream().await;
        for (status, headers, body) in [
            (
                "200 OK",
                "etag: \"8-00\"\r\ncontent-type: application/json\r\n",
                "{\"a\": 1.50 }",
            ),
            (
                "201 Created",
                "location: /v1/stables/7\r\netag: \"1-ff\"\r\ncontent-type: application/json\r\n",
                "{\"id\":7}",
            ),
            ("202 Accepted", "idempotency-replayed: true\r\n", "later"),
            ("303 See Other", "location: /v1/elsewhere\r\n", ""),
            (
                "400 Bad Request",
                "content-type: application/problem+json\r\n",
                "{\"code\":\"invalid-field\"}",
            ),
            ("401 Unauthorized", "www-authenticate: Bearer\r\n", "{}"),
            (
                "409 Conflict",
                "content-type: application/problem+json\r\n",
                "{\"code\":\"resting\"}",
            ),
            ("412 Precondition Failed", "x-request-id: r-1\r\n", "{}"),
            (
                "422 Unprocessable Content",
                "cache-control: no-store\r\n",
                "{}",
            ),
            ("429 Too Many Requests", "retry-after: 17\r\n", "{}"),
            (
                "500 Internal Server Error",
                "content-type: application/problem+json\r\n",
                "{\"code\":\"broken\"}",
            ),
            ("503 Service Unavailable", "retry-after: 3\r\n", "{}"),
        ] {
            let length = body.len();
            upstream.answers("/v1/said", format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"));
            let reply = upstream
                .client()
                .ask("POST", "/v1/said")
                .json(&json!({}))
                .send()
                .await;
            assert_eq!(reply.status.to_string(), status[..3]);
            assert_eq!(reply.text(), body, "{status}");
            for (name, value) in headers.lines().filter_map(|line| line.split_once(": ")) {
                assert_eq!(reply.header(name), value, "{status}");
            }
        }
        upstream.answers(
            "/v1/said",
            "HTTP/1.1 204 No Content\r\netag: \"2-aa\"\r\nconnection: close\r\n\r\n",
        );
        let reply = upstream.client().delete("/v1/said").await.require(204);
        assert_eq!((reply.etag(), reply.body.len()), ("\"2-aa\"", 0));
    });
}

#[test]
fn a_write_is_refused_while_the_native_api_is_down_and_reads_go_on() {
    run(async {
        let mut upstream = upstream().await;
        upstream.answers("/v1/stables", DONE);
        upstream.goes_down().await;
        let client = upstream.client();
        for (method, path) in [
            ("POST", "/v1/users"),
            ("POST", "/v1/stables"),
            ("PATCH", "/v1/account"),
            ("PUT", "/v1/account/settings"),
            ("DELETE", "/v1/sessions/current"),
            ("GET", "/v1/account"),
            ("GET", "/openapi.json"),
        ] {
            let ask = client.ask(method, path);
            let ask = if method == "GET" {
                ask
            } else {
                ask.json(&json!({"name": "Lark"}))
            };
            require_down(&ask.send().await);
        }
        for path in [
            "/v1/disciplines",
            "/v1/breeds",
            "/v1/horses",
            "/v1/shows",
            "/v1/rankings/users",
            "/health/live",
            "/health/ready",
        ] {
            client.get(path).await.require(200);
        }
        upstream.comes_back().await;
        client.post("/v1/stables", &json!({})).await.require(200);
    });
}

#[test]
fn an_answer_that_breaks_off_and_an_origin_that_does_not_answer_are_never_a_success() {
    run(async {
        let upstream = upstream().await;
        // No answer is scripted here: the connection is closed without a word.
        require_down(&upstream.client().post("/v1/silent", &json!({})).await);
        assert!(
            upstream.asked("/v1/silent").is_some(),
            "the request arrived, and still the answer is no success"
        );
        // What Cloudflare says where it cannot reach an origin.
        for status in [520, 521, 522, 523, 524, 525, 526, 530] {
            let page = "<html>error</html>";
            upstream.answers("/v1/cloudy", format!("HTTP/1.1 {status} Web Server Is Down\r\ncontent-length: 18\r\nconnection: close\r\n\r\n{page}"));
            require_down(&upstream.client().post("/v1/cloudy", &json!({})).await);
        }
        upstream.answers("/v1/garbled", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n");
        require_down(&upstream.client().post("/v1/garbled", &json!({})).await);
    });
}

#[test]
fn a_write_arrives_once_whatever_becomes_of_its_answer() {
    run(async {
        let upstream = upstream().await;
        let broken =
            "HTTP/1.1 201 Created\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{\"id\":";
        let page = "HTTP/1.1 522 No Origin\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let busy = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for (kind, answer) in [
                ("closed", ""),
                ("garbled", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n"),
                ("half-said", "HTTP/1.1 200 OK\r\ncontent-le"),
                ("unreachable", page),
                ("busy", busy),
            ] {
                let path = format!("/v1/once/{kind}/{method}");
                upstream.answers(&path, answer);
                let ask = upstream.client().ask(method, &path).key("one-write");
                let reply = ask.json(&json!({"name": "Lark"})).send().await;
                assert_eq!(reply.status, 503, "{path}: {}", reply.text());
                assert_eq!(upstream.arrivals(&path), 1, "{path}");
            }
        }
        // Its head has gone out to the client when the body breaks off: nobody can take that for an answer.
        upstream.answers("/v1/once/in-the-body", broken);
        let ask = upstream.client().ask("POST", "/v1/once/in-the-body");
        assert!(ask.json(&json!({})).try_send().await.is_err());
        assert_eq!(upstream.arrivals("/v1/once/in-the-body"), 1);
    });
}

#[test]
fn one_switch_forwards_the_reads_too() {
    run(async {
        let upstream = Upstream::start(&[("EQUORIA_READS", "native")]).await;
        let said = "HTTP/1.1 200 OK\r\netag: \"native\"\r\ncontent-length: 6\r\nconnection: close\r\n\r\nnative";
        for path in [
            "/v1/horses",
            "/v1/breeds",
            "/v1/disciplines",
            "/v1/users/me",
            "/health/ready",
            "/v1/nowhere",
        ] {
            upstream.answers(path, said);
            let ask = upstream
                .client()
                .ask("GET", &format!("{path}?limit=3"))
                .header("authorization", "Bearer abc");
            let reply = ask
                .header("if-none-match", "\"older\"")
                .send()
                .await
                .require(200);
            assert_eq!(
                (reply.text().as_str(), reply.etag()),
                ("native", "\"native\"")
            );
            let asked = upstream.asked(path).unwrap();
            assert_eq!(asked.line, format!("GET {path}?limit=3 HTTP/1.1"));
            assert_eq!(asked.header("authorization"), ["Bearer abc"]);
            assert_eq!(asked.header("if-none-match"), ["\"older\""]);
        }
    });
}
