//! The breeds as data. Means say what a breed is known for; temperaments follow its type.

use super::{Breed, BreedFacts};
use crate::temperament::COUNT;

/// The parents' breeds differ, or are themselves mixed.
pub const CROSSBRED: Breed = breed(
    "Crossbred",
    MIXED,
    152,
    [13, 13, 13, 13, 13, 14, 14, 14, 13, 13, 13, 13],
);

// Spirited, nervous, calm, bold, steady, independent, reactive, stubborn, playful, lazy, aggressive.
/// Hot-blooded: quick, eager, easily upset.
const HOT: [u16; COUNT] = [
    2_600, 1_500, 400, 1_500, 600, 700, 1_300, 400, 600, 100, 300,
];
/// Desert-bred: fiery, but attached to people.
const DESERT: [u16; COUNT] = [2_400, 900, 800, 1_500, 1_100, 900, 900, 400, 800, 100, 200];
/// Sport horses: bred to be ridden well.
const WARM: [u16; COUNT] = [
    1_000, 600, 1_700, 1_400, 2_300, 600, 600, 500, 700, 400, 200,
];
/// Ranch and track: level-headed workers.
const STOCK: [u16; COUNT] = [800, 400, 2_200, 1_100, 2_500, 600, 500, 600, 700, 500, 100];
/// Draught: calm before all.
const COLD: [u16; COUNT] = [200, 200, 3_200, 500, 2_900, 500, 200, 800, 500, 900, 100];
/// Ponies: clever, with a will of their own.
const PONY: [u16; COUNT] = [
    1_000, 300, 1_200, 1_000, 1_400, 1_300, 400, 1_600, 1_500, 200, 100,
];
/// Riding-school nobility: brave and willing.
const BAROQUE: [u16; COUNT] = [
    1_700, 400, 1_600, 1_700, 2_000, 500, 700, 300, 800, 100, 200,
];
/// Bred for comfortable miles.
const GAITED: [u16; COUNT] = [
    1_300, 500, 2_100, 1_000, 2_300, 600, 600, 400, 800, 300, 100,
];
/// Landraces: self-reliant.
const HARDY: [u16; COUNT] = [
    900, 400, 1_500, 1_200, 2_000, 1_700, 400, 1_000, 600, 200, 100,
];
/// A bit of everything.
const MIXED: [u16; COUNT] = [
    1_100, 700, 1_600, 1_000, 1_900, 800, 700, 700, 800, 500, 200,
];

