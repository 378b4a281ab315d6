//! The bands against numbers worked out by hand, and against the definition.

use proptest::prelude::*;
use sdk::{Bar, Number, Price, Side, behind};

use crate::bands::{Bands, Bounds};
use crate::params::Params;

fn params(period: u32, out: i64, back: i64) -> Params {
    // In hundredths of a standard deviation.
    let [std_multiplier, reversion_threshold] = [out, back].map(|hundredths| Number::scaled(hundredths, 2));
    Params { period, std_multiplier, reversion_threshold, ..Params::default() }
}

fn bar(close: i64) -> Bar {
    let price = Price::from_ticks(close);
    Bar { open: price, high: price, low: price, close: price, ..Bar::default() }
}

fn feed(params: &Params, closes: &[i64]) -> (Bands, Bounds) {
    let (mut bands, bounds) = (Bands::new(params), Bounds::new(params));
    for close in closes {
        bands.update(&bar(*close), &bounds);
    }
    (bands, bounds)
}

/// Mean 5, variance (9 + 1 + 1 + 1 + 0 + 0 + 4 + 16)/8 = 4, so σ = 2: the last one is 2 deviations above.
const EIGHT: [i64; 8] = [2, 4, 4, 4, 5, 5, 7, 9];

#[test]
fn on_the_band_is_not_beyond_it() {
    for (out, expected) in [(199, true), (200, false)] {
        let mut closes = vec![6];
        closes.extend(EIGHT);
        // One more at the beginning, so that there is a close inside the band first.
        let (bands, bounds) = feed(&params(8, out, 50), &closes);
        assert_eq!(bands.enters(Side::Sell, &bounds), expected, "{out}");
        assert!(!bands.enters(Side::Buy, &bounds));
    }
}

#[test]
fn at_the_threshold_it_has_come_back_and_past_the_mean_as_well() {
    // 9 is 2 deviations above: far from back for a seller, past the mean for a buyer.
    for (back, seller) in [(199, false), (200, true)] {
        let (bands, bounds) = feed(&params(8, 300, back), &EIGHT);
        assert_eq!(bands.leaves(Side::Sell, &bounds), seller, "{back}");
        assert!(bands.leaves(Side::Buy, &bounds));
    }
}

#[test]
fn the_stop_in_deviations_is_rounded_away_from_the_entry() {
    let (bands, _) = feed(&params(8, 300, 50), &EIGHT);
    assert_eq!([bands.distance(1.5), bands.distance(1.6), bands.distance(0.1)], [Some(3), Some(4), Some(1)]);
    let entry = Price::from_ticks(9);
    assert_eq!(behind(entry, Side::Buy, 3), Some(Price::from_ticks(6)));
    assert_eq!(behind(entry, Side::Sell, 3), Some(Price::from_ticks(12)));
    assert_eq!(behind(entry, Side::Buy, 9), None);
    assert_eq!(behind(entry, Side::Buy, i64::MAX), None);
    assert_eq!(behind(entry, Side::Sell, i64::MIN), None);
}

#[test]
fn a_market_that_stands_still_is_at_its_mean() {
    let (bands, bounds) = feed(&params(3, 100, 0), &[100, 100, 100]);
    for side in [Side::Buy, Side::Sell] {
        assert!(!bands.enters(side, &bounds));
        assert!(bands.leaves(side, &bounds));
    }
}

#[test]
fn what_was_out_before_there_were_bands_is_not_entered() {
    let (bands, bounds) = feed(&params(4, 100, 0), &[100, 100, 100, 50]);
    assert!(!bands.enters(Side::Buy, &bounds));
}

proptest! {
    #[test]
    fn signals_are_those_of_the_definition(closes in prop::collection::vec(900_i64..1100, 8..120)) {
        let params = params(7, 150, 50);
        let (mut bands, bounds) = (Bands::new(&params), Bounds::new(&params));
        let mut inside = [false, false];
        for (at, close) in closes.iter().enumerate() {
            bands.update(&bar(*close), &bounds);
            let Some(window) = (at + 1).checked_sub(7).map(|from| &closes[from..=at]) else { continue };
            let mean = window.iter().sum::<i64>() as f64 / 7.0;
            let sigma = (window.iter().map(|c| (*c as f64 - mean).powi(2)).sum::<f64>() / 7.0).sqrt();
            let z = (*close as f64 - mean) / sigma.max(1e-9);
            // The two ways of counting may differ in the last digit.
            if (z.abs() - 1.5).abs() < 1e-9 || (z.abs() - 0.5).abs() < 1e-9 {
                return Ok(());
            }
            for (place, side) in [Side::Buy, Side::Sell].into_iter().enumerate() {
                let z = z * side.sign() as f64;
                inside[place] |= z >= -1.5;
                let expected = inside[place] && z < -1.5;
                prop_assert_eq!(bands.enters(side, &bounds), expected, "{:?} at {}", side, at);
                prop_assert_eq!(bands.leaves(side, &bounds), z >= -0.5, "{:?} at {}", side, at);
                if expected {
                    bands.used(side);
                    inside[place] = false;
                }
            }
        }
    }
}
