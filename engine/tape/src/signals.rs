//! Signals from a file: CSV with a header and the columns time, source, name, value and, where they end, valid_until.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::StringRecord;
use types::{Label, Signal, Time};

use crate::{DataError, show_time, when};

const COLUMNS: &str = "time, source, name, value and optionally valid_until";

/// The signals of a file, oldest first. A row without `valid_until` holds for ever.
///
/// # Errors
/// [`DataError`] names the file, the line and what is wrong with it.
pub fn read_signals(path: &Path) -> Result<Vec<Signal>, DataError> {
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) => from_reader(name, file),
        Err(error) => Err(DataError::Open { file: name, why: error.to_string() }),
    }
}

/// As [`read_signals`], from memory; `name` stands for the file in messages.
///
/// # Errors
/// As [`read_signals`].
pub fn read_signals_bytes(name: &str, bytes: &[u8]) -> Result<Vec<Signal>, DataError> {
    from_reader(name.to_owned(), bytes)
}

fn from_reader(file: String, text: impl Read) -> Result<Vec<Signal>, DataError> {
    let open = |error: csv::Error| DataError::Open { file: file.clone(), why: error.to_string() };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text);
    let header = reader.headers().map_err(open)?.clone();
    let at = |name: &str| header.iter().position(|column| column == name);
    let [Some(time), Some(source), Some(name), Some(value)] = ["time", "source", "name", "value"].map(at)
    else {
        let columns: Vec<&str> = header.iter().collect();
        let what = format!("signals need the columns {COLUMNS}; the file has {}", columns.join(", "));
        return Err(DataError::Layout { file, what });
    };
    let columns = Columns { time, source, name, value, until: at("valid_until") };
    let mut signals: Vec<Signal> = Vec::new();
    for row in reader.records() {
        let row = row.map_err(open)?;
        let line = row.position().map_or(0, csv::Position::line);
        let wrong = |what: String| DataError::Row { file: file.clone(), line, what };
        let signal = columns.read(&row).map_err(wrong)?;
        if let Some(before) = signals.last().filter(|before| before.time > signal.time) {
            let (now, then) = (show_time(signal.time), show_time(before.time));
            return Err(wrong(format!("{now} is before {then} of the row above; sort the file by time")));
        }
        signals.push(signal);
    }
    if signals.is_empty() { Err(DataError::Empty { file }) } else { Ok(signals) }
}

struct Columns {
    time: usize,
    source: usize,
    name: usize,
    value: usize,
    until: Option<usize>,
}

impl Columns {
    fn read(&self, row: &StringRecord) -> Result<Signal, String> {
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let time = |text: &str| {
            when::parse(text.as_bytes())
                .ok_or_else(|| format!("`{text}` is no time; write 2024-05-01T12:00:00Z"))
        };
        let label = |text: &str| text.parse::<Label>().map_err(|error| error.to_string());
        let until = self.until.map(cell).filter(|text| !text.is_empty());
        let value = cell(self.value);
        Ok(Signal {
            time: time(cell(self.time))?,
            source: label(cell(self.source))?,
            name: label(cell(self.name))?,
            value: value.parse().map_err(|error| format!("`{value}`: {error}"))?,
            valid_until: until.map_or(Ok(Time::from_nanos(i64::MAX)), time)?,
        })
    }
}
