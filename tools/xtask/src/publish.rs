//! `cargo xtask publish`: the public tree, which has every file of this one but the source that is sold.
//!
//! Each paid folder holds a placeholder there: a crate of the same name and version whose only content is a
//! `compile_error!` that says what the feature is and what to type next. Placeholders are no members of the workspace, so
//! that `--workspace` builds pass and a customer's own copy of the same version does not collide with one. Only what git
//! tracks is exported, as it stands on disk.

mod lock;
mod placeholder;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Value};

pub use lock::LockError;

use crate::features::{self, FeaturesError, Kind, Row, Sources, rows};
use crate::staging::{Staging, StagingError};
use crate::tracked::{TrackedError, changed, tracked};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// How many files.
    pub files: usize,
    /// The features that are placeholders there.
    pub placeholders: Vec<String>,
    /// How many files differ from the last commit.
    pub changed: usize,
}

/// Why the public tree can't be made.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It is what we are in.
    #[error(
        "this is already the public tree (strategies/{0} holds a placeholder); publish from the tree that has the source"
    )]
    AlreadyPublic(
        /// A feature whose placeholder is here.
        String,
    ),
    /// Cargo would take this tree's configuration for the public one's.
    #[error("{} is inside this tree; name a folder outside of it", .0.display())]
    Inside(
        /// The folder.
        PathBuf,
    ),
    /// A customer's file is about to be published.
    #[error("{0} is tracked by git, and it is private: `git rm --cached {0}`")]
    Private(
        /// The file.
        String,
    ),
    /// The features are not what they should be.
    #[error(transparent)]
    Features(#[from] FeaturesError),
    /// The root manifest can't be changed.
    #[error("Cargo.toml: {0}")]
    Manifest(
        /// What is wrong.
        String,
    ),
    /// The lock file can't be made right.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The files can't be told.
    #[error(transparent)]
    Tracked(#[from] TrackedError),
    /// The folder can't be written.
    #[error(transparent)]
    Staging(#[from] StagingError),
}

/// The feature of a placeholder in the tree at `root`, where there is one: then this is the public tree.
///
/// # Errors
/// [`FeaturesError`] when the features are not what they should be.
pub fn placeholder_in(root: &Path) -> Result<Option<String>, FeaturesError> {
    let rows = rows(&Sources::read(root)?)?;
    Ok(rows.into_iter().find(is_placeholder).map(|row| row.feature))
}

/// The features that a tree with these rows can build: all of them, or in the public tree those that no placeholder
/// stands for.
#[must_use]
pub fn buildable_of(rows: &[Row]) -> Vec<String> {
    let mut lacking: BTreeSet<&str> =
        rows.iter().filter(|row| is_placeholder(row)).map(|row| row.feature.as_str()).collect();
    // A collection may hold collections: until nothing more is found.
    loop {
        let holds = |row: &&Row| match &row.kind {
            Kind::Collection(parts) => parts.iter().any(|part| lacking.contains(part.as_str())),
            Kind::Leaf { .. } => false,
        };
        let more: Vec<&str> = rows.iter().filter(holds).map(|row| row.feature.as_str()).collect();
        let before = lacking.len();
        lacking.extend(more);
        if lacking.len() == before {
            break;
        }
    }
    let names = rows.iter().map(|row| row.feature.clone());
    names.filter(|name| !lacking.contains(name.as_str())).collect()
}

fn is_placeholder(row: &Row) -> bool {
    matches!(row.kind, Kind::Leaf { placeholder: true, .. })
}

/// Writes the public tree to `out`, whole or not at all.
///
/// # Errors
/// [`PublishError`] says what is in the way.
pub fn publish(root: &Path, out: &Path) -> Result<Published, PublishError> {
    let sources = Sources::read(root).map_err(FeaturesError::from)?;
    let rows = rows(&sources).map_err(FeaturesError::from)?;
    if let Some(row) = rows.iter().find(|row| is_placeholder(row)) {
        return Err(PublishError::AlreadyPublic(row.feature.clone()));
    }
    if is_inside(root, out) {
        return Err(PublishError::Inside(out.to_owned()));
    }
    let paid: Vec<&Row> =
        rows.iter().filter(|row| matches!(&row.kind, Kind::Leaf { tier, .. } if tier == "paid")).collect();
    let files = tracked(root, "")?;
    if let Some(private) = files.iter().find(|name| is_private(name)) {
        return Err(PublishError::Private(private.clone()));
    }
    let staging = Staging::for_folder(out)?;
    let sold = |name: &str| {
        let within = name.strip_prefix("strategies/").and_then(|rest| rest.split_once('/'));
        within.is_some_and(|(folder, _)| paid.iter().any(|row| row.feature == folder))
    };
    for name in files.iter().filter(|name| !sold(name)) {
        staging.copy(&root.join(name), name)?;
    }
    if let Ok(page) = fs::read_to_string(staging.path().join(REASONS)) {
        staging.write(REASONS, reasons(&page, &paid).as_bytes())?;
    }
    staging.write("Cargo.toml", without(&sources.manifest, &paid)?.as_bytes())?;
    for row in &paid {
        for (name, text) in placeholder::files(row, &sources.manifest)? {
            staging.write(&format!("strategies/{}/{name}", row.feature), text.as_bytes())?;
        }
    }
    lock::narrow(&staging.path(), &sources.lock, &paid)?;
    // Whoever reads the page there must read what is sold as well.
    features::check(&staging.path())?;
    let published = Published {
        files: count(&staging.path()),
        placeholders: paid.iter().map(|row| row.feature.clone()).collect(),
        changed: changed(root, "")?,
    };
    staging.land()?;
    Ok(published)
}

/// The root manifest with the paid folders outside of the workspace.
fn without(manifest: &str, paid: &[&Row]) -> Result<String, PublishError> {
    let mut manifest: DocumentMut = manifest
        .parse()
        .map_err(|error: toml_edit::TomlError| PublishError::Manifest(error.message().to_owned()))?;
    let workspace = manifest
        .get_mut("workspace")
        .and_then(Item::as_table_mut)
        .ok_or_else(|| PublishError::Manifest("there is no [workspace]".to_owned()))?;
    let folders: Vec<String> = paid.iter().map(|row| format!("strategies/{}", row.feature)).collect();
    let excluded = workspace.entry("exclude").or_insert_with(|| Item::Value(Value::Array(Array::new())));
    let Some(excluded) = excluded.as_array_mut() else {
        return Err(PublishError::Manifest("workspace.exclude is not a list".to_owned()));
    };
    excluded.extend(folders);
    excluded.fmt();
    Ok(manifest.to_string())
}

/// Why each crate from outside is there.
const REASONS: &str = "docs/DEPENDENCIES.md";

/// That page without the rows of what is sold alone: nobody else uses those crates.
fn reasons(page: &str, paid: &[&Row]) -> String {
    let sold = |room: &str| {
        room.strip_prefix("strategies/").is_some_and(|leaf| paid.iter().any(|row| row.feature == leaf))
    };
    let stays = |line: &&str| {
        let rooms = line.strip_prefix("| `").and_then(|row| row.split('|').nth(2));
        !rooms.is_some_and(|rooms| rooms.split(',').all(|room| sold(room.trim())))
    };
    page.lines().filter(stays).map(|line| format!("{line}\n")).collect()
}

/// What no public tree may hold, whoever added it.
fn is_private(name: &str) -> bool {
    name == ".cargo/private.toml" || name.starts_with("private/") || name.ends_with(".licence")
}

fn is_inside(root: &Path, out: &Path) -> bool {
    let (Ok(root), Ok(out)) = (root.canonicalize(), std::path::absolute(out)) else { return false };
    // The folder need not be there yet; the nearest one above it that is says where it will be.
    out.ancestors().find_map(|folder| folder.canonicalize().ok()).is_some_and(|there| there.starts_with(root))
}

fn count(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
}
