//! Tables: one way to write them, so that each reads well on a narrow screen, too.

use crate::words;
use maud::{Markup, html};

/// A column: its head, and whether its cells are numbers.
pub(crate) struct Column(pub(crate) &'static str, pub(crate) bool);

/// A column of words.
pub(crate) const fn words_of(head: &'static str) -> Column {
    Column(head, false)
}

/// A column of numbers.
pub(crate) const fn numbers_of(head: &'static str) -> Column {
    Column(head, true)
}

/// A table; a sentence where it would be empty. Each cell carries its head, which stands beside it on a narrow screen.
pub(crate) fn table<const N: usize>(
    columns: &[Column; N],
    rows: impl Iterator<Item = [Markup; N]>,
) -> Markup {
    let mut rows = rows.peekable();
    html! {
        @if rows.peek().is_none() { p.faint { (words::NOTHING) } }
        @else {
            table.rows {
                thead { tr { @for Column(head, is_number) in columns { th scope="col" class=[is_number.then_some("number")] { (head) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (Column(head, is_number), cell) in columns.iter().zip(row) {
                                td data-head=(head) class=[is_number.then_some("number")] { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}
