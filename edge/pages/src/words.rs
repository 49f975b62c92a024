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
pub(crate) const VERIFY_PROOF: &str = "The proof";
pub(crate) const VERIFY_ELSEWHERE: &str =
    "A terminal checks it, too: equoria verify-show, and the address of the proof.";
pub(crate) const CHECKING: &str = "Checking\u{2026}";
pub(crate) const CHECK_HOLDS: &str = "The proof holds: everything below was repeated here.";
pub(crate) const CHECK_FAILS: &str = "The proof does not hold.";
pub(crate) const CHECK_TROUBLE: &str = "The proof could not be checked.";
pub(crate) const STEP_HOLDS: &str = "Holds.";
pub(crate) const STEP_FAILS: &str = "Does not hold.";
pub(crate) const STEP_UNLOOKED: &str = "Not looked at any more.";
/// A step of the check of a show.
pub(crate) struct Step {
    /// What is checked.
    pub(crate) what: &'static str,
    /// What the script shows of it, and what that is called.
    pub(crate) shows: (&'static str, &'static str),
    /// What the check may find wrong there, by the names that it has for it.
    pub(crate) covers: &'static str,
}
const fn step(
    what: &'static str,
    shows: (&'static str, &'static str),
    covers: &'static str,
) -> Step {
    Step {
        what,
        shows,
        covers,
    }
}
/// The steps of the check, in their order.
pub(crate) const STEPS: [Step; 9] = [
    step(
        "The commitment is the one that was published when the show opened.",
        ("commitment", "Commitment"),
        "commitment",
    ),
    step(
        "The show was settled by the version of the rules that your browser has.",
        ("rules", "Version"),
        "rules_version",
    ),
    step(
        "All luck was drawn from the secret that the show had committed to.",
        ("secret", "Secret"),
        "secret",
    ),
    step(
        "The entries stand in order, and none came after the start.",
        ("entries", "Entries"),
        "entry_order late_entry entries",
    ),
    step(
        "Every entry has one result, and every result an entry.",
        ("", ""),
        "two_results result_without_entry entry_without_result",
    ),
    step(
        "Scored again, every entry has the published score, before luck and after it.",
        ("", ""),
        "horse_id expected_milli luck_bp score_milli",
    ),
    step(
        "Order, prizes, XP and the stats that rose follow from the scores.",
        ("prizes", "Prizes"),
        "order placement prize horse_xp user_xp stat_gain",
    ),
    step(
        "The fees add up, and so does what of the prize went back to the host.",
        ("fees", "Fees"),
        "fees prize_returned",
    ),
    step(
        "The digest is that of all this.",
        ("digest", "Digest"),
        "digest",
    ),
];
pub(crate) const VERIFY_HOW: &str = "Your browser repeats the settlement from the published proof: every score, the draw of luck, the order and the prizes.";

pub(crate) const LOST: &str = "There is no such page";
pub(crate) const LOST_HELP: &str =
    "The address may have a mistake in it, or what was here has gone. Go on from here:";
pub(crate) const TROUBLE: &str = "That did not work";
pub(crate) const STALE: &str =
    "The game's database cannot be reached now. What you see may be out of date.";

/// Between a whole number and its decimals.
pub(crate) const POINT: &str = ".";

pub(crate) const EXPECTED_SCORE: &str = "Expected score";
pub(crate) const BREEDING: &str = "Breeding";
pub(crate) const NURSERY: &str = "Nursery";
pub(crate) const STARTER_HELP: &str =
    "Every player begins with one mare, of any breed, for nothing.";
pub(crate) const NO_MARE: &str =
    "You have no grown mare yet: take your free one, or buy one, where your horses are.";
