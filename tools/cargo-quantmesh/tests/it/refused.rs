//! What can't be right is refused before anything compiles, with the whole message.

use std::fs;

use crate::place::{ALPHA, House, Place};

fn check(place: &Place, strategies: &str) -> (i32, String) {
    check_with(place, "", strategies)
}

fn check_with(place: &Place, features: &str, strategies: &str) -> (i32, String) {
    let text = format!(
        "features = [{features}]\n[engine]\ngit = \"file://DESK/engine\"\ntag = \"v0.1.0\"\n[strategies]\n{strategies}\n"
    );
    let project = place.project("project", &text);
    let said = place.run(&project, &["check"]);
    assert!(!said.err.contains("Compiling"), "{}", said.err);
    (said.code, said.error().to_owned())
}

#[test]
fn no_way_to_a_source() {
    let place = Place::new();
    place.engine();
    place.house("alpha", &ALPHA);
    place.tag("alpha", "v1.0.0");
    place.tag("alpha", "v1.1.0");

    let (code, error) = check(&place, "house_alpha = { git = \"file://DESK/alpha\", tag = \"v1.2.0\" }");
    assert_eq!(
        (code, error.as_str()),
        (
            4,
            "error: house_alpha: file://DESK/alpha has no tag v1.2.0\n  nearest tags: v1.0.0, v1.1.0\n  do: name one of them, or ask its vendor to push v1.2.0\n\nnothing was compiled"
        )
    );

    let (code, error) = check(&place, "house_alpha = { path = \"../nowhere\" }");
    assert_eq!(
        (code, error.as_str()),
        (
            4,
            "error: house_alpha: the folder ../nowhere is not there\n  looked for: DESK/project/../nowhere/Cargo.toml\n  do: correct the path in quantmesh.build.toml; it is relative to that file\n\nnothing was compiled"
        )
    );

    // Both are told at once; the port is one where nobody listens.
    let (code, error) = check(
        &place,
        "house_alpha = { git = \"ssh://git@127.0.0.1:1/alpha.git\", tag = \"v1.0.0\" }\nhouse_beta = { git = \"http://127.0.0.1:1/beta.git\", tag = \"v1.0.0\" }",
    );
    assert_eq!(code, 4);
    for part in [
        "house_alpha: no access to ssh://git@127.0.0.1:1/alpha.git (tag v1.0.0)\n  what: the server can't be reached\n",
        "tried: GIT_SSH_COMMAND is not set; no agent (SSH_AUTH_SOCK is not set); ",
        "house_beta: no access to http://127.0.0.1:1/beta.git (tag v1.0.0)\n  what: the server can't be reached\n",
        "tried: no GIT_CONFIG_KEY_n in the environment; no credential helper in git's configuration",
        "do: check the address, the network, and the proxy settings (HTTPS_PROXY)",
    ] {
        assert!(error.contains(part), "{part}\n--\n{error}");
    }

    let (code, error) = check(&place, "house_alpha = { version = \"1.0\", registry = \"acme\" }");
    assert_eq!(code, 4);
    for part in [
        "house_alpha: no access to quantmesh-house-alpha 1.0 in the registry acme\n  what: cargo knows no registry by the name acme\n",
        "do: add to .cargo/config.toml: [registries.acme] index = \"sparse+https://...\", or `export CARGO_REGISTRIES_ACME_INDEX=...`",
    ] {
        assert!(error.contains(part), "{part}\n--\n{error}");
    }
}

