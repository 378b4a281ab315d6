//! What a licence is held against: this machine's clock, its identity, and what else runs on it.

use std::env;
use std::fs::{self, File, TryLockError};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 by this machine's clock.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// A name for this machine: a hash of the number that its operating system gave it. `None` where it has none.
pub(crate) fn name() -> Option<String> {
    let number = ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok())?;
    Some(licence::fingerprint(number.trim()))
}

/// Where licences are looked for unless a flag, the environment or a configuration says otherwise.
pub(crate) fn licence_folder() -> Option<PathBuf> {
    base("XDG_CONFIG_HOME", ".config").map(|base| base.join("licences"))
}

/// Where the program keeps what it has to remember between runs.
pub(crate) fn state_folder() -> Option<PathBuf> {
    base("XDG_STATE_HOME", ".local/state")
}

/// `$VARIABLE/quantmesh` where that is set, by the XDG base directory specification, else in the user's folder.
fn base(variable: &str, in_home: &str) -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set(variable)
        .or_else(|| if cfg!(windows) { set("APPDATA") } else { None })
        .or_else(|| set("HOME").map(|home| home.join(in_home)))?;
    Some(base.join("quantmesh"))
}

/// The latest time that a run has seen, in seconds since 1970.
pub(crate) fn last_seen(state: &Path) -> Option<i64> {
    fs::read_to_string(state.join(LAST_SEEN)).ok()?.trim().parse().ok()
}

/// Remembers a time, unless a later one is known. Where that can't be written, the next run knows less, and no more.
pub(crate) fn remember(state: &Path, time: i64) {
    if last_seen(state).is_none_or(|known| known < time) {
        let file = state.join(LAST_SEEN);
        let written = fs::create_dir_all(state).and_then(|()| replace(&file, format!("{time}\n").as_bytes()));
        if let Err(error) = written {
            tracing::warn!(file = %file.display(), %error, "the time of this run can't be remembered");
        }
    }
}

const LAST_SEEN: &str = "last-seen";

/// Writes a file whole or not at all.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    replace_by(file, |open| open.write_all(bytes))
}

/// As [`replace`], with whatever `write` writes.
pub(crate) fn replace_by<T>(
    file: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<T>,
) -> std::io::Result<T> {
    let half = file.with_extension(format!("{}.half", std::process::id()));
    let whole = || {
        let mut open = BufWriter::new(File::create(&half)?);
        let result = write(&mut open)?;
        open.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&half, file)?;
        Ok(result)
    };
    let written = whole();
    if written.is_err() {
        let _ = fs::remove_file(&half);
    }
    written
}

/// One of the places that a licence has for running instances, held until the program ends.
#[derive(Debug)]
pub(crate) struct Instance {
    _held: Option<File>,
    /// How many run under the licence on this machine, this one included.
    pub(crate) running: u32,
}

impl Instance {
    /// Takes the first free place of `most`. Where the places can't be kept, every run counts as the only one.
    pub(crate) fn take(state: &Path, licence: &str, most: u32) -> Self {
        let folder = state.join("instances");
        let name: String = licence.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        for place in 1..=most.min(10_000) {
            let file = folder.join(format!("{name}.{place}"));
            let opened = fs::create_dir_all(&folder).and_then(|()| File::create(&file));
            match opened.map(|open| (open.try_lock(), open)) {
                Ok((Ok(()), open)) => return Self { _held: Some(open), running: place },
                Ok((Err(TryLockError::WouldBlock), _)) => {}
                Ok((Err(TryLockError::Error(error)), _)) | Err(error) => {
                    tracing::warn!(file = %file.display(), %error, "running instances can't be counted");
                    return Self { _held: None, running: 1 };
                }
            }
        }
        Self { _held: None, running: most.saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let names = || -> std::io::Result<Vec<_>> {
            fs::read_dir(folder.path())?.map(|entry| Ok(entry?.file_name())).collect()
        };
        let file = folder.path().join("model.json");
        replace(&file, b"one")?;
        replace(&file, b"two")?;
        assert_eq!((fs::read(&file)?, names()?), (b"two".to_vec(), vec!["model.json".into()]));
        // A folder can't be overwritten by a file: what was begun is gone again.
        fs::create_dir(folder.path().join("taken"))?;
        assert!(replace(&folder.path().join("taken"), b"three").is_err());
        assert_eq!(names()?.len(), 2);
        Ok(())
    }

    #[test]
    fn a_place_is_free_again_when_its_holder_is_gone() {
        let state = tempfile::tempdir().unwrap();
        let take = || Instance::take(state.path(), "L-1/x", 2);
        let (first, second) = (take(), take());
        assert_eq!((first.running, second.running, take().running), (1, 2, 3));
        drop(first);
        assert_eq!(take().running, 1);
        assert_eq!(Instance::take(state.path(), "L-2", 1).running, 1, "of another licence");
    }

    #[test]
    fn only_a_later_time_is_remembered() {
        let state = tempfile::tempdir().unwrap();
        let state = state.path().join("deep/er");
        assert_eq!(last_seen(&state), None);
        for (time, known) in [(5, 5), (3, 5), (9, 9)] {
            remember(&state, time);
            assert_eq!(last_seen(&state), Some(known));
        }
        fs::write(state.join(LAST_SEEN), "yesterday").unwrap();
        assert_eq!(last_seen(&state), None);
    }
}
