//! What is known of a horse's genes through its family: tests that the asker may see, coats that everyone sees, and the
//! allele frequencies of breeds.

use crate::Failure;
use crate::fields::row;
use crate::query::Record;
use rules::genetics::coat::Phenotype;
use rules::genetics::inference::{Relative, infer};
use rules::genetics::prediction::Parent;
use rules::genetics::{Frequencies, Locus, Pair};
use rules::horse::Sex;

/// Two horses with their parents and grandparents.
pub(crate) struct Family(Vec<Member>);

struct Member {
    id: i64,
    sire: i64,
    dam: i64,
    sex: Sex,
    tests: Vec<(Locus, Pair)>,
    seen: Option<Phenotype>,
    breed: Frequencies,
}

struct Tested {
    locus: Locus,
    genotype: String,
}

row!(Tested { locus, genotype });

impl Member {
    fn read(record: &Record) -> Result<Self, Failure> {
        let tested: Vec<Tested> = record.list("tests")?;
        let mut tests = Vec::with_capacity(tested.len());
        for Tested { locus, genotype } in tested {
            let pair = locus.parse_pair(&genotype);
            tests.push((locus, pair.map_err(|wrong| record.spoilt(wrong))?));
        }
        let code: Option<i64> = record.get("phenotype")?;
        Ok(Self {
            id: record.get("id")?,
            sire: record.get("sire_id")?,
            dam: record.get("dam_id")?,
            sex: record.word("sex")?,
            tests,
            seen: code.and_then(|code| Phenotype::from_code(code.cast_unsigned())),
            breed: record.json("allele_frequencies")?,
        })
    }
}

impl Family {
    /// Reads a row for each member: `id`, `sire_id`, `dam_id`, `sex`, `tests`, `phenotype` and `allele_frequencies`.
    pub(crate) fn read(rows: &[Record]) -> Result<Self, Failure> {
        let members: Result<_, _> = rows.iter().map(Member::read).collect();
        members.map(Self)
    }

    fn place(&self, id: i64) -> Option<usize> {
        self.0.iter().position(|it| it.id == id)
    }

    /// The allele frequencies of a member's breed.
    pub(crate) fn frequencies(&self, id: i64) -> Option<&Frequencies> {
        self.0.iter().find(|it| it.id == id).map(|it| &it.breed)
    }

    /// What a member passes on, as far as can be known.
    ///
    /// Where the family together is too much to look at, or contradicts itself, the member is looked at alone.
    pub(crate) fn parent(&self, id: i64) -> Result<Parent, Failure> {
        let relatives: Vec<Relative<'_>> = self.0.iter().map(|it| self.relative(it)).collect();
        let place = self.place(id).unwrap_or_default();
        let inferred = infer(&relatives, place).or_else(|_| {
            let alone = relatives.get(place).map(|it| Relative {
                sire: None,
                dam: None,
                ..*it
            });
            infer(alone.as_slice(), 0)
        });
        let unknown = |_| Failure::broken("nothing explains what is known of a horse");
        inferred.map(|it| Parent::from(&it)).map_err(unknown)
    }

    fn relative<'a>(&self, member: &'a Member) -> Relative<'a> {
        Relative {
            sex: member.sex,
            dam: self.place(member.dam),
            sire: self.place(member.sire),
            breed: &member.breed,
            tested: &member.tests,
            seen: member.seen,
        }
    }

    /// The loci of a member that are tested, or those that are not.
    pub(crate) fn loci(&self, id: i64, is_tested: bool) -> Vec<Locus> {
        let tests = self.0.iter().find(|it| it.id == id).map(|it| &it.tests);
        let has = |locus: &Locus| tests.is_some_and(|tests| tests.iter().any(|it| it.0 == *locus));
        let all = Locus::ALL.iter().copied();
        all.filter(|locus| has(locus) == is_tested).collect()
    }
}
