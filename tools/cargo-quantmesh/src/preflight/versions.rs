//! Who wants which sdk and which compiler, and who is the first that can't have it.

use cargo_metadata::{Metadata, MetadataCommand};
use semver::Version;

use super::{Found, Ground, SDK};
use crate::{Failure, Kind, program};

/// The first crate that does not fit, by name: what it needs, what was found, what to do.
pub(super) fn first_failing(ground: &Ground) -> Option<String> {
    let all = std::iter::once(&ground.engine).chain(&ground.crates);
    let mut faults = all.filter_map(|found| compiler(found, &ground.rustc_version));
    faults.next().or_else(|| {
        let fault = ground.crates.iter().find_map(|found| sdk(found, ground.sdk.as_ref()))?;
        let wants = ground.crates.iter().map(|one| {
            let wants = one.sdk.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
            format!("\n    {} {}: {SDK} {wants}", one.package, one.version)
        });
        Some(format!("{fault}\n  who wants which:{}\n\nnothing was compiled", wants.collect::<String>()))
    })
}

/// What keeps one crate from an engine with this sdk, on this compiler.
pub(super) fn misfit(found: &Found, rustc: &Version, has: Option<&Version>) -> Option<String> {
    compiler(found, rustc).or_else(|| sdk(found, has))
}

fn compiler(found: &Found, rustc: &Version) -> Option<String> {
    let needed = found.rust_version.as_ref().filter(|needed| *needed > rustc)?;
    Some(format!(
        "{}: {} {} ({}) needs rustc {needed} or newer, found {rustc}\n  do: `rustup update` (or put a newer rustc first on the PATH), or take an older version of {}\n\nnothing was compiled",
        found.id, found.package, found.version, found.source, found.id
    ))
}

fn sdk(found: &Found, has: Option<&Version>) -> Option<String> {
    let (wants, has) = (found.sdk.as_ref()?, has?);
    let fits = if has.major == 0 { format!("0.{}", has.minor) } else { has.major.to_string() };
    (!wants.matches(has)).then(|| {
        format!(
            "{}: {} {} ({}) wants {SDK} {wants}, the engine has {has}\n  do: take a version of {} that wants {SDK} {fits}, or an engine that has {wants}",
            found.id, found.package, found.version, found.source, found.id
        )
    })
}

/// The resolved graph of a host.
pub(crate) fn graph(host: &std::path::Path, offline: bool) -> Result<Metadata, Failure> {
    let mut args = vec!["metadata", "--format-version", "1", "--locked"];
    if offline {
        args.push("--offline");
    }
    let said = program::captured(&mut program::cargo(host, &args))?;
    if !said.ok {
        return Err(Failure::new(Kind::Preflight, program::complaint(&said.err)));
    }
    MetadataCommand::parse(&said.out)
        .map_err(|error| Failure::new(Kind::Program, format!("cargo metadata: {error}")))
}

/// The first package of a resolved graph that wants a newer compiler, and who brings it.
pub(crate) fn too_new(
    graph: &Metadata,
    used: &[&cargo_metadata::Package],
    rustc: &Version,
) -> Option<String> {
    let package =
        used.iter().find(|package| package.rust_version.as_ref().is_some_and(|needed| needed > rustc))?;
    let needed = package.rust_version.as_ref()?;
    let nodes = graph.resolve.as_ref().map(|resolve| resolve.nodes.as_slice()).unwrap_or_default();
    let users = nodes.iter().filter(|node| node.dependencies.contains(&package.id)).filter_map(|node| {
        graph.packages.iter().find(|one| one.id == node.id).map(|one| format!("{} {}", one.name, one.version))
    });
    let users: Vec<_> = users.collect();
    Some(format!(
        "{} {} needs rustc {needed} or newer, found {rustc}; it is brought in by {}\n  do: `rustup update`, or pin an older one in the lock: cargo update --manifest-path .quantmesh/host/Cargo.toml {}@{} --precise VERSION, then copy the host's Cargo.lock over quantmesh.build.lock\n\nnothing was compiled",
        package.name,
        package.version,
        users.join(", "),
        package.name,
        package.version
    ))
}
