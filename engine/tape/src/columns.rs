//! Files of plain columns: bars, trades, quotes and funding, checked and counted in whole ticks and lots.

use std::collections::HashMap;

use types::{Bar, Decimal, Funding, Price, Qty, Quote, Rate, Time, Trade};

use crate::inspect::Step;
use crate::layout::Layout;
use crate::ratio::Ratio;
use crate::rows::{Row, Rows};
use crate::{DataError, Grid, Inspection, Kind, Loaded, ReadOptions, Series, SeriesData};

/// The series of a file whose columns are known.
pub(crate) fn assemble(
    file: String,
    layout: &Layout,
    rows: &Rows,
    options: &ReadOptions,
) -> Result<Loaded, DataError> {
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
    let series = Series { data, grid, interval, symbol: None, has_volume: rows.has_quantity, clock_shift: 0 };
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
        list.iter()
            .zip(list.iter().skip(1))
            .for_each(|(one, two)| inspection.note_gap(interval, one.time, two.time));
    }
}

/// Prices above zero, highs highest, lows lowest, bids under asks.
fn prices(rows: &Rows, kind: Kind, inspection: &mut Inspection) {
    let used = match kind {
        Kind::Bars => 4,
        Kind::Trades => 1,
        Kind::Quotes => 2,
        Kind::Funding | Kind::Ticks => return,
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
            Kind::Trades | Kind::Funding | Kind::Ticks => false,
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
                if !tick.divides(price) {
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
            Kind::Ticks => SeriesData::Ticks(Vec::new()),
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
