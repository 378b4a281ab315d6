//! Properties of every split: nothing leaks from a test into training, and everything is tested as often as it should be.
#![expect(clippy::indexing_slicing, reason = "a test that looks in the wrong place is to stop")]

use proptest::prelude::*;
use quantmesh_statistics::{Combinatorial, Fault, KFold, Sample, Split, WalkForward};

/// Samples in order, each with an outcome some time later.
fn samples() -> impl Strategy<Value = Vec<Sample>> {
    prop::collection::vec((0_i64..5, 0_i64..30), 12..120).prop_map(|steps| {
        let mut now = 0;
        let step = |(gap, lasts): (i64, i64)| {
            now += gap;
            Sample { from: now, to: now + lasts }
        };
        steps.into_iter().map(step).collect()
    })
}

/// Every trained sample against every tested one, the slow way: they don't overlap, and the embargo after a test is kept. A
/// contiguous test is one range of time, as its middle belongs to it.
fn leaks(samples: &[Sample], split: &Split, embargo: i64) -> Option<(usize, usize)> {
    let trained = || split.train.iter().cloned().flatten();
    let pairs =
        split.test.iter().cloned().flatten().flat_map(|test| trained().map(move |train| (train, test)));
    let touches = |(train, test): &(usize, usize)| {
        let (one, two) = (samples[*train], samples[*test]);
        let overlap = one.from <= two.to && two.from <= one.to;
        let embargoed = one.from > two.to && one.from <= two.to + embargo && train > test;
        overlap || embargoed || train == test
    };
    pairs.into_iter().find(touches)
}

/// A sample that is left out has a reason: it overlaps a test range, or begins within the embargo after one.
fn needless(samples: &[Sample], split: &Split, embargo: i64) -> Option<usize> {
    let used = |at: usize| split.train.iter().chain(&split.test).any(|range| range.contains(&at));
    let spans: Vec<(i64, i64)> = split
        .test
        .iter()
        .map(|range| {
            (samples[range.start].from, samples[range.clone()].iter().map(|s| s.to).max().unwrap_or(0))
        })
        .collect();
    let blocked = |at: usize| {
        spans.iter().any(|(from, to)| samples[at].to >= *from && samples[at].from <= to + embargo)
    };
    (0..samples.len()).find(|at| !used(*at) && !blocked(*at))
}

fn times_tested(samples: usize, splits: &[Split]) -> Vec<usize> {
    let tested =
        |at: usize| splits.iter().filter(|split| split.test.iter().any(|range| range.contains(&at))).count();
    (0..samples).map(tested).collect()
}

