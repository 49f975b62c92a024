//! Training: what each horse of one's own may do now, when the next one may, why one may not; and what one has learnt.

use crate::actions::TRAIN;
use crate::forms::{Choice, Filled, form};
use crate::listing::Listing;
use crate::number::{grouped, instant, signed};
use crate::portrait::listed;
use crate::shell::{horse as link, page as shell, trouble};
use crate::stable::ORDERS;
use crate::table::{numbers_of, paged, words_of};
use crate::told::{Card, Own, Page, Problem, Session};
use crate::visit::{Moment, Visit};
use crate::words;
use axum::body::Body;
use axum::http::Response;
use futures_util::future::{join, try_join};
use maud::{Markup, html};
use rules::discipline::Discipline;
use rules::horse::{FIRST_ACTIVE_AGE, LAST_ACTIVE_AGE};

/// What stands between a horse and a training.
pub(crate) enum Why {
    /// She is too young.
    Young,
    /// She is too old.
    Retired,
    /// She is in foal.
    InFoal,
    /// She rests until then.
    Rests(Moment),
}

/// Why a horse of this age cannot be trained now; none where she can.
pub(crate) fn why_not(
    now: Moment,
    age: i64,
    in_foal: bool,
    rests_until: Option<Moment>,
) -> Option<Why> {
    if age < FIRST_ACTIVE_AGE {
        Some(Why::Young)
    } else if age > LAST_ACTIVE_AGE {
        Some(Why::Retired)
    } else if in_foal {
        Some(Why::InFoal)
    } else {
        rests_until.filter(|until| *until > now).map(Why::Rests)
    }
}

impl Why {
    /// The reason as a sentence.
    pub(crate) fn told(&self) -> Markup {
        match self {
            Self::Young => html! { (words::TOO_YOUNG) },
            Self::Retired => html! { (words::RETIRED) },
            Self::InFoal => html! { (words::NOT_IN_FOAL) },
            Self::Rests(until) => html! { (words::RESTS_UNTIL) " " (instant(*until)) },
        }
    }
}

/// The training of all of one's horses.
pub(crate) async fn all(visit: &Visit) -> Response<Body> {
    let list = Listing::of("/training".to_owned(), visit.query(), &[], ORDERS);
    let path = list.ask("/v1/users/me/horses");
    let (now, page) = join(visit.now(), visit.read::<Page<Own>>(&path)).await;
    match page {
        Ok(page) => {
            let content = html! {
                h1 { (words::TRAINING) }
                p { (words::TRAINING_HELP) }
                (list.narrowing(&[]))
                (herd(&page, now, &list))
                (list.leaves(&page))
            };
            shell(visit, words::TRAINING, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

fn herd(page: &Page<Own>, now: Moment, list: &Listing) -> Markup {
    let columns = [
        words_of(words::HORSE).by(&["name", "-name"]),
        words_of(words::SEX_AND_AGE).by(&["age", "-age"]),
        words_of(words::WHEN).by(&["rest", "-rest"]),
        words_of(words::TRAIN),
    ];
    let rows = page.items.iter().map(|one| {
        let line = &one.line;
        let why = why_not(now, line.age, one.in_foal, one.training_cooldown);
        [
            listed(line),
            html! { (line.word) ", " (words::years(line.age)) },
            html! { @match &why { None => { strong.good { (words::NOW) } }, Some(why) => (why.told()) } },
            html! { @if why.is_none() { (train(line.id)) } @else { a href={ "/horses/" (line.id) "/training" } { (words::LEARNT) } } },
        ]
    });
    paged(list, &columns, rows)
}

/// The form of a training.
pub(crate) fn train(id: i64) -> Markup {
    let disciplines = Discipline::ALL.iter().map(|it| it.as_str().to_owned());
    let disciplines: Vec<Choice> = disciplines.map(|it| (it.clone(), it)).collect();
    let filled = Filled {
        id: Some(id),
        choices: vec![("discipline", disciplines)],
        ..Filled::default()
    };
    form(&TRAIN, &filled)
}

/// What one horse has learnt.
pub(crate) async fn of(visit: &Visit, id: &str) -> Response<Body> {
    match content(visit, id).await {
        Ok((name, content)) => shell(visit, &words::training_of(&name), content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, id: &str) -> Result<(String, Markup), Problem> {
    let card = ["/v1/horses/", id].concat();
    let here = ["/horses/", id, "/training"].concat();
    let list = Listing::of(here, visit.query(), &[], &["-id", "id"]);
    let sessions = list.ask(&[&card, "/training"].concat());
    let read = try_join(visit.read::<Card>(&card), visit.read(&sessions));
    let (now, read) = join(visit.now(), read).await;
    let (card, sessions): (Card, Page<Session>) = read?;
    let is_mine = visit.is_mine(card.owner.as_ref()).await;
    let why = why_not(now, card.age, card.in_foal, card.training_cooldown);
    let content = html! {
        h1 { (words::TRAINING) ": " (link(card.id, &card.name)) }
        @match &why {
            Some(why) => { p { (why.told()) "." } }
            None => { p { (words::TRAINS_NOW) } @if is_mine { (train(card.id)) } }
        }
        h2 { (words::LEARNT) }
        (history(&sessions, &list))
        (list.leaves(&sessions))
    };
    Ok((card.name, content))
}

fn history(page: &Page<Session>, list: &Listing) -> Markup {
    let columns = [
        words_of(words::WHEN).by(&["-id", "id"]),
        words_of(words::DISCIPLINE),
        numbers_of(words::SCORE),
        words_of(words::STAT),
        numbers_of(words::XP),
    ];
    let rows = page.items.iter().map(|one| {
        [
            instant(one.trained_at),
            html! { (one.discipline) },
            html! { (signed(one.score_gain)) },
            html! {
                @if let (Some(stat), Some(gain)) = (&one.stat, one.stat_gain) { (words::stat(stat)) " " (signed(gain)) }
                @else { span.faint { "\u{2013}" } }
            },
            html! { @if let Some(xp) = one.user_xp { (grouped(xp)) } @else { span.faint { "\u{2013}" } } },
        ]
    });
    paged(list, &columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_horse_trains_at_an_active_age_rested_and_not_in_foal() {
        let at = |text: &str| text.parse::<Moment>().unwrap();
        let (now, later) = (at("2026-11-23T12:00:00Z"), at("2026-11-23T12:00:01Z"));
        let why = |age, in_foal, until| why_not(now, age, in_foal, until);
        assert!(why(3, false, None).is_none() && why(20, false, Some(now)).is_none());
        assert!(matches!(why(2, false, None), Some(Why::Young)));
        assert!(matches!(why(21, false, None), Some(Why::Retired)));
        assert!(matches!(why(3, true, None), Some(Why::InFoal)));
        let rests = why(3, false, Some(later));
        assert!(matches!(rests, Some(Why::Rests(until)) if until == later));
    }
}
