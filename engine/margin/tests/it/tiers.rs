//! Rows that are no tiers are refused by name; tiers join without a step.

use quantmesh_margin::{TierError, TierRow, Tiers, initial_margin};
use types::{Money, Rate};

use crate::given::{btc_tiers, coin_tiers, eth_tiers, money, rate};

fn row(floor: &str, cap: Option<&str>, share: &str, max_leverage: u32) -> TierRow {
    TierRow { floor: money(floor), cap: cap.map(money), rate: rate(share), deduction: None, max_leverage }
}

#[test]
fn rows_that_are_no_tiers_are_refused_by_name() {
    let good = || row("0", Some("100"), "0.01", 50);
    let cases: [(Vec<TierRow>, &str); 11] = [
        (vec![], "no maintenance tier"),
        (vec![row("5", None, "0.01", 50)], "tier 1: its floor is 5; it must be 0"),
        (vec![good(), row("90", None, "0.02", 25)], "tier 2: its floor is 90; it must be 100"),
        (vec![row("0", None, "0.01", 50), row("100", None, "0.02", 25)], "tier 1: its cap"),
        (vec![good(), row("100", Some("100"), "0.02", 25)], "tier 2: its cap"),
        (vec![good(), row("100", None, "0.01", 25)], "tier 2: its rate is 0.01"),
        (vec![row("0", None, "0", 50)], "tier 1: its rate is 0"),
        (vec![row("0", None, "1", 1)], "tier 1: its rate is 1"),
        (vec![good(), row("100", None, "0.015", 60)], "tier 2: its leverage is 60"),
        (vec![row("0", None, "0.01", 101)], "tier 1: its leverage is 101"),
        (
            vec![good(), TierRow { deduction: Some(money("1.1")), ..row("100", None, "0.02", 25) }],
            "tier 2: its maintenance amount is 1.1; without a step at its floor it is 1",
        ),
    ];
    for (rows, says) in cases {
        let error = Tiers::new(&rows).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}, not {says}");
    }
    assert!(matches!(Tiers::flat(Rate::ZERO, 1), Err(TierError::Rate { row: 1, .. })));
}

#[test]
fn at_its_floor_a_tier_asks_for_what_the_one_before_it_asks_for() {
    for tiers in [btc_tiers(), eth_tiers(), coin_tiers()] {
        for pair in tiers.rows().windows(2) {
            let at = pair[1].floor;
            let more = Money::from_units(at.units() + 1);
            let [here, there] = [at, more].map(|size| tiers.maintenance(size).unwrap().units());
            assert!((0..=1).contains(&(there - here)), "{here} {there} at {at}");
            assert_eq!((tiers.of(at), tiers.of(more)), (pair[0], pair[1]));
            let short = at.negated().unwrap();
            assert_eq!(tiers.maintenance(short), tiers.maintenance(at), "a short is as large as a long");
        }
    }
}

#[test]
fn what_opens_is_a_share_of_the_size_rounded_against_us() {
    assert_eq!(initial_margin(money("100"), 3), Ok(money("33.333333333333333334")));
    assert_eq!(initial_margin(money("-100"), 4), Ok(money("25")));
    assert_eq!(initial_margin(money("100"), 0), Ok(money("100")));
}
