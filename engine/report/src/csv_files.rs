//! `trades.csv` and `equity.csv`: every round trip and every equity point, prices and amounts exact.

use ledger::RunRecord;

use crate::curve::float;
use crate::show;
use crate::trips::price_return;

/// Round trips, one a row.
pub(crate) fn trades(record: &RunRecord) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "symbol",
        "side",
        "slot",
        "quantity",
        "entry_time",
        "entry_price",
        "exit_time",
        "exit_price",
        "gross",
        "fees",
        "net",
        "return_pct",
    ])?;
    for trip in &record.round_trips {
        let Some(instrument) = record.instruments.get(trip.instrument.index()) else { continue };
        let side = if trip.entry_side.sign() > 0 { "long" } else { "short" };
        out.write_record([
            instrument.symbol().to_owned(),
            side.to_owned(),
            trip.slot.to_string(),
            instrument.qty_decimal(trip.qty).to_string(),
            show::time(trip.entry_time),
            instrument.price_decimal(trip.entry_price).to_string(),
            show::time(trip.exit_time),
            instrument.price_decimal(trip.exit_price).to_string(),
            trip.gross.to_string(),
            trip.fees.to_string(),
            trip.net().to_string(),
            format!("{:.6}", price_return(trip) * 100.0),
        ])?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}

/// Equity points, one a row, with the fall from the highest so far.
pub(crate) fn equity(record: &RunRecord) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["time", "equity", "drawdown_pct"])?;
    let mut peak = f64::NEG_INFINITY;
    for point in &record.equity {
        let equity = float(point.equity);
        peak = peak.max(equity);
        let fall = if peak > 0.0 { (equity / peak - 1.0) * 100.0 } else { 0.0 };
        out.write_record([show::time(point.time), point.equity.to_string(), format!("{fall:.6}")])?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}
