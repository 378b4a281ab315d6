//! The conventions of simulated fills, by name. The defaults are the cautious ones.

use types::Rate;

/// When a resting order fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Touch {
    /// Price must trade through it: a touch means that somebody was filled, not that we were.
    #[default]
    Through,
    /// A touch is enough. Optimistic.
    Touch,
}

/// In which order a bar visited its prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Path {
    /// Open, the extreme against the position held at the open, the other one, close; flat: as [`Path::NearestFirst`].
    #[default]
    WorstFirst,
    /// Open, the extreme nearer to the open (the low on a tie), the other one, close.
    NearestFirst,
    /// Open, high, low, close.
    OpenHighLowClose,
    /// Open, low, high, close.
    OpenLowHighClose,
}

/// At which price a market order fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MarketFill {
    /// The first price after it was sent: the next bar's open, the next trade, the next quote.
    #[default]
    NextPrice,
    /// The last price before it was sent, which on bars is the close the decision was made on. Optimistic.
    LastPrice,
}

/// How a simulated exchange fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Execution {
    /// When a resting order fills.
    pub touch: Touch,
    /// In which order a bar visited its prices.
    pub path: Path,
    /// At which price a market order fills.
    pub market_fill: MarketFill,
    /// Ticks that a market or triggered stop order loses against that price.
    pub slippage_ticks: u32,
    /// The most that resting orders together may fill of one bar's volume. `None`: as much as they like.
    pub max_volume_share: Option<Rate>,
}
