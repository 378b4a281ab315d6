//! The lock file: which version, from where, at which commit; and what is different between two of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::build_file::At;
use crate::{Failure, Kind, redact};

/// A `Cargo.lock`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Lock {
    #[serde(default, rename = "package")]
    pub(crate) packages: Vec<Locked>,
}

/// One of its packages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Locked {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) source: Option<String>,
    pub(crate) checksum: Option<String>,
}

impl Lock {
    /// Reads a lock; one that is not there is empty.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&text)
                .map_err(|why| Failure::new(Kind::BuildFile, format!("{}: {why}", file.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::read(file, error)),
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text)
            .map_err(|error| format!("is not a lock file as cargo writes it: {}", error.message()))
    }

    /// The commit at which a repository is locked.
    pub(crate) fn commit(&self, url: &str, at: &At) -> Option<String> {
        let start = format!("git+{url}?{}={}#", at.key(), at.name());
        self.packages
            .iter()
            .find_map(|package| Some(package.source.as_ref()?.strip_prefix(&start)?.to_owned()))
    }

    /// A package by its name, and version where there are several.
    pub(crate) fn find(&self, name: &str, version: &str) -> Option<&Locked> {
        self.packages.iter().find(|package| package.name == name && package.version == version)
    }

    /// What is different in `newer`, a line each.
    pub(crate) fn changes(&self, newer: &Self) -> Vec<String> {
        let by_name = |lock: &Self| {
            let mut names: BTreeMap<String, Vec<Locked>> = BTreeMap::new();
            for package in &lock.packages {
                names.entry(package.name.clone()).or_default().push(package.clone());
            }
            names
        };
        let (old, new) = (by_name(self), by_name(newer));
        let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let mut lines = Vec::new();
        for name in names {
            let only =
                |one: &BTreeMap<String, Vec<Locked>>, other: &BTreeMap<String, Vec<Locked>>| -> Vec<String> {
                    let others = other.get(name).cloned().unwrap_or_default();
                    let mine = one.get(name).cloned().unwrap_or_default();
                    mine.iter().filter(|package| !others.contains(package)).map(Locked::text).collect()
                };
            match (only(&old, &new).join(" and "), only(&new, &old).join(" and ")) {
                (gone, come) if gone.is_empty() && come.is_empty() => {}
                (gone, come) if gone.is_empty() => lines.push(format!("added    {name} {come}")),
                (gone, come) if come.is_empty() => lines.push(format!("removed  {name} {gone}")),
                (gone, come) => lines.push(format!("moved    {name} {gone} -> {come}")),
            }
        }
        lines
    }
}

impl Locked {
    /// Version and commit, for people.
    fn text(&self) -> String {
        let commit =
            self.source.as_deref().and_then(|source| source.split_once('#')).map(|(_, commit)| commit);
        match commit {
            Some(commit) => format!("{} ({})", self.version, commit.get(..12).unwrap_or(commit)),
            None => self.version.clone(),
        }
    }

    /// Where it is from, without a user name or password.
    pub(crate) fn place(&self) -> Option<String> {
        let source = redact::text(self.source.as_ref()?);
        let Some((scheme, rest)) = source.split_once("://") else { return Some(source) };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        Some(format!("{scheme}://{host}/{path}"))
    }
}
