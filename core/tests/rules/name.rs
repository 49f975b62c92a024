//! Names and e-mail addresses.

use proptest::prelude::*;
use rules::Refusal;
use rules::name::{Email, Name, NameFault, NameOf};

fn fault(of: NameOf, text: &str) -> Option<NameFault> {
    match Name::parse(of, text) {
        Ok(_) => None,
        Err(Refusal::BadName {
            field: "name",
            fault,
            ..
        }) => Some(fault),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn names_of_every_script_are_good() {
    for name in [
        "Bó",
        "x",
        "Σπάρτη",
        "東風",
        "Sir Lancelot III.",
        "O'Malley-Ros\u{e9}",
        "🐎 Comet",
    ] {
        assert_eq!(fault(NameOf::Horse, name), None, "{name}");
    }
    // Joiners are part of how some scripts and emoji are written.
    assert_eq!(fault(NameOf::User, "नि\u{200d}शा"), None);
}

#[test]
fn each_fault_is_named() {
    use NameFault::{
        ControlCharacter, DirectionOverride, Invisible, NotTrimmed, TooLong, TooShort,
    };
    let known = [
        ("", TooShort),
        (" Bella", NotTrimmed),
        ("Bella\u{3000}", NotTrimmed),
        (" ", NotTrimmed),
        ("Bel\nla", ControlCharacter),
        ("Bella\u{0}", ControlCharacter),
        ("Bella\u{9f}", ControlCharacter),
        ("abc\u{202e}def", DirectionOverride),
        ("a\u{2066}b", DirectionOverride),
        ("\u{200b}\u{200b}", Invisible),
        ("\u{3164}", Invisible),
        ("\u{2800}\u{fe0f}", Invisible),
    ];
    for (text, expected) in known {
        assert_eq!(fault(NameOf::Horse, text), Some(expected), "{text:?}");
    }
    assert_eq!(fault(NameOf::Horse, &"x".repeat(61)), Some(TooLong));
    assert_eq!(fault(NameOf::Horse, &"ö".repeat(60)), None);
}

#[test]
fn a_show_takes_a_name_of_three_characters() {
    assert_eq!(fault(NameOf::Show, "ab"), Some(NameFault::TooShort));
    assert_eq!(fault(NameOf::Show, "abc"), None);
}

#[test]
fn an_address_is_normalised() {
    let email = Email::parse("  Ada.Lovelace@Example.ORG ").expect("an address");
    assert_eq!(email.as_str(), "ada.lovelace@example.org");
}

#[test]
fn what_is_not_an_address_is_refused() {
    let long = format!("{}@example.org", "a".repeat(65));
    let bad = [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example",
        "ada@.org",
        "ada@example.",
        "a b@example.org",
        "ada@exa\u{200b}mple.org",
        "ada@b@example.org",
        "ada@example..org",
        &long,
    ];
    for text in bad {
        assert_eq!(Email::parse(text), Err(Refusal::BadEmail), "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text: String) {
        for of in [NameOf::User, NameOf::Horse, NameOf::Stable, NameOf::Show] {
            if let Ok(name) = Name::parse(of, &text) {
                prop_assert_eq!(name.as_str(), text.as_str());
                prop_assert_eq!(text.trim(), text.as_str());
                prop_assert!((of.least()..=of.most()).contains(&text.chars().count()));
            }
        }
        if let Ok(email) = Email::parse(&text) {
            prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
        }
    }
}
