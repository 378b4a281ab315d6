//! Market data as one stream of events, merged in the order of time.

use std::slice::Iter;

use types::{Bar, Event, Funding, InstrumentId, Price, Quote, Signal, Time, Trade};

/// One instrument's data of one kind, oldest first.
#[derive(Debug, Clone)]
pub enum Stream<'a> {
    /// Bars.
    Bars(InstrumentId, Iter<'a, Bar>),
    /// Trades.
    Trades(InstrumentId, Iter<'a, Trade>),
    /// Quotes.
    Quotes(InstrumentId, Iter<'a, Quote>),
    /// Funding settlements.
    Funding(InstrumentId, Iter<'a, Funding>),
    /// Mark prices and when they were known.
    Marks(InstrumentId, Iter<'a, (Time, Price)>),
    /// Signals from outside.
    Signals(InstrumentId, Iter<'a, Signal>),
}

impl Iterator for Stream<'_> {
    type Item = Event;

    #[inline]
    fn next(&mut self) -> Option<Event> {
        Some(match self {
            Self::Bars(instrument, bars) => Event::Bar { instrument: *instrument, bar: *bars.next()? },
            Self::Trades(instrument, trades) => {
                Event::Trade { instrument: *instrument, trade: *trades.next()? }
            }
            Self::Quotes(instrument, quotes) => {
                Event::Quote { instrument: *instrument, quote: *quotes.next()? }
            }
            Self::Funding(instrument, list) => {
                Event::Funding { instrument: *instrument, funding: *list.next()? }
            }
            Self::Marks(instrument, list) => {
                let (time, price) = *list.next()?;
                Event::Mark { instrument: *instrument, time, price }
            }
            Self::Signals(instrument, list) => {
                Event::Signal { instrument: *instrument, signal: *list.next()? }
            }
        })
    }
}

/// Several streams as one. At equal times the earlier stream of the list comes first.
#[derive(Debug, Clone)]
pub struct Feed<'a> {
    streams: Vec<(Option<Event>, Stream<'a>)>,
}

impl<'a> Feed<'a> {
    /// Merges streams that are each sorted by time.
    pub fn new(streams: impl IntoIterator<Item = Stream<'a>>) -> Self {
        Self { streams: streams.into_iter().map(|mut stream| (stream.next(), stream)).collect() }
    }
}

impl Iterator for Feed<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let heads = self.streams.iter().enumerate();
        let (_, at) =
            heads.filter_map(|(at, (head, _))| head.as_ref().map(|event| (event.time(), at))).min()?;
        let (head, stream) = self.streams.get_mut(at)?;
        std::mem::replace(head, stream.next())
    }
}
