//! Archives that are the same bytes whoever packs them, whenever.

use std::io::Write;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header, HeaderMode};

use super::DistError;

/// One entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the archive; a folder ends with `/`.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// What may be done with it, as `chmod` writes it.
    pub mode: u32,
    /// Who owns it: user and group.
    pub owner: u64,
}

impl Entry {
    /// A file to read.
    #[must_use]
    pub fn file(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), mode: 0o644, owner: 0 }
    }

    /// A file to run.
    #[must_use]
    pub fn program(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { mode: 0o755, ..Self::file(path, bytes) }
    }
}

/// Packs entries into a tar, sorted, all of one time.
///
/// # Errors
/// Where a path is too long for the format.
pub fn pack(entries: &[Entry], epoch: u64) -> Result<Vec<u8>, DistError> {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut tar = Builder::new(Vec::new());
    tar.mode(HeaderMode::Deterministic);
    for entry in sorted {
        let mut header = Header::new_ustar();
        header.set_entry_type(if entry.path.ends_with('/') {
            EntryType::Directory
        } else {
            EntryType::Regular
        });
        header.set_mode(entry.mode);
        header.set_uid(entry.owner);
        header.set_gid(entry.owner);
        header.set_mtime(epoch);
        header.set_size(entry.bytes.len() as u64);
        tar.append_data(&mut header, &entry.path, entry.bytes.as_slice())
            .map_err(DistError::io(format!("{} can't be packed", entry.path)))?;
    }
    tar.into_inner().map_err(DistError::io("the archive can't be packed"))
}

/// Compresses, without a name or a time in it.
///
/// # Errors
/// None that memory does not make.
pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>, DistError> {
    // 255 is the format's "unknown" operating system.
    let mut writer = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    let written = writer.write_all(bytes).and_then(|()| writer.finish());
    written.map_err(DistError::io("the archive can't be compressed"))
}
