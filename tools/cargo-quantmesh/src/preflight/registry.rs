//! Registries: whether one has the version and hands it out. Cargo itself is asked, with its own credential providers.

use std::env;
use std::path::PathBuf;

use semver::Version;

use crate::program::{captured, cargo, complaint};
use crate::project::{Project, cargo_home};
use crate::{Failure, Kind};

/// The folder into which cargo unpacked the newest version that fits.
pub(super) fn folder(
    project: &Project,
    offline: bool,
    id: &str,
    package: &str,
    version: &str,
    registry: Option<&str>,
) -> Result<PathBuf, Failure> {
    let name = registry.unwrap_or("crates-io");
    let spec = format!("{package}@{}", version.trim_start_matches(['=', '^', ' ']));
    let mut args = vec!["info", "--registry", name, "--color", "never"];
    if offline {
        args.push("--offline");
    }
    args.push(&spec);
    // Not in a workspace: cargo would take the version from its lock.
    let said = captured(&mut cargo(&project.registry(), &args))?;
    if !said.ok {
        return Err(refused(id, package, version, registry, &said.err));
    }
    let found = said.out.lines().find_map(|line| line.strip_prefix("version: ")?.split(' ').next());
    let found = found.and_then(|found| Version::parse(found).ok());
    let unpacked = found.and_then(|found| unpacked(package, &found));
    unpacked.ok_or_else(|| {
        Failure::new(
            Kind::Program,
            format!("{id}: cargo says that it has {spec}, but not where; it said:\n{}{}", said.out, said.err),
        )
    })
}

/// Where cargo unpacks what it downloads.
fn unpacked(package: &str, version: &Version) -> Option<PathBuf> {
    let home = cargo_home()?;
    let folder = format!("{package}-{version}");
    let registries = std::fs::read_dir(home.join("registry/src")).ok()?.filter_map(Result::ok);
    // Of several registries with such a package, the one that was unpacked last is the one just asked.
    let places =
        registries.map(|entry| entry.path().join(&folder)).filter(|place| place.join("Cargo.toml").is_file());
    places.max_by_key(|place| place.metadata().and_then(|data| data.modified()).ok())
}

fn refused(id: &str, package: &str, version: &str, registry: Option<&str>, err: &str) -> Failure {
    let text = err.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let name = registry.unwrap_or("crates-io");
    let variable = format!("CARGO_REGISTRIES_{}", name.to_uppercase().replace('-', "_"));
    let token = format!("{variable}_TOKEN");
    let give = format!(
        "`export {token}=...` with `[registry] global-credential-providers = [\"cargo:token\"]`, or `cargo login --registry {name}`, or a credential provider in cargo's configuration"
    );
    let (what, remedy) = if has(&[
        "index was not found",
        "no index found for registry",
        "registry index was not found",
    ]) {
        (
            format!("cargo knows no registry by the name {name}"),
            format!(
                "add to .cargo/config.toml: [registries.{name}] index = \"sparse+https://...\", or `export {variable}_INDEX=...`"
            ),
        )
    } else if has(&["no token found"]) {
        ("the registry asks for a token, and none was given".to_owned(), give)
    } else if has(&["token rejected", "got 401", "401 unauthorized"]) {
        (
            "the registry refused the token (401)".to_owned(),
            format!("ask its owner whether the token still holds; give it: {give}"),
        )
    } else if has(&["got 403", "403 forbidden"]) {
        (
            "the registry knows who asks, and does not allow it (403)".to_owned(),
            "what the server says above is from its owner; ask there".to_owned(),
        )
    } else if has(&["could not find", "no matching package"]) {
        (
            format!("the registry has no {package} {version}"),
            "check the name and the version; `cargo search` lists what a registry shows".to_owned(),
        )
    } else {
        (
            "cargo can't read it".to_owned(),
            "check the registry's address, the network, and the proxy settings".to_owned(),
        )
    };
    let set = if env::var_os(&token).is_some() { "is set" } else { "is not set" };
    Failure::new(
        Kind::Preflight,
        format!(
            "{id}: no access to {package} {version} in the registry {name}\n  what: {what}\n  cargo says: {}\n  tried: {token} {set}, and cargo's credential providers\n  do: {remedy}",
            complaint(err)
        ),
    )
}
