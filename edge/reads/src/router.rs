//! The router of every read, and what its handlers stand on.

use crate::Failure;
use crate::class::Class;
use crate::clock::{Clock, Instant};
use crate::copies::Copies;
use crate::query::{Ask, Connect, Freshness, Query, Record, Values};
use crate::question::{Read, unreadable};
use crate::request::{REQUEST_ID, RequestId, named, with_id};
use crate::seen::Cookies;
use crate::serve::serve;
use crate::session::{Claims, Fault, Verifier};
use crate::snapshot::Noted;
use crate::version::{self, told};
use crate::{
    breeding, calendar, catalogue, diversity, entry, foal, genetics, health, herd, history, horse,
    ledger, mates, mating, owned, parent, pedigree, preview, proof, ranking, show, sorted, stable,
    user,
};
use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// What the reads need: a database, a clock, the key that checks tokens, the version of the schema they know.
#[derive(Clone)]
pub struct Reads {
    database: Arc<dyn Ask>,
    clock: Arc<dyn Clock>,
    verifier: Arc<Verifier>,
    schema_version: i32,
    copies: Option<Arc<dyn Copies>>,
    copies_for_s: i64,
    cookies: Cookies,
    /// Where this request asks, and where is noted what its answer knows.
    freshness: Freshness,
    noted: Arc<Noted>,
}

impl Reads {
    /// Puts the four together.
    pub fn new(
        database: impl Connect,
        clock: impl Clock,
        verifier: Verifier,
        schema_version: i32,
    ) -> Self {
        Self {
            database: Arc::new(database),
            clock: Arc::new(clock),
            verifier: Arc::new(verifier),
            schema_version,
            copies: None,
            copies_for_s: 0,
            cookies: Cookies { are_secure: true },
            freshness: Freshness::Fresh,
            noted: Arc::new(Noted::nothing()),
        }
    }

    /// The same with a place where copies of public answers are kept. They answer as long as the class of each says, but
    /// for so many seconds at most; with 0 only while the database is away.
    #[must_use]
    pub fn with_copies(self, copies: impl Copies, for_s: i64) -> Self {
        Self {
            copies: Some(Arc::new(copies)),
            copies_for_s: for_s,
            ..self
        }
    }

    /// The same with these cookies instead of secure ones.
    #[must_use]
    pub fn with_cookies(self, cookies: Cookies) -> Self {
        Self { cookies, ..self }
    }

    /// The reads for one question, and where what its answer knows will stand.
    pub(crate) fn asking(&self, freshness: Freshness) -> (Self, Arc<Noted>) {
        let noted = Arc::new(Noted::nothing());
        let reads = Self {
            freshness,
            noted: Arc::clone(&noted),
            ..self.clone()
        };
        (reads, noted)
    }

    pub(crate) fn copies(&self) -> Option<&dyn Copies> {
        self.copies.as_deref()
    }

    /// For how many seconds a copy of this class may answer; none where none is made.
    pub(crate) fn copied_for_s(&self, class: Class) -> Option<i64> {
        self.copies.as_ref()?;
        class.copied_for_s().map(|it| it.min(self.copies_for_s))
    }

    pub(crate) const fn cookies(&self) -> Cookies {
        self.cookies
    }

    /// May what is cached be behind what is fresh?
    pub(crate) fn may_lag(&self) -> bool {
        self.database.is_lagging()
    }

    /// The real time.
    pub(crate) fn real(&self) -> Instant {
        self.clock.real()
    }

    /// How far the game is ahead of it.
    pub(crate) async fn ahead_ms(&self) -> i64 {
        self.clock.ahead_ms().await
    }

    /// The version of the schema that the reads were made for.
    pub(crate) const fn schema_version(&self) -> i32 {
        self.schema_version
    }

    /// The time in the game.
    pub async fn now(&self) -> Instant {
        self.clock.game().await
    }

    /// The claims of an access token that holds now.
    pub(crate) fn verify(&self, token: &str) -> Result<Claims, Fault> {
        self.verifier.verify(token, self.clock.real())
    }

    /// Every row of a query: the one round trip of a request.
    pub(crate) async fn rows(
        &self,
        query: &'static Query,
        values: Values<'_>,
    ) -> Result<Vec<Record>, Failure> {
        let rows = self.database.ask(self.freshness, query, values).await?;
        Ok(self
            .noted
            .note(query, rows)?
            .into_iter()
            .map(|row| Record::new(query, row))
            .collect())
    }

