//! What the strategy does on quotes and trades, with reports as a venue may give them; and what it refuses to start
//! with.

mod golden;

use sdk::{
    Amount, Bar, CancelReason, ClientOrderId, Event, Fill, Intent, Intents, Liquidity, Market, Mode, Money,
    OperatorVerb, OrderKind, OrderReport, Position, Price, Qty, Quote, Rate, Refusal, RefusalRule,
    RejectReason, ReportKind, Side, Strategy, Time, Trade, View, Wish,
};
use testkit::Lab;

/// As in `tests/tape.rs`: quotes stand 9.5 basis points from the reservation price, which shifts by 10 a size held.
const PARAMS: &str = "sizing = 'fixed_quantity'\nsize = 1\nmax_long = 2\nmax_short = 2\nvolatility = 1\n\
    min_samples = 1000\ngamma = 0.1\nhorizon = 100\nkappa = 1\nmin_edge_bps = 15\nrequote_bps = 0\nrequote_ticks = 0\n\
    min_quote_life_ms = 0\nestimate_bound = 1\nstale_seconds = 10\nstop_loss_pct = 0\n";

fn build_in(lab: &Lab, params: &str) -> Result<Box<dyn Strategy>, String> {
    let first = Bar { open: Price::from_ticks(10_000), ..Bar::default() };
    let mut setup = lab.kernel("market_making", params, Some(&first)).map_err(|error| error.to_string())?;
    Ok(setup.seats.remove(0).strategy)
}

/// The parameters above, but for the lines of `extra`.
fn with(extra: &str) -> String {
    let key = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let replaced: Vec<String> = extra.lines().map(key).collect();
    let kept = PARAMS.lines().filter(|line| !replaced.contains(&key(line)));
    kept.chain(extra.lines()).collect::<Vec<_>>().join("\n")
}

/// The strategy at a desk of its own, told whatever a test wants it to hear. A tick is 0.01, a lot 0.001.
struct Desk {
    maker: Box<dyn Strategy>,
    market: Market,
    mode: Mode,
    now: f64,
    intents: Intents,
    orders: Vec<(ClientOrderId, Wish)>,
}

impl Desk {
    fn new(extra: &str) -> Self {
        let lab = Lab::new().unwrap();
        Self {
            maker: build_in(&lab, &with(extra)).unwrap(),
            market: Market::new(lab.instrument().unwrap()),
            mode: Mode::Running,
            now: 0.0,
            intents: Intents::new(0, 0),
            orders: Vec::new(),
        }
    }

    fn time(&self) -> Time {
        Time::from_nanos((self.now * 1e9) as i64)
    }

    /// Tells an event; gives the wishes in words.
    fn tell(&mut self, event: &Event) -> String {
        self.intents.clear();
        let markets = [self.market.clone()];
        let equity = Money::from_units(10_000 * 10_i128.pow(18));
        let view = View { now: self.time(), markets: &markets, equity, mode: self.mode };
        self.maker.on_event(&view, event, &mut self.intents);
        let mut said = Vec::new();
        for intent in self.intents.as_slice().to_vec() {
            said.push(match intent {
                Intent::Place(id, wish) => {
                    self.orders.push((id, wish));
                    if !wish.reduce_only {
                        *self.open(wish.side) = wish.qty;
                    }
                    let OrderKind::Limit { price, .. } = wish.kind else { panic!("{wish:?}") };
                    let reduce = if wish.reduce_only { " reduce" } else { "" };
                    format!("{} {} @ {}{reduce}", wish.side.text(), wish.qty.lots(), price.ticks())
                }
                Intent::Cancel(id) => {
                    let (_, wish) = self.orders.iter().find(|(order, _)| *order == id).unwrap();
                    format!("cancel {}", wish.side.text())
                }
                Intent::Stop(text) | Intent::Note(text) => text.to_owned(),
            });
        }
        said.join("; ")
    }

    fn open(&mut self, side: Side) -> &mut Qty {
        match side {
            Side::Buy => &mut self.market.open_buy,
            Side::Sell => &mut self.market.open_sell,
        }
    }

    fn quote(&mut self, at: f64, bid: i64, ask: i64) -> String {
        self.now = at;
        let [bid, ask] = [bid, ask].map(Price::from_ticks);
        (self.market.bid, self.market.ask) = (Some(bid), Some(ask));
        let quote =
            Quote { time: self.time(), bid, bid_qty: Qty::from_lots(1), ask, ask_qty: Qty::from_lots(1) };
        self.tell(&Event::Quote { instrument: self.market.instrument.id(), quote })
    }

