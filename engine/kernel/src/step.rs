//! The step and its five phases: take in, ask, judge, place, remember.

use ledger::Portfolio;
use risk::{Breaker, Desk as Judged, Gate};
use sdk::{Intent, Intents, Interest, Market, Mode, SubAccount, View, Wish};
use types::{
    CancelReason, ClientOrderId, Command, Event, InstrumentId, Money, OperatorVerb, Order, OrderReport,
    Overflow, Price, ReportKind, Time,
};

use crate::desk::{Desk, Heard};
use crate::{KernelError, KernelSetup, LiveOrder, Outbox, Remark};

/// The engine's heart. See the crate's page.
pub struct Kernel {
    pub(crate) now: Time,
    pub(crate) markets: Vec<Market>,
    pub(crate) portfolio: Portfolio,
    gate: Gate,
    breaker: Breaker,
    pub(crate) desks: Vec<Desk>,
    /// By instrument id: the place of the strategy that trades it.
    pub(crate) owner: Vec<Option<u16>>,
    /// Strategies on their way to being flat.
    pub(crate) stopping: usize,
    /// When a licence next has something to say.
    pub(crate) term_due: Option<Time>,
    poisoned: bool,
}

impl Kernel {
    /// Assembles a kernel.
    ///
    /// # Errors
    /// [`KernelError`] when two strategies share an instrument, one is unknown, or the books refuse the account.
    pub fn new(setup: KernelSetup) -> Result<Self, KernelError> {
        let markets: Vec<Market> = setup.instruments.iter().cloned().map(Market::new).collect();
        let mut owner = vec![None; markets.len()];
        let mut desks = Vec::with_capacity(setup.seats.len());
        for (place, seat) in (0_u16..).zip(setup.seats) {
            for instrument in &seat.instruments {
                let slot =
                    owner.get_mut(instrument.index()).ok_or(KernelError::UnknownInstrument(*instrument))?;
                if slot.replace(place).is_some() {
                    return Err(KernelError::SharedInstrument(*instrument));
                }
            }
            desks.push(Desk {
                interest: seat.strategy.interest(),
                strategy: seat.strategy,
                instruments: seat.instruments,
                intents: Intents::new(setup.run, place),
                mode: Mode::Running,
                term: seat.term,
                live: Vec::with_capacity(64),
            });
        }
        Ok(Self {
            term_due: desks.iter().filter_map(|desk| desk.term.next()).min(),
            now: Time::from_nanos(i64::MIN),
            markets,
            portfolio: Portfolio::new(setup.settlement, setup.capital, setup.instruments)?,
            gate: Gate::new(setup.limits, setup.rules),
            breaker: Breaker::new(setup.breaker, setup.capital),
            desks,
            owner,
            stopping: 0,
            poisoned: false,
        })
    }

    /// One event in, commands out. The outbox is emptied first.
    ///
    /// # Errors
    /// [`KernelError`]; the kernel is poisoned then and refuses every later event.
    #[inline]
    pub fn step(&mut self, event: &Event, outbox: &mut Outbox) -> Result<(), KernelError> {
        outbox.clear();
        if self.poisoned {
            return Err(KernelError::Poisoned);
        }
        let done = match event {
            Event::Book { instrument, tick } => self.book(*instrument, tick, outbox),
            _ => self.phases(event, outbox),
        };
        self.poisoned = done.is_err();
        done
    }

    /// The time of the last event.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// Every market of the run, by instrument id.
    #[must_use]
    pub fn markets(&self) -> &[Market] {
        &self.markets
    }

    /// The account.
    #[must_use]
    pub const fn portfolio(&self) -> &Portfolio {
        &self.portfolio
    }

    /// The live orders of the strategy in a place, by generation.
    #[must_use]
    pub fn live_orders(&self, place: u16) -> &[LiveOrder] {
        self.desks.get(usize::from(place)).map_or(&[], |desk| &desk.live)
    }

