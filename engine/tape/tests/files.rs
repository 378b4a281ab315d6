//! Every file of the shared market data: what is sound imports, what is not is refused by name or by line.

use std::path::Path;

use quantmesh_tape::{DataError, Kind, ReadOptions, SeriesData, read, write};
use testkit::shared_or_skip;

/// Kind and rows, or a part of the refusal.
type Expected = Result<(Kind, usize), &'static str>;

/// File, column prefix, and what comes of it.
const FILES: [(&str, &str, Expected); 49] = [
    ("barter_binance_spot_with_disconnects.json", "", Err("this is JSON")),
    ("binance_coinm_btcusd_20221213_1m.csv.gz", "", Ok((Kind::Bars, 1_439))),
    ("binance_spot_btcbusd_20221213_1m.csv.gz", "", Ok((Kind::Bars, 1_440))),
    ("binance_spot_btcusdt_20240808.l2.gz", "", Ok((Kind::Ticks, 194_113))),
    ("binance_spot_btcusdt_20240809.l2.gz", "", Ok((Kind::Ticks, 275_407))),
    ("binance_spot_btcusdt_quotes_20210108.csv.gz", "", Ok((Kind::Quotes, 451))),
    ("binance_spot_btcusdt_trades_20210108.csv.gz", "", Ok((Kind::Trades, 2_001))),
    ("binance_spot_ethusdt_20240808.l2.gz", "", Ok((Kind::Ticks, 163_468))),
    ("binance_spot_xrpeth_1m_20191011.csv.gz", "", Ok((Kind::Bars, 2_469))),
    ("binance_spot_xrpeth_trades_20191011.csv.gz", "", Ok((Kind::Trades, 12_477))),
    ("binance_usdm_adausdt_20221213_1m.csv.gz", "", Ok((Kind::Bars, 1_440))),
    ("binance_usdm_adausdt_20221213_1m_quote.csv.gz", "", Ok((Kind::Quotes, 1_100))),
    ("binance_usdm_btcusdt_1m_20251230.csv.gz", "", Ok((Kind::Bars, 1_000))),
    ("binance_usdm_btcusdt_20240808.l2.gz", "", Ok((Kind::Ticks, 661_517))),
    ("binance_usdm_btcusdt_3m_20251230.csv.gz", "", Ok((Kind::Bars, 1_000))),
    ("binance_usdm_btcusdt_depth_snap_20221101.csv", "", Ok((Kind::Ticks, 101))),
    ("binance_usdm_btcusdt_depth_update_20221101.csv", "", Ok((Kind::Ticks, 100))),
    ("binance_usdm_leverage_tiers.json.gz", "", Err("this is JSON")),
    ("binance_usdm_xrpusdt_1h_20211117.csv.gz", "", Ok((Kind::Bars, 100))),
    ("bitstamp_btc_eth_ltc_1d.csv", "BTC", Ok((Kind::Bars, 1_865))),
    ("bitstamp_btc_eth_ltc_1d.csv", "", Err("several assets side by side (BTC, ETH, LTC)")),
    ("btc_perp_1m_20220101_20220201.csv.gz", "", Ok((Kind::Bars, 45_031))),
    ("btcusd_1mo.csv", "", Ok((Kind::Bars, 156))),
    ("bybit_inverse_btcusd_20221213_1m.csv.gz", "", Ok((Kind::Bars, 721))),
    ("bybit_linear_btcusdt_20221213_1m.csv.gz", "", Ok((Kind::Bars, 721))),
    ("bybit_linear_btcusdt_20221213_1m_quote.csv.gz", "", Ok((Kind::Quotes, 460))),
    ("bybit_spot_btcusdt_20221213_1m_quote.csv.gz", "", Ok((Kind::Quotes, 721))),
    ("bybit_xrpusdt_ob500_20241201.jsonl.gz", "", Ok((Kind::Ticks, 3_968))),
    ("coinbase_spot_btcusd_1h_2017_2019.csv.gz", "", Ok((Kind::Bars, 20_111))),
    ("coinbase_spot_btcusd_20171217_1m.csv.gz", "", Ok((Kind::Bars, 1_440))),
    ("coinbase_spot_btcusd_20180404_1m.csv.gz", "", Ok((Kind::Bars, 1_007))),
    ("coinbase_spot_ethusd_20180404_1m.csv.gz", "", Ok((Kind::Bars, 1_009))),
    ("coinbase_spot_ltcusd_20180404_1m.csv.gz", "", Ok((Kind::Bars, 1_008))),
    ("eurusd_1h.csv", "", Ok((Kind::Bars, 5_000))),
    ("freqtrade_ethbtc_5m_20180110.csv.gz", "", Ok((Kind::Bars, 5_760))),
    ("freqtrade_ltcbtc_5m_20180110.csv.gz", "", Ok((Kind::Bars, 5_760))),
    ("freqtrade_orderflow_trades.csv", "", Ok((Kind::Trades, 1_000))),
    ("freqtrade_xmrbtc_5m_20180110.csv.gz", "", Ok((Kind::Bars, 5_758))),
    ("funding_binance_btcusd.csv", "", Ok((Kind::Funding, 12))),
    ("funding_binance_usdm_xrpusdt_2021.csv", "", Ok((Kind::Funding, 91))),
    ("funding_bybit_btcusdt.csv", "", Ok((Kind::Funding, 3))),
    ("goog_1d.csv", "", Ok((Kind::Bars, 2_148))),
    ("lean_symbol_properties_binance_bybit.csv.gz", "", Err("a list of instruments")),
    ("mark_binance_usdm_xrpusdt_1h_2021.csv.gz", "", Ok((Kind::Bars, 100))),
    (
        "quantmesh_cache_btcusdt_1m_asis.csv.gz",
        "",
        Err(":1002: time goes backward from 2025-12-30 17:26:00 to 2025-12-30 00:47:00"),
    ),
    ("tardis_deribit_incremental_book_L2_BTC-PERPETUAL.csv", "", Ok((Kind::Ticks, 16))),
    ("tardis_binance-futures_book_snapshot_25_BTCUSDT.csv", "", Ok((Kind::Ticks, 520))),
    ("tardis_binance-futures_book_snapshot_5_BTCUSDT.csv", "", Ok((Kind::Ticks, 120))),
    ("unittest_btc_1m_20171104.csv.gz", "", Ok((Kind::Bars, 13_681))),
];

