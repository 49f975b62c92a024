//! A family at some loci of one chromosome, and the exact posterior of a member's two haplotypes.

#![expect(
    clippy::float_arithmetic,
    reason = "probabilities of allele frequencies, only + - * / in a fixed order, the same everywhere"
)]

use super::network::{Factor, Plan, bits, eliminate, plan};
use crate::horse::Sex;
use alloc::vec::Vec;

/// The most members of a family: each has two haplotypes, and a set of them all fits one word.
pub const MOST_MEMBERS: usize = 31;

/// The most haplotypes that the loci of a family may form.
pub const MOST_HAPLOTYPES: usize = 1_024;

/// The most cells that the tables of one question may have together; 2^24 take about a second.
pub const MOST_CELLS: u32 = 1 << 24;

/// A locus, as far as inheritance asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// How many alleles it has.
    pub alleles: usize,
    /// The recombination fraction to the next locus, 0 to 1/2; that of the last one is not looked at.
    pub to_next: f64,
}

/// What is known of a member at a locus.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Nothing.
    None,
    /// The likelihood of each pair of alleles, at `one * alleles + other`: equal for both orders. What a male has on the X
    /// chromosome stands on the diagonal.
    Likelihood(Vec<f64>),
    /// These two alleles, in an order that is the same at all loci of the member that are known like this.
    Strands([usize; 2]),
}

/// A member of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The sex.
    pub sex: Sex,
    /// The mother's place in the family, where she is a member.
    pub dam: Option<usize>,
    /// The father's place in the family, where he is a member.
    pub sire: Option<usize>,
    /// What is known at each locus.
    pub evidence: Vec<Evidence>,
    /// For each locus the frequencies of its alleles where the member comes from: for haplotypes of parents who are no
    /// members, in Hardy-Weinberg proportions and linkage equilibrium.
    pub frequencies: Vec<Vec<f64>>,
}

/// Loci of one chromosome in a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// The loci, in their order.
    pub sites: Vec<Site>,
    /// Do they lie on the X chromosome?
    pub is_x_linked: bool,
    /// The members, in whichever order.
    pub members: Vec<Member>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No genotypes explain what is known of these members together. Without what is known of any one of them some would,
    /// or the question whether some would is too large.
    Impossible {
        /// Their places.
        members: Vec<usize>,
    },
    /// The family is too large, or its loops too many, for an exact answer.
    TooLarge,
    /// A parent who is no member, of the wrong sex, or a descendant; or a table of the wrong size.
    Malformed {
        /// The member's place.
        member: usize,
    },
}

/// Two haplotypes, from dam and from sire, by the allele at each locus, and their probability. A male's only one on the X
/// chromosome stands twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Diplotype {
    /// The allele at each locus: from the dam, from the sire.
    pub alleles: Vec<[usize; 2]>,
    /// From 0 to 1; those of a member are one together, up to rounding.
    pub probability: f64,
}

/// The question and the work that it takes.
pub(super) struct Question<'a> {
    family: &'a Family,
    haplotypes: Vec<Vec<usize>>,
    /// For each variable the haplotypes it may be: 2i from the dam of member i, 2i + 1 from the sire.
    domains: Vec<Vec<usize>>,
    /// The member it is about.
    of: Option<&'a Member>,
    keep: u64,
    plan: Plan,
}

