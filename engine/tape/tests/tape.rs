//! The tape: what is written comes back from the map, slices read only their blocks, damage is named, and nothing panics.
#![expect(
    clippy::unwrap_used,
    reason = "all of this binary is tests, which may stop where something is not as it should be"
)]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use quantmesh_tape::{
    Grid, Kind, Merged, ReadOptions, Row, Series, SeriesData, Tape, TapeWriter, inspect, read, read_all,
    write,
};
use testkit::shared_or_skip;
use types::{Bar, Price, Qty, Seen, Side, Tick, TickKind, Time, Trade};

fn series(data: SeriesData) -> Series {
    let grid = Grid { tick_size: "0.1".parse().unwrap(), lot_size: "0.001".parse().unwrap() };
    Series {
        data,
        grid,
        interval: None,
        symbol: Some("BTCUSDT".to_owned()),
        has_volume: true,
        clock_shift: 7,
    }
}

fn tick(at: i64) -> Tick {
    Tick {
        venue_time: Time::from_nanos(at * 10),
        local_time: Time::from_nanos(at * 10 + 3),
        price: Price::from_ticks(600_000 + at % 100),
        qty: Qty::from_lots(at % 7),
        kind: TickKind::Level(Side::Buy),
        seen: Seen::Both,
    }
}

fn trade(time: i64, price: i64) -> Trade {
    Trade {
        time: Time::from_nanos(time),
        price: Price::from_ticks(price),
        qty: Qty::from_lots(1),
        taker: None,
    }
}

/// A folder with a tape of so many ticks: more than two blocks of 4096 for 10 000.
fn ticks(count: i64) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.qmt");
    write(&path, &series(SeriesData::Ticks((0..count).map(tick).collect()))).unwrap();
    (folder, path)
}

#[test]
fn a_slice_is_what_a_filter_of_everything_would_be() {
    let (_folder, path) = ticks(10_000);
    let tape = Tape::open(&path).unwrap();
    assert_eq!((tape.len(), tape.kind(), tape.symbol()), (10_000, Kind::Ticks, Some("BTCUSDT")));
    assert_eq!((tape.in_one_order(), tape.clock_shift()), (true, 7));
    assert_eq!(tape.ticks().unwrap().size_hint(), (10_000, Some(10_000)));
    for (from, to) in [
        (0, 3),
        (0, 4),
        (3, 4),
        (40_963, 40_964),
        (40_953, 40_973),
        (50_000, 90_000),
        (99_993, 200_000),
        (5, 5),
        (9, 2),
    ] {
        let all = tape.ticks().unwrap();
        let wanted: Vec<Tick> = all.filter(|tick| (from..to).contains(&tick.local_time.nanos())).collect();
        let slice = tape.slice::<Tick>(Time::from_nanos(from), Time::from_nanos(to)).unwrap();
        assert_eq!(slice.collect::<Vec<_>>(), wanted, "{from} to {to}");
    }
}

/// One flipped byte in a block: the other blocks are read all the same, and the message says which block and which rows.
#[test]
fn damage_names_its_block_and_leaves_the_others() {
    let (_folder, path) = ticks(10_000);
    let mut bytes = std::fs::read(&path).unwrap();
    let records = bytes.len() - 48 - 3 * 24 - 10_000 * 32;
    bytes[records + 5_000 * 32 + 17] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let tape = Tape::open(&path).unwrap();
    let part = "block 2 of 3 is damaged (rows 4097 to 8192, ";
    let faults = tape.verify().faults;
    assert!(faults.len() == 1 && faults[0].contains(part), "{faults:?}");
    let message = tape.ticks().map(|_| ()).unwrap_err().to_string();
    assert!(message.contains(part) && message.contains("import the data again"), "{message}");
    assert_eq!(tape.slice::<Tick>(Time::EPOCH, Time::from_nanos(40_963)).unwrap().count(), 4_096);
    assert!(tape.slice::<Tick>(Time::EPOCH, Time::from_nanos(40_964)).is_err());
    assert_eq!(
        tape.slice::<Tick>(Time::from_nanos(81_923), Time::from_nanos(i64::MAX)).unwrap().count(),
        1_808
    );
}

