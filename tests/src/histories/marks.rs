//! What a session's client carries of what it has seen.

use std::collections::BTreeMap;

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use reads::seen::SEEN;

/// What a client carries its marks in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The header, as a program of ours does.
    Header,
    /// Cookies, as a browser does by itself.
    Cookies,
    /// It forgets them: nobody knows what it has seen.
    Nothing,
}

/// What it carries.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    carrier: Carrier,
    header: String,
    cookies: BTreeMap<String, String>,
}

impl Marks {
    /// None yet.
    pub(super) fn carried_in(carrier: Carrier) -> Self {
        Self {
            carrier,
            // Tells that the client keeps the header.
            header: "1.0".to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// The headers of its next request.
    pub(super) fn headers(&self) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).expect("a value that was given");
        let mut headers = HeaderMap::new();
        match self.carrier {
            Carrier::Header => {
                headers.insert(SEEN, value(&self.header));
            }
            Carrier::Cookies if !self.cookies.is_empty() => {
                let pairs = self.cookies.iter();
                let pairs: Vec<String> = pairs.map(|(name, it)| format!("{name}={it}")).collect();
                headers.insert(COOKIE, value(&pairs.join("; ")));
            }
            Carrier::Cookies | Carrier::Nothing => {}
        }
        headers
    }

    /// Keeps what an answer told.
    pub(super) fn keep(&mut self, answer: &HeaderMap) {
        let text = |value: &HeaderValue| value.to_str().expect("a value of ours").to_owned();
        match self.carrier {
            Carrier::Header => {
                let told = answer.get(SEEN).expect("each answer here tells it");
                self.header = text(told);
            }
            Carrier::Cookies => {
                for cookie in answer.get_all(SET_COOKIE) {
                    let cookie = text(cookie);
                    let pair = cookie.split(';').next().and_then(|it| it.split_once('='));
                    let (name, value) = pair.expect("a cookie has a name and a value");
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            Carrier::Nothing => {}
        }
    }
}
