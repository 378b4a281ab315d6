//! What a strategy may see: its markets and its account, read-only, as of the event being handled.

use depth::Depth;
use types::{Instrument, InstrumentId, Money, Position, Price, Qty, Rate, Rounding, Time};

use crate::moved;

/// Whether a strategy may open risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It may open and close.
    #[default]
    Running,
    /// It may only close.
    Paused,
    /// Its licence has ended: it may only close, and nobody can resume it in this run.
    Lapsed,
    /// Its orders are being cancelled and its position closed; its wishes are not heard.
    Stopping,
    /// Flat and latched: only a restart takes it up again.
    Stopped,
}

/// One market as the engine knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    /// The instrument.
    pub instrument: Instrument,
    /// Last price: of a trade, a bar's close, or the middle of a quote rounded down.
    pub last: Option<Price>,
    /// Best bid, where quotes come in.
    pub bid: Option<Price>,
    /// Best ask, where quotes come in.
    pub ask: Option<Price>,
    /// The venue's mark price, where it tells one.
    pub mark: Option<Price>,
    /// The visible order book, where the feed carries it.
    pub depth: Option<Box<Depth>>,
    /// Our position.
    pub position: Position,
    /// Unfilled quantity of our live buy orders that could open risk (reduce-only orders are not counted).
    pub open_buy: Qty,
    /// Unfilled quantity of our live sell orders that could open risk.
    pub open_sell: Qty,
    /// Unfilled quantity of our live reduce-only orders.
    pub closing: Qty,
}

/// The world as a strategy sees it.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The time of the event being handled.
    pub now: Time,
    /// Every market of the run, by instrument id.
    pub markets: &'a [Market],
    /// Cash and marked positions, in the settlement asset.
    pub equity: Money,
    /// Whether the strategy may open risk.
    pub mode: Mode,
}

impl Market {
    /// A market of which nothing is known yet.
    #[must_use]
    pub const fn new(instrument: Instrument) -> Self {
        Self {
            instrument,
            last: None,
            bid: None,
            ask: None,
            mark: None,
            depth: None,
            position: Position::FLAT,
            open_buy: Qty::ZERO,
            open_sell: Qty::ZERO,
            closing: Qty::ZERO,
        }
    }

    /// The average price of what is held, half-even to a tick; `None` while flat.
    #[must_use]
    pub fn entry_price(&self) -> Option<Price> {
        let Position { qty, cost } = self.position;
        self.instrument.average_price(qty, cost, Rounding::HalfEven)
    }

    /// The price at which what is held has gained this share of its entry price, rounded half-even to a tick; `None` while flat, or
    /// where nothing above zero is left.
    #[must_use]
    pub fn gained_at(&self, share: Rate) -> Option<Price> {
        let side = self.position.qty.lots().signum();
        moved(self.entry_price()?, Rate::from_nanos(share.nanos().saturating_mul(side)))
    }

    /// The price at which what is held has lost this share of its entry price; as [`Self::gained_at`].
    #[must_use]
    pub fn lost_at(&self, share: Rate) -> Option<Price> {
        self.gained_at(Rate::from_nanos(share.nanos().saturating_neg()))
    }
}

impl View<'_> {
    /// The market of an instrument; `None` when the run has no such instrument.
    #[must_use]
    #[inline]
    pub fn market(&self, instrument: InstrumentId) -> Option<&Market> {
        self.markets.get(instrument.index())
    }
}
