//! The players of the seeded world.

use chrono::{NaiveDate, TimeDelta};
use rules::Instant;
use rules::dice::Dice;
use rules::economy::WELCOME;
use rules::money::Coins;
use rules::scale::Bp;
use rules::settings::{Notifications, Privacy, Settings};
use uuid::{Builder, Uuid};

use super::world::{Habits, RECENT, WEEKS};
use super::{Plan, Topic, names};

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
    /// XP from training and from foals.
    pub xp: i64,
    /// Weeks whose stipend was claimed, and when.
    pub claims: Vec<(NaiveDate, Instant)>,
    /// What is in the purse.
    pub money: Coins,
    /// How often foals are taught and horses groomed.
    pub care: Bp,
    /// Does the player have the free mare?
    pub has_starter: bool,
    /// Does the player save for a horse?
    pub is_saving: bool,
    /// How often horses are trained.
    pub diligence: Bp,
}

impl Player {
    /// A player: a few breeders from the first week on, the others in the last weeks, one in ten of them last week.
    pub(super) fn join(
        plan: &Plan,
        habits: &Habits,
        start: Instant,
        at: usize,
        count: usize,
    ) -> Self {
        let mut dice = plan.dice(Topic::Players, at as i64);
        let is_newcomer = dice.chance(Bp::new(1_000));
        let breeders = (count / 4).max(3).min(count);
        let ago = if at < breeders {
            let later = (2 * at).saturating_sub(breeders) as i64;
            WEEKS - (WEEKS - RECENT) * later / breeders as i64
        } else if is_newcomer {
            1
        } else {
            let (nth, others) = ((at - breeders) as i64, (count - breeders) as i64);
            RECENT - (RECENT - 1) * nth / others
        };
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
            has_starter: false,
            is_saving: false,
            diligence: Bp::new((2_000 + 1_000 * dice.range(0, 8)) / habits.horses_a_hand),
            care: Bp::new(700 * dice.range(0, 8) / habits.horses_a_hand),
        }
    }

    /// Takes coins out of the purse, which has held them when this is called.
    pub(super) fn pay(&mut self, coins: Coins) {
        self.money = Coins::new(self.money.get() - coins.get());
    }

    /// Puts coins into the purse.
    pub(super) fn earn(&mut self, coins: Coins) {
        self.money = Coins::new(self.money.get() + coins.get());
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
