//! The places around a build file: its lock, the generated host, sources that were looked into, what was built.

use std::env;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::copy::write_changed;

/// Places, all beside the build file.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// The build file.
    pub(crate) file: PathBuf,
    /// Its folder, absolute.
    pub(crate) folder: PathBuf,
    /// The lock of the last build.
    pub(crate) lock: PathBuf,
    /// What this tool keeps for itself.
    pub(crate) work: PathBuf,
}

impl Project {
    pub(crate) fn at(file: &Path) -> Result<Self, Failure> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder.canonicalize().map_err(|error| Failure::read(folder, error))?;
        let lock = folder.join(file.file_name().unwrap_or_default()).with_extension("lock");
        let work = folder.join(".quantmesh");
        Ok(Self { file: file.to_owned(), folder, lock, work })
    }

    /// Makes the working folder, which git shall not see.
    pub(crate) fn prepare(&self) -> Result<(), Failure> {
        write_changed(&self.work.join(".gitignore"), b"# Written by cargo quantmesh, and written anew by every build.\n*\n")?;
        // A workspace of its own that excludes everything, so that nothing below is taken for a part of one above.
        write_changed(&self.work.join("sources/Cargo.toml"), b"[workspace]\nexclude = [\"git\"]\n")
    }

    /// The generated workspace.
    pub(crate) fn host(&self) -> PathBuf {
        self.work.join("host")
    }

    /// Sources of git repositories, one folder a commit.
    pub(crate) fn sources(&self) -> PathBuf {
        self.work.join("sources/git")
    }

    /// Where cargo builds.
    pub(crate) fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.work.join("target"), PathBuf::from)
    }

    /// A folder of the build file, from where it is.
    pub(crate) fn path(&self, written: &Path) -> PathBuf {
        self.folder.join(written)
    }
}
