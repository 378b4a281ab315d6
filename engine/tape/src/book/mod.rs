//! Recordings of order books to ticks: each format has a reader, and all of them end the same way here.

mod binance;
mod bybit;
mod clock;
mod findings;
mod gather;
mod hft;
mod order;
mod sync;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use hft::is_array;

pub use clock::Clock;
pub use findings::BookFindings;
pub(crate) use order::join as join_ticks;

use gather::Gathered;
use types::{Decimal, Price, Qty, Seen, Time};

use crate::inspect::Inspection;
use crate::layout::Kind;
use crate::ratio::Ratio;
use crate::{DataError, Grid, Loaded, ReadOptions, Series, SeriesData};

/// A format of recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `<local time> <message of Binance>`.
    BinanceLines,
    /// Bybit's archive.
    BybitLines,
    /// Binance's T_DEPTH.
    BinanceDepth,
    /// Tardis' incremental_book_L2.
    TardisChanges,
    /// Tardis' book_snapshot files.
    TardisSnapshots,
    /// hftbacktest's events.
    HftEvents,
    /// What `data export` writes.
    Own,
}

impl Format {
    /// Knows a format by a file's first line.
    pub(crate) fn of(line: &str) -> Option<Self> {
        let recorded = line.split_once(' ').is_some_and(|(time, message)| {
            time.bytes().all(|byte| byte.is_ascii_digit()) && message.starts_with('{')
        });
        let names: Vec<&str> = line.trim_end().split(',').collect();
        let has = |wanted: &[&str]| wanted.iter().all(|name| names.contains(name));
        [
            (recorded, Self::BinanceLines),
            (line.starts_with("{\"topic\":\"orderbook."), Self::BybitLines),
            (has(&["first_update_id", "update_type", "side", "price", "qty"]), Self::BinanceDepth),
            (has(&["local_timestamp", "is_snapshot", "side", "price", "amount"]), Self::TardisChanges),
            (has(&["local_timestamp", "asks[0].price", "bids[0].price"]), Self::TardisSnapshots),
            (has(&["venue_time", "local_time", "kind", "side", "seen"]), Self::Own),
        ]
        .into_iter()
        .find_map(|(is, format)| is.then_some(format))
    }
}

