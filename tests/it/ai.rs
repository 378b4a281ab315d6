//! `quantmesh ai train` and what becomes of its file: trained, kept, named in a configuration and traded; and advice from a file.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::house;

const EXAMPLE: &str = "examples/configs/ai-btcusdt-1d.toml";
const SHIPPED: &str = "strategies/ai_strategy/model/btcusdt_1d.json";
const NETWORK: &str = "strategies/ai_strategy/model/mlp_btcusdt_1d.onnx";
const SAMPLE: &str = "examples/data/btcusdt_1d.csv";
const LICENSED: [&str; 3] = ["--licence", "all.licence", "--allow-demo-key"];

/// A folder with a licence and, under `runs`, the example's configuration.
struct Home(TempDir);

/// How a command ended, and what it said on both ways.
type Said = (Option<i32>, String, String);

/// What a backtest wrote.
#[derive(Debug, PartialEq)]
struct Run {
    trades: String,
    equity: String,
    notes: String,
}

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir(home.path("runs")).unwrap();
        home.write("all.licence", &crate::licences::for_all());
        home.write("runs/shipped.toml", &house::read(EXAMPLE));
        home
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quantmesh"));
        command.args(args).current_dir(self.0.path()).env("HOME", self.0.path());
        for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "QUANTMESH_LICENCE", "RUST_LOG"] {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code(), out, err)
    }

    fn train(&self, args: &[&str]) -> Said {
        self.run(&[&["ai", "train"], args, &LICENSED].concat())
    }

    /// Backtests the example with changes to its text, as `runs/NAME.toml`.
    fn trade(&self, name: &str, changes: &[(&str, &str)], more: &[&str]) -> Run {
        let mut text = self.read("runs/shipped.toml");
        for (from, to) in changes {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text = text.replace(from, to);
        }
        let (config, out) = (format!("runs/{name}.toml"), format!("out-{name}"));
        self.write(&config, &text);
        let run: &[&str] = &["backtest", &config, "--out", &out];
        let (code, said, error) = self.run(&[run, more, &LICENSED].concat());
        assert_eq!((code, error.as_str()), (Some(0), ""), "{name}");
        assert_eq!(
            said.contains("replayed: every decision came out the same"),
            more.contains(&"--verify"),
            "{said}"
        );
        let result: Value = serde_json::from_str(&self.read(&format!("{out}/result.json"))).unwrap();
        Run {
            trades: self.read(&format!("{out}/trades.csv")),
            equity: self.read(&format!("{out}/equity.csv")),
            notes: result["notes"].to_string(),
        }
    }
}

impl Run {
    fn trades(&self) -> usize {
        self.trades.lines().count() - 1
    }

    /// The trades without their times: a fill at an open that a signal precedes is stamped with the signal's.
    fn made(&self) -> Vec<String> {
        let fields = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let lines = self.trades.lines().map(fields);
        lines.map(|line| [&line[..4], &line[5..6], &line[7..]].concat().join(",")).collect()
    }
}

fn model(path: &Path) -> Value {
    serde_json::from_str::<Value>(&fs::read_to_string(path).unwrap()).unwrap()["model"].take()
}

