//! The replay of order books: two readers of one recording, the venue at the venue's time and we at ours, with the wire between.
//!
//! Whatever has the earliest time comes next. At equal times: the venue's data, then what arrives there, then reports that
//! reach us, then other market events, then our data, then timers; so nothing we do at a moment is helped by what we
//! could not have known before it.

use types::{Event, InstrumentId, Tick, TickKind, Time, Trade};
use venue::Latency;

use crate::run::{Backtest, Outcome};
use crate::BacktestError;

/// How a replay of order books goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplaySetup {
    /// The instruments whose order books are replayed.
    pub instruments: Vec<InstrumentId>,
    /// What orders and their answers take.
    pub latency: Latency,
    /// What market data take to us, in nanoseconds, instead of what the recording says.
    pub feed_latency: Option<i64>,
    /// Equity is kept once in so many nanoseconds, and after every fill.
    pub sample: i64,
}

impl Default for ReplaySetup {
    fn default() -> Self {
        Self { instruments: Vec::new(), latency: Latency::default(), feed_latency: None, sample: 1_000_000_000 }
    }
}

/// One recording, read twice.
#[derive(Debug)]
struct Recording<I> {
    instrument: InstrumentId,
    at_venue: Reader<I>,
    at_us: Reader<I>,
}

/// A place in a recording.
#[derive(Debug)]
struct Reader<I> {
    rows: I,
    head: Option<Tick>,
    wanted: fn(&Tick) -> bool,
}

/// Timers of one strategy.
#[derive(Debug, Clone, Copy)]
struct Timer {
    strategy: u16,
    period: i64,
    next: Time,
}

/// What comes next. The order is the order at equal times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Venue(usize),
    Arrival,
    Report,
    Event,
    Tick(usize),
    Timer(usize),
}

impl<I: Iterator<Item = Tick>> Reader<I> {
    fn new(mut rows: I, wanted: fn(&Tick) -> bool) -> Self {
        let head = rows.find(wanted);
        Self { rows, head, wanted }
    }

    #[inline]
    fn take(&mut self) -> Option<Tick> {
        let wanted = self.wanted;
        std::mem::replace(&mut self.head, self.rows.find(wanted))
    }
}

/// The earlier of what is known so far and something else that may come.
#[inline]
fn earlier(known: Option<(Time, Next)>, time: Option<Time>, what: Next) -> Option<(Time, Next)> {
    match (known, time) {
        (Some(known), Some(time)) => Some(known.min((time, what))),
        (None, Some(time)) => Some((time, what)),
        (known, None) => known,
    }
}

impl Backtest {
    /// Replays recordings of order books, merged with other market events, and closes the books.
    ///
    /// Each recording is read twice, so its iterator is cloned; one over a memory map costs nothing to clone.
    /// `progress` hears the count of market events now and then.
    ///
    /// # Errors
    /// [`BacktestError`]; there is no half result.
    pub fn replay<I>(
        mut self,
        recordings: impl IntoIterator<Item = (InstrumentId, I)>,
        events: impl IntoIterator<Item = Event>,
        mut progress: impl FnMut(u64),
    ) -> Result<Outcome, BacktestError>
    where
        I: Iterator<Item = Tick> + Clone,
    {
        let mut recordings: Vec<Recording<I>> = recordings
            .into_iter()
            .map(|(instrument, rows)| Recording {
                instrument,
                at_venue: Reader::new(rows.clone(), Tick::for_venue),
                at_us: Reader::new(rows, Tick::for_us),
            })
            .collect();
        let mut events = events.into_iter().peekable();
        let heads = recordings.iter().filter_map(|one| one.at_venue.head).map(|tick| tick.venue_time);
        let start = heads.chain(events.peek().map(Event::time)).min().unwrap_or(Time::EPOCH);
        let mut timers = self.timers(start);
        self.sample_from(start);
        while let Some((time, next)) = self.next(&recordings, events.peek(), &timers) {
            match next {
                Next::Venue(at) => {
                    let Some(one) = recordings.get_mut(at) else { continue };
                    if let Some(tick) = one.at_venue.take() {
                        self.venue_tick(one.instrument, &tick)?;
                    }
                }
                Next::Arrival => self.arrival()?,
                Next::Report => self.report()?,
                Next::Event => {
                    if let Some(event) = events.next() {
                        self.market_event(&event)?;
                    }
                }
                Next::Tick(at) => {
                    let Some(one) = recordings.get_mut(at) else { continue };
                    if let Some(tick) = one.at_us.take() {
                        self.our_tick(one.instrument, &tick, time)?;
                        if self.events.is_multiple_of(crate::run::PROGRESS_EVERY) {
                            progress(self.events);
                        }
                    }
                }
                Next::Timer(at) => {
                    let Some(timer) = timers.get_mut(at) else { continue };
                    timer.next = Time::from_nanos(time.nanos().saturating_add(timer.period));
                    self.local(&Event::Timer { time, strategy: timer.strategy })?;
                }
            }
        }
        // What is still under way is told, since it has happened; nothing that we would answer can happen any more.
        while self.wire.next_report().is_some() {
            self.report()?;
        }
        progress(self.events);
        self.recorder.equity(self.kernel.now(), self.outbox.equity);
        self.finish()
    }

