//! A position as a venue keeps it: a signed quantity and what it cost.

use crate::{Money, Qty};

/// A position in one instrument, booked at average cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Signed quantity: long is positive.
    pub qty: Qty,
    /// What the open quantity cost, signed like it: entry price × quantity, summed, in the quote asset.
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
}
