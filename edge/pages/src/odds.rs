//! What a foal may be, as markup that is written once: the server fills it with what a page shows, and the script of the
//! pages fills the pattern of it with what the browser reckons. The `data-` attributes say what stands where.

use crate::number::{decimal, percent};
use crate::told::{CoatOdds, Expected, Health, Loss, Pictured, Prospect};
use crate::words;
use maud::{Markup, html};
use rules::stat::Stat;

/// A foal of the two.
pub(crate) struct Odds<'a> {
    pub(crate) mare: &'a Pictured,
    pub(crate) stallion: &'a Pictured,
    pub(crate) foal: &'a Prospect,
    /// Is it the pattern, which has everything that there may be?
    is_pattern: bool,
}

impl<'a> Odds<'a> {
    /// What the foal of a mare and a stallion may be.
    pub(crate) const fn of(mare: &'a Pictured, stallion: &'a Pictured, foal: &'a Prospect) -> Self {
        Self {
            mare,
            stallion,
            foal,
            is_pattern: false,
        }
    }

    /// The markup.
    pub(crate) fn shown(&self) -> Markup {
        let foal = self.foal;
        html! {
            section.odds data-reckoned {
                h2 { (words::FOAL_OF) " " (parent("mare", self.mare)) " \u{d7} " (parent("stallion", self.stallion)) }
                @for loss in &foal.losses {
                    p.bad data-each="losses" {
                        (words::LETHAL) " " span data-text="name" { (loss.name) } ": " (part("chance", loss.chance))
                    }
                }
                dl.facts {
                    div { dt { (words::INBREEDING) } dd { (part("inbreeding", foal.inbreeding)) } }
                    div { dt { (words::BORN_ALIVE) } dd { (part("born_alive", foal.born_alive)) } }
                    @if let Some(height) = &foal.height_cm {
                        div data-if="height_cm" { dt { (words::HEIGHT) } dd { (expected("height_cm", height)) " " (words::CENTIMETRES) } }
                    }
                }
                h3 { (words::COAT) }
                (self.coats())
                h3 { (words::SEX) }
                ul.bars {
                    @for (name, of) in [(words::FILLY, "female"), (words::COLT, "male")] {
                        li { span { (name) } (bar(&["sex.", of].concat(), foal.sex.get(of).copied().unwrap_or_default())) }
                    }
                }
                h3 { (words::HEALTH) }
                (self.health())
                h3 { (words::STATS) }
                (stats(foal))
            }
        }
    }

    fn coats(&self) -> Markup {
        let foal = self.foal;
        html! {
            ul.bars {
                @for coat in &foal.coats {
                    li data-each="coats" { span data-text="name" { (coat.name) } (bar("live", coat.live)) }
                }
                @if foal.other_coats > 0.0 {
                    li data-if="other_coats" { span { (words::OTHER_COATS) } (bar("other_coats", foal.other_coats)) }
                }
            }
        }
    }

    fn health(&self) -> Markup {
        let all = &self.foal.health;
        html! {
            @if self.is_pattern || all.is_empty() { p data-unless="health.0" { (words::ALL_CLEAR) } }
            @if !all.is_empty() {
                table.rows data-if="health.0" {
                    thead { tr { @for head in [words::DISEASE, words::AFFECTED, words::CARRIER] { th scope="col" { (head) } } } }
                    tbody {
                        @for one in all {
                            tr data-each="health" {
                                td data-head=(words::DISEASE) data-text="name" { (one.name) }
                                td.chance data-head=(words::AFFECTED) { (bar("affected", one.affected)) }
                                td.chance data-head=(words::CARRIER) { (bar("carrier", one.carrier)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn stats(foal: &Prospect) -> Markup {
    html! {
        table.rows {
            thead { tr {
                th scope="col" { (words::STAT) }
                th.number scope="col" { (words::MEAN) }
                th.number scope="col" { (words::SPREAD) }
            } }
            tbody {
                @for (name, one) in &foal.stats {
                    @let of = ["stats.", name].concat();
                    tr {
                        td data-head=(words::STAT) { (words::stat(name)) }
                        td.number data-head=(words::MEAN) { (number(&[&of, ".mean"].concat(), one.mean)) }
                        td.number data-head=(words::SPREAD) { "\u{b1} " (number(&[&of, ".sd"].concat(), one.sd)) }
                    }
                }
            }
        }
    }
}

fn parent(of: &str, horse: &Pictured) -> Markup {
    let [id, name] = [".id", ".name"].map(|field| [of, field].concat());
    html! { a href={ "/horses/" (horse.id) } data-horse=(id) { bdi data-text=(name) { (horse.name) } } }
}

/// A chance with its bar, which says nothing that the number does not.
fn bar(of: &str, chance: f64) -> Markup {
    html! {
        meter min="0" max="1" value=(chance) data-meter=(of) aria-hidden="true" {}
        span.number data-percent=(of) { (percent(chance)) }
    }
}

fn part(of: &str, part: f64) -> Markup {
    html! { span data-percent=(of) { (percent(part)) } }
}

fn number(of: &str, number: f64) -> Markup {
    html! { span data-decimal=(of) { (decimal(number)) } }
}

fn expected(of: &str, one: &Expected) -> Markup {
    let [mean, sd] = [".mean", ".sd"].map(|field| [of, field].concat());
    html! { (number(&mean, one.mean)) " \u{b1} " (number(&sd, one.sd)) }
}

/// The pattern, for the script to fill.
pub(crate) fn pattern() -> Markup {
    let nobody = Pictured {
        id: 0,
        name: String::new(),
        portrait: None,
    };
    let none = || Expected { mean: 0.0, sd: 0.0 };
    let foal = Prospect {
        inbreeding: 0.0,
        born_alive: 0.0,
        sex: [].into(),
        losses: vec![Loss {
            name: String::new(),
            chance: 0.0,
        }],
        coats: vec![CoatOdds {
            name: String::new(),
            live: 0.0,
        }],
        other_coats: f64::MIN_POSITIVE,
        health: vec![Health {
            name: String::new(),
            affected: 0.0,
            carrier: 0.0,
        }],
        stats: Stat::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), none()))
            .collect(),
        height_cm: Some(none()),
    };
    let odds = Odds {
        is_pattern: true,
        ..Odds::of(&nobody, &nobody, &foal)
    };
    html! { template data-odds { (odds.shown()) } }
}
