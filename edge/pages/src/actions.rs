//! What a player can do, as data.

pub(crate) use crate::action::{Action, Empty, Field, Kind, Numbers, Offered};
use crate::words;

const fn field(name: &'static str, label: &'static str, kind: Kind) -> Field {
    Field::new(name, label, kind)
}

const fn action(
    method: &'static str,
    path: &'static str,
    title: &'static str,
    fields: &'static [Field],
    (then, done): (&'static str, &'static str),
) -> Action {
    Action {
        path,
        method,
        title,
        fields,
        changes: None,
        then,
        done,
    }
}

const NAME: Field = field("name", words::NAME, Kind::Text);
const BREED: Field = field("breed", words::BREED, Kind::Choice).offering(Offered::Breeds);
const SEX: Field = field("sex", words::SEX, Kind::Choice).offering(Offered::Sexes);
const DISCIPLINE: Field =
    field("discipline", words::DISCIPLINE, Kind::Choice).offering(Offered::Disciplines);
const IN_STABLE: Field =
    field("stable_id", words::STABLE_ONE, Kind::Pick).offering(Offered::Stables);
const LOCATION: Field = field("location", words::LOCATION, Kind::Text);

/// The free mare.
pub(crate) static STARTER: Action = action(
    "POST",
    "/horses/starter",
    words::TAKE_STARTER,
    &[NAME, BREED],
    ("/horses/{new}", words::DONE_STARTER),
);
/// A horse from the store.
pub(crate) static BUY: Action = action(
    "POST",
    "/horses/store",
    words::BUY,
    &[NAME, BREED, SEX, IN_STABLE.when_empty(Empty::LeftOut)],
    ("/horses/{new}", words::DONE_BUY),
);
/// Another name for a horse, or another stable.
pub(crate) static RENAME: Action = Action {
    changes: Some(("/v1/horses/{id}", "")),
    ..action(
        "PATCH",
        "/horses/{id}",
        words::RENAME,
        &[NAME, IN_STABLE.when_empty(Empty::Nothing)],
        ("/horses/{id}", words::DONE_SAVED),
    )
};
/// A training.
pub(crate) static TRAIN: Action = action(
    "POST",
    "/horses/{id}/training",
    words::TRAIN,
    &[DISCIPLINE],
    ("/horses/{id}", words::DONE_TRAIN),
);
/// Grooming.
pub(crate) static GROOM: Action = action(
    "POST",
    "/horses/{id}/groom",
    words::GROOM,
    &[],
    ("/horses/{id}", words::DONE_GROOM),
);
/// A laboratory's test.
pub(crate) static TEST: Action = action(
    "POST",
    "/horses/{id}/genetic-test",
    words::TEST_GENES,
    &[],
    ("/horses/{id}", words::DONE_TEST),
);
/// Who sees the results of the test.
pub(crate) static PUBLISH: Action = action(
    "PATCH",
    "/horses/{id}/genetic-test",
    words::SAVE,
    &[field("published", words::PUBLISHED, Kind::Flag)],
    ("/horses/{id}", words::DONE_SAVED),
);
/// A covering.
pub(crate) static COVER: Action = action(
    "POST",
    "/horses/{id}/coverings",
    words::COVER,
    &[
        field("stallion_id", words::STALLION, Kind::Pick),
        field("fee", words::STUD_FEE, Kind::Pick).when_empty(Empty::LeftOut),
    ],
    ("/horses/{id}", words::DONE_COVER),
);
/// A stallion at stud.
pub(crate) static OFFER: Action = action(
    "PUT",
    "/horses/{id}/stud",
    words::OFFER,
    &[field("fee", words::STUD_FEE, Kind::Count)],
    ("/horses/{id}", words::DONE_OFFER),
);
/// No longer at stud.
pub(crate) static WITHDRAW_STUD: Action = action(
    "DELETE",
    "/horses/{id}/stud",
    words::WITHDRAW_STUD,
    &[],
    ("/horses/{id}", words::DONE_WITHDRAW_STUD),
);
/// A foal's activity.
pub(crate) static RAISE: Action = action(
    "POST",
    "/foals/{id}/activities",
    words::RAISE,
    &[field("activity", words::ACTIVITY, Kind::Choice)],
    ("/foals/{id}", words::DONE_RAISE),
);
/// A show of one's own.
pub(crate) static HOST_SHOW: Action = action(
    "POST",
    "/shows",
    words::HOST_SHOW,
    &[
        NAME,
        DISCIPLINE,
        field("level_min", words::LEVEL_LEAST, Kind::Count).when_empty(Empty::LeftOut),
        field("level_max", words::LEVEL_MOST, Kind::Count).when_empty(Empty::LeftOut),
        field("entry_fee", words::FEE, Kind::Count),
        field("prize", words::PRIZE, Kind::Count),
        field("run_date", words::RUNS_UTC, Kind::When),
    ],
    ("/shows/{new}", words::DONE_HOST),
);
/// A show of one's own that shall not be.
pub(crate) static CANCEL_SHOW: Action = action(
    "POST",
    "/shows/{id}/cancel",
    words::CANCEL_SHOW,
    &[],
    ("/shows/{id}", words::DONE_CANCEL),
);
/// An entry.
pub(crate) static ENTER: Action = action(
    "POST",
    "/shows/{id}/entries",
    words::ENTER,
    &[field("horse_id", words::HORSE, Kind::Pick).offering(Offered::Horses)],
    ("/shows/{id}", words::DONE_ENTER),
);
/// An entry that shall not be.
pub(crate) static WITHDRAW: Action = action(
    "DELETE",
    "/shows/{id}/entries/{horse_id}",
    words::WITHDRAW,
    &[],
    ("/shows/{id}", words::DONE_WITHDRAW),
);
/// A stable.
pub(crate) static OPEN_STABLE: Action = action(
    "POST",
    "/stables",
    words::OPEN_STABLE,
    &[NAME, LOCATION.when_empty(Empty::LeftOut)],
    ("/stable", words::DONE_OPEN_STABLE),
);
/// Another name or place for a stable.
pub(crate) static CHANGE_STABLE: Action = Action {
    changes: Some(("/v1/stables/{id}", "")),
    ..action(
        "PATCH",
        "/stables/{id}",
        words::SAVE,
        &[NAME, LOCATION.when_empty(Empty::Nothing)],
        ("/stables/{id}", words::DONE_SAVED),
    )
};
/// A stable that is not needed.
pub(crate) static CLOSE_STABLE: Action = action(
    "DELETE",
    "/stables/{id}",
    words::CLOSE_STABLE,
    &[],
    ("/stable", words::DONE_CLOSE_STABLE),
);
/// The stipend.
pub(crate) static STIPEND: Action = action(
    "POST",
    "/stipend",
    words::CLAIM_STIPEND,
    &[],
    ("/stable", words::DONE_STIPEND),
);
/// Another password.
pub(crate) static PASSWORD: Action = action(
    "POST",
    "/account/password",
    words::CHANGE_PASSWORD,
    &[
        field("current_password", words::CURRENT_PASSWORD, Kind::Secret)
            .completed_as("current-password"),
        field("new_password", words::NEW_PASSWORD, Kind::Secret).completed_as("new-password"),
    ],
    ("/settings", words::DONE_PASSWORD),
);
/// Another name for the player.
pub(crate) static CALL: Action = Action {
    changes: Some(("/v1/account", "")),
    ..action(
        "PATCH",
        "/account",
        words::RENAME,
        &[NAME.completed_as("nickname")],
        ("/settings", words::DONE_SAVED),
    )
};
/// The settings, all at once.
pub(crate) static SET: Action = Action {
    changes: Some(("/v1/account", "/settings")),
    ..action(
        "PUT",
        "/account/settings",
        words::SAVE,
        &[
            field("darkMode", words::DARK_MODE, Kind::Flag),
            field("notifications.training", words::NOTIFY_TRAINING, Kind::Flag),
            field(
                "notifications.competitions",
                words::NOTIFY_COMPETITIONS,
                Kind::Flag,
            ),
            field("notifications.breeding", words::NOTIFY_BREEDING, Kind::Flag),
            field("privacy.profileVisible", words::PROFILE_VISIBLE, Kind::Flag),
            field("privacy.shareProgress", words::SHARE_PROGRESS, Kind::Flag),
        ],
        ("/settings", words::DONE_SAVED),
    )
};
/// Out of every session of the player.
pub(crate) static SIGN_OUT_EVERYWHERE: Action = action(
    "DELETE",
    "/sessions",
    words::SIGN_OUT_EVERYWHERE,
    &[],
    ("/", words::DONE_SIGN_OUT_EVERYWHERE),
);