fn result(folder: &Path, file: &str, prefix: &str) -> Result<(Kind, usize), String> {
    let column_prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
    let options = ReadOptions { column_prefix, ..ReadOptions::default() };
    let loaded = read(&folder.join(file), &options).map_err(|error| error.to_string())?;
    Ok((loaded.series.data.kind(), loaded.series.data.len()))
}

#[test]
fn every_shared_file_imports_or_is_refused_by_name() {
    let Some(folder) = shared_or_skip("data/market") else { return };
    let mut wrong = Vec::new();
    for (file, prefix, expected) in FILES {
        let actual = result(&folder, file, prefix);
        let right = match (&expected, &actual) {
            (Ok(expected), Ok(actual)) => expected == actual,
            (Err(part), Err(message)) => message.contains(part),
            _ => false,
        };
        if !right {
            wrong.push(format!("{file}: expected {expected:?}, got {actual:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The local clocks of these recordings are behind the venue's by more than a second.
#[test]
fn a_local_clock_behind_the_venues_is_put_right_and_said_aloud() -> Result<(), DataError> {
    let Some(folder) = shared_or_skip("data/market") else { return Ok(()) };
    for (base_latency_ns, shift) in [(0, 1_272_402_468), (150_000, 1_272_552_468)] {
        let options = ReadOptions { base_latency_ns, ..ReadOptions::default() };
        let loaded = read(&folder.join("binance_usdm_btcusdt_20240808.l2.gz"), &options)?;
        let clock = loaded.inspection.book.as_ref().map(|book| book.clock).unwrap_or_default();
        assert_eq!((clock.smallest_latency, clock.shift), (-1_272_402_468, shift));
        assert_eq!((clock.early_rows, clock.shifted_rows), (599_083, 599_083));
        let SeriesData::Ticks(ticks) = &loaded.series.data else { panic!("no ticks") };
        let latency = |tick: &types::Tick| tick.local_time.nanos() - tick.venue_time.nanos();
        assert_eq!(ticks.iter().map(latency).min(), Some(base_latency_ns));
        let text = loaded.inspection.to_string();
        assert!(text.contains("CAUTION        LOCAL CLOCK BEHIND THE VENUE'S: by 1.272402468 s"), "{text}");
        assert!(text.contains("599083 of 599083 rows had arrived before they happened"), "{text}");
    }
    Ok(())
}

#[test]
fn floating_point_noise_is_rounded_and_counted() -> Result<(), DataError> {
    let Some(folder) = shared_or_skip("data/market") else { return Ok(()) };
    let loaded = read(&folder.join("freqtrade_ethbtc_5m_20180110.csv.gz"), &ReadOptions::default())?;
    assert_eq!(loaded.series.grid.tick_size.to_string(), "0.00000001");
    assert!(loaded.inspection.snapped > 0);
    Ok(())
}

#[test]
fn a_tape_gives_back_what_was_written() -> Result<(), Box<dyn std::error::Error>> {
    let Some(folder) = shared_or_skip("data/market") else { return Ok(()) };
    let there = tempfile::tempdir()?;
    let tape = there.path().join("x.qmt");
    for file in [
        "goog_1d.csv",
        "binance_spot_btcusdt_trades_20210108.csv.gz",
        "binance_spot_btcusdt_quotes_20210108.csv.gz",
        "funding_binance_btcusd.csv",
        "binance_usdm_btcusdt_20240808.l2.gz",
        "binance_spot_ethusdt_20240808.l2.gz",
    ] {
        let mut series = read(&folder.join(file), &ReadOptions::default())?.series;
        series.symbol = Some(file.to_owned());
        write(&tape, &series)?;
        assert_eq!(read(&tape, &ReadOptions::default())?.series, series, "{file}");
    }
    Ok(())
}

#[test]
fn any_flipped_byte_of_a_tape_is_noticed() -> Result<(), Box<dyn std::error::Error>> {
    let text = "ts_ms,open,high,low,close,volume\n1,2,3,1,2,5\n60001,2,3,1,2,5\n";
    let loaded = quantmesh_tape::read_bytes("x", text.as_bytes(), &ReadOptions::default())?;
    assert!(matches!(&loaded.series.data, SeriesData::Bars(bars) if bars.len() == 2));
    let there = tempfile::tempdir()?;
    let tape = there.path().join("x.qmt");
    write(&tape, &loaded.series)?;
    let bytes = std::fs::read(&tape)?;
    for at in 6..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] ^= 0x10;
        let padding = (56..56).contains(&at);
        assert!(
            padding || quantmesh_tape::read_bytes("x", &broken, &ReadOptions::default()).is_err(),
            "byte {at}"
        );
    }
    for length in 0..bytes.len() {
        assert!(
            quantmesh_tape::read_bytes("x", &bytes[..length], &ReadOptions::default()).is_err(),
            "{length} bytes"
        );
    }
    Ok(())
}
