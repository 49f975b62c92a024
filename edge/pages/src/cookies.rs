//! The cookies of a signed-in browser. No script can read them, and no other site's page sends them along.

use axum::http::{HeaderMap, HeaderValue, header};

/// The access token, for as long as it is good.
pub(crate) const ACCESS: &str = "equoria_access";

/// The refresh token, which brings a new one.
pub(crate) const REFRESH: &str = "equoria_refresh";

/// What the form did that led to the next page, which says so once.
pub(crate) const DONE: &str = "equoria_done";

/// For how long a browser keeps an access token, in seconds: a little less than it is good.
pub(crate) const ACCESS_S: u32 = 590;

/// For how long it keeps a refresh token, in seconds: as long as a session lasts.
pub(crate) const REFRESH_S: u32 = 30 * 24 * 60 * 60;

/// For how long it keeps what was done, in seconds: until the next page is there.
pub(crate) const DONE_S: u32 = 60;

/// What browsers take only from this very host, over a secure connection, and for all of its paths.
const HOST_ONLY: &str = "__Host-";

fn full_name(name: &str, is_secure: bool) -> String {
    [if is_secure { HOST_ONLY } else { "" }, name].concat()
}

/// The value of a cookie that came with a request.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str, is_secure: bool) -> Option<&'a str> {
    let name = full_name(name, is_secure);
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
    let (name, for_s) = (full_name(name, is_secure), for_s.to_string());
    let secure = if is_secure { "; Secure" } else { "" };
    let parts = [
        &name,
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

/// Does a request bring what a form is sent as?
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
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
        assert_eq!(get(&headers, ACCESS, false), Some("v4.public.abc"));
        assert_eq!(get(&headers, REFRESH, false), Some("r"));
        assert_eq!(get(&headers, "b", false), None);
        assert_eq!(get(&headers, "c", false), None);
    }

    #[test]
    fn where_all_is_secure_a_cookie_counts_only_if_this_very_host_set_it() {
        let mut headers = HeaderMap::new();
        let planted = HeaderValue::from_static("equoria_refresh=planted");
        headers.append(header::COOKIE, planted);
        assert_eq!(get(&headers, REFRESH, true), None);
        let ours = HeaderValue::from_static("__Host-equoria_refresh=ours");
        headers.append(header::COOKIE, ours);
        assert_eq!(get(&headers, REFRESH, true), Some("ours"));
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
    fn a_form_is_what_browsers_send_one_as() {
        for (kind, is_one) in [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", true),
            ("application/json", false),
            ("text/plain", false),
            ("multipart/form-data; boundary=x", false),
            ("", false),
        ] {
            let kind = HeaderValue::from_static(kind);
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]);
            assert_eq!(is_form(&headers), is_one, "{headers:?}");
        }
        assert!(!is_form(&HeaderMap::new()));
    }

    #[test]
    fn a_cookie_is_for_this_host_and_no_script() {
        let cookie = set(ACCESS, "abc", 590, true).unwrap();
        let expected =
            "__Host-equoria_access=abc; Path=/; Max-Age=590; SameSite=Lax; HttpOnly; Secure";
        assert_eq!(cookie, expected);
        let cookie = set(ACCESS, "abc", 590, false).unwrap();
        let expected = "equoria_access=abc; Path=/; Max-Age=590; SameSite=Lax; HttpOnly";
        assert_eq!(cookie, expected);
    }
}
