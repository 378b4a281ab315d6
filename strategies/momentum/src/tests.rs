//! The readings against numbers worked out by hand.

use proptest::prelude::*;
use sdk::indicators::{Roc, Rsi};
use sdk::{Number, Price, Side};

use crate::params::{Params, Style};
use crate::signals::{Bounds, Signals};

fn signals(params: &Params) -> (Signals, Bounds) {
    (Signals::new(params), Bounds::new(params))
}

fn small(style: Style) -> Params {
    Params { style, rsi_period: 2, roc_period: 2, momentum_threshold: Number::whole(1), ..Params::default() }
}

fn feed(params: &Params, closes: &[i64]) -> Signals {
    let (mut signals, bounds) = signals(params);
    for close in closes {
        signals.update(Price::from_ticks(*close), &bounds);
    }
    signals
}

#[test]
fn a_move_is_entered_above_the_threshold_and_below_overbought() {
    // Changes −1, +1, +x: gain (0.5 + x)/2, loss 0.25. At x = 1 that is an index of 75 and a change of 2 in 99.
    for (overbought, threshold, expected) in [(76, 2, true), (75, 2, false), (74, 2, false), (76, 3, false)] {
        let params = Params {
            overbought: Number::whole(overbought),
            momentum_threshold: Number::whole(threshold),
            ..small(Style::Momentum)
        };
        let signals = feed(&params, &[100, 99, 100, 101]);
        let enters = signals.enters(Side::Buy, &Bounds::new(&params));
        assert_eq!(enters, expected, "overbought {overbought}, threshold {threshold}");
        assert!(!signals.enters(Side::Sell, &Bounds::new(&params)));
    }
}

#[test]
fn a_short_is_the_mirror_image_of_a_long() {
    // The same the other way round: an index of 25, and a change of −2 in 101.
    for (oversold, threshold, expected) in [(24, 1, true), (25, 1, false), (26, 1, false), (24, 2, false)] {
        let params = Params {
            oversold: Number::whole(oversold),
            momentum_threshold: Number::whole(threshold),
            ..small(Style::Momentum)
        };
        let signals = feed(&params, &[100, 101, 100, 99]);
        let enters = signals.enters(Side::Sell, &Bounds::new(&params));
        assert_eq!(enters, expected, "oversold {oversold}, threshold {threshold}");
    }
}

#[test]
fn a_market_that_never_moved_is_not_oversold() {
    // The index of no change at all is 0 by convention.
    let params = small(Style::Contrarian);
    let bounds = Bounds::new(&params);
    assert!(!feed(&params, &[100; 9]).enters(Side::Buy, &bounds));
    assert!(feed(&params, &[100, 101, 100, 98]).enters(Side::Buy, &bounds));
    // It fell, and then stood still for as many bars as the index looks back.
    assert!(feed(&params, &[100, 101, 100, 98, 98]).enters(Side::Buy, &bounds));
    assert!(!feed(&params, &[100, 101, 100, 98, 98, 98]).enters(Side::Buy, &bounds));
}

#[test]
fn what_began_before_there_were_readings_is_not_entered() {
    let params = small(Style::Contrarian);
    assert!(!feed(&params, &[100, 99, 98, 97, 96]).enters(Side::Buy, &Bounds::new(&params)));
}

proptest! {
    #[test]
    fn a_rise_is_entered_once_until_it_is_over(closes in prop::collection::vec(90_i64..110, 1..200)) {
        let params = small(Style::Momentum);
        let (mut signals, bounds) = signals(&params);
        let (mut rsi, mut roc) = (Rsi::new(2), Roc::new(2));
        // Whether the last rise, entered or overdone or begun unseen, is over.
        let mut over = false;
        for close in closes {
            signals.update(Price::from_ticks(close), &bounds);
            let (Some(index), Some(change)) = (rsi.update(close as f64), roc.update(close as f64)) else {
                prop_assert!(!signals.enters(Side::Buy, &bounds));
                continue;
            };
            let rises = change > 1.0 && index > 50.0;
            over = (over || !rises) && index < 70.0;
            prop_assert_eq!(signals.enters(Side::Buy, &bounds), over && rises);
            if over && rises {
                signals.used(Side::Buy);
                over = false;
            }
        }
    }
}
