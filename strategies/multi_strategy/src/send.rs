//! How an order goes out: reduce-only where the whole position only shrinks, and called back where that has changed.

use sdk::{CancelReason, InstrumentId, Market, Mode, Qty, Refusal, RefusalRule, ReportKind, Side, Wish};

use crate::child::Child;
use crate::cross::Touch;
use crate::desk::filtered;
use crate::floor::held;
use crate::order::{Cancel, Out, Venue};
use crate::scene::Scene;

impl Scene<'_, '_> {
    /// Sends an order: reduce-only where the whole position only shrinks, else as one that opens, if the gate takes that.
    pub(crate) fn send(&mut self, children: &mut [Child], slot: u32, seq: u64) {
        let (Some((out, tradable)), true) = (held(children, slot, seq), self.has_room()) else { return };
        let Some(market) = self.view.market(out.wish.instrument) else { return };
        let open = if out.is_market() { tradable } else { out.open() };
        let whole = market.position.qty;
        let against = Side::closing(whole) == Some(out.wish.side);
        let may = against && out.plain.is_none() && (out.is_exit() || out.is_market());
        let shrinks = may
            && committed(children, out.wish.instrument, out.wish.side, Some((slot, &out, open)))
                <= whole.abs();
        let sendable = self.opens(market, &out, open);
        let (qty, reduce_only) = match sendable {
            _ if shrinks => (open, true),
            Ok(qty) => (qty, false),
            // It can't turn the position; what it can do is reduce it.
            Err(_)
                if out.is_exit()
                    && against
                    && out.plain.is_none_or(|at| self.floor.prices(out.wish.instrument) > at) =>
            {
                (open, true)
            }
            // It is held back until it may go.
            Err(_) if out.is_exit() => return,
            Err(refusal) => {
                let made_smaller = ReportKind::Cancelled(CancelReason::MadeSmaller);
                let kind = if out.known { made_smaller } else { ReportKind::Refused(refusal) };
                return self.finish(children, slot, seq, kind);
            }
        };
        let ours = self.intents.place(slot, Wish { qty, reduce_only, ..out.wish });
        let lies = Touch::of(market).is_none_or(|touch| touch.lies(&out));
        let Some(child) = children.get_mut(slot as usize) else { return };
        if let Some(out) = child.memory.out.iter_mut().find(|out| out.seq == seq) {
            out.rested |= out.may_rest() && lies;
            out.kept = None;
            out.venue = Some(Venue { ours, sent: qty, filled: Qty::ZERO, reduce_only, cancel: Cancel::No });
        }
    }

    /// How much of an order the gate takes as one that opens.
    fn opens(&self, market: &Market, out: &Out, open: Qty) -> Result<Qty, Refusal> {
        if self.view.mode != Mode::Running {
            return Err(Refusal { rule: RefusalRule::NotRunning, limit: 0, actual: 0 });
        }
        let most = market.instrument.filters().max_qty.unwrap_or(open);
        let qty = open.min(most);
        filtered(market, &Wish { qty, ..out.wish })?;
        Ok(qty)
    }

    /// After a fill of the venue: reduce-only orders that together could no longer fill whole come back, the latest first, to
    /// be sent as plain ones.
    pub(crate) fn call_back_stale(&mut self, children: &mut [Child], instrument: InstrumentId) {
        let (Mode::Running, Some(market)) = (self.view.mode, self.view.market(instrument)) else { return };
        let whole = market.position.qty;
        for side in [Side::Buy, Side::Sell] {
            let room = if Side::closing(whole) == Some(side) { whole.abs() } else { Qty::ZERO };
            while committed(children, instrument, side, None) > room {
                let rests = |out: &Out| {
                    out.venue.is_some_and(|venue| venue.reduce_only && venue.cancel == Cancel::No)
                        && (out.wish.instrument, out.wish.side) == (instrument, side)
                        && !out.is_market()
                        && self.opens(market, out, out.open()).is_ok()
                };
                let all = children.iter_mut().flat_map(|child| child.memory.out.iter_mut());
                let Some(latest) = all.filter(|out| rests(out)).max_by_key(|out| out.seq) else { break };
                latest.want_cancel();
            }
        }
    }
}

/// How much of the whole position the reduce-only orders at the venue could take on one side, with one more order: the exits of
/// a child never take more than it holds.
fn committed(
    children: &[Child],
    instrument: InstrumentId,
    side: Side,
    more: Option<(u32, &Out, Qty)>,
) -> Qty {
    let mut sum = 0_i64;
    for child in children {
        let held = child.memory.ledger.qty(instrument.index());
        let most = if Side::closing(held) == Some(side) { held.abs().lots() } else { 0 };
        let (mut exits, mut others) = (0_i64, 0_i64);
        let mut add = |out: &Out, lots: i64| {
            let to = if out.is_exit() && !out.is_house() { &mut exits } else { &mut others };
            *to = to.saturating_add(lots);
        };
        for out in &child.memory.out {
            let Some(venue) = out.venue.filter(|venue| venue.reduce_only && venue.cancel == Cancel::No)
            else {
                continue;
            };
            if (out.wish.instrument, out.wish.side) == (instrument, side) {
                add(out, venue.open().lots());
            }
        }
        if let Some((_, out, open)) = more.filter(|(slot, ..)| *slot == child.slot) {
            add(out, open.lots());
        }
        sum = sum.saturating_add(exits.min(most)).saturating_add(others);
    }
    Qty::from_lots(sum)
}
