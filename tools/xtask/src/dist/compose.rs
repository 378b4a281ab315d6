//! A release from its parts: whole under its name, or not there.

use std::fs;
use std::path::{Path, PathBuf};

use super::index::{SUMS, files, sums};
use super::record::{json, read, write};
use super::{DistError, RECORD, Record, Signer, notes};

/// Puts parts together as `vX.Y.Z` in `out`, and returns that folder.
///
/// A release that is there already keeps its other targets, if it is of the same sources; it is replaced in one step.
///
/// # Errors
/// Where parts are of different sources, or something can't be written; then `out` is as before.
pub fn compose(
    out: &Path,
    folders: &[PathBuf],
    signer: Option<&Signer>,
    say: &mut dyn FnMut(&str),
) -> Result<PathBuf, DistError> {
    let mut found = Vec::new();
    for folder in folders {
        found.extend(records(folder)?);
    }
    let Some((_, first)) = found.first() else {
        return Err(DistError::Refused("there is nothing to make a release of".to_owned()));
    };
    let name = format!("v{}", first.version);
    let place = out.join(&name);
    if place.join(RECORD).is_file() {
        found.push((place.clone(), Record::read(&place)?));
    }
    let mut record = join(&found, &place)?;
    record.signed_by = signer.map(Signer::public);

    let fresh = tempfile::Builder::new().prefix(&format!(".{name}-")).tempdir_in(out);
    let fresh = fresh.map_err(DistError::io(format!("{} can't be written to", out.display())))?;
    let new = fresh.path().join(&name);
    for part in &record.targets {
        let from = found.iter().find(|(_, one)| one.targets.contains(part)).map(|(folder, _)| folder);
        for file in part.files() {
            let bytes = read(&from.unwrap_or(&place).join(file))?;
            write(&new.join(file), &bytes)?;
        }
        runnable(&new.join(&part.binary))?;
    }
    write(&new.join(RECORD), &json(&record)?)?;
    write(&new.join("RELEASE_NOTES.md"), notes(&record).as_bytes())?;
    let text = sums(&files(&new)?);
    write(&new.join(SUMS), text.as_bytes())?;
    match signer {
        Some(signer) => sign(&new, &record, signer, say)?,
        None => say(
            "unsigned: there is no key (QUANTMESH_MINISIGN_KEY, QUANTMESH_MINISIGN_KEY_FILE or --sign-key)",
        ),
    }
    replace(&new, &place, &fresh.path().join("before"))?;
    Ok(place)
}

/// The records in a folder: of a release, or of every release in it.
fn records(folder: &Path) -> Result<Vec<(PathBuf, Record)>, DistError> {
    if folder.join(RECORD).is_file() {
        return Ok(vec![(folder.to_path_buf(), Record::read(folder)?)]);
    }
    let mut found = Vec::new();
    for below in super::index::releases(folder)? {
        found.push((below.clone(), Record::read(&below)?));
    }
    if found.is_empty() {
        return Err(DistError::Refused(format!("{}: there is no {RECORD} in it", folder.display())));
    }
    Ok(found)
}

/// One record of several: the first that has a target gives it.
fn join(found: &[(PathBuf, Record)], place: &Path) -> Result<Record, DistError> {
    let mut records = found.iter();
    let Some((_, first)) = records.next() else {
        return Err(DistError::Refused("there is nothing to make a release of".to_owned()));
    };
    let mut joined = first.clone();
    for (folder, other) in records {
        if let Some(why) = joined.differs_from(other) {
            let what_to_do = if folder == place {
                format!("raise the version, give another --out, or remove {}", place.display())
            } else {
                "build all targets from the same commit with the same features".to_owned()
            };
            return Err(DistError::Refused(format!(
                "{} is a release of other sources: {why}; {what_to_do}",
                folder.display()
            )));
        }
        joined.dirty |= other.dirty;
        for part in &other.targets {
            if joined.targets.iter().all(|one| one.target != part.target) {
                joined.targets.push(part.clone());
            }
        }
    }
    joined.targets.sort_by(|a, b| (&b.os, &a.arch).cmp(&(&a.os, &b.arch)));
    Ok(joined)
}

fn sign(folder: &Path, record: &Record, signer: &Signer, say: &mut dyn FnMut(&str)) -> Result<(), DistError> {
    let packed = record
        .targets
        .iter()
        .flat_map(|part| [Some(part.archive.clone()), part.image.as_ref().map(|image| image.file.clone())]);
    for name in packed.flatten().chain([SUMS.to_owned()]) {
        let signature = signer.sign(&name, &record.version, record.epoch, &read(&folder.join(&name))?)?;
        write(&folder.join(format!("{name}.minisig")), signature.as_bytes())?;
    }
    say(&format!("signed: check with the public key {}", signer.public()));
    Ok(())
}

/// Puts `new` in the place of what is at `place`, which is put back where that fails.
fn replace(new: &Path, place: &Path, before: &Path) -> Result<(), DistError> {
    let failed = || DistError::io(format!("{} can't be put in its place", place.display()));
    let existed = place.exists();
    if existed {
        fs::rename(place, before).map_err(|error| failed()(error))?;
    }
    if let Err(error) = fs::rename(new, place) {
        if existed {
            fs::rename(before, place).map_err(|error| failed()(error))?;
        }
        return Err(failed()(error));
    }
    Ok(())
}

#[cfg(unix)]
fn runnable(program: &Path) -> Result<(), DistError> {
    use std::os::unix::fs::PermissionsExt;
    let set = fs::set_permissions(program, fs::Permissions::from_mode(0o755));
    set.map_err(DistError::io(format!("{} can't be made runnable", program.display())))
}

#[cfg(not(unix))]
fn runnable(_program: &Path) -> Result<(), DistError> {
    Ok(())
}
