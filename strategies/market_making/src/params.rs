//! The parameters as people write them; what they come to on an instrument is in `plan`.

use schemars::JsonSchema;
use sdk::{Number, Sizing};
use serde::{Deserialize, Serialize};

use crate::model::Model;

/// Parameters of `market_making`. Prices are in basis points of the mid, inventory in multiples of `size`, time in
/// seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Which closed form gives the quotes.
    pub model: Model,
    /// Risk aversion γ: how much the quotes shift for what is held, and widen for what may be.
    #[schemars(extend("minimum" = 0.000_001, "maximum" = 1000, "x-unit" = "per basis point and size"))]
    pub gamma: Number,
    /// Decay κ of the arrival intensity λ(δ) = A·e^(−κδ) with the distance δ, until it can be estimated.
    #[schemars(extend("minimum" = 0.000_001, "maximum" = 1000, "x-unit" = "per basis point"))]
    pub kappa: Number,
    /// Arrival intensity A of a side at the mid, until it can be estimated; only `glft` uses it.
    #[schemars(extend("minimum" = 0.000_001, "maximum" = 1_000_000, "x-unit" = "per second"))]
    pub intensity: Number,
    /// The estimates of `kappa` and `intensity` are held between the parameter divided by this and times this; with 1
    /// nothing is estimated.
    #[schemars(extend("minimum" = 1, "maximum" = 10_000))]
    pub estimate_bound: Number,
    /// Distance between the eight depths at which arrivals are counted; the first is this far from the mid.
    #[schemars(extend("minimum" = 0.001, "maximum" = 1000, "x-unit" = "basis points"))]
    pub depth_step_bps: Number,
    /// Arrivals, aged ones in part, before the intensity counts as estimated.
    #[schemars(range(min = 10, max = 1_000_000), extend("x-unit" = "trades"))]
    pub min_arrivals: u32,
    /// Half-life of the intensity estimate.
    #[schemars(range(min = 1, max = 315_360_000), extend("x-unit" = "seconds"))]
    pub intensity_half_life: u32,
    /// Volatility σ until it can be estimated; 0 to open nothing until then.
    #[schemars(extend("minimum" = 0, "maximum" = 10_000, "x-unit" = "basis points per square root of a second"))]
    pub volatility: Number,
    /// Half-life of the volatility estimate.
    #[schemars(range(min = 1, max = 315_360_000), extend("x-unit" = "seconds"))]
    pub volatility_half_life: u32,
    /// Samples before the volatility counts as estimated.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "samples"))]
    pub min_samples: u32,
    /// Shortest time between two prices that make a sample of the volatility.
    #[schemars(range(min = 0, max = 86_400_000), extend("x-unit" = "milliseconds"))]
    pub sample_ms: u32,
    /// Horizon T − t of `avellaneda_stoikov`: it rolls on, so that the time left stays the same.
    #[schemars(range(min = 1, max = 315_360_000), extend("x-unit" = "seconds"))]
    pub horizon: u32,
    /// Length of a session, counted from midnight UTC of 1970-01-01; near its end the time left is what is left of
    /// it. 0 for trading without sessions.
    #[schemars(range(min = 0, max = 31_536_000), extend("x-unit" = "seconds"))]
    pub session_length: u32,
    /// Last part of each session, in which nothing is opened any more; 0 for none.
    #[schemars(range(min = 0, max = 31_536_000), extend("x-unit" = "seconds"))]
    pub wind_down: u32,
    /// What `size`, `max_long` and `max_short` count.
    pub sizing: Sizing,
    /// How much a quote offers: base units, quote amount, or share of equity.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub size: Number,
    /// How fast the size of the side that adds to the inventory shrinks with it: size × e^(−this × inventory/size); 0
    /// for the same size always.
    #[schemars(extend("minimum" = 0, "maximum" = 10))]
    pub size_skew: Number,
    /// Most that may be held long, a live bid included; 0 for never long.
    #[schemars(extend("minimum" = 0))]
    pub max_long: Number,
    /// Most that may be held short, a live ask included; 0 for never short, as on a spot market.
    #[schemars(extend("minimum" = 0))]
    pub max_short: Number,
    /// Least that buying at our bid and selling at our ask earns after two maker fees; it sets the narrowest spread.
    #[schemars(extend("minimum" = 0, "maximum" = 5000, "x-unit" = "basis points"))]
    pub min_edge_bps: Number,
    /// Widest spread.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 5000, "x-unit" = "basis points"))]
    pub max_spread_bps: Number,
    /// A quote is replaced once its price is off by more than this many ticks, and by more than `requote_bps`.
    #[schemars(range(min = 0, max = 1_000_000), extend("x-unit" = "ticks"))]
    pub requote_ticks: u32,
    /// A quote is replaced once its price is off by more than this share of the mid, and by more than `requote_ticks`.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "basis points"))]
    pub requote_bps: Number,
    /// A quote is replaced once its size is off by more than this share of the wanted one.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub requote_size_pct: Number,
    /// A quote that may stay is not replaced before it is this old.
    #[schemars(range(min = 0, max = 86_400_000), extend("x-unit" = "milliseconds"))]
    pub min_quote_life_ms: u32,
    /// Age of the best bid and ask (of the last trade, where there are none) from which nothing is opened; 0 for none.
    #[schemars(range(min = 0, max = 86_400), extend("x-unit" = "seconds"))]
    pub stale_seconds: u32,
    /// Loss since the start that ends it, as a share of the equity at the start; 0 for off.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub stop_loss_pct: Number,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            model: Model::default(),
            gamma: Number::scaled(1, 2),
            kappa: Number::whole(1),
            intensity: Number::scaled(5, 1),
            estimate_bound: Number::whole(10),
            depth_step_bps: Number::scaled(5, 1),
            min_arrivals: 100,
            intensity_half_life: 1800,
            volatility: Number::ZERO,
            volatility_half_life: 300,
            min_samples: 30,
            sample_ms: 1000,
            horizon: 60,
            session_length: 0,
            wind_down: 0,
            sizing: Sizing::FixedQuote,
            size: Number::whole(100),
            size_skew: Number::ZERO,
            max_long: Number::whole(500),
            max_short: Number::whole(500),
            min_edge_bps: Number::scaled(5, 1),
            max_spread_bps: Number::whole(100),
            requote_ticks: 1,
            requote_bps: Number::scaled(5, 1),
            requote_size_pct: Number::whole(20),
            min_quote_life_ms: 500,
            stale_seconds: 10,
            stop_loss_pct: Number::whole(10),
        }
    }
}
