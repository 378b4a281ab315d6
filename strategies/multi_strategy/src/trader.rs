//! The parent: builds its children, and hands them events and what their orders hear.

use sdk::{
    Bar, BuildError, Event, Funding, InstrumentId, Intents, Interest, Kind, Market, Money, OrderReport,
    Overflow, Position, Price, Qty, Rate, ReportKind, RestoreError, Rounding, Setup, Strategy, SubAccount,
    View, WarmUp, percent,
};

use crate::child::{Child, Memory};
use crate::close::share_out;
use crate::desk::reserved;
use crate::notes::Notes;
use crate::rebalance::{Clock, Plan};
use crate::regime::Weather;
use crate::scene::{Floor, Scene};
use crate::{ChildParams, Params};

pub(crate) const OWN_ID: &str = "multi_strategy";

/// The strategy. See the crate's page.
pub struct MultiStrategy {
    pub(crate) params: Params,
    plan: Plan,
    /// The main instrument: whose bars are counted, sampled and judged.
    main: InstrumentId,
    pub(crate) children: Vec<Child>,
    pub(crate) floor: Floor,
    pub(crate) clock: Clock,
    pub(crate) weather: Option<Weather>,
}

/// How a child stands; for whoever wants to hold it against the whole account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which strategy.
    pub id: &'static str,
    /// Whether it trades: it is neither shut off nor on its way there.
    pub trading: bool,
    /// Its share of the whole since the last rebalance.
    pub share: Rate,
    /// What it was given, less what it was taken, with all that it paid and got.
    pub cash: Money,
    /// Cash and positions at the last prices.
    pub equity: Money,
    /// By instrument id, at average cost.
    pub positions: Vec<Position>,
    /// Profit realised against average cost, before fees.
    pub realised: Money,
    /// Fees paid, in the settlement asset.
    pub fees: Money,
    /// Funding paid, less funding received.
    pub funding: Money,
    /// What its live opening orders could cost.
    pub reserved: Money,
    /// Its orders that have not ended, those included that wait for a sibling's.
    pub orders: usize,
}

impl MultiStrategy {
    /// Builds the strategy with its children.
    ///
    /// # Errors
    /// [`BuildError`] for no child, a child that this run may not use or that refuses its parameters, weights that come to
    /// more than 1, and values that don't fit together.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        params.check()?;
        let plan = Plan::new(&params)?;
        let mut children = Vec::new();
        for ((slot, child), share) in (0_u32..).zip(&params.child).zip(plan.start()) {
            children.push(build(child, slot, share, params.lookback, setup)?);
        }
        Ok(Self {
            plan,
            main: setup.instrument()?.id(),
            children,
            floor: Floor::default(),
            clock: Clock::default(),
            weather: params.regime().map(|settings| Weather::new(settings, params.regime_stale_bars)),
            params,
        })
    }

    /// How each child stands, in their order, at the prices of the last event.
    ///
    /// # Errors
    /// [`Overflow`] when an amount does not fit.
    pub fn standings(&self) -> Result<Vec<Standing>, Overflow> {
        let each = self.children.iter().map(|child| {
            let ledger = &child.memory.ledger;
            Ok(Standing {
                id: child.id,
                trading: child.is_trading(),
                share: child.memory.share,
                cash: ledger.cash,
                equity: child.equity()?,
                positions: ledger.held.clone(),
                realised: ledger.realised,
                fees: ledger.fees,
                funding: ledger.funding,
                reserved: reserved(&child.memory.out, &child.markets)?,
                orders: child.memory.out.len(),
            })
        });
        each.collect()
    }

    /// A market event: what the clock, the regime and the books make of it, and then the children.
    fn market(&mut self, event: &Event, scene: &mut Scene<'_, '_>) {
        let bar = match event {
            Event::Bar { instrument, bar } if *instrument == self.main => Some(bar),
            _ => None,
        };
        match event {
            Event::Funding { instrument, funding } => settle(&mut self.children, *instrument, funding, scene),
            Event::Bar { instrument, .. }
            | Event::Trade { instrument, .. }
            | Event::Quote { instrument, .. } => {
                scene.floor.count(*instrument);
                for child in &mut self.children {
                    child.memory.waits = false;
                }
            }
            _ => {}
        }
        if !scene.is_deaf() {
            self.keep_time(bar, scene);
            for child in &mut self.children {
                child.judge(scene);
            }
        }
        let Some(id) = event.instrument() else { return };
        for child in self.children.iter_mut().filter(|child| child.instruments.contains(&id)) {
            child.tell(event, scene);
        }
    }

    /// Samples, the regime, and shares where it is time.
    fn keep_time(&mut self, bar: Option<&Bar>, scene: &mut Scene<'_, '_>) {
        let now = scene.view.now;
        if let (Some(weather), Some(bar)) = (&mut self.weather, bar) {
            weather.bar(bar);
        }
        if let Some(weather) = &self.weather {
            let regime = weather.at(now);
            for child in self.children.iter_mut().filter(|child| !child.regimes.is_empty()) {
                let paused = !child.regimes.contains(&regime);
                if child.is_trading() && paused != child.memory.paused {
                    scene.note(if paused { child.notes.paused } else { child.notes.resumed });
                }
                child.memory.paused = paused;
            }
        }
        if bar.is_some() {
            self.children.iter_mut().for_each(|child| child.sample(now));
        }
        if self.clock.strikes(&self.plan, now, bar) {
            if self.clock.is_without_sample() {
                self.children.iter_mut().for_each(|child| child.sample(now));
            }
            self.plan.carry_out(&mut self.children, scene.view);
        }
    }
}

