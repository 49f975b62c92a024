//! `equoria mating`: what a stallion and a mare may have, as exact odds.

use std::collections::BTreeMap;

use clap::Args;
use rules::genetics::prediction::{Chance, Mating, Odds, Parent, predict};
use rules::genetics::{Locus, Pair};
use rules::horse::Sex;
use serde_json::{Value, json};

use super::coat::genotype;
use super::{Finding, print_json};
use crate::trouble::{Because, Trouble};

/// How many names of coats the table has; the others are in the JSON.
const SHOWN: usize = 40;

#[derive(Args)]
pub(super) struct MatingArguments {
    /// The sire's genotype, such as "MC1R=E|e KIT=TO|n"; a locus that is not named is wild type
    sire: String,
    /// The dam's genotype
    dam: String,
    /// Print the result as JSON, with every look
    #[arg(long)]
    json: bool,
}

pub(super) fn mating(arguments: &MatingArguments) -> Result<Finding, Trouble> {
    let sire = genotype(&arguments.sire, Sex::Male)?;
    let dam = genotype(&arguments.dam, Sex::Female)?;
    let (father, mother) = (Parent::from(&sire), Parent::from(&dam));
    let told = Told {
        mating: predict(&father, &mother).because(|| "these two have no foals")?,
        open: [&sire, &dam].map(|it| it.phases().len() > 1),
    };
    if arguments.json {
        print_json(&told.as_json())?;
    } else {
        told.print();
    }
    Ok(if told.mating.born_alive() == Chance::NEVER {
        Finding::Bad
    } else {
        Finding::Good
    })
}

struct Told<'a> {
    mating: Mating<'a>,
    /// Is the phase of sire and dam open?
    open: [bool; 2],
}

impl Told<'_> {
    /// The coats by name, the likeliest among live foals first.
    fn coats(&self) -> Vec<(String, Odds)> {
        let mut coats = self.mating.grouped(|it| it.name());
        // A stable sort: equals stay in the order of the alphabet.
        coats.sort_by_key(|it| std::cmp::Reverse(it.1.live.parts(u32::MAX)));
        coats
    }

    /// The tables of the loci at which foals differ, or are not wild type.
    fn loci(&self) -> BTreeMap<Locus, Vec<(Pair, Odds)>> {
        let tables = Locus::ALL.iter().map(|it| (*it, self.mating.by_locus(*it)));
        let says = |table: &[(Pair, Odds)]| table.iter().any(|it| !it.0.is_wild());
        tables.filter(|it| says(&it.1)).collect()
    }

    fn phase(&self) -> Option<&'static str> {
        match self.open {
            [true, true] => Some(
                "the phase of both parents is open: the odds are the average over their phases",
            ),
            [true, false] => {
                Some("the phase of the sire is open: the odds are the average over his phases")
            }
            [false, true] => {
                Some("the phase of the dam is open: the odds are the average over her phases")
            }
            [false, false] => None,
        }
    }

    fn print(&self) {
        let coats = self.coats();
        println!(
            "{:<44} {:>24} {:>24}",
            "Coat", "at conception", "among live foals"
        );
        for (name, odds) in coats.iter().take(SHOWN) {
            print_row(name, *odds);
        }
        if coats.len() > SHOWN {
            println!(
                "... and {} less likely coats (--json lists all)",
                coats.len() - SHOWN
            );
        }
        for (loss, chance) in self.mating.lost() {
            let facts = loss.locus.facts();
            let pair = loss.locus.pair_text(loss.pair);
            println!(
                "{:<44} {:>24}",
                format!("Lost: {} {pair} ({})", loss.locus, facts.name),
                percent(chance)
            );
        }
        let health = self.mating.health();
        let at_risk = health
            .iter()
            .filter(|it| it.clear.conceived != Chance::ALWAYS);
        for (at, it) in at_risk.enumerate() {
            if at == 0 {
                println!("\nHealth");
            }
            for (class, odds) in [
                ("clear", it.clear),
                ("carrier", it.carrier),
                ("affected", it.affected),
            ] {
                print_row(
                    &format!("{} ({}): {class}", it.locus, it.locus.facts().name),
                    odds,
                );
            }
        }
        for (at, (locus, table)) in self.loci().into_iter().enumerate() {
            if at == 0 {
                println!("\nLoci");
            }
            for (pair, odds) in table {
                print_row(&format!("{locus}={}", locus.pair_text(pair)), odds);
            }
        }
        if let Some(sentence) = self.phase() {
            println!("\nNote: {sentence}.");
        }
        if !self.mating.is_exact() {
            println!("\nNote: the odds of coats are rounded to 2^-48.");
        }
    }

    fn as_json(&self) -> Value {
        let coats = self
            .coats()
            .into_iter()
            .map(|(name, odds)| json!({"coat": name, "odds": odds_json(odds)}));
        let lost = self.mating.lost().map(|(loss, chance)| {
            json!({"locus": loss.locus, "genotype": loss.locus.pair_text(loss.pair), "chance": chance_json(chance)})
        });
        let health = self.mating.health().into_iter().map(|it| {
            json!({
                "locus": it.locus,
                "disease": it.locus.facts().name,
                "clear": odds_json(it.clear),
                "carrier": odds_json(it.carrier),
                "affected": odds_json(it.affected),
            })
        });
        let loci = self.loci().into_iter().map(|(locus, table)| {
            let table = table
                .into_iter()
                .map(|(pair, odds)| (locus.pair_text(pair), odds_json(odds)));
            (locus.to_string(), Value::Object(table.collect()))
        });
        json!({
            "coats": coats.collect::<Vec<_>>(),
            "born_alive": chance_json(self.mating.born_alive()),
            "lost": lost.collect::<Vec<_>>(),
            "health": health.collect::<Vec<_>>(),
            "loci": Value::Object(loci.collect()),
            "looks": self.mating.looks(),
            "is_exact": self.mating.is_exact(),
            "phase_open": {"sire": self.open[0], "dam": self.open[1]},
        })
    }
}

