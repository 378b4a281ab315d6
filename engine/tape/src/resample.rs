//! Bars from trades, and longer bars from shorter ones, on boundaries of UTC; a stretch without data stays one.

use types::{Bar, Price, Qty, Seen, Tick, TickKind, Time, Trade};

use crate::{Kind, Series, SeriesData};

/// A day in nanoseconds.
const DAY: i64 = 86_400_000_000_000;

/// What came out of resampling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resampled {
    /// The bars.
    pub series: Series,
    /// Bars that were made of fewer bars than fit into them: at the ends, and beside gaps.
    pub partial: u64,
}

/// Makes bars of `interval` nanoseconds of trades, of the trades of a recorded order book, or of shorter bars.
///
/// Bars begin at whole multiples of the interval since 1970-01-01T00:00:00Z; those of whole weeks begin on a Monday. A bar in which
/// nothing happened is not made up. Trades of a recording are taken by the venue's time.
///
/// # Errors
/// A text: the interval does not suit the data, bars cross a boundary, or a volume grows too large.
pub fn resample(series: &Series, interval: i64) -> Result<Resampled, String> {
    if interval <= 0 {
        return Err("an interval must be above zero".to_owned());
    }
    let mut made = Making { interval, bars: Vec::new(), parts: 0, full: 1, partial: 0 };
    match &series.data {
        SeriesData::Trades(trades) => trades.iter().try_for_each(|trade| made.trade(trade))?,
        SeriesData::Ticks(ticks) => {
            ticks.iter().filter_map(trade_of).try_for_each(|trade| made.trade(&trade))?
        }
        SeriesData::Bars(bars) => {
            let step = series.interval.ok_or("the length of the bars is not known: there is only one")?;
            if interval % step != 0 || interval == step {
                let (one, other) = (step / 1_000_000_000, interval / 1_000_000_000);
                return Err(format!(
                    "bars of {one} s can't be made into bars of {other} s; name a multiple of theirs"
                ));
            }
            made.full = interval / step;
            bars.iter().try_for_each(|bar| made.bar(bar))?;
        }
        SeriesData::Quotes(_) | SeriesData::Funding(_) => {
            return Err(format!(
                "{} can't be made into bars; trades, ticks and bars can",
                series.data.kind()
            ));
        }
    }
    made.close();
    let bars = SeriesData::Bars(made.bars);
    let interval = Some(interval);
    let series =
        Series { data: bars, interval, symbol: series.symbol.clone(), clock_shift: 0, ..shape(series) };
    Ok(Resampled { series, partial: made.partial })
}

/// The series' grid and flags, without its rows.
fn shape(series: &Series) -> Series {
    let has_volume = series.has_volume || series.data.kind() != Kind::Bars;
    let data = SeriesData::Bars(Vec::new());
    Series { data, grid: series.grid, interval: None, symbol: None, has_volume, clock_shift: 0 }
}

fn trade_of(tick: &Tick) -> Option<Trade> {
    match tick.kind {
        TickKind::Trade(taker) if tick.seen != Seen::ByUs => {
            Some(Trade { time: tick.venue_time, price: tick.price, qty: tick.qty, taker })
        }
        _ => None,
    }
}

struct Making {
    interval: i64,
    bars: Vec<Bar>,
    /// Of how many bars the last one was made, and of how many it would be.
    parts: i64,
    full: i64,
    partial: u64,
}

impl Making {
    /// When the bar begins that a time lies in.
    fn start(&self, time: Time) -> Result<i64, String> {
        // 1970-01-05 was the first Monday.
        let origin = if self.interval % (7 * DAY) == 0 { 4 * DAY } else { 0 };
        let far = || "a time is too far away".to_owned();
        let since = time.nanos().checked_sub(origin).ok_or_else(far)?;
        since
            .div_euclid(self.interval)
            .checked_mul(self.interval)
            .and_then(|start| start.checked_add(origin))
            .ok_or_else(far)
    }

    fn trade(&mut self, trade: &Trade) -> Result<(), String> {
        self.add(trade.time, [trade.price; 4], trade.qty)
    }

    fn bar(&mut self, bar: &Bar) -> Result<(), String> {
        let end = self.start(bar.open_time)?.saturating_add(self.interval);
        if bar.close_time.nanos() > end {
            let (from, boundary) = (crate::show_time(bar.open_time), crate::show_time(Time::from_nanos(end)));
            return Err(format!(
                "the bar of {from} goes over the boundary at {boundary}: the bars don't lie on boundaries of UTC"
            ));
        }
        self.add(bar.open_time, [bar.open, bar.high, bar.low, bar.close], bar.volume)
    }

    fn add(&mut self, time: Time, [open, high, low, close]: [Price; 4], volume: Qty) -> Result<(), String> {
        let start = Time::from_nanos(self.start(time)?);
        if let Some(bar) = self.bars.last_mut().filter(|bar| bar.open_time == start) {
            bar.high = bar.high.max(high);
            bar.low = bar.low.min(low);
            bar.close = close;
            bar.volume = bar.volume.plus(volume).map_err(|error| error.to_string())?;
            self.parts += 1;
            return Ok(());
        }
        self.close();
        let close_time = Time::from_nanos(start.nanos().saturating_add(self.interval));
        self.bars.push(Bar { open_time: start, close_time, open, high, low, close, volume });
        self.parts = 1;
        Ok(())
    }

    /// The last bar gets nothing more.
    fn close(&mut self) {
        self.partial += u64::from(!self.bars.is_empty() && self.parts < self.full);
    }
}
