//! Portraits: the markup, its bytes, what is in it and what is not.

use std::collections::HashSet;

use crate::coat_facts::FACTS;
use crate::genome::any_genome;
use proptest::prelude::*;
use roxmltree::{Document, Node};
use rules::breed::{BREEDS, Build};
use rules::dice::Dice;
use rules::genetics::Genotype;
use rules::genetics::coat::{Coat, Eyes, Face, Hair, LegWhite, Pattern, Phenotype};
use rules::horse::Sex;
use rules::id::HorseId;
use rules::portrait::gallery::{Picture, gallery};
use rules::portrait::{Setting, Sitter, portrait};
use sha2::{Digest as _, Sha256};

/// The bytes that no portrait exceeds; the tests of `equoria gallery` weigh those that one meets.
const MOST_BYTES: usize = 14_500;

fn coat(text: &str) -> Coat {
    let read = Genotype::parse(text, Sex::Female).unwrap();
    Coat::of(read.genome(), 0, None)
}

fn sitter(coat: &Coat, days: i64) -> Sitter {
    Sitter {
        coat: coat.into(),
        sex: Sex::Female,
        build: Build::Riding,
        days,
        horse: HorseId::new(7),
        parents: Some([HorseId::new(3), HorseId::new(4)]),
    }
}

fn drawn(text: &str, days: i64) -> String {
    draw(&sitter(&coat(text), days))
}

fn draw(sitter: &Sitter) -> String {
    let setting = Setting {
        prefix: "h7",
        title: None,
    };
    portrait(sitter, setting)
}

/// Reads a portrait and requires of it what a strict page does.
fn require_sound(svg: &str) {
    let read = Document::parse(svg).unwrap_or_else(|wrong| panic!("{wrong}"));
    let root = read.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let ids: Vec<&str> = read
        .descendants()
        .filter_map(|it| it.attribute("id"))
        .collect();
    let known: HashSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "an id stands twice");
    assert!(ids.iter().all(|id| id.starts_with("h7")));
    assert!(known.contains(root.attribute("aria-labelledby").unwrap()));
    for node in read.descendants().filter(Node::is_element) {
        assert!(!["script", "style", "image", "foreignObject"].contains(&node.tag_name().name()));
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(name != "style" && !name.starts_with("on"), "{name}");
            let reference = value
                .strip_prefix("url(")
                .map(|it| it.trim_end_matches(')'));
            if let Some(target) = reference.or((name == "href").then_some(value)) {
                assert!(
                    known.contains(&target[1..]) && target.starts_with('#'),
                    "{target}"
                );
            }
        }
    }
    assert!(svg.len() <= MOST_BYTES, "{} bytes", svg.len());
}

#[test]
fn the_same_sitter_gives_the_same_bytes_as_ever() {
    let goldens = [
        ("", 60, "23b45197ee41a0ff"),
        ("MC1R=e/e SLC45A2=N/Cr", 0, "db2bd233f12f5d8e"),
        ("KIT=n/TO EDNRB=n/O", 90, "21580d86e8244974"),
        ("ASIP=a/a STX17=G1/G3", 30, "de67907c45624a5e"),
        ("TRPM1=lp/LP RFWD3=n/PATN1", 12, "425c8680cab156c9"),
    ];
    for (text, days, golden) in goldens {
        let digest = Sha256::digest(drawn(text, days));
        let told: String = digest
            .iter()
            .take(8)
            .map(|it| format!("{it:02x}"))
            .collect();
        assert_eq!(told, golden, "{text} at {days} days");
    }
}

#[test]
fn a_portrait_says_what_it_shows() {
    let said = |text: &str, days| {
        let coat = coat(text);
        sitter(&coat, days).sentence()
    };
    assert_eq!(said("", 60), "A bay mare with a star.");
    assert_eq!(
        said("SLC36A1=N/Ch", 6),
        "An amber champagne filly with a star."
    );
    assert_eq!(said("KIT=n/W1", 60), "A dominant white mare.");
    assert_eq!(
        said("MC1R=e/e KIT=n/TO", 60),
        "A chestnut tobiano mare with a star and four white legs."
    );
    assert_eq!(
        said("STX17=G1/G3 ASIP=a/a", 2),
        "A black, turning grey, filly."
    );
}

