//! The seeded world: players and their horses, lived week by week.

use chrono::{NaiveDate, TimeDelta};
use rules::Instant;
use rules::breed::{BREEDS, Breed, CROSSBRED, by_name};
use rules::dice::Dice;
use rules::economy::{GENETIC_TEST, STIPEND, STORE_HORSE_PRICE};
use rules::horse::Sex;
use rules::pedigree::Parents;
use rules::scale::Bp;
use rules::time::week_start;

use super::hands::in_parts;
use super::player::Player;
use super::stable_life::{Arrival, Steed};
use super::stud::Covering;
use super::{Plan, Topic};

/// How many weeks the world has lived: ten generations of horses and more.
pub(super) const WEEKS: i64 = 88;

/// For how many weeks people have come in numbers; before that there were a few breeders.
pub(super) const RECENT: i64 = 24;

/// A studbook for every so many horses.
const HORSES_A_STUDBOOK: usize = 300;

/// From how many horses on a world is large.
pub(super) const LARGE: u32 = 10_000;

/// How many horses are looked after with the same dice.
const YARD: usize = 1_024;

/// The fewest horses of a world in which any is bred.
const LEAST_BRED: usize = 60;

/// What a player keeps back when spending.
pub(super) const RESERVE: i64 = 100;

/// The breeds that are bred for many generations, the first of them in small worlds.
const STUDBOOKS: [&str; 12] = [
    "American Paint Horse",
    "Icelandic",
    "Arabian",
    "Knabstrupper",
    "Hanoverian",
    "Connemara Pony",
    "American Quarter Horse",
    "Lusitano",
    "Gypsy Vanner",
    "Morgan",
    "Thoroughbred",
    "Shetland Pony",
];

/// Coins that a player received or paid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spending {
    /// When.
    pub at: Instant,
    /// The place of the player.
    pub player: usize,
    /// What for.
    pub about: About,
}

/// What coins are about.
#[derive(Clone, Copy, Debug)]
pub(super) enum About {
    /// The stipend of the week that began on this Monday.
    Week(NaiveDate),
    /// A horse, by its place among the steeds.
    Horse(usize),
    /// The fee and the registration of a covering, by its place among the coverings.
    Covering(usize),
    /// A genetic test of a horse.
    Test(usize),
}

/// Players, horses, coverings, and what they did with their coins, in its order.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub players: Vec<Player>,
    pub steeds: Vec<Steed>,
    pub coverings: Vec<Covering>,
    pub spendings: Vec<Spending>,
    /// The parents of every steed, by place.
    pub parents: Vec<Parents>,
    /// The breeds that are bred for many generations.
    pub studbooks: Vec<&'static Breed>,
    /// How many foals were born.
    pub born: usize,
    /// How busy the players are.
    pub habits: Habits,
    /// F of every steed, by place.
    pub inbreeding: Vec<f64>,
    /// How many horses came without having been bred: in the first years, and since.
    founders: [usize; 2],
}

/// How busy the players of a world are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// How many horses each player has, on average.
    horses_a_player: usize,
    /// How many of a hundred horses are bred.
    bred_in_hundred: usize,
    /// Among how many horses a player's time is divided, more or less.
    pub horses_a_hand: i32,
    /// How often a stipend is claimed.
    claims: Bp,
    /// How often a horse is tested in a week: one that is asked for, and any other.
    tests: [Bp; 2],
    /// One of so many players shows horses.
    pub players_a_shower: usize,
    /// How many shows run at a time.
    pub shows_at_a_time: i64,
}

impl Habits {
    /// Whoever has many horses has less time for each of them.
    pub(super) fn of(horses: usize) -> Self {
        if horses < LARGE as usize {
            Self {
                horses_a_player: 5,
                bred_in_hundred: if horses < LEAST_BRED { 0 } else { 60 },
                horses_a_hand: 1,
                claims: Bp::new(8_000),
                tests: [300, 60].map(Bp::new),
                players_a_shower: 1,
                shows_at_a_time: 1,
            }
        } else {
            Self {
                horses_a_player: 20,
                bred_in_hundred: 75,
                horses_a_hand: 4,
                claims: Bp::new(4_000),
                tests: [40, 8].map(Bp::new),
                players_a_shower: 4,
                shows_at_a_time: (horses / 2_000) as i64,
            }
        }
    }
}

