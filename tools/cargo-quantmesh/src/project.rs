//! The places around a build file: its lock, the generated host, sources that were looked into, what was built.

use std::env;
use std::path::{Path, PathBuf};

use crate::copy::write_changed;
use crate::{Failure, Kind};

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
        write_changed(
            &self.work.join(".gitignore"),
            b"# Written by cargo quantmesh, and written anew by every build.\n*\n",
        )?;
        // A workspace without members: cargo, asked about a registry here, shall not look into one above.
        write_changed(&self.work.join("registry/Cargo.toml"), b"[workspace]\n")
    }

    /// The generated workspace.
    pub(crate) fn host(&self) -> PathBuf {
        self.work.join("host")
    }

    /// Where cargo is asked about registries: with the configuration of the project, and no workspace.
    pub(crate) fn registry(&self) -> PathBuf {
        self.work.join("registry")
    }

    /// Where cargo builds. In a target folder that is shared with other builds, it is a part of its own: cargo does not tell
    /// crates that went through the host's wrapper from those that did not, and theirs hold paths of this machine.
    pub(crate) fn target(&self) -> PathBuf {
        let shared =
            env::var_os("CARGO_TARGET_DIR").map(|target| PathBuf::from(target).join("quantmesh-host"));
        shared.unwrap_or_else(|| self.work.join("target"))
    }

    /// A folder of the build file, as seen from here.
    pub(crate) fn path(&self, written: &Path) -> PathBuf {
        self.folder.join(written)
    }
}

/// Cargo's home: what is fetched once is there for all builds of one user.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    let home = || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(home()?).join(".cargo")))
}

/// Sources of git repositories that were looked into, one folder a commit. In cargo's home, where cargo does not look for a
/// workspace around them.
pub(crate) fn sources() -> Result<PathBuf, Failure> {
    let home = cargo_home().ok_or_else(|| {
        Failure::new(Kind::Program, "there is no place for sources: set HOME or CARGO_HOME".to_owned())
    })?;
    Ok(home.join("quantmesh/git"))
}
