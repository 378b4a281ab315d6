//! The bill of materials: what the binary says it is made of, with licences and checksums, as CycloneDX 1.5.
//!
//! It starts from the list inside the binary, so it holds what was built and nothing else; no path and no random number.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use auditable_serde::{DependencyKind, Package, Source, VersionInfo};
use cargo_metadata::{CargoOpt, MetadataCommand};
use cyclonedx_bom::external_models::uri::Purl;
use cyclonedx_bom::models::bom::SpecVersion;
use cyclonedx_bom::models::component::{Classification, Component, Components, Scope};
use cyclonedx_bom::models::dependency::{Dependencies, Dependency};
use cyclonedx_bom::models::hash::{Hash, HashAlgorithm, HashValue, Hashes};
use cyclonedx_bom::models::license::{LicenseChoice, Licenses};
use cyclonedx_bom::models::metadata::Metadata;
use cyclonedx_bom::models::property::{Properties, Property};
use cyclonedx_bom::prelude::{Bom, DateTime, UrnUuid, Validate};
use semver::Version;
use toml::{Table, Value};

use super::record::{read, sha256};
use super::{DistError, Options, Origin};

/// What the workspace knows about the crates of a build.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    packages: BTreeMap<(String, Version), Found>,
    checksums: BTreeMap<(String, String), String>,
}

/// A crate.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Where its sources are.
    pub(super) folder: PathBuf,
    /// Its licence, as its manifest says it.
    pub(super) licence: Option<String>,
    /// Whether it is part of this tree.
    pub(super) is_local: bool,
}

impl Sources {
    /// Reads manifests and the lock file.
    ///
    /// # Errors
    /// Where cargo can't.
    pub fn read(root: &Path, target: &str, options: &Options) -> Result<Self, DistError> {
        let mut command = MetadataCommand::new();
        command.current_dir(root);
        command.other_options(["--locked".to_owned(), format!("--filter-platform={target}")]);
        if options.no_default_features {
            command.features(CargoOpt::NoDefaultFeatures);
        }
        let names = options.features.split([',', ' ']).filter(|name| !name.is_empty());
        command.features(CargoOpt::SomeFeatures(names.map(str::to_owned).collect()));
        let metadata = command.exec().map_err(DistError::wrong("cargo metadata"))?;
        let mut sources = Self::default();
        for package in metadata.packages {
            let folder = package.manifest_path.parent().map(|path| path.as_std_path().to_path_buf());
            let found = Found {
                folder: folder.unwrap_or_default(),
                licence: package.license,
                is_local: package.source.is_none(),
            };
            sources.packages.insert((package.name.to_string(), package.version), found);
        }
        let lock: Table = String::from_utf8_lossy(&read(&root.join("Cargo.lock"))?)
            .parse()
            .map_err(DistError::wrong("Cargo.lock"))?;
        for package in lock.get("package").and_then(Value::as_array).into_iter().flatten() {
            let field = |name: &str| package.get(name).and_then(Value::as_str).map(str::to_owned);
            if let (Some(name), Some(version), Some(sum)) =
                (field("name"), field("version"), field("checksum"))
            {
                sources.checksums.insert((name, version), sum);
            }
        }
        Ok(sources)
    }

    pub(super) fn package(&self, name: &str, version: &Version) -> Option<&Found> {
        self.packages.get(&(name.to_owned(), version.clone()))
    }
}

/// The bill of materials of a binary.
///
/// # Errors
/// Where it would not be valid.
pub fn sbom(
    list: &VersionInfo,
    sources: &Sources,
    origin: &Origin,
    program: &[u8],
    features: &[String],
) -> Result<Vec<u8>, DistError> {
    let hash = sha256(program);
    let mut main = None;
    let mut components = Vec::new();
    for package in &list.packages {
        let mut component = component(package, sources)?;
        if package.root {
            component.component_type = Classification::Application;
            component.hashes = Some(hashes(&hash));
            let facts = [("features", features.join(",")), ("revision", origin.revision.clone())];
            let facts = facts.map(|(name, value)| Property::new(format!("quantmesh:{name}"), &value));
            component.properties = Some(Properties(facts.to_vec()));
            main = Some(component);
        } else {
            components.push(component);
        }
    }
    let edges = list.packages.iter().map(|package| {
        let needs =
            package.dependencies.iter().filter_map(|at| list.packages.get(*at)).map(reference).collect();
        Dependency { dependency_ref: reference(package), dependencies: needs }
    });
    let bom = Bom {
        spec_version: SpecVersion::V1_5,
        serial_number: Some(UrnUuid::new(serial(&hash)).map_err(|error| wrong(format!("{error:?}")))?),
        metadata: Some(Metadata {
            timestamp: Some(DateTime::try_from(origin.date()).map_err(wrong)?),
            component: main,
            ..Metadata::default()
        }),
        components: Some(Components(components)),
        dependencies: Some(Dependencies(edges.collect())),
        ..Bom::default()
    };
    let checked = bom.validate_version(SpecVersion::V1_5);
    if !checked.passed() {
        return Err(wrong(format!("it is not valid: {checked:?}")));
    }
    let mut bytes = Vec::new();
    bom.output_as_json_v1_5(&mut bytes).map_err(wrong)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn wrong(why: impl ToString) -> DistError {
    DistError::wrong("the bill of materials")(why)
}

fn component(package: &Package, sources: &Sources) -> Result<Component, DistError> {
    let version = package.version.to_string();
    let mut component =
        Component::new(Classification::Library, &package.name, &version, Some(reference(package)));
    let found = sources.package(&package.name, &package.version);
    if let Some(licence) = found.and_then(|found| found.licence.as_deref()) {
        // Old manifests separate with a slash.
        component.licenses = Some(Licenses(vec![LicenseChoice::expression(&licence.replace('/', " OR "))]));
    }
    component.hashes = sources.checksums.get(&(package.name.clone(), version.clone())).map(|sum| hashes(sum));
    component.scope = Some(match package.kind {
        DependencyKind::Runtime => Scope::Required,
        // It took part in the build and is not in the binary.
        DependencyKind::Build => Scope::Excluded,
    });
    // A crate of a private source or of this tree must not look like a public one of the same name.
    if package.source == Source::CratesIo {
        let purl = Purl::new("cargo", &package.name, &version);
        component.purl =
            Some(purl.map_err(DistError::wrong(format!("the name of the crate {}", package.name)))?);
    }
    Ok(component)
}

fn reference(package: &Package) -> String {
    format!("{}@{}", package.name, package.version)
}

fn hashes(sha256: &str) -> Hashes {
    Hashes(vec![Hash { alg: HashAlgorithm::SHA_256, content: HashValue(sha256.to_owned()) }])
}

/// A serial number that is the binary's own: a UUID (version 8, RFC 9562) from its hash.
fn serial(hash: &str) -> String {
    let part = |range: std::ops::Range<usize>| hash.get(range).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-8{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}