    fn trade(&mut self, at: f64, price: i64) -> String {
        self.now = at;
        let trade =
            Trade { time: self.time(), price: Price::from_ticks(price), qty: Qty::from_lots(5), taker: None };
        self.market.last = Some(trade.price);
        self.tell(&Event::Trade { instrument: self.market.instrument.id(), trade })
    }

    fn report(&mut self, side: Side, kind: ReportKind) -> String {
        let (id, wish) = *self.orders.iter().rev().find(|(_, wish)| wish.side == side).unwrap();
        self.report_on(id, wish, kind)
    }

    fn report_on(&mut self, id: ClientOrderId, wish: Wish, kind: ReportKind) -> String {
        if kind.ends_order() && !wish.reduce_only {
            *self.open(wish.side) = Qty::ZERO;
        }
        let report = OrderReport { time: self.time(), id, instrument: wish.instrument, kind };
        self.tell(&Event::Order(report))
    }

    fn fills(&mut self, side: Side, lots: i64) -> String {
        let (_, wish) = *self.orders.iter().rev().find(|(_, wish)| wish.side == side).unwrap();
        self.hold(self.market.position.qty.lots() + side.sign() * lots);
        if !wish.reduce_only {
            *self.open(side) = self.open(side).minus(Qty::from_lots(lots)).unwrap();
        }
        let OrderKind::Limit { price, .. } = wish.kind else { panic!("{wish:?}") };
        let fee = Amount { asset: self.market.instrument.quote(), money: Money::ZERO };
        let qty = Qty::from_lots(lots);
        let fill = Fill { side, price, qty, liquidity: Liquidity::Maker, fee, trade: 1 };
        self.report(side, ReportKind::Filled(fill))
    }

    fn hold(&mut self, lots: i64) {
        self.market.position = Position { qty: Qty::from_lots(lots), cost: Money::ZERO };
    }
}

const GONE: ReportKind = ReportKind::Cancelled(CancelReason::Requested);

fn refused() -> ReportKind {
    ReportKind::Refused(Refusal { rule: RefusalRule::MaxOrderNotional, limit: 0, actual: 1 })
}

#[test]
fn quotes_never_cross_the_best_bid_and_ask() {
    let mut desk = Desk::new("");
    desk.hold(2000);
    // Long two sizes, the reservation price is 20 basis points under the mid of 100.00 and the ask would be 99.895.
    assert_eq!(desk.quote(0.0, 9_998, 10_002), "sell 1000 @ 9999 reduce");
    let mut desk = Desk::new("");
    desk.hold(-2000);
    assert_eq!(desk.quote(0.0, 9_998, 10_002), "buy 1000 @ 10001 reduce");
}

#[test]
fn a_locked_or_crossed_quote_is_no_price() {
    let mut desk = Desk::new("");
    assert_eq!(desk.quote(0.0, 10_000, 10_000), "");
    assert_eq!(desk.quote(0.0, 10_001, 10_000), "");
    assert_eq!(desk.quote(0.0, 0, 10_000), "");
    assert_eq!(desk.quote(0.0, 9_999, 10_001), "buy 1000 @ 9990; sell 1000 @ 10010");
}

#[test]
fn on_old_quotes_nothing_is_opened_and_exits_go_on_around_the_last_price() {
    let mut desk = Desk::new("");
    assert_eq!(desk.quote(0.0, 9_999, 10_001), "buy 1000 @ 9990; sell 1000 @ 10010");
    // Ten seconds old is not too old; a moment later it is.
    assert_eq!(desk.trade(10.0, 9_990), "");
    assert_eq!(desk.fills(Side::Buy, 500), "");
    assert_eq!(desk.trade(10.1, 9_980), "cancel buy; cancel sell");
    assert_eq!(desk.report(Side::Buy, GONE), "");
    // The exit is clear of the last price and of the old bid, whichever is higher.
    assert_eq!(desk.report(Side::Sell, GONE), "sell 500 @ 10000 reduce");
    assert_eq!(desk.trade(10.2, 9_990), "");
    assert_eq!(desk.quote(10.3, 9_989, 9_991), "buy 1000 @ 9975; cancel sell");
    // Without quotes, the last trade itself must be young; a report that comes late finds it old.
    let mut desk = Desk::new("");
    assert_eq!(desk.trade(0.0, 10_000), "buy 1000 @ 9990; sell 1000 @ 10010");
    desk.now = 11.0;
    assert_eq!(desk.report(Side::Buy, ReportKind::Accepted), "cancel buy; cancel sell");
}

