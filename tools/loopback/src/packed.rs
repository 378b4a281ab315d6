//! A folder with a package as a registry has it: the packed file, and the line of its index.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::desk::Desk;
use crate::programs::output;

/// One version of a package.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The line of the index, without its line end.
    pub(crate) line: String,
    /// The `.crate` file: a gzipped tar.
    pub(crate) bytes: Vec<u8>,
}

/// Packs the package in a folder, which must stand alone. `cargo package` is no help: it looks for what the package depends on
/// in the default registry, where it isn't.
pub(crate) fn pack(desk: &Desk, folder: &Path) -> io::Result<Packed> {
    let metadata =
        output(desk.cargo(folder).args(["metadata", "--no-deps", "--offline", "--format-version=1"]))?;
    let metadata = MetadataCommand::parse(metadata).map_err(io::Error::other)?;
    let [package] = metadata.packages.as_slice() else {
        return Err(io::Error::other(format!("{} holds no package, or several", folder.display())));
    };
    let (name, version) = (package.name.to_string(), package.version.to_string());
    let bytes = archive(folder, Path::new(&format!("{name}-{version}")))?;
    let line = line(package, &bytes).to_string();
    Ok(Packed { name, version, line, bytes })
}

fn archive(folder: &Path, inside: &Path) -> io::Result<Vec<u8>> {
    let mut files = Vec::new();
    list(folder, Path::new(""), &mut files)?;
    files.sort();
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    archive.mode(tar::HeaderMode::Deterministic);
    for file in files {
        archive.append_path_with_name(folder.join(&file), inside.join(&file))?;
    }
    archive.into_inner()?.finish()
}

fn list(folder: &Path, under: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(under))? {
        let entry = entry?;
        let path = under.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_file() => files.push(path),
            kind if kind.is_dir() && entry.file_name() != ".git" => list(folder, &path, files)?,
            _ => {}
        }
    }
    Ok(())
}

/// A line as the Cargo book's chapter on registry indexes has it.
fn line(package: &Package, bytes: &[u8]) -> Value {
    let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "name": package.name,
        "vers": package.version,
        "deps": package.dependencies.iter().map(dependency).collect::<Vec<_>>(),
        "cksum": sum,
        "features": {},
        // These may say `dep:`, which needs the second form of the line.
        "features2": package.features,
        "v": 2,
        "yanked": false,
        "links": package.links,
        "rust_version": package.rust_version,
    })
}

fn dependency(dependency: &Dependency) -> Value {
    // Where cargo says nothing, it means the default registry; an index means itself.
    let elsewhere = dependency.source.as_ref().map(ToString::to_string);
    let registry = elsewhere.as_deref().and_then(|source| source.strip_prefix("registry+"));
    json!({
        "name": dependency.rename.as_ref().unwrap_or(&dependency.name),
        "package": dependency.rename.as_ref().map(|_| &dependency.name),
        "req": dependency.req,
        "features": dependency.features,
        "optional": dependency.optional,
        "default_features": dependency.uses_default_features,
        "target": dependency.target.as_ref().map(ToString::to_string),
        "kind": match dependency.kind {
            DependencyKind::Development => "dev",
            DependencyKind::Build => "build",
            _ => "normal",
        },
        "registry": registry,
    })
}