/// How many horses there are to be, and where they come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    horses: usize,
    bred: usize,
    bought: usize,
}

impl Quota {
    fn of(horses: usize, players: usize, habits: &Habits) -> Self {
        let bred =
            horses / 100 * habits.bred_in_hundred + horses % 100 * habits.bred_in_hundred / 100;
        Self {
            horses,
            bred,
            bought: horses.saturating_sub(players + bred),
        }
    }

    /// How many foals are born until the end of a week, counted from the first: more a week as the world grows.
    pub(super) fn born_until(self, week: i64) -> usize {
        let (week, weeks) = (week.clamp(0, WEEKS - 1) as usize, (WEEKS - 1) as usize);
        self.bred * week * (week + weeks) / (2 * weeks * weeks)
    }

    /// How many horses are bought until the end of a week: a third of them in the years of the few breeders.
    fn bought_until(self, week: i64) -> usize {
        let early = WEEKS - RECENT;
        let (first, then) = (self.bought / 3, self.bought - self.bought / 3);
        let since = |week: i64| week.max(0) as usize;
        first * since(week + 1).min(since(early)) / since(early)
            + then * since(week + 1 - early) / since(RECENT)
    }
}

impl World {
    /// Lets a world of so many horses live until the plan's `as_of`, and tells how many there are after each week.
    pub(super) fn grow(plan: &Plan, horses: u32, grown: impl Fn(usize)) -> Self {
        let horses = horses as usize;
        let habits = Habits::of(horses);
        let count = (horses / habits.horses_a_player).max(4);
        let start = week_start(plan.as_of);
        let mut world = Self::empty(habits, horses);
        world.players = (0..count)
            .map(|at| Player::join(plan, &habits, start, at, count))
            .collect();
        let quota = Quota::of(horses, count, &habits);
        for week in 0..WEEKS {
            let monday = start - TimeDelta::weeks(WEEKS - week);
            world.live(plan, quota, week, monday);
            grown(world.steeds.len());
        }
        world.spendings.sort_by_key(|it| (it.at, it.player));
        for steed in &world.steeds {
            let earned: i64 = steed.sessions.iter().map(|it| it.user_xp).sum();
            world.players[steed.keeper].xp += earned;
        }
        world
    }

    fn empty(habits: Habits, horses: usize) -> Self {
        let studbooks = (horses / HORSES_A_STUDBOOK).clamp(1, STUDBOOKS.len());
        Self {
            players: Vec::new(),
            steeds: Vec::with_capacity(horses),
            coverings: Vec::new(),
            spendings: Vec::new(),
            parents: Vec::with_capacity(horses),
            studbooks: STUDBOOKS[..studbooks]
                .iter()
                .map(|name| by_name(name).unwrap_or(&CROSSBRED))
                .collect(),
            born: 0,
            habits,
            inbreeding: Vec::with_capacity(horses),
            founders: [0; 2],
        }
    }

    fn live(&mut self, plan: &Plan, quota: Quota, week: i64, monday: Instant) {
        let mut dice = plan.dice(Topic::Weeks, week);
        self.bear(plan, monday);
        let income = self.cover_mares(plan, quota, week, monday);
        for at in 0..self.players.len() {
            if self.players[at].joined_at < monday + TimeDelta::weeks(1) {
                self.claim(at, monday, &mut dice);
                self.receive_starter(plan, quota, at, monday);
            }
        }
        self.buy(plan, quota, week, monday);
        self.keep(plan, week, monday);
        self.test(monday, &mut dice);
        for (player, coins) in income {
            self.players[player].earn(coins);
        }
    }

    /// A week of training and grooming. Each yard has dice of its own, so that it does not matter who works first.
    fn keep(&mut self, plan: &Plan, week: i64, monday: Instant) {
        let players = &self.players;
        in_parts(&mut self.steeds, YARD, |yard, steeds| {
            let mut dice = plan.dice(Topic::Yards, week << 32 | yard as i64);
            for steed in steeds {
                steed.keep(&players[steed.keeper], monday, &mut dice);
            }
        });
    }

