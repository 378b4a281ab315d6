//! How a contract turns a move of its price into profit, and the one division by a price that this takes.

use std::fmt;
use std::str::FromStr;

use crate::{InstrumentSpec, Money, Overflow, Price, Qty, Rounding, div_round};

/// What kind of contract an instrument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Contract {
    /// The asset itself, paid in full; nobody can sell what they don't hold.
    Spot,
    /// Profit is quantity × (exit − entry), in the quote asset.
    #[default]
    Linear,
    /// Profit is contracts × face value × (1/entry − 1/exit), in the base asset ("coin-margined").
    Inverse,
}

/// A text that names no kind of contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of contract: write spot, linear or inverse")]
pub struct ContractError(
    /// The text that was refused.
    pub String,
);

/// What one lot is worth, as a function of the price in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LotValue {
    /// Ticks × this many units of money, exactly.
    PerTick(i128),
    /// `numerator` / (ticks × `denominator`) units of money.
    OverTicks {
        /// Above zero.
        numerator: i128,
        /// Above zero.
        denominator: i128,
    },
}

impl Contract {
    /// Its name, as configuration writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Linear => "linear",
            Self::Inverse => "inverse",
        }
    }
}

impl FromStr for Contract {
    type Err = ContractError;

    fn from_str(text: &str) -> Result<Self, ContractError> {
        let all = [Self::Spot, Self::Linear, Self::Inverse];
        all.into_iter().find(|kind| kind.name() == text).ok_or_else(|| ContractError(text.to_owned()))
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The one rounding of inverse contracts: contracts × face / price, half-even to 10⁻¹⁸ of the base asset.
#[cold]
pub(crate) const fn over_price(
    numerator: i128,
    denominator: i128,
    price: Price,
    qty: Qty,
) -> Result<i128, Overflow> {
    const WHAT: Overflow = Overflow("contracts × face value / price");
    if price.ticks() <= 0 {
        return Err(Overflow("contracts × face value / price, at a price of zero or below"));
    }
    let (Some(above), Some(below)) =
        (numerator.checked_mul(qty.lots() as i128), denominator.checked_mul(price.ticks() as i128))
    else {
        return Err(WHAT);
    };
    Ok(div_round(above, below, Rounding::HalfEven))
}

/// What a lot is worth, from the specification; or how many decimals that would take, where they are too many.
pub(crate) fn lot_value(spec: &InstrumentSpec) -> Result<LotValue, u8> {
    if spec.contract == Contract::Inverse {
        return inverse_value(spec);
    }
    let decimals = spec.tick_size.scale() + spec.lot_size.scale() + spec.multiplier.scale();
    Money::SCALE
        .checked_sub(decimals)
        .and_then(|missing| 10_i128.checked_pow(u32::from(missing)))
        .and_then(|power| power.checked_mul(spec.tick_size.mantissa()))
        .and_then(|unit| unit.checked_mul(spec.lot_size.mantissa()))
        .and_then(|unit| unit.checked_mul(spec.multiplier.mantissa()))
        .map(LotValue::PerTick)
        .ok_or(decimals)
}

/// lot × face × 10¹⁸ / tick as a fraction of whole numbers.
fn inverse_value(spec: &InstrumentSpec) -> Result<LotValue, u8> {
    let (tick, lot, face) = (spec.tick_size, spec.lot_size, spec.multiplier);
    let power = |decimals: u8| 10_i128.checked_pow(u32::from(decimals));
    let up = Money::SCALE + tick.scale();
    let down = lot.scale() + face.scale();
    let above = lot.mantissa().checked_mul(face.mantissa());
    let (numerator, denominator) = if up >= down {
        (power(up - down).and_then(|power| above?.checked_mul(power)), Some(tick.mantissa()))
    } else {
        (above, power(down - up).and_then(|power| tick.mantissa().checked_mul(power)))
    };
    match (numerator, denominator) {
        (Some(numerator), Some(denominator)) => Ok(LotValue::OverTicks { numerator, denominator }),
        _ => Err(up.max(down)),
    }
}
