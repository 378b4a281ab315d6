//! The texts that go with a binary: licences of all that is in it, and how to begin.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use auditable_serde::{DependencyKind, VersionInfo};

use super::record::read;
use super::{DistError, Entry, Sources};

/// Files of the workspace that every archive has.
const OURS: [&str; 5] = [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "examples/configs/grid-btcusdt-1d.toml",
    "examples/configs/trend-btcusdt-1d.toml",
];

/// Those files, and `THIRD-PARTY.txt` with the licences of the crates in the binary.
pub(super) fn texts(root: &Path, list: &VersionInfo, sources: &Sources) -> Result<Vec<Entry>, DistError> {
    let mut entries = Vec::new();
    for name in OURS {
        let short =
            name.strip_prefix("examples/configs/").map_or(name.to_owned(), |name| format!("configs/{name}"));
        entries.push(Entry::file(short, read(&root.join(name))?));
    }
    entries.push(Entry::file("THIRD-PARTY.txt", third_party(list, sources)?));
    Ok(entries)
}

fn third_party(list: &VersionInfo, sources: &Sources) -> Result<String, DistError> {
    let mut text =
        "Crates in this binary that come from elsewhere or have terms of their own, with their licences.\n"
            .to_owned();
    let mut packages: Vec<_> = list
        .packages
        .iter()
        .filter(|package| !package.root && package.kind == DependencyKind::Runtime)
        .collect();
    // Many crates carry the same text: it stands here once.
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    for package in packages {
        let Some(found) = sources.package(&package.name, &package.version) else { continue };
        let files = licence_files(&found.folder)?;
        // A crate of this workspace without a licence file is under the one beside this.
        if files.is_empty() && found.is_local {
            continue;
        }
        let terms = found.licence.as_deref().unwrap_or("its own terms");
        let _ = writeln!(text, "\n{}\n{} {}: {terms}", "=".repeat(80), package.name, package.version);
        if files.is_empty() {
            let _ = writeln!(text, "(this crate comes without the text of its licence)");
        }
        for (name, content) in files {
            let _ = writeln!(text, "{}\n{name}\n", "-".repeat(80));
            let words = content.split_whitespace().collect::<Vec<_>>().join(" ");
            let here = format!("{name} of {} {}", package.name, package.version);
            match seen.get(&words) {
                Some(there) => text.push_str(&format!("(the same text as {there}, above)\n")),
                None => text.push_str(&format!("{}\n", content.trim_end())),
            }
            seen.entry(words).or_insert(here);
        }
    }
    Ok(text)
}

fn licence_files(folder: &Path) -> Result<Vec<(String, String)>, DistError> {
    let failed = || DistError::io(format!("{} can't be read", folder.display()));
    let mut found = Vec::new();
    for file in fs::read_dir(folder).map_err(|error| failed()(error))? {
        let file = file.map_err(|error| failed()(error))?;
        let name = file.file_name().to_string_lossy().into_owned();
        let upper = name.to_uppercase();
        let is_licence = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"]
            .iter()
            .any(|start| upper.starts_with(start));
        if is_licence && file.path().is_file() {
            let bytes = read(&file.path())?;
            found.push((name, String::from_utf8_lossy(&bytes).replace("\r\n", "\n")));
        }
    }
    found.sort();
    Ok(found)
}
