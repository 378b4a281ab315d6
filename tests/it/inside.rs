//! What a binary says of itself: `version`, `strategies list`, `schema` and `doctor`, as text and as JSON.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use sdk::{Catalogue, Tier};
use serde_json::Value;

fn quantmesh(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quantmesh"));
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "QUANTMESH_LICENCE", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.args(args).current_dir(home).env("HOME", home).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(home: &Path, args: &[&str]) -> Value {
    let run = quantmesh(home, args);
    serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{args:?}: {}", text(&run.stderr)))
}

const CONFIG: &str = "[[instrument]]\nsymbol = 'BTCUSDT'\n[instrument.data]\nbuiltin = 'btcusdt_1d'\n\
                      [[strategy]]\nid = 'trend_following'\n";

#[test]
fn version_identifies_the_build() {
    let home = tempfile::tempdir().unwrap();
    let version = json(home.path(), &["version", "--json"]);
    let rows = quantmesh::identity::rows();
    assert_eq!(version.as_object().unwrap().len(), rows.len());
    for (name, value) in &rows {
        assert_eq!(version[*name], value.as_str(), "{name}");
        assert!(!value.is_empty() || *name == "features", "{name}");
    }
    let said = text(&quantmesh(home.path(), &["version"]).stdout);
    assert!(said.starts_with(&format!("quantmesh {}\n", env!("CARGO_PKG_VERSION"))), "{said}");
    assert_eq!(said.lines().count(), rows.len() + 1);
}

/// Every entry says all of what the issue asks for, and the table agrees with the document.
#[test]
fn the_list_says_what_each_entry_is_and_where_it_is_from() {
    let home = tempfile::tempdir().unwrap();
    let list = json(home.path(), &["strategies", "list", "--json"]);
    let catalogue = Catalogue::of_this_binary().unwrap();
    let table = text(&quantmesh(home.path(), &["strategies", "list"]).stdout);
    let mut seen = 0;
    for (listed, entry) in list.as_array().unwrap().iter().zip(catalogue.iter()) {
        for (key, value) in [
            ("id", entry.id),
            ("kind", entry.kind().text()),
            ("crate", entry.package),
            ("version", entry.version),
            ("source", "this tree"),
            ("tier", entry.tier.text()),
            ("stability", entry.stability.text()),
            ("sdk", sdk::VERSION),
        ] {
            assert_eq!(listed[key], value, "{}: {key}", entry.id);
        }
        let licence = &listed["licence"];
        let row = table.lines().find(|line| line.split_whitespace().next() == Some(entry.id)).unwrap();
        if matches!(entry.tier, Tier::Free) {
            assert_eq!(*licence, serde_json::json!({ "state": "not needed" }));
            assert!(row.contains("not needed"), "{row}");
        } else {
            assert_eq!(
                (&licence["state"], &licence["exit_code"], &licence["vendor_key"]),
                (&"refused".into(), &20.into(), &"demonstration".into())
            );
            assert!(row.contains("refused"), "{row}");
            assert!(table.contains(licence["why"].as_str().unwrap()), "{table}");
            assert!(table.contains("vendor key: demonstration, which everybody has, in "), "{table}");
        }
        seen += 1;
    }
    assert_eq!(seen, catalogue.iter().count());
    assert!(table.starts_with("id "), "{table}");
}

/// The schema knows the strategies of this binary, by id, and no others.
#[test]
fn the_schema_is_for_exactly_this_binary() {
    let home = tempfile::tempdir().unwrap();
    let run = quantmesh(home.path(), &["schema"]);
    assert!(run.status.success());
    let schema = text(&run.stdout);
    assert!(serde_json::from_str::<Value>(&schema).unwrap()["properties"]["strategy"].is_object());
    let catalogue = Catalogue::of_this_binary().unwrap();
    for id in ["advanced_risk", "ai_strategy", "grid", "multi_strategy", "trend_following"] {
        assert_eq!(schema.contains(&format!("\"{id}\"")), catalogue.get(id).is_some(), "{id}");
    }
    assert_eq!(text(&quantmesh(home.path(), &["config", "schema"]).stdout), schema);
}

/// The health of one check.
fn health<'v>(findings: &'v Value, check: &str) -> &'v str {
    let found = findings.as_array().unwrap().iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("no {check} in {findings:#}"))["health"].as_str().unwrap()
}

#[test]
fn doctor_looks_at_everything_and_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("c.toml"), CONFIG).unwrap();
    let run = quantmesh(home.path(), &["doctor", "c.toml", "--json"]);
    assert_eq!(run.status.code(), Some(0), "warnings are no faults: {}", text(&run.stderr));
    let findings: Value = serde_json::from_slice(&run.stdout).unwrap();
    for check in ["registrations", "clock", "configuration", "data", "data folder"] {
        assert_eq!(health(&findings, check), "ok", "{check}: {findings:#}");
    }
    for check in ["build", "profile", "licence"] {
        assert!(["ok", "warning"].contains(&health(&findings, check)), "{check}: {findings:#}");
    }
    for finding in findings.as_array().unwrap() {
        let says = !finding["remedy"].as_str().unwrap().is_empty();
        assert!(says || finding["health"] == "ok", "{finding}");
    }
    let sheet = text(&quantmesh(home.path(), &["doctor"]).stdout);
    assert!(sheet.contains("`quantmesh doctor FILE` looks at a configuration and its data too"), "{sheet}");
    let is_paid = |entry: &&sdk::Registered| matches!(entry.tier, Tier::Paid { .. });
    if Catalogue::of_this_binary().unwrap().iter().any(|entry| is_paid(&entry)) {
        assert_eq!(health(&findings, "vendor key"), "warning");
        assert_eq!(health(&findings, "licence"), "warning", "nothing asks for one here");
    } else {
        assert!(sheet.contains("nothing in this binary needs one"), "{sheet}");
    }
}

/// A fault is told with its remedy, and doctor ends with the code that the run itself would end with.
#[test]
fn each_fault_has_a_remedy_and_its_exit_code() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    write("c.toml", "titel = 'x'");
    write("data.toml", &CONFIG.replace("builtin = 'btcusdt_1d'", "path = 'none.csv'"));
    write("unknown.toml", &CONFIG.replace("trend_following", "house_alpha"));
    write("not.licence", "a letter");
    write("paid.toml", &CONFIG.replace("trend_following", "ai_strategy"));
    let paid = Catalogue::of_this_binary().unwrap().get("ai_strategy").is_some();
    for (args, check, code) in [
        (&["doctor", "none.toml"][..], "configuration", 3),
        (&["doctor", "c.toml"], "configuration", 3),
        (&["doctor", "unknown.toml"], "configuration", 3),
        (&["doctor", "data.toml"], "data", 4),
        (&["doctor", "--licence", "none.licence"], "licence", 3),
        (
            &["doctor", "paid.toml", "--licence", "not.licence"],
            if paid { "licence" } else { "configuration" },
            if paid { 21 } else { 3 },
        ),
        (&["doctor", "--resolve", "no such host"], "name lookup", 5),
    ] {
        let run = quantmesh(home.path(), args);
        assert_eq!(run.status.code(), Some(code), "{args:?}: {}", text(&run.stdout));
        assert_eq!(text(&run.stderr), format!("doctor error: {check}: see above\n"), "{args:?}");
        let findings = json(home.path(), &[args, &["--json"]].concat());
        let finding = findings.as_array().unwrap().iter().find(|one| one["health"] == "fault").unwrap();
        assert_eq!(finding["check"], check, "{args:?}: {findings:#}");
        assert!(!finding["remedy"].as_str().unwrap().is_empty(), "{finding}");
    }
}
