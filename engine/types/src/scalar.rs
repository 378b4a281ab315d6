//! The three whole-number scalars of the hot path: price in ticks, quantity in lots, time in nanoseconds.

use std::fmt;

/// An exact sum or product left the range of its type. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "number too large while computing {0}: the exact result does not fit; reduce size, price or leverage"
)]
pub struct Overflow(
    /// What was being computed.
    pub &'static str,
);

/// A price: a whole count of its instrument's tick size. Not money, and not comparable across instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Price(i64);

/// A quantity: a whole count of its instrument's lot size. Signed where it is a position (long is positive).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Qty(i64);

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Time(i64);

impl Price {
    /// A price of `ticks` ticks.
    #[must_use]
    pub const fn from_ticks(ticks: i64) -> Self {
        Self(ticks)
    }

    /// The count of ticks.
    #[must_use]
    pub const fn ticks(self) -> i64 {
        self.0
    }

    /// This price moved by `ticks` (negative moves down).
    ///
    /// # Errors
    /// [`Overflow`] when the count leaves `i64`.
    pub const fn offset(self, ticks: i64) -> Result<Self, Overflow> {
        match self.0.checked_add(ticks) {
            Some(moved) => Ok(Self(moved)),
            None => Err(Overflow("a price offset")),
        }
    }
}

impl Qty {
    /// No quantity: a flat position.
    pub const ZERO: Self = Self(0);

    /// A quantity of `lots` lots.
    #[must_use]
    pub const fn from_lots(lots: i64) -> Self {
        Self(lots)
    }

    /// The count of lots.
    #[must_use]
    pub const fn lots(self) -> i64 {
        self.0
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The size without the direction.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The smaller of two quantities.
    #[must_use]
    pub const fn min(self, other: Self) -> Self {
        if self.0 < other.0 { self } else { other }
    }

    /// The exact sum.
    ///
    /// # Errors
    /// [`Overflow`] when the count leaves `i64`.
    pub const fn plus(self, other: Self) -> Result<Self, Overflow> {
        match self.0.checked_add(other.0) {
            Some(sum) => Ok(Self(sum)),
            None => Err(Overflow("a sum of quantities")),
        }
    }

    /// The exact difference.
    ///
    /// # Errors
    /// [`Overflow`] when the count leaves `i64`.
    pub const fn minus(self, other: Self) -> Result<Self, Overflow> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Ok(Self(rest)),
            None => Err(Overflow("a difference of quantities")),
        }
    }
}

impl Time {
    /// The beginning of the Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// From nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From milliseconds since the epoch.
    ///
    /// # Errors
    /// [`Overflow`] outside the years 1677 to 2262.
    pub const fn from_millis(millis: i64) -> Result<Self, Overflow> {
        match millis.checked_mul(1_000_000) {
            Some(nanos) => Ok(Self(nanos)),
            None => Err(Overflow("a time in nanoseconds")),
        }
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the epoch, towards the past.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ticks", self.0)
    }
}

impl fmt::Display for Qty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lots", self.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ns", self.0)
    }
}
