//! One child: its strategy, what it sees, and what becomes of its wishes.

use std::collections::VecDeque;

use sdk::{
    ClientOrderId, Event, Instrument, InstrumentId, Intent, Intents, Market, Mode, Money, Overflow, Position,
    Qty, Rate, ReportKind, Side, Strategy, View, Wish,
};
use serde::{Deserialize, Serialize};

use crate::curve::Curve;
use crate::desk::Desk;
use crate::ledger::Ledger;
use crate::notes::Notes;
use crate::order::{Out, Past};
use crate::params::Regime;
use crate::scene::Scene;

/// See the file's page.
pub(crate) struct Child {
    pub(crate) id: &'static str,
    /// Its place among the children, and the slot under which its orders go out.
    pub(crate) slot: u32,
    pub(crate) strategy: Box<dyn Strategy>,
    /// What it trades; its strategy is told of nothing else.
    pub(crate) instruments: Vec<InstrumentId>,
    /// Where it may open; everywhere where there is none.
    pub(crate) regimes: Vec<Regime>,
    pub(crate) leverage: Option<Rate>,
    pub(crate) max_loss: Option<Rate>,
    pub(crate) notes: Notes,
    pub(crate) intents: Intents,
    /// Every market of the run as the child sees it, made from `memory` and the run's prices.
    pub(crate) markets: Vec<Market>,
    /// Whether positions and open quantities in `markets` are behind `memory`.
    pub(crate) behind: bool,
    pub(crate) memory: Memory,
}

/// What of a child a restart needs, besides its strategy's own state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The positions that it knows of, by instrument id. What `ledger` holds beyond them is to be closed again.
    #[serde(with = "sdk::state::exact")]
    pub(crate) seen: Vec<Position>,
    pub(crate) ledger: Ledger,
    /// By age.
    pub(crate) out: Vec<Out>,
    pub(crate) past: VecDeque<Past>,
    pub(crate) state: State,
    /// Whether the regime is none of its own.
    pub(crate) paused: bool,
    /// An order of ours for it did not go through; the next one waits for a price.
    pub(crate) waits: bool,
    /// Its share of the whole.
    #[serde(with = "sdk::state::exact")]
    pub(crate) share: Rate,
    /// The equity at which it is shut off.
    #[serde(with = "sdk::state::exact")]
    pub(crate) floor: Option<Money>,
    pub(crate) curve: Curve,
}

/// How far a child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Trading,
    /// On its way to being flat.
    Closing,
    /// Flat, for good.
    Off,
}

impl Memory {
    pub(crate) fn new(capital: Money, share: Rate, floor: Option<Money>, lookback: u32) -> Self {
        Self {
            seen: Vec::new(),
            ledger: Ledger { cash: capital, ..Ledger::default() },
            out: Vec::with_capacity(64),
            past: VecDeque::new(),
            state: State::Trading,
            paused: false,
            waits: false,
            share,
            floor,
            curve: Curve::new(lookback),
        }
    }
}

impl Child {
    pub(crate) fn is_trading(&self) -> bool {
        self.memory.state == State::Trading
    }

    /// Takes over the run's prices.
    pub(crate) fn look(&mut self, view: &View<'_>) {
        if self.markets.len() < view.markets.len() {
            let known = self.markets.len();
            let unknown = view.markets.iter().skip(known);
            self.markets.extend(unknown.map(|market| Market::new(market.instrument.clone())));
            let most = self.markets.len().max(self.memory.seen.len());
            self.memory.seen.resize(most, Position::FLAT);
            self.behind = true;
        }
        for (own, run) in self.markets.iter_mut().zip(view.markets) {
            (own.last, own.bid, own.ask) = (run.last, run.bid, run.ask);
        }
    }

    /// What the child is worth at the last prices.
    pub(crate) fn equity(&self) -> Result<Money, Overflow> {
        self.memory.ledger.equity(&self.markets)
    }

    /// Lets the child see an event, and takes up what it wishes.
    pub(crate) fn tell(&mut self, event: &Event, scene: &mut Scene<'_, '_>) {
        if !self.is_trading() {
            return;
        }
        self.catch_up();
        let Ok(equity) = self.equity() else { return self.shut(self.notes.books_overflow, scene) };
        let mode = if self.memory.paused && scene.view.mode == Mode::Running {
            Mode::Paused
        } else {
            scene.view.mode
        };
        let own = View { now: scene.view.now, markets: &self.markets, equity, mode };
        self.intents.clear();
        self.strategy.on_event(&own, event, &mut self.intents);
        if let Some(answer) = self.intents.answered() {
            scene.answer(answer);
        }
        if scene.is_deaf() {
            return;
        }
        if self.intents.overflowed() {
            return self.shut(self.notes.without_bound, scene);
        }
        for at in 0..self.intents.as_slice().len() {
            let Some(intent) = self.intents.as_slice().get(at).copied() else { break };
            match intent {
                Intent::Place(id, wish) => self.submit(id, wish, mode, equity, scene),
                Intent::Cancel(id) => self.withdraw(id, scene),
                Intent::Note(text) => scene.note(text),
                Intent::Stop(text) => {
                    scene.note(text);
                    return self.shut(self.notes.by_its_wish, scene);
                }
            }
        }
    }

