//! Features look back and never ahead, have the values that they are said to have, and survive a restart.

use std::error::Error;

use ai_strategy::{COUNT, FEATURES, Features, Vector, places};
use proptest::prelude::*;
use sdk::{Bar, Price, Qty};
use testkit::random_bars;

fn vectors(bars: &[Bar]) -> Vec<Option<Vector>> {
    let mut features = Features::default();
    bars.iter().map(|bar| features.update(bar)).collect()
}

fn value(vector: &Vector, name: &str) -> f64 {
    let place = FEATURES.iter().position(|known| *known == name);
    place.and_then(|place| vector.get(place)).copied().unwrap_or(f64::NAN)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the bars from some bar on become, the vectors before it stay what they were.
    #[test]
    fn no_later_bar_changes_an_earlier_vector(
        seed in 0_u64..1_000_000,
        other in 0_u64..1_000_000,
        start in 10_i64..1_000_000,
        from in 0_usize..200,
    ) {
        let bars = random_bars(seed, 200, start);
        let mut changed = bars.clone();
        let later = random_bars(other, 200, start.saturating_mul(3));
        changed.truncate(from);
        changed.extend(later.into_iter().skip(from));
        let (one, two) = (vectors(&bars), vectors(&changed));
        prop_assert_eq!(one.get(..from), two.get(..from));
        prop_assert!(one.iter().flatten().all(|vector| vector.iter().all(|value| value.is_finite())));
    }

    /// Written down and read back between any two bars, the pipeline goes on as if nothing had happened.
    #[test]
    fn a_restart_changes_no_vector(seed in 0_u64..1_000_000, at in 0_usize..120) {
        let bars = random_bars(seed, 120, 5_000);
        let plain = vectors(&bars);
        let mut features = Features::default();
        for (place, bar) in bars.iter().enumerate() {
            if place == at {
                let text = serde_json::to_string(&features)?;
                features = serde_json::from_str(&text)?;
            }
            prop_assert_eq!(&features.update(bar), &plain[place]);
        }
    }
}

/// Closes that rise by 1 % of the start each bar: 100, 101, … with a range of 2 around each close, and one odd volume
/// at the end.
#[test]
fn a_vector_is_hand_worked() -> Result<(), Box<dyn Error>> {
    let bars: Vec<Bar> = (0_i64..=60)
        .map(|at| {
            let [open, high, low, close] = [0, 1, -1, 0].map(|off| Price::from_ticks(100 + at + off));
            let volume = Qty::from_lots(if at == 60 { 21 } else { 1 });
            Bar { open, high, low, close, volume, ..Bar::default() }
        })
        .collect();
    let all = vectors(&bars);
    assert_eq!(all.iter().position(Option::is_some), Some(Features::WARM_UP as usize - 1));
    let vector = all.last().copied().flatten().ok_or("no vector")?;
    for (name, expected) in [
        ("roc_1", 100.0 / 159.0),
        ("roc_5", 500.0 / 155.0),
        ("roc_10", 1_000.0 / 150.0),
        ("roc_20", 2_000.0 / 140.0),
        ("roc_60", 60.0),
        ("rsi_14", 100.0),
        ("from_sma_20", 100.0 * 9.5 / 150.5),
        ("from_sma_50", 100.0 * 24.5 / 135.5),
        ("natr_14", 200.0 / 160.0),
        // Nineteen volumes of 1 and one of 21: a mean of 2, and a deviation of √(19·1² + 19²)/√20 = √19.
        ("volume_z_20", 19.0 / 19_f64.sqrt()),
        ("adx_14", 100.0),
        // From the lowest low, 140, to the highest high, 161, the close of 160 stands at 20 of 21.
        ("donchian_20", 20.0 / 21.0),
        ("bar_position", 0.5),
    ] {
        assert!(
            (value(&vector, name) - expected).abs() < 1e-9,
            "{name}: {} for {expected}",
            value(&vector, name)
        );
    }
    assert!(value(&vector, "di_14") > 0.0 && value(&vector, "deviation_20") > 0.0);
    Ok(())
}

#[test]
fn names_are_matched_and_not_places() {
    let named = |names: &[&str]| places(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(named(&["rsi_14", "roc_1"]), Ok(vec![5, 0]));
    assert_eq!(named(&FEATURES).map(|all| all.len()), Ok(COUNT));
    for (names, part) in [
        (&["roc_2"][..], "`roc_2` is no feature of this version, which has roc_1"),
        (&["roc_1", "roc_1"], "the feature `roc_1` is named twice"),
        (&[], "it names no feature"),
    ] {
        let error = named(names).err().unwrap_or_default();
        assert!(error.contains(part), "{error}");
    }
}
