//! A slot: what it holds, its one order, and its life as one table. Deciding what to wish for is not done here.

use sdk::{ClientOrderId, Price, Qty, Side};

/// Where a slot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Holds nothing, no order.
    Idle,
    /// Its entry order is live.
    Entering,
    /// The cancellation of its entry was wished for.
    EntryEnding,
    /// Holds something, no order.
    Held,
    /// Its exit order is live.
    Exiting,
    /// The cancellation of its exit was wished for.
    ExitEnding,
}

/// What is left in a slot after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nothing.
    Nothing,
    /// Something, which wants an exit.
    Something,
}

/// What can happen to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// An entry was wished for.
    EntryWished,
    /// An exit was wished for.
    ExitWished,
    /// The end of its order was wished for.
    CancelWished,
    /// The venue works its order.
    Accepted,
    /// The venue did not answer; the order may or may not be there.
    Unanswered,
    /// Its order filled in part.
    PartFill,
    /// Its order filled whole.
    Fill(Left),
    /// Its order was cancelled.
    Cancelled(Left),
    /// Its order was rejected by the venue or refused by the gate.
    Turned(Left),
    /// An earlier order of the slot filled after its end.
    LateFill(Left),
}

/// A step that a state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Illegal;

impl State {
    /// The life of a slot.
    ///
    /// # Errors
    /// [`Illegal`] for a step that this state does not allow.
    pub(crate) const fn after(self, step: Step) -> Result<Self, Illegal> {
        use Left::{Nothing, Something};
        use State::{Entering, EntryEnding, ExitEnding, Exiting, Held, Idle};
        use Step::{
            Accepted, CancelWished, Cancelled, EntryWished, ExitWished, Fill, LateFill, PartFill, Turned,
            Unanswered,
        };
        match (self, step) {
            (Idle, EntryWished) => Ok(Entering),
            (Held, ExitWished) => Ok(Exiting),
            (Entering, CancelWished) => Ok(EntryEnding),
            (Exiting, CancelWished) => Ok(ExitEnding),
            (Entering, Accepted | Unanswered | PartFill) => Ok(Entering),
            (EntryEnding, Accepted | Unanswered | PartFill) => Ok(EntryEnding),
            (Exiting, Accepted | Unanswered | PartFill) => Ok(Exiting),
            (ExitEnding, Accepted | Unanswered | PartFill) => Ok(ExitEnding),
            (Entering | EntryEnding, Fill(Something) | Cancelled(Something) | Turned(Something)) => Ok(Held),
            (Entering | EntryEnding, Fill(Nothing) | Cancelled(Nothing) | Turned(Nothing)) => Ok(Idle),
            (Exiting | ExitEnding, Fill(Something) | Cancelled(Something) | Turned(Something)) => Ok(Held),
            (Exiting | ExitEnding, Fill(Nothing) | Cancelled(Nothing) | Turned(Nothing)) => Ok(Idle),
            (Idle | Held, LateFill(Something)) => Ok(Held),
            (Idle | Held, LateFill(Nothing)) => Ok(Idle),
            (Entering | EntryEnding | Exiting | ExitEnding, LateFill(_)) => Ok(self),
            (
                _,
                EntryWished | ExitWished | CancelWished | Accepted | Unanswered | PartFill | Fill(_)
                | Cancelled(_) | Turned(_),
            ) => Err(Illegal),
        }
    }

    /// Whether an order is live.
    pub(crate) const fn has_order(self) -> bool {
        matches!(self, Self::Entering | Self::EntryEnding | Self::Exiting | Self::ExitEnding)
    }

    /// Whether its order, if it has one, is an entry that can still open something.
    pub(crate) const fn is_entry(self) -> bool {
        matches!(self, Self::Entering | Self::EntryEnding)
    }

    /// One letter, as a saved state writes it.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Idle => 'i',
            Self::Entering => 'e',
            Self::EntryEnding => 'n',
            Self::Held => 'h',
            Self::Exiting => 'x',
            Self::ExitEnding => 'g',
        }
    }

    /// Every state.
    pub(crate) const ALL: [Self; 6] =
        [Self::Idle, Self::Entering, Self::EntryEnding, Self::Held, Self::Exiting, Self::ExitEnding];
}

