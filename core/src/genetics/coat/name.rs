//! The names of coats, as breeders and registries use them.

use super::kit::Spotting;
use super::look::{Base, Brindle, Dilution, Dun, Greying, Leopard, Splash};
use super::phenotype::Phenotype;
use alloc::string::String;
use alloc::vec::Vec;

crate::words::words! {
    /// A white pattern. Those of horses that are white all over stand first, then in the order of a name.
    Pattern, "pattern" {
        /// White all over by KIT, with dark eyes.
        DominantWhite = "dominant white",
        /// Nine tenths white or more: two of SB1.
        SabinoWhite = "sabino white",
        /// White all over for want of EDNRB.
        LethalWhite = "lethal white",
        /// White hairs mixed into the body, not into head and legs.
        Roan = "roan",
        /// Large white patches across the back, white legs, a dark head.
        Tobiano = "tobiano",
        /// Ragged white up the legs, on belly and face.
        Sabino = "sabino",
        /// Large irregular white of one of the dominant whites.
        BoldWhite = "white-spotted",
        /// White on the sides and the face that does not cross the back.
        Frame = "frame",
        /// White from below with crisp edges, often blue eyes.
        SplashedWhite = "splashed white",
        /// White hairs that grow more with age, dark bony parts.
        VarnishRoan = "varnish roan",
        /// White with dark spots all over.
        Leopard = "leopard",
        /// A white rump, and further, without spots.
        Snowcap = "snowcap",
        /// White all over with few spots.
        FewSpot = "few-spot",
        /// White hairs at the flank and the root of the tail.
        Rabicano = "rabicano",
    }
}

/// Names by the dilution of SLC45A2: of bay, black and chestnut.
static DILUTED: [[&str; 3]; 8] = [
    ["bay", "black", "chestnut"],
    ["buckskin", "smoky black", "palomino"],
    ["bay pearl", "black pearl", "chestnut pearl"],
    ["bay sunshine", "black sunshine", "chestnut sunshine"],
    ["buckskin pearl", "smoky black pearl", "palomino pearl"],
    [
        "buckskin sunshine",
        "smoky black sunshine",
        "palomino sunshine",
    ],
    ["bay snowdrop", "black snowdrop", "chestnut snowdrop"],
    ["perlino", "smoky cream", "cremello"],
];

/// The same of champagnes, before the word champagne.
static CHAMPAGNES: [&str; 3] = ["amber", "classic", "gold"];
static IN_CHAMPAGNE: [&str; 4] = ["", " cream", " pearl", " sunshine"];

/// Duns with a name of their own: without a dilution, and with one cream.
static DUNS: [[&str; 3]; 2] = [
    ["bay dun", "grullo", "red dun"],
    ["dunskin", "smoky grullo", "dunalino"],
];

/// Other accepted names of colours.
static ALIASES: &[(&str, &[&str])] = &[
    ("chestnut", &["sorrel"]),
    ("flaxen chestnut", &["flaxen sorrel"]),
    ("grullo", &["grulla", "black dun", "blue dun", "mouse dun"]),
    ("bay dun", &["classic dun", "zebra dun"]),
    ("red dun", &["claybank dun", "fox dun"]),
    ("dunskin", &["buckskin dun"]),
    ("dunalino", &["palomino dun"]),
    ("smoky grullo", &["smoky black dun"]),
    ("red roan", &["strawberry roan", "chestnut roan"]),
    ("blue roan", &["black roan"]),
    ("silver black", &["silver dapple", "chocolate silver"]),
    ("silver bay", &["red silver"]),
    ("chestnut pearl", &["apricot"]),
    ("gold cream champagne", &["ivory champagne", "gold cream"]),
    ("amber cream champagne", &["amber cream"]),
    ("classic cream champagne", &["classic cream"]),
];

impl Phenotype {
    /// The name of the coat: `palomino tobiano`, `grey (born bay)`. Every phenotype has one.
    #[must_use]
    pub fn name(self) -> String {
        if self.greying() == Greying::None {
            return self.born_name();
        }
        let mut name = String::from("grey (born ");
        name.push_str(&self.born_name());
        name.push(')');
        name
    }

    /// The name of the coat it is born with.
    #[must_use]
    pub fn born_name(self) -> String {
        let mut name = self.colour();
        self.push_patterns(&mut name);
        name
    }

