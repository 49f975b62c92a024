//! What a database is, as its catalogues tell it: everything that migrations make, and nothing that players do.

use std::collections::BTreeMap;

use tokio_postgres::Transaction;

use crate::trouble::{Because, Trouble};

/// One query over all catalogues: kind, name, what it is, and the table that it belongs to.
const ASK: &str = include_str!("picture.sql");

/// The kinds that others go with: rights and parts of a table, and what is said of any of them.
const HOSTS: [&str; 14] = [
    "table",
    "foreign table",
    "view",
    "materialized view",
    "column",
    "constraint",
    "index",
    "trigger",
    "policy",
    "rule",
    "function",
    "procedure",
    "sequence",
    "type",
];

/// A thing of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Thing {
    /// Its definition in a few words; empty where the name says all.
    says: String,
    /// The table or, of a comment, the thing that it goes with; empty if none.
    of: String,
}

/// All things of a schema, by kind and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture(BTreeMap<(String, String), Thing>);

impl Picture {
    /// Reads it inside a transaction, whose search path is `public` from here on.
    ///
    /// # Errors
    /// When the catalogues cannot be read.
    pub async fn of(transaction: &Transaction<'_>) -> Result<Self, Trouble> {
        transaction
            .batch_execute("set local search_path = public")
            .await
            .because(|| "could not set the search path")?;
        let rows = transaction
            .query_typed(ASK, &[])
            .await
            .because(|| "could not read the catalogues")?;
        let things = rows.iter().map(|row| {
            let says: &str = row.get(2);
            let thing = Thing {
                says: says.split_whitespace().collect::<Vec<_>>().join(" "),
                of: row.get(3),
            };
            ((row.get(0), row.get(1)), thing)
        });
        Ok(Self(things.collect()))
    }

    /// How many things there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The statements that give a table its owner, its triggers, its rights and what is said of it: the name of each grant
    /// and comment is one, and each trigger's definition.
    pub(super) fn belongings_of(&self, table: &str) -> String {
        let owner = self.0.get(&("table".to_owned(), table.to_owned()));
        let owner = owner.and_then(|thing| {
            let owner = thing.says.strip_prefix("owned by ")?.split(", ").next()?;
            Some(format!("alter table {table} owner to {owner};"))
        });
        let column = format!("{table}.");
        let others = self.0.iter().filter(|((kind, _), thing)| {
            thing.of == table || kind == "comment" && thing.of.starts_with(&column)
        });
        let others = others.filter_map(|((kind, name), thing)| match kind.as_str() {
            "grant" => Some(format!("grant {name};")),
            "trigger" => Some(format!("{};", thing.says)),
            "comment" => Some(format!(
                "comment {name} is '{}';",
                thing.says.replace('\'', "''")
            )),
            _ => None,
        });
        owner.into_iter().chain(others).collect()
    }

    /// Whether what a thing goes with is here.
    fn has(&self, name: &str) -> bool {
        let mut kinds = HOSTS.iter();
        name.is_empty()
            || kinds.any(|kind| self.0.contains_key(&((*kind).to_owned(), name.to_owned())))
    }
}

/// In what a database differs from what its migrations make, a sentence each; none where it does not.
///
/// Of what is on one side only, its parts and what is said of it are not told as well.
pub fn differences(database: &Picture, migrations: &Picture) -> Vec<String> {
    let mut told = Vec::new();
    for ((kind, name), thing) in &database.0 {
        match migrations.0.get(&(kind.clone(), name.clone())) {
            None if migrations.has(&thing.of) => told.push(format!(
                "{kind} {name}{} is in the database, but no migration makes it",
                thing.aside()
            )),
            Some(made) if made.says != thing.says => told.push(format!(
                "{kind} {name} is `{}` in the database, but the migrations make it `{}`",
                thing.says, made.says
            )),
            _ => {}
        }
    }
    for ((kind, name), thing) in &migrations.0 {
        let is_there = database.0.contains_key(&(kind.clone(), name.clone()));
        if !is_there && database.has(&thing.of) {
            told.push(format!(
                "{kind} {name}{} is made by the migrations, but is not in the database",
                thing.aside()
            ));
        }
    }
    told
}

impl Thing {
    fn aside(&self) -> String {
        match self.says.as_str() {
            "" => String::new(),
            says => format!(" ({says})"),
        }
    }
}
