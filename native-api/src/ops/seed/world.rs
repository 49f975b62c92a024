//! The seeded world: half a year of players and their horses, lived week by week.

use chrono::{NaiveDate, TimeDelta};
use rules::Instant;
use rules::dice::Dice;
use rules::economy::{STIPEND, STORE_HORSE_PRICE, WELCOME};
use rules::money::Coins;
use rules::scale::Bp;
use rules::settings::{Notifications, Privacy, Settings};
use rules::time::week_start;
use uuid::{Builder, Uuid};

use super::stable_life::Steed;
use super::{Plan, Topic, names};

/// How many weeks the world has lived.
const WEEKS: i64 = 24;

/// What a player keeps back when buying a horse.
const RESERVE: i64 = 100;

/// A player of the seeded world.
#[derive(Clone, Debug)]
pub(super) struct Player {
    /// The user.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The address, at a domain that cannot exist.
    pub email: String,
    /// When the player came.
    pub joined_at: Instant,
    /// The settings that the player has set.
    pub settings: Settings,
    /// Two stables, of which those are opened that have horses: name and place.
    pub stables: [(String, String); 2],
    /// XP, all from training so far.
    pub xp: i64,
    /// Weeks whose stipend was claimed, and when.
    pub claims: Vec<(NaiveDate, Instant)>,
    money: Coins,
    wanted: usize,
    owned: usize,
    diligence: Bp,
    care: Bp,
}

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

/// What a stipend or a purchase is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum About {
    /// The stipend of the week that began on this Monday.
    Week(NaiveDate),
    /// A horse, by its place among the steeds.
    Horse(usize),
}

/// Players, horses, and what they did with their coins, in its order.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub players: Vec<Player>,
    pub steeds: Vec<Steed>,
    pub spendings: Vec<Spending>,
}

impl World {
    /// Lets a world of so many horses live until the plan's `as_of`.
    pub(super) fn grow(plan: &Plan, horses: u32) -> Self {
        let horses = horses as usize;
        let count = (horses / 5).max(4);
        let start = week_start(plan.as_of);
        let mut world = Self {
            players: (0..count)
                .map(|at| Player::join(plan, start, at, count))
                .collect(),
            steeds: Vec::with_capacity(horses),
            spendings: Vec::new(),
        };
        world.wish(plan, horses, start);
        for week in (1..=WEEKS).rev() {
            let mut dice = plan.dice(Topic::Weeks, week);
            world.live(plan, start - TimeDelta::weeks(week), &mut dice);
        }
        world.spendings.sort_by_key(|it| (it.at, it.player));
        world
    }

    /// Deals out the horses: one to each player, the others to whoever can pay for them.
    fn wish(&mut self, plan: &Plan, horses: usize, start: Instant) {
        let mut left = horses;
        for player in &mut self.players {
            player.wanted = usize::from(left > 0);
            left -= player.wanted;
        }
        let mut dice = plan.dice(Topic::Wishes, 0);
        let mut room: Vec<usize> = self
            .players
            .iter()
            .map(|player| player.room(start))
            .collect();
        while left > 0 && room.iter().any(|room| *room > 0) {
            let at = dice.below(room.len() as u32) as usize;
            if room[at] > 0 {
                room[at] -= 1;
                self.players[at].wanted += 1;
                left -= 1;
            }
        }
    }

    fn live(&mut self, plan: &Plan, monday: Instant, dice: &mut Dice) {
        for at in 0..self.players.len() {
            if self.players[at].joined_at < monday + TimeDelta::weeks(1) {
                self.claim(at, monday, dice);
                self.acquire(plan, at, monday);
            }
        }
        for steed in &mut self.steeds {
            let player = &mut self.players[steed.keeper];
            let (trains, brushes) = (dice.chance(player.diligence), dice.chance(player.care));
            let before = steed.sessions.len();
            if trains {
                steed.train(monday, dice);
            }
            if brushes {
                steed.groom(monday + TimeDelta::days(5) + TimeDelta::hours(9));
                steed.groom(monday + TimeDelta::days(6) + TimeDelta::hours(9));
            }
            player.xp += steed.sessions[before..]
                .iter()
                .map(|it| it.user_xp)
                .sum::<i64>();
        }
    }

    /// The stipend of the week, which nobody forgets who saves for a horse.
    fn claim(&mut self, at: usize, monday: Instant, dice: &mut Dice) {
        let player = &mut self.players[at];
        let is_remembered = dice.chance(Bp::new(8_000)) || player.owned < player.wanted;
        if !is_remembered {
            return;
        }
        let minutes = TimeDelta::minutes(5 + i64::from(dice.below(600)));
        let when = monday.max(player.joined_at) + minutes;
        let week = monday.date_naive();
        player.money = Coins::new(player.money.get() + STIPEND.get());
        player.claims.push((week, when));
        self.spendings.push(Spending {
            at: when,
            player: at,
            about: About::Week(week),
        });
    }

