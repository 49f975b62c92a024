//! A client of the API: requests as a player's program sends them, answers with all that a test looks at.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reads::seen::SEEN;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

/// Speaks with one server, perhaps on behalf of a player. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    /// What was seen last, where it is remembered.
    seen: Option<Arc<Mutex<String>>>,
}

/// A player who registered through the API, with both tokens.
#[derive(Clone, Debug)]
pub struct SignedUp {
    /// The user.
    pub id: Uuid,
    /// Speaks for the player.
    pub client: Client,
    /// The refresh token of the first session.
    pub refresh_token: String,
    /// The whole answer to the registration.
    pub answer: Value,
}

/// The password of everyone who registers with [`Client::sign_up`].
pub const PASSWORD: &str = "correct horse battery";

impl Client {
    /// A client of the server at `url`, which has no slash at the end, signed in as nobody.
    ///
    /// # Panics
    /// When the HTTP client cannot be made.
    pub fn at(url: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // workerd closes a connection that was idle for five seconds: who sends just then gets no answer.
            .pool_idle_timeout(Duration::from_secs(1));
        Self {
            http: http
                .build()
                .expect("an HTTP client without TLS needs nothing"),
            url: url.to_owned(),
            token: None,
            seen: None,
        }
    }

    /// A client that remembers what it has seen, as a player's program does: it, and all that are made of it, are one session.
    #[must_use]
    pub fn remembering(&self) -> Self {
        Self {
            seen: Some(Arc::default()),
            ..self.clone()
        }
    }

    /// The same client with another access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same client signed in as nobody.
    #[must_use]
    pub fn signed_out(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    /// What was seen last, for a request that goes elsewhere; nothing where it is not remembered.
    ///
    /// # Panics
    /// When somebody panicked who wrote it down.
    pub fn seen(&self) -> String {
        let seen = self.seen.as_ref();
        seen.map(|it| it.lock().unwrap().clone())
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| "1.0".to_owned())
    }

    /// Remembers what an answer from elsewhere says was seen.
    ///
    /// # Panics
    /// When somebody panicked who wrote it down.
    pub fn sees(&self, reply: &Reply) {
        let told = reply.header(SEEN.as_str());
        if let Some(seen) = self.seen.as_ref().filter(|_| !told.is_empty()) {
            told.clone_into(&mut seen.lock().unwrap());
        }
    }

    /// The access token, if there is one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Begins a request; it goes out with [`Ask::send`].
    ///
    /// # Panics
    /// When the method is none.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        let named = Method::from_bytes(method.as_bytes()).expect("a method of HTTP");
        let mut request = self.http.request(named, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(seen) = self.seen.as_ref().map(|it| it.lock().unwrap().clone())
            && !seen.is_empty()
        {
            request = request.header(SEEN, seen);
        }
        Ask {
            seen: self.seen.clone(),
            request,
            of: format!("{method} {path}"),
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).send().await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask("POST", path).json(body).send().await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        self.ask("DELETE", path).send().await
    }

    /// The JSON of a GET that must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub async fn read(&self, path: &str) -> Value {
        self.get(path).await.require(200).json()
    }

    /// Registers a player with a fresh address and [`PASSWORD`].
    ///
    /// # Panics
    /// When the registration is refused.
    pub async fn sign_up(&self, name: &str) -> SignedUp {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let email = format!(
            "player-{}@example.org",
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let body = json!({"name": name, "email": email, "password": PASSWORD});
        let answer = self.post("/v1/users", &body).await.require(201).json();
        let text = |name: &str| answer[name].as_str().expect("a token").to_owned();
        SignedUp {
            id: uuid_of(&answer["user"]["id"]),
            client: self.with_token(&text("access_token")),
            refresh_token: text("refresh_token"),
            answer,
        }
    }
}

/// The UUID in a JSON text.
///
/// # Panics
/// When there is none.
pub fn uuid_of(value: &Value) -> Uuid {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"));
    text.parse().unwrap_or_else(|_| panic!("{text} is no UUID"))
}

/// A request that has not gone out yet.
#[derive(Debug)]
pub struct Ask {
    seen: Option<Arc<Mutex<String>>>,
    request: RequestBuilder,
    of: String,
}

impl Ask {
    /// Adds a header, beside others of its name.
    ///
    /// # Panics
    /// When the value cannot be one.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value of a header");
        self.request = self.request.header(name, value);
        self
    }

    /// Sends this value as the JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sends these bytes as a body of this type.
    #[must_use]
    pub fn body(mut self, kind: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.request = self.request.header("content-type", kind).body(bytes.into());
        self
    }

    /// Sends these bytes and does not say what they are.
    #[must_use]
    pub fn untyped(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.request = self.request.body(bytes.into());
        self
    }

    /// Names the request by an idempotency key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Names the version that the request changes.
    #[must_use]
    pub fn if_match(self, etag: &str) -> Self {
        self.header("if-match", etag)
    }

    /// Sends it and waits for the whole answer.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(self) -> Reply {
        let of = self.of.clone();
        let answer = self.try_send().await;
        answer.unwrap_or_else(|error| panic!("{of}: no whole answer: {error:?}"))
    }

    /// The same, where no answer may come or one that breaks off.
    ///
    /// # Errors
    /// What became of it.
    pub async fn try_send(self) -> Result<Reply, reqwest::Error> {
        let answer = self.request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let told = headers.get(SEEN).and_then(|it| it.to_str().ok());
        if let Some((seen, told)) = self.seen.zip(told) {
            told.clone_into(&mut seen.lock().unwrap());
        }
        Ok(Reply {
            of: self.of,
            status,
            headers,
            body: answer.bytes().await?.to_vec(),
        })
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What was asked, for messages.
    pub of: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        let read = serde_json::from_slice(&self.body);
        read.unwrap_or_else(|error| panic!("{}: {error}: {}", self.of, self.text()))
    }

    /// A header as text, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let name: HeaderName = name.parse().expect("the name of a header");
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// The entity tag.
    pub fn etag(&self) -> &str {
        self.header("etag")
    }

    /// The answer itself, which must have this status.
    ///
    /// # Panics
    /// When it has another.
    pub fn require(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.of, self.text());
        self
    }

    /// The problem in the answer, which must be a whole one as RFC 9457 writes it.
    ///
    /// # Panics
    /// When it is no problem, or its parts contradict each other.
    pub fn problem(&self) -> Value {
        let all = || format!("{} answered {} {}", self.of, self.status, self.text());
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            all()
        );
        let problem = self.json();
        let code = problem["code"].as_str().unwrap_or_default();
        let is_kebab = |it: char| it.is_ascii_lowercase() || it == '-';
        assert!(!code.is_empty() && code.chars().all(is_kebab), "{}", all());
        assert_eq!(
            problem["type"],
            format!("https://equoria.game/problems/{code}"),
            "{}",
            all()
        );
        assert_eq!(problem["status"], self.status, "{}", all());
        assert_eq!(
            problem["request_id"],
            self.header("x-request-id"),
            "{}",
            all()
        );
        for name in ["title", "detail"] {
            assert!(
                problem[name].as_str().is_some_and(|text| !text.is_empty()),
                "{}",
                all()
            );
        }
        problem
    }

    /// The problem in the answer, which must have this status and code.
    ///
    /// # Panics
    /// When it has others.
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.of, self.text());
        let problem = self.problem();
        assert_eq!(problem["code"], code, "{}: {problem}", self.of);
        problem
    }
}
