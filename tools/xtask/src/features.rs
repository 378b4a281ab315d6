//! `features.md`: what it is made of and how it is kept true. Reading is in `sources`, the checks and rows in `rows`,
//! what was measured in `sizes`, the page in `page`.

mod graph;
mod page;
mod rows;
mod sizes;
mod sources;

use std::fs;
use std::path::Path;

pub use page::render;
pub use rows::{Fault, Faults, Kind, Row, check_sizes, rows};
pub use sizes::{NONE, SIZES, Size, Sizes};
pub use sources::{Leaf, ReadError, Sources};

/// The file, from the workspace's root.
pub const PAGE: &str = "features.md";

/// Why the page can't be made, or is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum FeaturesError {
    /// A manifest can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The manifests contradict each other.
    #[error(transparent)]
    Faults(#[from] Faults),
    /// The page is missing or says something else.
    #[error("features.md is not what the manifests say{}; run `cargo xtask features` and commit it", at(*line))]
    Stale {
        /// The first line that differs, counted from 1; `None` where there is no page.
        line: Option<usize>,
    },
}

fn at(line: Option<usize>) -> String {
    line.map_or_else(|| " (there is no such file)".to_owned(), |line| format!(" (line {line} differs)"))
}

/// The page as it should be.
///
/// # Errors
/// [`FeaturesError`] when a manifest can't be read or a feature is not what it should be.
pub fn page(root: &Path) -> Result<String, FeaturesError> {
    let sources = Sources::read(root)?;
    let rows = rows(&sources)?;
    check_sizes(&rows, &sources.sizes)?;
    Ok(render(&rows, &sources.sizes))
}

/// Compares the page with what it should be.
///
/// # Errors
/// [`FeaturesError::Stale`] when they differ, and as [`page`].
pub fn check(root: &Path) -> Result<(), FeaturesError> {
    let wanted = page(root)?;
    let found = fs::read_to_string(root.join(PAGE)).ok();
    compare(found.as_deref(), &wanted)
}

/// Compares two texts of the page.
///
/// # Errors
/// [`FeaturesError::Stale`] with the first line that differs.
pub fn compare(found: Option<&str>, wanted: &str) -> Result<(), FeaturesError> {
    let Some(found) = found else { return Err(FeaturesError::Stale { line: None }) };
    // A checkout may have turned the line ends.
    let (mut old, mut new) = (found.lines(), wanted.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (old.next(), new.next()) {
            (None, None) => return Ok(()),
            (old, new) if old == new => {}
            _ => return Err(FeaturesError::Stale { line: Some(line) }),
        }
    }
}
