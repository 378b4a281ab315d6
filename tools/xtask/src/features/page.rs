//! The text of `features.md`.

use super::{Kind, Row};

const OPENING: &str = "\
# What can be compiled in

One leaf is one folder under `strategies/`, one feature, one library, one id in configuration, one row here. A build has exactly
the features it was asked for, and nothing is loaded while it runs:

    cargo build --release                                          # the default features
    cargo build --release --no-default-features --features grid    # one strategy only

`quantmesh strategies list` says what a binary has. This page is written by `cargo xtask features`, and a test compares it
with the manifests.
";

const LEAVES: &str = "
## Strategies

| feature | what it does | package | version | tier | in the default build | crates it adds |
| --- | --- | --- | --- | --- | --- | --- |
";

const COLLECTIONS: &str = "
## Collections

| feature | what it is | holds |
| --- | --- | --- |
";

/// The most names of crates that a cell shows.
const NAMES: usize = 6;

/// The page for these rows.
#[must_use]
pub fn render(rows: &[Row]) -> String {
    let (mut leaves, mut collections) = (String::new(), String::new());
    for row in rows {
        let Row { feature, what, default, kind } = row;
        match kind {
            Kind::Leaf { package, version, tier, adds, .. } => {
                let default = if *default { "yes" } else { "no" };
                leaves += &format!(
                    "| [`{feature}`](strategies/{feature}) | {} | `{package}` | {version} | {tier} | {default} | {} |\n",
                    cell(what),
                    names(adds)
                );
            }
            Kind::Collection(parts) => {
                let what = if feature == "default" { "What a build without any flag has." } else { what };
                let parts: Vec<_> = parts.iter().map(|part| format!("`{part}`")).collect();
                collections += &format!("| `{feature}` | {} | {} |\n", cell(what), parts.join(", "));
            }
        }
    }
    format!("{OPENING}{LEAVES}{leaves}{COLLECTIONS}{collections}")
}

fn names(crates: &[String]) -> String {
    let shown: Vec<_> = crates.iter().take(NAMES).map(String::as_str).collect();
    match crates.len() {
        0 => "none".to_owned(),
        count if count > NAMES => format!("{count}: {} and {} more", shown.join(", "), count - NAMES),
        count => format!("{count}: {}", shown.join(", ")),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