fn print_row(what: &str, odds: Odds) {
    println!(
        "{what:<44} {:>24} {:>24}",
        percent(odds.conceived),
        percent(odds.live)
    );
}

/// `1/4  25.0000 %`; the fraction only where it is short.
fn percent(chance: Chance) -> String {
    let millionths = chance.millionths();
    let share = format!("{:>3}.{:04} %", millionths / 10_000, millionths % 10_000);
    let fraction = chance.to_string();
    if fraction.len() <= 12 && chance.of() > 1 {
        format!("{fraction} {share}")
    } else {
        share
    }
}

fn chance_json(chance: Chance) -> Value {
    json!({"fraction": chance.to_string(), "probability": as_number(chance)})
}

fn odds_json(odds: Odds) -> Value {
    json!({"at_conception": chance_json(odds.conceived), "among_live": chance_json(odds.live)})
}

fn as_number(chance: Chance) -> f64 {
    chance.weight() as f64 / chance.of() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sire: &str, dam: &str, answer: impl Fn(&Told)) {
        let (sire, dam) = (
            genotype(sire, Sex::Male).unwrap(),
            genotype(dam, Sex::Female).unwrap(),
        );
        let (father, mother) = (Parent::from(&sire), Parent::from(&dam));
        answer(&Told {
            mating: predict(&father, &mother).unwrap(),
            open: [&sire, &dam].map(|it| it.phases().len() > 1),
        });
    }

    #[test]
    fn coats_are_told_by_name_with_both_odds() {
        told("EDNRB=n/O MC1R=e/e", "EDNRB=n/O MC1R=e/e", |it| {
            let json = it.as_json();
            assert_eq!(json["coats"][0]["odds"]["among_live"]["fraction"], "2/3");
            assert_eq!(json["coats"][1]["coat"], "chestnut");
            assert_eq!(json["coats"][1]["odds"]["at_conception"]["fraction"], "1/4");
            assert_eq!(json["lost"][0]["genotype"], "O/O");
            assert_eq!(json["born_alive"]["fraction"], "3/4");
        });
    }

    #[test]
    fn an_open_phase_is_told() {
        told("", "MC1R=E/e KIT=n/TO", |it| {
            assert!(it.phase().unwrap().contains("dam"))
        });
        told("", "MC1R=E|e KIT=n|TO", |it| assert!(it.phase().is_none()));
    }

    #[test]
    fn long_fractions_are_told_in_percent_alone() {
        assert_eq!(percent(Chance::new(1, 3)), "1/3  33.3333 %");
        assert_eq!(percent(Chance::ALWAYS), "100.0000 %");
        assert_eq!(percent(Chance::new(1, 1 << 60)), "  0.0000 %");
    }
}
