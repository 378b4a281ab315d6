//! Which package of a source is meant, and what its manifest says.

use std::path::Path;

use cargo_metadata::{Metadata, MetadataCommand, Package};
use regex::Regex;
use semver::Version;

use super::{ENGINE, Found};
use crate::build_file::Source;
use crate::copy::files;
use crate::{Failure, Kind, program};

/// The package that every strategy stands on.
pub(crate) const SDK: &str = "quantmesh-sdk";

/// What the engine is called where strategies are called by their ids.
const ENGINE_ID: &str = "engine";

/// The packages of a folder. Nothing is resolved, so nothing is fetched.
pub(crate) fn packages(folder: &Path) -> Result<Metadata, Failure> {
    let mut command =
        program::cargo(folder, &["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let said = program::captured(&mut command)?;
    if !said.ok {
        return Err(Failure::new(Kind::Preflight, program::complaint(&said.err)));
    }
    MetadataCommand::parse(&said.out).map_err(|error| {
        Failure::new(Kind::Program, format!("cargo's description of {}: {error}", folder.display()))
    })
}

/// The version of a package that a workspace has.
pub(crate) fn member(root: &Path, name: &str) -> Result<Option<Version>, Failure> {
    let metadata = packages(root)?;
    Ok(metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == name)
        .map(|package| package.version.clone()))
}

/// Finds the package in a folder that is meant by an id.
pub(super) fn choose(
    id: &str,
    source: &Source,
    package: Option<&str>,
    usual: &str,
    folder: &Path,
    commit: Option<String>,
) -> Result<Found, Failure> {
    let metadata = packages(folder).map_err(|failure| {
        let text =
            format!("{id}: the manifest from {source} can't be used\n  cargo says: {}", failure.message);
        Failure::new(failure.kind, text)
    })?;
    let all = &metadata.packages;
    let named = |name: &str| all.iter().find(|package| package.name.as_str() == name);
    let here = || all.iter().find(|package| package.manifest_path.as_std_path() == folder.join("Cargo.toml"));
    let chosen = match package {
        Some(name) => named(name),
        // A path leads to one package, in whatever workspace it is.
        None if matches!(source, Source::Path(_)) => here().or_else(|| named(usual)),
        None => named(usual).or_else(|| all.first().filter(|_| all.len() == 1)),
    };
    let Some(chosen) = chosen else {
        let there: Vec<_> = all.iter().map(|package| package.name.as_str()).collect();
        return Err(Failure::new(
            Kind::Preflight,
            format!(
                "{id}: {source} has no package {}\n  it has: {}\n  do: name the right one: {id} = {{ ..., package = \"NAME\" }}",
                package.unwrap_or(usual),
                there.join(", ")
            ),
        ));
    };
    found(id, source, chosen, &metadata, commit)
}

fn found(
    id: &str,
    source: &Source,
    package: &Package,
    metadata: &Metadata,
    commit: Option<String>,
) -> Result<Found, Failure> {
    let folder = package.manifest_path.parent().map(|path| path.as_std_path().to_owned()).unwrap_or_default();
    let text = std::fs::read_to_string(&package.manifest_path).unwrap_or_default();
    // What inherits from its workspace is copied with it.
    let inherits = text.lines().any(|line| line.replace(' ', "").contains("workspace=true"));
    let root = if inherits || package.name.as_str() == ENGINE {
        metadata.workspace_root.as_std_path().to_owned()
    } else {
        folder.clone()
    };
    let fail = |what: String| Err(Failure::new(Kind::Preflight, what));
    let mut sdk = None;
    for dependency in
        package.dependencies.iter().filter(|one| one.kind == cargo_metadata::DependencyKind::Normal)
    {
        let outside = dependency.path.as_ref().is_some_and(|path| !path.as_std_path().starts_with(&root));
        if dependency.name == SDK {
            if id != ENGINE_ID && (dependency.path.is_some() || is_git(dependency)) {
                return fail(format!(
                    "{id}: {} {} takes {SDK} from a place of its own; it would get a copy that the engine does not see\n  do: let its manifest ask for it by version, {SDK} = \"{}\"; the build gives it the engine's",
                    package.name, package.version, dependency.req
                ));
            }
            sdk = Some(dependency.req.clone());
        } else if outside && matches!(source, Source::Path(_)) {
            return fail(format!(
                "{id}: {} {} depends on {} by a path that leads out of {}, which is all that is copied into the build\n  do: put both into one workspace, or publish {} to git or a registry",
                package.name,
                package.version,
                dependency.name,
                root.display(),
                dependency.name
            ));
        }
    }
    if id != ENGINE_ID && sdk.is_none() {
        return fail(format!(
            "{id}: {} {} from {source} does not depend on {SDK}, so it can't register a strategy\n  do: check `package`, or ask its author",
            package.name, package.version
        ));
    }
    Ok(Found {
        id: id.to_owned(),
        source: source.clone(),
        package: package.name.to_string(),
        version: package.version.clone(),
        rust_version: package.rust_version.clone(),
        sdk,
        commit,
        released: if id == ENGINE_ID { None } else { released(&folder) },
        folder,
        root,
    })
}

fn is_git(dependency: &cargo_metadata::Dependency) -> bool {
    dependency.source.as_ref().is_some_and(|source| source.repr.starts_with("git+"))
}

/// What the registration says of its release; `None` where it says nothing.
fn released(folder: &Path) -> Option<String> {
    let pattern = Regex::new(r#"released:\s*"([0-9-]{10})""#).ok()?;
    let sources =
        files(folder).ok()?.into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs"));
    sources
        .filter_map(|file| std::fs::read_to_string(folder.join(file)).ok())
        .find_map(|text| Some(pattern.captures(&text)?.get(1)?.as_str().to_owned()))
}
