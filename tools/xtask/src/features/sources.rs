//! Reads what `features.md` is made from: manifests, the lock file, and the registrations in the leaves' sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{SIZES, Sizes};

/// The texts that the page is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The workspace's `Cargo.toml`.
    pub manifest: String,
    /// The `Cargo.lock`.
    pub lock: String,
    /// The manifests of the engine's rooms, by folder name.
    pub rooms: BTreeMap<String, String>,
    /// The folders under `strategies/`, by name.
    pub leaves: BTreeMap<String, Leaf>,
    /// What was measured; empty where there is no such file.
    pub sizes: Sizes,
}

/// One folder under `strategies/`.
#[derive(Debug, Clone, Default)]
pub struct Leaf {
    /// Its `Cargo.toml`.
    pub manifest: String,
    /// Its `src/lib.rs`.
    pub library: String,
}

/// A file can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system does not give it.
    #[error("{} can't be read: {why}", file.display())]
    World {
        /// Which.
        file: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// It does not say what it should.
    #[error("{SIZES}: {0}; run `cargo xtask features --measure`")]
    Sizes(
        /// What is wrong.
        String,
    ),
}

impl Sources {
    /// Reads them from the workspace at `root`.
    ///
    /// # Errors
    /// [`ReadError`] names the file.
    pub fn read(root: &Path) -> Result<Self, ReadError> {
        let mut sources = Self {
            manifest: text(&root.join("Cargo.toml"))?,
            lock: text(&root.join("Cargo.lock"))?,
            ..Self::default()
        };
        for (name, path) in packages(&root.join("engine"))? {
            sources.rooms.insert(name, text(&path.join("Cargo.toml"))?);
        }
        for (name, path) in packages(&root.join("strategies"))? {
            let (manifest, library) = (text(&path.join("Cargo.toml"))?, text(&path.join("src/lib.rs"))?);
            sources.leaves.insert(name, Leaf { manifest, library });
        }
        let sizes = root.join(SIZES);
        if sizes.exists() {
            sources.sizes = Sizes::parse(&text(&sizes)?).map_err(ReadError::Sizes)?;
        }
        Ok(sources)
    }
}

/// The folders in `folder` that hold a package, with their names.
fn packages(folder: &Path) -> Result<Vec<(String, PathBuf)>, ReadError> {
    let fail = |why| ReadError::World { file: folder.to_owned(), why };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if entry.path().join("Cargo.toml").is_file() {
            found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
    }
    Ok(found)
}

fn text(file: &Path) -> Result<String, ReadError> {
    fs::read_to_string(file).map_err(|why| ReadError::World { file: file.to_owned(), why })
}