#[test]
fn words_of_strangers_are_text_and_never_markup() {
    let coat = coat("");
    for title in [
        "<script>alert(1)</script>",
        "]]> & \"quoted\" 'so' <!-- -->",
        "\u{202e}tebasile\u{0}\u{8} \u{fffe} 🐴",
    ] {
        let setting = Setting {
            prefix: "h7",
            title: Some(title),
        };
        let svg = portrait(&sitter(&coat, 60), setting);
        require_sound(&svg);
        let read = Document::parse(&svg).unwrap();
        let told = read
            .descendants()
            .find(|it| it.has_tag_name("title"))
            .unwrap()
            .text()
            .unwrap();
        let kept = |it: &char| !it.is_control() && *it != '\u{fffe}' && *it != ' ';
        let of = |text: &str| text.chars().filter(kept).collect::<String>();
        assert_eq!(of(told), of(title));
    }
}

#[test]
fn a_prefix_that_is_no_id_becomes_one() {
    let coat = coat("");
    for prefix in ["", "7' onload='x", "<b>", "h7"] {
        let setting = Setting {
            prefix,
            title: None,
        };
        let svg = portrait(&sitter(&coat, 60), setting);
        let read = Document::parse(&svg).unwrap();
        let is_id = |id: &str| id.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
        let mut ids = read.descendants().filter_map(|it| it.attribute("id"));
        assert!(ids.all(|id| is_id(id) && id.starts_with(|it: char| it.is_ascii_alphabetic())));
        assert!(
            read.descendants()
                .all(|it| it.attribute("onload").is_none())
        );
    }
}

#[test]
fn horses_differ_by_what_they_are_and_by_who_they_are() {
    let tobiano = coat("KIT=n/TO");
    let mare = sitter(&tobiano, 60);
    let others = [
        Sitter {
            horse: HorseId::new(8),
            ..mare
        },
        Sitter {
            parents: None,
            ..mare
        },
        Sitter {
            sex: Sex::Male,
            ..mare
        },
        Sitter { days: 10, ..mare },
        Sitter {
            build: Build::Heavy,
            ..mare
        },
        Sitter {
            build: Build::Light,
            ..mare
        },
        Sitter {
            build: Build::Pony,
            ..mare
        },
        Sitter {
            coat: (&coat("KIT=n/TO MC1R=e/e")).into(),
            ..mare
        },
    ]
    .map(|it| draw(&it));
    let all: HashSet<String> = others.into_iter().chain([draw(&mare)]).collect();
    assert_eq!(all.len(), 9);
    // A grown horse without grey looks the same on the next day.
    assert_eq!(draw(&mare), draw(&Sitter { days: 61, ..mare }));
}

#[test]
fn every_face_has_a_drawing_of_its_own() {
    let mut coat = coat("");
    let drawn: HashSet<String> = Face::ALL
        .iter()
        .map(|face| {
            coat.face = *face;
            draw(&sitter(&coat, 60))
        })
        .collect();
    assert_eq!(drawn.len(), Face::ALL.len());
}

#[test]
fn every_coat_of_the_table_of_facts_has_a_sound_portrait() {
    for (text, ..) in FACTS {
        let sex = if text.contains("/Y") {
            Sex::Male
        } else {
            Sex::Female
        };
        let read = Genotype::parse(text, sex).unwrap();
        let coat = Coat::of(read.genome(), 0, None);
        for days in [0, 60] {
            require_sound(&draw(&Sitter {
                sex,
                ..sitter(&coat, days)
            }));
        }
    }
}

/// Every colour that the loci of colour alone can make, by its name: the base, the series, champagne, dun.
fn colours() -> HashSet<String> {
    let series = [
        "N/N", "N/Cr", "Prl/Prl", "Sun/Sun", "Cr/Prl", "Cr/Sun", "Sno/Sno", "Cr/Cr",
    ];
    let mut names = HashSet::new();
    for base in ["", "ASIP=a/a", "MC1R=e/e"] {
        for alleles in series {
            names.insert(coat(&format!("{base} SLC45A2={alleles}")).name);
            names.insert(coat(&format!("{base} SLC45A2={alleles} SLC36A1=N/Ch")).name);
        }
        for alleles in ["N/N", "N/Cr"] {
            names.insert(coat(&format!("{base} SLC45A2={alleles} TBX3=nd2/D")).name);
        }
        for shade in [
            "PMEL=N/Z",
            "MFSD12=Mu/Mu",
            "FLAXEN=f/f",
            "SOOTY=n/Sty",
            "PANGARE=n/P",
            "KIT=n/Rn",
        ] {
            names.insert(coat(&format!("{base} {shade}")).name);
        }
    }
    names
}