    /// The one row of a query.
    pub(crate) async fn row(
        &self,
        query: &'static Query,
        values: Values<'_>,
    ) -> Result<Option<Record>, Failure> {
        Ok(self.rows(query, values).await?.pop())
    }
}

impl fmt::Debug for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reads(..)")
    }
}

/// Paths with their reads and the class of each.
macro_rules! reads {
    ($($path:literal => $class:ident $read:path,)+) => {
        &[$(($path, Read {
            answer: |reads, question| Box::pin($read(reads, question)),
            class: Class::$class,
        }),)+]
    };
}

static READS: &[(&str, Read)] = reads! {
    "/v1/horses" => Shared herd::find,
    "/v1/horses/{id}" => Shared horse::card,
    "/v1/horses/{id}/results" => Shared history::results,
    "/v1/horses/{id}/training" => Shared history::training,
    "/v1/horses/{id}/genetics" => Varying genetics::genetics,
    "/v1/horses/{id}/pedigree" => Shared pedigree::pedigree,
    "/v1/horses/{id}/mates" => Varying mates::mates,
    "/v1/horses/{id}/parent" => Varying parent::parent,
    "/v1/matings/preview" => Varying mating::preview,
    "/v1/horses/{id}/foals" => Shared foal::offspring,
    "/v1/foals/{id}" => Shared foal::foal,
    "/v1/studs" => Shared breeding::studs,
    "/v1/users/me" => Own user::me,
    "/v1/users/me/horses" => Own owned::own,
    "/v1/users/me/ledger" => Own ledger::postings,
    "/v1/users/me/pregnancies" => Own breeding::pregnancies,
    "/v1/users/me/stables" => Own stable::own,
    "/v1/users/{id}" => Shared user::profile,
    "/v1/stables/{id}" => Shared stable::stable,
    "/v1/stables/{id}/diversity" => Shared diversity::stable,
    "/v1/shows" => Shared calendar::calendar,
    "/v1/shows/{id}" => Shared show::show,
    "/v1/shows/{id}/entries" => Shared entry::entries,
    "/v1/shows/{id}/results" => Settled entry::results,
    "/v1/shows/{id}/proof" => Settled proof::proof,
    "/v1/shows/{id}/preview" => Varying preview::preview,
    "/v1/rankings/disciplines/{discipline}" => Shared ranking::horses,
    "/v1/rankings/users" => Shared ranking::users,
    "/v1/breeds" => Catalogue catalogue::breeds,
    "/v1/breeds/{id}/diversity" => Shared diversity::breed,
    "/v1/disciplines" => Constant catalogue::disciplines,
    "/v1/traits" => Constant catalogue::traits,
    "/health/live" => Own health::live,
    "/health/ready" => Own health::ready,
};

/// The router of every read. [`request::complete`](crate::request::complete) it once nothing more is merged into it.
pub fn router(reads: Reads) -> Router {
    let routes = READS.iter().fold(Router::new(), |router, (path, read)| {
        router.route(path, get(*read))
    });
    routes
        .layer(from_fn(version::unless_known))
        .with_state(reads)
}

/// Answers a read as [`router`] does, with the request's id and all, and without making a router for it: the Worker has
/// one request at a time.
pub async fn answer(reads: Reads, request: Request) -> Response {
    let id = RequestId::of(request.headers().get(REQUEST_ID));
    if request.method() != Method::HEAD {
        let response = unnamed(reads, request).await;
        return named(response, &id);
    }
    let (mut head, body) = unnamed(reads, request).await.into_parts();
    if let Some(length) = body.size_hint().exact() {
        head.headers.insert(header::CONTENT_LENGTH, length.into());
    }
    with_id(Response::from_parts(head, Body::empty()), &id)
}

async fn unnamed(reads: Reads, request: Request) -> Response {
    let Some((read, part)) = find(request.uri().path()) else {
        return Failure::NoSuchPath.into_response();
    };
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let decoded = |it| percent_decode_str(it).decode_utf8().map(Cow::into_owned);
    let answer = match part.map(decoded).transpose() {
        Ok(part) => serve(*read, reads, request, part).await,
        Err(_) => unreadable().into_response(),
    };
    told(known, answer)
}

