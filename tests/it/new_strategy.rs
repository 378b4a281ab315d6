//! `strategies new`: what it writes compiles, passes its own tests and runs, by the very commands of the page that says so; and
//! what it refuses.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::house;

const PAGE: &str = "docs/WRITING_A_STRATEGY.md";
/// What the page calls the engine's folder.
const ENGINE: &str = "../quantmesh";

fn quantmesh(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quantmesh"));
    command.args(args).current_dir(folder).env_remove("RUST_LOG").output().unwrap()
}

/// The real cargo, without the network and without what the cargo that runs this test has set. All that it builds goes to one place,
/// so that the engine is compiled once and not in every run of this test.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO"));
    let kept = ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"].map(OsStr::new);
    for (name, _) in std::env::vars_os().filter(|(name, _)| !kept.contains(&name.as_os_str())) {
        if ["CARGO", "RUST"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(&name);
        }
    }
    command
        .current_dir(folder)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-strategy"))
        .env("CARGO_TERM_COLOR", "never")
        .env("RUSTUP_AUTO_INSTALL", "0")
        // What is built is not to be fast: the build is.
        .envs([("CARGO_PROFILE_DEV_OPT_LEVEL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")]);
    command
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// The commands of a page, in their order: the lines of its `sh` blocks.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

#[test]
fn a_newcomer_gets_from_the_command_to_a_green_test_and_a_first_backtest() {
    let desk = tempfile::tempdir().unwrap();
    let root = house::root();
    let mut folder = desk.path().to_path_buf();
    let mut seen = Vec::new();
    for line in commands(&house::read(PAGE)) {
        let line = line.replace(ENGINE, root.to_str().unwrap());
        let words: Vec<&str> = line.split_whitespace().collect();
        let output = match words[..] {
            ["cd", to] => {
                folder.push(to);
                continue;
            }
            ["quantmesh", ref args @ ..] => quantmesh(&folder, args),
            ["cargo", ref args @ ..] => cargo(&folder).args(args).output().unwrap(),
            _ => panic!("{PAGE}: `{line}` is no command that this test can run"),
        };
        let said = said(&output);
        assert!(output.status.success(), "{PAGE}: `{line}`:\n{said}");
        assert!(!said.contains("warning"), "`{line}`:\n{said}");
        seen.push((words[..2].join(" "), said));
    }
    let [made, tested, run, shown, checked, slow, verified] = &seen[..] else {
        panic!("{} commands", seen.len())
    };
    // Its last two lines are what to do next.
    let next: Vec<&str> = made.1.lines().rev().take(2).map(str::trim).collect();
    assert_eq!(next, ["cargo run -- backtest backtest.toml", "cd my_idea && cargo test"]);
    assert_eq!(tested.0, "cargo test");
    assert_eq!(
        tested.1.matches("test it_buys_above_the_mean_and_sells_below_it ... ok").count(),
        1,
        "{}",
        tested.1
    );
    assert_eq!(tested.1.matches("test the_contract_holds ... ok").count(), 1, "{}", tested.1);
    assert!(run.1.contains("my_idea 0.1.0 · BTCUSDT") && run.1.contains("Final equity"), "{}", run.1);
    assert!(shown.1.contains("period = 20 bars"), "{}", shown.1);
    assert!(checked.1.contains("backtest.toml: good: my_idea on BTCUSDT"), "{}", checked.1);
    assert_ne!(run.1, slow.1, "another period is another run");
    assert!(verified.1.contains("replayed: every decision"), "{}", verified.1);
    for name in ["quantmesh-out/report.html", "quantmesh-out/slow/report.html", "Cargo.lock"] {
        assert!(folder.join(name).is_file(), "{name}");
    }
}

