//! Builds that can't be right, by the real cargo: each says what is wrong before anything trades, and says all of it.
//!
//! Where the words are cargo's or the compiler's, the part is compared that says who, what and which version. Licences are
//! in `tests/it/licences.rs` of the program.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use loopback::Desk;
use xtask::publish::publish;

use crate::host::{Crate, SOUND, host};
use crate::tree::{Said, cargo, copy, desk, has_paid_source, quick, root, said, write};

/// The line of `build.rs` that a crate must satisfy; it is short enough for the compiler to show all of it.
const LINE: &str = "const _: &::sdk::Registered = &::ai_strategy::__QUANTMESH_REGISTERED; // it lacks register_strategy! or has another quantmesh-sdk\n";

const SLOT: &str = "quantmesh-ai-strategy = { path = \"../slot\" }";

/// What cargo says, with places written as `DESK` and `TREE`, and without the lines that tell its progress.
fn complaint(desk: &Desk, said: &Said) -> String {
    assert!(!said.done, "it builds:\n{}", said.err);
    let text = said.err.replace(&desk.path().display().to_string(), "DESK");
    let text = text.replace(&root().display().to_string(), "TREE");
    let progress = |line: &&str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        let told = [
            "Compiling",
            "Checking",
            "Locking",
            "Adding",
            "Downloading",
            "Downgrading",
            "Updating",
            "Blocking",
        ];
        told.contains(&word) || line.starts_with("warning: build failed")
    };
    text.lines().filter(|line| !progress(line)).collect::<Vec<_>>().join("\n")
}

/// Builds the host and runs what came out of it.
fn built(desk: &Desk, host: &Path, args: &[&str]) -> Said {
    let mut build = desk.cargo(host);
    quick(&mut build).args(["build", "--offline", "--quiet"]);
    desk.alone(&mut build, |output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        desk.command(&desk.target().join("debug/host").to_string_lossy(), host).args(args).output()
    })
    .map(|output| said(&output))
    .unwrap()
}

/// Linked, and yet nothing there to link: the crate has no `register_strategy!`.
#[test]
fn a_feature_whose_crate_registers_nothing() {
    let desk = desk();
    Crate { id: "", ..SOUND }.write(&desk.path().join("slot"));
    let host = host(&desk, "\"ai_strategy\"", "", SLOT, &[]);
    let text = complaint(&desk, &cargo(&desk, &host, &["check"]));
    assert!(
        text.contains("error[E0425]: cannot find value `__QUANTMESH_REGISTERED` in crate `::ai_strategy`\n"),
        "{text}"
    );
    // The compiler shows the line that asks for it, and that line says what to do.
    assert!(text.contains(LINE), "{text}");
    assert!(text.contains("not found in `::ai_strategy`"), "{text}");
}

/// The marker is there, and belongs to another id.
#[test]
fn a_feature_whose_crate_registers_another_id() {
    let desk = desk();
    Crate { id: "ai_startegy", ..SOUND }.write(&desk.path().join("slot"));
    let host = host(&desk, "\"ai_strategy\"", "", SLOT, &[]);
    let run = built(&desk, &host, &["strategies", "list"]);
    assert_eq!(
        (run.done, run.out.as_str(), run.err.as_str()),
        (
            false,
            "",
            "build error: this binary was built with the feature ai_strategy, but no ai_strategy registered itself; the crate quantmesh-ai-strategy must call sdk::register_strategy! or sdk::register_rule! with id: \"ai_strategy\" at its root\n"
        )
    );
}

#[test]
fn two_crates_with_one_id() {
    let desk = desk();
    for (package, library, version) in
        [("house-alpha", "alpha", "0.3.1"), ("rented-alpha", "rented", "2.0.0")]
    {
        Crate { package, library, version, id: "alpha", ..SOUND }.write(&desk.path().join(library));
    }
    let needs = "alpha = { package = \"house-alpha\", path = \"../alpha\" }\nrented = { package = \"rented-alpha\", path = \"../rented\" }";
    let host = host(&desk, "", needs, "", &["alpha", "rented"]);
    for args in [&["strategies", "list"][..], &["backtest"], &["doctor"]] {
        let run = built(&desk, &host, args);
        assert!(!run.done, "{args:?}");
        let said = "two crates register the id `alpha`: house-alpha 0.3.1 and rented-alpha 2.0.0; build with only one of them";
        if args == ["doctor"] {
            assert!(run.out.contains(said), "{run:?}");
        } else {
            assert_eq!((run.out.as_str(), run.err), ("", format!("build error: {said}\n")), "{args:?}");
        }
    }
}

