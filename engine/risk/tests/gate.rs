//! The gate, rule by rule: what each bound lets through, what it refuses, and that an exit always passes.
#![expect(clippy::expect_used, reason = "a helper of tests may stop where something is not as it should be")]

use quantmesh_risk::{Breaker, BreakerLimits, Desk, Gate, Limits, Trip};
use sdk::{Event, Market, Mode, RiskRule, Verdict, View};
use testkit::Lab;
use types::{
    ClientOrderId, InstrumentId, Money, Order, OrderKind, Position, Price, Qty, Rate, RefusalRule, Side,
    Time, TimeInForce,
};

/// A market at 100.00 with a position in lots of 0.001.
fn market(position: i64) -> Market {
    let mut lab = Lab::new().expect("constants");
    lab.spec.min_qty = "0.01".parse().expect("a number");
    lab.spec.max_qty = "500".parse().expect("a number");
    lab.spec.min_notional = "5".parse().expect("a number");
    let mut market = Market::new(lab.instrument().expect("constants"));
    market.last = Some(Price::from_ticks(10_000));
    market.position = Position { qty: Qty::from_lots(position), cost: Money::ZERO };
    market
}

fn order(side: Side, lots: i64, price: Option<i64>) -> Order {
    let kind = price.map_or(OrderKind::Market, |ticks| OrderKind::Limit {
        price: Price::from_ticks(ticks),
        tif: TimeInForce::PostOnly,
    });
    Order {
        id: ClientOrderId::default(),
        instrument: InstrumentId(0),
        side,
        qty: Qty::from_lots(lots),
        kind,
        reduce_only: false,
        time: Time::EPOCH,
    }
}

fn judge(limits: Limits, market: Market, order: Order, mode: Mode, open_orders: u32) -> Option<RefusalRule> {
    let markets = [market];
    let equity = "1000".parse().expect("a number");
    let view = View { now: Time::EPOCH, markets: &markets, equity, mode };
    let desk = Desk { view, owns: true, open_orders };
    Gate::new(limits, Vec::new()).judge(order, &desk).err().map(|refusal| refusal.rule)
}

fn money(text: &str) -> Option<Money> {
    Some(text.parse().expect("a number"))
}

#[test]
fn each_rule_has_its_bound() {
    let none = Limits::default();
    let buy = |lots| order(Side::Buy, lots, None);
    let run = |limits, order| judge(limits, market(0), order, Mode::Running, 3);
    use RefusalRule as R;
    for (name, limits, order, expected) in [
        ("no bound", none, buy(1_000), None),
        ("smallest quantity", none, buy(9), Some(R::MinQty)),
        ("largest quantity", none, buy(500_001), Some(R::MaxQty)),
        ("smallest notional", none, buy(49), Some(R::MinNotional)),
        ("just over the smallest notional", none, buy(50), None),
        ("nothing", none, buy(0), Some(R::MinQty)),
        ("a price of zero", none, order(Side::Buy, 100, Some(0)), Some(R::BadPrice)),
        (
            "one order",
            Limits { max_order_notional: money("99"), ..none },
            buy(1_000),
            Some(R::MaxOrderNotional),
        ),
        (
            "position",
            Limits { max_position_notional: money("99"), ..none },
            buy(1_000),
            Some(R::MaxPositionNotional),
        ),
        ("leverage 1", Limits { max_leverage: Some(Rate::from_nanos(Rate::ONE)), ..none }, buy(10_000), None),
        (
            "over leverage 1",
            Limits { max_leverage: Some(Rate::from_nanos(Rate::ONE)), ..none },
            buy(10_001),
            Some(R::MaxLeverage),
        ),
        ("open orders", Limits { max_open_orders: Some(3), ..none }, buy(1_000), Some(R::MaxOpenOrders)),
        (
            "inside the band",
            Limits { price_band: Some(Rate::from_nanos(Rate::ONE / 10)), ..none },
            order(Side::Buy, 100, Some(9_000)),
            None,
        ),
        (
            "outside the band",
            Limits { price_band: Some(Rate::from_nanos(Rate::ONE / 10)), ..none },
            order(Side::Buy, 100, Some(8_999)),
            Some(R::PriceBand),
        ),
    ] {
        assert_eq!(run(limits, order), expected, "{name}");
    }
}

#[test]
fn open_orders_count_towards_the_position() {
    let limits = Limits { max_position_notional: money("100"), ..Limits::default() };
    let mut busy = market(0);
    busy.open_buy = Qty::from_lots(600);
    let refused = judge(limits, busy.clone(), order(Side::Buy, 500, None), Mode::Running, 0);
    assert_eq!(refused, Some(RefusalRule::MaxPositionNotional));
    assert_eq!(judge(limits, busy, order(Side::Sell, 500, None), Mode::Running, 0), None);
}

#[test]
fn an_exit_passes_whatever_the_rules_and_the_mode_say() {
    let strict = Limits {
        max_order_notional: money("0.01"),
        max_position_notional: money("0.01"),
        max_leverage: Some(Rate::from_nanos(1)),
        max_open_orders: Some(0),
        price_band: Some(Rate::from_nanos(1)),
    };
    for mode in [Mode::Running, Mode::Paused, Mode::Stopping, Mode::Stopped] {
        for (held, side) in [(1_000, Side::Sell), (-1_000, Side::Buy)] {
            assert_eq!(judge(strict, market(held), order(side, 1_000, Some(20_000)), mode, 9), None);
            assert_eq!(judge(strict, market(held), order(side, 3, None), mode, 9), None, "also a tiny one");
            let marked = Order { reduce_only: true, ..order(side, 5_000, None) };
            assert_eq!(judge(strict, market(held), marked, mode, 9), None, "reduce-only can't open");
        }
    }
}

