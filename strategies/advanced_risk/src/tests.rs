//! The arithmetic against the reference values of tests/reference, and against hand-worked numbers.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::correlation::correlation;
use crate::covariance::{covariance, ledoit_wolf};
use crate::exposure::kelly;
use crate::history::{History, Span};
use crate::hrp::{hrp, order};
use crate::matrix::Square;
use crate::min_variance::min_variance;
use crate::tail::{Moments, Tail};
use crate::{Measure, Method, Params, Shrinkage};

fn reference() -> Value {
    serde_json::from_str(include_str!("../tests/reference/reference.json")).unwrap()
}

fn of<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} against {expected}");
}

#[track_caller]
fn all_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).for_each(|(found, expected)| near(*found, *expected, tolerance));
}

fn square(rows: &Value) -> Square {
    let rows: Vec<Vec<f64>> = of(rows);
    Square::from_fn(rows.len(), |i, j| rows[i][j])
}

fn number(value: f64) -> sdk::Number {
    value.to_string().parse::<sdk::Decimal>().unwrap().into()
}

#[derive(Deserialize)]
struct Expected {
    confidence: f64,
    var_historical: f64,
    es_historical: f64,
    var_parametric: f64,
    es_parametric: f64,
    var_cornish_fisher: f64,
    es_cornish_fisher: f64,
}

fn tail(measure: Measure, method: Method, confidence: f64) -> Tail {
    Tail::new(&Params { measure, method, confidence: number(confidence), ..Params::default() })
}

#[test]
fn every_measure_by_every_method_is_that_of_the_reference() {
    let reference = reference();
    for case in ["calm", "wild"] {
        let case = &reference[case];
        let returns: Vec<f64> = of(&case["returns"]);
        let moments = Moments::of(&returns);
        near(moments.skewness, of(&case["skewness"]), 1e-12);
        near(moments.kurtosis, of(&case["excess_kurtosis"]), 1e-11);
        assert_eq!(moments.in_domain(), of::<bool>(&case["monotone"]));
        for expected in of::<Vec<Expected>>(&case["tails"]) {
            let holds = |measure, method, wanted: f64| {
                let found = tail(measure, method, expected.confidence).loss(&mut returns.clone());
                near(found, wanted, 1e-13);
            };
            holds(Measure::Var, Method::Historical, expected.var_historical);
            holds(Measure::Es, Method::Historical, expected.es_historical);
            holds(Measure::Var, Method::Parametric, expected.var_parametric);
            holds(Measure::Es, Method::Parametric, expected.es_parametric);
            // Outside of its domain the expansion is not used.
            let inside = moments.in_domain();
            let or = |bent: f64, one: f64, other: f64| if inside { bent } else { one.max(other) };
            let Expected { var_historical: vh, var_parametric: vp, var_cornish_fisher: vc, .. } = expected;
            let Expected { es_historical: eh, es_parametric: ep, es_cornish_fisher: ec, .. } = expected;
            holds(Measure::Var, Method::CornishFisher, or(vc, vh, vp));
            holds(Measure::Es, Method::CornishFisher, or(ec, eh, ep));
        }
    }
    assert_eq!(reference["calm"]["monotone"], true);
    assert_eq!(reference["wild"]["monotone"], false, "one of the two has to show the way out");
}

