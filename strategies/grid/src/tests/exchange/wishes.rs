//! What the exchange does with a wish: places it, cancels it, or stops.

use sdk::{
    CancelReason, ClientOrderId, Event, InstrumentId, Mode, OrderKind, OrderReport, Price, Refusal,
    RefusalRule, RejectReason, ReportKind, Side, Time, TimeInForce, Wish,
};

use super::{Exchange, Working};

impl Exchange {
    pub(super) fn place(&mut self, id: ClientOrderId, wish: Wish, event: &Event) {
        let OrderKind::Limit { price, tif: TimeInForce::PostOnly } = wish.kind else {
            panic!("not post-only: {wish:?}")
        };
        self.check_price(id, wish, price, event);
        let double = self.believed.keys().find(|live| live.slot == id.slot);
        assert_eq!(double, None, "a second live order of slot {}", id.slot);
        assert!(wish.qty.lots() > 0, "{wish:?}");
        if wish.reduce_only {
            let closing = |wish: &&Wish| wish.reduce_only;
            let sum: i64 = self.believed.values().filter(closing).map(|wish| wish.qty.lots()).sum();
            let held: i64 = self.grid_held().values().sum();
            // After a late fill the order that has become too large is live until its end is confirmed.
            assert!(sum + wish.qty.lots() <= held || self.late > 0, "more reduce-only orders than is held");
        }
        let reduce = if wish.reduce_only { " reduce" } else { "" };
        self.said.push(format!("{} {}{reduce}", wish.side.text(), price.ticks()));
        self.believed.insert(id, wish);
        let report = |kind| OrderReport { time: Time::EPOCH, id, instrument: InstrumentId(0), kind };
        let last = self.taking();
        let crosses = if wish.side == Side::Buy { price >= last } else { price <= last };
        let refused = !wish.reduce_only && (self.mode != Mode::Running || self.chance(self.faults.refusal));
        let kind = if refused {
            let refusal = Refusal { rule: RefusalRule::MaxOpenOrders, limit: 0, actual: 1 };
            ReportKind::Refused(refusal)
        } else if crosses {
            self.said.push("would take".to_owned());
            ReportKind::Rejected(RejectReason::WouldTake)
        } else {
            self.working.push(Working { id, wish, price, open: wish.qty.lots() });
            ReportKind::Accepted
        };
        self.reports.push_back(report(kind));
    }

    /// The exchange's own last price: a bar's fills reach the grid after the whole bar.
    pub(super) fn taking(&self) -> Price {
        self.ahead.map(Price::from_ticks).or(self.last_traded).or(self.market.last).unwrap()
    }

    pub(super) fn cancel(&mut self, id: ClientOrderId) {
        let wish = self.believed[&id];
        let OrderKind::Limit { price, .. } = wish.kind else { panic!("{wish:?}") };
        self.said.push(format!("cancel {} {}", wish.side.text(), price.ticks()));
        let Some(order) = self.working.iter().find(|order| order.id == id).copied() else { return };
        let report = |kind| OrderReport { time: Time::EPOCH, id, instrument: InstrumentId(0), kind };
        self.reports.push_back(report(ReportKind::Cancelled(CancelReason::Requested)));
        if self.chance(self.faults.late_fill) {
            self.late += 1;
            self.execute(order, (order.open / 2).max(1));
        }
        self.working.retain(|other| other.id != id);
    }

    pub(super) fn stop(&mut self, reason: &str) {
        assert_eq!(reason.contains("not the sum"), self.tampered, "the grid lost count");
        self.said.push(format!("stop: {reason}"));
        self.stopped = true;
        self.mode = Mode::Stopping;
        self.working.clear();
        self.believed.clear();
        self.reports.clear();
    }
}