/// A crate that is listed and named nowhere: the linker would leave it out without a word.
#[test]
fn a_crate_that_is_listed_and_never_named() {
    let desk = desk();
    let tree = copy(&desk);
    Crate { package: "house-alpha", library: "alpha", id: "alpha", ..SOUND }
        .write(&desk.path().join("alpha"));
    let manifest = fs::read_to_string(tree.join("Cargo.toml")).unwrap();
    let listed = "\n[dependencies]\nalpha = { package = \"house-alpha\", path = \"../alpha\" }\n";
    fs::write(tree.join("Cargo.toml"), manifest.replacen("\n[dependencies]\n", listed, 1)).unwrap();
    let text = complaint(&desk, &cargo(&desk, &tree, &["check", "--lib"]));
    assert!(text.contains("error: extern crate `alpha` is unused in crate `quantmesh`\n"), "{text}");
    assert!(text.contains("#![cfg_attr(not(test), deny(unused_crate_dependencies))]"), "{text}");
    assert!(text.contains("use alpha as _;"), "{text}");
}

/// Another major version of the sdk, which stands in another place: refused before anything compiles.
#[test]
fn a_second_sdk_in_the_graph() {
    let desk = desk();
    let other = desk.path().join("other-sdk");
    let manifest = "[package]\nname = \"quantmesh-sdk\"\nversion = \"9.0.0\"\nedition = \"2024\"\nlinks = \"quantmesh_sdk\"\nbuild = \"build.rs\"\n";
    write(&other.join("Cargo.toml"), manifest);
    write(&other.join("build.rs"), "fn main() {}\n");
    write(&other.join("src/lib.rs"), "//! A later sdk.\n");
    Crate { sdk: "path = \"../other-sdk\"", ..SOUND }.write(&desk.path().join("slot"));
    let host = host(&desk, "\"ai_strategy\"", "", SLOT, &[]);
    let text = complaint(&desk, &cargo(&desk, &host, &["check"]));
    let (theirs, ours) = ("9.0.0", "0.1.0 (TREE/engine/sdk)");
    assert!(text.starts_with("error: failed to select a version for `quantmesh-sdk`.\n"), "{text}");
    assert!(text.contains("links to the native library `quantmesh_sdk`, but it conflicts with a previous package which links to `quantmesh_sdk` as well:"), "{text}");
    assert!(text.contains(&format!("package `quantmesh-sdk v{ours}`")), "{text}");
    assert!(text.contains(&format!("are: {theirs}\n")), "{text}");
    assert!(text.contains("package `quantmesh-ai-strategy v0.1.0 (DESK/slot)`"), "{text}");
    assert!(
        text.contains("nly one package in the dependency graph may specify the same links value"),
        "{text}"
    );
}

/// The usual way to ask, by version: cargo says which is wanted, by whom, and which there is.
#[test]
fn a_strategy_that_wants_another_major_version_of_the_sdk() {
    let desk = desk();
    Crate { sdk: "version = \"9.2\"", ..SOUND }.write(&desk.path().join("slot"));
    let host = host(&desk, "\"ai_strategy\"", "", SLOT, &[]);
    let text = complaint(&desk, &cargo(&desk, &host, &["check"]));
    for part in [
        "failed to select a version for the requirement `quantmesh-sdk = \"^9.2\"`",
        "candidate versions found which didn't match: 0.1.0",
        "required by package `quantmesh-ai-strategy v0.1.0 (DESK/slot)`",
    ] {
        assert!(text.contains(part), "lacks {part}:\n{text}");
    }
}

/// A copy that has lost its `links`: it resolves, and does not compile.
#[test]
fn an_sdk_that_hides_from_cargo() {
    let desk = desk();
    let other = desk.path().join("other-sdk");
    let manifest = "[package]\nname = \"quantmesh-sdk\"\nversion = \"9.0.0\"\nedition = \"2024\"\n";
    write(&other.join("Cargo.toml"), manifest);
    write(&other.join("src/lib.rs"), "//! A forked sdk.\n\n/// An entry.\npub struct Registered;\n");
    let slot = desk.path().join("slot");
    Crate { sdk: "path = \"../other-sdk\"", ..SOUND }.write(&slot);
    write(
        &slot.join("src/lib.rs"),
        "//! Built on a fork.\n\n/// The marker.\npub static __QUANTMESH_REGISTERED: sdk::Registered = sdk::Registered;\n",
    );
    let host = host(&desk, "\"ai_strategy\"", "", SLOT, &[]);
    let text = complaint(&desk, &cargo(&desk, &host, &["check"]));
    assert!(text.contains("error[E0308]: mismatched types\n"), "{text}");
    assert!(text.contains(LINE), "{text}");
    assert!(
        text.contains(
            "there are multiple different versions of crate `quantmesh_sdk` in the dependency graph"
        ),
        "{text}"
    );
    assert!(
        text.contains("DESK/other-sdk/src/lib.rs") && text.contains("TREE/engine/sdk/src/catalogue.rs"),
        "{text}"
    );
}

