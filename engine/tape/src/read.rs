//! From a file to a checked series.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use types::{Bar, Decimal, Funding, Price, Qty, Quote, Rate, Rounding, Time, Trade};

use crate::inspect::{Gap, Step};
use crate::layout::{Layout, LayoutError};
use crate::rows::{Row, Rows};
use crate::source::{Content, open, unpack};
use crate::{DataError, Grid, Inspection, Kind, Loaded, Series, SeriesData, qmt};

/// What the caller knows better than the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Price step; without it, the finest decimal step seen. A price off it is a fault.
    pub tick_size: Option<Decimal>,
    /// Quantity step; without it, the finest decimal step seen. Quantities are rounded half-even to it.
    pub lot_size: Option<Decimal>,
    /// Which columns of a file that holds several assets side by side: `BTC` for `BTC:open`.
    pub column_prefix: Option<String>,
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
    let layout = layout_of(&content, options)?;
    let rows = Rows::scan(&content.bytes, &layout);
    assemble(content.name, &layout, &rows, options)
}

fn layout_of(content: &Content, options: &ReadOptions) -> Result<Layout, DataError> {
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
    if line.starts_with(['{', '[']) {
        return Err(other("JSON"));
    }
    if line.contains(" {\"") {
        return Err(other("a recording of an exchange's messages"));
    }
    let cells: Vec<&str> = line.trim_end_matches('\r').split(',').collect();
    Layout::detect(&cells, options.column_prefix.as_deref()).map_err(|error| match error {
        LayoutError::Stranger(what) => other(what),
        LayoutError::Unclear(what) => DataError::Layout { file: file.clone(), what },
    })
}

fn assemble(file: String, layout: &Layout, rows: &Rows, options: &ReadOptions) -> Result<Loaded, DataError> {
    let mut inspection = Inspection::new(file.clone(), layout.kind);
    inspection.rows = rows.rows.len() as u64;
    inspection.snapped = rows.snapped;
    inspection.malformed = rows.bad;
    inspection.first_malformed = rows.first_bad.as_ref().map(|bad| (bad.line, bad.what.clone()));
    let grid = grid_of(layout.kind, rows, options);
    (inspection.tick_size, inspection.lot_size) = (grid.tick_size.to_string(), grid.lot_size.to_string());
    times(rows, layout.kind, &mut inspection);
    prices(rows, layout.kind, &mut inspection);
    let counted = Counted::new(rows, layout.kind, grid, &mut inspection);
    let counted = counted.map_err(|(line, what)| DataError::Row { file, line, what })?;
    let interval = inspection.interval.filter(|_| layout.kind == Kind::Bars || layout.at_bar_end);
    let data = counted.rows(layout, interval.unwrap_or(1));
    if let SeriesData::Bars(bars) = &data
        && rows.has_quantity
    {
        inspection.without_volume = bars.iter().filter(|bar| bar.volume.is_zero()).count() as u64;
    }
    let interval = interval.filter(|_| layout.kind == Kind::Bars);
    let series = Series { data, grid, interval, symbol: None, has_volume: rows.has_quantity };
    Ok(Loaded { series, inspection })
}

/// The grid that was asked for, or the finest that the file's numbers need.
fn grid_of(kind: Kind, rows: &Rows, options: &ReadOptions) -> Grid {
    let step = |scale: u8| Decimal::new(1, scale).unwrap_or_default();
    let scale = if kind == Kind::Funding { 0 } else { rows.price_scale };
    Grid {
        tick_size: options.tick_size.unwrap_or_else(|| step(scale)),
        lot_size: options.lot_size.unwrap_or_else(|| step(rows.quantity_scale)),
    }
}

/// Order, duplicates, interval and gaps.
fn times(rows: &Rows, kind: Kind, inspection: &mut Inspection) {
    let list = &rows.rows;
    inspection.span = list.first().zip(list.last()).map(|(first, last)| (first.time, last.time));
    let regular = matches!(kind, Kind::Bars | Kind::Funding);
    let mut steps: HashMap<i64, u64> = HashMap::new();
    let (mut last_step, mut run) = (0, 0);
    for (at, (one, two)) in list.iter().zip(list.iter().skip(1)).enumerate() {
        let step = two.time.nanos() - one.time.nanos();
        if step < 0 {
            inspection.backward += 1;
            let line = rows.line_of(at + 1);
            inspection.first_backward.get_or_insert(Step { line, from: one.time, to: two.time });
        } else if step == 0 && regular {
            inspection.duplicates += 1;
            inspection.first_duplicate.get_or_insert(rows.line_of(at + 1));
        } else if step == last_step {
            run += 1;
        } else {
            *steps.entry(last_step).or_default() += run;
            (last_step, run) = (step, 1);
        }
    }
    *steps.entry(last_step).or_default() += run;
    if kind == Kind::Trades {
        inspection.duplicates = rows.repeated_ids;
        inspection.first_duplicate = rows.first_repeated_id;
    }
    let common = steps.into_iter().filter(|(step, _)| *step > 0).max_by_key(|(step, count)| (*count, -*step));
    let Some((interval, _)) = common else { return };
    inspection.interval = Some(interval);
    if regular {
        gaps(list, interval, inspection);
    }
}

fn gaps(list: &[Row], interval: i64, inspection: &mut Inspection) {
    let mut longest = 0;
    for (one, two) in list.iter().zip(list.iter().skip(1)) {
        let step = two.time.nanos() - one.time.nanos();
        if step > interval + interval / 2 {
            inspection.gaps += 1;
            if step > longest {
                longest = step;
                inspection.longest_gap = Some(Gap { after: one.time, until: two.time });
            }
        }
    }
}

