//! Properties of the importers: no bytes make them panic, and what they accept is sound and survives writing and reading again.
//!
//! An ordinary test of the room of tapes runs the same over the seeds, so this needs nothing but that room.

use quantmesh_tape::{
    Kind, Loaded, ReadOptions, Row, Series, SeriesData, Tape, read_bytes, read_signals_bytes, write,
    write_csv,
};
use types::{Price, Qty, Tick, Time};

/// Formats of text and the first bytes of such a file: targets put them in front, so that no input goes to another importer.
pub const TEXTS: [(&str, &str); 10] = [
    (
        "klines",
        "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,ignore\n",
    ),
    ("trades", "id,price,qty,quote_qty,time,is_buyer_maker\n"),
    ("agg_trades", "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"),
    (
        "book_ticker",
        "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time\n",
    ),
    ("funding", "calc_time,funding_interval_hours,last_funding_rate,mark_price\n"),
    ("binance_lines", "17000000000"),
    ("bybit_lines", "{\"topic\":\"orderbook."),
    ("binance_depth", "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n"),
    ("tardis_changes", "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"),
    (
        "tardis_snapshots",
        "exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount\n",
    ),
];

/// The first line of an export of ticks.
pub const OWN: &str = "venue_time,local_time,kind,side,price,quantity,seen\n";

/// The bytes as they are. Says, as those below, whether they were accepted.
pub fn any(bytes: &[u8]) -> bool {
    let (bytes, options) = options(bytes);
    whole(bytes, &options, true)
}

/// The bytes below the first line of a text format.
pub fn text(format: &str, bytes: &[u8]) -> bool {
    let head = if format == "own_export" {
        Some(OWN)
    } else {
        TEXTS.iter().find(|known| known.0 == format).map(|known| known.1)
    };
    let (bytes, options) = options(bytes);
    whole(&[head.unwrap_or_default().as_bytes(), bytes].concat(), &options, true)
}

/// The bytes as records of a NumPy array that says it is of hftbacktest's events.
pub fn events(bytes: &[u8]) -> bool {
    let (bytes, options) = options(bytes);
    let records = &bytes[..bytes.len() / 64 * 64];
    let fields = "('ev', '<u8'), ('exch_ts', '<i8'), ('local_ts', '<i8'), ('px', '<f8'), ('qty', '<f8'), ('order_id', '<u8'), ('ival', '<i8'), ('fval', '<f8')";
    let head =
        format!("{{'descr': [{fields}], 'fortran_order': False, 'shape': ({},), }}\n", records.len() / 64);
    let length = u16::try_from(head.len()).expect("it is short").to_le_bytes();
    whole(&[b"\x93NUMPY\x01\x00".as_slice(), &length, head.as_bytes(), records].concat(), &options, true)
}

/// Signals.
pub fn signals(bytes: &[u8]) -> bool {
    let Ok(signals) = read_signals_bytes("x", bytes) else { return false };
    assert!(!signals.is_empty() && signals.is_sorted_by_key(|signal| signal.time));
    true
}

/// A whole file. A tape that somebody made is taken at its word about the order of its rows, everything else is looked at.
pub fn whole(bytes: &[u8], options: &ReadOptions, checked: bool) -> bool {
    let Ok(loaded) = read_bytes("x", bytes, options) else { return false };
    if checked && !holds_tape(bytes) {
        sound(&loaded);
    }
    comes_back(&loaded.series);
    true
}

/// Bytes that are a tape, or that may hold one.
fn holds_tape(bytes: &[u8]) -> bool {
    [b"QMTAPE".as_slice(), b"PK", b"\x1f\x8b"].iter().any(|begin| bytes.starts_with(begin))
}

/// The last byte chooses what the caller knows better; the end of a line chooses nothing.
fn options(bytes: &[u8]) -> (&[u8], ReadOptions) {
    let Some((choice, bytes)) = bytes.split_last() else { return (bytes, ReadOptions::default()) };
    let step = |bit: u8, text: &str| (choice & bit != 0).then(|| text.parse().expect("a number"));
    let options = ReadOptions {
        tick_size: step(16, "0.1"),
        lot_size: step(16, "0.001"),
        column_prefix: None,
        without_best: choice & 32 != 0,
        base_latency_ns: if choice & 64 == 0 { 0 } else { 1_000 },
    };
    (bytes, options)
}

