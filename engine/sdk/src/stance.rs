//! A stance: which side a strategy wants to be on in one market, and the orders that bring it there and guard it.
//!
//! Entries and exits are market orders, exits always reduce-only. A position may carry a protective stop (a stop-market order) and a
//! take-profit (a limit order), both reduce-only, placed once its entry has ended. What is held and what is out is learnt from
//! events alone. An exit that does not go through is tried again at the next price; an entry that does not is left.

use serde::{Deserialize, Serialize};
use types::{ClientOrderId, InstrumentId, OrderReport, Price, Qty, ReportKind, Side};

use crate::{Intents, Market, Mode, Size, View, Wish, orderable};

/// What an order of a stance is for; its number is the order's slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// It opens the position.
    Entry = 0,
    /// It closes it, because the strategy wants something else.
    Exit = 1,
    /// It closes it at a loss, or at what a trailing stop kept.
    Stop = 2,
    /// It closes it at a profit.
    Profit = 3,
}

/// What a report came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Nothing that a strategy would act on.
    Nothing,
    /// A position is held, its entry has ended, and no guard is out: time for [`Stance::guard`].
    Unguarded,
    /// The position is closed, by an order of this leg.
    Flat(Leg),
}

/// The stance in one market. See the file's page.
///
/// ```
/// use quantmesh_sdk::{InstrumentId, Side};
/// use quantmesh_sdk::stance::Stance;
///
/// let mut stance = Stance::new(InstrumentId(0));
/// assert!(stance.want(Some(Side::Buy)));
/// assert!(!stance.want(Some(Side::Buy)), "nothing new");
/// assert!(stance.is_due(), "to be acted on at the next call of `act`");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stance {
    #[serde(with = "crate::state::exact")]
    instrument: InstrumentId,
    /// The entry after an exit waits until the exit has filled.
    one_by_one: bool,
    #[serde(with = "crate::state::exact")]
    target: Option<Side>,
    due: bool,
    /// The order of each leg that is out, and what of it is not filled.
    #[serde(with = "crate::state::exact")]
    out: [Option<(ClientOrderId, Qty)>; 4],
}

impl Stance {
    /// Flat, and wanting nothing else. A turn from one side to the other sends exit and entry together.
    #[must_use]
    pub const fn new(instrument: InstrumentId) -> Self {
        Self { instrument, one_by_one: false, target: None, due: false, out: [None; 4] }
    }

    /// The same, but a turn sends the entry only once the exit has filled, at the price of that moment.
    #[must_use]
    pub const fn one_by_one(self) -> Self {
        Self { one_by_one: true, ..self }
    }

    /// Which market.
    #[must_use]
    pub const fn instrument(&self) -> InstrumentId {
        self.instrument
    }

    /// Which side is wanted; `None` for flat.
    #[must_use]
    pub const fn target(&self) -> Option<Side> {
        self.target
    }

    /// Whether something is still to be done by [`Self::act`].
    #[must_use]
    #[inline]
    pub const fn is_due(&self) -> bool {
        self.due
    }

    /// Whether an entry or exit is out.
    #[must_use]
    pub const fn is_moving(&self) -> bool {
        self.is_out(Leg::Entry) || self.is_out(Leg::Exit)
    }

    /// Whether an order of this leg is out.
    #[must_use]
    pub const fn is_out(&self, leg: Leg) -> bool {
        let [entry, exit, stop, profit] = &self.out;
        match leg {
            Leg::Entry => entry.is_some(),
            Leg::Exit => exit.is_some(),
            Leg::Stop => stop.is_some(),
            Leg::Profit => profit.is_some(),
        }
    }

    /// Whether a position is held that nothing moves and nothing guards: time for [`Self::guard`], if a guard is wanted.
    #[must_use]
    pub fn is_bare(&self, view: &View<'_>) -> bool {
        let legs = [Leg::Entry, Leg::Exit, Leg::Stop, Leg::Profit];
        !self.due
            && !legs.into_iter().any(|leg| self.is_out(leg))
            && view.market(self.instrument).is_some_and(|market| !market.position.is_flat())
    }

    /// Wants a side, or flat; says whether that is new. [`Self::act`] carries it out.
    pub fn want(&mut self, side: Option<Side>) -> bool {
        let new = side != self.target;
        self.target = side;
        self.due |= new;
        new
    }

    /// Sends what it takes to get from the position to the target: an exit of what is held on the wrong side, an entry of
    /// `size` where nothing is held.
    pub fn act(&mut self, view: &View<'_>, size: Size, intents: &mut Intents) {
        let Some(market) = view.market(self.instrument) else { return };
        self.due = false;
        let held = market.position.qty;
        let wrong = Side::closing(held).filter(|closing| self.target.is_none_or(|target| target == *closing));
        if let Some(closing) = wrong {
            if !self.is_out(Leg::Exit) {
                self.drop_guards(intents);
                self.send(Leg::Exit, Wish::market(self.instrument, closing, held.abs()).reducing(), intents);
            }
            if self.one_by_one {
                return; // The entry follows the exit's fill, at the price of that moment.
            }
        } else if !held.is_zero() {
            return; // Already where we want to be.
        }
        self.enter(market, view, size, intents);
    }

    /// Places a protective stop and a take-profit for all that is held; `None` leaves that one out. What was out before is
    /// cancelled first. Does nothing while flat, or while an exit is out.
    pub fn guard(
        &mut self,
        market: &Market,
        stop: Option<Price>,
        profit: Option<Price>,
        intents: &mut Intents,
    ) {
        let held = market.position.qty;
        let Some(closing) = Side::closing(held).filter(|_| !self.is_out(Leg::Exit)) else { return };
        self.drop_guards(intents);
        if let Some(trigger) = stop {
            let wish = Wish::stop(self.instrument, closing, held.abs(), trigger).reducing();
            self.send(Leg::Stop, wish, intents);
        }
        if let Some(price) = profit {
            let wish = Wish::limit(self.instrument, closing, held.abs(), price).reducing();
            self.send(Leg::Profit, wish, intents);
        }
    }

