//! From a file to a checked series.

use std::path::{Path, PathBuf};

use types::Decimal;

use crate::layout::{Layout, LayoutError};
use crate::rows::Rows;
use crate::source::{Content, open, unpack};
use crate::{DataError, Inspection, Loaded, SeriesData, book, columns, qmt};

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
    join(open(path)?.into_iter().map(|content| sound(content, options)), options)
}

/// As [`read`], from memory; `name` stands for the file in messages.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Loaded, DataError> {
    let contents = unpack(name.to_owned(), bytes.to_vec())?;
    join(contents.into_iter().map(|content| sound(content, options)), options)
}

/// Reads several files of one kind as one series, in the order of their first times.
///
/// # Errors
/// As [`read`], and [`DataError::Mixed`] when they differ in kind or interval, or overlap.
pub fn read_all(paths: &[PathBuf], options: &ReadOptions) -> Result<Loaded, DataError> {
    let mut contents = Vec::new();
    for path in paths {
        contents.extend(open(path)?);
    }
    join(contents.into_iter().map(|content| sound(content, options)), options)
}

/// Looks at a file without refusing what is not sound.
///
/// # Errors
/// [`DataError`] only when the file can't be opened or understood at all.
pub fn inspect(path: &Path, options: &ReadOptions) -> Result<Vec<Inspection>, DataError> {
    open(path)?.into_iter().map(|content| Ok(load(content, options)?.inspection)).collect()
}

fn sound(content: Content, options: &ReadOptions) -> Result<Loaded, DataError> {
    let loaded = load(content, options)?;
    let file = loaded.inspection.file.clone();
    match loaded.inspection.fault() {
        Some((line, what)) => Err(DataError::Row { file, line, what }),
        None if loaded.series.data.is_empty() => Err(DataError::Empty { file }),
        None => Ok(loaded),
    }
}

fn load(content: Content, options: &ReadOptions) -> Result<Loaded, DataError> {
    if qmt::is_tape(&content.bytes) {
        return qmt::decode(&content.name, &content.bytes);
    }
    match format_of(&content, options)? {
        Format::Columns(layout) => {
            let rows = Rows::scan(&content.bytes, &layout);
            columns::assemble(content.name, &layout, &rows, options)
        }
        Format::Book(format) => book::load(content.name, format, &content.bytes, options),
    }
}

/// What a file is.
enum Format {
    Columns(Layout),
    Book(book::Format),
}

fn format_of(content: &Content, options: &ReadOptions) -> Result<Format, DataError> {
    let file = content.name.clone();
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
fn join(
    parts: impl Iterator<Item = Result<Loaded, DataError>>,
    options: &ReadOptions,
) -> Result<Loaded, DataError> {
    let mut parts: Vec<Loaded> = parts.collect::<Result<_, _>>()?;
    parts.sort_by_key(|part| part.series.data.time(0));
    let mut parts = parts.into_iter();
    let Some(mut whole) = parts.next() else {
        return Err(DataError::Mixed { what: "no file was named".to_owned() });
    };
    for part in parts {
        append(&mut whole, part, options)?;
    }
    Ok(whole)
}

fn append(whole: &mut Loaded, part: Loaded, _: &ReadOptions) -> Result<(), DataError> {
    let (one, two) = (whole.inspection.file.clone(), part.inspection.file.clone());
    let mixed = |what: String| DataError::Mixed { what: format!("{one} and {two} can't be joined: {what}") };
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
    let end = whole.series.data.len().checked_sub(1).and_then(|at| whole.series.data.time(at));
    if part.series.data.time(0) <= end {
        return Err(mixed("they overlap in time; name each stretch of time once".to_owned()));
    }
    match (&mut whole.series.data, part.series.data) {
        (SeriesData::Bars(all), SeriesData::Bars(more)) => all.extend(more),
        (SeriesData::Trades(all), SeriesData::Trades(more)) => all.extend(more),
        (SeriesData::Quotes(all), SeriesData::Quotes(more)) => all.extend(more),
        (SeriesData::Funding(all), SeriesData::Funding(more)) => all.extend(more),
        (SeriesData::Ticks(all), SeriesData::Ticks(more)) => all.extend(more),
        (all, more) => return Err(mixed(format!("one holds {}, the other {}", all.kind(), more.kind()))),
    }
    let (all, new) = (&mut whole.inspection, part.inspection);
    all.file = format!("{one} … {two}");
    all.rows += new.rows;
    all.gaps += new.gaps;
    all.snapped += new.snapped;
    all.without_volume += new.without_volume;
    all.span = all.span.zip(new.span).map(|(a, b)| (a.0, b.1));
    whole.series.has_volume &= part.series.has_volume;
    Ok(())
}
