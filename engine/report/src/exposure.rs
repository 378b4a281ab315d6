//! How long and how much a run was in the market.

use ledger::RunRecord;
use statistics::{mean, ratio};
use types::{InstrumentId, Qty, Time};

use crate::curve::float;

/// Share of the run's time with any position open, or with one in `only`.
#[expect(clippy::cast_precision_loss, reason = "lengths of time need no more than 53 bits")]
pub(crate) fn time_in_market(record: &RunRecord, only: Option<InstrumentId>) -> Option<f64> {
    let (first, last) = (record.equity.first()?.time, record.equity.last()?.time);
    let mut held = vec![Qty::ZERO; record.instruments.len()];
    let (mut since, mut open): (Option<Time>, i128) = (None, 0);
    let fills = record.fills.iter().filter(|fill| only.is_none_or(|only| only == fill.instrument));
    for fill in fills {
        if let Some(position) = held.get_mut(fill.instrument.index()) {
            *position = fill.position;
        }
        let inside = held.iter().any(|position| !position.is_zero());
        match since {
            None if inside => since = Some(fill.time),
            Some(start) if !inside => {
                open += i128::from(fill.time.nanos()) - i128::from(start.nanos());
                since = None;
            }
            _ => {}
        }
    }
    if let Some(start) = since {
        open += i128::from(last.nanos()) - i128::from(start.nanos());
    }
    let whole = i128::from(last.nanos()) - i128::from(first.nanos());
    ratio(open as f64, whole as f64)
}

/// Mean of |position| × price at the chart's candles, summed over instruments, over mean equity.
pub(crate) fn mean_exposure(record: &RunRecord) -> Option<f64> {
    let mut gross = 0.0;
    for (instrument, candles) in record.instruments.iter().zip(&record.candles) {
        let mut position = Position::of(record, instrument.id());
        let worth = |time, price| {
            let held = position.at(time);
            instrument.notional(price, held).map(|money| float(money).abs()).unwrap_or_default()
        };
        let mut worth = worth;
        let list: Vec<f64> = candles.iter().map(|candle| worth(candle.close_time, candle.close)).collect();
        gross += mean(&list).unwrap_or_default();
    }
    let equity: Vec<f64> = record.equity.iter().map(|point| float(point.equity)).collect();
    ratio(gross, mean(&equity)?)
}

/// The position in one instrument at moments that rise.
pub(crate) struct Position<'r> {
    fills: std::iter::Peekable<Box<dyn Iterator<Item = (Time, Qty)> + 'r>>,
    held: Qty,
}

impl<'r> Position<'r> {
    pub(crate) fn of(record: &'r RunRecord, instrument: InstrumentId) -> Self {
        let own = record.fills.iter().filter(move |fill| fill.instrument == instrument);
        let steps: Box<dyn Iterator<Item = (Time, Qty)> + 'r> =
            Box::new(own.map(|fill| (fill.time, fill.position)));
        Self { fills: steps.peekable(), held: Qty::ZERO }
    }

    /// What is held after every fill up to this moment.
    pub(crate) fn at(&mut self, time: Time) -> Qty {
        while let Some((_, position)) = self.fills.next_if(|(when, _)| *when <= time) {
            self.held = position;
        }
        self.held
    }
}
