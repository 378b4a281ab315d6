//! Releases without building one: packing, signing, putting together, and what is refused. Building is in `tests/*.sh`.

#![expect(
    clippy::unwrap_used,
    reason = "all of this binary is tests, which may stop where something is not as it should be"
)]

mod building;
mod contents;
mod releases;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use xtask::dist::{DistError, Options, Origin, Part, Platform, RECORD, Record, Signer, Strategy, compose};

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub(crate) fn origin() -> Origin {
    Origin {
        version: "1.2.3".to_owned(),
        msrv: "1.95".to_owned(),
        revision: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        dirty: false,
        epoch: 1_700_000_000,
    }
}

pub(crate) fn options(words: &[&str]) -> Options {
    Options::try_parse_from(["dist"].iter().chain(words)).unwrap()
}

/// A part as `cargo xtask dist` leaves it, with a few bytes for a program.
pub(crate) fn part(folder: &Path, platform: &Platform, change: impl FnOnce(&mut Record)) -> PathBuf {
    let stem = format!("quantmesh-v1.2.3-{}", platform.name());
    let part = Part {
        target: platform.triple.to_owned(),
        os: platform.os.to_owned(),
        arch: platform.arch.to_owned(),
        linking: "static".to_owned(),
        rustc: "rustc 1.95.0".to_owned(),
        binary: format!("{}/quantmesh", platform.name()),
        archive: format!("{stem}.tar.gz"),
        sbom: format!("{stem}.cdx.json"),
        image: None,
    };
    let folder = folder.join(platform.name());
    fs::create_dir_all(folder.join(platform.name())).unwrap();
    for file in [&part.binary, &part.archive, &part.sbom] {
        fs::write(folder.join(file), format!("{file} for {}", platform.triple)).unwrap();
    }
    let mut record = Record {
        schema: 1,
        version: "1.2.3".to_owned(),
        date: origin().date(),
        epoch: origin().epoch,
        revision: origin().revision,
        dirty: false,
        msrv: "1.95".to_owned(),
        features: vec!["grid".to_owned()],
        strategies: vec![Strategy {
            id: "grid".to_owned(),
            package: "quantmesh-grid".to_owned(),
            version: "0.1.0".to_owned(),
            tier: "free".to_owned(),
            what: "Grid trading.".to_owned(),
        }],
        signed_by: None,
        targets: vec![part],
    };
    change(&mut record);
    fs::write(folder.join(RECORD), serde_json::to_vec(&record).unwrap()).unwrap();
    folder
}

pub(crate) fn composed(out: &Path, parts: &[PathBuf], signer: Option<&Signer>) -> Result<PathBuf, DistError> {
    compose(out, parts, signer, &mut |_| {})
}

/// Every file below a folder with its bytes.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

pub(crate) const AMD64: Platform = Platform::ALL[0];
pub(crate) const ARM64: Platform = Platform::ALL[1];
