//! Several tapes as one stream in the order of time, without loading them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::rows::{AnyRows, Row};

/// Rows of several tapes, each with the place of its tape in the list.
///
/// A row takes its turn when we can know it: a tick at its local time, a bar when it closes, everything else at its time. At
/// equal times the tape that was named first goes first, and the order within a tape never changes. What a venue alone reads
/// goes along with the row before it.
///
/// ```
/// # use quantmesh_tape::{Merged, Row, Tape, TapeWriter, Series, SeriesData, Grid};
/// # use types::{Price, Qty, Time, Trade};
/// # let folder = tempfile::tempdir()?;
/// # let write = |name: &str, times: [i64; 2]| -> Result<Tape, quantmesh_tape::DataError> {
/// #     let trade = |time| Trade { time: Time::from_nanos(time), price: Price::from_ticks(1), qty: Qty::from_lots(1), taker: None };
/// #     let grid = Grid { tick_size: "0.1".parse().unwrap(), lot_size: "1".parse().unwrap() };
/// #     let data = SeriesData::Trades(times.map(trade).to_vec());
/// #     let series = Series { data, grid, interval: None, symbol: None, has_volume: true, clock_shift: 0 };
/// #     quantmesh_tape::write(&folder.path().join(name), &series)?;
/// #     Tape::open(&folder.path().join(name))
/// # };
/// let tapes = [write("one", [1, 5])?, write("two", [1, 3])?];
/// let rows = tapes.iter().map(Tape::any_rows).collect::<Result<Vec<_>, _>>()?;
/// let order: Vec<_> = Merged::new(rows).map(|(tape, row)| (tape, row.time().nanos())).collect();
/// assert_eq!(order, [(0, 1), (1, 1), (1, 3), (0, 5)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Merged<'t> {
    tapes: Vec<(Option<Row>, AnyRows<'t>)>,
    /// When the next row of a tape takes its turn, and which tape.
    turns: BinaryHeap<Reverse<(i64, usize)>>,
}

impl<'t> Merged<'t> {
    /// Merges the rows of tapes.
    #[must_use]
    pub fn new(tapes: Vec<AnyRows<'t>>) -> Self {
        let tapes: Vec<_> = tapes.into_iter().map(|mut rows| (rows.next(), rows)).collect();
        let turn =
            |(at, tape): (usize, &(Option<Row>, AnyRows<'t>))| Some(Reverse((tape.0?.turn(i64::MIN), at)));
        let turns = tapes.iter().enumerate().filter_map(turn).collect();
        Self { tapes, turns }
    }
}

impl Iterator for Merged<'_> {
    type Item = (usize, Row);

    fn next(&mut self) -> Option<(usize, Row)> {
        let mut first = self.turns.peek_mut()?;
        let Reverse((turn, at)) = *first;
        let (head, rows) = self.tapes.get_mut(at)?;
        let row = head.take()?;
        *head = rows.next();
        match head {
            Some(next) => *first = Reverse((next.turn(turn), at)),
            None => drop(std::collections::binary_heap::PeekMut::pop(first)),
        }
        Some((at, row))
    }
}
