//! A list on a page: where it stands, what it is narrowed to, in which order it stands, and from where on.

use crate::forms::{Choice, read};
use crate::shell::leaves;
use crate::told::Page;
use crate::words;
use form_urlencoded::Serializer;
use maud::{Markup, html};

/// A list as the query of its page asks for it. What the query says besides is left out of its links.
pub(crate) struct Listing {
    path: String,
    filters: Vec<(&'static str, String)>,
    orders: &'static [&'static str],
    /// The order, where it is not the first of them.
    sort: Option<&'static str>,
    cursor: Option<String>,
}

impl Listing {
    /// The list at a path of ours, which these filters narrow, and which has these orders: the first is its usual one.
    pub(crate) fn of(
        path: String,
        query: &str,
        filters: &[&'static str],
        orders: &'static [&'static str],
    ) -> Self {
        let given = read(query.as_bytes());
        let said = |name: &str| given.get(name).filter(|it| !it.is_empty()).cloned();
        let filters = filters.iter();
        let filters = filters.filter_map(|name| Some((*name, said(name)?)));
        let sort = said("sort");
        let mut others = orders.iter().skip(1);
        Self {
            path,
            filters: filters.collect(),
            orders,
            sort: others.find(|it| sort.as_deref() == Some(**it)).copied(),
            cursor: said("cursor"),
        }
    }

    /// What a filter says.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let mut filters = self.filters.iter();
        let (_, value) = filters.find(|(given, _)| *given == name)?;
        Some(value)
    }

    /// Is this among its orders?
    pub(crate) fn has(&self, order: &str) -> bool {
        self.orders.contains(&order)
    }

    /// The order that it stands in.
    pub(crate) fn order(&self) -> &'static str {
        let usual = self.orders.first().copied();
        self.sort.or(usual).unwrap_or_default()
    }

    /// The path of the read that gives the page.
    pub(crate) fn ask(&self, read: &str) -> String {
        self.written(read, self.sort, self.cursor.as_deref())
    }

    /// Where the list begins in an order.
    pub(crate) fn sorted(&self, sort: &str) -> String {
        let is_usual = self.orders.first() == Some(&sort);
        self.written(&self.path, Some(sort).filter(|_| !is_usual), None)
    }

    fn written(&self, path: &str, sort: Option<&str>, cursor: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.filters.iter().map(|(name, value)| (*name, value)));
        query.extend_pairs(sort.map(|it| ("sort", it)));
        query.extend_pairs(cursor.map(|it| ("cursor", it)));
        match (query.finish(), path.contains('?')) {
            (query, _) if query.is_empty() => path.to_owned(),
            (query, true) => [path, "&", &query].concat(),
            (query, false) => [path, "?", &query].concat(),
        }
    }

    /// The ways to the next page, and back to the first.
    pub(crate) fn leaves<T>(&self, page: &Page<T>) -> Markup {
        leaves(&self.sorted(self.order()), page, self.cursor.is_none())
    }

    /// The filters and the order, as a form.
    pub(crate) fn narrowing(&self, selects: &[Select]) -> Markup {
        html! {
            form.choose method="get" action=(self.path) {
                @for Select(name, label, choices) in selects {
                    label { span { (label) }
                        select name=(name) {
                            @for (sent, read) in choices { option value=(sent) selected[self.value(name).unwrap_or_default() == sent] { (read) } }
                        }
                    }
                }
                @if self.orders.len() > 1 {
                    label { span { (words::ORDER) }
                        select name="sort" {
                            @for order in self.orders { option value=(order) selected[*order == self.order()] { (words::order(order)) } }
                        }
                    }
                }
                button.quiet { (words::LOOK) }
            }
        }
    }
}

/// A filter that is chosen: its name, its label, what it may be.
pub(crate) struct Select(
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) Vec<Choice>,
);

/// Choices behind that of any.
pub(crate) fn any(choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    let any = (String::new(), words::ANY.to_owned());
    std::iter::once(any).chain(choices).collect()
}

/// Any, or one of the names, which are read as they are sent.
pub(crate) fn any_of<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Choice> {
    any(names.map(|it| (it.to_owned(), it.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: &[&str] = &["-id", "id", "name"];

    fn listing(query: &str) -> Listing {
        Listing::of("/horses".to_owned(), query, &["breed", "sex"], ORDERS)
    }

    #[test]
    fn a_read_is_asked_for_what_the_query_says_and_for_nothing_else() {
        for (query, asked) in [
            ("", "/v1/horses"),
            ("breed=&sex=male", "/v1/horses?sex=male"),
            ("sort=-id&colour=bay", "/v1/horses"),
            ("sort=name&cursor=AB", "/v1/horses?sort=name&cursor=AB"),
            ("sort=prize", "/v1/horses"),
            ("breed=1%26x", "/v1/horses?breed=1%26x"),
        ] {
            assert_eq!(listing(query).ask("/v1/horses"), asked, "{query}");
        }
        let owned = listing("sort=id").ask("/v1/horses?owner=7");
        assert_eq!(owned, "/v1/horses?owner=7&sort=id");
    }

    #[test]
    fn an_order_keeps_the_filters_and_begins_anew() {
        let list = listing("sex=male&sort=name&cursor=AB");
        assert_eq!(list.sorted("id"), "/horses?sex=male&sort=id");
        assert_eq!(list.sorted("-id"), "/horses?sex=male");
        assert_eq!((list.order(), listing("").order()), ("name", "-id"));
    }
}
