//! When shows run, in which discipline, for whom, and for how much.

use std::collections::HashSet;

use chrono::{Datelike, TimeDelta};
use rules::Instant;
use rules::competition::proof::Commitment;
use rules::competition::show::Bracket;
use rules::dice::{Dice, Secret};
use rules::discipline::Discipline;
use rules::scale::Bp;

use super::{Plan, Topic, names};

/// How many shows the past season had.
pub(super) const PAST: i64 = 48;

/// Hours between two shows of the past season. Entries close the day before, so that no show looks at the next one's horses.
const PACE_HOURS: i64 = 28;

/// Where the numbers of the shows begin that run beside the first of their time.
const BESIDE: i64 = 1_000_000;

/// When the open shows run, in minutes after the opening: from a quarter of an hour to six weeks.
const OPEN_AFTER: [i64; 24] = [
    15, 30, 60, 90, 120, 180, 300, 480, 720, 1_080, 1_440, 2_160, 2_880, 4_320, 5_760, 7_200,
    8_640, 10_140, 11_520, 14_400, 20_160, 30_240, 43_200, 60_480,
];

/// A show on the calendar.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// Its place on the calendar, which its dice follow from.
    pub number: i64,
    /// At a time no horse is entered in two shows.
    pub time: i64,
    /// Its name.
    pub name: String,
    /// Its discipline.
    pub discipline: Discipline,
    /// For which levels.
    pub bracket: Bracket,
    /// The entry fee.
    pub entry_fee: i64,
    /// The prize.
    pub prize: i64,
    /// When it was announced.
    pub announced_at: Instant,
    /// When it runs.
    pub run_date: Instant,
    /// Is the host a player, if one can pay the prize?
    pub is_players: bool,
    /// How many entries are wanted.
    pub field: usize,
    /// What its luck is drawn from.
    pub secret: Secret,
}

/// The season that ends with the plan's world, in the order of its times, with so many shows at each of them.
pub(super) fn past(plan: &Plan, at_a_time: i64) -> Vec<Listed> {
    let first = plan.as_of - TimeDelta::hours(PAST * PACE_HOURS);
    let mut taken = HashSet::new();
    let mut list = |time: i64, nth: i64| {
        let (number, tail) = if nth == 0 {
            (time, None)
        } else {
            let nth = time * at_a_time + nth;
            (BESIDE + nth, Some(nth))
        };
        let mut dice = plan.dice(Topic::PastShows, number);
        let run_date =
            first + TimeDelta::hours(time * PACE_HOURS + 10) + TimeDelta::minutes(nth % 90);
        let announced_at = run_date - TimeDelta::days(6);
        let field = 5 + dice.below(10) as usize;
        let terms = Terms {
            number,
            time,
            tail,
            announced_at,
            run_date,
            field,
        };
        Listed::draw(plan, terms, &mut dice, &mut taken)
    };
    let times = (0..PAST).flat_map(|time| (0..at_a_time.max(1)).map(move |nth| (time, nth)));
    times.map(|(time, nth)| list(time, nth)).collect()
}

/// The shows that are open at the plan's opening.
pub(super) fn open(plan: &Plan) -> Vec<Listed> {
    let mut taken = HashSet::new();
    let mut list = |(number, minutes): (i64, i64)| {
        let mut dice = plan.dice(Topic::OpenShows, number);
        let run_date = plan.opening + TimeDelta::minutes(minutes);
        let announced_at = plan.opening - TimeDelta::hours(3);
        // One in eight is still empty, and will be cancelled if it stays so.
        let field = if number % 8 == 7 {
            0
        } else {
            3 + dice.below(8) as usize
        };
        let terms = Terms {
            number: PAST + number,
            time: PAST + number,
            tail: None,
            announced_at,
            run_date,
            field,
        };
        Listed::draw(plan, terms, &mut dice, &mut taken)
    };
    (0..).zip(OPEN_AFTER).map(&mut list).collect()
}

/// The commitment to the secret of the show at a place on the calendar. It does not depend on the plan's instants, so it
/// tells whether the show was seeded before.
pub(super) fn commitment(plan: &Plan, number: i64) -> Commitment {
    Commitment::to(&secret(plan, number))
}

fn secret(plan: &Plan, number: i64) -> Secret {
    let mut dice = plan.dice(Topic::Secrets, number);
    Secret::new(std::array::from_fn(|_| dice.below(256) as u8))
}

/// What the calendar says of a show, whatever the dice say.
struct Terms {
    number: i64,
    time: i64,
    /// A number in its name.
    tail: Option<i64>,
    announced_at: Instant,
    run_date: Instant,
    field: usize,
}

