//! From the source into the copy, row by row: COPY out of one, the masks, COPY into the other.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio_postgres::{Client, Transaction};
use uuid::Uuid;

use super::classes::{self, Class, Rows, Table};
use super::mask::{DOMAIN, Mask, bytea, hash_of};
use super::originals::Originals;
use super::rows::{self, Lines};
use crate::dev::prepare::quoted;
use crate::dev::say::{Counter, Voice};
use crate::trouble::{Because, Trouble};

/// How much is sent to the copy at once.
const PIECE_BYTES: usize = 1 << 18;

/// How many rows each table had and got.
pub type Counts = BTreeMap<&'static str, u64>;

/// A table as SQL names it.
pub(super) fn named(table: &str) -> String {
    let parts: Vec<String> = table.split('.').map(quoted).collect();
    match parts.as_slice() {
        [one] => format!("public.{one}"),
        _ => parts.join("."),
    }
}

/// Copies every table that is copied, and remembers what must not be found in the copy.
pub(super) async fn all(
    source: &Transaction<'_>,
    target: &Client,
    mask: &Mask,
    originals: &mut Originals,
    voice: &Voice,
) -> Result<Counts, Trouble> {
    let size = size_of(source).await?;
    let step = voice.measured("copying with other names", size);
    let mut counts = Counts::new();
    for table in classes::ALL.iter().filter(|table| table.is_copied()) {
        let copying = Copying::of(table, mask);
        let count = copying
            .run(source, target, originals, &step.counter())
            .await;
        counts.insert(
            table.name,
            count.because(|| format!("could not copy {}", table.name))?,
        );
    }
    let rows: u64 = counts.values().sum();
    step.done(&format!("{rows} rows of {} tables copied", counts.len()));
    Ok(counts)
}

async fn size_of(source: &Transaction<'_>) -> Result<u64, Trouble> {
    let names: Vec<String> = classes::ALL
        .iter()
        .filter(|table| table.is_copied())
        .map(|table| named(table.name))
        .collect();
    let row = source
        .query_one(
            "select coalesce(sum(pg_table_size(to_regclass(name))), 0)::bigint from unnest($1::text[]) name",
            &[&names],
        )
        .await
        .because(|| "could not ask how large the tables are")?;
    Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
}

/// One table on its way.
struct Copying<'a> {
    table: &'static Table,
    mask: &'a Mask,
    columns: Vec<(&'static str, Class)>,
    key_at: usize,
    revealed_at: Option<usize>,
}

impl<'a> Copying<'a> {
    fn of(table: &'static Table, mask: &'a Mask) -> Self {
        let columns: Vec<_> = table
            .columns()
            .filter(|(_, class)| *class != Class::Computed)
            .collect();
        let place = |wanted: &str| columns.iter().position(|(name, _)| *name == wanted);
        Self {
            key_at: place(table.key).unwrap_or(0),
            revealed_at: place("revealed_secret"),
            table,
            mask,
            columns,
        }
    }

