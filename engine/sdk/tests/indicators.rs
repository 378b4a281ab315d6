//! Indicators against TA-Lib's values on real bars, against sums done by hand, and against themselves.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this binary is tests, which may stop where something is not as it should be"
)]

use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
use quantmesh_sdk::indicators::{
    Adx, Atr, Bollinger, Cci, Donchian, Ema, LinearSlope, MAX_PERIOD, Macd, Mfi, Momentum, Natr, Obv,
    ParabolicSar, Roc, RollingMax, RollingMin, RollingVwap, Rsi, Sma, StdDev, StochRsi, Stochastic,
    TrueRange, Vwap, WilderSmoothing, WilliamsR, Wma,
};
use serde_json::Value as Json;

/// One bar. Indicators of single values take the close.
#[derive(Debug, Clone, Copy)]
struct Bar {
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
}

/// Every indicator in one shape: bars in, its outputs as columns.
trait Streaming {
    fn update(&mut self, bar: &Bar) -> bool;
    fn columns(&self) -> Vec<Option<f64>>;
    fn is_ready(&self) -> bool;
    fn warm_up(&self) -> usize;
    fn reset(&mut self);
    fn copy(&self) -> Box<dyn Streaming>;
    fn saved(&self) -> String;
    fn restored(&self, saved: &str) -> Result<Box<dyn Streaming>, serde_json::Error>;
}

macro_rules! streaming {
    ($($name:ident($it:ident, $bar:ident) $update:expr => [$($column:expr),+];)*) => { $(
        impl Streaming for $name {
            fn update(&mut self, $bar: &Bar) -> bool {
                let $it = self;
                let given = $update;
                assert_eq!(given, $it.value(), "update gives what value gives");
                given.is_some()
            }
            fn columns(&self) -> Vec<Option<f64>> {
                let $it = self;
                vec![$($column),+]
            }
            fn is_ready(&self) -> bool { $name::is_ready(self) }
            fn warm_up(&self) -> usize { $name::warm_up(self) }
            fn reset(&mut self) { $name::reset(self) }
            fn copy(&self) -> Box<dyn Streaming> { Box::new(self.clone()) }
            fn saved(&self) -> String { serde_json::to_string(self).unwrap() }
            fn restored(&self, saved: &str) -> Result<Box<dyn Streaming>, serde_json::Error> {
                Ok(Box::new(serde_json::from_str::<Self>(saved)?))
            }
        }
    )* };
}

streaming! {
    Sma(i, bar) i.update(bar.close) => [i.value()];
    Ema(i, bar) i.update(bar.close) => [i.value()];
    Wma(i, bar) i.update(bar.close) => [i.value()];
    WilderSmoothing(i, bar) i.update(bar.close) => [i.value()];
    RollingMax(i, bar) i.update(bar.close) => [i.value()];
    RollingMin(i, bar) i.update(bar.close) => [i.value()];
    StdDev(i, bar) i.update(bar.close) => [i.value()];
    Momentum(i, bar) i.update(bar.close) => [i.value()];
    Roc(i, bar) i.update(bar.close) => [i.value()];
    LinearSlope(i, bar) i.update(bar.close) => [i.value()];
    Rsi(i, bar) i.update(bar.close) => [i.value()];
    StochRsi(i, bar) i.update(bar.close) => [i.value().map(|v| v.k), i.value().map(|v| v.d)];
    Macd(i, bar) i.update(bar.close) =>
        [i.value().map(|v| v.macd), i.value().map(|v| v.signal), i.value().map(|v| v.histogram)];
    Bollinger(i, bar) i.update(bar.close) =>
        [i.value().map(|v| v.upper), i.value().map(|v| v.middle), i.value().map(|v| v.lower)];
    Donchian(i, bar) i.update_bar(bar.high, bar.low) =>
        [i.value().map(|v| v.upper), i.value().map(|v| v.lower), i.value().map(|v| v.middle)];
    ParabolicSar(i, bar) i.update_bar(bar.high, bar.low) =>
        [i.value().map(|v| v.stop), i.value().map(|v| f64::from(v.long))];
    TrueRange(i, bar) i.update_bar(bar.high, bar.low, bar.close) => [i.value()];
    Atr(i, bar) i.update_bar(bar.high, bar.low, bar.close) => [i.value()];
    Natr(i, bar) i.update_bar(bar.high, bar.low, bar.close) => [i.value()];
    Cci(i, bar) i.update_bar(bar.high, bar.low, bar.close) => [i.value()];
    WilliamsR(i, bar) i.update_bar(bar.high, bar.low, bar.close) => [i.value()];
    Stochastic(i, bar) i.update_bar(bar.high, bar.low, bar.close) =>
        [i.value().map(|v| v.k), i.value().map(|v| v.d)];
    Adx(i, bar) i.update_bar(bar.high, bar.low, bar.close) =>
        [i.value().map(|v| v.adx), i.plus_di(), i.minus_di()];
    Obv(i, bar) i.update(bar.close, bar.volume) => [i.value()];
    Vwap(i, bar) i.update_bar(bar.high, bar.low, bar.close, bar.volume) => [i.value()];
    RollingVwap(i, bar) i.update_bar(bar.high, bar.low, bar.close, bar.volume) => [i.value()];
    Mfi(i, bar) i.update_bar(bar.high, bar.low, bar.close, bar.volume) => [i.value()];
}