impl Listed {
    /// Every third show is an open race for a small fee, which a newcomer can enter; the others vary.
    fn draw(plan: &Plan, terms: Terms, dice: &mut Dice, taken: &mut HashSet<String>) -> Self {
        let Terms {
            number,
            time,
            tail,
            announced_at,
            run_date,
            field,
        } = terms;
        let racing = Discipline::ALL.iter().find(|it| it.as_str() == "Racing");
        let drawn = Discipline::ALL.get(dice.below(Discipline::ALL.len() as u32) as usize);
        let is_race = number % 3 == 0;
        let discipline = *racing
            .filter(|_| is_race)
            .or(drawn)
            .unwrap_or(&Discipline::ALL[0]);
        let is_players = !is_race && dice.chance(Bp::new(4_500));
        let (entry_fee, prize) = if is_race {
            (25, 500)
        } else {
            stakes(is_players, dice)
        };
        let bracket = if is_race {
            Bracket::default()
        } else {
            bracket(time, dice)
        };
        Self {
            number,
            time,
            name: unique_name(discipline, (run_date, tail), dice, taken),
            discipline,
            bracket,
            entry_fee,
            prize,
            announced_at,
            run_date,
            is_players,
            field,
            secret: secret(plan, number),
        }
    }
}

fn stakes(is_players: bool, dice: &mut Dice) -> (i64, i64) {
    let fee = names::pick(dice, &[0, 10, 20, 25, 40, 50]);
    let steps = if is_players {
        dice.range(2, 6)
    } else {
        dice.range(4, 40)
    };
    (fee, 50 * i64::from(steps))
}

/// In the first half of the season every horse is still of the first level.
fn bracket(time: i64, dice: &mut Dice) -> Bracket {
    let (level_min, level_max) = match dice.below(6) {
        0 => (Some(1), Some(1)),
        1 => (Some(1), Some(2)),
        2 if time >= PAST / 2 => (Some(2), None),
        _ => (None, None),
    };
    Bracket {
        level_min,
        level_max,
    }
}

fn unique_name(
    discipline: Discipline,
    (run_date, tail): (Instant, Option<i64>),
    dice: &mut Dice,
    taken: &mut HashSet<String>,
) -> String {
    let week = run_date.iso_week();
    let tail = tail.map(|number| format!(" {number}"));
    let season = format!(
        "{}-W{:02}{}",
        week.year(),
        week.week(),
        tail.unwrap_or_default()
    );
    loop {
        let name = names::show(dice, discipline.as_str(), &season);
        if taken.insert(name.clone()) {
            return name;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan::of_the_week(1, "2026-11-22T15:47:31Z".parse().unwrap())
    }

    #[test]
    fn the_past_season_is_over_before_the_world_ends() {
        let (plan, past) = (plan(), past(&plan(), 1));
        assert_eq!(past.len(), 48);
        assert!(
            past.iter()
                .all(|it| it.run_date < plan.as_of && it.announced_at < it.run_date)
        );
        assert!(past.is_sorted_by_key(|it| it.run_date));
    }

    #[test]
    fn open_shows_run_from_minutes_to_weeks_after_the_opening_and_differ() {
        let (plan, open) = (plan(), open(&plan()));
        assert!(open.len() >= 20);
        let after = |it: &Listed| it.run_date - plan.opening;
        assert!(open.iter().map(after).min().unwrap() <= TimeDelta::minutes(30));
        assert!(open.iter().map(after).max().unwrap() >= TimeDelta::weeks(4));
        let disciplines: HashSet<_> = open.iter().map(|it| it.discipline.as_str()).collect();
        assert!(disciplines.len() >= 8 && disciplines.contains("Racing"));
        assert!(open.iter().any(|it| it.is_players) && open.iter().any(|it| !it.is_players));
        assert!(open.iter().any(|it| it.bracket != Bracket::default()));
    }

    #[test]
    fn names_are_names_and_no_two_shows_share_one_or_a_secret() {
        let all: Vec<Listed> = past(&plan(), 1).into_iter().chain(open(&plan())).collect();
        let names: HashSet<_> = all.iter().map(|it| it.name.to_lowercase()).collect();
        let hashes: HashSet<_> = all
            .iter()
            .map(|it| commitment(&plan(), it.number).to_hex())
            .collect();
        assert_eq!((names.len(), hashes.len()), (all.len(), all.len()));
        assert!(
            all.iter()
                .all(|it| rules::name::Name::parse(rules::name::NameOf::Show, &it.name).is_ok())
        );
    }
}