/// Reads a recording to the end: on its grid, with a local clock that is not behind, in the order of both readers.
pub(crate) fn load(
    file: String,
    format: Format,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<Loaded, DataError> {
    let gathered = match format {
        Format::BinanceLines => binance::read(bytes, options.without_best),
        Format::BybitLines => bybit::read(bytes),
        Format::BinanceDepth => table::binance_depth(bytes),
        Format::TardisChanges => table::tardis_changes(bytes),
        Format::TardisSnapshots => table::tardis_snapshots(bytes),
        Format::Own => table::own(bytes),
        Format::HftEvents => {
            hft::read(bytes).map_err(|what| DataError::Layout { file: file.clone(), what })?
        }
    };
    finish(file, gathered, options)
}

fn finish(file: String, mut gathered: Gathered, options: &ReadOptions) -> Result<Loaded, DataError> {
    let mut inspection = Inspection::new(file.clone(), Kind::Ticks);
    inspection.malformed = gathered.bad;
    inspection.first_malformed = gathered.first_bad.take();
    let row = |line: u64, what: String| DataError::Row { file: file.clone(), line, what };
    let grid =
        put_on_grid(&mut gathered, options, &mut inspection).map_err(|(line, what)| row(line, what))?;
    (inspection.tick_size, inspection.lot_size) = (grid.tick_size.to_string(), grid.lot_size.to_string());
    fill_times(&mut gathered);
    let clock = clock::correct(&mut gathered.ticks, options.base_latency_ns).map_err(|what| row(1, what))?;
    let messages = std::mem::take(&mut gathered.found);
    let mut findings = BookFindings::of(messages, &gathered.ticks, clock);
    let ticks = std::mem::take(&mut gathered.ticks);
    // What was arranged before stays as it is: tapes that were exported, and hftbacktest's events.
    let arranged = ticks.iter().any(|tick| tick.seen != Seen::Both);
    let (ticks, twice) = if arranged {
        if let Some((at, whose)) = order::check(&ticks) {
            let what = format!("{whose} time goes backward; export or convert the data again");
            return Err(row(gathered.line_of(at), what));
        }
        let twice = ticks.iter().filter(|tick| !tick.for_us()).count() as u64;
        (ticks, twice)
    } else {
        order::arrange(ticks)
    };
    findings.rows_twice = twice;
    inspection.rows = ticks.len() as u64;
    let local = |pick: fn(i64, i64) -> i64| ticks.iter().map(|tick| tick.local_time.nanos()).reduce(pick);
    inspection.span = local(i64::min)
        .zip(local(i64::max))
        .map(|(first, last)| (Time::from_nanos(first), Time::from_nanos(last)));
    inspection.book = Some(findings);
    let data = SeriesData::Ticks(ticks);
    let series = Series {
        data,
        grid,
        interval: None,
        symbol: gathered.symbol.take(),
        has_volume: true,
        clock_shift: clock.shift,
    };
    Ok(Loaded { series, inspection })
}

/// Counts in ticks and lots. Prices and quantities off the grid that was asked for are counted as faults.
fn put_on_grid(
    gathered: &mut Gathered,
    options: &ReadOptions,
    inspection: &mut Inspection,
) -> Result<Grid, (u64, String)> {
    let step =
        |asked: Option<Decimal>, scale| asked.unwrap_or_else(|| Decimal::new(1, scale).unwrap_or_default());
    let (price_scale, quantity_scale) = (gathered.price_scale, gathered.quantity_scale);
    let grid = Grid {
        tick_size: step(options.tick_size, price_scale),
        lot_size: step(options.lot_size, quantity_scale),
    };
    let tick = Ratio::new(price_scale, grid.tick_size);
    let lot = Ratio::new(quantity_scale, grid.lot_size);
    let mut ticks = std::mem::take(&mut gathered.ticks);
    for (at, row) in ticks.iter_mut().enumerate() {
        let (price, qty) = (row.price.ticks(), row.qty.lots());
        if price <= 0 {
            inspection.not_positive += 1;
            inspection.first_not_positive.get_or_insert_with(|| gathered.line_of(at));
        }
        if qty < 0 {
            inspection.unsound += 1;
            inspection.first_unsound.get_or_insert_with(|| gathered.line_of(at));
        }
        if !tick.divides(price) {
            let shown = Decimal::new(i128::from(price), price_scale).unwrap_or_default();
            inspection.off_tick += 1;
            inspection.first_off_tick.get_or_insert_with(|| (gathered.line_of(at), shown.to_string()));
        }
        if !lot.divides(qty) {
            let shown = Decimal::new(i128::from(qty), quantity_scale).unwrap_or_default();
            inspection.off_lot += 1;
            inspection.first_off_lot.get_or_insert_with(|| (gathered.line_of(at), shown.to_string()));
        }
        let (price, qty) = (tick.count(price), lot.count(qty));
        if price == i64::MAX || qty == i64::MAX {
            let what = "a number is too large for this tick or lot size; set a coarser one".to_owned();
            return Err((gathered.line_of(at), what));
        }
        (row.price, row.qty) = (Price::from_ticks(price), Qty::from_lots(qty));
    }
    gathered.ticks = ticks;
    Ok(grid)
}

/// Rows before the first time that the venue said get that one; where it never says one, the local time stands for it.
fn fill_times(gathered: &mut Gathered) {
    let first = gathered.ticks.iter().map(|tick| tick.venue_time).find(|time| *time != gather::UNKNOWN);
    for tick in &mut gathered.ticks {
        if tick.venue_time == gather::UNKNOWN {
            tick.venue_time = first.unwrap_or(tick.local_time);
        }
    }
}
