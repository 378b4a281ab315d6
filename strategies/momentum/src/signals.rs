//! The readings of closed bars, and what they say: when to get in on a side, and when to get out of it.

use sdk::indicators::{Roc, Rsi};
use sdk::{Price, Side};
use serde::{Deserialize, Serialize};

use crate::params::{Params, Style};

/// The midline of the relative strength index: rises and falls weigh the same.
const MIDLINE: f64 = 50.0;

/// The readings and what was made of them. All of it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Signals {
    rsi: Rsi,
    roc: Roc,
    /// The index now, and at the bar before.
    index: [Option<f64>; 2],
    last: f64,
    /// Bars in a row whose close was the one before it.
    still: u32,
    /// By side, buying first: there is a chance to enter that has not been used.
    fresh: [bool; 2],
}

/// The bounds that readings are held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    style: Style,
    overbought: f64,
    oversold: f64,
    threshold: f64,
    period: u32,
}

impl Bounds {
    pub(crate) fn new(params: &Params) -> Self {
        Self {
            style: params.style,
            overbought: params.overbought.to_f64(),
            oversold: params.oversold.to_f64(),
            threshold: params.momentum_threshold.to_f64(),
            period: params.rsi_period,
        }
    }

    /// Where a move in this direction is overdone.
    const fn end(&self, side: Side) -> f64 {
        match side {
            Side::Buy => self.overbought,
            Side::Sell => self.oversold,
        }
    }

    /// Whether the index is at the end of a move in this direction, or past it.
    fn is_overdone(&self, side: Side, index: f64) -> bool {
        !beyond(side.opposite(), index, self.end(side))
    }
}

impl Signals {
    pub(crate) fn new(params: &Params) -> Self {
        Self {
            rsi: Rsi::new(params.rsi_period as usize),
            roc: Roc::new(params.roc_period as usize),
            index: [None, None],
            last: 0.0,
            still: 0,
            fresh: [false, false],
        }
    }

    /// Takes in the close of a bar.
    #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
    pub(crate) fn update(&mut self, close: Price, bounds: &Bounds) {
        let close = close.ticks() as f64;
        self.still = if (close - self.last).abs() > 0.0 { 0 } else { self.still.saturating_add(1) };
        self.last = close;
        self.roc.update(close);
        self.index = [self.rsi.update(close), self.index[0]];
        for (side, at) in [(Side::Buy, 0), (Side::Sell, 1)] {
            let (begun, overdone) = self.stage(side, bounds);
            if let Some(fresh) = self.fresh.get_mut(at) {
                *fresh = !overdone && (*fresh || !begun);
            }
        }
    }

    /// Whether to get in on this side now.
    pub(crate) fn enters(&self, side: Side, bounds: &Bounds) -> bool {
        let [buy, sell] = self.fresh;
        let fresh = if side == Side::Buy { buy } else { sell };
        fresh && self.still < bounds.period && self.stage(side, bounds).0
    }

    /// The chance to enter this side is used; the next one comes when this move is over.
    pub(crate) fn used(&mut self, side: Side) {
        let [buy, sell] = &mut self.fresh;
        *(if side == Side::Buy { buy } else { sell }) = false;
    }

    /// Whether to get out of this side now.
    pub(crate) fn leaves(&self, side: Side, bounds: &Bounds) -> bool {
        let [now, before] = self.index;
        match bounds.style {
            Style::Contrarian => now.is_some_and(|index| beyond(side, index, bounds.end(side))),
            Style::Momentum => {
                let overdone = |index: Option<f64>| index.map(|index| bounds.is_overdone(side, index));
                let fell_back = overdone(before) == Some(true) && overdone(now) == Some(false);
                fell_back || self.roc.value().is_some_and(|change| !beyond(side, change, 0.0))
            }
        }
    }

    /// Whether what is entered on this side has begun, and whether it is too late for it. Before the readings are
    /// there, it counts as begun: what began unseen is not entered.
    fn stage(&self, side: Side, bounds: &Bounds) -> (bool, bool) {
        let ([Some(index), _], Some(change)) = (self.index, self.change(bounds)) else {
            return (true, false);
        };
        match bounds.style {
            Style::Contrarian => (beyond(side.opposite(), index, bounds.end(side.opposite())), false),
            Style::Momentum => {
                let threshold = if side == Side::Buy { bounds.threshold } else { -bounds.threshold };
                let begun = beyond(side, change, threshold) && beyond(side, index, MIDLINE);
                (begun, bounds.is_overdone(side, index))
            }
        }
    }

    /// The rate of change, which only one style asks for.
    fn change(&self, bounds: &Bounds) -> Option<f64> {
        if bounds.style == Style::Momentum { self.roc.value() } else { Some(0.0) }
    }
}

/// Whether a reading lies beyond a bound, seen from this side: above it for a buyer, below it for a seller.
fn beyond(side: Side, reading: f64, bound: f64) -> bool {
    if side == Side::Buy { reading > bound } else { reading < bound }
}