/// Everything in a folder, hidden things too.
fn everything(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

#[test]
fn what_can_not_be_written_is_refused_and_leaves_nothing_behind() {
    let desk = tempfile::tempdir().unwrap();
    fs::write(desk.path().join("file"), "").unwrap();
    fs::create_dir(desk.path().join("full")).unwrap();
    fs::write(desk.path().join("full/mine"), "").unwrap();
    let before = everything(desk.path());
    let engine = house::root();
    let engine = engine.to_str().unwrap();
    for (args, code, parts) in [
        (&["MyIdea"][..], 2, &["`MyIdea` can't be an id; ids are lower-case words", "such as `my_idea`"][..]),
        (&["../up"], 2, &["`../up` can't be an id"]),
        (&["match"], 2, &["`match` is a word of the Rust language; take another, such as `match_strategy`"]),
        (&["serde"], 2, &["`serde` is the name of a crate that strategies are built with"]),
        (&["grid"], 2, &["`grid` is in this binary already, from quantmesh-grid ", "such as `my_grid`"]),
        (
            &["my_idea", "--engine", "full"],
            2,
            &["--engine full: is no engine: it has no engine/sdk/Cargo.toml; name"],
        ),
        (
            &["my_idea", "--engine", "none"],
            2,
            &["--engine none: ", "name the engine's folder, or the address"],
        ),
        (
            &["my_idea", "--engine", "git@host:a.git"],
            2,
            &["write git@host:folder/name as ssh://git@host/folder/name"],
        ),
        (
            &["my_idea", "--dir", "full", "--engine", engine],
            6,
            &["full: the folder is there already, and not empty; name"],
        ),
        (
            &["my_idea", "--dir", "file", "--engine", engine],
            6,
            &["file: something is there already, and it is no folder"],
        ),
        (
            &["my_idea", "--dir", "file/in", "--engine", engine],
            6,
            &["file/in: ", "nothing was written; name a folder"],
        ),
    ] {
        let output = quantmesh(desk.path(), &[&["strategies", "new"], args].concat());
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        for part in parts {
            assert!(said.contains(part), "{args:?} should say `{part}`:\n{said}");
        }
        assert_eq!(everything(desk.path()), before, "{args:?}");
    }
    assert_eq!(everything(&desk.path().join("full")), ["mine"]);
}

#[test]
fn an_empty_folder_is_filled_and_an_engine_that_nobody_named_is_said_to_be_missing() {
    let desk = tempfile::tempdir().unwrap();
    let output = quantmesh(desk.path(), &["strategies", "new", "my_idea", "--dir", "."]);
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("https://engine.example/quantmesh.git as the engine, which is a placeholder"),
        "{said}"
    );
    let wanted =
        [".gitignore", "Cargo.toml", "README.md", "backtest.toml", "clippy.toml", "program", "src", "tests"];
    assert_eq!(everything(desk.path()), wanted);
    let again = quantmesh(desk.path(), &["strategies", "new", "my_idea", "--dir", "."]);
    assert_eq!(again.status.code(), Some(6), "not empty any more");
}

/// A workspace at the desk with these lines, and a new strategy in `strategies/my_idea`: its folder, and what was said.
fn in_workspace(desk: &Path, lines: &str) -> (PathBuf, String) {
    let root = house::root();
    fs::write(desk.join("Cargo.toml"), format!("[workspace]\nresolver = \"3\"\n{lines}")).unwrap();
    fs::copy(root.join("Cargo.lock"), desk.join("Cargo.lock")).unwrap();
    let args =
        ["strategies", "new", "my_idea", "--dir", "strategies/my_idea", "--engine", root.to_str().unwrap()];
    let output = quantmesh(desk, &args);
    assert!(output.status.success(), "{}", said(&output));
    (desk.join("strategies/my_idea"), said(&output))
}

/// Whether cargo finds every package that a manifest asks for.
fn resolves(folder: &Path) {
    let output = cargo(folder).args(["metadata", "--format-version", "1"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn in_a_workspace_that_wants_it_the_crate_is_a_member() {
    let desk = tempfile::tempdir().unwrap();
    let patch = ["types", "sdk"].map(|room| {
        let path = house::root().join("engine").join(room);
        format!("quantmesh-{room} = {{ path = {path:?} }}\n")
    });
    let lines = format!("members = [\"strategies/*\"]\n[patch.crates-io]\n{}", patch.concat());
    let (folder, said) = in_workspace(desk.path(), &lines);
    assert!(said.contains("cargo test -p my-idea") && !said.contains("note:"), "{said}");
    assert!(!fs::read_to_string(folder.join("Cargo.toml")).unwrap().contains("[workspace]"));
    resolves(&folder);
    resolves(&folder.join("program"));
}

#[test]
fn in_a_workspace_without_the_sdk_it_is_said_what_is_missing() {
    let desk = tempfile::tempdir().unwrap();
    let (_, said) = in_workspace(desk.path(), "members = [\"strategies/*\"]\n");
    assert!(said.contains("add quantmesh-types and quantmesh-sdk to its [patch.crates-io]"), "{said}");
}

#[test]
fn in_a_workspace_that_does_not_want_it_the_crate_stands_alone() {
    let desk = tempfile::tempdir().unwrap();
    let (folder, said) = in_workspace(desk.path(), "members = []\n");
    assert!(said.contains("my_idea && cargo test\n"), "{said}");
    resolves(&folder);
}
