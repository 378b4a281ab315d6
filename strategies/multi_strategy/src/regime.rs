//! The regime of the main market, and when it is too old to count: the one place that knows how it is judged.

use sdk::indicators::{Regime as Judge, RegimeSettings};
use sdk::{Bar, Time};
use serde::{Deserialize, Serialize};

use crate::params::Regime;

/// See the file's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Weather {
    judge: Judge,
    /// How many bar lengths it holds without a bar; 0 for ever.
    stale_bars: u32,
    /// When the last bar closed, and how long it was.
    #[serde(with = "sdk::state::exact")]
    last: Option<(Time, Time)>,
}

impl Weather {
    pub(crate) fn new(settings: RegimeSettings, stale_bars: u32) -> Self {
        Self { judge: Judge::new(settings), stale_bars, last: None }
    }

    /// Takes in a closed bar.
    pub(crate) fn bar(&mut self, bar: &Bar) {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(|price| price.ticks() as f64);
        self.judge.update_bar(high, low, close);
        let length = bar.close_time.nanos().saturating_sub(bar.open_time.nanos());
        self.last = Some((bar.close_time, Time::from_nanos(length)));
    }

    /// The regime at a time.
    pub(crate) fn at(&self, now: Time) -> Regime {
        let Some((closed, length)) = self.last else { return Regime::Unknown };
        let age = now.nanos().saturating_sub(closed.nanos());
        let most = length.nanos().saturating_mul(i64::from(self.stale_bars));
        if self.stale_bars > 0 && age > most { Regime::Unknown } else { self.judge.state().into() }
    }

    /// Bars until the first answer.
    pub(crate) fn warm_up(&self) -> u32 {
        u32::try_from(self.judge.warm_up()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sdk::Price;

    #[test]
    fn a_regime_is_unknown_once_bars_stay_away() {
        let settings = RegimeSettings {
            adx_period: 2,
            ema_period: 2,
            slope_bars: 1,
            dwell: 1,
            ..RegimeSettings::default()
        };
        let mut weather = Weather::new(settings, 2);
        assert_eq!(weather.at(Time::EPOCH), Regime::Unknown);
        for at in 0..20_i64 {
            let price = Price::from_ticks(100 + 3 * at);
            let [open_time, close_time] = [at * 60, at * 60 + 60].map(Time::from_nanos);
            weather.bar(&Bar {
                open_time,
                close_time,
                open: price,
                high: price,
                low: price,
                close: price,
                ..Bar::default()
            });
        }
        assert_eq!(weather.at(Time::from_nanos(1_200)), Regime::TrendUp);
        assert_eq!(weather.at(Time::from_nanos(1_320)), Regime::TrendUp, "two bar lengths on");
        assert_eq!(weather.at(Time::from_nanos(1_321)), Regime::Unknown);
        weather.stale_bars = 0;
        assert_eq!(weather.at(Time::from_nanos(1_000_000)), Regime::TrendUp, "for ever");
    }
}