impl Family {
    /// The posterior of a member's haplotypes, by variable elimination: peeling (Elston and Stewart, Hum Hered 21:523, 1971),
    /// generalised to loops (Cannings, Thompson and Skolnick, Adv Appl Prob 10:26, 1978). Its variables are haplotypes.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn posterior(&self, of: usize) -> Result<Vec<Diplotype>, Failure> {
        self.check(of)?;
        let question = Question::new(self, of)?;
        if question.cells() > f64::from(MOST_CELLS) {
            return Err(Failure::TooLarge);
        }
        let answer = question.answer();
        answer.ok_or_else(|| self.contradiction(MOST_CELLS))
    }

    pub(super) fn check(&self, of: usize) -> Result<(), Failure> {
        let count = self.members.len();
        if count > MOST_MEMBERS {
            return Err(Failure::TooLarge);
        }
        let is_parent = |at: Option<usize>, sex: Sex| {
            at.is_none_or(|at| self.members.get(at).is_some_and(|it| it.sex == sex))
        };
        for (at, member) in self.members.iter().enumerate() {
            let is_whole = member.evidence.len() == self.sites.len()
                && member.frequencies.len() == self.sites.len()
                && self
                    .sites
                    .iter()
                    .zip(&member.evidence)
                    .all(|it| it.1.fits(it.0.alleles))
                && self
                    .sites
                    .iter()
                    .zip(&member.frequencies)
                    .all(|it| it.1.len() == it.0.alleles);
            let has_parents =
                is_parent(member.dam, Sex::Female) && is_parent(member.sire, Sex::Male);
            if !is_whole || !has_parents || self.is_own_ancestor(at) {
                return Err(Failure::Malformed { member: at });
            }
        }
        if of < count {
            Ok(())
        } else {
            Err(Failure::Malformed { member: of })
        }
    }

    fn is_own_ancestor(&self, of: usize) -> bool {
        let parents = |at: usize| {
            let member = self.members.get(at);
            let both = member.into_iter().flat_map(|it| [it.dam, it.sire]);
            // Another member's parent may be none: that member is refused for it.
            both.flatten().filter(|it| *it < self.members.len())
        };
        let mut ancestors: u64 = parents(of).fold(0, |all, at| all | (1 << at));
        loop {
            let next = bits(ancestors)
                .flat_map(parents)
                .fold(ancestors, |all, at| all | (1 << at));
            if next == ancestors {
                return ancestors & (1 << of) != 0;
            }
            ancestors = next;
        }
    }

    /// Members whose evidence cannot stand together, none of whom can be left out, as far as tables of so many cells tell:
    /// the less is known, the larger they are.
    pub(super) fn contradiction(&self, most: u32) -> Failure {
        let mut family = self.clone();
        let mut members = Vec::new();
        for at in 0..family.members.len() {
            let open = self.sites.iter().map(|_| Evidence::None).collect();
            let known = family
                .members
                .get_mut(at)
                .map(|it| core::mem::replace(&mut it.evidence, open));
            let question = Question::new(&family, at).ok();
            let question = question.filter(|it| it.cells() <= f64::from(most));
            let is_needed = question.is_none_or(|it| it.answer().is_some());
            if let (true, Some(member), Some(known)) =
                (is_needed, family.members.get_mut(at), known)
            {
                member.evidence = known;
                members.push(at);
            }
        }
        Failure::Impossible { members }
    }

    /// Every haplotype: the allele at each locus.
    fn haplotypes(&self) -> Vec<Vec<usize>> {
        self.sites
            .iter()
            .fold(alloc::vec![Vec::new()], |shorter, site| {
                let longer = shorter.iter().flat_map(|haplotype: &Vec<usize>| {
                    (0..site.alleles).map(move |allele| {
                        haplotype
                            .iter()
                            .copied()
                            .chain(core::iter::once(allele))
                            .collect()
                    })
                });
                longer.collect()
            })
    }

    /// How likely strands with these alleles are to give a gamete with those.
    fn transmission(&self, one: &[usize], other: &[usize], gamete: &[usize]) -> f64 {
        let (mut on_one, mut on_other) = (0.5, 0.5);
        let mut crossing = 0.0;
        let alleles = one.iter().zip(other).zip(gamete);
        for (site, ((one, other), given)) in self.sites.iter().zip(alleles) {
            let stay = 1.0 - crossing;
            let next = (
                on_one * stay + on_other * crossing,
                on_other * stay + on_one * crossing,
            );
            on_one = if one == given { next.0 } else { 0.0 };
            on_other = if other == given { next.1 } else { 0.0 };
            crossing = site.to_next;
        }
        on_one + on_other
    }
}

impl Evidence {
    fn fits(&self, alleles: usize) -> bool {
        match self {
            Self::None => true,
            Self::Likelihood(cells) => {
                cells.len() == alleles * alleles && cells.iter().all(|it| *it >= 0.0)
            }
            Self::Strands(both) => both.iter().all(|it| *it < alleles),
        }
    }
}

impl Member {
    fn has_two(&self, is_x_linked: bool) -> bool {
        !is_x_linked || self.sex == Sex::Female
    }

