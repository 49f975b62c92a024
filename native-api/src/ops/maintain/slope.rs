//! The slope of a growth that outliers do not bend: Theil and Sen's, with the interval that its own slopes give.

/// A line through samples, robust against a third of them being wild.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The median of the slopes between all pairs: value per unit of time.
    pub slope: f64,
    /// The lower end of the slope's 95 % interval.
    pub slope_low: f64,
    /// The upper end of the slope's 95 % interval.
    pub slope_high: f64,
    /// The line's value at time zero: the median of what the slope leaves of each value.
    pub intercept: f64,
    /// How many samples it rests on.
    pub samples: usize,
}

/// The two-sided 95 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// As many slopes of their own as make 95 % sure: all six lie on one side of the truth in 2 of 64 cases.
const STRETCHES: usize = 6;

impl Line {
    /// The line through samples (time, value), if at least three have different times.
    ///
    /// The interval is Sen's (1968): the slopes of all pairs in order, cut where Kendall's statistic, which is nearly normal,
    /// would no longer be told from zero; ties in time give no slope and are taken off its variance. It holds for
    /// independent errors: samples that remember the one before make it too narrow.
    pub fn through(samples: &[(f64, f64)]) -> Option<Self> {
        let mut slopes = slopes(samples);
        slopes.sort_by(f64::total_cmp);
        if slopes.len() < 3 {
            return None;
        }
        let count = slopes.len() as f64;
        let half = Z * variance(samples).sqrt();
        let low = ((count - half) / 2.0).round() - 1.0;
        let high = ((count + half) / 2.0).round();
        let at = |rank: f64| slopes[(rank.max(0.0) as usize).min(slopes.len() - 1)];
        let slope = median(&slopes)?;
        let mut rests: Vec<f64> = samples.iter().map(|(x, y)| y - slope * x).collect();
        rests.sort_by(f64::total_cmp);
        Some(Self {
            slope,
            slope_low: at(low),
            slope_high: at(high),
            intercept: median(&rests)?,
            samples: samples.len(),
        })
    }

    /// The line with an interval that also holds where each value builds on the one before, as sizes do.
    ///
    /// Six stretches after each other have a slope each; whether errors are independent or add up, these slopes are, and the
    /// true one lies between the least and the greatest of them but for one time in 32. The wider of both intervals counts.
    /// Nothing is known of fewer than eighteen samples.
    pub fn with_memory(samples: &[(f64, f64)]) -> Option<Self> {
        let line = Self::through(samples)?;
        let stretches = samples.chunks_exact((samples.len() / STRETCHES).max(1));
        let slopes: Option<Vec<f64>> = stretches
            .take(STRETCHES)
            .map(|stretch| Some(Self::through(stretch)?.slope))
            .collect();
        let slopes = slopes.filter(|slopes| slopes.len() == STRETCHES)?;
        Some(Self {
            slope_low: slopes.iter().copied().fold(line.slope_low, f64::min),
            slope_high: slopes.iter().copied().fold(line.slope_high, f64::max),
            ..line
        })
    }

    /// The line's value at a time.
    pub fn at(&self, time: f64) -> f64 {
        self.intercept + self.slope * time
    }
}

fn slopes(samples: &[(f64, f64)]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(samples.len() * samples.len().saturating_sub(1) / 2);
    for (later, (x2, y2)) in samples.iter().enumerate() {
        let earlier = samples[..later].iter().filter(|(x1, _)| x1 != x2);
        slopes.extend(earlier.map(|(x1, y1)| (y2 - y1) / (x2 - x1)));
    }
    slopes
}

/// The variance of Kendall's statistic, less what samples at the same time and equal values take off it.
fn variance(samples: &[(f64, f64)]) -> f64 {
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties = |values: Vec<f64>| groups(values).into_iter().map(term).sum::<f64>();
    let all = term(samples.len() as f64);
    let of_times = ties(samples.iter().map(|(x, _)| *x).collect());
    let of_values = ties(samples.iter().map(|(_, y)| *y).collect());
    ((all - of_times - of_values) / 18.0).max(0.0)
}

/// How many times each value occurs.
fn groups(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
        .chunk_by(|a, b| a == b)
        .map(|group| group.len() as f64)
        .collect()
}