/// What was accepted may be stood upon.
fn sound(loaded: &Loaded) {
    let (data, found) = (&loaded.series.data, &loaded.inspection);
    assert!(!data.is_empty() && found.usable(), "what is not usable is refused");
    assert_eq!(found.rows, data.len() as u64, "all rows are counted");
    let positive = |price: Price| assert!(price.ticks() > 0, "a price of zero or below");
    match data {
        SeriesData::Bars(bars) => {
            assert!(bars.is_sorted_by(|one, two| one.open_time < two.open_time), "bars go forward");
            for bar in bars {
                positive(bar.low);
                let inside = [bar.open, bar.close].iter().all(|price| (bar.low..=bar.high).contains(price));
                assert!(inside && bar.volume.lots() >= 0, "{bar:?}");
            }
        }
        SeriesData::Trades(trades) => {
            assert!(trades.is_sorted_by_key(|trade| trade.time), "trades go forward");
            trades.iter().for_each(|trade| positive(trade.price));
        }
        SeriesData::Quotes(quotes) => {
            assert!(quotes.is_sorted_by_key(|quote| quote.time), "quotes go forward");
            for quote in quotes {
                positive(quote.bid);
                assert!(quote.bid <= quote.ask, "{quote:?}");
            }
        }
        SeriesData::Funding(rows) => assert!(rows.is_sorted_by(|one, two| one.time < two.time)),
        SeriesData::Ticks(ticks) => {
            let venue = ticks.iter().filter(|tick| tick.for_venue()).map(|tick| tick.venue_time);
            let ours = ticks.iter().filter(|tick| tick.for_us()).map(|tick| tick.local_time);
            assert!(venue.is_sorted() && ours.is_sorted(), "ticks go forward for both readers");
            for tick in ticks {
                positive(tick.price);
                assert!(tick.qty.lots() >= 0 && tick.local_time >= tick.venue_time, "{tick:?}");
            }
        }
    }
}

/// A series that was written as a tape is the same series, and so is one that was exported as text.
pub fn comes_back(series: &Series) {
    // One file for each thread of tests.
    let name = format!("quantmesh-fuzz-{}-{:?}.qmt", std::process::id(), std::thread::current().id());
    let place = std::env::temp_dir().join(name);
    if write(&place, series).is_err() {
        return;
    }
    let bytes = std::fs::read(&place).expect("it was written");
    std::fs::remove_file(&place).expect("it is there");
    let tape = Tape::from_bytes("x", bytes).expect("what was written is a tape");
    assert_eq!(tape.verify().faults, [""; 0]);
    let back = tape.load().expect("it was verified").series;
    assert_eq!(&back, series, "the tape is another");
    let rows = tape.any_rows().expect("it was verified");
    if !rows.clone().all(|row| is_plain(&row, series)) {
        return;
    }
    let mut text = Vec::new();
    write_csv(rows, kind(series), series.grid, &mut text).expect("memory takes everything");
    let grid = series.grid;
    let options = ReadOptions {
        tick_size: Some(grid.tick_size),
        lot_size: Some(grid.lot_size),
        ..ReadOptions::default()
    };
    let shown = String::from_utf8_lossy(&text).into_owned();
    match read_bytes("x", &text, &options) {
        Ok(back) => assert_eq!(back.series.data, series.data, "the export is another: {shown}"),
        Err(error) => panic!("the export is refused: {error}\n{shown}"),
    }
}

fn kind(series: &Series) -> Kind {
    series.data.kind()
}

/// Whether a row has times of this age and numbers of few digits: what lies beyond is read as another unit, or as noise.
fn is_plain(row: &Row, series: &Series) -> bool {
    let now = |time: Time| (1_000_000_000_000_000_000..4_000_000_000_000_000_000).contains(&time.nanos());
    let few = |count: i64, step: i128| (i128::from(count) * step).unsigned_abs() < 1_000_000_000_000_000;
    let price = |price: Price| price.ticks() > 0 && few(price.ticks(), series.grid.tick_size.mantissa());
    let qty = |qty: Qty| qty.lots() >= 0 && few(qty.lots(), series.grid.lot_size.mantissa());
    let steps = [series.grid.tick_size, series.grid.lot_size];
    if steps.iter().any(|step| step.mantissa() <= 0) {
        return false;
    }
    match row {
        Row::Bar(bar) => {
            let prices = [bar.open, bar.high, bar.low, bar.close];
            let inside = [bar.open, bar.close].iter().all(|price| (bar.low..=bar.high).contains(price));
            now(bar.open_time)
                && now(bar.close_time)
                && prices.into_iter().all(price)
                && qty(bar.volume)
                && inside
        }
        Row::Trade(trade) => now(trade.time) && price(trade.price) && qty(trade.qty),
        Row::Quote(quote) => {
            now(quote.time)
                && price(quote.bid)
                && price(quote.ask)
                && qty(quote.bid_qty)
                && qty(quote.ask_qty)
                && quote.bid <= quote.ask
        }
        // Mark prices are exported, and not read back.
        Row::Funding(row) => now(row.time) && row.mark.is_none() && few(row.rate.nanos(), 1),
        Row::Tick(Tick { venue_time, local_time, price: at, qty: lots, .. }) => {
            now(*venue_time) && now(*local_time) && local_time >= venue_time && price(*at) && qty(*lots)
        }
    }
}

/// The bytes as a Parquet file.
pub fn parquet(bytes: &[u8]) -> bool {
    let (bytes, options) = options(bytes);
    whole(&[b"PAR1", bytes].concat(), &options, true)
}
