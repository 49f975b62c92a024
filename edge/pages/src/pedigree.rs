//! A pedigree of five generations, as a tree that is a table: each horse beside its sire and dam.

use crate::number::percent;
use crate::portrait::small;
use crate::shell::horse;
use crate::told::{Ancestor, Common, Pedigree};
use crate::words;
use maud::{Markup, html};

/// The generations that are shown, the horse's own among them.
const GENERATIONS: u32 = 6;

/// The first place without a portrait: places beyond the grandparents have no room for one.
const PICTURED: usize = 8;

/// The tree and, below, where its lines meet.
pub(crate) fn pedigree(of: &Pedigree) -> Markup {
    let generations = known(of);
    html! {
        @if generations < 2 { p { (words::NO_PARENTS) } }
        @else {
            p { (words::INBREEDING) ": " strong { (percent(of.inbreeding)) } }
            div.wide tabindex="0" role="region" aria-label=(words::PEDIGREE) { (tree(of, generations)) }
        }
        @if !of.common_ancestors.is_empty() {
            h3 { (words::COMMON_ANCESTORS) }
            ul.common { @for one in &of.common_ancestors { li { (common(one)) } } }
        }
    }
}

/// How many generations there is anything to tell of, the horse's own among them.
fn known(of: &Pedigree) -> u32 {
    let farthest = of.ancestors.iter().map(|it| it.position).max();
    farthest.map_or(0, |it| (it.max(1).ilog2() + 1).min(GENERATIONS))
}

fn tree(of: &Pedigree, generations: u32) -> Markup {
    let rows = 1_usize << (generations - 1);
    html! {
        table.pedigree {
            caption.unseen { (words::PEDIGREE) }
            tbody {
                @for row in 0..rows {
                    tr { @for generation in 0..generations { (cell(of, row, generation, rows)) } }
                }
            }
        }
    }
}

/// The cell that begins at this row in the column of this generation, if one does, in a tree of so many rows.
fn cell(of: &Pedigree, row: usize, generation: u32, rows: usize) -> Markup {
    let span = rows >> generation;
    let place = (1_usize << generation) + row / span;
    let found = of.ancestors.iter().find(|it| it.position == place);
    html! {
        @if row.is_multiple_of(span) {
            td rowspan=(span) class=(sex(place)) {
                @match found { Some(one) => (ancestor(one)), None => { span.faint { (words::UNKNOWN) } } }
            }
        }
    }
}

/// In a pedigree the even places are sires and the odd ones dams, but for the horse itself.
const fn sex(place: usize) -> &'static str {
    match place {
        1 => "self",
        _ if place.is_multiple_of(2) => "sire",
        _ => "dam",
    }
}

fn ancestor(one: &Ancestor) -> Markup {
    html! {
        @if one.position < PICTURED { (small(one.portrait.as_deref())) }
        (horse(one.id, &one.name))
        @if one.is_common { " " abbr title=(words::COMMON) { "\u{25c6}" } }
        @if let Some(coat) = &one.coat { br; span.faint { (coat) } }
        @if one.inbreeding > 0.0 { br; span.faint { "F " (percent(one.inbreeding)) } }
    }
}

fn common(one: &Common) -> Markup {
    html! {
        @match &one.name { Some(name) => (horse(one.id, name)), None => { span.faint { (words::UNKNOWN) } } }
        ": " (percent(one.contribution)) " " (words::OF_F)
    }
}
