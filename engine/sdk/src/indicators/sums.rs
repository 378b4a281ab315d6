//! Running sums over a window: plain, weighted by age, and of squares. Indicators are made of them; none is one.

use serde::{Deserialize, Serialize};

use super::window::{Pushed, Ring};

/// The sum of a window. `turn` adds up the values of the current turn alone and replaces `total` at its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RollingSum {
    ring: Ring,
    total: f64,
    turn: f64,
}

impl RollingSum {
    pub(super) fn new(period: usize) -> Self {
        Self { ring: Ring::new(period), total: 0.0, turn: 0.0 }
    }

    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Pushed {
        let pushed = self.ring.push(value);
        self.turn += value;
        if pushed.turned {
            self.total = std::mem::take(&mut self.turn);
        } else {
            self.total += value - pushed.oldest;
        }
        pushed
    }

    /// The sum, once the window is full.
    #[inline]
    pub(super) fn total(&self) -> Option<f64> {
        if self.ring.is_full() { Some(self.total) } else { None }
    }

    /// The sum divided by the count, once the window is full. Divided rather than multiplied by a reciprocal: a
    /// quotient is rounded once, so that equal means of whole numbers are equal whatever their periods.
    #[inline]
    pub(super) fn mean(&self) -> Option<f64> {
        if self.ring.is_full() { Some(self.total / self.ring.count()) } else { None }
    }

    pub(super) const fn ring(&self) -> &Ring {
        &self.ring
    }

    pub(super) fn reset(&mut self) {
        self.ring.reset();
        (self.total, self.turn) = (0.0, 0.0);
    }
}

/// The sum of a window, and the sum weighted 0, 1, 2, … from the oldest value to the newest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct WeightedSum {
    plain: RollingSum,
    weighted: f64,
    turn: f64,
}

impl WeightedSum {
    pub(super) fn new(period: usize) -> Self {
        Self { plain: RollingSum::new(period), weighted: 0.0, turn: 0.0 }
    }

    #[inline]
    pub(super) fn push(&mut self, value: f64) {
        let before = self.plain.total;
        let Pushed { oldest, slot, turned } = self.plain.push(value);
        self.turn += slot as f64 * value;
        if turned {
            self.weighted = std::mem::take(&mut self.turn);
        } else {
            // Each value that stays moves down by one weight; the oldest leaves with weight 0.
            self.weighted += (self.count() - 1.0) * value - (before - oldest);
        }
    }

    /// The plain and the weighted sum, once the window is full.
    #[inline]
    pub(super) fn totals(&self) -> Option<(f64, f64)> {
        Some((self.plain.total()?, self.weighted))
    }

    #[inline]
    pub(super) const fn count(&self) -> f64 {
        self.plain.ring().count()
    }

    pub(super) const fn period(&self) -> usize {
        self.plain.ring().period()
    }

    pub(super) fn reset(&mut self) {
        self.plain.reset();
        (self.weighted, self.turn) = (0.0, 0.0);
    }
}

/// Mean and variance of a window. Values are counted from an anchor, the first value of a turn: squares of small
/// distances keep the digits that squares of large prices lose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Moments {
    ring: Ring,
    whole: Anchored,
    turn: Anchored,
}

/// Sums of distances from an anchor and of their squares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Anchored {
    anchor: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    pub(super) fn new(period: usize) -> Self {
        Self { ring: Ring::new(period), whole: Anchored::default(), turn: Anchored::default() }
    }

    #[inline]
    pub(super) fn push(&mut self, value: f64) {
        let Pushed { oldest, slot, turned } = self.ring.push(value);
        if slot == 0 {
            self.turn = Anchored { anchor: value, sum: 0.0, squares: 0.0 };
        }
        let distance = value - self.turn.anchor;
        self.turn.sum += distance;
        self.turn.squares += distance * distance;
        if turned {
            self.whole = self.turn;
        } else {
            let (new, old) = (value - self.whole.anchor, oldest - self.whole.anchor);
            self.whole.sum += new - old;
            self.whole.squares += new * new - old * old;
        }
    }

    /// The mean, once the window is full.
    #[inline]
    pub(super) fn mean(&self) -> Option<f64> {
        let Anchored { anchor, sum, .. } = self.whole;
        let count = self.ring.count();
        if self.ring.is_full() { Some((anchor * count + sum) / count) } else { None }
    }

    /// The population variance (divided by the count), once the window is full.
    #[inline]
    pub(super) fn variance(&self) -> Option<f64> {
        let Anchored { sum, squares, .. } = self.whole;
        let count = self.ring.count();
        let variance = (squares - sum * sum / count) / count;
        if self.ring.is_full() { Some(variance.max(0.0)) } else { None }
    }

    pub(super) const fn period(&self) -> usize {
        self.ring.period()
    }

    pub(super) fn reset(&mut self) {
        self.ring.reset();
        (self.whole, self.turn) = (Anchored::default(), Anchored::default());
    }
}