/// Funding of the whole position, shared out in the order of the children so that the parts come to the whole exactly.
fn settle(children: &mut [Child], id: InstrumentId, funding: &Funding, scene: &mut Scene<'_, '_>) {
    let Some(market) = scene.view.market(id) else { return };
    let Some(price) = funding.mark.or(market.last) else { return };
    let mut upto = Qty::ZERO;
    for child in children {
        let before = paid(market, price, upto, funding.rate);
        upto = Qty::from_lots(upto.lots().saturating_add(child.memory.ledger.qty(id.index()).lots()));
        let after = paid(market, price, upto, funding.rate);
        match (before, after) {
            (Ok(before), Ok(after)) => match after.minus(before) {
                Ok(paid) => child.pay(paid, scene),
                Err(_) => child.shut(child.notes.books_overflow, scene),
            },
            _ => child.shut(child.notes.books_overflow, scene),
        }
    }
}

fn paid(market: &Market, price: Price, qty: Qty, rate: Rate) -> Result<Money, Overflow> {
    market.instrument.notional(price, qty)?.at_rate(rate, Rounding::Up)
}

fn build(
    child: &ChildParams,
    slot: u32,
    share: Rate,
    lookback: u32,
    setup: &Setup,
) -> Result<Child, BuildError> {
    let granted = setup.granted.only(|entry| entry.kind() == Kind::Strategy && entry.id != OWN_ID);
    let Some(entry) = granted.get(&child.id) else {
        let ids: Vec<_> = granted.iter().map(|entry| entry.id).collect();
        let what = format!(
            "`{}` is no strategy that this run may use: it is not compiled in, or no licence names it; there is {}",
            child.id,
            if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
        );
        return Err(BuildError::new("child.id", what));
    };
    let too_large = |_| BuildError::new("weight", "the share of capital does not fit");
    let capital = setup.capital.at_rate(share, Rounding::Down).map_err(too_large)?;
    let own = Setup { capital, granted: granted.clone(), ..of_child(child, setup)? };
    let strategy = entry
        .build(&child.params, &own)
        .map_err(|error| BuildError::new(format!("child.{}", child.id), error.to_string()))?;
    let Interest { book, every, .. } = strategy.interest();
    if book || every.is_some_and(|every| every > 0) {
        let what = "it wants the whole order book or a timer, which are not handed on to what is held here; run it by itself";
        return Err(BuildError::new(format!("child.{}", child.id), what));
    }
    let max_loss = percent("max_loss_pct", child.max_loss_pct)?;
    let floor = Child::floor_of(max_loss, capital);
    Ok(Child {
        id: entry.id,
        slot,
        strategy,
        instruments: own.instruments.iter().map(sdk::Instrument::id).collect(),
        regimes: child.regimes.clone(),
        leverage: child.leverage()?,
        max_loss,
        notes: Notes::new(slot as usize + 1, entry.id),
        intents: Child::intents(slot),
        markets: Vec::new(),
        behind: true,
        memory: Memory::new(capital, share, floor, lookback),
    })
}

