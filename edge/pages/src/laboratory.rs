//! What a laboratory told of a horse: shown to whoever may see it, ordered and published by the owner.

use crate::actions::{PUBLISH, TEST};
use crate::forms::{Filled, form};
use crate::table::{table, words_of};
use crate::told::Genes;
use crate::words;
use maud::{Markup, html};

/// The results of her genetic test, as far as they are known to whoever looks.
pub(crate) fn results(genes: &Genes) -> Markup {
    html! {
        @if genes.tests.is_empty() { p.faint { (words::NOT_TESTED) } }
        @else { details { summary { (words::TESTED_LOCI) } (loci(genes)) } }
    }
}

fn loci(genes: &Genes) -> Markup {
    let columns = [words_of(words::LOCUS), words_of(words::GENOTYPE)];
    let rows = genes
        .tests
        .iter()
        .map(|it| [html! { (it.locus) }, html! { (it.genotype) }]);
    table(&columns, rows)
}

/// What her owner can do: have her tested, once; and then let everyone see the results, or keep them again.
pub(crate) fn orders(genes: &Genes) -> Markup {
    let is_published = genes.tests.iter().any(|it| it.published);
    let ticked = is_published.then(|| ("published".to_owned(), "yes".to_owned()));
    let filled = Filled {
        id: Some(genes.id),
        given: ticked.into_iter().collect(),
        ..Filled::default()
    };
    html! {
        @if genes.test_cost.is_some() { (form(&TEST, &filled)) }
        @else { (form(&PUBLISH, &filled)) }
    }
}
