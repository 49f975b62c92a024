//! What a picture's bytes do not tell: where the white lies, how alike two looks are, how light a grey is.

use super::figure::Studio;
use super::look::Look;
use super::palette::{HORN, PALE_HORN, Palette, lightness};
use super::pen::{Node, Spot, round};
use super::shape::{Figure, Frame};
use super::white::{height_of, patches};
use super::{HEIGHT, Sitter, WIDTH};
use crate::breed::Build;
use crate::genetics::Genome;
use crate::genetics::coat::{Coat, LegWhite, Seen};
use crate::horse::Sex;
use crate::id::HorseId;
use std::vec::Vec;

fn coat(text: &str) -> Seen {
    (&Coat::of(&Genome::parse(text, Sex::Female).unwrap(), 0, None)).into()
}

fn look(horse: i64, sire: i64, dam: i64) -> Look {
    Look::of(HorseId::new(horse), Some([sire, dam].map(HorseId::new)))
}

/// The mean distance of two looks over many families.
fn mean(distance: impl Fn(i64) -> i32) -> i32 {
    (0..200).map(|family| distance(10 * family)).sum::<i32>() / 200
}

#[test]
fn sisters_are_more_alike_than_half_sisters_and_these_than_strangers() {
    let own = |n: i64| look(n + 1, n + 2, n + 3);
    let sisters = mean(|n| own(n).distance(&look(n + 4, n + 2, n + 3)));
    let half = mean(|n| own(n).distance(&look(n + 4, n + 5, n + 3)));
    let daughter = mean(|n| own(n).distance(&look(n + 4, n + 5, n + 1)));
    let strangers = mean(|n| own(n).distance(&look(n + 4, n + 5, n + 6)));
    assert!(2 * sisters < strangers, "{sisters} {strangers}");
    assert!(sisters < half && half < daughter && daughter < strangers);
    // A founder is its own; its daughter has two fifths of it.
    let founder = |n: i64| Look::of(HorseId::new(n), None);
    let of_founder = mean(|n| founder(n + 1).distance(&look(n + 4, n + 5, n + 1)));
    assert!(of_founder < mean(|n| founder(n + 1).distance(&look(n + 4, n + 5, n + 6))));
}

#[test]
fn a_grey_gets_no_darker_and_ends_lighter_than_it_was_born() {
    let colours = [
        "",
        "ASIP=a/a",
        "MC1R=e/e",
        "SLC45A2=Cr/Cr MC1R=e/e",
        "SLC36A1=N/Ch",
        "TBX3=D/nd2",
    ];
    for colour in colours {
        for grey in ["G1/G2", "G1/G3", "G3/G3"] {
            let coat = coat(&std::format!("{colour} STX17={grey}"));
            let at = |days| {
                let Palette {
                    body, mane, points, ..
                } = Palette::of(&coat, days);
                [body, mane, points].map(lightness)
            };
            for days in 0..300 {
                // A step may round by one of 255 shades.
                let pairs = at(days).into_iter().zip(at(days + 1));
                assert!(
                    pairs.clone().all(|(now, then)| then + 1_000 >= now),
                    "{colour} {grey} {days}"
                );
            }
            assert!(at(200)[0] > at(0)[0], "{colour} {grey}");
        }
    }
}

/// The patches of a horse as they lie in the picture, by node and handle.
fn lying(text: &str, horse: i64, frame: Frame) -> Vec<Spot> {
    let look = Look::of(HorseId::new(horse), None);
    let patches = patches(coat(text).phenotype, &look);
    let nodes = patches.iter().flat_map(|places| {
        let moved: Vec<Spot> = places.iter().map(|it| frame.trunk(*it)).collect();
        round(&moved)
    });
    nodes
        .flat_map(|[x, y, dx, dy]| [(x, y), (x + dx, y + dy), (x - dx, y - dy)])
        .collect()
}

/// The upper side of the outline from poll to buttock.
fn back(frame: Frame) -> Vec<Spot> {
    let nodes = Figure::BODY.at(frame);
    nodes.iter().take(14).map(|[x, y, ..]| (*x, *y)).collect()
}

#[test]
fn frame_never_crosses_the_back_and_tobiano_does() {
    let builds = Build::ALL.iter();
    let frames = builds.flat_map(|build| [0, 400, 1_000].map(|maturity| (maturity, *build)));
    for (maturity, build) in frames {
        let frame = Frame { maturity, build };
        let back = back(frame);
        let above = |(x, y): &Spot| *y < height_of(&back, *x);
        for horse in 0..400 {
            // A curve lies within the hull of its nodes and handles.
            let highest = lying("EDNRB=n/O", horse, frame);
            assert!(
                !highest.iter().any(above),
                "{horse} at {maturity}: {highest:?}"
            );
            assert!(lying("KIT=n/TO", horse, frame).iter().any(above));
        }
    }
}

#[test]
fn hooves_are_pale_under_white_legs_alone() {
    let coat = coat("");
    let sitter = Sitter {
        coat,
        sex: Sex::Female,
        build: Build::Riding,
        days: 40,
        horse: HorseId::new(1),
        parents: None,
    };
    let studio = Studio::of(&sitter, "p");
    for white in LegWhite::ALL {
        let horn = if *white == LegWhite::None {
            HORN
        } else {
            PALE_HORN
        };
        assert_eq!(studio.horn(*white), horn, "{white}");
    }
}

#[test]
fn every_outline_stands_within_the_picture_at_every_age() {
    let figures = [
        Figure::BODY,
        Figure::FAR_FORE,
        Figure::FAR_HIND,
        Figure::TAIL,
        Figure::MANE,
        Figure::FORELOCK,
        Figure::NEAR_FORE_HOOF,
        Figure::NEAR_HIND_HOOF,
        Figure::FAR_FORE_HOOF,
        Figure::FAR_HIND_HOOF,
    ];
    for figure in figures {
        // Hair may be a tenth fuller.
        for maturity in (0..=1_100).step_by(100) {
            let is_inside = |[x, y, ..]: &Node| {
                (20..i32::from(WIDTH) - 20).contains(x) && (20..i32::from(HEIGHT) - 20).contains(y)
            };
            for build in Build::ALL.iter().copied() {
                let nodes = figure.at(Frame { maturity, build });
                assert!(nodes.iter().all(is_inside), "{build} at {maturity}");
            }
        }
    }
}
