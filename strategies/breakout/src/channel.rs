//! The channels of the bars before the last one, which of them its close breaks, and how far bars range.

use sdk::indicators::{Atr, Donchian};
use sdk::{Bar, Rounding, Side, whole};
use serde::{Deserialize, Serialize};

use crate::params::Params;

/// Both channels and the average true range. All of it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Channels {
    entry: Donchian,
    exit: Donchian,
    atr: Atr,
}

/// What the close of a bar broke: above a channel's highest high is a break to the buying side, below its lowest low
/// one to the selling side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Breaks {
    /// Of the channel for entries.
    pub(crate) entry: Option<Side>,
    /// Of the channel for exits.
    pub(crate) exit: Option<Side>,
}

impl Channels {
    pub(crate) fn new(params: &Params) -> Self {
        Self {
            entry: Donchian::new(params.entry_period as usize),
            exit: Donchian::new(params.exit_period as usize),
            atr: Atr::new(params.atr_period as usize),
        }
    }

    /// Takes in a closed bar; it is held against the channels as they were before it.
    #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
    pub(crate) fn update(&mut self, bar: &Bar) -> Breaks {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(|price| price.ticks() as f64);
        let broken = |channel: &Donchian| match channel.value() {
            Some(channel) if close > channel.upper => Some(Side::Buy),
            Some(channel) if close < channel.lower => Some(Side::Sell),
            _ => None,
        };
        let breaks = Breaks { entry: broken(&self.entry), exit: broken(&self.exit) };
        self.entry.update_bar(high, low);
        self.exit.update_bar(high, low);
        self.atr.update_bar(high, low, close);
        breaks
    }

    /// So many average true ranges in ticks, rounded up, at least one; `None` before there is an average.
    pub(crate) fn distance(&self, atrs: f64) -> Option<i64> {
        whole(self.atr.value()? * atrs, Rounding::Up).map(|ticks| ticks.max(1))
    }
}
