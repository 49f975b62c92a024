//! Problems: what a client sees of a failure, as RFC 9457 has it.

use crate::Failure;
use crate::session::Fault;
use crate::wire::At;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rules::Refusal;
use serde::Serialize;
use serde_json::{Map, Value};
use std::error::Error;
use std::sync::Arc;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

const TYPES: &str = "https://equoria.game/problems/";

/// A problem as RFC 9457 writes it. `code` is stable; `title` and `detail` are for people and may change.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    members: Map<String, Value>,
    retry_after: Option<u32>,
    cause: Option<Cause>,
}

/// The source of a fault of ours, left in the response's extensions for whoever writes the log.
#[derive(Clone, Debug)]
pub struct Cause(pub Arc<dyn Error + Send + Sync>);

/// An error with everything that caused it, in one line, for the log.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

/// The JSON body of a problem. Members that belong to one code stand beside these.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Problem))]
struct Document<'a> {
    /// The address of this kind of problem: `https://equoria.game/problems/<code>`.
    r#type: String,
    /// What kind of problem it is, for people.
    title: &'a str,
    /// The status of the answer.
    #[cfg_attr(feature = "openapi", schema(example = 404))]
    status: u16,
    /// What is the matter this time, for people.
    detail: &'a str,
    /// The kind of problem, for programs: stable, in kebab-case.
    #[cfg_attr(feature = "openapi", schema(example = "horse-not-found"))]
    code: &'a str,
    /// The id of the request, as in the header `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// What the refusal knows: the field to blame, the instant from which it may succeed, the price and the purse.
    #[serde(flatten)]
    members: &'a Map<String, Value>,
}

/// The schema of a problem, for OpenAPI.
#[cfg(feature = "openapi")]
pub(crate) use openapi::schema;

#[cfg(feature = "openapi")]
mod openapi {
    use utoipa::openapi::{RefOr, Schema};

    pub(crate) fn schema() -> RefOr<Schema> {
        <super::Document<'_> as utoipa::PartialSchema>::schema()
    }
}

