//! From numbers on a running scale to counts of a step.

use types::{Decimal, Rounding};

/// `running unit / step` as a fraction: a value × up / down is a count of steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ratio {
    pub(crate) up: i128,
    pub(crate) down: i128,
}

impl Ratio {
    pub(crate) fn new(scale: u8, step: Decimal) -> Self {
        let power = |exponent: u8| 10_i128.checked_pow(u32::from(exponent)).unwrap_or(1);
        let common = scale.max(step.scale());
        Self { up: power(common - scale), down: step.mantissa().max(1) * power(common - step.scale()) }
    }

    pub(crate) const fn is_one(self) -> bool {
        self.up == 1 && self.down == 1
    }

    /// The count, rounded half-even; the largest number where it does not fit.
    pub(crate) fn count(self, value: i64) -> i64 {
        if self.is_one() {
            return value;
        }
        let scaled = i128::from(value).saturating_mul(self.up);
        i64::try_from(types::div_round(scaled, self.down, Rounding::HalfEven)).unwrap_or(i64::MAX)
    }

    /// Whether a value is a whole count of steps.
    pub(crate) fn divides(self, value: i64) -> bool {
        self.is_one() || i128::from(value).saturating_mul(self.up) % self.down == 0
    }
}