pub(crate) const MARES_IN_FOAL: &str = "Mares in foal";
pub(crate) const STABLES: &str = "Stables";
pub(crate) const STABLE_ONE: &str = "Stable";
pub(crate) const STORE: &str = "The store";
pub(crate) const MARE: &str = "Mare";
pub(crate) const DUE: &str = "Due";
pub(crate) const OUTCOME: &str = "Outcome";
pub(crate) const WHEN: &str = "When";
pub(crate) const CAUSE: &str = "Why";
pub(crate) const ABOUT_WHAT: &str = "What for";
pub(crate) const AMOUNT: &str = "Coins";
pub(crate) const BALANCE: &str = "Purse";
pub(crate) const JOINED: &str = "Joined";
pub(crate) const DAY: &str = "Day";
pub(crate) const OPENS: &str = "From";
pub(crate) const NOW: &str = "now";
pub(crate) const TO_DO: &str = "What it can do";
pub(crate) const DONE: &str = "What it has done";
pub(crate) const MILESTONES: &str = "Milestones";
pub(crate) const MILESTONE: &str = "Milestone";
pub(crate) const STRONGEST: &str = "Strongest in";
pub(crate) const GALLERY: &str = "Gallery of coats";
pub(crate) const GALLERY_HELP: &str =
    "Every colour that has a name, drawn from the genotype beside it: grown, and as a foal.";
pub(crate) const AS_A_FOAL: &str = "as a foal";
pub(crate) const WILD_TYPE: &str = "wild type everywhere";
pub(crate) const HORSES_OF_BREED: &str = "Horses of this breed";
pub(crate) const DIVERSITY: &str = "Diversity";
pub(crate) const DIVERSITY_HELP: &str = "How much of its founders' variety the breed still has: the greater the effective numbers, the better.";
pub(crate) const FOUNDER_STATS: &str = "Mean stats of its founders";
pub(crate) const FOUNDERS: &str = "Founders";
pub(crate) const FE_HELP: &str = "effective number of founders";
pub(crate) const FA_HELP: &str = "effective number of ancestors";
pub(crate) const NE_HELP: &str = "effective population size";
pub(crate) const MEAN_INBREEDING: &str = "Mean inbreeding";
pub(crate) const MEAN_KINSHIP: &str = "Mean kinship";
pub(crate) const COMPUTED: &str = "Computed";
pub(crate) const NOT_YET: &str = "not yet";
pub(crate) const PEDIGREE: &str = "Pedigree of five generations";
pub(crate) const COMMON_ANCESTORS: &str = "Common ancestors";
pub(crate) const COMMON: &str = "lines of sire and dam meet here";
pub(crate) const OF_F: &str = "of F";
pub(crate) const UNKNOWN: &str = "unknown";
pub(crate) const SHOW_ODDS: &str = "Show the odds";
pub(crate) const FOAL_OF: &str = "A foal of";
pub(crate) const LETHAL: &str = "No foal lives with";
pub(crate) const COAT: &str = "Coat";
pub(crate) const FILLY: &str = "Filly";
pub(crate) const COLT: &str = "Colt";
pub(crate) const ALL_CLEAR: &str =
    "As far as is known, the foal would be clear of every inherited disease.";
pub(crate) const OTHER_COATS: &str = "any other";
pub(crate) const HEALTH: &str = "Health";
pub(crate) const DISEASE: &str = "Disease";
pub(crate) const AFFECTED: &str = "Affected or at risk";
pub(crate) const CARRIER: &str = "Carrier";
pub(crate) const STAT: &str = "Stat";
pub(crate) const MEAN: &str = "Expected";
pub(crate) const SPREAD: &str = "Spread";
pub(crate) const BORN_ALIVE: &str = "Born alive";
pub(crate) const REGISTRATION: &str = "Registration";
pub(crate) const TOTAL: &str = "In all";

