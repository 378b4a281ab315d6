//! The shipped model is what training on the sample gives, and the strategy trades by it.

use std::error::Error;
use std::fs;
use std::path::Path;

use ai_strategy::{Model, ModelError, train};
use sdk::{Bar, Decimal, Instrument, Time};
use testkit::Lab;

fn bars(instrument: &Instrument, text: &str) -> Result<Vec<Bar>, Box<dyn Error>> {
    let mut bars = Vec::new();
    for (day, line) in (17_394_i64..).zip(text.lines().skip(1)) {
        let mut prices = Vec::new();
        for field in line.split(',').skip(2).take(4) {
            prices.push(instrument.price(field.parse::<Decimal>()?)?);
        }
        let [open, high, low, close] = prices[..] else { return Err(format!("no bar: {line}").into()) };
        let at = |day: i64| Time::from_nanos(day * 86_400_000_000_000);
        let volume = sdk::Qty::from_lots(1);
        bars.push(Bar { open_time: at(day), close_time: at(day + 1), open, high, low, close, volume });
    }
    Ok(bars)
}

/// `UPDATE=1` writes the file anew.
#[test]
fn the_shipped_model_is_what_training_gives() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sample = here.join("../../examples/data/btcusdt_1d.csv");
    let Ok(text) = fs::read_to_string(&sample) else {
        println!("passed over: this crate stands outside the tree that has the sample");
        return Ok(());
    };
    let file = here.join("model/btcusdt_1d.json");
    let model = train(&bars(&Lab::new()?.instrument()?, &text)?)?;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, serde_json::to_string_pretty(&model)? + "\n")?;
    }
    assert_eq!(Model::from_json(&fs::read_to_string(&file)?)?, model);
    Ok(())
}

#[test]
fn a_model_for_other_features_is_refused() {
    let text = include_str!("../model/btcusdt_1d.json");
    for (from, to) in [("roc_20", "roc_30"), ("\"format\": 1", "\"format\": 2"), ("{", "[")] {
        assert!(Model::from_json(&text.replacen(from, to, 1)).is_err(), "{from} as {to}");
    }
    assert!(matches!(Model::from_json(""), Err(ModelError::Malformed(_))));
}
