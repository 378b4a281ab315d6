//! What the grid refuses to start with, and that what it advises works.

use sdk::{BuildError, InstrumentSpec, Number, Rate};

use super::exchange::{setup, spec};
use super::tables::params;
use crate::params::{Direction, Params, Spacing};
use crate::step::Grid;

fn build(params: &Params, spec: InstrumentSpec, price: i64) -> Result<Grid, BuildError> {
    Grid::build(params.clone(), &setup(spec, Some(price)))
}

fn refusal(params: &Params, spec: InstrumentSpec, price: i64) -> String {
    build(params, spec, price).map(|_| ()).unwrap_err().to_string()
}

fn number(text: &str) -> Number {
    Number::from(text.parse::<sdk::Decimal>().unwrap())
}

#[test]
fn a_spacing_that_does_not_pay_its_fees_is_refused_with_the_arithmetic() {
    let params = Params { price_interval: Number::whole(2), ..params() };
    assert_eq!(
        refusal(&params, spec(), 1000),
        "price_interval: a price_interval of 2 does not pay its fees: a round trip between 1002 and 1004 earns 2 and \
         costs 0.001 × (1002 + 1004) = 2.006 in maker fees, which leaves -0.006 per unit; the smallest \
         price_interval that pays is 3"
    );
    let params = Params { spacing_pct: number("0.15"), ..Params::default() };
    let mut fine = spec();
    fine.tick_size = "0.01".parse().unwrap();
    let message = refusal(&params, fine, 100_000);
    assert!(message.contains("a spacing_pct of 0.15 does not pay its fees"), "{message}");
    assert!(message.contains("the smallest spacing_pct that pays is 0.20"), "{message}");
}

/// The last number of a message.
fn advised(message: &str) -> Number {
    number(message.rsplit(' ').next().unwrap())
}

#[test]
fn the_advised_spacing_works_and_a_smaller_one_does_not() {
    for price in [300, 1000, 12_345, 1_000_000] {
        for (maker, windows) in [(200_000, 10), (1_000_000, 1), (1_000_000, 50), (4_000_000, 20)] {
            let mut spec = spec();
            spec.fees.maker = Rate::from_nanos(maker);
            let base = Params {
                buy_window_size: windows,
                sell_window_size: windows,
                order_quantity: Number::whole(1_000_000),
                ..params()
            };
            let arithmetic = Params { price_interval: Number::whole(1), ..base.clone() };
            // Where one tick pays already, there is nothing to advise.
            if let Err(error) = build(&arithmetic, spec.clone(), price) {
                let advice = advised(&error.to_string());
                let ticks = advice.decimal().count_of("1".parse().unwrap()).unwrap();
                let with = |ticks| Params { price_interval: Number::whole(ticks), ..arithmetic.clone() };
                assert!(
                    build(&with(ticks), spec.clone(), price).is_ok(),
                    "{price} {maker} {windows}: {error}"
                );
                assert!(
                    build(&with(ticks - 1), spec.clone(), price).is_err(),
                    "{price} {maker} {windows}: {error}"
                );
            }
            let geometric = Params {
                spacing: Spacing::Geometric,
                price_interval: Number::ZERO,
                spacing_pct: number("0.001"),
                ..base
            };
            let message = refusal(&geometric, spec.clone(), price);
            let better = Params { spacing_pct: advised(&message), ..geometric };
            assert!(build(&better, spec, price).is_ok(), "{price} {maker} {windows}: {message}");
        }
    }
}

#[test]
fn a_range_is_judged_up_to_its_upper_bound() {
    let params = Params { price_upper: Number::whole(9000), ..params() };
    let message = refusal(&params, spec(), 1000);
    assert!(message.contains("a round trip between 8990 and 9000 earns 10 and costs"), "{message}");
    assert!(message.ends_with("the smallest price_interval that pays is 18"), "{message}");
    let without = Params { price_upper: Number::ZERO, ..params };
    assert!(build(&without, spec(), 1000).is_ok());
}

#[test]
fn an_amount_the_venue_does_not_take_is_refused_with_the_one_that_works() {
    let mut spec = spec();
    spec.min_notional = "100".parse().unwrap();
    let message = refusal(&Params { order_quantity: Number::whole(99), ..params() }, spec.clone(), 1000);
    let advice = advised(&message);
    assert!(message.starts_with("order_quantity: 99 USDT at "), "{message}");
    assert!(build(&Params { order_quantity: advice, ..params() }, spec.clone(), 1000).is_ok(), "{message}");

    spec.max_qty = "0.1".parse().unwrap();
    let message = refusal(&Params { order_quantity: Number::whole(200), ..params() }, spec.clone(), 1000);
    assert!(message.contains("the largest amount that works is"), "{message}");

    spec.min_notional = "0".parse().unwrap();
    spec.lot_size = "0.1".parse().unwrap();
    let message = refusal(&Params { order_quantity: Number::whole(50), ..params() }, spec, 1000);
    assert!(message.contains("the smallest amount that works is 101"), "{message}");
}

