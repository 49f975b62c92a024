//! The text of a pedigree file: which column is what, and what every line says.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::trouble::{Because, Trouble};

const WANTED: &str = "id, sire and dam";

/// Which column holds what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Columns {
    id: usize,
    sire: usize,
    dam: usize,
    sex: Option<usize>,
    born: Option<usize>,
}

impl Columns {
    /// The columns of a file without a header.
    const PLAIN: Self = Self {
        id: 0,
        sire: 1,
        dam: 2,
        sex: None,
        born: None,
    };

    /// Reads a header; none if the first line is an animal already.
    fn of(header: &[&str]) -> Option<Self> {
        let names: Vec<String> = header.iter().map(|name| name.to_lowercase()).collect();
        let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        let sire = find(&["sire", "father", "dad", "sire_id", "sireid"])?;
        let dam = find(&["dam", "mother", "mom", "mum", "dam_id", "damid"])?;
        let named = find(&["id", "animal", "horse", "name", "ind", "indiv", "horse_id"]);
        Some(Self {
            id: named.or_else(|| (0..3).find(|column| ![sire, dam].contains(column)))?,
            sire,
            dam,
            sex: find(&["sex", "gender"]),
            born: find(&[
                "born",
                "birth",
                "birthdate",
                "birth_date",
                "yob",
                "birth_year",
                "year",
            ]),
        })
    }
}

/// What one line says of an animal; parents as they are written.
pub(super) struct Line<'a> {
    pub number: u32,
    pub id: &'a str,
    pub sire: &'a str,
    pub dam: &'a str,
    pub sex: Option<&'a str>,
    pub born: Option<&'a str>,
}

/// Unpacks a file that gzip has packed, and makes text of it.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, Trouble> {
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .because(|| "the file cannot be unpacked")?;
        plain
    } else {
        bytes
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Trouble::new(format!("line {line}: not UTF-8; save the file as UTF-8"))
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Calls `each` for every animal's line, in order. Empty lines are left out.
pub(super) fn read(
    text: &str,
    mut each: impl FnMut(Line<'_>) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let nobody = || Trouble::new("the file holds no animal");
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first = first.ok_or_else(nobody)?;
    let separator = [';', '\t', ','].into_iter().find(|it| first.contains(*it));
    let text = match separator {
        Some(_) => Cow::Borrowed(text),
        None => Cow::Owned(text.lines().map(in_tabs).collect()),
    };
    let mut lines = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or('\t') as u8)
        .has_headers(false)
        .flexible(true)
        .quoting(separator.is_some())
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let (mut columns, mut animals) = (None, 0_u64);
    let mut record = csv::StringRecord::new();
    while lines
        .read_record(&mut record)
        .because(|| "the file is no table")?
    {
        let number = record
            .position()
            .map_or(0, |position| line_number(&text, position));
        let fields: Vec<&str> = record.iter().collect();
        if fields.iter().all(|field| field.is_empty()) {
            continue;
        }
        let columns = match columns {
            Some(columns) => columns,
            None => {
                let header = Columns::of(&fields);
                columns = Some(header.unwrap_or(Columns::PLAIN));
                if header.is_some() {
                    continue;
                }
                Columns::PLAIN
            }
        };
        each(line(&fields, columns, number)?)?;
        animals += 1;
    }
    if animals == 0 {
        return Err(nobody());
    }
    Ok(())
}

/// The number of a record's line. A record's position lies before the empty lines that come first.
fn line_number(text: &str, position: &csv::Position) -> u32 {
    let rest = text.as_bytes().get(position.byte() as usize..);
    let empty = rest
        .unwrap_or_default()
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .filter(|byte| **byte == b'\n')
        .count();
    position.line() as u32 + empty as u32
}

/// A line in which blanks part the columns; empty ones stay, so that lines keep their numbers.
fn in_tabs(line: &str) -> String {
    let mut fields: String = line.split_whitespace().collect::<Vec<_>>().join("\t");
    fields.push('\n');
    fields
}

fn line<'a>(fields: &[&'a str], columns: Columns, number: u32) -> Result<Line<'a>, Trouble> {
    let column = |at: usize| {
        fields.get(at).copied().ok_or_else(|| {
            let (count, s) = (fields.len(), if fields.len() == 1 { "" } else { "s" });
            Trouble::new(format!(
                "line {number}: {count} column{s} where {WANTED} are needed; part them by commas, semicolons, tabs or \
                 blanks, and write 0 for an unknown parent"
            ))
        })
    };
    let optional = |at: Option<usize>| {
        at.and_then(|at| fields.get(at).copied())
            .filter(|field| !is_unknown(field))
    };
    Ok(Line {
        number,
        id: column(columns.id)?,
        sire: column(columns.sire)?,
        dam: column(columns.dam)?,
        sex: optional(columns.sex),
        born: optional(columns.born),
    })
}

/// Whether a field stands for somebody who is not known.
pub(super) fn is_unknown(field: &str) -> bool {
    matches!(field, "" | "0" | "NA" | "na" | "N/A" | "-" | "." | "?")
}

/// Numbers for names, in the order in which they first come up.
#[derive(Default)]
pub(super) struct Names(HashMap<Box<str>, u32>);

impl Names {
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.0.get(name) {
            return *number;
        }
        let number = self.0.len() as u32;
        self.0.insert(name.into(), number);
        number
    }

    /// All names in the order of their bytes, each with its number.
    pub fn sorted(self) -> Vec<(Box<str>, u32)> {
        let mut names: Vec<(Box<str>, u32)> = self.0.into_iter().collect();
        names.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u32, String, String, String)> {
        let mut found = Vec::new();
        read(text, |line| {
            let of = |text: &str| text.to_owned();
            found.push((line.number, of(line.id), of(line.sire), of(line.dam)));
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn a_header_alone_is_no_pedigree() {
        for text in ["", "\n \n", "id,sire,dam\n", "id sire dam"] {
            let trouble = read(text, |_| Ok(())).unwrap_err();
            assert_eq!(trouble.to_string(), "the file holds no animal", "{text:?}");
        }
    }

    #[test]
    fn a_line_keeps_its_number_whatever_parts_the_columns() {
        for text in [
            "id,sire,dam\n\n\nA,B,\n\nC,B,A",
            "id;sire;dam\r\n\r\n\r\nA;B;\r\n\r\n\"C\";B;A\r\n",
            "id\tdam\tsire\n\n\nA\t\tB\n\nC\tA\tB\n",
            "\n\n\nA B -\n\n C  B A\n",
        ] {
            let found = lines(text);
            let (a, c) = (&found[0], &found[1]);
            assert_eq!((found.len(), a.0, c.0), (2, 4, 6), "{text}");
            assert!(a.2 == "B" && is_unknown(&a.3), "{text}");
            assert_eq!((&*c.1, &*c.2, &*c.3), ("C", "B", "A"), "{text}");
        }
    }
}
