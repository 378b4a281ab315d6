//! The trials of a search in a file: what is searched in the first line, and a line for each trial that is finished.
//!
//! A line is eight digits of CRC-32, a space, and one JSON document. It is written when a trial ends, and the file is synced
//! to the disk every second; a last line that was cut off is dropped when the search goes on.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::trial::{Column, Row};
use crate::Failure;

/// What a search is: everything that its trials depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Which form of file this is.
    pub(crate) format: String,
    pub(crate) title: String,
    /// What the program was built from.
    pub(crate) build: Vec<(String, String)>,
    /// SHA-256 of the configuration, without the places of its files.
    pub(crate) config: String,
    /// SHA-256 of the data.
    pub(crate) data: String,
    /// The stretch of the data, in nanoseconds; all of it where there is none.
    pub(crate) window: Option<(i64, i64)>,
    pub(crate) method: String,
    pub(crate) seed: u64,
    pub(crate) batch: usize,
    /// How many trials there are, or at most will be.
    pub(crate) trials: usize,
    /// Metric and whether it should go down.
    pub(crate) goals: Vec<(String, bool)>,
    pub(crate) constraints: Vec<String>,
    pub(crate) axes: Vec<AxisHeader>,
    pub(crate) columns: Vec<Column>,
    /// Nanoseconds of a period of returns.
    pub(crate) period: i64,
}

/// An axis with its values as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AxisHeader {
    pub(crate) name: String,
    /// Where it is in a configuration, as `--set` names it.
    pub(crate) path: String,
    pub(crate) values: Vec<String>,
}

/// The form of file that this program reads and writes.
pub(crate) const FORMAT: &str = "quantmesh trials 1";

impl Header {
    /// What two headers differ in, in a word; `None` where they are of one search.
    pub(crate) fn difference(&self, other: &Self) -> Option<&'static str> {
        let parts = [
            (self.format == other.format, "form of file"),
            (self.build == other.build, "build of the program"),
            (self.config == other.config, "configuration"),
            (self.data == other.data, "market data"),
            (self.window == other.window, "stretch of the data"),
            (self.method == other.method, "method"),
            (self.seed == other.seed, "seed"),
            (self.batch == other.batch, "batch"),
            (self.trials == other.trials, "count of trials"),
            (self.goals == other.goals, "goals"),
            (self.axes == other.axes && self.constraints == other.constraints, "space"),
        ];
        let named = parts.into_iter().find(|(same, _)| !same).map(|(_, what)| what);
        named.or((self != other).then_some("form of the results"))
    }

    /// SHA-256 over all of it.
    pub(crate) fn fingerprint(&self) -> Result<String, Failure> {
        Ok(hash(json(self)?.as_bytes()))
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The trials of a search as a file holds them.
#[derive(Debug)]
pub(crate) struct Trials {
    pub(crate) header: Header,
    pub(crate) rows: BTreeMap<usize, Row>,
    /// Bytes of whole lines.
    length: u64,
}

/// A file that trials are added to.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    synced: Instant,
}

impl Trials {
    /// Reads a file of trials. A last line that was cut off is left out.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|error| failed(path, error))?;
        let wrong = |line: usize, what: &str| {
            Failure::data(format!("{}:{}: {what}; the file was changed or damaged", path.display(), line + 1))
        };
        let (mut header, mut rows, mut length) = (None, BTreeMap::new(), 0);
        for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let Some(whole) = line.strip_suffix(b"\n") else { break };
            let text = checked(whole);
            // A line whose bytes never reached the disk is the last one, whatever is in its place.
            let last = length + line.len() == bytes.len();
            if text.is_none() && last && header.is_some() {
                break;
            }
            let text = text.ok_or_else(|| wrong(at, "its checksum does not fit"))?;
            if header.is_none() {
                let read: Header = serde_json::from_str(text)
                    .map_err(|_| wrong(at, "this is no file of trials of this version"))?;
                header = Some(read);
            } else {
                let row: Row = serde_json::from_str(text).map_err(|error| wrong(at, &error.to_string()))?;
                let before = rows.insert(row.trial, row.clone());
                if before.is_some_and(|before| before != row) {
                    return Err(wrong(at, &format!("trial {} is there twice, with two results", row.trial)));
                }
            }
            length += line.len();
        }
        let header: Header = header.ok_or_else(|| wrong(0, "it holds no trials of a search"))?;
        let last = rows.keys().next_back().copied().unwrap_or(0);
        if last >= header.trials.max(1) {
            return Err(Failure::data(format!(
                "{}: trial {last} is not one of its {}; the file was changed or damaged",
                path.display(),
                header.trials
            )));
        }
        Ok(Self { header, rows, length: length as u64 })
    }
}

impl Journal {
    /// A new file of trials, with its header.
    pub(crate) fn begin(path: &Path, header: &Header) -> Result<Self, Failure> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        }
        crate::machine::replace(path, line(header)?.as_bytes()).map_err(|error| failed(path, error))?;
        Self::open(path)
    }

    /// Goes on with a file that was read; what was cut off in it is removed.
    pub(crate) fn go_on(path: &Path, trials: &Trials) -> Result<Self, Failure> {
        let journal = Self::open(path)?;
        journal.file.set_len(trials.length).map_err(|error| failed(path, error))?;
        Ok(journal)
    }

    fn open(path: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new().append(true).open(path).map_err(|error| failed(path, error))?;
        file.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => Failure::output(format!(
                "{}: another run is writing this file; let it end, or give another --out",
                path.display()
            )),
            fs::TryLockError::Error(error) => failed(path, error),
        })?;
        Ok(Self { path: path.to_owned(), file, synced: Instant::now() })
    }

    /// Adds a trial.
    pub(crate) fn add(&mut self, row: &Row) -> Result<(), Failure> {
        self.file.write_all(line(row)?.as_bytes()).map_err(|error| failed(&self.path, error))?;
        if self.synced.elapsed() >= Duration::from_secs(1) { self.sync() } else { Ok(()) }
    }

    /// Waits until everything is on the disk.
    pub(crate) fn sync(&mut self) -> Result<(), Failure> {
        self.synced = Instant::now();
        self.file.sync_data().map_err(|error| failed(&self.path, error))
    }
}

