//! Orders, and their life-cycle as one transition table.

use crate::{ClientOrderId, InstrumentId, Price, Qty, ReportKind, Time};

/// Which way an order trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Takes a long, or closes a short.
    Buy,
    /// Takes a short, or closes a long.
    Sell,
}

impl Side {
    /// +1 for a buy, −1 for a sell.
    #[must_use]
    pub const fn sign(self) -> i64 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }

    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// `buy` or `sell`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }

    /// The side that closes a position; `None` when flat.
    #[must_use]
    pub const fn closing(position: Qty) -> Option<Self> {
        match position.lots() {
            0 => None,
            1.. => Some(Self::Sell),
            _ => Some(Self::Buy),
        }
    }
}

/// How long a limit order may work, and whether it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeInForce {
    /// Until it fills or is cancelled.
    GoodTillCancel,
    /// What can't fill at once expires.
    ImmediateOrCancel,
    /// All at once, or nothing.
    FillOrKill,
    /// Rests, or is rejected: it never takes.
    PostOnly,
}

/// What kind of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// At whatever price there is.
    Market,
    /// At this price or better.
    Limit {
        /// Worst price.
        price: Price,
        /// How long it works.
        tif: TimeInForce,
    },
    /// Becomes a market order once the last price reaches the trigger (a buy from below, a sell from above).
    StopMarket {
        /// Trigger price.
        trigger: Price,
    },
}

impl OrderKind {
    /// The limit or trigger price, where there is one.
    #[must_use]
    pub const fn price(self) -> Option<Price> {
        match self {
            Self::Market => None,
            Self::Limit { price, .. } => Some(price),
            Self::StopMarket { trigger } => Some(trigger),
        }
    }
}

/// An order as a venue gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order {
    /// Our id.
    pub id: ClientOrderId,
    /// What is traded.
    pub instrument: InstrumentId,
    /// Which way.
    pub side: Side,
    /// How much; above zero.
    pub qty: Qty,
    /// At what conditions.
    pub kind: OrderKind,
    /// Can only shrink a position, never open or turn one.
    pub reduce_only: bool,
    /// When it was sent.
    pub time: Time,
}

/// Where an order stands, as far as the venue has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderStatus {
    /// Sent, not answered.
    Pending,
    /// Working at the venue, nothing filled.
    Working,
    /// Working, filled in part.
    PartlyFilled,
    /// Filled whole. Terminal.
    Filled,
    /// Ended before it was whole: cancelled or expired. Terminal, though a late fill is still booked.
    Cancelled,
    /// Never worked: refused by our gate or rejected by the venue. Terminal.
    Rejected,
    /// The answer is missing; only a query by client order id can tell.
    Unknown,
}

/// A report that the life-cycle does not allow in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {from:?} can't be {report}; the venue's report contradicts an earlier one")]
pub struct IllegalTransition {
    /// State before.
    pub from: OrderStatus,
    /// The report's name.
    pub report: &'static str,
}

impl OrderStatus {
    /// Whether the order can still fill in the ordinary course.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Pending | Self::Working | Self::PartlyFilled | Self::Unknown)
    }

    /// The state after a report. `whole` says whether the fills so far, this one included, complete the order.
    ///
    /// # Errors
    /// [`IllegalTransition`] for a report that makes no sense in this state.
    pub fn after(self, report: &ReportKind, whole: bool) -> Result<Self, IllegalTransition> {
        use OrderStatus::{Cancelled, Filled, PartlyFilled, Pending, Rejected, Unknown, Working};
        use ReportKind as R;
        match (self, report) {
            (Pending | Unknown, R::Accepted) => Ok(Working),
            (Working | PartlyFilled, R::Accepted) => Ok(self),
            (Pending | Working | PartlyFilled | Unknown, R::Filled(_)) => {
                Ok(if whole { Filled } else { PartlyFilled })
            }
            (Cancelled, R::Filled(_)) => Ok(if whole { Filled } else { Cancelled }),
            (Pending | Working | PartlyFilled | Unknown, R::Cancelled(_)) => Ok(Cancelled),
            (Cancelled, R::Cancelled(_)) => Ok(Cancelled),
            (Pending | Unknown, R::Rejected(_) | R::Refused(_)) => Ok(Rejected),
            (Pending | Working | PartlyFilled | Unknown, R::Unknown) => Ok(Unknown),
            (from, report) => Err(IllegalTransition { from, report: report.name() }),
        }
    }
}
