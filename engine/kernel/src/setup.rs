//! What a kernel is made of.

use risk::{BreakerLimits, Limits};
use sdk::{RiskRule, Strategy};
use types::{Asset, Instrument, InstrumentId, Money};

use crate::Term;

/// A strategy and the instruments it trades.
pub struct Seat {
    /// The strategy.
    pub strategy: Box<dyn Strategy>,
    /// What it trades. No two seats share an instrument, so a market's position is one strategy's.
    pub instruments: Vec<InstrumentId>,
    /// How long it may open risk; [`Term::default`] for ever.
    pub term: Term,
}

/// What a kernel is made of.
pub struct KernelSetup {
    /// Number of the run; part of every client order id.
    pub run: u32,
    /// What equity is counted in.
    pub settlement: Asset,
    /// Equity at the start.
    pub capital: Money,
    /// By instrument id.
    pub instruments: Vec<Instrument>,
    /// The gate's bounds.
    pub limits: Limits,
    /// The gate's further rules, asked in this order.
    pub rules: Vec<Box<dyn RiskRule>>,
    /// The breaker's bounds.
    pub breaker: BreakerLimits,
    /// Strategies, by their place.
    pub seats: Vec<Seat>,
}
