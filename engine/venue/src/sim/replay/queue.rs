//! Where in a price's queue we stand: estimated, since a feed of totals doesn't tell.
//!
//! The models are those that hftbacktest defines (its `RiskAdverseQueueModel` and `ProbQueueModel` with five shapes), so that the
//! two can be compared fill by fill. An order joins at the back. Trades at its price move it forward. What else takes from
//! the level's total are cancels, and the models differ in where in the queue they suppose these.
//!
//! Estimates are shares of lots, so they are floats: a probability, not money. With the cautious models they stay whole.
#![expect(
    clippy::disallowed_types,
    reason = "an estimate of a place in a queue is no money; fills come out in whole lots"
)]

use types::{Decimal, Qty};

use crate::sim::execution::Queue;

/// What we believe of an order's place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// Lots ahead of it; below zero once trades have reached it.
    ahead: f64,
    /// Lots traded at its price since the level's total was last told.
    traded: f64,
}

/// A queue model of one market.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queueing {
    model: Queue,
    /// Base units in a lot: the logarithmic shapes are not free of the unit, and count in base units.
    lot: f64,
}

impl Queueing {
    pub(super) fn new(model: Queue, lot_size: Decimal) -> Self {
        Self { model, lot: lot_size.to_string().parse().unwrap_or(1.0) }
    }

    /// An order that joins a level with this total.
    pub(super) fn join(&self, total: Qty) -> Place {
        let ahead = match self.model {
            Queue::Front => 0.0,
            Queue::Behind => f64::INFINITY,
            _ => lots(total),
        };
        Place { ahead, traded: 0.0 }
    }

    /// `qty` traded at its price; returns how many lots of it reach the order.
    #[inline]
    pub(super) fn trade(&self, place: &mut Place, qty: Qty) -> Qty {
        place.ahead -= lots(qty);
        place.traded += lots(qty);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the cast saturates, and a place is within what has traded"
        )]
        let reached = (-place.ahead).round() as i64;
        if reached <= 0 {
            return Qty::ZERO;
        }
        place.ahead = 0.0;
        Qty::from_lots(reached)
    }

    /// The total at its price went from `before` to `after`.
    pub(super) fn level(&self, place: &mut Place, before: Qty, after: Qty) {
        match self.model {
            Queue::Behind | Queue::Front => {}
            Queue::RiskAverse => place.ahead = place.ahead.min(lots(after)),
            _ => self.cancelled(place, lots(before), lots(after)),
        }
    }

    /// Of what left the level, trades are known already; of the rest, a share left from behind us.
    fn cancelled(&self, place: &mut Place, before: f64, after: f64) {
        let gone = before - after - place.traded;
        place.traded = 0.0;
        if gone < 0.0 {
            place.ahead = place.ahead.min(after);
            return;
        }
        let (front, back) = (place.ahead, before - place.ahead);
        let behind = self.behind(front, back);
        let behind = if behind.is_infinite() { 1.0 } else { behind };
        let ahead = front - (1.0 - behind) * gone + (back - behind * gone).min(0.0);
        place.ahead = ahead.min(after);
    }

    /// The probability that a cancel comes from behind us, with `front` lots ahead and `back` behind.
    fn behind(&self, front: f64, back: f64) -> f64 {
        let log = |lots: f64| (1.0 + lots * self.lot).ln();
        match self.model {
            Queue::Power(n) => {
                let f = |x: f64| x.powf(n.value());
                f(back) / (f(back) + f(front))
            }
            Queue::PowerOfTotal(n) => {
                let f = |x: f64| x.powf(n.value());
                f(back) / f(back + front)
            }
            Queue::PowerOfFront(n) => 1.0 - (front / (front + back)).powf(n.value()),
            Queue::Log => log(back) / (log(back) + log(front)),
            Queue::LogOfTotal => log(back) / log(back + front),
            Queue::Front | Queue::Behind | Queue::RiskAverse => 1.0,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "lots beyond 2^53 would be off by one in a trillion")]
const fn lots(qty: Qty) -> f64 {
    qty.lots() as f64
}
