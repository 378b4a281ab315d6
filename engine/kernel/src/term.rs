//! The term of a licence, in the time of events: notice, warning, no new openings.

use sdk::Mode;
use types::{Command, Qty, Side, Time};

use crate::desk::Desk;
use crate::{Kernel, Outbox, Remark};

/// When a licence speaks up and when it ends; `None` for never. The time is that of events, so that a replay decides the
/// same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Term {
    /// From here on it is about to end.
    pub notice: Option<Time>,
    /// From here on it ends within days.
    pub warning: Option<Time>,
    /// From here on the strategy opens nothing new. It may still close what it holds.
    pub end: Option<Time>,
}

impl Term {
    /// The first time that is still to come.
    pub(crate) fn next(&self) -> Option<Time> {
        [self.notice, self.warning, self.end].into_iter().flatten().min()
    }

    /// What there is to say at `now`, once; of several things the gravest.
    fn say(&mut self, now: Time) -> Option<&'static str> {
        let past = |at: &mut Option<Time>| at.take_if(|at| *at <= now).is_some();
        let said = [past(&mut self.notice), past(&mut self.warning), past(&mut self.end)];
        match said {
            [_, _, true] => Some(ENDED),
            [_, true, false] => Some("the licence ends soon: after that, no new positions"),
            [true, false, false] => Some("the licence is about to end; `quantmesh licence show` says when"),
            [false, false, false] => None,
        }
    }
}

const ENDED: &str = "the licence has ended: no new positions, open ones may be closed";

impl Kernel {
    /// Says what licences have to say by now, and switches off openings where one has ended.
    #[cold]
    pub(crate) fn observe_terms(&mut self, outbox: &mut Outbox) {
        for (place, desk) in (0_u16..).zip(&mut self.desks) {
            let Some(text) = desk.term.say(self.now) else { continue };
            outbox.remarks.push(Remark { strategy: Some(place), text });
            if text == ENDED && matches!(desk.mode, Mode::Running | Mode::Paused) {
                desk.mode = Mode::Lapsed;
                for id in desk.instruments.clone() {
                    let held = self.markets.get(id.index()).map_or(Qty::ZERO, |market| market.position.qty);
                    withdraw(desk, id, held, outbox);
                }
            }
        }
        self.term_due = self.desks.iter().filter_map(|desk| desk.term.next()).min();
    }
}

/// Cancels the live orders of an instrument that could open risk: all but those that, taken together, only close what is
/// held.
fn withdraw(desk: &mut Desk, instrument: types::InstrumentId, held: Qty, outbox: &mut Outbox) {
    let mut left = held.abs().lots();
    for live in desk.live.iter_mut().filter(|live| live.order.instrument == instrument) {
        let open = live.open().lots();
        if live.order.reduce_only || (Side::closing(held) == Some(live.order.side) && open <= left) {
            left = left.saturating_sub(open);
        } else if !live.cancelling {
            live.cancelling = true;
            outbox.commands.push(Command::Cancel { id: live.order.id, instrument });
        }
    }
}