    /// The stipend of the week, which nobody forgets who saves for a horse.
    fn claim(&mut self, at: usize, monday: Instant, dice: &mut Dice) {
        let player = &mut self.players[at];
        let is_remembered = dice.chance(self.habits.claims) || player.is_saving;
        if !is_remembered {
            return;
        }
        let minutes = TimeDelta::minutes(5 + i64::from(dice.below(600)));
        let when = monday.max(player.joined_at) + minutes;
        let week = monday.date_naive();
        player.earn(STIPEND);
        player.claims.push((week, when));
        self.spend(when, at, About::Week(week));
    }

    /// The free mare, as soon as a player is there.
    fn receive_starter(&mut self, plan: &Plan, quota: Quota, at: usize, monday: Instant) {
        let player = &mut self.players[at];
        if player.has_starter || at >= quota.horses {
            return;
        }
        player.has_starter = true;
        let got_at = player.joined_at + TimeDelta::minutes(3);
        self.bring(plan, at, true, monday, got_at);
    }

    /// Horses from the store, by whoever has the coins. What was missed in one week is bought in the next; in the last one
    /// the world is filled up.
    fn buy(&mut self, plan: &Plan, quota: Quota, week: i64, monday: Instant) {
        let noon = monday + TimeDelta::days(3) + TimeDelta::hours(12);
        let starters = self.players.iter().filter(|it| it.has_starter).count();
        let is_last = week == WEEKS - 1;
        let wanted = if is_last {
            quota.horses
        } else {
            starters + self.born + quota.bought_until(week)
        };
        let first = plan
            .dice(Topic::Wishes, week)
            .below(self.players.len() as u32) as usize;
        let price = STORE_HORSE_PRICE.get();
        for round in 0..if is_last { 40 } else { 1 } {
            for step in 0..self.players.len() {
                let at = (first + step) % self.players.len();
                let player = &mut self.players[at];
                player.is_saving = self.steeds.len() < wanted || player.is_saving;
                let can_pay = player.has_starter && player.money.get() >= price + RESERVE;
                if self.steeds.len() < wanted && can_pay {
                    player.pay(STORE_HORSE_PRICE);
                    let got_at = noon + TimeDelta::minutes((at as i64 + 7 * round) % 600);
                    self.spend(got_at, at, About::Horse(self.steeds.len()));
                    self.bring(plan, at, false, monday, got_at);
                }
            }
        }
    }

    fn bring(
        &mut self,
        plan: &Plan,
        keeper: usize,
        is_starter: bool,
        monday: Instant,
        got_at: Instant,
    ) {
        let at = self.steeds.len();
        let mut dice = plan.dice(Topic::Horses, at as i64);
        let is_recent = monday >= week_start(plan.as_of) - TimeDelta::weeks(RECENT);
        let breed = self.breed_of_founder(is_recent, &mut dice);
        let sex = if is_starter || dice.chance(Bp::new(5_000)) && !self.lacks_stallion(breed) {
            Sex::Female
        } else {
            Sex::Male
        };
        let arrival = Arrival {
            breed,
            sex,
            is_starter,
        };
        self.steeds
            .push(Steed::arrive(keeper, arrival, got_at, &mut dice));
        self.parents.push(Parents::default());
        self.inbreeding.push(0.0);
    }

