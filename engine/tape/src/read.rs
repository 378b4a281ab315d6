//! From a file to a checked series.

use std::path::{Path, PathBuf};

use types::Decimal;

use crate::layout::{Layout, LayoutError};
use crate::rows::Rows;
use crate::source::{Content, open, unpack};
use crate::{DataError, Inspection, Loaded, SeriesData, Tape, book, columns, qmt};

/// What the caller knows better than the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Price step; without it, the finest decimal step seen. A price off it is a fault.
    pub tick_size: Option<Decimal>,
    /// Quantity step; without it, the finest decimal step seen. Quantities are rounded half-even to it, but those of a
    /// recording of an order book must lie on it.
    pub lot_size: Option<Decimal>,
    /// Which columns of a file that holds several assets side by side: `BTC` for `BTC:open`.
    pub column_prefix: Option<String>,
    /// Leave the best prices of a recording out (its bookTicker messages), so that the book comes from its changes alone.
    pub without_best: bool,
    /// What the smallest latency of a recording is to be, in nanoseconds, where its local clock is behind the venue's.
    pub base_latency_ns: i64,
}

/// Reads one file and refuses what is not sound.
///
/// # Errors
/// [`DataError`] names file and line, what is wrong, and what to do.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Loaded, DataError> {
    join(parts(path)?.into_iter().map(|part| sound(part, options)))
}

/// As [`read`], from memory; `name` stands for the file in messages.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Loaded, DataError> {
    let contents = unpack(name.to_owned(), bytes.to_vec())?;
    join(contents.into_iter().map(|content| sound(Part::Content(content), options)))
}

/// Reads several files of one kind as one series, in the order of their first times.
///
/// # Errors
/// As [`read`], and [`DataError::Mixed`] when they differ in kind or interval, or overlap.
pub fn read_all(paths: &[PathBuf], options: &ReadOptions) -> Result<Loaded, DataError> {
    let mut all = Vec::new();
    for path in paths {
        all.extend(parts(path)?);
    }
    join(all.into_iter().map(|part| sound(part, options)))
}

/// Looks at a file without refusing what is not sound.
///
/// # Errors
/// [`DataError`] only when the file can't be opened or understood at all.
pub fn inspect(path: &Path, options: &ReadOptions) -> Result<Vec<Inspection>, DataError> {
    let inspect = |part| match part {
        Part::Tape(tape) => tape.inspect(),
        Part::Content(content) => Ok(load(content, options)?.inspection),
    };
    parts(path)?.into_iter().map(inspect).collect()
}

/// A piece of data: a tape, which is mapped, or bytes that were read and unpacked.
enum Part {
    Tape(Box<Tape>),
    Content(Content),
}

fn parts(path: &Path) -> Result<Vec<Part>, DataError> {
    if Tape::is_there(path) {
        return Ok(vec![Part::Tape(Box::new(Tape::open(path)?))]);
    }
    Ok(open(path)?.into_iter().map(Part::Content).collect())
}

fn sound(part: Part, options: &ReadOptions) -> Result<Loaded, DataError> {
    let loaded = match part {
        Part::Tape(tape) => tape.load()?,
        Part::Content(content) => load(content, options)?,
    };
    let file = loaded.inspection.file.clone();
    match loaded.inspection.fault() {
        Some((line, what)) => Err(DataError::Row { file, line, what }),
        None if loaded.series.data.is_empty() => Err(DataError::Empty { file }),
        None => Ok(loaded),
    }
}

fn load(content: Content, options: &ReadOptions) -> Result<Loaded, DataError> {
    if qmt::is_tape(&content.bytes) {
        return Tape::from_bytes(&content.name, content.bytes)?.load();
    }
    if content.bytes.starts_with(b"PAR1") {
        return load(from_parquet(content)?, options);
    }
    match format_of(&content, options)? {
        Format::Columns(layout) => {
            let rows = Rows::scan(&content.bytes, &layout);
            columns::assemble(content.name, &layout, &rows, options)
        }
        Format::Book(format) => book::load(content.name, format, &content.bytes, options),
    }
}

/// The table as text. A row of it is a line of that, one further down.
fn from_parquet(content: Content) -> Result<Content, DataError> {
    let Content { name, bytes } = content;
    #[cfg(feature = "parquet")]
    let text = crate::parquet::as_csv(bytes);
    #[cfg(not(feature = "parquet"))]
    let text = {
        drop(bytes);
        Err(crate::NO_PARQUET.to_owned())
    };
    match text {
        Ok(bytes) => Ok(Content { name, bytes }),
        Err(what) => Err(DataError::Layout { file: name, what }),
    }
}

/// What a file is.
enum Format {
    Columns(Layout),
    Book(book::Format),
}

