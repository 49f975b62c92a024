//! The proof: the copy is read whole, and nothing that was replaced may be in it.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use tokio_postgres::Client;

use super::classes::{self, Class, Table};
use super::copy::named;
use super::originals::{Needles, Originals};
use super::rows::{self, Lines};
use crate::dev::prepare::quoted;
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

/// What was searched for, where, and what was found.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Search {
    /// How many distinct values were replaced; none of them may stand in its column.
    pub replaced: usize,
    /// How many names, addresses, ids and other texts of players were searched for in all columns.
    pub sought: usize,
    /// How many were not, because they are words of the game or numbers.
    pub untellable: usize,
    /// How many values of the copy were read.
    pub values: u64,
    /// Where originals are left, without saying what they are.
    pub left: Vec<String>,
}

/// Reads every column of every table of the copy.
pub(super) async fn search(
    target: &Client,
    originals: &Originals,
    voice: &Voice,
) -> Result<Search, Trouble> {
    let needles = originals.needles();
    let step = voice.step("searching the copy for what it must not have");
    let mut search = Search {
        replaced: originals.replaced(),
        sought: needles.count,
        untellable: needles.untellable,
        ..Search::default()
    };
    for table in classes::ALL {
        Reading::of(table, originals, &needles)
            .run(target, &mut search)
            .await
            .because(|| format!("could not read {} of the copy", table.name))?;
    }
    step.done(&format!(
        "{} originals searched for in {} values of the copy, {} places hold some",
        search.sought,
        search.values,
        search.left.len()
    ));
    Ok(search)
}

struct Reading<'a> {
    table: &'static Table,
    columns: Vec<(&'static str, Class)>,
    originals: &'a Originals,
    needles: &'a Needles,
}

/// How often something was found, by column and what it is.
type Found = BTreeMap<(&'static str, &'static str), usize>;

impl<'a> Reading<'a> {
    fn of(table: &'static Table, originals: &'a Originals, needles: &'a Needles) -> Self {
        Self {
            table,
            columns: table.columns().collect(),
            originals,
            needles,
        }
    }

    async fn run(&self, target: &Client, search: &mut Search) -> Result<(), Trouble> {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| quoted(name)).collect();
        let (names, table) = (names.join(", "), named(self.table.name));
        let out = target
            .copy_out(&format!("copy (select {names} from {table}) to stdout"))
            .await
            .because(|| "it does not give its rows")?;
        let (mut out, mut lines, mut found) = (Box::pin(out), Lines::default(), Found::new());
        while let Some(read) = out.next().await {
            let read = read.because(|| "it broke off")?;
            lines.take(&read, |line| {
                self.line(line, search, &mut found);
                Ok::<(), Trouble>(())
            })?;
        }
        let name = self.table.name;
        let told = found
            .iter()
            .map(|((column, what), count)| format!("{count} {what} in {name}.{column}"));
        search.left.extend(told);
        Ok(())
    }

    fn line(&self, line: &str, search: &mut Search, found: &mut Found) {
        for (field, (column, class)) in rows::fields(line).iter().zip(&self.columns) {
            let Some(value) = field else { continue };
            search.values += 1;
            if class.is_replaced() && self.originals.has(self.table.name, column, value) {
                *found.entry((column, "original values")).or_default() += 1;
            }
            let count = self.needles.found_in(value, *class == Class::Prose);
            if count > 0 {
                let what = "names, addresses, ids or texts of players";
                *found.entry((column, what)).or_default() += count;
            }
        }
    }
}
