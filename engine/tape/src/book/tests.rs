//! Recordings of a real venue: the books they give are those that were checked against the venue's own best prices.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde_json::Value;
use testkit::shared_or_skip;
use types::{Decimal, Side, Tick, TickKind};

use super::binance::Reader;

/// A book of levels, as plain as can be.
#[derive(Default)]
struct Book {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Book {
    fn take(&mut self, tick: &Tick) {
        let (price, qty) = (tick.price.ticks(), tick.qty.lots());
        match tick.kind {
            TickKind::Level(side) => {
                let levels = if side == Side::Buy { &mut self.bids } else { &mut self.asks };
                if qty == 0 {
                    levels.remove(&price)
                } else {
                    levels.insert(price, qty)
                };
            }
            TickKind::Clear(Side::Buy) => self.bids.retain(|level, _| *level < price),
            TickKind::Clear(Side::Sell) => self.asks.retain(|level, _| *level > price),
            TickKind::Best(_) | TickKind::Trade(_) => {}
        }
    }

    /// The best levels of both sides as the golden files write them: price and quantity, in decimals.
    fn top(&self, count: usize, scales: (u8, u8)) -> [Vec<[Decimal; 2]>; 2] {
        let shown = |(price, qty): (&i64, &i64)| {
            [
                Decimal::new(i128::from(*price), scales.0).unwrap(),
                Decimal::new(i128::from(*qty), scales.1).unwrap(),
            ]
        };
        [
            self.bids.iter().rev().take(count).map(shown).collect(),
            self.asks.iter().take(count).map(shown).collect(),
        ]
    }
}

fn golden(levels: &Value) -> [Vec<[Decimal; 2]>; 2] {
    ["bids", "asks"].map(|side| {
        let level = |level: &Value| [0, 1].map(|at| level[at].as_str().unwrap().parse().unwrap());
        levels[side].as_array().unwrap().iter().map(level).collect()
    })
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Follows a recording message by message, and compares the book with each checkpoint of the golden file.
fn follow(folder: &Path, name: &str) {
    let text = std::fs::read_to_string(folder.join(format!("golden/{name}.book.json"))).unwrap();
    let golden_book: Value = serde_json::from_str(&text).unwrap();
    let bytes = unpacked(&folder.join(format!("{name}.l2.gz")));
    // The scales must be known before the first checkpoint, so the whole is read once.
    let whole = super::binance::read(&bytes, true);
    let scales = (whole.price_scale, whole.quantity_scale);
    let mut checkpoints: BTreeMap<i64, (usize, &Value)> = BTreeMap::new();
    for checkpoint in golden_book["every_500_events_top5"].as_array().unwrap() {
        checkpoints.insert(checkpoint["u"].as_i64().unwrap(), (5, checkpoint));
    }
    checkpoints.insert(golden_book["final"]["u"].as_i64().unwrap(), (20, &golden_book["final"]));
    let (mut book, mut compared) = (Book::default(), 0);
    let mut reader = Reader::new(&bytes, true);
    (reader.to.price_scale, reader.to.quantity_scale) = scales;
    for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let before = reader.to.ticks.len();
        reader.line(line, text);
        reader.to.ticks[before..].iter().for_each(|tick| book.take(tick));
        let id = std::str::from_utf8(text)
            .unwrap()
            .split_once("\"u\":")
            .filter(|_| text.windows(11).any(|w| w == b"depthUpdate"));
        let Some(id) = id.and_then(|(_, rest)| rest.split([',', '}']).next()?.parse::<i64>().ok()) else {
            continue;
        };
        if let Some((count, wanted)) = checkpoints.remove(&id) {
            assert_eq!(book.top(count, scales), golden(wanted), "{name} at {id}");
            compared += 1;
        }
    }
    assert!(compared > 5, "{name}: {compared} checkpoints, {:?} left", checkpoints.keys());
    assert_eq!(checkpoints.len(), 0);
    let found = &reader.to.found;
    assert_eq!((found.breaks, reader.to.bad), (0, 0), "{name}");
    assert_eq!(found.snapshots, 1);
}

#[test]
fn the_books_of_recordings_are_the_golden_ones() {
    let Some(folder) = shared_or_skip("data/market") else { return };
    for name in
        ["binance_usdm_btcusdt_20240808", "binance_spot_btcusdt_20240808", "binance_spot_ethusdt_20240808"]
    {
        follow(&folder, name);
    }
}

/// Row by row what hftbacktest's own converter makes of the recording, its clock and its order among them; the script is
/// tests/reference/hftbacktest_rows.py. It does not say once more what was newer than a late snapshot: without that.
#[test]
fn the_rows_of_a_recording_are_those_of_hftbacktest() {
    let Some(folder) = shared_or_skip("data/market") else { return };
    let bytes = unpacked(&folder.join("binance_usdm_btcusdt_20240808.l2.gz"));
    let mut gathered = super::binance::read(&bytes, true);
    let repeated = std::mem::take(&mut gathered.found.repeated_at);
    assert_eq!(repeated.iter().map(ExactSizeIterator::len).sum::<usize>(), 69);
    repeated.into_iter().rev().for_each(|range| drop(gathered.ticks.drain(range)));
    let loaded = super::finish("x".to_owned(), gathered, &crate::ReadOptions::default()).unwrap();
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("x.qmt");
    crate::write(&path, &loaded.series).unwrap();
    let tape = crate::Tape::open(&path).unwrap();
    let mut csv = Vec::new();
    crate::write_csv(tape.any_rows().unwrap(), tape.kind(), tape.grid(), &mut csv).unwrap();
    assert_eq!((tape.len(), crc32fast::hash(&csv)), (491_973, 1_945_956_236));
}
