//! What an action is: where its form goes, which fields it has, which write it becomes, where it leads.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text that is typed.
    Text,
    /// An e-mail address.
    Email,
    /// A number that is typed.
    Count,
    /// An instant, in UTC.
    When,
    /// A text that the page chose or offers to choose.
    Choice,
    /// A number that the page chose or offers to choose: mostly somebody's id.
    Pick,
    /// Yes or no.
    Flag,
    /// A password, which no page ever shows again.
    Secret,
}

/// What a field offers to choose where its page says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offered {
    /// What the page says, and nothing else.
    Nothing,
    /// Every discipline.
    Disciplines,
    /// Both sexes.
    Sexes,
    /// Every breed.
    Breeds,
    /// The player's horses.
    Horses,
    /// The player's stables.
    Stables,
}

/// What becomes of a field that is left empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Empty {
    /// The write is refused.
    Refused,
    /// The write does not name it.
    LeftOut,
    /// The write says that there is to be none; a form without the field leaves it out.
    Nothing,
}

/// A field of a form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) offered: Offered,
    pub(crate) empty: Empty,
    /// What a browser may fill in by itself.
    pub(crate) autocomplete: Option<&'static str>,
}

impl Field {
    pub(crate) const fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            kind,
            offered: Offered::Nothing,
            empty: Empty::Refused,
            autocomplete: None,
        }
    }

    pub(crate) const fn offering(self, offered: Offered) -> Self {
        Self { offered, ..self }
    }

    pub(crate) const fn when_empty(self, empty: Empty) -> Self {
        Self { empty, ..self }
    }

    pub(crate) const fn completed_as(self, purpose: &'static str) -> Self {
        Self {
            autocomplete: Some(purpose),
            ..self
        }
    }

    /// What the write says for what was typed; nothing where it does not name the field.
    fn value(&self, given: Option<&String>) -> Result<Option<Value>, &'static str> {
        let typed = given.map_or("", String::as_str);
        let text = typed.trim();
        if text.is_empty() {
            match (self.empty, given) {
                (Empty::LeftOut, _) | (Empty::Nothing, None) => return Ok(None),
                (Empty::Nothing, Some(_)) => return Ok(Some(Value::Null)),
                (Empty::Refused, _) => {}
            }
        }
        Ok(Some(match self.kind {
            Kind::Flag => Value::Bool(!text.is_empty()),
            Kind::Count | Kind::Pick => {
                let number: i64 = text.parse().map_err(|_| crate::words::NO_NUMBER)?;
                number.into()
            }
            Kind::When => instant(text).ok_or(crate::words::NO_INSTANT)?.into(),
            Kind::Secret => typed.into(),
            Kind::Text | Kind::Email | Kind::Choice => text.into(),
        }))
    }
}

/// What a browser sends of an instant that was typed in UTC, as the API takes it.
fn instant(text: &str) -> Option<String> {
    let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let mut read = forms
        .iter()
        .filter_map(|it| chrono::NaiveDateTime::parse_from_str(text, it).ok());
    Some(read.next()?.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The numbers in the path of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// Whose path it is: a horse's, a show's.
    pub(crate) id: Option<i64>,
    /// The horse, below a show.
    pub(crate) horse: Option<i64>,
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
    /// Where what it changes can be read as it is, if the write names the version that the player saw: a document, and the
    /// place in it where the fields stand.
    pub(crate) changes: Option<(&'static str, &'static str)>,
    /// Where it leads: `{id}` is the number in the path, `{new}` the id in the answer.
    pub(crate) then: &'static str,
    /// What the page says where it leads.
    pub(crate) done: &'static str,
}

impl Action {
    /// The action of this list whose form went to `/do` and this path, with the numbers in it. A form names the method of its
    /// write where it is not `POST`.
    pub(crate) fn among(
        all: &[&'static Self],
        path: &str,
        method: &str,
    ) -> Option<(&'static Self, Numbers)> {
        all.iter()
            .filter(|it| it.method == method)
            .find_map(|it| Some((*it, matched(it.path, path)?)))
    }

    /// Does the write name the version that the player saw?
    pub(crate) const fn is_conditional(&self) -> bool {
        self.changes.is_some()
    }

    /// A path of it for a horse, a foal, a show.
    pub(crate) fn path_of(&self, of: Numbers) -> String {
        filled(self.path, of)
    }

    /// Where it leads, after an answer with this id.
    pub(crate) fn then_of(&self, of: Numbers, new: Option<i64>) -> String {
        let then = filled(self.then, of);
        then.replace("{new}", &written(new))
    }

    /// Where what it changes can be read, and the place of the fields in it.
    pub(crate) fn document_of(&self, of: Numbers) -> Option<(String, &'static str)> {
        let (document, place) = self.changes?;
        Some((filled(document, of), place))
    }

    /// The body of the write, of what was filled in; or the field that cannot be read, and why.
    pub(crate) fn body(
        &self,
        given: &BTreeMap<String, String>,
    ) -> Result<Value, (&'static Field, &'static str)> {
        let mut body = Map::new();
        for field in self.fields {
            let value = field.value(given.get(field.name));
            if let Some(value) = value.map_err(|why| (field, why))? {
                put(&mut body, field.name, value);
            }
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

fn filled(pattern: &str, with: Numbers) -> String {
    let horse = written(with.horse);
    let path = pattern.replace("{horse_id}", &horse);
    path.replace("{id}", &written(with.id))
}

fn written(number: Option<i64>) -> String {
    number.map(|it| it.to_string()).unwrap_or_default()
}

/// The numbers in a path of this pattern; nothing where it is another path.
fn matched(pattern: &str, path: &str) -> Option<Numbers> {
    let mut numbers = Numbers::default();
    let mut given = path.split('/');
    for wanted in pattern.split('/') {
        let part = given.next()?;
        match wanted {
            "{id}" => numbers.id = Some(number(part)?),
            "{horse_id}" => numbers.horse = Some(number(part)?),
            _ if wanted == part => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(numbers)
}

fn number(part: &str) -> Option<i64> {
    let is_plain = part.bytes().all(|it| it.is_ascii_digit());
    let number = part.parse().ok().filter(|_| is_plain)?;
    (number > 0).then_some(number)
}