    /// Other accepted names of the same coat, that of a grey's birth.
    #[must_use]
    pub fn aliases(self) -> Vec<String> {
        let colour = self.colour();
        let known = ALIASES.iter().find(|it| it.0 == colour);
        let mut aliases: Vec<String> = known
            .map_or(&[][..], |it| it.1)
            .iter()
            .map(|alias| {
                let mut name = String::from(*alias);
                self.push_patterns(&mut name);
                name
            })
            .collect();
        if self.kit().tobiano && self.is_overo() {
            aliases.push(colour + " tovero");
        }
        if self.kit().tobiano || self.is_overo() {
            let is_black = self.is_plain(Base::Black) && !self.is_silver() && !self.kit().roan;
            aliases.push(if is_black { "piebald" } else { "skewbald" }.into());
        }
        aliases
    }

    /// Has it a pattern that is called overo?
    fn is_overo(self) -> bool {
        self.is_frame()
            || self.splash() != Splash::None
            || self.is_splashed_by_pax3()
            || self.kit().spotting == Spotting::Sabino
    }

    /// The colour, with roan, which has names of its own, and without other patterns.
    fn colour(self) -> String {
        if let Some(white) = self.patterns().first().filter(|it| **it < Pattern::Roan) {
            return white.as_str().into();
        }
        let mut colour = String::new();
        for (is_so, word) in [
            (self.is_pangare(), "pangare "),
            (self.is_sooty(), "sooty "),
            (self.is_flaxen(), "flaxen "),
            (self.is_silver(), "silver "),
            (
                self.is_mushroom() && !self.is_plain(Base::Chestnut),
                "mushroom ",
            ),
        ] {
            if is_so {
                colour.push_str(word);
            }
        }
        self.push_root(&mut colour);
        if self.kit().roan {
            colour.push_str(" roan");
        }
        colour
    }

    /// Is it of a base colour that nothing dilutes, but mushroom and silver?
    fn is_plain(self, base: Base) -> bool {
        self.base() == base
            && self.dilution() == Dilution::None
            && !self.is_champagne()
            && self.dun() != Dun::Dun
    }

    fn push_root(self, colour: &mut String) {
        let base = self.base() as usize;
        let dilution = self.dilution() as usize;
        let is_dun = self.dun() == Dun::Dun;
        let mut push = |word: Option<&&str>| colour.push_str(word.copied().unwrap_or_default());
        if self.is_champagne() {
            push(CHAMPAGNES.get(base));
            push(IN_CHAMPAGNE.get(dilution));
            push(Some(&" champagne"));
        } else if let (true, Some(duns)) = (is_dun, DUNS.get(dilution)) {
            push(duns.get(base));
            return;
        } else if self.is_plain(Base::Chestnut) && self.is_mushroom() {
            push(Some(&"mushroom"));
        } else if self.is_plain(Base::Chestnut) && self.kit().roan {
            push(Some(&"red"));
        } else if self.is_plain(Base::Black) && self.kit().roan {
            push(Some(&"blue"));
        } else {
            push(DILUTED.get(dilution).and_then(|it| it.get(base)));
        }
        if is_dun {
            push(Some(&" dun"));
        }
    }

    fn push_patterns(self, name: &mut String) {
        // Roan and white all over are in the name of the colour.
        let beside = self.patterns().into_iter();
        for pattern in beside.filter(|it| *it > Pattern::Roan) {
            name.push(' ');
            name.push_str(pattern.as_str());
        }
        if self.brindle() == Brindle::Striped {
            name.push_str(" brindle");
        }
    }

    /// The white patterns, in the order of their names.
    #[must_use]
    pub fn patterns(self) -> Vec<Pattern> {
        let kit = self.kit();
        let is = |pattern: &Pattern| match pattern {
            Pattern::DominantWhite => kit.spotting == Spotting::DominantWhite,
            Pattern::SabinoWhite => kit.spotting == Spotting::SabinoWhite,
            Pattern::LethalWhite => self.is_lethal_white(),
            Pattern::Roan => kit.roan,
            Pattern::Tobiano => kit.tobiano,
            Pattern::Sabino => kit.spotting == Spotting::Sabino,
            Pattern::BoldWhite => kit.spotting == Spotting::Bold,
            Pattern::Frame => self.is_frame(),
            Pattern::SplashedWhite => self.splash() != Splash::None || self.is_splashed_by_pax3(),
            Pattern::VarnishRoan => self.leopard() == Leopard::VarnishRoan,
            Pattern::Leopard => self.leopard() == Leopard::Leopard,
            Pattern::Snowcap => self.leopard() == Leopard::Snowcap,
            Pattern::FewSpot => self.leopard() == Leopard::FewSpot,
            Pattern::Rabicano => self.is_rabicano(),
        };
        Pattern::ALL.iter().copied().filter(is).collect()
    }
}
