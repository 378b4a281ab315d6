//! A manifest that inherits from the workspace, as one that stands alone.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// Why a manifest can't stand alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A manifest is not TOML.
    #[error("{file} is not valid TOML: {why}")]
    Toml {
        /// Which.
        file: String,
        /// What the parser said.
        why: String,
    },
    /// The workspace does not have what it should hand down.
    #[error("{folder}/Cargo.toml inherits `{key}`, and the workspace has none")]
    Nothing {
        /// The crate.
        folder: String,
        /// What it inherits.
        key: String,
    },
    /// A dependency that stands in this tree only.
    #[error(
        "{folder}/Cargo.toml asks for `{key}`, which stands by path in this tree; a crate that is delivered may ask for packages by version only: of this tree's, quantmesh-sdk and quantmesh-types"
    )]
    ByPath {
        /// The crate.
        folder: String,
        /// The dependency.
        key: String,
    },
}

const HEADER: &str =
    "# Written by `cargo xtask vend`: everything that the vendor's workspace hands down stands here.\n\n";

/// Sections that need what a customer does not have.
const DEVELOPMENT: [&str; 4] = ["dev-dependencies", "bench", "test", "example"];

/// The manifest without its workspace.
pub(super) fn standalone(
    root: &str,
    own: &str,
    folder: &str,
    registry: Option<&str>,
) -> Result<String, ManifestError> {
    let root = parse("Cargo.toml", root)?;
    let own = parse(&format!("{folder}/Cargo.toml"), own)?;
    let inherited = Inherited { workspace: root.get("workspace"), folder };
    let mut doc = DocumentMut::new();
    for (key, item) in own.iter().filter(|(key, _)| !DEVELOPMENT.contains(key)) {
        let item = match key {
            "package" => inherited.package(item, registry)?,
            "dependencies" | "build-dependencies" => inherited.dependencies(item)?,
            "target" => inherited.targets(item)?,
            "lints" if inherits(item) => inherited.find("lints", &[]).cloned()?,
            _ => item.clone(),
        };
        doc.insert(key, item);
    }
    // Tables keep the places they had in two files; they are to stand in the order they were put in.
    for (place, (_, item)) in doc.iter_mut().enumerate() {
        set_place(item, isize::try_from(place).unwrap_or(isize::MAX));
    }
    Ok(format!("{HEADER}{}\n", doc.to_string().trim()))
}

/// What a workspace hands down to a crate.
struct Inherited<'w> {
    workspace: Option<&'w Item>,
    folder: &'w str,
}

impl Inherited<'_> {
    fn find(&self, section: &str, keys: &[&str]) -> Result<&Item, ManifestError> {
        let mut found = self.workspace.and_then(|workspace| workspace.get(section));
        for key in keys {
            found = found.and_then(|item| item.get(key));
        }
        let missing = || ManifestError::Nothing {
            folder: self.folder.to_owned(),
            key: keys.last().unwrap_or(&section).to_string(),
        };
        found.ok_or_else(missing)
    }

    fn package(&self, own: &Item, registry: Option<&str>) -> Result<Item, ManifestError> {
        let mut package = Table::new();
        for (key, item) in own.as_table_like().into_iter().flat_map(TableLike::iter) {
            // A version or a licence is the same wherever it stands; where it may be published is not.
            if key != "publish" {
                let value = if inherits(item) { self.find("package", &[key])? } else { item };
                package.insert(key, plain(value));
            }
        }
        let publish = registry
            .map_or_else(|| Value::from(false), |name| Value::from([name].into_iter().collect::<Array>()));
        package.insert("publish", Item::Value(publish));
        Ok(Item::Table(package))
    }

    fn targets(&self, own: &Item) -> Result<Item, ManifestError> {
        let mut targets = Table::new();
        targets.set_implicit(true);
        for (target, sections) in own.as_table_like().into_iter().flat_map(TableLike::iter) {
            let mut kept = Table::new();
            kept.set_implicit(true);
            for (section, item) in sections.as_table_like().into_iter().flat_map(TableLike::iter) {
                if !DEVELOPMENT.contains(&section) {
                    kept.insert(section, self.dependencies(item)?);
                }
            }
            targets.insert(target, Item::Table(kept));
        }
        Ok(Item::Table(targets))
    }

    fn dependencies(&self, own: &Item) -> Result<Item, ManifestError> {
        let mut table = Table::new();
        for (key, item) in own.as_table_like().into_iter().flat_map(TableLike::iter) {
            let wish = if inherits(item) {
                merge(self.find("dependencies", &[key])?, item)
            } else {
                merge(item, &Item::None)
            };
            if wish.contains_key("path") {
                return Err(ManifestError::ByPath { folder: self.folder.to_owned(), key: key.to_owned() });
            }
            let bare = wish.get("version").filter(|_| wish.len() == 1).cloned();
            let value = bare.unwrap_or(Value::InlineTable(wish));
            table.insert(key, plain(&Item::Value(value)));
        }
        Ok(Item::Table(table))
    }
}

/// What the workspace says about a dependency, and what the crate adds: features and `optional`, by cargo's rules.
fn merge(shared: &Item, own: &Item) -> InlineTable {
    let mut wish = InlineTable::new();
    if let Some(version) = shared.as_str() {
        wish.insert("version", version.into());
    }
    for (key, item) in shared.as_table_like().into_iter().flat_map(TableLike::iter) {
        if let Some(value) = plain(item).as_value() {
            wish.insert(key, value.clone());
        }
    }
    for (key, item) in own.as_table_like().into_iter().flat_map(TableLike::iter) {
        let Some(value) = plain(item).as_value().cloned() else { continue };
        match (key, wish.get_mut(key).and_then(Value::as_array_mut)) {
            ("workspace", _) => {}
            ("features", Some(features)) => features.extend(value.as_array().into_iter().flatten().cloned()),
            // Cargo lets a crate switch default features on, and never off behind the workspace's back.
            ("default-features", _) if value.as_bool() == Some(false) => {}
            _ => drop(wish.insert(key, value)),
        }
    }
    wish.fmt();
    if let Some(features) = wish.get_mut("features").and_then(Value::as_array_mut) {
        features.fmt();
    }
    wish
}

fn inherits(item: &Item) -> bool {
    item.get("workspace").and_then(Item::as_bool) == Some(true)
}

/// The item without the spaces and comments around it.
fn plain(item: &Item) -> Item {
    let mut item = item.clone();
    if let Some(value) = item.as_value_mut() {
        value.decor_mut().clear();
    }
    item
}

fn set_place(item: &mut Item, place: isize) {
    if let Some(table) = item.as_table_mut() {
        table.set_position(Some(place));
        for (_, inner) in table.iter_mut() {
            set_place(inner, place);
        }
    }
}

fn parse(file: &str, text: &str) -> Result<DocumentMut, ManifestError> {
    text.parse().map_err(|error: toml_edit::TomlError| ManifestError::Toml {
        file: file.to_owned(),
        why: error.message().to_owned(),
    })
}