#[test]
fn what_can_not_be_a_tape_is_refused_by_name() {
    let (folder, path) = ticks(10);
    let bytes = std::fs::read(&path).unwrap();
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    let cut = |length: usize| bytes[..length].to_vec();
    for (bytes, part) in [
        (with(7, b'1'), "the tape is of version 01, and this program reads 02; import the data again"),
        (with(7, b'3'), "the tape is of version 03"),
        (with(8, 9), "header is damaged"),
        (cut(20), "header is damaged or cut short"),
        (cut(bytes.len() - 1), "end is damaged or cut short"),
        (cut(bytes.len() - 48), "end is damaged or cut short"),
        ([&bytes[..], b"x"].concat(), "end is damaged"),
        (with(bytes.len() - 48 - 24, 1), "index is damaged"),
        ([&bytes[..72], &bytes[104..]].concat(), "length is damaged"),
    ] {
        std::fs::write(&path, &bytes).unwrap();
        for message in [
            Tape::open(&path).map(|_| ()).unwrap_err().to_string(),
            read(&path, &ReadOptions::default()).map(|_| ()).unwrap_err().to_string(),
            inspect(&path, &ReadOptions::default()).map(|_| ()).unwrap_err().to_string(),
        ] {
            assert!(message.contains(part) && message.contains("x.qmt"), "{message}, wanted {part}");
        }
    }
    let message = Tape::open(folder.path()).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("No such device") || message.contains("directory"), "{message}");
}

#[test]
fn rows_that_go_backward_or_do_not_fit_are_refused_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.qmt");
    let late = Tick { venue_time: Time::from_nanos(5), ..tick(2) };
    let bar = |open_time| Bar { open_time: Time::from_nanos(open_time), ..Bar::default() };
    for (data, part) in [
        (SeriesData::Ticks(vec![tick(1), late]), "row 2: "),
        (
            SeriesData::Ticks(vec![tick(1), Tick { qty: Qty::from_lots(i64::MAX >> 5), ..tick(2) }]),
            "row 2: a quantity of",
        ),
        (
            SeriesData::Ticks(vec![Tick { qty: Qty::from_lots(-1), ..tick(2) }]),
            "row 1: a quantity of -1 lots",
        ),
        (SeriesData::Bars(vec![bar(5), bar(5)]), "row 2: "),
        (SeriesData::Trades(vec![trade(5, 1), trade(4, 1)]), "row 2: 4 ns"),
    ] {
        let message = write(&path, &series(data)).unwrap_err().to_string();
        assert!(message.contains(part) || part.ends_with("ns") && message.contains("row 2"), "{message}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{message}");
    }
    // A venue's late row is fine where it is there for the venue first and for us later.
    let split = [Tick { seen: Seen::ByVenue, ..late }, tick(1), Tick { seen: Seen::ByUs, ..late }];
    write(&path, &series(SeriesData::Ticks(split.to_vec()))).unwrap();
    assert!(!Tape::open(&path).unwrap().in_one_order());
    assert!(
        TapeWriter::<Trade>::create(Path::new("/no/such/folder/x.qmt"), &series(SeriesData::Trades(vec![])))
            .is_err()
    );
}

#[test]
fn a_series_of_any_kind_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.qmt");
    let empty = [SeriesData::Bars(vec![]), SeriesData::Ticks(vec![]), SeriesData::Funding(vec![])];
    for data in empty.into_iter().chain([SeriesData::Trades(vec![trade(1, 2), trade(1, 3)])]) {
        write(&path, &series(data.clone())).unwrap();
        let tape = Tape::open(&path).unwrap();
        assert_eq!((tape.load().unwrap().series, tape.is_empty()), (series(data.clone()), data.is_empty()));
        assert!(tape.verify().faults.is_empty());
        let wrong = if data.kind() == Kind::Bars {
            tape.rows::<Tick>().map(|_| ())
        } else {
            tape.rows::<Bar>().map(|_| ())
        };
        assert!(wrong.unwrap_err().to_string().contains("the tape holds"));
    }
}