/// Every breed of which founders exist, by name. Heights are the middle of what the breed's societies describe, in whole
/// centimetres. Stat means: precision, strength, speed, agility, endurance,
/// intelligence, stamina, balance, boldness, flexibility, obedience, focus.
pub const BREEDS: &[Breed] = &[
    breed(
        "Akhal-Teke",
        HOT,
        157,
        [13, 11, 18, 15, 20, 15, 19, 13, 15, 15, 11, 12],
    ),
    breed(
        "American Paint Horse",
        STOCK,
        152,
        [14, 15, 15, 16, 12, 15, 13, 14, 14, 12, 15, 14],
    ),
    breed(
        "American Quarter Horse",
        STOCK,
        153,
        [14, 16, 18, 17, 11, 15, 12, 15, 14, 12, 16, 14],
    ),
    breed(
        "American Saddlebred",
        GAITED,
        160,
        [15, 12, 14, 13, 13, 14, 14, 17, 13, 18, 15, 13],
    ),
    breed(
        "Andalusian",
        BAROQUE,
        157,
        [17, 14, 12, 15, 12, 17, 13, 18, 15, 18, 17, 15],
    ),
    breed(
        "Anglo-Arabian",
        HOT,
        162,
        [14, 12, 18, 16, 17, 15, 17, 14, 15, 14, 12, 13],
    ),
    breed(
        "Appaloosa",
        STOCK,
        152,
        [14, 14, 14, 15, 15, 15, 15, 14, 15, 12, 13, 14],
    ),
    breed(
        "Arabian",
        DESERT,
        149,
        [13, 11, 16, 15, 20, 18, 19, 14, 15, 15, 13, 13],
    ),
    breed(
        "Azteca",
        BAROQUE,
        155,
        [15, 14, 15, 16, 12, 16, 13, 16, 14, 15, 15, 14],
    ),
    breed(
        "Belgian Draft",
        COLD,
        172,
        [10, 20, 9, 9, 13, 13, 15, 14, 13, 9, 18, 14],
    ),
    breed(
        "Camargue",
        HARDY,
        140,
        [12, 13, 13, 16, 16, 15, 16, 14, 15, 12, 12, 13],
    ),
    breed(
        "Cleveland Bay",
        WARM,
        165,
        [13, 16, 12, 12, 15, 14, 16, 14, 15, 12, 15, 14],
    ),
    breed(
        "Clydesdale",
        COLD,
        173,
        [11, 20, 10, 10, 12, 13, 14, 14, 13, 10, 17, 14],
    ),
    breed(
        "Connemara Pony",
        PONY,
        141,
        [14, 12, 13, 17, 15, 16, 15, 16, 16, 14, 14, 14],
    ),
    breed(
        "Criollo",
        HARDY,
        144,
        [12, 13, 13, 16, 19, 16, 20, 13, 15, 11, 14, 13],
    ),
    breed(
        "Dutch Warmblood",
        WARM,
        167,
        [17, 15, 14, 16, 13, 15, 14, 18, 15, 16, 15, 15],
    ),
    breed(
        "Fell Pony",
        PONY,
        135,
        [12, 14, 11, 14, 17, 15, 17, 14, 14, 12, 12, 12],
    ),
    breed(
        "Fjord",
        HARDY,
        142,
        [12, 16, 10, 13, 15, 15, 16, 14, 14, 12, 15, 13],
    ),
    breed(
        "Friesian",
        BAROQUE,
        160,
        [15, 16, 11, 12, 11, 15, 12, 17, 13, 16, 17, 14],
    ),
    breed(
        "Gypsy Vanner",
        COLD,
        147,
        [12, 16, 10, 12, 12, 15, 13, 15, 13, 13, 17, 15],
    ),
    breed(
        "Hackney",
        HOT,
        154,
        [15, 11, 15, 14, 14, 13, 15, 16, 13, 17, 13, 12],
    ),
    breed(
        "Haflinger",
        PONY,
        147,
        [12, 15, 10, 13, 14, 15, 15, 14, 14, 12, 16, 13],
    ),
    breed(
        "Hanoverian",
        WARM,
        167,
        [17, 15, 14, 15, 13, 15, 14, 18, 15, 17, 16, 15],
    ),
    breed(
        "Highland Pony",
        PONY,
        140,
        [12, 16, 10, 12, 16, 15, 17, 14, 14, 11, 15, 13],
    ),
    breed(
        "Holsteiner",
        WARM,
        168,
        [16, 16, 14, 16, 13, 15, 14, 17, 18, 15, 15, 15],
    ),
    breed(
        "Icelandic",
        HARDY,
        138,
        [13, 14, 12, 14, 18, 16, 19, 17, 16, 13, 13, 14],
    ),
    breed(
        "Irish Draught",
        WARM,
        164,
        [13, 17, 12, 13, 15, 15, 16, 15, 18, 11, 16, 14],
    ),
    breed(
        "Irish Sport Horse",
        WARM,
        166,
        [15, 15, 15, 16, 16, 15, 16, 16, 19, 14, 14, 14],
    ),
    breed(
        "Kathiawari",
        DESERT,
        148,
        [12, 11, 15, 15, 18, 15, 17, 13, 14, 13, 11, 12],
    ),
    breed(
        "Knabstrupper",
        WARM,
        158,
        [15, 14, 13, 14, 13, 15, 14, 16, 14, 15, 15, 14],
    ),
    breed(
        "Lipizzaner",
        BAROQUE,
        155,
        [18, 15, 11, 15, 12, 17, 13, 19, 14, 18, 17, 17],
    ),
    breed(
        "Lusitano",
        BAROQUE,
        157,
        [17, 14, 14, 17, 13, 17, 14, 18, 18, 17, 16, 16],
    ),
    breed(
        "Mangalarga Marchador",
        GAITED,
        150,
        [13, 13, 12, 13, 18, 15, 18, 17, 13, 15, 15, 14],
    ),
    breed(
        "Marwari",
        DESERT,
        153,
        [13, 12, 15, 15, 19, 14, 18, 14, 15, 14, 11, 12],
    ),
    breed(
        "Missouri Fox Trotter",
        GAITED,
        153,
        [14, 13, 11, 13, 16, 15, 17, 17, 13, 14, 17, 14],
    ),
    breed(
        "Mongolian Horse",
        HARDY,
        132,
        [10, 13, 13, 14, 20, 14, 20, 13, 15, 10, 10, 11],
    ),
    breed(
        "Morgan",
        GAITED,
        150,
        [14, 14, 13, 14, 15, 16, 16, 16, 14, 14, 16, 15],
    ),
    breed(
        "Mustang",
        HARDY,
        146,
        [11, 13, 14, 15, 18, 16, 18, 13, 15, 11, 9, 12],
    ),
    breed(
        "Noriker",
        COLD,
        160,
        [11, 19, 9, 10, 13, 14, 15, 15, 14, 10, 16, 13],
    ),
    breed(
        "Oldenburg",
        WARM,
        168,
        [16, 15, 13, 15, 12, 15, 13, 18, 15, 17, 15, 15],
    ),
    breed(
        "Orlov Trotter",
        HOT,
        161,
        [13, 14, 17, 12, 17, 14, 18, 14, 13, 13, 13, 13],
    ),
    breed(
        "Paso Fino",
        GAITED,
        143,
        [16, 10, 11, 14, 15, 15, 15, 18, 12, 18, 15, 14],
    ),
    breed(
        "Percheron",
        COLD,
        170,
        [11, 20, 10, 10, 13, 14, 15, 14, 14, 10, 17, 14],
    ),
    breed(
        "Peruvian Paso",
        GAITED,
        148,
        [14, 11, 11, 13, 17, 15, 17, 18, 12, 18, 15, 14],
    ),
    breed(
        "Rocky Mountain Horse",
        GAITED,
        152,
        [13, 13, 11, 12, 15, 15, 16, 17, 12, 14, 18, 14],
    ),
    breed(
        "Selle Francais",
        WARM,
        166,
        [16, 15, 15, 17, 14, 15, 15, 17, 19, 15, 14, 15],
    ),
    breed(
        "Shetland Pony",
        PONY,
        102,
        [12, 14, 9, 14, 13, 17, 14, 14, 14, 12, 10, 11],
    ),
    breed(
        "Shire",
        COLD,
        176,
        [10, 20, 9, 9, 12, 13, 14, 14, 13, 9, 17, 13],
    ),
    breed(
        "Standardbred",
        STOCK,
        157,
        [16, 14, 19, 11, 18, 14, 18, 13, 12, 11, 16, 15],
    ),
    breed(
        "Tennessee Walking Horse",
        GAITED,
        158,
        [14, 12, 11, 12, 14, 15, 15, 18, 12, 16, 18, 14],
    ),
    breed(
        "Thoroughbred",
        HOT,
        162,
        [12, 13, 20, 15, 16, 14, 18, 13, 17, 13, 10, 14],
    ),
    breed(
        "Trakehner",
        WARM,
        165,
        [16, 13, 15, 15, 16, 15, 16, 17, 16, 16, 14, 14],
    ),
    breed(
        "Welsh Cob",
        PONY,
        145,
        [14, 15, 13, 15, 15, 15, 15, 16, 15, 14, 13, 13],
    ),
    breed(
        "Welsh Pony",
        PONY,
        128,
        [14, 10, 12, 16, 13, 16, 14, 15, 14, 14, 13, 13],
    ),
];

const fn breed(
    name: &'static str,
    temperament_weights: [u16; COUNT],
    height_cm: u8,
    stat_means: [i16; 12],
) -> Breed {
    Breed {
        name,
        facts: BreedFacts {
            stat_means,
            temperament_weights,
            height_cm,
        },
    }
}
