//! On one side of a liquidation price the balance is above the maintenance margin, on the other it is not: for random legs and tiers.

use proptest::prelude::*;
use quantmesh_margin::{Backed, TierRow, Tiers, liquidation_prices};
use types::{Contract, Instrument, Money, Position, Price, Qty, Rate};

use crate::given::instrument;

/// Up to five tiers whose rates rise and whose floors are whole units of money.
fn any_tiers() -> impl Strategy<Value = Tiers> {
    prop::collection::vec((1_i64..2_000_000, 1_i64..60_000_000), 1..6).prop_map(|steps| {
        let (mut floor, mut rate) = (0_i64, 0_i64);
        let mut rows: Vec<TierRow> = Vec::new();
        for (size, step) in steps {
            rate += step;
            let next = floor + size;
            rows.push(TierRow {
                floor: Money::from_units(i128::from(floor) * 1_000_000_000_000_000),
                cap: Some(Money::from_units(i128::from(next) * 1_000_000_000_000_000)),
                rate: Rate::from_nanos(rate),
                deduction: None,
                max_leverage: 1,
            });
            floor = next;
        }
        if let Some(last) = rows.last_mut() {
            last.cap = None;
        }
        Tiers::new(&rows).unwrap()
    })
}

/// Balance less maintenance margin at a price, in units: by the account's own rounding, apart from what solves for the price.
fn spare(of: &Instrument, tiers: &Tiers, legs: &[Position], backing: Money, at: Price) -> i128 {
    let mut sum = backing.units();
    for leg in legs {
        let worth = of.worth(at, leg.qty).unwrap().units();
        let notional = of.notional(at, leg.qty.abs()).unwrap();
        sum += worth - leg.cost.units() - tiers.maintenance(notional).unwrap().units();
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_prices_are_where_safety_ends(
        tiers in any_tiers(),
        inverse in any::<bool>(),
        long in (0_i64..100_000, 1_i64..2_000_000),
        short in (0_i64..100_000, 1_i64..2_000_000),
        one_way in any::<bool>(),
        wallet in -200_i64..20_000,
        probes in prop::collection::vec(1_i64..5_000_000, 8),
    ) {
        let of = if inverse {
            instrument(0, "BTC", Contract::Inverse, ["0.1", "1", "1"])
        } else {
            instrument(0, "BTC", Contract::Linear, ["0.1", "0.001", "1"])
        };
        // A wallet of whole thousandths of a coin, or of whole units of quote.
        let backing = Money::from_units(i128::from(wallet) * if inverse { 10_i128.pow(15) } else { 10_i128.pow(18) });
        let position = |lots: i64, entry: i64| {
            let qty = Qty::from_lots(lots);
            Position { qty, cost: of.worth(Price::from_ticks(entry), qty).unwrap() }
        };
        let legs = if one_way {
            vec![position(long.0 - short.0, long.1)]
        } else {
            vec![position(long.0, long.1), position(-short.0, short.1)]
        };
        let backed: Vec<_> =
            legs.iter().map(|leg| Backed { position: *leg, tiers: tiers.rows() }).collect();
        let found = liquidation_prices(&of, &backed, backing).unwrap();
        // Each leg's maintenance margin is rounded up, and an inverse contract's worth and notional to the nearest unit.
        let slack = 4_i128;
        let near = [found.below_tick, found.above_tick].into_iter().flatten();
        let mut ticks: Vec<i64> = near.flat_map(|tick| [-1, 0, 1].map(|step| tick.ticks() + step)).collect();
        ticks.extend(&probes);
        for tick in ticks.into_iter().filter(|tick| *tick > 0) {
            let at = Price::from_ticks(tick);
            let left = spare(&of, &tiers, &legs, backing, at);
            let due = found.always
                || found.below_tick.is_some_and(|below| at <= below)
                || found.above_tick.is_some_and(|above| at >= above);
            if due {
                prop_assert!(left <= slack, "due at {tick}, and {left} is left: {found:?}");
            } else {
                prop_assert!(left > -slack, "safe at {tick}, and {left} is missing: {found:?}");
            }
        }
    }

    /// With a tick fine enough the balance at the price is the maintenance margin to the unit.
    #[test]
    fn at_the_price_the_balance_is_the_maintenance_margin(
        tiers in any_tiers(),
        lots in 1_i64..1_000,
        entry in 1_000_000_000_i64..100_000_000_000,
        leverage in 2_i64..20,
        buys in any::<bool>(),
    ) {
        // One tick of 10⁻⁹ of one lot of 10⁻⁹ is one unit of money: a tick moves the balance by `lots` units at most.
        let of = instrument(0, "BTC", Contract::Linear, ["0.000000001", "0.000000001", "1"]);
        let qty = Qty::from_lots(if buys { lots } else { -lots });
        let cost = of.worth(Price::from_ticks(entry), qty).unwrap();
        let backing = Money::from_units(cost.units().abs() / i128::from(leverage));
        let position = Position { qty, cost };
        let found = liquidation_prices(&of, &[Backed { position, tiers: tiers.rows() }], backing).unwrap();
        let Some(tick) = found.below_tick.or(found.above_tick) else { return Ok(()) };
        let left = spare(&of, &tiers, &[position], backing, tick);
        prop_assert!(left <= 0, "{left} at {tick}");
        prop_assert!(left >= -2 * i128::from(lots) - 1, "{left} at {tick}");
        if lots == 1 {
            prop_assert!(left.abs() <= 2);
        }
    }
}
