//! A position as a venue keeps it: a signed quantity and what it cost.

use crate::{Money, Overflow, Qty, Rounding};

/// A position in one instrument, booked at average cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Signed quantity: long is positive.
    pub qty: Qty,
    /// What the open quantity cost: the sum of [`crate::Instrument::worth`] at its entry prices, in the settlement asset. Signed
    /// like the quantity, and opposite to it for an inverse contract.
    pub cost: Money,
}

impl Position {
    /// Nothing held.
    pub const FLAT: Self = Self { qty: Qty::ZERO, cost: Money::ZERO };

    /// Whether nothing is held.
    #[must_use]
    pub const fn is_flat(self) -> bool {
        self.qty.is_zero()
    }

    /// The position after trading `signed` more, worth `paid`, and the profit that this realises, at average cost.
    ///
    /// The part that closes takes its share of the cost, rounded half-even to 10⁻¹⁸; what opens costs what was paid. So cost less
    /// realised profit is always what was paid in sum.
    ///
    /// # Errors
    /// [`Overflow`] when a quantity or a sum does not fit.
    pub fn traded(self, signed: Qty, paid: Money) -> Result<(Self, Money), Overflow> {
        let (held, moved) = (self.qty.lots(), signed.lots());
        let qty = self.qty.plus(signed)?;
        if held == 0 || moved == 0 || (held > 0) == (moved > 0) {
            return Ok((Self { qty, cost: self.cost.plus(paid)? }, Money::ZERO));
        }
        let closing = held.unsigned_abs().min(moved.unsigned_abs());
        let part = |of: Money, whole: i64| {
            let whole = i64::try_from(whole.unsigned_abs()).map_err(|_| Overflow("a position"))?;
            of.share(i128::from(closing), whole, Rounding::HalfEven)
        };
        let (cost_closed, paid_closed) = (part(self.cost, held)?, part(paid, moved)?);
        let realised = cost_closed.plus(paid_closed)?.negated()?;
        let cost = self.cost.minus(cost_closed)?.plus(paid.minus(paid_closed)?)?;
        Ok((Self { qty, cost }, realised))
    }
}