/// Prices above zero, highs highest, lows lowest, bids under asks.
fn prices(rows: &Rows, kind: Kind, inspection: &mut Inspection) {
    let used = match kind {
        Kind::Bars => 4,
        Kind::Trades => 1,
        Kind::Quotes => 2,
        Kind::Funding => return,
    };
    for (at, row) in rows.rows.iter().enumerate() {
        let [open, high, low, close] = row.prices;
        if row.prices.iter().take(used).any(|price| *price <= 0) {
            inspection.not_positive += 1;
            inspection.first_not_positive.get_or_insert_with(|| rows.line_of(at));
        }
        let unsound = match kind {
            Kind::Bars => high < open.max(close) || low > open.min(close),
            Kind::Quotes => open > high,
            Kind::Trades | Kind::Funding => false,
        };
        if unsound || row.quantities.iter().any(|quantity| *quantity < 0) {
            inspection.unsound += 1;
            inspection.first_unsound.get_or_insert_with(|| rows.line_of(at));
        }
    }
}

/// Rows counted in ticks and lots.
struct Counted<'r> {
    rows: &'r Rows,
    tick: Ratio,
    lot: Ratio,
}

/// `running unit / step` as a fraction: a value × up / down is a count of steps.
#[derive(Clone, Copy)]
struct Ratio {
    up: i128,
    down: i128,
}

impl Ratio {
    fn new(scale: u8, step: Decimal) -> Self {
        let power = |exponent: u8| 10_i128.checked_pow(u32::from(exponent)).unwrap_or(1);
        let common = scale.max(step.scale());
        Self { up: power(common - scale), down: step.mantissa().max(1) * power(common - step.scale()) }
    }

    const fn is_one(self) -> bool {
        self.up == 1 && self.down == 1
    }

    fn count(self, value: i64) -> i64 {
        if self.is_one() {
            return value;
        }
        let scaled = i128::from(value).saturating_mul(self.up);
        i64::try_from(types::div_round(scaled, self.down, Rounding::HalfEven)).unwrap_or(i64::MAX)
    }
}

impl<'r> Counted<'r> {
    /// Checks that every price lies on the grid and every count fits.
    fn new(
        rows: &'r Rows,
        kind: Kind,
        grid: Grid,
        inspection: &mut Inspection,
    ) -> Result<Self, (u64, String)> {
        let (tick, lot) =
            (Ratio::new(rows.price_scale, grid.tick_size), Ratio::new(rows.quantity_scale, grid.lot_size));
        let counted = Self { rows, tick, lot };
        if tick.is_one() && lot.is_one() || kind == Kind::Funding {
            return Ok(counted);
        }
        for (at, row) in rows.rows.iter().enumerate() {
            for price in row.prices {
                if i128::from(price).saturating_mul(tick.up) % tick.down != 0 {
                    let shown = Decimal::new(i128::from(price), rows.price_scale).unwrap_or_default();
                    inspection.off_tick += 1;
                    inspection.first_off_tick.get_or_insert_with(|| (rows.line_of(at), shown.to_string()));
                }
            }
            let largest =
                row.prices.into_iter().map(|p| tick.count(p)).chain(row.quantities.map(|q| lot.count(q)));
            if largest.into_iter().any(|count| count == i64::MAX) {
                let what = "a number is too large for this tick or lot size; set a coarser one".to_owned();
                return Err((rows.line_of(at), what));
            }
        }
        Ok(counted)
    }

    fn rows(&self, layout: &Layout, interval: i64) -> SeriesData {
        let list = self.rows.rows.iter();
        match layout.kind {
            Kind::Bars => {
                let next = list.clone().skip(1).map(|row| row.time.nanos()).chain([i64::MAX]);
                SeriesData::Bars(list.zip(next).map(|(row, next)| self.bar(row, next, interval)).collect())
            }
            Kind::Trades => SeriesData::Trades(list.map(|row| self.trade(row)).collect()),
            Kind::Quotes => {
                let later = if layout.at_bar_end { interval } else { 0 };
                SeriesData::Quotes(list.map(|row| self.quote(row, later)).collect())
            }
            Kind::Funding => SeriesData::Funding(list.map(|row| self.funding(row)).collect()),
        }
    }

    /// A bar ends an interval after it began, but never after the next one began.
    #[inline]
    fn bar(&self, row: &Row, next: i64, interval: i64) -> Bar {
        let start = row.time.nanos();
        let end = start.saturating_add(interval);
        let [open, high, low, close] = row.prices.map(|price| Price::from_ticks(self.tick.count(price)));
        Bar {
            open_time: row.time,
            close_time: Time::from_nanos(if next > start { end.min(next) } else { end }),
            open,
            high,
            low,
            close,
            volume: Qty::from_lots(self.lot.count(row.quantities[0])),
        }
    }

    fn trade(&self, row: &Row) -> Trade {
        Trade {
            time: row.time,
            price: Price::from_ticks(self.tick.count(row.prices[0])),
            qty: Qty::from_lots(self.lot.count(row.quantities[0])),
            taker: row.taker,
        }
    }

    fn quote(&self, row: &Row, later: i64) -> Quote {
        let [bid, ask, ..] = row.prices.map(|price| Price::from_ticks(self.tick.count(price)));
        let [bid_qty, ask_qty] = row.quantities.map(|quantity| Qty::from_lots(self.lot.count(quantity)));
        Quote { time: Time::from_nanos(row.time.nanos().saturating_add(later)), bid, bid_qty, ask, ask_qty }
    }

    fn funding(&self, row: &Row) -> Funding {
        let nanos = Ratio::new(self.rows.price_scale, Decimal::new(1, 9).unwrap_or_default());
        Funding { time: row.time, rate: Rate::from_nanos(nanos.count(row.prices[0])), mark: None }
    }
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
