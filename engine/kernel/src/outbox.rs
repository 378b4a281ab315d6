//! What a step gives out: commands for the venue, and what whoever keeps records needs to know.

use ledger::{Booked, RoundTrip};
use sdk::Answer;
use types::{ClientOrderId, Command, Money};

/// A remark of a strategy (by its place) or of the kernel itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remark {
    /// The strategy's place; `None` for the kernel.
    pub strategy: Option<u16>,
    /// What.
    pub text: &'static str,
}

/// The results of one step. It is emptied at the start of the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    /// What is to be done, in order.
    pub commands: Vec<Command>,
    /// The fill that was booked, with its turnover.
    pub booked: Option<(Booked, Money)>,
    /// The id under which a liquidation was booked.
    pub taken: Option<ClientOrderId>,
    /// Funding that was received (negative: paid).
    pub funding: Option<Money>,
    /// Round trips that were closed.
    pub closed: Vec<RoundTrip>,
    /// Remarks.
    pub remarks: Vec<Remark>,
    /// What the strategy made of a signal.
    pub answer: Option<Answer>,
    /// Equity after the event.
    pub equity: Money,
}

impl Outbox {
    /// An empty outbox with room for an ordinary step.
    #[must_use]
    pub fn new() -> Self {
        Self { commands: Vec::with_capacity(64), closed: Vec::with_capacity(8), ..Self::default() }
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.commands.clear();
        self.closed.clear();
        self.remarks.clear();
        self.booked = None;
        self.taken = None;
        self.funding = None;
        self.answer = None;
    }
}
