//! A golden run over the daily bars that come with the tree, with everything that conditions do to entries switched on.

use grid as _;
use testkit::{Conditions, Lab, LabError, daily_bars};

const PLAIN: &str = "spacing_pct = 2\norder_quantity = 100\nbuy_window_size = 8\nsell_window_size = 8\nmax_grid_layers = 20\n\
                     price_lower = 3000\nprice_upper = 9000\n";
const CONDITIONS: [&str; 5] = [
    "trailing_shift = 'both'\n",
    "atr_multiplier = 0.5\n",
    "inventory_skew = 4\n",
    "regime_filter = true\nregime_ema_period = 20\n",
    "funding_pause_minutes = 1440\nfunding_min_bps = 1\n",
];

/// The gate refuses nothing. What the venue rejects are post-only orders that would have taken, every one of them sent in answer
/// to a fill: exits (35, 26 and 39 of them), and entries of slots that have just closed. A fill inside a bar is told before the
/// bar, so the grid answers it knowing the close before, while the venue stands at the new one already. A day that runs
/// through a slot's entry and past its exit leaves that exit on the wrong side of the market, which no strategy can know before
/// it has sent the order. At the next price the grid sends it again, to where it rests.
const EXPECTED: [&str; 3] = [
    "long: 10845.58393566224, 2150 orders, 400 fills, -2.00214978472 funding, 0 refused, 47 rejected",
    "short: 1660.1736818283, 2192 orders, 394 fills, 28.15974828076 funding, 0 refused, 31 rejected",
    "neutral: 5610.89934615313, 2577 orders, 480 fills, 16.11931552249 funding, 0 refused, 45 rejected",
];

/// The sample begins on 2017-08-16, day 17 394, and has no gap.
fn sample() -> Result<Conditions<'static>, LabError> {
    let mut lab = Lab::new()?;
    lab.spec.lot_size = "0.00001".parse()?;
    lab.spec.min_notional = "5".parse()?;
    let bars = daily_bars(include_str!("../../../examples/data/btcusdt_1d.csv"), 17_394);
    assert_eq!(bars.len(), 1_246);
    Ok(Conditions { lab, id: "grid", plain: PLAIN, conditions: &CONDITIONS, bars })
}

#[test]
fn with_every_condition_on() -> Result<(), LabError> {
    let sample = sample()?;
    let mut actual = Vec::new();
    for direction in ["long", "short", "neutral"] {
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
