//! Rows straight from a tape's bytes, one at a time, without an allocation.

use std::marker::PhantomData;
use std::slice::ChunksExact;

use types::{Bar, Funding, Quote, Tick, Time, Trade};

use super::record::Record;

/// Rows of one kind, in the order of the tape. A clone goes on from the same place.
#[derive(Debug)]
pub struct Rows<'t, R> {
    records: ChunksExact<'t, u8>,
    /// First time that is wanted, and first that no longer is, where not all are.
    between: Option<(i64, i64)>,
    kind: PhantomData<R>,
}

impl<'t, R: Record> Rows<'t, R> {
    pub(super) fn new(records: &'t [u8], between: Option<(i64, i64)>) -> Self {
        Self { records: records.chunks_exact(R::SIZE), between, kind: PhantomData }
    }
}

impl<R> Clone for Rows<'_, R> {
    fn clone(&self) -> Self {
        Self { records: self.records.clone(), between: self.between, kind: PhantomData }
    }
}

impl<R: Record> Iterator for Rows<'_, R> {
    type Item = R;

    #[inline]
    fn next(&mut self) -> Option<R> {
        let Some((from, to)) = self.between else { return self.records.next().map(R::get) };
        self.records.by_ref().map(R::get).find(|row| (from..to).contains(&row.time().nanos()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.records.len();
        (if self.between.is_some() { 0 } else { left }, Some(left))
    }
}

/// A row of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A bar.
    Bar(Bar),
    /// A trade.
    Trade(Trade),
    /// A best bid and ask.
    Quote(Quote),
    /// A funding settlement.
    Funding(Funding),
    /// A row of a recorded order book.
    Tick(Tick),
}

/// Rows of a tape whose kind is known when it is opened.
#[derive(Debug, Clone)]
pub enum AnyRows<'t> {
    /// Bars.
    Bars(Rows<'t, Bar>),
    /// Trades.
    Trades(Rows<'t, Trade>),
    /// Quotes.
    Quotes(Rows<'t, Quote>),
    /// Funding settlements.
    Funding(Rows<'t, Funding>),
    /// Ticks.
    Ticks(Rows<'t, Tick>),
}

impl Iterator for AnyRows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        match self {
            Self::Bars(rows) => rows.next().map(Row::Bar),
            Self::Trades(rows) => rows.next().map(Row::Trade),
            Self::Quotes(rows) => rows.next().map(Row::Quote),
            Self::Funding(rows) => rows.next().map(Row::Funding),
            Self::Ticks(rows) => rows.next().map(Row::Tick),
        }
    }
}

impl Row {
    /// The time by which tapes are indexed and cut: a bar's open time, a tick's local time, the one time of everything else.
    #[must_use]
    pub fn time(&self) -> Time {
        match self {
            Self::Bar(row) => Record::time(row),
            Self::Trade(row) => row.time,
            Self::Quote(row) => row.time,
            Self::Funding(row) => row.time,
            Self::Tick(row) => row.local_time,
        }
    }

    pub(super) fn turn(&self, before: i64) -> i64 {
        match self {
            Self::Bar(row) => row.turn(before),
            Self::Trade(row) => row.turn(before),
            Self::Quote(row) => row.turn(before),
            Self::Funding(row) => row.turn(before),
            Self::Tick(row) => row.turn(before),
        }
    }
}
