//! What a child's orders hear: fills, from the venue or from a sibling, and ends.

use sdk::{Amount, CancelReason, Fill, InstrumentId, OrderReport, Overflow, Qty, Rate, ReportKind, Rounding};

use crate::child::Child;
use crate::ledger::{Traded, fee_worth, moved};
use crate::order::{Cancel, Out, Past};
use crate::scene::Scene;

/// How many orders that left the venue before they were whole are remembered, for fills that come late.
const PAST: usize = 256;

impl Child {
    /// Takes in a report of the venue or the gate about an order of this child.
    pub(crate) fn hear(&mut self, report: &OrderReport, scene: &mut Scene<'_, '_>) {
        let found =
            self.memory.out.iter().position(|out| out.venue.is_some_and(|venue| venue.ours == report.id));
        let Some(at) = found else {
            if let ReportKind::Filled(fill) = &report.kind {
                self.hear_late(report, fill, scene);
            }
            return;
        };
        match &report.kind {
            ReportKind::Filled(fill) => {
                if let Some(venue) = self.memory.out.get_mut(at).and_then(|out| out.venue.as_mut()) {
                    venue.filled = Qty::from_lots(venue.filled.lots().saturating_add(fill.qty.lots()));
                }
                self.fill(at, report.instrument, fill, scene);
            }
            ReportKind::Accepted | ReportKind::Unknown => {
                let Some(out) = self.memory.out.get_mut(at).filter(|out| !out.known) else { return };
                out.known = report.kind == ReportKind::Accepted;
                if let Some(id) = out.theirs {
                    scene.write(self.slot, id, report.instrument, report.kind);
                }
            }
            ReportKind::Cancelled(_) | ReportKind::Rejected(_) | ReportKind::Refused(_) => {
                self.leave(at, report, scene);
            }
        }
    }

    /// Books a fill of the order in a place of the list. What a reduce-only order fills beyond the child's position is booked,
    /// but hidden from the child, and closed again.
    pub(crate) fn fill(
        &mut self,
        at: usize,
        instrument: InstrumentId,
        fill: &Fill,
        scene: &mut Scene<'_, '_>,
    ) {
        let Some(out) = self.memory.out.get(at).copied() else { return };
        let visible = if out.is_house() {
            Qty::ZERO
        } else if out.wish.reduce_only {
            fill.qty.min(out.open()).min(self.reducible(&out.wish))
        } else {
            fill.qty.min(out.open())
        };
        if let Some(out) = self.memory.out.get_mut(at) {
            let told = if out.is_house() { fill.qty } else { visible };
            out.filled = Qty::from_lots(out.filled.lots().saturating_add(told.lots()));
            out.known = true;
        }
        self.book(&out, instrument, fill, visible, scene);
        self.tidy(instrument, scene);
    }

    /// A fill of an order that left the venue before: news of it was slower than the end.
    fn hear_late(&mut self, report: &OrderReport, fill: &Fill, scene: &mut Scene<'_, '_>) {
        let past = self.memory.past.iter().find(|past| past.ours == report.id).copied();
        let back = past.filter(|past| past.back && past.theirs.is_some());
        let again = back.and_then(|past| self.memory.out.iter().position(|out| out.theirs == past.theirs));
        if let Some(at) = again {
            return self.fill(at, report.instrument, fill, scene);
        }
        // The child was told of the end: to it this is a fill as it is to a strategy that is alone.
        let told = past.filter(|past| !past.back && past.theirs.is_some());
        let wish = sdk::Wish::market(report.instrument, fill.side, fill.qty);
        let visible = match told {
            Some(past) if past.reduce_only => fill.qty.min(self.reducible(&wish)),
            Some(_) => fill.qty,
            None => Qty::ZERO,
        };
        let theirs = told.and_then(|past| past.theirs);
        let out = Out::new(0, theirs, wish, Qty::ZERO);
        self.book(&out, report.instrument, fill, visible, scene);
        self.tidy(report.instrument, scene);
    }

    /// Books what traded into the account, and what of it the child may know into what it sees and hears.
    fn book(
        &mut self,
        out: &Out,
        instrument: InstrumentId,
        fill: &Fill,
        visible: Qty,
        scene: &mut Scene<'_, '_>,
    ) {
        self.behind = true;
        let mut booked = self.book_account(instrument, fill);
        if visible.lots() > 0 {
            booked = booked.and(self.book_seen(instrument, fill, visible));
            let share = fill.fee.money.share(i128::from(visible.lots()), fill.qty.lots(), Rounding::Up);
            let fee = Amount { money: share.unwrap_or(fill.fee.money), ..fill.fee };
            if let Some(id) = out.theirs {
                let fill = Fill { qty: visible, fee, ..*fill };
                scene.write(self.slot, id, instrument, ReportKind::Filled(fill));
            }
        }
        if booked.is_err() {
            self.shut(self.notes.books_overflow, scene);
        }
    }

