//! Tables: one way to write them, so that each reads well on a narrow screen, too.

use crate::listing::Listing;
use crate::words;
use maud::{Markup, html};

/// A column: its head, whether its cells are numbers, and the orders that its head leads to, the more usual one first.
pub(crate) struct Column {
    head: &'static str,
    is_number: bool,
    orders: &'static [&'static str],
}

/// A column of words.
pub(crate) const fn words_of(head: &'static str) -> Column {
    Column {
        head,
        is_number: false,
        orders: &[],
    }
}

/// A column of numbers.
pub(crate) const fn numbers_of(head: &'static str) -> Column {
    Column {
        is_number: true,
        ..words_of(head)
    }
}

impl Column {
    /// The same with orders for its head.
    pub(crate) const fn by(self, orders: &'static [&'static str]) -> Self {
        Self { orders, ..self }
    }

    const fn class(&self) -> Option<&'static str> {
        if self.is_number { Some("number") } else { None }
    }

    fn written(&self, list: Option<&Listing>) -> Markup {
        match list.zip(self.orders.first()) {
            None => html! { th scope="col" class=[self.class()] { (self.head) } },
            Some((list, first)) => self.leading(list, first),
        }
    }

    /// The head as a link to the list in an order of this column: the other one, where it stands in the first already.
    fn leading(&self, list: &Listing, first: &str) -> Markup {
        let order = list.order();
        let is_here = self.orders.contains(&order);
        let other = self.orders.iter().find(|it| is_here && **it != order);
        let to = other.copied().unwrap_or(first);
        let is_falling = order.starts_with('-');
        let (said, arrow) = if is_falling {
            ("descending", "\u{25bc}")
        } else {
            ("ascending", "\u{25b2}")
        };
        html! {
            th scope="col" class=[self.class()] aria-sort=[is_here.then_some(said)] {
                a.sort href=(list.sorted(to)) { (self.head) @if is_here { span.arrow aria-hidden="true" { (arrow) } } }
            }
        }
    }
}

/// A table that shows some of many rows; a sentence where it would be empty. Each cell carries its head, which stands
/// beside it on a narrow screen.
pub(crate) fn table<const N: usize>(
    columns: &[Column; N],
    rows: impl Iterator<Item = [Markup; N]>,
) -> Markup {
    written(columns, rows, None, false)
}

/// A table of all rows that there are: a script may sort them where they stand.
pub(crate) fn whole<const N: usize>(
    columns: &[Column; N],
    rows: impl Iterator<Item = [Markup; N]>,
) -> Markup {
    written(columns, rows, None, true)
}

/// A table of a page of a list, whose heads lead to its orders.
pub(crate) fn paged<const N: usize>(
    list: &Listing,
    columns: &[Column; N],
    rows: impl Iterator<Item = [Markup; N]>,
) -> Markup {
    written(columns, rows, Some(list), false)
}

fn written<const N: usize>(
    columns: &[Column; N],
    rows: impl Iterator<Item = [Markup; N]>,
    list: Option<&Listing>,
    is_whole: bool,
) -> Markup {
    let mut rows = rows.peekable();
    html! {
        @if rows.peek().is_none() { p.faint { (words::NOTHING) } }
        @else {
            table.rows data-whole[is_whole] {
                thead { tr { @for column in columns { (column.written(list)) } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (column, cell) in columns.iter().zip(row) {
                                td data-head=(column.head) class=[column.class()] { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(query: &str) -> String {
        let list = Listing::of(
            "/shows".to_owned(),
            query,
            &[],
            &["run_date", "-run_date", "-prize"],
        );
        let columns = [
            words_of("Show"),
            words_of("Runs").by(&["run_date", "-run_date"]),
            numbers_of("Prize").by(&["-prize"]),
        ];
        let rows = [[html! { "a" }, html! { "b" }, html! { "c" }]];
        paged(&list, &columns, rows.into_iter()).into_string()
    }

    #[test]
    fn a_head_leads_to_its_order_and_says_the_one_that_stands() {
        let usual = heads("");
        assert!(usual.contains("<th scope=\"col\">Show</th>"), "{usual}");
        let runs = "<th scope=\"col\" aria-sort=\"ascending\"><a class=\"sort\" href=\"/shows?sort=-run_date\">Runs\
            <span class=\"arrow\" aria-hidden=\"true\">\u{25b2}</span></a></th>";
        assert!(usual.contains(runs), "{usual}");
        let prize = "<th scope=\"col\" class=\"number\"><a class=\"sort\" href=\"/shows?sort=-prize\">Prize</a></th>";
        assert!(usual.contains(prize), "{usual}");
        let richest = heads("sort=-prize");
        assert!(richest.contains(
            "aria-sort=\"descending\"><a class=\"sort\" href=\"/shows?sort=-prize\">Prize"
        ));
        assert!(
            richest.contains("<th scope=\"col\"><a class=\"sort\" href=\"/shows\">Runs</a></th>")
        );
    }

    #[test]
    fn only_a_table_of_all_rows_may_be_sorted_where_it_stands() {
        let rows = || [[html! { "a" }]].into_iter();
        let columns = [words_of("Breed").by(&["name"])];
        let all = whole(&columns, rows()).into_string();
        assert!(all.contains("<table class=\"rows\" data-whole>") && !all.contains("<a"));
        assert!(!table(&columns, rows()).into_string().contains("data-whole"));
        assert!(!heads("").contains("data-whole"));
    }
}
