//! What the report looks at, read from the database.

use std::collections::{BTreeMap, HashMap};

use rules::Instant;
use rules::genetics::{Frequencies, Genome, Locus};
use rules::horse::Sex;
use rules::pedigree::Parents;
use rules::traits::EpigeneticModifiers;
use serde_json::Value;
use tokio_postgres::types::Json;
use tokio_postgres::{Client, Row};

use crate::db::fault::column;
use crate::horse::record::word;
use crate::trouble::{Because, Trouble};

const HORSES: &str =
    "select h.id, h.sex, b.name as breed, h.sire_id, h.dam_id, h.born_at, h.inbreeding, h.genotype,
      h.coat->>'name' as coat, h.epigenetic_modifiers
    from horses h join breeds b on b.id = h.breed_id order by h.id";

const BREEDS: &str = "select name, allele_frequencies from breeds";

const ENDED: &str = "select stallion_id, mare_id, lost_to is not null as lost from pregnancies where state <> 'in_foal'";

/// A horse of the studbook.
pub(super) struct Entry {
    pub sex: Sex,
    pub breed: String,
    pub born_at: Instant,
    pub inbreeding: f64,
    pub genome: Option<Genome>,
    pub coat: Option<String>,
    pub modifiers: EpigeneticModifiers,
}

/// A pregnancy that has ended.
pub(super) struct Ended {
    pub sire: usize,
    pub dam: usize,
    pub is_lost: bool,
}

/// All horses with their pedigree, by place.
pub(super) struct Studbook {
    pub horses: Vec<Entry>,
    pub parents: Vec<Parents>,
    pub breeds: BTreeMap<String, Frequencies>,
    pub ended: Vec<Ended>,
}

impl Studbook {
    pub(super) async fn load(client: &Client) -> Result<Self, Trouble> {
        let because = || "could not read the studbook";
        let rows = client.query(HORSES, &[]).await.because(because)?;
        let mut places = HashMap::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            places.insert(readable(column::<i64>(row, "id"))?, place);
        }
        let place = |row: &Row, name: &str| -> Result<Option<u32>, Trouble> {
            let id: Option<i64> = readable(column(row, name))?;
            let known = id.and_then(|id| places.get(&id));
            Ok(known.and_then(|place| u32::try_from(*place).ok()))
        };
        let (mut horses, mut parents) = (Vec::new(), Vec::new());
        for row in &rows {
            horses.push(Entry::of(row)?);
            parents.push(Parents {
                sire: place(row, "sire_id")?,
                dam: place(row, "dam_id")?,
            });
        }
        let mut breeds = BTreeMap::new();
        for row in client.query(BREEDS, &[]).await.because(because)? {
            let Json::<Value>(document) = readable(column(&row, "allele_frequencies"))?;
            let frequencies = serde_json::from_value(document).because(because)?;
            breeds.insert(readable(column(&row, "name"))?, frequencies);
        }
        let mut ended = Vec::new();
        for row in client.query(ENDED, &[]).await.because(because)? {
            let [sire, dam] = [place(&row, "stallion_id")?, place(&row, "mare_id")?];
            if let Some((sire, dam)) = sire.zip(dam) {
                ended.push(Ended {
                    sire: sire as usize,
                    dam: dam as usize,
                    is_lost: readable(column(&row, "lost"))?,
                });
            }
        }
        Ok(Self {
            horses,
            parents,
            breeds,
            ended,
        })
    }

    /// The parents of a horse that was bred, both with a genome.
    pub(super) fn genomes_of_parents(&self, place: usize) -> Option<[&Genome; 2]> {
        let Parents { sire, dam } = self.parents.get(place)?;
        let genome = |parent: &Option<u32>| {
            let place = (*parent)? as usize;
            self.horses.get(place)?.genome.as_ref()
        };
        Some([genome(sire)?, genome(dam)?])
    }

    /// Was it made without parents?
    pub(super) fn is_founder(&self, place: usize) -> bool {
        self.parents
            .get(place)
            .is_none_or(|it| it.sire.is_none() && it.dam.is_none())
    }
}

impl Entry {
    fn of(row: &Row) -> Result<Self, Trouble> {
        let sex: Sex = readable(word(row, "sex"))?;
        let genotype: Option<String> = readable(column(row, "genotype"))?;
        let genome = genotype
            .map(|text| Genome::parse(&text, sex))
            .transpose()
            .because(|| "a genotype cannot be read")?;
        let Json(modifiers) = readable(column(row, "epigenetic_modifiers"))?;
        Ok(Self {
            sex,
            breed: readable(column(row, "breed"))?,
            born_at: readable(column(row, "born_at"))?,
            inbreeding: readable(column(row, "inbreeding"))?,
            genome,
            coat: readable(column(row, "coat"))?,
            modifiers,
        })
    }
}

/// How likely a foal of two parents is lost: at least one locus has a lethal pair.
pub(super) fn chance_of_loss(sire: &Genome, dam: &Genome) -> f64 {
    let lives: f64 = Locus::ALL
        .iter()
        .map(|locus| 1.0 - lost_at(*locus, sire, dam))
        .product();
    1.0 - lives
}

/// How likely a foal of two parents has a lethal pair at a locus.
pub(super) fn lost_at(locus: Locus, sire: &Genome, dam: &Genome) -> f64 {
    use rules::genetics::{Pair, Viability};
    let of = |parent: &Genome| -> Vec<_> { parent.pair(locus).alleles().collect() };
    let (one, other) = (of(sire), of(dam));
    let pairs = one
        .iter()
        .flat_map(|a| other.iter().map(move |b| Pair::of(*a, *b)));
    let lethal =
        pairs.filter(|it| !it.is_wild() && locus.viability(*it) == Some(Viability::Lethal));
    lethal.count() as f64 / (one.len() * other.len()) as f64
}

fn readable<T>(read: Result<T, reads::Failure>) -> Result<T, Trouble> {
    read.map_err(|failure| Trouble::new(format!("could not read the studbook: {failure:?}")))
}
