//! Why a backtest ended before its data did.

use kernel::KernelError;
use margin::Fault;
use types::{Overflow, Time};

/// What went wrong, and when in simulated time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BacktestError {
    /// The kernel refused an event.
    #[error("at event {event} ({time}): {source}")]
    Kernel {
        /// Count of market events so far.
        event: u64,
        /// The event's time.
        time: Time,
        /// Why.
        source: KernelError,
    },
    /// A number does not fit.
    #[error("at event {event} ({time}): {source}")]
    Overflow {
        /// Count of market events so far.
        event: u64,
        /// The event's time.
        time: Time,
        /// Which.
        source: Overflow,
    },
    /// The venue's account refused a booking.
    #[error("at event {event} ({time}): the margin account: {source}")]
    Margin {
        /// Count of market events so far.
        event: u64,
        /// The event's time.
        time: Time,
        /// Why.
        source: Fault,
    },
    /// A strategy answers every report with another order, without end.
    #[error(
        "at event {event} ({time}): the strategy went on reacting to its own orders for {limit} reports within one event; it never comes to rest"
    )]
    Restless {
        /// Count of market events so far.
        event: u64,
        /// The event's time.
        time: Time,
        /// How many reports were let through.
        limit: usize,
    },
}
