//! Where the other modules get bars and files from: the daily BTCUSDT sample, and what lies in this crate's folders.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sdk::{Bar, Decimal, Qty, Time};
use testkit::Lab;

/// A file of this crate.
pub(crate) fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Bars, and a laboratory that they fit in.
pub(crate) type Sample = (Lab, Vec<Bar>);

/// The sample in a laboratory whose lots hold its volumes; `None` where this crate stands outside the tree that has it.
pub(crate) fn bars() -> Result<Option<Sample>, Box<dyn Error>> {
    let Ok(text) = fs::read_to_string(here("../../examples/data/btcusdt_1d.csv")) else {
        writeln!(std::io::stderr(), "passed over: this crate stands outside the tree that has the sample")?;
        return Ok(None);
    };
    let mut lab = Lab::new()?;
    lab.spec.symbol = "BTCUSDT".to_owned();
    lab.spec.lot_size = "0.00001".parse()?;
    let instrument = lab.instrument()?;
    let mut bars = Vec::new();
    // The first line is of 16 August 2017, day 17 394.
    for (day, line) in (17_394_i64..).zip(text.lines().skip(1)) {
        let numbers: Result<Vec<Decimal>, _> = line.split(',').skip(2).map(str::parse).collect();
        let [prices @ .., volume] = &numbers?[..] else { return Err(format!("no bar: {line}").into()) };
        let prices: Result<Vec<_>, _> = prices.iter().map(|price| instrument.price(*price)).collect();
        let [open, high, low, close] = prices?[..] else { return Err(format!("no bar: {line}").into()) };
        let at = |day: i64| Time::from_nanos(day * 86_400_000_000_000);
        let lots = volume.count_of_rounded(instrument.lot_size(), sdk::Rounding::HalfEven)?;
        let volume = Qty::from_lots(lots);
        bars.push(Bar { open_time: at(day), close_time: at(day + 1), open, high, low, close, volume });
    }
    Ok(Some((lab, bars)))
}

/// A file's bytes as the program hands them over.
pub(crate) fn handed_over(path: &str) -> Result<String, Box<dyn Error>> {
    use std::fmt::Write;
    let mut text = "hex:".to_owned();
    for byte in fs::read(here(path))? {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}
