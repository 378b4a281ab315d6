//! The self-check: what was built is run, and must have registered exactly what the build file asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::build_file::BuildFile;
use crate::compile::Built;
use crate::program::{captured, rustc_fact};
use crate::{Failure, Kind, tell};

/// How the self-check went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SelfCheck {
    /// `passed`, or `skipped` where the binary can't run on this machine.
    pub(crate) state: String,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    /// What is registered, by id.
    #[serde(default)]
    pub(crate) registered: Vec<Registered>,
    /// What the binary says it was built from.
    #[serde(default)]
    pub(crate) identity: BTreeMap<String, String>,
}

/// One entry of the binary's own list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registered {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) version: String,
    /// Engines call it `crate`; older ones `package`.
    #[serde(alias = "crate")]
    pub(crate) package: String,
    #[serde(default)]
    pub(crate) source: Option<String>,
    #[serde(default)]
    pub(crate) sdk: Option<String>,
    #[serde(default)]
    pub(crate) tier: Option<String>,
    #[serde(default)]
    pub(crate) released: Option<String>,
}

impl SelfCheck {
    pub(crate) fn summary(&self) -> String {
        let ids: Vec<_> =
            self.registered.iter().map(|entry| format!("{} {}", entry.id, entry.version)).collect();
        match &self.why {
            Some(why) => format!("{} ({why})", self.state),
            None => format!(
                "{}, registered: {}",
                self.state,
                if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") }
            ),
        }
    }
}

pub(crate) fn run(file: &BuildFile, built: &Built) -> Result<SelfCheck, Failure> {
    let here = rustc_fact(&built.ground.rustc, "host");
    if let Some(target) = file.target.as_deref().filter(|target| !runs_on(target, here)) {
        let why = format!("a binary for {target} does not run on {here}");
        tell(&format!("    Self-check skipped: {why}"));
        return Ok(SelfCheck { state: "skipped".to_owned(), why: Some(why), ..SelfCheck::default() });
    }
    let registered: Vec<Registered> = ask(&built.binary, &["strategies", "list", "--json"])?;
    let identity: BTreeMap<String, Value> = ask(&built.binary, &["version", "--json"])?;
    let fault = compare(file, built, &registered);
    if let Some(fault) = fault {
        return Err(Failure::new(Kind::SelfCheck, format!("the self-check failed: {fault}")));
    }
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(SelfCheck {
        state: "passed".to_owned(),
        why: None,
        registered,
        identity: identity.into_iter().map(|(name, value)| (name, text(value))).collect(),
    })
}

/// Whether a machine runs what is built for a target: the same processor, system and vendor.
fn runs_on(target: &str, here: &str) -> bool {
    let start = |triple: &str| triple.rsplit_once('-').map(|(start, _)| start.to_owned());
    target == here || (target.contains("linux") && start(target) == start(here))
}

fn ask<T: serde::de::DeserializeOwned>(binary: &Path, args: &[&str]) -> Result<T, Failure> {
    let mut command = Command::new(binary);
    // Whatever the person running this has set must not change the answer.
    command.args(args).stdin(Stdio::null()).env_remove("QUANTMESH_LICENCE").env_remove("RUST_LOG");
    let said = captured(&mut command)?;
    let what = args.join(" ");
    if !said.ok {
        let text = said.err.trim();
        return Err(Failure::new(
            Kind::SelfCheck,
            format!("the self-check failed: the binary that was built answers `{what}` with\n  {text}"),
        ));
    }
    serde_json::from_str(&said.out).map_err(|error| {
        Failure::new(
            Kind::SelfCheck,
            format!("the self-check failed: `{what}` does not answer as expected: {error}"),
        )
    })
}

/// What is missing, of another version, or too much.
fn compare(file: &BuildFile, built: &Built, registered: &[Registered]) -> Option<String> {
    let find = |id: &str| registered.iter().find(|entry| entry.id == id);
    for found in &built.ground.crates {
        let crate_ = format!("{} {} ({})", found.package, found.version, found.source);
        match find(&found.id) {
            None => return Some(format!("`{}` was asked for, and {crate_} added nothing", found.id)),
            Some(entry) if entry.package != found.package || entry.version != found.version.to_string() => {
                return Some(format!(
                    "`{}` was asked for from {crate_}, and the binary has it from {} {}",
                    found.id, entry.package, entry.version
                ));
            }
            Some(_) => {}
        }
    }
    let by_features = built.ground.says.ids(&file.features);
    if let Some(id) = by_features.iter().find(|id| find(id).is_none()) {
        return Some(format!("the features ask for `{id}`, and nothing registered it"));
    }
    let asked: BTreeSet<&str> = by_features
        .iter()
        .map(String::as_str)
        .chain(file.strategies.iter().map(|strategy| strategy.id.as_str()))
        .collect();
    let extra = registered.iter().find(|entry| !asked.contains(entry.id.as_str()))?;
    Some(format!(
        "`{}` from {} {} is in the binary, and nobody asked for it",
        extra.id, extra.package, extra.version
    ))
}
