//! Forms: how an action is offered, and how a refusal is shown in its form.

use crate::actions::{ALL, Action, Empty, Field, Kind, Numbers, OPENING, Offered};
use crate::told::{Breed, Named, Own, Page, Problem};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::{Markup, html};
use rules::discipline::Discipline;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was filled in.
pub(crate) type Given = BTreeMap<String, String>;

/// A choice: what is sent, and what is read.
pub(crate) type Choice = (String, String);

/// What can be chosen, field by field.
pub(crate) type Offers = Vec<(&'static str, Vec<Choice>)>;

/// What a form shows besides its action.
#[derive(Default)]
pub(crate) struct Filled<'a> {
    /// The number in its path.
    pub(crate) id: Option<i64>,
    /// The number of the horse in its path, below a show.
    pub(crate) horse: Option<i64>,
    /// The version that the player sees.
    pub(crate) version: Option<i64>,
    /// What stands in its fields.
    pub(crate) given: Given,
    /// What can be chosen, field by field.
    pub(crate) choices: Offers,
    /// Why it was refused.
    pub(crate) problem: Option<&'a Problem>,
}

impl Filled<'_> {
    fn numbers(&self) -> Numbers {
        Numbers {
            id: self.id,
            horse: self.horse,
        }
    }

    fn typed(&self, field: &Field) -> &str {
        self.given.get(field.name).map_or("", String::as_str)
    }

    fn is_wrong(&self, field: &Field) -> bool {
        self.problem.and_then(|it| it.field.as_deref()) == Some(field.name)
    }

    /// What can be chosen: what the page says; where it says nothing and has not chosen itself, what there always is.
    fn choices_of(&self, field: &Field) -> Option<Vec<Choice>> {
        let named = self.choices.iter().find(|(name, _)| *name == field.name);
        let named = named.map(|(_, choices)| choices.clone());
        let is_chosen = self.given.contains_key(field.name);
        named.or_else(|| always(field.offered).filter(|_| !is_chosen))
    }
}

/// Reads a form that was sent, or a query.
pub(crate) fn read(body: &[u8]) -> Given {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The form of an action.
pub(crate) fn form(action: &'static Action, filled: &Filled<'_>) -> Markup {
    // A key that was used for something else can be used for nothing more. Any other stays, so that whatever may have been
    // done is done once.
    let is_used = filled.problem.is_some_and(|it| it.code == USED_KEY);
    let key = match filled.given.get("key") {
        Some(key) if !is_used => key.clone(),
        _ => Uuid::new_v4().to_string(),
    };
    let hidden = html! {
        input type="hidden" name="key" value=(key);
        @if action.method != "POST" { input type="hidden" name="method" value=(action.method); }
        @if let Some(version) = filled.version { input type="hidden" name="version" value=(version); }
    };
    let target = ["/do", &action.path_of(filled.numbers())].concat();
    form_to(&target, action, filled, &hidden)
}

/// What the API says of a key that was used for another write.
pub(crate) const USED_KEY: &str = "idempotency-key-reused";

/// The form of an action, sent to another place, with more that it sends along.
pub(crate) fn form_to(
    target: &str,
    action: &'static Action,
    filled: &Filled<'_>,
    hidden: &Markup,
) -> Markup {
    let (mark, is_account) = (mark_of(target), !target.starts_with("/do"));
    html! {
        form class=[is_account.then_some("account")] method="post" action=(target) {
            @if let Some(problem) = filled.problem { (refusal(action, filled, problem, &mark)) }
            (hidden)
            @for field in action.fields { (input(field, filled, &mark)) }
            button { (action.title) }
        }
    }
}

/// How the ids of a form's elements begin, so that no two forms of a page share one.
fn mark_of(target: &str) -> String {
    target.trim_start_matches('/').replace('/', "-")
}

/// Why a form was refused, first in it, with a way to the field that is to blame.
fn refusal(action: &Action, filled: &Filled<'_>, problem: &Problem, mark: &str) -> Markup {
    let wrong = action.fields.iter().find(|it| filled.is_wrong(it));
    let wrong = wrong.filter(|it| !is_hidden(it, filled));
    html! {
        p.bad role="alert" tabindex="-1" autofocus id={ (mark) "-refused" } {
            @if let Some(field) = wrong { a href={ "#" (mark) "-" (field.name) } { (field.label) } ": " }
            (problem.detail)
        }
    }
}

/// Has the page chosen already?
fn is_hidden(field: &Field, filled: &Filled<'_>) -> bool {
    matches!(field.kind, Kind::Choice | Kind::Pick) && filled.choices_of(field).is_none()
}

fn input(field: &Field, filled: &Filled<'_>, mark: &str) -> Markup {
    let typed = filled.typed(field);
    let is_wrong = filled.is_wrong(field);
    let invalid = is_wrong.then_some("true");
    let id = [mark, "-", field.name].concat();
    let described = is_wrong.then(|| [mark, "-refused"].concat());
    // What would be taken away by being empty is not sent at all where nothing is known of it.
    let is_absent = field.empty != Empty::Refused && !filled.given.contains_key(field.name);
    html! {
        @if is_hidden(field, filled) {
            @if !is_absent { input type="hidden" name=(field.name) value=(typed); }
        }
        @else if let Some(choices) = filled.choices_of(field) {
            label { span { (field.label) }
                select id=(id) name=(field.name) aria-invalid=[invalid] aria-describedby=[described] {
                    @if field.empty != Empty::Refused { option value="" { (words::NONE) } }
                    @for (sent, read) in &choices { option value=(sent) selected[sent == typed] { (read) } }
                }
            }
        }
        @else if field.kind == Kind::Flag {
            label.flag {
                input id=(id) type="checkbox" name=(field.name) value="yes" checked[!typed.is_empty()] aria-invalid=[invalid] aria-describedby=[described];
                span { (field.label) }
            }
        }
        @else {
            label { span { (field.label) }
                input id=(id) type=(type_of(field.kind)) name=(field.name) required[field.empty == Empty::Refused]
                    inputmode=[(field.kind == Kind::Count).then_some("numeric")] autocomplete=[field.autocomplete]
                    aria-invalid=[invalid] aria-describedby=[described]
                    value=[(field.kind != Kind::Secret).then_some(typed)];
            }
        }
    }
}

const fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Secret => "password",
        Kind::Email => "email",
        Kind::When => "datetime-local",
        _ => "text",
    }
}

