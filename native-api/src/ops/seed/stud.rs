//! Who is covered by whom in the seeded world, and what is born of it, by the rules.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rules::Instant;
use rules::breed::{Breed, by_name};
use rules::breeding::{
    Conceived, GESTATION_DAYS, Mare, Mate, Nurture, Parent, Stallion, breed_of_foal,
    check_covering, conceive,
};
use rules::dice::Dice;
use rules::genetics::Locus;
use rules::horse::Sex;
use rules::id::{HorseId, UserId};
use rules::money::Coins;
use rules::pedigree::{Inbreeding, Parents, Pedigree, coefficients_since};
use rules::progression::FOAL_XP;
use rules::scale::Bp;
use rules::time::{days_after, week_start};

use super::childhood::Childhood;
use super::hands::in_parts;
use super::stable_life::Steed;
use super::world::{About, Quota, RESERVE, WEEKS, World};
use super::{Plan, Topic};

/// How many mares foal with one hand.
const BARN: usize = 64;

/// A covering, and what came of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covering {
    /// The place of the mare among the horses.
    pub mare: usize,
    /// The place of the stallion.
    pub stallion: usize,
    /// When.
    pub covered_at: Instant,
    /// When the foal is due.
    pub due_at: Instant,
    /// What went to the stallion's owner; none for a stallion of the mare's owner.
    pub fee: Option<Coins>,
    /// What it cost to register.
    pub registration: Coins,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a covering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The mare is in foal.
    Expected,
    /// A foal, by its place among the horses.
    Foaled(usize),
    /// None: it could not live.
    Lost(Locus),
}

/// The mares and the stallions of one day.
struct Fair {
    mares: Vec<usize>,
    stallions: BTreeMap<&'static str, Lot>,
    all_stallions: Lot,
}

/// Stallions to choose from, each as likely as he is in demand.
#[derive(Default)]
struct Lot {
    places: Vec<usize>,
    /// The demand for each and for those before him.
    until: Vec<u32>,
}

impl Lot {
    fn add(&mut self, place: usize, demand: u16) {
        self.places.push(place);
        let before = self.until.last().copied().unwrap_or(0);
        self.until.push(before + u32::from(demand));
    }

    fn draw(&self, dice: &mut Dice) -> Option<usize> {
        let drawn = dice.below(self.until.last().copied()?);
        let nth = self.until.partition_point(|until| *until <= drawn);
        self.places.get(nth).copied()
    }
}

impl World {
    /// Has mares covered, as many as foals are wanted next week, and says what stallions' owners have earned by it.
    ///
    /// In the last week the mares are covered whose foals are due soon after the plan's opening.
    pub(super) fn cover_mares(
        &mut self,
        plan: &Plan,
        quota: Quota,
        week: i64,
        monday: Instant,
    ) -> Vec<(usize, Coins)> {
        let mut dice = plan.dice(Topic::Matings, week);
        let is_last = week == WEEKS - 1;
        let wanted = if is_last {
            quota.born_until(week).div_ceil(30).min(200)
        } else {
            quota.born_until(week + 1).saturating_sub(self.born)
        };
        let mut fair = self.fair(monday + TimeDelta::days(2));
        let mut income = Vec::new();
        let (mut covered, mut tries) = (0, 40 * wanted);
        while covered < wanted && tries > 0 && !fair.mares.is_empty() {
            tries -= 1;
            let Some((nth, mare)) = self.pick_mare(&fair, &mut dice) else {
                continue;
            };
            let at = if is_last {
                let minutes = 10 + 25 * covered as i64;
                days_after(plan.opening, -GESTATION_DAYS) + TimeDelta::minutes(minutes)
            } else {
                monday + TimeDelta::days(2) + self.steeds[mare].minute()
            };
            let Some(stallion) = self.pick_stallion(&fair, mare, &mut dice) else {
                continue;
            };
            if let Some(earned) = self.cover(mare, stallion, at) {
                fair.mares.swap_remove(nth);
                covered += 1;
                income.extend(earned);
            }
        }
        income
    }

    fn fair(&self, at: Instant) -> Fair {
        let mut fair = Fair {
            mares: Vec::new(),
            stallions: BTreeMap::new(),
            all_stallions: Lot::default(),
        };
        for (place, steed) in self.steeds.iter().enumerate() {
            if !steed.is_active(at) {
            } else if steed.sex == Sex::Male {
                let demand = steed.demand(at);
                let his = fair.stallions.entry(steed.breed.name).or_default();
                his.add(place, demand);
                fair.all_stallions.add(place, demand);
            } else {
                fair.mares.push(place);
            }
        }
        fair
    }

