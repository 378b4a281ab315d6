//! How bars fill resting orders, by the conventions' names.
#![expect(clippy::expect_used, reason = "a helper of tests may stop where something is not as it should be")]

use quantmesh_venue::{Execution, MarketFill, Path, SimExchange, Touch};
use testkit::Lab;
use types::{
    Bar, CancelReason, ClientOrderId, Command, Event, InstrumentId, Liquidity, Order, OrderKind, OrderReport,
    Price, Qty, Quote, Rate, RejectReason, ReportKind, Side, Time, TimeInForce, Trade,
};

struct Floor {
    venue: SimExchange,
    reports: Vec<OrderReport>,
    sent: u32,
    now: i64,
}

impl Floor {
    fn new(execution: Execution) -> Self {
        let instrument = Lab::new().and_then(|lab| lab.instrument()).expect("constants");
        Self { venue: SimExchange::new(&[instrument], execution), reports: Vec::new(), sent: 0, now: 0 }
    }

    fn place(&mut self, side: Side, lots: i64, kind: OrderKind, reduce_only: bool) -> ClientOrderId {
        self.sent += 1;
        let id = ClientOrderId { generation: self.sent, ..ClientOrderId::default() };
        let (instrument, qty, time) = (InstrumentId(0), Qty::from_lots(lots), Time::from_nanos(self.now));
        let order = Order { id, instrument, side, qty, kind, reduce_only, time };
        self.venue.submit(time, &Command::Place(order), &mut self.reports).expect("small numbers");
        id
    }

    fn limit(&mut self, side: Side, lots: i64, price: i64, tif: TimeInForce) -> ClientOrderId {
        self.place(side, lots, OrderKind::Limit { price: Price::from_ticks(price), tif }, false)
    }

    /// A bar; gives what filled as (side, price, lots, maker) and forgets the other reports.
    fn bar(
        &mut self,
        open: i64,
        high: i64,
        low: i64,
        close: i64,
        volume: i64,
    ) -> Vec<(Side, i64, i64, bool)> {
        let [o, h, l, c] = [open, high, low, close].map(Price::from_ticks);
        let (open_time, close_time) = (Time::from_nanos(self.now), Time::from_nanos(self.now + 60));
        self.now += 60;
        let volume = Qty::from_lots(volume);
        let bar = Bar { open_time, close_time, open: o, high: h, low: l, close: c, volume };
        self.event(&Event::Bar { instrument: InstrumentId(0), bar })
    }

    fn event(&mut self, event: &Event) -> Vec<(Side, i64, i64, bool)> {
        self.reports.clear();
        self.venue.on_market(event, &mut self.reports).expect("small numbers");
        self.fills()
    }

    fn fills(&self) -> Vec<(Side, i64, i64, bool)> {
        let fills = self.reports.iter().filter_map(|report| match report.kind {
            ReportKind::Filled(fill) => Some(fill),
            _ => None,
        });
        fills.map(|f| (f.side, f.price.ticks(), f.qty.lots(), f.liquidity == Liquidity::Maker)).collect()
    }

    fn last(&self) -> ReportKind {
        self.reports.last().expect("something was reported").kind
    }
}

const GTC: TimeInForce = TimeInForce::GoodTillCancel;
const POST: TimeInForce = TimeInForce::PostOnly;

#[test]
fn a_touch_is_no_fill_unless_asked_for() {
    for (touch, filled) in [(Touch::Through, false), (Touch::Touch, true)] {
        let mut floor = Floor::new(Execution { touch, ..Execution::default() });
        floor.bar(100, 100, 100, 100, 9);
        floor.limit(Side::Buy, 5, 95, POST);
        assert_eq!(!floor.bar(100, 101, 95, 99, 9).is_empty(), filled, "{touch:?}");
        let next = floor.bar(99, 99, 94, 98, 9);
        assert_eq!(next.is_empty(), filled, "a price through it fills what a touch did not");
    }
}

#[test]
fn a_gap_through_a_resting_order_fills_at_its_own_price() {
    let mut floor = Floor::new(Execution::default());
    floor.bar(100, 100, 100, 100, 9);
    floor.limit(Side::Buy, 5, 95, POST);
    assert_eq!(floor.bar(80, 82, 79, 80, 9), [(Side::Buy, 95, 5, true)]);
}