    fn list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| quoted(name)).collect();
        names.join(", ")
    }

    /// What is asked of the source: the columns, but of a show's secret only what is public already.
    fn wishes(&self) -> String {
        let wish = |(name, class): &(&str, Class)| match class {
            Class::ShowSecret => {
                "(select s.revealed_secret from public.shows s where s.id = show_id)".to_owned()
            }
            _ => quoted(name),
        };
        let wishes: Vec<String> = self.columns.iter().map(wish).collect();
        wishes.join(", ")
    }

    async fn run(
        &self,
        source: &Transaction<'_>,
        target: &Client,
        originals: &mut Originals,
        counter: &Counter,
    ) -> Result<u64, Trouble> {
        let (table, list) = (named(self.table.name), self.list());
        let out = source
            .copy_out(&format!(
                "copy (select {} from {table}) to stdout",
                self.wishes()
            ))
            .await
            .because(|| "the source does not give it")?;
        let into = target
            .copy_in::<_, Bytes>(&format!("copy {table} ({list}) from stdin"))
            .await
            .because(|| "the copy does not take it")?;
        let (mut out, mut into) = (Box::pin(out), Box::pin(into));
        let (mut lines, mut piece, mut count) = (Lines::default(), String::new(), 0);
        while let Some(read) = out.next().await {
            let read = read.because(|| "the source broke off")?;
            counter.add(read.len() as u64);
            lines.take(&read, |line| {
                count += 1;
                self.line(line, originals, &mut piece)
            })?;
            if piece.len() >= PIECE_BYTES {
                let full = Bytes::from(std::mem::take(&mut piece));
                into.send(full).await.because(|| "the copy broke off")?;
            }
        }
        let last = Bytes::from(piece);
        into.send(last).await.because(|| "the copy broke off")?;
        let taken = into.as_mut().finish().await;
        if taken.because(|| "the copy refused the rows")? == count {
            return Ok(count);
        }
        Err(Trouble::new("the copy took another number of rows"))
    }

    fn line(
        &self,
        line: &str,
        originals: &mut Originals,
        piece: &mut String,
    ) -> Result<(), Trouble> {
        let mut fields = rows::fields(line);
        if self.table.rows == Rows::Catalogue {
            originals.learn(&fields);
        } else {
            self.replace(&mut fields, originals)?;
        }
        rows::write(&fields, piece);
        Ok(())
    }

    fn replace(
        &self,
        fields: &mut [Option<String>],
        originals: &mut Originals,
    ) -> Result<(), Trouble> {
        let row = fields.to_vec();
        for ((field, value), (name, class)) in fields.iter_mut().zip(&row).zip(&self.columns) {
            let is_public = *class == Class::ShowHash && self.is_revealed(&row);
            if is_public {
                value.iter().for_each(|value| originals.allow(value));
            } else if class.is_untouched() {
                continue;
            } else if *class == Class::ShowSecret {
                let secret = || bytea(&self.mask.secret(self.key(&row)));
                field.get_or_insert_with(secret);
            } else if let Some(value) = value {
                originals.remember(self.table.name, name, *class, value);
                *field = Some(self.masked(*class, value, &row)?);
            }
        }
        Ok(())
    }

    fn key<'row>(&self, row: &'row [Option<String>]) -> &'row str {
        row.get(self.key_at)
            .and_then(Option::as_deref)
            .unwrap_or_default()
    }

    fn is_revealed(&self, row: &[Option<String>]) -> bool {
        self.revealed_at
            .is_some_and(|at| matches!(row.get(at), Some(Some(_))))
    }

    fn masked(&self, class: Class, value: &str, row: &[Option<String>]) -> Result<String, Trouble> {
        let (key, mask) = (self.key(row), self.mask);
        Ok(match class {
            Class::User => {
                let id = Uuid::try_parse(value)
                    .because(|| format!("a user's id in {} is none", self.table.name))?;
                mask.user(id).to_string()
            }
            Class::UsersWithin => mask.users_within(value),
            Class::Name(word) => format!("{word} {}", mask.code(word, key)),
            Class::Email => format!("player-{}@{DOMAIN}", mask.code("Player", key)),
            Class::Flags => {
                let document = serde_json::from_str(value)
                    .because(|| format!("a document in {} is not JSON", self.table.name))?;
                Mask::flags(&document).to_string()
            }
            Class::ShowHash => hash_of(&mask.secret(key)),
            Class::ShowSecret | Class::Kept | Class::Prose | Class::Computed | Class::Gone => {
                value.to_owned()
            }
        })
    }
}

/// Lets every sequence of the copy go on after the newest row.
pub(super) async fn sequences(target: &Client) -> Result<(), Trouble> {
    let because = || "could not set the sequences";
    let sql = "select format('select setval(%L, max(%I)) from %s having max(%I) is not null',
          pg_get_serial_sequence(c.oid::regclass::text, a.attname), a.attname, c.oid::regclass, a.attname)
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace::regnamespace::text in ('public', 'ops') and c.relkind = 'r' and a.attidentity <> ''";
    for row in target.query(sql, &[]).await.because(because)? {
        target.batch_execute(row.get(0)).await.because(because)?;
    }
    Ok(())
}
