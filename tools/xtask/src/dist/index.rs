//! `index.json`: all releases in a folder, written anew from what is there, after checking it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::DistError;
use super::record::{File, RECORD, Record, SCHEMA, json, read, sha256, write};

/// The file, beside the folders of the releases.
pub const INDEX: &str = "index.json";

/// The checksums of a release, as `sha256sum --check` takes them.
pub(super) const SUMS: &str = "SHA256SUMS";

#[derive(Debug, Serialize, Deserialize)]
struct Index {
    schema: u32,
    /// The newest version first.
    releases: Vec<Listed>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    /// The folder.
    folder: String,
    #[serde(flatten)]
    record: Record,
    files: Vec<File>,
}

/// Writes `index.json` in `out`, and returns how many releases it lists.
///
/// # Errors
/// Where a release is not what its checksums say.
pub fn write_index(out: &Path) -> Result<usize, DistError> {
    let mut found = Vec::new();
    for folder in releases(out)? {
        let record = Record::read(&folder)?;
        let version = semver::Version::parse(&record.version)
            .map_err(DistError::wrong(format!("the version in {}", folder.display())))?;
        let files = files(&folder)?;
        check(&folder, &files)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.push((version, Listed { folder: name, record, files }));
    }
    found.sort_by(|(a, _), (b, _)| b.cmp(a));
    let releases: Vec<_> = found.into_iter().map(|(_, listed)| listed).collect();
    let count = releases.len();
    let bytes = json(&Index { schema: SCHEMA, releases })?;
    // Readers see the old list or the new one.
    let fresh = out.join(format!(".{INDEX}.new"));
    write(&fresh, &bytes)?;
    let place = out.join(INDEX);
    fs::rename(&fresh, &place).map_err(DistError::io(format!("{} can't be written", place.display())))?;
    Ok(count)
}

/// The folders of releases in `out`, sorted.
pub(super) fn releases(out: &Path) -> Result<Vec<PathBuf>, DistError> {
    let mut found: Vec<_> = list(out)?.into_iter().filter(|path| path.join(RECORD).is_file()).collect();
    found.retain(|path| !path.file_name().unwrap_or_default().to_string_lossy().starts_with('.'));
    Ok(found)
}

/// The files of a release, sorted, but for signatures and the list of checksums.
pub(super) fn files(folder: &Path) -> Result<Vec<File>, DistError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for path in list(&next)? {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let parts = path.strip_prefix(folder).unwrap_or(&path).components();
            let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
            let name = parts.join("/");
            if name != SUMS && !name.ends_with(".minisig") {
                let bytes = read(&path)?;
                found.push(File { path: name, sha256: sha256(&bytes), size: bytes.len() as u64 });
            }
        }
    }
    found.sort();
    Ok(found)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, DistError> {
    let failed = || DistError::io(format!("{} can't be read", folder.display()));
    let entries = fs::read_dir(folder).map_err(|error| failed()(error))?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| failed()(error))?;
    paths.sort();
    Ok(paths)
}

/// The list of checksums.
pub(super) fn sums(files: &[File]) -> String {
    files.iter().map(|file| format!("{}  {}\n", file.sha256, file.path)).collect()
}

/// A file that was changed, added or lost after the release was made is found out here.
fn check(folder: &Path, files: &[File]) -> Result<(), DistError> {
    let said = String::from_utf8_lossy(&read(&folder.join(SUMS))?).into_owned();
    let is = sums(files);
    let lost = said.lines().find(|line| !is.lines().any(|one| one == *line));
    let added = is.lines().find(|line| !said.lines().any(|one| one == *line));
    let name = |line: &str| line.split_once("  ").map_or(line, |(_, name)| name).to_owned();
    match lost.or(added).map(name) {
        None => Ok(()),
        Some(name) => Err(DistError::Refused(format!(
            "{}: `{name}` is not what {SUMS} says; make the release again",
            folder.display()
        ))),
    }
}
