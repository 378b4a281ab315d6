//! The parameters as people write them; what they come to on an instrument is in `plan`.

use schemars::JsonSchema;
use sdk::Number;
use serde::{Deserialize, Serialize};

/// Which way the grid may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Buys low, sells one level higher.
    #[default]
    Long,
    /// Sells high, buys back one level lower.
    Short,
    /// Long below the anchor, short above it.
    Neutral,
}

/// How levels are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// By the same amount: `price_interval`.
    Arithmetic,
    /// By the same percentage: `spacing_pct`.
    #[default]
    Geometric,
}

/// Which way a bounded range may follow the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrailingShift {
    /// It stays where it is.
    #[default]
    Off,
    /// Upwards only.
    Up,
    /// Downwards only.
    Down,
    /// Either way.
    Both,
}

/// Parameters of `grid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Which way the grid may hold.
    pub direction: Direction,
    /// How levels are spaced.
    pub spacing: Spacing,
    /// Distance of two levels of an arithmetic grid, a whole number of ticks; 0 in a geometric one.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub price_interval: Number,
    /// Distance of two levels of a geometric grid, as a share of the lower one.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub spacing_pct: Number,
    /// Quote amount of each level; the quantity is rounded down to whole lots.
    #[schemars(extend("exclusiveMinimum" = 0, "x-unit" = "quote"))]
    pub order_quantity: Number,
    /// Levels below the market that carry a buy order.
    #[schemars(range(min = 1, max = 200), extend("x-unit" = "levels"))]
    pub buy_window_size: u32,
    /// Levels above the market that carry a sell order.
    #[schemars(range(min = 1, max = 200), extend("x-unit" = "levels"))]
    pub sell_window_size: u32,
    /// Hard cap on the layers of a side, live entry orders included; 0 for the entry window of that side.
    #[schemars(range(min = 0, max = 1000), extend("x-unit" = "levels"))]
    pub max_grid_layers: u32,
    /// Lowest level; 0 for none.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub price_lower: Number,
    /// Highest level; 0 for none.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub price_upper: Number,
    /// The grid starts when the price gets here, from either side; 0 to start at once.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub trigger_price: Number,
    /// Loss since the grid's start that closes it, as a share of the equity at its start; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub stop_loss_pct: Number,
    /// Profit since the grid's start that closes it, or begins the trailing, as a share of the equity at its start;
    /// 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 10_000, "x-unit" = "%"))]
    pub take_profit_pct: Number,
    /// Once `take_profit_pct` is reached: how far the profit may fall from its peak, as a share of the equity at the
    /// grid's start, before the grid closes; 0 to close at `take_profit_pct` itself.
    #[schemars(extend("minimum" = 0, "maximum" = 10_000, "x-unit" = "%"))]
    pub trailing_take_profit_pct: Number,
    /// Price that closes a long grid when at or below it, a short one when at or above it; 0 for off.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub stop_loss_price: Number,
    /// Price that closes a long grid when at or above it, a short one when at or below it; 0 for off.
    #[schemars(extend("minimum" = 0, "x-unit" = "quote"))]
    pub take_profit_price: Number,
    /// Which way the range between `price_lower` and `price_upper` follows the price once that is past its last level.
    pub trailing_shift: TrailingShift,
    /// ATRs of closed bars between two entries, rounded to whole levels; 0 for every level.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub atr_multiplier: Number,
    /// Period of that ATR.
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "bars"))]
    pub atr_period: u32,
    /// The most levels that ATR may put between two entries.
    #[schemars(range(min = 1, max = 100), extend("x-unit" = "levels"))]
    pub max_spacing_levels: u32,
    /// How many levels further apart entries lie at a full inventory, in proportion to what is held; 0 for off.
    #[schemars(range(min = 0, max = 100), extend("x-unit" = "levels"))]
    pub inventory_skew: u32,
    /// Whether a trend of closed bars changes entries: against it fewer and further apart, with it none beyond where it began.
    pub regime_filter: bool,
    /// Period of the ADX that tells a trend.
    #[schemars(range(min = 2, max = 1000), extend("x-unit" = "bars"))]
    pub adx_period: u32,
    /// ADX from which on it is a trend.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub adx_enter: Number,
    /// ADX down to which it stays one.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub adx_exit: Number,
    /// Period of the average whose slope over five bars tells which way, with at least 0.05 ATR.
    #[schemars(range(min = 2, max = 1000), extend("x-unit" = "bars"))]
    pub regime_ema_period: u32,
    /// How many bars in a row must say the same before it counts.
    #[schemars(range(min = 1, max = 100), extend("x-unit" = "bars"))]
    pub regime_dwell: u32,
    /// How long before a funding settlement the side that paid at the last one enters nothing; 0 for off.
    #[schemars(range(min = 0, max = 1440), extend("x-unit" = "minutes"))]
    pub funding_pause_minutes: u32,
    /// Smallest rate of the last settlement at which that happens.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "bps"))]
    pub funding_min_bps: Number,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            direction: Direction::default(),
            spacing: Spacing::default(),
            price_interval: Number::ZERO,
            spacing_pct: Number::whole(1),
            order_quantity: Number::whole(100),
            buy_window_size: 10,
            sell_window_size: 10,
            max_grid_layers: 0,
            price_lower: Number::ZERO,
            price_upper: Number::ZERO,
            trigger_price: Number::ZERO,
            stop_loss_pct: Number::ZERO,
            take_profit_pct: Number::ZERO,
            trailing_take_profit_pct: Number::ZERO,
            stop_loss_price: Number::ZERO,
            take_profit_price: Number::ZERO,
            trailing_shift: TrailingShift::default(),
            atr_multiplier: Number::ZERO,
            atr_period: 14,
            max_spacing_levels: 8,
            inventory_skew: 0,
            regime_filter: false,
            adx_period: 14,
            adx_enter: Number::whole(25),
            adx_exit: Number::whole(20),
            regime_ema_period: 50,
            regime_dwell: 3,
            funding_pause_minutes: 0,
            funding_min_bps: Number::ZERO,
        }
    }
}
