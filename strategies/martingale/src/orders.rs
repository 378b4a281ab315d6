//! The orders that are out, and what each is for. The slot in a client order id says it too, so that a fill which comes
//! after its order's end is still known for what it is.

use sdk::{ClientOrderId, Intents, Price, Qty, Time, Wish};
use serde::{Deserialize, Serialize};

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leg {
    /// Opens this level: 0 for the first order.
    Entry(u32),
    /// Closes everything, at the market.
    All,
    /// Closes everything, as a stop that rests at the venue.
    Stop,
}

impl Leg {
    /// The number of an order's slot.
    pub(crate) const fn slot(self) -> u32 {
        match self {
            Self::Entry(level) => level.saturating_mul(4),
            Self::All => 2,
            Self::Stop => 3,
        }
    }

    /// What an order of this slot is for.
    pub(crate) const fn of(slot: u32) -> Self {
        match slot % 4 {
            0 => Self::Entry(slot / 4),
            2 => Self::All,
            _ => Self::Stop,
        }
    }
}

/// An order that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Out {
    #[serde(with = "sdk::state::exact")]
    id: ClientOrderId,
    /// What of it is not filled.
    #[serde(with = "sdk::state::exact")]
    open: Qty,
    /// When it was sent.
    #[serde(with = "sdk::state::exact")]
    since: Time,
    /// Its trigger, where it is a stop.
    #[serde(with = "sdk::state::exact")]
    trigger: Option<Price>,
    /// Whether its end was asked for.
    cancelling: bool,
}

/// Every order that is out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Orders(Vec<Out>);

impl Orders {
    fn find(&self, is: impl Fn(Leg) -> bool) -> Option<&Out> {
        self.0.iter().find(|out| is(Leg::of(out.id.slot)))
    }

    /// Whether an order of this leg is out.
    pub(crate) fn is_out(&self, leg: Leg) -> bool {
        self.find(|other| other == leg).is_some()
    }

    /// Whether anything but the stop is out.
    pub(crate) fn is_moving(&self) -> bool {
        self.find(|leg| leg != Leg::Stop).is_some()
    }

    /// Whether the resting stop is for this quantity at this price.
    pub(crate) fn is_stopped_at(&self, qty: Qty, trigger: Price) -> bool {
        self.find(|leg| leg == Leg::Stop).is_some_and(|out| out.open == qty && out.trigger == Some(trigger))
    }

    /// Sends an order.
    pub(crate) fn send(&mut self, leg: Leg, wish: Wish, since: Time, intents: &mut Intents) {
        let id = intents.place(leg.slot(), wish);
        self.0.push(Out { id, open: wish.qty, since, trigger: wish.kind.price(), cancelling: false });
    }

    /// Asks for the end of the entry. It counts as out until the venue says otherwise: it may yet fill.
    pub(crate) fn cancel_entry(&mut self, intents: &mut Intents) {
        let entries = self.0.iter_mut().filter(|out| matches!(Leg::of(out.id.slot), Leg::Entry(_)));
        for out in entries.filter(|out| !out.cancelling) {
            out.cancelling = true;
            intents.cancel(out.id);
        }
    }

    /// Asks for the end of the exits that `are`, and forgets them: what of them fills yet is known by its slot.
    pub(crate) fn drop_exits(&mut self, are: impl Fn(Leg) -> bool, intents: &mut Intents) {
        self.0.retain(|out| {
            let leg = Leg::of(out.id.slot);
            let dropped = !matches!(leg, Leg::Entry(_)) && are(leg);
            if dropped {
                intents.cancel(out.id);
            }
            !dropped
        });
    }

    /// Gives up exits at the market that have had no end for so long, so that they are sent anew. Both may fill: they
    /// are reduce-only, and what is held bounds them.
    pub(crate) fn drop_stale(&mut self, now: Time, most: i64, intents: &mut Intents) {
        let stale = |out: &Out| now.nanos().saturating_sub(out.since.nanos()) >= most;
        let legs: Vec<Leg> = self.0.iter().filter(|out| stale(out)).map(|out| Leg::of(out.id.slot)).collect();
        self.drop_exits(|leg| leg != Leg::Stop && legs.contains(&leg), intents);
    }

    /// Part of an order, or the rest of it, has filled.
    pub(crate) fn filled(&mut self, id: ClientOrderId, qty: Qty) {
        for out in self.0.iter_mut().filter(|out| out.id == id) {
            out.open = Qty::from_lots(out.open.lots().saturating_sub(qty.lots()));
        }
        self.0.retain(|out| out.open.lots() > 0);
    }

    /// An order has ended; says whether it was still counted as out.
    pub(crate) fn ended(&mut self, id: ClientOrderId) -> bool {
        let before = self.0.len();
        self.0.retain(|out| out.id != id);
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_says_what_its_order_was_for() {
        for leg in [Leg::Entry(0), Leg::All, Leg::Stop, Leg::Entry(1), Leg::Entry(19)] {
            assert_eq!(Leg::of(leg.slot()), leg);
        }
    }
}