#[test]
fn the_amount_is_judged_at_the_price_it_is_entered_at() {
    let mut spec = spec();
    spec.lot_size = "0.1".parse().unwrap();
    for (direction, starts) in
        [(Direction::Long, true), (Direction::Short, false), (Direction::Neutral, false)]
    {
        let params = Params {
            direction,
            order_quantity: number("100.5"),
            price_lower: Number::whole(1000),
            price_upper: Number::whole(1010),
            ..params()
        };
        assert_eq!(build(&params, spec.clone(), 1000).is_ok(), starts, "{direction:?}");
    }
}

#[test]
fn contradictions_name_the_parameter() {
    let geometric = Params::default();
    for (params, says) in [
        (Params { price_interval: Number::ZERO, ..params() }, "price_interval: 0; an arithmetic grid needs"),
        (
            Params { price_interval: number("1.5"), ..params() },
            "price_interval: 1.5: not a whole multiple of 1",
        ),
        (
            Params { price_interval: Number::whole(5), ..geometric.clone() },
            "price_interval: 5 has no meaning",
        ),
        (Params { spacing_pct: Number::ZERO, ..geometric.clone() }, "spacing_pct: 0; it must be above 0"),
        (
            Params { spacing_pct: number("0.00000001"), ..geometric.clone() },
            "spacing_pct: 0.00000001; a percentage",
        ),
        (Params { order_quantity: Number::ZERO, ..params() }, "order_quantity: 0; it must be above 0"),
        (Params { order_quantity: Number::whole(-5), ..params() }, "order_quantity: -5; it must be above 0"),
        (
            Params { price_lower: Number::whole(1100), price_upper: Number::whole(1100), ..params() },
            "price_lower: 1100 is not below price_upper, which is 1100",
        ),
        (
            Params { price_lower: Number::whole(1001), price_upper: Number::whole(1015), ..params() },
            "price_lower: no two levels",
        ),
        (
            Params { trailing_take_profit_pct: Number::whole(1), ..params() },
            "trailing_take_profit_pct: 1 must be below",
        ),
        (
            Params { direction: Direction::Neutral, stop_loss_price: Number::whole(900), ..params() },
            "stop_loss_price: 900 has no side in a neutral grid",
        ),
        (
            Params { stop_loss_price: Number::whole(900), take_profit_price: Number::whole(800), ..params() },
            "stop_loss_price: 900 is on the wrong side of take_profit_price",
        ),
        (Params { price_upper: number("0.5"), ..params() }, "price_upper: 0.5; a price is at least one tick"),
        (
            Params { price_lower: Number::whole(-1), ..params() },
            "price_lower: -1; a price is at least one tick",
        ),
        (
            Params { stop_loss_pct: Number::whole(-1), ..params() },
            "stop_loss_pct: -1; it must not be negative",
        ),
    ] {
        let message = refusal(&params, spec(), 1000);
        assert!(message.starts_with(says), "{message}");
    }
}

#[test]
fn levels_that_fall_on_one_tick_are_refused() {
    let mut spec = spec();
    spec.fees.maker = Rate::ZERO;
    let params = Params { spacing_pct: number("0.01"), ..Params::default() };
    let message = refusal(&params, spec, 1000);
    assert!(message.contains("puts two levels on"), "{message}");
}

#[test]
fn a_range_of_too_many_levels_is_refused() {
    let mut spec = spec();
    spec.fees.maker = Rate::ZERO;
    let params =
        Params { price_interval: Number::whole(1), price_upper: Number::whole(1_000_000), ..params() };
    assert!(refusal(&params, spec, 1000).contains("more than 10000 levels"));
}

#[test]
fn extreme_numbers_end_in_a_message_and_never_in_a_panic() {
    for price in [1, 2, 1_000, i64::MAX / 2, i64::MAX] {
        for spacing_pct in ["0.0000001", "0.5", "100"] {
            let params = Params { spacing_pct: number(spacing_pct), ..Params::default() };
            let _ = build(&params, spec(), price);
        }
        for ticks in [1, 1_000, i64::MAX] {
            let _ = build(&Params { price_interval: Number::whole(ticks), ..params() }, spec(), price);
        }
    }
}
