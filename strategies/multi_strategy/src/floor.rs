//! The floor, where the orders of all children meet before they go out: netted, and kept apart from what siblings have in
//! the venue's book.

use sdk::{
    Amount, CancelReason, Fill, Intents, Liquidity, Money, OrderKind, Price, Qty, ReportKind, TimeInForce,
};

use crate::child::Child;
use crate::cross::Touch;
use crate::order::{Cancel, Out};
use crate::scene::Scene;

impl Scene<'_, '_> {
    /// Crosses what is with us, keeps it apart from what rests, and sends the rest.
    pub(crate) fn route(&mut self, children: &mut [Child]) {
        self.send_cancels(children);
        let held =
            children.iter().flat_map(|child| child.memory.out.iter().map(move |out| (out, child.slot)));
        let mut held: Vec<(u64, u32)> =
            held.filter(|(out, _)| out.is_held()).map(|(out, slot)| (out.seq, slot)).collect();
        if held.is_empty() {
            return;
        }
        held.sort_unstable();
        for (seq, slot) in held {
            self.place(children, slot, seq);
        }
        self.send_cancels(children);
    }

    fn send_cancels(&mut self, children: &mut [Child]) {
        let all = children.iter_mut().flat_map(|child| child.memory.out.iter_mut());
        for venue in all.filter_map(|out| out.venue.as_mut()).filter(|venue| venue.cancel == Cancel::Wanted) {
            if self.intents.as_slice().len() < Intents::BOUND {
                self.intents.cancel(venue.ours);
                venue.cancel = Cancel::Asked;
            }
        }
    }

    /// One order that is with us: crossed with others, then sent, unless it would meet one that rests.
    fn place(&mut self, children: &mut [Child], slot: u32, seq: u64) {
        while let Some((out, open)) = held(children, slot, seq) {
            if open.is_zero() {
                return self.nothing(children, slot, seq);
            }
            let touch = self.view.market(out.wish.instrument).and_then(Touch::of);
            let Some(touch) = touch else { return self.send(children, slot, seq) };
            if let Some((partner, price, qty)) = partner(children, slot, &out, open, &touch) {
                let trade = self.cross();
                for side in [(slot, seq, touch.takes(&out)), partner] {
                    self.fill(children, side, (price, qty, trade));
                }
                continue;
            }
            // An exit waits for a sibling's order to come back until the next price, and no longer.
            let prices = self.floor.prices(out.wish.instrument);
            let waited = out.kept.is_some_and(|kept| prices > kept) && (out.is_exit() || out.is_market());
            if !waited && self.calls_back(children, slot, &out, open, &touch) {
                return keep(children, slot, seq, prices);
            }
            if held(children, slot, seq).is_some() {
                self.send(children, slot, seq);
            }
            return;
        }
    }

    /// One side of an internal cross: a fill without a fee.
    fn fill(
        &mut self,
        children: &mut [Child],
        (slot, seq, takes): (u32, u64, bool),
        (price, qty, trade): (Price, Qty, u64),
    ) {
        let Some(child) = children.get_mut(slot as usize) else { return };
        let Some(at) = child.memory.out.iter().position(|out| out.seq == seq) else { return };
        let Some(wish) = child.memory.out.get(at).map(|out| out.wish) else { return };
        let Some(asset) = child.instrument(wish.instrument).map(|instrument| instrument.fees().asset) else {
            return;
        };
        let liquidity = if takes { Liquidity::Taker } else { Liquidity::Maker };
        let fee = Amount { asset, money: Money::ZERO };
        let fill = Fill { side: wish.side, price, qty, liquidity, fee, trade };
        child.fill(at, wish.instrument, &fill, self);
    }

    /// Calls back every sibling's order at the venue that an order would meet there; says whether there is one.
    fn calls_back(&mut self, children: &mut [Child], slot: u32, out: &Out, open: Qty, touch: &Touch) -> bool {
        let prices = self.floor.prices(out.wish.instrument);
        let mut found = false;
        for sibling in children.iter_mut().filter(|child| child.slot != slot) {
            for at in 0..sibling.memory.out.len() {
                let Some(resting) = sibling.memory.out.get(at).copied() else { break };
                if !resting.rests_at_venue() || touch.meet(out, &resting).is_none() {
                    continue;
                }
                if is_fill_or_kill(out) && sibling.tradable(&resting) < open {
                    return self.expire(children, slot, out.seq);
                }
                found = true;
                if let Some(resting) = sibling.memory.out.get_mut(at) {
                    resting.call_back(prices);
                }
            }
        }
        found
    }

    /// A fill-or-kill order that would meet too small an order of a sibling.
    fn expire(&mut self, children: &mut [Child], slot: u32, seq: u64) -> bool {
        self.finish(children, slot, seq, ReportKind::Cancelled(CancelReason::Expired));
        true
    }

    /// An order that has nothing to reduce: one that would trade at once ends, one that rests waits for a position.
    fn nothing(&mut self, children: &mut [Child], slot: u32, seq: u64) {
        let Some((out, _)) = held(children, slot, seq) else { return };
        if out.is_market() {
            self.finish(children, slot, seq, ReportKind::Cancelled(CancelReason::NothingToReduce));
        }
    }

    pub(crate) fn finish(&mut self, children: &mut [Child], slot: u32, seq: u64, kind: ReportKind) {
        let Some(child) = children.get_mut(slot as usize) else { return };
        if let Some(at) = child.memory.out.iter().position(|out| out.seq == seq) {
            child.finish(at, kind, self);
        }
    }
}

const fn is_fill_or_kill(out: &Out) -> bool {
    matches!(out.wish.kind, OrderKind::Limit { tif: TimeInForce::FillOrKill, .. })
}

/// Notes that an order waits for one of a sibling, if it does not yet.
fn keep(children: &mut [Child], slot: u32, seq: u64, prices: u64) {
    let Some(child) = children.get_mut(slot as usize) else { return };
    if let Some(out) = child.memory.out.iter_mut().find(|out| out.seq == seq) {
        out.kept = out.kept.or(Some(prices));
    }
}

/// An order that is with us, and how much of it may trade.
pub(crate) fn held(children: &[Child], slot: u32, seq: u64) -> Option<(Out, Qty)> {
    let child = children.get(slot as usize)?;
    let out = child.memory.out.iter().find(|out| out.seq == seq && out.is_held())?;
    Some((*out, child.tradable(out)))
}

/// The earliest order with us, of another child, that an order meets: its slot, number and whether it takes; the price; how
/// much.
fn partner(
    children: &[Child],
    slot: u32,
    out: &Out,
    open: Qty,
    touch: &Touch,
) -> Option<((u32, u64, bool), Price, Qty)> {
    let mut first: Option<((u32, u64, bool), Price, Qty)> = None;
    for child in children.iter().filter(|child| child.slot != slot) {
        for other in child.memory.out.iter().filter(|other| other.is_held()) {
            let Some(price) = touch.meet(out, other) else { continue };
            let theirs = child.tradable(other);
            let qty = open.min(theirs);
            let short = (is_fill_or_kill(out) && qty < open) || (is_fill_or_kill(other) && qty < theirs);
            let earlier = first.is_none_or(|((_, seq, _), ..)| other.seq < seq);
            if qty.lots() > 0 && !short && earlier {
                first = Some(((child.slot, other.seq, touch.takes(other)), price, qty));
            }
        }
    }
    first
}