const EMAIL: Field = field("email", words::EMAIL, Kind::Email);
const A_PASSWORD: Field = field("password", words::PASSWORD, Kind::Secret);

/// Signing in: a form of its own, for it opens a session.
pub(crate) static SIGN_IN: Action = action(
    "POST",
    "/sessions",
    words::SIGN_IN,
    &[
        EMAIL.completed_as("username"),
        A_PASSWORD.completed_as("current-password"),
    ],
    ("/stable", ""),
);
/// Signing up: a form of its own, for it opens a session.
pub(crate) static SIGN_UP: Action = action(
    "POST",
    "/users",
    words::SIGN_UP,
    &[
        field("name", words::PLAYER_NAME, Kind::Text).completed_as("nickname"),
        EMAIL.completed_as("username"),
        A_PASSWORD.completed_as("new-password"),
    ],
    ("/stable", words::DONE_SIGN_UP),
);

/// What opens a session, with forms of their own.
pub(crate) static OPENING: &[&Action] = &[&SIGN_IN, &SIGN_UP];

/// All that a signed-in player can do.
pub(crate) static ALL: &[&Action] = &[
    &STARTER,
    &BUY,
    &RENAME,
    &TRAIN,
    &GROOM,
    &TEST,
    &PUBLISH,
    &COVER,
    &OFFER,
    &WITHDRAW_STUD,
    &RAISE,
    &HOST_SHOW,
    &CANCEL_SHOW,
    &ENTER,
    &WITHDRAW,
    &OPEN_STABLE,
    &CHANGE_STABLE,
    &CLOSE_STABLE,
    &STIPEND,
    &PASSWORD,
    &CALL,
    &SET,
    &SIGN_OUT_EVERYWHERE,
];

