//! From signals to orders: close what is wrong, open what is wanted, guard what is held.

use std::cmp::Ordering;

use sdk::{
    Bar, BuildError, ClientOrderId, Event, Instrument, InstrumentId, Intents, Market, Mode, OrderReport,
    Overflow, Price, Qty, Rate, ReportKind, Rounding, Setup, Side, Strategy, View, WarmUp, Wish, div_round,
};

use crate::average::Averages;
use crate::params::{Direction, Params, Signal, Size, SizeAt, distance};

/// The strategy. See the crate's page.
#[derive(Debug, Clone)]
pub struct TrendFollowing {
    instrument: InstrumentId,
    averages: Averages,
    direction: Direction,
    signal: Signal,
    size: Size,
    size_at: SizeAt,
    stop: Option<Rate>,
    take_profit: Option<Rate>,
    warm_up: u32,
    /// How the fast average stood to the slow one at the last bar.
    was: Option<Ordering>,
    /// What we want to hold: a side, or nothing.
    target: Option<Side>,
    /// A side that was stopped out or took its profit; not entered again before the averages turn.
    spent: Option<Side>,
    /// Whether the target still has to be acted on.
    due: bool,
    entry: Option<Working>,
    exit: Option<ClientOrderId>,
    guards: [Option<ClientOrderId>; 2],
}

/// An entry order that has not ended.
#[derive(Debug, Clone, Copy)]
struct Working {
    id: ClientOrderId,
    open: Qty,
}

/// Slots: what an order is for.
const ENTRY: u32 = 0;
const EXIT: u32 = 1;
const STOP: u32 = 2;
const PROFIT: u32 = 3;

