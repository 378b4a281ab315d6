//! A vendor's keys as files: made from the system's randomness, read with care, never printed.

use std::fs;
use std::path::{Path, PathBuf};

use licence::{PublicKey, SecretKey};

use crate::files::{self, Half};
use crate::{Fault, Settings};

/// The two files of a new key pair.
pub(crate) struct Pair {
    pub(crate) secret: PathBuf,
    pub(crate) public: PathBuf,
    pub(crate) key: PublicKey,
}

/// Makes a key pair in a folder, under the name of its id.
pub(crate) fn make(folder: &Path) -> Result<Pair, Fault> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| {
        Fault::order(format!("the system gives no randomness: {error}; no key can be made here"))
    })?;
    let secret = SecretKey::from_bytes(random);
    let key = secret.public();
    let place = |ending: &str| folder.join(format!("{}.{ending}", key.id()));
    let (secret_file, public_file) = (place("secret"), place("pub"));
    let text = format!(
        "# The secret half of the vendor key {}. Whoever reads it can sign licences: keep it out of every repository.\n{}\n",
        key.id(),
        secret.reveal()
    );
    // The public half is of use without the secret one, and not the other way round: it goes last.
    let public_half = Half::write(&public_file, format!("{}\n", key.to_hex()).as_bytes())?;
    Half::write(&secret_file, text.as_bytes())?.into_new_place()?;
    public_half.into_new_place()?;
    Ok(Pair { secret: secret_file, public: public_file, key })
}

/// Reads a secret key. On Unix, one that others may read is refused, as ssh does.
pub(crate) fn read_secret(path: &Path) -> Result<SecretKey, Fault> {
    let text = files::read(path)?;
    refuse_open(path)?;
    let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    SecretKey::from_hex(&digits).map_err(|error| {
        Fault::order(format!("{}: {error}; `quantmesh-licence keygen` makes a new one", path.display()))
    })
}

#[cfg(unix)]
fn refuse_open(path: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|error| Fault::file(path, error))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Fault::order(format!(
        "{path}: others on this machine may read this secret key; `chmod 600 {path}`, and if somebody could have, make a new key"
    )))
}

#[cfg(not(unix))]
fn refuse_open(_: &Path) -> Result<(), Fault> {
    Ok(())
}

/// Reads a public key.
pub(crate) fn read_public(path: &Path) -> Result<PublicKey, Fault> {
    PublicKey::from_hex(&files::read(path)?)
        .map_err(|error| Fault::order(format!("{}: {error}", path.display())))
}

/// The secret key to sign with: the one that is named by file or id, by the settings, or the only one there is.
pub(crate) fn choose(office: &Path, named: Option<&Path>, settings: &Settings) -> Result<SecretKey, Fault> {
    let folder = office.join("keys");
    let by_id = |id: &str| folder.join(format!("{id}.secret"));
    if let Some(named) = named {
        let as_id = named.to_str().map(by_id).filter(|path| path.is_file());
        return read_secret(&as_id.unwrap_or_else(|| named.to_owned()));
    }
    if let Some(id) = &settings.key {
        return read_secret(&by_id(id));
    }
    let found = with_ending(&folder, "secret");
    match found.as_slice() {
        [only] => read_secret(only),
        [] => Err(Fault::order(format!(
            "{}: there is no secret key; `quantmesh-licence keygen` makes one, or name one with --key FILE",
            folder.display()
        ))),
        several => {
            let ids: Vec<_> =
                several.iter().filter_map(|path| path.file_stem()?.to_str().map(str::to_owned)).collect();
            Err(Fault::order(format!(
                "there are several keys: {}; say which with --key ID, or with `key = \"ID\"` in vendor.toml",
                ids.join(", ")
            )))
        }
    }
}

/// Every public key of the office.
pub(crate) fn publics(office: &Path) -> Result<Vec<PublicKey>, Fault> {
    with_ending(&office.join("keys"), "pub").iter().map(|path| read_public(path)).collect()
}

/// The files of a folder with an ending, by name; none where there is no folder.
fn with_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    found.sort();
    found
}
