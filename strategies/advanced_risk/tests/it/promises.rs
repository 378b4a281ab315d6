//! What every verdict keeps to, whatever was held, waits and happened: properties over random cases.

use std::sync::LazyLock;

use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::Config;
use sdk::{
    Catalogue, Event, Market, Money, Order, OrderKind, Position, Price, Qty, RiskRule, Setup, Side,
    TimeInForce, Verdict, View,
};
use testkit::random_bars;

use crate::trader::{lab, order, view, with_more};

/// Every limit alone, and all at once. Equity never falls here; the rungs of the ladder are tried below.
const RULES: [&str; 12] = [
    "max_var_pct = 0.05",
    "max_var_pct = 0.05\nmeasure = 'es'",
    "max_var_pct = 0.05\nmethod = 'parametric'",
    "max_var_pct = 0.05\nmethod = 'cornish_fisher'",
    "max_var_pct = 0.05\nmethod = 'cornish_fisher'\nmeasure = 'es'\nhorizon_bars = 5",
    "max_var_pct = 0\ntarget_vol_pct = 0.5",
    "max_var_pct = 0\nkelly_fraction = 0.2\nkelly_floor = 0.1",
    "max_var_pct = 0\nmax_correlated = 0.7\ncorrelation_above = 0",
    "max_var_pct = 0\nweights = 'min_variance'",
    "max_var_pct = 0\nweights = 'hrp'\nshrinkage = 'ledoit_wolf'",
    "max_var_pct = 0\nmax_stress_pct = 10\nscenario = [{ all_pct = -20 }, { all_pct = 10, pct = { TWOUSDT = -30 } }]",
    "max_var_pct = 0.2\nmeasure = 'es'\ntarget_vol_pct = 5\nkelly_fraction = 1\nkelly_floor = 1\nmax_correlated = 1\nweights = 'hrp'\n\
     max_gross = 2\nmax_stress_pct = 30\nscenario = [{ all_pct = -20 }]\ndrawdown_stop_pct = 20",
];

static SETUP: LazyLock<Setup> = LazyLock::new(|| with_more(lab("").unwrap(), 2).setup(None).unwrap());

/// A rule that has seen bars of three instruments, and markets in which something is held and waits.
fn scene(rule: usize, seed: u64, held: [i64; 3], waits: [i64; 3]) -> (Box<dyn RiskRule>, Vec<Market>) {
    let entry = Catalogue::of_this_binary().unwrap().get("advanced_risk").unwrap();
    let params = format!("window = 40\nmin_history = 30\n{}", RULES[rule]);
    let mut rule = entry.build_rule(&toml::from_str(&params).unwrap(), &SETUP).unwrap();
    let mut markets: Vec<Market> = SETUP.instruments.iter().cloned().map(Market::new).collect();
    let tapes: Vec<_> = (0..3).map(|at| random_bars(seed * 3 + at, 60, 10_000)).collect();
    for (row, at) in (0..60).flat_map(|row| (0..3).map(move |at| (row, at))) {
        let bar = tapes[at][row];
        markets[at].last = Some(bar.close);
        let event = Event::Bar { instrument: markets[at].instrument.id(), bar };
        rule.on_event(&view(&markets, SETUP.capital), &event);
    }
    for (at, market) in markets.iter_mut().enumerate() {
        market.position = Position { qty: Qty::from_lots(held[at]), cost: Money::ZERO };
        let waiting = Qty::from_lots(waits[at].abs());
        if waits[at] > 0 { market.open_buy = waiting } else { market.open_sell = waiting }
    }
    (rule, markets)
}

/// How much of an order of `lots` goes out.
fn let_through(rule: &dyn RiskRule, markets: &[Market], side: Side, lots: i64) -> i64 {
    let_through_of(rule, &view(markets, SETUP.capital), side, lots)
}

fn let_through_of(rule: &dyn RiskRule, view: &View<'_>, side: Side, lots: i64) -> i64 {
    match rule.judge(view, &order(0, side, lots)) {
        Verdict::Pass => lots,
        Verdict::Shrink { qty, why } => {
            assert!(0 < qty.lots() && qty.lots() < lots, "{} of {lots}", qty.lots());
            assert!(why.contains("(advanced_risk"), "{why}");
            qty.lots()
        }
        Verdict::Refuse { why, limit, actual } => {
            assert!(why.contains("(advanced_risk"), "{why}");
            assert!(limit >= Money::ZERO && actual >= limit, "{why}: {actual}, limit {limit}");
            0
        }
    }
}

/// Each of the rules does something in these scenes, and not always the same.
#[test]
fn every_rule_passes_some_orders_and_makes_some_smaller() {
    for (rule, params) in RULES.iter().enumerate() {
        let gone = |seed: u64, held: i64| {
            let (rule, markets) = scene(rule, seed, [held, 5_000, -5_000], [0; 3]);
            let_through(
                rule.as_ref(),
                &markets,
                if seed.is_multiple_of(2) { Side::Buy } else { Side::Sell },
                60_000,
            )
        };
        let all: Vec<i64> = (0..40).flat_map(|seed| [gone(seed, 0), gone(seed, 20_000)]).collect();
        assert!(
            all.iter().any(|gone| (1..60_000).contains(gone)) && all.contains(&60_000),
            "{params}: {all:?}"
        );
    }
}

