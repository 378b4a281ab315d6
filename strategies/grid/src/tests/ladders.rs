//! The ladder's arithmetic: exact, rising, on ticks, the same every time, and ended where it must end.

use proptest::prelude::{Strategy, any};
use proptest::{prop_assert, prop_assert_eq, prop_assume, proptest};
use sdk::{Instrument, InstrumentId, Number, Price, Rate, Side};

use super::exchange::spec;
use super::tables::params;
use super::walks::config;
use crate::ladder::{Ladder, MAX_LEVELS};
use crate::params::{Direction, Params, Spacing};
use crate::plan::Plan;

/// A ladder without fees and with an amount for every price.
fn ladder(params: &Params, anchor: i64) -> Option<Ladder> {
    let mut spec = spec();
    spec.fees.maker = Rate::ZERO;
    spec.lot_size = "0.000001".parse().unwrap();
    let instrument = Instrument::new(InstrumentId(0), spec).unwrap();
    let plan = Plan::new(params, &instrument).unwrap();
    Ladder::new(&plan, &instrument, Price::from_ticks(anchor)).ok()
}

fn ticks(ladder: &Ladder) -> Vec<i64> {
    ladder.levels().iter().map(|level| level.ticks()).collect()
}

fn ranged(lower: i64, upper: i64, base: Params) -> Params {
    Params { price_lower: Number::whole(lower), price_upper: Number::whole(upper), ..base }
}

fn geometric(pct: i64) -> Params {
    Params { spacing_pct: Number::whole(pct), order_quantity: Number::whole(1_000_000), ..Params::default() }
}

#[test]
fn levels_stand_where_the_arithmetic_puts_them() {
    let arithmetic = params();
    for (params, anchor, expected) in [
        (ranged(965, 1030, arithmetic.clone()), 1000, vec![970, 980, 990, 1000, 1010, 1020, 1030]),
        // The anchor need not lie in the range: its levels are the same.
        (ranged(965, 990, arithmetic.clone()), 1003, vec![973, 983]),
        (ranged(1015, 1035, arithmetic), 1003, vec![1023, 1033]),
        (ranged(800, 1400, geometric(10)), 1000, vec![826, 909, 1000, 1100, 1210, 1331]),
        (ranged(1, 8, geometric(100)), 1, vec![1, 2, 4, 8]),
    ] {
        assert_eq!(ticks(&ladder(&params, anchor).unwrap()), expected, "{params:?}");
    }
}

#[test]
fn a_ladder_without_bounds_reaches_a_hundredfold_each_way_or_to_its_most_levels() {
    let wide = ladder(&geometric(10), 1_000_000).unwrap();
    let levels = ticks(&wide);
    assert!(levels[0] >= 10_000 && levels[0] < 11_001, "{}", levels[0]);
    let last = *levels.last().unwrap();
    assert!(last <= 100_000_000 && last > 90_909_090, "{last}");
    let dense =
        Params { price_interval: Number::whole(1), order_quantity: Number::whole(1_000_000), ..params() };
    let levels = ticks(&ladder(&dense, 1_000_000).unwrap());
    assert_eq!(levels.len(), 2 * MAX_LEVELS + 1);
    assert_eq!((levels[0], levels[MAX_LEVELS]), (990_000, 1_000_000));
}

#[test]
fn an_unbounded_arithmetic_ladder_ends_where_its_fees_eat_it() {
    let instrument = Instrument::new(InstrumentId(0), spec()).unwrap();
    let plan =
        Plan::new(&Params { order_quantity: Number::whole(1_000_000), ..params() }, &instrument).unwrap();
    let ladder = Ladder::new(&plan, &instrument, Price::from_ticks(1000)).unwrap();
    // 10 − 0.001 × (a + a + 10) is above zero up to a = 4994; the highest such level is 4990.
    assert_eq!(ladder.levels().last(), Some(&Price::from_ticks(5000)));
    assert_eq!(ladder.levels().first(), Some(&Price::from_ticks(10)));
}

#[test]
fn sides_follow_the_direction() {
    for (direction, expected) in [
        (Direction::Long, [Side::Buy; 4]),
        (Direction::Short, [Side::Sell; 4]),
        (Direction::Neutral, [Side::Buy, Side::Buy, Side::Sell, Side::Sell]),
    ] {
        let ladder = ladder(&Params { direction, ..ranged(980, 1020, params()) }, 1000).unwrap();
        assert_eq!([0, 1, 2, 3].map(|at| ladder.entry_side(at)), expected.map(Some), "{direction:?}");
        assert_eq!([-1, 4, i64::MAX].map(|at| ladder.entry_side(at)), [None; 3]);
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn geometric_levels_rise_by_their_share_to_half_a_tick(anchor in 1..10_000_000_i64, nanos in 100_000..500_000_000_i64) {
        let spacing_pct = Number::scaled(nanos, 7);
        let params = Params { spacing: Spacing::Geometric, spacing_pct, ..geometric(1) };
        let (made, made_again) = (ladder(&params, anchor), ladder(&params, anchor));
        prop_assume!(made.is_some());
        let ladder = made.unwrap();
        prop_assert_eq!(&ladder, &made_again.unwrap());
        let levels = ticks(&ladder);
        let origin = levels.iter().position(|level| *level == anchor).unwrap();
        let factor = 1.0 + nanos as f64 / 1e9;
        for (at, level) in levels.iter().enumerate() {
            let exact = anchor as f64 * factor.powf(at as f64 - origin as f64);
            prop_assert!((*level as f64 - exact).abs() <= 0.5 + exact * 1e-9, "level {} of {}: {} for {}", at, origin, level, exact);
        }
        prop_assert!(levels.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_place_in_the_ladder_is_what_a_plain_search_finds(
        anchor in 500..2_000_i64,
        walk in proptest::collection::vec((1..4_000_i64, 0..60_i64), 1..60),
        start in any::<u8>().prop_map(|start| i64::from(start) * 10 + 1),
    ) {
        let ladder = ladder(&geometric(5), anchor).unwrap();
        let mut place = crate::place::Place::new(&ladder, Price::from_ticks(start), Price::from_ticks(start));
        for (bid, spread) in walk {
            let ask = bid + spread;
            let before = place;
            let moved = place.set(&ladder, Price::from_ticks(bid), Price::from_ticks(ask));
            let levels = ticks(&ladder);
            let below = levels.iter().filter(|level| **level < ask).count() as i64;
            let above = levels.iter().filter(|level| **level <= bid).count() as i64;
            // The nearest level that rests has depth 0, the next one towards the market would take.
            prop_assert_eq!((place.depth(Side::Buy, below - 1), place.depth(Side::Sell, above)), (0, 0));
            let same = before.depth(Side::Buy, 0) == place.depth(Side::Buy, 0)
                && before.depth(Side::Sell, 0) == place.depth(Side::Sell, 0);
            prop_assert_eq!(moved, !same);
        }
    }
}
