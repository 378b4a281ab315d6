//! `check` in a clone of the engine: the private crates that `.cargo/private.toml` puts into its slots.

use std::path::Path;

use toml_edit::{DocumentMut, Item};

use super::{Found, SDK, look_into, package, row, versions};
use crate::build_file::{Source, Strategy, dependency};
use crate::engine::Engine;
use crate::project::Project;
use crate::{Failure, Kind, program, say};

const FILE: &str = ".cargo/private.toml";

/// Whether the current folder is the root of an engine tree.
pub(crate) fn is_engine_tree() -> bool {
    let manifest: Option<toml::Table> =
        std::fs::read_to_string("Cargo.toml").ok().and_then(|text| text.parse().ok());
    manifest.is_some_and(|manifest| {
        manifest.get("package").and_then(|package| package.get("name")?.as_str()) == Some(super::ENGINE)
    })
}

pub(super) fn check() -> Result<(), Failure> {
    let root = Path::new(".");
    let file = root.join(FILE);
    let Ok(text) = std::fs::read_to_string(&file) else {
        return say(
            "this is an engine tree without .cargo/private.toml: it builds with what it has, and nothing private\n",
        );
    };
    let fail = |what: String| Failure::new(Kind::BuildFile, format!("{FILE}: {what}"));
    let document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| fail(error.to_string()))?;
    let patches =
        document.get("patch").and_then(|patch| patch.get("crates-io")).and_then(Item::as_table_like);
    let Some(patches) = patches else {
        return Err(fail("has no [patch.crates-io]; features.md says what goes there".to_owned()));
    };
    let says = Engine::read(root)?;
    let project = Project::at(Path::new("quantmesh.build.toml"))?;
    let (_, rustc) = program::rustc(root)?;
    let sdk = package::member(root, SDK)?;
    let mut found: Vec<Found> = Vec::new();
    let mut troubles = Vec::new();
    for (name, item) in patches.iter() {
        let Some((id, _)) = says.slots.iter().find(|(_, slot)| *slot == name) else {
            let slots: Vec<_> = says.slots.values().map(String::as_str).collect();
            return Err(fail(format!(
                "`{name}` is not a slot of this engine; its slots are {}",
                slots.join(", ")
            )));
        };
        let table = item.as_table_like().ok_or_else(|| fail(format!("{name}: must be a table")))?;
        let source: Source = dependency(FILE, &text, table, name)?;
        let strategy = Strategy { id: id.clone(), package: Some(name.to_owned()), source };
        match look_into(&project, &strategy, false) {
            Ok(one) => found.push(one),
            Err(trouble) => troubles.push(trouble),
        }
    }
    if !troubles.is_empty() {
        return Err(super::told(&troubles));
    }
    for one in &found {
        if let Some(fault) = versions::misfit(one, &rustc, sdk.as_ref()) {
            return Err(Failure::new(Kind::Preflight, fault));
        }
    }
    let mut lines: String = found.iter().map(row).collect();
    lines.push_str("everything is within reach and fits together\n");
    say(&lines)
}
