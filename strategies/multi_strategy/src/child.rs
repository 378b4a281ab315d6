//! One child: its strategy, its books, and its way to being flat.

use sdk::{
    CancelReason, ClientOrderId, Event, Fill, Intent, Intents, OrderReport, Overflow, Qty, Rate, ReportKind,
    Rounding, Side, Strategy, View, Wish,
};

use crate::book::{Book, Out};

/// The slot of orders that close what filled beyond a child's books: of no child, so that nobody hears of them.
const RESIDUE: u32 = u32::MAX - 1;

/// See the file's page.
pub(crate) struct Child {
    pub(crate) id: &'static str,
    pub(crate) strategy: Box<dyn Strategy>,
    pub(crate) weight: Rate,
    /// The slot under which its orders go out.
    pub(crate) slot: u32,
    pub(crate) intents: Intents,
    pub(crate) book: Book,
    /// Whether it asked for its own end.
    pub(crate) stopped: bool,
}

impl Child {
    /// Lets the child see an event and passes on what it wishes.
    pub(crate) fn tell(
        &mut self,
        view: &View<'_>,
        event: &Event,
        intents: &mut Intents,
    ) -> Result<(), Overflow> {
        self.book.look(view);
        if self.stopped {
            self.close(intents);
            return Ok(());
        }
        self.intents.clear();
        let equity = view.equity.at_rate(self.weight, Rounding::Down)?;
        let own = View { now: view.now, markets: &self.book.markets, equity, mode: view.mode };
        self.strategy.on_event(&own, event, &mut self.intents);
        if self.intents.overflowed() {
            self.stop("a child wished for more orders in one event than the bound allows", intents);
        }
        for at in 0..self.intents.as_slice().len() {
            let Some(intent) = self.intents.as_slice().get(at).copied() else { break };
            match intent {
                Intent::Place(..) | Intent::Cancel(_) if self.stopped => {}
                Intent::Place(theirs, wish) => self.send(theirs, wish, intents),
                Intent::Cancel(theirs) => {
                    if let Some(out) = self.book.out.iter().find(|out| out.theirs == theirs) {
                        intents.cancel(out.ours);
                    }
                }
                Intent::Note(text) => intents.note(text),
                Intent::Stop(text) => self.stop(text, intents),
            }
        }
        Ok(())
    }

    /// Books a report about an order of ours, and tells the child what it comes to in its own books.
    pub(crate) fn hear(
        &mut self,
        view: &View<'_>,
        report: &OrderReport,
        intents: &mut Intents,
    ) -> Result<(), Overflow> {
        self.book.look(view);
        if let ReportKind::Filled(fill) = &report.kind {
            return self.hear_fill(view, report, fill, intents);
        }
        let Some(out) = self.book.by_ours(report.id) else { return Ok(()) };
        if report.kind.ends_order() {
            self.book.end(report.id);
        }
        let kind = match report.kind {
            ReportKind::Cancelled(CancelReason::Requested) if out.spent => {
                ReportKind::Cancelled(CancelReason::NothingToReduce)
            }
            other => other,
        };
        self.tell(view, &Event::Order(OrderReport { id: out.theirs, kind, ..*report }), intents)
    }

    fn hear_fill(
        &mut self,
        view: &View<'_>,
        report: &OrderReport,
        fill: &Fill,
        intents: &mut Intents,
    ) -> Result<(), Overflow> {
        let Some(out) = self.book.fill(report.id, fill.qty) else {
            // Of an order that had ended: what it did is closed again.
            let wish = Wish::market(report.instrument, fill.side.opposite(), fill.qty);
            intents.place(RESIDUE, wish);
            return Ok(());
        };
        let counts = if out.wish.reduce_only { self.book.closing(&out.wish).min(fill.qty) } else { fill.qty };
        let beyond = Qty::from_lots(fill.qty.lots() - counts.lots());
        if counts.lots() > 0 {
            let fill = Fill { qty: counts, ..*fill };
            self.book.book(&out.wish, &fill)?;
            let kind = ReportKind::Filled(fill);
            self.tell(view, &Event::Order(OrderReport { id: out.theirs, kind, ..*report }), intents)?;
        }
        if beyond.lots() > 0 {
            let wish = Wish::market(report.instrument, fill.side.opposite(), beyond);
            intents.place(RESIDUE, wish);
        }
        // What is still out is told of when its end has come.
        if beyond.lots() > 0 && out.open().lots() <= 0 {
            let kind = ReportKind::Cancelled(CancelReason::NothingToReduce);
            self.tell(view, &Event::Order(OrderReport { id: out.theirs, kind, ..*report }), intents)?;
        }
        self.spend(&out.wish, intents);
        Ok(())
    }

    /// Asks for the end of the child's reduce-only orders that have nothing left to reduce.
    fn spend(&mut self, like: &Wish, intents: &mut Intents) {
        let held = self.book.held(like);
        let of_same = |out: &&mut Out| out.wish.instrument == like.instrument && out.wish.reduce_only;
        for out in self.book.out.iter_mut().filter(of_same) {
            if Side::closing(held) != Some(out.wish.side) && !out.spent {
                out.spent = true;
                intents.cancel(out.ours);
            }
        }
    }

    fn send(&mut self, theirs: ClientOrderId, wish: Wish, intents: &mut Intents) {
        let ours = intents.place(self.slot, Wish { reduce_only: false, ..wish });
        self.book.send(Out { ours, theirs, wish, filled: Qty::ZERO, spent: false });
    }

    fn stop(&mut self, why: &'static str, intents: &mut Intents) {
        intents.note(why);
        self.stopped = true;
        for out in &self.book.out {
            intents.cancel(out.ours);
        }
        self.close(intents);
    }

    /// On the way to flat: once none of its orders is out, closes what it holds, one instrument after the other.
    fn close(&mut self, intents: &mut Intents) {
        if !self.book.out.is_empty() {
            return;
        }
        let held = self.book.markets.iter().find_map(|market| {
            let side = Side::closing(market.position.qty)?;
            Some(Wish::market(market.instrument.id(), side, market.position.qty.abs()).reducing())
        });
        if let Some(wish) = held {
            self.send(ClientOrderId::default(), wish, intents);
        }
    }
}