/// Name in the reference, its columns, the indicator, how far it may be off.
type Row = (&'static str, &'static [&'static str], Box<dyn Streaming>, f64);

/// Largest difference, as a part of the value (of 1, for values under 1). Both sides are floats summed in their own
/// order: a price of 46 000 is known to 7e-12 or 2e-16 of itself, and a few hundred roundings later to 1e-13 or so.
const CLOSE: f64 = 1e-12;
/// CCI is a price less the mean of prices, near zero, known to 7e-12, over 0.015 of a mean deviation that can be 5.
const CANCELLED: f64 = 1e-9;

fn rows() -> Vec<Row> {
    const VALUE: &[&str] = &["value"];
    const KD: &[&str] = &["k", "d"];
    const ADX: &[&str] = &["adx", "plus_di", "minus_di"];
    vec![
        ("sma_5", VALUE, Box::new(Sma::new(5)), CLOSE),
        ("sma_20", VALUE, Box::new(Sma::new(20)), CLOSE),
        ("sma_50", VALUE, Box::new(Sma::new(50)), CLOSE),
        ("ema_5", VALUE, Box::new(Ema::new(5)), CLOSE),
        ("ema_20", VALUE, Box::new(Ema::new(20)), CLOSE),
        ("ema_50", VALUE, Box::new(Ema::new(50)), CLOSE),
        ("wma_5", VALUE, Box::new(Wma::new(5)), CLOSE),
        ("wma_20", VALUE, Box::new(Wma::new(20)), CLOSE),
        ("wma_50", VALUE, Box::new(Wma::new(50)), CLOSE),
        ("rsi_7", VALUE, Box::new(Rsi::new(7)), CLOSE),
        ("rsi_14", VALUE, Box::new(Rsi::new(14)), CLOSE),
        ("true_range", VALUE, Box::new(TrueRange::new()), CLOSE),
        ("atr_7", VALUE, Box::new(Atr::new(7)), CLOSE),
        ("atr_14", VALUE, Box::new(Atr::new(14)), CLOSE),
        ("natr_7", VALUE, Box::new(Natr::new(7)), CLOSE),
        ("natr_14", VALUE, Box::new(Natr::new(14)), CLOSE),
        ("adx_7", ADX, Box::new(Adx::new(7)), CLOSE),
        ("adx_14", ADX, Box::new(Adx::new(14)), CLOSE),
        ("cci_7", VALUE, Box::new(Cci::new(7)), CANCELLED),
        ("cci_14", VALUE, Box::new(Cci::new(14)), CANCELLED),
        ("mfi_7", VALUE, Box::new(Mfi::new(7)), CLOSE),
        ("mfi_14", VALUE, Box::new(Mfi::new(14)), CLOSE),
        ("willr_7", VALUE, Box::new(WilliamsR::new(7)), CLOSE),
        ("willr_14", VALUE, Box::new(WilliamsR::new(14)), CLOSE),
        ("macd_12_26_9", &["macd", "signal", "histogram"], Box::new(Macd::new(12, 26, 9)), CLOSE),
        ("bollinger_20_2", &["upper", "middle", "lower"], Box::new(Bollinger::new(20, 2.0)), CLOSE),
        ("stddev_20", VALUE, Box::new(StdDev::new(20)), CLOSE),
        ("stochastic_14_3_3", KD, Box::new(Stochastic::new(14, 3, 3)), CLOSE),
        ("stochastic_fast_14_3", KD, Box::new(Stochastic::fast(14, 3)), CLOSE),
        ("stochrsi_14_14_3_3", KD, Box::new(StochRsi::new(14, 14, 3)), CLOSE),
        ("obv", VALUE, Box::new(Obv::new()), CLOSE),
        ("roc_10", VALUE, Box::new(Roc::new(10)), CLOSE),
        ("mom_10", VALUE, Box::new(Momentum::new(10)), CLOSE),
        ("linreg_slope_20", VALUE, Box::new(LinearSlope::new(20)), CLOSE),
        ("sar_002_02", VALUE, Box::new(ParabolicSar::new(0.02, 0.2)), CLOSE),
        ("donchian_20", &["upper", "lower"], Box::new(Donchian::new(20)), CLOSE),
        ("vwap_cumulative", VALUE, Box::new(Vwap::new()), CLOSE),
        ("vwap_20", VALUE, Box::new(RollingVwap::new(20)), CLOSE),
    ]
}

fn numbers(series: &Json) -> Vec<Option<f64>> {
    series.as_array().expect("a series is a list").iter().map(Json::as_f64).collect()
}

fn reference_bars(input: &Json) -> Vec<Bar> {
    let [high, low, close, volume] = ["high", "low", "close", "volume"].map(|name| numbers(&input[name]));
    let bar =
        |at: usize| Some(Bar { high: high[at]?, low: low[at]?, close: close[at]?, volume: volume[at]? });
    (0..close.len()).map(|at| bar(at).expect("every bar is whole")).collect()
}

#[test]
fn values_and_first_values_are_those_of_the_reference() {
    let Some(path) = testkit::shared_or_skip("data/reference/indicators_btc_perp_1m.json") else { return };
    let reference: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let bars = reference_bars(&reference["input"]);
    let (mut compared, mut worst, mut faults) = (0_usize, Vec::new(), Vec::new());
    for (key, columns, mut indicator, tolerance) in rows() {
        let expected: Vec<_> =
            columns.iter().map(|name| numbers(&reference["indicators"][key][name])).collect();
        let mut off = 0.0_f64;
        for (at, bar) in bars.iter().enumerate() {
            indicator.update(bar);
            for (got, (name, series)) in indicator.columns().into_iter().zip(columns.iter().zip(&expected)) {
                let difference = match (got, series[at]) {
                    (None, None) => continue,
                    (Some(got), Some(wanted)) => (got - wanted).abs() / wanted.abs().max(1.0),
                    _ => f64::INFINITY,
                };
                compared += 1;
                off = off.max(difference);
                // NaN is within nothing.
                let within = difference <= tolerance;
                if !within {
                    faults.push(format!("{key}.{name}[{at}]: {got:?}, the reference has {:?}", series[at]));
                }
            }
        }
        worst.push(format!("{key} {off:.1e}"));
    }
    println!("{compared} values compared; largest differences: {}", worst.join(", "));
    assert!(
        faults.is_empty(),
        "{} faults, first:\n{}",
        faults.len(),
        faults[..faults.len().min(20)].join("\n")
    );
    assert!(compared > 20_000, "only {compared} values compared");
    let known = reference["indicators"].as_object().unwrap();
    let missing: Vec<_> = known.keys().filter(|key| rows().iter().all(|row| row.0 != *key)).collect();
    assert!(missing.is_empty(), "nothing is held against {missing:?}");
}

/// Bars as text, `close` or `high:low:close:volume` each, and what comes out after each: columns joined by commas, `-`
/// for nothing yet, fractions as `a/b`.
fn check(name: &str, mut indicator: impl Streaming, bars: &str, expected: &str) {
    let (bars, results) = (bars.split_whitespace(), expected.split_whitespace());
    assert_eq!(bars.clone().count(), results.clone().count(), "{name}: one result a bar");
    for (at, (bar, wanted)) in bars.zip(results).enumerate() {
        indicator.update(&bar_of(bar));
        let got = indicator.columns();
        let wanted: Vec<_> = wanted.split(',').map(number_of).collect();
        let wanted = if wanted == [None] { vec![None; got.len()] } else { wanted };
        let same = got.len() == wanted.len()
            && got.iter().zip(&wanted).all(|pair| match pair {
                (Some(got), Some(wanted)) => (got - wanted).abs() < 1e-12,
                (got, wanted) => got == wanted,
            });
        assert!(same, "{name}, bar {at} ({bar}): {got:?}, by hand {wanted:?}");
    }
}

fn bar_of(text: &str) -> Bar {
    let parts: Vec<f64> = text.split(':').map(|part| part.parse().unwrap()).collect();
    match parts[..] {
        [close] => Bar { high: close, low: close, close, volume: 1.0 },
        [high, low] => Bar { high, low, close: low, volume: 1.0 },
        [high, low, close] => Bar { high, low, close, volume: 1.0 },
        [high, low, close, volume] => Bar { high, low, close, volume },
        _ => panic!("{text} is no bar"),
    }
}

fn number_of(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    (text != "-").then(|| above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap())
}

#[test]
fn averages_by_hand() {
    check("sma", Sma::new(3), "1 2 6 4 5", "- - 3 4 5");
    check("ema, alpha 1/2", Ema::new(3), "1 2 6 5 0", "- - 3 4 2");
    check("wma", Wma::new(3), "1 2 6 5 0", "- - 23/6 29/6 16/6");
    check("wilder, alpha 1/3", WilderSmoothing::new(3), "1 2 6 6 1", "- - 3 4 3");
    check("largest", RollingMax::new(3), "5 4 3 2 1 6 6 0 0 0", "- - 5 4 3 6 6 6 6 0");
    check("smallest", RollingMin::new(3), "1 2 3 4 5 0 0 7 7 7", "- - 1 2 3 0 0 0 0 7");
}

#[test]
fn momentum_by_hand() {
    check("momentum", Momentum::new(2), "1 2 4 8", "- - 3 6");
    check("roc", Roc::new(2), "1 2 4 1", "- - 300 -50");
    check("roc against zero", Roc::new(1), "0 5 0", "- 0 -100");
    check("slope", LinearSlope::new(3), "1 2 3 5 5", "- - 1 3/2 1");
    check("slope of a point", LinearSlope::new(1), "7 9", "0 0");
    check("macd 1 2 1", Macd::new(1, 2, 1), "1 2 4", "- 1/2,1/2,0 5/6,5/6,0");
    check("the fast average starts late", Macd::new(2, 3, 2), "1 2 4 8", "- - - 7/6,11/12,1/4");
    check("periods change places", Macd::new(3, 2, 2), "1 2 4 8", "- - - 7/6,11/12,1/4");
}

#[test]
fn oscillators_by_hand() {
    check("rsi", Rsi::new(2), "1 2 1 3", "- - 50 250/3");
    check("rsi of what only rises", Rsi::new(2), "1 2 3 5", "- - 100 100");
    check("rsi of what stands still", Rsi::new(2), "5 5 5 5", "- - 0 0");
    check("stochastic", Stochastic::new(2, 2, 2), "10:0:5 10:0:10 10:0:0 10:0:5", "- - - 25,75/2");
    check("fast", Stochastic::fast(2, 2), "10:0:5 10:0:10 10:0:0 10:0:5", "- - 0,50 50,25");
    check("stochastic without range", Stochastic::fast(2, 1), "5 5 5", "- 0,0 0,0");
    check("stochastic rsi", StochRsi::new(1, 2, 1), "1 2 1 2", "- - 0,0 100,100");
    check("williams", WilliamsR::new(2), "10:0:5 10:0:4 8:2:0", "- -60 -100");
    check("cci", Cci::new(2), "1 3 3", "- 200/3 0");
}

#[test]
fn volatility_by_hand() {
    const BARS: &str = "10:8:9 12:11:11 9:7:8 8:8:8";
    check("true range", TrueRange::new(), BARS, "- 3 4 0");
    check("atr, seeded from the second bar on", Atr::new(2), BARS, "- - 7/2 7/4");
    check("natr", Natr::new(1), "10:8:9 12:11:12", "- 25");
    check("deviation of the population", StdDev::new(2), "1 3 7 7", "- 1 2 0");
    check("bollinger", Bollinger::new(2, 2.0), "1 3 3", "- 4,2,0 3,3,3");
    check("donchian", Donchian::new(2), "10:8 9:7 8:6", "- 10,7,17/2 9,6,15/2");
}

#[test]
fn volume_by_hand() {
    check("obv", Obv::new(), "1:1:1:10 2:2:2:5 1:1:1:3 1:1:1:9", "10 15 12 12");
    check("vwap", Vwap::new(), "5:5:5:0 1:1:1:1 6:4:2:2", "- 1 3");
    check("rolling vwap", RollingVwap::new(2), "1:1:1:1 4:4:4:2 7:7:7:1", "- 3 5");
    check("nothing traded", RollingVwap::new(2), "1:1:1:1 2:2:2:0 3:3:3:0 3:3:3:1", "- 1 - 3");
    // 0.1 + 0.2 − 0.1 − 0.2 leaves a crumb, which is no volume.
    const CRUMB: &str = "3:3:3:1 3:3:3:1 3:3:3:1 3:3:3:0.1 3:3:3:0.2 3:3:3:0 3:3:3:0 3:3:3:0";
    check("nothing but rounding traded", RollingVwap::new(3), CRUMB, "- - 3 3 3 3 3 -");
    check("money flow", Mfi::new(2), "1 2 1 3", "- - 200/3 75");
    check("money that stands still", Mfi::new(2), "2 2 2", "- - 0");
}

#[test]
fn trend_by_hand() {
    check("adx 1", Adx::new(1), "10:8:9 12:9:11 11:6:7", "- 100,200/3,0 100,0,60");
    let expected = "- - -,400/9,0 80,400/33,1600/33";
    check("adx 2", Adx::new(2), "10:8:9 12:9:11 13:10:12 12:6:7", expected);
    check("bars without direction", Adx::new(1), "5 5 6 6", "- 0,0,0 100,100,0 100,0,0");
    check("sar from long", ParabolicSar::new(0.1, 0.2), "10:8 12:9 13:11 10:7 9:6", "- 8,1 8.4,1 13,0 13,0");
    check(
        "sar from short",
        ParabolicSar::new(0.1, 0.2),
        "-8:-10 -9:-12 -11:-13 -7:-10",
        "- -8,0 -8.4,0 -13,1",
    );
}

/// Every indicator with small periods, its name, and the updates its documentation says it warms up for.
fn every(n: usize) -> Vec<(&'static str, Box<dyn Streaming>, usize)> {
    // As its documentation says, a period of 0 counts as 1.
    let p = n.max(1);
    vec![
        ("Sma", Box::new(Sma::new(n)), p),
        ("Ema", Box::new(Ema::new(n)), p),
        ("Wma", Box::new(Wma::new(n)), p),
        ("WilderSmoothing", Box::new(WilderSmoothing::new(n)), p),
        ("RollingMax", Box::new(RollingMax::new(n)), p),
        ("RollingMin", Box::new(RollingMin::new(n)), p),
        ("StdDev", Box::new(StdDev::new(n)), p),
        ("Bollinger", Box::new(Bollinger::new(n, 2.0)), p),
        ("Donchian", Box::new(Donchian::new(n)), p),
        ("LinearSlope", Box::new(LinearSlope::new(n)), p),
        ("WilliamsR", Box::new(WilliamsR::new(n)), p),
        ("Cci", Box::new(Cci::new(n)), p),
        ("RollingVwap", Box::new(RollingVwap::new(n)), p),
        ("Momentum", Box::new(Momentum::new(n)), p + 1),
        ("Roc", Box::new(Roc::new(n)), p + 1),
        ("Rsi", Box::new(Rsi::new(n)), p + 1),
        ("Atr", Box::new(Atr::new(n)), p + 1),
        ("Natr", Box::new(Natr::new(n)), p + 1),
        ("Mfi", Box::new(Mfi::new(n)), p + 1),
        ("Adx", Box::new(Adx::new(n)), 2 * p),
        ("Macd", Box::new(Macd::new(n, n + 3, 4)), n + 3 + 4 - 1),
        ("Stochastic", Box::new(Stochastic::new(n, 3, 2)), p + 3 + 2 - 2),
        ("Stochastic::fast", Box::new(Stochastic::fast(n, 3)), p + 1 + 3 - 2),
        ("StochRsi", Box::new(StochRsi::new(n, 5, 3)), p + 5 + 3 - 1),
        ("TrueRange", Box::new(TrueRange::new()), 2),
        ("ParabolicSar", Box::new(ParabolicSar::new(0.02, 0.2)), 2),
        ("Obv", Box::new(Obv::new()), 1),
        ("Vwap", Box::new(Vwap::new()), 1),
    ]
}

/// Bars in whole numbers or with fractions, close together (many ties) or far apart; every one with volume.
fn bars() -> impl Strategy<Value = Vec<Bar>> {
    let scale =
        prop_oneof![(5_u32..20, 1.0..=1.0), (1000_u32..2_000_000, 1.0..=1.0), (1000_u32..200_000, 0.01..0.9)];
    scale.prop_flat_map(|(most, unit)| {
        let bar = (1..most, 0..most, 0..most, 1..most).prop_map(move |(close, over, under, volume)| {
            let [close, over, under, volume] =
                [close, over / 4, under / 4, volume].map(|n| f64::from(n) * unit);
            Bar { high: close + over, low: close - under, close, volume }
        });
        vec(bar, 1..120)
    })
}

/// Feeds the bars to two of a kind; they must agree to the last bit, after each bar.
fn agree(name: &str, one: &mut dyn Streaming, two: &mut dyn Streaming, bars: &[Bar]) {
    for bar in bars {
        one.update(bar);
        two.update(bar);
        assert_eq!(one.columns(), two.columns(), "{name}");
    }
}

proptest! {
    #[test]
    fn the_first_value_comes_when_documented(n in 0_usize..12, bars in bars()) {
        for (name, mut indicator, warm_up) in every(n) {
            prop_assert_eq!(indicator.warm_up(), warm_up, "{}({})", name, n);
            prop_assert!(!indicator.is_ready());
            for (at, bar) in bars.iter().enumerate() {
                let given = indicator.update(bar);
                prop_assert_eq!(given, at + 1 >= warm_up, "{}({}) at update {}", name, n, at + 1);
                prop_assert_eq!(given, indicator.is_ready());
                let finite = indicator.columns().into_iter().flatten().all(f64::is_finite);
                prop_assert!(finite, "{}({}): {:?}", name, n, indicator.columns());
            }
        }
    }

    #[test]
    fn a_copy_and_a_restored_one_go_on_where_they_stopped(n in 0_usize..12, cut in 0_usize..120, bars in bars()) {
        let (before, after) = bars.split_at(cut.min(bars.len()));
        for (name, mut whole, _) in every(n) {
            before.iter().for_each(|bar| { whole.update(bar); });
            let mut copy = whole.copy();
            let mut restored = whole.restored(&whole.saved()).unwrap();
            prop_assert_eq!(whole.saved(), restored.saved());
            agree(name, whole.copy().as_mut(), restored.as_mut(), after);
            // Another life in between must not touch the one that was copied.
            copy.reset();
            agree(name, copy.as_mut(), every(n).iter().find(|row| row.0 == name).unwrap().1.copy().as_mut(), &bars);
            let mut uninterrupted = every(n).into_iter().find(|row| row.0 == name).unwrap().1;
            before.iter().for_each(|bar| { uninterrupted.update(bar); });
            agree(name, whole.as_mut(), uninterrupted.as_mut(), after);
        }
    }

    #[test]
    fn what_is_not_a_number_is_passed_over(n in 0_usize..8, bars in bars(), bad in 0_usize..4, at in 0_usize..60) {
        let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e101][bad];
        let at = at.min(bars.len());
        for (name, mut indicator, _) in every(n) {
            bars[..at].iter().for_each(|bar| { indicator.update(bar); });
            let before = indicator.saved();
            let was_ready = indicator.is_ready();
            prop_assert_eq!(indicator.update(&Bar { high: bad, low: bad, close: bad, volume: bad }), was_ready);
            prop_assert_eq!(before, indicator.saved(), "{}", name);
        }
    }

    #[test]
    fn one_bad_number_spoils_its_whole_bar(field in 0_usize..4, bars in bars()) {
        let spoilt = |bar: &Bar| {
            let mut values = [bar.high, bar.low, bar.close, bar.volume];
            values[field] = f64::NAN;
            let [high, low, close, volume] = values;
            Bar { high, low, close, volume }
        };
        // Those that read the field; each reads the fields before it too, but for single values.
        let readers: [&[&str]; 4] = [
            &["Donchian", "ParabolicSar", "Atr", "Natr", "Adx", "Cci", "WilliamsR", "Stochastic", "Mfi", "RollingVwap", "Vwap"],
            &["Donchian", "ParabolicSar", "Atr", "Natr", "Adx", "Cci", "WilliamsR", "Stochastic", "Mfi", "RollingVwap", "Vwap"],
            &["Sma", "Rsi", "Atr", "Natr", "Adx", "Cci", "WilliamsR", "Stochastic", "Mfi", "RollingVwap", "Vwap", "Obv"],
            &["Mfi", "RollingVwap", "Vwap", "Obv"],
        ];
        for (name, mut indicator, _) in every(3).into_iter().filter(|row| readers[field].contains(&row.0)) {
            for bar in &bars {
                indicator.update(bar);
                let before = indicator.saved();
                indicator.update(&spoilt(bar));
                prop_assert_eq!(before, indicator.saved(), "{}", name);
            }
        }
    }

    #[test]
    fn windows_agree_with_sums_done_anew(n in 1_usize..40, bars in bars()) {
        let (mut sma, mut wma, mut deviation, mut slope) =
            (Sma::new(n), Wma::new(n), StdDev::new(n), LinearSlope::new(n));
        let (mut most, mut least) = (RollingMax::new(n), RollingMin::new(n));
        let closes: Vec<f64> = bars.iter().map(|bar| bar.close).collect();
        let whole = closes.iter().all(|close| close.fract() == 0.0);
        for (at, close) in closes.iter().enumerate() {
            let got = [sma.update(*close), wma.update(*close), deviation.update(*close), slope.update(*close),
                most.update(*close), least.update(*close)];
            let Some(from) = (at + 1).checked_sub(n) else { continue };
            let window = &closes[from..=at];
            let count = n as f64;
            let mean = window.iter().sum::<f64>() / count;
            let weighted: f64 = window.iter().zip(1_u32..).map(|(x, w)| x * f64::from(w)).sum();
            let variance = window.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            let middle = (count - 1.0) / 2.0;
            let places = || (0_u32..).map(|place| f64::from(place) - middle);
            let spread: f64 = places().take(n).map(|place| place * place).sum();
            let tilt: f64 = window.iter().zip(places()).map(|(x, place)| x * place).sum();
            let wanted = [
                mean, weighted / (count * (count + 1.0) / 2.0), variance.sqrt(), if n > 1 { tilt / spread } else { 0.0 },
                window.iter().copied().fold(f64::MIN, f64::max), window.iter().copied().fold(f64::MAX, f64::min),
            ];
            if whole {
                prop_assert_eq!(got[0], Some(mean), "sums of whole numbers are exact");
            }
            prop_assert_eq!((got[4], got[5]), (Some(wanted[4]), Some(wanted[5])));
            for (got, wanted) in got.into_iter().zip(wanted) {
                // A deviation of nearly nothing is the root of a rounding: half the digits of the values.
                let off = (got.unwrap() - wanted).abs() / wanted.abs().max(mean);
                prop_assert!(off < 1e-7, "{:?} {}", got, wanted);
            }
        }
    }
}

#[test]
fn rounding_does_not_pile_up() {
    let (mut average, mut deviation) = (Sma::new(10), StdDev::new(10));
    let mut seed = 1_u64;
    let mut last = [0.0; 10];
    for at in 0..1_000_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Now and then a value so large that a plain running sum would never forget its rounding.
        let value = (seed >> 40) as f64 * if at % 1000 == 0 { 1e9 } else { 0.1 };
        last[at % 10] = value;
        average.update(value);
        deviation.update(value);
        if at % 1000 > 500 {
            let mean = last.iter().sum::<f64>() / 10.0;
            let spread = (last.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 10.0).sqrt();
            let off = (average.value().unwrap() - mean).abs() / mean;
            assert!(off < 1e-14, "mean off by {off} at {at}");
            let off = (deviation.value().unwrap() - spread).abs() / spread;
            assert!(off < 1e-12, "deviation off by {off} at {at}");
        }
    }
}