/// A real recording, and its continuation after midnight: one tape each, one tape of both, and the same from text.
#[test]
fn recordings_go_through_tapes_unchanged_and_join() {
    let Some(folder) = shared_or_skip("data/market") else { return };
    let here = tempfile::tempdir().unwrap();
    let files = ["20240808", "20240809"].map(|day| folder.join(format!("binance_spot_btcusdt_{day}.l2.gz")));
    let mut tapes = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let loaded = read(file, &ReadOptions::default()).unwrap();
        let path = here.path().join(format!("{at}.qmt"));
        write(&path, &loaded.series).unwrap();
        let tape = Tape::open(&path).unwrap();
        let back = tape.load().unwrap();
        assert_eq!(back.series, loaded.series);
        assert_eq!(tape.verify().faults, [""; 0]);
        let (one, two) = (back.inspection.book.unwrap(), loaded.inspection.book.unwrap());
        assert_eq!(
            (one.clock, one.levels, one.bests, one.trades, one.rows_twice),
            (two.clock, two.levels, two.bests, two.trades, two.rows_twice)
        );
        tapes.push(path);
    }
    let from_text = read_all(&files, &ReadOptions::default()).unwrap();
    let from_tapes = read_all(&tapes, &ReadOptions::default()).unwrap();
    assert_eq!(from_text.series, from_tapes.series);
    assert_eq!(from_text.series.clock_shift, 1_276_159_997);
    write(&here.path().join("both.qmt"), &from_text.series).unwrap();
}

fn tape_of(times: &[i64], folder: &Path, name: usize) -> Tape {
    let path = folder.join(format!("{name}.qmt"));
    let rows = times.iter().map(|time| trade(*time, name as i64)).collect();
    write(&path, &series(SeriesData::Trades(rows))).unwrap();
    Tape::open(&path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Merging is a stable sort by time of one list after the other.
    #[test]
    fn a_merge_is_a_stable_sort(mut lists in proptest::collection::vec(proptest::collection::vec(0_i64..30, 0..40), 0..5)) {
        let folder = tempfile::tempdir().unwrap();
        lists.iter_mut().for_each(|list| list.sort_unstable());
        let tapes: Vec<Tape> = lists.iter().enumerate().map(|(at, list)| tape_of(list, folder.path(), at)).collect();
        let rows = tapes.iter().map(|tape| tape.any_rows().unwrap()).collect();
        let merged: Vec<(i64, usize)> = Merged::new(rows).map(|(tape, row)| (row.time().nanos(), tape)).collect();
        let mut wanted: Vec<(i64, usize)> =
            lists.iter().enumerate().flat_map(|(at, list)| list.iter().map(move |time| (*time, at))).collect();
        wanted.sort_by_key(|(time, _)| *time);
        prop_assert_eq!(merged, wanted);
    }

    #[test]
    fn any_tick_that_fits_comes_back(
        lots in 0_i64..=i64::MAX >> 6, price in any::<i64>(), venue in any::<i64>(), local in any::<i64>(), says in 0_usize..9, seen in 0_usize..3,
    ) {
        use TickKind::{Best, Clear, Level};
        let kind = [
            Level(Side::Buy), Level(Side::Sell), Clear(Side::Buy), Clear(Side::Sell), Best(Side::Buy), Best(Side::Sell),
            TickKind::Trade(None), TickKind::Trade(Some(Side::Buy)), TickKind::Trade(Some(Side::Sell)),
        ][says];
        let seen = [Seen::Both, Seen::ByVenue, Seen::ByUs][seen];
        let (venue_time, local_time) = (Time::from_nanos(venue), Time::from_nanos(local));
        let tick = Tick { venue_time, local_time, price: Price::from_ticks(price), qty: Qty::from_lots(lots), kind, seen };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.qmt");
        write(&path, &series(SeriesData::Ticks(vec![tick]))).unwrap();
        let tape = Tape::from_bytes("x", std::fs::read(&path).unwrap()).unwrap();
        prop_assert_eq!(tape.ticks().unwrap().collect::<Vec<_>>(), vec![tick]);
        prop_assert_eq!(tape.any_rows().unwrap().collect::<Vec<_>>(), vec![Row::Tick(tick)]);
    }

    /// Bytes that begin as a tape and go on as anything are refused, never a panic.
    #[test]
    fn garbage_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..500, cut in 0_usize..500) {
        prop_assert!(Tape::from_bytes("x", [b"QMTAPE02", &bytes[..]].concat()).is_err());
        let (_folder, path) = ticks(3);
        let mut whole = std::fs::read(&path).unwrap();
        let (start, end) = (at.min(whole.len()), (at + bytes.len()).min(whole.len()));
        whole[start..end].copy_from_slice(&bytes[..end - start]);
        whole.truncate(whole.len().saturating_sub(cut % 5));
        if let Ok(tape) = Tape::from_bytes("x", whole) {
            let _ = tape.load();
            let _ = tape.verify();
        }
    }
}