pub(crate) const TAKE_STARTER: &str = "Take your free mare";
pub(crate) const BUY: &str = "Buy";
pub(crate) const RENAME: &str = "Rename";
pub(crate) const PUBLISHED: &str = "Everyone may see the results of the genetic test";
pub(crate) const TRAIN: &str = "Train";
pub(crate) const GROOM: &str = "Groom";
pub(crate) const TEST_GENES: &str = "Order a genetic test";
pub(crate) const COVER: &str = "Cover";
pub(crate) const OFFER: &str = "Offer at stud";
pub(crate) const WITHDRAW_STUD: &str = "No longer at stud";
pub(crate) const RAISE: &str = "Do it";
pub(crate) const ENTER: &str = "Enter";
pub(crate) const OPEN_STABLE: &str = "Open a stable";
pub(crate) const CLAIM_STIPEND: &str = "Claim your stipend";
pub(crate) const CHANGE_PASSWORD: &str = "Change the password";
pub(crate) const SAVE: &str = "Save";
pub(crate) const COLOURS: &str = "Colours";
pub(crate) const COLOURS_OF_SYSTEM: &str = "as the system";
pub(crate) const LIGHT_COLOURS: &str = "light";
pub(crate) const DARK_COLOURS: &str = "dark";
pub(crate) const DARK_MODE: &str = "Dark colours";
pub(crate) const NOTIFY_TRAINING: &str = "Tell me when a horse may train again";
pub(crate) const NOTIFY_COMPETITIONS: &str = "Tell me how shows ended";
pub(crate) const NOTIFY_BREEDING: &str = "Tell me of births";
pub(crate) const PROFILE_VISIBLE: &str = "Others may see my profile";
pub(crate) const SHARE_PROGRESS: &str = "Others may see my level and XP";
pub(crate) const YOUR_NAME: &str = "Your name";
pub(crate) const SEX: &str = "Sex";
pub(crate) const STALLION: &str = "Stallion";
pub(crate) const ACTIVITY: &str = "Activity";
pub(crate) const LOCATION: &str = "Location";
pub(crate) const EMAIL: &str = "E-mail address";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const CURRENT_PASSWORD: &str = "Password until now";
pub(crate) const NEW_PASSWORD: &str = "New password";
pub(crate) const PASSWORD_RULE: &str = "10 to 200 characters.";
pub(crate) const PLAYER_NAME: &str = "Your name in the game";
pub(crate) const NO_ACCOUNT: &str = "No account yet?";
pub(crate) const HAVE_ACCOUNT: &str = "You have an account?";
pub(crate) const SESSION_OVER: &str =
    "Your session is over. Sign in, and go on where you were: what you typed is kept.";
pub(crate) const STILL_HERE: &str = "You are signed in again. Here is what you were about to do:";
pub(crate) const NO_NUMBER: &str = "this is not a whole number.";
pub(crate) const FOREIGN: &str =
    "This form did not come from a page of the game. Go back, load the page again, and repeat it.";
pub(crate) const BACK: &str = "Back";

/// A stat's name as people read it.
pub(crate) fn stat(name: &str) -> String {
    capital(name)
}

/// A trait's name as people read it: `calm_caretaker` is `Calm caretaker`.
pub(crate) fn trait_name(name: &str) -> String {
    capital(&name.replace('_', " "))
}

/// An activity's name as people read it.
pub(crate) fn activity(name: &str) -> String {
    trait_name(name)
}

/// The cause of a posting as people read it.
pub(crate) fn cause(name: &str) -> String {
    trait_name(name)
}

/// The state of a pregnancy as people read it.
pub(crate) fn pregnancy(state: &str) -> String {
    trait_name(state)
}

/// An age in game-years.
pub(crate) fn years(age: i64) -> String {
    match age {
        0 => "under a year".to_owned(),
        1 => "1 year".to_owned(),
        more => format!("{more} years"),
    }
}

/// A place in a show: `2nd place`.
pub(crate) fn place(number: i64) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending} place")
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

/// With a capital letter at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What the rings of a radar stand for.
pub(crate) fn radar_of(scale: i64) -> String {
    format!("Stats as a radar; the outer ring is {scale}. The table beside it has every number.")
}

/// What the game promises to whoever is new.
pub(crate) const PROMISE: &str = "Real genetics, honest odds, and shows whose every result you can check yourself. You begin with a mare of any breed, for nothing.";
/// Between the least and the greatest.
pub(crate) const TO: &str = " to ";
pub(crate) const STORE_HELP: &str =
    "A three-year-old founder of any breed, unrelated to all others, for";
pub(crate) const STIPEND_HELP: &str = "From the treasury, for every player, once a week:";

