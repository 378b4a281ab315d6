//! A child's own books: its markets, its position in each, and its orders that are out.

use sdk::{ClientOrderId, Fill, Market, Money, Overflow, Position, Qty, Rounding, Side, View, Wish};

/// A child's order that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Out {
    /// The id it has at the venue.
    pub(crate) ours: ClientOrderId,
    /// The id the child knows it by.
    pub(crate) theirs: ClientOrderId,
    pub(crate) wish: Wish,
    /// Filled so far.
    pub(crate) filled: Qty,
    /// Whether its end was asked for because there is nothing left to reduce.
    pub(crate) spent: bool,
}

impl Out {
    pub(crate) const fn open(&self) -> Qty {
        Qty::from_lots(self.wish.qty.lots().saturating_sub(self.filled.lots()))
    }
}

/// See the file's page.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    /// By instrument id, as in the view.
    pub(crate) markets: Vec<Market>,
    pub(crate) out: Vec<Out>,
}

impl Book {
    /// Takes over prices; positions and open quantities are the book's own.
    pub(crate) fn look(&mut self, view: &View<'_>) {
        if self.markets.len() < view.markets.len() {
            let known = self.markets.len();
            let unknown = view.markets.iter().skip(known);
            self.markets.extend(unknown.map(|market| Market::new(market.instrument.clone())));
        }
        for (own, seen) in self.markets.iter_mut().zip(view.markets) {
            (own.last, own.bid, own.ask) = (seen.last, seen.bid, seen.ask);
        }
    }

    /// Adds an order and counts what it leaves open.
    pub(crate) fn send(&mut self, out: Out) {
        self.count(&out.wish, out.open().lots());
        self.out.push(out);
    }

    pub(crate) fn by_ours(&self, id: ClientOrderId) -> Option<Out> {
        self.out.iter().find(|out| out.ours == id).copied()
    }

    /// Books what filled of an order; `None` for an order that is not out.
    pub(crate) fn fill(&mut self, id: ClientOrderId, qty: Qty) -> Option<Out> {
        let at = self.out.iter().position(|out| out.ours == id)?;
        let out = self.out.get_mut(at)?;
        out.filled = Qty::from_lots(out.filled.lots().saturating_add(qty.lots()));
        let out = *out;
        self.count(&out.wish, -qty.lots());
        if out.open().lots() <= 0 {
            self.out.remove(at);
        }
        Some(out)
    }

    /// Takes an order out of the book.
    pub(crate) fn end(&mut self, id: ClientOrderId) {
        if let Some(at) = self.out.iter().position(|out| out.ours == id) {
            let out = self.out.remove(at);
            self.count(&out.wish, -out.open().lots());
        }
    }

    /// How much of a fill only closes the position that is held.
    pub(crate) fn closing(&self, wish: &Wish) -> Qty {
        let held = self.held(wish);
        if Side::closing(held) == Some(wish.side) { held.abs() } else { Qty::ZERO }
    }

    pub(crate) fn held(&self, wish: &Wish) -> Qty {
        self.markets.get(wish.instrument.index()).map_or(Qty::ZERO, |market| market.position.qty)
    }

    /// Books a fill into the position, at average cost.
    pub(crate) fn book(&mut self, wish: &Wish, fill: &Fill) -> Result<(), Overflow> {
        let Some(market) = self.markets.get_mut(wish.instrument.index()) else { return Ok(()) };
        let Position { qty: held, cost } = market.position;
        let sign = fill.side.sign();
        let closes =
            if Side::closing(held) == Some(fill.side) { held.abs().lots().min(fill.qty.lots()) } else { 0 };
        let opens = fill.qty.lots() - closes;
        let kept = if closes == 0 {
            cost
        } else {
            cost.share((held.abs().lots() - closes).into(), held.abs().lots(), Rounding::HalfEven)?
        };
        let added = market.instrument.notional(fill.price, Qty::from_lots(opens))?;
        let cost = if sign > 0 { kept.plus(added)? } else { kept.minus(added)? };
        let lots = held.lots().checked_add(sign * fill.qty.lots()).ok_or(Overflow("a position"))?;
        let cost = if lots == 0 { Money::ZERO } else { cost };
        market.position = Position { qty: Qty::from_lots(lots), cost };
        Ok(())
    }

    fn count(&mut self, wish: &Wish, lots: i64) {
        let Some(market) = self.markets.get_mut(wish.instrument.index()) else { return };
        let open = match wish.side {
            _ if wish.reduce_only => &mut market.closing,
            Side::Buy => &mut market.open_buy,
            Side::Sell => &mut market.open_sell,
        };
        *open = Qty::from_lots(open.lots().saturating_add(lots));
    }
}
