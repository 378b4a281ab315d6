//! The one closed enum of facts that the kernel takes in, and the commands that it gives out.

use crate::{
    Bar, ClientOrderId, Funding, InstrumentId, Liquidation, Order, OrderReport, Price, Quote, Signal, Tick,
    Time, Trade,
};

/// What an operator asks of a running engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorVerb {
    /// Open nothing new; exits go on.
    Pause,
    /// Take up again after a pause.
    Resume,
    /// Cancel, close reduce-only, verify flat, latch.
    Stop,
}

/// A fact, with the time at which it could be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A bar has closed.
    Bar {
        /// Of which instrument.
        instrument: InstrumentId,
        /// The bar.
        bar: Bar,
    },
    /// A public trade.
    Trade {
        /// Of which instrument.
        instrument: InstrumentId,
        /// The trade.
        trade: Trade,
    },
    /// A new best bid and ask.
    Quote {
        /// Of which instrument.
        instrument: InstrumentId,
        /// The quote.
        quote: Quote,
    },
    /// The visible order book changed, or shows itself anew. A tick that is a trade comes as [`Event::Trade`].
    Book {
        /// Of which instrument.
        instrument: InstrumentId,
        /// The change; it could be known at its local time.
        tick: Tick,
    },
    /// The venue's mark price changed: what it values positions at.
    Mark {
        /// Of which instrument.
        instrument: InstrumentId,
        /// When.
        time: Time,
        /// The mark price.
        price: Price,
    },
    /// Funding was settled.
    Funding {
        /// Of which instrument.
        instrument: InstrumentId,
        /// The settlement.
        funding: Funding,
    },
    /// The venue took our position for want of margin.
    Liquidation {
        /// In which instrument.
        instrument: InstrumentId,
        /// What it did.
        liquidation: Liquidation,
    },
    /// A model or a service outside said something.
    Signal {
        /// Of which instrument.
        instrument: InstrumentId,
        /// The signal.
        signal: Signal,
    },
    /// Something happened to one of our orders.
    Order(OrderReport),
    /// The time that a strategy asked to be woken at.
    Timer {
        /// When.
        time: Time,
        /// The strategy's place in the run.
        strategy: u16,
    },
    /// The operator spoke.
    Operator {
        /// When.
        time: Time,
        /// What.
        verb: OperatorVerb,
    },
}

/// What the kernel wants done. The answer comes back as an [`Event::Order`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Send this order.
    Place(Order),
    /// Cancel this order.
    Cancel {
        /// Which.
        id: ClientOrderId,
        /// Of which instrument.
        instrument: InstrumentId,
    },
    /// Nothing to send: the gate refused a wish, and the strategy is to hear of it as an event.
    Tell(OrderReport),
}

impl Event {
    /// When the fact could be known.
    #[must_use]
    pub const fn time(&self) -> Time {
        match self {
            Self::Bar { bar, .. } => bar.close_time,
            Self::Trade { trade, .. } => trade.time,
            Self::Quote { quote, .. } => quote.time,
            Self::Book { tick, .. } => tick.local_time,
            Self::Funding { funding, .. } => funding.time,
            Self::Liquidation { liquidation, .. } => liquidation.time,
            Self::Signal { signal, .. } => signal.time,
            Self::Order(report) => report.time,
            Self::Mark { time, .. } | Self::Timer { time, .. } | Self::Operator { time, .. } => *time,
        }
    }

    /// The instrument it is about, where it is about one.
    #[must_use]
    pub const fn instrument(&self) -> Option<InstrumentId> {
        match self {
            Self::Bar { instrument, .. }
            | Self::Trade { instrument, .. }
            | Self::Quote { instrument, .. }
            | Self::Book { instrument, .. }
            | Self::Mark { instrument, .. }
            | Self::Funding { instrument, .. }
            | Self::Liquidation { instrument, .. }
            | Self::Signal { instrument, .. } => Some(*instrument),
            Self::Order(report) => Some(report.instrument),
            Self::Timer { .. } | Self::Operator { .. } => None,
        }
    }
}