/// A position that nothing is known of can't be weighed; an order of a price of its own can.
#[test]
fn what_has_no_price_is_not_guessed() {
    let (rule, mut markets) = scene(10, 1, [0, 5_000, 0], [0; 3]);
    let verdict = |markets: &[Market], order| rule.judge(&view(markets, SETUP.capital), &order);
    assert_eq!(verdict(&markets, order(0, Side::Buy, 1)), Verdict::Pass);
    let why = "a price is missing, or a worth does not fit, so that no limit can be held (advanced_risk)";
    let refused = Verdict::Refuse { why, limit: Money::ZERO, actual: Money::ZERO };
    markets[0].last = None;
    assert_eq!(verdict(&markets, order(0, Side::Buy, 1)), refused);
    let kind = OrderKind::Limit { price: Price::from_ticks(9_000), tif: TimeInForce::GoodTillCancel };
    assert_eq!(verdict(&markets, Order { kind, ..order(0, Side::Buy, 1) }), Verdict::Pass);
    markets[1].last = None;
    assert_eq!(verdict(&markets, Order { kind, ..order(0, Side::Buy, 1) }), refused);
}

/// What live reduce-only orders will close is not there to be closed again, and a turn opens what goes beyond.
#[test]
fn a_position_that_is_being_closed_is_not_closed_twice() {
    let (rule, mut markets) = scene(5, 1, [5_000, 0, 0], [0; 3]);
    let equity = Money::ZERO; // nothing may be opened at all
    let gone = |markets: &[Market], lots| rule.judge(&view(markets, equity), &order(0, Side::Sell, lots));
    assert_eq!(gone(&markets, 5_000), Verdict::Pass);
    assert!(matches!(gone(&markets, 8_000), Verdict::Shrink { qty, .. } if qty.lots() == 5_000));
    markets[0].closing = Qty::from_lots(3_000);
    assert!(matches!(gone(&markets, 8_000), Verdict::Shrink { qty, .. } if qty.lots() == 2_000));
    markets[0].open_sell = Qty::from_lots(2_000);
    assert!(matches!(gone(&markets, 8_000), Verdict::Refuse { .. }));
}

fn lots() -> impl Strategy<Value = i64> {
    -60_000..60_000_i64
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    /// A verdict lets through no more than was wished, all of what only closes, of a larger order no less than of a
    /// smaller one, and what it lets through it would let through again.
    #[test]
    fn a_verdict_only_takes_away_from_what_opens(
        rule in 0..RULES.len(), seed in 0..1000_u64, buys: bool,
        held in [lots(), lots(), lots()], waits in [lots(), lots(), lots()], wished in 1..200_000_i64, more in 0..100_000_i64,
        closing in 0..30_000_i64,
    ) {
        let (rule, mut markets) = scene(rule, seed, held, waits);
        let side = if buys { Side::Buy } else { Side::Sell };
        let waiting = if buys { markets[0].open_buy } else { markets[0].open_sell };
        markets[0].closing = Qty::from_lots(closing);
        let closes = (-held[0] * side.sign() - closing - waiting.lots()).max(0);
        let gone = let_through(rule.as_ref(), &markets, side, wished);
        prop_assert!(gone <= wished);
        prop_assert!(gone >= wished.min(closes), "{gone} of {wished}, of which {closes} close");
        prop_assert!(let_through(rule.as_ref(), &markets, side, wished + more) >= gone);
        if gone > 0 {
            prop_assert_eq!(let_through(rule.as_ref(), &markets, side, gone), gone);
        }
    }

    /// With both rungs of the ladder, at any drawdown.
    #[test]
    fn the_ladder_keeps_the_order_of_quantities(
        equity in 1..12_000_i128, held in lots(), wished in 1..200_000_i64, more in 0..100_000_i64,
    ) {
        let entry = Catalogue::of_this_binary().unwrap().get("advanced_risk").unwrap();
        let params = "max_var_pct = 0\ndrawdown_reduce_pct = 10\ndrawdown_factor = 0.3\ndrawdown_stop_pct = 40";
        let mut rule = entry.build_rule(&toml::from_str(params).unwrap(), &SETUP).unwrap();
        let mut markets: Vec<Market> = SETUP.instruments.iter().cloned().map(Market::new).collect();
        markets[0].last = Some(Price::from_ticks(10_000));
        markets[0].position.qty = Qty::from_lots(held);
        let bar = random_bars(1, 1, 10_000)[0];
        let view = view(&markets, Money::from_units(equity * 10_i128.pow(18)));
        rule.on_event(&view, &Event::Bar { instrument: markets[0].instrument.id(), bar });
        let gone = let_through_of(rule.as_ref(), &view, Side::Sell, wished);
        let closes = held.clamp(0, wished);
        let opens = wished - closes;
        // A lot is worth a tenth: 30 % of equity are three times as many of them.
        let room = (3 * i64::try_from(equity).unwrap() - (-held).max(0)).max(0);
        let left = if equity > 9_000 { opens } else if equity > 6_000 { opens.min(room) } else { 0 };
        // Worths are floats: what comes to just the limit may be found a hair over it.
        let exact = closes + left;
        prop_assert!(gone == exact || (gone + 1 == exact && left == room && room > 0), "{gone} of {exact}");
        prop_assert!(let_through_of(rule.as_ref(), &view, Side::Sell, wished + more) >= gone);
    }
}
