//! The example configuration, as far as it goes without the two files that it asks for: its parameters on its instruments.

use pairs as _;
use testkit::{Lab, LabError};

const TEXT: &str = include_str!("../../../examples/configs/pairs-ethusdt-btcusdt-1h.toml");

#[test]
fn the_example_configuration_starts() -> Result<(), LabError> {
    let config: toml::Table = toml::from_str(TEXT)?;
    let instruments: Vec<&toml::Table> =
        config["instrument"].as_array().into_iter().flatten().filter_map(toml::Value::as_table).collect();
    let text = |table: &toml::Table, key: &str| table[key].as_str().unwrap_or_default().to_owned();
    let symbols: Vec<String> = instruments.iter().map(|table| text(table, "symbol")).collect();
    let files: Vec<String> = instruments
        .iter()
        .filter_map(|table| table["data"].as_table())
        .map(|data| text(data, "path"))
        .collect();
    assert_eq!(symbols, ["ETHUSDT", "BTCUSDT"]);
    assert_eq!(files, ["ethusdt-1h.csv", "btcusdt-1h.csv"], "each market has a file of its own");
    let strategy = &config["strategy"][0];
    assert_eq!(strategy["instruments"].to_string(), "[\"ETHUSDT\", \"BTCUSDT\"]", "the first leg is ether");
    let mut lab = Lab::new()?;
    let spec = |table: &toml::Table| -> Result<_, LabError> {
        let mut spec = lab.spec.clone();
        spec.symbol = text(table, "symbol");
        spec.tick_size = table["tick_size"].to_string().parse()?;
        spec.lot_size = table["lot_size"].to_string().parse()?;
        spec.min_notional = table["min_notional"].to_string().parse()?;
        Ok(spec)
    };
    let mut specs = instruments.into_iter().map(spec).collect::<Result<Vec<_>, _>>()?.into_iter();
    lab.spec = specs.next().unwrap_or_else(|| lab.spec.clone());
    lab.others = specs.collect();
    assert_eq!(lab.others.len(), 1);
    let params = strategy["params"].to_string();
    let params: toml::Table = toml::from_str::<toml::Table>(&format!("params = {params}"))?;
    let params = params["params"].as_table().map(ToString::to_string).unwrap_or_default();
    assert!(params.contains("entry_z = 2.5"), "{params}");
    lab.kernel("pairs", &params, None)?;
    Ok(())
}
