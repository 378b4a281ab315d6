//! The tape: a versioned, checksummed file of fixed-size little-endian records.
//!
//! | bytes | what |
//! | --- | --- |
//! | 0–7 | `QMTAPE01`: magic and version |
//! | 8 | kind: 1 bars, 2 trades, 3 quotes, 4 funding |
//! | 9 | flags: bit 0 set when the source gave volumes |
//! | 10–11 | length of the symbol in bytes |
//! | 12–13 | decimals of the tick size, decimals of the lot size |
//! | 14–15 | zero |
//! | 16–31 | mantissas of tick size and lot size, two i64 |
//! | 32–39 | nanoseconds a bar covers, i64; 0 for none |
//! | 40–47 | count of records, u64 |
//! | 48–51 | CRC-32 of the records |
//! | 52–55 | CRC-32 of bytes 0–51 and the symbol |
//! | 56–… | the symbol, UTF-8, filled up with zeros to a multiple of 8 |
//! | … | records: bars 7 × i64 (open time, close time, open, high, low, close, volume), trades 4 × i64 (time, price, quantity, taker: 0 unknown, 1 buy, 2 sell), quotes 5 × i64 (time, bid, its quantity, ask, its quantity), funding 3 × i64 (time, rate in 10⁻⁹, mark price in ticks or the smallest i64 for none) |

use std::fs::File;
use std::io::Write;
use std::path::Path;

use types::{Bar, Decimal, Funding, Price, Qty, Quote, Rate, Side, Time, Trade};

use crate::{DataError, Grid, Inspection, Loaded, Series, SeriesData};

const MAGIC: &[u8; 8] = b"QMTAPE01";
const HEADER: usize = 56;
const NO_MARK: i64 = i64::MIN;

pub(crate) fn is_tape(bytes: &[u8]) -> bool {
    bytes.starts_with(b"QMTAPE")
}

/// Writes a tape. The file appears whole or not at all.
///
/// # Errors
/// [`DataError::Write`] names the file and what the system said.
pub fn write(path: &Path, series: &Series) -> Result<(), DataError> {
    let failed = |error: std::io::Error| DataError::Write { file: path.to_owned(), why: error.to_string() };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let bytes = encode(series);
    let written = File::create(&part)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&part, path));
    written
        .inspect_err(|_| {
            // The half-written part is of no use to anybody; if it can't be removed either, the first error says enough.
            let _ = std::fs::remove_file(&part);
        })
        .map_err(failed)
}

fn encode(series: &Series) -> Vec<u8> {
    let mut records = Vec::with_capacity(series.data.len() * 56);
    let mut put = |values: &[i64]| records.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    let kind = match &series.data {
        SeriesData::Bars(rows) => {
            rows.iter().for_each(|bar| put(&bar_values(bar)));
            1
        }
        SeriesData::Trades(rows) => {
            rows.iter().for_each(|trade| put(&trade_values(trade)));
            2
        }
        SeriesData::Quotes(rows) => {
            rows.iter().for_each(|q| {
                put(&[q.time.nanos(), q.bid.ticks(), q.bid_qty.lots(), q.ask.ticks(), q.ask_qty.lots()]);
            });
            3
        }
        SeriesData::Funding(rows) => {
            rows.iter()
                .for_each(|f| put(&[f.time.nanos(), f.rate.nanos(), f.mark.map_or(NO_MARK, Price::ticks)]));
            4
        }
        SeriesData::Ticks(_) => 5,
    };
    let symbol: &str = series.symbol.as_deref().unwrap_or_default();
    let length = u16::try_from(symbol.len()).unwrap_or(0);
    let symbol = symbol.get(..usize::from(length)).unwrap_or_default().as_bytes();
    let Grid { tick_size, lot_size } = series.grid;
    let mantissa = |step: Decimal| i64::try_from(step.mantissa()).unwrap_or(i64::MAX);
    let mut bytes = Vec::with_capacity(HEADER + symbol.len() + 8 + records.len());
    bytes.extend(MAGIC);
    bytes.extend([kind, u8::from(series.has_volume)]);
    bytes.extend(length.to_le_bytes());
    bytes.extend([tick_size.scale(), lot_size.scale(), 0, 0]);
    bytes.extend(mantissa(tick_size).to_le_bytes());
    bytes.extend(mantissa(lot_size).to_le_bytes());
    bytes.extend(series.interval.unwrap_or(0).to_le_bytes());
    bytes.extend((series.data.len() as u64).to_le_bytes());
    bytes.extend(crc32fast::hash(&records).to_le_bytes());
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes);
    hasher.update(symbol);
    bytes.extend(hasher.finalize().to_le_bytes());
    bytes.extend(symbol);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes.extend(records);
    bytes
}

fn bar_values(bar: &Bar) -> [i64; 7] {
    let prices = [bar.open, bar.high, bar.low, bar.close].map(Price::ticks);
    let [open, high, low, close] = prices;
    [bar.open_time.nanos(), bar.close_time.nanos(), open, high, low, close, bar.volume.lots()]
}

