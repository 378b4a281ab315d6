//! The receipt: what a binary was built from, with which tools, and what is registered in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::build_file::{BuildFile, Source};
use crate::compile::{Built, cargo_version, flags};
use crate::copy::sha256;
use crate::preflight::Found;
use crate::self_check::SelfCheck;
use crate::{Failure, Kind, redact, sbom};

/// The file's name, beside the binary.
pub(crate) const NAME: &str = "quantmesh.receipt.json";

/// A receipt. Fields may be added; none changes its meaning within one `format`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) customer: Option<String>,
    pub(crate) binary: Artefact,
    pub(crate) sbom: Artefact,
    pub(crate) toolchain: Toolchain,
    pub(crate) build: Settings,
    pub(crate) engine: Part,
    pub(crate) strategies: Vec<Part>,
    /// SHA-256 of the lock.
    pub(crate) lock_sha256: String,
    pub(crate) self_check: SelfCheck,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Artefact {
    pub(crate) file: String,
    pub(crate) sha256: String,
    pub(crate) size: u64,
}

/// What built it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Toolchain {
    /// All of `rustc -vV`.
    pub(crate) rustc: Vec<String>,
    pub(crate) cargo: String,
    pub(crate) builder: String,
}

/// How it was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) target: String,
    pub(crate) profile: String,
    pub(crate) features: Vec<String>,
    pub(crate) flags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_date_epoch: Option<String>,
}

/// The engine, or one of the crates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) id: String,
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// A registry's checksum, or the hash of a copied folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checksum: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sdk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) released: Option<String>,
}

pub(crate) fn of(file: &BuildFile, built: &Built, check: &SelfCheck, bytes: &[u8], bill: &str) -> Receipt {
    let ground = &built.ground;
    let host = crate::program::rustc_fact(&ground.rustc, "host");
    let part = |found: &Found| part(built, found);
    Receipt {
        format: 1,
        customer: file.customer.clone(),
        binary: Artefact {
            file: crate::compile::binary_name(file.target.as_deref()).to_owned(),
            sha256: sha256(bytes),
            size: bytes.len() as u64,
        },
        sbom: Artefact {
            file: sbom::NAME.to_owned(),
            sha256: sha256(bill.as_bytes()),
            size: bill.len() as u64,
        },
        toolchain: Toolchain {
            rustc: ground.rustc.lines().map(str::to_owned).collect(),
            cargo: cargo_version(&built.host.folder).unwrap_or_default(),
            builder: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
        },
        build: Settings {
            target: file.target.clone().unwrap_or_else(|| host.to_owned()),
            profile: file.profile.clone(),
            features: file.features.clone(),
            flags: flags(&built.host.folder),
            source_date_epoch: built.host.epoch.clone(),
        },
        engine: part(&ground.engine),
        strategies: ground.crates.iter().map(part).collect(),
        lock_sha256: sha256(built.host.lock_text.as_bytes()),
        self_check: check.clone(),
    }
}

fn part(built: &Built, found: &Found) -> Part {
    let locked = built.host.lock.find(&found.package, &found.version.to_string());
    let folder = built.host.copied.get(&found.id).map(|hash| format!("sha256:{hash}"));
    let checksum = locked.and_then(|locked| locked.checksum.as_ref()).map(|sum| format!("sha256:{sum}"));
    Part {
        id: found.id.clone(),
        package: found.package.clone(),
        version: found.version.to_string(),
        source: match &found.source {
            // Where a folder was on one machine is nobody's business, and it was copied.
            Source::Path(path) => {
                format!("folder {}", path.file_name().unwrap_or_default().to_string_lossy())
            }
            other => redact::text(&other.to_string()),
        },
        commit: found.commit.clone(),
        checksum: folder.or(checksum),
        sdk: found.sdk.as_ref().map(ToString::to_string),
        released: found.released.clone(),
    }
}

/// The receipt as it is written.
pub(crate) fn text(receipt: &Receipt) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(receipt)
        .map_err(|error| Failure::new(Kind::Program, format!("the receipt can't be written: {error}")))?;
    Ok(redact::text(&(text + "\n")))
}

impl Receipt {
    /// Rows that must be the same for two builds to be the same, by name.
    pub(crate) fn inputs(&self) -> BTreeMap<String, String> {
        let mut rows = BTreeMap::from([
            ("rustc".to_owned(), self.toolchain.rustc.join("; ")),
            ("target".to_owned(), self.build.target.clone()),
            ("profile".to_owned(), self.build.profile.clone()),
            ("features".to_owned(), self.build.features.join(", ")),
            ("flags".to_owned(), self.build.flags.join(" ")),
            ("SOURCE_DATE_EPOCH".to_owned(), self.build.source_date_epoch.clone().unwrap_or_default()),
            ("lock (sha256)".to_owned(), self.lock_sha256.clone()),
        ]);
        for part in std::iter::once(&self.engine).chain(&self.strategies) {
            let sum = part.commit.as_ref().or(part.checksum.as_ref()).map_or("", String::as_str);
            rows.insert(format!("source of {}", part.id), format!("{} {} {sum}", part.package, part.version));
        }
        rows
    }
}
