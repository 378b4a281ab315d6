//! Recorded order books as a market of `backtest`: queue, latency, bounds, tapes that stay in their file, and what users get wrong.

use std::fs;
use std::path::Path;

use serde_json::Value;
use testkit::shared_or_skip;

use crate::program::{quantmesh, text};

fn config(path: &Path, execution: &str) -> String {
    format!(
        "[account]\ncapital = 100000\n[[instrument]]\nsymbol = \"BTCUSDT\"\nmaker_fee_bps = 2\ntaker_fee_bps = 4\n\
         [instrument.data]\npath = \"{}\"\n[execution]\n{execution}\n[[strategy]]\nid = \"market_making\"\n",
        path.display()
    )
}

/// Runs with these keys of `[execution]`, and returns the report.
fn run(there: &Path, data: &Path, execution: &str, more: &[&str]) -> Value {
    fs::write(there.join("c.toml"), config(data, execution)).unwrap();
    let args: Vec<&str> = ["backtest", "c.toml", "--json"].iter().chain(more).copied().collect();
    let run = quantmesh(there, &args);
    assert!(run.status.success(), "{execution}: {}", text(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

fn fills(report: &Value) -> u64 {
    report["counts"]["fills"].as_u64().unwrap()
}

#[test]
fn a_recording_is_a_market_and_the_report_names_its_conventions() {
    let Some(data) = shared_or_skip("data/market/binance_usdm_btcusdt_20240808.l2.gz") else { return };
    let there = tempfile::tempdir().unwrap();
    let usual = run(there.path(), &data, "", &["--verify", "--bounds"]);
    let said = |report: &Value, key: &str| report["execution"][key].as_str().unwrap_or_default().to_owned();
    assert_eq!(said(&usual, "queue"), "risk_averse");
    assert_eq!(said(&usual, "latency"), "25000 µs to the venue, 25000 µs back");
    assert_eq!(said(&usual, "touch"), "", "a convention of bars");
    assert!(fills(&usual) > 0);

    let quick = "[execution.latency]\nentry_us = 1000\nresponse_us = 1000\n";
    if let Some(ether) = shared_or_skip("data/market/binance_spot_ethusdt_20240808.l2.gz") {
        let of =
            |queue: &str| fills(&run(there.path(), &ether, &format!("queue = \"{queue}\"\n{quick}"), &[]));
        let ladder = ["behind", "risk_averse", "power", "front"].map(of);
        assert!(ladder.is_sorted() && ladder.first() < ladder.last(), "{ladder:?}");
    }
    let bounds = usual["bounds"].as_array().unwrap();
    let names: Vec<&str> = bounds.iter().map(|bound| bound["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["pessimistic", "optimistic"]);
    assert_eq!(bounds[0]["execution"]["queue"], "behind");
    let page = fs::read_to_string(there.path().join("quantmesh-out/report.html")).unwrap();
    assert!(!page.contains("id=\"bounds\""), "the last run asked for none");

    let random = "[execution.latency]\nentry_us = 1000\nresponse_us = 2000\nentry_tail_us = 500\nseed = 7";
    let [one, two] = [(); 2].map(|()| run(there.path(), &data, random, &["--verify"]));
    assert_eq!(one["metrics"], two["metrics"], "the same seed");
    assert!(said(&one, "latency").ends_with("seed 7"));
}

#[test]
fn a_tape_stays_in_its_file_and_gives_the_same_result() {
    let Some(data) = shared_or_skip("data/market/binance_spot_btcusdt_20240808.l2.gz") else { return };
    let there = tempfile::tempdir().unwrap();
    let tape = there.path().join("book.qmt");
    let import = quantmesh(
        there.path(),
        &["data", "import", data.to_str().unwrap(), "--out", "book.qmt", "--symbol", "BTCUSDT"],
    );
    assert!(import.status.success(), "{}", text(&import.stderr));
    let without_files = |mut report: Value| {
        let map = report.as_object_mut().unwrap();
        for key in ["files", "timing", "config", "data", "build"] {
            map.remove(key);
        }
        report
    };
    let [from_lines, from_tape] =
        [data.as_path(), tape.as_path()].map(|path| without_files(run(there.path(), path, "", &[])));
    assert_eq!(from_lines, from_tape);
}

#[test]
fn measured_latencies_are_read_and_wrong_values_are_named_with_their_line() {
    let Some(data) = shared_or_skip("data/market/binance_spot_ethusdt_20240808.l2.gz") else { return };
    let there = tempfile::tempdir().unwrap();
    let measured = "sent,arrived,answered\n1723161000000000000,1723161000010000000,1723161000030000000\n";
    fs::write(there.path().join("ways.csv"), measured).unwrap();
    let report = run(there.path(), &data, "[execution.latency]\npath = \"ways.csv\"", &["--verify"]);
    assert_eq!(report["execution"]["latency"], "as measured in ways.csv");
    for (execution, part) in [
        ("queue = \"middle\"", "unknown variant `middle`"),
        ("queue_exponent = 0", "c.toml:10: execution.queue_exponent: 0 must be from 0.001 to 100"),
        (
            "[execution.latency]\nentry_us = 90000000",
            "execution.latency.entry_us: 90000000 is more than a minute",
        ),
        ("[execution.latency]\npath = \"nowhere.csv\"", "nowhere.csv"),
        ("[execution.latency]\nentry_us = -1", "-1"),
    ] {
        fs::write(there.path().join("c.toml"), config(&data, execution)).unwrap();
        let run = quantmesh(there.path(), &["backtest", "c.toml"]);
        let said = text(&run.stderr);
        assert!(!run.status.success() && said.contains(part), "{execution}: {said}");
    }
    fs::write(there.path().join("c.toml"), config(&data, "")).unwrap();
    let run = quantmesh(there.path(), &["backtest", "c.toml", "--lookahead"]);
    assert!(text(&run.stderr).contains("a recorded order book can't be cut"), "{}", text(&run.stderr));
}

#[test]
fn runs_are_put_beside_each_other() {
    let there = tempfile::tempdir().unwrap();
    let config = |short: u32| {
        format!(
            "[[instrument]]\nsymbol = \"BTCUSDT\"\n[instrument.data]\nbuiltin = \"btcusdt_1d\"\n\
             [[strategy]]\nid = \"trend_following\"\n[strategy.params]\nshort_period = {short}\nlong_period = 50\n"
        )
    };
    for (name, short) in [("fast.toml", 5), ("slow.toml", 20)] {
        fs::write(there.path().join(name), config(short)).unwrap();
    }
    let run = quantmesh(there.path(), &["compare", "fast.toml", "slow.toml", "--json"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(document["runs"], serde_json::json!(["fast", "slow"]));
    let equity =
        document["metrics"].as_array().unwrap().iter().find(|row| row["key"] == "final_equity").unwrap();
    for (at, name) in ["fast.toml", "slow.toml"].iter().enumerate() {
        let alone =
            quantmesh(there.path(), &["backtest", name, "--json", "--out", "alone", "--lookahead", "3"]);
        let alone: Value = serde_json::from_slice(&alone.stdout).unwrap();
        assert_eq!(equity["values"][at], alone["final_equity"], "{name}");
    }
    for name in ["compare.html", "compare.csv", "compare.json"] {
        assert!(there.path().join("quantmesh-out").join(name).is_file(), "{name}");
    }
    let alone = quantmesh(there.path(), &["compare", "fast.toml"]);
    assert_eq!(alone.status.code(), Some(2), "{}", text(&alone.stderr));
}
