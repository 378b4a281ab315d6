//! `cargo xtask combinations`: builds the program with every feature alone, with none, and with what a customer asks for, and
//! compares what each binary says it holds with what it was asked for.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::features::{FeaturesError, Kind, Row, Sources, rows};
use crate::publish::buildable_of;

/// One build, and what must be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Combination {
    /// Whether the default features are on.
    pub default: bool,
    /// The features that are asked for.
    pub features: Vec<String>,
    /// Ids and versions that the binary must list, sorted.
    pub holds: BTreeSet<(String, String)>,
}

/// Why a combination is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum CombinationError {
    /// The features are not what they should be.
    #[error(transparent)]
    Features(#[from] FeaturesError),
    /// It does not build, or the binary does not run.
    #[error("{words}: {why}")]
    Run {
        /// The command.
        words: String,
        /// What it said.
        why: String,
    },
    /// The binary holds something else.
    #[error("{words}: the binary holds {found:?}, and was asked for {wanted:?}")]
    Holds {
        /// The command.
        words: String,
        /// What the binary says.
        found: BTreeSet<(String, String)>,
        /// What it should say.
        wanted: BTreeSet<(String, String)>,
    },
}

impl Combination {
    /// The cargo command that builds it.
    #[must_use]
    pub fn words(&self, release: bool) -> Vec<String> {
        let mut words = vec!["build".to_owned()];
        words.extend(release.then(|| "--release".to_owned()));
        words.extend((!self.default).then(|| "--no-default-features".to_owned()));
        if !self.features.is_empty() {
            words.extend(["--features".to_owned(), self.features.join(",")]);
        }
        words
    }
}

/// None, every feature alone, and every pair of paid strategies on top of the default ones. What this tree can't build,
/// because it has only placeholders for it, is left out.
///
/// # Errors
/// [`FeaturesError`] when the features are not what they should be.
pub fn combinations(root: &Path) -> Result<Vec<Combination>, FeaturesError> {
    Ok(of(&rows(&Sources::read(root)?)?))
}

/// As [`combinations`], of these rows.
#[must_use]
pub fn of(rows: &[Row]) -> Vec<Combination> {
    let able = buildable_of(rows);
    let combination = |default: bool, features: &[&str]| {
        let base = default.then_some("default");
        let holds = closure(rows, features.iter().copied().chain(base));
        Combination { default, features: features.iter().map(|name| (*name).to_owned()).collect(), holds }
    };
    let mut found = vec![combination(false, &[])];
    found.extend(able.iter().map(|name| combination(false, &[name])));
    let is_paid = |row: &&Row| {
        matches!(&row.kind, Kind::Leaf { tier, .. } if tier == "paid") && able.contains(&row.feature)
    };
    let paid: Vec<&str> = rows.iter().filter(is_paid).map(|row| row.feature.as_str()).collect();
    for (at, one) in paid.iter().enumerate() {
        found.extend(paid.iter().skip(at + 1).map(|two| combination(true, &[one, two])));
    }
    found
}

/// The leaves that these features switch on.
fn closure<'n>(rows: &'n [Row], names: impl Iterator<Item = &'n str>) -> BTreeSet<(String, String)> {
    let mut open: Vec<&str> = names.collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        match rows.iter().find(|row| row.feature == name).map(|row| &row.kind) {
            // Collections form no circle: cargo refuses one.
            Some(Kind::Collection(parts)) => open.extend(parts.iter().map(String::as_str)),
            Some(Kind::Leaf { version, .. }) => drop(found.insert((name.to_owned(), version.clone()))),
            None => {}
        }
    }
    found
}

/// Builds a combination and asks the binary what it holds.
///
/// # Errors
/// [`CombinationError`] when it does not build, or holds anything else than it was asked for.
pub fn verify(root: &Path, combination: &Combination, release: bool) -> Result<(), CombinationError> {
    let words = combination.words(release);
    let shown = format!("cargo {}", words.join(" "));
    let fail = |why: String| CombinationError::Run { words: shown.clone(), why };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.current_dir(root).args(&words).args([
        "--locked",
        "--quiet",
        "--message-format",
        "json-render-diagnostics",
    ]);
    let output = build.output().map_err(|error| fail(error.to_string()))?;
    if !output.status.success() {
        return Err(fail(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let program = messages.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(message.get("executable")?.as_str()?.to_owned())
    });
    let program = program.ok_or_else(|| fail("cargo named no executable".to_owned()))?;
    let mut list = Command::new(program);
    let output =
        list.args(["strategies", "list", "--json"]).output().map_err(|error| fail(error.to_string()))?;
    if !output.status.success() {
        return Err(fail(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let list: Value = serde_json::from_slice(&output.stdout).map_err(|error| fail(error.to_string()))?;
    let text =
        |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let entries = list.as_array().into_iter().flatten();
    let found: BTreeSet<_> = entries.map(|entry| (text(entry, "id"), text(entry, "version"))).collect();
    if found == combination.holds {
        Ok(())
    } else {
        Err(CombinationError::Holds { words: shown, found, wanted: combination.holds.clone() })
    }
}
