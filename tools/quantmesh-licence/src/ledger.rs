//! The ledger: one JSON record a line, only ever added to, each bound to the one before.
//!
//! A plain file that git can show. A record holds the whole text of its licence, so a lost file is written again from
//! here. A writer holds a lock on the file; it adds a line in one write and waits until the disk has it, and only then
//! does the licence go to its place: whatever a customer holds is in the ledger. Each record names the fingerprint of
//! the line before it, so a line that was changed, lost or moved is noticed. That is a guard against accidents and
//! merges, and no proof against somebody who writes the file anew.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use licence::{Signed, fingerprint};
use serde::{Deserialize, Serialize};

use crate::{Fault, files};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Deed {
    Issued,
    Renewed,
    Revoked,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) time: String,
    pub(crate) what: Deed,
    pub(crate) id: String,
    /// The licence that a renewed one takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) renews: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    /// The whole text of the licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) licence: Option<String>,
    /// The fingerprint of the line before.
    pub(crate) before: String,
}

/// One licence, as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The licence.
    pub signed: Signed,
    /// Its text.
    pub text: String,
    /// The one it takes the place of.
    pub renews: Option<String>,
    /// The one that took its place.
    pub renewed_by: Option<String>,
    /// When and why it was revoked.
    pub revoked: Option<(String, String)>,
}

/// The ledger of an office, read and found whole.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    /// Open and locked where this is a writer.
    file: Option<File>,
    entries: BTreeMap<String, Entry>,
    last: String,
}

/// Why a ledger can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerFault {
    /// It can't be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Its last line is not whole.
    #[error(
        "{}: line {line} is not whole: the machine or the program stopped while writing it, before anything of it was handed out; cut it off with `truncate -s {good} {}`, and do it again",
        path.display(), path.display()
    )]
    Torn {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// How many bytes are whole.
        good: usize,
    },
    /// A line is not what was written.
    #[error("{}: line {line}: {what}; take the ledger from its last copy or commit that `list` accepts", path.display())]
    Changed {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

impl LedgerFault {
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::File { .. } => 6,
            Self::Torn { .. } | Self::Changed { .. } => 8,
        }
    }
}

const FIRST: &str = "0000000000000000";

impl Ledger {
    /// Reads the ledger of an office; one that has none is empty.
    ///
    /// # Errors
    /// [`LedgerFault`] for one that can't be read, is torn, or was changed.
    pub fn read(office: &Path) -> Result<Self, LedgerFault> {
        let path = office.join("ledger.jsonl");
        let failed = |error| LedgerFault::File { path: path.clone(), error };
        let mut bytes = Vec::new();
        match File::open(&path) {
            Ok(mut open) => {
                // A writer may be in the middle of a line.
                open.lock_shared().and_then(|()| open.read_to_end(&mut bytes)).map_err(failed)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        Self::parse(path, None, &bytes)
    }

    /// Opens it for writing, makes it where there is none, and waits for other writers to be done.
    pub(crate) fn open(office: &Path) -> Result<Self, LedgerFault> {
        let path = office.join("ledger.jsonl");
        let failed = |error| LedgerFault::File { path: path.clone(), error };
        fs::create_dir_all(office).map_err(failed)?;
        let is_new = !path.exists();
        let mut open = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(failed)?;
        let mut bytes = Vec::new();
        open.lock().and_then(|()| open.read_to_end(&mut bytes)).map_err(failed)?;
        if is_new {
            files::settle(&path);
        }
        Self::parse(path, Some(open), &bytes)
    }

    fn parse(path: PathBuf, file: Option<File>, bytes: &[u8]) -> Result<Self, LedgerFault> {
        let mut ledger = Self { path, file, entries: BTreeMap::new(), last: FIRST.to_owned() };
        let mut good = 0;
        for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let Some(whole) = line.strip_suffix(b"\n") else {
                return Err(LedgerFault::Torn { path: ledger.path, line: number + 1, good });
            };
            if let Err(what) = ledger.take_line(whole) {
                return Err(LedgerFault::Changed { path: ledger.path, line: number + 1, what });
            }
            good += line.len();
        }
        Ok(ledger)
    }

    fn take_line(&mut self, line: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(line).map_err(|_| "it is no text".to_owned())?;
        let record: Record = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if record.before != self.last {
            return Err(
                "it does not follow the line before it: one of the two was changed, lost or moved".to_owned()
            );
        }
        self.last = fingerprint(text);
        self.take(record)
    }

    /// What a record says of the licences so far.
    fn take(&mut self, record: Record) -> Result<(), String> {
        let id = record.id;
        if record.what == Deed::Revoked {
            let entry = self.entries.get_mut(&id).ok_or_else(|| format!("{id} was never issued"))?;
            entry.revoked = Some((record.time, record.why.unwrap_or_default()));
            return Ok(());
        }
        let text = record.licence.ok_or_else(|| format!("{id} has no licence"))?;
        let signed = Signed::parse(&text).map_err(|error| format!("the licence in it: {error}"))?;
        if signed.claims().id != id {
            return Err(format!("the licence in it is {}, not {id}", signed.claims().id));
        }
        if self.entries.contains_key(&id) {
            return Err(format!("{id} was issued before"));
        }
        if let Some(old) = &record.renews {
            let entry = self.entries.get_mut(old).ok_or_else(|| format!("{old} was never issued"))?;
            entry.renewed_by = Some(id.clone());
        }
        let entry = Entry { signed, text, renews: record.renews, renewed_by: None, revoked: None };
        self.entries.insert(id, entry);
        Ok(())
    }

    /// Every licence, by its number.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(id, entry)| (id.as_str(), entry))
    }

    /// The licence with this number.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// The licence with this number, or that there is none.
    pub(crate) fn find(&self, id: &str) -> Result<&Entry, Fault> {
        self.get(id).ok_or_else(|| {
            Fault::Refused(format!(
                "{id} is not in {}; `quantmesh-licence list` shows what is",
                self.path.display()
            ))
        })
    }

    /// The next free number of a year, such as `L-2026-0007`.
    pub(crate) fn next_id(&self, year: &str) -> String {
        let start = format!("L-{year}-");
        let numbers = self.entries.keys().filter_map(|id| id.strip_prefix(&start)?.parse::<u32>().ok());
        format!("{start}{:04}", numbers.max().unwrap_or(0).saturating_add(1))
    }

    /// Adds a record and waits until the disk has it.
    pub(crate) fn add(&mut self, mut record: Record) -> Result<(), LedgerFault> {
        record.before.clone_from(&self.last);
        let failed = |error| LedgerFault::File { path: self.path.clone(), error };
        let line = serde_json::to_string(&record).map_err(|error| failed(error.into()))?;
        let file = self.file.as_mut().ok_or_else(|| failed(io::ErrorKind::PermissionDenied.into()))?;
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        self.last = fingerprint(&line);
        let number = self.entries.len();
        self.take(record).map_err(|what| LedgerFault::Changed { path: self.path.clone(), line: number, what })
    }
}
