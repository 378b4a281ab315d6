//! A strategy's desk: the strategy, its wishes, its live orders and its mode.

use sdk::{Intents, Interest, Market, Mode, Strategy};

use types::{ClientOrderId, InstrumentId, Order, OrderReport, OrderStatus, Qty, ReportKind, Side};

use crate::Term;

/// An order that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveOrder {
    /// As it was sent.
    pub order: Order,
    /// Quantity filled so far.
    pub filled: Qty,
    /// As far as the venue has told.
    pub status: OrderStatus,
    /// Whether we asked for its end.
    pub cancelling: bool,
    /// Whether the gate let out only a part of what the strategy wished for.
    pub made_smaller: bool,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It fits no live order, or not the order's state.
    Unknown,
    /// The order moved along its life-cycle.
    Moved,
    /// The order is whole, but smaller than the strategy's wish.
    WholeButSmaller,
}

/// One strategy in its seat.
pub(crate) struct Desk {
    pub(crate) strategy: Box<dyn Strategy>,
    /// What it wants to hear of.
    pub(crate) interest: Interest,
    pub(crate) instruments: Vec<InstrumentId>,
    pub(crate) intents: Intents,
    pub(crate) mode: Mode,
    /// What is still to come of its licence's term.
    pub(crate) term: Term,
    /// Sorted by generation, since ids count up.
    pub(crate) live: Vec<LiveOrder>,
}

impl LiveOrder {
    /// What can still fill.
    #[must_use]
    pub const fn open(&self) -> Qty {
        Qty::from_lots(self.order.qty.lots().saturating_sub(self.filled.lots()))
    }
}

impl Desk {
    pub(crate) fn find(&self, id: ClientOrderId) -> Option<usize> {
        self.live.binary_search_by_key(&id.generation, |live| live.order.id.generation).ok()
    }

    /// Adds an order that is about to be sent, and counts it into its market.
    pub(crate) fn add(&mut self, order: Order, made_smaller: bool, markets: &mut [Market]) {
        count(markets, &order, order.qty.lots());
        self.live.push(LiveOrder {
            order,
            filled: Qty::ZERO,
            status: OrderStatus::Pending,
            cancelling: false,
            made_smaller,
        });
    }

    /// Moves an order along its life-cycle.
    pub(crate) fn hear(&mut self, report: &OrderReport, markets: &mut [Market]) -> Heard {
        let Some(live) = self.find(report.id).and_then(|at| self.live.get_mut(at)) else {
            return Heard::Unknown;
        };
        let before = live.open().lots();
        if let ReportKind::Filled(fill) = report.kind {
            live.filled = Qty::from_lots(live.filled.lots().saturating_add(fill.qty.lots()));
        }
        let Ok(status) = live.status.after(&report.kind, live.filled >= live.order.qty) else {
            return Heard::Unknown;
        };
        live.status = status;
        let smaller = live.made_smaller && status == OrderStatus::Filled;
        let (order, left) = (live.order, if status.is_live() { live.open().lots() } else { 0 });
        count(markets, &order, left - before);
        if !status.is_live() {
            self.live.retain(|other| other.order.id != report.id);
        }
        if smaller { Heard::WholeButSmaller } else { Heard::Moved }
    }
}

/// Counts a change of open quantity into the order's market.
fn count(markets: &mut [Market], order: &Order, lots: i64) {
    let Some(market) = markets.get_mut(order.instrument.index()) else { return };
    let open = match order.side {
        _ if order.reduce_only => &mut market.closing,
        Side::Buy => &mut market.open_buy,
        Side::Sell => &mut market.open_sell,
    };
    *open = Qty::from_lots(open.lots().saturating_add(lots));
}
