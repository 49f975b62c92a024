//! Exact descriptions of coats.

use super::look::{Base, Brindle, Curly, Dilution, Dun, Greying};
use super::name::Pattern;
use super::phenotype::Phenotype;
use alloc::string::String;

/// Bodies by the dilution of SLC45A2: of bay, black and chestnut.
static BODIES: [[&str; 3]; 8] = [
    [
        "red-brown body with black mane, tail and legs",
        "black all over",
        "red body, mane and tail",
    ],
    [
        "gold body with black mane, tail and legs",
        "black, at most a little faded",
        "gold body with a white to flaxen mane and tail",
    ],
    [
        "apricot body with brown mane, tail and legs",
        "brown-grey all over",
        "apricot body, mane and tail",
    ],
    [
        "pale apricot body with brown mane, tail and legs",
        "pale brown-grey all over",
        "pale apricot body, mane and tail",
    ],
    [
        "cream body with darker cream mane, tail and legs, freckled pink skin",
        "dark cream all over, freckled pink skin",
        "cream all over, freckled pink skin",
    ],
    [
        "cream body with darker cream mane, tail and legs, pink skin",
        "dark cream all over, pink skin",
        "cream all over, pink skin",
    ],
    [
        "cream body with darker cream mane, tail and legs, pink skin",
        "dark cream all over, pink skin",
        "cream all over, pink skin",
    ],
    [
        "cream body with darker cream mane, tail and legs, pink skin",
        "dark cream all over, pink skin",
        "cream all over, pink skin",
    ],
];

static CHAMPAGNES: [&str; 3] = [
    "tan body with brown mane, tail and legs",
    "grey-brown all over",
    "gold body with a white to gold mane and tail",
];

impl Phenotype {
    /// What the coat looks like at birth and what becomes of it, without markings and eyes.
    #[must_use]
    pub fn description(self) -> String {
        let mut text = String::new();
        if !self.is_all_white() {
            let base = self.base() as usize;
            let bodies = BODIES.get(self.dilution() as usize);
            let body = match (self.is_champagne(), bodies) {
                (false, Some(bodies)) => bodies.get(base),
                _ => CHAMPAGNES.get(base),
            };
            text.push_str(body.copied().unwrap_or_default());
        }
        for (is_so, clause) in self.clauses() {
            if is_so {
                push(&mut text, clause);
            }
        }
        for pattern in self.patterns() {
            push(&mut text, pattern.clause());
        }
        text
    }

    fn clauses(self) -> [(bool, &'static str); 15] {
        let is_shade_of_cream = self.is_champagne() && self.dilution() != Dilution::None;
        let greying = self.greying();
        [
            (is_shade_of_cream, "paler by cream or its like"),
            (self.is_champagne(), "freckled pink skin"),
            (
                self.is_silver() && self.base() == Base::Black,
                "black turned to chocolate, mane and tail to silver",
            ),
            (
                self.is_silver() && self.base() == Base::Bay,
                "legs turned to chocolate, mane and tail to silver",
            ),
            (self.is_mushroom(), "red turned to sepia"),
            (
                self.dun() == Dun::Dun,
                "body diluted by dun, with a dark stripe along the back and bars on the legs",
            ),
            (self.dun() == Dun::Marks, "faint primitive marks"),
            (self.is_flaxen(), "flaxen mane and tail"),
            (self.is_sooty(), "black shading from the back down"),
            (self.is_pangare(), "pale muzzle, flanks and belly"),
            (self.curly() != Curly::None, "curly coat"),
            (
                self.brindle() == Brindle::Striped,
                "stripes of another texture",
            ),
            (
                self.brindle() == Brindle::Sparse || self.curly() == Curly::ThinCurls,
                "thin mane and tail",
            ),
            (greying == Greying::Slow, "goes grey slowly"),
            (greying > Greying::Slow, "goes grey fast"),
        ]
    }
}

fn push(text: &mut String, clause: &str) {
    if !text.is_empty() {
        text.push_str("; ");
    }
    text.push_str(clause);
}

impl Pattern {
    /// What it looks like.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::DominantWhite => "white all over on pink skin, with dark eyes",
            Self::SabinoWhite => "white but for a little colour, on pink skin",
            Self::LethalWhite => "white all over; dies within days, for its gut has no nerves",
            Self::Roan => "white hairs mixed evenly into the body, a dark head and dark legs",
            Self::Tobiano => "large white patches that cross the back, white legs",
            Self::Sabino => "ragged white up the legs, on belly and face, roaned edges",
            Self::BoldWhite => "large irregular white",
            Self::Frame => "white on sides and face that does not cross the back",
            Self::SplashedWhite => "white from below with crisp edges",
            Self::VarnishRoan => {
                "white hairs that grow more with age, bony parts staying dark, striped hooves"
            }
            Self::Leopard => "white with dark spots all over, striped hooves",
            Self::Snowcap => "white from the rump forward, without spots",
            Self::FewSpot => "white all over with few spots",
            Self::Rabicano => "white hairs at the flanks and the root of the tail",
        }
    }
}
