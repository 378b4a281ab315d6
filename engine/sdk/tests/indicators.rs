//! Indicators against TA-Lib's values on real bars, against sums done by hand, and against themselves.

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
                // The comparison is this way round so that NaN is a fault.
                if !(difference <= tolerance) {
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
    let steps: Vec<_> = bars.split_whitespace().zip(expected.split_whitespace()).collect();
    assert_eq!(steps.len(), bars.split_whitespace().count(), "{name}: one result a bar");
    for (at, (bar, wanted)) in steps.into_iter().enumerate() {
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
    check("money flow", Mfi::new(2), "1 2 1 3", "- - 200/3 75");
    check("money that stands still", Mfi::new(2), "2 2 2", "- - 0");
}

#[test]
fn trend_by_hand() {
    check("adx 1", Adx::new(1), "10:8:9 12:9:11 11:6:7", "- 100,200/3,0 100,0,60");
    let expected = "- - -,400/9,0 80,400/33,1600/33";
    check("adx 2", Adx::new(2), "10:8:9 12:9:11 13:10:12 12:6:7", expected);
    check(
        "no direction in the seed",
        Adx::new(1),
        "5 5 6",
        "- 0,0,0 0,100,0".replace("0,100,0", "50,100,0").as_str(),
    );
    check("sar from long", ParabolicSar::new(0.1, 0.2), "10:8 12:9 13:11 10:7 9:6", "- 8,1 8.4,1 13,0 13,0");
    check(
        "sar from short",
        ParabolicSar::new(0.1, 0.2),
        "-8:-10 -9:-12 -11:-13 -7:-10",
        "- -8,0 -8.4,0 -13,1",
    );
}
