//! `release.json`: what a release says about itself, for programs.

use std::fs::{self, File as Handle};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::DistError;

/// The file, in the folder of each release.
pub const RECORD: &str = "release.json";

/// The layout of that file, and of `index.json`.
pub(super) const SCHEMA: u32 = 1;

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The layout of this file.
    pub schema: u32,
    /// The engine's version.
    pub version: String,
    /// The date of the sources, in UTC.
    pub date: String,
    /// The same, in seconds since 1970: `SOURCE_DATE_EPOCH` to build it again.
    pub epoch: u64,
    /// The git revision, or `unknown`.
    pub revision: String,
    /// Whether something was changed that was not committed.
    pub dirty: bool,
    /// The oldest compiler that builds these sources.
    pub msrv: String,
    /// The features that were asked for, sorted, with those that they bring.
    pub features: Vec<String>,
    /// What is compiled in.
    pub strategies: Vec<Strategy>,
    /// The public key that its signatures are by; none where it is unsigned.
    pub signed_by: Option<String>,
    /// One a target.
    pub targets: Vec<Part>,
}

/// A strategy that is compiled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strategy {
    /// Its id.
    pub id: String,
    /// Its package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// `free` or `paid`.
    pub tier: String,
    /// What it does.
    pub what: String,
}

/// What there is for one target. Files are named from the release's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The compiler's name for it.
    pub target: String,
    /// The operating system.
    pub os: String,
    /// The processor.
    pub arch: String,
    /// `static` or `dynamic`.
    pub linking: String,
    /// The compiler that built it.
    pub rustc: String,
    /// The program.
    pub binary: String,
    /// The program packed, with its licences.
    pub archive: String,
    /// What it is made of.
    pub sbom: String,
    /// An image for containers.
    pub image: Option<Image>,
}

/// An image for containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The file.
    pub file: String,
    /// What it is pulled by: the digest of its manifest.
    pub digest: String,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name from the release's folder.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
}

impl Part {
    /// The files that belong to it.
    pub(super) fn files(&self) -> Vec<&str> {
        let mut files = vec![self.binary.as_str(), &self.archive, &self.sbom];
        files.extend(self.image.as_ref().map(|image| image.file.as_str()));
        files
    }
}

impl Record {
    /// Reads one from the folder of a release.
    ///
    /// # Errors
    /// Where it is not there, or of another layout.
    pub fn read(folder: &Path) -> Result<Self, DistError> {
        let file = folder.join(RECORD);
        let text =
            fs::read_to_string(&file).map_err(DistError::io(format!("{} can't be read", file.display())))?;
        let record: Self =
            serde_json::from_str(&text).map_err(DistError::wrong(file.display().to_string()))?;
        if record.schema != SCHEMA {
            let why = format!("it has layout {}; this program knows {SCHEMA}", record.schema);
            return Err(DistError::Wrong { what: file.display().to_string(), why });
        }
        Ok(record)
    }

    /// Whether another one is of the same sources, built with the same features.
    pub(super) fn differs_from(&self, other: &Self) -> Option<String> {
        let rows = [
            ("version", &self.version, &other.version),
            ("revision", &self.revision, &other.revision),
            ("date", &self.date, &other.date),
            ("features", &self.features.join(", "), &other.features.join(", ")),
        ]
        .map(|(name, one, two)| (one != two).then(|| format!("{name} `{one}` and `{two}`")));
        let differs: Vec<_> = rows.into_iter().flatten().collect();
        (!differs.is_empty()).then(|| differs.join("; "))
    }
}

/// A SHA-256 as text.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A value as JSON, ending with a line end.
pub(super) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, DistError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(DistError::wrong("a record"))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes a file whole, with the folders above it.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), DistError> {
    let written = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = Handle::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    written().map_err(DistError::io(format!("{} can't be written", path.display())))
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, DistError> {
    fs::read(path).map_err(DistError::io(format!("{} can't be read", path.display())))
}