#[test]
fn equal_averages_of_whole_ticks_tie_exactly() {
    // 1, 2, 1, 2, …: the means over 6 and over 30 are both 3/2; of 1, 1, 2, … they are both 4/3.
    for (cycle, mean) in [(&[1.0, 2.0][..], 3.0 / 2.0), (&[1.0, 1.0, 2.0], 4.0 / 3.0)] {
        let (mut fast, mut slow) = (Sma::new(6), Sma::new(30));
        for value in cycle.iter().cycle().take(1000) {
            let pair = (fast.update(*value), slow.update(*value));
            if let (Some(fast), Some(slow)) = pair {
                assert_eq!((fast, slow), (mean, mean));
            }
        }
    }
}

#[test]
fn odd_settings_are_bounded() {
    assert_eq!(Sma::new(usize::MAX).warm_up(), MAX_PERIOD);
    assert_eq!(Adx::new(usize::MAX).warm_up(), 2 * MAX_PERIOD);
    assert_eq!(Macd::new(usize::MAX, 0, usize::MAX).warm_up(), 2 * MAX_PERIOD - 1);
    let mut bands = Bollinger::new(2, f64::NAN);
    bands.update(1.0);
    assert_eq!(bands.update(3.0).map(|bands| (bands.lower, bands.upper)), Some((2.0, 2.0)));
    let mut stop = ParabolicSar::new(f64::INFINITY, f64::NAN);
    stop.update_bar(10.0, 8.0);
    assert_eq!(stop.update_bar(12.0, 9.0).map(|value| (value.stop, value.long)), Some((8.0, true)));
}

