//! A file's bytes in memory without reading them, for reading only: the one place where `unsafe` stands, and nothing else.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

/// A file as bytes. The system loads a page when it is first looked at, shares it with whoever else maps the file, and may drop it.
///
/// Nobody may write to the file or cut it short while it is mapped: what is read then is not defined, and a read past a new end
/// stops the process. A file that is replaced by another of its name stays what it was. So files that are mapped are written under
/// another name and renamed, as tapes are.
#[derive(Debug)]
pub struct Map {
    bytes: memmap2::Mmap,
}

impl Map {
    /// Maps a whole file.
    ///
    /// # Errors
    /// What the system says: the file is not there, may not be read, or can't be mapped, as a folder or a pipe.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        #[expect(
            unsafe_code,
            reason = "the system has no map that nobody else can write to; see the type's words on it"
        )]
        // SAFETY: the map is read-only and private, and only shared slices of bytes are given out, for which every bit pattern
        // is valid. What can't be held here is that no other process writes to the file: that is asked of whoever has the files,
        // as by every program that maps them, and what is read is held against checksums.
        let bytes = unsafe { memmap2::MmapOptions::new().map(&file)? };
        Ok(Self { bytes })
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_the_files_bytes_also_when_another_file_takes_its_name() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a");
        for bytes in [&b""[..], b"one", &[7; 10_000]] {
            std::fs::write(&path, bytes)?;
            assert_eq!(&*Map::open(&path)?, bytes);
        }
        let map = Map::open(&path)?;
        std::fs::write(folder.path().join("b"), b"other")?;
        std::fs::rename(folder.path().join("b"), &path)?;
        assert_eq!((map.len(), &*Map::open(&path)?), (10_000, &b"other"[..]));
        assert!(Map::open(folder.path()).is_err() && Map::open(&folder.path().join("c")).is_err());
        Ok(())
    }
}
