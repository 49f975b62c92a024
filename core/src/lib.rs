//! The rules of Equoria: the whole game as pure functions.
//!
//! A rule takes values, the instant and the [dice](dice::Dice), and returns an outcome or a typed [`Refusal`]. Nothing
//! here reads a clock, a file or a network, and nothing depends on a machine's own arithmetic, so the same inputs give the
//! same bits in a browser, in a Worker, on a server and in a stranger's terminal. That is what makes a show's
//! [proof](competition::proof) worth something.
//!
//! # Arithmetic
//! - Everything that ranks, pays or is drawn is an integer. Coefficients of a [pedigree](pedigree) and posterior
//!   [probabilities](genetics::inference) are binary fractions made by `+ - * /` alone, which every machine computes alike; a
//!   foal's F counts whole [millionths](pedigree::Inbreeding). Ratios are basis points ([`Bp`](scale::Bp), 1/10,000), scores milli-points
//!   ([`MilliPoints`](scale::MilliPoints)), money whole [`Coins`](money::Coins).
//! - A division rounds half away from zero unless the function says otherwise. Prize shares round down, and what is
//!   left over goes to the winner.
//! - Factors that multiply (temperament, traits, condition) are multiplied exactly and the product is rounded **once**:
//!   once for the expected score, once more for the drawn score, once for a training's gain. The order of factors
//!   therefore cannot matter.
//! - Nothing overflows: intermediate products are `i128`, results saturate at stated bounds, coins are checked.
//!
//! # Decisions where the game's description is silent
//! - *Instants* count to the microsecond, as the database does; placings and proofs look at whole milliseconds, because
//!   that is what a proof carries as JSON. A deadline belongs to what comes after: at `run_date` a
//!   show is closed, at the end of the seven days a horse may train again, at midnight UTC she may be groomed again.
//! - *Ages*: 7 days are a game-year. A horse is active from her third birthday to the last microsecond before her
//!   twenty-first. An instant before birth counts as age 0.
//! - *Training* adds up the traits' training column (with hidden ones, which act) both for the score gained and for
//!   the player's XP. XP is `5 x (1 + temperament bp + traits' bp)`, score `5 x (1 + traits' bp) x (1 + temperament bp)`,
//!   each at least 1. A discipline score ends at [`MAX_DISCIPLINE_SCORE`](discipline::MAX_DISCIPLINE_SCORE).
//! - *A stat gain* picks the stat first (50/30/20) and is cut at 100; a horse who has 100 there gains nothing.
//! - *Trait order in a score*: by magnitude of the effect in this discipline, greatest first, ties by the trait's name
//!   in byte order; weights 10000, 9500, 9000 ... never below 5000 bp; the weighted sum is rounded once to whole bp.
//! - *Hidden traits in a snapshot* appear only as [`hidden_bp`](competition::entry::Snapshot::hidden_bp): the effect of
//!   all traits less the effect of the visible ones. A factor never falls below zero.
//! - *Discovery*: from age 3 with a bond of 70 everything hidden is revealed; otherwise a bond of 80 or a stress of 20
//!   reveals the one that has been hidden longest.
//! - *A founder* has bond 50 and stress 30 like a newborn, no traits, and is exactly three game-years old.
//! - *Stat gain at a show*: the chance depends on the placement (first three) alone; the stat is drawn 50/30/20.
//! - *A show* needs two entries. With fewer at its run date it is cancelled and everything goes back.
//! - *A level bracket* holds both of its ends. A host may enter their own show.
//! - *A covering*: a stallion of the player's own costs no fee, whether he is listed or not. A mare whose foal was lost needs
//!   no rest. A foal's breed, breeding values and traits are decided at its birth, so the dam's care until then counts.
//! - *A foal's temperament* is its sire's in 40 % of the births, its dam's in 40 %, and drawn for its breed in 20 %.
//! - *Traits at birth*: what both parents have is drawn once. Parents' traits are drawn in the order of the table. A trait
//!   may be drawn again by a later rule, and stands once. Bond and stress below 50 count as 50. Visibility is drawn after
//!   all traits stand.
//! - *Height and white markings* are inherited like stats, with variances of their own; inbreeding costs neither. A foal of
//!   two breeds is no taller or better than its parents' mean.
//! - *A horse of before the game knew genomes* counts as a founder of her breed, given the stats that she has.
//! - *Enrichment*: gates look at the bond and the stress after the activity and at the foal's day of life. They are drawn in
//!   the order of the table, good traits first; the first success is the one trait. It is visible at once. An impact is what
//!   really changed, cut at the ends of the scale.
//! - *Milestones*: a newborn has reached bonds of 25 and of 50. The first trait is the first that anyone sees. Milestones of
//!   age carry the instant of that age; the others are reached before the third birthday or never.
//! - *A portrait* shows the coat that anyone may read. Where its patches lie follows from the public ids of the horse and its
//!   parents, not from the version of the rules: a horse keeps its looks.
//! - *JSON documents* are objects: a missing key of the settings has its default, null is refused; the modifiers' three
//!   lists are always there.
//!
//! # Versions
//! [`RULES_VERSION`] changes when any outcome can change. It is part of every dice key and of every proof; the golden
//! vectors of a version never change.
// The description of the API is made on servers alone, and its macros write what programs with `std` have.
#![cfg_attr(not(feature = "openapi"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::float_arithmetic,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod breed;
pub mod breeding;
mod bytes;
pub mod competition;
pub mod dice;
pub mod discipline;
#[cfg(feature = "json")]
pub mod document;
pub mod economy;
pub mod foal;
pub mod genetics;
pub mod heredity;
pub mod horse;
pub mod id;
pub mod money;
pub mod name;
#[cfg(feature = "serde")]
mod object;
mod order;
pub mod parity;
pub mod pedigree;
pub mod portrait;
pub mod progression;
pub mod refusal;
pub mod scale;
pub mod settings;
pub mod stable;
pub mod stat;
pub mod temperament;
pub mod time;
pub mod told;
pub mod training;
pub mod traits;
mod words;

pub use refusal::Refusal;
pub use time::Instant;

/// The version of the rules: part of every dice key and of every proof.
pub const RULES_VERSION: u32 = 1;
