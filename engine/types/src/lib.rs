//! The vocabulary of trading: exact numbers, instruments, market data, orders and the one closed `Event`.
//!
//! Nothing here does I/O, reads a clock or uses floating point. A [`Price`] is a whole count of its
//! instrument's tick, a [`Qty`] a whole count of its lot, [`Money`] a count of 10⁻¹⁸ of one asset, so every
//! value the engine can hold is one that a venue takes, and every sum is exact.

mod asset;
mod client_id;
mod contract;
mod decimal;
mod event;
mod instrument;
mod market;
mod money;
mod order;
mod position;
mod report;
mod scalar;
mod signal;
mod tick;

pub use asset::{Asset, AssetError};
pub use client_id::{ClientIdError, ClientOrderId};
pub use contract::{Contract, ContractError, LotValue};
pub use decimal::{Decimal, DecimalError, Rounding, div_round};
pub use event::{Command, Event, OperatorVerb};
pub use instrument::{FeeSchedule, Filters, Instrument, InstrumentError, InstrumentId, InstrumentSpec};
pub use market::{Bar, Funding, Liquidation, Quote, Trade};
pub use money::{Amount, Money, Rate};
pub use order::{IllegalTransition, Order, OrderKind, OrderStatus, Side, TimeInForce};
pub use position::Position;
pub use report::{
    CancelReason, Fill, Liquidity, OrderReport, Refusal, RefusalRule, RefusalUnit, RejectReason, ReportKind,
};
pub use scalar::{Overflow, Price, Qty, Time};
pub use signal::{Label, LabelError, Signal};
pub use tick::{Seen, Tick, TickKind};