#[test]
fn every_named_colour_hangs_in_the_gallery_and_every_pattern_face_leg_eye_and_hair() {
    let rooms = gallery();
    let pictures: Vec<&Picture> = rooms.iter().flat_map(|room| &room.pictures).collect();
    let names: HashSet<String> = pictures.iter().map(|it| it.coat.name.clone()).collect();
    let missing: Vec<String> = colours().difference(&names).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
    let coats: Vec<&Coat> = pictures.iter().map(|it| &it.coat).collect();
    let shows = |what: &dyn Fn(&Coat) -> bool| coats.iter().any(|coat| what(coat));
    assert!(
        Pattern::ALL
            .iter()
            .all(|it| shows(&|coat| coat.pattern.contains(it)))
    );
    assert!(Face::ALL.iter().all(|it| shows(&|coat| coat.face == *it)));
    assert!(
        LegWhite::ALL
            .iter()
            .all(|it| shows(&|coat| coat.legs.fore_left == *it))
    );
    assert!(Hair::ALL.iter().all(|it| shows(&|coat| coat.hair == *it)));
    // Whether one eye is blue is a matter of chance.
    let mut eyes = Eyes::ALL.iter().filter(|it| **it != Eyes::OneBlue);
    assert!(eyes.all(|it| shows(&|coat| coat.eyes == *it)));
    for age in [
        "turning grey",
        "steel grey",
        "rose grey",
        "dapple grey",
        "flea-bitten grey",
        "white grey",
    ] {
        assert!(pictures.iter().any(|it| it.name().contains(age)), "{age}");
    }
}

#[test]
fn every_picture_of_the_gallery_is_sound_and_stands_beside_its_genotype() {
    for picture in gallery().iter().flat_map(|room| &room.pictures) {
        let read = Genotype::parse(&picture.genotype, picture.sex).unwrap();
        assert_eq!(Phenotype::of(read.genome()), picture.coat.phenotype);
        require_sound(&draw(&picture.sitter()));
    }
}

fn any_coat() -> impl Strategy<Value = (Coat, Sex)> {
    let drawn = (any_genome(), -8_000..8_000_i32, any::<[u8; 32]>());
    drawn.prop_map(|(genome, white, key)| {
        let coat = Coat::of(&genome, white, Some(&mut Dice::from_key(key)));
        (coat, genome.sex())
    })
}

fn any_sitter() -> impl Strategy<Value = Sitter> {
    let id = || (1..=i64::MAX).prop_map(HorseId::new);
    let build = prop::sample::select(Build::ALL);
    let parents = prop::option::of([id(), id()]);
    let drawn = (any_coat(), build, -5_i64..500, id(), parents);
    drawn.prop_map(|((coat, sex), build, days, horse, parents)| Sitter {
        coat: (&coat).into(),
        sex,
        build,
        days,
        horse,
        parents,
    })
}

#[test]
fn a_path_has_a_known_form_and_nothing_else_is_one() {
    let bay = coat("");
    let mare = sitter(&bay, 60);
    assert_eq!(mare.path(), "/portraits/4000001-200000-fr21-7-3-4.svg");
    let founder = Sitter {
        parents: None,
        sex: Sex::Male,
        build: Build::Heavy,
        days: 8,
        ..mare
    };
    assert_eq!(founder.path(), "/portraits/4000001-200000-mh7-7.svg");
    for wrong in [
        "",
        "/portraits/",
        "/portraits/.svg",
        "portraits/4000001-200000-fr21-7-3-4.svg",
        "/portraits/4000001-200000-fr21-7-3-4",
        "/portraits/4000001-200000-fr21-7-3-4.svg?",
        "/portraits/4000001-200000-fr21-7-3-4.SVG",
        // Not every number is a phenotype.
        "/portraits/0-200000-fr21-7-3-4.svg",
        "/portraits/800000000-200000-fr21-7-3-4.svg",
        "/portraits/fffffffffffffffff-200000-fr21-7-3-4.svg",
        // The same picture, written otherwise.
        "/portraits/04000001-200000-fr21-7-3-4.svg",
        "/portraits/+4000001-200000-fr21-7-3-4.svg",
        "/portraits/4000001-200000-fr021-7-3-4.svg",
        "/portraits/4000001-200000-fr21-07-3-4.svg",
        "/portraits/4000001-200000-fr22-7-3-4.svg",
        "/portraits/4000001-200000-fr8-7-3-4.svg",
        "/portraits/4000001-200000-fr28-7-3-4.svg",
        "/portraits/4000001-200000-fr-1-7-3-4.svg",
        // No such face, leg, eyes, sex, build.
        "/portraits/4000001-800000-fr21-7-3-4.svg",
        "/portraits/4000001-250000-fr21-7-3-4.svg",
        "/portraits/4000001-200006-fr21-7-3-4.svg",
        "/portraits/4000001-20000-fr21-7-3-4.svg",
        "/portraits/4000001-2000000-fr21-7-3-4.svg",
        "/portraits/4000001-200000-xr21-7-3-4.svg",
        "/portraits/4000001-200000-fx21-7-3-4.svg",
        // Parents come in pairs, and nobody has the number 0.
        "/portraits/4000001-200000-fr21.svg",
        "/portraits/4000001-200000-fr21-0.svg",
        "/portraits/4000001-200000-fr21-7-3.svg",
        "/portraits/4000001-200000-fr21-7-0-4.svg",
        "/portraits/4000001-200000-fr21-7-3-4-5.svg",
        "/portraits/4000001-200000-fr21-9223372036854775808.svg",
    ] {
        assert_eq!(Sitter::at(wrong), None, "{wrong}");
    }
}

