//! The leverage brackets of 349 symbols of Binance: all of them are sound tiers, and their amounts are consistent.

use std::collections::BTreeMap;
use std::fs::File;

use flate2::read::GzDecoder;
use quantmesh_margin::{TierRow, Tiers};
use serde_json::Value;
use testkit::shared_or_skip;
use types::Money;

use crate::given::{money, rate};

fn row(bracket: &Value) -> TierRow {
    let text = |key: &str| bracket["info"][key].as_str().unwrap();
    TierRow {
        floor: money(text("notionalFloor")),
        cap: Some(money(text("notionalCap"))),
        rate: rate(text("maintMarginRatio")),
        deduction: Some(money(text("cum"))),
        max_leverage: text("initialLeverage").parse().unwrap(),
    }
}

#[test]
fn every_symbols_tiers_are_sound_and_join_without_a_step() {
    let Some(path) = shared_or_skip("data/market/binance_usdm_leverage_tiers.json.gz") else { return };
    let brackets: BTreeMap<String, Vec<Value>> =
        serde_json::from_reader(GzDecoder::new(File::open(path).unwrap())).unwrap();
    assert_eq!(brackets.len(), 349);
    let mut rows = 0;
    for (symbol, brackets) in &brackets {
        let given: Vec<_> = brackets.iter().map(row).collect();
        let tiers = Tiers::new(&given).unwrap_or_else(|error| panic!("{symbol}: {error}"));
        // Without the amounts they come out the same.
        let bare: Vec<_> = given.iter().map(|row| TierRow { deduction: None, ..*row }).collect();
        assert_eq!(Tiers::new(&bare).as_ref(), Ok(&tiers), "{symbol}");
        for pair in tiers.rows().windows(2) {
            let at = pair[1].floor;
            let more = Money::from_units(at.units() + 1);
            let [here, there] = [at, more].map(|size| tiers.maintenance(size).unwrap().units());
            assert!((0..=1).contains(&(there - here)), "{symbol}: a step at {at}");
        }
        rows += given.len();
    }
    assert_eq!(rows, 2_805);
}
