//! Which sources a release is made of: version, revision, date.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use toml::{Table, Value};

use super::DistError;

/// What a build is made of, as in `build.rs`: nothing else makes a tree dirty.
const SOURCES: [&str; 7] = [".cargo", "Cargo.lock", "Cargo.toml", "build.rs", "engine", "src", "strategies"];

/// The sources of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The engine's version.
    pub version: String,
    /// The oldest compiler that may build it.
    pub msrv: String,
    /// The git revision, or `unknown`.
    pub revision: String,
    /// Whether something is changed that is not committed.
    pub dirty: bool,
    /// The time that everything in the release carries, in seconds since 1970.
    pub epoch: u64,
}

impl Origin {
    /// Reads it from the workspace at `root`.
    ///
    /// # Errors
    /// Where the manifest has no version, there is no time to take, or something is not committed and `allow_dirty` is not set.
    pub fn read(root: &Path, allow_dirty: bool) -> Result<Self, DistError> {
        let manifest = root.join("Cargo.toml");
        let text = fs::read_to_string(&manifest)
            .map_err(DistError::io(format!("{} can't be read", manifest.display())))?;
        let table: Table = text.parse().map_err(DistError::wrong(manifest.display().to_string()))?;
        let package = table.get("workspace").and_then(|workspace| workspace.get("package"));
        let field = |name: &str| {
            let value = package.and_then(|package| package.get(name)).and_then(Value::as_str);
            value.map(str::to_owned).ok_or_else(|| DistError::Wrong {
                what: manifest.display().to_string(),
                why: format!("[workspace.package] has no {name}"),
            })
        };
        let ours = git(root, &["rev-parse", "--show-toplevel"])
            .is_some_and(|top| Path::new(&top).canonicalize().ok() == root.canonicalize().ok());
        let revision = ours.then(|| git(root, &["rev-parse", "HEAD"])).flatten();
        let mut status = vec!["status", "--porcelain", "--"];
        status.extend(SOURCES);
        let changes = if revision.is_some() { git(root, &status) } else { None };
        let dirty = changes.as_deref().is_some_and(|changes| !changes.is_empty());
        if dirty && !allow_dirty {
            return Err(DistError::Refused(format!(
                "these sources are not committed, so nobody could build this release again:\n{}\n\
                 Commit them, or say --allow-dirty for a trial.",
                changes.unwrap_or_default()
            )));
        }
        let committed = || git(root, &["log", "-1", "--format=%ct"]);
        let epoch =
            env::var("SOURCE_DATE_EPOCH").ok().or_else(|| revision.as_ref().and_then(|_| committed()));
        let epoch = epoch.ok_or_else(|| {
            DistError::Refused(
                "there is no git repository here to take the date of a release from; \
                 set SOURCE_DATE_EPOCH to the seconds since 1970 that it is to carry"
                    .to_owned(),
            )
        })?;
        let epoch = epoch.trim().parse().map_err(|_| {
            DistError::Refused(format!(
                "SOURCE_DATE_EPOCH says `{epoch}`; it must be whole seconds since 1970"
            ))
        })?;
        let revision = revision.unwrap_or_else(|| "unknown".to_owned());
        Ok(Self { version: field("version")?, msrv: field("rust-version")?, revision, dirty, epoch })
    }

    /// The date, as text in UTC.
    #[must_use]
    pub fn date(&self) -> String {
        let seconds = i64::try_from(self.epoch).unwrap_or(i64::MAX);
        jiff::Timestamp::from_second(seconds).map_or_else(|_| "unknown".to_owned(), |time| time.to_string())
    }
}

fn git(root: &Path, words: &[&str]) -> Option<String> {
    // Looking must not write: another git command may be at work.
    let output =
        Command::new("git").current_dir(root).env("GIT_OPTIONAL_LOCKS", "0").args(words).output().ok()?;
    let text = output.status.success().then(|| String::from_utf8(output.stdout).ok())??;
    Some(text.trim().to_owned())
}