#[test]
fn paused_the_opening_side_goes_and_the_reducing_side_goes_on() {
    let mut desk = Desk::new("");
    desk.quote(0.0, 9_999, 10_001);
    desk.fills(Side::Buy, 400);
    desk.mode = Mode::Paused;
    assert_eq!(desk.quote(1.0, 9_999, 10_001), "cancel buy; cancel sell");
    assert_eq!(desk.report(Side::Buy, GONE), "");
    assert_eq!(desk.report(Side::Sell, GONE), "sell 400 @ 10006 reduce");
    assert_eq!(desk.fills(Side::Sell, 400), "");
    assert_eq!(desk.quote(2.0, 9_999, 10_001), "", "flat and paused");
    desk.mode = Mode::Running;
    assert_eq!(desk.quote(3.0, 9_999, 10_001), "buy 1000 @ 9990; sell 1000 @ 10010");
}

#[test]
fn a_rejected_exit_is_tried_again_at_the_next_price_and_not_at_once() {
    let mut desk = Desk::new("");
    desk.hold(2000);
    assert_eq!(desk.quote(0.0, 9_998, 10_002), "sell 1000 @ 9999 reduce");
    for reason in [RejectReason::WouldTake, RejectReason::BadQuantity, RejectReason::NoMarket] {
        assert_eq!(desk.report(Side::Sell, ReportKind::Rejected(reason)), "");
        assert_eq!(desk.quote(desk.now, 9_998, 10_002), "sell 1000 @ 9999 reduce");
    }
    for ended in [CancelReason::Expired, CancelReason::NothingToReduce] {
        assert_eq!(desk.report(Side::Sell, ReportKind::Cancelled(ended)), "");
        assert_eq!(desk.quote(desk.now, 9_998, 10_002), "sell 1000 @ 9999 reduce");
    }
}

#[test]
fn an_opening_quote_that_is_turned_away_waits_a_second_unless_it_was_for_its_price() {
    let mut desk = Desk::new("max_short = 0");
    let quote = "buy 1000 @ 9990";
    assert_eq!(desk.quote(0.0, 9_999, 10_001), quote);
    assert_eq!(desk.report(Side::Buy, ReportKind::Rejected(RejectReason::WouldTake)), "");
    assert_eq!(desk.quote(0.1, 9_999, 10_001), quote);
    assert_eq!(desk.report(Side::Buy, refused()), "");
    assert_eq!(desk.quote(1.0, 9_999, 10_001), "");
    assert_eq!(desk.quote(1.1, 9_999, 10_001), quote);
    assert_eq!(desk.report(Side::Buy, ReportKind::Rejected(RejectReason::BadQuantity)), "");
    assert_eq!(desk.quote(2.0, 9_999, 10_001), "");
    assert_eq!(desk.quote(2.1, 9_999, 10_001), quote);
}

#[test]
fn a_quote_that_would_turn_the_position_gives_way_to_a_plain_exit_where_the_gate_refuses_it() {
    let mut desk = Desk::new("");
    desk.hold(300);
    // r = 99.97: the ask is 100.065, and sells what is held and 700 more.
    assert_eq!(desk.quote(0.0, 9_999, 10_001), "buy 1000 @ 9987; sell 1000 @ 10007");
    assert_eq!(desk.report(Side::Sell, refused()), "");
    assert_eq!(desk.quote(0.1, 9_999, 10_001), "sell 300 @ 10007 reduce");
    assert_eq!(desk.quote(1.2, 9_999, 10_001), "cancel sell");
    assert_eq!(desk.report(Side::Sell, GONE), "sell 1000 @ 10007");
}

#[test]
fn the_next_quote_of_a_side_waits_for_the_end_of_the_one_before() {
    let mut desk = Desk::new("");
    desk.quote(0.0, 9_999, 10_001);
    assert_eq!(desk.quote(1.0, 10_099, 10_101), "cancel buy; cancel sell");
    assert_eq!(desk.quote(1.1, 10_099, 10_101), "");
    // An unknown answer is not an end.
    assert_eq!(desk.report(Side::Buy, ReportKind::Unknown), "");
    // It filled before the cancel arrived: long one, so the other side leans.
    assert_eq!(desk.fills(Side::Buy, 1000), "");
    assert_eq!(desk.report(Side::Sell, GONE), "sell 1000 @ 10100 reduce");
    assert_eq!(desk.quote(1.2, 10_099, 10_101), "buy 1000 @ 10080");
}

#[test]
fn live_and_late_orders_count_against_the_cap() {
    let mut desk = Desk::new("");
    desk.quote(0.0, 9_999, 10_001);
    // Part of the bid fills: what is left of it still fits under the cap of 2000.
    assert_eq!(desk.fills(Side::Buy, 400), "");
    // A late fill of an order long gone takes the room: 1200 held and 600 live are fine, 1500 and 600 are not.
    desk.hold(1200);
    let stranger = ClientOrderId { generation: 99, ..ClientOrderId::default() };
    let wish = desk.orders[0].1;
    assert_eq!(desk.report_on(stranger, wish, ReportKind::Accepted), "");
    desk.hold(1500);
    assert_eq!(desk.report_on(stranger, wish, ReportKind::Accepted), "cancel buy");
    assert_eq!(desk.report(Side::Buy, GONE), "", "taken back and not replaced before the next price");
    assert_eq!(desk.quote(1.0, 9_999, 10_001), "buy 500 @ 9975; cancel sell");
}

