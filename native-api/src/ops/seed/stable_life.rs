//! The life of one horse of the seeded world, by the rules.

use chrono::{NaiveDate, TimeDelta};
use rules::Instant;
use rules::breed::Breed;
use rules::breeding::Newborn;
use rules::dice::Dice;
use rules::discipline::{Discipline, DisciplineScores};
use rules::foal::DAYS;
use rules::heredity::Inheritance;
use rules::horse::{FIRST_ACTIVE_AGE, Groomable, Sex, active_age, check_groom, found};
use rules::money::Coins;
use rules::pedigree::Inbreeding;
use rules::scale::{Bp, Gauge};
use rules::stat::{StatGain, Stats};
use rules::temperament::Temperament;
use rules::time::{DAYS_PER_YEAR, days_after};
use rules::training::{Trainee, check};
use rules::traits::{EpigeneticModifiers, Rarity, Trait};

use super::childhood::Childhood;
use super::names;
use super::player::Player;

/// How much breeders ask for a horse, as often as that is: a few are popular.
const APPEALS: [u16; 10] = [1, 1, 1, 1, 1, 2, 2, 4, 4, 10];

/// A horse of the seeded world.
#[derive(Clone, Debug)]
pub(super) struct Steed {
    /// The place of its owner among the players.
    pub keeper: usize,
    /// Does it stand in its owner's first stable, or in the second?
    pub stable: usize,
    /// Its name.
    pub name: String,
    /// Its breed.
    pub breed: &'static Breed,
    /// Its sex.
    pub sex: Sex,
    /// When it was born.
    pub born_at: Instant,
    /// Its temperament.
    pub temperament: Temperament,
    /// Its genome, breeding values, height and coat.
    pub inheritance: Inheritance,
    /// Its parents and first weeks, if it was born in the world.
    pub childhood: Option<Childhood>,
    /// When its owner got it.
    pub got_at: Instant,
    /// Is it its owner's free mare?
    pub is_starter: bool,
    /// Its XP from shows.
    pub xp: i64,
    /// Its stats now.
    pub stats: Stats,
    /// Its bond now.
    pub bond: Gauge,
    /// Its stress now.
    pub stress: Gauge,
    /// Its traits now.
    pub modifiers: EpigeneticModifiers,
    /// Its discipline scores now.
    pub scores: DisciplineScores,
    /// Until when it rests.
    pub resting_until: Option<Instant>,
    /// When it was last groomed.
    pub groomed_on: Option<NaiveDate>,
    /// Every session, oldest first.
    pub sessions: Vec<Logged>,
    /// How much breeders ask for it, from 1 to 10.
    pub appeal: u16,
    /// Since when the mare is in foal.
    pub covered_at: Option<Instant>,
    /// When the mare last foaled.
    pub foaled_at: Option<Instant>,
    /// When it was tested, and whether the result is published.
    pub tested: Option<(Instant, bool)>,
    favourites: [Discipline; 2],
    minute: i64,
}

/// A session of training.
#[derive(Clone, Debug)]
pub(super) struct Logged {
    /// When.
    pub at: Instant,
    /// In which discipline.
    pub discipline: Discipline,
    /// Points gained.
    pub score_gain: i64,
    /// A stat that rose.
    pub stat_gain: Option<StatGain>,
    /// XP of the player.
    pub user_xp: i64,
}

/// How a horse comes to its owner without having been bred.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// Its breed.
    pub breed: &'static Breed,
    /// Its sex.
    pub sex: Sex,
    /// Is it a free mare?
    pub is_starter: bool,
}

impl Steed {
    /// A horse that its owner gets from the store, or as the free mare.
    pub(super) fn arrive(
        keeper: usize,
        arrival: Arrival,
        got_at: Instant,
        dice: &mut Dice,
    ) -> Self {
        let breed = arrival.breed;
        let founder = found(
            &breed.facts,
            &breed.frequencies(),
            arrival.sex,
            got_at,
            dice,
        );
        let modifiers = if arrival.is_starter {
            founder.modifiers
        } else {
            draw_traits(dice)
        };
        let origin = Newborn {
            sex: arrival.sex,
            inbreeding: Inbreeding::NONE,
            inheritance: founder.inheritance,
            stats: founder.stats,
            temperament: founder.temperament,
            bond: founder.bond,
            stress: founder.stress,
            modifiers,
        };
        Self {
            is_starter: arrival.is_starter,
            ..Self::of(keeper, breed, origin, (founder.born_at, got_at), dice)
        }
    }

    /// A foal on the day of its birth.
    pub(super) fn born(
        keeper: usize,
        breed: &'static Breed,
        newborn: Newborn,
        childhood: Childhood,
        born_at: Instant,
        dice: &mut Dice,
    ) -> Self {
        let mut foal = Self {
            childhood: Some(childhood),
            ..Self::of(keeper, breed, newborn, (born_at, born_at), dice)
        };
        foal.notice(born_at);
        foal
    }

    fn of(
        keeper: usize,
        breed: &'static Breed,
        origin: Newborn,
        (born_at, got_at): (Instant, Instant),
        dice: &mut Dice,
    ) -> Self {
        Self {
            keeper,
            stable: dice.below(2) as usize,
            name: names::horse(dice),
            breed,
            sex: origin.sex,
            born_at,
            temperament: origin.temperament,
            inheritance: origin.inheritance,
            childhood: None,
            got_at,
            is_starter: false,
            xp: 0,
            stats: origin.stats,
            bond: origin.bond,
            stress: origin.stress,
            modifiers: origin.modifiers,
            scores: DisciplineScores::default(),
            resting_until: None,
            groomed_on: None,
            sessions: Vec::new(),
            appeal: APPEALS[dice.below(APPEALS.len() as u32) as usize],
            covered_at: None,
            foaled_at: None,
            tested: None,
            favourites: favourites(&origin.stats, dice),
            minute: i64::from(dice.below(24 * 60)),
        }
    }

