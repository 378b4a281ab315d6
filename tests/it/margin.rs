//! Margin by configuration: a run that is liquidated, a coin-margined one, and what users get wrong.

use std::fs;

use serde_json::Value;

use crate::program::{quantmesh, text};

const STRATEGY: &str = "[[strategy]]\nid = \"trend_following\"\n[strategy.params]\n\
    short_period = 5\nlong_period = 20\nsizing = \"fixed_quantity\"\n";

const TIERS: &str = r#"{"BTC/USDT:USDT": [
    {"info": {"notionalFloor": "0", "notionalCap": "50000", "maintMarginRatio": "0.004", "cum": "0", "initialLeverage": "125"}},
    {"info": {"notionalFloor": "50000", "notionalCap": "600000", "maintMarginRatio": "0.005", "cum": "50", "initialLeverage": "100"}}]}"#;

fn linear(account: &str, instrument: &str) -> String {
    format!(
        "[account]\n{account}\n[risk]\nmax_leverage = 0\n[[instrument]]\nsymbol = \"BTCUSDT\"\n{instrument}\n\
         [instrument.data]\nbuiltin = \"btcusdt_1d\"\n{STRATEGY}size = 0.1\n"
    )
}

#[test]
fn daily_bars_at_twenty_times_are_liquidated_and_the_report_says_so() {
    let there = tempfile::tempdir().unwrap();
    fs::write(there.path().join("tiers.json"), TIERS).unwrap();
    let file = "tiers_file = \"tiers.json\"";
    for (name, account, liquidated) in [
        ("off", "", false),
        ("isolated", "margin = \"isolated\"\nleverage = 20", true),
        ("cross", "margin = \"cross\"\nleverage = 20", false),
    ] {
        fs::write(there.path().join("c.toml"), linear(account, file)).unwrap();
        let run = quantmesh(there.path(), &["backtest", "c.toml", "--verify", "--json"]);
        assert!(run.status.success(), "{name}: {}", text(&run.stderr));
        let document: Value = serde_json::from_slice(&run.stdout).unwrap();
        let says = document["notes"].as_array().unwrap().iter().any(|note| {
            note["text"].as_str().unwrap().contains("the venue closed the position for want of margin")
        });
        assert_eq!(says, liquidated, "{name}");
        let metric = |key: &str| {
            let all = document["metrics"].as_array().unwrap();
            all.iter().find(|metric| metric["key"] == key).unwrap()["value"].clone()
        };
        assert_eq!(metric("liquidations").as_u64().unwrap() > 0, liquidated, "{name}");
        // What each part made sums to the profit, the insurance fund's part included.
        let of = |key: &str| metric(key).as_str().unwrap().parse::<types::Decimal>().unwrap();
        let units = |key: &str| of(key).at_scale(18).unwrap();
        let parts =
            units("realised") + units("unrealised") + units("funding") - units("fees") - units("insurance");
        assert_eq!(parts, units("net_profit"), "{name}");
        assert_eq!(document["execution"]["margin"].is_string(), name != "off", "{name}");
    }
}

#[test]
fn a_coin_margined_run_is_counted_in_its_coin() {
    let there = tempfile::tempdir().unwrap();
    let config = format!(
        "[account]\ncapital = 1\ncurrency = \"BTC\"\nmargin = \"isolated\"\nleverage = 2\n[risk]\nmax_leverage = 2\n\
         [[instrument]]\nsymbol = \"BTCUSD_PERP\"\ncontract = \"inverse\"\nbase = \"BTC\"\nquote = \"USD\"\n\
         multiplier = 100\nlot_size = 1\ntaker_fee_bps = 5\n\
         [[instrument.tiers]]\nfloor = 0\nrate_pct = 0.4\nmax_leverage = 125\n\
         [[instrument.tiers]]\nfloor = 5\nrate_pct = 0.5\nmax_leverage = 100\namount = 0.005\n\
         [instrument.data]\nbuiltin = \"btcusdt_1d\"\n{STRATEGY}size = 100\n"
    );
    fs::write(there.path().join("c.toml"), &config).unwrap();
    let run = quantmesh(there.path(), &["backtest", "c.toml", "--verify", "--json"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(document["currency"], "BTC");
    assert!(document["counts"]["fills"].as_u64().unwrap() > 2);
    let metric = |key: &str| {
        let all = document["metrics"].as_array().unwrap();
        let found = all.iter().find(|metric| metric["key"] == key).unwrap();
        found["value"].as_str().unwrap().parse::<f64>().unwrap()
    };
    let equity: f64 = document["final_equity"].as_str().unwrap().parse().unwrap();
    let sum = 1.0 + metric("realised") + metric("unrealised") - metric("fees");
    assert!((equity - sum).abs() < 1e-9 && (0.5..4.0).contains(&equity), "{equity} {sum}");
    // The same in dollars: the books say what to change.
    let wrong = config.replace("currency = \"BTC\"", "currency = \"USD\"");
    fs::write(there.path().join("c.toml"), wrong).unwrap();
    let run = quantmesh(there.path(), &["backtest", "c.toml"]);
    assert!(text(&run.stderr).contains("account.currency = \"BTC\""), "{}", text(&run.stderr));
}

#[test]
fn mistakes_about_margin_say_where_and_what_to_do() {
    let rows = "[[instrument.tiers]]\nfloor = 0\nrate_pct = 0.4\nmax_leverage = 125";
    for (account, instrument, says) in [
        ("leverage = 5", "", "c.toml:2: account.leverage: it does nothing without margin"),
        ("margin = \"cross\"\nleverage = 0", rows, "account.leverage: 0 must be at least 1"),
        ("liquidation_remainder = \"account\"", "", "account.liquidation_remainder: it does nothing without"),
        ("", "leverage = 5", "instrument BTCUSDT: leverage: it does nothing without margin"),
        (
            "margin = \"cross\"",
            "",
            "instrument BTCUSDT: tiers: an account with margin needs maintenance tiers",
        ),
        ("margin = \"cross\"", &format!("tiers_file = \"t.json\"\n{rows}"), "not both"),
        ("margin = \"cross\"", "tiers_file = \"t.json\"", "instrument BTCUSDT: tiers_file: "),
        (
            "margin = \"cross\"",
            &rows.replace("0.4", "100"),
            "tier 1: its rate is 1; it must be above 0 and below 1",
        ),
        ("margin = \"cross\"\nleverage = 126", rows, "leverage: 126 must be from 1 to 125"),
        ("margin = \"cross\"", &format!("contract = \"spot\"\n{rows}"), "contract: spot has no margin"),
        ("margin = \"cross\"", &format!("liquidation_fee_bps = -1\n{rows}"), "must not be negative"),
        ("margin = \"crossed\"", "", "unknown variant `crossed`"),
        ("", "contract = \"coin\"", "unknown variant `coin`"),
    ] {
        let there = tempfile::tempdir().unwrap();
        fs::write(there.path().join("c.toml"), linear(account, instrument)).unwrap();
        let run = quantmesh(there.path(), &["config", "check", "c.toml"]);
        let message = text(&run.stderr);
        assert_eq!(run.status.code(), Some(3), "{account} {instrument}: {message}");
        assert!(message.contains(says), "{message}\nlacks: {says}");
    }
}
