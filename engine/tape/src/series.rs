//! What a file holds once it is read: one kind of data on one grid.

use types::{Bar, Decimal, Funding, Quote, Tick, Time, Trade};

use crate::{Inspection, Kind};

/// The steps that prices and quantities are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Price of one tick.
    pub tick_size: Decimal,
    /// Quantity of one lot.
    pub lot_size: Decimal,
}

/// Rows of one kind, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeriesData {
    /// Bars.
    Bars(Vec<Bar>),
    /// Trades.
    Trades(Vec<Trade>),
    /// Best bids and asks.
    Quotes(Vec<Quote>),
    /// Funding settlements.
    Funding(Vec<Funding>),
    /// Rows of a recorded order book, in the order of both of their readers; see [`types::Seen`].
    Ticks(Vec<Tick>),
}

/// One instrument's data of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The rows.
    pub data: SeriesData,
    /// What prices and quantities count.
    pub grid: Grid,
    /// Nanoseconds a bar covers; `None` for everything but bars.
    pub interval: Option<i64>,
    /// The instrument's name, where the file says it.
    pub symbol: Option<String>,
    /// Whether the source gave volumes; without them they read as zero.
    pub has_volume: bool,
    /// Nanoseconds that were added to the local times of ticks because the local clock was behind the venue's; else zero.
    pub clock_shift: i64,
}

/// A series with what was found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The data.
    pub series: Series,
    /// The findings.
    pub inspection: Inspection,
}

impl SeriesData {
    /// Which kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Bars(_) => Kind::Bars,
            Self::Trades(_) => Kind::Trades,
            Self::Quotes(_) => Kind::Quotes,
            Self::Funding(_) => Kind::Funding,
            Self::Ticks(_) => Kind::Ticks,
        }
    }

    /// Count of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bars(rows) => rows.len(),
            Self::Trades(rows) => rows.len(),
            Self::Quotes(rows) => rows.len(),
            Self::Funding(rows) => rows.len(),
            Self::Ticks(rows) => rows.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The time a row starts at: a bar's open time, a tick's local time, everything else's time.
    #[must_use]
    pub fn time(&self, at: usize) -> Option<Time> {
        match self {
            Self::Bars(rows) => rows.get(at).map(|bar| bar.open_time),
            Self::Trades(rows) => rows.get(at).map(|trade| trade.time),
            Self::Quotes(rows) => rows.get(at).map(|quote| quote.time),
            Self::Funding(rows) => rows.get(at).map(|funding| funding.time),
            Self::Ticks(rows) => rows.get(at).map(|tick| tick.local_time),
        }
    }
}