    /// Of five mares the one of the latest generation, three times in four of a studbook's.
    fn pick_mare(&self, fair: &Fair, dice: &mut Dice) -> Option<(usize, usize)> {
        let of_studbook = dice.chance(Bp::new(7_500));
        let drawn: [usize; 5] =
            std::array::from_fn(|_| dice.below(fair.mares.len() as u32) as usize);
        let mares = drawn.iter().map(|nth| (*nth, fair.mares[*nth]));
        let is_wanted = |mare: usize| {
            let breed = self.steeds[mare].breed.name;
            !of_studbook || self.studbooks.iter().any(|it| it.name == breed)
        };
        mares
            .filter(|(_, mare)| is_wanted(*mare))
            .max_by_key(|(_, mare)| {
                let her = &self.steeds[*mare];
                (her.generation(), her.born_at)
            })
    }

    /// A stallion of the mare's breed, one time in twelve of any; the popular ones most often, and no near kin.
    fn pick_stallion(&self, fair: &Fair, mare: usize, dice: &mut Dice) -> Option<usize> {
        let crosses = dice.chance(Bp::new(800));
        let breed = self.steeds[mare].breed.name;
        let own = fair.stallions.get(breed).filter(|_| !crosses);
        let lot = own.unwrap_or(&fair.all_stallions);
        (0..3)
            .filter_map(|_| lot.draw(dice))
            .find(|stallion| !self.are_near_kin(mare, *stallion))
    }

    /// Is one a parent of the other, or have they a parent in common?
    fn are_near_kin(&self, mare: usize, stallion: usize) -> bool {
        let parents = |place: usize| self.parents.get(place).copied().unwrap_or_default();
        let (hers, his) = (parents(mare), parents(stallion));
        let is = |parent: Option<u32>, place: usize| parent.is_some_and(|it| it as usize == place);
        let shares = |one: Option<u32>, other: Option<u32>| one.is_some() && one == other;
        is(hers.sire, stallion)
            || is(his.dam, mare)
            || shares(hers.sire, his.sire)
            || shares(hers.dam, his.dam)
    }

    /// Has one mare covered, if the rules and her owner's purse allow it; says what the stallion's owner earns.
    fn cover(
        &mut self,
        mare: usize,
        stallion: usize,
        at: Instant,
    ) -> Option<Option<(usize, Coins)>> {
        let (keeper, owner) = (self.steeds[mare].keeper, self.steeds[stallion].keeper);
        let her = &self.steeds[mare];
        let fee = self.steeds[stallion].stud_fee();
        let mares = Mare {
            horse: self.mate(mare),
            in_foal: her.covered_at.is_some(),
            foaled_at: her.foaled_at,
        };
        let stallions = Stallion {
            horse: self.mate(stallion),
            stud_fee: fee,
        };
        let agreed = fee.filter(|_| keeper != owner);
        let was_there = her.got_at <= at && self.steeds[stallion].got_at <= at;
        let permit = check_covering(mares.horse.owner, &mares, &stallions, agreed, at).ok()?;
        let covering = permit.cover();
        let price = covering.fee.unwrap_or(Coins::ZERO).get() + covering.registration.get();
        if !was_there || self.players[keeper].money.get() < price + RESERVE {
            return None;
        }
        self.players[keeper].pay(Coins::new(price));
        self.spend(at, keeper, About::Covering(self.coverings.len()));
        self.steeds[mare].covered_at = Some(at);
        self.coverings.push(Covering {
            mare,
            stallion,
            covered_at: at,
            due_at: covering.due_at,
            fee: covering.fee,
            registration: covering.registration,
            outcome: Outcome::Expected,
        });
        Some(covering.fee.map(|fee| (owner, fee)))
    }

    fn mate(&self, place: usize) -> Mate {
        let steed = &self.steeds[place];
        Mate {
            id: HorseId::new(place as i64 + 1),
            owner: UserId::new(self.players[steed.keeper].id),
            sex: steed.sex,
            born_at: steed.born_at,
        }
    }

