//! What the strategy refuses to start with, and what it says then.

use sdk::{Number, Price, Setup};

use super::world::{params, setup};
use crate::{Dca, Params};

fn refused(params: Params, setup: &Setup) -> String {
    Dca::build(params, setup).map(|_| "accepted".to_owned()).unwrap_or_else(|error| error.to_string())
}

#[test]
fn layers_that_the_account_can_not_carry_are_refused_with_the_arithmetic() {
    let whole = Number::whole;
    // 1000 + 1000 × (1 + 1.5 + 2.25 + 3.375 + 5.0625) = 14187.5
    let ladder = Params { safety_order_scale: Number::scaled(15, 1), max_safety_orders: 5, ..params() };
    assert_eq!(
        refused(ladder.clone(), &setup()),
        "max_safety_orders: the base order and 5 safety orders can come to 1000 + 1000 + 1500 + 2250 + 3375 + 5062.5 = \
         14187.5 USDT, and the account allows capital 10000 × leverage 1 = 10000; lower max_safety_orders (4 would fit), \
         the amounts or safety_order_scale, or add capital"
    );
    assert_eq!(refused(Params { max_safety_orders: 4, ..ladder.clone() }, &setup()), "accepted");
    assert_eq!(refused(Params { leverage: Number::scaled(15, 1), ..ladder.clone() }, &setup()), "accepted");
    let text = refused(Params { max_exposure: whole(3000), ..ladder.clone() }, &setup());
    assert!(
        text.contains("the account allows max_exposure = 3000;") && text.contains("(1 would fit)"),
        "{text}"
    );
    let text = refused(Params { base_order_amount: whole(20_000), ..ladder }, &setup());
    assert!(text.contains("(not even the base order fits)"), "{text}");
    let text = refused(Params { max_safety_orders: 50, ..params() }, &setup());
    assert!(text.contains("1000 + 1000 + 1000 + … + 1000 = 51000"), "{text}");
    let text = refused(Params { safety_order_scale: whole(10), max_safety_orders: 50, ..params() }, &setup());
    assert!(
        text.starts_with("safety_order_scale: safety order 1") && text.contains("beyond any account"),
        "{text}"
    );
}

#[test]
fn the_earlier_systems_fifty_safety_orders_are_no_default() {
    // 100 + 200 × (1.05¹⁰ − 1) / 0.05 = 2615.58, where fifty would have come to 41969.60.
    let ten = Dca::build(Params::default(), &setup()).unwrap();
    let sum: i128 = ten.plan.amounts.iter().map(|amount| amount.units()).sum();
    assert_eq!(sum / 10_i128.pow(16), 261_557);
    let text = refused(Params { max_safety_orders: 50, ..Params::default() }, &setup());
    assert!(text.contains("= 41969.6 USDT"), "{text}");
}

#[test]
fn a_step_is_the_atr_in_percent_within_its_bounds_and_stretched() {
    let tenths = |count| Number::scaled(count, 1);
    let by_range = Params { atr_multiplier: tenths(15), safety_order_step: tenths(12), ..params() };
    let price = Price::from_ticks(10_000);
    for (level, atr, percent) in [
        (1, Some(200.0), Some(3.0)),  // 200 / 10 000 × 100 × 1.5
        (2, Some(200.0), Some(3.6)),  // × 1.2
        (3, Some(200.0), Some(4.32)), // × 1.2²
        (1, Some(1.0), Some(1.0)),    // not below min_price_step
        (1, Some(900.0), Some(5.0)),  // not above max_price_step
        (3, Some(900.0), Some(7.2)),  // the stretch comes after the bounds
        (1, None, Some(5.0)),         // no ATR yet
        (4, Some(200.0), None),       // there are three
    ] {
        let dca = Dca::build(by_range.clone(), &setup()).unwrap();
        let step = dca.plan.steps.to(level, atr, price).map(|step| step.nanos());
        let expected = percent.and_then(|percent: f64| sdk::whole(percent * 1e7, sdk::Rounding::HalfEven));
        assert_eq!(step, expected, "level {level}, ATR {atr:?}");
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let whole = Number::whole;
    let hundredths = |count| Number::scaled(count, 2);
    for (params, expected) in [
        (
            Params { min_price_step: whole(6), ..Params::default() },
            "min_price_step: 6 % is above max_price_step, which is 5 %",
        ),
        (
            Params { total_take_profit: whole(0), stop_loss: whole(0), ..params() },
            "total_take_profit: nothing would ever close a position",
        ),
        (
            Params { last_order_take_profit: hundredths(8), ..params() },
            "last_order_take_profit: a gain of 0.08 % does not pay the two taker fees of a round trip, 0.08 %",
        ),
        (
            Params { trailing_activation: whole(100), trailing_take_profit: whole(50), ..params() },
            "trailing_take_profit: 50 % must be above zero and below 50 %, or it could close at a loss",
        ),
        (
            Params { trailing_activation: whole(1), trailing_take_profit: whole(0), ..params() },
            "trailing_take_profit: 0 % must be above zero",
        ),
        (
            Params { trailing_stop_loss: whole(5), ..params() },
            "trailing_stop_loss: 5 % is within the first price step of 5 %",
        ),
        (
            Params { stop_loss: Number::scaled(1, 8), ..params() },
            "stop_loss: 0.00000001 has more than seven decimals",
        ),
        (
            Params { base_order_amount: hundredths(4), ..params() },
            "base_order_amount: an order of 0.04 is below the smallest that TESTUSDT takes at 100",
        ),
        (
            Params { safety_order_scale: Number::scaled(1, 3), ..params() },
            "safety_order_amount: an order of 0.01 is below the smallest",
        ),
    ] {
        let setup = Setup { prices: vec![Some(Price::from_ticks(10_000))], ..setup() };
        let text = refused(params, &setup);
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
    assert_eq!(
        refused(Params { trailing_stop_loss: whole(5), max_safety_orders: 0, ..params() }, &setup()),
        "accepted"
    );
}
