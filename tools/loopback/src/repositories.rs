//! Bare git repositories of a vendor, made from folders, a tag for each version.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desk::Desk;
use crate::programs::output;

/// A folder with a repository for each name.
#[derive(Debug)]
pub struct Repositories {
    folder: PathBuf,
}

impl Repositories {
    /// None yet, in a folder of this desk.
    ///
    /// # Errors
    /// Where the folder can't be made.
    pub fn new(desk: &Desk) -> io::Result<Self> {
        let folder = desk.path().join("repositories");
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Makes what is in `from` the next commit of a repository, with a tag; the first one makes the repository.
    /// Says which commit it is: the same files give the same one.
    ///
    /// # Errors
    /// Where git refuses, as it does for a tag that is there.
    pub fn release(&self, desk: &Desk, name: &str, from: &Path, tag: &str) -> io::Result<String> {
        let bare = self.path(name);
        let work = from.display().to_string();
        let git = |args: &[&str]| output(author(&mut desk.command("git", &self.folder)).args(args));
        let place = bare.display().to_string();
        if !bare.is_dir() {
            git(&["init", "--quiet", "--bare", "--initial-branch=main", &place])?;
        }
        let within = ["--git-dir", &place, "--work-tree", &work];
        git(&[&within[..], &["add", "--all", "."]].concat())?;
        git(&[&within[..], &["commit", "--quiet", "--allow-empty", "-m", tag]].concat())?;
        git(&[&within[..], &["tag", tag]].concat())?;
        git(&["--git-dir", &place, "rev-parse", tag])
    }

    /// Where the repositories are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The repository of a name.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.git"))
    }
}

/// An author who is nobody, at a time that never changes.
fn author(command: &mut Command) -> &mut Command {
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "A Vendor")
            .env(format!("GIT_{who}_EMAIL"), "vendor@example.com")
            .env(format!("GIT_{who}_DATE"), "2026-01-01T00:00:00Z");
    }
    command
}