    /// Count of strategies; their places go from 0.
    #[must_use]
    pub fn seats(&self) -> u16 {
        u16::try_from(self.desks.len()).unwrap_or(u16::MAX)
    }

    /// The accounts of the strategies that the one in a place holds; none where it holds no others.
    ///
    /// # Errors
    /// [`Overflow`] when an amount does not fit.
    pub fn accounts(&self, place: u16) -> Result<Vec<SubAccount>, Overflow> {
        self.desks
            .get(usize::from(place))
            .map_or(Ok(Vec::new()), |desk| desk.strategy.accounts(&self.markets))
    }

    /// What the strategy in a place wants to hear of.
    #[must_use]
    pub fn interest(&self, place: u16) -> Option<Interest> {
        self.desks.get(usize::from(place)).map(|desk| desk.interest)
    }

    /// Whether the strategy in a place may open risk.
    #[must_use]
    pub fn mode(&self, place: u16) -> Option<Mode> {
        self.desks.get(usize::from(place)).map(|desk| desk.mode)
    }

    #[inline]
    fn phases(&mut self, event: &Event, outbox: &mut Outbox) -> Result<(), KernelError> {
        let concerned = self.take_in(event, outbox)?;
        self.answer(event, concerned, outbox)
    }

    /// What follows once a fact is taken in: the watchers look at it, the strategy answers, its wishes are judged and placed.
    #[inline]
    pub(crate) fn answer(
        &mut self,
        event: &Event,
        concerned: Option<u16>,
        outbox: &mut Outbox,
    ) -> Result<(), KernelError> {
        let view = View { now: self.now, markets: &self.markets, equity: outbox.equity, mode: Mode::Running };
        self.gate.observe(&view, event);
        if self.term_due.is_some_and(|due| self.now >= due) {
            self.observe_terms(outbox);
        }
        // A fill comes before the price it was made at: between the two, what is held is valued at the old one.
        if !matches!(event, Event::Order(_))
            && let Some(trip) = self.breaker.observe(self.now, outbox.equity)
        {
            self.break_off(trip, outbox);
        }
        if let Some(place) = concerned {
            self.ask(place, event, outbox);
            self.judge_and_place(place, outbox)?;
        }
        if self.stopping > 0 {
            self.go_on_stopping(outbox)?;
        }
        Ok(())
    }

    /// Phase 1: the facts first. Returns the strategy that is to hear of them.
    #[inline]
    fn take_in(&mut self, event: &Event, outbox: &mut Outbox) -> Result<Option<u16>, KernelError> {
        let time = event.time();
        if time < self.now {
            return Err(KernelError::BackwardTime { now: self.now, event: time });
        }
        self.now = time;
        let concerned = match event {
            Event::Order(report) => self.take_in_report(report, outbox)?,
            Event::Operator { verb, .. } => {
                self.obey(*verb, outbox);
                None
            }
            Event::Bar { instrument, bar } => {
                self.market(*instrument)?.last = Some(bar.close);
                self.owner_of(*instrument, |interest| interest.bars)
            }
            Event::Trade { instrument, trade } => {
                self.market(*instrument)?.last = Some(trade.price);
                self.owner_of(*instrument, |interest| interest.trades)
            }
            Event::Quote { instrument, quote } => {
                let market = self.market(*instrument)?;
                (market.bid, market.ask) = (Some(quote.bid), Some(quote.ask));
                market.last = Some(middle(quote.bid, quote.ask));
                self.owner_of(*instrument, |interest| interest.quotes)
            }
            Event::Mark { instrument, price, .. } => {
                self.market(*instrument)?.mark = Some(*price);
                None
            }
            Event::Timer { strategy, .. } => Some(*strategy),
            Event::Book { .. } => None,
            Event::Funding { instrument, funding } => {
                let market = self.market(*instrument)?;
                let price = funding.mark.or(market.mark).or(market.last);
                if let Some(price) = price {
                    outbox.funding = Some(self.portfolio.funding(*instrument, funding, price)?);
                }
                self.owner_of(*instrument, |_| true)
            }
            Event::Liquidation { instrument, liquidation } => {
                self.taken(*instrument, liquidation, outbox)?;
                None
            }
            Event::Signal { instrument, .. } => self.owner_of(*instrument, |_| true),
        };
        outbox.equity = self.equity()?;
        Ok(concerned)
    }

