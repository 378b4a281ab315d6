//! Random walks: whatever the price does and whatever goes wrong on the way, the invariants of the exchange hold.

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof};
use proptest::proptest;
use sdk::{Mode, Number, Side};

use super::exchange::{Exchange, Faults, spec};
use crate::params::{Direction, Params, Spacing};

pub(super) fn some_params() -> impl Strategy<Value = Params> {
    let direction = prop_oneof![Just(Direction::Long), Just(Direction::Short), Just(Direction::Neutral)];
    (direction, 0..4_u8, 1..8_u32, 1..8_u32, 0..10_u32, any::<bool>()).prop_map(
        |(direction, spacing, buy_window_size, sell_window_size, max_grid_layers, range)| {
            let (spacing, price_interval) = match spacing {
                0 => (Spacing::Geometric, Number::ZERO),
                wide => (Spacing::Arithmetic, Number::whole(i64::from(wide) * 10)),
            };
            let bound = |price| if range { Number::whole(price) } else { Number::ZERO };
            Params {
                direction,
                spacing,
                price_interval,
                buy_window_size,
                sell_window_size,
                max_grid_layers,
                price_lower: bound(800),
                price_upper: bound(1200),
                ..Params::default()
            }
        },
    )
}

pub(super) fn some_faults() -> impl Strategy<Value = Faults> {
    prop_oneof![
        Just(Faults::default()),
        Just(Faults { part_fill: 3, ..Faults::default() }),
        Just(Faults { part_fill: 4, refusal: 5, late_fill: 0, pause: 40 }),
        Just(Faults { part_fill: 4, refusal: 9, late_fill: 3, pause: 40 }),
    ]
}

/// Steps of a price that is kept between 700 and 1300.
pub(super) fn some_walk() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(prop_oneof![4 => -12..=12_i64, 1 => -90..=90_i64], 1..250).prop_map(|steps| {
        steps
            .into_iter()
            .scan(1000_i64, |price, step| {
                *price = (*price + step).clamp(700, 1300);
                Some(*price)
            })
            .collect()
    })
}

/// A failure prints its smallest tape, which is to become a test of its own; nothing is written to disk.
pub(super) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn trades_keep_every_invariant(params in some_params(), faults in some_faults(), walk in some_walk(), seed: u64) {
        let mut exchange = Exchange::new(&params, spec(), faults, seed);
        for price in walk {
            exchange.trade(price);
        }
    }

    #[test]
    fn bars_keep_every_invariant(params in some_params(), faults in some_faults(), walk in some_walk(), seed: u64) {
        let mut exchange = Exchange::new(&params, spec(), faults, seed);
        for prices in walk.as_chunks::<4>().0 {
            let (low, high) = (*prices.iter().min().unwrap(), *prices.iter().max().unwrap());
            let (first, second) = if seed.is_multiple_of(2) { (low, high) } else { (high, low) };
            exchange.bar(prices[0], first, second, prices[3]);
        }
    }

    /// Once the price comes to rest with nothing in the way, the orders that should be there are there.
    #[test]
    fn the_grid_recovers_from_every_fault(params in some_params(), walk in some_walk(), seed: u64) {
        let faults = Faults { part_fill: 4, refusal: 5, late_fill: 0, pause: 40 };
        let params = Params { price_lower: Number::ZERO, price_upper: Number::ZERO, ..params };
        let mut exchange = Exchange::new(&params, spec(), faults, seed);
        for price in walk {
            exchange.trade(price);
        }
        exchange.calm();
        let last = exchange.market.last.unwrap().ticks();
        for price in [last + 45, last, last + 45, last] {
            exchange.trade(price);
        }
        for side in exchange.grid.plan.entry_sides() {
            let own = || exchange.grid.slots.iter().filter(|slot| slot.side == *side);
            let held = own().filter(|slot| !slot.state.is_entry()).count();
            let entering = own().filter(|slot| slot.state.is_entry()).count();
            let cap = usize::try_from(exchange.grid.plan.cap(*side)).unwrap();
            let open = (0..exchange.grid.plan.window(*side))
                .map(|depth| exchange.grid.place.slot_at(*side, depth))
                .filter(|at| exchange.grid.ladder.entry_side(*at) == Some(*side))
                .filter(|at| own().all(|slot| slot.at != *at || slot.state.is_entry()))
                .count();
            assert!(entering >= open.min(cap.saturating_sub(held)), "{entering} of {open}, held {held}, cap {cap}");
        }
    }
}

#[test]
fn a_long_swing_earns_what_the_arithmetic_says() {
    let params = Params {
        spacing: Spacing::Arithmetic,
        price_interval: Number::whole(10),
        buy_window_size: 5,
        sell_window_size: 5,
        price_upper: Number::whole(1000),
        ..Params::default()
    };
    let mut exchange = Exchange::new(&params, spec(), Faults::default(), 1);
    let before = exchange.equity.units();
    for _ in 0..3 {
        for price in [1000, 979, 1001] {
            exchange.trade(price);
        }
    }
    // Each swing buys 0.101 at 990 and 0.102 at 980, and sells each ten higher.
    let one = |qty: i128, low: i128| qty * (10 * 1000 - (low + low + 10));
    let expected = 3 * (one(101, 990) + one(102, 980)) * 1_000_000_000_000;
    assert_eq!(exchange.equity.units() - before, expected);
    assert!(exchange.market.position.is_flat());
    assert_eq!(exchange.fills, 12);
}

#[test]
fn when_nothing_changes_nothing_is_wished_for() {
    let mut exchange = Exchange::new(&super::tables::params(), spec(), Faults::default(), 1);
    exchange.trade(1000);
    exchange.take_said();
    for price in [1000, 999, 995, 991, 1000].into_iter().cycle().take(1000) {
        exchange.trade(price);
    }
    assert_eq!(exchange.take_said(), "");
    assert_eq!((exchange.live(), exchange.mode), (2, Mode::Running));
    assert!(exchange.grid.slots.iter().all(|slot| slot.side == Side::Buy));
}