    /// The free mare in the first week, and then a horse from the store whenever there are coins for one.
    fn acquire(&mut self, plan: &Plan, at: usize, monday: Instant) {
        let player = &mut self.players[at];
        if player.owned == 0 && player.wanted > 0 {
            let got_at = player.joined_at + TimeDelta::minutes(3);
            self.bring(plan, at, true, got_at);
        }
        let player = &mut self.players[at];
        let price = STORE_HORSE_PRICE.get();
        if player.owned < player.wanted && player.money.get() >= price + RESERVE {
            player.money = Coins::new(player.money.get() - price);
            let got_at = monday
                + TimeDelta::days(3)
                + TimeDelta::hours(12)
                + TimeDelta::minutes(at as i64 % 600);
            let about = About::Horse(self.steeds.len());
            self.bring(plan, at, false, got_at);
            self.spendings.push(Spending {
                at: got_at,
                player: at,
                about,
            });
        }
    }

    fn bring(&mut self, plan: &Plan, keeper: usize, is_starter: bool, got_at: Instant) {
        let at = self.steeds.len();
        let mut dice = plan.dice(Topic::Horses, at as i64);
        self.players[keeper].owned += 1;
        self.steeds
            .push(Steed::arrive(keeper, at, is_starter, got_at, &mut dice));
    }
}

impl Player {
    /// A player who came in one of the weeks, the first ones of the world first, one in ten last week.
    fn join(plan: &Plan, start: Instant, at: usize, count: usize) -> Self {
        let mut dice = plan.dice(Topic::Players, at as i64);
        let is_newcomer = dice.chance(Bp::new(1_000));
        let ago = WEEKS - (WEEKS - 1) * at as i64 / count as i64;
        let ago = if is_newcomer { 1 } else { ago };
        let joined_at =
            start - TimeDelta::weeks(ago) + TimeDelta::minutes(i64::from(dice.below(3 * 24 * 60)));
        let name = names::player(&mut dice);
        let random: [u8; 10] = std::array::from_fn(|_| dice.below(256) as u8);
        let millis = u64::try_from(joined_at.timestamp_millis()).unwrap_or(0);
        let stables = [names::stable(&mut dice), names::stable(&mut dice)];
        Self {
            id: Builder::from_unix_timestamp_millis(millis, &random).into_uuid(),
            email: names::email(&name, at),
            name,
            joined_at,
            settings: settings(&mut dice),
            stables: apart(stables),
            xp: 0,
            claims: Vec::new(),
            money: WELCOME,
            wanted: 0,
            owned: 0,
            diligence: Bp::new(2_000 + 1_000 * dice.range(0, 8)),
            care: Bp::new(700 * dice.range(0, 8)),
        }
    }

    /// How many horses the coins of all those weeks buy beside the free mare, one a week at most.
    fn room(&self, start: Instant) -> usize {
        let weeks = (start - week_start(self.joined_at)).num_weeks();
        let coins = WELCOME.get() + STIPEND.get() * weeks - RESERVE;
        usize::try_from(weeks.min(coins / STORE_HORSE_PRICE.get())).unwrap_or(0)
    }
}

/// No two stables of a player have the same name.
fn apart([first, (name, place)]: [(String, String); 2]) -> [(String, String); 2] {
    let name = if name == first.0 {
        format!("Upper {name}")
    } else {
        name
    };
    [first, (name, place)]
}

/// Most leave everything as it is, some prefer dark colours or silence, and a few keep to themselves.
fn settings(dice: &mut Dice) -> Settings {
    let quiet = dice.chance(Bp::new(2_000)).then_some(Notifications {
        training: Some(false),
        competitions: None,
        breeding: Some(false),
    });
    let (is_hidden, is_discreet) = (dice.chance(Bp::new(800)), dice.chance(Bp::new(1_200)));
    let privacy = (is_hidden || is_discreet).then_some(Privacy {
        profile_visible: Some(!is_hidden),
        share_progress: Some(!is_discreet),
    });
    Settings {
        dark_mode: dice.chance(Bp::new(4_000)).then_some(true),
        notifications: quiet,
        privacy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(number: u64, horses: u32) -> World {
        let now: Instant = "2026-11-22T15:47:31Z".parse().unwrap();
        World::grow(&Plan::of_the_week(number, now), horses)
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
        for breed in rules::breed::BREEDS {
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
            };
            assert!(purses[spending.player] >= 0);
        }
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
}
