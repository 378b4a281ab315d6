//! Order books from other formats: each is what its rows say, and what can't be is refused by line.
#![expect(
    clippy::unwrap_used,
    reason = "all of this binary is tests, which may stop where something is not as it should be"
)]

use std::io::Write;

use quantmesh_tape::{Inspection, ReadOptions, SeriesData, Tape, read, read_bytes, write, write_csv};
use testkit::shared_or_skip;
use types::{Seen, Side, Tick, TickKind};

/// A tick in short: venue time and local time in nanoseconds, what it says, price in ticks, lots.
type Short = (i64, i64, &'static str, i64, i64);

fn short(tick: &Tick) -> Short {
    let kind = match tick.kind {
        TickKind::Level(Side::Buy) => "bid",
        TickKind::Level(Side::Sell) => "ask",
        TickKind::Clear(Side::Buy) => "clear bids",
        TickKind::Clear(Side::Sell) => "clear asks",
        TickKind::Best(Side::Buy) => "best bid",
        TickKind::Best(Side::Sell) => "best ask",
        TickKind::Trade(Some(Side::Buy)) => "bought",
        TickKind::Trade(Some(Side::Sell)) => "sold",
        TickKind::Trade(None) => "trade",
    };
    (tick.venue_time.nanos(), tick.local_time.nanos(), kind, tick.price.ticks(), tick.qty.lots())
}

fn load(text: &[u8], options: &ReadOptions) -> Result<(Vec<Tick>, Inspection), String> {
    let loaded = read_bytes("x", text, options).map_err(|error| error.to_string())?;
    let SeriesData::Ticks(ticks) = loaded.series.data else { return Err("no ticks".to_owned()) };
    Ok((ticks, loaded.inspection))
}

fn shorts(text: &str) -> Vec<Short> {
    load(text.as_bytes(), &ReadOptions::default()).unwrap().0.iter().map(short).collect()
}

const MS: i64 = 1_000_000;
const T: i64 = 1_700_000_000_000;

/// A recording of futures: a snapshot comes late, so that one change is older than it and one newer.
#[test]
fn a_recording_says_what_its_messages_say() {
    let line = |after: i64, message: &str| format!("{} {message}\n", (T + after) * MS);
    let depth = |time: i64, ids: [i64; 3], bids: &str, asks: &str| {
        let [first, last, before] = ids;
        format!(
            r#"{{"stream":"x@depth","data":{{"e":"depthUpdate","E":{},"T":{},"s":"X","U":{first},"u":{last},"pu":{before},"b":[{bids}],"a":[{asks}]}}}}"#,
            T + time + 1,
            T + time
        )
    };
    let text = [
        line(10, &depth(1, [11, 12, 10], r#"["99.5","7.0"]"#, "")),
        line(11, &depth(2, [13, 15, 12], r#"["99.0","1.50"]"#, r#"["101.0","0.25"]"#)),
        line(12, &format!(r#"{{"lastUpdateId":12,"E":{},"T":{},"bids":[["99.5","2"],["98.0","3"]],"asks":[["100.0","4"]]}}"#, T + 2, T + 2)),
        line(13, &depth(3, [10, 11, 9], r#"["50.0","9"]"#, "")),
        line(14, &format!(r#"{{"stream":"x@trade","data":{{"e":"trade","E":{},"T":{},"s":"X","p":"99.5","q":"0.75","X":"MARKET","m":true}}}}"#, T + 9, T + 4)),
        line(15, &format!(r#"{{"stream":"x@trade","data":{{"e":"trade","E":{},"T":{},"s":"X","p":"99.5","q":"5","X":"INSURANCE_FUND","m":true}}}}"#, T + 9, T + 4)),
        line(16, &format!(r#"{{"e":"bookTicker","u":16,"E":{},"T":{},"s":"X","b":"99.5","B":"1.25","a":"100.0","A":"4"}}"#, T + 6, T + 5)),
        line(17, &depth(7, [18, 19, 17], "", r#"["100.0","0"]"#)),
        line(18, r#"{"e":"markPriceUpdate","E":1,"s":"X","p":"100.0"}"#),
    ]
    .concat();
    let (ticks, inspection) = load(text.as_bytes(), &ReadOptions::default()).unwrap();
    let at =
        |venue: i64, local: i64, kind, price, qty| ((T + venue) * MS, (T + local) * MS, kind, price, qty);
    assert_eq!((inspection.tick_size.as_str(), inspection.lot_size.as_str()), ("0.1", "0.01"));
    let wanted = [
        at(1, 10, "bid", 995, 700),
        at(2, 11, "bid", 990, 150),
        at(2, 11, "ask", 1_010, 25),
        at(2, 12, "clear bids", 980, 0),
        at(2, 12, "bid", 995, 200),
        at(2, 12, "bid", 980, 300),
        at(2, 12, "clear asks", 1_000, 0),
        at(2, 12, "ask", 1_000, 400),
        // The message that was newer than the snapshot, once more.
        at(2, 12, "bid", 990, 150),
        at(2, 12, "ask", 1_010, 25),
        at(4, 14, "sold", 995, 75),
        at(5, 16, "best bid", 995, 125),
        at(5, 16, "best ask", 1_000, 400),
        at(7, 17, "ask", 1_000, 0),
    ];
    assert_eq!(ticks.iter().map(short).collect::<Vec<_>>(), wanted);
    let book = inspection.book.unwrap();
    assert_eq!((book.messages, book.snapshots, book.repeated, book.stale, book.breaks), (9, 1, 1, 1, 1));
    let passed: Vec<_> = book.passed_over.iter().map(|(what, count)| (what.as_str(), *count)).collect();
    assert_eq!(passed, [("markPriceUpdate", 1), ("trades outside of the book", 1)]);
    let without = ReadOptions { without_best: true, ..ReadOptions::default() };
    assert_eq!(load(text.as_bytes(), &without).unwrap().0.len(), wanted.len() - 2);
}

#[test]
fn faults_of_recordings_are_named_with_their_line() {
    let good = r#"1700000000000000000 {"e":"trade","E":1699999999999,"T":1699999999999,"s":"X","p":"1.5","q":"2","m":true}"#;
    let with = |from: &str, to: &str| format!("{good}\n{}\n", good.replace(from, to));
    for (text, part) in [
        (format!("{good}\n1700000000000000000"), "x:2: the line is cut short"),
        (format!("{good}\n1700000000000000000 {{\"e\":\"tra"), "x:2: the message can't be read: EOF"),
        (with("1700000000000000000", "noon"), "x:2: `noon` is not a time"),
        (with("\"1.5\"", "\"1,5\""), "x:2: `1,5` is not a price"),
        (with("\"2\"", "\"NaN\""), "x:2: `NaN` is not a quantity"),
        (with("\"p\":\"1.5\",", ""), "x:2: a price or a quantity is missing"),
        (
            with("\"1.5\"", "\"99999999999999999999\""),
            "x:2: `99999999999999999999` is not a price: more digits",
        ),
        (with("\"1.5\"", "\"-1.5\""), "x:2: a price is zero or below"),
        (with("\"2\"", "\"-2\""), "x:2: a quantity is below zero"),
        (with("\"s\":\"X\"", "\"s\":\"Y\""), "x:2: the file holds several instruments (X, Y)"),
        (with("\"T\":1699999999999", "\"T\":9223372036854775807"), "x:2: "),
        (with("\"T\":1699999999999", "\"T\":1.5"), "x:2: the message can't be read"),
        (
            with("\"1.5\"", "\"0.000000000000000001\"").replace("\"1.5\"", "\"9999999999\""),
            "x:2: `0.000000000000000001` is not a price: beside the other numbers",
        ),
    ] {
        let error = load(text.as_bytes(), &ReadOptions::default()).map(|_| ()).unwrap_err();
        assert!(error.contains(part), "{text}\n{error}\nwanted {part}");
    }
    let steps = |tick: Option<&str>, lot: Option<&str>| ReadOptions {
        tick_size: tick.map(|step| step.parse().unwrap()),
        lot_size: lot.map(|step| step.parse().unwrap()),
        ..ReadOptions::default()
    };
    for (options, part) in [
        (steps(Some("0.4"), None), "x:1: price 1.5 is no whole count of the tick size 0.4"),
        (steps(None, Some("5")), "x:1: quantity 2 is no whole count of the lot size 5"),
        (steps(Some("0.000000000000000001"), Some("0.000000000000000001")), "x:1: a number is too large"),
    ] {
        let big = good.replace("\"2\"", "\"12\"");
        let text = if part.contains("too large") { &big } else { good };
        let error = load(text.as_bytes(), &options).map(|_| ()).unwrap_err();
        assert!(error.contains(part), "{error}, wanted {part}");
    }
}

#[test]
fn tables_of_other_sources_say_what_their_rows_say() {
    let head = "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n";
    let rows = "d,X,1585699200000001,1585699200000009,true,ask,11,1\nd,X,1585699200000001,1585699200000009,true,ask,12,2\n\
                d,X,1585699200000001,1585699200000009,true,bid,10,3\nd,X,1585699200000004,1585699200000011,false,bid,9.5,0\n";
    let at = |venue: i64, local: i64, kind, price, qty| {
        let start = 1_585_699_200_000_000_000;
        (start + venue * 1_000, start + local * 1_000, kind, price, qty)
    };
    let wanted = [
        at(1, 9, "clear bids", 100, 0),
        at(1, 9, "bid", 100, 3),
        at(1, 9, "clear asks", 120, 0),
        at(1, 9, "ask", 110, 1),
        at(1, 9, "ask", 120, 2),
        at(4, 11, "bid", 95, 0),
    ];
    assert_eq!(shorts(&format!("{head}{rows}")), wanted);
    let head = "exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount\n";
    let rows = "b,X,1585699200000001,1585699200000009,11,1,10,2,13,3,8,4\nb,X,1585699200000002,1585699200000010,11,5,,,12,6,,\n";
    let wanted = [
        at(1, 9, "clear bids", 8, 0),
        at(1, 9, "bid", 10, 2),
        at(1, 9, "bid", 8, 4),
        at(1, 9, "clear asks", 13, 0),
        at(1, 9, "ask", 11, 1),
        at(1, 9, "ask", 13, 3),
        at(2, 10, "clear bids", 8, 0),
        // Through the outermost level that the snapshot before it had, so that no level of that one stays.
        at(2, 10, "clear asks", 13, 0),
        at(2, 10, "ask", 11, 5),
        at(2, 10, "ask", 12, 6),
    ];
    assert_eq!(shorts(&format!("{head}{rows}")), wanted);
    let head = "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n";
    let rows = "X,1585699200000,5,5,b,snap,10,1,-1\nX,1585699200000,5,5,a,snap,11,1,-1\nX,1585699200001,2,4,b,set,9,7,1\n\
                X,1585699200002,4,6,b,set,10,2,3\nX,1585699200002,4,6,a,set,11,0,3\n";
    let wanted = [
        at(0, 0, "clear bids", 10, 0),
        at(0, 0, "bid", 10, 1),
        at(0, 0, "clear asks", 11, 0),
        at(0, 0, "ask", 11, 1),
        at(2_000, 2_000, "bid", 10, 2),
        at(2_000, 2_000, "ask", 11, 0),
    ];
    assert_eq!(shorts(&format!("{head}{rows}")), wanted);
    for (rows, part) in [
        ("X,1585699200000,5,5,b,snap,ten,1,-1\n", "x:0: `ten` is not a price"),
        ("X,1585699200002,4,6,c,set,10,2,3\n", "x:2: `c` is not a side (bid or ask)"),
        ("X,1585699200002,4,six,b,set,10,2,3\n", "x:2: `six` is not an id"),
        ("X,1585699200002\n", "x:2: `` is not a side"),
    ] {
        let error =
            load(format!("{head}{rows}").as_bytes(), &ReadOptions::default()).map(|_| ()).unwrap_err();
        assert!(error.contains(part), "{error}, wanted {part}");
    }
    let depth = "timestamp,percentage,depth,notional\n2024-01-01,-5,1,2\n";
    let error = load(depth.as_bytes(), &ReadOptions::default()).map(|_| ()).unwrap_err();
    assert!(error.contains("bookDepth"), "{error}");
}

/// An array as NumPy writes it, of hftbacktest's events.
fn array(events: &[(u64, i64, i64, f64, f64)], shape: usize) -> Vec<u8> {
    let header = format!(
        "{{'descr': [('ev', '<u8'), ('exch_ts', '<i8'), ('local_ts', '<i8'), ('px', '<f8'), ('qty', '<f8'), ('order_id', '<u8'), ('ival', '<i8'), ('fval', '<f8')], 'fortran_order': False, 'shape': ({shape},), }}\n"
    );
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    for (ev, exch, local, px, qty) in events {
        bytes.extend(ev.to_le_bytes());
        bytes.extend(exch.to_le_bytes());
        bytes.extend(local.to_le_bytes());
        bytes.extend(px.to_le_bytes());
        bytes.extend(qty.to_le_bytes());
        bytes.extend([0; 24]);
    }
    bytes
}

#[test]
fn events_of_hftbacktest_are_read_from_npy_and_npz() {
    const BOTH: u64 = 3 << 30;
    let events = [
        (3 | 1 << 29 | BOTH, 10, 20, 61_659.7, f64::NAN),
        (4 | 1 << 29 | BOTH, 10, 20, 61_659.7, 1.486),
        (1 | 1 << 28 | 1 << 31, 11, 30, 61_659.8, 0.001),
        (2 | 1 << 28 | BOTH, 12, 21, 61_659.7, 0.1),
        (1 | 1 << 28 | 1 << 30, 11, 30, 61_659.8, 0.001),
        (10 | 1 << 28 | BOTH, 13, 31, 1.0, 1.0),
    ];
    let wanted = [
        (10, 20, "clear bids", 616_597, 0),
        (10, 20, "bid", 616_597, 1_486),
        (11, 30, "ask", 616_598, 1),
        (12, 21, "sold", 616_597, 100),
        (11, 30, "ask", 616_598, 1),
    ];
    let npy = array(&events, 6);
    let mut npz = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    npz.start_file("data.npy", zip::write::SimpleFileOptions::default()).unwrap();
    npz.write_all(&npy).unwrap();
    let npz = npz.finish().unwrap().into_inner();
    for bytes in [&npy, &npz] {
        let (ticks, inspection) = load(bytes, &ReadOptions::default()).unwrap();
        assert_eq!(ticks.iter().map(short).collect::<Vec<_>>(), wanted);
        let seen: Vec<Seen> = ticks.iter().map(|tick| tick.seen).collect();
        assert_eq!(seen, [Seen::Both, Seen::Both, Seen::ByVenue, Seen::Both, Seen::ByUs]);
        assert_eq!((inspection.tick_size.as_str(), inspection.lot_size.as_str()), ("0.1", "0.001"));
        assert_eq!(inspection.book.unwrap().passed_over["events of single orders"], 1);
    }
    let off = [(1 | 1 << 28 | BOTH, 1, 2, 0.1 + 0.2, 1.0)];
    let tick = ReadOptions { tick_size: Some("0.1".parse().unwrap()), ..ReadOptions::default() };
    for (bytes, options, part) in [
        (npy[..npy.len() - 1].to_vec(), ReadOptions::default(), "the array is cut short"),
        (npy[..npy.len() - 64].to_vec(), ReadOptions::default(), "it holds 5 of its events"),
        (npy[..30].to_vec(), ReadOptions::default(), "the array is cut short"),
        (b"\x93NUMPY\x01\x00\x04\x00{}\n ".to_vec(), ReadOptions::default(), "not of hftbacktest's events"),
        (array(&off, 1), tick, "price 0.30000000000000004 is no whole count of the tick size 0.1"),
        (
            array(&[(1 | BOTH, 1, 2, 1.0, 1.0)], 1),
            ReadOptions::default(),
            "x:1: an event of a level has no side",
        ),
        (
            array(&[(1 | 1 << 28 | BOTH, 1, 2, f64::INFINITY, 1.0)], 1),
            ReadOptions::default(),
            "x:1: `inf` is not a price",
        ),
        (
            array(&[events[3], (events[0].0, 9, 22, 5.0, 0.0), (2 | 1 << 31, 8, 23, 5.0, 1.0)], 3),
            ReadOptions::default(),
            "x:2: the venue's time goes backward",
        ),
    ] {
        let error = load(&bytes, &options).map(|_| ()).unwrap_err();
        assert!(error.contains(part), "{error}, wanted {part}");
    }
}

/// What `export` writes is read back to the same rows, of a real recording and of other kinds.
#[test]
fn exports_are_read_back_to_the_same_rows() {
    let Some(folder) = shared_or_skip("data/market") else { return };
    let here = tempfile::tempdir().unwrap();
    for file in [
        "binance_spot_ethusdt_20240808.l2.gz",
        "binance_usdm_btcusdt_1m_20251230.csv.gz",
        "binance_spot_btcusdt_trades_20210108.csv.gz",
        "binance_spot_btcusdt_quotes_20210108.csv.gz",
        "funding_binance_usdm_xrpusdt_2021.csv",
    ] {
        let mut series = read(&folder.join(file), &ReadOptions::default()).unwrap().series;
        write(&here.path().join("x.qmt"), &series).unwrap();
        let tape = Tape::open(&here.path().join("x.qmt")).unwrap();
        let mut csv = Vec::new();
        let rows = write_csv(tape.any_rows().unwrap(), tape.kind(), tape.grid(), &mut csv).unwrap();
        assert_eq!(rows, series.data.len() as u64);
        let mut texts = vec![csv];
        if cfg!(feature = "parquet") {
            let mut bytes = Vec::new();
            quantmesh_tape::write_parquet(tape.any_rows().unwrap(), tape.kind(), tape.grid(), &mut bytes)
                .unwrap();
            texts.push(bytes);
        }
        for text in texts {
            let options = ReadOptions {
                tick_size: Some(series.grid.tick_size),
                lot_size: Some(series.grid.lot_size),
                ..ReadOptions::default()
            };
            let back = read_bytes("x", &text, &options).unwrap().series;
            // Text knows neither the symbol nor what was once added to a clock.
            (series.symbol, series.clock_shift) = (None, 0);
            assert_eq!(back.data, series.data, "{file}");
            assert_eq!(back.interval, series.interval, "{file}");
        }
    }
}
