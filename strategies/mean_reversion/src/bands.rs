//! Where the close stands between the bands: when a side is entered, and when the price has come back.

use sdk::indicators::{Adx, Sma, StdDev};
use sdk::{Bar, Rounding, Side, whole};
use serde::{Deserialize, Serialize};

use crate::params::Params;

/// The bands and what was made of them. All of it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bands {
    mean: Sma,
    deviation: StdDev,
    /// `None` where the filter is off.
    adx: Option<Adx>,
    /// Where the last close stands, once there are bands.
    now: Option<Place>,
    /// Beyond which band the close before it was, seen by who would enter there.
    #[serde(with = "sdk::state::exact")]
    was: Option<Side>,
    /// By side, buying first: there was a close inside its band since this side was entered, stopped out or given up.
    fresh: [bool; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Place {
    /// Close − mean, in ticks.
    off: f64,
    /// Standard deviation, in ticks.
    sigma: f64,
}

/// The distances that a close is held against, in standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    out: f64,
    back: f64,
    confirmation: bool,
    max_adx: f64,
}

impl Bounds {
    pub(crate) fn new(params: &Params) -> Self {
        Self {
            out: params.std_multiplier.to_f64(),
            back: params.reversion_threshold.to_f64(),
            confirmation: params.confirmation,
            max_adx: params.max_adx.to_f64(),
        }
    }
}

impl Place {
    /// How far the close lies on the side where this one is entered: below the mean for a buyer.
    const fn away(&self, side: Side) -> f64 {
        match side {
            Side::Buy => -self.off,
            Side::Sell => self.off,
        }
    }

    /// Whether the close lies beyond the band at which this side is entered.
    fn is_out(&self, side: Side, bounds: &Bounds) -> bool {
        self.away(side) > bounds.out * self.sigma
    }

    /// Whether the close is back near the mean, or past it, for who entered this side.
    fn is_back(&self, side: Side, bounds: &Bounds) -> bool {
        self.away(side) <= bounds.back * self.sigma
    }
}

impl Bands {
    pub(crate) fn new(params: &Params) -> Self {
        let filter = !params.max_adx.is_zero();
        Self {
            mean: Sma::new(params.period as usize),
            deviation: StdDev::new(params.period as usize),
            adx: filter.then(|| Adx::new(params.adx_period as usize)),
            now: None,
            was: None,
            fresh: [false, false],
        }
    }

    /// Takes in a closed bar.
    #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
    pub(crate) fn update(&mut self, bar: &Bar, bounds: &Bounds) {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(|price| price.ticks() as f64);
        if let Some(adx) = &mut self.adx {
            adx.update_bar(high, low, close);
        }
        let sides = [Side::Buy, Side::Sell];
        self.was = self.now.and_then(|place| sides.into_iter().find(|side| place.is_out(*side, bounds)));
        let read = self.mean.update(close).zip(self.deviation.update(close));
        self.now = read.map(|(mean, sigma)| Place { off: close - mean, sigma });
        if let Some(place) = self.now {
            for (fresh, side) in self.fresh.iter_mut().zip(sides) {
                *fresh |= !place.is_out(side, bounds);
            }
        }
    }

    /// Whether to get in on this side now.
    pub(crate) fn enters(&self, side: Side, bounds: &Bounds) -> bool {
        let Some(place) = self.now else { return false };
        let signal = if bounds.confirmation {
            self.was == Some(side) && !place.is_out(side, bounds) && !place.is_back(side, bounds)
        } else {
            let [buy, sell] = self.fresh;
            (if side == Side::Buy { buy } else { sell }) && place.is_out(side, bounds)
        };
        let calm = |adx: &Adx| adx.value().is_some_and(|value| value.adx < bounds.max_adx);
        signal && self.adx.as_ref().is_none_or(calm)
    }

    /// This side is entered, or was left without the price having come back: without confirmation, it is not entered
    /// again before a close inside its band.
    pub(crate) fn used(&mut self, side: Side) {
        let [buy, sell] = &mut self.fresh;
        *(if side == Side::Buy { buy } else { sell }) = false;
    }

    /// Whether to get out of this side now: the close is back near the mean, or past it.
    pub(crate) fn leaves(&self, side: Side, bounds: &Bounds) -> bool {
        self.now.is_some_and(|place| place.is_back(side, bounds))
    }

    /// So many standard deviations in ticks, rounded up, at least one; `None` before there are bands.
    pub(crate) fn distance(&self, sigmas: f64) -> Option<i64> {
        whole(self.now?.sigma * sigmas, Rounding::Up).map(|ticks| ticks.max(1))
    }

    /// Bars until there is a signal.
    pub(crate) fn warm_up(&self) -> u32 {
        let adx = self.adx.as_ref().map_or(0, Adx::warm_up);
        u32::try_from(self.mean.warm_up().max(adx)).unwrap_or(u32::MAX)
    }
}