/// Training, and what stands in its way.
pub(crate) const TRAINING: &str = "Training";
pub(crate) const TRAINING_HELP: &str = "A horse of three to twenty years can be trained once in seven days, in any discipline, and never in foal.";
pub(crate) const TOO_YOUNG: &str = "Too young: horses train from three years on";
pub(crate) const RETIRED: &str = "Retired: horses train until they are twenty";
pub(crate) const NOT_IN_FOAL: &str = "In foal: she trains again after the birth";
pub(crate) const TRAINS_NOW: &str = "Rested: a training is possible now.";
pub(crate) const LEARNT: &str = "What was learnt";

/// The training of a horse.
pub(crate) fn training_of(name: &str) -> String {
    format!("Training of {name}")
}

pub(crate) const NO_PARENTS: &str =
    "A founder: the studbook begins here, so there is no pedigree before.";
pub(crate) const HORSES_OF_OWNER: &str = "All horses of this owner";
pub(crate) const EMPTY_STABLE: &str = "No horse stands in this stable.";
pub(crate) const CLOSEST: &str = "Closest relatives";
pub(crate) const OTHER: &str = "And";
pub(crate) const KINSHIP: &str = "Kinship";
pub(crate) const STABLED_AT: &str = "Stable";

/// A page was asked for in a way that it does not know.
pub(crate) const NO_SUCH_METHOD: &str =
    "A page can be read, and a form can be sent. Nothing else is done here.";

/// A form is longer than any of ours.
pub(crate) const TOO_LONG: &str = "This form is longer than any of ours. Nothing was done.";

/// For whoever has a session that nobody can check now.
pub(crate) const AWAY: &str =
    "Your session cannot be checked now, and nothing can be done. What everyone may see is here.";

pub(crate) const NO: &str = "no";
pub(crate) const NONE: &str = "none";
pub(crate) const LEVEL_LEAST: &str = "Least level";
pub(crate) const LEVEL_MOST: &str = "Greatest level";
pub(crate) const RUNS_UTC: &str = "Runs (UTC)";
pub(crate) const HOST_SHOW: &str = "Host a show";
pub(crate) const CANCEL_SHOW: &str = "Cancel the show";
pub(crate) const WITHDRAW: &str = "Withdraw";
pub(crate) const CLOSE_STABLE: &str = "Close the stable";
pub(crate) const SIGN_OUT_EVERYWHERE: &str = "Sign out everywhere";

// What a form did, on the page where it leads.
pub(crate) const DONE_STARTER: &str = "She is yours. Train her, and enter her in a show.";
pub(crate) const DONE_BUY: &str = "Bought.";
pub(crate) const DONE_SAVED: &str = "Saved.";
pub(crate) const DONE_TRAIN: &str = "Trained.";
pub(crate) const DONE_GROOM: &str = "Groomed.";
pub(crate) const DONE_TEST: &str = "Tested. The results are yours until you publish them.";
pub(crate) const DONE_COVER: &str = "Covered: she is in foal.";
pub(crate) const DONE_OFFER: &str = "He stands at stud now.";
pub(crate) const DONE_WITHDRAW_STUD: &str = "He stands at stud no longer.";
pub(crate) const DONE_RAISE: &str = "Done.";
pub(crate) const DONE_HOST: &str = "The show is open.";
pub(crate) const DONE_CANCEL: &str = "Cancelled. Every fee and the prize went back.";
pub(crate) const DONE_ENTER: &str = "Entered.";
pub(crate) const DONE_WITHDRAW: &str = "Withdrawn. The fee came back.";
pub(crate) const DONE_OPEN_STABLE: &str = "Opened.";
pub(crate) const DONE_CLOSE_STABLE: &str = "Closed. Its horses are without a stable now.";
pub(crate) const DONE_STIPEND: &str = "Your stipend is in your purse.";
pub(crate) const DONE_PASSWORD: &str = "Changed. Every other session has ended.";
pub(crate) const DONE_SIGN_OUT_EVERYWHERE: &str = "You are signed out everywhere.";
pub(crate) const DONE_SIGN_UP: &str = "Welcome! Begin with your free mare.";
pub(crate) const DONE_ONCE: &str = "The form was sent more than once, and this was done once.";

