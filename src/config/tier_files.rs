//! Maintenance tiers from a venue's file: Binance's `leverageBracket`, and the table that ccxt makes of it.
//!
//! - Binance: a list of `{"symbol": "BTCUSDT", "brackets": [{"notionalFloor", "notionalCap", "maintMarginRatio", "cum",
//!   "initialLeverage"}]}`; COIN-M has `qtyFloor` and `qtyCap`, in the coin.
//! - ccxt: `{"BTC/USDT:USDT": [{"info": the bracket}]}`.

use std::path::Path;

use margin::{TierRow, Tiers};
use serde_json::Value;
use types::{Decimal, DecimalError, Money, Rate};

use super::checked::CheckedInstrument;

/// The largest file that is read: all symbols of a venue are a megabyte.
const MOST: u64 = 32 * 1024 * 1024;

/// The tiers of one instrument.
pub(super) fn read(path: &Path, known: &CheckedInstrument) -> Result<Tiers, String> {
    let named = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
    let size = std::fs::metadata(path).map_err(|error| named(&error))?.len();
    if size > MOST {
        return Err(named(&format!("it has {size} bytes, and {MOST} are the most; give a smaller file")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
    let file: Value = serde_json::from_str(&text).map_err(|error| named(&format!("no JSON: {error}")))?;
    let brackets = find(&file, known)
        .ok_or_else(|| named(&format!("no brackets of {}; it holds {}", known.symbol, held(&file))))?;
    tiers(brackets).map_err(|what| named(&format!("{}: {what}", known.symbol)))
}

/// The brackets of the instrument, by its symbol or by its assets.
fn find<'f>(file: &'f Value, known: &CheckedInstrument) -> Option<&'f [Value]> {
    let symbol = known.symbol.to_ascii_uppercase();
    let assets = format!("{}/{}:{}", known.base, known.quote, known.settle());
    let brackets = |entry: &'f Value| entry.get("brackets").and_then(Value::as_array).map(Vec::as_slice);
    let is_own = |entry: &&Value| entry.get("symbol").and_then(Value::as_str) == Some(symbol.as_str());
    match file {
        Value::Array(entries) => entries.iter().find(is_own).and_then(brackets),
        Value::Object(map) if map.contains_key("brackets") => Some(file).filter(is_own).and_then(brackets),
        Value::Object(map) => {
            let own = |key: &str| key == assets || key.to_ascii_uppercase() == symbol;
            let found = map.iter().find(|(key, _)| own(key))?;
            found.1.as_array().map(Vec::as_slice)
        }
        _ => None,
    }
}

/// What a file holds instead, in few words.
fn held(file: &Value) -> String {
    let names: Vec<&str> = match file {
        Value::Array(entries) => entries.iter().filter_map(|entry| entry.get("symbol")?.as_str()).collect(),
        Value::Object(map) => map.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    match names.as_slice() {
        [] => "no symbols".to_owned(),
        [first, .., last] => format!("{} others, {first} to {last}", names.len()),
        [only] => format!("{only} alone"),
    }
}

fn tiers(brackets: &[Value]) -> Result<Tiers, String> {
    let mut rows = Vec::with_capacity(brackets.len());
    for (at, entry) in (1..).zip(brackets) {
        let row = row(entry.get("info").unwrap_or(entry));
        rows.push(row.map_err(|what| format!("bracket {at}: {what}"))?);
    }
    rows.sort_by_key(|row| row.floor);
    // The last cap is often a number that stands for no end.
    Tiers::new(&rows).map_err(|error| error.to_string())
}

fn row(entry: &Value) -> Result<TierRow, String> {
    let number = |names: [&str; 2]| {
        let [name, _] = names;
        let value = names.iter().find_map(|name| entry.get(name)).ok_or_else(|| format!("no {name}"))?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.parse::<Decimal>().map_err(|error| format!("{name} = {text}: {error}"))
    };
    let money = |names: [&str; 2]| {
        let [name, _] = names;
        let value = number(names)?;
        match Money::from_decimal(value) {
            Ok(money) => Ok(Some(money)),
            Err(DecimalError::TooLong) if value.mantissa() > 0 && value.scale() == 0 => Ok(None),
            Err(error) => Err(format!("{name} = {value}: {error}")),
        }
    };
    let leverage = number(["initialLeverage", "maxLeverage"])?;
    let rate = number(["maintMarginRatio", "maintenanceMarginRate"])?;
    Ok(TierRow {
        floor: money(["notionalFloor", "qtyFloor"])?.ok_or("notionalFloor is too large")?,
        cap: money(["notionalCap", "qtyCap"])?,
        rate: Rate::from_decimal(rate).map_err(|error| format!("maintMarginRatio = {rate}: {error}"))?,
        deduction: if entry.get("cum").is_some() { money(["cum", "cum"])? } else { None },
        max_leverage: leverage
            .at_scale(0)
            .ok()
            .and_then(|whole| u32::try_from(whole).ok())
            .ok_or_else(|| format!("initialLeverage = {leverage}: not a whole number"))?,
    })
}

#[cfg(test)]
mod tests {
    use types::{Contract, FeeSchedule};

    use super::*;

    fn known(symbol: &str, base: &str, quote: &str, contract: Contract) -> CheckedInstrument {
        let (base, quote): (types::Asset, types::Asset) = (base.parse().unwrap(), quote.parse().unwrap());
        let fees = FeeSchedule { maker: Rate::ZERO, taker: Rate::ZERO, asset: quote, asset_price: None };
        CheckedInstrument { symbol: symbol.to_owned(), contract, base, quote, fees, margin: None }
    }

    const BINANCE: &str = r#"[{"symbol":"ETHUSDT","brackets":[]},{"symbol":"BTCUSDT","brackets":[
        {"bracket":2,"initialLeverage":100,"notionalCap":9223372036854775807000,"notionalFloor":50000,"maintMarginRatio":0.005,"cum":50.0},
        {"bracket":1,"initialLeverage":125,"notionalCap":50000,"notionalFloor":0,"maintMarginRatio":0.004,"cum":0.0}]}]"#;
    const COIN_M: &str = r#"{"symbol":"BTCUSD_PERP","brackets":[
        {"initialLeverage":125,"qtyCap":5,"qtyFloor":0,"maintMarginRatio":0.004,"cum":0.0},
        {"initialLeverage":100,"qtyCap":10,"qtyFloor":5,"maintMarginRatio":0.005,"cum":0.005}]}"#;
    const CCXT: &str = r#"{"BTC/USDT:USDT":[{"tier":1.0,"info":
        {"bracket":"1","initialLeverage":"125","notionalCap":"50000","notionalFloor":"0","maintMarginRatio":"0.004","cum":"0.0"}}]}"#;

    fn given(text: &str, known: &CheckedInstrument) -> Result<Tiers, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tiers.json");
        std::fs::write(&path, text).unwrap();
        read(&path, known).map_err(|error| error.replace(&folder.path().display().to_string(), ""))
    }

    #[test]
    fn the_files_of_venues_are_read_by_symbol_and_by_assets() {
        let linear = known("BTCUSDT", "BTC", "USDT", Contract::Linear);
        let inverse = known("BTCUSD_PERP", "BTC", "USD", Contract::Inverse);
        for (text, known, rows, capped) in
            [(BINANCE, &linear, 2, false), (COIN_M, &inverse, 2, true), (CCXT, &linear, 1, true)]
        {
            let tiers = given(text, known).unwrap();
            assert_eq!((tiers.rows().len(), tiers.cap().is_some()), (rows, capped));
            assert_eq!(tiers.rows()[0].max_leverage, 125);
        }
        let short = CCXT.replace("BTC/USDT:USDT", "btcusdt");
        assert_eq!(given(&short, &linear), given(CCXT, &linear));
    }

    #[test]
    fn what_is_no_file_of_tiers_is_refused_with_file_and_bracket() {
        let linear = known("BTCUSDT", "BTC", "USDT", Contract::Linear);
        for (text, says) in [
            ("tiers", "/tiers.json: no JSON: expected"),
            ("[]", "/tiers.json: no brackets of BTCUSDT; it holds no symbols"),
            (COIN_M, "/tiers.json: no brackets of BTCUSDT; it holds "),
            ("{\"BTCUSDT\": []}", "/tiers.json: BTCUSDT: no maintenance tier"),
            ("{\"BTCUSDT\": [{}]}", "/tiers.json: BTCUSDT: bracket 1: no initialLeverage"),
            (&BINANCE.replace("50.0", "51"), "/tiers.json: BTCUSDT: tier 2: its maintenance amount is 51"),
            (&BINANCE.replace(":100,", ":1.5,"), "/tiers.json: BTCUSDT: bracket 1: initialLeverage = 1.5"),
        ] {
            let error = given(text, &linear).unwrap_err();
            assert!(error.starts_with(says), "{error}, not {says}");
        }
        assert!(read(Path::new("/nowhere/tiers.json"), &linear).is_err());
    }
}