impl TrendFollowing {
    /// Builds the strategy for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] for periods in the wrong order, or a size that the instrument can't hold.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        params.check()?;
        let instrument = setup.instrument()?;
        Ok(Self {
            instrument: instrument.id(),
            averages: Averages::new(&params),
            direction: params.direction,
            signal: params.signal,
            size: params.size(instrument)?,
            size_at: params.size_at,
            stop: distance("stop_loss_pct", params.stop_loss_pct)?,
            take_profit: distance("take_profit_pct", params.take_profit_pct)?,
            warm_up: params.long_period,
            was: None,
            target: None,
            spent: None,
            due: false,
            entry: None,
            exit: None,
            guards: [None; 2],
        })
    }

    /// Takes in a closed bar; says whether the target changed.
    #[inline]
    fn decide(&mut self, bar: &Bar) -> bool {
        let Some(now) = self.averages.update(bar.close) else { return false };
        let was = self.was.replace(now);
        let side = match (self.signal, was, now) {
            (Signal::Cross, Some(Ordering::Less), Ordering::Greater)
            | (Signal::Level, _, Ordering::Greater) => Side::Buy,
            (Signal::Cross, Some(Ordering::Greater), Ordering::Less) | (Signal::Level, _, Ordering::Less) => {
                Side::Sell
            }
            _ => return false,
        };
        if self.spent == Some(side) {
            return false;
        }
        self.spent = None;
        let target = match (self.direction, side) {
            (Direction::Both, side) => Some(side),
            (Direction::Long, Side::Buy) => Some(Side::Buy),
            (Direction::Short, Side::Sell) => Some(Side::Sell),
            _ => None,
        };
        let changed = target != self.target;
        self.target = target;
        changed
    }

    /// Sends what it takes to get from the position to the target.
    fn act(&mut self, view: &View<'_>, intents: &mut Intents) {
        let Some(market) = view.market(self.instrument) else { return };
        self.due = false;
        let held = market.position.qty;
        let wrong = Side::closing(held).filter(|closing| self.target.is_none_or(|target| target == *closing));
        if let Some(closing) = wrong {
            if self.exit.is_none() {
                self.drop_guards(intents);
                let wish = Wish::market(self.instrument, closing, held.abs()).reducing();
                self.exit = Some(intents.place(EXIT, wish));
            }
            if self.size_at == SizeAt::NextPrice {
                return; // The entry follows the exit's fill, at the price of that moment.
            }
        } else if !held.is_zero() {
            return; // Already where we want to be.
        }
        self.enter(market, view, intents);
    }

    fn enter(&mut self, market: &Market, view: &View<'_>, intents: &mut Intents) {
        let (Some(side), None, Mode::Running) = (self.target, self.entry, view.mode) else { return };
        let Some(qty) = market.last.and_then(|price| self.lots(&market.instrument, price, view).ok()) else {
            return;
        };
        if qty.lots() > 0 {
            let id = intents.place(ENTRY, Wish::market(self.instrument, side, qty));
            self.entry = Some(Working { id, open: qty });
        } else {
            intents.note("the size comes to less than one lot; no entry");
        }
    }

    fn lots(&self, instrument: &Instrument, price: Price, view: &View<'_>) -> Result<Qty, Overflow> {
        match self.size {
            Size::Lots(qty) => Ok(qty),
            Size::Quote(money) => instrument.lots_for(money, price, Rounding::Down),
            Size::Equity(share) => {
                instrument.lots_for(view.equity.at_rate(share, Rounding::Down)?, price, Rounding::Down)
            }
        }
    }

    fn hear(&mut self, view: &View<'_>, report: &OrderReport, intents: &mut Intents) {
        let Some(market) = view.market(self.instrument) else { return };
        if let ReportKind::Filled(fill) = &report.kind
            && let Some(entry) = self.entry.as_mut().filter(|entry| entry.id == report.id)
        {
            entry.open = Qty::from_lots(entry.open.lots() - fill.qty.lots());
            if entry.open.lots() <= 0 {
                self.entry = None;
            }
        }
        if report.kind.ends_order() {
            self.forget(report.id);
        }
        let held = market.position.qty;
        if held.is_zero() {
            self.went_flat(report, view, intents);
        } else if self.entry.is_none() && self.exit.is_none() && self.guards == [None; 2] {
            self.guard(market, intents);
        }
    }

    fn forget(&mut self, id: ClientOrderId) {
        self.entry = self.entry.filter(|entry| entry.id != id);
        self.exit = self.exit.filter(|exit| *exit != id);
        for guard in &mut self.guards {
            *guard = guard.filter(|guard| *guard != id);
        }
    }

    /// Nothing is held any more: a guard did it, or our exit; the other side may be waiting to be entered.
    fn went_flat(&mut self, report: &OrderReport, view: &View<'_>, intents: &mut Intents) {
        if !matches!(report.kind, ReportKind::Filled(_)) {
            return;
        }
        if self.guards.contains(&Some(report.id)) {
            self.spent = self.target;
            self.target = None;
        }
        self.forget(report.id);
        self.drop_guards(intents);
        if self.size_at == SizeAt::NextPrice
            && let Some(market) = view.market(self.instrument)
        {
            self.enter(market, view, intents);
        }
    }

    /// Places the stop and the take-profit around the average entry price.
    fn guard(&mut self, market: &Market, intents: &mut Intents) {
        let held = market.position.qty;
        let (Some(closing), Some(entry)) = (Side::closing(held), entry_price(market)) else { return };
        let qty = held.abs();
        if let Some(trigger) = self.stop.and_then(|share| moved(entry, share, closing.sign())) {
            let wish = Wish::stop(self.instrument, closing, qty, trigger).reducing();
            self.guards[0] = Some(intents.place(STOP, wish));
        }
        if let Some(price) = self.take_profit.and_then(|share| moved(entry, share, -closing.sign())) {
            let wish = Wish::limit(self.instrument, closing, qty, price).reducing();
            self.guards[1] = Some(intents.place(PROFIT, wish));
        }
    }

    fn drop_guards(&mut self, intents: &mut Intents) {
        for guard in self.guards.iter_mut().filter_map(Option::take) {
            intents.cancel(guard);
        }
    }
}

impl Strategy for TrendFollowing {
    #[inline]
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Bar { bar, .. } => {
                self.due |= self.decide(bar);
                if self.due && self.size_at == SizeAt::Close {
                    self.act(view, intents);
                }
            }
            Event::Trade { .. } | Event::Quote { .. } if self.due => self.act(view, intents),
            Event::Order(report) => self.hear(view, report, intents),
            _ => {}
        }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp { bars: self.warm_up, ticks: 0 }
    }
}

/// The average price of what is held, in whole ticks.
fn entry_price(market: &Market) -> Option<Price> {
    let position = market.position;
    let one_lot = Qty::from_lots(position.qty.lots().signum());
    let per_tick = market.instrument.notional(Price::from_ticks(1), one_lot).ok()?.units().abs();
    let worth = per_tick.checked_mul(i128::from(position.qty.lots().abs()))?;
    i64::try_from(div_round(position.cost.units().abs(), worth, Rounding::HalfEven))
        .ok()
        .map(Price::from_ticks)
}

/// `price` moved by a share of itself, up for a sign of −1 and down for +1 (the side that closes names the direction of
/// loss), rounded half-even to a tick. `None` when nothing above zero is left.
fn moved(price: Price, share: Rate, closing: i64) -> Option<Price> {
    let ticks = i128::from(price.ticks());
    let by = div_round(ticks * i128::from(share.nanos()), i128::from(Rate::ONE), Rounding::HalfEven);
    let to = ticks + by * i128::from(closing);
    i64::try_from(to).ok().filter(|ticks| *ticks > 0).map(Price::from_ticks)
}
