//! The regime of a market: whether it ranges or trends, and which way, told from closed bars and slow to change its mind.

use serde::{Deserialize, Serialize};

use super::window::{Period, are_numbers};
use super::{Adx, Atr, Ema};

/// What a market does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegimeState {
    /// Too few bars to say.
    #[default]
    Unknown,
    /// No trend.
    Range,
    /// A trend upwards.
    TrendUp,
    /// A trend downwards.
    TrendDown,
}

/// How [`Regime`] judges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RegimeSettings {
    /// Period of ADX and ATR, in bars.
    pub adx_period: usize,
    /// ADX from which on the market trends.
    pub adx_enter: f64,
    /// ADX down to which it goes on trending; at most `adx_enter`.
    pub adx_exit: f64,
    /// Period of the exponential average whose slope gives the direction, in bars.
    pub ema_period: usize,
    /// Over how many bars the slope is taken.
    pub slope_bars: usize,
    /// Smallest slope that is one: the average's change over `slope_bars`, in ATRs.
    pub min_slope: f64,
    /// How many bars in a row must say the same before it counts.
    pub dwell: u32,
}

impl Default for RegimeSettings {
    /// ADX(14) with 25 to enter and 20 to leave, EMA(50) over 5 bars, 0.05 ATR, 3 bars.
    fn default() -> Self {
        Self {
            adx_period: 14,
            adx_enter: 25.0,
            adx_exit: 20.0,
            ema_period: 50,
            slope_bars: 5,
            min_slope: 0.05,
            dwell: 3,
        }
    }
}

/// The regime: [`Adx`] with hysteresis says whether there is a trend, the slope of an [`Ema`] in units of [`Atr`] which way,
/// and a new answer counts only after it was given `dwell` times in a row.
///
/// A market trends from ADX ≥ `adx_enter` until ADX < `adx_exit`; a trend whose slope is smaller than `min_slope` counts
/// as none. The first answer other than [`RegimeState::Unknown`] comes after [`Self::warm_up`] updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regime {
    settings: RegimeSettings,
    adx: Adx,
    atr: Atr,
    ema: Ema,
    /// The last averages, the oldest first.
    averages: std::collections::VecDeque<f64>,
    trending: bool,
    state: RegimeState,
    /// What the last bars said, and how often in a row.
    candidate: (RegimeState, u32),
}

impl Regime {
    /// One that has seen nothing. A period of 0 counts as 1.
    #[must_use]
    pub fn new(settings: RegimeSettings) -> Self {
        Self {
            adx: Adx::new(settings.adx_period),
            atr: Atr::new(settings.adx_period),
            ema: Ema::new(settings.ema_period),
            averages: std::collections::VecDeque::with_capacity(Period::new(settings.slope_bars).get() + 1),
            trending: false,
            state: RegimeState::Unknown,
            candidate: (RegimeState::Unknown, 0),
            settings,
        }
    }