/// What can always be chosen, for whoever plays.
fn always(offered: Offered) -> Option<Vec<Choice>> {
    let same = |name: &str| -> Choice { (name.to_owned(), name.to_owned()) };
    match offered {
        Offered::Disciplines => {
            let all = Discipline::ALL.iter().map(|it| same(it.as_str()));
            Some(all.collect())
        }
        Offered::Sexes => {
            let both = [("female", words::MARE), ("male", words::STALLION)];
            let both = both.map(|(sent, read)| (sent.to_owned(), read.to_owned()));
            Some(both.into())
        }
        _ => None,
    }
}

/// What the fields of an action offer to choose to this player. What cannot be read now is not offered.
pub(crate) async fn offered(visit: &Visit, action: &'static Action) -> Offers {
    let mut all = Vec::new();
    for field in action.fields {
        let choices = match field.offered {
            Offered::Nothing => None,
            Offered::Breeds => breeds(visit).await,
            Offered::Horses => named::<Own>(visit, "/v1/users/me/horses?limit=100").await,
            Offered::Stables => named::<Named>(visit, "/v1/users/me/stables?limit=100").await,
            always_there => always(always_there),
        };
        all.extend(choices.map(|it| (field.name, it)));
    }
    all
}

async fn breeds(visit: &Visit) -> Option<Vec<Choice>> {
    let page: Page<Breed> = visit.read("/v1/breeds?limit=100").await.ok()?;
    let all = page.items.into_iter().map(|it| (it.name.clone(), it.name));
    Some(all.collect())
}

/// Something that a player chooses by its name, and that is sent by its number.
trait Chosen: serde::de::DeserializeOwned {
    fn choice(self) -> Choice;
}

impl Chosen for Named {
    fn choice(self) -> Choice {
        (self.id.to_string(), self.name)
    }
}

impl Chosen for Own {
    fn choice(self) -> Choice {
        (self.line.id.to_string(), self.line.name)
    }
}

async fn named<T: Chosen>(visit: &Visit, path: &str) -> Option<Vec<Choice>> {
    let page: Page<T> = visit.read(path).await.ok()?;
    Some(page.items.into_iter().map(T::choice).collect())
}

