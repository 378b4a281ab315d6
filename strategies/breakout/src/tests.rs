//! Sizes and stops against numbers from the source, and the channels against the definition.

use proptest::prelude::*;
use sdk::{
    Bar, Contract, FeeSchedule, Instrument, InstrumentId, InstrumentSpec, Money, Price, Qty, Rate, Side,
    behind,
};

use crate::channel::{Breaks, Channels};
use crate::params::Params;
use crate::risk::{Risk, better};

fn rate(text: &str) -> Rate {
    Rate::from_decimal(text.parse().unwrap()).unwrap()
}

/// Heating oil: contracts of 42 000 gallons, quoted in dollars per gallon.
fn heating_oil() -> Instrument {
    let usd = "USD".parse().unwrap();
    let fees = FeeSchedule { maker: Rate::ZERO, taker: Rate::ZERO, asset: usd, asset_price: None };
    let spec = InstrumentSpec {
        symbol: "HO03H".into(),
        contract: Contract::Linear,
        base: "HO".parse().unwrap(),
        quote: usd,
        tick_size: "0.0001".parse().unwrap(),
        lot_size: "1".parse().unwrap(),
        multiplier: "42000".parse().unwrap(),
        min_qty: "0".parse().unwrap(),
        max_qty: "0".parse().unwrap(),
        min_notional: "0".parse().unwrap(),
        fees,
    };
    Instrument::new(InstrumentId(0), spec).unwrap()
}

#[test]
fn a_unit_is_the_one_of_the_turtles() {
    // Faith's example: N = 0.0141 and 1 % of 1 000 000 per N make 16.88 contracts; of 100 000, 1.688.
    let risk = Risk { share: rate("0.02"), leverage: rate("1") };
    let two_n = 2 * 141;
    for (equity, contracts) in [("1000000", 16), ("100000", 1), ("50000", 0), ("-1", -1)] {
        let lots = risk.lots(&heating_oil(), Price::from_ticks(7162), equity.parse().unwrap(), two_n);
        assert_eq!(lots, Ok(Qty::from_lots(contracts)), "{equity}");
    }
}

#[test]
fn leverage_caps_what_the_risk_allows() {
    // One contract is worth 42 000 × 0.7162 = 30 080.4.
    for (leverage, contracts) in [("0.1", 3), ("0.5", 16), ("0.4", 13)] {
        let risk = Risk { share: rate("0.02"), leverage: rate(leverage) };
        let lots = risk.lots(&heating_oil(), Price::from_ticks(7162), "1000000".parse().unwrap(), 282);
        assert_eq!(lots, Ok(Qty::from_lots(contracts)), "{leverage}");
    }
}

#[test]
fn a_stop_is_behind_and_never_at_zero() {
    let at = Price::from_ticks;
    assert_eq!(behind(at(100), Side::Buy, 7), Some(at(93)));
    assert_eq!(behind(at(100), Side::Sell, 7), Some(at(107)));
    assert_eq!(behind(at(7), Side::Buy, 7), None);
    assert_eq!(behind(at(7), Side::Sell, i64::MAX), None);
    assert_eq!((better(Side::Buy, at(1), at(2)), better(Side::Sell, at(1), at(2))), (at(2), at(1)));
}

proptest! {
    #[test]
    fn the_stop_never_costs_more_than_the_risk(
        equity in 0_i64..1_000_000_000,
        price in 1_i64..1_000_000,
        distance in 1_i64..100_000,
        share in 0_i64..1_000_000_000,
        leverage in 1_i64..20_000_000_000,
    ) {
        let instrument = heating_oil();
        let equity = Money::from_units(i128::from(equity) * 1_000_000_000_000_000_000);
        let risk = Risk { share: Rate::from_nanos(share), leverage: Rate::from_nanos(leverage) };
        let lots = risk.lots(&instrument, Price::from_ticks(price), equity, distance).unwrap();
        let fits = |lots: Qty| {
            let loss = instrument.notional(Price::from_ticks(distance), lots).unwrap().units();
            let worth = instrument.notional(Price::from_ticks(price), lots).unwrap().units();
            let nano = 1_000_000_000;
            loss * nano <= equity.units() * i128::from(share)
                && worth * nano <= equity.units() * i128::from(leverage)
        };
        prop_assert!(fits(lots));
        prop_assert!(!fits(Qty::from_lots(lots.lots() + 1)), "one more would fit as well");
    }

    #[test]
    fn breaks_are_those_of_the_definition(walk in prop::collection::vec((0_i64..9, 0_i64..9, 0_i64..9), 1..60)) {
        let params = Params { entry_period: 5, exit_period: 3, ..Params::default() };
        let mut channels = Channels::new(&params);
        let bars: Vec<Bar> = walk
            .iter()
            .map(|(one, two, three)| {
                let [low, close, high] = {
                    let mut prices = [100 + one, 100 + two, 100 + three];
                    prices.sort_unstable();
                    prices.map(Price::from_ticks)
                };
                Bar { open: close, high, low, close, ..Bar::default() }
            })
            .collect();
        for (at, bar) in bars.iter().enumerate() {
            let broken = |period: usize| {
                let before = &bars[at.checked_sub(period)?..at];
                let above = before.iter().all(|old| bar.close > old.high);
                let below = before.iter().all(|old| bar.close < old.low);
                if above { Some(Side::Buy) } else { below.then_some(Side::Sell) }
            };
            prop_assert_eq!(channels.update(bar), Breaks { entry: broken(5), exit: broken(3) });
        }
    }
}
