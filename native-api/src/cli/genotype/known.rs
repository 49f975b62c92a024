//! Loci as they are understood, and what an animal's entries say at one.

use rules::genetics::inference::Evidence;
use rules::genetics::{Locus, Viability};

use super::document::{Animal, LocusGiven, SexGiven};
use crate::trouble::Trouble;

/// A locus that was understood.
pub(super) struct Known {
    pub(super) name: String,
    pub(super) alleles: Vec<(String, f64)>,
    pub(super) is_x_linked: bool,
    pub(super) lethal: Vec<[usize; 2]>,
}

/// Two alleles by their places; one twice for a male's X. Whether they were written with a phase.
pub(super) struct Written {
    pub(super) alleles: [usize; 2],
    pub(super) is_phased: bool,
}

/// Checks what is given of a locus, and takes the rest from the game\'s table.
pub(super) fn known(given: &LocusGiven) -> Result<Known, Trouble> {
    let name = &given.name;
    let table = name.parse::<Locus>().ok();
    let wrong = |what: String| Err(Trouble::new(format!("locus {name}: {what}")));
    let mut alleles: Vec<(String, f64)> = given.alleles.clone().into_iter().collect();
    if let (Some(locus), true) = (table, alleles.is_empty()) {
        let symbols = locus.facts().alleles;
        alleles = symbols
            .iter()
            .map(|it| ((*it).to_owned(), 1.0 / symbols.len() as f64))
            .collect();
    }
    if alleles.is_empty() {
        return wrong(
            "it is not in the game's table, so it needs \"alleles\" with their frequencies".into(),
        );
    }
    if let Some((symbol, of)) = alleles.iter().find(|it| !(0.0..=1.0).contains(&it.1)) {
        return wrong(format!(
            "the frequency of {symbol} is {of}, not between 0 and 1"
        ));
    }
    let total: f64 = alleles.iter().map(|it| it.1).sum();
    if (total - 1.0).abs() > 1e-6 {
        return wrong(format!(
            "the frequencies of its alleles add up to {total}, not to 1"
        ));
    }
    alleles.iter_mut().for_each(|it| it.1 /= total);
    if let Some((symbol, _)) = alleles
        .iter()
        .find(|it| it.0.is_empty() || it.0 == "Y" || it.0.contains(['/', '|']))
    {
        return wrong(format!("{symbol:?} cannot be the name of an allele"));
    }
    let mut known = Known {
        name: name.clone(),
        alleles,
        is_x_linked: given
            .x_linked
            .unwrap_or(table.is_some_and(|it| it.is_x_linked())),
        lethal: Vec::new(),
    };
    for text in &given.lethal {
        known.lethal.push(known.pair(text)?.alleles);
    }
    if let Some(locus) = table {
        known.lethal.extend(known.lethal_of(locus));
    }
    Ok(known)
}

