//! A child's equity curve: its last returns, transfers left out, and what statistics make of them.

use std::collections::VecDeque;

use sdk::{Money, Time};
use serde::{Deserialize, Serialize};

/// See the file's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Curve {
    most: u32,
    /// Equity at the last sample, as if what was given or taken since then had been there already.
    last: Option<f64>,
    samples: VecDeque<Sample>,
}

/// What happened from one sample to the next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Sample {
    #[serde(with = "sdk::state::exact")]
    time: Time,
    change: f64,
    /// Fills that closed something, and those at a profit.
    closes: u32,
    wins: u32,
}

/// What gets the full mark in a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FullMarks {
    /// The return over all samples, as a share.
    pub(crate) profit: f64,
    /// The yearly Sharpe ratio.
    pub(crate) sharpe: f64,
}

/// Nanoseconds of 365 days.
const YEAR: f64 = 365.0 * 86_400.0 * 1e9;

impl Curve {
    pub(crate) fn new(most: u32) -> Self {
        Self { most, last: None, samples: VecDeque::new() }
    }

    /// Takes in the equity of a moment, and the closing fills since the last one.
    pub(crate) fn sample(&mut self, time: Time, equity: Money, closes: u32, wins: u32) {
        let equity = float(equity);
        if let Some(last) = self.last {
            if self.samples.len() >= self.most as usize {
                self.samples.pop_front();
            }
            let change = if last > 0.0 { equity / last - 1.0 } else { 0.0 };
            self.samples.push_back(Sample { time, change, closes, wins });
        }
        self.last = Some(equity);
    }

    /// Equity changed from `old` to `new` without being earned.
    pub(crate) fn transfer(&mut self, old: Money, new: Money) {
        let (old, new) = (float(old), float(new));
        self.last = self.last.map(|last| if old > 0.0 && new > 0.0 { last * (new / old) } else { new });
    }

    fn mean(&self) -> f64 {
        self.samples.iter().map(|sample| sample.change).sum::<f64>() / self.samples.len().max(1) as f64
    }

    /// The standard deviation of its returns (n − 1); `None` for fewer than two, or none that differ.
    pub(crate) fn deviation(&self) -> Option<f64> {
        let variance = covariance(self, self)?;
        Some(variance.sqrt()).filter(|deviation| deviation.is_finite() && *deviation > 0.0)
    }

    /// A score from 0 to 1: 0.4 × profit + 0.3 × Sharpe ratio + 0.2 × win rate + 0.1 × (1 − largest drawdown), each from 0 to
    /// 1, the first two as shares of what gets the full mark; `None` for fewer than two returns. Without a closing fill
    /// the win rate counts as a half. The four weights are those of the earlier system's allocator, a rule of thumb without
    /// a paper behind it.
    pub(crate) fn score(&self, full: &FullMarks) -> Option<f64> {
        let first = self.samples.front()?;
        let last = self.samples.back().filter(|_| self.samples.len() > 1)?;
        let (mut index, mut peak, mut drawdown) = (1.0_f64, 1.0_f64, 0.0_f64);
        let (mut closes, mut wins) = (0.0, 0.0);
        for sample in &self.samples {
            index *= 1.0 + sample.change;
            peak = peak.max(index);
            drawdown = drawdown.max(1.0 - index / peak);
            closes += f64::from(sample.closes);
            wins += f64::from(sample.wins);
        }
        // From the first return to the last there is one step less than there are returns.
        let span = (last.time.nanos().saturating_sub(first.time.nanos())) as f64;
        let steps_a_year = if span > 0.0 { (self.samples.len() - 1) as f64 * (YEAR / span) } else { 0.0 };
        let sharpe = self.deviation().map_or(0.0, |deviation| self.mean() / deviation * steps_a_year.sqrt());
        let won = if closes > 0.0 { wins / closes } else { 0.5 };
        let mark = |value: f64| if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
        Some(
            0.4 * mark((index - 1.0) / full.profit)
                + 0.3 * mark(sharpe / full.sharpe)
                + 0.2 * mark(won)
                + 0.1 * mark(1.0 - drawdown),
        )
    }
}

