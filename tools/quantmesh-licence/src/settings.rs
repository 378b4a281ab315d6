//! `vendor.toml`: what goes into every licence unless an order says otherwise, and where customers get the sources.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use semver::VersionReq;
use serde::Deserialize;

use crate::{Fault, files};

/// What a vendor settles once.
///
/// ```toml
/// renew = "sales@vendor.example"      # where customers renew
/// engine = "0.1.0"                    # the oldest engine that the strategies build with
/// msrv = "1.95"                       # the oldest Rust they build with
/// notify_days = 30                    # how long before its end a licence begins to speak of it
/// key = "21fe31dfa154a261"            # which key signs, where there are several
/// index = "index.json"                # the list of prebuilt releases, relative to this file
///
/// [strategies.ai_strategy]
/// versions = "^0.1"                   # what is sold unless an order says otherwise
/// git = "ssh://git@vendor.example/ai_strategy.git"
/// tag = "v0.1.0"
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where customers renew.
    pub renew: Option<String>,
    /// The oldest engine that the strategies build with.
    pub engine: Option<String>,
    /// The oldest compiler that they build with.
    pub msrv: Option<String>,
    /// How many days before its end a licence begins to speak of it; 30 unless said, or the last quarter of a short one.
    pub notify_days: Option<i64>,
    /// The id of the key that signs.
    pub key: Option<String>,
    /// The list of prebuilt releases.
    pub index: Option<PathBuf>,
    /// What is sold, by id.
    #[serde(default)]
    pub strategies: BTreeMap<String, Sold>,
}

/// One strategy that is sold, and where its source is: a git repository, a registry, or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sold {
    /// The versions that an order gets which names none.
    pub versions: Option<VersionReq>,
    /// The package; `quantmesh-` and the id with dashes unless said.
    pub package: Option<String>,
    /// Its git repository.
    pub git: Option<String>,
    /// The tag there.
    pub tag: Option<String>,
    /// The name of its registry, instead.
    pub registry: Option<String>,
    /// Its version there.
    pub version: Option<String>,
    /// The folder that customers unpack it into, instead.
    pub path: Option<String>,
}

impl Settings {
    /// Reads `vendor.toml` of an office; one without has no settings.
    ///
    /// # Errors
    /// [`Fault::Order`] with line and column for what can't be used, [`Fault::File`] where it can't be read.
    pub fn read(office: &Path) -> Result<Self, Fault> {
        let path = office.join("vendor.toml");
        if path.exists() { Self::parse(&files::read(&path)?, &path) } else { Ok(Self::default()) }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Fault> {
        toml::from_str(text).map_err(|error| Fault::order(format!("{}: {error}", path.display())))
    }
}

impl Sold {
    /// The name of its package.
    #[must_use]
    pub fn package(&self, id: &str) -> String {
        self.package.clone().unwrap_or_else(|| format!("quantmesh-{}", id.replace('_', "-")))
    }

    /// Where its source is, as Cargo writes a dependency; `None` where the settings don't say.
    #[must_use]
    pub fn source(&self) -> Option<String> {
        let fields = [
            ("git", &self.git),
            ("tag", &self.tag),
            ("version", &self.version),
            ("registry", &self.registry),
            ("path", &self.path),
        ];
        let mut text = String::new();
        for (name, value) in fields.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            let comma = if text.is_empty() { "" } else { ", " };
            let _ = write!(text, "{comma}{name} = {}", toml::Value::from(value.as_str()));
        }
        let somewhere = self.git.is_some() || self.registry.is_some() || self.path.is_some();
        somewhere.then(|| format!("{{ {text} }}"))
    }
}
