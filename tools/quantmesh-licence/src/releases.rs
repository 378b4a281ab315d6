//! The list of prebuilt releases, `index.json` as `cargo xtask dist` writes it, and the one that a customer can use.

use std::path::Path;

use licence::Terms;
use semver::Version;
use serde::Deserialize;

use crate::customer::Prebuilt;
use crate::{Fault, files};

/// What is read of the list; it says more.
#[derive(Debug, Deserialize)]
struct Index {
    schema: u32,
    /// The newest first.
    releases: Vec<Release>,
}

#[derive(Debug, Deserialize)]
struct Release {
    folder: String,
    version: Version,
    strategies: Vec<Strategy>,
    targets: Vec<Target>,
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
struct Strategy {
    id: String,
    version: Version,
}

#[derive(Debug, Deserialize)]
struct Target {
    os: String,
    arch: String,
    archive: String,
}

#[derive(Debug, Deserialize)]
struct File {
    path: String,
    sha256: String,
}

/// The newest release for a platform with everything in it that the terms name.
///
/// # Errors
/// [`Fault`] where the list can't be read; and where no release fits, as the vendor meant to give one.
pub(crate) fn find(index: &Path, platform: &str, terms: &Terms) -> Result<Prebuilt, Fault> {
    let text = files::read(index)?;
    let wrong = |what: String| Fault::order(format!("{}: {what}", index.display()));
    let list: Index = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if list.schema != 1 {
        return Err(wrong(format!(
            "its layout is {}, and this tool reads 1; take a newer tool",
            list.schema
        )));
    }
    let found = list.releases.iter().filter(|release| release.serves(terms)).find_map(|release| {
        let is_for = |target: &&Target| format!("{}-{}", target.os, target.arch) == platform;
        let target = release.targets.iter().find(is_for)?;
        let file = release.files.iter().find(|file| file.path == target.archive)?;
        Some(Prebuilt {
            version: release.version.to_string(),
            platform: platform.to_owned(),
            file: format!("{}/{}", release.folder, target.archive),
            sha256: file.sha256.clone(),
        })
    });
    found.ok_or_else(|| {
        let ids: Vec<_> = terms.strategies.iter().map(ToString::to_string).collect();
        wrong(format!(
            "no release for {platform} has {}; build one with `cargo xtask dist`, or leave --platform out",
            ids.join(", ")
        ))
    })
}

impl Release {
    /// Whether it is new enough, and has every strategy in a version that the terms name.
    fn serves(&self, terms: &Terms) -> bool {
        let new_enough = Version::parse(&terms.engine).is_ok_and(|least| self.version >= least);
        new_enough
            && terms.strategies.iter().all(|grant| {
                self.strategies.iter().any(|one| one.id == grant.id && grant.versions.matches(&one.version))
            })
    }
}
