//! A recording that is being replayed: where its readers are, and what of it is on its way to us.

use std::collections::VecDeque;

use types::{Event, InstrumentId, Tick, TickKind, Time, Trade};
use venue::SimExchange;

/// A recording of one instrument's order book.
#[derive(Debug, Clone)]
pub struct Recording<I> {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Its rows. They are read twice, so the iterator is cloned; one over a memory map costs nothing to clone.
    pub rows: I,
    /// Whether the venue's order of the rows is ours as well: no row is for one of us alone. Then a run in which nobody asks for
    /// the whole book needs one reader instead of two.
    pub in_one_order: bool,
}

/// A recording that is being replayed.
#[derive(Debug)]
pub(crate) struct Played<I> {
    pub(crate) instrument: InstrumentId,
    pub(crate) at_venue: Reader<I, true>,
    pub(crate) ours: Ours<I>,
}

/// How the recording reaches us.
#[derive(Debug)]
pub(crate) enum Ours<I> {
    /// We read it ourselves, into a book of our own.
    Read(Reader<I, false>),
    /// What we would make of it, trades and best prices, is told by what the venue reads, and arrives later.
    Told {
        /// What is on its way, each with the time at which it can be known.
        line: VecDeque<(i64, Event)>,
        feed_latency: Option<i64>,
    },
}

/// A place in a recording, as the venue (`VENUE`) or as we read it.
#[derive(Debug)]
pub(crate) struct Reader<I, const VENUE: bool> {
    rows: I,
    pub(crate) head: Option<Tick>,
    /// When the head is due; [`NEVER`] at the end.
    pub(crate) due: i64,
    /// What the feed takes to us, where that is not left to the recording.
    feed_latency: Option<i64>,
}

/// Later than everything.
pub(crate) const NEVER: i64 = i64::MAX;

impl<I: Iterator<Item = Tick>, const VENUE: bool> Reader<I, VENUE> {
    pub(crate) fn new(rows: I, feed_latency: Option<i64>) -> Self {
        let mut reader = Self { rows, head: None, due: NEVER, feed_latency };
        reader.advance();
        reader
    }

    #[inline]
    pub(crate) fn advance(&mut self) {
        self.head = self.rows.find(|tick| if VENUE { tick.for_venue() } else { tick.for_us() });
        self.due = match (&self.head, self.feed_latency) {
            (None, _) => NEVER,
            (Some(tick), _) if VENUE => tick.venue_time.nanos(),
            (Some(tick), None) => tick.local_time.nanos(),
            (Some(tick), Some(latency)) => tick.venue_time.nanos().saturating_add(latency),
        };
    }
}

impl<I> Played<I> {
    /// When something of it next reaches us.
    #[inline]
    pub(crate) fn ours_due(&self) -> i64 {
        match &self.ours {
            Ours::Read(reader) => reader.due,
            Ours::Told { line, .. } => line.front().map_or(NEVER, |(due, _)| *due),
        }
    }
}

/// A tick as an event of ours.
#[inline]
pub(crate) fn heard(instrument: InstrumentId, tick: &Tick, time: Time) -> Event {
    match tick.kind {
        TickKind::Trade(taker) => {
            Event::Trade { instrument, trade: Trade { time, price: tick.price, qty: tick.qty, taker } }
        }
        _ => Event::Book { instrument, tick: Tick { local_time: time, ..*tick } },
    }
}

/// A trade, or the best prices after a tick that moved them.
#[inline]
pub(crate) fn told(venue: &SimExchange, instrument: InstrumentId, tick: &Tick, time: Time) -> Option<Event> {
    match tick.kind {
        TickKind::Trade(_) => Some(heard(instrument, tick, time)),
        _ => venue.quote(instrument, time).map(|quote| Event::Quote { instrument, quote }),
    }
}

/// The recording whose next row is the earliest, when that is, whether it is the venue that reads it, and until when nothing
/// else of any recording is due.
#[inline]
pub(crate) fn earliest<I>(recordings: &[Played<I>]) -> (usize, i64, bool, i64) {
    let (mut found, mut bound) = ((0, NEVER, true), NEVER);
    for (at, one) in recordings.iter().enumerate() {
        let (venue, ours) = (one.at_venue.due, one.ours_due());
        for (due, is_venue) in [(venue, true), (ours, false)] {
            if due < found.1 || (due == found.1 && is_venue && !found.2) {
                // What was the earliest so far comes after it, at equal times as well where that is ours.
                bound = bound.min(found.1);
                found = (at, due, is_venue);
            } else {
                bound = bound.min(due);
            }
        }
    }
    (found.0, found.1, found.2, bound)
}