impl Problem {
    /// A problem without members.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
            members: Map::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// The problem with one more member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable name of this kind of problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The JSON document, naming the request if its id is known.
    #[must_use]
    pub fn body(&self, request_id: Option<&str>) -> Vec<u8> {
        let mut kind = TYPES.to_owned();
        kind.push_str(self.code);
        let document = Document {
            r#type: kind,
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            request_id,
            members: &self.members,
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    /// The problem without a request id; [`request::identify`](crate::request::identify) fills it in.
    fn into_response(mut self) -> Response {
        let mut response = Response::new(Body::from(self.body(None)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(cause) = self.cause.take() {
            response.extensions_mut().insert(cause);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Puts the id of the request into a problem's body.
pub(crate) fn name_request(response: &mut Response, request_id: &str) {
    let Some(problem) = response.extensions().get::<Problem>() else {
        return;
    };
    let body = problem.body(Some(request_id));
    *response.body_mut() = Body::from(body);
    forget_length(response.headers_mut());
}

fn forget_length(headers: &mut HeaderMap) {
    headers.remove(header::CONTENT_LENGTH);
}

/// A kind of problem: status, code, title and the usual detail.
struct Kind(StatusCode, &'static str, &'static str, &'static str);

impl Kind {
    fn problem(&self) -> Problem {
        let Self(status, code, title, detail) = *self;
        Problem::new(status, code, title, detail)
    }

    fn saying(&self, detail: impl Into<String>) -> Problem {
        let Self(status, code, title, _) = *self;
        Problem::new(status, code, title, detail)
    }
}

#[rustfmt::skip]
mod kinds {
    use super::{Kind, StatusCode as Is};

    pub(super) const INVALID: Kind = Kind(Is::BAD_REQUEST, "invalid-field", "A field cannot be read", "");
    pub(super) const MALFORMED: Kind = Kind(Is::BAD_REQUEST, "malformed-body", "The body cannot be read", "");
    pub(super) const NOT_JSON: Kind = Kind(Is::UNSUPPORTED_MEDIA_TYPE, "not-json", "The body is not JSON",
        "Send JSON, with the header Content-Type: application/json.");
    pub(super) const TOO_LARGE: Kind = Kind(Is::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large",
        "The body is longer than this request may have.");
    pub(super) const WRONG_CREDENTIALS: Kind = Kind(Is::UNAUTHORIZED, "wrong-credentials", "Wrong address or password",
        "There is no account with this e-mail address and password.");
    pub(super) const BAD_REFRESH_TOKEN: Kind = Kind(Is::UNAUTHORIZED, "refresh-token-invalid", "The session is over",
        "This refresh token is unknown, over, or was used before. Sign in again.");
    pub(super) const FORBIDDEN: Kind = Kind(Is::FORBIDDEN, "forbidden", "Not allowed", "You may not do this.");
    pub(super) const STALE: Kind = Kind(Is::PRECONDITION_FAILED, "stale-version", "It has changed since",
        "It has changed since the version that If-Match names. Read it again.");
    pub(super) const UNCONDITIONAL: Kind = Kind(Is::PRECONDITION_REQUIRED, "version-required", "The version is missing",
        "Name the version that you change with the header If-Match: the ETag of what you read.");
    pub(super) const UNSETTLED: Kind = Kind(Is::CONFLICT, "show-not-settled", "The show is not settled",
        "There is a proof once the show is settled. Until then there is the hash of its secret.");
    pub(super) const KEY_REUSED: Kind = Kind(Is::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The idempotency key was used",
        "This Idempotency-Key was used with another request. Take a new one.");
    pub(super) const KEY_IN_USE: Kind = Kind(Is::CONFLICT, "idempotency-key-in-use", "The request is being worked on",
        "A request with this Idempotency-Key has not ended yet.");
    pub(super) const TOO_MANY: Kind = Kind(Is::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests",
        "Too many requests of this kind. Wait a little.");
    pub(super) const UNANSWERED: Kind = Kind(Is::SERVICE_UNAVAILABLE, "unanswered", "Not available now",
        "The game did not answer. A write may have been done: repeat it with the same Idempotency-Key.");
    pub(super) const BUSY: Kind = Kind(Is::SERVICE_UNAVAILABLE, "busy", "Not available now",
        "The game cannot answer now. Nothing was changed; try again.");
    pub(super) const WRONG_SCHEMA: Kind = Kind(Is::SERVICE_UNAVAILABLE, "wrong-schema", "The database has another schema",
        "This program was made for another version of the database's schema.");
    pub(super) const TIMED_OUT: Kind = Kind(Is::SERVICE_UNAVAILABLE, "timed-out", "It took too long",
        "The request took longer than it may. Try again.");
    pub(super) const NO_SUCH_PATH: Kind = Kind(Is::NOT_FOUND, "no-such-path", "No such path", "There is nothing at this path.");
    pub(super) const NO_SUCH_METHOD: Kind = Kind(Is::METHOD_NOT_ALLOWED, "method-not-allowed", "Not by this method",
        "This path does not take this method; the header Allow says which ones it takes.");
    pub(super) const BROKEN: Kind = Kind(Is::INTERNAL_SERVER_ERROR, "broken", "A fault of ours",
        "Something broke on our side. The id of the request helps us to find it.");
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refused(&refusal),
            Failure::Missing { what } => missing(what),
            Failure::Invalid { field, detail } => {
                kinds::INVALID.saying(detail).with("field", field)
            }
            Failure::Malformed { detail } => kinds::MALFORMED.saying(detail),
            Failure::NotJson => kinds::NOT_JSON.problem(),
            Failure::TooLarge { most } => kinds::TOO_LARGE.problem().with("most_bytes", most),
            Failure::Unsigned(fault) => unsigned(fault),
            Failure::WrongCredentials => kinds::WRONG_CREDENTIALS.problem(),
            Failure::BadRefreshToken => kinds::BAD_REFRESH_TOKEN.problem(),
            Failure::Forbidden => kinds::FORBIDDEN.problem(),
            Failure::Stale { version } => kinds::STALE.problem().with("version", version),
            Failure::Unconditional => kinds::UNCONDITIONAL.problem(),
            Failure::Unsettled { secret_hash, state } => {
                let problem = kinds::UNSETTLED.problem().with("secret_hash", secret_hash);
                problem.with("state", state)
            }
            Failure::KeyReused => kinds::KEY_REUSED.problem(),
            Failure::KeyInUse => kinds::KEY_IN_USE.problem().after(1),
            Failure::TooMany { retry_after } => kinds::TOO_MANY.problem().after(retry_after),
            Failure::Unanswered { retry_after } => kinds::UNANSWERED.problem().after(retry_after),
            Failure::Busy { retry_after } => kinds::BUSY.problem().after(retry_after),
            Failure::WrongSchema { expected, found } => {
                let problem = kinds::WRONG_SCHEMA.problem().with("expected", expected);
                problem.with("found", found).after(5)
            }
            Failure::TimedOut => kinds::TIMED_OUT.problem().after(1),
            Failure::NoSuchPath => kinds::NO_SUCH_PATH.problem(),
            Failure::NoSuchMethod => kinds::NO_SUCH_METHOD.problem(),
            Failure::Broken { source } => Self {
                cause: Some(Cause(source.into())),
                ..kinds::BROKEN.problem()
            },
        }
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let status = match refusal {
        Refusal::NotYours | Refusal::NotHost => StatusCode::FORBIDDEN,
        malformed if malformed.is_malformed() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    };
    let detail = refusal.to_string();
    let mut problem = Problem::new(status, refusal.code(), "The rules refuse it", detail);
    problem.members = data_of(refusal);
    if let Some(field) = refusal.field() {
        problem.members.insert("field".to_owned(), field.into());
    }
    problem
}

/// The data of a refusal, its instants with milliseconds like every other one on the wire.
pub(crate) fn data_of(refusal: &Refusal) -> Map<String, Value> {
    let Ok(Value::Object(mut data)) = serde_json::to_value(refusal) else {
        return Map::new();
    };
    for value in data.values_mut() {
        let instant = value.as_str().and_then(|text| text.parse().ok());
        if let Some(Ok(shown)) = instant.map(|it| serde_json::to_value(At::not_before(it))) {
            *value = shown;
        }
    }
    // The rules cut an instant to milliseconds; one to wait for must not be shown too early.
    if let (Some(until), Some(shown)) = (refusal.until(), data.get_mut("until")) {
        *shown = serde_json::to_value(At::not_before(until)).unwrap_or_default();
    }
    data
}

fn missing(what: &'static str) -> Problem {
    let (code, detail) = match what {
        "horse" => ("horse-not-found", "There is no such horse."),
        "foal" => ("foal-not-found", "There is no such foal."),
        "user" => ("user-not-found", "There is no such user."),
        "stable" => ("stable-not-found", "There is no such stable."),
        "show" => ("show-not-found", "There is no such show."),
        "breed" => ("breed-not-found", "There is no such breed."),
        "discipline" => ("discipline-not-found", "There is no such discipline."),
        "stallion" => ("horse-not-found", "There is no such stallion."),
        "stud listing" => (
            "stud-listing-not-found",
            "This horse does not stand at stud.",
        ),
        "genetic test" => ("genetic-test-not-found", "This horse was not tested."),
        _ => ("not-found", "There is no such thing."),
    };
    let problem = Problem::new(StatusCode::NOT_FOUND, code, "Not found", detail);
    match what {
        "stallion" => problem.with("field", "stallion_id"),
        _ => problem,
    }
}

fn unsigned(fault: Fault) -> Problem {
    let (code, detail) = match fault {
        Fault::Absent => (
            "not-signed-in",
            "Sign in, and send the access token with the header Authorization: Bearer.",
        ),
        Fault::Unreadable => ("token-invalid", "This is not an access token of this game."),
        Fault::Expired => ("token-expired", "The access token is over. Refresh it."),
        Fault::Revoked => ("token-revoked", "The session was ended. Sign in again."),
    };
    Problem::new(StatusCode::UNAUTHORIZED, code, "Not signed in", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::money::Coins;
    use serde_json::json;

    #[test]
    fn an_error_is_shown_with_its_causes() {
        let disk = std::io::Error::other("disk full");
        assert_eq!(chain(&disk), "disk full");
        let outer = std::io::Error::other(Failing(disk));
        assert_eq!(chain(&outer), "could not write: disk full");
    }

    #[derive(Debug)]
    struct Failing(std::io::Error);

    impl std::fmt::Display for Failing {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("could not write")
        }
    }

    impl Error for Failing {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn shown(failure: Failure) -> Value {
        serde_json::from_slice(&Problem::from(failure).body(Some("r-1"))).unwrap()
    }

    #[test]
    fn the_instant_to_wait_for_is_not_shown_too_early() {
        let until = "2026-11-29T15:45:58.797001Z".parse().unwrap();
        let shown = shown(Refusal::Resting { until }.into());
        assert_eq!(shown["until"], "2026-11-29T15:45:58.798Z");
    }

    fn every_failure() -> Vec<(Failure, u16)> {
        let text = String::new;
        vec![
            (Refusal::InFoal.into(), 409),
            (Refusal::NotYours.into(), 403),
            (Refusal::NotHost.into(), 403),
            (Refusal::BadEmail.into(), 422),
            (Failure::Missing { what: "horse" }, 404),
            (Failure::invalid("name", "Too long."), 400),
            (Failure::Malformed { detail: text() }, 400),
            (Failure::NotJson, 415),
            (Failure::TooLarge { most: 9 }, 413),
            (Failure::Unsigned(Fault::Absent), 401),
            (Failure::Unsigned(Fault::Unreadable), 401),
            (Failure::Unsigned(Fault::Expired), 401),
            (Failure::Unsigned(Fault::Revoked), 401),
            (Failure::WrongCredentials, 401),
            (Failure::BadRefreshToken, 401),
            (Failure::Forbidden, 403),
            (Failure::Stale { version: 4 }, 412),
            (Failure::Unconditional, 428),
            (
                Failure::Unsettled {
                    secret_hash: text(),
                    state: "open",
                },
                409,
            ),
            (Failure::KeyReused, 422),
            (Failure::KeyInUse, 409),
            (Failure::TooMany { retry_after: 7 }, 429),
            (Failure::Unanswered { retry_after: 5 }, 503),
            (Failure::Busy { retry_after: 1 }, 503),
            (
                Failure::WrongSchema {
                    expected: 2,
                    found: None,
                },
                503,
            ),
            (Failure::TimedOut, 503),
            (Failure::NoSuchPath, 404),
            (Failure::NoSuchMethod, 405),
            (Failure::broken("a secret cause"), 500),
        ]
    }

    #[test]
    fn every_failure_has_its_status_and_the_members_of_rfc_9457() {
        for (failure, status) in every_failure() {
            let document = shown(failure);
            assert_eq!(document["status"], status, "{document}");
            assert_eq!(document["request_id"], "r-1");
            let code = document["code"].as_str().unwrap();
            assert!(
                code.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'),
                "{code}"
            );
            assert_eq!(
                document["type"],
                format!("https://equoria.game/problems/{code}")
            );
            assert!(document["title"].as_str().is_some_and(|it| !it.is_empty()));
            assert!(document["detail"].is_string());
        }
    }

    #[test]
    fn no_two_kinds_of_failure_share_a_code() {
        let codes = every_failure()
            .into_iter()
            .map(|(it, _)| Problem::from(it).code());
        let mut codes: Vec<_> = codes.collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }

    #[test]
    fn a_refusal_brings_its_data_with_milliseconds() {
        let until = "2026-11-29T15:00:00.000001Z".parse().unwrap();
        let document = shown(Refusal::Resting { until }.into());
        assert_eq!(document["code"], "resting");
        assert_eq!(document["until"], "2026-11-29T15:00:00.001Z");
        let price = Refusal::NotEnoughCoins {
            need: Coins::new(500),
            have: Coins::new(20),
        };
        let document = shown(price.into());
        assert_eq!(
            (&document["need"], &document["have"]),
            (&json!(500), &json!(20))
        );
        let document = shown(
            Refusal::Unknown {
                field: "discipline",
            }
            .into(),
        );
        assert_eq!(
            (&document["field"], &document["status"]),
            (&json!("discipline"), &json!(422))
        );
    }

    #[test]
    fn the_cause_of_a_fault_is_for_the_log_alone() {
        let response = Failure::broken("a secret cause").into_response();
        let Cause(cause) = response.extensions().get::<Cause>().unwrap();
        assert_eq!(cause.to_string(), "a secret cause");
        let problem = response.extensions().get::<Problem>().unwrap();
        let body = String::from_utf8(problem.body(None)).unwrap();
        assert!(!body.contains("secret") && !body.contains("request_id"));
    }

    #[test]
    fn headers_say_when_to_come_back_and_how_to_sign_in() {
        let headers = |failure: Failure| failure.into_response().headers().clone();
        let busy = headers(Failure::TooMany { retry_after: 7 });
        assert_eq!(busy[header::RETRY_AFTER], "7");
        assert_eq!(busy[header::CONTENT_TYPE], MEDIA_TYPE);
        assert_eq!(busy[header::CACHE_CONTROL], "no-store");
        assert_eq!(
            headers(Failure::WrongCredentials)[header::WWW_AUTHENTICATE],
            "Bearer"
        );
    }
}
