//! The files of the project: what git tracks, and nothing that merely lies beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The project's files can't be told.
#[derive(Debug, thiserror::Error)]
pub enum TrackedError {
    /// There is no git, or no repository.
    #[error("git can't list the files of {}: {why}; an export is made from a clone", folder.display())]
    Git {
        /// Where.
        folder: PathBuf,
        /// What git said.
        why: String,
    },
    /// A file that leads elsewhere.
    #[error("{0} is a link; an export holds plain files only, since a link may lead out of the tree")]
    Link(
        /// The file.
        String,
    ),
    /// A file that is gone.
    #[error("{0} is tracked by git and is not there; restore it, or `git rm` it")]
    Gone(
        /// The file.
        String,
    ),
}

/// The tracked files below `folder` ("" for all), by their paths from the root, sorted.
pub(crate) fn tracked(root: &Path, folder: &str) -> Result<Vec<String>, TrackedError> {
    let within = if folder.is_empty() { "." } else { folder };
    let text = git(root, &["ls-files", "-z", "--", within])?;
    let mut files: Vec<String> =
        text.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    for name in &files {
        match root.join(name).symlink_metadata() {
            Err(_) => return Err(TrackedError::Gone(name.clone())),
            Ok(found) if !found.is_file() => return Err(TrackedError::Link(name.clone())),
            Ok(_) => {}
        }
    }
    Ok(files)
}

/// How many files below `folder` differ from the last commit, or are not in it.
pub(crate) fn changed(root: &Path, folder: &str) -> Result<usize, TrackedError> {
    let within = if folder.is_empty() { "." } else { folder };
    Ok(git(root, &["status", "--porcelain", "--", within])?.lines().count())
}

fn git(root: &Path, args: &[&str]) -> Result<String, TrackedError> {
    let fail = |why: String| TrackedError::Git { folder: root.to_owned(), why };
    let mut command = Command::new("git");
    command.current_dir(root).env("GIT_OPTIONAL_LOCKS", "0").args(args);
    let output = command.output().map_err(|error| fail(error.to_string()))?;
    if !output.status.success() {
        return Err(fail(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|_| fail("a file name is not UTF-8".to_owned()))
}
