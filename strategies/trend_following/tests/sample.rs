//! A golden run over the daily bars that come with the tree, with both filters and the trailing stop in ATRs switched on.

use testkit::{Conditions, Lab, LabError, daily_bars};
use trend_following as _;

const PLAIN: &str = "short_period = 5\nlong_period = 20\nsignal = 'level'\nsize = 0.95\n";
const CONDITIONS: [&str; 3] = [
    "atr_stop_multiplier = 3\ntrailing_stop = true\n",
    "regime_filter = true\nregime_ema_period = 20\n",
    "funding_pause_minutes = 1440\nfunding_min_bps = 1\n",
];

const EXPECTED: [&str; 3] = [
    "long: 28255.66820300915, 176 orders, 36 fills, -127.79394392593 funding, 0 refused, 0 rejected",
    "short: 11568.02601242064, 148 orders, 38 fills, 7.75800720516 funding, 0 refused, 0 rejected",
    "both: 32686.15031847266, 324 orders, 74 fills, -128.40348448538 funding, 0 refused, 0 rejected",
];

/// The sample begins on 2017-08-16, day 17 394, and has no gap.
fn sample() -> Result<Conditions<'static>, LabError> {
    let mut lab = Lab::new()?;
    lab.spec.lot_size = "0.00001".parse()?;
    lab.spec.min_notional = "5".parse()?;
    let bars = daily_bars(include_str!("../../../examples/data/btcusdt_1d.csv"), 17_394);
    assert_eq!(bars.len(), 1_246);
    Ok(Conditions { lab, id: "trend_following", plain: PLAIN, conditions: &CONDITIONS, bars })
}

#[test]
fn with_every_condition_on() -> Result<(), LabError> {
    let sample = sample()?;
    let mut actual = Vec::new();
    for direction in ["long", "short", "both"] {
        actual.push(format!("{direction}: {}", sample.all(&format!("direction = '{direction}'"))?));
    }
    assert_eq!(actual, EXPECTED);
    Ok(())
}

#[test]
fn each_condition_makes_a_difference() -> Result<(), LabError> {
    assert_eq!(sample()?.idle()?, [""; 0]);
    Ok(())
}
