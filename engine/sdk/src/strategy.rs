//! The contract of a strategy: one required method, and what it is built from.

use types::{Asset, Event, Instrument, Money, Overflow, Price};

use crate::{Catalogue, Intents, Market, ParamError, View};

/// A trading strategy: facts in, wishes out.
///
/// It is called on one thread, for every event of its instruments and every report about its own orders, in
/// order. It must not read clocks, files, the network or chance; everything it may know comes in as events.
pub trait Strategy: Send {
    /// Takes in one fact and writes wishes. The view already includes the fact.
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents);

    /// What it wants to hear of. It is asked once, at the start.
    fn interest(&self) -> Interest {
        Interest::default()
    }

    /// How much history it needs before it can decide.
    fn warm_up(&self) -> WarmUp {
        WarmUp::default()
    }

    /// The ids of other entries of the catalogue that it is made of: it may open risk only as long as all of them may.
    fn parts(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The accounts of the strategies that it holds, at the last prices of these markets (all of the run, by instrument id);
    /// none where it holds no others. It is asked at the end of a run, and the report shows them.
    ///
    /// # Errors
    /// [`Overflow`] when an amount does not fit.
    fn accounts(&self, _markets: &[Market]) -> Result<Vec<SubAccount>, Overflow> {
        Ok(Vec::new())
    }

    /// Its state as bytes, so that a restart goes on where it stopped. Empty when there is none.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Takes up the state that [`Self::save`] gave.
    ///
    /// # Errors
    /// [`RestoreError`] when the bytes are not such a state; nothing was changed then.
    fn restore(&mut self, state: &[u8]) -> Result<(), RestoreError> {
        if state.is_empty() { Ok(()) } else { Err(RestoreError("this strategy keeps no state".into())) }
    }
}

/// What a strategy wants to hear of beside its own orders, funding and signals. Whatever it passes over is still in its view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interest {
    /// Bars.
    pub bars: bool,
    /// Trades.
    pub trades: bool,
    /// Best bids and asks; where a feed carries the order book, a quote comes whenever a best price moves.
    pub quotes: bool,
    /// Every change of the visible order book. Without it, what is in the view of the book may be its best prices only.
    pub book: bool,
    /// A timer: once every so many nanoseconds, counted from the first event of the run. `None` or zero: none.
    pub every: Option<i64>,
}

impl Default for Interest {
    fn default() -> Self {
        Self { bars: true, trades: true, quotes: true, book: false, every: None }
    }
}

/// What one of several strategies that share an account did of its own. Fees, funding, and realised and unrealised profit
/// together sum over all of them to those of the whole, to the last unit of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubAccount {
    /// Its id in the catalogue.
    pub id: &'static str,
    /// What it is worth at the last prices: what it was given, less what it was taken, and its profit.
    pub equity: Money,
    /// Profit realised against the average cost of its own position, before fees.
    pub realised: Money,
    /// Profit of what it still holds, at the last prices.
    pub unrealised: Money,
    /// Fees paid, in the settlement asset; negative for rebates.
    pub fees: Money,
    /// Funding received less funding paid.
    pub funding: Money,
    /// Its fills; what two of them traded with each other counts for both, and is none at the venue.
    pub fills: u64,
}

/// How much history a strategy needs before its first decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WarmUp {
    /// Closed bars.
    pub bars: u32,
    /// Trades or quotes.
    pub ticks: u32,
}

/// What a strategy is told when it is built.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The instruments it trades; at least one. The first is its main one.
    pub instruments: Vec<Instrument>,
    /// The first known price of each instrument, where one is known.
    pub prices: Vec<Option<Price>>,
    /// The asset that equity is counted in.
    pub settlement: Asset,
    /// Equity at the start, in that asset.
    pub capital: Money,
    /// What this run may use: every free entry of the binary, and the paid ones that a licence grants.
    pub granted: Catalogue,
}

impl Setup {
    /// The main instrument.
    ///
    /// # Errors
    /// [`BuildError`] when the run names none.
    pub fn instrument(&self) -> Result<&Instrument, BuildError> {
        self.instruments
            .first()
            .ok_or_else(|| BuildError::new("instrument", "the run names no instrument; add [[instrument]]"))
    }

    /// The first known price of the main instrument.
    #[must_use]
    pub fn price(&self) -> Option<Price> {
        self.prices.first().copied().flatten()
    }
}

/// Why a strategy refuses to start: which parameter, what is wrong, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A parameter is unknown, of the wrong type or out of range.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// The values don't fit together, or don't fit the market.
    #[error("{key}: {message}")]
    Refused {
        /// The parameter to change.
        key: String,
        /// What is wrong, with the arithmetic, and what to do.
        message: String,
    },
}

impl BuildError {
    /// A refusal that names the parameter to change.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Refused { key: key.into(), message: message.into() }
    }
}

/// Why saved bytes can't be taken up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the saved state can't be restored: {0}")]
pub struct RestoreError(
    /// What is wrong with it.
    pub String,
);
