//! Files and folders: written whole or not at all, mirrored without touching what is the same, and hashed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::program::git;
use crate::{Failure, Kind};

/// Writes a file beside its place and moves it there, so that it is never half there.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let fail = |error: io::Error| Failure::write(file, error);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(fail)?;
    let mut staged = tempfile::Builder::new().prefix(".quantmesh-").tempfile_in(folder).map_err(fail)?;
    staged.write_all(bytes).map_err(fail)?;
    staged.as_file().sync_all().map_err(fail)?;
    open_to_all(staged.path()).map_err(fail)?;
    staged.persist(file).map_err(|error| fail(error.error))?;
    Ok(())
}

/// Writes a file unless it says the same already: a newer file makes cargo build again.
pub(crate) fn write_changed(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    match fs::read(file) {
        Ok(there) if there == bytes => Ok(()),
        _ => write_whole(file, bytes),
    }
}

/// A temporary file is for its owner alone; what is written here is meant to be read.
#[cfg(unix)]
fn open_to_all(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Marks a file as a program.
#[cfg(unix)]
pub(crate) fn executable(file: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).map_err(|error| Failure::write(file, error))
}

#[cfg(not(unix))]
pub(crate) fn executable(_: &Path) -> Result<(), Failure> {
    Ok(())
}

/// The files that belong to a folder, by their paths from it, sorted: by git where it is in a repository, else all but
/// what is built or hidden.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."];
    let listed = git(&args).current_dir(folder).output().ok().filter(|output| output.status.success());
    let mut files: Vec<PathBuf> = match listed {
        Some(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect()
        }
        None => Vec::new(),
    };
    if files.is_empty() {
        walk(folder, Path::new(""), &mut files)?;
    }
    files.retain(|file| folder.join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

fn walk(folder: &Path, within: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let place = folder.join(within);
    let fail = |error: io::Error| Failure::read(&place, error);
    for entry in fs::read_dir(&place).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.') && name != ".cargo_vcs_info.json";
        if hidden || name == "target" {
            continue;
        }
        let path = within.join(&name);
        if entry.file_type().map_err(fail)?.is_dir() {
            walk(folder, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Makes `to` hold exactly the `files` of `from`; what is the same already is left alone. Returns the hash of all.
pub(crate) fn mirror(from: &Path, files: &[PathBuf], to: &Path) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    for file in files {
        let source = from.join(file);
        let bytes = fs::read(&source).map_err(|error| Failure::read(&source, error))?;
        write_changed(&to.join(file), &bytes)?;
        hash.update(file.to_string_lossy().replace('\\', "/"));
        hash.update([0]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    let wanted: BTreeSet<&Path> = files.iter().map(PathBuf::as_path).collect();
    let mut there = Vec::new();
    walk(to, Path::new(""), &mut there)?;
    for stale in there.iter().filter(|file| !wanted.contains(file.as_path())) {
        fs::remove_file(to.join(stale)).map_err(|error| Failure::write(&to.join(stale), error))?;
    }
    Ok(hex(&hash.finalize()))
}

/// The SHA-256 of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of a file, and its length.
pub(crate) fn sha256_of(file: &Path) -> Result<(String, u64), Failure> {
    let fail = |error: io::Error| Failure::read(file, error);
    let mut reader = fs::File::open(file).map_err(fail)?;
    let mut hash = Sha256::new();
    let size = io::copy(&mut reader, &mut hash).map_err(fail)?;
    Ok((hex(&hash.finalize()), size))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Removes a folder that this tool made, if it is there.
pub(crate) fn remove_folder(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::new(Kind::Files, format!("{} can't be removed: {error}", folder.display())))
        }
        _ => Ok(()),
    }
}
