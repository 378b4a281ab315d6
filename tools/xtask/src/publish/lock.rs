//! The lock file of the public tree: that of this one, without what only paid crates need. Cargo itself narrows it,
//! offline, and this room checks that nothing else moved.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use toml::{Table, Value};

use crate::features::{Kind, Row};

/// Why there is no right lock file.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Cargo can't narrow it.
    #[error("cargo can't narrow the lock file of the public tree: {0}")]
    Cargo(
        /// What it said.
        String,
    ),
    /// Cargo did more than that.
    #[error(
        "the lock file of the public tree would have {0}, which this tree's does not; run `cargo build` here first, so that Cargo.lock is up to date"
    )]
    Moved(
        /// The packages.
        String,
    ),
    /// It can't be read or written.
    #[error("Cargo.lock of the public tree: {0}")]
    File(
        /// What the system said.
        std::io::Error,
    ),
}

/// Writes the lock file of the tree in `folder`, whose manifests are in place.
pub(super) fn narrow(folder: &Path, original: &str, paid: &[&Row]) -> Result<(), LockError> {
    let file = folder.join("Cargo.lock");
    fs::write(&file, original).map_err(LockError::File)?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // `--workspace` touches only the entries of members, and those that nobody needs any more.
    command.current_dir(folder).args(["update", "--workspace", "--offline", "--quiet"]);
    let output = command.output().map_err(|error| LockError::Cargo(error.to_string()))?;
    if !output.status.success() {
        return Err(LockError::Cargo(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let narrowed = fs::read_to_string(&file).map_err(LockError::File)?;
    let (before, after) = (packages(original), packages(&narrowed));
    let new: Vec<String> = after.difference(&before).cloned().collect();
    if !new.is_empty() {
        return Err(LockError::Moved(new.join(", ")));
    }
    let slots = paid.iter().filter_map(|row| match &row.kind {
        Kind::Leaf { package, version, .. } => Some(format!("{package} {version}")),
        Kind::Collection(_) => None,
    });
    let lost: Vec<String> = slots.filter(|slot| !after.contains(slot)).collect();
    if lost.is_empty() {
        Ok(())
    } else {
        Err(LockError::Cargo(format!("{} fell out of it", lost.join(", "))))
    }
}

/// The packages of a lock file: name, version, source and checksum.
fn packages(lock: &str) -> BTreeSet<String> {
    let lock: Table = lock.parse().unwrap_or_default();
    let list = lock.get("package").and_then(Value::as_array).into_iter().flatten();
    let parts = |package: &Value| {
        let keys = ["name", "version", "source", "checksum"];
        keys.iter().filter_map(|key| package.get(key)?.as_str()).collect::<Vec<_>>().join(" ")
    };
    list.map(parts).collect()
}
