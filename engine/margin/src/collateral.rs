//! What an asset counts for as collateral: its index price, with a buffer against the account.

use types::{Decimal, Money, Overflow, Rate, Rounding};

/// How an asset is counted in the account's currency (Binance's multi-assets mode, `assetIndex`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collateral {
    /// Worth of one unit in the account's currency.
    pub index: Decimal,
    /// What is taken off a positive balance's worth (the haircut): such as 0.05.
    pub bid_buffer: Rate,
    /// What is added to a debt's worth.
    pub ask_buffer: Rate,
}

impl Collateral {
    /// What `money` counts for in the account's currency, rounded down: × index × (1 − bid buffer) where it is positive,
    /// × index × (1 + ask buffer) where it is a debt.
    ///
    /// # Errors
    /// [`Overflow`] when the product does not fit.
    pub fn counts(&self, money: Money) -> Result<Money, Overflow> {
        let buffer = if money < Money::ZERO { self.ask_buffer.nanos() } else { -self.bid_buffer.nanos() };
        let share = Rate::from_nanos(Rate::ONE.saturating_add(buffer));
        converted(money, self.index, Rounding::Down)?.at_rate(share, Rounding::Down)
    }
}

/// `money` × `price`, rounded as named to 10⁻¹⁸: an amount of one asset in another.
///
/// # Errors
/// [`Overflow`] when the product does not fit.
pub fn converted(money: Money, price: Decimal, rounding: Rounding) -> Result<Money, Overflow> {
    // A decimal has at most eighteen digits behind the point, so its scale is a power that fits.
    let whole = 10_i64.checked_pow(u32::from(price.scale())).ok_or(Overflow("an amount in another asset"))?;
    money.share(price.mantissa(), whole, rounding)
}
