//! Bad input: one clear message with file, line and what to do; never a panic.

use proptest::prelude::*;
use quantmesh_tape::{ReadOptions, SeriesData, read, read_bytes};
use testkit::random_bars;

const HEAD: &str = "ts_ms,open,high,low,close,volume\n";

#[test]
fn every_fault_is_named_with_its_line() {
    for (text, part) in [
        ("", "x: no data"),
        (HEAD, "x: no data"),
        ("ts_ms,open,high\n1,2,3\n", "the columns can't be understood: ts_ms, open, high"),
        ("open,high,low,close\n1,2,3,4\n", "no column holds the time"),
        ("1,2,3\n", "no header and 3 columns"),
        ("T1,2,3,1,2,5\nT2,2,3,1,NaN,5\n", "x:3: `NaN` is not a price"),
        ("T1,2,3,1,2,5\nT2,2,3,1,inf,5\n", "x:3: `inf` is not a price"),
        ("T1,2,3,1,2,5\nT2,2,3,1\n", "x:3: 1 of 4 prices are missing"),
        ("T1,2,3,1,2,5\nyesterday,2,3,1,2,5\n", "x:3: `yesterday` is not a time"),
        ("T1,2,3,1,2,many\n", "x:2: `many` is not a quantity"),
        (
            "T1,2,3,1,2,5\nT3,2,3,1,2,5\nT2,2,3,1,2,5\n",
            "x:4: time goes backward from 2020-09-13 12:29:00 to 2020-09-13 12:28:00",
        ),
        ("T1,2,3,1,2,5\nT1,2,3,1,2,5\n", "x:3: the row repeats the one before"),
        ("T1,2,3,2.5,2,5\n", "x:2: high and low don't enclose open and close"),
        ("T1,0,3,0,2,5\n", "x:2: a price is zero or below"),
        ("T1,-2,3,-2,2,5\n", "x:2: a price is zero or below"),
        ("T1,99999999999999999999,3,1,2,5\n", "x:2: `99999999999999999999` is not a price: more digits"),
        ("T1,2,3,1,\"2,5\n", "x:2: "),
        ("{\"a\": 1}\n", "this is JSON"),
        ("\u{0}\u{1}\u{2}\n", "not a text file"),
    ] {
        let rows =
            text.replace("T1", "1600000020000").replace("T2", "1600000080000").replace("T3", "1600000140000");
        let text = if text.starts_with('T') { format!("{HEAD}{rows}") } else { rows };
        let error =
            read_bytes("x", text.as_bytes(), &ReadOptions::default()).map(|_| ()).map_err(|e| e.to_string());
        assert!(
            matches!(&error, Err(message) if message.contains(part)),
            "{text:?}: {error:?}, wanted {part}"
        );
    }
}

#[test]
fn a_price_off_the_asked_tick_is_named() -> Result<(), Box<dyn std::error::Error>> {
    let options = ReadOptions { tick_size: Some("0.5".parse()?), ..ReadOptions::default() };
    let text = format!("{HEAD}1600000020000,2,3,1,2.5,5\n1600000080000,2,3,1,2.3,5\n");
    let message = read_bytes("x", text.as_bytes(), &options).map(|_| ()).map_err(|e| e.to_string());
    assert_eq!(
        message,
        Err("x:3: price 2.3 is no whole count of the tick size 0.5 (1 row in all); set a finer tick size"
            .into())
    );
    Ok(())
}

#[test]
fn a_file_that_is_missing_or_cut_short_is_named() -> Result<(), Box<dyn std::error::Error>> {
    let there = tempfile::tempdir()?;
    let missing =
        read(&there.path().join("no.csv"), &ReadOptions::default()).map(|_| ()).map_err(|e| e.to_string());
    assert!(matches!(&missing, Err(message) if message.contains("no.csv: No such file")), "{missing:?}");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, HEAD.repeat(50).as_bytes())?;
    let packed = packed.finish()?;
    let cut = read_bytes("x.gz", &packed[..packed.len() - 5], &ReadOptions::default())
        .map(|_| ())
        .map_err(|e| e.to_string());
    assert!(matches!(&cut, Err(message) if message.contains("damaged or cut short")), "{cut:?}");
    let zip = read_bytes("x.zip", b"PK\x03\x04nonsense", &ReadOptions::default())
        .map(|_| ())
        .map_err(|e| e.to_string());
    assert!(matches!(&zip, Err(message) if message.contains("zip archive is damaged")), "{zip:?}");
    Ok(())
}

#[test]
fn the_quoted_and_the_plain_spelling_are_the_same_data() -> Result<(), Box<dyn std::error::Error>> {
    let plain = format!("{HEAD}1600000020000,2,3,1,2.5,5\r\n1600000080000,2,3,1,2.25,5.125\r\n\r\n");
    let quoted = plain.replace("2.5,", "\"2.5\",").replace("1600000080000", "\"1600000080000\"");
    let read =
        |text: &str| read_bytes("x", text.as_bytes(), &ReadOptions::default()).map(|loaded| loaded.series);
    assert_eq!(read(&plain)?, read(&quoted)?);
    Ok(())
}

proptest! {
    #[test]
    fn bars_written_as_text_read_back_equal(seed in any::<u64>(), count in 2_usize..40, scale in 0_u8..6) {
        let bars = random_bars(seed, count, 5_000);
        let mut text = HEAD.to_owned();
        for bar in &bars {
            let shown = |ticks: i64| types::Decimal::new(i128::from(ticks), scale).unwrap_or_default();
            let [o, h, l, c] = [bar.open, bar.high, bar.low, bar.close].map(|price| shown(price.ticks()));
            let time = bar.open_time.millis() + 1_600_000_020_000;
            text.push_str(&format!("{time},{o},{h},{l},{c},{}\n", bar.volume.lots()));
        }
        let tick = types::Decimal::new(1, scale).unwrap_or_default();
        let options = ReadOptions { tick_size: Some(tick), ..ReadOptions::default() };
        let loaded = read_bytes("x", text.as_bytes(), &options).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let SeriesData::Bars(read) = loaded.series.data else { return Err(TestCaseError::fail("no bars")) };
        prop_assert_eq!(read.len(), bars.len());
        for (one, two) in read.iter().zip(&bars) {
            prop_assert_eq!((one.open, one.high, one.low, one.close, one.volume), (two.open, two.high, two.low, two.close, two.volume));
        }
    }

    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_bytes("x", &bytes, &ReadOptions::default());
        let mut text = HEAD.as_bytes().to_vec();
        text.extend(&bytes);
        let _ = read_bytes("x", &text, &ReadOptions::default());
    }
}
