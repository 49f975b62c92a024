//! What a player can do, as data: where its form goes, which fields it has, which write it becomes, where it leads.

use crate::words;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text that is typed.
    Text,
    /// A number that is typed.
    Count,
    /// A text that the page chose or offers to choose.
    Choice,
    /// A number that the page chose or offers to choose: mostly somebody's id.
    Pick,
    /// Yes or no.
    Flag,
    /// A password, which no page ever shows again.
    Secret,
}

/// A field of a form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    /// May it be left empty? Then the write does not name it.
    pub(crate) is_optional: bool,
}

const fn field(name: &'static str, label: &'static str, kind: Kind) -> Field {
    Field {
        name,
        label,
        kind,
        is_optional: false,
    }
}

const fn optional(field: Field) -> Field {
    Field {
        is_optional: true,
        ..field
    }
}

/// Something that a player can do.
#[derive(Debug)]
pub(crate) struct Action {
    /// Its form goes to `/do` and this; the write goes to `/v1` and this.
    pub(crate) path: &'static str,
    /// The method of the write, which also tells two actions of one path apart.
    pub(crate) method: &'static str,
    /// What stands on its button.
    pub(crate) title: &'static str,
    pub(crate) fields: &'static [Field],
    /// Does the write name the version that the player saw?
    pub(crate) is_conditional: bool,
    /// Where it leads: `{id}` is the number in the path, `{new}` the id in the answer.
    pub(crate) then: &'static str,
}

const fn action(
    method: &'static str,
    path: &'static str,
    title: &'static str,
    fields: &'static [Field],
    then: &'static str,
) -> Action {
    Action {
        path,
        method,
        title,
        fields,
        is_conditional: false,
        then,
    }
}

const NAME: Field = field("name", words::NAME, Kind::Text);
const BREED: Field = field("breed", words::BREED, Kind::Choice);

/// The free mare.
pub(crate) static STARTER: Action = action(
    "POST",
    "/horses/starter",
    words::TAKE_STARTER,
    &[NAME, BREED],
    "/horses/{new}",
);
/// A horse from the store.
pub(crate) static BUY: Action = action(
    "POST",
    "/horses/store",
    words::BUY,
    &[NAME, BREED, field("sex", words::SEX, Kind::Choice)],
    "/horses/{new}",
);
/// Another name for a horse.
pub(crate) static RENAME: Action = Action {
    is_conditional: true,
    ..action(
        "PATCH",
        "/horses/{id}",
        words::RENAME,
        &[NAME],
        "/horses/{id}",
    )
};
/// A training.
pub(crate) static TRAIN: Action = action(
    "POST",
    "/horses/{id}/training",
    words::TRAIN,
    &[field("discipline", words::DISCIPLINE, Kind::Choice)],
    "/horses/{id}",
);
/// Grooming.
pub(crate) static GROOM: Action = action(
    "POST",
    "/horses/{id}/groom",
    words::GROOM,
    &[],
    "/horses/{id}",
);
/// A laboratory's test.
pub(crate) static TEST: Action = action(
    "POST",
    "/horses/{id}/genetic-test",
    words::TEST_GENES,
    &[],
    "/horses/{id}",
);
/// A covering.
pub(crate) static COVER: Action = action(
    "POST",
    "/horses/{id}/coverings",
    words::COVER,
    &[
        field("stallion_id", words::STALLION, Kind::Pick),
        optional(field("fee", words::STUD_FEE, Kind::Pick)),
    ],
    "/horses/{id}",
);
/// A stallion at stud.
pub(crate) static OFFER: Action = action(
    "PUT",
    "/horses/{id}/stud",
    words::OFFER,
    &[field("fee", words::STUD_FEE, Kind::Count)],
    "/horses/{id}",
);
/// No longer at stud.
pub(crate) static WITHDRAW_STUD: Action = action(
    "DELETE",
    "/horses/{id}/stud",
    words::WITHDRAW_STUD,
    &[],
    "/horses/{id}",
);
/// A foal's activity.
pub(crate) static RAISE: Action = action(
    "POST",
    "/foals/{id}/activities",
    words::RAISE,
    &[field("activity", words::ACTIVITY, Kind::Choice)],
    "/foals/{id}",
);
/// An entry.
pub(crate) static ENTER: Action = action(
    "POST",
    "/shows/{id}/entries",
    words::ENTER,
    &[field("horse_id", words::HORSE, Kind::Pick)],
    "/shows/{id}",
);
/// A stable.
pub(crate) static OPEN_STABLE: Action = action(
    "POST",
    "/stables",
    words::OPEN_STABLE,
    &[
        NAME,
        optional(field("location", words::LOCATION, Kind::Text)),
    ],
    "/stable",
);
/// The stipend.
pub(crate) static STIPEND: Action =
    action("POST", "/stipend", words::CLAIM_STIPEND, &[], "/stable");