    /// The first founders are of the studbooks in turn; since people come in numbers, they are of every breed in turn, and
    /// then of the studbooks or of any breed.
    fn breed_of_founder(&mut self, is_recent: bool, dice: &mut Dice) -> &'static Breed {
        let (drawn, of_studbook) = (
            dice.below(BREEDS.len() as u32) as usize,
            dice.chance(Bp::new(4_000)),
        );
        let nth = self.founders[usize::from(is_recent)];
        self.founders[usize::from(is_recent)] += 1;
        let studbook = self.studbooks[(if is_recent { drawn } else { nth }) % self.studbooks.len()];
        match BREEDS.get(nth) {
            _ if !is_recent => studbook,
            Some(breed) => breed,
            None if of_studbook => studbook,
            None => &BREEDS[drawn],
        }
    }

    fn lacks_stallion(&self, breed: &Breed) -> bool {
        let is_his = |it: &&Steed| it.breed.name == breed.name && it.sex == Sex::Male;
        self.steeds.iter().rev().take(200).find(is_his).is_none()
    }

    /// A player now and then has a horse tested, and tells most results.
    fn test(&mut self, monday: Instant, dice: &mut Dice) {
        for at in 0..self.steeds.len() {
            let steed = &mut self.steeds[at];
            let player = &mut self.players[steed.keeper];
            let is_wanted = dice.chance(self.habits.tests[usize::from(steed.appeal <= 3)]);
            let is_told = dice.chance(Bp::new(6_000));
            let can_pay = player.money.get() >= GENETIC_TEST.get() + RESERVE;
            let when = monday
                + TimeDelta::days(6)
                + TimeDelta::hours(11)
                + TimeDelta::minutes(at as i64 % 600);
            if is_wanted && can_pay && steed.tested.is_none() && steed.is_active(when) {
                steed.tested = Some((when, is_told));
                player.pay(GENETIC_TEST);
                let keeper = steed.keeper;
                self.spend(when, keeper, About::Test(at));
            }
        }
    }

    /// Notes coins that a player received or paid.
    pub(super) fn spend(&mut self, at: Instant, player: usize, about: About) {
        self.spendings.push(Spending { at, player, about });
    }
}

#[cfg(test)]
mod tests {
    use rules::pedigree::{Pedigree, known_generations};

    use rules::economy::WELCOME;
    use rules::money::Coins;

    use super::*;

    fn world(number: u64, horses: u32) -> World {
        let now: Instant = "2026-11-22T15:47:31Z".parse().unwrap();
        World::grow(&Plan::of_the_week(number, now), horses, |_| ())
    }

    #[test]
    fn the_same_plan_grows_the_same_world_and_another_number_another_one() {
        let say = |world: &World| format!("{world:?}");
        assert_eq!(say(&world(7, 40)), say(&world(7, 40)));
        assert_ne!(say(&world(7, 40)), say(&world(8, 40)));
    }

    #[test]
    fn there_are_as_many_horses_as_asked_for_and_of_every_breed() {
        for horses in [0, 1, 3, 40, 300, 1_000] {
            assert_eq!(world(1, horses).steeds.len(), horses as usize);
        }
        let world = world(1, 300);
        for breed in BREEDS {
            assert!(
                world
                    .steeds
                    .iter()
                    .any(|steed| steed.breed.name == breed.name),
                "{}",
                breed.name
            );
        }
    }

    #[test]
    fn nobody_spends_what_is_not_there_and_nothing_happens_after_the_worlds_end() {
        let end: Instant = "2026-11-16T00:00:00Z".parse().unwrap();
        let world = world(1, 300);
        let mut purses = vec![WELCOME.get(); world.players.len()];
        for spending in &world.spendings {
            assert!(spending.at < end && spending.at > world.players[spending.player].joined_at);
            purses[spending.player] += match spending.about {
                About::Week(_) => STIPEND.get(),
                About::Horse(_) => -STORE_HORSE_PRICE.get(),
                About::Test(_) => -GENETIC_TEST.get(),
                About::Covering(at) => {
                    let covering = &world.coverings[at];
                    let fee = covering.fee.unwrap_or(Coins::ZERO).get();
                    purses[world.steeds[covering.stallion].keeper] += fee;
                    -fee - covering.registration.get()
                }
            };
            assert!(purses[spending.player] >= 0);
        }
        let left: Vec<i64> = world.players.iter().map(|it| it.money.get()).collect();
        assert_eq!(purses, left);
        let sessions = world.steeds.iter().flat_map(|steed| &steed.sessions);
        assert!(sessions.map(|it| it.at).max().unwrap() < end);
    }

    #[test]
    fn a_horse_rests_seven_days_between_its_sessions() {
        for steed in world(1, 300).steeds {
            let pairs = steed.sessions.windows(2);
            assert!(
                pairs
                    .into_iter()
                    .all(|pair| pair[1].at - pair[0].at >= TimeDelta::days(7))
            );
        }
    }

