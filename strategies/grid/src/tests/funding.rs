//! Before a settlement, the side that paid at the last one enters nothing.

use super::exchange::{Exchange, Faults, spec};
use super::tables::params;
use crate::params::{Direction, Params};
use sdk::Number;

const MINUTE: i64 = 60_000_000_000;

/// What a grid says at 16 minutes before, 14 minutes before and after a settlement, the last one having been at `rate`.
fn said(params: &Params, rate: i64) -> [String; 3] {
    let mut exchange = Exchange::new(params, spec(), Faults::default(), 1).with_twin(params);
    exchange.wait_until(8 * 60 * MINUTE - 1);
    exchange.funding(rate);
    [16 * 60 - 16, 16 * 60 - 14, 16 * 60].map(|minute| {
        exchange.wait_until(minute * MINUTE);
        exchange.trade(1000);
        exchange.take_said()
    })
}

fn waiting() -> Params {
    Params { funding_pause_minutes: 15, funding_min_bps: Number::whole(1), ..params() }
}

#[test]
fn buyers_who_paid_wait_and_come_back_after_the_settlement() {
    let [before, near, after] = said(&waiting(), 100_000);
    assert_eq!(before, "buy 990; buy 980");
    assert_eq!(near, "cancel buy 980; cancel buy 990");
    assert_eq!(after, "buy 990; buy 980");
}

#[test]
fn whoever_is_paid_or_pays_less_than_the_least_does_not_wait() {
    for (rate, params) in [
        (-100_000, waiting()),
        (99_999, waiting()),
        (0, waiting()),
        (100_000, Params { direction: Direction::Short, ..waiting() }),
        (100_000, params()),
    ] {
        let [_, near, after] = said(&params, rate);
        assert_eq!((near.as_str(), after.as_str()), ("", ""), "{rate} {params:?}");
    }
}
