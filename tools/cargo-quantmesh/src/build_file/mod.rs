//! The build file: what is built, from where, for whom. Committed by the customer; its lock lies beside it.

mod edit;
mod read;
mod start;

use std::fmt;
use std::path::{Path, PathBuf};

pub(crate) use edit::{moved, with_features};
pub(crate) use read::{dependency, nearest, parse};
pub(crate) use start::{START, init};

use crate::{Failure, Kind};

/// A build file after its checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BuildFile {
    /// Features of the engine.
    pub(crate) features: Vec<String>,
    pub(crate) engine: Source,
    /// Sorted by id.
    pub(crate) strategies: Vec<Strategy>,
    /// The target triple; the machine's own unless given.
    pub(crate) target: Option<String>,
    /// Whose build it is. For the receipt only.
    pub(crate) customer: Option<String>,
    pub(crate) profile: String,
}

/// A crate that registers one id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Strategy {
    pub(crate) id: String,
    /// The package, where the id does not tell it.
    pub(crate) package: Option<String>,
    pub(crate) source: Source,
}

/// Where something comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Git {
        url: String,
        at: At,
    },
    /// As written: relative to the build file.
    Path(PathBuf),
    Registry {
        version: String,
        registry: Option<String>,
    },
}

/// Which commit of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    Tag(String),
    Rev(String),
}

impl At {
    pub(crate) const fn key(&self) -> &'static str {
        match self {
            Self::Tag(_) => "tag",
            Self::Rev(_) => "rev",
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Tag(name) | Self::Rev(name) => name,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Git { url, at } => write!(f, "{url} at {} {}", at.key(), at.name()),
            Self::Path(path) => write!(f, "the folder {}", path.display()),
            Self::Registry { version, registry: Some(registry) } => {
                write!(f, "the registry {registry}, version {version}")
            }
            Self::Registry { version, registry: None } => {
                write!(f, "the default registry, version {version}")
            }
        }
    }
}

impl Strategy {
    /// The package by the rule of the engine's own tree.
    pub(crate) fn usual_package(&self) -> String {
        format!("quantmesh-{}", self.id.replace('_', "-"))
    }
}

impl BuildFile {
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = read_text(file)?;
        parse(&file.display().to_string(), &text)
    }
}

/// The text of a build file, or what to do about its absence.
pub(crate) fn read_text(file: &Path) -> Result<String, Failure> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::new(
            Kind::BuildFile,
            format!("there is no {}; `cargo quantmesh init` writes one to start from", file.display()),
        )),
        Err(error) => Err(Failure::read(file, error)),
    }
}
