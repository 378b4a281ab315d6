//! A folder that is written whole or not at all: filled beside its place, and moved there when it is done.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that can't be written.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// Something is there already.
    #[error("{} is not empty; name a folder that does not exist yet, or an empty one", .0.display())]
    Taken(
        /// The folder.
        PathBuf,
    ),
    /// The file system says no.
    #[error("{} can't be written: {why}", place.display())]
    Write {
        /// The file or folder.
        place: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

/// A folder on its way to its place; dropped before it has landed, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Staging {
    place: PathBuf,
    beside: TempDir,
}

impl Staging {
    /// Refuses a place where something is.
    pub(crate) fn for_folder(place: &Path) -> Result<Self, StagingError> {
        let fail = |why| StagingError::Write { place: place.to_owned(), why };
        if place.symlink_metadata().is_ok() {
            let empty = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
            if !empty {
                return Err(StagingError::Taken(place.to_owned()));
            }
        }
        let place = std::path::absolute(place).map_err(fail)?;
        let parent = place.parent().map_or_else(|| place.clone(), Path::to_path_buf);
        fs::create_dir_all(&parent).map_err(fail)?;
        let beside =
            tempfile::Builder::new().prefix(".quantmesh-export-").tempdir_in(&parent).map_err(fail)?;
        fs::create_dir(beside.path().join("tree")).map_err(fail)?;
        Ok(Self { place, beside })
    }

    /// Where it is filled.
    pub(crate) fn path(&self) -> PathBuf {
        self.beside.path().join("tree")
    }

    /// Writes one file, with the folders it needs.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StagingError> {
        let place = self.path().join(name);
        let fail = |why| StagingError::Write { place: self.place.join(name), why };
        fs::create_dir_all(place.parent().unwrap_or(&place)).map_err(fail)?;
        fs::write(&place, bytes).map_err(fail)
    }

    /// Copies one file with its permissions.
    pub(crate) fn copy(&self, from: &Path, name: &str) -> Result<(), StagingError> {
        let place = self.path().join(name);
        let fail = |why| StagingError::Write { place: self.place.join(name), why };
        fs::create_dir_all(place.parent().unwrap_or(&place)).map_err(fail)?;
        fs::copy(from, &place).map(drop).map_err(fail)
    }

    /// Moves it to its place.
    pub(crate) fn land(self) -> Result<(), StagingError> {
        let fail = |why| StagingError::Write { place: self.place.clone(), why };
        if self.place.is_dir() {
            // Somebody may have put something there in the meantime: then this fails, and theirs stays.
            fs::remove_dir(&self.place).map_err(fail)?;
        }
        fs::rename(self.path(), &self.place).map_err(fail)
    }
}
