//! The colours: the system's, or those that a player or a reader without an account has chosen. A cookie keeps them, so that
//! every page comes in them at once.

use crate::cookies;
use crate::words;
use axum::http::{HeaderMap, HeaderValue};
use maud::{Markup, html};

/// The cookie. The script of the pages writes it, too, so that it has the same name everywhere.
const COOKIE: &str = "equoria_theme";

/// For how long it is kept, in seconds: a year.
const KEPT_S: u32 = 365 * 24 * 60 * 60;

/// The theme that a browser has chosen; none where it goes by the system.
pub(crate) fn of(headers: &HeaderMap) -> Option<&'static str> {
    match cookies::get(headers, COOKIE, false)? {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}

/// The cookie that follows the setting of a player: dark colours, or the system's.
pub(crate) fn kept(is_dark: bool, is_secure: bool) -> Option<HeaderValue> {
    let (theme, for_s) = if is_dark { ("dark", KEPT_S) } else { ("", 0) };
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={theme}; Path=/; Max-Age={for_s}; SameSite=Lax{secure}");
    HeaderValue::try_from(text).ok()
}

/// The choice, which only a script can follow: until there is one it is not seen.
pub(crate) fn choice() -> Markup {
    html! {
        label.theme hidden {
            span { (words::COLOURS) }
            select data-theme-choice {
                option value="" { (words::COLOURS_OF_SYSTEM) }
                option value="light" { (words::LIGHT_COLOURS) }
                option value="dark" { (words::DARK_COLOURS) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE as SENT;

    #[test]
    fn a_theme_is_one_of_two() {
        for (text, theme) in [
            ("equoria_theme=dark", Some("dark")),
            ("a=b; equoria_theme=light", Some("light")),
            ("equoria_theme=\"><script>", None),
            ("equoria_theme=", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(SENT, HeaderValue::from_static(text));
            assert_eq!(of(&headers), theme, "{text}");
        }
        assert_eq!(of(&HeaderMap::new()), None);
    }

    #[test]
    fn the_setting_of_a_player_is_kept_or_forgotten() {
        let kept = |is_dark| kept(is_dark, true).unwrap();
        let dark = "equoria_theme=dark; Path=/; Max-Age=31536000; SameSite=Lax; Secure";
        assert_eq!(kept(true), dark);
        assert!(
            kept(false)
                .to_str()
                .unwrap()
                .contains("=; Path=/; Max-Age=0")
        );
    }
}