/// Trained with the settings of the shipped model it is the shipped model, byte for byte, and trades like it.
#[test]
fn what_the_example_trains_is_the_shipped_model_and_trades_like_it() {
    let home = Home::new();
    let train = ["--config", "runs/shipped.toml", "--out", "runs/mine.json"];
    // Without a licence nothing is trained.
    let (code, _, error) = home.run(&[&["ai", "train"], &train[..]].concat());
    assert_eq!(code, Some(20), "{error}");
    assert!(
        error.starts_with("licence error: ai_strategy 0.1.0 is a paid strategy, and there is no licence;")
    );
    assert!(!home.path("runs/mine.json").exists());
    let (code, said, error) = home.train(&train);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(said.starts_with("a logistic model over 16 features of BTCUSDT, trained on "), "{said}");
    assert!(said.ends_with("names it under [strategy.params] as model = \"mine.json\"\n"), "{said}");
    assert_eq!(home.read("runs/mine.json"), house::read(SHIPPED));
    // An existing file stays, unless asked otherwise.
    home.write("runs/mine.json", "dear to me");
    let refused = home.train(&train);
    let said = "runs/mine.json: the file exists; --force overwrites it";
    assert!(refused.0 == Some(6) && refused.2.contains(said), "{refused:?}");
    assert_eq!(home.read("runs/mine.json"), "dear to me");
    assert_eq!(home.train(&[&train[..], &["--force"]].concat()).0, Some(0));
    assert_eq!(home.read("runs/mine.json"), house::read(SHIPPED));
    // The file is named from the configuration's folder.
    let shipped = home.trade("same", &[], &[]);
    let mine = home.trade("mine", &[("\"shipped\"", "\"mine.json\"")], &["--verify"]);
    assert!(mine.trades() > 10, "{}", mine.trades);
    assert_eq!(mine, shipped);
}

/// Without a configuration: the file of bars alone, whose symbol the command names.
#[test]
fn bars_alone_give_a_model_of_their_symbol_that_trades() {
    let home = Home::new();
    let data = house::root().join(SAMPLE);
    let data = data.to_str().unwrap();
    let trees =
        ["--instrument", "BTCUSDT", "--set", "model=boosted_trees", "--set", "trees=5", "--set", "horizon=3"];
    let bare = ["--data", data, "--out", "runs/trees.json", "--json"];
    let (code, said, error) = home.train(&[&bare[..], &trees].concat());
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&said["file"], said["bytes"].as_u64()),
        (&Value::from("runs/trees.json"), Some(home.read("runs/trees.json").len() as u64))
    );
    assert!(said["summary"].as_str().unwrap().starts_with("5 boosted trees over 16 features of BTCUSDT"));
    let made = model(&home.path("runs/trees.json"));
    assert_eq!(made["symbol"], "BTCUSDT");
    assert_eq!(made["interval_nanos"], 86_400_000_000_000_i64);
    assert_eq!(made["training"]["horizon"], 3);
    let traded = home.trade("trees", &[("\"shipped\"", "\"trees.json\"")], &["--verify"]);
    assert!(traded.trades() > 0 && traded.equity != home.trade("same", &[], &[]).equity);
    assert!(!traded.notes.contains("the model was trained on"), "{}", traded.notes);
    // Whoever names no symbol has a model of another one than what trades, and its record says so.
    assert_eq!(home.train(&["--data", data, "--out", "runs/nameless.json"]).0, Some(0));
    assert_eq!(model(&home.path("runs/nameless.json"))["symbol"], "DATAUSDT");
    let traded = home.trade("nameless", &[("\"shipped\"", "\"nameless.json\"")], &[]);
    assert_eq!(traded.notes.matches("the model was trained on another symbol").count(), 1);
    // A parameter that is none, and bars that are too few.
    let wrong = home.train(&["--data", data, "--out", "none.json", "--set", "depth=9"]);
    assert!(wrong.0 == Some(2) && wrong.2.contains("`depth` is 9"), "{wrong:?}");
    let few: Vec<String> = house::read(SAMPLE).lines().take(150).map(str::to_owned).collect();
    home.write("few.csv", &few.join("\n"));
    let wrong = home.train(&["--data", "few.csv", "--out", "none.json"]);
    assert!(wrong.0 == Some(4) && wrong.2.contains("at least 200 are needed"), "{wrong:?}");
    assert!(!home.path("none.json").exists());
}

