//! Portraits: the pictures themselves, and how they stand in a page.
//!
//! A picture is all in its path, so it is drawn without asking anybody, is the same for everybody, and never changes.

use crate::told::{Line, Pictured};
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use maud::{Markup, html};
use rules::portrait::{HEIGHT, Setting, Sitter, WIDTH, portrait};

/// What the path of every portrait begins with.
const BELOW: &str = "/portraits/";

/// How long a portrait is kept by whoever has it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What there is where there is no portrait.
const NONE: &str = "There is no such portrait.\n";

/// A portrait that is a page by itself.
const SETTING: Setting<'_> = Setting {
    prefix: "p",
    title: None,
};

/// How wide a portrait is in a list, in pixels.
const SMALL: u16 = 64;

/// A picture runs nothing, loads nothing and has no style, wherever it is opened.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Is this the path of a portrait, if of anything?
pub(crate) fn is_path(path: &str) -> bool {
    path.starts_with(BELOW)
}

/// Answers the path of a portrait with the picture.
pub(crate) fn answer(parts: &Parts) -> Response<Body> {
    let is_asked = matches!(parts.method, Method::GET | Method::HEAD);
    let sitter = Sitter::at(parts.uri.path());
    let mut response = match sitter.filter(|_| parts.uri.query().is_none()) {
        Some(sitter) if is_asked => dressed("image/svg+xml", FOR_EVER, portrait(&sitter, SETTING)),
        _ => {
            let mut none = dressed("text/plain; charset=utf-8", "no-store", NONE.to_owned());
            *none.status_mut() = StatusCode::NOT_FOUND;
            none
        }
    };
    if parts.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn dressed(kind: &'static str, kept: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, kept),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// A portrait beside a name, which says whose it is; nothing where there is none.
pub(crate) fn small(path: Option<&str>) -> Markup {
    html! {
        @if let Some(path) = path {
            (sized(path, "", SMALL))
        }
    }
}

/// A portrait of a width in pixels, which is loaded once it comes near to what is shown of the page.
pub(crate) fn sized(path: &str, alt: &str, width: u16) -> Markup {
    let height = (u32::from(width) * u32::from(HEIGHT)).div_ceil(WIDTH.into());
    html! { img.portrait src=(path) alt=(alt) width=(width) height=(height) loading="lazy" decoding="async"; }
}

/// A portrait by itself, which tells what it shows; nothing where there is none.
pub(crate) fn large(path: Option<&str>) -> Markup {
    html! {
        @if let Some((path, sitter)) = path.and_then(|path| Some((path, Sitter::at(path)?))) {
            img.portrait.large src=(path) alt=(sitter.sentence()) width=(WIDTH) height=(HEIGHT) decoding="async";
        }
    }
}

/// A horse as a link: its portrait and its name.
pub(crate) fn horse(of: &Pictured) -> Markup {
    pictured("/horses/", of.id, &of.name, of.portrait.as_deref())
}

/// A horse of a list as a link.
pub(crate) fn listed(of: &Line) -> Markup {
    pictured("/horses/", of.id, &of.name, of.portrait.as_deref())
}

/// A foal as a link to its nursery.
pub(crate) fn foal(of: &Pictured) -> Markup {
    pictured("/foals/", of.id, &of.name, of.portrait.as_deref())
}

fn pictured(below: &str, id: i64, name: &str, path: Option<&str>) -> Markup {
    html! { a.pictured href={ (below) (id) } { (small(path)) bdi { (name) } } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    const MARE: &str = "/portraits/4000001-310010-fr21-88-12-13.svg";

    fn asked(method: Method, path: &str) -> Response<Body> {
        let request = Request::builder().method(method).uri(path);
        answer(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_portrait_is_kept_for_ever_and_garbage_is_not_found() {
        let drawn = asked(Method::GET, MARE);
        assert_eq!(drawn.status(), 200);
        let told = |name: &str| drawn.headers()[name].to_str().unwrap();
        assert_eq!(told("content-type"), "image/svg+xml");
        assert_eq!(told("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(told("x-content-type-options"), "nosniff");
        assert!(told("content-security-policy").starts_with("default-src 'none';"));
        let more = [MARE, "?more"].concat();
        for wrong in [
            "/portraits/",
            "/portraits/x.svg",
            "/portraits/0-000000-fr21-1.svg",
            &more,
        ] {
            let missing = asked(Method::GET, wrong);
            assert_eq!(missing.status(), 404, "{wrong}");
            assert_eq!(missing.headers()["cache-control"], "no-store");
        }
        assert_eq!(asked(Method::POST, MARE).status(), 404);
        let head = asked(Method::HEAD, MARE);
        assert_eq!(
            (head.status(), head.headers()),
            (drawn.status(), drawn.headers())
        );
    }

    #[test]
    fn a_picture_has_its_size_and_a_text_in_its_stead_unless_a_name_stands_beside_it() {
        let beside = small(Some(MARE)).into_string();
        assert!(
            beside.contains("alt=\"\" width=\"64\" height=\"58\" loading=\"lazy\""),
            "{beside}"
        );
        let alone = large(Some(MARE)).into_string();
        assert!(
            alone.contains("alt=\"A bay mare with a strip and two white legs.\""),
            "{alone}"
        );
        assert_eq!(small(None).into_string() + &large(None).into_string(), "");
    }
}
