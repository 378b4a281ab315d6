//! One instrument's data: where it comes from, and how it goes into a run.

use std::iter::Copied;
use std::path::{Path, PathBuf};
use std::slice::Iter;

use backtest::{Recording, Stream};
use depth::Depth;
use search::Span;
use tape::{DataError, Loaded, ReadOptions, Rows, SeriesData, Tape};
use types::{Decimal, DecimalError, InstrumentId, Price, Rounding, Seen, Signal, Tick, Time};

use crate::config::{DataConfig, Source};
use crate::{Failure, window};

/// The daily BTCUSDT bars that every build carries, for a first run without any file.
const SAMPLE: (&str, &str) = ("btcusdt_1d", include_str!("../examples/data/btcusdt_1d.csv"));

/// One instrument's data.
pub(crate) struct InstrumentData {
    /// Without its rows where these are on a tape of ticks.
    pub(crate) market: Loaded,
    /// Ticks that stay in their file, of which only a window is in memory.
    tape: Option<Tape>,
    pub(crate) funding: Option<Loaded>,
    /// Mark prices and when they were known; empty where none are named.
    marks: Vec<(Time, Price)>,
    /// Signals from outside; empty where none are named.
    pub(crate) signals: Vec<Signal>,
}

/// Ticks, from memory or from a mapped tape.
#[derive(Debug, Clone)]
pub(crate) enum Ticks<'a> {
    Held(Copied<Iter<'a, Tick>>),
    Mapped(Rows<'a, Tick>),
}

impl Iterator for Ticks<'_> {
    type Item = Tick;

    #[inline]
    fn next(&mut self) -> Option<Tick> {
        match self {
            Self::Held(rows) => rows.next(),
            Self::Mapped(rows) => rows.next(),
        }
    }
}

impl InstrumentData {
    /// Everything that a configuration names for an instrument.
    pub(crate) fn load(
        source: &Source,
        config: &DataConfig,
        instead: Option<&Path>,
        options: &ReadOptions,
        symbol: &str,
    ) -> Result<Self, Failure> {
        let named = |path: &String| source.folder.join(path);
        let (market, tape) = market(source, config, instead, options, symbol)?;
        let funding = config.funding.as_ref().map(|path| funding(&named(path))).transpose()?;
        let tick_size = market.series.grid.tick_size;
        let marks = config.mark.as_ref().map(|path| marks(&named(path), tick_size)).transpose()?;
        let marks = marks.unwrap_or_default();
        let signals = match &config.signals {
            Some(path) => tape::read_signals(&named(path)).map_err(Failure::data)?,
            None => Vec::new(),
        };
        Ok(Self { market, tape, funding, marks, signals })
    }

    /// Market events, of all kinds.
    pub(crate) fn events(&self) -> u64 {
        let rows = |loaded: &Loaded| loaded.series.data.len() as u64;
        let market = self.tape.as_ref().map_or_else(|| rows(&self.market), Tape::len);
        let beside = self.marks.len() + self.signals.len();
        market + self.funding.as_ref().map_or(0, rows) + beside as u64
    }

    /// All but ticks, each kind as a stream.
    pub(crate) fn streams(&self, id: InstrumentId) -> Vec<Stream<'_>> {
        let mut streams: Vec<Stream<'_>> = Vec::new();
        streams.extend(self.funding.as_ref().and_then(|funding| stream(id, &funding.series.data)));
        if !self.marks.is_empty() {
            streams.push(Stream::Marks(id, self.marks.iter()));
        }
        if !self.signals.is_empty() {
            streams.push(Stream::Signals(id, self.signals.iter()));
        }
        streams.extend(stream(id, &self.market.series.data));
        streams
    }

    /// Whether an order book was recorded.
    pub(crate) const fn is_recording(&self) -> bool {
        matches!(self.market.series.data, SeriesData::Ticks(_))
    }

    /// The ticks, where an order book was recorded.
    pub(crate) fn recording(
        &self,
        instrument: InstrumentId,
    ) -> Result<Option<Recording<Ticks<'_>>>, Failure> {
        let SeriesData::Ticks(rows) = &self.market.series.data else { return Ok(None) };
        let (rows, in_one_order) = match &self.tape {
            Some(tape) => (Ticks::Mapped(tape.ticks().map_err(Failure::data)?), tape.in_one_order()),
            None => (Ticks::Held(rows.iter().copied()), rows.iter().all(|tick| tick.seen == Seen::Both)),
        };
        Ok(Some(Recording { instrument, rows, in_one_order }))
    }

    /// The first price that a run could know, of all data or of a stretch of it: what ranges of prices are laid around.
    pub(crate) fn first_price(&self, window: Option<Span>) -> Option<Price> {
        if !self.is_recording() {
            return window::first_price(&self.market.series.data, window);
        }
        let mut book = Depth::new();
        let mut rows = self.recording(InstrumentId(0)).ok()??.rows;
        let quote = rows.find_map(|tick| {
            book.apply(&tick);
            book.quote(tick.local_time)
        })?;
        Some(Price::from_ticks(i64::midpoint(quote.bid.ticks(), quote.ask.ticks())))
    }
}

