//! Names that fit: of players, stables, horses and shows.

use rules::dice::Dice;

const FIRST: &[&str] = &[
    "Ada", "Amira", "Anton", "Beatriz", "Bjorn", "Callum", "Chiara", "Clara", "Dario", "Edith",
    "Elif", "Emil", "Farah", "Felix", "Freya", "Gustav", "Hana", "Hugo", "Ilse", "Imani", "Ines",
    "Isla", "Ivan", "Jonas", "Jun", "Kaia", "Kofi", "Lars", "Leila", "Linnea", "Lucia", "Maeve",
    "Malik", "Marta", "Milan", "Mira", "Nadia", "Noor", "Oscar", "Otto", "Paloma", "Pavel",
    "Priya", "Quentin", "Rosa", "Ruben", "Saga", "Selma", "Sofia", "Tariq", "Tilda", "Tomas",
    "Una", "Vera", "Viktor", "Wanda", "Yara", "Yusuf", "Zofia", "Zuri",
];

const LAST: &[&str] = &[
    "Abara",
    "Almeida",
    "Andersson",
    "Bakker",
    "Becker",
    "Berg",
    "Bianchi",
    "Brandt",
    "Castro",
    "Dahl",
    "Demir",
    "Dubois",
    "Eriksen",
    "Ferreira",
    "Fischer",
    "Garcia",
    "Haddad",
    "Hansen",
    "Horvat",
    "Ito",
    "Jansen",
    "Kaya",
    "Keller",
    "Kowalski",
    "Larsen",
    "Lindqvist",
    "MacLeod",
    "Mensah",
    "Moreau",
    "Murphy",
    "Nakamura",
    "Novak",
    "Okafor",
    "Olsen",
    "Petrov",
    "Quinn",
    "Rahman",
    "Rossi",
    "Sato",
    "Silva",
    "Sorensen",
    "Thomsen",
    "Vargas",
    "Weber",
    "Yilmaz",
    "Zeman",
];

const BEFORE: &[&str] = &[
    "Amber",
    "Autumn",
    "Bold",
    "Brave",
    "Copper",
    "Crimson",
    "Dancing",
    "Distant",
    "Early",
    "Ebony",
    "Evening",
    "Fair",
    "First",
    "Flying",
    "Frosty",
    "Gentle",
    "Gilded",
    "Golden",
    "Hidden",
    "High",
    "Ivory",
    "Lady",
    "Lone",
    "Lucky",
    "Merry",
    "Midnight",
    "Misty",
    "Morning",
    "Northern",
    "Proud",
    "Quick",
    "Quiet",
    "Rising",
    "River",
    "Royal",
    "Rustic",
    "Sable",
    "Scarlet",
    "Secret",
    "Shining",
    "Silent",
    "Silver",
    "Singing",
    "Southern",
    "Starlit",
    "Stormy",
    "Summer",
    "Swift",
    "Tawny",
    "True",
    "Velvet",
    "Wandering",
    "Western",
    "Whispering",
    "White",
    "Wild",
    "Winter",
    "Woodland",
];

const AFTER: &[&str] = &[
    "Anthem", "Arrow", "Aurora", "Ballad", "Blaze", "Breeze", "Brook", "Charm", "Comet", "Crown",
    "Dawn", "Dream", "Dusk", "Echo", "Ember", "Falcon", "Fern", "Flame", "Flint", "Fortune",
    "Garnet", "Glory", "Grace", "Harbour", "Hawk", "Haze", "Heart", "Horizon", "Jewel", "Juniper",
    "Lark", "Legend", "Light", "Lily", "Meadow", "Melody", "Mirage", "Moon", "Oak", "Pearl",
    "Promise", "Quest", "Rain", "Raven", "Rhapsody", "Rose", "Saga", "Shadow", "Sky", "Song",
    "Spirit", "Star", "Storm", "Story", "Thunder", "Tide", "Valley", "Venture", "Willow", "Wind",
];

const YARDS: &[&str] = &[
    "Alder", "Ash", "Beech", "Birch", "Bramble", "Cedar", "Clover", "Elm", "Fern", "Foxglove",
    "Hawthorn", "Hazel", "Heather", "Holly", "Ivy", "Juniper", "Larch", "Lime", "Linden", "Maple",
    "Oak", "Pine", "Rowan", "Spruce", "Thistle", "Willow", "Yew",
];

const YARD_KINDS: &[&str] = &["Farm", "Stables", "Yard", "Paddocks", "Stud", "Ranch"];

const PLACES: &[&str] = &[
    "Ashford",
    "Brackenfell",
    "Calder Vale",
    "Dunmore",
    "Eastmere",
    "Fairhaven",
    "Glenrock",
    "Harrowgate",
    "Inverlea",
    "Kestrel Point",
    "Langmoor",
    "Millbrook",
    "Northwick",
    "Oakhampton",
    "Penrose",
    "Quarry Bank",
    "Redmarsh",
    "Silverdale",
    "Thornbury",
    "Upwell",
    "Vale Cross",
    "Westering",
    "Yarrow Bridge",
];

const OCCASIONS: &[&str] = &[
    "Stakes",
    "Cup",
    "Trophy",
    "Classic",
    "Open",
    "Challenge",
    "Gala",
    "Memorial",
    "Derby",
    "Plate",
];

/// The name of a player.
pub(super) fn player(dice: &mut Dice) -> String {
    format!("{} {}", pick(dice, FIRST), pick(dice, LAST))
}

/// The address of the player at a place in the world: unique by that place.
pub(super) fn email(name: &str, at: usize) -> String {
    let dotted = name.to_lowercase().replace(' ', ".");
    format!("{dotted}.{}@{}", at + 1, super::DOMAIN)
}

/// The name and the place of a stable.
pub(super) fn stable(dice: &mut Dice) -> (String, String) {
    let name = format!("{} {}", pick(dice, YARDS), pick(dice, YARD_KINDS));
    (name, pick(dice, PLACES).to_owned())
}

/// The name of a horse.
pub(super) fn horse(dice: &mut Dice) -> String {
    format!("{} {}", pick(dice, BEFORE), pick(dice, AFTER))
}

/// The name of a show of a discipline; `season` tells shows of different seasons apart.
pub(super) fn show(dice: &mut Dice, discipline: &str, season: &str) -> String {
    format!(
        "{} {discipline} {} {season}",
        pick(dice, PLACES),
        pick(dice, OCCASIONS)
    )
}

/// One of a list that is not empty.
pub(super) fn pick<T: Copy + Default>(dice: &mut Dice, list: &[T]) -> T {
    let at = dice.below(u32::try_from(list.len()).unwrap_or(u32::MAX));
    list.get(at as usize).copied().unwrap_or_default()
}
