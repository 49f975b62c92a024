//! What is known of a horse's genes through its family, as a statement's rows tell it.

use crate::Failure;
use crate::fields::row;
use crate::query::Record;
use rules::breeding::{Family, Member};
use rules::genetics::Locus;
use rules::genetics::coat::Phenotype;

struct Tested {
    locus: Locus,
    genotype: String,
}

row!(Tested { locus, genotype });

/// Reads a row for each member: `id`, `sire_id`, `dam_id`, `sex`, `tests`, `phenotype` and `allele_frequencies`.
pub(crate) fn family(rows: &[Record]) -> Result<Family, Failure> {
    let members: Result<_, _> = rows.iter().map(member).collect();
    members.map(Family::new)
}

fn member(record: &Record) -> Result<Member, Failure> {
    let tested: Vec<Tested> = record.list("tests")?;
    let mut tests = Vec::with_capacity(tested.len());
    for Tested { locus, genotype } in tested {
        let pair = locus.parse_pair(&genotype);
        tests.push((locus, pair.map_err(|wrong| record.spoilt(wrong))?));
    }
    let code: Option<i64> = record.get("phenotype")?;
    Ok(Member {
        id: record.get("id")?,
        sire: record.get("sire_id")?,
        dam: record.get("dam_id")?,
        sex: record.word("sex")?,
        tests,
        seen: code.and_then(|code| Phenotype::from_code(code.cast_unsigned())),
        breed: record.json("allele_frequencies")?,
    })
}
