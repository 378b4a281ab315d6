//! What is drawn at random: the same by the same seed, and right on average.

use proptest::prelude::*;
use quantmesh_statistics::{
    Block, Bootstrap, Fault, Profits, Random, block_length, deviation, max_drawdown, mean, reordered, sharpe,
    ulcer_index,
};

/// Sums of twelve even draws are near enough to a normal distribution.
fn noise(random: &mut Random, length: usize) -> Vec<f64> {
    (0..length).map(|_| (0..12).map(|_| random.unit()).sum::<f64>() - 6.0).collect()
}

/// The generator's own published stream for state 1, 2, 3, 4 is checked in its crate; here the way from a seed to draws is held.
#[test]
fn a_seed_gives_the_same_draws_for_ever() {
    let mut random = Random::new(1);
    let drawn: Vec<usize> = (0..8).map(|_| random.below(1_000)).collect();
    let mut again = Random::new(1);
    assert_eq!(drawn, (0..8).map(|_| again.below(1_000)).collect::<Vec<_>>());
    let mut list: Vec<usize> = (0..8).collect();
    random.shuffle(&mut list);
    let mut sorted = list.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..8).collect::<Vec<_>>());
    assert_eq!((drawn, list), (DRAWN.to_vec(), SHUFFLED.to_vec()));
    assert_eq!(Random::new(3).below(0), 0);
}

// From SplitMix64, xoshiro256++ and Durstenfeld's shuffle as published, written down in another language and run once.
const DRAWN: [usize; 8] = [811, 747, 100, 746, 184, 590, 986, 523];
const SHUFFLED: [usize; 8] = [2, 3, 4, 6, 1, 5, 7, 0];

#[test]
fn every_number_is_as_likely() {
    let mut random = Random::new(5);
    let mut counts = [0_u32; 7];
    for _ in 0..70_000 {
        counts[random.below(7)] += 1;
    }
    // Six standard deviations of a binomial draw.
    assert!(counts.iter().all(|count| count.abs_diff(10_000) < 560), "{counts:?}");
    let units: Vec<f64> = (0..10_000).map(|_| random.unit()).collect();
    assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
    assert!(mean(&units).is_some_and(|mean| (mean - 0.5).abs() < 0.02));
}

/// Of independent values the bootstrap's standard error of a mean is σ ⁄ √n, and 90 % bands hold the truth about nine times in ten.
#[test]
fn bands_hold_what_they_say() -> Result<(), Fault> {
    let mut random = Random::new(9);
    let (series, length) = (200, 120);
    let (mut held, mut errors) = (0, Vec::new());
    for seed in 0..series {
        let values = noise(&mut random, length);
        let bootstrap = Bootstrap { draws: 400, block: Block::Periods(1.0), seed, confidence: 0.9 };
        let (_, bands) = bootstrap.bands(&values, &[&mean])?;
        let band = bands[0];
        held +=
            usize::from(band.low.is_some_and(|low| low <= 0.0) && band.high.is_some_and(|high| high >= 0.0));
        errors.extend(band.error);
        assert_eq!(band.defined, 400);
    }
    // 200 binomial draws of 0.9 have a standard deviation of 4.2.
    assert!((163..=197).contains(&held), "{held} of {series}");
    let error = mean(&errors).unwrap_or_default();
    assert!((error * (length as f64).sqrt() - 1.0).abs() < 0.03, "{error}");
    Ok(())
}