    fn take_in_report(
        &mut self,
        report: &OrderReport,
        outbox: &mut Outbox,
    ) -> Result<Option<u16>, KernelError> {
        if let ReportKind::Filled(fill) = &report.kind {
            let (instrument, id, time) = (report.instrument, report.id, report.time);
            let booked = self.portfolio.fill(instrument, id, time, fill, &mut outbox.closed)?;
            let market = self.market(instrument)?;
            market.position = booked.position;
            let turnover = market.instrument.notional(fill.price, fill.qty)?;
            let turnover = self.portfolio.in_settlement(instrument, turnover)?;
            outbox.booked = Some((booked, turnover));
        }
        let place = report.id.strategy;
        let Some(desk) = self.desks.get_mut(usize::from(place)) else { return Ok(None) };
        // What the kernel itself tells is of orders that are not live, or no longer.
        let own =
            matches!(report.kind, ReportKind::Refused(_) | ReportKind::Cancelled(CancelReason::MadeSmaller));
        match desk.hear(report, &mut self.markets) {
            Heard::Unknown if !own => {
                let text = "a report fits no live order of ours; a fill in it was booked all the same";
                outbox.remarks.push(Remark { strategy: None, text });
            }
            // The strategy wished for more: for its books the rest is cancelled.
            Heard::WholeButSmaller => outbox.commands.push(Command::Tell(OrderReport {
                kind: ReportKind::Cancelled(CancelReason::MadeSmaller),
                ..*report
            })),
            Heard::Unknown | Heard::Moved => {}
        }
        // News of a fill that was faster than its cancel: what a stop had closed is open again.
        if desk.mode == Mode::Stopped && matches!(report.kind, ReportKind::Filled(_)) {
            desk.mode = Mode::Stopping;
            self.stopping += 1;
            let text = "a fill came after the stop; what it opened is closed";
            outbox.remarks.push(Remark { strategy: Some(place), text });
        }
        Ok(Some(place))
    }

    /// Phase 2: the strategy's wishes, from a view that already holds the fact.
    #[inline]
    fn ask(&mut self, place: u16, event: &Event, outbox: &mut Outbox) {
        let Some(desk) = self.desks.get_mut(usize::from(place)) else { return };
        desk.intents.clear();
        let view = View { now: self.now, markets: &self.markets, equity: outbox.equity, mode: desk.mode };
        desk.strategy.on_event(&view, event, &mut desk.intents);
        outbox.answer = desk.intents.answered();
    }

    /// Phases 3 and 4: each wish through the gate, and out as a command.
    #[inline]
    fn judge_and_place(&mut self, place: u16, outbox: &mut Outbox) -> Result<(), KernelError> {
        let Some(desk) = self.desks.get(usize::from(place)) else { return Ok(()) };
        if desk.intents.as_slice().is_empty() || matches!(desk.mode, Mode::Stopping | Mode::Stopped) {
            return Ok(());
        }
        let overflowed = desk.intents.overflowed();
        let mut at = 0;
        while let Some(intent) = self.intent(place, at) {
            at += 1;
            match intent {
                Intent::Place(id, wish) => self.place(place, id, &wish, outbox),
                Intent::Cancel(id) => self.cancel(place, id, outbox),
                Intent::Note(text) => outbox.remarks.push(Remark { strategy: Some(place), text }),
                Intent::Stop(text) => self.begin_stop(place, Remark { strategy: Some(place), text }, outbox),
            }
        }
        if overflowed {
            let text = "stopped: the strategy wished for more orders in one event than the bound allows";
            self.begin_stop(place, Remark { strategy: None, text }, outbox);
        }
        Ok(())
    }

