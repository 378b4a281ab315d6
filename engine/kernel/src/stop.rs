//! The way to flat: every order cancelled, every position closed, nothing opened again.

use risk::Trip;
use sdk::{Mode, Wish};
use types::{Command, Qty, Side};

use crate::{Kernel, KernelError, Outbox, Remark};

/// The slot of orders that close a position in a stop.
const CLOSING_SLOT: u32 = u32::MAX;

impl Kernel {
    pub(crate) fn break_off(&mut self, trip: Trip, outbox: &mut Outbox) {
        for place in self.places() {
            self.begin_stop(place, Remark { strategy: None, text: trip.text() }, outbox);
        }
    }

    pub(crate) fn begin_stop(&mut self, place: u16, why: Remark, outbox: &mut Outbox) {
        let Some(desk) = self.desks.get_mut(usize::from(place)) else { return };
        if matches!(desk.mode, Mode::Stopping | Mode::Stopped) {
            return;
        }
        desk.mode = Mode::Stopping;
        self.stopping += 1;
        outbox.remarks.push(why);
        for live in desk.live.iter_mut().filter(|live| !live.cancelling) {
            live.cancelling = true;
            outbox.commands.push(Command::Cancel { id: live.order.id, instrument: live.order.instrument });
        }
    }

    /// A stop on its way: once no order is live, close what is held; once nothing is held, latch.
    pub(crate) fn go_on_stopping(&mut self, outbox: &mut Outbox) -> Result<(), KernelError> {
        for place in self.places() {
            let Some(desk) = self.desks.get_mut(usize::from(place)) else { continue };
            if desk.mode != Mode::Stopping || !desk.live.is_empty() {
                continue;
            }
            let held = desk.instruments.iter().find_map(|id| {
                let qty = self.markets.get(id.index())?.position.qty;
                Side::closing(qty).map(|side| (*id, side, qty))
            });
            let Some((instrument, side, qty)) = held else {
                desk.mode = Mode::Stopped;
                self.stopping -= 1;
                outbox.remarks.push(Remark { strategy: Some(place), text: "flat and latched" });
                continue;
            };
            let wish = Wish::market(instrument, side, Qty::from_lots(qty.lots().abs())).reducing();
            let id = desk.intents.place(CLOSING_SLOT, wish);
            self.place(place, id, &wish, outbox);
        }
        Ok(())
    }
}