/// Where values go on as they were, blocks keep that, and the error of the mean is greater than single draws would have it.
#[test]
fn blocks_keep_what_belongs_together() -> Result<(), Fault> {
    let mut random = Random::new(21);
    let mut last = 0.0;
    let values: Vec<f64> = noise(&mut random, 600)
        .into_iter()
        .map(|shock| {
            last = 0.8 * last + shock;
            last
        })
        .collect();
    let error = |block| -> Result<f64, Fault> {
        let bootstrap = Bootstrap { block, draws: 800, ..Bootstrap::default() };
        Ok(bootstrap.bands(&values, &[&mean])?.1[0].error.unwrap_or_default())
    };
    let (single, blocks) = (error(Block::Periods(1.0))?, error(Block::Automatic)?);
    // In truth the factor is √((1 + 0.8) ⁄ (1 − 0.8)) = 3.
    assert!((2.0..4.0).contains(&(blocks / single)), "{}", blocks / single);
    assert!(block_length(&values)? > 5.0);
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_bands() -> Result<(), Fault> {
    let values = noise(&mut Random::new(2), 80);
    let ratio = |returns: &[f64]| sharpe(returns, 365.0);
    let fall = |returns: &[f64]| Some(max_drawdown(returns));
    let go = |seed| Bootstrap { seed, draws: 50, ..Bootstrap::default() }.bands(&values, &[&ratio, &fall]);
    assert_eq!(go(4)?, go(4)?);
    assert_ne!(go(4)?, go(5)?);
    Ok(())
}

#[test]
fn the_order_of_trades_by_hand() -> Result<(), Fault> {
    // Of +50 and −60 on 100: gain first falls 60 from 150, loss first falls 60 from 100.
    let found = reordered(Profits::Amounts(&[50.0, -60.0]), 100.0, 2_000, 1)?;
    assert!((found.happened - 0.4).abs() < 1e-12);
    assert!((found.shuffled.p5 - 0.4).abs() < 1e-12 && (found.shuffled.p95 - 0.6).abs() < 1e-12, "{found:?}");
    assert!((found.deeper - 1.0).abs() < 1e-12, "no order is milder");
    // Two draws of −60 happen one time in four: ruin. Mixed ones end at 90, and two gains at 200.
    assert!((found.ruin - 0.25).abs() < 0.05 && (found.loss - 0.75).abs() < 0.05, "{found:?}");
    assert!((found.final_equity.p50 - 90.0).abs() < 1e-9 && (found.final_equity.p95 - 200.0).abs() < 1e-9);
    Ok(())
}

#[test]
fn shares_compound_in_any_order() -> Result<(), Fault> {
    // Half as much again and six tenths down: 60 of 100, whichever comes first, and never nothing.
    let found = reordered(Profits::Shares(&[0.5, -0.6]), 100.0, 2_000, 1)?;
    assert!((found.happened - 0.6).abs() < 1e-12 && (found.shuffled.p5 - 0.6).abs() < 1e-12, "{found:?}");
    assert!((found.final_equity.p50 - 60.0).abs() < 1e-9 && (found.final_equity.p95 - 225.0).abs() < 1e-9);
    assert!(found.ruin <= 0.0, "shares of what is left never take all of it");
    Ok(())
}

#[test]
fn settings_out_of_range_say_so() {
    let values = [0.01; 20];
    let bands = |bootstrap: Bootstrap, values: &[f64]| {
        bootstrap.bands(values, &[&mean]).map_or_else(|fault| fault.to_string(), |_| "fine".to_owned())
    };
    let base = Bootstrap { draws: 10, ..Bootstrap::default() };
    let order = |profits: &[f64], capital, draws| {
        reordered(Profits::Amounts(profits), capital, draws, 1)
            .map_or_else(|fault| fault.to_string(), |_| "fine".to_owned())
    };
    for (said, wanted) in [
        (bands(base, &values), "fine"),
        (bands(base, &values[..15]), "16 returns are needed"),
        (bands(Bootstrap { draws: 1, ..base }, &values), "2 draws are needed"),
        (bands(Bootstrap { confidence: 1.0, ..base }, &values), "the confidence is 1"),
        (bands(Bootstrap { block: Block::Periods(0.5), ..base }, &values), "the block length is 0.5"),
        (bands(base, &[f64::NAN; 20]), "value 0 is not a number"),
        (order(&[1.0], 1.0, 2), "2 round trips are needed"),
        (order(&[1.0, 2.0], 0.0, 2), "the capital is 0"),
        (order(&[1.0, f64::INFINITY], 1.0, 2), "value 1 is not a number"),
        (order(&[1.0, 2.0], 1.0, 2), "fine"),
    ] {
        assert!(said.contains(wanted), "wanted `{wanted}`: {said}");
    }
}

proptest! {
    #[test]
    fn drawdowns_are_shares(returns in prop::collection::vec(-0.9_f64..0.9, 0..60)) {
        let fall = max_drawdown(&returns);
        prop_assert!((0.0..=1.0).contains(&fall));
        prop_assert_eq!(fall > 0.0, returns.iter().any(|r| *r < 0.0));
        if let Some(ulcer) = ulcer_index(&returns) {
            let n = returns.len() as f64;
            prop_assert!(ulcer >= 0.0 && ulcer <= fall * (n / (n - 1.0)).sqrt() + 1e-12);
        }
    }

    #[test]
    fn whatever_order_the_end_is_the_same(profits in prop::collection::vec(-50.0_f64..50.0, 2..30), seed: u64) {
        let found = reordered(Profits::Amounts(&profits), 1_000.0, 40, seed).expect("the settings are fine");
        prop_assert!(found.shuffled.p5 <= found.shuffled.p95);
        prop_assert!(found.final_equity.p5 <= found.final_equity.p50 && found.final_equity.p50 <= found.final_equity.p95);
        prop_assert!(deviation(&profits).is_some());
    }
}
