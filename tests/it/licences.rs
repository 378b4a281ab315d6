//! Licences as a customer meets them: each refusal with its words and exit code, and that free strategies run all the same.

mod running;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};

use licence::{Grant, Plan, SecretKey, Terms, fingerprint, show_time, sign};
use serde_json::Value;
use tempfile::TempDir;

const DAY: i64 = 86_400;
const FREE: &str = "examples/configs/trend-btcusdt-1d.toml";

/// A customer's home with a configuration of a paid strategy.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        home.write("paid.toml", &config("ai_strategy", "", ""));
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quantmesh"));
        command.args(args).current_dir(self.path()).env("HOME", self.path());
        for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "QUANTMESH_LICENCE", "RUST_LOG"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs the paid strategy with a licence of these terms.
    fn trade(&self, terms: &Terms) -> (Option<i32>, String) {
        self.write("l.licence", &sign(terms, &demo()).unwrap());
        self.said(&["backtest", "paid.toml", "--licence", "l.licence", "--allow-demo-key"])
    }

    fn said(&self, args: &[&str]) -> (Option<i32>, String) {
        let output = self.run(args);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
}

fn config(id: &str, params: &str, more: &str) -> String {
    format!(
        "[[instrument]]\nsymbol = \"BTCUSDT\"\n[instrument.data]\nbuiltin = \"btcusdt_1d\"\n\
         [[strategy]]\nid = \"{id}\"\n[strategy.params]\n{params}\n{more}"
    )
}

