//! The stage of a world that is still in memory: its horses and purses, and what shows change in them.

use std::collections::HashMap;

use chrono::TimeDelta;
use rules::id::{BreedId, HorseId, UserId};
use rules::money::Coins;
use rules::{Instant, horse::FIRST_ACTIVE_AGE};
use uuid::Uuid;

use super::season::{Past, Runner, Stage};
use super::shows::{Ending, Played};
use super::stable_life::Steed;
use super::stud::Outcome;
use super::world::World;
use crate::horse::record::Horse;

/// For how many weeks a season looks back.
const SEASON: i64 = 8;

/// How many weeks old horses retire.
const RETIRED: i64 = 21;

/// The stage of a world whose horses are numbered from `first` on: of a large one, the horses of some of its players.
pub(super) fn of(world: &World, first: i64, as_of: Instant) -> Stage {
    let is_shown = |it: &Steed| {
        it.keeper.is_multiple_of(world.habits.players_a_shower)
            && it.born_at > as_of - TimeDelta::weeks(SEASON + RETIRED)
            && it.born_at < as_of - TimeDelta::weeks(FIRST_ACTIVE_AGE)
    };
    let mut runners = Vec::new();
    let mut places = HashMap::new();
    for (place, steed) in world.steeds.iter().enumerate() {
        if is_shown(steed) {
            places.insert(place, runners.len());
            runners.push(runner(world, first, place, steed));
        }
    }
    for covering in &world.coverings {
        if let Some(at) = places.get(&covering.mare) {
            let ended_at = (covering.outcome != Outcome::Expected).then_some(covering.due_at);
            runners[*at]
                .pregnancies
                .push((covering.covered_at, ended_at));
        }
    }
    let players = world.players.iter();
    Stage::of(runners, players.map(|it| (it.id, it.money.get())).collect())
}

fn runner(world: &World, first: i64, place: usize, steed: &Steed) -> Runner {
    let past = |it: &super::stable_life::Logged| Past {
        at: it.at,
        discipline: it.discipline,
        score_gain: it.score_gain,
        stat_gain: it.stat_gain,
    };
    Runner {
        horse: Horse {
            id: HorseId::new(first + i64::try_from(place).unwrap_or(i64::MAX)),
            name: String::new(),
            sex: steed.sex,
            born_at: steed.born_at,
            breed: BreedId::new(0),
            owner: UserId::new(world.players[steed.keeper].id),
            stable: None,
            temperament: steed.temperament,
            stats: steed.stats,
            bond: steed.bond,
            stress: steed.stress,
            xp: steed.xp,
            scores: steed.scores.clone(),
            modifiers: steed.modifiers.clone(),
            resting_until: steed.resting_until,
            groomed_on: steed.groomed_on,
            in_foal: false,
            version: 1,
        },
        got_at: steed.got_at,
        sessions: steed.sessions.iter().map(past).collect(),
        pregnancies: Vec::new(),
    }
}

/// Lets the world have what its horses and players have gained on the stage.
pub(super) fn leave(world: &mut World, first: i64, stage: Stage, played: &[Played]) {
    for runner in stage.runners {
        let place = usize::try_from(runner.horse.id.get() - first);
        if let Some(steed) = place.ok().and_then(|place| world.steeds.get_mut(place)) {
            (steed.xp, steed.stats) = (runner.horse.xp, runner.horse.stats);
        }
    }
    let mut gained: HashMap<Uuid, i64> = HashMap::new();
    for it in played {
        if let Ending::Settled(_, _, lines) = &it.ending {
            for (user, xp) in lines.users.iter().zip(&lines.user_xp) {
                *gained.entry(*user).or_default() += i64::from(*xp);
            }
        }
    }
    for player in &mut world.players {
        player.xp += gained.get(&player.id).copied().unwrap_or(0);
        if let Some(purse) = stage.purses.get(&player.id) {
            player.money = Coins::new(*purse);
        }
    }
}
