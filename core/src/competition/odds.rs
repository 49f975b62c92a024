//! The chances of an entry against others whose snapshots are frozen.
//!
//! Luck is uniform on 1801 whole basis points and independent between entries. For each luck of ours, every rival is
//! ahead with a probability of a whole number of 1801sts, and the number of rivals ahead follows from those by
//! convolution. Neighbouring lucks of ours differ little and are taken together, up to eight at a time: two fields stand
//! for them, one with the rivals' mean chances raised and one with them lowered by as much as the chances spread, so that
//! means, spreads and correlations are those of the lucks themselves (Gauss' quadrature with two points). All is carried
//! out in fixed point with 31 binary places, the same bits everywhere; the result is in millionths, within two millionths
//! of the exact value, and adds up to exactly one.

use super::placing::Rival;
use super::score::{MAX_LUCK, drawn_score};
use crate::scale::{Bp, MilliPoints};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::mem::swap;

/// The unit of the result: millionths.
pub const UNIT: u32 = 1_000_000;
/// The number of values that luck takes.
const LUCKS: u64 = 1_801;
/// The binary places.
const PLACES: u32 = 31;
/// One, with these places.
const ONE: u64 = 1 << PLACES;
/// Further places of a block's factors.
const FINE: u32 = 16;

/// The probability of each placing of `own` among `rivals`, first place first, in millionths that add up to [`UNIT`].
///
/// The result has one more element than there are rivals. The time grows with their number squared; fifty equals are
/// the slowest kind of a full card.
#[must_use]
pub fn placings(own: &Rival, rivals: &[Rival]) -> Vec<u32> {
    let mut chasers: Vec<Chaser> = rivals.iter().map(|rival| Chaser::new(own, rival)).collect();
    let mut field = Field::of(rivals.len());
    let mut ahead = vec![0_u64; rivals.len() + 1];
    let (mut raised, mut lowered) = (Vec::new(), Vec::new());
    let runs = runs(own.expected);
    let mut rest = runs.as_slice();
    while let Some(block) = Block::first(&mut rest, longest(rivals.len())) {
        let mut surely_ahead = 0;
        raised.clear();
        lowered.clear();
        for chaser in &mut chasers {
            match chaser.against(&block) {
                Chances::Never => {}
                Chances::Surely => surely_ahead += 1,
                Chances::Between(more, less) => {
                    raised.push(more);
                    lowered.push(less);
                }
            }
        }
        for chances in [&raised, &lowered] {
            let counts = ahead.iter_mut().skip(surely_ahead);
            let parts = counts.zip(field.spread(chances));
            parts.for_each(|(sum, part)| *sum += block.lucks * u64::from(*part));
        }
    }
    to_unit(&ahead)
}

/// How many lucks are taken together at most: more rivals spread the field more for the same difference of luck.
fn longest(rivals: usize) -> u64 {
    (400 / rivals.max(1) as u64).clamp(1, 8)
}

/// Lucks of ours that give the same score.
struct Run {
    score: i64,
    lucks: u64,
    /// What the chances of the rivals go along with: the score, or of great ones the luck, which grows alike.
    along: i64,
}

fn runs(expected: MilliPoints) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::with_capacity(LUCKS as usize);
    for luck in -MAX_LUCK.get()..=MAX_LUCK.get() {
        let score = drawn_score(expected, Bp::new(luck)).get();
        match runs.last_mut() {
            Some(run) if run.score == score => run.lucks += 1,
            _ => runs.push(Run {
                score,
                lucks: 1,
                along: if expected.get() < 1_000_000 {
                    score
                } else {
                    i64::from(luck)
                },
            }),
        }
    }
    runs
}

/// Neighbouring runs of ours, taken together.
struct Block<'a> {
    runs: &'a [Run],
    lucks: u64,
    /// The sum over the lucks of what the chances go along with.
    along: i64,
    /// What a luck of a rival that puts it ahead of one of these lucks adds to its chance.
    share: u64,
    /// What its going along adds to how far its chances spread.
    slope: u64,
}

impl<'a> Block<'a> {
    /// Takes the first block off the runs: whole ones, at least one, of so many lucks at most.
    fn first(rest: &mut &'a [Run], longest: u64) -> Option<Self> {
        let mut lucks = rest.first()?.lucks;
        let more = rest.iter().skip(1).take_while(|run| {
            lucks += run.lucks;
            lucks <= longest
        });
        let (runs, later) = rest.split_at_checked(1 + more.count())?;
        *rest = later;
        Some(Self::of(runs))
    }

    fn of(runs: &'a [Run]) -> Self {
        let lucks: u64 = runs.iter().map(|run| run.lucks).sum();
        let along = runs.iter().map(|run| run.lucks as i64 * run.along).sum();
        let mut block = Self {
            runs,
            lucks,
            along,
            share: (ONE << (2 * FINE)).div_ceil(LUCKS * lucks),
            slope: 0,
        };
        // Of one run there is no spread. Otherwise the terms are small: eight lucks, and at most 100 from one to the next.
        let spread = |run: &Run| run.lucks * block.off(run).unsigned_abs().pow(2);
        let root = ((lucks * runs.iter().map(spread).sum::<u64>()) << 20).isqrt();
        block.slope = (ONE << (10 + FINE)).checked_div(LUCKS * root).unwrap_or(0);
        block
    }