#[test]
fn post_only_never_takes() {
    let mut floor = Floor::new(Execution::default());
    floor.bar(100, 100, 100, 100, 9);
    for (side, price) in [(Side::Buy, 100), (Side::Buy, 101), (Side::Sell, 100), (Side::Sell, 99)] {
        floor.limit(side, 5, price, POST);
        assert_eq!(floor.last(), ReportKind::Rejected(RejectReason::WouldTake), "{side:?} {price}");
    }
}

#[test]
fn market_orders_fill_at_the_next_open_and_lose_the_slippage() {
    let mut floor = Floor::new(Execution { slippage_ticks: 2, ..Execution::default() });
    floor.bar(100, 100, 100, 100, 9);
    floor.place(Side::Buy, 5, OrderKind::Market, false);
    floor.place(Side::Sell, 5, OrderKind::Market, false);
    assert_eq!(floor.bar(110, 120, 90, 100, 9), [(Side::Buy, 112, 5, false), (Side::Sell, 108, 5, false)]);
    let mut at_once = Floor::new(Execution { market_fill: MarketFill::LastPrice, ..Execution::default() });
    at_once.bar(100, 100, 100, 97, 9);
    at_once.place(Side::Buy, 5, OrderKind::Market, false);
    assert_eq!(at_once.fills(), [(Side::Buy, 97, 5, false)]);
}

#[test]
fn stops_fill_at_their_trigger_inside_a_bar_and_at_the_open_when_jumped_over() {
    let stop = OrderKind::StopMarket { trigger: Price::from_ticks(95) };
    for (bar, price) in [([100, 101, 90, 92], 95), ([93, 96, 90, 92], 93)] {
        let mut floor = Floor::new(Execution::default());
        floor.bar(100, 100, 100, 100, 9);
        floor.place(Side::Sell, 5, stop, false);
        assert!(floor.bar(100, 101, 96, 98, 9).is_empty(), "not reached");
        let [o, h, l, c] = bar;
        assert_eq!(floor.bar(o, h, l, c, 9), [(Side::Sell, price, 5, false)]);
    }
}

#[test]
fn the_path_decides_which_of_two_exits_comes_first() {
    for (path, first) in [(Path::WorstFirst, 90), (Path::OpenHighLowClose, 110), (Path::NearestFirst, 110)] {
        let mut floor = Floor::new(Execution { path, ..Execution::default() });
        floor.bar(100, 100, 100, 100, 9);
        floor.place(Side::Buy, 5, OrderKind::Market, false);
        floor.bar(100, 100, 100, 100, 9);
        floor.place(Side::Sell, 5, OrderKind::StopMarket { trigger: Price::from_ticks(90) }, true);
        floor.place(Side::Sell, 5, OrderKind::Limit { price: Price::from_ticks(110), tif: GTC }, true);
        let fills = floor.bar(105, 111, 89, 100, 9);
        assert_eq!(
            fills,
            [(Side::Sell, first, 5, first == 110)],
            "{path:?}: one exit fills, the other has nothing left"
        );
    }
}

#[test]
fn reduce_only_never_turns_a_position() {
    let mut floor = Floor::new(Execution::default());
    floor.bar(100, 100, 100, 100, 9);
    floor.place(Side::Buy, 5, OrderKind::Market, false);
    floor.bar(100, 100, 100, 100, 9);
    floor.place(Side::Sell, 8, OrderKind::Market, true);
    assert_eq!(floor.bar(100, 100, 100, 100, 9), [(Side::Sell, 100, 5, false)]);
    assert_eq!(floor.last(), ReportKind::Cancelled(CancelReason::NothingToReduce));
}