/// A network from Python, by the name of its file; and what is said where there is no such file.
#[test]
fn an_onnx_file_is_traded_by_its_name() {
    let home = Home::new();
    fs::copy(house::root().join(NETWORK), home.path("runs/mlp.onnx")).unwrap();
    let traded = home.trade("network", &[("\"shipped\"", "\"mlp.onnx\"")], &["--verify"]);
    assert!(traded.trades() > 5, "{}", traded.trades);
    assert_ne!(traded.trades, home.trade("same", &[], &[]).trades);
    assert!(!traded.notes.contains("the model was trained on"), "{}", traded.notes);
    fs::remove_file(home.path("runs/mlp.onnx")).unwrap();
    let (code, _, error) = home.run(&[&["backtest", "runs/network.toml"], &LICENSED[..]].concat());
    assert!(code == Some(3) && error.contains("mlp.onnx"), "{error}");
}

/// The closes of the sample, an hour each: a model of days opens nothing on them, and the record says why, once.
#[test]
fn a_model_of_days_opens_nothing_on_hours() {
    let home = Home::new();
    let mut hours = "date,open,high,low,close,volume\n".to_owned();
    for (at, line) in house::read(SAMPLE).lines().skip(1).take(600).enumerate() {
        let (day, hour) = (1 + at / 24, at % 24);
        let bar = line.splitn(3, ',').nth(2).unwrap();
        hours.push_str(&format!("2024-01-{day:02}T{hour:02}:00:00Z,{bar}\n"));
    }
    home.write("hours.csv", &hours);
    let traded = home.trade("hours", &[], &["--data", "hours.csv"]);
    assert_eq!(traded.trades(), 0, "{}", traded.trades);
    let note = "the model was trained on bars of another length, so nothing is opened on these";
    assert_eq!(traded.notes.matches(note).count(), 1, "{}", traded.notes);
}

const ADVICE: &str = "time,source,name,value,valid_until
2020-02-01T00:00:00Z,oracle,size,0.2,2020-06-01T00:00:00Z
2020-03-01T00:00:00Z,oracle,size,0.99,2021-01-01T00:00:00Z
2020-04-01T00:00:00Z,oracle,bias,1,2020-05-01T00:00:00Z
2020-04-02T00:00:00Z,oracle,moon,1,
2020-06-01T00:00:00Z,oracle,bias,-1,2020-09-01T00:00:00Z
";

/// What a file of signals says is applied at its time, changes the run, and is replayed by the program to the same decisions.
#[test]
fn advice_from_a_file_is_applied_and_replayed() {
    let home = Home::new();
    home.write("runs/said.csv", ADVICE);
    let file = ("builtin = \"btcusdt_1d\"\n", "builtin = \"btcusdt_1d\"\nsignals = \"said.csv\"\n");
    let plain = home.trade("same", &[], &["--verify"]);
    let advised = [file, ("advisor = \"off\"", "advisor = \"apply\"\nadvisor_source = \"oracle\"")];
    let applied = home.trade("applied", &advised, &["--verify"]);
    assert_ne!((&applied.trades, &applied.equity), (&plain.trades, &plain.equity));
    assert_eq!(home.trade("again", &advised, &["--verify"]), applied);
    for said in [
        "oracle: size = 0.2: applied",
        "oracle: size = 0.99: refused: it makes positions larger than configured",
        "oracle: bias = 1: applied",
        "oracle: moon = 1: refused: its name is no changeable parameter",
        "oracle: bias = -1: applied",
    ] {
        assert_eq!(applied.notes.matches(said).count(), 1, "{said}: {}", applied.notes);
    }
    // Shown and not applied, it changes nothing; and of somebody else it is refused.
    let shown = home.trade("shown", &[file, ("\"off\"", "\"propose\"")], &["--verify"]);
    assert_eq!(shown.made(), plain.made());
    assert_eq!(shown.notes.matches(": proposed; ").count(), 4, "{}", shown.notes);
    let stranger = ("advisor = \"off\"", "advisor = \"apply\"\nadvisor_source = \"priest\"");
    let refused = home.trade("refused", &[file, stranger], &["--verify"]);
    assert_eq!(refused.made(), plain.made());
    assert_eq!(refused.notes.matches("it is not from advisor_source").count(), 5, "{}", refused.notes);
}
