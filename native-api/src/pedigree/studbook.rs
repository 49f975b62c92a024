//! A pedigree file as a whole: animals by name, with what is odd about them.

use std::fmt::Display;

use chrono::{Datelike as _, NaiveDate};
use rules::horse::Sex;
use rules::pedigree::{Flaw, Parents, Pedigree};

use super::file::{Names, is_unknown, read, text};
use crate::trouble::Trouble;

/// Oddities that are told one by one; of more, the number.
const ODDITIES_TOLD: usize = 20;

/// Animals of a cycle that are told by name.
const CYCLE_TOLD: usize = 20;

/// A pedigree file, read and checked. Places are in the order of the names' bytes, so that no result depends on the
/// order of lines.
pub struct Studbook {
    /// The pedigree, by places.
    pub pedigree: Pedigree,
    /// The name at each place.
    pub names: Vec<Box<str>>,
    /// The animals that have a line, in the order of the file.
    pub rows: Vec<Row>,
    /// Births by place, in years; empty if the file tells none.
    pub births: Vec<Option<f64>>,
    /// The sexes by place: as the file tells them, or else as sire or dam of somebody.
    pub sexes: Vec<Option<Sex>>,
    /// What is odd, but no reason to refuse the file, one sentence each.
    pub oddities: Vec<String>,
}

/// An animal's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of the line, from 1 on.
    pub line: u32,
    /// The animal's place.
    pub place: u32,
}

/// The name of an animal that the file does not have.
#[derive(Debug)]
pub struct Unknown(String);

impl From<Unknown> for Trouble {
    fn from(unknown: Unknown) -> Self {
        Self::new(format!(
            "the pedigree has no animal \"{}\"; write the id as in the file",
            unknown.0
        ))
    }
}

/// What is known of an animal while the file is read.
#[derive(Clone, Default)]
struct Entry {
    line: u32,
    sire: Option<u32>,
    dam: Option<u32>,
    is_male: Option<bool>,
    born: Option<f64>,
}

impl Studbook {
    /// Reads a file: id, sire and dam in a line, parted by commas, semicolons, tabs or blanks, packed by gzip or not;
    /// columns in any order under a header, lines in any order. Columns `sex` and `born` are looked at if they are there.
    ///
    /// # Errors
    /// What makes it no pedigree, with the line and what to do.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Trouble> {
        let mut names = Names::default();
        let mut entries: Vec<Entry> = Vec::new();
        let mut rows = Vec::new();
        read(&text(bytes)?, |line| {
            let at = line.number;
            if is_unknown(line.id) {
                return Err(trouble(at, "no id; every animal needs one"));
            }
            let mut parent = |name: &str| (!is_unknown(name)).then(|| names.number(name));
            let (sire, dam) = (parent(line.sire), parent(line.dam));
            let own = names.number(line.id);
            let last = own.max(sire.unwrap_or(0)).max(dam.unwrap_or(0)) as usize;
            if entries.len() <= last {
                entries.resize(last + 1, Entry::default());
            }
            let entry = &mut entries[own as usize];
            check(line.id, at, entry.line, own, [sire, dam])?;
            *entry = Entry {
                line: at,
                sire,
                dam,
                is_male: line.sex.and_then(is_male),
                born: line.born.map(|born| year(born, at)).transpose()?,
            };
            rows.push(Row {
                line: at,
                place: own,
            });
            Ok(())
        })?;
        Self::sorted(names, &entries, rows)
    }

    fn sorted(names: Names, entries: &[Entry], mut rows: Vec<Row>) -> Result<Self, Trouble> {
        let names = names.sorted();
        let mut places = vec![0; names.len()];
        for (place, (_, number)) in (0..).zip(&names) {
            places[*number as usize] = place;
        }
        let of = |number: Option<u32>| number.map(|number| places[number as usize]);
        let placed: Vec<&Entry> = names
            .iter()
            .map(|(_, number)| &entries[*number as usize])
            .collect();
        let table: Vec<Parents> = placed
            .iter()
            .map(|entry| Parents {
                sire: of(entry.sire),
                dam: of(entry.dam),
            })
            .collect();
        for row in &mut rows {
            row.place = places[row.place as usize];
        }
        let names: Vec<Box<str>> = names.into_iter().map(|(name, _)| name).collect();
        let pedigree = Pedigree::new(&table).map_err(|flaw| refused(&flaw, &names, &placed))?;
        let oddities = oddities(&pedigree, &names, &placed);
        let births: Vec<Option<f64>> = placed.iter().map(|entry| entry.born).collect();
        let tells_births = births.iter().any(Option::is_some);
        Ok(Self {
            sexes: sexes(&table, &placed),
            pedigree,
            names,
            rows,
            births: if tells_births { births } else { Vec::new() },
            oddities,
        })
    }

    /// The place of an animal.
    ///
    /// # Errors
    /// [`Unknown`] if the file has no animal of this name.
    pub fn place(&self, name: &str) -> Result<u32, Unknown> {
        let found = self.names.binary_search_by(|each| (**each).cmp(name));
        found
            .map(|place| place as u32)
            .map_err(|_| Unknown(name.to_owned()))
    }

    /// The name at a place, empty where there is none.
    #[must_use]
    pub fn name(&self, place: u32) -> &str {
        self.names.get(place as usize).map_or("", |name| name)
    }
}