impl Action {
    /// The action whose form went to `/do` and this path, with the numbers in it.
    pub(crate) fn of(path: &str, method: &str) -> Option<(&'static Self, Numbers)> {
        Self::among(ALL, path, method)
    }
}

/// What a form of the pages becomes, for whoever compares it with the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The method of the write.
    pub method: &'static str,
    /// The path of the write, as the API describes it.
    pub path: String,
    /// The fields of the body, and whether the write must name each.
    pub fields: Vec<(&'static str, bool)>,
    /// Does the write name the version that the player saw?
    pub is_conditional: bool,
}

/// Everything that the pages offer to do.
pub fn offers() -> Vec<Offer> {
    let all = ALL.iter().chain(OPENING);
    all.map(|it| Offer {
        method: it.method,
        path: ["/v1", it.path].concat(),
        fields: it
            .fields
            .iter()
            .map(|field| (field.name, field.empty == Empty::Refused))
            .collect(),
        is_conditional: it.is_conditional(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const NONE: Numbers = Numbers {
        id: None,
        horse: None,
    };
    const SEVEN: Numbers = Numbers {
        id: Some(7),
        horse: None,
    };

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_form_finds_its_action_by_path_and_method() {
        let (found, of) = Action::of("/horses/7/training", "POST").unwrap();
        assert_eq!((found.title, of), (words::TRAIN, SEVEN));
        let (found, of) = Action::of("/stipend", "POST").unwrap();
        assert_eq!((found.title, of), (words::CLAIM_STIPEND, NONE));
        let (found, of) = Action::of("/shows/7/entries/9", "DELETE").unwrap();
        let below = Numbers {
            horse: Some(9),
            ..SEVEN
        };
        assert_eq!((found.title, of), (words::WITHDRAW, below));
        for (path, method) in [
            ("/horses/7/training", "PUT"),
            ("/horses/0/training", "POST"),
            ("/horses/+7/training", "POST"),
            ("/horses/x/training", "POST"),
            ("/horses/7/training/8", "POST"),
            ("/horses/7", "DELETE"),
            ("/sessions", "POST"),
            ("/users", "POST"),
            ("", "POST"),
        ] {
            assert!(Action::of(path, method).is_none(), "{method} {path}");
        }
    }

    #[test]
    fn no_two_actions_share_path_and_method() {
        for one in ALL {
            let same = ALL
                .iter()
                .filter(|it| (it.path, it.method) == (one.path, one.method));
            assert_eq!(same.count(), 1, "{}", one.path);
        }
    }

    #[test]
    fn a_body_holds_numbers_as_numbers_and_leaves_out_what_is_empty() {
        let body = COVER.body(&given(&[("stallion_id", " 12 "), ("fee", "")]));
        assert_eq!(body.unwrap(), serde_json::json!({"stallion_id": 12}));
        let body = OPEN_STABLE.body(&given(&[("name", " North "), ("more", "x")]));
        assert_eq!(body.unwrap(), serde_json::json!({"name": "North"}));
        let (refused, why) = OFFER.body(&given(&[("fee", "many")])).unwrap_err();
        assert_eq!((refused.name, why), ("fee", words::NO_NUMBER));
    }

    #[test]
    fn a_field_that_was_emptied_is_taken_away_and_one_that_was_not_there_stays() {
        let emptied = CHANGE_STABLE.body(&given(&[("name", "North"), ("location", " ")]));
        let expected = serde_json::json!({"name": "North", "location": null});
        assert_eq!(emptied.unwrap(), expected);
        let absent = CHANGE_STABLE.body(&given(&[("name", "North")]));
        assert_eq!(absent.unwrap(), serde_json::json!({"name": "North"}));
    }

    #[test]
    fn an_instant_is_taken_as_browsers_send_it_and_as_people_type_it() {
        let body = |typed: &str| {
            let all = [
                ("name", "Cup"),
                ("discipline", "Racing"),
                ("entry_fee", "1"),
                ("prize", "2"),
                ("run_date", typed),
            ];
            HOST_SHOW.body(&given(&all))
        };
        for typed in [
            "2026-11-30T12:30",
            "2026-11-30 12:30",
            "2026-11-30T12:30:00",
        ] {
            assert_eq!(body(typed).unwrap()["run_date"], "2026-11-30T12:30:00Z");
        }
        for typed in ["", "tomorrow", "2026-13-30T12:30", "30.11.2026"] {
            let (refused, why) = body(typed).unwrap_err();
            assert_eq!(
                (refused.name, why),
                ("run_date", words::NO_INSTANT),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_lies_in_a_group_is_sent_in_its_group_and_what_is_not_ticked_is_no() {
        let body = SET
            .body(&given(&[("privacy.profileVisible", "yes")]))
            .unwrap();
        let expected = serde_json::json!({"darkMode": false,
            "notifications": {"training": false, "competitions": false, "breeding": false},
            "privacy": {"profileVisible": true, "shareProgress": false}});
        assert_eq!(body, expected);
    }

    #[test]
    fn a_password_is_taken_with_its_blanks() {
        let body = PASSWORD.body(&given(&[
            ("current_password", " a "),
            ("new_password", "b"),
        ]));
        assert_eq!(body.unwrap()["current_password"], " a ");
    }

    #[test]
    fn an_action_leads_to_what_it_made() {
        assert_eq!(STARTER.then_of(NONE, Some(9)), "/horses/9");
        assert_eq!(TRAIN.then_of(SEVEN, None), "/horses/7");
        assert_eq!(TRAIN.path_of(SEVEN), "/horses/7/training");
    }
}
