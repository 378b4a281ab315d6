//! The files of a host, as text that a person may read and keep.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::at_text;
use crate::build_file::{BuildFile, Source};
use crate::preflight::{Found, Ground, SDK};

/// Makes builds repeat across folders; see the engine's `tools/rustc-repro`.
pub(super) const WRAPPER: &str = r#"#!/bin/sh
# A wrapper for rustc that makes builds repeat across folders: in panic messages and debug information, this workspace
# reads /src, cargo's home reads /cargo, and the standard library's sources read /rustc, wherever they are. cargo gives the
# real compiler as the first argument.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
std="$(dirname -- "$(dirname -- "$1")")/lib/rustlib/src/rust"
exec "$@" --remap-path-prefix="${CARGO_HOME:-$HOME/.cargo}=/cargo" --remap-path-prefix="$std=/rustc" \
    --remap-path-prefix="$root=/src"
"#;

const HEAD: &str = "\
# Written by cargo quantmesh from quantmesh.build.toml, anew by every build. It is plain cargo: `cargo build --release
# --locked` here gives the same binary. To go on without the tool, copy this folder and keep it.
";

pub(super) fn manifest(file: &BuildFile, ground: &Ground) -> String {
    let mut text = format!(
        "{HEAD}
[workspace]
resolver = \"3\"
# What was copied in and is a workspace of its own.
exclude = {:?}

[package]
name = \"quantmesh-host\"
version = \"{}\"
edition = \"2024\"
publish = false

[[bin]]
name = \"quantmesh\"
path = \"src/main.rs\"

[dependencies]
quantmesh = {{ {}, default-features = false, features = {:?} }}
",
        workspaces(ground),
        ground.engine.version,
        place(&ground.engine, "engine", ""),
        file.features,
    );
    for found in &ground.crates {
        let _ = writeln!(
            text,
            "{} = {{ package = {:?}, {} }}",
            found.id,
            found.package,
            place(found, &format!("crates/{}", found.id), &within(found)),
        );
    }
    let patches = patches(file, ground);
    if !patches.is_empty() {
        text.push_str("\n# One copy of what strategies and engine share: the engine's.\n[patch.crates-io]\n");
        for (package, place) in patches {
            let _ = writeln!(text, "{package} = {{ {place} }}");
        }
    }
    let _ = write!(text, "\n# As the engine has them.\n{}", ground.says.profiles);
    text
}

/// The copied folders that are workspaces.
fn workspaces(ground: &Ground) -> Vec<String> {
    let is_workspace = |found: &&Found| {
        let text = std::fs::read_to_string(found.root.join("Cargo.toml")).unwrap_or_default();
        text.parse::<toml::Table>().is_ok_and(|manifest| manifest.contains_key("workspace"))
    };
    let copied = ground.crates.iter().filter(|found| matches!(found.source, Source::Path(_)));
    let crates = copied.filter(is_workspace).map(|found| format!("crates/{}", found.id));
    std::iter::once("engine".to_owned()).chain(crates).collect()
}

/// The packages that are asked for by version and come from the engine's tree, or from the build file.
fn patches(file: &BuildFile, ground: &Ground) -> BTreeMap<String, String> {
    let mut patches = BTreeMap::new();
    let in_tree = |package: &str| {
        let path = ground.says.patches.get(package)?;
        match &ground.engine.source {
            Source::Path(_) => Some(format!("path = {:?}", format!("engine/{}", path.display()))),
            Source::Git { .. } => Some(place(&ground.engine, "", "")),
            Source::Registry { .. } => None,
        }
    };
    for package in ["quantmesh-types", SDK] {
        patches.extend(in_tree(package).map(|place| (package.to_owned(), place)));
    }
    let on = ground.says.closure(&file.features);
    for (feature, package) in ground.says.slots.iter().filter(|(feature, _)| on.contains(*feature)) {
        let guest = ground.crates.iter().find(|found| found.id == *feature && found.package == *package);
        let filled = match guest {
            Some(found) if matches!(found.source, Source::Registry { registry: None, .. }) => None,
            Some(found) => Some(place(found, &format!("crates/{}", found.id), &within(found))),
            None => in_tree(package),
        };
        patches.extend(filled.map(|place| (package.clone(), place)));
    }
    patches
}

/// The folder of a package within what was copied for it.
fn within(found: &Found) -> String {
    let inner = found.folder.strip_prefix(&found.root).map(|path| path.to_string_lossy().replace('\\', "/"));
    inner.ok().filter(|inner| !inner.is_empty()).map_or_else(String::new, |inner| format!("/{inner}"))
}

fn place(found: &Found, copied: &str, within: &str) -> String {
    match &found.source {
        Source::Path(_) => format!("path = {:?}", format!("{copied}{within}")),
        Source::Git { url, at } => format!("git = {url:?}, {}", at_text(at)),
        Source::Registry { version, registry } => {
            let registry =
                registry.as_ref().map_or_else(String::new, |name| format!(", registry = {name:?}"));
            format!("version = {version:?}{registry}")
        }
    }
}

pub(super) fn config(target: Option<&str>, epoch: Option<&str>) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("[build]\n");
    if cfg!(unix) {
        text.push_str("rustc-wrapper = \"./rustc-repro\"\n");
    }
    // What is built in steps is not always built the same.
    text.push_str("incremental = false\n");
    if let Some(target) = target {
        let _ = writeln!(text, "target = {target:?}");
        if target.contains("linux") {
            let _ = writeln!(
                text,
                "\n# One file that needs nothing of the machine it runs on.\n[target.{target}]\nrustflags = [\"-C\", \"target-feature=+crt-static\"]"
            );
        }
    }
    if let Some(epoch) = epoch {
        let _ = writeln!(text, "\n[env]\nSOURCE_DATE_EPOCH = {:?}", epoch.trim());
    }
    text
}

pub(super) fn main(file: &BuildFile, sources: &BTreeMap<String, String>) -> String {
    let mut text = "\
//! Written by `cargo quantmesh` from quantmesh.build.toml: the engine, and every crate that the file names.

use std::process::ExitCode;

use quantmesh::Guest;

/// What comes with this host. Naming what a crate registers links it in; one that registers nothing does not compile, and
/// one that registers another id is refused at start.
static GUESTS: &[Guest] = &[
"
    .to_owned();
    for strategy in &file.strategies {
        let id = &strategy.id;
        let source = sources.get(id).map_or("", String::as_str);
        let _ = writeln!(
            text,
            "    Guest {{ id: {id:?}, entry: &::{id}::__QUANTMESH_REGISTERED, source: {source:?} }},"
        );
    }
    text.push_str("];\n\nfn main() -> ExitCode {\n    quantmesh::run_host(std::env::args_os(), GUESTS)\n}\n");
    text
}
