//! A venue's taking of a position: it is booked, and the strategy that held it is stopped.

use types::{ClientOrderId, InstrumentId, Liquidation};

use crate::{Kernel, KernelError, Outbox, Remark};

/// The slot of executions that no order of ours asked for.
const TAKEN_SLOT: u32 = u32::MAX - 1;

impl Kernel {
    /// Books a liquidation and stops its strategy: what it believes to hold is no longer so, and what it still holds is closed.
    #[cold]
    pub(crate) fn taken(
        &mut self,
        instrument: InstrumentId,
        liquidation: &Liquidation,
        outbox: &mut Outbox,
    ) -> Result<(), KernelError> {
        let owner = self.owner.get(instrument.index()).copied().flatten();
        let id = ClientOrderId {
            strategy: owner.unwrap_or(u16::MAX),
            slot: TAKEN_SLOT,
            ..ClientOrderId::default()
        };
        let booked = self.portfolio.liquidate(instrument, id, liquidation, &mut outbox.closed)?;
        outbox.taken = Some(id);
        let market = self.market(instrument)?;
        market.position = booked.position;
        let turnover = market.instrument.notional(liquidation.fill.price, liquidation.fill.qty)?;
        outbox.booked = Some((booked, self.portfolio.in_settlement(instrument, turnover)?));
        let text = "liquidated: the venue closed the position for want of margin";
        outbox.remarks.push(Remark { strategy: None, text });
        if let Some(place) = owner {
            self.begin_stop(
                place,
                Remark { strategy: Some(place), text: "stopped by a liquidation" },
                outbox,
            );
        }
        Ok(())
    }
}
