//! Our orders as a plain account of them: what a venue may say about each, whatever the market does.

use std::collections::HashMap;

use types::{
    ClientOrderId, Fill, Instrument, InstrumentId, InstrumentSpec, Liquidity, Order, OrderKind, OrderReport,
    OrderStatus, ReportKind, Side, TimeInForce,
};

/// Everything that was sent, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    pub(crate) all: HashMap<ClientOrderId, Known>,
    pub(crate) position: i128,
    sent: u32,
    trades: u64,
}

/// An order and what the venue said of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) order: Order,
    pub(crate) status: OrderStatus,
    pub(crate) filled: i64,
}

impl Orders {
    /// The id of the next order.
    pub(crate) fn id(&mut self) -> ClientOrderId {
        self.sent += 1;
        ClientOrderId { generation: self.sent, ..ClientOrderId::default() }
    }

    /// An id that was used, or the next one that will be.
    pub(crate) fn some(&self, which: u8) -> ClientOrderId {
        let generation = u32::from(which) % (self.sent + 1) + 1;
        ClientOrderId { generation, ..ClientOrderId::default() }
    }

    pub(crate) fn sent(&mut self, order: Order) {
        self.all.insert(order.id, Known { order, status: OrderStatus::Pending, filled: 0 });
    }

    /// Takes in what the venue says, and refuses what it may not say. Gives the fills.
    pub(crate) fn hear(&mut self, reports: &[OrderReport]) -> Vec<(Order, Fill)> {
        let mut fills = Vec::new();
        for report in reports {
            let known = self.all.get_mut(&report.id).expect("the venue tells only of orders that were sent");
            let ended =
                matches!(known.status, OrderStatus::Filled | OrderStatus::Cancelled | OrderStatus::Rejected);
            assert!(!ended, "{known:?} has ended, and then {report:?}");
            let ReportKind::Filled(fill) = report.kind else {
                known.status = known.status.after(&report.kind, false).expect("a legal change");
                continue;
            };
            allowed(known, &fill, self.position);
            known.filled += fill.qty.lots();
            let whole = known.filled == known.order.qty.lots();
            known.status = known.status.after(&report.kind, whole).expect("a legal change");
            self.position += i128::from(fill.qty.lots() * fill.side.sign());
            assert!(fill.trade > self.trades, "executions are numbered upward");
            self.trades = fill.trade;
            fills.push((known.order, fill));
        }
        fills
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = &Known> {
        self.all
            .values()
            .filter(|known| matches!(known.status, OrderStatus::Working | OrderStatus::PartlyFilled))
    }
}

/// What a fill must keep to.
fn allowed(known: &Known, fill: &Fill, position: i128) {
    let Known { order, filled, status } = known;
    assert_ne!(*status, OrderStatus::Pending, "an order is accepted before it fills: {order:?}");
    assert_eq!(fill.side, order.side);
    assert!(fill.qty.lots() > 0 && fill.price.ticks() > 0, "{fill:?}");
    assert!(
        fill.qty.lots() <= order.qty.lots() - filled,
        "more than was ordered: {order:?} {filled} {fill:?}"
    );
    if let OrderKind::Limit { price, tif } = order.kind {
        let within = if order.side == Side::Buy { fill.price <= price } else { fill.price >= price };
        assert!(within, "worse than its limit: {order:?} {fill:?}");
        assert!(
            tif != TimeInForce::PostOnly || fill.liquidity == Liquidity::Maker,
            "post-only took: {order:?}"
        );
    }
    if order.reduce_only {
        let change = i128::from(fill.qty.lots() * fill.side.sign());
        let reduces = position.signum() == -change.signum() && change.abs() <= position.abs();
        assert!(reduces, "reduce-only opened: position {position}, {order:?} {fill:?}");
    }
}

/// An instrument of whole numbers with fees.
pub(crate) fn instrument() -> Instrument {
    let number = |text: &str| text.parse().expect("a number");
    let usdt = "USDT".parse().expect("an asset");
    let spec = InstrumentSpec {
        symbol: "X".to_owned(),
        contract: types::Contract::Linear,
        base: "X".parse().expect("an asset"),
        quote: usdt,
        tick_size: number("0.1"),
        lot_size: number("0.001"),
        multiplier: number("1"),
        min_qty: number("0"),
        max_qty: number("0"),
        min_notional: number("0"),
        fees: types::FeeSchedule {
            maker: types::Rate::from_nanos(200_000),
            taker: types::Rate::from_nanos(400_000),
            asset: usdt,
            asset_price: None,
        },
    };
    Instrument::new(InstrumentId(0), spec).expect("a sound instrument")
}
