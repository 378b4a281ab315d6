//! What comes back about an order: the only way its state changes.

use std::fmt;

use crate::{Amount, ClientOrderId, InstrumentId, Money, Price, Qty, Side, Time};

/// Whether a fill rested in the book or crossed the spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Liquidity {
    /// Rested; pays the maker fee.
    Maker,
    /// Crossed; pays the taker fee.
    Taker,
}

/// One execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// Which way our order traded.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// How much; above zero.
    pub qty: Qty,
    /// Maker or taker.
    pub liquidity: Liquidity,
    /// What it cost; negative for a rebate.
    pub fee: Amount,
    /// The venue's number of this execution, unique per instrument.
    pub trade: u64,
}

/// Why an order ended before it was whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancelReason {
    /// We asked.
    Requested,
    /// Immediate-or-cancel or fill-or-kill found too little.
    Expired,
    /// Reduce-only, and there is no position left to reduce.
    NothingToReduce,
    /// What a risk rule took off the order before it was sent: told once the rest of it is filled.
    MadeSmaller,
}

/// Why a venue did not take an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectReason {
    /// Post-only, and it would have taken.
    WouldTake,
    /// Quantity of zero or below, or not a quantity the venue takes.
    BadQuantity,
    /// Price of zero or below.
    BadPrice,
    /// The id was used before.
    DuplicateId,
    /// No such instrument.
    UnknownInstrument,
    /// Nothing has traded yet, so there is no price to fill at.
    NoMarket,
    /// Not enough margin, or more leverage than the maintenance tiers allow for the position's size.
    NoMargin,
}

/// The rule of our own gate that refused an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalRule {
    /// The strategy or the run is paused, stopping or stopped.
    NotRunning,
    /// The strategy's licence has ended.
    LicenceEnded,
    /// The strategy does not own this instrument.
    ForeignInstrument,
    /// No price is known yet.
    NoPrice,
    /// Below the venue's smallest quantity.
    MinQty,
    /// Above the venue's largest quantity.
    MaxQty,
    /// Below the venue's smallest notional.
    MinNotional,
    /// Price of zero or below.
    BadPrice,
    /// Too far from the market.
    PriceBand,
    /// One order too large.
    MaxOrderNotional,
    /// Position with open orders too large.
    MaxPositionNotional,
    /// Exposure over equity × leverage.
    MaxLeverage,
    /// Too many open orders.
    MaxOpenOrders,
    /// A risk rule that is compiled in; the text is its own.
    Compiled(&'static str),
}

/// A refusal with its arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// Which rule.
    pub rule: RefusalRule,
    /// The rule's bound, in [`RefusalRule::unit`].
    pub limit: i128,
    /// What was asked for, in the same unit.
    pub actual: i128,
}

/// What a refusal's numbers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalUnit {
    /// Money units of the quote asset.
    Money,
    /// Lots.
    Lots,
    /// Ticks.
    Ticks,
    /// Things.
    Count,
    /// The rule has no number.
    None,
}

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// The venue works it.
    Accepted,
    /// It traded.
    Filled(Fill),
    /// It ended before it was whole.
    Cancelled(CancelReason),
    /// The venue did not take it.
    Rejected(RejectReason),
    /// Our gate did not let it out.
    Refused(Refusal),
    /// The answer did not come.
    Unknown,
}

/// A report about one of our orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderReport {
    /// When it happened.
    pub time: Time,
    /// Which order.
    pub id: ClientOrderId,
    /// Which instrument.
    pub instrument: InstrumentId,
    /// What happened.
    pub kind: ReportKind,
}

impl ReportKind {
    /// A short name for messages.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Filled(_) => "filled",
            Self::Cancelled(_) => "cancelled",
            Self::Rejected(_) => "rejected",
            Self::Refused(_) => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// Whether no further report but a late fill can follow.
    #[must_use]
    pub const fn ends_order(&self) -> bool {
        matches!(self, Self::Cancelled(_) | Self::Rejected(_) | Self::Refused(_))
    }
}

impl RefusalRule {
    /// What the numbers of a refusal by this rule count.
    #[must_use]
    pub const fn unit(self) -> RefusalUnit {
        match self {
            Self::MinNotional
            | Self::MaxOrderNotional
            | Self::MaxPositionNotional
            | Self::MaxLeverage
            | Self::Compiled(_) => RefusalUnit::Money,
            Self::MinQty | Self::MaxQty => RefusalUnit::Lots,
            Self::PriceBand | Self::BadPrice => RefusalUnit::Ticks,
            Self::MaxOpenOrders => RefusalUnit::Count,
            Self::NotRunning | Self::LicenceEnded | Self::ForeignInstrument | Self::NoPrice => {
                RefusalUnit::None
            }
        }
    }

    /// The rule in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotRunning => "the strategy is paused or stopped, and this order would open risk",
            Self::LicenceEnded => "the strategy's licence has ended, and this order would open risk",
            Self::ForeignInstrument => "the strategy does not trade this instrument",
            Self::NoPrice => "no price is known yet",
            Self::MinQty => "below the venue's smallest quantity",
            Self::MaxQty => "above the venue's largest quantity",
            Self::MinNotional => "below the venue's smallest notional",
            Self::BadPrice => "a price must be above zero",
            Self::PriceBand => "too far from the market (risk.price_band)",
            Self::MaxOrderNotional => "one order too large (risk.max_order_notional)",
            Self::MaxPositionNotional => "position with open orders too large (risk.max_position_notional)",
            Self::MaxLeverage => "exposure over equity times leverage (risk.max_leverage)",
            Self::MaxOpenOrders => "too many open orders (risk.max_open_orders)",
            Self::Compiled(text) => text,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.rule.text();
        match self.rule.unit() {
            RefusalUnit::None => f.write_str(text),
            RefusalUnit::Money => {
                let [actual, limit] = [self.actual, self.limit].map(Money::from_units);
                write!(f, "{text}: {actual}, limit {limit}")
            }
            RefusalUnit::Lots => write!(f, "{text}: {} lots, limit {}", self.actual, self.limit),
            RefusalUnit::Ticks => write!(f, "{text}: {} ticks, limit {}", self.actual, self.limit),
            RefusalUnit::Count => write!(f, "{text}: {}, limit {}", self.actual, self.limit),
        }
    }
}