#[test]
fn a_quote_is_made_whole_again_once_it_has_shrunk_by_more_than_the_tolerance() {
    let mut desk = Desk::new("requote_size_pct = 50\nrequote_ticks = 100\nmax_short = 0");
    assert_eq!(desk.quote(0.0, 9_999, 10_001), "buy 1000 @ 9890");
    desk.fills(Side::Buy, 500);
    assert_eq!(desk.quote(1.0, 9_999, 10_001), "sell 500 @ 10105 reduce");
    desk.fills(Side::Buy, 1);
    assert_eq!(desk.quote(2.0, 9_999, 10_001), "cancel buy");
    assert_eq!(desk.report(Side::Buy, GONE), "buy 1000 @ 9885");
}

#[test]
fn nothing_is_wished_for_after_the_stop_even_if_it_is_restarted() {
    let mut desk = Desk::new("");
    let lab = Lab::new().unwrap();
    let params = with("stop_loss_pct = 1");
    desk.maker = build_in(&lab, &params).unwrap();
    desk.quote(0.0, 9_999, 10_001);
    let markets = [desk.market.clone()];
    let equity = Money::from_units(9_900 * 10_i128.pow(18));
    let view = View { now: desk.time(), markets: &markets, equity, mode: Mode::Running };
    let event = Event::Operator { time: desk.time(), verb: OperatorVerb::Resume };
    desk.intents.clear();
    desk.maker.on_event(&view, &event, &mut desk.intents);
    assert!(matches!(desk.intents.as_slice(), [Intent::Stop(_)]), "{:?}", desk.intents);
    let mut again = build_in(&lab, &params).unwrap();
    again.restore(&desk.maker.save()).unwrap();
    desk.maker = again;
    assert_eq!(desk.quote(1.0, 9_999, 10_001), "");
}

#[test]
fn what_does_not_fit_together_is_refused_with_the_numbers() {
    for (params, message) in [
        ("gamma = 0", "`gamma` is 0; it must be from 0.000001 to 1000"),
        ("model = 'naive'", "`model` is naive; it must be one of avellaneda_stoikov, glft"),
        ("spread = 1", "`spread` is not a parameter of this strategy"),
        (
            "wind_down = 60",
            "wind_down: it is the last part of a session, and there are none; set session_length",
        ),
        (
            "session_length = 60\nwind_down = 60",
            "wind_down: 60 seconds leave nothing of a session_length of 60",
        ),
        (
            "max_long = 0\nmax_short = 0",
            "max_long: with max_short at 0 too nothing may be held on either side",
        ),
        ("max_long = 99.5", "max_long: 99.5 has no room for one quote of size 100; raise it, or lower size"),
        ("max_short = 1", "max_short: 1 has no room for one quote of size 100"),
        (
            "max_spread_bps = 5",
            "max_spread_bps: 5 is below the narrowest spread that pays, 5.50: 4.00 for two maker fees, 0.5 of \
             min_edge_bps and twice the requote_bps of 0.5; raise it, or lower those",
        ),
        (
            "sizing = 'fixed_quantity'\nsize = 0.0005\nmax_long = 1\nmax_short = 1",
            "size: 0.0005 is not a whole count of lots of TESTUSDT (lot size 0.001)",
        ),
        (
            "size = 0.05",
            "size: at a price of 100 it is not an order that TESTUSDT takes (smallest quantity 0.001, smallest \
             notional 0); raise it",
        ),
    ] {
        let error = build_in(&Lab::new().unwrap(), params).map(|_| ()).unwrap_err();
        assert!(error.contains(message), "{error}\nexpected {message}");
    }
    // A rebate does not count as a fee.
    let mut lab = Lab::new().unwrap();
    lab.spec.fees.maker = Rate::from_nanos(-50_000);
    assert!(build_in(&lab, "max_spread_bps = 1.5").is_ok());
}

/// The orders above are post-only.
#[test]
fn every_quote_is_post_only() {
    let mut desk = Desk::new("");
    desk.quote(0.0, 9_999, 10_001);
    let [(_, bid), (_, ask)] = desk.orders[..] else { panic!("{:?}", desk.orders) };
    for wish in [bid, ask] {
        assert!(matches!(wish.kind, OrderKind::Limit { tif: sdk::TimeInForce::PostOnly, .. }), "{wish:?}");
    }
}