    /// The likelihood of two haplotypes.
    fn likelihood(&self, one: &[usize], other: &[usize], sites: &[Site]) -> f64 {
        let (mut straight, mut turned) = (1.0, 1.0);
        let alleles = one.iter().zip(other);
        for ((evidence, site), (one, other)) in self.evidence.iter().zip(sites).zip(alleles) {
            let (so, otherwise) = match evidence {
                Evidence::None => continue,
                Evidence::Likelihood(cells) => {
                    let cell = cells.get(one * site.alleles + other).copied();
                    (cell.unwrap_or(0.0), cell.unwrap_or(0.0))
                }
                Evidence::Strands(both) => (
                    f64::from(u8::from(*both == [*one, *other])),
                    f64::from(u8::from(*both == [*other, *one])),
                ),
            };
            straight *= so;
            turned *= otherwise;
        }
        if straight > turned { straight } else { turned }
    }

    fn prior(&self, haplotype: &[usize]) -> f64 {
        let each = self.frequencies.iter().zip(haplotype);
        each.fold(1.0, |prior, (of, allele)| {
            prior * of.get(*allele).copied().unwrap_or(0.0)
        })
    }

    fn is_open(&self) -> bool {
        self.evidence.iter().all(|it| *it == Evidence::None)
    }
}

impl<'a> Question<'a> {
    pub(super) fn new(family: &'a Family, of: usize) -> Result<Self, Failure> {
        let count = family.sites.iter().try_fold(1_usize, |count, site| {
            count
                .checked_mul(site.alleles)
                .filter(|it| *it <= MOST_HAPLOTYPES)
        });
        count.ok_or(Failure::TooLarge)?;
        let haplotypes = family.haplotypes();
        let mut question = Self {
            family,
            domains: Vec::new(),
            of: family.members.get(of),
            keep: 0b11 << (2 * of),
            plan: plan(&[], &[], 0),
            haplotypes,
        };
        for member in &family.members {
            let [from_dam, from_sire] = question.possible(member);
            question.domains.extend([from_dam, from_sire]);
        }
        let sizes = question.sizes();
        // What is certain takes no part.
        let open = (0..).zip(&sizes).filter(|it| *it.1 > 1);
        let open = open.fold(0, |open, it| open | (1 << it.0));
        let scopes = question
            .links()
            .iter()
            .map(|it| it.scope() & open)
            .collect::<Vec<u64>>();
        question.plan = plan(&sizes, &scopes, question.keep);
        Ok(question)
    }

    /// How many cells all of its tables have together.
    pub(super) fn cells(&self) -> f64 {
        self.plan.cells
    }

    fn sizes(&self) -> Vec<usize> {
        self.domains.iter().map(Vec::len).collect()
    }

    /// The haplotypes that a member may have from dam and from sire, as far as its own evidence says.
    fn possible(&self, member: &Member) -> [Vec<usize>; 2] {
        let all = 0..self.haplotypes.len();
        if !member.has_two(self.family.is_x_linked) {
            let alone = |at: &usize| self.likelihood(member, *at, *at) > 0.0;
            return [all.filter(alone).collect(), alloc::vec![0]];
        }
        if member.is_open() {
            return [all.clone().collect(), all.collect()];
        }
        // The likelihood does not ask which came from whom.
        let possible: Vec<usize> = all
            .clone()
            .filter(|one| {
                all.clone()
                    .any(|other| self.likelihood(member, *one, other) > 0.0)
            })
            .collect();
        [possible.clone(), possible]
    }

    fn haplotype(&self, at: usize) -> &[usize] {
        self.haplotypes.get(at).map_or(&[], Vec::as_slice)
    }

    fn likelihood(&self, member: &Member, one: usize, other: usize) -> f64 {
        member.likelihood(
            self.haplotype(one),
            self.haplotype(other),
            &self.family.sites,
        )
    }

