//! The parameters as people write them; what they come to on an instrument and an account is in `plan`.

use schemars::JsonSchema;
use sdk::{AveragePair, Method, Number};
use serde::{Deserialize, Serialize};

/// Which way positions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Long or flat.
    #[default]
    Long,
    /// Short or flat.
    Short,
    /// One position at a time, whose side is the trend's; without the trend filter the sides take turns, long first.
    Both,
}

/// Parameters of `martingale`. Percentages are of a price unless their text says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Which way positions go.
    pub direction: Direction,
    /// Quote amount of the first order.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "quote"))]
    pub initial_amount: Number,
    /// What an order's amount is multiplied with to get the next one's.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 10))]
    pub multiplier: Number,
    /// The most orders of one position, the first included.
    #[schemars(range(min = 1, max = 20), extend("x-unit" = "orders"))]
    pub max_levels: u32,
    /// How far the price must move from the last order's fill before the next one.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub price_step_pct: Number,
    /// Whether the multiplier shrinks from order to order.
    pub risk_decay: bool,
    /// What the multiplier is itself multiplied with at each further order.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub decay_factor: Number,
    /// What the multiplier does not fall below.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 10))]
    pub min_multiplier: Number,
    /// Whether orders are added as the price goes in favour of the position, instead of against it.
    pub reverse_martingale: bool,
    /// The multiplier that counts then.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 10))]
    pub reverse_multiplier: Number,
    /// Gain of the position, on what it cost, at which it is closed; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub take_profit: Number,
    /// Distance of the stop from the average price; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub stop_loss: Number,
    /// Distance of a stop from the best price since the last order; it counts once it is not at a loss; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub trailing_stop: Number,
    /// How long no order is opened after one that filled, or after a position was closed.
    #[schemars(range(min = 0, max = 31_536_000), extend("x-unit" = "s"))]
    pub cooldown: u32,
    /// Whether the first order waits for the trend: the average over `trend_period` closes must not be on the wrong
    /// side of the one over twice as many.
    pub trend_filter: bool,
    /// Which average.
    pub trend_method: Method,
    /// Period of the fast average; the slow one has twice as many.
    #[schemars(range(min = 1, max = 5_000), extend("x-unit" = "bars"))]
    pub trend_period: u32,
    /// What a position may be worth, in multiples of equity.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 125))]
    pub leverage: Number,
    /// What a position may be worth, as an amount; 0 for what `leverage` allows.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub max_exposure: Number,
}

impl Default for Params {
    fn default() -> Self {
        let tenths = |count| Number::scaled(count, 1);
        Self {
            direction: Direction::default(),
            initial_amount: Number::whole(100),
            multiplier: Number::whole(2),
            max_levels: 6,
            price_step_pct: Number::whole(2),
            risk_decay: true,
            decay_factor: tenths(9),
            min_multiplier: tenths(12),
            reverse_martingale: false,
            reverse_multiplier: tenths(15),
            take_profit: Number::whole(3),
            stop_loss: Number::whole(15),
            trailing_stop: Number::whole(1),
            cooldown: 60,
            trend_filter: true,
            trend_method: Method::default(),
            trend_period: 20,
            leverage: Number::whole(1),
            max_exposure: Number::ZERO,
        }
    }
}

impl Params {
    /// The averages of the trend filter, the slow one over twice as many closes; `None` where it is off.
    pub(crate) fn averages(&self) -> Option<AveragePair> {
        let (method, period) = (self.trend_method, self.trend_period);
        self.trend_filter.then(|| AveragePair::new(method, period, 2 * period))
    }
}
