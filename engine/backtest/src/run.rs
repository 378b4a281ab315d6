//! The driver: feeds history to the venue and the kernel, and carries commands and reports between them.
//!
//! For each market event the venue comes first (our resting orders fill on prices we had not seen when we placed
//! them), then its reports go into the kernel, then the event itself. Commands reach the venue only after the
//! event they answer, so no fill ever uses the bar its decision was made on, unless the execution is told so.

use kernel::{Kernel, KernelError, KernelSetup, Outbox};
use ledger::{AccountRecord, Recorder, RecorderOptions, RunRecord};
use sdk::{Answer, SubAccount};
use types::{
    Event, InstrumentId, Money, OperatorVerb, OrderReport, Overflow, Price, Qty, Signal, Time, Trade,
};
use venue::{Execution, SimExchange, Wire};

use crate::margin::Margin;
use crate::{BacktestError, Entry, Journal, ReplaySetup};

/// What becomes of open positions when the data ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EndOfRun {
    /// They stay open and count at the last price.
    #[default]
    Mark,
    /// They are closed at the last bar's close, or the last price.
    CloseAtLastClose,
    /// They are closed at the last bar's open, as backtesting.py does it.
    CloseAtLastOpen,
}

/// What a backtest is made of.
pub struct BacktestSetup {
    /// The kernel with its strategies.
    pub kernel: KernelSetup,
    /// The venue's conventions.
    pub execution: Execution,
    /// What becomes of open positions.
    pub end: EndOfRun,
    /// Tell the strategy each bar's opening price, as a trade of quantity zero, before the bar.
    pub opening_prints: bool,
    /// How much the record keeps.
    pub recorder: RecorderOptions,
    /// Whether to keep the journal of decisions.
    pub journal: bool,
    /// How order books are replayed, where the data hold any.
    pub replay: ReplaySetup,
}

/// A finished backtest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What happened.
    pub record: RunRecord,
    /// Every event and command, where it was asked for.
    pub journal: Option<Journal>,
}

/// A backtest that is going on.
pub struct Backtest {
    pub(crate) kernel: Kernel,
    pub(crate) venue: SimExchange,
    pub(crate) wire: Wire,
    pub(crate) recorder: Recorder,
    /// The venue's account, where the run has margin.
    pub(crate) margin: Option<Box<Margin>>,
    /// Whether order books are replayed, so that commands go by wire.
    pub(crate) wired: bool,
    journal: Option<Journal>,
    pub(crate) outbox: Outbox,
    pub(crate) reports: Vec<OrderReport>,
    end: EndOfRun,
    opening_prints: bool,
    pub(crate) feed_latency: Option<i64>,
    pub(crate) sample: i64,
    pub(crate) next_sample: Time,
    /// How many reports a replay has told at its latest moment.
    pub(crate) reports_at: (Time, usize),
    pub(crate) events: u64,
    /// The time of the last event.
    now: Time,
    pub(crate) last: Option<LastPrice>,
}

/// What the end of a run may close at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastPrice {
    instrument: InstrumentId,
    time: Time,
    open: Price,
    close: Price,
}

/// The most reports one market event may lead to before the strategy counts as restless: every order of the largest
/// grid accepted, filled, answered and accepted again, ten times over.
pub(crate) const MAX_REPORTS: usize = 20_000;

/// How often the progress callback is called.
pub(crate) const PROGRESS_EVERY: u64 = 8_192;

impl Backtest {
    /// Assembles a backtest.
    ///
    /// # Errors
    /// [`KernelError`] when the kernel can't be assembled.
    pub fn new(setup: BacktestSetup) -> Result<Self, KernelError> {
        let BacktestSetup { kernel, execution, end, opening_prints, recorder, journal, replay } = setup;
        let instruments = kernel.instruments.clone();
        let replayed = instruments.iter().filter(|one| replay.instruments.contains(&one.id()));
        Ok(Self {
            venue: replayed.fold(SimExchange::new(&instruments, execution), SimExchange::replaying),
            wire: Wire::new(replay.latency),
            feed_latency: replay.feed_latency,
            sample: replay.sample.max(1),
            next_sample: Time::from_nanos(i64::MIN),
            reports_at: (Time::EPOCH, 0),
            recorder: Recorder::new(kernel.settlement, kernel.capital, instruments, recorder),
            kernel: Kernel::new(kernel)?,
            margin: None,
            wired: false,
            journal: journal.then(Journal::default),
            outbox: Outbox::new(),
            reports: Vec::with_capacity(256),
            end,
            opening_prints,
            events: 0,
            now: Time::from_nanos(i64::MIN),
            last: None,
        })
    }