/// The read of a path, and the variable part of it. The reads stand in such an order that the first one that fits is right.
fn find(path: &str) -> Option<(&'static Read, Option<&str>)> {
    READS.iter().find_map(|(template, read)| {
        let part = fit(template, path)?;
        Some((read, part))
    })
}

/// The variable part of a path that fits a template, if that has one.
fn fit<'a>(template: &str, path: &'a str) -> Option<Option<&'a str>> {
    let Some((before, after)) = template.split_once('{') else {
        return (template == path).then_some(None);
    };
    let (_, after) = after.split_once('}')?;
    let part = path.strip_prefix(before)?.strip_suffix(after)?;
    // As the router has it: nothing is a part where more of the path follows.
    let is_part = !(part.is_empty() && after.is_empty()) && !part.contains('/');
    is_part.then_some(Some(part))
}

/// The path of every read, with its class.
pub fn classes() -> impl Iterator<Item = (&'static str, Class)> {
    READS.iter().map(|(path, read)| (*path, read.class))
}

/// Every statement of the reads, for the test that prepares each against the migrated schema.
pub static QUERIES: &[&Query] = &[
    &horse::CARD,
    &herd::NEWEST,
    &herd::WITH_TRAITS,
    &herd::OF_BREED,
    &herd::OF_OWNER,
    &herd::BEST,
    &sorted::OLDEST,
    &sorted::YOUNGEST,
    &sorted::ELDEST,
    &sorted::NAMED,
    &sorted::NAMED_BACKWARDS,
    &owned::OWN,
    &owned::RISING,
    &owned::FALLING,
    &history::RESULTS,
    &history::RESULTS_RISING,
    &history::RESULTS_FALLING,
    &history::TRAINING,
    &history::FIRST_TRAINING,
    &genetics::GENETICS,
    &pedigree::PEDIGREE,
    &mates::MATES,
    &mating::PLANNED,
    &foal::OFFSPRING,
    &foal::FIRST_OFFSPRING,
    &foal::FOAL,
    &breeding::STUDS,
    &breeding::STUDS_OF_BREED,
    &breeding::DEAREST_STUDS,
    &breeding::NEWEST_STUDS,
    &breeding::PREGNANCIES,
    &breeding::FIRST_PREGNANCIES,
    &user::PROFILE,
    &user::ME,
    &ledger::POSTINGS,
    &ledger::FIRST_POSTINGS,
    &stable::STABLE,
    &stable::OWN,
    &stable::RISING,
    &stable::FALLING,
    &show::SHOW,
    &calendar::OPEN,
    &calendar::OPEN_IN_DISCIPLINE,
    &calendar::PAST,
    &calendar::PAST_IN_DISCIPLINE,
    &calendar::EARLIEST,
    &calendar::LATEST,
    &calendar::RICHEST,
    &calendar::CHEAPEST,
    &entry::ENTRIES,
    &entry::ENTRIES_RISING,
    &entry::ENTRIES_FALLING,
    &entry::RESULTS,
    &entry::RESULTS_RISING,
    &entry::RESULTS_FALLING,
    &proof::PROOF,
    &preview::PREVIEW,
    &ranking::USERS,
    &catalogue::BREEDS,
    &diversity::BREED,
    &diversity::STABLE,
    &health::READY,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Stopped;
    use crate::request;
    use crate::session::Signer;
    use axum::body::to_bytes;
    use axum::http::{HeaderMap, StatusCode};
    use serde_json::Value;
    use std::convert::Infallible;
    use std::ops::Deref;
    use tokio_postgres::Client;
    use tower::ServiceExt as _;
    use uuid::Uuid;

    /// A database that is never there: what is answered has been answered without it.
    struct Absent;

    struct Nothing(Infallible);

    impl Deref for Nothing {
        type Target = Client;

        fn deref(&self) -> &Client {
            match self.0 {}
        }
    }

    impl Connect for Absent {
        type Conn = Nothing;

        async fn connect(&self, _: Freshness) -> Result<Nothing, Failure> {
            Err(Failure::Busy { retry_after: 1 })
        }
    }

    // The key pair of the PASETO specification's test vectors for v4.public.
    const PUBLIC: &str = "1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2";
    const SEED: &str = "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a3774";

    fn now() -> Instant {
        "2026-11-22T15:00:00Z".parse().unwrap()
    }

    fn token() -> String {
        let hex = format!("{SEED}{PUBLIC}");
        let pair =
            std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap());
        let claims = Claims::new(Uuid::from_u128(7), Uuid::from_u128(8), 0, now());
        Signer::new(&pair).unwrap().sign(&claims).unwrap()
    }

    struct Answer {
        status: StatusCode,
        headers: HeaderMap,
        body: Value,
    }

    async fn ask(request: Request<Body>) -> Answer {
        let reads = Reads::new(
            Absent,
            Stopped(now()),
            Verifier::from_hex(PUBLIC).unwrap(),
            1,
        );
        let router = request::complete(router(reads.clone())).layer(from_fn(request::identify));
        let again = copy(&request);
        let routed = told(router.oneshot(request).await.unwrap()).await;
        if matches!(*again.method(), Method::GET | Method::HEAD) {
            same(&routed, &told(answer(reads, again).await).await);
        }
        routed
    }

    async fn told(response: Response) -> Answer {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    fn copy(request: &Request<Body>) -> Request<Body> {
        let mut again = Request::new(Body::empty());
        *again.method_mut() = request.method().clone();
        *again.uri_mut() = request.uri().clone();
        *again.headers_mut() = request.headers().clone();
        again
    }

    /// The Worker answers without the router what the native API answers with it, but for an id that either makes up.
    fn same(routed: &Answer, direct: &Answer) {
        let plain = |answer: &Answer| {
            let (mut headers, mut body) = (answer.headers.clone(), answer.body.clone());
            headers.remove(REQUEST_ID);
            headers.remove(header::CONTENT_LENGTH);
            if let Some(members) = body.as_object_mut() {
                members.remove("request_id");
            }
            (answer.status, headers, body)
        };
        assert_eq!(plain(routed), plain(direct));
    }

    async fn get(path: &str) -> Answer {
        ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    const PATHS: [&str; 34] = [
        "/v1/horses",
        "/v1/horses/1",
        "/v1/horses/1/results",
        "/v1/horses/1/training",
        "/v1/horses/1/genetics",
        "/v1/horses/1/pedigree",
        "/v1/horses/1/mates",
        "/v1/horses/1/parent",
        "/v1/matings/preview?mare=1&stallion=2",
        "/v1/horses/1/foals",
        "/v1/foals/1",
        "/v1/studs",
        "/v1/users/me",
        "/v1/users/me/horses",
        "/v1/users/me/ledger",
        "/v1/users/me/pregnancies",
        "/v1/users/me/stables",
        "/v1/users/0193a0b8-7d2f-7c3e-8f00-0123456789ab",
        "/v1/stables/1",
        "/v1/stables/1/diversity",
        "/v1/shows",
        "/v1/shows/1",
        "/v1/shows/1/entries",
        "/v1/shows/1/results",
        "/v1/shows/1/proof",
        "/v1/shows/1/preview?horse=1",
        "/v1/rankings/disciplines/Cross%20Country",
        "/v1/rankings/users",
        "/v1/breeds",
        "/v1/breeds/1/diversity",
        "/v1/disciplines",
        "/v1/traits",
        "/health/live",
        "/health/ready",
    ];

    #[tokio::test]
    async fn every_read_asks_the_database_or_needs_none() {
        for path in PATHS {
            let request =
                Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", token()));
            let answer = ask(request.body(Body::empty()).unwrap()).await;
            let needs_none = ["/v1/disciplines", "/v1/traits", "/health/live"].contains(&path);
            let expected = if needs_none { 200 } else { 503 };
            assert_eq!(answer.status, expected, "{path}: {}", answer.body);
        }
    }

    #[tokio::test]
    async fn every_read_refuses_a_parameter_it_does_not_know() {
        for path in PATHS {
            let sign = if path.contains('?') { '&' } else { '?' };
            let request = Request::get(format!("{path}{sign}colour=bay"));
            let request = request.header(header::AUTHORIZATION, format!("Bearer {}", token()));
            let answer = ask(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 400, "{path}");
            assert_eq!(answer.body["field"], "colour", "{path}");
        }
    }

    #[tokio::test]
    async fn bad_input_names_its_field() {
        for (path, field) in [
            ("/v1/horses/abc", "id"),
            ("/v1/horses/0", "id"),
            ("/v1/horses/99999999999999999999/results", "id"),
            ("/v1/users/7", "id"),
            ("/v1/horses?trait=winged", "trait"),
            ("/v1/horses?discipline=Flying", "discipline"),
            ("/v1/horses?discipline=Racing&min_score=-1", "min_score"),
            ("/v1/horses?min_score=1", "min_score"),
            ("/v1/horses?sex=mare", "sex"),
            ("/v1/horses?breed=x", "breed"),
            ("/v1/horses?owner=x", "owner"),
            ("/v1/horses?cursor=x", "cursor"),
            ("/v1/horses?limit=101", "limit"),
            ("/v1/horses/x/genetics", "id"),
            ("/v1/horses/1/foals?cursor=AgGBAAAAAAAAASs", "cursor"),
            ("/v1/horses?sort=prize", "sort"),
            ("/v1/horses?sort=-score", "sort"),
            ("/v1/horses?discipline=Racing&sort=-id", "sort"),
            ("/v1/shows?state=settled&sort=-prize", "sort"),
            ("/v1/horses?sort=id&cursor=AgGBAAAAAAAAASs", "cursor"),
            ("/v1/foals/-1", "id"),
            ("/v1/horses/1/pedigree?generations=9", "generations"),
            ("/v1/horses/1/pedigree?generations=0", "generations"),
            ("/v1/horses/1/mates?limit=51", "limit"),
            ("/v1/matings/preview?mare=1", "stallion"),
            ("/v1/matings/preview?stallion=1", "mare"),
            ("/v1/matings/preview?mare=x&stallion=2", "mare"),
            ("/v1/stables/x/diversity", "id"),
            ("/v1/studs?breed=Arabian", "breed"),
            ("/v1/studs?max_fee=-1", "max_fee"),
            ("/v1/studs?max_fee=1000001", "max_fee"),
            ("/v1/breeds/0/diversity", "id"),
            ("/v1/horses/1/training?cursor=AgGBAAAAAAAAASs", "cursor"),
            ("/v1/shows?state=over", "state"),
            ("/v1/shows?cursor=AgYKf_________8AAAAAAAAAAQ", "cursor"),
            ("/v1/shows/1/preview", "horse"),
            ("/v1/shows/1/preview?horse=x", "horse"),
        ] {
            let answer = get(path).await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.body);
            assert_eq!(answer.body["field"], field, "{path}");
            assert_eq!(
                answer.headers[header::CONTENT_TYPE],
                "application/problem+json"
            );
        }
        assert_eq!(
            get("/v1/rankings/disciplines/Flying").await.body["code"],
            "discipline-not-found"
        );
    }

    #[tokio::test]
    async fn strange_paths_are_read_alike_with_and_without_the_router() {
        for path in [
            "/",
            "/v1/horses/",
            "//v1/horses",
            "/v1//horses",
            "/V1/HORSES",
            "/v1/horses/1/",
            "/v1/horses/1/secrets",
            "/v1/horses//results",
            "/v1/horses/%31",
            "/v1/horses/%ff",
            "/v1/horses/%",
            "/v1/horses/1%2Fresults",
            "/v1/horses/{id}",
            "/v1/users/me/secrets",
            "/v1/users/ME",
            "/v1/users/%6De",
            "/v1/shows/1/preview/",
            "/v1/rankings/disciplines/",
            "/health",
        ] {
            for method in [Method::GET, Method::HEAD] {
                let request = Request::builder().method(method).uri(path);
                ask(request.body(Body::empty()).unwrap()).await;
            }
        }
    }

    #[tokio::test]
    async fn the_head_of_an_answer_tells_its_length() {
        let request = || Request::head("/v1/traits").body(Body::empty()).unwrap();
        let told = ask(request()).await;
        assert_eq!((told.status.as_u16(), &told.body), (200, &Value::Null));
        let reads = Reads::new(
            Absent,
            Stopped(now()),
            Verifier::from_hex(PUBLIC).unwrap(),
            1,
        );
        let direct = answer(reads, request()).await;
        assert_eq!(
            direct.headers()[header::CONTENT_LENGTH],
            told.headers[header::CONTENT_LENGTH]
        );
    }

    #[tokio::test]
    async fn what_is_not_there_is_a_problem_too() {
        assert_eq!(get("/v1/nothing").await.body["code"], "no-such-path");
        let answer = ask(Request::post("/v1/horses").body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (405, &"method-not-allowed".into())
        );
        assert!(
            answer.headers[header::ALLOW]
                .to_str()
                .unwrap()
                .contains("GET")
        );
    }

    #[tokio::test]
    async fn ones_own_reads_need_a_token_that_holds() {
        for path in [
            "/v1/users/me",
            "/v1/users/me/horses",
            "/v1/users/me/ledger",
            "/v1/users/me/pregnancies",
            "/v1/users/me/stables",
        ] {
            assert_eq!(get(path).await.body["code"], "not-signed-in", "{path}");
        }
        for wrong in ["Bearer x", "Basic x", "x", "Bearer v4.public.AAAA"] {
            let request = Request::get("/v1/users/me").header(header::AUTHORIZATION, wrong);
            let answer = ask(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.body["code"], "token-invalid", "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_request_keeps_its_sane_id_and_loses_any_other() {
        let ask_as = |id: &'static str| {
            let request = Request::get("/v1/nothing").header(REQUEST_ID, id);
            ask(request.body(Body::empty()).unwrap())
        };
        let answer = ask_as("abc-123_X.y").await;
        assert_eq!(answer.body["request_id"], "abc-123_X.y");
        assert_eq!(answer.headers[REQUEST_ID], "abc-123_X.y");
        for strange in ["a b", "a;b", ""] {
            let answer = ask_as(strange).await;
            let id = answer.body["request_id"].as_str().unwrap();
            assert_eq!(id.len(), 36, "{strange}");
            assert_eq!(answer.headers[REQUEST_ID], id);
        }
    }

    #[tokio::test]
    async fn a_known_answer_is_not_sent_again() {
        let first = get("/v1/traits").await;
        let request =
            Request::get("/v1/traits").header(header::IF_NONE_MATCH, &first.headers[header::ETAG]);
        let again = ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!((again.status.as_u16(), again.body), (304, Value::Null));
        assert_eq!(again.headers[header::ETAG], first.headers[header::ETAG]);
        let request = Request::get("/v1/disciplines")
            .header(header::IF_NONE_MATCH, &first.headers[header::ETAG]);
        assert_eq!(ask(request.body(Body::empty()).unwrap()).await.status, 200);
    }

    #[cfg(feature = "openapi")]
    #[tokio::test]
    async fn what_is_described_is_served_and_what_is_served_is_described() {
        let described = crate::openapi();
        assert_eq!(described.paths.paths.len(), PATHS.len());
        for template in described.paths.paths.keys() {
            let id = if template.contains("/users/") {
                "0193a0b8-7d2f-7c3e-8f00-0123456789ab"
            } else {
                "1"
            };
            let path = template
                .replace("{id}", id)
                .replace("{discipline}", "Racing");
            assert_ne!(get(&path).await.body["code"], "no-such-path", "{template}");
        }
        assert!(
            described
                .components
                .unwrap()
                .schemas
                .contains_key("Problem")
        );
    }

    #[test]
    fn every_statement_declares_what_it_takes_and_keeps_no_clock() {
        for query in QUERIES {
            let most = (1..20)
                .rev()
                .find(|at| query.sql.contains(&format!("${at}")));
            assert_eq!(most.unwrap_or(0), query.takes.len(), "{}", query.name);
            assert!(
                !query.sql.contains("now()") && !query.sql.contains("current_t"),
                "{}",
                query.name
            );
            assert!(
                !query.sql.contains("epigenetic") && !query.sql.contains("email"),
                "{}",
                query.name
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn no_query_however_strange_is_a_fault_of_ours(
            at in 0..PATHS.len(), query in "([a-z_]{1,10}=[ -~]{0,30}&?){0,4}",
        ) {
            let path = PATHS[at].split('?').next().unwrap();
            let query: String = query.chars().map(|it| if it == ' ' || it == '#' { '+' } else { it }).collect();
            if let Ok(request) = Request::get(format!("{path}?{query}")).body(Body::empty()) {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                let status = runtime.block_on(ask(request)).status.as_u16();
                proptest::prop_assert!(status < 500 || status == 503, "{status} {path}?{query}");
            }
        }
    }
}
