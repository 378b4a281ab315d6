//! Work W2 of the performance anchors: a grid of quotes on a replayed order book gives the published counts and equity.

mod works;

use std::process::Command;

use quantmesh_backtest::{Outcome, Recording, ReplaySetup};
use testkit::shared_or_skip;
use types::InstrumentId;

type Failure = Box<dyn std::error::Error>;

fn run(file: &std::path::Path) -> Result<Outcome, Failure> {
    let ticks = works::ticks(file)?;
    let backtest = works::grid_of_quotes(works::behind_everybody(), ReplaySetup::default());
    Ok(backtest.replay(
        [Recording { instrument: InstrumentId(0), rows: ticks.iter().copied(), in_one_order: true }],
        [],
        |_| (),
    )?)
}

fn facts(outcome: &Outcome) -> (u64, u64, usize, String) {
    let record = &outcome.record;
    let cancelled =
        record.orders.iter().filter(|order| order.status == types::OrderStatus::Cancelled).count();
    (record.totals.fills, record.totals.orders, cancelled, record.final_equity().to_string())
}

fn generated(script: &std::path::Path, arguments: &[&std::ffi::OsStr]) -> Result<(), Failure> {
    let made = Command::new("python3").arg(script).args(arguments).output()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}

#[test]
fn five_million_generated_ticks() -> Result<(), Failure> {
    let Some(script) = shared_or_skip("bench/gen_ticks.py") else { return Ok(()) };
    let there = tempfile::tempdir()?;
    let file = there.path().join("ticks.bin");
    generated(&script, &["--out".as_ref(), file.as_os_str()])?;
    assert_eq!(facts(&run(&file)?), (10_145, 25_029, 14_844, "-116551.4754".to_owned()));
    Ok(())
}

#[test]
fn a_real_recording() -> Result<(), Failure> {
    let Some(script) = shared_or_skip("bench/real_ticks.py") else { return Ok(()) };
    let Some(recording) = shared_or_skip("data/market/binance_usdm_btcusdt_20240808.l2.gz") else {
        return Ok(());
    };
    let there = tempfile::tempdir()?;
    let file = there.path().join("ticks.bin");
    generated(&script, &[recording.as_os_str(), file.as_os_str()])?;
    assert_eq!(facts(&run(&file)?).0, 1_455);
    Ok(())
}