#[test]
fn every_name_of_the_builds_is_a_breed() {
    let count = |build| {
        let names = BREEDS.iter().map(|breed| Build::of_breed(breed.name));
        names.filter(|it| *it == build).count()
    };
    assert_eq!(count(Build::Light), 8);
    assert_eq!(count(Build::Heavy), 6);
    assert_eq!(count(Build::Pony), 11);
    assert_eq!(Build::of_breed("Crossbred"), Build::Riding);
}

#[test]
fn a_path_changes_only_when_the_picture_does() {
    for text in [
        "",
        "KIT=n/TO",
        "KIT=n/W1",
        "STX17=G1/G2",
        "STX17=G1/G3",
        "STX17=G3/G3 ASIP=a/a",
        "TRPM1=lp/LP",
        "TRPM1=lp/LP STX17=G1/G3",
    ] {
        let coat = coat(text);
        let mut seen: Vec<(String, String)> = Vec::new();
        for days in 0..500 {
            let sitter = sitter(&coat, days);
            let picture = (sitter.path(), draw(&sitter));
            if seen.last() != Some(&picture) {
                let is_other = |it: &(String, String)| it.0 != picture.0 && it.1 != picture.1;
                assert!(seen.iter().all(is_other), "{text} on day {days}");
                seen.push(picture);
            }
        }
        let stages = seen.len();
        assert!((13..=70).contains(&stages), "{text}: {stages}");
        assert_eq!(
            stages == 13,
            !text.contains("G") && !text.contains("LP"),
            "{text}: {stages}"
        );
    }
}

#[test]
fn a_path_tells_nothing_that_cannot_be_seen() {
    let hidden = "MC1R=E/e ASIP=A/a SLC45A2=N/Prl PMEL=N/N FLAXEN=F/f PRKDC=N/SCID GYS1=N/P1";
    let plain = sitter(&coat(""), 60);
    assert_eq!(sitter(&coat(hidden), 60).path(), plain.path());
}

proptest! {
    #[test]
    fn every_path_leads_back_to_the_same_picture(sitter in any_sitter()) {
        let path = sitter.path();
        prop_assert!(path.len() <= 104);
        let read = Sitter::at(&path).unwrap();
        prop_assert_eq!(read, Sitter { days: sitter.stage(), ..sitter });
        prop_assert_eq!(draw(&read), draw(&sitter));
        prop_assert_eq!(read.path(), path);
    }

    #[test]
    fn what_is_no_path_is_nobodys_and_breaks_nothing(text in "(/portraits/)?[0-9a-f-]{0,60}(-[fm][rlhp][0-9]{0,20})?[0-9-]{0,60}(\\.svg)?") {
        if let Some(sitter) = Sitter::at(&text) {
            prop_assert_eq!(sitter.path(), text);
        }
    }

    #[test]
    fn any_text_at_all_breaks_nothing(text in any::<String>()) {
        prop_assert_eq!(Sitter::at(&text), None);
        prop_assert_eq!(Sitter::at(&format!("/portraits/{text}.svg")), None);
    }

    #[test]
    fn every_horse_at_every_age_has_a_sound_portrait(genome in any_genome(), white in -8_000..8_000_i32, seed in any::<u8>(), days in -5_i64..400, horse in any::<i64>()) {
        let coat = Coat::of(&genome, white, Some(&mut Dice::from_key([seed; 32])));
        let sitter = Sitter { sex: genome.sex(), build: Build::ALL[usize::from(seed % 4)], horse: HorseId::new(horse), ..sitter(&coat, days) };
        require_sound(&draw(&sitter));
    }
}
