//! What a request asks for: its path's ids and its query's parameters, read strictly.

use crate::Failure;
use crate::order::{Ordered, Sort};
use crate::page::{MOST, Mark, USUAL};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use std::str::FromStr;
use uuid::Uuid;

/// The parameters of the query, in their order.
#[derive(Clone, Debug, Default)]
pub struct Asked(Vec<(String, String)>);

impl Asked {
    /// Takes the text after the question mark.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// Refuses every parameter that is not among `known`.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming the first unknown one.
    pub fn only(&self, known: &[&str]) -> Result<(), Failure> {
        match self
            .0
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            None => Ok(()),
            Some((name, _)) => {
                let name: String = name.chars().take(60).collect();
                Err(Failure::invalid(
                    name,
                    "There is no such query parameter here.",
                ))
            }
        }
    }

    /// Every value of a parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(given, _)| given == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that stands once or not at all.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming the parameter if it is repeated or empty.
    pub fn one<'a>(&'a self, name: &'static str) -> Result<Option<&'a str>, Failure> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Failure::invalid(
                name,
                "This parameter must not be repeated.",
            ));
        }
        if first == Some("") {
            return Err(Failure::invalid(name, "This parameter must not be empty."));
        }
        Ok(first)
    }

    /// A whole number between two bounds, both of which are allowed.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming the parameter.
    pub fn number(
        &self,
        name: &'static str,
        least: i64,
        most: i64,
    ) -> Result<Option<i64>, Failure> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        let number = whole(text).filter(|it| (least..=most).contains(it));
        let wrong = || format!("This must be a whole number from {least} to {most}.");
        number
            .map(Some)
            .ok_or_else(|| Failure::invalid(name, wrong()))
    }

    /// A word that its type knows.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming the parameter.
    pub fn word<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Failure> {
        let Some(text) = self.one(name)? else {
            return Ok(None);
        };
        let unknown = |_| Failure::invalid(name, "The game knows no such value.");
        text.parse().map(Some).map_err(unknown)
    }

    /// How many rows the page shall have: `limit`, 1 to 100, else 20.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming `limit`.
    pub fn limit(&self) -> Result<i64, Failure> {
        Ok(self.number("limit", 1, MOST)?.unwrap_or(USUAL))
    }

    /// In which of these orders: `sort`, else the first of them.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming `sort` and what it may say.
    pub fn sort(&self, orders: &'static [Sort]) -> Result<Sort, Failure> {
        let said = self.one("sort")?;
        let is_asked = |sort: &&Sort| said.is_none_or(|text| sort.is_said(text));
        let unknown = || {
            let words: Vec<String> = orders.iter().map(|it| it.to_text()).collect();
            let detail = ["This must be one of ", &words.join(", "), "."].concat();
            Failure::invalid("sort", detail)
        };
        orders.iter().find(is_asked).copied().ok_or_else(unknown)
    }

    /// Where the page before this one ended.
    ///
    /// # Errors
    /// [`Failure::Invalid`] naming `cursor`.
    pub fn cursor<M: Mark>(&self, of: Ordered) -> Result<Option<M>, Failure> {
        let text = self.one("cursor")?;
        text.map(|it| M::decode(of, it)).transpose()
    }
}

/// Decimal digits with an optional minus, and nothing else: no plus, no spaces.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}

/// The number in the path, as in `/v1/horses/{id}`.
#[derive(Clone, Copy, Debug)]
pub struct Id(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let unreadable = |_| Failure::invalid("path", "The path cannot be read.");
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(unreadable)?;
        let (_, text) = params.iter().last().ok_or(Failure::NoSuchPath)?;
        positive(text).map(Self)
    }
}

/// The number of a path.
pub(crate) fn positive(text: &str) -> Result<i64, Failure> {
    let wrong = || Failure::invalid("id", "The id in the path must be a whole number from 1.");
    whole(text).filter(|it| *it > 0).ok_or_else(wrong)
}

/// A UUID in its usual form only: one spelling for one user.
pub(crate) fn hyphenated(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{By, falling, rising};

    fn blamed<T>(result: Result<T, Failure>) -> String {
        match result {
            Err(Failure::Invalid { field, .. }) => field.into_owned(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("nothing was refused"),
        }
    }

    #[test]
    fn unknown_parameters_are_refused_by_name() {
        let asked = Asked::parse("limit=5&colour=bay");
        assert_eq!(blamed(asked.only(&["limit", "cursor"])), "colour");
        assert!(asked.only(&["limit", "colour"]).is_ok());
        assert!(Asked::parse("").only(&[]).is_ok());
    }

    #[test]
    fn repeated_and_empty_parameters_are_refused() {
        assert_eq!(
            blamed(Asked::parse("sex=male&sex=female").one("sex")),
            "sex"
        );
        assert_eq!(blamed(Asked::parse("sex=").one("sex")), "sex");
        assert_eq!(blamed(Asked::parse("sex").one("sex")), "sex");
        assert_eq!(Asked::parse("sex=male").one("sex").unwrap(), Some("male"));
        assert_eq!(Asked::parse("").one("sex").unwrap(), None);
    }

    #[test]
    fn limits_lie_between_one_and_a_hundred() {
        assert_eq!(Asked::parse("").limit().unwrap(), 20);
        assert_eq!(Asked::parse("limit=1").limit().unwrap(), 1);
        assert_eq!(Asked::parse("limit=100").limit().unwrap(), 100);
        for wrong in [
            "0",
            "101",
            "-1",
            "+5",
            "5.0",
            "1e1",
            "five",
            "99999999999999999999",
            "%00",
        ] {
            assert_eq!(
                blamed(Asked::parse(&format!("limit={wrong}")).limit()),
                "limit",
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_order_is_one_of_its_list_and_the_first_where_none_is_asked_for() {
        const ORDERS: &[Sort] = &[falling(By::Id), rising(By::Id), falling(By::Prize)];
        let sort = |query: &str| Asked::parse(query).sort(ORDERS);
        assert_eq!(sort("").unwrap(), falling(By::Id));
        assert_eq!(sort("sort=id").unwrap(), rising(By::Id));
        assert_eq!(sort("sort=-prize").unwrap(), falling(By::Prize));
        for wrong in ["sort=prize", "sort=name", "sort=", "sort=id&sort=id"] {
            assert_eq!(blamed(sort(wrong)), "sort", "{wrong}");
        }
        let detail = format!("{:?}", sort("sort=name").unwrap_err());
        assert!(detail.contains("one of -id, id, -prize."), "{detail}");
    }

    #[test]
    fn a_user_has_one_spelling() {
        let text = "0193a0b8-7d2f-7c3e-8f00-0123456789ab";
        assert!(hyphenated(text).is_some());
        for wrong in [
            "",
            "me",
            &text.replace('-', ""),
            &format!("{{{text}}}"),
            &text[1..],
        ] {
            assert!(hyphenated(wrong).is_none(), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_query_is_read_or_refused_and_never_panics(query in "\\PC{0,120}") {
            let asked = Asked::parse(&query);
            let _ = (asked.only(&["a"]).is_ok(), asked.limit().is_ok(), asked.one("a").is_ok());
        }
    }
}
