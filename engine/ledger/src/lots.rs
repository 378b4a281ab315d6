//! Open lots of one instrument, matched into round trips: an exit closes its own slot first, then the oldest.

use std::collections::VecDeque;

use types::{ClientOrderId, Fill, Instrument, Money, Overflow, Price, Qty, Rounding, Side, Time};

use crate::RoundTrip;

/// The open lots of one instrument, oldest first; all on one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lots {
    open: VecDeque<Lot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lot {
    slot: u32,
    side: Side,
    qty: Qty,
    price: Price,
    time: Time,
    fee: Money,
}

impl Lots {
    /// Nothing open.
    #[must_use]
    pub const fn new() -> Self {
        Self { open: VecDeque::new() }
    }

    /// Takes in a fill whose fee is worth `fee` in the instrument's settlement asset, and appends the round trips that it closes.
    ///
    /// # Errors
    /// [`Overflow`] when a profit leaves the range of money.
    pub fn take(
        &mut self,
        instrument: &Instrument,
        id: ClientOrderId,
        time: Time,
        fill: &Fill,
        fee: Money,
        closed: &mut Vec<RoundTrip>,
    ) -> Result<(), Overflow> {
        let mut rest = Lot { slot: id.slot, side: fill.side, qty: fill.qty, price: fill.price, time, fee };
        while !rest.qty.is_zero()
            && let Some(at) = self.partner(&rest)
            && let Some(entry) = self.open.get_mut(at)
        {
            let qty = entry.qty.min(rest.qty);
            let (entry_fee, exit_fee) = (entry.split(qty)?, rest.split(qty)?);
            let moved = Qty::from_lots(qty.lots() * entry.side.sign());
            let gross = instrument.worth(rest.price, moved)?.minus(instrument.worth(entry.price, moved)?)?;
            closed.push(RoundTrip {
                instrument: instrument.id(),
                slot: entry.slot,
                entry_side: entry.side,
                qty,
                entry_time: entry.time,
                entry_price: entry.price,
                exit_time: time,
                exit_price: rest.price,
                gross,
                fees: entry_fee.plus(exit_fee)?,
                liquidated: false,
            });
            if entry.qty.is_zero() {
                self.open.remove(at);
            }
        }
        if !rest.qty.is_zero() {
            self.open.push_back(rest);
        }
        Ok(())
    }

    /// Where the lot stands that a lot of the other side closes: one of its own slot, else the oldest.
    fn partner(&self, exit: &Lot) -> Option<usize> {
        if self.open.front().is_none_or(|oldest| oldest.side == exit.side) {
            return None;
        }
        Some(self.open.iter().position(|lot| lot.slot == exit.slot).unwrap_or(0))
    }
}

impl Lot {
    /// Takes `qty` off this lot and returns its part of the fee; the last part is what is left.
    fn split(&mut self, qty: Qty) -> Result<Money, Overflow> {
        let part = self.fee.share(i128::from(qty.lots()), self.qty.lots(), Rounding::HalfEven)?;
        self.fee = self.fee.minus(part)?;
        self.qty = self.qty.minus(qty)?;
        Ok(part)
    }
}
