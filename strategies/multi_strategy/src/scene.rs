//! One event as it is worked on: what the parent remembers of orders, what children have still to hear, and what must be closed.

use std::collections::VecDeque;

use sdk::{
    Answer, CancelReason, ClientOrderId, Event, InstrumentId, Intents, Mode, OrderReport, Qty, ReportKind,
    Side, View, Wish,
};
use serde::{Deserialize, Serialize};

use crate::child::{Child, State};
use crate::close::cross_out;
use crate::order::Out;

/// The most letters that one child may get at one event: what it makes of more is without bound.
const LETTERS: usize = 1024;
/// Numbers of internal crosses start here; a venue's own do not get so far.
const INTERNAL: u64 = 1 << 63;

/// What the floor remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Floor {
    /// Orders so far.
    seq: u64,
    /// Prices so far, by instrument id.
    prices: Vec<u64>,
    /// Internal crosses so far.
    crosses: u64,
    /// Reports that children have still to hear, by slot; empty between two events.
    #[serde(skip)]
    letters: VecDeque<(u32, OrderReport)>,
}

/// One event, as it is worked on.
pub(crate) struct Scene<'a, 'v> {
    pub(crate) view: &'a View<'v>,
    pub(crate) floor: &'a mut Floor,
    pub(crate) intents: &'a mut Intents,
}

impl Floor {
    /// How many prices of an instrument there were.
    pub(crate) fn prices(&self, instrument: InstrumentId) -> u64 {
        self.prices.get(instrument.index()).copied().unwrap_or(0)
    }

    /// Counts a price.
    pub(crate) fn count(&mut self, instrument: InstrumentId) {
        let at = instrument.index();
        self.prices.resize(self.prices.len().max(at + 1), 0);
        if let Some(prices) = self.prices.get_mut(at) {
            *prices = prices.saturating_add(1);
        }
    }
}

impl Scene<'_, '_> {
    /// Whether wishes are not heard any more.
    pub(crate) const fn is_deaf(&self) -> bool {
        matches!(self.view.mode, Mode::Stopping | Mode::Stopped)
    }

    /// A new order's number.
    pub(crate) const fn number(&mut self) -> u64 {
        self.floor.seq = self.floor.seq.saturating_add(1);
        self.floor.seq
    }

    /// Writes to a child what became of an order of its own.
    pub(crate) fn write(&mut self, slot: u32, id: ClientOrderId, instrument: InstrumentId, kind: ReportKind) {
        let report = OrderReport { time: self.view.now, id, instrument, kind };
        self.floor.letters.push_back((slot, report));
    }

    /// A remark, if there is room for one.
    pub(crate) fn note(&mut self, text: &'static str) {
        if self.has_room() {
            self.intents.note(text);
        }
    }

    /// What a child makes of a signal. The run hears one answer: the one by which most came of it, and among such the first.
    pub(crate) fn answer(&mut self, answer: Answer) {
        let weight = |answer: Answer| match answer {
            Answer::Refused(_) => 1,
            Answer::Proposed => 2,
            Answer::Applied => 3,
        };
        if weight(answer) > self.intents.answered().map_or(0, weight) {
            self.intents.answer(answer);
        }
    }

    /// More wishes than the bound would end the whole run; what has no room waits for the next event.
    pub(crate) fn has_room(&self) -> bool {
        self.intents.as_slice().len() < Intents::BOUND
    }

    /// Works off what the event led to: letters, closings, crosses and orders, until nothing more follows.
    pub(crate) fn settle(&mut self, children: &mut [Child]) {
        let mut got = vec![0_usize; if self.floor.letters.is_empty() { 0 } else { children.len() }];
        loop {
            while let Some((slot, report)) = self.floor.letters.pop_front() {
                let at = slot as usize;
                got.resize(children.len(), 0);
                let (Some(child), Some(got)) = (children.get_mut(at), got.get_mut(at)) else { continue };
                *got += 1;
                if *got > LETTERS {
                    child.shut(child.notes.without_bound, self);
                }
                child.tell(&Event::Order(report), self);
            }
            if self.is_deaf() {
                cross_out(children, self);
                return self.end_held(children);
            }
            for child in children.iter_mut() {
                self.tend(child);
            }
            self.route(children);
            if self.floor.letters.is_empty() {
                return;
            }
        }
    }

    /// The run is stopping: what is with us will never go out.
    fn end_held(&mut self, children: &mut [Child]) {
        for child in children {
            while let Some(at) = child.memory.out.iter().position(Out::is_held) {
                child.finish(at, ReportKind::Cancelled(CancelReason::Requested), self);
            }
        }
        // Nobody acts on it any more.
        self.floor.letters.clear();
    }

    /// Sees to what must be closed: what a child does not know of, and all of one that is shut off.
    fn tend(&mut self, child: &mut Child) {
        let closing = child.memory.state != State::Trading;
        if closing && child.memory.out.is_empty() && child.memory.ledger.is_flat() {
            if child.memory.state == State::Closing {
                child.memory.state = State::Off;
                self.note(child.notes.flat);
            }
            return;
        }
        if child.memory.waits || (closing && child.memory.out.iter().any(|out| !out.is_house())) {
            return;
        }
        for at in 0..child.memory.ledger.held.len() {
            let Some(id) = u32::try_from(at).ok().map(InstrumentId) else { continue };
            let excess = child.excess(id);
            let Some(side) = Side::closing(excess) else { continue };
            if !child.memory.out.iter().any(|out| out.is_house() && out.wish.instrument == id) {
                child.add(None, Wish::market(id, side, excess.abs()).reducing(), Qty::ZERO, self);
            }
        }
    }

    /// The number of a new internal cross.
    pub(crate) const fn cross(&mut self) -> u64 {
        self.floor.crosses = self.floor.crosses.saturating_add(1);
        INTERNAL | self.floor.crosses
    }
}