    fn submit(
        &mut self,
        id: ClientOrderId,
        wish: Wish,
        mode: Mode,
        equity: Money,
        scene: &mut Scene<'_, '_>,
    ) {
        let (leverage, out) = (self.leverage, &self.memory.out);
        let desk = Desk { markets: &self.markets, out, mode, equity, leverage };
        match desk.judge(&wish, self.instruments.contains(&wish.instrument)) {
            Ok(opening) => self.add(Some(id), wish, opening, scene),
            Err(refusal) => scene.write(self.slot, id, wish.instrument, ReportKind::Refused(refusal)),
        }
    }

    /// Takes an order in; `None` for the id of one of ours.
    pub(crate) fn add(
        &mut self,
        theirs: Option<ClientOrderId>,
        wish: Wish,
        opening: Qty,
        scene: &mut Scene<'_, '_>,
    ) {
        self.memory.out.push(Out::new(scene.number(), theirs, wish, opening));
        self.behind = true;
    }

    /// The child asks for the end of one of its orders.
    fn withdraw(&mut self, id: ClientOrderId, scene: &mut Scene<'_, '_>) {
        let found = self.memory.out.iter().position(|out| out.theirs == Some(id) && out.open().lots() > 0);
        let Some(at) = found else { return };
        let Some(out) = self.memory.out.get_mut(at) else { return };
        if out.is_held() {
            self.finish(at, ReportKind::Cancelled(sdk::CancelReason::Requested), scene);
        } else {
            out.ending = true;
            out.want_cancel();
        }
    }

    /// Takes an order off the books and tells the child, unless it is one of ours.
    pub(crate) fn finish(&mut self, at: usize, kind: ReportKind, scene: &mut Scene<'_, '_>) {
        if at >= self.memory.out.len() {
            return;
        }
        let out = self.memory.out.remove(at);
        self.behind = true;
        if let Some(id) = out.theirs {
            scene.write(self.slot, id, out.wish.instrument, kind);
        }
    }

    /// The child trades no more: its orders end, and what it holds is closed by orders of ours.
    pub(crate) fn shut(&mut self, why: &'static str, scene: &mut Scene<'_, '_>) {
        if !self.is_trading() {
            return;
        }
        scene.note(why);
        self.memory.state = State::Closing;
        self.memory.out.retain(|out| out.is_house() || out.venue.is_some());
        for out in self.memory.out.iter_mut().filter(|out| !out.is_house()) {
            out.ending = true;
            out.want_cancel();
        }
        self.behind = true;
    }

    /// What the child knows to hold of an order's instrument and the order can reduce.
    pub(crate) fn reducible(&self, wish: &Wish) -> Qty {
        let held = self.memory.seen.get(wish.instrument.index()).map_or(Qty::ZERO, |position| position.qty);
        if Side::closing(held) == Some(wish.side) { held.abs() } else { Qty::ZERO }
    }

    /// What is held of an instrument and must be closed: what the child does not know of, or all of it once it is shut off.
    pub(crate) fn excess(&self, instrument: InstrumentId) -> Qty {
        let at = instrument.index();
        let known = match self.memory.state {
            State::Trading => self.memory.seen.get(at).map_or(0, |position| position.qty.lots()),
            State::Closing | State::Off => 0,
        };
        Qty::from_lots(self.memory.ledger.qty(at).lots().saturating_sub(known))
    }

    /// How much of an order may trade now.
    pub(crate) fn tradable(&self, out: &Out) -> Qty {
        let most = if out.is_house() {
            let excess = self.excess(out.wish.instrument);
            if Side::closing(excess) == Some(out.wish.side) { excess.abs() } else { Qty::ZERO }
        } else if out.wish.reduce_only {
            self.reducible(&out.wish)
        } else {
            out.open()
        };
        out.open().min(most)
    }

    pub(crate) fn instrument(&self, id: InstrumentId) -> Option<&Instrument> {
        self.markets.get(id.index()).map(|market| &market.instrument)
    }

    /// Brings positions and open quantities that the child sees up to date.
    fn catch_up(&mut self) {
        if !std::mem::take(&mut self.behind) {
            return;
        }
        for (market, position) in self.markets.iter_mut().zip(&self.memory.seen) {
            market.position = *position;
            (market.open_buy, market.open_sell, market.closing) = (Qty::ZERO, Qty::ZERO, Qty::ZERO);
        }
        for out in self.memory.out.iter().filter(|out| !out.is_house()) {
            let Some(market) = self.markets.get_mut(out.wish.instrument.index()) else { continue };
            let open = match out.wish.side {
                _ if out.wish.reduce_only => &mut market.closing,
                Side::Buy => &mut market.open_buy,
                Side::Sell => &mut market.open_sell,
            };
            *open = Qty::from_lots(open.lots().saturating_add(out.open().lots()));
        }
    }
}
