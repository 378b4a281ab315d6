//! A grid that is restored from its saved state goes on as if nothing had happened, or says why it can't.

use proptest::proptest;
use sdk::{Number, Strategy};

use super::exchange::{Exchange, Faults, setup, spec};
use super::tables::params;
use super::walks::{config, some_faults, some_params, some_walk};
use crate::params::{Direction, Params};
use crate::step::Grid;

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_restart_before_any_event_changes_nothing(
        params in some_params(), faults in some_faults(), walk in some_walk(), seed: u64
    ) {
        let params = Params {
            stop_loss_pct: Number::whole(3),
            take_profit_pct: Number::whole(1),
            trailing_take_profit_pct: Number::scaled(5, 1),
            order_quantity: Number::whole(1500),
            ..params
        };
        let mut exchange = Exchange::new(&params, spec(), faults, seed).with_twin(&params);
        for price in walk {
            exchange.trade(price);
        }
    }
}

fn fresh(params: &Params) -> Grid {
    Grid::build(params.clone(), &setup(spec(), None)).unwrap()
}

fn saved() -> String {
    let mut exchange = Exchange::new(&params(), spec(), Faults::default(), 1);
    for price in [1000, 989, 985] {
        exchange.trade(price);
    }
    String::from_utf8(exchange.grid.save()).unwrap()
}

#[test]
fn a_state_of_other_parameters_levels_or_versions_is_refused() {
    let state = saved();
    for (other, expected) in [
        // The levels are the same; every slot of them would be of the other side.
        (Params { direction: Direction::Short, ..params() }, "`direction` was \"long\" and is \"short\""),
        (Params { direction: Direction::Neutral, ..params() }, "`direction` was \"long\" and is \"neutral\""),
        (Params { max_grid_layers: 9, ..params() }, "`max_grid_layers` was 0 and is 9"),
        (Params { price_interval: Number::whole(20), ..params() }, "`price_interval` was"),
    ] {
        let mut grid = fresh(&other);
        let before = grid.save();
        let error = grid.restore(state.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("it was saved with other parameters") && error.contains(expected), "{error}");
        assert_eq!(grid.save(), before);
    }
    for (now, then, expected) in [
        ("\"version\":3", "\"version\":2", "it is of version 2, and this one reads 3"),
        ("\"id\":\"grid\"", "\"id\":\"dca\"", "it is a state of `dca`, and this is `grid`"),
        ("ladder 1000 ", "ladder 1001 ", "its levels are not those of this instrument"),
    ] {
        assert!(state.contains(now), "{state}");
        let error =
            fresh(&params()).restore(state.replacen(now, then, 1).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn damaged_states_are_refused_and_change_nothing() {
    let state = saved();
    assert!(state.matches("slot ").count() > 1, "it has slots to lose: {state}");
    let mut grid = fresh(&params());
    let before = grid.save();
    for cut in 0..state.len() {
        for damaged in [state[..cut].to_owned(), format!("{}\u{7}{}", &state[..cut], &state[cut + 1..])] {
            assert!(grid.restore(damaged.as_bytes()).is_err(), "{damaged}");
            assert_eq!(grid.save(), before);
        }
    }
    assert!(grid.restore(&[0xff, 0xfe]).is_err());
    assert!(grid.restore(b"").is_err());
    assert!(grid.restore(state.as_bytes()).is_ok());
}

#[test]
fn a_stop_outlives_a_restart() {
    let params = Params { take_profit_price: Number::whole(1050), ..params() };
    let mut exchange = Exchange::new(&params, spec(), Faults::default(), 1).with_twin(&params);
    for price in [1000, 1050] {
        exchange.trade(price);
    }
    let state = String::from_utf8(exchange.grid.save()).unwrap();
    assert!(state.ends_with("\"state\":\"stopped\\n\"}"), "{state}");
    exchange.trade(1000);
}
