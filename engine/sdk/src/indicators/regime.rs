//! The regime of a market: whether it ranges or trends, and which way, told from closed bars and slow to change its mind.

use serde::{Deserialize, Serialize};
use types::{Bar, Time};

use super::window::{Period, are_numbers};
use super::{Adx, Atr, Ema};

/// So many lengths of the last bar may pass without another one before what it said is too old.
const STALE_BARS: i64 = 2;

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
///
/// Bars may stop while ticks go on. [`Self::at`] answers [`RegimeState::Unknown`] once the last bar that [`Self::update`] took in
/// closed more than two of its own lengths ago, until the next one closes.
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
    /// The last nanosecond at which the last bar still counts; `None` before the first bar with times.
    #[serde(default)]
    counts_until: Option<i64>,
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
            counts_until: None,
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

    /// Takes in a closed bar with its times, its prices in ticks; gives the regime after it.
    #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
    pub fn update(&mut self, bar: &Bar) -> RegimeState {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(|price| price.ticks() as f64);
        let length = bar.close_time.nanos().saturating_sub(bar.open_time.nanos()).max(0);
        let until = bar.close_time.nanos().saturating_add(length.saturating_mul(STALE_BARS));
        self.counts_until = Some(until);
        self.update_bar(high, low, close)
    }

    /// The regime at a time: that of the last bar, unless it is too old.
    #[must_use]
    #[inline]
    pub fn at(&self, now: Time) -> RegimeState {
        if now > self.counts_until() { RegimeState::Unknown } else { self.state }
    }

    /// The last moment at which what [`Self::state`] says still counts; the end of time before the first bar with times.
    #[must_use]
    #[inline]
    pub fn counts_until(&self) -> Time {
        Time::from_nanos(self.counts_until.unwrap_or(i64::MAX))
    }

    /// The regime after the last bar, however long ago that was.
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

    /// The bar of this minute: a climb of three a minute.
    fn bar(minute: i64) -> Bar {
        const MINUTE: i64 = 60_000_000_000;
        let [high, low, close] = [101, 99, 100].map(|price| types::Price::from_ticks(price + 3 * minute));
        let [open_time, close_time] = [minute, minute + 1].map(|minute| Time::from_nanos(minute * MINUTE));
        Bar { open_time, close_time, open: close, high, low, close, ..Bar::default() }
    }

    #[test]
    fn two_bar_lengths_after_the_last_bar_it_is_unknown_until_the_next() {
        let (mut regime, mut timeless) = (Regime::new(settings()), Regime::new(settings()));
        assert_eq!(regime.at(Time::from_nanos(i64::MAX)), RegimeState::Unknown);
        for minute in 0..12 {
            // Without a gap every bar is in time for the next one, and says what it said before there were times.
            let before = regime.state();
            assert_eq!(regime.at(bar(minute).close_time), before);
            let price = 100.0 + 3.0 * minute as f64;
            assert_eq!(regime.update(&bar(minute)), timeless.update_bar(price + 1.0, price - 1.0, price));
        }
        let after = |nanos: i64| Time::from_nanos(bar(11).close_time.nanos() + nanos);
        for (nanos, expected) in [
            (0, RegimeState::TrendUp),
            (120_000_000_000, RegimeState::TrendUp),
            (120_000_000_001, RegimeState::Unknown),
            (i64::MAX / 2, RegimeState::Unknown),
        ] {
            assert_eq!(regime.at(after(nanos)), expected, "{nanos}");
        }
        assert_eq!(regime.counts_until(), after(120_000_000_000));
        assert_eq!(regime.state(), RegimeState::TrendUp, "what the last bar said is not forgotten");
        let text = serde_json::to_string(&regime).unwrap();
        let again: Regime = serde_json::from_str(&text).unwrap();
        assert_eq!(again.at(after(120_000_000_001)), RegimeState::Unknown, "nor is when, over a restart");
        regime.update(&bar(40));
        assert_eq!(regime.at(bar(40).close_time), RegimeState::TrendUp);
        // Closes alone have no times, and never grow old.
        assert_eq!(timeless.at(Time::from_nanos(i64::MAX)), RegimeState::TrendUp);
    }

    #[test]
    fn a_state_from_before_there_were_times_is_read() {
        let mut regime = Regime::new(settings());
        states(&mut regime, (0..12).map(|at| 100.0 + 3.0 * f64::from(at)));
        let text = serde_json::to_string(&regime).unwrap().replace(",\"counts_until\":null", "");
        assert!(!text.contains("counts_until"), "{text}");
        assert_eq!(serde_json::from_str::<Regime>(&text).unwrap(), regime);
    }
}