/// The rows as market events. Ticks of an order book are replayed instead.
fn stream(id: InstrumentId, data: &SeriesData) -> Option<Stream<'_>> {
    Some(match data {
        SeriesData::Bars(rows) => Stream::Bars(id, rows.iter()),
        SeriesData::Trades(rows) => Stream::Trades(id, rows.iter()),
        SeriesData::Quotes(rows) => Stream::Quotes(id, rows.iter()),
        SeriesData::Funding(rows) => Stream::Funding(id, rows.iter()),
        SeriesData::Ticks(_) => return None,
    })
}

/// The market's data, and the tape that its ticks stay on.
fn market(
    source: &Source,
    config: &DataConfig,
    instead: Option<&Path>,
    options: &ReadOptions,
    symbol: &str,
) -> Result<(Loaded, Option<Tape>), Failure> {
    let loaded = match (instead, &config.path, config.builtin.as_deref()) {
        (Some(path), ..) => named(path, options),
        (None, Some(path), None) => named(&source.folder.join(path), options),
        (None, None, Some(name)) if name == SAMPLE.0 => {
            tape::read_bytes("built-in data btcusdt_1d", SAMPLE.1.as_bytes(), options)
                .map(|loaded| (loaded, None))
        }
        (None, None, Some(name)) => {
            let what = format!(
                "instrument {symbol}: data.builtin: there is no built-in data `{name}`; there is {}",
                SAMPLE.0
            );
            return Err(Failure::config(format!("{}: {what}", source.place_of("builtin"))));
        }
        (None, None, None) => {
            let what =
                format!("instrument {symbol} has no data; set data.path to a file or folder, or give --data");
            return Err(Failure::config(format!("{}: {what}", source.name)));
        }
        (None, Some(_), Some(_)) => {
            let what = format!("instrument {symbol}: set data.path or data.builtin, not both");
            return Err(Failure::config(format!("{}: {what}", source.name)));
        }
    };
    let (loaded, tape) = loaded.map_err(Failure::data)?;
    if matches!(loaded.series.data, SeriesData::Funding(_)) {
        let what =
            "funding rates alone are no market; name bars, trades or quotes, and these under data.funding";
        return Err(Failure::data(format!("{}: {what}", loaded.inspection.file)));
    }
    Ok((loaded, tape))
}

/// A file, or the files of a folder. One tape of ticks stays where it is.
fn named(path: &Path, options: &ReadOptions) -> Result<(Loaded, Option<Tape>), DataError> {
    let files = files(path)?;
    if let [only] = files.as_slice()
        && let Some(tape) = Tape::of_ticks(only)?
    {
        let loaded = Loaded { series: tape.like(), inspection: tape.inspect()? };
        return Ok((loaded, Some(tape)));
    }
    Ok((tape::read_all(&files, options)?, None))
}

fn funding(path: &Path) -> Result<Loaded, Failure> {
    let loaded = tape::read(path, &ReadOptions::default()).map_err(Failure::data)?;
    match loaded.series.data {
        SeriesData::Funding(_) => Ok(loaded),
        other => Err(Failure::data(format!(
            "{}: data.funding names a file of {}, not of funding rates",
            path.display(),
            other.kind()
        ))),
    }
}

/// Mark prices: bars of them, whose closes count. They are finer than prices at which one can trade, and rounded to the nearest.
fn marks(path: &Path, tick_size: Decimal) -> Result<Vec<(Time, Price)>, Failure> {
    let loaded = tape::read(path, &ReadOptions::default()).map_err(Failure::data)?;
    let file = path.display();
    let SeriesData::Bars(bars) = &loaded.series.data else {
        let kind = loaded.series.data.kind();
        return Err(Failure::data(format!(
            "{file}: data.mark names a file of {kind}, not of bars of mark prices"
        )));
    };
    let unit = loaded.series.grid.tick_size;
    let rounded = |price: Price| {
        let value = Decimal::new(unit.mantissa() * i128::from(price.ticks()), unit.scale())?;
        value.count_of_rounded(tick_size, Rounding::HalfEven).map(Price::from_ticks)
    };
    let rows = bars.iter().map(|bar| Ok((bar.close_time, rounded(bar.close)?)));
    rows.collect::<Result<_, DecimalError>>()
        .map_err(|error| Failure::data(format!("{file}: a mark price: {error}")))
}

/// The file itself, or every file of a folder, by name.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    let failed = |why: String| DataError::Open { file: path.display().to_string(), why };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(|error| failed(error.to_string()))? {
        let entry = entry.map_err(|error| failed(error.to_string()))?.path();
        let hidden = entry.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if entry.is_file() && !hidden {
            files.push(entry);
        }
    }
    files.sort();
    if files.is_empty() { Err(failed("the folder holds no file".to_owned())) } else { Ok(files) }
}
