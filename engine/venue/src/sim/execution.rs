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
    /// Where we stand in a queue, where the order book is replayed.
    pub queue: Queue,
    /// How much fills at once, where the order book is replayed.
    pub fills: Fills,
    /// Give every order of ours all of a trade and all of a level, as if the others had taken nothing of it. Optimistic.
    pub unshared: bool,
}

/// How a replay of an order book estimates where in its price's queue a resting order of ours stands.
///
/// From cautious to optimistic. Shapes give the probability that what was cancelled at our price stood behind us; `front` is
/// what stands ahead of us, `back` what stands behind. The names in brackets are hftbacktest's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Queue {
    /// We are last for ever: only a price that trades through ours fills it.
    Behind,
    /// Everything that is cancelled stood behind us (`RiskAdverseQueueModel`).
    #[default]
    RiskAverse,
    /// backⁿ / (backⁿ + frontⁿ) (`PowerProbQueueFunc`).
    Power(Exponent),
    /// backⁿ / (back + front)ⁿ (`PowerProbQueueFunc2`).
    PowerOfTotal(Exponent),
    /// 1 − (front / (front + back))ⁿ (`PowerProbQueueFunc3`).
    PowerOfFront(Exponent),
    /// ln(1 + back) / (ln(1 + back) + ln(1 + front)), in base units (`LogProbQueueFunc`).
    Log,
    /// ln(1 + back) / ln(1 + back + front), in base units (`LogProbQueueFunc2`).
    LogOfTotal,
    /// We are always first: any trade at our price is ours.
    Front,
}

/// The exponent of a power shape, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exponent(pub u32);

impl Exponent {
    #[expect(clippy::disallowed_types, reason = "the exponent of a probability, not money")]
    pub(super) fn value(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

/// How much fills where a replay of an order book says that something does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fills {
    /// What there is: a taker walks the levels, a maker gets what a trade leaves for it.
    #[default]
    Partial,
    /// The whole order at once, whatever there is, and a taker at the best price. Optimistic for orders that are not small.
    Whole,
}