    /// Takes in a closed bar; gives the regime after it. What is not a number is passed over.
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64) -> RegimeState {
        if !are_numbers([high, low, close]) {
            return self.state;
        }
        let adx = self.adx.update_bar(high, low, close);
        let atr = self.atr.update_bar(high, low, close);
        let slope = self.ema.update(close).and_then(|average| self.slope(average));
        if let (Some(adx), Some(atr), Some(slope)) = (adx, atr, slope) {
            let bound = if self.trending { self.settings.adx_exit } else { self.settings.adx_enter };
            self.trending = adx.adx >= bound;
            let least = self.settings.min_slope * atr;
            self.hear(if self.trending && slope > 0.0 && slope >= least {
                RegimeState::TrendUp
            } else if self.trending && slope < 0.0 && -slope >= least {
                RegimeState::TrendDown
            } else {
                RegimeState::Range
            });
        }
        self.state
    }

    /// The regime.
    #[must_use]
    #[inline]
    pub const fn state(&self) -> RegimeState {
        self.state
    }

    /// Updates until the first answer.
    #[must_use]
    pub fn warm_up(&self) -> usize {
        let slope = self.ema.warm_up() + Period::new(self.settings.slope_bars).get();
        self.adx.warm_up().max(slope) + self.settings.dwell.max(1) as usize - 1
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        *self = Self::new(self.settings);
    }

    /// The change of the average over `slope_bars`, once it is known.
    fn slope(&mut self, average: f64) -> Option<f64> {
        self.averages.push_back(average);
        let bars = Period::new(self.settings.slope_bars).get();
        if self.averages.len() <= bars {
            return None;
        }
        self.averages.pop_front().map(|before| average - before)
    }

    fn hear(&mut self, said: RegimeState) {
        let (candidate, times) = self.candidate;
        self.candidate = if said == candidate { (said, times.saturating_add(1)) } else { (said, 1) };
        if self.candidate.1 >= self.settings.dwell {
            self.state = said;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> RegimeSettings {
        RegimeSettings { adx_period: 3, ema_period: 3, slope_bars: 2, dwell: 2, ..RegimeSettings::default() }
    }

    /// Feeds closes as bars one wide on either side; gives the states.
    fn states(regime: &mut Regime, closes: impl IntoIterator<Item = f64>) -> Vec<RegimeState> {
        closes.into_iter().map(|close| regime.update_bar(close + 1.0, close - 1.0, close)).collect()
    }

    #[test]
    fn a_climb_is_an_upward_trend_and_a_fall_a_downward_one_after_the_dwell() {
        let mut regime = Regime::new(settings());
        let up = states(&mut regime, (0..12).map(|at| 100.0 + 3.0 * f64::from(at)));
        let warm_up = regime.warm_up();
        assert!(up.iter().take(warm_up - 1).all(|state| *state == RegimeState::Unknown), "{up:?}");
        assert_eq!(up.get(warm_up - 1), Some(&RegimeState::TrendUp));
        let down = states(&mut regime, (0..12).map(|at| 130.0 - 4.0 * f64::from(at)));
        assert_eq!(down.first(), Some(&RegimeState::TrendUp), "it is slow to change its mind");
        assert_eq!(down.last(), Some(&RegimeState::TrendDown));
    }

    #[test]
    fn a_market_that_swings_ranges() {
        let mut regime = Regime::new(settings());
        let swings = states(&mut regime, (0..60).map(|at| if at % 2 == 0 { 100.0 } else { 102.0 }));
        assert_eq!(swings.last(), Some(&RegimeState::Range));
        assert!(swings.iter().all(|state| matches!(state, RegimeState::Unknown | RegimeState::Range)));
    }

    #[test]
    fn between_the_two_bounds_it_stays_what_it_was() {
        let mut regime = Regime::new(RegimeSettings { adx_enter: 101.0, ..settings() });
        states(&mut regime, (0..20).map(|at| 100.0 + 3.0 * f64::from(at)));
        assert_eq!(regime.state(), RegimeState::Range, "ADX never gets over 100");
        let mut regime = Regime::new(RegimeSettings { adx_exit: 0.0, ..settings() });
        states(&mut regime, (0..20).map(|at| 100.0 + 3.0 * f64::from(at)));
        states(&mut regime, (0..40).map(|at| 160.0 + f64::from(at % 2) + 0.5 * f64::from(at)));
        assert_eq!(regime.state(), RegimeState::TrendUp, "ADX never gets under 0");
    }

    #[test]
    fn what_was_saved_goes_on_as_it_would_have() {
        let mut regime = Regime::new(settings());
        states(&mut regime, (0..9).map(|at| 100.0 + 3.0 * f64::from(at)));
        let text = serde_json::to_string(&regime).unwrap();
        let mut again: Regime = serde_json::from_str(&text).unwrap();
        assert_eq!(again, regime);
        let rest = || (0..20).map(|at| 130.0 - 2.0 * f64::from(at));
        assert_eq!(states(&mut again, rest()), states(&mut regime, rest()));
        regime.reset();
        assert_eq!(regime, Regime::new(settings()));
    }
}
