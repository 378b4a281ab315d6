//! Worked examples of the papers that the formulas come from.

use quantmesh_statistics::{
    Combinatorial, Deflated, Fault, Measure, Shape, Trials, deflated_sharpe, effective_trials,
    expected_max_sharpe, min_track_record, overfitting, probabilistic_sharpe,
};

fn near(name: &str, actual: Option<f64>, expected: f64, tolerance: f64) {
    assert!(
        actual.is_some_and(|actual| (actual - expected).abs() <= tolerance),
        "{name}: {actual:?} and not {expected}"
    );
}

/// Bailey and López de Prado (2014), the numerical example: an annual ratio of 2.5 over 1 250 days, the best of 100 trials whose
/// annual ratios have a variance of 1/2, with skewness −3 and kurtosis 10.
#[test]
fn the_deflated_ratio_of_the_2014_paper() -> Result<(), Box<dyn std::error::Error>> {
    let shape = Shape { sharpe: 2.5 / 250_f64.sqrt(), periods: 1_250, skewness: -3.0, kurtosis: 10.0 };
    let variance = 0.5 / 250.0;
    near("expected maximum", expected_max_sharpe(variance, 100.0), 0.1132, 5e-5);
    let hundred = deflated_sharpe(&shape, variance, 100.0).ok_or("it is defined")?;
    near("of 100 trials", Some(hundred.probability), 0.9004, 5e-5);
    // "Should the strategist have made his discovery after running only N = 46": 0.9505.
    let fewer = deflated_sharpe(&shape, variance, 46.0).ok_or("it is defined")?;
    near("of 46 trials", Some(fewer.probability), 0.9505, 5e-5);
    // And the same returns were they normal: after 88 trials.
    let normal = Shape { skewness: 0.0, kurtosis: 3.0, ..shape };
    let normal = deflated_sharpe(&normal, variance, 88.0).ok_or("it is defined")?;
    near("of 88 trials, normal", Some(normal.probability), 0.9505, 5e-4);
    near("one trial needs no deflation", expected_max_sharpe(variance, 1.0), 0.0, 0.0);
    Ok(())
}

/// Bailey and López de Prado (2012): a fund with a monthly ratio of 0.458, skewness −2.448 and kurtosis 10.164.
#[test]
fn the_probabilistic_ratio_of_the_2012_paper() {
    let fund = Shape { sharpe: 0.458, periods: 24, skewness: -2.448, kurtosis: 10.164 };
    near("two years", probabilistic_sharpe(&fund, 0.0), 0.913, 5e-4);
    near("three years", probabilistic_sharpe(&Shape { periods: 36, ..fund }, 0.0), 0.953, 6e-4);
    near(
        "were it normal",
        probabilistic_sharpe(&Shape { skewness: 0.0, kurtosis: 3.0, ..fund }, 0.0),
        0.982,
        5e-4,
    );
}

/// The same paper: years until an annual ratio of 2 is above 1 with 95 % confidence, for normal returns.
#[test]
fn the_track_record_of_the_2012_paper() {
    for (periods, years) in [(250.0_f64, 2.73), (52.0, 2.83), (12.0, 3.24)] {
        let shape = Shape { sharpe: 2.0 / periods.sqrt(), periods: 10, skewness: 0.0, kurtosis: 3.0 };
        let needed = min_track_record(&shape, 1.0 / periods.sqrt(), 0.95);
        near(&format!("{periods} a year"), needed.map(|needed| needed / periods), years, 5e-3);
        assert_eq!(min_track_record(&shape, shape.sharpe, 0.95), None, "it never is");
    }
}

/// Appendix 3 of the 2014 paper: perfectly correlated trials are one, independent ones are as many as there are.
#[test]
fn correlated_trials_are_worth_fewer() {
    for (trials, correlation, expected) in
        [(100, 1.0, 1.0), (100, 0.0, 100.0), (100, 0.5, 50.5), (3, -0.4, 3.0), (0, 0.5, 1.0)]
    {
        near(
            &format!("{trials} at {correlation}"),
            Some(effective_trials(trials, correlation)),
            expected,
            1e-12,
        );
    }
}

/// López de Prado (2018), chapter 12: φ[6, 2] = 5 paths of 15 splits.
#[test]
fn the_paths_of_the_2018_book() -> Result<(), Fault> {
    let scheme = Combinatorial { groups: 6, tested: 2, embargo: 0 };
    assert_eq!((scheme.count(), scheme.path_count()), (Some(15), Some(5)));
    let paths = scheme.paths()?;
    // Figure 12.2 of the book: splits S1 to S15 as rows, groups as columns; path 1 is of S1, S1, S2, S3, S4, S5.
    assert_eq!(paths.first(), Some(&vec![0, 0, 1, 2, 3, 4]));
    assert_eq!(paths.last(), Some(&vec![4, 8, 11, 13, 14, 14]));
    Ok(())
}

#[test]
fn the_best_of_a_search_is_deflated_by_its_own_trials() -> Result<(), Fault> {
    let wave =
        |at: usize, phase: usize| 0.01 * ((at * (phase + 3) % 17) as f64 - 8.0 + 0.2 * phase as f64) / 8.0;
    let columns: Vec<Vec<f64>> = (0..6).map(|phase| (0..170).map(|at| wave(at, phase)).collect()).collect();
    let trials = Trials::new(columns.iter().map(Vec::as_slice))?;
    let (best, deflated) = Deflated::of_best(&trials)?;
    assert_eq!(best, 5, "it has the greatest mean");
    assert!(deflated.trials > 1.0 && deflated.trials <= 6.0);
    let alone = Shape::of(&columns[5]).and_then(|shape| probabilistic_sharpe(&shape, 0.0));
    assert!(alone.is_some_and(|alone| alone > deflated.probability), "more trials, less trust");
    Ok(())
}

#[test]
fn what_can_not_be_worked_out_says_why() {
    let (flat, fine) =
        ([0.01; 12], [0.01, -0.02, 0.0, 0.03, 0.01, -0.01, 0.02, 0.0, 0.01, -0.03, 0.02, 0.01]);
    let told = |trials: &[&[f64]], blocks, measure| {
        Trials::new(trials.iter().copied())
            .and_then(|trials| overfitting(&trials, blocks, measure))
            .map_or_else(|fault| fault.to_string(), |found| format!("{} splits", found.splits.len()))
    };
    for (trials, blocks, measure, wanted) in [
        (&[&fine[..], &flat][..], 4, Measure::Sharpe, "trial 1 gains the same"),
        (&[&fine[..], &flat][..], 4, Measure::Mean, "6 splits"),
        (&[&fine[..], &[0.0; 12]][..], 4, Measure::Sharpe, "6 splits"),
        (&[&fine[..], &fine[1..]][..], 4, Measure::Sharpe, "trial 1 has 11 periods"),
        (&[&fine[..]][..], 4, Measure::Sharpe, "2 trials are needed"),
        (&[&fine[..], &fine][..], 5, Measure::Sharpe, "an even number from 2 to 20"),
        (&[&fine[..], &fine][..], 22, Measure::Sharpe, "an even number from 2 to 20"),
        (&[&fine[..], &fine][..], 8, Measure::Sharpe, "16 periods are needed, and there are 12"),
        (&[&[f64::NAN][..]][..], 2, Measure::Sharpe, "value 0 is not a number"),
        (&[][..], 2, Measure::Sharpe, "1 trials with a period are needed"),
    ] {
        let said = told(trials, blocks, measure);
        assert!(said.contains(wanted), "wanted `{wanted}`: {said}");
    }
}
