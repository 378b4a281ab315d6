//! Bytes from a file: plain, gzip or zip, told apart by their first bytes.

use std::io::{Cursor, Read};
use std::path::Path;

use crate::DataError;

/// The most bytes a packed file may unpack to: more than a year of trades, and far less than memory.
const MAX_UNPACKED: u64 = 16 << 30;

/// A file's content, and what to call it in messages.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Reads and unpacks a file. A zip gives one content per CSV inside, by name.
pub(crate) fn open(path: &Path) -> Result<Vec<Content>, DataError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        let hint = if path.is_dir() { "; name a file, or use a folder where one is asked for" } else { "" };
        DataError::Open { file: name.clone(), why: format!("{error}{hint}") }
    })?;
    unpack(name, bytes)
}

pub(crate) fn unpack(name: String, bytes: Vec<u8>) -> Result<Vec<Content>, DataError> {
    match bytes.get(..4) {
        Some([0x1f, 0x8b, ..]) => {
            let bytes = gunzip(&name, &bytes)?;
            Ok(vec![Content { name, bytes }])
        }
        Some([b'P', b'K', 3, 4]) => unzip(&name, bytes),
        _ => Ok(vec![Content { name, bytes }]),
    }
}

fn gunzip(name: &str, packed: &[u8]) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::with_capacity(packed.len().saturating_mul(5));
    match flate2::read::MultiGzDecoder::new(packed).take(MAX_UNPACKED).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(DataError::Open {
            file: name.to_owned(),
            why: format!("the gzip data is damaged or cut short ({error}); fetch the file again"),
        }),
    }
}

fn unzip(name: &str, packed: Vec<u8>) -> Result<Vec<Content>, DataError> {
    let damaged = |error: &dyn std::fmt::Display| DataError::Open {
        file: name.to_owned(),
        why: format!("the zip archive is damaged or cut short ({error}); fetch the file again"),
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(|error| damaged(&error))?;
    let mut contents = Vec::with_capacity(archive.len());
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|error| damaged(&error))?;
        if file.is_dir() {
            continue;
        }
        let inner = file.name().map_err(|error| damaged(&error))?.into_owned();
        let mut bytes = Vec::new();
        file.take(MAX_UNPACKED).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
        contents.push(Content { name: format!("{name}/{inner}"), bytes });
    }
    contents.sort_by(|one, two| one.name.cmp(&two.name));
    if contents.is_empty() {
        let why = "the zip archive holds no file".to_owned();
        return Err(DataError::Open { file: name.to_owned(), why });
    }
    Ok(contents)
}