#[test]
fn a_turn_is_an_opening() {
    let none = Limits::default();
    let turn = order(Side::Sell, 1_500, None);
    assert_eq!(judge(none, market(1_000), turn, Mode::Paused, 0), Some(RefusalRule::NotRunning));
    let mut closing = market(1_000);
    closing.closing = Qty::from_lots(1_000);
    let again = order(Side::Sell, 1_000, None);
    assert_eq!(
        judge(none, closing, again, Mode::Paused, 0),
        Some(RefusalRule::NotRunning),
        "the exit is already out"
    );
}

#[test]
fn an_unknown_market_and_a_missing_price_are_refused() {
    let mut blind = market(0);
    blind.last = None;
    assert_eq!(
        judge(Limits::default(), blind, order(Side::Buy, 100, None), Mode::Running, 0),
        Some(RefusalRule::NoPrice)
    );
    let stranger = Order { instrument: InstrumentId(7), ..order(Side::Buy, 100, None) };
    assert_eq!(
        judge(Limits::default(), market(0), stranger, Mode::Running, 0),
        Some(RefusalRule::ForeignInstrument)
    );
}

#[test]
fn the_breaker_trips_once_at_its_bound() {
    let limits = BreakerLimits {
        max_drawdown: Some(Rate::from_nanos(Rate::ONE / 5)),
        max_daily_loss: Some(Rate::from_nanos(Rate::ONE / 10)),
    };
    let day = 86_400_000_000_000;
    let mut breaker = Breaker::new(limits, Money::from_units(1_000));
    let mut observe =
        |days: i64, equity| breaker.observe(Time::from_nanos(days * day + 5), Money::from_units(equity));
    assert_eq!(observe(0, 1_000), None);
    assert_eq!(observe(0, 900), None, "exactly the bound is not over it");
    assert_eq!(observe(1, 2_000), None, "a new peak, a new day");
    assert_eq!(observe(2, 1_700), None);
    assert_eq!(observe(2, 1_599), Some(Trip::Drawdown));
    assert_eq!(observe(2, 1), None, "it trips once");
    let mut daily = Breaker::new(limits, Money::from_units(1_000));
    assert_eq!(daily.observe(Time::EPOCH, Money::from_units(1_000)), None);
    assert_eq!(daily.observe(Time::EPOCH, Money::from_units(899)), Some(Trip::DailyLoss));
}

/// Says the same of every order.
struct Always(Verdict);

impl RiskRule for Always {
    fn on_event(&mut self, _: &View<'_>, _: &Event) {}

    fn judge(&self, _: &View<'_>, _: &Order) -> Verdict {
        self.0
    }
}

/// What is left of an order of 1 000 lots at 100.00 (a notional of 100) with these verdicts, or what it is told.
fn left(position: i64, side: Side, verdicts: &[Verdict]) -> Result<i64, String> {
    let markets = [market(position)];
    let equity = "1000".parse().expect("a number");
    let view = View { now: Time::EPOCH, markets: &markets, equity, mode: Mode::Running };
    let rules = verdicts.iter().map(|verdict| Box::new(Always(*verdict)) as Box<dyn RiskRule>).collect();
    let judged = Gate::new(Limits::default(), rules)
        .judge(order(side, 1_000, None), &Desk { view, owns: true, open_orders: 0 });
    match judged {
        Ok(approved) => {
            assert_eq!(approved.made_smaller().is_some(), approved.into_inner().qty != Qty::from_lots(1_000));
            Ok(approved.into_inner().qty.lots())
        }
        Err(refusal) => Err(refusal.to_string()),
    }
}

#[test]
fn a_compiled_rule_may_only_make_smaller_or_refuse_and_never_hears_of_an_exit() {
    let to = |lots| Verdict::Shrink { qty: Qty::from_lots(lots), why: "too much" };
    let refuse = Verdict::Refuse {
        why: "not today",
        limit: money("1").expect("money"),
        actual: money("2").expect("money"),
    };
    assert_eq!(left(0, Side::Buy, &[]), Ok(1_000));
    assert_eq!(left(0, Side::Buy, &[Verdict::Pass, to(300), to(700)]), Ok(300), "the smallest counts");
    assert_eq!(left(0, Side::Buy, &[to(5_000)]), Ok(1_000), "no rule makes an order larger");
    assert_eq!(
        left(0, Side::Buy, &[to(9)]),
        Err("too much: 100, limit 0.9".to_owned()),
        "below the smallest"
    );
    assert_eq!(left(0, Side::Buy, &[to(0)]), Err("too much: 100, limit 0".to_owned()));
    assert_eq!(left(0, Side::Buy, &[to(-5)]), Err("too much: 100, limit -0.5".to_owned()));
    assert_eq!(left(0, Side::Buy, &[to(300), refuse]), Err("not today: 2, limit 1".to_owned()));
    assert_eq!(left(1_000, Side::Sell, &[to(1), refuse]), Ok(1_000), "an exit");
}
