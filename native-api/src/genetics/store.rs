//! Genetic tests in the database: one row a tested locus.

use reads::Failure;
use rules::Refusal;
use rules::economy::{Cause, GENETIC_TEST};
use rules::genetics::{Genome, Locus};
use rules::horse::Sex;
use rules::id::{HorseId, UserId};
use rules::{Instant, money::Coins};
use tokio_postgres::Row;

use crate::db::fault::{broken, column};
use crate::db::{Tx, Write};
use crate::horse::heredity::{Heredity, endow_all};
use crate::horse::store::lock_own;
use crate::ledger::{self, Account, Transfer};

/// Has a horse tested at every locus that laboratories test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    /// Who pays.
    pub player: UserId,
    /// The horse.
    pub horse: HorseId,
}

/// Shows the results of a test to everyone, or to its owner alone again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Publish {
    /// Who decides.
    pub player: UserId,
    /// The horse.
    pub horse: HorseId,
    /// Does everyone see them?
    pub is_published: bool,
}

/// A test and what it told.
#[derive(Clone, Debug)]
pub(super) struct Tested {
    /// When the horse was tested.
    pub tested_at: Instant,
    /// Does everyone see the results?
    pub is_published: bool,
    /// Each locus with its two alleles.
    pub results: Vec<(Locus, String)>,
}

const GENES: &str = "select h.genotype, h.breeding_values,
      exists (select from genetic_tests t where t.horse_id = h.id) as is_tested
    from horses h where h.id = $1";

const RECORD: &str = "insert into genetic_tests (horse_id, locus, genotype, tested_at)
    select $1, r.locus, r.genotype, $2 from unnest($3::text[], $4::text[]) r (locus, genotype)";

const PUBLISH: &str = "update genetic_tests set published = $2 where horse_id = $1 returning locus, genotype, tested_at";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("genetics: genes", GENES),
    ("genetics: record", RECORD),
    ("genetics: publish", PUBLISH),
];

impl Write for Test {
    const NAME: &'static str = "test genes";
    type Done = (Tested, Coins);

    async fn run(&self, tx: &Tx<'_>) -> Result<(Tested, Coins), Failure> {
        let horse = lock_own(tx, self.horse, self.player).await?;
        let genome = self.genome(tx, horse.sex).await?;
        let purse = ledger::purse(tx, self.player).await?.pay(GENETIC_TEST)?;
        let tested = Locus::ALL.iter().filter(|it| it.facts().is_tested);
        let results: Vec<(Locus, String)> = tested
            .map(|locus| (*locus, locus.pair_text(genome.pair(*locus))))
            .collect();
        let (loci, genotypes): (Vec<&str>, Vec<&str>) = results
            .iter()
            .map(|(locus, genotype)| (locus.as_str(), genotype.as_str()))
            .unzip();
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&self.horse.get(), &tx.now(), &loci, &genotypes];
        tx.expect_changed(results.len() as u64, RECORD, &params)
            .await?;
        ledger::post(tx, &[self.price()]).await?;
        let tested = Tested {
            tested_at: tx.now(),
            is_published: false,
            results,
        };
        Ok((tested, purse))
    }
}

impl Test {
    async fn genome(&self, tx: &Tx<'_>, sex: Sex) -> Result<Genome, Failure> {
        let id = self.horse.get();
        let mut row = tx.expect_one(GENES, &[&id]).await?;
        if column(&row, "is_tested")? {
            return Err(Refusal::AlreadyTested.into());
        }
        if Heredity::of(&row, sex)?.is_none() {
            endow_all(tx, &[id]).await?;
            row = tx.expect_one(GENES, &[&id]).await?;
        }
        let heredity = Heredity::of(&row, sex)?;
        let heredity = heredity.ok_or_else(|| broken("a horse without a genotype"))?;
        Ok(heredity.genome)
    }

    fn price(&self) -> Transfer {
        Transfer {
            key: format!("{}:{}", Cause::GeneticTest.as_str(), self.horse),
            cause: Cause::GeneticTest,
            from: Account::Purse(self.player),
            to: Account::Sink,
            amount: GENETIC_TEST,
            show: None,
            horse: Some(self.horse),
        }
    }
}

impl Write for Publish {
    const NAME: &'static str = "publish test";
    type Done = Tested;

    async fn run(&self, tx: &Tx<'_>) -> Result<Tested, Failure> {
        lock_own(tx, self.horse, self.player).await?;
        let rows = tx
            .rows(PUBLISH, &[&self.horse.get(), &self.is_published])
            .await?;
        let first = rows.first().ok_or(Failure::Missing {
            what: "genetic test",
        })?;
        let mut results = rows.iter().map(result).collect::<Result<Vec<_>, _>>()?;
        results.sort_unstable_by_key(|(locus, _)| locus.index());
        Ok(Tested {
            tested_at: column(first, "tested_at")?,
            is_published: self.is_published,
            results,
        })
    }
}

fn result(row: &Row) -> Result<(Locus, String), Failure> {
    let locus = crate::horse::record::word(row, "locus")?;
    Ok((locus, column(row, "genotype")?))
}