/// The covariance of two curves over the samples that both have (n − 1); `None` for fewer than two.
pub(crate) fn covariance(one: &Curve, other: &Curve) -> Option<f64> {
    let count = one.samples.len().min(other.samples.len());
    let pairs = || one.samples.iter().rev().zip(other.samples.iter().rev());
    if count < 2 {
        return None;
    }
    let [mut first, mut second] = [0.0, 0.0];
    for (one, other) in pairs() {
        first += one.change;
        second += other.change;
    }
    let n = count as f64;
    let (first, second) = (first / n, second / n);
    let products = pairs().map(|(one, other)| (one.change - first) * (other.change - second));
    Some(products.sum::<f64>() / (n - 1.0)).filter(|value| value.is_finite())
}

/// For statistics only.
pub(crate) fn float(money: Money) -> f64 {
    money.units() as f64 / 1e18
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    fn curve(equities: &[&str]) -> Curve {
        let mut curve = Curve::new(100);
        for (day, equity) in (0..).zip(equities) {
            curve.sample(Time::from_nanos(day * DAY), equity.parse().unwrap(), 0, 0);
        }
        curve
    }

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn returns_and_their_deviation_are_those_of_a_textbook() {
        // +10 %, −10 %, +10 %: mean 1/30, squared distances (2/30)² + (4/30)² + (2/30)² = 24/900, over 2.
        let curve = curve(&["100", "110", "99", "108.9"]);
        assert!(near(curve.mean(), 1.0 / 30.0));
        assert!(near(curve.deviation().unwrap(), (12.0_f64 / 900.0).sqrt()));
        assert_eq!(self::curve(&["100", "110"]).deviation(), None, "one return");
        assert_eq!(self::curve(&["100", "100", "100"]).deviation(), None, "no movement");
    }

    #[test]
    fn a_transfer_is_no_return() {
        let mut moved = curve(&["100", "110"]);
        moved.transfer("110".parse().unwrap(), "220".parse().unwrap());
        moved.sample(Time::from_nanos(2 * DAY), "198".parse().unwrap(), 0, 0);
        assert!(near(moved.deviation().unwrap(), curve(&["100", "110", "99"]).deviation().unwrap()));
    }

    #[test]
    fn covariance_is_over_what_both_have() {
        let one = curve(&["100", "110", "99"]);
        let other = curve(&["50", "100", "90", "99"]);
        // +10 %, −10 % against −10 %, +10 %.
        assert!(near(covariance(&one, &other).unwrap(), -0.02));
        assert_eq!(covariance(&one, &curve(&["1", "2"])), None);
    }

    #[test]
    fn the_score_adds_up_its_four_marks() {
        let full = FullMarks { profit: 0.1, sharpe: 10.0 };
        // 100, 105, 94.5, 103.95: a return of 3.95 %, a drawdown of 10 %.
        let mut curve = curve(&["100", "105", "94.5", "103.95"]);
        curve.samples.back_mut().unwrap().closes = 4;
        curve.samples.back_mut().unwrap().wins = 3;
        // Returns of 5, −10 and 10 %: a mean of 1/60, a variance of 0.065/6, 365 steps a year.
        let sharpe = (1.0 / 60.0) / (0.065_f64 / 6.0).sqrt() * 365.0_f64.sqrt();
        let expected = 0.4 * 0.395 + 0.3 * (sharpe / 10.0) + 0.2 * 0.75 + 0.1 * 0.9;
        assert!(near(curve.score(&full).unwrap(), expected));
        let falling = self::curve(&["100", "90", "81"]);
        assert!(near(falling.score(&full).unwrap(), 0.2 * 0.5 + 0.1 * 0.81), "no mark is below zero");
        assert_eq!(self::curve(&["100", "110"]).score(&full), None);
    }

    #[test]
    fn only_the_last_returns_count() {
        let mut curve = Curve::new(2);
        for (day, equity) in (0..).zip(["100", "200", "220", "198"]) {
            curve.sample(Time::from_nanos(day * DAY), equity.parse().unwrap(), 0, 0);
        }
        assert!(near(curve.mean(), 0.0), "+10 % and −10 %");
    }
}