    /// Puts the stop at another price and leaves the take-profit where it is; for a stop that trails.
    pub fn move_stop(&mut self, market: &Market, trigger: Price, intents: &mut Intents) {
        let held = market.position.qty;
        let Some(closing) = Side::closing(held).filter(|_| !self.is_out(Leg::Exit)) else { return };
        self.cancel(Leg::Stop, intents);
        self.send(Leg::Stop, Wish::stop(self.instrument, closing, held.abs(), trigger).reducing(), intents);
    }

    /// Takes in a report about one of its orders. With `one_by_one`, an entry that waited for an exit goes out here.
    pub fn hear(
        &mut self,
        view: &View<'_>,
        report: &OrderReport,
        size: Size,
        intents: &mut Intents,
    ) -> Heard {
        let Some(market) = view.market(self.instrument).filter(|_| report.instrument == self.instrument)
        else {
            return Heard::Nothing;
        };
        let leg = self.leg(report.id);
        let filled = matches!(report.kind, ReportKind::Filled(_));
        if let ReportKind::Filled(fill) = &report.kind {
            self.fill(report.id, fill.qty);
        } else if report.kind.ends_order() {
            self.forget(report.id);
        }
        let held = market.position.qty;
        if held.is_zero() {
            return if filled {
                self.went_flat(view, market, report.id, leg, size, intents)
            } else {
                Heard::Nothing
            };
        }
        // An exit that did not go through, and what filled late or beyond what was wanted: to be closed.
        self.due |=
            !self.is_out(Leg::Exit) && self.target.is_none_or(|side| Side::closing(held) == Some(side));
        match leg {
            // What is held is no longer what they guard.
            None | Some(Leg::Entry) if filled => self.drop_guards(intents),
            // Tried again by whoever looks at `is_bare`, and not at once: the venue would say the same.
            Some(Leg::Stop | Leg::Profit) if report.kind.ends_order() => {
                self.drop_guards(intents);
                return Heard::Nothing;
            }
            _ => {}
        }
        if self.is_bare(view) { Heard::Unguarded } else { Heard::Nothing }
    }

    /// What an order of ours is for, while it is out.
    #[must_use]
    pub fn leg(&self, id: ClientOrderId) -> Option<Leg> {
        let legs = [Leg::Entry, Leg::Exit, Leg::Stop, Leg::Profit];
        legs.into_iter()
            .zip(&self.out)
            .find(|(_, out)| out.is_some_and(|out| out.0 == id))
            .map(|(leg, _)| leg)
    }

    fn send(&mut self, leg: Leg, wish: Wish, intents: &mut Intents) {
        let id = intents.place(leg as u32, wish);
        *self.slot(leg) = Some((id, wish.qty));
    }

    fn cancel(&mut self, leg: Leg, intents: &mut Intents) {
        if let Some((id, _)) = self.slot(leg).take() {
            intents.cancel(id);
        }
    }

    const fn slot(&mut self, leg: Leg) -> &mut Option<(ClientOrderId, Qty)> {
        let [entry, exit, stop, profit] = &mut self.out;
        match leg {
            Leg::Entry => entry,
            Leg::Exit => exit,
            Leg::Stop => stop,
            Leg::Profit => profit,
        }
    }

    fn enter(&mut self, market: &Market, view: &View<'_>, size: Size, intents: &mut Intents) {
        let (Some(side), false, Mode::Running) = (self.target, self.is_out(Leg::Entry), view.mode) else {
            return;
        };
        let Some(price) = market.last else { return };
        let Ok(lots) = size.lots(&market.instrument, price, view.equity) else { return };
        match orderable(&market.instrument, price, lots) {
            Some(qty) => self.send(Leg::Entry, Wish::market(self.instrument, side, qty), intents),
            None if lots.lots() <= 0 => intents.note("the size comes to less than one lot; no entry"),
            None => intents.note("the size comes to less than the venue's smallest order; no entry"),
        }
    }

    /// Nothing is held any more: the guards go, and the other side may be waiting to be entered.
    fn went_flat(
        &mut self,
        view: &View<'_>,
        market: &Market,
        id: ClientOrderId,
        leg: Option<Leg>,
        size: Size,
        intents: &mut Intents,
    ) -> Heard {
        self.forget(id);
        self.drop_guards(intents);
        let leg = leg.unwrap_or(Leg::Exit);
        if matches!(leg, Leg::Stop | Leg::Profit) {
            self.target = None;
            self.due = false;
        } else if self.one_by_one {
            self.enter(market, view, size, intents);
        }
        Heard::Flat(leg)
    }

    fn fill(&mut self, id: ClientOrderId, qty: Qty) {
        for (order, open) in self.out.iter_mut().flatten().filter(|(order, _)| *order == id) {
            *open = Qty::from_lots(open.lots().saturating_sub(qty.lots()));
            if open.lots() <= 0 {
                let whole = *order;
                return self.forget(whole);
            }
        }
    }

    fn forget(&mut self, id: ClientOrderId) {
        for order in &mut self.out {
            *order = order.filter(|(order, _)| *order != id);
        }
    }

    fn drop_guards(&mut self, intents: &mut Intents) {
        self.cancel(Leg::Stop, intents);
        self.cancel(Leg::Profit, intents);
    }
}
