//! The parameters as people write them; what they come to on an instrument and an account is in `plan`.

use schemars::JsonSchema;
use sdk::{AveragePair, Method, Number};
use serde::{Deserialize, Serialize};

/// Which way positions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Buys on the way down, sells at a profit.
    #[default]
    Long,
    /// Sells on the way up, buys back at a profit.
    Short,
}

/// How layers are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryOrder {
    /// By a market order.
    #[default]
    Market,
    /// By a limit order at the price of the decision, which is cancelled after `entry_ttl`.
    Limit,
}

/// Parameters of `dca`. Percentages are of a price unless their text says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Which way positions go.
    pub direction: Direction,
    /// How layers are opened.
    pub entry_order: EntryOrder,
    /// How long a limit entry may work before what is left of it is cancelled; 0 for as long as it takes.
    #[schemars(range(min = 0, max = 31_536_000), extend("x-unit" = "s"))]
    pub entry_ttl: u32,
    /// Quote amount of the base order.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "quote"))]
    pub base_order_amount: Number,
    /// Quote amount of the first safety order.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "quote"))]
    pub safety_order_amount: Number,
    /// The most safety orders that are held at once.
    #[schemars(range(min = 0, max = 50), extend("x-unit" = "orders"))]
    pub max_safety_orders: u32,
    /// Volume scale: each safety order is this many times as large as the one before.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 10))]
    pub safety_order_scale: Number,
    /// Step scale: each price step is this many times as long as the one before.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 10))]
    pub safety_order_step: Number,
    /// Price step to the first safety order where `atr_multiplier` is 0.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub price_step_pct: Number,
    /// Period of the ATR, in closed bars.
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "bars"))]
    pub atr_period: u32,
    /// Price step in ATRs, held between `min_price_step` and `max_price_step`; 0 for `price_step_pct`.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub atr_multiplier: Number,
    /// Shortest price step that the ATR may make.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub min_price_step: Number,
    /// Longest price step that the ATR may make, and the one taken until there is an ATR.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub max_price_step: Number,
    /// Gain of the base order at which its own lots are closed; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub first_order_take_profit: Number,
    /// Gain of a safety order at which its own lots are closed; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub last_order_take_profit: Number,
    /// Gain of all layers together, on what they cost, at which all of them are closed; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub total_take_profit: Number,
    /// Gain of all layers together at which the trailing take-profit begins to follow the price; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "%"))]
    pub trailing_activation: Number,
    /// How far the price may fall back from its best since then before all layers are closed; below
    /// `trailing_activation`.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub trailing_take_profit: Number,
    /// Distance of the stop from the average price of all layers; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub stop_loss: Number,
    /// Distance of a stop that trails the best price since the newest layer was filled; above the first price step; 0
    /// for off.
    #[schemars(extend("minimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub trailing_stop_loss: Number,
    /// Whether a fast fall suspends new layers.
    pub cascade_protection: bool,
    /// How far the price must have fallen from the best of the window.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 99, "x-unit" = "%"))]
    pub cascade_drop_pct: Number,
    /// The window.
    #[schemars(range(min = 1, max = 31_536_000), extend("x-unit" = "s"))]
    pub cascade_window: u32,
    /// How long new layers are suspended then.
    #[schemars(range(min = 1, max = 31_536_000), extend("x-unit" = "s"))]
    pub cascade_pause: u32,
    /// Whether the base order waits for the trend: the average over `trend_period` closes must not be on the wrong side
    /// of the one over twice as many.
    pub trend_filter: bool,
    /// Which average.
    pub trend_method: Method,
    /// Period of the fast average; the slow one has twice as many.
    #[schemars(range(min = 1, max = 5_000), extend("x-unit" = "bars"))]
    pub trend_period: u32,
    /// How long no base order follows a closed position.
    #[schemars(range(min = 0, max = 31_536_000), extend("x-unit" = "s"))]
    pub cooldown: u32,
    /// What all layers may cost together, in multiples of the capital at the start.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 125))]
    pub leverage: Number,
    /// What all layers may cost together, as an amount; 0 for what `leverage` allows.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub max_exposure: Number,
}

impl Default for Params {
    fn default() -> Self {
        let tenths = |count| Number::scaled(count, 1);
        Self {
            direction: Direction::default(),
            entry_order: EntryOrder::default(),
            entry_ttl: 300,
            base_order_amount: Number::whole(100),
            safety_order_amount: Number::whole(200),
            max_safety_orders: 10,
            safety_order_scale: Number::scaled(105, 2),
            safety_order_step: Number::whole(1),
            price_step_pct: Number::whole(2),
            atr_period: 14,
            atr_multiplier: tenths(15),
            min_price_step: Number::whole(1),
            max_price_step: Number::whole(5),
            first_order_take_profit: Number::whole(1),
            last_order_take_profit: tenths(5),
            total_take_profit: Number::whole(2),
            trailing_activation: Number::whole(1),
            trailing_take_profit: tenths(5),
            stop_loss: Number::whole(10),
            trailing_stop_loss: Number::ZERO,
            cascade_protection: true,
            cascade_drop_pct: Number::whole(5),
            cascade_window: 600,
            cascade_pause: 300,
            trend_filter: true,
            trend_method: Method::default(),
            trend_period: 20,
            cooldown: 60,
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
