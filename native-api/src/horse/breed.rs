//! Breeds as the rules need them, read from their rows.

use reads::Failure;
use rules::breed::{BREEDS, BreedFacts, CROSSBRED, by_name};
use rules::genetics::Frequencies;
use rules::id::BreedId;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use crate::db::Tx;
use crate::db::fault::{broken, column};

/// A breed with all that the making of a horse asks for.
#[derive(Clone, Debug)]
pub(crate) struct Breed {
    /// Its number.
    pub id: BreedId,
    /// Its stat means, temperaments and height.
    pub facts: BreedFacts,
    /// How often each allele occurs in its founders.
    pub frequencies: Frequencies,
}

macro_rules! breed_columns {
    () => {
        "select id, name, array[precision_mean, strength_mean, speed_mean, agility_mean, endurance_mean,
           intelligence_mean, stamina_mean, balance_mean, boldness_mean, flexibility_mean, obedience_mean, focus_mean] as means,
           temperament_weights, allele_frequencies from breeds"
    };
}

const NAMED: &str = concat!(breed_columns!(), " where name = $1");

const OF_IDS: &str = concat!(breed_columns!(), " where id = any ($1)");

impl Breed {
    /// A breed that is for sale.
    ///
    /// # Errors
    /// Invalid, with the names that are most like it, when there is none of that name.
    pub async fn for_sale(tx: &Tx<'_>, name: &str) -> Result<Self, Failure> {
        let row = tx.find(NAMED, &[&name]).await?;
        let row = row.filter(|_| name != CROSSBRED.name);
        Self::of(&row.ok_or_else(|| Failure::invalid("breed", unknown_breed(name)))?)
    }

    /// A breed of the rules' own, which the database has too.
    ///
    /// # Errors
    /// A fault of ours, when it is not there.
    pub async fn named(tx: &Tx<'_>, name: &str) -> Result<Self, Failure> {
        Self::of(&tx.expect_one(NAMED, &[&name]).await?)
    }

    /// The breeds of these numbers, in no order.
    ///
    /// # Errors
    /// A fault of ours, when one has facts that the rules cannot read.
    pub async fn of_ids(tx: &Tx<'_>, ids: &[i64]) -> Result<Vec<Self>, Failure> {
        let rows = tx.rows(OF_IDS, &[&ids]).await?;
        rows.iter().map(Self::of).collect()
    }

    fn of(row: &Row) -> Result<Self, Failure> {
        let name: String = column(row, "name")?;
        let means: Vec<i16> = column(row, "means")?;
        let weights: Vec<i16> = column(row, "temperament_weights")?;
        let weights: Result<Vec<u16>, _> = weights.into_iter().map(u16::try_from).collect();
        let unreadable = || {
            broken(format!(
                "the breed {name:?} has facts that the rules cannot read"
            ))
        };
        let facts = BreedFacts {
            stat_means: means.try_into().map_err(|_| unreadable())?,
            temperament_weights: weights
                .ok()
                .and_then(|it| it.try_into().ok())
                .ok_or_else(unreadable)?,
            // No column has it; a breed that only the database knows is as tall as a crossbred.
            height_cm: by_name(&name).unwrap_or(&CROSSBRED).facts.height_cm,
        };
        facts
            .check()
            .map_err(|refusal| broken(format!("the breed {name:?}: {refusal}")))?;
        let Json(frequencies) = column(row, "allele_frequencies")?;
        Ok(Self {
            id: BreedId::new(column(row, "id")?),
            facts,
            frequencies,
        })
    }
}

/// What to say about a breed that is not for sale: the three names that are most like it.
fn unknown_breed(name: &str) -> String {
    if name == CROSSBRED.name {
        return "A crossbred is born of two breeds; none is for sale.".to_owned();
    }
    let wanted: Vec<char> = name.to_lowercase().chars().take(60).collect();
    let mut near: Vec<(usize, &str)> = BREEDS
        .iter()
        .map(|breed| (distance(&wanted, &breed.name.to_lowercase()), breed.name))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 3)
        .collect();
    near.sort_unstable();
    let names: Vec<&str> = near.into_iter().take(3).map(|(_, name)| name).collect();
    match names.as_slice() {
        [] => "There is no such breed; GET /v1/breeds lists them.".to_owned(),
        names => format!(
            "There is no such breed. Did you mean {}?",
            names.join(", or ")
        ),
    }
}

/// How many letters must be changed, added or left out to make one word of the other.
fn distance(wanted: &[char], known: &str) -> usize {
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (at, letter) in known.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in wanted.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[wanted.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kitten_becomes_sitting_in_three_steps() {
        // The textbook example of the Levenshtein distance.
        let kitten: Vec<char> = "kitten".chars().collect();
        assert_eq!(distance(&kitten, "sitting"), 3);
        assert_eq!(distance(&kitten, "kitten"), 0);
        assert_eq!(distance(&[], "mare"), 4);
    }

    #[test]
    fn a_misspelt_breed_is_answered_with_its_neighbours() {
        assert!(unknown_breed("arabian").contains("Did you mean Arabian"));
        assert!(unknown_breed("Thorougbred").contains("Thoroughbred"));
        assert!(unknown_breed("Zebra of the plains").contains("/v1/breeds"));
        assert!(unknown_breed("Crossbred").contains("born"));
    }

    #[test]
    fn an_endless_name_of_a_breed_costs_nothing() {
        assert!(unknown_breed(&"x".repeat(60_000)).contains("/v1/breeds"));
    }
}
