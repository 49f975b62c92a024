//! Every text of the pages, in English. A translation is another module with these names.

/// The name of the game.
pub(crate) const GAME: &str = "Equoria";
/// What the game is, for whoever does not know it.
pub(crate) const ABOUT: &str = "Breed, raise, train and show horses.";
/// For whoever moves by keyboard: the first link of a page.
pub(crate) const SKIP: &str = "Skip to the content";
/// Between groups of three digits.
pub(crate) const SEPARATOR: &str = ",";
/// The sign for coins, and what it stands for.
pub(crate) const COIN_SIGN: &str = "c";
pub(crate) const COINS: &str = "coins";
/// How an instant is written, in UTC.
pub(crate) const INSTANT: &str = "%-d %b %Y, %H:%M UTC";

pub(crate) const HOME: &str = "Home";
pub(crate) const HORSES: &str = "Horses";
pub(crate) const SHOWS: &str = "Shows";
pub(crate) const RANKINGS: &str = "Rankings";
pub(crate) const BREEDS: &str = "Breeds";
pub(crate) const STABLE: &str = "My stable";
pub(crate) const LEDGER: &str = "Ledger";
pub(crate) const SETTINGS: &str = "Settings";
pub(crate) const SIGN_IN: &str = "Sign in";
pub(crate) const SIGN_UP: &str = "Sign up";
pub(crate) const SIGN_OUT: &str = "Sign out";
pub(crate) const LEVEL: &str = "Level";

pub(crate) const NEXT: &str = "Next page";
pub(crate) const FIRST: &str = "First page";
pub(crate) const NOTHING: &str = "Nothing yet.";

pub(crate) const OPEN_SHOWS: &str = "Open shows";
pub(crate) const NEWEST_RESULTS: &str = "Newest results";
pub(crate) const NEWEST_HORSES: &str = "Newest horses";
pub(crate) const BEST_PLAYERS: &str = "Best players";
pub(crate) const ALL_SHOWS: &str = "All shows";
pub(crate) const ALL_HORSES: &str = "All horses";

pub(crate) const NAME: &str = "Name";
pub(crate) const HORSE: &str = "Horse";
pub(crate) const SHOW: &str = "Show";
pub(crate) const PLAYER: &str = "Player";
pub(crate) const BREED: &str = "Breed";
pub(crate) const OWNER: &str = "Owner";
pub(crate) const SEX_AND_AGE: &str = "Sex and age";
pub(crate) const SIRE: &str = "Sire";
pub(crate) const DAM: &str = "Dam";
pub(crate) const FOUNDER: &str = "founder";
pub(crate) const TEMPERAMENT: &str = "Temperament";
pub(crate) const HEIGHT: &str = "Height";
pub(crate) const CENTIMETRES: &str = "cm";
pub(crate) const INBREEDING: &str = "Inbreeding coefficient F";
pub(crate) const BOND: &str = "Bond";
pub(crate) const STRESS: &str = "Stress";
pub(crate) const STUD_FEE: &str = "Stud fee";
pub(crate) const IN_FOAL: &str = "In foal";
pub(crate) const YES: &str = "yes";
pub(crate) const RESTS_UNTIL: &str = "Trains again from";
pub(crate) const STATS: &str = "Stats";
pub(crate) const TRAITS: &str = "Traits";
pub(crate) const SCORES: &str = "Scores by discipline";
pub(crate) const RESULTS: &str = "Results";
pub(crate) const ENTRIES: &str = "Entries";
pub(crate) const DISCIPLINE: &str = "Discipline";
pub(crate) const PLACE: &str = "Place";
pub(crate) const SCORE: &str = "Score";
pub(crate) const EXPECTED: &str = "Expected";
pub(crate) const PRIZE: &str = "Prize";
pub(crate) const FEE: &str = "Fee";
pub(crate) const RUNS: &str = "Runs";
pub(crate) const LEVELS: &str = "Levels";
pub(crate) const STATE: &str = "State";
pub(crate) const XP: &str = "XP";
pub(crate) const RANK: &str = "Rank";
pub(crate) const HOST: &str = "Host";
pub(crate) const TREASURY: &str = "the treasury";
pub(crate) const HIDDEN: &str = "hidden";
pub(crate) const VERIFY: &str = "Verify this show";
pub(crate) const VERIFY_HOW: &str = "Your browser repeats the settlement from the published proof: every score, the draw of luck, the order and the prizes.";

pub(crate) const LOST: &str = "There is no such page";
pub(crate) const LOST_HELP: &str =
    "The address may have a mistake in it, or what was here has gone. Go on from here:";
pub(crate) const TROUBLE: &str = "That did not work";
pub(crate) const STALE: &str =
    "The game's database cannot be reached now. What you see may be out of date.";

/// A stat's name as people read it.
pub(crate) fn stat(name: &str) -> String {
    capital(name)
}

/// A trait's name as people read it: `calm_caretaker` is `Calm caretaker`.
pub(crate) fn trait_name(name: &str) -> String {
    capital(&name.replace('_', " "))
}

/// An age in game-years.
pub(crate) fn years(age: i64) -> String {
    match age {
        0 => "under a year".to_owned(),
        1 => "1 year".to_owned(),
        more => format!("{more} years"),
    }
}

/// The levels that a show takes.
pub(crate) fn levels(least: Option<i64>, most: Option<i64>) -> String {
    match (least, most) {
        (None, None) => "any".to_owned(),
        (Some(least), None) => format!("{least} and up"),
        (None, Some(most)) => format!("up to {most}"),
        (Some(least), Some(most)) => format!("{least} to {most}"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
