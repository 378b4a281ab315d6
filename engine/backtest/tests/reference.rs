//! Published results, from a table: the same strategy on the same data under the same named conventions.

use std::process::Command;

use quantmesh_backtest::{EndOfRun, Outcome};
use tape::{ReadOptions, SeriesData, read};
use testkit::{Lab, shared_or_skip};
use trend_following as _;
use types::{Bar, Decimal, Money, Rate};
use venue::{Execution, MarketFill};

type Failure = Box<dyn std::error::Error>;

fn bars(file: &std::path::Path, tick: &str) -> Result<Vec<Bar>, Failure> {
    let options = ReadOptions { tick_size: Some(tick.parse()?), ..ReadOptions::default() };
    match read(file, &options)?.series.data {
        SeriesData::Bars(bars) => Ok(bars),
        other => Err(format!("{} are no bars", other.kind()).into()),
    }
}

fn lab(tick: &str, lot: &str, capital: &str, taker: &str) -> Result<Lab, Failure> {
    let mut lab = Lab::new()?;
    (lab.spec.tick_size, lab.spec.lot_size) = (tick.parse()?, lot.parse()?);
    lab.spec.fees.taker = Rate::from_decimal(taker.parse::<Decimal>()?)?;
    lab.capital = capital.parse()?;
    lab.execution = Execution::default();
    Ok(lab)
}

fn facts(outcome: &Outcome) -> (String, usize, String) {
    let record = &outcome.record;
    let peak = record.equity.iter().map(|point| point.equity).max().unwrap_or_default();
    (record.final_equity().to_string(), record.round_trips.len(), peak.to_string())
}

/// backtesting.py's SMA(10)/SMA(30) cross on GOOG: sized at the next open, filled there, closed at the last open.
#[test]
fn the_goog_cross_comes_out_to_the_cent() -> Result<(), Failure> {
    let Some(file) = shared_or_skip("data/market/goog_1d.csv") else { return Ok(()) };
    let mut lab = lab("0.01", "1", "10000", "0")?;
    lab.execution.market_fill = MarketFill::LastPrice;
    (lab.opening_prints, lab.end) = (true, EndOfRun::CloseAtLastOpen);
    let params =
        "method = 'sma'\ndirection = 'both'\nsizing = 'equity_fraction'\nsize = 1\nsize_at = 'next_price'";
    let outcome = lab.run("trend_following", params, &bars(&file, "0.01")?)?;
    assert_eq!(facts(&outcome), ("51422.99".to_owned(), 66, "75787.44".to_owned()));
    Ok(())
}

/// Work W1 of the performance anchors on the first 200 000 of its generated bars: 4 187 round trips, 9 784 138.98.
#[test]
fn the_generated_bars_give_the_published_equity() -> Result<(), Failure> {
    let Some(shared) = shared_or_skip("bench/gen_bars.py") else { return Ok(()) };
    let market = shared.parent().and_then(std::path::Path::parent).ok_or("no folder")?.join("data/market");
    let there = tempfile::tempdir()?;
    let plain = |name: &str| -> Result<std::path::PathBuf, Failure> {
        let to = there.path().join(name);
        let mut text = Vec::new();
        let packed = std::fs::File::open(market.join(format!("{name}.csv.gz")))?;
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut text)?;
        std::fs::write(&to, text)?;
        Ok(to)
    };
    let out = there.path().join("bars.csv");
    let made = Command::new("python3")
        .arg(&shared)
        .arg("--source")
        .arg(plain("btc_perp_1m_20220101_20220201")?)
        .arg("--gap-source")
        .arg(plain("binance_usdm_btcusdt_1m_20251230")?)
        .args(["--bars", "200000", "--out"])
        .arg(&out)
        .output()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let lab = lab("0.1", "0.001", "10000000", "0.0004")?;
    let mut lab = lab;
    lab.execution.slippage_ticks = 0;
    let params = "method = 'sma'\nsignal = 'level'\nsizing = 'fixed_quantity'\nsize = 1";
    let outcome = lab.run("trend_following", params, &bars(&out, "0.1")?)?;
    let equity: Money = "9784138.97676".parse()?;
    assert_eq!((outcome.record.final_equity(), outcome.record.round_trips.len()), (equity, 4_187));
    Ok(())
}