// Why a form did nothing.
pub(crate) const NO_INSTANT: &str = "this is not a date with a time, such as 2026-11-30 12:00.";
pub(crate) const CHANGED_SINCE: &str = "It has changed since you opened this form. Nothing was saved; below is what it is now. Press again to save what you typed.";
pub(crate) const OLD_FORM: &str = "This form does not say what you saw when you opened it. Nothing was saved; below is what it is now. Press again to save what you typed.";
pub(crate) const SENT_BEFORE: &str = "This form was sent before, with something else in it, and that was done. Press again to do this, too.";
pub(crate) const UNDER_WAY: &str =
    "This form was sent before and is being worked on. Press again in a moment: it is done once.";
pub(crate) const UNANSWERED: &str = "The game did not answer. It may have been done all the same: press again, and it is done once. What you typed is still here.";
pub(crate) const NO_FORM: &str = "This is not what a form of the game sends. Nothing was done.";
pub(crate) const AS_IT_IS: &str = "As it is now";

pub(crate) const GENES: &str = "Genetic test";
pub(crate) const NOT_TESTED: &str = "Not tested, or not published.";
pub(crate) const TESTED_LOCI: &str = "Results";
pub(crate) const LOCUS: &str = "Gene";
pub(crate) const GENOTYPE: &str = "Genotype";

// Lists: their filters, their orders, and what is drawn of them.
pub(crate) const ANY: &str = "Any";
pub(crate) const ORDER: &str = "Order";
pub(crate) const LOOK: &str = "Show";
pub(crate) const FEMALE: &str = "Female";
pub(crate) const MALE: &str = "Male";
pub(crate) const TRAIT: &str = "Trait";
pub(crate) const BEST_IN: &str = "Best in";
pub(crate) const AGE: &str = "Age";
pub(crate) const STUDS: &str = "Stallions at stud";
pub(crate) const ALL_RESULTS: &str = "All results";
pub(crate) const PLACES_MARKED: &str = "1, 2, 3: the place";
pub(crate) const STATE_OPEN: &str = "Open";
pub(crate) const STATE_CLOSED: &str = "Running";
pub(crate) const STATE_SETTLED: &str = "Over";
pub(crate) const STATE_CANCELLED: &str = "Cancelled";
/// How a day is written below a chart.
pub(crate) const DAY_OF_CHART: &str = "%-d %b %Y";

/// An order as people read it.
pub(crate) fn order(word: &str) -> &str {
    match word {
        "-id" | "-settled" => "Newest first",
        "id" | "settled" => "Oldest first",
        "name" | "horse" => "By name",
        "-name" | "-horse" => "By name, last first",
        "age" => "Youngest first",
        "-age" => "Eldest first",
        "level" => "Least level first",
        "-level" => "Greatest level first",
        "rest" => "Soonest to train first",
        "-rest" => "Longest to rest first",
        "-score" => "Best first",
        "score" => "Least score first",
        "expected_score" => "Least expected first",
        "-expected_score" => "Most expected first",
        "placement" => "Best place first",
        "-placement" => "Last place first",
        "run_date" => "Soonest first",
        "-run_date" => "Latest first",
        "-prize" => "Greatest prize first",
        "prize" => "Least prize first",
        "fee" => "Cheapest first",
        "-fee" => "Dearest first",
        "-listed" => "Latest offer first",
        other => other,
    }
}

/// The title of all results of a horse.
pub(crate) fn results_of(name: &str) -> String {
    format!("Results of {name}")
}

/// A result, as a dot of a chart says it.
pub(crate) fn result(show: &str, place: &str, score: &str, expected: &str) -> String {
    format!("{show}: {place}, score {score}, {expected} expected")
}

/// What a chart of results shows.
pub(crate) fn chart_of_results(
    discipline: &str,
    results: usize,
    least: &str,
    most: &str,
    wins: usize,
) -> String {
    let won = match wins {
        0 => "none won".to_owned(),
        wins => format!("{wins} of them won"),
    };
    match results {
        1 if wins == 1 => format!("{discipline}: 1 result, score {most}, won."),
        1 => format!("{discipline}: 1 result, score {most}, none won."),
        many => format!("{discipline}: {many} results, scores from {least} to {most}, {won}."),
    }
}
