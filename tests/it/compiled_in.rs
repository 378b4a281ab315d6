//! What is compiled in, as a user meets it: named, listed, with starter files and shipped configurations that work.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{quantmesh, text};

/// What comes free of charge, and is in every default build.
const FREE: [&str; 9] = [
    "breakout",
    "dca",
    "grid",
    "market_making",
    "martingale",
    "mean_reversion",
    "momentum",
    "pairs",
    "trend_following",
];

/// What is sold; in a build that has them.
const PAID: [&str; 3] = ["advanced_risk", "ai_strategy", "multi_strategy"];

/// Every word of it: what is missing, what is near, what is there, and the command that brings it. That the command works
/// is shown by `cargo xtask combinations`, which runs it for every feature.
#[cfg(not(any(feature = "ai_strategy", feature = "multi_strategy", feature = "advanced_risk")))]
#[test]
fn a_strategy_that_is_not_in_this_binary_is_named_with_the_way_to_it() {
    let all = FREE.join(", ");
    for (id, meant, rest) in [
        (
            "ai_strategy",
            "",
            "the feature `ai_strategy` has it, from the package quantmesh-ai-strategy: `cargo build --release --features ai_strategy`",
        ),
        (
            "ai_startegy",
            "did you mean `ai_strategy`?; ",
            "no feature of this version has it; features.md lists them, and a crate of your own needs a build of its own",
        ),
    ] {
        let there = tempfile::tempdir().unwrap();
        let config = format!("[[instrument]]\nsymbol = 'X'\n[[strategy]]\nid = '{id}'\n");
        fs::write(there.path().join("c.toml"), config).unwrap();
        let wanted = format!(
            "configuration error: c.toml:4: strategy `{id}` is not compiled into this binary; {meant}compiled in: {all}; {rest}\n"
        );
        for args in [&["backtest", "c.toml"][..], &["config", "check", "c.toml"]] {
            let run = quantmesh(there.path(), args);
            assert_eq!((run.status.code(), text(&run.stderr)), (Some(3), wanted.clone()), "{args:?}");
        }
    }
}

#[test]
fn a_starter_file_of_every_strategy_checks_and_runs() {
    let there = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/btcusdt_1d.csv");
    fs::copy(sample, there.path().join("ethusdt_1d.csv")).unwrap();
    for id in FREE {
        for args in [
            &["config", "init", "c.toml", "--force", "--strategy", id][..],
            &["config", "check", "c.toml"],
            &["backtest", "c.toml"],
        ] {
            let run = quantmesh(there.path(), args);
            assert!(run.status.success(), "{args:?}: {}", text(&run.stderr));
        }
    }
    let again = quantmesh(there.path(), &["config", "init", "c.toml"]);
    assert_eq!(again.status.code(), Some(6), "an existing file is not overwritten unasked");
}

/// The files that an example leaves to whoever uses it.
const YOURS: [&str; 2] = ["ethusdt-1h.csv", "btcusdt-1h.csv"];

#[test]
fn every_shipped_configuration_checks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = 0;
    for entry in fs::read_dir(root.join("examples/configs")).unwrap() {
        let path = entry.unwrap().path();
        let mut run = quantmesh(root, &["config", "check", path.to_str().unwrap()]);
        // One that names files of the user's says which it does not find, and checks once they are there.
        if run.status.code() == Some(4) {
            let said = text(&run.stderr);
            let first = YOURS.iter().find(|file| said.contains(&format!("{file}: No such file")));
            assert!(first.is_some(), "{said}");
            let there = tempfile::tempdir().unwrap();
            fs::copy(&path, there.path().join("yours.toml")).unwrap();
            for file in YOURS {
                fs::copy(root.join("examples/data/btcusdt_1d.csv"), there.path().join(file)).unwrap();
            }
            run = quantmesh(there.path(), &["config", "check", "yours.toml"]);
        }
        let said = text(&run.stderr);
        // One that is of a paid entry checks in a build that has it, with a licence for it: `strategies_page` runs all.
        let missing = |id: &&str| {
            said.contains(&format!("`{id}` is not compiled into this binary"))
                && said.contains(&format!("`cargo build --release --features {id}`"))
        };
        let unpaid = |id: &&str| {
            let version = env!("CARGO_PKG_VERSION");
            said.contains(&format!("{id} {version} is a paid ")) && said.contains("and there is no licence")
        };
        let known = match run.status.code() {
            Some(3) => PAID.iter().any(missing),
            Some(20) => PAID.iter().any(unpaid),
            code => code == Some(0),
        };
        assert!(known, "{said}");
        checked += usize::from(run.status.success());
    }
    assert!(checked >= FREE.len(), "every free strategy has an example: {checked} of {}", FREE.len());
}

#[test]
fn what_is_compiled_in_is_shown_with_its_parameters() {
    let there = tempfile::tempdir().unwrap();
    let list: Value =
        serde_json::from_slice(&quantmesh(there.path(), &["strategies", "list", "--json"]).stdout).unwrap();
    let ids: Vec<&str> = list.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    let rows = quantmesh::identity::rows();
    let (_, features) = rows.iter().find(|(name, _)| *name == "features").unwrap();
    let mut wanted = FREE.to_vec();
    wanted.extend(features.split(", ").filter(|feature| PAID.contains(feature)));
    wanted.sort_unstable();
    assert_eq!(ids, wanted);
    let show = quantmesh(there.path(), &["strategies", "show", "grid", "--json"]);
    let grid: Value = serde_json::from_slice(&show.stdout).unwrap();
    let window =
        grid["parameters"].as_array().unwrap().iter().find(|p| p["key"] == "buy_window_size").unwrap();
    assert_eq!(
        (window["default"].as_i64(), window["unit"].as_str(), window["minimum"].as_str()),
        (Some(10), Some("levels"), Some("1"))
    );
    assert!(!window["help"].as_str().unwrap().is_empty());
    let version: Value =
        serde_json::from_slice(&quantmesh(there.path(), &["version", "--json"]).stdout).unwrap();
    assert!(version["rustc"].as_str().unwrap().starts_with("rustc 1."));
    let schema: Value =
        serde_json::from_slice(&quantmesh(there.path(), &["config", "schema"]).stdout).unwrap();
    assert!(schema["properties"]["strategy"].is_object());
}
