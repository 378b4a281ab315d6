//! Files are read with a limit, and written whole or not at all.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::Fault;

/// No file of this tool but the ledger is longer than this.
const LONGEST: u64 = 1024 * 1024;

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String, Fault> {
    let mut text = String::new();
    let failed = |error| Fault::file(path, error);
    fs::File::open(path).map_err(failed)?.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// A file that is written, synced, and not yet in its place. It goes away if it never gets there. Readable by its owner
/// only.
pub(crate) struct Half {
    file: NamedTempFile,
    place: PathBuf,
}

impl Half {
    /// Writes the bytes beside where they are to be.
    pub(crate) fn write(place: &Path, bytes: &[u8]) -> Result<Self, Fault> {
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let failed = |error| Fault::file(place, error);
        fs::create_dir_all(folder).map_err(failed)?;
        let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        Ok(Self { file, place: place.to_owned() })
    }

    /// Puts it in its place, where nothing may be yet.
    pub(crate) fn into_new_place(self) -> Result<(), Fault> {
        let Self { file, place } = self;
        file.persist_noclobber(&place).map_err(|error| Fault::File {
            path: place.clone(),
            error: error.error,
            hint: "; nothing is overwritten, choose another place",
        })?;
        settle(&place);
        Ok(())
    }

    /// Puts it in its place, instead of what is there.
    pub(crate) fn into_place(self) -> Result<(), Fault> {
        let Self { file, place } = self;
        file.persist(&place).map_err(|error| Fault::file(&place, error.error))?;
        settle(&place);
        Ok(())
    }
}

/// Has the folder remember its new entry over a power cut, where the system offers that for folders.
pub(crate) fn settle(place: &Path) {
    if let Some(folder) = place.parent().filter(|folder| !folder.as_os_str().is_empty())
        && let Ok(open) = fs::File::open(folder)
    {
        let _ = open.sync_all();
    }
}
