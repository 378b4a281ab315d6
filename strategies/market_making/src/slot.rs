//! One side's quote: its live order, what becomes of it, and when the side may try again.

use sdk::{CancelReason, ClientOrderId, OrderReport, Price, Qty, RejectReason, ReportKind, Time};
use serde::{Deserialize, Serialize};

use crate::want::Want;

/// Nanoseconds after which a side opens again, once an opening order of it was turned away for more than its price.
const RETRY: i64 = 1_000_000_000;

/// A side of the quotes. It has one order at most: the next one goes out only when the end of the one before is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Slot {
    pub(crate) live: Option<Live>,
    /// Its order ended because it was to be replaced: the next one may go out at once, and not only at the next price.
    replaces: bool,
    /// Until then this side opens nothing.
    #[serde(with = "sdk::state::exact")]
    held_until: Option<Time>,
}

/// A live order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Live {
    #[serde(with = "sdk::state::exact")]
    pub(crate) id: ClientOrderId,
    #[serde(with = "sdk::state::exact")]
    pub(crate) price: Price,
    /// What is not filled of it.
    #[serde(with = "sdk::state::exact")]
    pub(crate) open: Qty,
    pub(crate) reduce_only: bool,
    /// Its end was asked for: in order to be replaced, or only to be gone.
    ending: Option<bool>,
    #[serde(with = "sdk::state::exact")]
    since: Time,
}

impl Slot {
    /// Whether its order has just ended in order to be replaced. It is said once.
    pub(crate) const fn replaces(&mut self) -> bool {
        std::mem::replace(&mut self.replaces, false)
    }

    /// Whether this side may open anything.
    pub(crate) fn may_open(&self, now: Time) -> bool {
        self.held_until.is_none_or(|until| now >= until)
    }

    /// Notes an order that was wished for.
    pub(crate) const fn placed(&mut self, id: ClientOrderId, want: &Want, now: Time) {
        let Want { price, qty, reduce_only } = *want;
        self.live = Some(Live { id, price, open: qty, reduce_only, ending: None, since: now });
    }

    /// Notes that the end of its order was wished for, in order to replace it or not; gives the order.
    pub(crate) fn end(&mut self, replace: bool) -> Option<ClientOrderId> {
        let live = self.live.as_mut().filter(|live| live.ending.is_none())?;
        live.ending = Some(replace);
        Some(live.id)
    }

    /// Takes in a report, if it is about this side's order.
    pub(crate) fn hear(&mut self, report: &OrderReport) {
        let Some(live) = self.live.as_mut().filter(|live| live.id == report.id) else { return };
        match report.kind {
            ReportKind::Filled(fill) => {
                live.open = Qty::from_lots(live.open.lots().saturating_sub(fill.qty.lots()));
                if live.open.lots() <= 0 {
                    self.live = None;
                }
            }
            ReportKind::Cancelled(why) => {
                self.replaces = live.ending == Some(true) && why == CancelReason::Requested;
                self.live = None;
            }
            ReportKind::Rejected(_) | ReportKind::Refused(_) => {
                let for_price = report.kind == ReportKind::Rejected(RejectReason::WouldTake);
                if !live.reduce_only && !for_price {
                    self.held_until = Some(Time::from_nanos(report.time.nanos().saturating_add(RETRY)));
                }
                self.live = None;
            }
            ReportKind::Accepted | ReportKind::Unknown => {}
        }
    }
}

impl Live {
    /// Whether it is too far from what is wanted to be kept; young orders are.
    pub(crate) fn is_off(&self, want: &Want, tolerance: f64, resize: f64, life: i64, now: Time) -> bool {
        if now.nanos().saturating_sub(self.since.nanos()) < life {
            return false;
        }
        let price = self.price.ticks().saturating_sub(want.price.ticks()).saturating_abs() as f64;
        let size = self.open.lots().saturating_sub(want.qty.lots()).saturating_abs() as f64;
        price > tolerance || size > resize * want.qty.lots() as f64 || self.reduce_only != want.reduce_only
    }
}