/// Leads to a page, by `GET`.
pub(crate) fn see(visit: &Visit, place: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, place);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    visit.finish(&mut response);
    response
}

/// Lets the page that a form leads to say what was done.
pub(crate) fn tell_done(visit: &Visit, action: &Action) {
    let place = ALL
        .iter()
        .chain(OPENING)
        .position(|it| (it.path, it.method) == (action.path, action.method));
    let again = if visit.is_replayed() { AGAIN } else { "" };
    if let Some(place) = place {
        visit.tell_done(&[&place.to_string(), again].concat());
    }
}

/// What stands behind the number of an action that had been done before.
const AGAIN: &str = "-again";

/// What the form did that led to a page.
pub(crate) fn told_done(done: &str) -> Markup {
    let is_again = done.ends_with(AGAIN);
    let place = done.trim_end_matches(AGAIN).parse::<usize>().ok();
    let mut all = ALL.iter().chain(OPENING);
    let action = place.and_then(|it| all.nth(it));
    html! {
        @if let Some(action) = action {
            p.notice.good role="status" { (action.done) @if is_again { " " (words::DONE_ONCE) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::{BUY, CHANGE_STABLE, COVER, HOST_SHOW, PASSWORD};

    fn refused(code: &str, field: Option<&str>) -> Problem {
        Problem {
            status: 422,
            code: code.to_owned(),
            detail: "No.".to_owned(),
            field: field.map(str::to_owned),
        }
    }

    fn filled<'a>(given: &[(&str, &str)], problem: Option<&'a Problem>) -> Filled<'a> {
        let owned = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Filled {
            id: Some(7),
            given: owned.collect(),
            problem,
            ..Filled::default()
        }
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_and_marks_the_field() {
        let problem = refused("bad-name", Some("name"));
        let shown = form(
            &CHANGE_STABLE,
            &filled(&[("name", "<b>"), ("location", "here")], Some(&problem)),
        );
        let shown = shown.into_string();
        for part in [
            "id=\"do-stables-7-refused\"",
            "<a href=\"#do-stables-7-name\">",
            "aria-invalid=\"true\" aria-describedby=\"do-stables-7-refused\" value=\"&lt;b&gt;\"",
            "value=\"here\"",
            "name=\"method\" value=\"PATCH\"",
        ] {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
        assert_eq!(shown.matches("aria-invalid").count(), 1);
    }

    #[test]
    fn a_key_stays_until_it_was_used_for_something_else() {
        let key = |problem: Option<&Problem>| {
            let shown = form(&COVER, &filled(&[("key", "mine")], problem)).into_string();
            shown.contains("name=\"key\" value=\"mine\"")
        };
        assert!(key(None) && key(Some(&refused("unanswered", None))));
        assert!(key(Some(&refused("resting", None))));
        assert!(!key(Some(&refused(USED_KEY, None))));
        let fresh = || form(&COVER, &filled(&[], None)).into_string();
        assert_ne!(fresh(), fresh());
    }

    #[test]
    fn no_password_is_ever_shown() {
        let given = [("current_password", "hush"), ("new_password", "hush")];
        let problem = refused("invalid-field", Some("current_password"));
        let shown = form(&PASSWORD, &filled(&given, Some(&problem))).into_string();
        assert!(!shown.contains("hush") && shown.contains("type=\"password\""));
    }

    #[test]
    fn what_is_always_there_is_offered_and_what_a_page_chose_is_not_offered_again() {
        let shown = form(&HOST_SHOW, &filled(&[], None)).into_string();
        assert!(shown.contains("<option value=\"Racing\">"), "{shown}");
        let shown = form(&BUY, &filled(&[("sex", "male")], None)).into_string();
        assert!(shown.contains("type=\"hidden\" name=\"sex\" value=\"male\""));
        // An empty one would take the horse out of its stable.
        assert!(!shown.contains("stable_id"));
    }

    #[test]
    fn what_was_done_is_told_in_words_of_ours_alone() {
        assert_eq!(told_done("999").into_string(), "");
        assert_eq!(told_done("<b>").into_string(), "");
        assert!(told_done("0").into_string().contains(words::DONE_STARTER));
        let again = told_done("0-again").into_string();
        assert!(again.contains(words::DONE_ONCE));
    }
}