    fn intent(&self, place: u16, at: usize) -> Option<Intent> {
        self.desks.get(usize::from(place)).and_then(|desk| desk.intents.as_slice().get(at)).copied()
    }

    pub(crate) fn place(&mut self, place: u16, id: ClientOrderId, wish: &Wish, outbox: &mut Outbox) {
        let Some(desk) = self.desks.get_mut(usize::from(place)) else { return };
        let Wish { instrument, side, qty, kind, reduce_only } = *wish;
        let order = Order { id, instrument, side, qty, kind, reduce_only, time: self.now };
        let judged = Judged {
            view: View { now: self.now, markets: &self.markets, equity: outbox.equity, mode: desk.mode },
            owns: desk.instruments.contains(&instrument),
            open_orders: u32::try_from(desk.live.len()).unwrap_or(u32::MAX),
        };
        match self.gate.judge(order, &judged) {
            Ok(approved) => {
                let made_smaller = approved.made_smaller();
                outbox.remarks.extend(made_smaller.map(|text| Remark { strategy: None, text }));
                let order = approved.into_inner();
                desk.add(order, made_smaller.is_some(), &mut self.markets);
                outbox.commands.push(Command::Place(order));
            }
            Err(refusal) => outbox.commands.push(Command::Tell(OrderReport {
                time: self.now,
                id,
                instrument,
                kind: ReportKind::Refused(refusal),
            })),
        }
    }

    fn cancel(&mut self, place: u16, id: ClientOrderId, outbox: &mut Outbox) {
        let Some(desk) = self.desks.get_mut(usize::from(place)) else { return };
        if let Some(live) = desk.find(id).and_then(|at| desk.live.get_mut(at))
            && !live.cancelling
        {
            live.cancelling = true;
            outbox.commands.push(Command::Cancel { id: live.order.id, instrument: live.order.instrument });
        }
    }

    fn obey(&mut self, verb: OperatorVerb, outbox: &mut Outbox) {
        for place in self.places() {
            let Some(desk) = self.desks.get_mut(usize::from(place)) else { continue };
            match (verb, desk.mode) {
                (OperatorVerb::Pause, Mode::Running) => desk.mode = Mode::Paused,
                (OperatorVerb::Resume, Mode::Paused) => desk.mode = Mode::Running,
                (OperatorVerb::Stop, _) => {
                    self.begin_stop(
                        place,
                        Remark { strategy: None, text: "stopped by the operator" },
                        outbox,
                    );
                }
                _ => {}
            }
        }
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = u16> + use<> {
        0..self.seats()
    }

    #[inline]
    pub(crate) fn market(&mut self, instrument: InstrumentId) -> Result<&mut Market, KernelError> {
        self.markets.get_mut(instrument.index()).ok_or(KernelError::UnknownInstrument(instrument))
    }

    /// Cash and positions at the last prices.
    #[inline]
    pub(crate) fn equity(&self) -> Result<Money, Overflow> {
        self.portfolio.equity(|id| self.markets.get(id.index()).and_then(|market| market.last))
    }

    /// The strategy that trades an instrument, where it wants to hear of this.
    #[inline]
    fn owner_of(&self, instrument: InstrumentId, wants: impl Fn(&Interest) -> bool) -> Option<u16> {
        let place = self.owner.get(instrument.index()).copied().flatten()?;
        self.desks.get(usize::from(place)).is_some_and(|desk| wants(&desk.interest)).then_some(place)
    }
}

pub(crate) fn middle(bid: Price, ask: Price) -> Price {
    Price::from_ticks(bid.ticks().midpoint(ask.ticks()))
}
