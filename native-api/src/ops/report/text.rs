//! A report on the terminal.

use std::fmt;

use super::{Cell, Kind, Report, Table};

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.title)?;
        for finding in &self.findings {
            writeln!(out, "  {finding}")?;
        }
        for table in &self.tables {
            write!(out, "\n{table}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.title)?;
        if self.rows.is_empty() {
            return writeln!(out, "  none");
        }
        let lines: Vec<Vec<String>> = self.rows.iter().map(|row| self.line(row)).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| self.width(at, &lines))
            .collect();
        let headings: Vec<String> = self
            .columns
            .iter()
            .map(|it| it.heading.to_owned())
            .collect();
        for line in std::iter::once(&headings).chain(&lines) {
            let line = self.aligned(line, &widths);
            writeln!(out, "  {}", line.trim_end())?;
        }
        Ok(())
    }
}

impl Table {
    fn line(&self, row: &[Cell]) -> Vec<String> {
        let fields = self.columns.iter().zip(row);
        fields
            .map(|(column, cell)| one_line(&cell.told(column.kind)))
            .collect()
    }

    fn width(&self, at: usize, lines: &[Vec<String>]) -> usize {
        let cells = lines.iter().filter_map(|line| line.get(at));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.max(self.columns[at].heading.chars().count())
    }

    fn aligned(&self, line: &[String], widths: &[usize]) -> String {
        let fields = self.columns.iter().zip(line).zip(widths);
        let fields = fields.map(|((column, text), width)| match column.kind {
            Kind::Text => format!("{text:<width$}"),
            _ => format!("{text:>width$}"),
        });
        fields.collect::<Vec<_>>().join("  ")
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
