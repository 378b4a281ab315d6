//! Runs over real trades and quotes: what the tape is estimated at, and what came of quoting on it.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use sdk::{Event, InstrumentId, Price, Qty, Quote, Rate, Side, Time, Trade};
use testkit::{Lab, LabError, shared_or_skip};

use crate::params::Params;
use crate::plan::Plan;
use crate::tape::Tape;

const OF: InstrumentId = InstrumentId(0);

/// A recording's rows by their fields; `None` where the shared data is not there.
// Marked once more than needed, for the house's rule on files, which reads one source at a time.
#[cfg(test)]
fn rows(name: &str) -> Option<Vec<Vec<String>>> {
    let file = std::fs::File::open(shared_or_skip(&format!("data/market/{name}"))?).unwrap();
    let mut text = String::new();
    MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

/// Whole steps; the recordings went through floats on their way, so the nearest is meant.
#[expect(clippy::cast_possible_truncation, reason = "far below 2⁵³")]
fn steps(text: &str, a_unit: f64) -> i64 {
    (text.parse::<f64>().unwrap() * a_unit).round() as i64
}

fn time(text: &str) -> Time {
    Time::from_nanos(text.parse::<i64>().unwrap() * 1_000_000)
}

/// 46 seconds of BTCUSDT on 2021-01-08: 1 838 trades and 319 quotes, in order of time, quotes first.
fn bitcoin() -> Option<Vec<Event>> {
    let trades = rows("binance_spot_btcusdt_trades_20210108.csv.gz")?;
    let quotes = rows("binance_spot_btcusdt_quotes_20210108.csv.gz")?;
    let quotes = quotes.iter().map(|row| {
        let [price, qty] = [100.0, 1e6];
        let quote = Quote {
            time: time(&row[0]),
            bid: Price::from_ticks(steps(&row[5], price)),
            bid_qty: Qty::from_lots(steps(&row[4], qty)),
            ask: Price::from_ticks(steps(&row[3], price)),
            ask_qty: Qty::from_lots(steps(&row[2], qty)),
        };
        Event::Quote { instrument: OF, quote }
    });
    let trades = trades.iter().map(|row| {
        let taker = Some(if row[4] == "True" { Side::Sell } else { Side::Buy });
        let (price, qty) = (Price::from_ticks(steps(&row[2], 100.0)), Qty::from_lots(steps(&row[3], 1e6)));
        Event::Trade { instrument: OF, trade: Trade { time: time(&row[0]), price, qty, taker } }
    });
    let mut events: Vec<Event> = quotes.chain(trades).collect();
    events.sort_by_key(Event::time);
    Some(events)
}

/// A day of XRP/ETH, 2019-10-11: 12 477 trades.
fn ripple() -> Option<Vec<Event>> {
    let rows = rows("binance_spot_xrpeth_trades_20191011.csv.gz")?;
    let trades = rows.iter().map(|row| {
        let taker = Some(if row[2] == "sell" { Side::Sell } else { Side::Buy });
        let (price, qty) = (Price::from_ticks(steps(&row[3], 1e8)), Qty::from_lots(steps(&row[4], 1.0)));
        Event::Trade { instrument: OF, trade: Trade { time: time(&row[0]), price, qty, taker } }
    });
    Some(trades.collect())
}

/// What came of it: events, κ per basis point, A per second and side, σ in basis points a √second, then equity and fills.
fn quoted(lab: &Lab, params: &str, events: &[Event]) -> Result<String, LabError> {
    let mut tape = Tape::default();
    let read: Params = toml::from_str(params)?;
    let plan = Plan::new(&read, &lab.setup(None)?)?;
    for event in events {
        tape.take_in(event, OF, &plan.reading);
    }
    let (kappa, intensity) = tape.intensity.estimate(&plan.reading.counting);
    let sigma = tape.volatility.variance(&plan.reading.sampling).map_or(f64::NAN, f64::sqrt);
    let record = lab.run_events("market_making", params, None, events.iter().copied(), events.len())?.record;
    let totals = &record.totals;
    Ok(format!(
        "{} events; kappa {kappa:.4}, A {intensity:.4}, sigma {sigma:.4}; equity {}, {} orders, {} fills, {} of them maker, \
         {} refused, {} rejected",
        events.len(),
        record.final_equity(),
        totals.orders,
        totals.fills,
        totals.maker_fills,
        totals.refused,
        totals.rejected
    ))
}

#[test]
fn seconds_of_bitcoin_with_quotes() -> Result<(), LabError> {
    let Some(events) = bitcoin() else { return Ok(()) };
    let mut lab = Lab::new()?;
    lab.spec.lot_size = "0.000001".parse()?;
    lab.spec.fees.maker = Rate::from_nanos(0);
    let params = "sizing = 'fixed_quantity'\nsize = 0.01\nmax_long = 0.05\nmax_short = 0.05\nmin_edge_bps = 0.5\nrequote_bps = 0.1\n\
                  depth_step_bps = 0.25\nmin_arrivals = 50\nkappa = 1\nintensity = 1\nestimate_bound = 100\nsample_ms = 200\n\
                  min_samples = 20\ngamma = 0.01\nhorizon = 60";
    let expected = "2452 events; kappa 1.0244, A 8.5601, sigma 2.2218; equity 9998.9014, 174 orders, 52 fills, 52 of them maker, \
                    0 refused, 0 rejected";
    assert_eq!(quoted(&lab, params, &events)?, expected);
    Ok(())
}

#[test]
fn a_day_of_ripple_in_ether_without_quotes() -> Result<(), LabError> {
    let Some(events) = ripple() else { return Ok(()) };
    let mut lab = Lab::new()?;
    (lab.spec.tick_size, lab.spec.lot_size) = ("0.00000001".parse()?, "1".parse()?);
    lab.spec.fees.maker = Rate::from_nanos(0);
    let params = "sizing = 'fixed_quantity'\nsize = 100\nmax_long = 1000\nmax_short = 1000\nmin_edge_bps = 2\nrequote_bps = 1\n\
                  min_arrivals = 50\nestimate_bound = 100\nmin_samples = 20\ngamma = 0.001\nhorizon = 600";
    let expected = "12477 events; kappa 0.1004, A 0.0097, sigma 0.9820; equity 9999.956445, 9039 orders, 1664 fills, 1664 of them \
                    maker, 0 refused, 0 rejected";
    assert_eq!(quoted(&lab, params, &events)?, expected);
    Ok(())
}
