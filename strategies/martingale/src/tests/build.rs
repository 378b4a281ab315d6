//! What the strategy refuses to start with, what it says then, and the ladder it starts with.

use sdk::{Number, Price, Setup};

use super::world::{params, setup};
use crate::{Martingale, Params};

fn refused(params: Params, setup: &Setup) -> String {
    Martingale::build(params, setup).map(|_| "accepted".to_owned()).unwrap_or_else(|error| error.to_string())
}

fn ladder(params: Params) -> Vec<String> {
    let martingale = Martingale::build(params, &setup()).unwrap();
    martingale.plan.amounts.iter().map(ToString::to_string).collect()
}

#[test]
fn the_multiplier_decays_down_to_its_least() {
    let tenths = |count| Number::scaled(count, 1);
    // Multipliers 2, 1.8, 1.62, 1.458 and 1.3122.
    let expected = ["100", "200", "360", "583.2", "850.3056", "1115.77100832"];
    assert_eq!(ladder(Params::default()), expected);
    // 2, then 1.6, then 1.28 which is below 1.5.
    let params =
        Params { decay_factor: tenths(8), min_multiplier: tenths(15), max_levels: 4, ..Params::default() };
    assert_eq!(ladder(params), ["100", "200", "320", "480"]);
    let params = Params { risk_decay: false, max_levels: 5, ..Params::default() };
    assert_eq!(ladder(params), ["100", "200", "400", "800", "1600"]);
    // 1.5, then 1.35.
    let params = Params { reverse_martingale: true, max_levels: 3, ..Params::default() };
    assert_eq!(ladder(params), ["100", "150", "202.5"]);
}

#[test]
fn a_ladder_that_the_account_can_not_carry_is_refused_and_shown() {
    let whole = Number::whole;
    let ladder = Params { max_levels: 7, ..params() };
    assert_eq!(
        refused(ladder.clone(), &setup()),
        "max_levels: the 7 orders of 100 + 200 + 400 + 800 + 1600 + 3200 + 6400 come to 12700 USDT, and the account allows \
         capital 10000 × leverage 1 = 10000; lower max_levels (6 would fit), initial_amount or the multiplier, or add capital"
    );
    assert_eq!(refused(Params { max_levels: 6, ..ladder.clone() }, &setup()), "accepted");
    assert_eq!(refused(Params { leverage: whole(2), ..ladder.clone() }, &setup()), "accepted");
    let text = refused(Params { max_exposure: whole(1000), leverage: whole(2), ..ladder.clone() }, &setup());
    assert!(
        text.contains("the account allows max_exposure = 1000; lower max_levels (3 would fit)"),
        "{text}"
    );
    let text = refused(Params { initial_amount: whole(10_001), ..ladder.clone() }, &setup());
    assert!(text.contains("(not even the first order fits)"), "{text}");
    let text = refused(Params { multiplier: whole(10), max_levels: 20, ..ladder }, &setup());
    assert!(text.contains("would fit") || text.contains("beyond any account"), "{text}");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let whole = Number::whole;
    for (params, expected) in [
        (
            Params { take_profit: whole(0), stop_loss: whole(0), ..params() },
            "take_profit: nothing would ever close a position",
        ),
        (
            Params { take_profit: Number::scaled(8, 2), ..params() },
            "take_profit: a gain of 0.08 % does not pay the two taker fees of a round trip, 0.08 %",
        ),
        (Params { stop_loss: whole(2), ..params() }, "stop_loss: 2 % is within the first price step of 2 %"),
        (
            Params { reverse_martingale: true, take_profit: whole(2), ..params() },
            "take_profit: 2 % is within the first price step of 2 %",
        ),
        (
            Params { multiplier: Number::scaled(11, 1), ..Params::default() },
            "min_multiplier: 1.2 is above multiplier, which is 1.1 and would never count",
        ),
        (
            Params { reverse_martingale: true, reverse_multiplier: whole(1), ..Params::default() },
            "min_multiplier: 1.2 is above reverse_multiplier, which is 1",
        ),
        (
            Params { stop_loss: Number::scaled(1, 8), ..params() },
            "stop_loss: 0.00000001 has more than seven decimals",
        ),
        (
            Params { initial_amount: Number::scaled(4, 2), ..params() },
            "initial_amount: an order of 0.04 is below the smallest that TESTUSDT takes at 100",
        ),
    ] {
        let setup = Setup { prices: vec![Some(Price::from_ticks(10_000))], ..setup() };
        let text = refused(params, &setup);
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
    assert_eq!(refused(Params { stop_loss: whole(2), max_levels: 1, ..params() }, &setup()), "accepted");
}
