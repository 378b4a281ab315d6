//! What the engine's own source says of itself: its features, which crate each brings, its profiles, its sdk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::{Failure, Kind};

/// An engine, as its manifest has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Engine {
    /// Features with what each switches on.
    pub(crate) features: BTreeMap<String, Vec<String>>,
    /// Features that bring a crate of their own name, with its package.
    pub(crate) leaves: BTreeMap<String, String>,
    /// Those of them whose crate is asked for by name and version alone: slots for crates that are sold.
    pub(crate) slots: BTreeMap<String, String>,
    /// Packages that the engine's tree has, with their folders: what `[patch.crates-io]` says.
    pub(crate) patches: BTreeMap<String, PathBuf>,
    /// Its profiles, as text.
    pub(crate) profiles: String,
}

/// The profile of a release where the engine's manifest is not at hand.
const RELEASE: &str =
    "[profile.release]\nlto = \"fat\"\ncodegen-units = 1\npanic = \"abort\"\nstrip = \"symbols\"\n";

impl Engine {
    /// Reads the manifest in a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let file = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&file).map_err(|error| Failure::read(&file, error))?;
        let manifest: Table = text.parse().map_err(|error: toml::de::Error| {
            Failure::new(Kind::BuildFile, format!("{}: {error}", file.display()))
        })?;
        Ok(Self::of(&manifest))
    }

    fn of(manifest: &Table) -> Self {
        let table = |value: Option<&Value>| value.and_then(Value::as_table).cloned().unwrap_or_default();
        let mut engine = Self::default();
        for (name, list) in table(manifest.get("features")) {
            let on = list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            engine.features.insert(name, on.collect());
        }
        let dependencies = table(manifest.get("dependencies"));
        for (feature, on) in &engine.features {
            let Some(dependency) =
                dependencies.get(feature).filter(|_| on.contains(&format!("dep:{feature}")))
            else {
                continue;
            };
            let text = |key: &str| dependency.get(key).and_then(Value::as_str);
            let package = text("package").unwrap_or(feature).to_owned();
            if text("path").is_none() && text("git").is_none() {
                engine.slots.insert(feature.clone(), package.clone());
            }
            engine.leaves.insert(feature.clone(), package);
        }
        let patches = manifest.get("patch").and_then(|patch| patch.get("crates-io"));
        for (package, patch) in table(patches) {
            if let Some(path) = patch.get("path").and_then(Value::as_str) {
                engine.patches.insert(package, PathBuf::from(path));
            }
        }
        engine.profiles = match manifest.get("profile") {
            Some(profiles) => {
                let mut only = Table::new();
                only.insert("profile".to_owned(), profiles.clone());
                only.to_string()
            }
            None => RELEASE.to_owned(),
        };
        engine
    }

    /// The features that are on when these are: the whole closure.
    pub(crate) fn closure(&self, asked: &[String]) -> BTreeSet<String> {
        let mut on = BTreeSet::new();
        let mut todo: Vec<&str> = asked.iter().map(String::as_str).collect();
        while let Some(name) = todo.pop() {
            if let Some((name, list)) = self.features.get_key_value(name)
                && on.insert(name.clone())
            {
                todo.extend(list.iter().map(String::as_str));
            }
        }
        on
    }

    /// The ids that these features register.
    pub(crate) fn ids(&self, asked: &[String]) -> BTreeSet<String> {
        self.closure(asked).into_iter().filter(|feature| self.leaves.contains_key(feature)).collect()
    }
}
