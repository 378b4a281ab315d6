//! Stochastic dominance: whether one way to pick a trial is better than another by every taste.

/// How the best trial of the training half compares, in the testing half, with any trial at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dominance {
    /// First order: at no level is the picked trial more often below it. Whoever likes more prefers the pick.
    pub first: bool,
    /// Second order: the areas under the distributions compare so at every level. Whoever likes more and shuns risk prefers the pick.
    pub second: bool,
}

impl Dominance {
    /// Compares the picked values with all values.
    pub(super) fn of(mut picked: Vec<f64>, mut all: Vec<f64>) -> Self {
        picked.sort_by(f64::total_cmp);
        all.sort_by(f64::total_cmp);
        let mut levels: Vec<f64> = picked.iter().chain(&all).copied().collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let (mut first, mut second, mut area) = (true, true, 0.0);
        let (mut one, mut two) = (Below::new(&picked), Below::new(&all));
        let mut before: Option<(f64, f64)> = None;
        for level in levels {
            if let Some((last, gap)) = before {
                area += gap * (level - last);
                second &= area <= 1e-12;
            }
            // How much more often the pick is at or below this level.
            let gap = one.share(level) - two.share(level);
            first &= gap <= 1e-12;
            before = Some((level, gap));
        }
        Self { first, second }
    }
}

/// The share of a sorted list at or below levels that rise.
struct Below<'l> {
    list: &'l [f64],
    passed: usize,
}

impl<'l> Below<'l> {
    const fn new(list: &'l [f64]) -> Self {
        Self { list, passed: 0 }
    }

    fn share(&mut self, level: f64) -> f64 {
        while self.list.get(self.passed).is_some_and(|value| *value <= level) {
            self.passed += 1;
        }
        crate::count(self.passed) / crate::count(self.list.len())
    }
}
