//! What is held: on which side, for how many bars, under which guards; and what is still to be done about it.

use serde::{Deserialize, Serialize};
use types::{InstrumentId, OrderReport, Price, Side};

use crate::stance::{Heard, Leg, Stance};
use crate::{Intents, Market, Size, View};

/// A position from its entry to its end, on top of a [`Stance`]: it counts the bars since the entry, gives up an entry that
/// did not go through, and closes at once what a stop could no longer guard. For strategies that decide on closed bars. All
/// of it is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    stance: Stance,
    /// Closed bars since the entry.
    bars: u32,
    /// It is being closed because the market had passed the stop before the stop was out.
    stopped: bool,
}

/// How things stand at the close of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is held and nothing is out.
    Flat,
    /// This side is held, or its entry is out.
    On(Side),
    /// What is held is on its way out.
    Leaving,
}

impl Hold {
    /// Nothing held, and nothing wanted.
    #[must_use]
    pub const fn new(instrument: InstrumentId) -> Self {
        Self { stance: Stance::new(instrument), bars: 0, stopped: false }
    }

    /// Which market.
    #[must_use]
    pub const fn instrument(&self) -> InstrumentId {
        self.stance.instrument()
    }

    /// Closed bars since the entry, the last one included.
    #[must_use]
    pub const fn bars(&self) -> u32 {
        self.bars
    }

    /// Takes in that a bar has closed. An entry that did not go through is given up here.
    pub fn bar(&mut self, market: &Market) -> Standing {
        let held = Side::closing(market.position.qty).map(Side::opposite);
        match self.stance.target() {
            Some(side) if held == Some(side) || self.stance.is_out(Leg::Entry) => {
                self.bars = self.bars.saturating_add(u32::from(held == Some(side)));
                Standing::On(side)
            }
            _ if held.is_none() && !self.stance.is_moving() => {
                self.want(None);
                self.stopped = false;
                Standing::Flat
            }
            _ => Standing::Leaving,
        }
    }

    /// Wants a side, or flat; [`Self::act`] carries it out.
    pub fn want(&mut self, side: Option<Side>) {
        self.stance.want(side);
        self.bars = 0;
    }

    /// Whether something is still to be done by [`Self::act`].
    #[must_use]
    pub const fn is_due(&self) -> bool {
        self.stance.is_due()
    }

    /// Whether a position is held that nothing moves and nothing guards.
    #[must_use]
    pub fn is_bare(&self, view: &View<'_>) -> bool {
        self.stance.is_bare(view)
    }

    /// Sends what it takes to get to what is wanted; see [`Stance::act`].
    pub fn act(&mut self, view: &View<'_>, size: Size, intents: &mut Intents) {
        self.stance.act(view, size, intents);
    }

    /// Places the guards; see [`Stance::guard`].
    pub fn guard(
        &mut self,
        market: &Market,
        stop: Option<Price>,
        profit: Option<Price>,
        intents: &mut Intents,
    ) {
        self.stance.guard(market, stop, profit, intents);
    }

    /// Whether a stop is out.
    #[must_use]
    pub const fn has_stop(&self) -> bool {
        self.stance.is_out(Leg::Stop)
    }

    /// Puts the stop at another price; see [`Stance::move_stop`].
    pub fn move_stop(&mut self, market: &Market, stop: Price, intents: &mut Intents) {
        self.stance.move_stop(market, stop, intents);
    }

    /// Closes the position at once where the last price has already passed the stop, which a venue would not take any
    /// more; says whether that is so. To be asked at a price, not at a fill: a fill is newer than the last price.
    pub fn is_passed(&mut self, market: &Market, stop: Option<Price>) -> bool {
        let long = market.position.qty.lots() > 0;
        let passed = |(last, stop): (Price, Price)| if long { last <= stop } else { last >= stop };
        let passed = market.last.zip(stop).is_some_and(passed);
        if passed {
            self.want(None);
            self.stopped = true;
        }
        passed
    }

    /// Takes in a report. A position that was closed because its stop had been passed ends as a stopped one.
    pub fn hear(
        &mut self,
        view: &View<'_>,
        report: &OrderReport,
        size: Size,
        intents: &mut Intents,
    ) -> Heard {
        match self.stance.hear(view, report, size, intents) {
            Heard::Flat(leg) => Heard::Flat(if std::mem::take(&mut self.stopped) { Leg::Stop } else { leg }),
            heard => heard,
        }
    }
}