fn format_of(content: &Content, options: &ReadOptions) -> Result<Format, DataError> {
    let file = content.name.clone();
    if book::is_array(&content.bytes) {
        return Ok(Format::Book(book::Format::HftEvents));
    }
    let end = content.bytes.iter().take(65_536).position(|byte| *byte == b'\n');
    let first = content.bytes.get(..end.unwrap_or(content.bytes.len().min(65_536))).unwrap_or_default();
    if first.iter().all(u8::is_ascii_whitespace) {
        return Err(DataError::Empty { file });
    }
    let other = |what: &str| DataError::OtherKind { file: file.clone(), what: what.to_owned() };
    let Ok(line) = std::str::from_utf8(first) else { return Err(other("not a text file")) };
    if line.contains('\0') {
        return Err(other("not a text file"));
    }
    if let Some(format) = book::Format::of(line) {
        return Ok(Format::Book(format));
    }
    if line.starts_with(['{', '[']) {
        return Err(other("JSON"));
    }
    let cells: Vec<&str> = line.trim_end_matches('\r').split(',').collect();
    let layout = Layout::detect(&cells, options.column_prefix.as_deref()).map_err(|error| match error {
        LayoutError::Stranger(what) => other(what),
        LayoutError::Unclear(what) => DataError::Layout { file: file.clone(), what },
    })?;
    Ok(Format::Columns(layout))
}

/// Joins parts into one series on one grid.
fn join(parts: impl Iterator<Item = Result<Loaded, DataError>>) -> Result<Loaded, DataError> {
    let mut parts: Vec<Loaded> = parts.collect::<Result<_, _>>()?;
    parts.sort_by_key(|part| part.inspection.span);
    let mut parts = parts.into_iter();
    let Some(mut whole) = parts.next() else {
        return Err(DataError::Mixed { what: "no file was named".to_owned() });
    };
    parts.try_for_each(|part| append(&mut whole, part))?;
    Ok(whole)
}

fn append(whole: &mut Loaded, part: Loaded) -> Result<(), DataError> {
    let (one, two) = (whole.inspection.file.clone(), part.inspection.file.clone());
    let mixed = |what: String| DataError::Mixed { what: format!("{one} and {two} can't be joined: {what}") };
    if whole.series.data.kind() != part.series.data.kind() {
        let (one, two) = (whole.series.data.kind(), part.series.data.kind());
        return Err(mixed(format!("one holds {one}, the other {two}")));
    }
    if whole.series.grid != part.series.grid {
        let (a, b) = (whole.series.grid, part.series.grid);
        return Err(mixed(format!(
            "their steps differ (tick {} and {}, lot {} and {}); name one with tick and lot size",
            a.tick_size, b.tick_size, a.lot_size, b.lot_size
        )));
    }
    if whole.series.interval != part.series.interval {
        return Err(mixed("their bars have different lengths".to_owned()));
    }
    if let (Some(a), Some(b)) = (&whole.series.symbol, &part.series.symbol)
        && a != b
    {
        return Err(mixed(format!("one is of {a}, the other of {b}")));
    }
    if part.inspection.span.map(|span| span.0) <= whole.inspection.span.map(|span| span.1) {
        return Err(mixed("they overlap in time; name each stretch of time once".to_owned()));
    }
    let (shift, more_shift) = (whole.series.clock_shift, part.series.clock_shift);
    let mut twice = None;
    match (&mut whole.series.data, part.series.data) {
        (SeriesData::Bars(all), SeriesData::Bars(more)) => all.extend(more),
        (SeriesData::Trades(all), SeriesData::Trades(more)) => all.extend(more),
        (SeriesData::Quotes(all), SeriesData::Quotes(more)) => all.extend(more),
        (SeriesData::Funding(all), SeriesData::Funding(more)) => all.extend(more),
        (SeriesData::Ticks(all), SeriesData::Ticks(more)) => {
            twice = Some(book::join_ticks(all, shift, more, more_shift));
        }
        _ => {}
    }
    whole.series.clock_shift = shift.max(more_shift);
    whole.series.symbol = whole.series.symbol.take().or(part.series.symbol);
    whole.series.has_volume &= part.series.has_volume;
    let (all, new) = (&mut whole.inspection, part.inspection);
    if let (Some(interval), Some(before), Some(after)) = (whole.series.interval, all.span, new.span) {
        all.note_gap(interval, before.1, after.0);
    }
    all.file = format!("{one} … {two}");
    all.rows = whole.series.data.len() as u64;
    all.gaps += new.gaps;
    all.snapped += new.snapped;
    all.without_volume += new.without_volume;
    all.span = all.span.zip(new.span).map(|(a, b)| (a.0, b.1));
    if let (Some(book), Some(more), Some(twice)) = (&mut all.book, &new.book, twice) {
        book.join(more, twice);
    }
    Ok(())
}
