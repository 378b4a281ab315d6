//! The replay of order books: two readers of one recording, the venue at the venue's time and we at ours, with the wire between.
//!
//! Whatever has the earliest time comes next. At equal times: the venue's data, then what arrives there, then reports that
//! reach us, then other market events, then our data, then timers; so nothing we do at a moment is helped by what we
//! could not have known before it.

use std::collections::VecDeque;

use types::{Event, InstrumentId, Tick, TickKind, Time};
use venue::Latency;

use crate::BacktestError;
use crate::recording::{NEVER, Ours, Played, Reader, Recording, earliest, heard, told};
use crate::run::{Backtest, MAX_REPORTS, Outcome, PROGRESS_EVERY};

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
        Self {
            instruments: Vec::new(),
            latency: Latency::default(),
            feed_latency: None,
            sample: 1_000_000_000,
        }
    }
}

/// Timers of one strategy.
#[derive(Debug, Clone, Copy)]
struct Timer {
    strategy: u16,
    period: i64,
    next: i64,
}

/// What comes next. The order is the order at equal times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    VenueTick,
    Arrival,
    Report,
    Event,
    OurTick,
    Timer(usize),
}

impl Backtest {
    /// Replays recordings of order books, merged with other market events, and closes the books.
    ///
    /// `progress` hears the count of market events now and then.
    ///
    /// # Errors
    /// [`BacktestError`]; there is no half result.
    pub fn replay<I>(
        mut self,
        recordings: impl IntoIterator<Item = Recording<I>>,
        events: impl IntoIterator<Item = Event>,
        mut progress: impl FnMut(u64),
    ) -> Result<Outcome, BacktestError>
    where
        I: Iterator<Item = Tick> + Clone,
    {
        self.wired = true;
        let mut recordings: Vec<Played<I>> = recordings.into_iter().map(|one| self.played(one)).collect();
        let mut events = events.into_iter().peekable();
        let first = recordings.iter().map(|one| one.at_venue.due);
        let start = first.chain(events.peek().map(|event| event.time().nanos())).min().unwrap_or(0);
        let mut timers = self.timers(start);
        self.sample_from(Time::from_nanos(start));
        let mut due = self.due(events.peek(), &timers);
        let mut told = PROGRESS_EVERY;
        loop {
            let (at, tick, venue, bound) = earliest(&recordings);
            let rank = if venue { Next::VenueTick } else { Next::OurTick };
            if (tick, rank) < due && tick != NEVER {
                let Some(one) = recordings.get_mut(at) else { break };
                let touched =
                    if venue { self.venue_ticks(one, bound.min(due.0))? } else { self.our_tick(one)? };
                if touched {
                    due = self.due(events.peek(), &timers);
                }
                if self.events >= told {
                    progress(self.events);
                    told = self.events + PROGRESS_EVERY;
                }
                continue;
            }
            if tick == NEVER && events.peek().is_none() {
                break;
            }
            match due.1 {
                Next::Arrival => self.arrival()?,
                Next::Report => self.report()?,
                Next::Timer(at) => {
                    let Some(timer) = timers.get_mut(at) else { break };
                    timer.next = timer.next.saturating_add(timer.period);
                    let (time, strategy) = (Time::from_nanos(due.0), timer.strategy);
                    self.local(&Event::Timer { time, strategy })?;
                }
                _ => {
                    let Some(event) = events.next() else { break };
                    self.market_event(&event)?;
                }
            }
            due = self.due(events.peek(), &timers);
        }
        // What is still under way is told, since it has happened; nothing that we would answer can happen any more.
        while self.wire.next_report().is_some() {
            self.report()?;
        }
        progress(self.events);
        let now = self.kernel.now();
        self.recorder.equity(now, self.outbox.equity);
        // A recording without a trade has a last price all the same: the middle of its last quote.
        if let (None, Some(one)) = (self.last, recordings.first())
            && let Some(price) =
                self.kernel.markets().get(one.instrument.index()).and_then(|market| market.last)
        {
            self.mark(one.instrument, now, price);
        }
        self.finish()
    }

    /// Puts readers to a recording: one where nobody asks for the book and the order is the same, else two.
    fn played<I>(&self, one: Recording<I>) -> Played<I>
    where
        I: Iterator<Item = Tick> + Clone,
    {
        let Recording { instrument, rows, in_one_order } = one;
        let feed_latency = self.feed_latency;
        let wanted = (0..self.kernel.seats()).filter_map(|place| self.kernel.interest(place));
        let ours = if in_one_order && !wanted.into_iter().any(|interest| interest.book) {
            Ours::Told { line: VecDeque::with_capacity(1_024), feed_latency }
        } else {
            Ours::Read(Reader::new(rows.clone(), feed_latency))
        };
        Played { instrument, at_venue: Reader::new(rows, None), ours }
    }

