//! The life of one horse of the seeded world, by the rules.

use chrono::{NaiveDate, TimeDelta};
use rules::Instant;
use rules::breed::{BREEDS, Breed};
use rules::dice::Dice;
use rules::discipline::{Discipline, DisciplineScores};
use rules::horse::{Founder, Groomable, Sex, check_groom, found, starter_mare};
use rules::scale::{Bp, Gauge};
use rules::stat::{StatGain, Stats};
use rules::training::{Trainee, check};
use rules::traits::{EpigeneticModifiers, Rarity, Trait};

use super::names;

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
    /// As it was made.
    pub founder: Founder,
    /// When its owner got it.
    pub got_at: Instant,
    /// Is it its owner's free mare?
    pub is_starter: bool,
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

impl Steed {
    /// A horse that its owner gets. The first ones are of all breeds in turn, so that each is there.
    pub(super) fn arrive(
        keeper: usize,
        at: usize,
        is_starter: bool,
        got_at: Instant,
        dice: &mut Dice,
    ) -> Self {
        let drawn = dice.below(BREEDS.len() as u32) as usize;
        let breed = BREEDS
            .get(at)
            .or(BREEDS.get(drawn))
            .unwrap_or(&rules::breed::CROSSBRED);
        let frequencies = breed.frequencies();
        let founder = if is_starter {
            starter_mare(&breed.facts, &frequencies, got_at, dice)
        } else {
            let sex = if dice.chance(Bp::new(5_000)) {
                Sex::Male
            } else {
                Sex::Female
            };
            found(&breed.facts, &frequencies, sex, got_at, dice)
        };
        Self {
            keeper,
            stable: dice.below(2) as usize,
            name: names::horse(dice),
            breed,
            got_at,
            is_starter,
            stats: founder.stats,
            bond: founder.bond,
            stress: founder.stress,
            modifiers: if is_starter {
                founder.modifiers.clone()
            } else {
                draw_traits(dice)
            },
            scores: DisciplineScores::default(),
            resting_until: None,
            groomed_on: None,
            sessions: Vec::new(),
            favourites: favourites(&founder.stats, dice),
            minute: i64::from(dice.below(24 * 60)),
            founder,
        }
    }

    /// Trains her on her day of the week that began on that Monday, mostly in her favourite discipline.
    pub(super) fn train(&mut self, monday: Instant, dice: &mut Dice) {
        let at = monday + TimeDelta::days(4) + TimeDelta::minutes(self.minute);
        let [first, second] = self.favourites;
        let discipline = if dice.chance(Bp::new(7_500)) {
            first
        } else {
            second
        };
        let horse = Trainee {
            born_at: self.founder.born_at,
            in_foal: false,
            resting_until: self.resting_until,
            stats: self.stats,
            temperament: self.founder.temperament,
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

    /// Grooms it at an instant, unless it was groomed on that day.
    pub(super) fn groom(&mut self, at: Instant) {
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        let horse = Groomable {
            born_at: self.founder.born_at,
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