fn demo() -> SecretKey {
    SecretKey::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap()
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn terms() -> Terms {
    Terms {
        id: "L-7".to_owned(),
        customer: "ACME".to_owned(),
        strategies: vec![Grant { id: "ai_strategy".to_owned(), versions: ">=0.1, <2".parse().unwrap() }],
        issued: now() - 10 * DAY,
        starts: now() - 10 * DAY,
        expires: Some(now() + 100 * DAY),
        notify_from: Some(now() + 70 * DAY),
        max_instances: 1,
        machine: None,
        plan: Plan::Subscription,
        engine: "0.1.0".to_owned(),
        msrv: "1.95".to_owned(),
        renew: "sales@vendor.example".to_owned(),
        notes: String::new(),
    }
}

/// A licence for everything that is sold in this tree, as a file's text.
pub(crate) fn for_all() -> String {
    let grant = |id: &str| Grant { id: id.to_owned(), versions: ">=0.1, <2".parse().unwrap() };
    let strategies = ["advanced_risk", "ai_strategy", "multi_strategy"].map(grant).to_vec();
    sign(&Terms { strategies, ..terms() }, &demo()).unwrap()
}

#[test]
fn a_good_licence_is_found_in_each_of_its_places() {
    let home = Home::new();
    let text = sign(&terms(), &demo()).unwrap();
    let run = ["backtest", "paid.toml", "--allow-demo-key"];
    home.write("l.licence", &text);
    // By the environment, a file or a folder.
    for place in ["l.licence", "."] {
        let output = home.command(&run).env("QUANTMESH_LICENCE", place).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    // By the configuration, relative to it.
    home.write(
        "by-config.toml",
        &config("ai_strategy", "", "[licence]\npath = \"l.licence\"\nallow_demo_key = true"),
    );
    assert_eq!(home.said(&["backtest", "by-config.toml"]), (Some(0), String::new()));
    // By the user's folder, once it is installed there.
    let installed = home.run(&["licence", "install", "l.licence"]);
    assert!(installed.status.success());
    assert_eq!(fs::read_to_string(home.path().join(".config/quantmesh/licences/L-7.licence")).unwrap(), text);
    assert_eq!(home.said(&run), (Some(0), String::new()));
    let show: Value =
        serde_json::from_slice(&home.run(&["licence", "show", "--json", "--allow-demo-key"]).stdout).unwrap();
    assert_eq!(show["files"][0]["claims"][1][1], "ACME");
    let list: Value =
        serde_json::from_slice(&home.run(&["strategies", "list", "--json", "--allow-demo-key"]).stdout)
            .unwrap();
    let states: Vec<_> =
        list.as_array().unwrap().iter().map(|entry| (&entry["id"], &entry["licence"]["state"])).collect();
    assert!(states.contains(&(&"ai_strategy".into(), &"good".into())), "{states:?}");
    assert!(states.contains(&(&"grid".into(), &"not needed".into())), "{states:?}");
    assert_eq!(home.run(&["licence", "check", "ai_strategy", "--allow-demo-key"]).status.code(), Some(0));
}

#[test]
fn each_refusal_has_its_words_and_its_code() {
    let home = Home::new();
    let file = "licence error: ai_strategy 0.1.0: l.licence: licence L-7 of ACME ";
    let ended = now() - DAY;
    let begins = now() + DAY;
    let written = now() + 2 * DAY;
    let box_2 = fingerprint("box 2");
    for (terms, code, said) in [
        (
            Terms {
                strategies: vec![Grant { id: "house".to_owned(), versions: "*".parse().unwrap() }],
                ..terms()
            },
            25,
            "does not name ai_strategy; it names house; to add it: sales@vendor.example".to_owned(),
        ),
        (
            Terms {
                strategies: vec![Grant { id: "ai_strategy".to_owned(), versions: "^7".parse().unwrap() }],
                ..terms()
            },
            26,
            "names ai_strategy ^7, and this is 0.1.0; to change it: sales@vendor.example".to_owned(),
        ),
        (Terms { starts: begins, ..terms() }, 27, format!("begins at {}; it is ", show_time(begins))),
        (
            Terms { expires: Some(ended), ..terms() },
            28,
            format!("ended at {}; to renew it: sales@vendor.example", show_time(ended)),
        ),
        (Terms { issued: written, ..terms() }, 29, "can't be judged: the clock shows ".to_owned()),
        (
            Terms { machine: Some(box_2.clone()), ..terms() },
            30,
            format!("is for the machine {box_2}; this is "),
        ),
    ] {
        let (found, text) = home.trade(&terms);
        assert_eq!(found, Some(code), "{text}");
        assert!(text.starts_with(&format!("{file}{said}")), "{text}");
        assert!(!home.path().join("quantmesh-out").exists(), "nothing was run");
    }
}

/// Neither found, nor a licence, nor this vendor's, nor unchanged; and with all of that in place, what is free runs.
#[test]
fn a_file_that_is_not_the_vendors_is_refused_and_free_strategies_run() {
    let home = Home::new();
    let none = home.said(&["backtest", "paid.toml"]);
    assert_eq!(
        none,
        (
            Some(20),
            format!(
                "licence error: ai_strategy 0.1.0 is a paid strategy, and there is no licence; looked in {}; `quantmesh licence install FILE` puts one where it is found, and whatever is free runs without\n",
                home.path().join(".config/quantmesh/licences").display()
            )
        )
    );
    home.write("l.licence", "a letter\n");
    let run = ["backtest", "paid.toml", "--licence", "l.licence", "--allow-demo-key"];
    assert_eq!(
        home.said(&run),
        (
            Some(21),
            "licence error: l.licence: this is no licence: its first line is not `QuantMesh licence 1`\n"
                .to_owned()
        )
    );
    home.write("l.licence", &sign(&terms(), &SecretKey::from_bytes([3; 32])).unwrap());
    let theirs = SecretKey::from_bytes([3; 32]).public().id();
    let said = format!(
        "licence error: ai_strategy 0.1.0: l.licence: licence L-7 of ACME is signed with the key {theirs}, and this strategy's vendor has the key {}; it is another vendor's, or of before the vendor changed keys: ask for a new one\n",
        demo().public().id()
    );
    assert_eq!(home.said(&run), (Some(22), said));
    home.write("l.licence", &sign(&terms(), &demo()).unwrap().replace("ACME", "ACNE"));
    let said = "licence error: ai_strategy 0.1.0: l.licence: licence L-7 of ACNE was changed after it was signed, or not signed by its vendor; ask the vendor for the file again\n";
    assert_eq!(home.said(&run), (Some(23), said.to_owned()));
    let free = Path::new(env!("CARGO_MANIFEST_DIR")).join(FREE);
    assert_eq!(
        home.said(&["backtest", free.to_str().unwrap(), "--licence", "l.licence"]),
        (Some(0), String::new())
    );
}

#[test]
fn release_builds_refuse_the_demonstration_key_unless_asked_for() {
    let home = Home::new();
    home.write("l.licence", &sign(&terms(), &demo()).unwrap());
    let (code, text) = home.said(&["backtest", "paid.toml", "--licence", "l.licence"]);
    if cfg!(debug_assertions) {
        assert_eq!((code, text.as_str()), (Some(0), ""));
    } else {
        let said = "licence error: ai_strategy 0.1.0: l.licence: it is signed with the demonstration key, which everybody has; get one from the vendor, or ask for it by name with --allow-demo-key\n";
        assert_eq!((code, text.as_str()), (Some(24), said));
    }
    assert_eq!(home.trade(&terms()).0, Some(0));
}

#[test]
fn a_clock_that_was_set_back_is_seen_by_what_has_been() {
    let home = Home::new();
    // An earlier run saw tomorrow.
    let state = home.path().join(".local/state/quantmesh");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("last-seen"), format!("{}\n", now() + DAY)).unwrap();
    let (code, text) = home.trade(&terms());
    assert_eq!(code, Some(29), "{text}");
    let head =
        "licence error: ai_strategy 0.1.0: l.licence: licence L-7 of ACME can't be judged: the clock shows ";
    let (shows, rest) = text.strip_prefix(head).and_then(|rest| rest.split_once(", but ")).unwrap();
    assert_eq!(shows.len(), "2026-11-24T00:00:00Z".len(), "{text}");
    let (seen, rest) = rest.split_once(" has been already; ").unwrap();
    assert_eq!((seen.len(), rest), (shows.len(), "set this machine's clock\n"), "{text}");
    fs::remove_file(state.join("last-seen")).unwrap();
    assert_eq!(home.trade(&terms()).0, Some(0));
    // So does market data of tomorrow.
    let mut bars = "time,open,high,low,close,volume\n".to_owned();
    for day in -3..2 {
        bars += &format!("{},100,101,99,100,5\n", (now() + day * DAY) * 1_000);
    }
    home.write("bars.csv", &bars);
    let args = ["backtest", "paid.toml", "--licence", "l.licence", "--allow-demo-key", "--data", "bars.csv"];
    let (code, text) = home.said(&args);
    assert_eq!(code, Some(29), "{text}");
}

#[test]
fn children_of_a_paid_strategy_need_licences_of_their_own() {
    let home = Home::new();
    let child = "child = [{ id = 'ai_strategy', weight = 1 }]";
    home.write("paid.toml", &config("multi_strategy", child, ""));
    let multi = |ids: &[&str]| Terms {
        strategies: ids
            .iter()
            .map(|id| Grant { id: (*id).to_owned(), versions: "*".parse().unwrap() })
            .collect(),
        ..terms()
    };
    assert_eq!(home.trade(&multi(&["multi_strategy", "ai_strategy"])), (Some(0), String::new()));
    let (code, text) = home.trade(&multi(&["multi_strategy"]));
    assert_eq!(code, Some(3));
    assert!(text.contains("`ai_strategy` is no strategy that this run may use: it is not compiled in, or no licence names it; there is breakout, dca, grid,"), "{text}");
}

#[test]
fn a_risk_rule_is_licensed_like_a_strategy() {
    let home = Home::new();
    home.write("paid.toml", &config("trend_following", "", "[[risk.rule]]\nid = \"advanced_risk\"\n"));
    let (code, text) = home.said(&["backtest", "paid.toml"]);
    assert_eq!(code, Some(20));
    assert!(
        text.starts_with("licence error: advanced_risk 0.1.0 is a paid risk rule, and there is no licence; "),
        "{text}"
    );
    let rule = Terms {
        strategies: vec![Grant { id: "advanced_risk".to_owned(), versions: "*".parse().unwrap() }],
        ..terms()
    };
    assert_eq!(home.trade(&rule), (Some(0), String::new()));
}

/// Flag, environment, configuration, the user's folder: the first that is given counts, and counts alone.
#[test]
fn the_nearest_place_goes_first() {
    let home = Home::new();
    let folder = home.path().join(".config/quantmesh/licences");
    fs::create_dir_all(&folder).unwrap();
    // None of them names the strategy, so the refusal tells which one was read.
    let place = |id: &str, path: &Path| {
        let strategies = vec![Grant { id: "house".to_owned(), versions: "*".parse().unwrap() }];
        let of_place = Terms { id: id.to_owned(), strategies, ..terms() };
        fs::write(path, sign(&of_place, &demo()).unwrap()).unwrap();
    };
    for name in ["flag", "environment", "configuration"] {
        place(name, &home.path().join(format!("{name}.licence")));
    }
    place("folder", &folder.join("a.licence"));
    home.write("named.toml", &config("ai_strategy", "", "[licence]\npath = \"configuration.licence\""));
    let read = |config: &str, flag: bool, environment: bool| {
        let mut command = home.command(&["backtest", config, "--allow-demo-key"]);
        if flag {
            command.args(["--licence", "flag.licence"]);
        }
        if environment {
            command.env("QUANTMESH_LICENCE", "environment.licence");
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(25));
        let said = String::from_utf8(output.stderr).unwrap();
        said.split(": licence ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
    };
    assert_eq!(read("named.toml", true, true), "flag");
    assert_eq!(read("named.toml", false, true), "environment");
    assert_eq!(read("named.toml", false, false), "configuration");
    assert_eq!(read("paid.toml", false, false), "folder");
}

/// The vendor's tool and the engine, hand in hand: issued, installed, traded with; then revoked, and refused.
#[test]
fn what_the_vendor_issues_and_revokes_the_engine_heeds() {
    let home = Home::new();
    let office = home.path().join("office");
    home.write("demo.secret", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(home.path().join("demo.secret"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let secret = home.path().join("demo.secret");
    let vendor = |args: &[&str]| {
        let start = ["quantmesh-licence", "--office", office.to_str().unwrap()];
        let key = ["--key", secret.to_str().unwrap()];
        let words = [&start, args, &key].concat();
        assert_eq!(quantmesh_vendor::run(words.into_iter().map(Into::into)), std::process::ExitCode::SUCCESS);
    };
    vendor(&[
        "issue",
        "--id",
        "L-1",
        "--customer",
        "ACME",
        "--strategy",
        "ai_strategy@^0.1",
        "--days",
        "30",
        "--renew",
        "shop",
        "--engine",
        "0.1.0",
        "--msrv",
        "1.95",
    ]);
    assert!(home.run(&["licence", "install", "office/licences/L-1.licence"]).status.success());
    let run = ["backtest", "paid.toml", "--allow-demo-key"];
    assert_eq!(home.said(&run), (Some(0), String::new()));
    vendor(&["revoke", "L-1", "--why", "charged back"]);
    let list = format!("office/revoked/{}.revoked", demo().public().id());
    assert_eq!(home.said(&run).0, Some(0), "the list is not here");
    assert!(home.run(&["licence", "install", &list]).status.success());
    let (code, said) = home.said(&run);
    assert_eq!(code, Some(32), "{said}");
    assert!(said.contains(": licence L-1 of ACME was revoked at "), "{said}");
    assert!(said.ends_with(": charged back; to settle it: shop\n"), "{said}");
    // Somebody else's list, or one that was changed, is not heeded; a free strategy never asks.
    let text = fs::read_to_string(home.path().join(&list)).unwrap();
    let installed = home.path().join(format!(".config/quantmesh/licences/{}.revoked", demo().public().id()));
    fs::write(&installed, text.replace("charged back", "charged bacc")).unwrap();
    assert_eq!(home.said(&run).0, Some(0));
    fs::write(&installed, "a letter").unwrap();
    let (code, said) = home.said(&run);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("a list of revoked licences can't be used"), "{said}");
}
