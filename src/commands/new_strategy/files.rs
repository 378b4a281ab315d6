//! The files of a new strategy: templates, and what is put into them.

use super::engine::Engine;
use super::name::package;
use super::workspace::Surroundings;

/// Path in the new crate, and template.
const TEMPLATES: [(&str, &str); 10] = [
    ("Cargo.toml", include_str!("templates/crate.toml.txt")),
    ("src/lib.rs", include_str!("templates/lib.rs.txt")),
    ("tests/tape.rs", include_str!("templates/tape.rs.txt")),
    ("tests/contract.rs", include_str!("templates/contract.rs.txt")),
    ("program/Cargo.toml", include_str!("templates/program.toml.txt")),
    ("program/src/main.rs", include_str!("templates/main.rs.txt")),
    ("backtest.toml", include_str!("templates/backtest.toml.txt")),
    ("README.md", include_str!("templates/readme.md.txt")),
    (".gitignore", "/target\n/program/target\n/quantmesh-out\n"),
    (
        "clippy.toml",
        "allow-unwrap-in-tests = true\nallow-panic-in-tests = true\nallow-indexing-slicing-in-tests = true\n",
    ),
];

/// Every file with its text.
pub(crate) fn all(id: &str, engine: &Engine, around: &Surroundings) -> Vec<(&'static str, String)> {
    let member = around.is_member();
    let (test, run) = if member {
        (format!("cargo test -p {}", package(id)), "cargo run --manifest-path program/Cargo.toml --")
    } else {
        ("cargo test".to_owned(), "cargo run --")
    };
    let words = [
        ("id", id.to_owned()),
        ("package", package(id)),
        ("rust-version", env!("CARGO_PKG_RUST_VERSION").to_owned()),
        ("sdk-version", major(sdk::VERSION)),
        ("testkit", engine.dependency("engine/testkit", 0)),
        ("engine", engine.dependency("", 1)),
        ("workspace", if member { String::new() } else { workspace("[\"program\"]", engine, 0) }),
        ("program-workspace", if member { workspace("[]", engine, 1) } else { String::new() }),
        ("test", test),
        ("run", run.to_owned()),
    ];
    let put = |template: &str| {
        words
            .iter()
            .fold(template.to_owned(), |text, (word, value)| text.replace(&format!("{{{{{word}}}}}"), value))
    };
    TEMPLATES.into_iter().map(|(path, template)| (path, put(template))).collect()
}

/// The tables that only the top of a workspace may have.
fn workspace(members: &str, engine: &Engine, depth: usize) -> String {
    let defaults = if depth == 0 { "default-members = [\".\", \"program\"]\n" } else { "" };
    format!(
        "\n[workspace]\nresolver = \"3\"\nmembers = {members}\n{defaults}\n\
         # Strategy and engine ask for the sdk by version; this is where both find the one copy.\n\
         [patch.crates-io]\n{}\n\
         # Quick to build, and quick enough for a backtest; `--release` is several times faster.\n\
         [profile.dev]\ndebug = \"line-tables-only\"\nopt-level = 1\n",
        engine.patch(depth)
    )
}

/// The part of a version that says what goes together: 0.1 of 0.1.7, 2 of 2.3.4.
fn major(version: &str) -> String {
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        _ => version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_a_template_is_left() {
        let engine = Engine::Folder("../engine".to_owned());
        let member = Surroundings::Workspace { file: "Cargo.toml".into(), patched: true };
        for around in [Surroundings::Open, member] {
            for (path, text) in all("my_idea", &engine, &around) {
                assert!(!text.contains("{{") && !text.is_empty(), "{path}:\n{text}");
                if path.ends_with(".toml") {
                    assert!(text.parse::<toml::Table>().is_ok(), "{path}:\n{text}");
                }
            }
        }
    }

    #[test]
    fn exactly_one_manifest_is_the_top_of_a_workspace() {
        let engine = Engine::Folder("../engine".to_owned());
        let member = Surroundings::Workspace { file: "Cargo.toml".into(), patched: true };
        for (around, top) in [(Surroundings::Open, "Cargo.toml"), (member, "program/Cargo.toml")] {
            let tops: Vec<_> = all("my_idea", &engine, &around)
                .into_iter()
                .filter_map(|(path, text)| text.contains("[workspace]").then_some(path))
                .collect();
            assert_eq!(tops, [top]);
        }
    }

    #[test]
    fn versions_that_go_together() {
        for (version, expected) in [("0.1.7", "0.1"), ("2.3.4", "2"), ("1", "1")] {
            assert_eq!(major(version), expected);
        }
    }
}