proptest! {
    #[test]
    fn k_folds_leak_nothing_and_test_all_once(samples in samples(), folds in 2_usize..8, embargo in 0_i64..20) {
        let splits = KFold { folds, embargo }.splits(&samples).expect("the settings are fine");
        for split in &splits {
            prop_assert_eq!(leaks(&samples, split, embargo), None);
            prop_assert_eq!(needless(&samples, split, embargo), None);
        }
        prop_assert!(times_tested(samples.len(), &splits).iter().all(|times| *times == 1));
    }

    #[test]
    fn combinations_leak_nothing_and_test_all_alike(samples in samples(), groups in 3_usize..7, tested in 1_usize..3, embargo in 0_i64..20) {
        let scheme = Combinatorial { groups, tested, embargo };
        let splits = scheme.splits(&samples).expect("the settings are fine");
        prop_assert_eq!(Some(splits.len()), scheme.count());
        for split in &splits {
            prop_assert_eq!(leaks(&samples, split, embargo), None);
            prop_assert_eq!(needless(&samples, split, embargo), None);
        }
        let each = scheme.path_count().expect("it fits");
        prop_assert!(times_tested(samples.len(), &splits).iter().all(|times| *times == each));
        // φ = C(N, k) · k ⁄ N.
        prop_assert_eq!(each * groups, splits.len() * tested);
    }

    #[test]
    fn paths_use_every_tested_group_once(groups in 2_usize..8, tested in 1_usize..4) {
        prop_assume!(tested < groups);
        let scheme = Combinatorial { groups, tested, embargo: 0 };
        let samples: Vec<Sample> = (0..groups as i64).map(Sample::at).collect();
        let splits = scheme.splits(&samples).expect("the settings are fine");
        let paths = scheme.paths().expect("the settings are fine");
        prop_assert_eq!(Some(paths.len()), scheme.path_count());
        let mut used = std::collections::BTreeSet::new();
        for path in &paths {
            prop_assert_eq!(path.len(), groups);
            for (group, split) in path.iter().enumerate() {
                prop_assert!(splits[*split].test.iter().any(|range| range.contains(&group)), "{} tests {}", split, group);
                prop_assert!(used.insert((*split, group)), "used once");
            }
        }
        prop_assert_eq!(used.len(), splits.len() * tested);
    }

    #[test]
    fn walking_forward_never_looks_ahead(
        samples in samples(), train in 3_usize..20, test in 1_usize..8, step in 1_usize..8, anchored: bool, embargo in 0_i64..4,
    ) {
        let scheme = WalkForward { train, test, step, anchored, embargo };
        let enough = samples.len() >= train + test;
        match scheme.splits(&samples) {
            Ok(splits) => {
                prop_assert_eq!(splits.len(), (samples.len() - train - test) / step + 1);
                for split in &splits {
                    let first = split.test[0].start;
                    prop_assert_eq!(split.tested(), test);
                    let most = if anchored { first } else { train };
                    prop_assert!(split.trained() <= most);
                    let known = |at: usize| samples[at].to + embargo < samples[first].from;
                    let window = if anchored { 0 } else { first - train };
                    for at in 0..samples.len() {
                        let trained = split.train.iter().any(|range| range.contains(&at));
                        prop_assert_eq!(trained, at >= window && at < first && known(at));
                    }
                }
            }
            Err(Fault::TooFew { what, .. }) => prop_assert!(!enough || what.contains("purging")),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn even_windows_end_at_the_last_sample(samples in 10_usize..300, tests in 1_usize..6, share in 0.2_f64..0.8) {
        let Ok(scheme) = WalkForward::even(samples, tests, share, false) else { return Ok(()) };
        let list: Vec<Sample> = (0..samples as i64).map(Sample::at).collect();
        let splits = scheme.splits(&list).expect("the settings are fine");
        prop_assert_eq!(splits.len(), tests);
        prop_assert_eq!(splits[tests - 1].test[0].end, samples);
        prop_assert!(times_tested(samples, &splits)[scheme.train..].iter().all(|times| *times == 1));
    }
}

#[test]
fn a_small_case_by_hand() -> Result<(), Fault> {
    // Ten samples a second apart, outcomes two seconds later.
    let samples: Vec<Sample> = (0..10).map(|at| Sample { from: at, to: at + 2 }).collect();
    let splits = KFold { folds: 5, embargo: 1 }.splits(&samples)?;
    // The test of samples 4 and 5 spans 4 to 7: samples 2 and 3 end in it, 6 and 7 begin in it, and 8 is embargoed.
    let [test] = &splits[2].test[..] else { panic!("one range is tested") };
    assert_eq!((test, &splits[2].train[..]), (&(4..6), &[0..2, 9..10][..]));
    Ok(())
}

#[test]
fn what_can_not_be_split_says_why() {
    let fine: Vec<Sample> = (0..10).map(Sample::at).collect();
    let (mut back, mut turned) = (fine.clone(), fine.clone());
    back.swap(3, 4);
    turned[5].to = 0;
    let said = |fault: Result<Vec<Split>, Fault>| {
        fault.map_or_else(|fault| fault.to_string(), |splits| splits.len().to_string())
    };
    let fold = |folds, embargo| KFold { folds, embargo };
    let comb = |groups, tested| Combinatorial { groups, tested, embargo: 0 };
    let walk = |train, test, step| WalkForward { train, test, step, anchored: true, embargo: 0 };
    for (actual, wanted) in [
        (said(fold(2, 0).splits(&back)), "sample 4 begins before"),
        (said(fold(2, 0).splits(&turned)), "sample 5 begins before"),
        (said(fold(1, 0).splits(&fine)), "2 groups are needed"),
        (said(fold(11, 0).splits(&fine)), "11 samples are needed"),
        (said(fold(2, -1).splits(&fine)), "the embargo is -1"),
        (said(comb(4, 4).splits(&fine)), "the number of tested groups is 4"),
        (said(comb(4, 0).splits(&fine)), "the number of tested groups is 0"),
        (said(comb(60, 30).splits(&fine)), "at most 100 000 splits"),
        (said(comb(10, 2).splits(&fine)), "45"),
        (said(walk(8, 3, 1).splits(&fine)), "11 samples are needed"),
        (said(walk(0, 3, 1).splits(&fine)), "1 samples to train on are needed"),
        (said(walk(4, 2, 0).splits(&fine)), "1 samples a step are needed"),
        (said(walk(usize::MAX, 2, 1).splits(&fine)), "samples are needed"),
    ] {
        assert!(actual.contains(wanted), "wanted `{wanted}`: {actual}");
    }
}
