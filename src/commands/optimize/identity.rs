//! What a search is, so that its parts know each other: hashes of the configuration and of the data.

use std::fs::File;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::journal::hash;
use crate::Failure;
use crate::assemble::Assembled;
use crate::config::{self, OptimizeConfig, Source};
use crate::market;

/// Both hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) config: String,
    pub(crate) data: String,
}

impl Identity {
    pub(crate) fn of(
        source: &Source,
        assembled: &Assembled,
        instead: Option<&Path>,
    ) -> Result<Self, Failure> {
        Ok(Self { config: of_config(source, assembled)?, data: of_data(source, assembled, instead)? })
    }
}

/// SHA-256 of everything configured, less what a search itself says of it, where files are, and where licences are: a shard may run in
/// another folder than its sibling. What the parameters' files hold counts as part of it.
fn of_config(source: &Source, assembled: &Assembled) -> Result<String, Failure> {
    let mut raw = assembled.checked.raw.clone();
    raw.optimize = OptimizeConfig::default();
    raw.licence = config::LicenceConfig::default();
    for instrument in &mut raw.instrument {
        let data = &mut instrument.data;
        (data.path, data.builtin, data.funding, data.signals) = (None, None, None, None);
    }
    for (entry, strategy) in assembled.parts.strategies.iter().zip(&mut raw.strategy) {
        strategy.params = config::handed_over(source, entry, &strategy.params, &assembled.parts.usable)?;
    }
    let json = serde_json::to_value(&raw).map_err(|error| Failure::new(crate::Kind::Fault, error))?;
    Ok(hash(sorted(&json).as_bytes()))
}

/// A document with the names in each table in order, which builds differ in.
fn sorted(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(map) => {
            let mut parts: Vec<_> =
                map.iter().map(|(key, value)| format!("{key:?}:{}", sorted(value))).collect();
            parts.sort();
            format!("{{{}}}", parts.join(","))
        }
        serde_json::Value::Array(list) => {
            format!("[{}]", list.iter().map(sorted).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// SHA-256 of the bytes of every file of data, in the order of the instruments.
fn of_data(source: &Source, assembled: &Assembled, instead: Option<&Path>) -> Result<String, Failure> {
    let mut all = Sha256::new();
    for instrument in &assembled.checked.raw.instrument {
        let data = &instrument.data;
        let at = |path: &Option<String>| path.as_ref().map(|path| source.folder.join(path));
        let market = instead.map(Path::to_owned).or_else(|| at(&data.path));
        for (kind, path) in
            [("market", market), ("funding", at(&data.funding)), ("signals", at(&data.signals))]
        {
            all.update(kind);
            let Some(path) = path else { continue };
            for file in market::files(&path).map_err(Failure::data)? {
                // Never whole in memory: a tape may be larger than that.
                let failed = |error: std::io::Error| Failure::data(format!("{}: {error}", file.display()));
                let mut open = File::open(&file).map_err(failed)?;
                let length = std::io::copy(&mut open, &mut all).map_err(failed)?;
                all.update(length.to_le_bytes());
            }
        }
        all.update(data.builtin.as_deref().unwrap_or_default());
    }
    Ok(all.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
