//! Money: exact amounts of one asset, and the rates that are applied to them.

use std::fmt;
use std::str::FromStr;

use crate::decimal::div_round;
use crate::{Asset, Decimal, DecimalError, Overflow, Rounding};

/// An exact amount of one asset: a count of 10⁻¹⁸ of it. Which asset is said by the field that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Money(i128);

/// Money with its asset, for values whose asset is not known from the place they stand in, such as fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Whose units these are.
    pub asset: Asset,
    /// How much.
    pub money: Money,
}

/// A signed rate such as a fee or a funding rate: a count of 10⁻⁹ (one basis point is 100 000).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Rate(i64);

impl Money {
    /// Decimals of the smallest amount.
    pub const SCALE: u8 = 18;
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From a count of 10⁻¹⁸.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The count of 10⁻¹⁸.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Exactly the value of a decimal number.
    ///
    /// # Errors
    /// [`DecimalError::TooLong`] when it does not fit.
    pub fn from_decimal(value: Decimal) -> Result<Self, DecimalError> {
        value.at_scale(Self::SCALE).map(Self)
    }

    /// The exact sum.
    ///
    /// # Errors
    /// [`Overflow`] when it leaves the range.
    #[inline]
    pub const fn plus(self, other: Self) -> Result<Self, Overflow> {
        match self.0.checked_add(other.0) {
            Some(sum) => Ok(Self(sum)),
            None => Err(Overflow("a sum of money")),
        }
    }

    /// The exact difference.
    ///
    /// # Errors
    /// [`Overflow`] when it leaves the range.
    #[inline]
    pub const fn minus(self, other: Self) -> Result<Self, Overflow> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Ok(Self(rest)),
            None => Err(Overflow("a difference of money")),
        }
    }

    /// The opposite amount.
    ///
    /// # Errors
    /// [`Overflow`] for the one value without an opposite.
    pub const fn negated(self) -> Result<Self, Overflow> {
        Self::ZERO.minus(self)
    }

    /// This amount × `rate`, rounded as named to the smallest unit.
    ///
    /// # Errors
    /// [`Overflow`] when the product leaves the range.
    pub fn at_rate(self, rate: Rate, rounding: Rounding) -> Result<Self, Overflow> {
        self.share(i128::from(rate.0), Rate::ONE, rounding)
    }

    /// This amount × `part` / `whole`, rounded as named, for a positive `whole`.
    ///
    /// # Errors
    /// [`Overflow`] when the result leaves the range, or when `whole` is not positive.
    pub fn share(self, part: i128, whole: i64, rounding: Rounding) -> Result<Self, Overflow> {
        const WHAT: Overflow = Overflow("a share of money");
        if whole <= 0 {
            return Err(WHAT);
        }
        let whole = i128::from(whole);
        if part == whole {
            return Ok(self);
        }
        if let Some(product) = self.0.checked_mul(part) {
            return Ok(Self(div_round(product, whole, rounding)));
        }
        // self = q·whole + r, so self·part/whole = q·part + r·part/whole, whose terms are smaller.
        let (quotient, rest) = (self.0.div_euclid(whole), self.0.rem_euclid(whole));
        let large = quotient.checked_mul(part).ok_or(WHAT)?;
        let small = div_round(rest.checked_mul(part).ok_or(WHAT)?, whole, rounding);
        large.checked_add(small).map(Self).ok_or(WHAT)
    }
}

impl Rate {
    /// The count that is 1, that is 100 %.
    pub const ONE: i64 = 1_000_000_000;
    /// No rate.
    pub const ZERO: Self = Self(0);

    /// From a count of 10⁻⁹.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The count of 10⁻⁹.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Exactly the value of a decimal number.
    ///
    /// # Errors
    /// [`DecimalError::TooLong`] with more than nine decimals or beyond ±9.2 × 10⁹.
    pub fn from_decimal(value: Decimal) -> Result<Self, DecimalError> {
        i64::try_from(value.at_scale(9)?).map(Self).map_err(|_| DecimalError::TooLong)
    }
}

impl FromStr for Money {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        Self::from_decimal(text.parse()?)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A scale of 18 is always inside a Decimal's range.
        Decimal::new(self.0, Self::SCALE).unwrap_or_default().fmt(f)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.money, self.asset)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(i128::from(self.0), 9).unwrap_or_default().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_takes_its_part_with_the_rounding_named() -> Result<(), Box<dyn std::error::Error>> {
        let notional: Money = "61594.1".parse()?;
        let fee = notional.at_rate(Rate::from_decimal("0.0002".parse()?)?, Rounding::Up)?;
        assert_eq!(fee.to_string(), "12.31882");
        assert_eq!(Money::from_units(1).at_rate(Rate::from_nanos(1), Rounding::Up)?, Money::from_units(1));
        assert_eq!(Money::from_units(1).at_rate(Rate::from_nanos(1), Rounding::Down)?, Money::ZERO);
        Ok(())
    }

    #[test]
    fn shares_stay_exact_where_the_product_would_not_fit() -> Result<(), Overflow> {
        let large = Money::from_units(i128::MAX / 4);
        let half = large.share(i128::from(i64::MAX / 2), i64::MAX - 1, Rounding::Down)?;
        assert!(half.plus(half)?.units() <= large.units());
        assert_eq!(large.share(3, 3, Rounding::Down)?, large);
        assert!(Money::from_units(i128::MAX).share(4, 2, Rounding::Down).is_err());
        assert!(large.share(1, 0, Rounding::Down).is_err());
        Ok(())
    }
}
