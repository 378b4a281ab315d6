//! The text of `features.md`.

use super::{Kind, NONE, Row, SIZES, Sizes};

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

| feature | what it does | package | version | tier | in the default build | adds to the binary | crates it adds |
| --- | --- | --- | --- | --- | --- | --- | --- |
";

const COLLECTIONS: &str = "
## Collections

| feature | what it is | holds | adds to the binary |
| --- | --- | --- | --- |
";

/// The most names of crates that a cell shows.
const NAMES: usize = 6;

/// The page for these rows.
#[must_use]
pub fn render(rows: &[Row], sizes: &Sizes) -> String {
    let (mut leaves, mut collections) = (String::new(), String::new());
    for row in rows {
        let Row { feature, what, default, kind } = row;
        // A build without a flag is the collection that it names.
        let measured = match kind {
            Kind::Collection(parts) if feature == "default" => parts.first().unwrap_or(feature),
            _ => feature,
        };
        let adds_bytes = sizes.added(measured).unwrap_or_else(|| "not measured".to_owned());
        match kind {
            Kind::Leaf { package, version, tier, adds, .. } => {
                let default = if *default { "yes" } else { "no" };
                leaves += &format!(
                    "| [`{feature}`](strategies/{feature}) | {} | `{package}` | {version} | {tier} | {default} | {adds_bytes} | {} |\n",
                    cell(what),
                    names(adds)
                );
            }
            Kind::Collection(parts) => {
                let what = if feature == "default" { "What a build without any flag has." } else { what };
                let parts: Vec<_> = parts.iter().map(|part| format!("`{part}`")).collect();
                collections +=
                    &format!("| `{feature}` | {} | {} | {adds_bytes} |\n", cell(what), parts.join(", "));
            }
        }
    }
    format!("{OPENING}{LEAVES}{leaves}{COLLECTIONS}{collections}{}", builds(sizes))
}

/// What the measured builds came to.
fn builds(sizes: &Sizes) -> String {
    let Some(least) = sizes.least().filter(|bytes| *bytes > 0) else { return String::new() };
    let Sizes { rustc, target, first_cpu_seconds, builds } = sizes;
    let mut rows = String::new();
    for (feature, size) in builds {
        // In thousandths, rounded; whole numbers, so that every machine writes the same.
        let ratio = (size.bytes * 1000 + least / 2) / least;
        let (whole, rest) = (ratio / 1000, ratio % 1000);
        let name = if feature == NONE { "no feature".to_owned() } else { format!("`{feature}`") };
        rows += &format!("| {name} | {} | {whole}.{rest:03} | {} |\n", size.bytes, size.cpu_seconds);
    }
    format!(
        "
## Sizes

Each feature alone, each collection, and a build without any feature: release profile, {target},
{rustc}. Two features that use the same code share it, so a collection adds less than the sum
of its parts. CPU seconds are those of building the crates of this workspace and linking; the first build, with every crate from outside, took {first_cpu_seconds}. They are rough: the machine was not
idle. `cargo xtask features --measure` measures anew and writes `{SIZES}`.

| features | bytes of the program | ratio | CPU seconds |
| --- | --- | --- | --- |
{rows}"
    )
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