#[test]
fn broken_saves_are_refused() {
    let mut sma = Sma::new(2);
    sma.update(5.0);
    let mut most = RollingMax::new(2);
    most.update(9.0);
    most.update(7.0);
    let (sma, most, rsi) = (sma.saved(), most.saved(), Rsi::new(3).saved());
    for (saved, good, bad) in [
        (&sma, "\"at\":1", "\"at\":2"),
        (&sma, "[5.0,0.0]", "[]"),
        (&sma, "[5.0,0.0]", "[5.0,null]"),
        (&most, "\"head\":0", "\"head\":2"),
        (&most, "\"waiting\":2", "\"waiting\":3"),
        (&most, "\"waiting\":2", "\"waiting\":0"),
        (&most, "\"seen\":2", "\"seen\":18446744073709551615"),
        (&most, "\"value\":7.0", "\"value\":9.0"),
        (&most, "\"born\":1", "\"born\":0"),
        (&rsi, "\"period\":3", "\"period\":0"),
        (&rsi, "\"period\":3", "\"period\":18446744073709551615"),
    ] {
        let broken = saved.replace(good, bad);
        assert_ne!(*saved, broken, "{good} is in {saved}");
        let restored = if *saved == sma {
            serde_json::from_str::<Sma>(&broken).map(drop)
        } else if *saved == most {
            serde_json::from_str::<RollingMax>(&broken).map(drop)
        } else {
            serde_json::from_str::<Rsi>(&broken).map(drop)
        };
        assert!(restored.is_err(), "{broken} was taken");
    }
}
