//! The strategy author's door: what a strategy sees, what it may wish for, its parameters, and how it registers.
//!
//! A strategy crate depends on this crate alone. It sees facts as [`Event`]s and the world as a read-only
//! [`View`], writes its wishes into [`Intents`], and learns what became of them from later events. It has no
//! clock, no I/O and no way to fail.

mod averages;
mod catalogue;
mod direction;
mod funding;
mod intents;
mod number;
mod params;
mod rule;
mod sizing;
mod strategy;
mod trainer;
mod view;

pub mod hold;
pub mod indicators;
pub mod layers;
pub mod stance;
pub mod state;

pub use averages::{AveragePair, Method};
pub use catalogue::{
    Catalogue, CatalogueError, Kind, MAX_STRATEGIES, Make, Maker, Registered, Stability, Submission, Tier,
};
pub use direction::Direction;
pub use funding::FundingClock;
pub use intents::{Answer, Intent, Intents, Wish};
pub use number::Number;
pub use params::{ParamError, ParamField, param_fields};
pub use rule::{RiskRule, Verdict};
pub use sizing::{Size, Sizing, behind, bps, moved, orderable, percent, whole};
pub use strategy::{BuildError, Interest, RestoreError, Setup, Strategy, SubAccount, WarmUp};
pub use trainer::{RegisteredTrainer, Train, Trained, TrainerSubmission, trainers};
pub use view::{Market, Mode, View};

// The visible order book of a market.
pub use depth::Depth;
// The vocabulary, so that a strategy crate imports nothing but this one.
pub use types::{
    Amount, Asset, Bar, CancelReason, ClientOrderId, Contract, Decimal, DecimalError, Event, FeeSchedule,
    Fill, Filters, Funding, Instrument, InstrumentId, InstrumentSpec, Label, LabelError, Liquidity, Money,
    OperatorVerb, Order, OrderKind, OrderReport, Overflow, Position, Price, Qty, Quote, Rate, Refusal,
    RefusalRule, RejectReason, ReportKind, Rounding, Seen, Side, Signal, Tick, TickKind, Time, TimeInForce,
    Trade, div_round,
};

/// This crate's version: what a strategy was built with.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

#[doc(hidden)]
pub mod __private {
    //! What [`register_strategy!`](crate::register_strategy) expands to needs these names.
    pub use inventory;
    pub use schemars;
    pub use toml;
}