/// The setup with the instruments that a child names, in its order.
fn of_child(child: &ChildParams, setup: &Setup) -> Result<Setup, BuildError> {
    if child.instruments.is_empty() {
        return Ok(setup.clone());
    }
    let (mut instruments, mut prices) = (Vec::new(), Vec::new());
    for symbol in &child.instruments {
        let at = setup.instruments.iter().position(|instrument| instrument.symbol() == symbol);
        let found =
            at.and_then(|at| Some((setup.instruments.get(at)?, setup.prices.get(at).copied().flatten())));
        let Some((instrument, price)) = found else {
            let symbols: Vec<&str> = setup.instruments.iter().map(sdk::Instrument::symbol).collect();
            let what = format!(
                "`{symbol}` of child {} is no instrument of this run; there is {}",
                child.id,
                symbols.join(", ")
            );
            return Err(BuildError::new("child.instruments", what));
        };
        instruments.push(instrument.clone());
        prices.push(price);
    }
    Ok(Setup { instruments, prices, ..setup.clone() })
}

impl Child {
    /// The list a child writes its wishes into.
    pub(crate) fn intents(slot: u32) -> Intents {
        Intents::new(0, u16::try_from(slot).unwrap_or(u16::MAX))
    }

    /// Shuts the child off where it lost too much.
    fn judge(&mut self, scene: &mut Scene<'_, '_>) {
        if !self.is_trading() {
            return;
        }
        match (self.equity(), self.memory.floor) {
            (Err(_), _) => self.shut(self.notes.books_overflow, scene),
            (Ok(equity), Some(floor)) if equity <= floor => self.shut(self.notes.lost_too_much, scene),
            _ => {}
        }
    }

    fn sample(&mut self, now: sdk::Time) {
        let Ok(equity) = self.equity() else { return };
        let ledger = &mut self.memory.ledger;
        let (closes, wins) = (std::mem::take(&mut ledger.closes), std::mem::take(&mut ledger.wins));
        self.memory.curve.sample(now, equity, closes, wins);
    }
}

impl Strategy for MultiStrategy {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let mut floor = std::mem::take(&mut self.floor);
        let mut scene = Scene { view, floor: &mut floor, intents };
        self.children.iter_mut().for_each(|child| child.look(view));
        match event {
            Event::Order(report) => hear(&mut self.children, report, &mut scene),
            _ => self.market(event, &mut scene),
        }
        scene.settle(&mut self.children);
        self.floor = floor;
    }

    fn warm_up(&self) -> WarmUp {
        let each = self.children.iter().map(|child| child.strategy.warm_up());
        let regime = WarmUp { bars: self.weather.as_ref().map_or(0, Weather::warm_up), ticks: 0 };
        each.fold(regime, |most, one| WarmUp {
            bars: most.bars.max(one.bars),
            ticks: most.ticks.max(one.ticks),
        })
    }

    fn accounts(&self, markets: &[Market]) -> Result<Vec<SubAccount>, Overflow> {
        self.children.iter().map(|child| child.memory.ledger.account(child.id, markets)).collect()
    }

    fn parts(&self) -> Vec<&'static str> {
        self.children.iter().map(|child| child.id).collect()
    }

    fn save(&self) -> Vec<u8> {
        self.write()
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.read(bytes)
    }
}

/// A report about an order that carries a child's slot, or one that the engine sent to close the whole.
fn hear(children: &mut [Child], report: &OrderReport, scene: &mut Scene<'_, '_>) {
    match children.get_mut(report.id.slot as usize) {
        Some(child) => child.hear(report, scene),
        None => {
            if let ReportKind::Filled(fill) = &report.kind {
                share_out(children, report, fill, scene);
            }
        }
    }
    if matches!(report.kind, ReportKind::Filled(_)) {
        scene.call_back_stale(children, report.instrument);
    }
}
