//! Writing a tape row by row: whole or not at all, and never with rows that go backward.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use types::Time;

use super::frame::{BLOCK, Block, Footer, Head};
use super::record::Record;
use crate::{DataError, Series, SeriesData, when};

/// A tape that is being written. It gets its name when it is [finished](Self::finish); before, and if it never is, there is only
/// a part of it beside, which is removed.
#[derive(Debug)]
pub struct TapeWriter<R: Record> {
    path: PathBuf,
    part: PathBuf,
    file: Option<BufWriter<File>>,
    /// Bytes written so far.
    length: u64,
    block: Vec<u8>,
    span: Option<(i64, i64)>,
    index: Vec<u8>,
    rows: u64,
    latest: [i64; 2],
    in_one_order: bool,
    kind: PhantomData<R>,
}

impl<R: Record> TapeWriter<R> {
    /// Begins a tape with the grid, symbol, interval and clock of `like`, whose rows don't matter.
    ///
    /// # Errors
    /// [`DataError::Write`] names the file and what the system said, or what does not fit into a header.
    pub fn create(path: &Path, like: &Series) -> Result<Self, DataError> {
        Self::with_head(
            path,
            &Head {
                kind: R::KIND,
                grid: like.grid,
                symbol: like.symbol.clone(),
                interval: like.interval,
                has_volume: like.has_volume,
                clock_shift: like.clock_shift,
                block: BLOCK,
            },
        )
    }

    fn with_head(path: &Path, head: &Head) -> Result<Self, DataError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let failed = |why: String| DataError::Write { file: path.to_owned(), why };
        let head = head.bytes().map_err(failed)?;
        let mut file = BufWriter::new(File::create(&part).map_err(|error| failed(error.to_string()))?);
        let begun = file.write_all(&head);
        let writer = Self {
            path: path.to_owned(),
            part,
            file: Some(file),
            length: head.len() as u64,
            block: Vec::with_capacity(BLOCK as usize * R::SIZE),
            span: None,
            index: Vec::new(),
            rows: 0,
            latest: [i64::MIN; 2],
            in_one_order: true,
            kind: PhantomData,
        };
        begun.map_err(|error| failed(error.to_string()))?;
        Ok(writer)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`DataError::Tape`] when it goes back behind the rows before it or does not fit into a record, [`DataError::Write`] when
    /// the system refuses.
    pub fn push(&mut self, row: &R) -> Result<(), DataError> {
        let wrong = |rows: u64, what: String| DataError::Tape {
            file: self.path.display().to_string(),
            what: format!("row {}: {what}", rows + 1),
        };
        let latest = self.latest;
        if !row.in_order(&mut self.latest) {
            let [one, _] = latest.map(|time| when::show(Time::from_nanos(time)));
            let what = format!("{} comes after {one}; sort the rows by time", when::show(row.time()));
            return Err(wrong(self.rows, what));
        }
        row.put(&mut self.block).map_err(|what| wrong(self.rows, what))?;
        let time = row.time().nanos();
        self.span = Some(self.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        self.in_one_order &= row.for_both();
        self.rows += 1;
        if self.block.len() == BLOCK as usize * R::SIZE { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> Result<(), DataError> {
        let Some((first, last)) = self.span.take() else { return Ok(()) };
        let rows = u32::try_from(self.block.len() / R::SIZE).unwrap_or(BLOCK);
        self.index.extend(Block { first, last, crc: crc32fast::hash(&self.block), rows }.bytes());
        let block = std::mem::take(&mut self.block);
        let written = self.write(&block);
        self.block = block;
        self.block.clear();
        written
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), DataError> {
        self.length += bytes.len() as u64;
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> DataError {
        DataError::Write { file: self.path.clone(), why: error.to_string() }
    }

    /// Writes the index and the footer, and gives the tape its name. Gives the count of rows.
    ///
    /// # Errors
    /// [`DataError::Write`] names the file and what the system said.
    pub fn finish(mut self) -> Result<u64, DataError> {
        self.end_block()?;
        let index = std::mem::take(&mut self.index);
        let footer = Footer {
            rows: self.rows,
            blocks: (index.len() / super::frame::INDEX) as u64,
            index_at: self.length,
            in_one_order: self.in_one_order,
            index_crc: crc32fast::hash(&index),
        };
        self.write(&index)?;
        self.write(&footer.bytes())?;
        let Some(file) = self.file.take() else { return Ok(self.rows) };
        let ended = file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&self.part, &self.path));
        if ended.is_err() {
            let _ = std::fs::remove_file(&self.part);
        }
        ended.map_err(|error| self.failed(&error))?;
        Ok(self.rows)
    }
}

impl<R: Record> Drop for TapeWriter<R> {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // The half-written part is of no use to anybody; if it can't be removed either, the error before says enough.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Writes a series as a tape. The file appears whole or not at all.
///
/// # Errors
/// [`DataError::Write`] names the file and what the system said; [`DataError::Tape`] names the row that does not fit.
pub fn write(path: &Path, series: &Series) -> Result<(), DataError> {
    fn all<R: Record>(path: &Path, series: &Series, rows: &[R]) -> Result<(), DataError> {
        let mut writer = TapeWriter::create(path, series)?;
        rows.iter().try_for_each(|row| writer.push(row))?;
        writer.finish().map(|_| ())
    }
    match &series.data {
        SeriesData::Bars(rows) => all(path, series, rows),
        SeriesData::Trades(rows) => all(path, series, rows),
        SeriesData::Quotes(rows) => all(path, series, rows),
        SeriesData::Funding(rows) => all(path, series, rows),
        SeriesData::Ticks(rows) => all(path, series, rows),
    }
}