impl Known {
    /// The lethal pairs that the game's table has of these alleles.
    fn lethal_of(&self, locus: Locus) -> Vec<[usize; 2]> {
        let is_lethal = |pair: &[usize; 2]| {
            let text = self.text(*pair, false);
            let pair = locus.parse_pair(&text);
            pair.is_ok_and(|it| locus.viability(it) == Some(Viability::Lethal))
        };
        self.pairs().filter(is_lethal).collect()
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = [usize; 2]> {
        let count = self.alleles.len();
        (0..count).flat_map(move |one| (0..count).map(move |other| [one, other]))
    }

    pub(super) fn text(&self, [one, other]: [usize; 2], is_single: bool) -> String {
        let symbol = |at: usize| self.alleles.get(at).map_or("?", |it| it.0.as_str());
        if is_single {
            format!("{}/Y", symbol(one))
        } else {
            let (low, high) = (one.min(other), one.max(other));
            format!("{}/{}", symbol(low), symbol(high))
        }
    }

    pub(super) fn pair(&self, text: &str) -> Result<Written, Trouble> {
        let name = &self.name;
        let (one, other) = text.split_once(['/', '|']).ok_or_else(|| {
            Trouble::new(format!(
                "{name}: {text} is not a pair of alleles such as N/a"
            ))
        })?;
        let allele = |symbol: &str| {
            let at = self.alleles.iter().position(|it| it.0 == symbol);
            at.ok_or_else(|| {
                let all: Vec<&str> = self.alleles.iter().map(|it| it.0.as_str()).collect();
                Trouble::new(format!(
                    "{name} has no allele {symbol}, but {}",
                    all.join(", ")
                ))
            })
        };
        let one_alone = if other == "Y" {
            Some(one)
        } else if one == "Y" {
            Some(other)
        } else {
            None
        };
        let alleles = match one_alone {
            Some(alone) if self.is_x_linked => [allele(alone)?; 2],
            Some(_) => {
                return Err(Trouble::new(format!(
                    "{name}: {text}: only a locus on the X chromosome has a Y beside it"
                )));
            }
            None => [allele(one)?, allele(other)?],
        };
        Ok(Written {
            alleles,
            is_phased: text.contains('|'),
        })
    }

    /// A pair that a given animal may have.
    pub(super) fn pair_of(&self, text: &str, animal: &Animal) -> Result<Written, Trouble> {
        let has_y = text.split(['/', '|']).any(|it| it == "Y");
        let needs_y = self.is_x_linked && matches!(animal.sex, SexGiven::Male);
        let id = &animal.id;
        if has_y && !needs_y && self.is_x_linked {
            return Err(Trouble::new(format!(
                "{id}: {}={text}: a female has two X chromosomes and no Y",
                self.name
            )));
        }
        if needs_y && !has_y {
            return Err(Trouble::new(format!(
                "{id}: {}={text}: a male has one X chromosome, as in {}/Y",
                self.name,
                text.split(['/', '|']).next().unwrap_or("N")
            )));
        }
        self.pair(text)
            .map_err(|trouble| Trouble::new(format!("{id}: {trouble}")))
    }

    /// What is known of an animal here.
    pub(super) fn evidence(&self, animal: &Animal, has_lived: bool) -> Result<Evidence, Trouble> {
        let count = self.alleles.len();
        let table = |likely: &dyn Fn([usize; 2]) -> f64| {
            Evidence::Likelihood(self.pairs().map(likely).collect())
        };
        let same = |one: [usize; 2], other: [usize; 2]| one == other || [one[1], one[0]] == other;
        if let Some(text) = animal.genotypes.get(&self.name) {
            let written = self.pair_of(text, animal)?;
            return Ok(if written.is_phased {
                Evidence::Strands(written.alleles)
            } else {
                table(&|pair| f64::from(u8::from(same(pair, written.alleles))))
            });
        }
        let mut cells = vec![1.0; count * count];
        let mut weigh = |by: &dyn Fn([usize; 2]) -> f64| {
            cells
                .iter_mut()
                .zip(self.pairs())
                .for_each(|(cell, pair)| *cell *= by(pair));
        };
        let all = |texts: &[String]| {
            texts
                .iter()
                .map(|it| self.pair_of(it, animal).map(|it| it.alleles))
                .collect::<Result<Vec<_>, _>>()
        };
        if let Some(texts) = animal.one_of.get(&self.name) {
            let listed = all(texts)?;
            weigh(&|pair| f64::from(u8::from(listed.iter().any(|it| same(*it, pair)))));
        }
        if let Some(texts) = animal.not.get(&self.name) {
            let listed = all(texts)?;
            weigh(&|pair| f64::from(u8::from(!listed.iter().any(|it| same(*it, pair)))));
        }
        if let Some(weights) = animal.likelihood.get(&self.name) {
            let mut listed = Vec::new();
            for (text, weight) in weights {
                if !(*weight >= 0.0 && weight.is_finite()) {
                    return Err(Trouble::new(format!(
                        "{}: the likelihood of {}={text} is {weight}, which cannot be",
                        animal.id, self.name
                    )));
                }
                listed.push((self.pair_of(text, animal)?.alleles, *weight));
            }
            weigh(&|pair| {
                listed
                    .iter()
                    .find(|it| same(it.0, pair))
                    .map_or(0.0, |it| it.1)
            });
        }
        if has_lived {
            weigh(&|pair| f64::from(u8::from(!self.lethal.iter().any(|it| same(*it, pair)))));
        }
        Ok(if cells.iter().all(|it| *it == 1.0) {
            Evidence::None
        } else {
            Evidence::Likelihood(cells)
        })
    }

    pub(super) fn is_lost(&self, animal: &Animal) -> Result<bool, Trouble> {
        let Some(text) = animal.genotypes.get(&self.name) else {
            return Ok(false);
        };
        let [one, other] = self.pair_of(text, animal)?.alleles;
        Ok(self
            .lethal
            .iter()
            .any(|it| *it == [one, other] || *it == [other, one]))
    }
}