/// The middle of values in order.
pub fn median(ordered: &[f64]) -> Option<f64> {
    let upper = *ordered.get(ordered.len() / 2)?;
    if ordered.len() % 2 == 1 {
        return Some(upper);
    }
    Some((ordered[ordered.len() / 2 - 1] + upper) / 2.0)
}

#[cfg(test)]
mod tests {
    use rules::dice::Dice;

    use super::*;

    /// Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968): slope 4, and by the ranks 4 and
    /// 18 of the 21 slopes the interval 26/7 to 35/8.
    #[test]
    fn the_example_of_sen_has_the_slope_and_the_interval_of_his_paper() {
        let x = [1.0, 2.0, 3.0, 4.0, 10.0, 12.0, 18.0];
        let y = [9.0, 15.0, 19.0, 20.0, 45.0, 55.0, 78.0];
        let samples: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
        let line = Line::through(&samples).unwrap();
        assert_eq!(line.slope, 4.0);
        assert_eq!(line.slope_low, 26.0 / 7.0);
        assert_eq!(line.slope_high, 35.0 / 8.0);
        // What the slope leaves: 5, 7, 7, 4, 5, 7, 6, whose median is 6.
        assert_eq!(line.intercept, 6.0);
        assert_eq!(line.at(20.0), 86.0);
    }

    #[test]
    fn a_straight_line_is_found_whatever_a_quarter_of_the_samples_say() {
        let wild = |day: usize| if day % 4 == 1 { 1e9 } else { 0.0 };
        let samples: Vec<(f64, f64)> = (0..40)
            .map(|day| (day as f64, 100.0 + 2.5 * day as f64 + wild(day)))
            .collect();
        let line = Line::through(&samples).unwrap();
        assert!((line.slope - 2.5).abs() < 1e-9, "{line:?}");
        assert!((line.intercept - 100.0).abs() < 1e-6, "{line:?}");
    }

    #[test]
    fn too_few_samples_have_no_line() {
        assert_eq!(Line::through(&[]), None);
        assert_eq!(Line::through(&[(1.0, 1.0), (2.0, 2.0)]), None);
        assert_eq!(Line::through(&[(1.0, 1.0); 30]), None, "all at one time");
        let seventeen: Vec<(f64, f64)> = (0..17).map(|day| (f64::from(day), 1.0)).collect();
        assert_eq!(Line::with_memory(&seventeen), None);
    }

    #[test]
    fn what_never_changes_has_a_slope_of_zero_without_an_error() {
        let samples: Vec<(f64, f64)> = (0..30).map(|day| (f64::from(day), 7.0)).collect();
        let line = Line::with_memory(&samples).unwrap();
        assert_eq!(
            (line.slope, line.slope_low, line.slope_high),
            (0.0, 0.0, 0.0)
        );
    }

    /// How often in 400 series of 90 days the interval holds the true slope of 3.
    fn coverage(seed: u8, interval: fn(&[(f64, f64)]) -> Option<Line>, adds_up: bool) -> f64 {
        let mut dice = Dice::from_key([seed; 32]);
        let mut covered = 0;
        for _ in 0..400 {
            let mut walked = 0.0;
            let samples: Vec<(f64, f64)> = (0..90)
                .map(|day| {
                    let error = f64::from(dice.bits32()) / f64::from(u32::MAX) - 0.5;
                    // One sample in twenty is wild.
                    let error = error * if dice.below(20) == 0 { 400.0 } else { 20.0 };
                    walked = if adds_up { walked + error } else { error };
                    (f64::from(day), 1_000.0 + 3.0 * f64::from(day) + walked)
                })
                .collect();
            let line = interval(&samples).unwrap();
            covered += u32::from((line.slope_low..=line.slope_high).contains(&3.0));
        }
        f64::from(covered) / 400.0
    }

    #[test]
    fn the_interval_holds_the_truth_as_often_as_it_says() {
        let independent = coverage(1, Line::through, false);
        assert!((0.92..=0.98).contains(&independent), "{independent}");
        for (seed, adds_up) in [(2, false), (3, true)] {
            let covered = coverage(seed, Line::with_memory, adds_up);
            assert!(covered >= 0.94, "{covered}");
        }
    }

    /// Why the plan does not use Sen's interval alone: a size remembers all that was added before.
    #[test]
    fn sens_interval_is_too_narrow_for_what_adds_up() {
        let covered = coverage(3, Line::through, true);
        assert!(covered < 0.5, "{covered}");
    }
}
