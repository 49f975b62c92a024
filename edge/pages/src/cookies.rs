//! The cookies of a signed-in browser. No script can read them, and no other site's page sends them along.

use axum::http::{HeaderMap, HeaderValue, header};

/// The access token, for as long as it is good.
pub(crate) const ACCESS: &str = "equoria_access";

/// The refresh token, which brings a new one.
pub(crate) const REFRESH: &str = "equoria_refresh";

/// For how long a browser keeps an access token, in seconds: a little less than it is good.
pub(crate) const ACCESS_S: u32 = 590;

/// For how long it keeps a refresh token, in seconds: as long as a session lasts.
pub(crate) const REFRESH_S: u32 = 30 * 24 * 60 * 60;

/// The value of a cookie that came with a request.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter();
    let pairs = all
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'));
    let mut named = pairs.filter_map(|it| it.trim().split_once('='));
    let (_, value) = named.find(|(given, _)| *given == name)?;
    Some(value).filter(|it| !it.is_empty())
}

/// A cookie that is kept for so many seconds; with 0 it is forgotten.
pub(crate) fn set(name: &str, value: &str, for_s: u32, is_secure: bool) -> Option<HeaderValue> {
    let for_s = for_s.to_string();
    let secure = if is_secure { "; Secure" } else { "" };
    let parts = [
        name,
        "=",
        value,
        "; Path=/; Max-Age=",
        &for_s,
        "; SameSite=Lax; HttpOnly",
        secure,
    ];
    HeaderValue::try_from(parts.concat()).ok()
}

/// Was a form sent by a page of ours? Every browser says from where, and a cookie alone proves nothing.
pub(crate) fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => site == "same-origin",
        (None, Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, it)| it == host)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        let text = "a=1; equoria_access2=x; equoria_access=v4.public.abc; b=";
        headers.append(header::COOKIE, HeaderValue::from_static(text));
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("equoria_refresh=r"),
        );
        assert_eq!(get(&headers, ACCESS), Some("v4.public.abc"));
        assert_eq!(get(&headers, REFRESH), Some("r"));
        assert_eq!(get(&headers, "b"), None);
        assert_eq!(get(&headers, "c"), None);
    }

    #[test]
    fn a_form_counts_only_from_a_page_of_ours() {
        let headers = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            let pair = |(name, value): &(&'static str, &'static str)| {
                (
                    header::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            };
            pairs.iter().map(pair).collect()
        };
        for (given, is_ours) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-site")], false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://a.example"),
                    ("host", "a.example"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "none")], false),
            (
                &[("origin", "https://a.example"), ("host", "a.example")],
                true,
            ),
            (
                &[("origin", "https://b.example"), ("host", "a.example")],
                false,
            ),
            (&[("origin", "null"), ("host", "a.example")], false),
            (&[("host", "a.example")], false),
            (&[], false),
        ] {
            assert_eq!(is_from_here(&headers(given)), is_ours, "{given:?}");
        }
    }

    #[test]
    fn a_cookie_is_for_this_site_and_no_script() {
        let cookie = set(ACCESS, "abc", 590, true).unwrap();
        let expected = "equoria_access=abc; Path=/; Max-Age=590; SameSite=Lax; HttpOnly; Secure";
        assert_eq!(cookie, expected);
    }
}