    /// Ends the pregnancies of the week that began on that Monday.
    pub(super) fn bear(&mut self, plan: &Plan, monday: Instant) {
        let end = monday + TimeDelta::weeks(1);
        let due = (0..self.coverings.len())
            .rev()
            .take_while(|at| self.coverings[*at].due_at >= monday)
            .filter(|at| self.coverings[*at].due_at < end);
        let mut due: Vec<usize> = due.collect();
        due.reverse();
        let mut foaling: Vec<(usize, f64)> =
            due.iter().copied().zip(self.inbreeding_of(&due)).collect();
        let world = &*self;
        let born = in_parts(&mut foaling, BARN, |_, barn| {
            let born = barn.iter().map(|(at, f)| world.conceive(plan, *at, *f));
            born.collect::<Vec<_>>()
        });
        for (at, born) in due.into_iter().zip(born.into_iter().flatten()) {
            self.end(at, born);
        }
    }

    /// F of the foals of these coverings.
    fn inbreeding_of(&self, coverings: &[usize]) -> Vec<f64> {
        let mut table = self.parents.clone();
        table.extend(coverings.iter().map(|at| self.parents_of(*at)));
        // A sire and a dam that lived before their foal are never a flaw.
        Pedigree::new(&table).map_or_else(
            |_| vec![0.0; coverings.len()],
            |pedigree| {
                coefficients_since(&pedigree, &self.inbreeding).split_off(self.parents.len())
            },
        )
    }

    fn parents_of(&self, covering: usize) -> Parents {
        let Covering { mare, stallion, .. } = self.coverings[covering];
        Parents {
            sire: u32::try_from(stallion).ok(),
            dam: u32::try_from(mare).ok(),
        }
    }

    /// A foal with its childhood so far, or the locus whose genotype it could not live with.
    fn conceive(&self, plan: &Plan, at: usize, f: f64) -> Result<Box<Steed>, Locus> {
        let Covering {
            mare,
            stallion,
            due_at,
            ..
        } = self.coverings[at];
        let mut dice = plan.dice(Topic::Births, at as i64);
        let (sire, dam) = (&self.steeds[stallion], &self.steeds[mare]);
        let breed: &'static Breed =
            by_name(breed_of_foal(sire.breed.name, dam.breed.name)).unwrap_or(dam.breed);
        let nurture = Nurture {
            bond: dam.bond,
            stress: dam.stress,
        };
        let generation = 1 + sire.generation().max(dam.generation());
        let conceived = conceive(
            &sire.as_parent(),
            &dam.as_parent(),
            nurture,
            Inbreeding::of(f),
            &breed.facts,
            &mut dice,
        );
        let newborn = match conceived {
            Conceived::Lost(loss) => return Err(loss.locus),
            Conceived::Foal(newborn) => newborn,
        };
        let childhood = Childhood::begin((stallion, mare), generation, f);
        let mut foal = Steed::born(dam.keeper, breed, *newborn, childhood, due_at, &mut dice);
        let care = self.players[dam.keeper].care;
        foal.raise(care, week_start(plan.as_of), &mut dice);
        Ok(Box::new(foal))
    }

    /// A birth, or the loss of what cannot live.
    fn end(&mut self, at: usize, born: Result<Box<Steed>, Locus>) {
        let Covering { mare, due_at, .. } = self.coverings[at];
        self.steeds[mare].covered_at = None;
        let foal = match born {
            Err(locus) => {
                self.coverings[at].outcome = Outcome::Lost(locus);
                return;
            }
            Ok(foal) => *foal,
        };
        self.coverings[at].outcome = Outcome::Foaled(self.steeds.len());
        self.parents.push(self.parents_of(at));
        self.inbreeding
            .push(foal.childhood.as_ref().map_or(0.0, |it| it.inbreeding));
        self.players[foal.keeper].xp += FOAL_XP;
        self.steeds.push(foal);
        self.steeds[mare].foaled_at = Some(due_at);
        self.born += 1;
    }
}

impl Steed {
    /// How much a stallion is in demand: less once he has many years of foals behind him.
    fn demand(&self, day: Instant) -> u16 {
        if day - self.born_at > TimeDelta::weeks(8) {
            self.appeal.div_ceil(4)
        } else {
            self.appeal * 3
        }
    }

    fn as_parent(&self) -> Parent<'_> {
        let f = self.childhood.as_ref().map_or(0.0, |it| it.inbreeding);
        Parent {
            genome: &self.inheritance.genome,
            values: &self.inheritance.values,
            inbreeding: Inbreeding::of(f),
            temperament: self.temperament,
            modifiers: &self.modifiers,
        }
    }
}
