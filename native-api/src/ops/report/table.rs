//! Rows of figures with their units.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};

use crate::trouble::{Because, Trouble};

/// What a column holds, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// A whole number.
    Count,
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Ms,
    /// Seconds.
    Seconds,
    /// Hundredths.
    Percent,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name for programs, with the unit.
    pub key: &'static str,
    /// Its heading for people.
    pub heading: &'static str,
    /// What it holds.
    pub kind: Kind,
}

impl Column {
    /// A column of that kind.
    pub const fn new(key: &'static str, heading: &'static str, kind: Kind) -> Self {
        Self { key, heading, kind }
    }
}

/// A field of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A figure in the unit of its column.
    Number(f64),
    /// Not known.
    Nothing,
}

/// Figures by row and column.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name for programs.
    pub name: &'static str,
    /// Its heading for people.
    pub title: String,
    /// The columns.
    pub columns: &'static [Column],
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The rows of a statement that gives one column for each of ours: `text` for words, `float8` for all else.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ask(
        client: &Client,
        name: &'static str,
        title: impl Into<String>,
        columns: &'static [Column],
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Self, Trouble> {
        let rows = client
            .query(sql, params)
            .await
            .because(|| format!("the figures of the table `{name}` could not be asked for"))?;
        let rows = rows.iter().map(|row| cells(columns, row));
        Ok(Self {
            name,
            title: title.into(),
            columns,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    /// The column of that key as words; empty where it is unknown.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        self.column(key, |cell| match cell {
            Cell::Text(text) => text.as_str(),
            _ => "",
        })
    }

    /// The column of that key as numbers; zero where it is unknown.
    pub fn numbers(&self, key: &str) -> Vec<f64> {
        self.column(key, |cell| match cell {
            Cell::Number(number) => *number,
            _ => 0.0,
        })
    }

    fn column<'a, T>(&'a self, key: &str, read: impl Fn(&'a Cell) -> T) -> Vec<T> {
        let at = self.columns.iter().position(|column| column.key == key);
        let cells = at.map(|at| self.rows.iter().filter_map(move |row| row.get(at)));
        cells.into_iter().flatten().map(read).collect()
    }

    fn objects(&self) -> Vec<Value> {
        let object = |row: &Vec<Cell>| {
            let fields = self.columns.iter().zip(row);
            let fields = fields.map(|(column, cell)| (column.key.to_owned(), cell.json(column)));
            Value::Object(fields.collect::<Map<_, _>>())
        };
        self.rows.iter().map(object).collect()
    }
}

fn cells(columns: &[Column], row: &Row) -> Result<Vec<Cell>, Trouble> {
    let cell = |(at, column): (usize, &Column)| {
        let read = match column.kind {
            Kind::Text => row
                .try_get::<_, Option<String>>(at)
                .map(|it| it.map(Cell::Text)),
            _ => row
                .try_get::<_, Option<f64>>(at)
                .map(|it| it.map(Cell::Number)),
        };
        read.map(|cell| cell.unwrap_or(Cell::Nothing))
            .because(|| format!("the column {} is of another type", column.key))
    };
    columns.iter().enumerate().map(cell).collect()
}

impl Cell {
    /// As people read it.
    pub fn told(&self, kind: Kind) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Nothing => "-".to_owned(),
            Self::Number(number) => told(*number, kind),
        }
    }

    fn json(&self, column: &Column) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Nothing => Value::Null,
            Self::Number(number) => match column.kind {
                Kind::Count | Kind::Bytes => Value::from(number.round() as i64),
                _ => Value::from(*number),
            },
        }
    }
}

/// A figure as people read it, in the unit of its kind.
pub fn told(number: f64, kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::Count => grouped(number),
        Kind::Bytes => bytes(number),
        Kind::Ms if number.abs() >= 100_000.0 => seconds(number / 1000.0),
        Kind::Ms => format!("{number:.*} ms", if number.abs() < 10.0 { 2 } else { 0 }),
        Kind::Seconds => seconds(number),
        Kind::Percent => format!("{number:.1} %"),
    }
}

fn bytes(number: f64) -> String {
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let unit = units.iter().find(|(_, size)| number.abs() >= *size);
    match unit {
        Some((name, size)) => format!("{:.1} {name}", number / size),
        None => format!("{number:.0} B"),
    }
}

fn seconds(number: f64) -> String {
    match number.abs() {
        short if short < 1.0 => format!("{:.0} ms", number * 1000.0),
        short if short < 120.0 => format!("{number:.1} s"),
        middle if middle < 7_200.0 => format!("{:.0} min", number / 60.0),
        long if long < 172_800.0 => format!("{:.1} h", number / 3_600.0),
        _ => format!("{:.1} days", number / 86_400.0),
    }
}

/// A whole number with a space before every three digits.
fn grouped(number: f64) -> String {
    let whole = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    if number < 0.0 && whole != "0" {
        text.insert(0, '-');
    }
    text
}

/// Tables as an object: by their names, each a list of rows.
pub(super) fn by_name<S: Serializer>(tables: &[Table], out: S) -> Result<S::Ok, S::Error> {
    let mut map = out.serialize_map(Some(tables.len()))?;
    for table in tables {
        map.serialize_entry(table.name, &table.objects())?;
    }
    map.end()
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.objects().serialize(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_people_say_them() {
        for (number, kind, text) in [
            (1_234_567.0, Kind::Count, "1 234 567"),
            (-1_000.0, Kind::Count, "-1 000"),
            (-0.4, Kind::Count, "0"),
            (999.0, Kind::Bytes, "999 B"),
            (1_234_567.0, Kind::Bytes, "1.2 MB"),
            (-2.5e9, Kind::Bytes, "-2.5 GB"),
            (0.123, Kind::Ms, "0.12 ms"),
            (250_000.0, Kind::Ms, "4 min"),
            (0.25, Kind::Seconds, "250 ms"),
            (200_000.0, Kind::Seconds, "2.3 days"),
            (12.345, Kind::Percent, "12.3 %"),
        ] {
            assert_eq!(told(number, kind), text);
        }
    }
}