/// All six figures against a published library, the Finance Toolkit in the version that the reference names. What it does
/// otherwise: skewness and kurtosis are freed of their bias (Joanes and Gill 1998, G₁ and G₂), the expansion is used
/// outside of its domain too, and its expected shortfall is the sum of a million slices of the tail, right to five
/// digits. So the expansion gets moments of that kind here; all else is compared as it is.
#[test]
fn every_measure_by_every_method_is_that_of_a_published_library() {
    let reference = reference();
    assert_eq!(reference["libraries"]["financetoolkit"], "2.3.0");
    for case in ["calm", "wild"] {
        let returns: Vec<f64> = of(&reference[case]["returns"]);
        let (n, population) = (returns.len() as f64, Moments::of(&returns));
        let skewness = population.skewness * (n * (n - 1.0)).sqrt() / (n - 2.0);
        let kurtosis = ((n + 1.0) * population.kurtosis + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
        let moments = Moments { skewness, kurtosis, ..population };
        for expected in of::<Vec<Expected>>(&reference[case]["tails_of_library"]) {
            let by = |measure, method| tail(measure, method, expected.confidence);
            let loss = |measure, method| by(measure, method).loss(&mut returns.clone());
            near(loss(Measure::Var, Method::Historical), expected.var_historical, 1e-13);
            near(loss(Measure::Es, Method::Historical), expected.es_historical, 1e-13);
            near(loss(Measure::Var, Method::Parametric), expected.var_parametric, 1e-13);
            near(loss(Measure::Es, Method::Parametric), expected.es_parametric, 1e-13);
            let bent = |measure| by(measure, Method::CornishFisher).cornish_fisher(&moments);
            near(bent(Measure::Var), expected.var_cornish_fisher, 1e-13);
            near(bent(Measure::Es), expected.es_cornish_fisher, 1e-5 * expected.es_cornish_fisher);
        }
    }
}

#[test]
fn quantiles_and_domain_by_hand() {
    // Of a standard normal variable: 0.5 → 0; 0.025 → −1.959963984540054; 0.001 → −3.090232306167813.
    near(crate::normal::quantile(0.5), 0.0, 0.0);
    near(crate::normal::quantile(0.025), -1.959_963_984_540_054, 1e-14);
    near(crate::normal::quantile(0.999), 3.090_232_306_167_813, 1e-13);
    near(crate::normal::density(0.0), 0.398_942_280_401_432_7, 1e-16);
    let inside = |skewness, kurtosis| Moments { mean: 0.0, deviation: 1.0, skewness, kurtosis }.in_domain();
    // Without skewness the slope is K/8 z² + 1 − K/8: positive everywhere for K from 0 to 8.
    assert!(inside(0.0, 0.0) && inside(0.0, 8.0) && !inside(0.0, 8.01) && !inside(0.0, -0.01));
    assert!(inside(1.0, 3.0) && !inside(1.0, 0.5) && !inside(3.5, 8.0));
}

#[test]
fn losses_by_hand() {
    let of = |results: &[f64], measure, method, horizon_bars| {
        let params = Params { measure, method, horizon_bars, confidence: number(0.75), ..Params::default() };
        Tail::new(&params).loss(&mut results.to_vec())
    };
    let results = [0.0, -1.0, -4.0, -2.0, -3.0];
    // Of −4 −3 −2 −1 0 a quarter of the way is −3; what lies up to there is −4 and −3.
    near(of(&results, Measure::Var, Method::Historical, 1), 3.0, 1e-12);
    near(of(&results, Measure::Es, Method::Historical, 1), 3.5, 1e-12);
    near(of(&results, Measure::Es, Method::Historical, 4), 7.0, 1e-12);
    // Mean −2, deviation √2.5, and the quartile of a normal variable at 0.674489750196082 of it.
    near(
        of(&results, Measure::Var, Method::Parametric, 1),
        2.0 + 0.674_489_750_196_082 * 2.5_f64.sqrt(),
        1e-12,
    );
    // Nothing is lost where everything is a gain, or nothing happens, or there is nothing.
    for method in [Method::Historical, Method::Parametric, Method::CornishFisher] {
        for measure in [Measure::Var, Measure::Es] {
            for gains in [&[5.0, 5.0, 5.0, 5.0][..], &[0.0; 30], &[]] {
                near(of(gains, measure, method, 1), 0.0, 0.0);
            }
            near(of(&[-2.0; 30], measure, method, 1), 2.0, 1e-12);
        }
    }
}

/// A history with these returns, the oldest first, bar after bar from time 0.
fn history(returns: &[f64], lambda: f64) -> History {
    let mut history = History::default();
    let mut price = 1e12;
    history.take_in(&bar(0, price), 10_000, lambda);
    for (at, one) in (1..).zip(returns) {
        price *= 1.0 + one;
        history.take_in(&bar(at, price), 10_000, lambda);
    }
    history
}

fn bar(close_time: i64, close: f64) -> sdk::Bar {
    let close = sdk::Price::from_ticks(close.round() as i64);
    sdk::Bar { close_time: sdk::Time::from_nanos(close_time), close, ..sdk::Bar::default() }
}

#[test]
fn volatility_and_kelly_are_those_of_the_reference() {
    let reference = reference();
    for case in ["calm", "wild"] {
        let case = &reference[case];
        let returns: Vec<f64> = of(&case["returns"]);
        for (lambda, expected) in case["ewma"].as_object().unwrap() {
            let found = history(&returns, lambda.parse().unwrap()).volatility().unwrap();
            near(found, of(expected), 1e-11); // prices are whole ticks of 10⁻¹² here
        }
        near(kelly(returns.iter().copied()), of(&case["kelly"]), 1e-12);
    }
    // By hand, in squares of percent: 4, then 2 of it, then 1 of that and 0.5.
    near(history(&[0.02, 0.0, -0.01], 0.5).volatility().unwrap(), 1.5e-4_f64.sqrt(), 1e-9);
    near(kelly([0.3, 0.1].into_iter()), 10.0, 1e-12);
    assert_eq!(kelly([0.1, 0.1].into_iter()), f64::INFINITY);
    assert_eq!(kelly([0.0, 0.0].into_iter()), 0.0);
    assert_eq!(kelly([0.1].into_iter()), 0.0);
}

#[test]
fn covariance_and_weights_are_those_of_the_reference() {
    let several = &reference()["several"];
    let rows: Vec<Vec<f64>> = of(&several["returns"]);
    let size = rows[0].len();
    let columns: Vec<Vec<f64>> = (0..size).map(|at| rows.iter().map(|row| row[at]).collect()).collect();
    let correlations: Vec<Vec<f64>> = of(&several["correlation"]);
    for (i, j) in (0..size).flat_map(|i| (0..size).map(move |j| (i, j))) {
        near(correlation(&columns[i], &columns[j]), correlations[i][j], 1e-13);
    }
    near(ledoit_wolf(&columns).1, of(&several["shrinkage"]), 1e-13);
    for (name, shrinkage) in [("sample", Shrinkage::None), ("ledoit_wolf", Shrinkage::LedoitWolf)] {
        let expected = &several[name];
        let (found, wanted) = (covariance(&columns, shrinkage), square(&expected["covariance"]));
        for (i, j) in (0..size).flat_map(|i| (0..size).map(move |j| (i, j))) {
            near(found.at(i, j), wanted.at(i, j), 1e-16);
        }
        all_near(&min_variance(&found), &of::<Vec<f64>>(&expected["min_variance"]), 1e-9);
        assert_eq!(order(&found), of::<Vec<usize>>(&expected["hrp"]["order"]));
        all_near(&hrp(&found), &of::<Vec<f64>>(&expected["hrp"]["weights"]), 1e-13);
    }
}

#[test]
fn weights_by_hand() {
    let diagonal =
        |variances: &[f64]| Square::from_fn(variances.len(), |i, j| if i == j { variances[i] } else { 0.0 });
    // Without correlation the least variance goes by the inverse variances, and so does risk parity of two.
    all_near(&min_variance(&diagonal(&[1.0, 4.0])), &[0.8, 0.2], 1e-9);
    all_near(&hrp(&diagonal(&[1.0, 4.0])), &[0.8, 0.2], 1e-15);
    // Variances 1 and 4, covariance 1.5: the second only adds, so it gets nothing; unbounded it would be −0.25.
    let adds = Square::from_fn(2, |i, j| [[1.0, 1.5], [1.5, 4.0]][i][j]);
    all_near(&min_variance(&adds), &[1.0, 0.0], 1e-15);
    // Two that are one and the same share; what never varies takes all; nothing that varies: all alike.
    all_near(&min_variance(&Square::from_fn(2, |_, _| 0.01)), &[0.5, 0.5], 1e-6);
    all_near(&min_variance(&diagonal(&[0.0, 0.04])), &[1.0, 0.0], 1e-6);
    all_near(&min_variance(&diagonal(&[0.0, 0.0])), &[0.5, 0.5], 0.0);
    all_near(&hrp(&diagonal(&[0.0, 0.0])), &[0.5, 0.5], 0.0);
    all_near(&hrp(&diagonal(&[3.0])), &[1.0], 0.0);
    // Fewer bars than series.
    let few = covariance(&[vec![0.1, -0.1], vec![0.1, -0.1], vec![-0.2, 0.2]], Shrinkage::None);
    let [first, second, third] = min_variance(&few)[..] else { panic!("three weights") };
    near(first, second, 1e-6);
    near(third, 1.0 / 3.0, 1e-6);
    assert!(min_variance(&diagonal(&[])).is_empty() && hrp(&diagonal(&[])).is_empty());
    // A perfect sample: the shrinkage explains nothing away when all is already a multiple of the identity.
    let (identity, share) = ledoit_wolf(&[vec![1.0, -1.0, 1.0, -1.0], vec![1.0, 1.0, -1.0, -1.0]]);
    near(identity.at(0, 0), 1.0, 1e-15);
    near(identity.at(0, 1), 0.0, 1e-15);
    near(share, 0.0, 0.0);
}

/// Random covariances: the conditions of the optimum hold, whatever the number of series and however they depend.
#[test]
fn least_variance_meets_its_conditions() {
    let mut seed = testkit::Seed::new(7);
    for round in 0..200 {
        let (size, rows) = (2 + round % 12, 30);
        let mut series: Vec<Vec<f64>> = Vec::new();
        for at in 0..size {
            let other = series.get(at / 2).cloned();
            let draw = |row: usize, seed: &mut testkit::Seed| {
                let own = seed.between(-1000, 1000) as f64 / 1e5;
                own + other.as_ref().map_or(0.0, |other: &Vec<f64>| other[row])
            };
            series.push((0..rows).map(|row| draw(row, &mut seed)).collect());
        }
        let covariance = covariance(&series, Shrinkage::None);
        let weights = min_variance(&covariance);
        near(weights.iter().sum(), 1.0, 1e-12);
        let variance: f64 = (0..size).map(|at| weights[at] * covariance.row_times(at, &weights)).sum();
        for (at, weight) in weights.iter().enumerate() {
            assert!(*weight >= 0.0);
            // Held: its marginal variance is the portfolio's. Not held: it is no smaller.
            let marginal = covariance.row_times(at, &weights) / variance;
            assert!(marginal >= 1.0 - 1e-8 && (*weight == 0.0 || marginal <= 1.0 + 1e-8), "{marginal}");
        }
        let parity = hrp(&covariance);
        near(parity.iter().sum(), 1.0, 1e-12);
        assert!(parity.iter().all(|weight| *weight > 0.0));
    }
}

#[test]
fn returns_are_joined_over_the_same_stretches_only() {
    let mut gap = History::default();
    let whole = history(&[0.1, 0.2, -0.1, 0.5], 0.9);
    // The other one missed the second bar, so its return to the third spans two; then it had one more.
    for (time, price) in [(0, 100.0), (1, 110.0), (3, 121.0), (4, 242.0), (5, 121.0), (5, 484.0)] {
        gap.take_in(&bar(time, price), 10, 0.9);
    }
    let span = |window, min_history| Span::new(&Params { window, min_history, ..Params::default() });
    let columns = span(20, 2).joint(&[&gap, &whole]).unwrap();
    all_near(&columns[0], &[1.0, 0.1], 1e-9);
    all_near(&columns[1], &[0.5, 0.1], 1e-9);
    // A second price for one and the same time replaces the first, and is where the next return begins.
    gap.take_in(&bar(6, 121.0), 10, 0.9);
    let returns: Vec<f64> = span(20, 5).returns(&gap).unwrap().collect();
    all_near(&returns, &[-0.75, -0.5, 1.0, 0.1, 0.1], 1e-12);
    assert_eq!(span(3, 2).returns(&gap).unwrap().count(), 3);
    assert!(span(20, 6).returns(&gap).is_none());
    all_near(&span(1, 1).joint(&[&gap, &whole]).unwrap()[1], &[0.5], 1e-9);
    assert!(span(20, 3).joint(&[&gap, &whole]).is_none() && span(20, 1).joint(&[]).is_none());
    // The window forgets.
    let mut short = History::default();
    (0..9).for_each(|time| short.take_in(&bar(time, 100.0 + time as f64), 3, 0.9));
    assert!(short.is_sound(3) && !short.is_sound(2));
}

#[test]
fn the_largest_that_fits_does_not_depend_on_what_is_wished() {
    use crate::case::largest;
    for fits_up_to in [0, 1, 2, 3, 7, 8, 9, 1000, 123_456_789] {
        for wished in [0, 1, 2, 3, 8, 1000, 1001, i64::MAX] {
            assert_eq!(
                largest(wished, |lots| lots <= fits_up_to),
                wished.min(fits_up_to),
                "{fits_up_to} {wished}"
            );
        }
    }
    assert_eq!(largest(i64::MAX, |_| true), i64::MAX);
    assert_eq!(largest(-5, |_| true), 0);
    // It does not fit from 5 to 9, and then again: more is never given than before the first one that was found not to.
    let islands = |lots: i64| !(5..10).contains(&lots);
    let found: Vec<i64> = (0..30).map(|wished| largest(wished, islands)).collect();
    assert!(found.is_sorted() && found[29] == 4, "{found:?}");
}

#[test]
fn a_bar_that_comes_again_makes_no_second_row() {
    use crate::allocation::{Allocation, Shares};
    let params =
        Params { weights: crate::Weights::Hrp, min_history: 1, rebalance_bars: 2, ..Params::default() };
    let allocation = Allocation::new(&params).unwrap();
    let (mut histories, mut shares) = (vec![History::default(); 2], Shares::new());
    let mut feed = |at: usize, time: i64, price: f64| {
        histories[at].take_in(&bar(time, price), 10, 0.9);
        allocation.take_in(&mut shares, &histories);
        shares.clone()
    };
    for time in 0..3 {
        feed(0, time, 100.0 + time as f64);
        feed(1, time, 100.0 - time as f64);
    }
    let row = feed(0, 3, 90.0);
    let whole = feed(1, 3, 95.0);
    assert_ne!(row, whole);
    assert_eq!(feed(1, 3, 50.0), whole);
}

/// Risk that rises over the limit and falls again: the order stops before the rise, and what is told is over the limit.
#[test]
fn what_is_told_of_a_refusal_is_over_its_limit() {
    let case = crate::case::Case {
        id: sdk::InstrumentId(0),
        sign: 1.0,
        closes: 0,
        opens: 10,
        before: 0,
        lot: 1.0,
        equity: 100.0,
        others: Vec::new(),
    };
    let bound = case.hold("why", 1.0, |lots| if (1..10).contains(&lots) { 5.0 } else { 0.5 }).unwrap();
    assert_eq!((bound.opens, bound.actual), (0, 5.0));
}

#[test]
fn the_page_shows_every_parameter_with_its_default() {
    let page = include_str!("lib.rs");
    let block = page.split("```").nth(1).unwrap().trim_start_matches("toml");
    let text: String = block.lines().map(|line| line.trim_start_matches("//! ").to_owned() + "\n").collect();
    let shown: toml::Table = toml::from_str(text.trim_end_matches("//! \n")).unwrap();
    let defaults = serde_json::to_value(Params::default()).unwrap();
    assert_eq!(shown.len(), defaults.as_object().unwrap().len());
    assert_eq!(shown.try_into::<Params>().unwrap(), Params::default());
}
