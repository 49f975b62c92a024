//! Whoever comes to the operator's page.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use reads::Failure;
use reads::request::{EDGE_KEY, RequestId};

use super::Desk;
use crate::db::By;

/// A request that came directly.
pub(super) struct Visitor {
    /// From where.
    pub(super) address: IpAddr,
    headers: HeaderMap,
    request_id: RequestId,
}

impl FromRequestParts<Arc<Desk>> for Visitor {
    type Rejection = Failure;

    /// The edge says with its key who it is: what it hands on is a player's, whoever that may be.
    async fn from_request_parts(parts: &mut Parts, _: &Arc<Desk>) -> Result<Self, Failure> {
        if parts.headers.contains_key(EDGE_KEY) {
            return Err(Failure::NoSuchPath);
        }
        let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let id = parts.extensions.get::<RequestId>().cloned();
        Ok(Self {
            address: socket.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |it| it.0.ip()),
            headers: parts.headers.clone(),
            request_id: id.unwrap_or_else(|| RequestId::of(None)),
        })
    }
}

impl Visitor {
    /// On whose behalf the database is asked, until it knows the session.
    pub(super) fn by(&self) -> By<'_> {
        By::visitor(self.request_id.as_str())
    }

    /// A cookie by its whole name.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all(header::COOKIE).iter();
        let texts = lines.filter_map(|line| line.to_str().ok());
        let mut pairs =
            texts.flat_map(|text| text.split(';').filter_map(|it| it.trim().split_once('=')));
        pairs
            .find(|(called, _)| *called == name)
            .map(|(_, value)| value)
    }

    /// Does a page of ours send this form? Every browser says it in one of two ways; whoever says nothing is none.
    pub(super) fn is_from_here(&self) -> bool {
        let text = |name: &str| self.headers.get(name).and_then(|it| it.to_str().ok());
        match (text("sec-fetch-site"), text("origin"), text("host")) {
            (Some(site), _, _) => site == "same-origin",
            (None, Some(origin), Some(host)) => origin
                .split_once("://")
                .is_some_and(|(_, from)| from == host),
            _ => false,
        }
    }
}

/// The fields of a form, each at its first value.
pub(super) fn field(body: &[u8], name: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(body);
    let found = pairs.find(|(called, _)| called == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn visitor(headers: &[(&'static str, &'static str)]) -> Visitor {
        let headers = headers.iter().map(|(name, value)| {
            let name = axum::http::HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        Visitor {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            headers: headers.collect(),
            request_id: RequestId::of(None),
        }
    }

    #[test]
    fn a_form_comes_from_here_or_says_that_it_does_not() {
        for (headers, is_ours) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (
                &[
                    ("sec-fetch-site", "same-site"),
                    ("origin", "http://ops"),
                    ("host", "ops"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://ops:1"), ("host", "ops:1")], true),
            (&[("origin", "https://ops:1"), ("host", "ops:2")], false),
            (&[("origin", "null"), ("host", "ops")], false),
            (&[("host", "ops")], false),
        ] {
            assert_eq!(visitor(headers).is_from_here(), is_ours, "{headers:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let visitor = visitor(&[(
            "cookie",
            "a=1; equoria_operator2=x; equoria_operator=abc; b=",
        )]);
        assert_eq!(visitor.cookie("equoria_operator"), Some("abc"));
        assert_eq!(visitor.cookie("b"), Some(""));
        assert_eq!(visitor.cookie("operator"), None);
    }

    #[test]
    fn a_field_is_read_with_its_escapes_undone() {
        let body = b"name=ann&password=a%26b+c%C3%A9&name=eve";
        assert_eq!(field(body, "name"), "ann");
        assert_eq!(field(body, "password"), "a&b c\u{e9}");
        assert_eq!(field(body, "absent"), "");
    }
}