#[test]
fn resting_orders_share_what_a_bar_traded() {
    let share = Some(Rate::from_nanos(Rate::ONE / 2));
    let mut floor = Floor::new(Execution { max_volume_share: share, ..Execution::default() });
    floor.bar(100, 100, 100, 100, 9);
    floor.limit(Side::Buy, 6, 95, POST);
    floor.limit(Side::Buy, 6, 94, POST);
    assert_eq!(floor.bar(100, 100, 90, 95, 16), [(Side::Buy, 95, 6, true), (Side::Buy, 94, 2, true)]);
    assert_eq!(floor.bar(95, 96, 90, 95, 4), [(Side::Buy, 94, 2, true)]);
    assert!(floor.bar(95, 96, 90, 95, 0).is_empty(), "nothing traded, nothing fills");
}

#[test]
fn a_marketable_limit_fills_at_the_next_price_or_waits_as_its_kind_says() {
    for (tif, open, expected) in [
        (GTC, 98, vec![(Side::Buy, 98, 5, false)]),
        (GTC, 103, vec![]),
        (TimeInForce::ImmediateOrCancel, 103, vec![]),
        (TimeInForce::FillOrKill, 100, vec![(Side::Buy, 100, 5, false)]),
    ] {
        let mut floor = Floor::new(Execution::default());
        floor.bar(100, 100, 100, 100, 9);
        floor.limit(Side::Buy, 5, 101, tif);
        assert_eq!(floor.bar(open, open, open, open, 9), expected, "{tif:?} at {open}");
        let later = floor.bar(104, 104, 90, 95, 9);
        assert_eq!(!later.is_empty(), tif == GTC && open == 103, "only a good-till-cancel order waits");
    }
    let mut floor = Floor::new(Execution::default());
    floor.bar(100, 100, 100, 100, 9);
    floor.limit(Side::Buy, 5, 99, TimeInForce::ImmediateOrCancel);
    assert_eq!(floor.last(), ReportKind::Cancelled(CancelReason::Expired));
}

#[test]
fn trades_and_quotes_fill_as_they_come() {
    let mut floor = Floor::new(Execution::default());
    let trade = |price| Event::Trade {
        instrument: InstrumentId(0),
        trade: Trade {
            time: Time::EPOCH,
            price: Price::from_ticks(price),
            qty: Qty::from_lots(1),
            taker: None,
        },
    };
    let quote = |bid, ask| Event::Quote {
        instrument: InstrumentId(0),
        quote: Quote {
            time: Time::EPOCH,
            bid: Price::from_ticks(bid),
            bid_qty: Qty::from_lots(1),
            ask: Price::from_ticks(ask),
            ask_qty: Qty::from_lots(1),
        },
    };
    floor.event(&trade(100));
    floor.limit(Side::Buy, 5, 95, POST);
    floor.limit(Side::Sell, 5, 105, POST);
    assert!(floor.event(&trade(95)).is_empty(), "a touch");
    assert_eq!(floor.event(&trade(94)), [(Side::Buy, 95, 5, true)]);
    assert_eq!(floor.event(&quote(105, 106)), [(Side::Sell, 105, 5, true)], "somebody bids at our price");
    floor.place(Side::Buy, 5, OrderKind::Market, false);
    assert_eq!(floor.event(&quote(103, 104)), [(Side::Buy, 104, 5, false)]);
    floor.limit(Side::Buy, 5, 104, POST);
    assert_eq!(floor.last(), ReportKind::Rejected(RejectReason::WouldTake), "the ask is there");
}

#[test]
fn a_cancelled_order_is_gone_and_cancelling_it_again_says_nothing() {
    let mut floor = Floor::new(Execution::default());
    floor.bar(100, 100, 100, 100, 9);
    let ids = [
        floor.limit(Side::Buy, 5, 95, POST),
        floor.place(Side::Buy, 5, OrderKind::Market, false),
        floor.place(Side::Sell, 5, OrderKind::StopMarket { trigger: Price::from_ticks(90) }, false),
    ];
    for id in ids {
        for reports in [1, 0] {
            floor.reports.clear();
            let cancel = Command::Cancel { id, instrument: InstrumentId(0) };
            floor.venue.submit(Time::EPOCH, &cancel, &mut floor.reports).expect("small numbers");
            assert_eq!(floor.reports.len(), reports);
        }
    }
    assert!(floor.bar(100, 200, 1, 100, 9).is_empty());
}