    /// How far a run is from the mean of what the chances go along with, times the lucks.
    fn off(&self, run: &Run) -> i64 {
        self.lucks as i64 * run.along - self.along
    }
}

/// The chances of a rival to be ahead, over a block.
enum Chances {
    Never,
    Surely,
    /// Raised and lowered by their spread; 31 binary places.
    Between(u32, u32),
}

/// A rival, followed while our score rises: the luck that puts it ahead rises too and is never searched twice.
struct Chaser {
    expected: i64,
    /// Must it score more than we do, or is an equal score enough?
    more_than_equal: i64,
    /// How many lucks put it ahead, as far as known.
    lucks: u64,
    /// What the least of those makes of its expected score, in ten-thousandths of its own unit, with a half added.
    reach: i64,
}

impl Chaser {
    fn new(own: &Rival, rival: &Rival) -> Self {
        let wins_ties = rival.order_at_equal_scores(own) == Ordering::Less;
        let expected = rival.expected.get().clamp(0, MilliPoints::MAX.get());
        Self {
            expected,
            more_than_equal: i64::from(!wins_ties),
            lucks: LUCKS,
            reach: expected * i64::from(10_000 - MAX_LUCK.get()) + 5_000,
        }
    }

    /// Its chances to be ahead of these scores, which must not be lower than the ones before.
    fn against(&mut self, block: &Block<'_>) -> Chances {
        let (mut sum, mut along) = (0, 0);
        for run in block.runs {
            let lucks = run.lucks * self.lucks_ahead(run.score);
            sum += lucks;
            along += lucks as i64 * block.off(run);
        }
        if sum == 0 {
            return Chances::Never;
        }
        if sum == LUCKS * block.lucks {
            return Chances::Surely;
        }
        let mean = (sum * block.share) >> (2 * FINE);
        let spread = (along.unsigned_abs() * block.slope) >> FINE;
        let spread = spread.min(mean).min(ONE - mean);
        Chances::Between((mean + spread) as u32, (mean - spread) as u32)
    }

    /// How many lucks put it ahead of a score.
    fn lucks_ahead(&mut self, score: i64) -> u64 {
        // `drawn_score >= need` without the division. All terms lie below 2 x 10^16.
        let need = (score + self.more_than_equal) * 10_000;
        while self.lucks > 0 && self.reach < need {
            self.lucks -= 1;
            self.reach += self.expected;
        }
        self.lucks
    }
}

/// How many rivals one factor of the field's polynomial holds.
const TOGETHER: usize = 4;

/// The distribution of the number of rivals ahead; 31 binary places.
struct Field {
    /// The masses, behind as many zeros as a factor reaches back.
    masses: Vec<u32>,
    next: Vec<u32>,
}

impl Field {
    fn of(rivals: usize) -> Self {
        let room = vec![0; TOGETHER + rivals.next_multiple_of(TOGETHER) + 1];
        Self {
            masses: room.clone(),
            next: room,
        }
    }

    /// Of rivals with these chances: first that of nobody ahead.
    ///
    /// Four rivals make one factor, so that the field is gone through once for all of them.
    fn spread(&mut self, chances: &[u32]) -> &[u32] {
        self.masses.fill(0);
        self.next.fill(0);
        if let Some(nobody) = self.masses.get_mut(TOGETHER) {
            *nobody = ONE as u32;
        }
        for (counted, four) in chances.chunks(TOGETHER).enumerate() {
            let factor = factor(four);
            let end = TOGETHER * (counted + 2) + 1;
            let (Some(standing), Some(next)) =
                (self.masses.get(..end), self.next.get_mut(TOGETHER..end))
            else {
                break;
            };
            for (slot, before) in next.iter_mut().zip(standing.array_windows()) {
                *slot = weighed(before, &factor);
            }
            swap(&mut self.masses, &mut self.next);
        }
        self.masses.get(TOGETHER..).unwrap_or_default()
    }
}

/// The distribution of the number ahead of up to four: first that of all four ahead.
fn factor(chances: &[u32]) -> [u32; TOGETHER + 1] {
    let mut factor = [0, 0, 0, 0, ONE as u32];
    for chance in chances {
        let weights = [(ONE - u64::from(*chance)) as u32, *chance];
        let [four, three, two, one, none] = factor;
        let pairs = [
            [four, three],
            [three, two],
            [two, one],
            [one, none],
            [none, 0],
        ];
        factor = pairs.map(|pair| weighed(&pair, &weights));
    }
    factor
}

/// The sum of products, rounded. The weights add up to about one and no mass is greater, so that 64 bits hold it.
fn weighed<const N: usize>(masses: &[u32; N], weights: &[u32; N]) -> u32 {
    let products = masses.iter().zip(weights);
    let products = products.map(|(mass, weight)| u64::from(*mass) * u64::from(*weight));
    ((products.sum::<u64>() + ONE / 2) >> PLACES) as u32
}

/// Scales to millionths by rounding the running sum, so that they add up exactly.
fn to_unit(ahead: &[u64]) -> Vec<u32> {
    let whole = ahead.iter().map(|part| u128::from(*part)).sum::<u128>();
    let mut sum = 0_u128;
    let mut before = 0_u32;
    let parts = ahead.iter().map(|part| {
        sum += u128::from(*part);
        let here = ((sum * u128::from(UNIT) + whole / 2) / whole) as u32;
        let share = here - before;
        before = here;
        share
    });
    parts.collect()
}
