//! The orders that are out, and what each is for. The slot in a client order id says it too, so that a fill which comes
//! after its order's end still finds its layer.

use serde::{Deserialize, Serialize};
use types::{ClientOrderId, Instrument, Price, Qty, Side, Time};

use super::Way;
use crate::{Intents, Wish};

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// Opens the layer of this level: 0 for the first order.
    Entry(u32),
    /// Closes the layer of this level.
    Layer(u32),
    /// Closes everything, at the market.
    All,
    /// Closes everything, as a stop that rests at the venue.
    Stop,
}

impl Leg {
    /// The number of an order's slot.
    #[must_use]
    pub const fn slot(self) -> u32 {
        match self {
            Self::Entry(level) => level.saturating_mul(4),
            Self::Layer(level) => level.saturating_mul(4).saturating_add(1),
            Self::All => 2,
            Self::Stop => 3,
        }
    }

    /// What an order of this slot is for.
    #[must_use]
    pub const fn of(slot: u32) -> Self {
        match slot % 4 {
            0 => Self::Entry(slot / 4),
            1 => Self::Layer(slot / 4),
            2 => Self::All,
            _ => Self::Stop,
        }
    }
}

/// An order that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Out {
    #[serde(with = "crate::state::exact")]
    id: ClientOrderId,
    /// What of it is not filled.
    #[serde(with = "crate::state::exact")]
    open: Qty,
    #[serde(with = "crate::state::exact")]
    since: Time,
    /// Its trigger, where it is a stop.
    #[serde(with = "crate::state::exact")]
    trigger: Option<Price>,
    /// Whether its end was asked for.
    cancelling: bool,
}

/// Every order that is out; all of it is saved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Orders(Vec<Out>);

impl Orders {
    fn find(&self, is: impl Fn(Leg) -> bool) -> Option<&Out> {
        self.0.iter().find(|out| is(Leg::of(out.id.slot)))
    }

    /// When the entry that is out was sent, if one is.
    #[must_use]
    pub fn entered(&self) -> Option<Time> {
        self.find(|leg| matches!(leg, Leg::Entry(_))).map(|out| out.since)
    }

    /// Whether an order of this leg is out.
    #[must_use]
    pub fn is_out(&self, leg: Leg) -> bool {
        self.find(|other| other == leg).is_some()
    }

    /// Whether anything but the stop is out.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.find(|leg| leg != Leg::Stop).is_some()
    }

    /// Sends an order.
    pub fn send(&mut self, leg: Leg, wish: Wish, since: Time, intents: &mut Intents) {
        let id = intents.place(leg.slot(), wish);
        self.0.push(Out { id, open: wish.qty, since, trigger: wish.kind.price(), cancelling: false });
    }

    /// Asks for the end of the entry. It counts as out until the venue says otherwise: it may yet fill.
    pub fn cancel_entry(&mut self, intents: &mut Intents) {
        let entries = self.0.iter_mut().filter(|out| matches!(Leg::of(out.id.slot), Leg::Entry(_)));
        for out in entries.filter(|out| !out.cancelling) {
            out.cancelling = true;
            intents.cancel(out.id);
        }
    }

    /// Asks for the end of the exits that `are`, and forgets them: what of them fills yet finds its layer by its slot.
    pub fn drop_exits(&mut self, are: impl Fn(Leg) -> bool, intents: &mut Intents) {
        self.0.retain(|out| {
            let leg = Leg::of(out.id.slot);
            let dropped = !matches!(leg, Leg::Entry(_)) && are(leg);
            if dropped {
                intents.cancel(out.id);
            }
            !dropped
        });
    }

    /// Sends the exit of `side` for `qty`, all that is held, at the market, unless it is out; entries and every other exit are called back.
    pub fn close_all(
        &mut self,
        side: Side,
        instrument: &Instrument,
        qty: Qty,
        now: Time,
        intents: &mut Intents,
    ) {
        self.cancel_entry(intents);
        if !self.is_out(Leg::All) {
            self.drop_exits(|_| true, intents);
            let wish = Wish::market(instrument.id(), side, most(instrument, qty)).reducing();
            self.send(Leg::All, wish, now, intents);
        }
    }

    /// Keeps a stop at the venue for `qty` at `level`. Where `price` is there already, none is sent: the next price closes at
    /// the market.
    pub fn keep_stop(
        &mut self,
        way: Way,
        instrument: &Instrument,
        (qty, level): (Qty, Price),
        price: Price,
        now: Time,
        intents: &mut Intents,
    ) {
        let qty = most(instrument, qty);
        let stop = self.find(|leg| leg == Leg::Stop);
        if stop.is_some_and(|out| out.open == qty && out.trigger == Some(level)) {
            return;
        }
        self.drop_exits(|leg| leg == Leg::Stop, intents);
        if !way.is_at_or_past(price, level) {
            let wish = Wish::stop(instrument.id(), way.0.opposite(), qty, level).reducing();
            self.send(Leg::Stop, wish, now, intents);
        }
    }

    /// Gives up exits at the market that have had no end for so long, so that they are sent anew. Both may fill: they
    /// are reduce-only, and what is held bounds them.
    pub fn drop_stale(&mut self, now: Time, most: i64, intents: &mut Intents) {
        let stale = |out: &Out| now.nanos().saturating_sub(out.since.nanos()) >= most;
        let legs: Vec<Leg> = self.0.iter().filter(|out| stale(out)).map(|out| Leg::of(out.id.slot)).collect();
        self.drop_exits(|leg| leg != Leg::Stop && legs.contains(&leg), intents);
    }

    /// Part of an order, or the rest of it, has filled.
    pub fn filled(&mut self, id: ClientOrderId, qty: Qty) {
        for out in self.0.iter_mut().filter(|out| out.id == id) {
            out.open = Qty::from_lots(out.open.lots().saturating_sub(qty.lots()));
        }
        self.0.retain(|out| out.open.lots() > 0);
    }

    /// An order has ended; says whether it was still counted as out.
    pub fn ended(&mut self, id: ClientOrderId) -> bool {
        let before = self.0.len();
        self.0.retain(|out| out.id != id);
        self.0.len() < before
    }
}

/// As much of `qty` as the venue takes in one order; the rest follows at the next price.
#[must_use]
pub fn most(instrument: &Instrument, qty: Qty) -> Qty {
    instrument.filters().max_qty.map_or(qty, |most| most.min(qty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_says_what_its_order_was_for() {
        for leg in [Leg::Entry(0), Leg::Layer(0), Leg::All, Leg::Stop, Leg::Entry(50), Leg::Layer(50)] {
            assert_eq!(Leg::of(leg.slot()), leg);
        }
    }
}