/// What a slot waits for before it wishes again, after its order was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Nothing.
    No,
    /// The next price: it would have taken at this one.
    Price,
    /// A price at another place in the ladder: nothing would be different before.
    Move,
}

/// A slot that is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Its place in the ladder, and its number in client order ids.
    pub(crate) at: i64,
    /// The side of its entry.
    pub(crate) side: Side,
    /// Levels from its entry to its exit.
    pub(crate) span: i64,
    pub(crate) state: State,
    pub(crate) wait: Wait,
    /// Lots it holds, counted in the direction of its entry. Below zero only after a late fill sold too much; the next
    /// entry makes up for it.
    pub(crate) held: i64,
    /// Its live order.
    pub(crate) id: ClientOrderId,
    pub(crate) price: Price,
    /// What its order can still fill.
    pub(crate) open: Qty,
}

impl Slot {
    /// A blank slot.
    pub(crate) fn blank(at: i64, side: Side) -> Self {
        Self {
            at,
            side,
            span: 1,
            state: State::Idle,
            wait: Wait::No,
            held: 0,
            id: ClientOrderId::default(),
            price: Price::default(),
            open: Qty::ZERO,
        }
    }

    /// Whether there is nothing to remember.
    pub(crate) const fn is_blank(&self) -> bool {
        matches!((self.state, self.wait), (State::Idle, Wait::No)) && self.held == 0
    }

    /// The level its entry is placed at: the lower one for a buy.
    pub(crate) const fn entry_level(&self) -> i64 {
        entry_level(self.at, self.side)
    }

    /// The level its exit is placed at.
    pub(crate) const fn exit_level(&self) -> i64 {
        self.entry_level() + self.span * self.side.sign()
    }

    /// What is left in it.
    pub(crate) const fn left(&self) -> Left {
        if self.held > 0 { Left::Something } else { Left::Nothing }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// [`Illegal`]; nothing has changed then.
    pub(crate) fn step(&mut self, step: Step) -> Result<(), Illegal> {
        self.state = self.state.after(step)?;
        if !self.state.has_order() {
            (self.id, self.open) = (ClientOrderId::default(), Qty::ZERO);
        }
        Ok(())
    }
}

/// The level at which an order of `side` in slot `at` lies.
pub(crate) const fn entry_level(at: i64, side: Side) -> i64 {
    match side {
        Side::Buy => at,
        Side::Sell => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: [Left; 2] = [Left::Nothing, Left::Something];

    fn steps() -> Vec<Step> {
        let mut all = vec![
            Step::EntryWished,
            Step::ExitWished,
            Step::CancelWished,
            Step::Accepted,
            Step::Unanswered,
            Step::PartFill,
        ];
        for left in LEFT {
            all.extend([Step::Fill(left), Step::Cancelled(left), Step::Turned(left), Step::LateFill(left)]);
        }
        all
    }

    /// The rules in words, held against every pair.
    #[test]
    fn every_pair_of_state_and_step_goes_where_the_rules_say() {
        let mut legal = 0;
        for state in State::ALL {
            for step in steps() {
                let expected = match step {
                    Step::EntryWished => (state == State::Idle).then_some(State::Entering),
                    Step::ExitWished => (state == State::Held).then_some(State::Exiting),
                    Step::CancelWished if state == State::Entering => Some(State::EntryEnding),
                    Step::CancelWished => (state == State::Exiting).then_some(State::ExitEnding),
                    Step::Accepted | Step::Unanswered | Step::PartFill => state.has_order().then_some(state),
                    Step::LateFill(_) if state.has_order() => Some(state),
                    Step::LateFill(left) => {
                        Some(if left == Left::Something { State::Held } else { State::Idle })
                    }
                    Step::Fill(left) | Step::Cancelled(left) | Step::Turned(left) => state
                        .has_order()
                        .then_some(if left == Left::Something { State::Held } else { State::Idle }),
                };
                assert_eq!(state.after(step).ok(), expected, "{state:?} {step:?}");
                legal += usize::from(expected.is_some());
            }
        }
        assert_eq!((legal, State::ALL.len() * steps().len()), (52, 84));
    }

    #[test]
    fn letters_tell_states_apart() {
        let letters: std::collections::BTreeSet<char> =
            State::ALL.iter().map(|state| state.letter()).collect();
        assert_eq!(letters.len(), State::ALL.len());
    }
}
