//! How much to trade: from a size as people write it to whole lots that the venue takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{Instrument, Money, Overflow, Price, Qty, Rate, Rounding, Side, div_round};

use crate::{BuildError, Number};

/// What a strategy's `size` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sizing {
    /// Base units.
    FixedQuantity,
    /// An amount of the quote asset.
    FixedQuote,
    /// A share of equity: 1 is all of it.
    #[default]
    EquityFraction,
}

/// A size as the hot path uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many lots.
    Lots(Qty),
    /// As much as this amount of the quote asset buys.
    Quote(Money),
    /// As much as this share of equity buys.
    Equity(Rate),
}

impl Sizing {
    /// What `value` means on this instrument.
    ///
    /// # Errors
    /// [`BuildError`] names the parameter `key` where the value is no quantity, amount or share of that kind.
    pub fn size(self, key: &str, value: Number, instrument: &Instrument) -> Result<Size, BuildError> {
        let value = value.decimal();
        let wrong = |unit: &str| {
            let (lot, symbol) = (instrument.lot_size(), instrument.symbol());
            BuildError::new(key, format!("{value} is not {unit} of {symbol} (lot size {lot})"))
        };
        match self {
            Self::FixedQuantity => {
                instrument.qty(value).map(Size::Lots).map_err(|_| wrong("a whole count of lots"))
            }
            Self::FixedQuote => {
                Money::from_decimal(value).map(Size::Quote).map_err(|_| wrong("a quote amount"))
            }
            Self::EquityFraction => {
                Rate::from_decimal(value).map(Size::Equity).map_err(|_| wrong("a share of equity"))
            }
        }
    }
}

impl Size {
    /// Whole lots at this price and equity, rounded down.
    ///
    /// # Errors
    /// [`Overflow`] when a product leaves the range of its type.
    pub fn lots(self, instrument: &Instrument, price: Price, equity: Money) -> Result<Qty, Overflow> {
        match self {
            Self::Lots(qty) => Ok(qty),
            Self::Quote(money) => instrument.lots_for(money, price, Rounding::Down),
            Self::Equity(share) => {
                instrument.lots_for(equity.at_rate(share, Rounding::Down)?, price, Rounding::Down)
            }
        }
    }
}

/// The part of `qty` that the venue takes as one opening order at `price`: at most its largest quantity; `None` where it is
/// below the smallest one, or worth less than the smallest notional.
#[must_use]
pub fn orderable(instrument: &Instrument, price: Price, qty: Qty) -> Option<Qty> {
    let filters = instrument.filters();
    let qty = filters.max_qty.map_or(qty, |most| qty.min(most));
    let worth = instrument.notional(price, qty).ok()?;
    let taken = qty.lots() > 0 && qty >= filters.min_qty && worth >= filters.min_notional;
    taken.then_some(qty)
}

/// A percentage as a rate; `None` for zero, which many parameters use for "off".
///
/// # Errors
/// [`BuildError`] names the parameter `key` for more than seven decimals.
pub fn percent(key: &str, value: Number) -> Result<Option<Rate>, BuildError> {
    if value.is_zero() {
        return Ok(None);
    }
    let too_fine = || BuildError::new(key, format!("{value} has more than seven decimals"));
    let nanos = value.decimal().at_scale(7).map_err(|_| too_fine())?;
    i64::try_from(nanos).map(|nanos| Some(Rate::from_nanos(nanos))).map_err(|_| too_fine())
}

/// Basis points as a rate: 1 is 0.01 %.
///
/// # Errors
/// [`BuildError`] names the parameter `key` for more than five decimals.
pub fn bps(key: &str, value: Number) -> Result<Rate, BuildError> {
    let too_fine = || BuildError::new(key, format!("{value} has more than five decimals"));
    let nanos = value.decimal().at_scale(5).map_err(|_| too_fine())?;
    i64::try_from(nanos).map(Rate::from_nanos).map_err(|_| too_fine())
}

/// `price` moved by a share of itself, rounded half-even to a tick; a negative share moves down. `None` when nothing above
/// zero is left, or the result does not fit.
#[must_use]
pub fn moved(price: Price, share: Rate) -> Option<Price> {
    let ticks = i128::from(price.ticks());
    let by = div_round(ticks * i128::from(share.nanos()), i128::from(Rate::ONE), Rounding::HalfEven);
    i64::try_from(ticks + by).ok().filter(|ticks| *ticks > 0).map(Price::from_ticks)
}

/// The price so many ticks on the losing side of `price` for who holds `side`; `None` where nothing above zero is left.
#[must_use]
pub fn behind(price: Price, side: Side, ticks: i64) -> Option<Price> {
    let ticks = side.sign().checked_mul(ticks)?.checked_neg()?;
    price.offset(ticks).ok().filter(|price| price.ticks() > 0)
}

/// A number worked out in floating point as whole ticks or lots: the one way from a statistic to a decision. `None` for
/// what is no number, or does not fit.
#[must_use]
pub fn whole(value: f64, rounding: Rounding) -> Option<i64> {
    const MOST: f64 = 9e15; // below 2⁵³, where every whole number is exact
    let rounded = match rounding {
        Rounding::Down => value.floor(),
        Rounding::Up => value.ceil(),
        Rounding::HalfEven => value.round_ties_even(),
    };
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within 2⁵³ on either side")]
    (rounded.abs() <= MOST).then_some(rounded as i64)
}
