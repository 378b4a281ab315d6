//! `cargo xtask vend`: one crate of `strategies/` as a package of its own, for a private git repository or registry.
//!
//! What a customer gets builds without this workspace: whatever the manifest inherited stands in it, and `quantmesh-sdk` is
//! asked for by version. Tests and development dependencies stay here: they need `quantmesh-testkit`, which is in no
//! registry, and cargo would look for it in every build of the customer's. So `cargo build` and `cargo doc` work there, and
//! `cargo test` is run here, before delivery.

mod manifest;
mod receipt;

use std::fs;
use std::path::{Path, PathBuf};

pub use manifest::ManifestError;
pub use receipt::{NAME as RECEIPT, Order, OrderError};

use crate::features::{FeaturesError, Kind, Sources, rows};
use crate::staging::{Staging, StagingError};
use crate::tracked::{TrackedError, changed, tracked};

/// What is delivered, and to whom.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// The crate, by its feature.
    pub id: String,
    /// The only registry that `cargo publish` may send it to; it refuses all where there is none.
    pub registry: Option<String>,
    /// Whose copy it is.
    pub order: Option<Order>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vended {
    /// The package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// How many files.
    pub files: usize,
    /// How many files of the crate differ from the last commit.
    pub changed: usize,
}

/// Why a crate can't be delivered.
#[derive(Debug, thiserror::Error)]
pub enum VendError {
    /// There is no such crate.
    #[error("strategies/{id} is not there; there is {}", known.join(", "))]
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Only its placeholder is here.
    #[error(
        "strategies/{0} holds only a placeholder: this is the public tree; vend from the tree that has the source"
    )]
    Placeholder(
        /// The crate.
        String,
    ),
    /// The features are not what they should be.
    #[error(transparent)]
    Features(#[from] FeaturesError),
    /// The manifest can't stand alone.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The order can't be written down.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The files can't be told.
    #[error(transparent)]
    Tracked(#[from] TrackedError),
    /// A file can't be read.
    #[error("{} can't be read: {why}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The folder can't be written.
    #[error(transparent)]
    Staging(#[from] StagingError),
}

/// Writes the package to `out`, whole or not at all. The same sources, order and registry give the same bytes.
///
/// # Errors
/// [`VendError`] says what is in the way.
pub fn vend(root: &Path, delivery: &Delivery, out: &Path) -> Result<Vended, VendError> {
    let id = &delivery.id;
    let sources = Sources::read(root).map_err(FeaturesError::from)?;
    let rows = rows(&sources).map_err(FeaturesError::from)?;
    let leaf = |kind: &Kind| matches!(kind, Kind::Leaf { .. });
    let Some(Kind::Leaf { package, version, placeholder, .. }) =
        rows.iter().find(|row| row.feature == *id && leaf(&row.kind)).map(|row| &row.kind)
    else {
        let known = rows.iter().filter(|row| leaf(&row.kind)).map(|row| row.feature.clone()).collect();
        return Err(VendError::Unknown { id: id.clone(), known });
    };
    if *placeholder {
        return Err(VendError::Placeholder(id.clone()));
    }
    let folder = format!("strategies/{id}");
    let own = sources.leaves.get(id).map(|leaf| leaf.manifest.as_str()).unwrap_or_default();
    let manifest = manifest::standalone(&sources.manifest, own, &folder, delivery.registry.as_deref())?;
    let mut files = vec![("Cargo.toml".to_owned(), manifest.into_bytes())];
    for path in tracked(root, &folder)? {
        let name = path.strip_prefix(&folder).unwrap_or(&path).trim_start_matches('/');
        if name != "Cargo.toml" && !is_development(name) {
            files.push((name.to_owned(), read(&root.join(&path))?));
        }
    }
    if !files.iter().any(|(name, _)| name.starts_with("LICENSE")) {
        for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
            files.push((name.to_owned(), read(&root.join(name))?));
        }
    }
    files.sort();
    if let Some(order) = &delivery.order {
        files.push((RECEIPT.to_owned(), receipt::text(order, package, version, &files)?.into_bytes()));
    }
    let staging = Staging::for_folder(out)?;
    for (name, bytes) in &files {
        staging.write(name, bytes)?;
    }
    let vended = Vended {
        package: package.clone(),
        version: version.clone(),
        files: files.len(),
        changed: changed(root, &folder)?,
    };
    staging.land()?;
    Ok(vended)
}

/// What stays here: it needs packages that a customer does not have.
fn is_development(name: &str) -> bool {
    ["tests/", "benches/", "examples/"].iter().any(|folder| name.starts_with(folder))
}

fn read(file: &Path) -> Result<Vec<u8>, VendError> {
    fs::read(file).map_err(|why| VendError::Read { file: file.to_owned(), why })
}