fn trouble(line: u32, what: impl Display) -> Trouble {
    Trouble::new(format!("line {line}: {what}"))
}

/// Refuses what one line can be refused for.
fn check(
    id: &str,
    line: u32,
    first: u32,
    own: u32,
    [sire, dam]: [Option<u32>; 2],
) -> Result<(), Trouble> {
    if first != 0 {
        let what = format!("\"{id}\" stands in line {first} already; keep one of the two");
        return Err(trouble(line, what));
    }
    if sire == Some(own) || dam == Some(own) {
        let what = format!("\"{id}\" is its own parent; correct the parent or write 0");
        return Err(trouble(line, what));
    }
    if sire.is_some() && sire == dam {
        let what = format!("\"{id}\" has one animal as sire and dam; correct one or write 0");
        return Err(trouble(line, what));
    }
    Ok(())
}

/// Tells a flaw that shows in the whole alone: a cycle, by the names and lines along it.
fn refused(flaw: &Flaw, names: &[Box<str>], entries: &[&Entry]) -> Trouble {
    let Flaw::Cycle { rows } = flaw else {
        return Trouble::new(flaw.to_string());
    };
    let told = |place: &u32| {
        let at = *place as usize;
        format!("\"{}\" (line {})", names[at], entries[at].line)
    };
    let more = rows.len().saturating_sub(CYCLE_TOLD);
    let mut chain: Vec<String> = rows.iter().take(CYCLE_TOLD).map(told).collect();
    if more > 0 {
        chain.push(format!("{more} more"));
    }
    chain.extend(rows.first().map(told));
    let line = rows.iter().map(|place| entries[*place as usize].line).min();
    trouble(
        line.unwrap_or(0),
        format!(
            "an animal descends from itself: {}; correct a parent on the way",
            chain.join(" is out of ")
        ),
    )
}

fn oddities(pedigree: &Pedigree, names: &[Box<str>], entries: &[&Entry]) -> Vec<String> {
    let mut odd = Vec::new();
    let line = |place: u32| entries[place as usize].line;
    for (place, flaw) in pedigree.both_sexes() {
        if let Flaw::BothSexes { as_sire, as_dam } = flaw {
            odd.push(format!(
                "line {}: \"{}\" is a dam here and a sire in line {}",
                line(as_dam),
                names[place as usize],
                line(as_sire)
            ));
        }
    }
    for (place, entry) in (0..).zip(entries) {
        let Parents { sire, dam } = pedigree.parents(place);
        for (parent, is_male, role) in [(sire, true, "sire"), (dam, false, "dam")] {
            let Some(parent) = parent else { continue };
            let (other, name) = (entries[parent as usize], &names[parent as usize]);
            if other.is_male == Some(!is_male) {
                odd.push(format!(
                    "line {}: \"{name}\" is a {role} here and of the other sex in line {}",
                    entry.line, other.line
                ));
            }
            if let (Some(born), Some(before)) = (entry.born, other.born)
                && before >= born
            {
                odd.push(format!(
                    "line {}: the {role} \"{name}\" is no older than the foal (line {})",
                    entry.line, other.line
                ));
            }
        }
    }
    let more = odd.len().saturating_sub(ODDITIES_TOLD);
    odd.truncate(ODDITIES_TOLD);
    if more > 0 {
        odd.push(format!("and {more} more"));
    }
    odd
}

fn sexes(table: &[Parents], entries: &[&Entry]) -> Vec<Option<Sex>> {
    let mut sexes = vec![None; table.len()];
    for parents in table {
        for (parent, sex) in [(parents.sire, Sex::Male), (parents.dam, Sex::Female)] {
            if let Some(parent) = parent {
                sexes[parent as usize] = Some(sex);
            }
        }
    }
    let told = |is_male| if is_male { Sex::Male } else { Sex::Female };
    let both = sexes.into_iter().zip(entries);
    both.map(|(sex, entry)| entry.is_male.map(told).or(sex))
        .collect()
}

fn is_male(sex: &str) -> Option<bool> {
    match sex.to_lowercase().as_str() {
        "m" | "male" | "stallion" | "colt" | "gelding" | "1" => Some(true),
        "f" | "female" | "mare" | "filly" | "2" => Some(false),
        _ => None,
    }
}

/// A birth in years: a year (1998 or 1998.5) or a date (1998-04-30).
fn year(born: &str, line: u32) -> Result<f64, Trouble> {
    if let Ok(year) = born.parse::<f64>()
        && year.is_finite()
    {
        return Ok(year);
    }
    let date: NaiveDate = born.parse().map_err(|_| {
        let what = format!("\"{born}\" is no birth; write a year or a date such as 1998-04-30");
        trouble(line, what)
    })?;
    Ok(f64::from(date.year()) + f64::from(date.ordinal0()) / 365.25)
}
