//! Figures against other implementations: numpy, scipy, arch and a long-hand CSCV; see `reference/make.py`.
#![expect(clippy::expect_used, reason = "a helper of tests may stop where something is not as it should be")]

use quantmesh_statistics::{
    Measure, Trials, block_length, correlation, deviation, kurtosis, mean_correlation, normal_cdf,
    normal_quantile, overfitting, quantile, skewness,
};
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/values.json")).expect("it is JSON")
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn trials(value: &Value) -> Trials {
    let columns: Vec<Vec<f64>> = value.as_array().expect("a list").iter().map(list).collect();
    Trials::new(columns.iter().map(Vec::as_slice)).expect("they are even")
}

fn near(name: &str, actual: f64, expected: f64, tolerance: f64) {
    let allowed = tolerance * expected.abs().max(1e-300);
    assert!((actual - expected).abs() <= allowed, "{name}: {actual} and not {expected}");
}

#[test]
fn overfitting_is_as_the_long_way_has_it() {
    for case in reference()["overfitting"].as_array().expect("a list") {
        let name = case["name"].as_str().expect("a name");
        let measure = if case["measure"] == "mean" { Measure::Mean } else { Measure::Sharpe };
        let blocks = usize::try_from(case["blocks"].as_u64().expect("a count")).expect("it is small");
        let found = overfitting(&trials(&case["trials"]), blocks, measure).expect("it can be worked out");
        let expected = &case["expected"];
        assert_eq!(found.splits.len() as u64, expected["splits"].as_u64().expect("a count"), "{name}");
        for (key, actual) in [
            ("probability", found.probability),
            ("loss", found.loss),
            ("slope", found.slope.expect("it is defined")),
            ("intercept", found.intercept.expect("it is defined")),
            ("mean_logit", found.mean_logit().expect("there are splits")),
        ] {
            near(&format!("{name}: {key}"), actual, number(&expected[key]), 1e-9);
        }
        assert_eq!(Some(found.dominance.first), expected["first"].as_bool(), "{name}");
        assert_eq!(Some(found.dominance.second), expected["second"].as_bool(), "{name}");
    }
}

#[test]
fn block_lengths_are_those_of_arch() {
    for case in reference()["block_length"].as_array().expect("a list") {
        let name = case["name"].as_str().expect("a name");
        let found = block_length(&list(&case["values"])).expect("it is long enough");
        // Blocks shorter than a period, which arch reports for white noise, are one period here.
        near(name, found, number(&case["stationary"]).max(1.0), 1e-9);
    }
}

#[test]
fn shapes_are_those_of_scipy() {
    for case in reference()["shape"].as_array().expect("a list") {
        let mut values = list(&case["values"]);
        near("skewness", skewness(&values).expect("it is defined"), number(&case["skewness"]), 1e-12);
        near("kurtosis", kurtosis(&values).expect("it is defined"), number(&case["kurtosis"]), 1e-12);
        near("deviation", deviation(&values).expect("it is defined"), number(&case["deviation"]), 1e-12);
        values.sort_by(f64::total_cmp);
        near("quantile", quantile(&values, 0.05).expect("it is defined"), number(&case["quantile"]), 1e-12);
    }
}

#[test]
fn the_normal_distribution_is_that_of_scipy() {
    let reference = reference();
    for pair in reference["normal"]["quantile"].as_array().expect("a list") {
        near("quantile", normal_quantile(number(&pair[0])), number(&pair[1]), 1e-14);
    }
    for pair in reference["normal"]["cdf"].as_array().expect("a list") {
        near("cdf", normal_cdf(number(&pair[0])), number(&pair[1]), 1e-13);
    }
    for (share, end) in [(0.0, f64::NEG_INFINITY), (1.0, f64::INFINITY)] {
        assert!(normal_quantile(share).total_cmp(&end).is_eq());
    }
    for outside in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert!(normal_quantile(outside).is_nan(), "{outside}");
    }
}

#[test]
fn correlations_are_those_of_numpy() {
    let case = &reference()["correlation"];
    let trials = trials(&case["trials"]);
    near("mean", mean_correlation(&trials).expect("it is defined"), number(&case["mean"]), 1e-12);
    let mut two = trials.iter();
    let (one, other) = (two.next().expect("a trial"), two.next().expect("a trial"));
    near("first", correlation(one, other).expect("it is defined"), number(&case["first"]), 1e-12);
}