/// Another password.
pub(crate) static PASSWORD: Action = action(
    "POST",
    "/account/password",
    words::CHANGE_PASSWORD,
    &[
        field("current_password", words::CURRENT_PASSWORD, Kind::Secret),
        field("new_password", words::NEW_PASSWORD, Kind::Secret),
    ],
    "/settings",
);

/// Another name for the player.
pub(crate) static CALL: Action = Action {
    is_conditional: true,
    ..action("PATCH", "/account", words::RENAME, &[NAME], "/settings")
};
/// The settings, all at once.
pub(crate) static SET: Action = Action {
    is_conditional: true,
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
        "/settings",
    )
};

/// All of them.
pub(crate) static ALL: &[&Action] = &[
    &STARTER,
    &BUY,
    &RENAME,
    &TRAIN,
    &GROOM,
    &TEST,
    &COVER,
    &OFFER,
    &WITHDRAW_STUD,
    &RAISE,
    &ENTER,
    &OPEN_STABLE,
    &STIPEND,
    &PASSWORD,
    &CALL,
    &SET,
];

impl Action {
    /// The action whose form went to `/do` and this path, with the number in it. A form names the method of its write where
    /// it is not `POST`.
    pub(crate) fn of(path: &str, method: &str) -> Option<(&'static Self, Option<i64>)> {
        ALL.iter()
            .filter(|it| it.method == method)
            .find_map(|it| Some((*it, matched(it.path, path)?)))
    }

    /// A path of it for a horse, a foal, a show.
    pub(crate) fn path_of(&self, id: Option<i64>) -> String {
        filled(self.path, "{id}", id)
    }

    /// Where it leads, after an answer with this id.
    pub(crate) fn then_of(&self, id: Option<i64>, new: Option<i64>) -> String {
        filled(&filled(self.then, "{id}", id), "{new}", new)
    }

    /// The body of the write, of what was filled in; or the field that cannot be read.
    pub(crate) fn body(&self, given: &BTreeMap<String, String>) -> Result<Value, &'static Field> {
        let mut body = Map::new();
        for field in self.fields {
            let text = given.get(field.name).map_or("", |it| it.trim());
            if text.is_empty() && field.is_optional {
                continue;
            }
            let value = match field.kind {
                Kind::Flag => Value::Bool(!text.is_empty()),
                Kind::Count | Kind::Pick => {
                    let number: i64 = text.parse().map_err(|_| field)?;
                    number.into()
                }
                Kind::Secret => given.get(field.name).cloned().unwrap_or_default().into(),
                Kind::Text | Kind::Choice => text.into(),
            };
            put(&mut body, field.name, value);
        }
        Ok(Value::Object(body))
    }
}

/// Puts a value where its name says: `privacy.profileVisible` lies in `privacy`.
fn put(body: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((outer, inner)) = name.split_once('.') else {
        body.insert(name.to_owned(), value);
        return;
    };
    let within = body.entry(outer).or_insert_with(|| Map::new().into());
    if let Value::Object(within) = within {
        put(within, inner, value);
    }
}

fn filled(pattern: &str, place: &str, with: Option<i64>) -> String {
    pattern.replace(place, &with.map(|it| it.to_string()).unwrap_or_default())
}

/// The number in a path of this pattern, if it has one; nothing where it is another path.
fn matched(pattern: &str, path: &str) -> Option<Option<i64>> {
    let mut id = None;
    let mut given = path.split('/');
    for wanted in pattern.split('/') {
        let part = given.next()?;
        if wanted == "{id}" {
            id = Some(part.parse().ok().filter(|it| *it > 0)?);
        } else if wanted != part {
            return None;
        }
    }
    given.next().is_none().then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_form_finds_its_action_by_path_and_method() {
        let (found, id) = Action::of("/horses/7/training", "POST").unwrap();
        assert_eq!((found.title, id), (words::TRAIN, Some(7)));
        let (found, id) = Action::of("/stipend", "POST").unwrap();
        assert_eq!((found.title, id), (words::CLAIM_STIPEND, None));
        for (path, method) in [
            ("/horses/7/training", "PUT"),
            ("/horses/0/training", "POST"),
            ("/horses/x/training", "POST"),
            ("/horses/7/training/8", "POST"),
            ("/horses/7", "DELETE"),
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
        let refused = OFFER.body(&given(&[("fee", "many")])).unwrap_err();
        assert_eq!(refused.name, "fee");
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
        assert_eq!(STARTER.then_of(None, Some(9)), "/horses/9");
        assert_eq!(TRAIN.then_of(Some(7), None), "/horses/7");
        assert_eq!(TRAIN.path_of(Some(7)), "/horses/7/training");
    }
}