#[test]
fn what_does_not_fit_together() {
    let place = Place::new();
    place.engine();
    let rustc =
        String::from_utf8(place.desk.command("rustc", place.desk.path()).arg("-vV").output().unwrap().stdout);
    let rustc =
        rustc.unwrap().lines().find_map(|line| Some(line.strip_prefix("release: ")?.to_owned())).unwrap();
    let alpha = "house_alpha = { path = \"../alpha\" }";

    place.house("alpha", &House { more: "rust-version = \"1.200\"", ..ALPHA });
    assert_eq!(
        check(&place, alpha),
        (
            4,
            format!(
                "error: house_alpha: house-alpha 1.0.0 (the folder ../alpha) needs rustc 1.200.0 or newer, found {rustc}\n  do: `rustup update` (or put a newer rustc first on the PATH), or take an older version of house_alpha\n\nnothing was compiled"
            )
        )
    );

    place.house("alpha", &House { sdk: "7.2", ..ALPHA });
    assert_eq!(
        check(&place, alpha),
        (
            4,
            "error: house_alpha: house-alpha 1.0.0 (the folder ../alpha) wants quantmesh-sdk ^7.2, the engine has 0.1.0\n  do: take a version of house_alpha that wants quantmesh-sdk 0.1, or an engine that has ^7.2\n  who wants which:\n    house-alpha 1.0.0: quantmesh-sdk ^7.2\n\nnothing was compiled".to_owned()
        )
    );

    place.house("alpha", &ALPHA);
    assert_eq!(
        check_with(&place, "\"grdi\"", alpha),
        (
            4,
            "error: features: quantmesh 0.1.0 (file://DESK/engine at tag v0.1.0) has no feature `grdi`; did you mean `grid`?\n  it has: advanced_risk, ai_strategy, breakout, dca, default, free, full, grid, market_making, martingale, mean_reversion, momentum, multi_strategy, paid, pairs, trend_following".to_owned()
        )
    );
    assert_eq!(
        check_with(&place, "\"free\"", "grid = { path = \"../alpha\" }"),
        (
            4,
            "error: grid: two crates with one id: the engine's features (free) bring quantmesh-grid, and [strategies] brings house-alpha 1.0.0\n  do: keep one of them".to_owned()
        )
    );
    assert_eq!(
        check(&place, "house_alpha = { path = \"../alpha\", package = \"house-beta\" }"),
        (
            4,
            "error: house_alpha: the folder ../alpha has no package house-beta\n  it has: house-alpha\n  do: name the right one: house_alpha = { ..., package = \"NAME\" }\n\nnothing was compiled".to_owned()
        )
    );
    let (code, said) = check_with(&place, "\"grid\"", alpha);
    assert_eq!((code, said.contains("error")), (0, false), "{said}");
}

