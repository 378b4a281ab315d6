//! Bars from trades and from bars: boundaries of UTC, gaps that stay, sums that are exact.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this binary is tests, which may stop where something is not as it should be"
)]

use proptest::prelude::*;
use quantmesh_tape::{Grid, ReadOptions, Series, SeriesData, read, resample};
use testkit::shared_or_skip;
use types::{Bar, Price, Qty, Seen, Side, Tick, TickKind, Time, Trade};

const MINUTE: i64 = 60_000_000_000;
const DAY: i64 = 1_440 * MINUTE;

fn series(data: SeriesData, interval: Option<i64>) -> Series {
    let grid = Grid { tick_size: "0.1".parse().unwrap(), lot_size: "1".parse().unwrap() };
    Series { data, grid, interval, symbol: None, has_volume: true, clock_shift: 0 }
}

fn trade(time: i64, price: i64, qty: i64) -> Trade {
    Trade {
        time: Time::from_nanos(time),
        price: Price::from_ticks(price),
        qty: Qty::from_lots(qty),
        taker: None,
    }
}

fn bar(open_time: i64, length: i64, [open, high, low, close]: [i64; 4], volume: i64) -> Bar {
    let [open, high, low, close] = [open, high, low, close].map(Price::from_ticks);
    let [open_time, close_time] = [open_time, open_time + length].map(Time::from_nanos);
    Bar { open_time, close_time, open, high, low, close, volume: Qty::from_lots(volume) }
}

fn bars(series: &Series, interval: i64) -> (Vec<Bar>, u64) {
    let made = resample(series, interval).unwrap();
    let SeriesData::Bars(bars) = made.series.data else { panic!("no bars") };
    (bars, made.partial)
}

#[test]
fn trades_become_bars_and_a_minute_without_one_is_not_made_up() {
    let trades = vec![
        trade(5, 10, 1),
        trade(9, 12, 2),
        trade(MINUTE - 1, 8, 3),
        trade(MINUTE, 11, 4),
        trade(3 * MINUTE + 7, 9, 5),
    ];
    let wanted = [
        bar(0, MINUTE, [10, 12, 8, 8], 6),
        bar(MINUTE, MINUTE, [11, 11, 11, 11], 4),
        bar(3 * MINUTE, MINUTE, [9, 9, 9, 9], 5),
    ];
    assert_eq!(bars(&series(SeriesData::Trades(trades.clone()), None), MINUTE).0, wanted);
    // Trades of a recording, by the venue's time; what we alone read at its place is passed over.
    let tick = |trade: &Trade, kind, seen| Tick {
        venue_time: trade.time,
        local_time: Time::from_nanos(trade.time.nanos() + 90 * MINUTE),
        price: trade.price,
        qty: trade.qty,
        kind,
        seen,
    };
    let mut ticks: Vec<Tick> =
        trades.iter().map(|row| tick(row, TickKind::Trade(None), Seen::Both)).collect();
    ticks.push(tick(&trade(4 * MINUTE, 1, 1), TickKind::Level(Side::Buy), Seen::Both));
    ticks.push(tick(&trade(4 * MINUTE, 1, 1), TickKind::Trade(None), Seen::ByUs));
    assert_eq!(bars(&series(SeriesData::Ticks(ticks), None), MINUTE).0, wanted);
}

#[test]
fn longer_bars_lie_on_boundaries_and_say_which_are_partial() {
    let minutes = [0, 1, 2, 3, 4, 7, 10]
        .map(|at| bar(at * MINUTE, MINUTE, [at, at + 2, at - 2, at + 1].map(|p| p + 10), 1));
    let source = series(SeriesData::Bars(minutes.to_vec()), Some(MINUTE));
    let wanted = [
        bar(0, 5 * MINUTE, [10, 16, 8, 15], 5),
        bar(5 * MINUTE, 5 * MINUTE, [17, 19, 15, 18], 1),
        bar(10 * MINUTE, 5 * MINUTE, [20, 22, 18, 21], 1),
    ];
    assert_eq!(bars(&source, 5 * MINUTE), (wanted.to_vec(), 2));
    // 1970-01-04 was a Sunday: its bar ends a week that began on 1969-12-29.
    let days = [3, 4].map(|at| bar(at * DAY, DAY, [5, 6, 4, 5], 1));
    let (weeks, _) = bars(&series(SeriesData::Bars(days.to_vec()), Some(DAY)), 7 * DAY);
    assert_eq!(weeks.iter().map(|bar| bar.open_time.nanos() / DAY).collect::<Vec<_>>(), [-3, 4]);
}

#[test]
fn what_can_not_be_resampled_is_refused() {
    let minutes =
        |shift: i64| (0..3).map(|at| bar(at * MINUTE + shift, MINUTE, [5, 6, 4, 5], i64::MAX / 2)).collect();
    let bars = |shift| series(SeriesData::Bars(minutes(shift)), Some(MINUTE));
    for (source, interval, part) in [
        (bars(0), 90_000_000_000, "can't be made into bars of 90 s"),
        (bars(0), MINUTE, "name a multiple of theirs"),
        (bars(0), 0, "above zero"),
        (bars(0), -MINUTE, "above zero"),
        (bars(30_000_000_000), 2 * MINUTE, "don't lie on boundaries of UTC"),
        (bars(0), 3 * MINUTE, "a sum of quantities"),
        (series(SeriesData::Bars(minutes(0)), None), 2 * MINUTE, "there is only one"),
        (series(SeriesData::Quotes(vec![]), None), MINUTE, "quotes can't be made into bars"),
        (series(SeriesData::Trades(vec![trade(i64::MIN, 1, 1)]), None), DAY * 7, "too far away"),
    ] {
        let error = resample(&source, interval).map(|_| ()).unwrap_err();
        assert!(error.contains(part), "{error}, wanted {part}");
    }
}

/// Bars that the venue made of one day, from its own one-minute bars of that day.
#[test]
fn a_day_of_minutes_is_the_day() {
    let Some(folder) = shared_or_skip("data/market") else { return };
    let series = read(&folder.join("binance_spot_btcbusd_20221213_1m.csv.gz"), &ReadOptions::default())
        .unwrap()
        .series;
    let SeriesData::Bars(minutes) = &series.data else { panic!("no bars") };
    let (days, partial) = bars(&series, DAY);
    assert_eq!((days.len(), partial), (1, 0));
    let volume: i64 = minutes.iter().map(|bar| bar.volume.lots()).sum();
    assert_eq!(days[0].volume.lots(), volume);
    assert_eq!((days[0].open, days[0].close), (minutes[0].open, minutes[1_439].close));
    assert_eq!(days[0].high, minutes.iter().map(|bar| bar.high).max().unwrap());
}

proptest! {
    /// Trades to minutes to quarters of an hour is trades to quarters of an hour.
    #[test]
    fn by_way_of_minutes_or_straight(mut trades in proptest::collection::vec((0_i64..120 * MINUTE, 1_i64..50, 1_i64..9), 2..80)) {
        trades.sort_by_key(|row| row.0);
        let rows = trades.iter().map(|(time, price, qty)| trade(*time, *price, *qty)).collect();
        let source = series(SeriesData::Trades(rows), None);
        let (minutes, _) = bars(&source, MINUTE);
        let by_way = bars(&series(SeriesData::Bars(minutes), Some(MINUTE)), 15 * MINUTE).0;
        prop_assert_eq!(by_way, bars(&source, 15 * MINUTE).0);
    }
}
