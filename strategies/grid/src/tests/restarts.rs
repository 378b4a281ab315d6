//! A grid that is restored from its saved state goes on as if nothing had happened, or says why it can't.

use proptest::proptest;
use sdk::{Number, Strategy};

use super::exchange::{Exchange, Faults, setup, spec};
use super::tables::params;
use super::walks::{config, some_faults, some_params, some_walk};
use crate::params::Params;
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
fn a_state_of_other_parameters_or_versions_is_refused() {
    let state = saved();
    let other = Params { price_interval: Number::whole(20), ..params() };
    let error = fresh(&other).restore(state.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("its levels are not those of these parameters"), "{error}");
    let error =
        fresh(&params()).restore(state.replacen("grid 2", "grid 3", 1).as_bytes()).unwrap_err().to_string();
    assert!(error.contains("it begins with `grid 3`"), "{error}");
}

#[test]
fn damaged_states_are_refused_and_change_nothing() {
    let state = saved();
    let mut grid = fresh(&params());
    let before = grid.save();
    let mut refused = 0;
    for cut in 0..state.len() {
        for damaged in [state[..cut].to_owned(), format!("{}\u{7}{}", &state[..cut], &state[cut + 1..])] {
            match grid.restore(damaged.as_bytes()) {
                Ok(()) => grid = fresh(&params()),
                Err(_) => refused += 1,
            }
            assert_eq!(grid.save(), before);
        }
    }
    // Cut at the end of a slot's line, or inside its last number, it is a sound state of fewer slots.
    assert!(refused >= 2 * state.len() - 10, "{refused} of {}", 2 * state.len());
    assert!(grid.restore(&[0xff, 0xfe]).is_err());
    assert!(grid.restore(b"").is_err());
}

#[test]
fn a_stop_outlives_a_restart() {
    let params = Params { take_profit_price: Number::whole(1050), ..params() };
    let mut exchange = Exchange::new(&params, spec(), Faults::default(), 1).with_twin(&params);
    for price in [1000, 1050] {
        exchange.trade(price);
    }
    assert_eq!(exchange.grid.save(), b"grid 2\nstopped\n");
    exchange.trade(1000);
}