    /// The earliest of everything but ticks, and what it is.
    #[inline]
    fn due(&self, event: Option<&Event>, timers: &[Timer]) -> (i64, Next) {
        let time = |time: Option<Time>| time.map_or(NEVER, Time::nanos);
        let timers = timers.iter().enumerate().map(|(at, timer)| (timer.next, Next::Timer(at)));
        let mut due = (time(event.map(Event::time)), Next::Event);
        due = due.min((time(self.wire.next_arrival()), Next::Arrival));
        due = due.min((time(self.wire.next_report()), Next::Report));
        timers.fold(due, std::cmp::min)
    }

    fn timers(&self, start: i64) -> Vec<Timer> {
        let places = 0..self.kernel.seats();
        places
            .filter_map(|strategy| {
                let period = self.kernel.interest(strategy)?.every.filter(|period| *period > 0)?;
                Some(Timer { strategy, period, next: start.saturating_add(period) })
            })
            .collect()
    }

    /// The venue reads rows as long as they are due by `bound` and nobody has to hear of them. Says whether it put something on
    /// the wire.
    #[inline]
    fn venue_ticks<I>(&mut self, one: &mut Played<I>, bound: i64) -> Result<bool, BacktestError>
    where
        I: Iterator<Item = Tick>,
    {
        while one.at_venue.due <= bound
            && let Some(tick) = one.at_venue.head
        {
            one.at_venue.advance();
            self.events += 1;
            let now = tick.venue_time;
            let moved = match self.venue.on_tick(one.instrument, &tick, &mut self.reports) {
                Ok(moved) => moved,
                Err(source) => return Err(self.overflow(now, source)),
            };
            let mut heard_of = false;
            if let Ours::Told { line, feed_latency } = &mut one.ours
                && (moved || matches!(tick.kind, TickKind::Trade(_)))
            {
                let time = match feed_latency {
                    None => tick.local_time,
                    Some(latency) => Time::from_nanos(now.nanos().saturating_add(*latency)),
                };
                let told = told(&self.venue, one.instrument, &tick, time);
                line.extend(told.map(|event| (time.nanos(), event)));
                heard_of = true;
            }
            if !self.reports.is_empty() {
                self.post(now);
                return Ok(true);
            }
            if heard_of {
                break;
            }
        }
        Ok(false)
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
        if self.margin.is_some()
            && let Some(report) = self.refused_by_margin(time, &command)?
        {
            self.wire.answer(time, report);
            return Ok(());
        }
        if let Err(source) = self.venue.submit(time, &command, &mut self.reports) {
            return Err(self.overflow(time, source));
        }
        self.post(time);
        Ok(())
    }

    #[cold]
    fn report(&mut self) -> Result<(), BacktestError> {
        let Some(report) = self.wire.receive() else { return Ok(()) };
        self.bound_answers(report.time)?;
        self.recorder.report(&report);
        self.local(&Event::Order(report))?;
        if let Some((booked, turnover)) = &self.outbox.booked {
            self.recorder.fill(&report, booked, *turnover);
            self.recorder.round_trips(&self.outbox.closed);
            self.recorder.equity(report.time, self.outbox.equity);
        }
        Ok(())
    }

    /// Without latency a strategy that answers each of its reports with an order would go on for ever at one moment.
    fn bound_answers(&mut self, time: Time) -> Result<(), BacktestError> {
        let (at, count) = self.reports_at;
        self.reports_at = if at == time { (at, count + 1) } else { (time, 1) };
        if self.reports_at.1 > MAX_REPORTS {
            return Err(BacktestError::Restless { event: self.events, time, limit: MAX_REPORTS });
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
        self.local(event)?;
        Ok(())
    }

    /// We read our next row, or hear what it says. Says whether that put something on the wire.
    #[inline]
    fn our_tick<I>(&mut self, one: &mut Played<I>) -> Result<bool, BacktestError>
    where
        I: Iterator<Item = Tick>,
    {
        let event = match &mut one.ours {
            Ours::Told { line, .. } => line.pop_front().map(|(_, event)| event),
            Ours::Read(reader) => {
                let (time, tick) = (Time::from_nanos(reader.due), reader.head);
                reader.advance();
                tick.map(|tick| heard(one.instrument, &tick, time))
            }
        };
        let Some(event) = event else { return Ok(false) };
        if let Event::Trade { instrument, trade } = &event {
            self.mark(*instrument, trade.time, trade.price);
        }
        self.local(&event)
    }

    /// One step of ours, whose commands go on the wire. Says whether there are any.
    #[inline]
    fn local(&mut self, event: &Event) -> Result<bool, BacktestError> {
        let time = event.time();
        self.advance(event, time)?;
        if time >= self.next_sample {
            self.recorder.equity(time, self.outbox.equity);
            self.sample_from(time);
        }
        let mut sent = !self.outbox.commands.is_empty();
        if sent {
            self.dispatch(time);
        }
        if self.margin.is_some() {
            sent |= self.liquidate(time)?;
        }
        Ok(sent)
    }

    #[cold]
    pub(crate) fn dispatch(&mut self, time: Time) {
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
