//! What is known of a horse's genes through its family: tests that the asker may see, coats that everyone sees, and the
//! allele frequencies of breeds.

use crate::genetics::coat::Phenotype;
use crate::genetics::inference::{Failure, Relative, infer};
use crate::genetics::prediction::Parent;
use crate::genetics::{Frequencies, Locus, Pair};
use crate::horse::Sex;
use alloc::vec::Vec;

/// Horses with their parents and grandparents, as far as they are given.
#[derive(Clone, Debug)]
pub struct Family(Vec<Member>);

/// A horse of a family, and what is known of its genes.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its number.
    pub id: i64,
    /// Its sire's, 0 where there is none.
    pub sire: i64,
    /// Its dam's, 0 where there is none.
    pub dam: i64,
    /// Its sex.
    pub sex: Sex,
    /// What a laboratory found.
    pub tests: Vec<(Locus, Pair)>,
    /// What can be seen.
    pub seen: Option<Phenotype>,
    /// How often each allele occurs in its breed.
    pub breed: Frequencies,
}

impl Family {
    /// Takes the members, each once. Their order is theirs to choose, and the same order gives the same bits.
    #[must_use]
    pub const fn new(members: Vec<Member>) -> Self {
        Self(members)
    }

    fn place(&self, id: i64) -> Option<usize> {
        self.0.iter().position(|it| it.id == id)
    }

    fn member(&self, id: i64) -> Option<&Member> {
        self.0.iter().find(|it| it.id == id)
    }

    /// The allele frequencies of a member's breed.
    #[must_use]
    pub fn frequencies(&self, id: i64) -> Option<&Frequencies> {
        self.member(id).map(|it| &it.breed)
    }

    /// What a member passes on, as far as can be known.
    ///
    /// Where the family together is too much to look at, or contradicts itself, the member is looked at alone.
    ///
    /// # Errors
    /// [`Failure`] where nothing explains what is known of the member.
    pub fn parent(&self, id: i64) -> Result<Parent, Failure> {
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
        inferred.map(|it| Parent::from(&it))
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
    #[must_use]
    pub fn loci(&self, id: i64, is_tested: bool) -> Vec<Locus> {
        let tests = self.member(id).map(|it| &it.tests);
        let has = |locus: &Locus| tests.is_some_and(|tests| tests.iter().any(|it| it.0 == *locus));
        let all = Locus::ALL.iter().copied();
        all.filter(|locus| has(locus) == is_tested).collect()
    }
}