    /// The earliest of everything that can come next; nothing once the data have ended.
    #[inline]
    fn next<I>(
        &self,
        recordings: &[Recording<I>],
        event: Option<&Event>,
        timers: &[Timer],
    ) -> Option<(Time, Next)> {
        let mut next: Option<(Time, Next)> = None;
        for (at, one) in recordings.iter().enumerate() {
            next = earlier(next, one.at_venue.head.map(|tick| tick.venue_time), Next::Venue(at));
            next = earlier(next, one.at_us.head.map(|tick| self.known(&tick)), Next::Tick(at));
        }
        next = earlier(next, event.map(Event::time), Next::Event);
        next?;
        next = earlier(next, self.wire.next_arrival(), Next::Arrival);
        next = earlier(next, self.wire.next_report(), Next::Report);
        for (at, timer) in timers.iter().enumerate() {
            next = earlier(next, Some(timer.next), Next::Timer(at));
        }
        next
    }

    /// When a tick could be known here.
    #[inline]
    fn known(&self, tick: &Tick) -> Time {
        match self.feed_latency {
            None => tick.local_time,
            Some(latency) => Time::from_nanos(tick.venue_time.nanos().saturating_add(latency)),
        }
    }

    fn timers(&self, start: Time) -> Vec<Timer> {
        let places = 0..self.kernel.seats();
        places
            .filter_map(|strategy| {
                let period = self.kernel.interest(strategy)?.every.filter(|period| *period > 0)?;
                Some(Timer { strategy, period, next: Time::from_nanos(start.nanos().saturating_add(period)) })
            })
            .collect()
    }

    #[inline]
    fn venue_tick(&mut self, instrument: InstrumentId, tick: &Tick) -> Result<(), BacktestError> {
        if let Err(source) = self.venue.on_tick(instrument, tick, &mut self.reports) {
            return Err(self.overflow(tick.venue_time, source));
        }
        if !self.reports.is_empty() {
            self.post(tick.venue_time);
        }
        Ok(())
    }

    /// Puts what the venue says on the wire.
    #[cold]
    fn post(&mut self, now: Time) {
        for report in self.reports.drain(..) {
            self.wire.answer(now, report);
        }
    }

    #[cold]
    fn arrival(&mut self) -> Result<(), BacktestError> {
        let Some((time, command)) = self.wire.arrive() else { return Ok(()) };
        if let Err(source) = self.venue.submit(time, &command, &mut self.reports) {
            return Err(self.overflow(time, source));
        }
        self.post(time);
        Ok(())
    }

    #[cold]
    fn report(&mut self) -> Result<(), BacktestError> {
        let Some(report) = self.wire.receive() else { return Ok(()) };
        self.recorder.report(&report);
        self.local(&Event::Order(report))?;
        if let Some((booked, turnover)) = &self.outbox.booked {
            self.recorder.fill(&report, booked, *turnover);
            self.recorder.round_trips(&self.outbox.closed);
            self.recorder.equity(report.time, self.outbox.equity);
        }
        Ok(())
    }

    /// A bar, a funding settlement or another event that the venue and we hear at the same time.
    fn market_event(&mut self, event: &Event) -> Result<(), BacktestError> {
        self.events += 1;
        self.note_price(event);
        if let Err(source) = self.venue.on_market(event, &mut self.reports) {
            return Err(self.overflow(event.time(), source));
        }
        self.post(event.time());
        self.local(event)
    }

    #[inline]
    fn our_tick(&mut self, instrument: InstrumentId, tick: &Tick, time: Time) -> Result<(), BacktestError> {
        self.events += 1;
        let event = match tick.kind {
            TickKind::Trade(taker) => {
                self.mark(instrument, time, tick.price);
                let trade = Trade { time, price: tick.price, qty: tick.qty, taker };
                Event::Trade { instrument, trade }
            }
            _ => Event::Book { instrument, tick: Tick { local_time: time, ..*tick } },
        };
        self.local(&event)
    }

    /// One step of ours, whose commands go on the wire.
    #[inline]
    fn local(&mut self, event: &Event) -> Result<(), BacktestError> {
        let time = event.time();
        self.advance(event, time)?;
        if time >= self.next_sample {
            self.recorder.equity(time, self.outbox.equity);
            self.sample_from(time);
        }
        if !self.outbox.commands.is_empty() {
            self.dispatch(time);
        }
        Ok(())
    }

    #[cold]
    fn dispatch(&mut self, time: Time) {
        for command in &self.outbox.commands {
            if let types::Command::Place(order) = command {
                self.recorder.order(order);
            }
            self.wire.send(time, *command);
        }
    }

    fn sample_from(&mut self, time: Time) {
        self.next_sample = Time::from_nanos(time.nanos().saturating_add(self.sample));
    }
}