    fn book_account(&mut self, id: InstrumentId, fill: &Fill) -> Result<(), Overflow> {
        let Some(market) = self.markets.get(id.index()) else { return Ok(()) };
        let fee = fee_worth(&market.instrument.fees(), fill.fee);
        let worth = fee.unwrap_or_default();
        let traded = Traded { side: fill.side, price: fill.price, qty: fill.qty, fee: worth };
        // The quantity is booked whatever becomes of the money.
        self.memory.ledger.fill(&market.instrument, &traded).and(fee.map(|_| ()))
    }

    pub(crate) fn book_seen(&mut self, id: InstrumentId, fill: &Fill, visible: Qty) -> Result<(), Overflow> {
        let at = id.index();
        let (Some(market), Some(seen)) = (self.markets.get(at), self.memory.seen.get_mut(at)) else {
            return Ok(());
        };
        let signed = Qty::from_lots(visible.lots().saturating_mul(fill.side.sign()));
        *seen = moved(*seen, signed, market.instrument.notional(fill.price, signed)?)?.0;
        self.behind = true;
        Ok(())
    }

    /// After a fill: what is whole goes, what has nothing left to reduce is to end, and what is larger at the venue than its
    /// child waits for comes back.
    pub(crate) fn tidy(&mut self, instrument: InstrumentId, scene: &mut Scene<'_, '_>) {
        let mut at = 0;
        while let Some(mut out) = self.memory.out.get(at).copied() {
            if out.wish.instrument != instrument {
                at += 1;
                continue;
            }
            if out.venue.is_some_and(|venue| venue.open().lots() <= 0) {
                out.venue = None;
            }
            let whole = out.open().lots() <= 0;
            let nothing =
                !whole && !out.is_house() && out.wish.reduce_only && self.reducible(&out.wish).is_zero();
            if out.venue.is_none() && (whole || nothing) {
                if whole {
                    self.memory.out.remove(at);
                } else {
                    self.finish(at, ReportKind::Cancelled(CancelReason::NothingToReduce), scene);
                }
                continue;
            }
            out.spent |= nothing;
            if whole || nothing || out.venue.is_some_and(|venue| venue.open() > out.open()) {
                out.want_cancel();
            }
            if let Some(place) = self.memory.out.get_mut(at) {
                *place = out;
            }
            at += 1;
        }
        self.behind = true;
    }

    /// An order leaves the venue before it is whole: it ends, or comes back to us to be sent in another way.
    fn leave(&mut self, at: usize, report: &OrderReport, scene: &mut Scene<'_, '_>) {
        let Some(out) = self.memory.out.get(at).copied() else { return };
        let Some(venue) = out.venue else { return };
        let cancelled = matches!(report.kind, ReportKind::Cancelled(_));
        let wanted = out.open().lots() > 0 && !out.ending && !out.spent && !scene.is_deaf();
        let back = wanted
            && match report.kind {
                ReportKind::Cancelled(CancelReason::Requested) => venue.cancel != Cancel::No,
                ReportKind::Cancelled(CancelReason::NothingToReduce) => {
                    venue.reduce_only && !self.tradable(&out).is_zero()
                }
                _ => false,
            };
        if cancelled && venue.open().lots() > 0 {
            if self.memory.past.len() >= PAST {
                self.memory.past.pop_front();
            }
            let (ours, theirs, reduce_only) = (venue.ours, out.theirs, out.wish.reduce_only);
            self.memory.past.push_back(Past { ours, theirs, reduce_only, back });
        }
        if back {
            let prices = scene.floor.prices(report.instrument);
            let nothing = report.kind == ReportKind::Cancelled(CancelReason::NothingToReduce);
            if let Some(out) = self.memory.out.get_mut(at) {
                out.venue = None;
                out.plain = if nothing { Some(prices) } else { out.plain };
            }
            return;
        }
        self.memory.waits |= out.is_house();
        if out.open().lots() <= 0 {
            self.memory.out.remove(at);
            return;
        }
        let kind = match report.kind {
            ReportKind::Cancelled(CancelReason::Requested) if out.spent && !out.ending => {
                ReportKind::Cancelled(CancelReason::NothingToReduce)
            }
            // To its child it was working.
            ReportKind::Rejected(_) | ReportKind::Refused(_) if out.known => {
                ReportKind::Cancelled(CancelReason::Expired)
            }
            other => other,
        };
        self.finish(at, kind, scene);
    }

    /// Books funding that was paid.
    pub(crate) fn pay(&mut self, paid: sdk::Money, scene: &mut Scene<'_, '_>) {
        if self.memory.ledger.pay_funding(paid).is_err() {
            self.shut(self.notes.books_overflow, scene);
        }
    }

    /// The equity at which the child is shut off, for an equity to begin with.
    pub(crate) fn floor_of(max_loss: Option<Rate>, equity: sdk::Money) -> Option<sdk::Money> {
        let kept = Rate::from_nanos(Rate::ONE.saturating_sub(max_loss?.nanos()));
        equity.at_rate(kept, Rounding::Down).ok()
    }
}
