//! How likely chance is to do what was seen: exact binomial tails.

/// The natural logarithms of the factorials from 0 on.
pub(super) struct Factorials(Vec<f64>);

impl Factorials {
    /// Up to the factorial of a number.
    pub(super) fn up_to(most: u64) -> Self {
        let mut logs = vec![0.0];
        let mut sum = 0.0;
        for n in 1..=most {
            sum += (n as f64).ln();
            logs.push(sum);
        }
        Self(logs)
    }

    fn log_binomial(&self, n: u64, k: u64, p: f64) -> f64 {
        let of = |n: u64| self.0[n as usize];
        let times = |count: u64, log: f64| if count == 0 { 0.0 } else { count as f64 * log };
        of(n) - of(k) - of(n - k) + times(k, p.ln()) + times(n - k, (1.0 - p).ln())
    }

    /// Twice the smaller tail of the binomial distribution, at most 1: how likely `k` of `n`, or what is farther off, is.
    pub(super) fn two_sided(&self, n: u64, k: u64, p: f64) -> f64 {
        let tail = |range: &mut dyn Iterator<Item = u64>| -> f64 {
            let mut sum = 0.0;
            for at in range {
                let term = self.log_binomial(n, at, p).exp();
                sum += term;
                // Terms fall on the way out: those that no longer count need not be added.
                if term < sum * 1e-17 {
                    break;
                }
            }
            sum
        };
        let (low, high) = (tail(&mut (0..=k).rev()), tail(&mut (k..=n)));
        (2.0 * low.min(high)).min(1.0)
    }
}

/// The chance of as few or as many successes as seen, or farther off, where each try has a chance of its own.
pub(super) fn poisson_binomial(chances: &[f64], seen: usize) -> f64 {
    let mut exact = vec![1.0];
    for p in chances {
        exact.push(0.0);
        for at in (0..exact.len()).rev() {
            let before = if at == 0 { 0.0 } else { exact[at - 1] };
            exact[at] = exact[at] * (1.0 - p) + before * p;
        }
        // What is too unlikely to matter is not carried along.
        while exact.len() > seen + 2 && exact.last().is_some_and(|it| *it < 1e-30) {
            exact.pop();
        }
    }
    let low: f64 = exact.iter().take(seen + 1).sum();
    let high: f64 = exact.iter().skip(seen).sum();
    (2.0 * low.min(high)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_a_coin() {
        let factorials = Factorials::up_to(10_000);
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(near(factorials.two_sided(10, 0, 0.5), 2.0 / 1024.0));
        assert!(near(factorials.two_sided(10, 9, 0.5), 22.0 / 1024.0));
        assert!(near(factorials.two_sided(10, 5, 0.5), 1.0));
        assert!(near(factorials.two_sided(4, 0, 0.0), 1.0));
        assert!(factorials.two_sided(4, 1, 0.0) < 1e-12);
        assert!(factorials.two_sided(10_000, 5_400, 0.5) < 1e-14);
        assert!(near(factorials.two_sided(5, 5, 1.0), 1.0));
    }

    #[test]
    fn unequal_chances_are_added_up_exactly() {
        let exact = poisson_binomial(&[0.5, 0.25], 2);
        assert!((exact - 0.25).abs() < 1e-12);
        assert!((poisson_binomial(&[0.5; 10], 0) - 2.0 / 1024.0).abs() < 1e-12);
        assert!((poisson_binomial(&[], 0) - 1.0).abs() < 1e-12);
    }
}
