//! A tick: one row of a recording of an order book, with the two times it has.

use crate::{Price, Qty, Side, Time};

/// What a tick says. Quantities of levels are new totals, as venues send them, not differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TickKind {
    /// This is now the total at a price of this side; zero takes the level away.
    Level(Side),
    /// Every level of this side from the best through this price is gone: what comes before a snapshot.
    Clear(Side),
    /// This is now the best price of this side, with its total: nothing better is left.
    Best(Side),
    /// Somebody traded; who crossed the spread, where the source says so.
    Trade(Option<Side>),
}

/// Who gets to see a tick at its place in a tape.
///
/// Ticks lie in the order in which they arrived. Where the venue's own order was another one, a tick lies there
/// twice: once for the venue, once for us, so that either of them reads its times in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Seen {
    /// The venue and we.
    #[default]
    Both,
    /// The simulated venue alone.
    ByVenue,
    /// We alone.
    ByUs,
}

/// One row of a recording of an order book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tick {
    /// When it happened at the venue.
    pub venue_time: Time,
    /// When we could know it.
    pub local_time: Time,
    /// At what price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// What it says.
    pub kind: TickKind,
    /// Who reads it here.
    pub seen: Seen,
}

impl Tick {
    /// Whether the simulated venue reads it here.
    #[must_use]
    pub const fn for_venue(&self) -> bool {
        !matches!(self.seen, Seen::ByUs)
    }

    /// Whether we read it here.
    #[must_use]
    pub const fn for_us(&self) -> bool {
        !matches!(self.seen, Seen::ByVenue)
    }
}