    /// Runs over a feed whose events are sorted by time, and closes the books.
    ///
    /// `progress` hears the count of market events now and then.
    ///
    /// # Errors
    /// [`BacktestError`]; there is no half result.
    pub fn run(
        mut self,
        feed: impl IntoIterator<Item = Event>,
        mut progress: impl FnMut(u64),
    ) -> Result<Outcome, BacktestError> {
        for event in feed {
            self.feed(&event)?;
            if self.events.is_multiple_of(PROGRESS_EVERY) {
                progress(self.events);
            }
        }
        progress(self.events);
        self.finish()
    }

    /// Takes in one market event.
    ///
    /// # Errors
    /// [`BacktestError`]; the backtest can't go on then.
    #[inline]
    pub fn feed(&mut self, event: &Event) -> Result<(), BacktestError> {
        self.events += 1;
        if self.opening_prints
            && let Event::Bar { instrument, bar } = event
        {
            let time = bar.open_time.max(self.now);
            let trade = Trade { time, price: bar.open, qty: Qty::ZERO, taker: None };
            self.through(&Event::Trade { instrument: *instrument, trade })?;
        }
        self.note_price(event);
        self.through(event)?;
        self.recorder.equity(event.time(), self.outbox.equity);
        Ok(())
    }

    /// Equity after the last event, in the settlement asset.
    #[must_use]
    pub const fn equity(&self) -> Money {
        self.outbox.equity
    }

    /// The journal so far; empty where none is kept.
    #[must_use]
    pub fn journal(&self) -> &[Entry] {
        self.journal.as_ref().map_or(&[], Journal::entries)
    }

    /// Closes what the end of the run asks for and returns the record.
    ///
    /// # Errors
    /// [`BacktestError`] when closing fails.
    pub fn finish(mut self) -> Result<Outcome, BacktestError> {
        if let Some(LastPrice { instrument, time, open, close }) = self.last
            && self.end != EndOfRun::Mark
        {
            // What a strategy heard or asked for after the last price is no longer to come.
            let time = time.max(self.kernel.now());
            let price = if self.end == EndOfRun::CloseAtLastOpen { open } else { close };
            self.venue.close_at(instrument, price);
            let verb = OperatorVerb::Stop;
            self.step(&Event::Operator { time, verb }, time)?;
            self.pump(time)?;
            self.recorder.amend_equity(time, self.outbox.equity);
        }
        let unrealised = self.unrealised().map_err(|source| self.overflow(Time::EPOCH, source))?;
        let accounts = self.accounts().map_err(|source| self.overflow(self.now, source))?;
        let record = RunRecord { accounts, ..self.recorder.finish(&unrealised) };
        Ok(Outcome { record, journal: self.journal })
    }

    /// The accounts inside strategies that hold others.
    fn accounts(&self) -> Result<Vec<AccountRecord>, Overflow> {
        let mut all = Vec::new();
        for strategy in 0..self.kernel.seats() {
            let each = self.kernel.accounts(strategy)?;
            all.extend(each.into_iter().map(|one| {
                let SubAccount { id, equity, realised, unrealised, fees, funding, fills } = one;
                AccountRecord { strategy, id, equity, realised, unrealised, fees, funding, fills }
            }));
        }
        Ok(all)
    }

    /// Keeps what a market event says of prices, for the chart and for the end of the run.
    #[inline]
    pub(crate) fn note_price(&mut self, event: &Event) {
        match event {
            Event::Bar { instrument, bar } => {
                self.recorder.bar(*instrument, bar);
                let (instrument, time) = (*instrument, bar.close_time);
                self.last = Some(LastPrice { instrument, time, open: bar.open, close: bar.close });
            }
            Event::Trade { instrument, trade } => self.mark(*instrument, trade.time, trade.price),
            Event::Quote { instrument, quote } => self.mark(*instrument, quote.time, quote.bid),
            _ => {}
        }
    }

    pub(crate) fn mark(&mut self, instrument: InstrumentId, time: Time, price: Price) {
        self.recorder.price(instrument, time, price);
        self.last = Some(LastPrice { instrument, time, open: price, close: price });
    }

    /// Venue, its reports, then the kernel and its commands.
    #[inline]
    fn through(&mut self, event: &Event) -> Result<(), BacktestError> {
        let time = event.time();
        if let (true, Event::Bar { instrument, bar }) = (self.margin.is_some(), event) {
            let opened = bar.open_time.max(self.now);
            if self.liquidate_inside(*instrument, bar, opened, true)? {
                self.pump(opened)?;
            }
        }
        if let Err(source) = self.venue.on_market(event, &mut self.reports) {
            return Err(self.overflow(time, source));
        }
        // Bars of several markets close together, and the second one's opening is told after the first one's close.
        for report in &mut self.reports {
            report.time = report.time.max(self.now);
        }
        if !self.reports.is_empty() {
            self.pump(time)?;
        }
        self.now = time;
        if let (true, Event::Bar { instrument, bar }) = (self.margin.is_some(), event)
            && self.liquidate_inside(*instrument, bar, time, false)?
        {
            self.pump(time)?;
        }
        self.step(event, time)?;
        if !self.reports.is_empty() {
            self.pump(time)?;
        }
        if self.margin.is_some() && self.liquidate(time)? {
            self.pump(time)?;
        }
        Ok(())
    }