    /// Its day's minute, at which it is trained and covered.
    pub(super) fn minute(&self) -> TimeDelta {
        TimeDelta::minutes(self.minute)
    }

    /// Is it of an age to breed and to train?
    pub(super) fn is_active(&self, at: Instant) -> bool {
        active_age(self.born_at, at).is_ok()
    }

    /// When it was, or will be, old enough to breed.
    pub(super) fn active_from(&self) -> Instant {
        days_after(self.born_at, FIRST_ACTIVE_AGE * DAYS_PER_YEAR)
    }

    /// The fee for which other players' mares come to him, if he stands at stud: those that few ask for do not.
    pub(super) fn stud_fee(&self) -> Option<Coins> {
        let is_wanted = self.sex == Sex::Male && self.appeal > 1;
        is_wanted.then(|| Coins::new(20 * i64::from(self.appeal)))
    }

    /// A week with its owner: training, grooming, and a look at what it has reached.
    pub(super) fn keep(&mut self, owner: &Player, monday: Instant, dice: &mut Dice) {
        let (is_trained, is_groomed) = (dice.chance(owner.diligence), dice.chance(owner.care));
        if is_trained {
            self.train(monday, dice);
        }
        let morning = |day: i64| monday + TimeDelta::days(day) + TimeDelta::hours(9);
        if is_groomed {
            self.groom(morning(5));
            self.groom(morning(6));
        }
        self.notice(morning(6));
    }

    /// Trains her on her day of the week that began on that Monday, mostly in her favourite discipline.
    fn train(&mut self, monday: Instant, dice: &mut Dice) {
        let at = monday + TimeDelta::days(4) + TimeDelta::minutes(self.minute);
        let [first, second] = self.favourites;
        let discipline = if dice.chance(Bp::new(7_500)) {
            first
        } else {
            second
        };
        let horse = Trainee {
            born_at: self.born_at,
            in_foal: self.covered_at.is_some_and(|since| since <= at),
            resting_until: self.resting_until,
            stats: self.stats,
            temperament: self.temperament,
            modifiers: &self.modifiers,
            bond: self.bond,
            stress: self.stress,
        };
        let Ok(permit) = check(horse, at) else { return };
        let session = permit.train(discipline, self.scores.get(discipline), dice);
        if self.scores.set(discipline, session.score).is_err() {
            return;
        }
        if let Some(gain) = session.stat_gain {
            self.stats = self.stats.with(
                gain.stat,
                self.stats.get(gain.stat).moved(i64::from(gain.gain)),
            );
        }
        self.resting_until = Some(session.resting_until);
        self.modifiers = session.modifiers;
        self.sessions.push(Logged {
            at,
            discipline,
            score_gain: session.score_gain,
            stat_gain: session.stat_gain,
            user_xp: session.user_xp,
        });
    }

    /// Grooms it at an instant, unless it was groomed on that day or is not a week old.
    fn groom(&mut self, at: Instant) {
        if at < days_after(self.born_at, DAYS) {
            return;
        }
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        let horse = Groomable {
            born_at: self.born_at,
            groomed_at: self.groomed_on.map(midnight),
            bond: self.bond,
            stress: self.stress,
            modifiers: &self.modifiers,
        };
        let Ok(permit) = check_groom(horse, at) else {
            return;
        };
        let groomed = permit.groom();
        (self.bond, self.stress) = (groomed.bond, groomed.stress);
        self.modifiers = groomed.modifiers;
        self.groomed_on = Some(at.date_naive());
    }
}

/// Two of the four disciplines that suit it best.
fn favourites(stats: &Stats, dice: &mut Dice) -> [Discipline; 2] {
    let mut all: Vec<Discipline> = Discipline::ALL.to_vec();
    let suits = |discipline: &Discipline| {
        let [first, second, third] = discipline.readings(stats).map(i64::from);
        -(50 * first + 30 * second + 20 * third)
    };
    all.sort_by_key(suits);
    let first = dice.below(4) as usize;
    let second = (first + 1 + dice.below(3) as usize) % 4;
    [all[first], all[second]]
}

/// What a horse brings along from the world before the game: about one trait, one in four of them hidden, as often as births
/// would give and hide them.
fn draw_traits(dice: &mut Dice) -> EpigeneticModifiers {
    let mut modifiers = EpigeneticModifiers::default();
    for one in Trait::ALL.iter().copied() {
        let (chance, hidden) = match one.facts().rarity {
            Rarity::Common => (600, 2_000),
            Rarity::Rare => (300, 7_000),
            Rarity::Legendary => (100, 9_000),
        };
        let (is_there, is_hidden) = (dice.chance(Bp::new(chance)), dice.chance(Bp::new(hidden)));
        if is_there {
            modifiers = with(&modifiers, one, is_hidden).unwrap_or(modifiers);
        }
    }
    modifiers
}

/// The traits with one more, unless it conflicts with them.
fn with(
    modifiers: &EpigeneticModifiers,
    one: Trait,
    is_hidden: bool,
) -> Option<EpigeneticModifiers> {
    let [mut positive, mut negative, mut hidden] = [
        modifiers.positive(),
        modifiers.negative(),
        modifiers.hidden(),
    ]
    .map(<[Trait]>::to_vec);
    match one.facts().sign {
        _ if is_hidden => hidden.push(one),
        rules::traits::Sign::Positive => positive.push(one),
        rules::traits::Sign::Negative => negative.push(one),
    }
    EpigeneticModifiers::new(positive, negative, hidden).ok()
}