fn trade_values(trade: &Trade) -> [i64; 4] {
    let taker = match trade.taker {
        None => 0,
        Some(Side::Buy) => 1,
        Some(Side::Sell) => 2,
    };
    [trade.time.nanos(), trade.price.ticks(), trade.qty.lots(), taker]
}

/// Reads a tape back, holding both checksums against it.
pub(crate) fn decode(file: &str, bytes: &[u8]) -> Result<Loaded, DataError> {
    let fault = |what: &str| DataError::Tape { file: file.to_owned(), what: what.to_owned() };
    let damaged =
        || fault("the tape is damaged or cut short (its checksum does not match); import the data again");
    if !bytes.starts_with(MAGIC) {
        return Err(fault("the tape is of another version; import the data again with this program"));
    }
    let (head, rest) = bytes.split_at_checked(HEADER).ok_or_else(damaged)?;
    let long = |at: usize| head.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, i64::from_le_bytes);
    let short =
        |at: usize| head.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
    let byte = |at: usize| head.get(at).copied().unwrap_or_default();
    let length = usize::from(u16::from_le_bytes([byte(10), byte(11)]));
    let symbol = rest.get(..length).ok_or_else(damaged)?;
    let records = rest.get((HEADER + length).next_multiple_of(8) - HEADER..).ok_or_else(damaged)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head.get(..52).unwrap_or_default());
    hasher.update(symbol);
    if hasher.finalize() != short(52) || crc32fast::hash(records) != short(48) {
        return Err(damaged());
    }
    let step = |mantissa: i64, scale: u8| Decimal::new(i128::from(mantissa), scale).map_err(|_| damaged());
    let grid = Grid { tick_size: step(long(16), byte(12))?, lot_size: step(long(24), byte(13))? };
    let data = match byte(8) {
        1 => SeriesData::Bars(values(records).map(bar).collect()),
        2 => SeriesData::Trades(values(records).map(trade).collect()),
        3 => SeriesData::Quotes(values(records).map(quote).collect()),
        4 => SeriesData::Funding(values(records).map(funding).collect()),
        _ => return Err(fault("the tape holds a kind of data that this program does not know")),
    };
    if data.len() as u64 != u64::try_from(long(40)).unwrap_or(0) {
        return Err(damaged());
    }
    let symbol = std::str::from_utf8(symbol).ok().filter(|name| !name.is_empty()).map(str::to_owned);
    let interval = Some(long(32)).filter(|interval| *interval > 0);
    let has_volume = byte(9) & 1 == 1;
    let mut inspection = Inspection::new(file.to_owned(), data.kind());
    inspection.rows = data.len() as u64;
    inspection.interval = interval;
    inspection.span = data.time(0).zip(data.len().checked_sub(1).and_then(|last| data.time(last)));
    (inspection.tick_size, inspection.lot_size) = (grid.tick_size.to_string(), grid.lot_size.to_string());
    Ok(Loaded { series: Series { data, grid, interval, symbol, has_volume }, inspection })
}

/// The records as arrays of `N` numbers.
fn values<const N: usize>(records: &[u8]) -> impl Iterator<Item = [i64; N]> + '_ {
    records.chunks_exact(N * 8).map(|record| {
        let mut values = [0; N];
        for (value, bytes) in values.iter_mut().zip(record.as_chunks().0) {
            *value = i64::from_le_bytes(*bytes);
        }
        values
    })
}

fn bar([open_time, close_time, open, high, low, close, volume]: [i64; 7]) -> Bar {
    let [open, high, low, close] = [open, high, low, close].map(Price::from_ticks);
    let [open_time, close_time] = [open_time, close_time].map(Time::from_nanos);
    Bar { open_time, close_time, open, high, low, close, volume: Qty::from_lots(volume) }
}

fn trade([time, price, qty, taker]: [i64; 4]) -> Trade {
    let taker = match taker {
        1 => Some(Side::Buy),
        2 => Some(Side::Sell),
        _ => None,
    };
    Trade { time: Time::from_nanos(time), price: Price::from_ticks(price), qty: Qty::from_lots(qty), taker }
}

fn quote([time, bid, bid_qty, ask, ask_qty]: [i64; 5]) -> Quote {
    let ([bid, ask], [bid_qty, ask_qty]) =
        ([bid, ask].map(Price::from_ticks), [bid_qty, ask_qty].map(Qty::from_lots));
    Quote { time: Time::from_nanos(time), bid, bid_qty, ask, ask_qty }
}

fn funding([time, rate, mark]: [i64; 3]) -> Funding {
    let mark = if mark == NO_MARK { None } else { Some(Price::from_ticks(mark)) };
    Funding { time: Time::from_nanos(time), rate: Rate::from_nanos(rate), mark }
}
