//! The contract of a risk rule: what it sees, and the little it may do.

use types::{Event, Money, Order, Qty};

use crate::{RestoreError, View, WarmUp};

/// What a risk rule says of an order that would open risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may go out as it is.
    Pass,
    /// It may go out with this quantity, if the venue takes one as small. A quantity above the order's changes nothing.
    Shrink {
        /// How much may go out; above zero.
        qty: Qty,
        /// Which rule says so, for the record of the run.
        why: &'static str,
    },
    /// It may not go out.
    Refuse {
        /// Which rule says so.
        why: &'static str,
        /// The rule's bound, in the settlement asset.
        limit: Money,
        /// What it would have come to.
        actual: Money,
    },
}

/// A rule that stands in the gate behind the fixed ones: it may make an opening order smaller or refuse it, and nothing
/// else. It never hears of an order that only reduces a position, so it can't stand in the way of an exit.
///
/// What holds for a strategy holds here: no clock, no I/O, no chance; the same events give the same verdicts.
pub trait RiskRule: Send {
    /// Takes in one fact. The view already includes it, and holds every market of the run.
    fn on_event(&mut self, view: &View<'_>, event: &Event);

    /// Judges an opening order that the fixed rules and the rules before this one let through.
    fn judge(&self, view: &View<'_>, order: &Order) -> Verdict;

    /// How much history it needs before it can judge.
    fn warm_up(&self) -> WarmUp {
        WarmUp::default()
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
        if state.is_empty() { Ok(()) } else { Err(RestoreError("this rule keeps no state".into())) }
    }
}
