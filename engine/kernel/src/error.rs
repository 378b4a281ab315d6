//! Why a kernel stopped taking events. It is poisoned then: nothing it says after is to be trusted.

use ledger::LedgerError;
use types::{InstrumentId, Overflow, Time};

/// A broken invariant, or a number that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KernelError {
    /// Events must come in the order of time.
    #[error("an event at {event} came after one at {now}; events must be sorted by time")]
    BackwardTime {
        /// The newest time so far.
        now: Time,
        /// The older one that came after it.
        event: Time,
    },
    /// The run has no such instrument.
    #[error("an event names instrument number {}, and the run has no such instrument", .0.0)]
    UnknownInstrument(InstrumentId),
    /// Two strategies want one instrument.
    #[error("two strategies trade instrument number {}; give each its own instrument", .0.0)]
    SharedInstrument(InstrumentId),
    /// The books refused an entry.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A number does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// An earlier step failed.
    #[error("the kernel failed at an earlier event and takes no more")]
    Poisoned,
}