/// The strategy asks for a compiler that is not there yet.
#[test]
fn a_strategy_that_needs_a_newer_compiler() {
    let desk = desk();
    Crate { more: "rust-version = \"1.4095\"", ..SOUND }.write(&desk.path().join("slot"));
    let host = host(&desk, "\"ai_strategy\"", "", SLOT, &[]);
    let text = complaint(&desk, &cargo(&desk, &host, &["check"]));
    let version = compiler();
    assert!(
        text.starts_with(&format!("error: rustc {version} is not supported by the following package:\n")),
        "{text}"
    );
    assert!(text.contains("quantmesh-ai-strategy@0.1.0 requires rustc 1.4095"), "{text}");
}

/// The engine asks for a compiler that this machine has left behind.
#[cfg(unix)]
#[test]
fn a_compiler_that_is_too_old_for_the_engine() {
    use std::os::unix::fs::PermissionsExt;

    let desk = desk();
    let host = host(&desk, "\"grid\"", "", "", &[]);
    let version = compiler();
    let old = desk.path().join("old-rustc");
    // The real compiler, which says that it is an older one.
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    write(
        &old,
        &format!(
            "#!/bin/sh\ncase \"$*\" in\n*-vV*) '{rustc}' \"$@\" | sed 's/{version}/1.80.1/' ;;\n*) exec '{rustc}' \"$@\" ;;\nesac\n"
        ),
    );
    fs::set_permissions(&old, fs::Permissions::from_mode(0o755)).unwrap();
    let mut check = desk.cargo(&host);
    check.args(["check", "--offline"]).env("RUSTC", &old).env("CARGO_TARGET_DIR", desk.path().join("target"));
    let text = complaint(&desk, &said(&check.output().unwrap()));
    assert!(text.starts_with("error: rustc 1.80.1 is not supported by the following packages:\n"), "{text}");
    for package in ["quantmesh@0.1.0", "quantmesh-sdk@0.1.0", "quantmesh-grid@0.1.0"] {
        assert!(text.contains(&format!("  {package} requires rustc 1.95\n")), "{package}:\n{text}");
    }
}

/// The version of the compiler at hand.
fn compiler() -> String {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc).arg("-V").output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').nth(1).unwrap().to_owned()
}

/// A private crate of a version that this engine's slot does not take; and a line that names no slot.
#[test]
fn a_patch_that_does_not_match_is_never_a_silent_placeholder() {
    let desk = desk();
    let tree = copy(&desk);
    let tree = if has_paid_source("a_patch_that_does_not_match") {
        let public = desk.path().join("public");
        publish(&tree, &public).unwrap();
        public
    } else {
        tree
    };
    let private = desk.path().join("private-ai");
    let patch = |line: &str| {
        write(
            &tree.join(".cargo/private.toml"),
            &format!("[patch.crates-io]\n{line} = {{ path = {private:?} }}\n"),
        );
    };
    let lock = fs::read(tree.join("Cargo.lock")).unwrap();

    Crate { version: "0.4.7", ..SOUND }.write(&private);
    patch("quantmesh-ai-strategy");
    // Whether the feature is on or off, and whatever is done: the mistake is told at once.
    for args in [&["check", "--features", "ai_strategy"][..], &["check"], &["tree"]] {
        let text = complaint(&desk, &cargo(&desk, &tree, args));
        for part in [
            "error: failed to select a version for the requirement `quantmesh-ai-strategy = \"^0.1.0\"`",
            "candidate versions found which didn't match: 0.4.7",
            "required by package `quantmesh v0.1.0 (DESK/",
        ] {
            assert!(text.contains(part), "{args:?} lacks {part}:\n{text}");
        }
        assert_eq!(fs::read(tree.join("Cargo.lock")).unwrap(), lock, "a failed build changes nothing");
    }

    // A slip in the name: nothing is filled, so the placeholder speaks.
    Crate { package: "quantmesh-ai-startegy", ..SOUND }.write(&private);
    patch("quantmesh-ai-startegy");
    let text = complaint(&desk, &cargo(&desk, &tree, &["check", "--features", "ai_strategy"]));
    assert!(
        text.contains("quantmesh-ai-startegy v0.1.0 (DESK/private-ai)` was not used in the crate graph"),
        "{text}"
    );
    assert!(
        text.contains("error: the feature `ai_strategy` is sold, and this tree holds only its placeholder\n"),
        "{text}"
    );

    // And the right line fills the slot, from a path and from git.
    SOUND.write(&private);
    patch("quantmesh-ai-strategy");
    let tree_of = |args: &[&str]| {
        let said = cargo(&desk, &tree, args);
        assert!(said.done, "{}", said.err);
        said.out
    };
    let shown = tree_of(&["tree", "--features", "ai_strategy", "--depth", "1"]);
    assert!(shown.contains(&format!("quantmesh-ai-strategy v0.1.0 ({})", private.display())), "{shown}");
}