    /// Every factor there is, yet without its cells.
    fn links(&self) -> Vec<Link<'a>> {
        let mut links = Vec::new();
        let is_x_linked = self.family.is_x_linked;
        for (at, member) in self.family.members.iter().enumerate() {
            let [from_dam, from_sire] = [2 * at, 2 * at + 1];
            let has_two = member.has_two(is_x_linked);
            links.push(match member.dam {
                Some(dam) => Link::Meiosis([2 * dam, 2 * dam + 1, from_dam]),
                None => Link::Founder(from_dam, member),
            });
            match member.sire {
                Some(sire) if has_two && is_x_linked => {
                    links.push(Link::Same([2 * sire, from_sire]))
                }
                Some(sire) if has_two => {
                    links.push(Link::Meiosis([2 * sire, 2 * sire + 1, from_sire]));
                }
                None if has_two => links.push(Link::Founder(from_sire, member)),
                _ => {}
            }
            if !member.is_open() {
                links.push(if has_two {
                    Link::Both([from_dam, from_sire], member)
                } else {
                    Link::Alone(from_dam, member)
                });
            }
        }
        links
    }

    fn factor(&self, link: &Link) -> Factor {
        match *link {
            Link::Founder(at, member) => self.table([at], |[it]| member.prior(self.haplotype(it))),
            Link::Alone(at, member) => self.table([at], |[it]| self.likelihood(member, it, it)),
            Link::Both(scope, member) => {
                self.table(scope, |[one, other]| self.likelihood(member, one, other))
            }
            Link::Same(scope) => {
                self.table(scope, |[one, other]| f64::from(u8::from(one == other)))
            }
            Link::Meiosis(scope) => self.table(scope, |strands| {
                let [one, other, gamete] = strands.map(|it| self.haplotype(it));
                self.family.transmission(one, other, gamete)
            }),
        }
    }

    /// A factor over these variables, the last one fastest.
    fn table<const N: usize>(&self, scope: [usize; N], cell: impl Fn([usize; N]) -> f64) -> Factor {
        let mut values = alloc::vec![[0; N]];
        for (place, at) in scope.iter().enumerate() {
            let domain = self.domains.get(*at).map_or(&[][..], Vec::as_slice);
            let mut longer = Vec::with_capacity(values.len() * domain.len());
            for so_far in values {
                longer.extend(domain.iter().map(|value| {
                    let mut values = so_far;
                    values.iter_mut().skip(place).for_each(|it| *it = *value);
                    values
                }));
            }
            values = longer;
        }
        let is_open = |at: &usize| self.domains.get(*at).is_some_and(|it| it.len() > 1);
        Factor {
            scope: scope.into_iter().filter(is_open).collect(),
            cells: values.into_iter().map(cell).collect(),
        }
    }

    /// The posterior; nothing where the evidence is impossible.
    pub(super) fn answer(&self) -> Option<Vec<Diplotype>> {
        let factors = self.links().iter().map(|it| self.factor(it)).collect();
        let posterior = eliminate(&self.sizes(), factors, &self.plan)?;
        let total: f64 = posterior.cells.iter().sum();
        let mut kept =
            bits(self.keep).map(|at| self.domains.get(at).map_or(&[][..], Vec::as_slice));
        let (ones, others) = (kept.next()?, kept.next()?);
        // The second of a male's haplotypes on the X chromosome stands for nothing.
        let is_alone = !self.of?.has_two(self.family.is_x_linked);
        let pairs = ones.iter().flat_map(|one| {
            others
                .iter()
                .map(move |other| (*one, if is_alone { *one } else { *other }))
        });
        let told = pairs.zip(&posterior.cells).filter(|it| *it.1 > 0.0);
        let told = told.map(|((one, other), cell)| Diplotype {
            alleles: self
                .haplotype(one)
                .iter()
                .zip(self.haplotype(other))
                .map(|it| [*it.0, *it.1])
                .collect(),
            probability: cell / total,
        });
        Some(told.collect())
    }
}

/// A factor before its cells are filled.
enum Link<'a> {
    /// The prior of a haplotype that comes from outside.
    Founder(usize, &'a Member),
    /// The evidence of a member with one haplotype.
    Alone(usize, &'a Member),
    /// The evidence of a member with two.
    Both([usize; 2], &'a Member),
    /// What a sire gives a daughter of his X chromosome.
    Same([usize; 2]),
    /// What a parent with two haplotypes gives.
    Meiosis([usize; 3]),
}

impl Link<'_> {
    fn scope(&self) -> u64 {
        let set = |all: &[usize]| all.iter().fold(0, |set, at| set | (1 << at));
        match self {
            Self::Founder(at, _) | Self::Alone(at, _) => 1 << at,
            Self::Both(all, _) | Self::Same(all) => set(all),
            Self::Meiosis(all) => set(all),
        }
    }
}