/// A whole file of trials, in the order of their numbers.
pub(crate) fn text(header: &Header, rows: &BTreeMap<usize, Row>) -> Result<String, Failure> {
    rows.values().try_fold(line(header)?, |text, row| Ok(text + &line(row)?))
}

fn json(document: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(document).map_err(|error| Failure::new(crate::Kind::Fault, error))
}

fn line(document: &impl Serialize) -> Result<String, Failure> {
    let json = json(document)?;
    Ok(format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())))
}

/// The document of a line whose checksum fits.
fn checked(line: &[u8]) -> Option<&str> {
    let (sum, json) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    (sum == format!("{:08x}", crc32fast::hash(json.as_bytes()))).then_some(json)
}

pub(crate) fn failed(path: &Path, error: std::io::Error) -> Failure {
    Failure::output(format!("{}: {error}", path.display()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::commands::optimize::trial::{Ending, Unit};

    pub(crate) fn header() -> Header {
        Header {
            format: FORMAT.to_owned(),
            title: "a".to_owned(),
            build: vec![("version".to_owned(), "1".to_owned())],
            config: "c".to_owned(),
            data: "d".to_owned(),
            window: None,
            method: "grid".to_owned(),
            seed: 0,
            batch: 1,
            trials: 4,
            goals: vec![("sharpe".to_owned(), false)],
            constraints: Vec::new(),
            axes: vec![AxisHeader {
                name: "x".to_owned(),
                path: String::new(),
                values: ["1", "2", "3", "4"].map(str::to_owned).to_vec(),
            }],
            columns: vec![Column { key: "sharpe".to_owned(), label: "Sharpe".to_owned(), unit: Unit::Ratio }],
            period: 1,
        }
    }

    pub(crate) fn row(trial: usize, sharpe: &str) -> Row {
        Row {
            trial,
            values: vec![(trial + 1).to_string()],
            ending: Ending::Done,
            reason: String::new(),
            metrics: vec![sharpe.to_owned()],
            returns: String::new(),
        }
    }

    #[test]
    fn a_file_that_was_cut_off_goes_on() -> Result<(), Box<dyn std::error::Error>> {
        let there = tempfile::tempdir()?;
        let path = there.path().join("deep/trials.journal");
        let mut journal = Journal::begin(&path, &header())?;
        [row(2, "0.5"), row(0, "-1")].iter().try_for_each(|row| journal.add(row))?;
        journal.sync()?;
        drop(journal);
        let whole = fs::read(&path)?;
        let (header_end, second_end) = {
            let ends: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] == b'\n').collect();
            (ends[0] + 1, ends[1] + 1)
        };
        for cut in second_end..whole.len() {
            fs::write(&path, &whole[..cut])?;
            let trials = Trials::read(&path)?;
            assert_eq!((trials.rows.len(), &trials.header), (1, &header()));
            let mut journal = Journal::go_on(&path, &trials)?;
            journal.add(&row(0, "-1"))?;
            assert_eq!(fs::read(&path)?, whole);
        }
        for cut in 0..header_end {
            fs::write(&path, &whole[..cut])?;
            assert!(Trials::read(&path).is_err(), "{cut}");
        }
        Ok(())
    }

    #[test]
    fn what_was_changed_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let there = tempfile::tempdir()?;
        let path = there.path().join("trials.journal");
        let rows = BTreeMap::from([(0, row(0, "1")), (1, row(1, "2"))]);
        let good = text(&header(), &rows)?;
        let said = |text: &str| -> String {
            fs::write(&path, text).unwrap();
            Trials::read(&path).err().map(|failure| failure.message).unwrap_or_default()
        };
        assert_eq!(said(&good), "");
        assert!(said(&good.replacen("\"1\"", "\"9\"", 2)).contains(":1: its checksum does not fit"));
        assert!(
            said(&good.replacen("[\"1\"],\"e", "[\"9\"],\"e", 1)).contains(":2: its checksum does not fit")
        );
        assert!(said(&(good.clone() + &line(&row(1, "3"))?)).contains(":4: trial 1 is there twice"));
        assert_eq!(said(&(good.clone() + &line(&row(1, "2"))?)), "");
        assert!(said(&(good + &line(&row(4, "2"))?)).contains("trial 4 is not one of its 4"));
        assert!(said("").contains("it holds no trials"));
        assert!(said(&line(&row(1, "2"))?).contains("no file of trials of this version"));
        Ok(())
    }

    #[test]
    fn two_runs_do_not_write_one_file() -> Result<(), Box<dyn std::error::Error>> {
        let there = tempfile::tempdir()?;
        let path = there.path().join("trials.journal");
        let _held = Journal::begin(&path, &header())?;
        let second = Journal::go_on(&path, &Trials::read(&path)?).err().map(|failure| failure.message);
        assert!(second.is_some_and(|said| said.contains("another run is writing this file")));
        Ok(())
    }

    #[test]
    fn headers_say_what_they_differ_in() {
        let one = header();
        assert_eq!(one.difference(&header()), None);
        assert_eq!(one.difference(&Header { data: "x".into(), ..header() }), Some("market data"));
        assert_eq!(one.difference(&Header { axes: Vec::new(), ..header() }), Some("space"));
        assert_eq!(one.difference(&Header { title: "x".into(), ..header() }), Some("form of the results"));
    }
}