    /// Feeds reports to the kernel until neither side has anything more to say.
    #[cold]
    fn pump(&mut self, time: Time) -> Result<(), BacktestError> {
        let mut at = 0;
        while let Some(report) = self.reports.get(at).copied() {
            at += 1;
            if at > MAX_REPORTS {
                return Err(BacktestError::Restless { event: self.events, time, limit: MAX_REPORTS });
            }
            self.recorder.report(&report);
            self.step(&Event::Order(report), time)?;
            if let Some((booked, turnover)) = &self.outbox.booked {
                self.recorder.fill(&report, booked, *turnover);
                self.recorder.round_trips(&self.outbox.closed);
            }
        }
        self.reports.clear();
        Ok(())
    }

    /// One kernel step; its commands go to the venue, whose reports are kept for [`Self::pump`]. They arrive there at
    /// `now`, the time of the market event: an answer to a fill inside a bar comes too late for that bar.
    #[inline]
    fn step(&mut self, event: &Event, now: Time) -> Result<(), BacktestError> {
        self.advance(event, now)?;
        if !self.outbox.commands.is_empty() {
            self.carry_out(now)?;
        }
        Ok(())
    }

    /// One kernel step, with what it says written down. Its commands stay in the outbox.
    #[inline]
    pub(crate) fn advance(&mut self, event: &Event, now: Time) -> Result<(), BacktestError> {
        self.recorder.event();
        if let Err(source) = self.kernel.step(event, &mut self.outbox) {
            return Err(BacktestError::Kernel { event: self.events, time: event.time(), source });
        }
        if let Some(journal) = &mut self.journal {
            journal.write(event, &self.outbox.commands);
        }
        if self.margin.is_some() {
            self.observe_margin(event)?;
        }
        if let Event::Signal { signal, .. } = event {
            self.recorder.note(signal.time, None, describe(signal, self.outbox.answer));
        }
        if let (Some(received), Some(instrument)) = (self.outbox.funding, event.instrument()) {
            self.recorder.funding(event.time(), instrument, received);
        }
        for remark in &self.outbox.remarks {
            self.recorder.note(now, remark.strategy, remark.text);
        }
        Ok(())
    }

    /// Sends what the last step asked for, the way that this run's commands go.
    #[cold]
    pub(crate) fn send(&mut self, time: Time) -> Result<(), BacktestError> {
        if self.wired {
            self.dispatch(time);
            return Ok(());
        }
        self.carry_out(time)
    }

    #[cold]
    fn carry_out(&mut self, time: Time) -> Result<(), BacktestError> {
        for at in 0..self.outbox.commands.len() {
            let Some(command) = self.outbox.commands.get(at).copied() else { break };
            if let types::Command::Place(order) = &command {
                self.recorder.order(order);
            }
            if self.margin.is_some()
                && let Some(report) = self.refused_by_margin(time, &command)?
            {
                self.reports.push(report);
                continue;
            }
            if let Err(source) = self.venue.submit(time, &command, &mut self.reports) {
                return Err(BacktestError::Overflow { event: self.events, time, source });
            }
        }
        Ok(())
    }

    /// Profit of what is still open, at the last prices, by instrument id.
    fn unrealised(&self) -> Result<Vec<Money>, Overflow> {
        let markets = self.kernel.markets();
        self.kernel.portfolio().unrealised(|id| markets.get(id.index()).and_then(|market| market.last))
    }

    pub(crate) fn overflow(&self, time: Time, source: Overflow) -> BacktestError {
        BacktestError::Overflow { event: self.events, time, source }
    }
}

/// A signal and what became of it, for the record.
#[cold]
fn describe(signal: &Signal, answer: Option<Answer>) -> String {
    let Signal { source, name, value, .. } = signal;
    let became = match answer {
        Some(Answer::Applied) => "applied".to_owned(),
        Some(Answer::Proposed) => "proposed; the configuration does not let it be applied".to_owned(),
        Some(Answer::Refused(why)) => format!("refused: {why}"),
        None => "passed over: the strategy does not listen to signals".to_owned(),
    };
    format!("signal from {source}: {name} = {value}: {became}")
}
