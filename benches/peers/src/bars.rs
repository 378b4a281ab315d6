//! Work W1: a cross of two averages over bars, by hand and by our engine, from memory and from the CSV.

pub mod by_hand;

use quantmesh_backtest::{Outcome, Stream};
use testkit::Lab;
use trend_following as _;
use types::{Bar, InstrumentId, Rate};

use crate::measure::{best, clocked, line};

type Failure = Box<dyn std::error::Error>;

/// Bars from a CSV through our import, on a tick of 0.1.
pub fn read(file: &str) -> Result<Vec<Bar>, Failure> {
    let options = tape::ReadOptions { tick_size: Some("0.1".parse()?), ..tape::ReadOptions::default() };
    match tape::read(file.as_ref(), &options)?.series.data {
        tape::SeriesData::Bars(bars) => Ok(bars),
        other => Err(format!("{file} holds {}; bars are wanted", other.kind()).into()),
    }
}

/// A laboratory as W1 wants it: 10 000 000 to start with, 0.04 % a side, no slippage.
pub fn lab() -> Result<Lab, Failure> {
    let mut lab = Lab::new()?;
    (lab.spec.tick_size, lab.spec.lot_size) = ("0.1".parse()?, "0.001".parse()?);
    lab.spec.fees.taker = Rate::from_nanos(400_000);
    lab.capital = "10000000".parse()?;
    lab.execution.slippage_ticks = 0;
    Ok(lab)
}

/// The parameters of one cross.
pub fn params(fast: usize, slow: usize) -> String {
    format!(
        "method = 'sma'\nsignal = 'level'\nsizing = 'fixed_quantity'\nsize = 1\nshort_period = {fast}\nlong_period = {slow}\n"
    )
}

/// Our engine over bars in memory, from the building of the strategy to the closed books.
pub fn ours(lab: &Lab, params: &str, bars: &[Bar]) -> Result<Outcome, Failure> {
    let backtest = lab.backtest("trend_following", params, bars.first(), bars.len(), false)?;
    Ok(backtest.run(Stream::Bars(InstrumentId(0), bars.iter()), |_| ())?)
}

/// Equity to the last decimal and round trips, as JSON.
fn facts(outcome: &Outcome) -> String {
    let record = &outcome.record;
    told(&record.final_equity().to_string(), record.round_trips.len())
}

fn told(equity: &str, round_trips: usize) -> String {
    format!(r#"{{"equity": "{equity}", "round_trips": {round_trips}}}"#)
}

/// Runs a contestant and gives its line.
pub fn run(contestant: &str, file: &str) -> Result<String, Failure> {
    let by_hand = |(equity, round_trips): (f64, usize)| told(&format!("{equity:.4}"), round_trips);
    let bars_of = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count() - 1;
    match contestant {
        "hand" => {
            let columns = by_hand::Columns::of(&read(file)?);
            let mut curve = vec![0.0; columns.close.len()];
            let (result, took) =
                best(|| Ok(clocked(|| by_hand::cross(columns.rows(), 10, 30, Some(&mut curve)))))?;
            line(columns.close.len(), took, &by_hand(result))
        }
        "hand-csv" => {
            let (result, took) = best(|| {
                let (result, took) = clocked(|| by_hand::cross_of_csv(file));
                Ok((result?, took))
            })?;
            line(bars_of(&std::fs::read(file)?), took, &by_hand(result))
        }
        "quantmesh" => {
            let (bars, lab, params) = (read(file)?, lab()?, params(10, 30));
            let (result, took) = best(|| {
                let (outcome, took) = clocked(|| ours(&lab, &params, &bars));
                Ok((facts(&outcome?), took))
            })?;
            line(bars.len(), took, &result)
        }
        "quantmesh-csv" => {
            let (lab, params) = (lab()?, params(10, 30));
            let ((count, result), took) = best(|| {
                let (outcome, took) = clocked(|| {
                    let bars = read(file)?;
                    Ok::<_, Failure>((bars.len(), ours(&lab, &params, &bars)?))
                });
                let (count, outcome) = outcome?;
                Ok(((count, facts(&outcome)), took))
            })?;
            line(count, took, &result)
        }
        "quantmesh-import" => {
            let (count, took) = best(|| {
                let (bars, took) = clocked(|| read(file));
                Ok((bars?.len(), took))
            })?;
            line(count, took, &format!(r#"{{"bars": {count}}}"#))
        }
        other => Err(format!("nobody called `{other}` takes part in W1").into()),
    }
}
