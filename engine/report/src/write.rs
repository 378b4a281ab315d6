//! The files of a report. Each appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ledger::RunRecord;

use crate::sheet::Sheet;
use crate::{Context, csv_files, csv_sheet, html, json};

/// A report that can't be written: the path, what the system said, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A folder or file can't be made.
    #[error("{}: can't be written: {source}; give another folder with --out, or make room", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A table can't be put into CSV.
    #[error("{name}: {source}")]
    Table {
        /// Which.
        name: &'static str,
        /// Why.
        source: csv::Error,
    },
}

/// Writes `report.html`, `trades.csv`, `equity.csv`, `sheet.csv` and `result.json` into a folder, made where it is missing.
///
/// # Errors
/// [`ReportError`]; files of an earlier report stay as they were, and none is left half-written.
pub fn write_all(folder: &Path, record: &RunRecord, context: &Context) -> Result<Vec<PathBuf>, ReportError> {
    let table = |name, table: Result<Vec<u8>, csv::Error>| {
        table.map_err(|source| ReportError::Table { name, source })
    };
    let sheet = Sheet::of(record, context);
    let mut json = json::document(&sheet).to_string();
    json.push('\n');
    let files = [
        ("report.html", html::page(&sheet).into_bytes()),
        ("trades.csv", table("trades.csv", csv_files::trades(record))?),
        ("equity.csv", table("equity.csv", csv_files::equity(record))?),
        ("sheet.csv", table("sheet.csv", csv_sheet::table(&sheet))?),
        ("result.json", json.into_bytes()),
    ];
    files_into(folder, files)
}

/// Writes files into a folder, made where it is missing: all of them or none.
pub(crate) fn files_into(
    folder: &Path,
    files: impl IntoIterator<Item = (&'static str, Vec<u8>)>,
) -> Result<Vec<PathBuf>, ReportError> {
    fs::create_dir_all(folder).map_err(|source| ReportError::Write { path: folder.to_owned(), source })?;
    let mut parts = Vec::new();
    for (name, bytes) in files {
        let (part, path) = (folder.join(format!("{name}.part")), folder.join(name));
        let written =
            File::create(&part).and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
        parts.push((part, path));
        if let Err(source) = written {
            return Err(undo(&parts, source));
        }
    }
    for (part, path) in &parts {
        if let Err(source) = fs::rename(part, path) {
            return Err(undo(&parts, source));
        }
    }
    Ok(parts.into_iter().map(|(_, path)| path).collect())
}

/// Removes what was begun; the error speaks of the file that failed, the last of the list.
fn undo(parts: &[(PathBuf, PathBuf)], source: io::Error) -> ReportError {
    for (part, _) in parts {
        // A part that is gone already needs no removal, and one that can't be removed changes nothing of the message.
        let _ = fs::remove_file(part);
    }
    let path = parts.last().map(|(_, path)| path.clone()).unwrap_or_default();
    ReportError::Write { path, source }
}