    #[test]
    fn players_stand_at_every_stage_and_traits_are_visible_and_hidden() {
        let world = world(1, 300);
        let levels: Vec<i64> = world
            .players
            .iter()
            .map(|it| rules::progression::level(it.xp))
            .collect();
        assert!(
            levels.contains(&1) && levels.iter().any(|level| *level >= 4),
            "{levels:?}"
        );
        assert!(
            world
                .players
                .iter()
                .any(|it| it.settings.effective().privacy.profile_visible)
        );
        assert!(
            world
                .players
                .iter()
                .any(|it| !it.settings.effective().privacy.profile_visible)
        );
        let steeds = || world.steeds.iter().map(|steed| &steed.modifiers);
        assert!(steeds().any(|it| !it.hidden().is_empty()));
        assert!(steeds().any(|it| !it.positive().is_empty()));
        assert!(steeds().any(|it| !it.negative().is_empty()));
    }

    fn depths(world: &World) -> Vec<u32> {
        known_generations(&Pedigree::new(&world.parents).unwrap())
    }

    #[test]
    fn the_studbook_is_ten_generations_deep_in_a_small_world_and_in_a_large_one() {
        for (number, horses) in [(7, 60), (1, 300), (2, 300), (4, 300), (5, 600), (3, 1_000)] {
            let world = world(number, horses);
            let deepest = depths(&world).into_iter().max().unwrap();
            assert!(deepest >= 10, "{horses} of {number}: {deepest}");
        }
    }

    #[test]
    fn horses_are_inbred_as_in_a_studbook_that_avoids_it() {
        let world = world(1, 300);
        let book = world.studbooks[0].name;
        let born = world.steeds.iter().filter(|it| it.breed.name == book);
        let born: Vec<f64> = born
            .filter_map(|it| Some(it.childhood.as_ref()?.inbreeding))
            .collect();
        let latest = &born[born.len() / 2..];
        let mean = latest.iter().sum::<f64>() / latest.len() as f64;
        assert!((0.01..0.25).contains(&mean), "{mean:.3}");
        let pedigree = Pedigree::new(&world.parents).unwrap();
        let exact = rules::pedigree::coefficients(&pedigree);
        for (steed, f) in world.steeds.iter().zip(exact) {
            let noted = steed.childhood.as_ref().map_or(0.0, |it| it.inbreeding);
            assert_eq!(noted.to_bits(), f.to_bits());
        }
    }

    #[test]
    fn a_few_stallions_have_most_of_the_foals() {
        let world = world(1, 1_000);
        let mut foals = std::collections::BTreeMap::<u32, u32>::new();
        for sire in world.parents.iter().filter_map(|it| it.sire) {
            *foals.entry(sire).or_default() += 1;
        }
        let mut each: Vec<u32> = foals.into_values().collect();
        each.sort_unstable();
        let all: u32 = each.iter().sum();
        let top: u32 = each.iter().rev().take(each.len() / 5).sum();
        assert!(10 * top > 4 * all, "{top} of {all}");
    }

    #[test]
    fn mares_are_in_foal_whose_foals_a_visitor_sees_born_and_some_conceptions_were_lost() {
        let opening: Instant = "2026-11-22T15:47:00Z".parse().unwrap();
        let world = world(1, 1_000);
        let expected = world
            .coverings
            .iter()
            .filter(|it| it.outcome == super::super::stud::Outcome::Expected);
        let due: Vec<i64> = expected
            .map(|it| (it.due_at - opening).num_minutes())
            .collect();
        assert!(due.len() >= 5 && due[0] == 10, "{due:?}");
        assert!(due.iter().all(|minutes| *minutes > 0));
        let lost = world
            .coverings
            .iter()
            .filter(|it| matches!(it.outcome, super::super::stud::Outcome::Lost(_)));
        let lost = lost.count();
        assert!((1..40).contains(&lost), "{lost}");
    }

    #[test]
    fn foals_have_had_lessons_milestones_and_are_grown_in_time() {
        let end: Instant = "2026-11-16T00:00:00Z".parse().unwrap();
        for steed in world(1, 300).steeds {
            let Some(childhood) = &steed.childhood else {
                continue;
            };
            assert_eq!(childhood.grown.is_some(), steed.active_from() <= end);
            assert!(childhood.lessons.iter().all(|it| it.at < end));
            assert!(!childhood.milestones.as_slice().is_empty());
        }
    }
}