#[test]
fn a_second_sdk_in_the_graph() {
    let place = Place::new();
    place.engine();
    place.house("alpha", &ALPHA);
    // A crate below brings an sdk of its own, of another major version.
    place.write(
        "alpha/below/sdk/Cargo.toml",
        "[package]\nname = \"quantmesh-sdk\"\nversion = \"7.0.0\"\nedition = \"2024\"\nlinks = \"quantmesh_sdk\"\nbuild = \"build.rs\"\n",
    );
    place.write("alpha/below/sdk/build.rs", "fn main() {}\n");
    place.write("alpha/below/sdk/src/lib.rs", "");
    place.write(
        "alpha/below/Cargo.toml",
        "[package]\nname = \"house-below\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[dependencies]\nquantmesh-sdk = { path = \"sdk\" }\n",
    );
    place.write("alpha/below/src/lib.rs", "");
    let manifest = place.path("alpha/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap() + "house-below = { path = \"below\" }\n";
    fs::write(&manifest, text).unwrap();
    let project = place.project(
        "project",
        "[engine]\ngit = \"file://DESK/engine\"\ntag = \"v0.1.0\"\n[strategies]\nhouse_alpha = { path = \"../alpha\" }\n",
    );
    let said = place.run(&project, &["build"]);
    assert_eq!(said.code, 4, "{}", said.err);
    for part in [
        "two copies of quantmesh-sdk would be built, and strategies of one are not seen by the other\n  who wants which: house-alpha 1.0.0: ^0.1\n",
        "links to the native library `quantmesh_sdk`",
        "do: take versions that want the same\n\nnothing was compiled",
    ] {
        assert!(said.err.contains(part), "{part}\n--\n{}", said.err);
    }
    assert!(!said.err.contains("Compiling"), "{}", said.err);
}

#[test]
fn a_slot_that_nothing_fills() {
    let place = Place::new();
    let engine = place.engine_folder("engine");
    fs::write(engine.join("strategies/ai_strategy/src/lib.rs"), "compile_error!(\"is sold\");\n").unwrap();
    place.tag("engine", "v0.1.0");
    let (code, error) = check_with(&place, "\"ai_strategy\"", "");
    assert_eq!(
        (code, error.as_str()),
        (
            4,
            "error: ai_strategy: the feature `ai_strategy` of quantmesh 0.1.0 (file://DESK/engine at tag v0.1.0) is a slot for quantmesh-ai-strategy, which is sold, and nothing fills it\n  do: name its source in [strategies]: ai_strategy = { git = \"ssh://...\", tag = \"v...\" }, or take it out of features"
        )
    );
}

#[test]
fn a_password_in_the_build_file_is_neither_taken_nor_shown() {
    let place = Place::new();
    let project = place.project(
        "project",
        "[engine]\ngit = \"https://bot:s3cr3t-w0rd@vendor.example/engine.git\"\ntag = \"v1\"\n",
    );
    let said = place.run(&project, &["check"]);
    assert_eq!(said.code, 3);
    assert!(
        said.error()
            .starts_with("error: quantmesh.build.toml:2: engine.git: holds a user name or password; "),
        "{}",
        said.err
    );
    assert!(!(said.err + &said.out).contains("s3cr3t-w0rd"));
}

#[test]
fn no_build_file_and_one_too_many() {
    let place = Place::new();
    let said = place.run(place.desk.path(), &["build"]);
    assert_eq!(
        (said.code, said.error()),
        (3, "error: there is no quantmesh.build.toml; `cargo quantmesh init` writes one to start from")
    );
    place.good(place.desk.path(), &["init"]);
    let first = fs::read_to_string(place.path("quantmesh.build.toml")).unwrap();
    fs::write(place.path("quantmesh.build.toml"), "# mine\n").unwrap();
    let said = place.run(place.desk.path(), &["init"]);
    assert_eq!(
        (said.code, said.error()),
        (3, "error: quantmesh.build.toml is there already; edit it, or overwrite it with --force")
    );
    assert_eq!(fs::read_to_string(place.path("quantmesh.build.toml")).unwrap(), "# mine\n");
    place.good(place.desk.path(), &["init", "--force"]);
    assert_eq!(fs::read_to_string(place.path("quantmesh.build.toml")).unwrap(), first);
}

#[test]
fn the_slots_of_an_engine_tree() {
    let place = Place::new();
    let engine = place.engine_folder("engine");
    let said = place.good(&engine, &["check"]);
    assert_eq!(
        said.out,
        "this is an engine tree without .cargo/private.toml: it builds with what it has, and nothing private\n"
    );
    place.house(
        "bought",
        &House {
            package: "quantmesh-ai-strategy",
            version: "0.1.0",
            registers: Some("ai_strategy"),
            ..ALPHA
        },
    );
    place.tag("bought", "v0.1.0");
    let private = |tag: &str| {
        let url = format!("file://{}", place.path("bought").display());
        place.write(
            "engine/.cargo/private.toml",
            &format!("[patch.crates-io]\nquantmesh-ai-strategy = {{ git = \"{url}\", tag = \"{tag}\" }}\n"),
        );
    };
    private("v0.1.0");
    let said = place.good(&engine, &["check"]);
    let row = "ai_strategy  quantmesh-ai-strategy 0.1.0 (file://DESK/bought at tag v0.1.0, ";
    assert!(said.out.starts_with(row), "{}", said.out);
    private("v0.2.0");
    let said = place.run(&engine, &["check"]);
    assert_eq!(
        (said.code, said.error()),
        (
            4,
            "error: ai_strategy: file://DESK/bought has no tag v0.2.0\n  nearest tags: v0.1.0\n  do: name one of them, or ask its vendor to push v0.2.0\n\nnothing was compiled"
        )
    );
}
