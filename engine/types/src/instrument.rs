//! An instrument: its grid of prices and quantities, its filters, and the one place where a price and a quantity become money.

use crate::contract::{lot_value, over_price};
use crate::{
    Asset, Contract, Decimal, DecimalError, LotValue, Money, Overflow, Price, Qty, Rate, Rounding, div_round,
};

/// Which instrument: its place in the run's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct InstrumentId(pub u32);

impl InstrumentId {
    /// The place in the run's list.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a venue demands of an order, beyond tick and lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filters {
    /// Smallest order.
    pub min_qty: Qty,
    /// Largest order, where there is one.
    pub max_qty: Option<Qty>,
    /// Smallest notional, in the settlement asset.
    pub min_notional: Money,
}

/// What a fill costs, as shares of its notional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeSchedule {
    /// Rate of a fill that rested; negative is a rebate.
    pub maker: Rate,
    /// Rate of a fill that crossed the spread.
    pub taker: Rate,
    /// The asset fees are paid in.
    pub asset: Asset,
    /// Worth of one unit of `asset` in the settlement asset; `None` where they are the same asset.
    pub asset_price: Option<Decimal>,
}

/// The text form of an instrument, as configuration and tapes write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentSpec {
    /// The venue's name for it.
    pub symbol: String,
    /// What kind of contract it is.
    pub contract: Contract,
    /// What is bought; what an inverse contract's profit is counted in.
    pub base: Asset,
    /// What the price is counted in; what profit is counted in, unless the contract is inverse.
    pub quote: Asset,
    /// Smallest price step.
    pub tick_size: Decimal,
    /// Smallest quantity step, in base units or contracts.
    pub lot_size: Decimal,
    /// Base units per contract (1 for spot and most linear perpetuals); of an inverse contract its face value in the quote asset.
    pub multiplier: Decimal,
    /// Smallest order, in base units or contracts.
    pub min_qty: Decimal,
    /// Largest order; zero for none.
    pub max_qty: Decimal,
    /// Smallest notional, in the settlement asset.
    pub min_notional: Decimal,
    /// Costs.
    pub fees: FeeSchedule,
}

/// Why an instrument can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstrumentError {
    /// A step must be above zero.
    #[error("{symbol}: {field} is {value}; it must be above zero")]
    NotPositive {
        /// Instrument.
        symbol: String,
        /// Field name.
        field: &'static str,
        /// Value found.
        value: Decimal,
    },
    /// A number does not fit its grid or its range.
    #[error("{symbol}: {field} is {value}: {source}")]
    Field {
        /// Instrument.
        symbol: String,
        /// Field name.
        field: &'static str,
        /// Value found.
        value: Decimal,
        /// What is wrong with it.
        source: DecimalError,
    },
    /// tick × lot × multiplier needs more than 18 decimals.
    #[error("{symbol}: tick_size × lot_size × multiplier has {decimals} decimals; money holds at most 18")]
    TooFine {
        /// Instrument.
        symbol: String,
        /// Decimals that would be needed.
        decimals: u8,
    },
}

/// An instrument that was checked. Its money is counted in its settlement asset: the quote asset, or the base of an inverse contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    id: InstrumentId,
    spec: InstrumentSpec,
    filters: Filters,
    value: LotValue,
    /// Money units of one tick × one lot in 10⁻⁹ of them where that is a whole number, so that a rate applies without a division.
    unit_nanos: Option<i64>,
}

impl Instrument {
    /// Checks a specification and gives it its place in the run's list.
    ///
    /// # Errors
    /// [`InstrumentError`] names the field, the value and the rule it breaks.
    pub fn new(id: InstrumentId, spec: InstrumentSpec) -> Result<Self, InstrumentError> {
        for (field, value) in
            [("tick_size", spec.tick_size), ("lot_size", spec.lot_size), ("multiplier", spec.multiplier)]
        {
            if value.mantissa() <= 0 {
                return Err(InstrumentError::NotPositive { symbol: spec.symbol, field, value });
            }
        }
        let value = lot_value(&spec)
            .map_err(|decimals| InstrumentError::TooFine { symbol: spec.symbol.clone(), decimals })?;
        let filters = filters(&spec)?;
        let one = i128::from(Rate::ONE);
        let unit_nanos = match value {
            LotValue::PerTick(unit) if unit % one == 0 => i64::try_from(unit / one).ok(),
            LotValue::PerTick(_) | LotValue::OverTicks { .. } => None,
        };
        Ok(Self { id, spec, filters, value, unit_nanos })
    }

    /// Its place in the run's list.
    #[must_use]
    pub const fn id(&self) -> InstrumentId {
        self.id
    }

    /// The venue's name for it.
    #[must_use]
    pub fn symbol(&self) -> &str {
        &self.spec.symbol
    }

    /// What kind of contract it is.
    #[must_use]
    pub const fn contract(&self) -> Contract {
        self.spec.contract
    }

    /// The asset its notional, profit, fees and funding are counted in.
    #[must_use]
    pub const fn settle(&self) -> Asset {
        match self.spec.contract {
            Contract::Spot | Contract::Linear => self.spec.quote,
            Contract::Inverse => self.spec.base,
        }
    }

    /// What one lot is worth, as a function of the price: for whoever solves for a price.
    #[must_use]
    pub const fn lot_value(&self) -> LotValue {
        self.value
    }

    /// The asset that is bought.
    #[must_use]
    pub const fn base(&self) -> Asset {
        self.spec.base
    }

    /// The asset its price is counted in.
    #[must_use]
    pub const fn quote(&self) -> Asset {
        self.spec.quote
    }

    /// Smallest price step.
    #[must_use]
    pub const fn tick_size(&self) -> Decimal {
        self.spec.tick_size
    }

    /// Smallest quantity step.
    #[must_use]
    pub const fn lot_size(&self) -> Decimal {
        self.spec.lot_size
    }

    /// What the venue demands of an order.
    #[must_use]
    pub const fn filters(&self) -> Filters {
        self.filters
    }

    /// What a fill costs.
    #[must_use]
    pub const fn fees(&self) -> FeeSchedule {
        self.spec.fees
    }

    /// The specification it was made from.
    #[must_use]
    pub const fn spec(&self) -> &InstrumentSpec {
        &self.spec
    }

    /// How large `qty` is at `price`, in the settlement asset; negative for a negative quantity.
    ///
    /// Price × quantity, exactly; of an inverse contract contracts × face value / price, half-even to 10⁻¹⁸.
    ///
    /// # Errors
    /// [`Overflow`] when the result leaves the range of [`Money`], or at a price of zero or below of an inverse contract.
    #[inline]
    pub const fn notional(&self, price: Price, qty: Qty) -> Result<Money, Overflow> {
        let unit = match self.value {
            LotValue::PerTick(unit) => unit,
            LotValue::OverTicks { numerator, denominator } => {
                return match over_price(numerator, denominator, price, qty) {
                    Ok(units) => Ok(Money::from_units(units)),
                    Err(overflow) => Err(overflow),
                };
            }
        };
        let product = price.ticks() as i128 * qty.lots() as i128;
        // Both factors below 2⁶³ give a product below 2¹²⁶; the common case needs no wide check.
        if let Ok(small) = narrow(product)
            && let Ok(unit) = narrow(unit)
        {
            return Ok(Money::from_units(small as i128 * unit as i128));
        }
        match product.checked_mul(unit) {
            Some(units) => Ok(Money::from_units(units)),
            None => Err(Overflow("price × quantity")),
        }
    }

    /// What holding `qty` is worth at `price`, so that profit is the difference of two worths: the notional, and its opposite
    /// for an inverse contract, whose buyer owes the base asset.
    ///
    /// contracts × face × (1/entry − 1/exit) = worth(exit) − worth(entry), with worth(price) = −contracts × face / price.
    ///
    /// # Errors
    /// As [`Self::notional`].
    #[inline]
    pub const fn worth(&self, price: Price, qty: Qty) -> Result<Money, Overflow> {
        match (self.notional(price, qty), self.spec.contract) {
            (Ok(notional), Contract::Inverse) => notional.negated(),
            (notional, _) => notional,
        }
    }

    /// The average price of `qty` that cost `cost` (a sum of worths), rounded as named to a tick; `None` for nothing, and where
    /// no price above zero comes out.
    #[must_use]
    pub fn average_price(&self, qty: Qty, cost: Money, rounding: Rounding) -> Option<Price> {
        let (lots, cost) = (i128::from(qty.lots().unsigned_abs()), cost.units().checked_abs()?);
        let ticks = match self.value {
            LotValue::PerTick(unit) => {
                let per_tick = unit.checked_mul(lots).filter(|per_tick| *per_tick > 0)?;
                div_round(cost, per_tick, rounding)
            }
            LotValue::OverTicks { numerator, denominator } => {
                let below = denominator.checked_mul(cost).filter(|below| *below > 0)?;
                div_round(numerator.checked_mul(lots)?, below, rounding)
            }
        };
        i64::try_from(ticks).ok().filter(|ticks| *ticks > 0).map(Price::from_ticks)
    }

    /// Notional × rate, rounded as named to the smallest amount of money.
    ///
    /// # Errors
    /// As [`Self::notional`].
    #[inline]
    pub fn notional_at_rate(
        &self,
        price: Price,
        qty: Qty,
        rate: Rate,
        rounding: Rounding,
    ) -> Result<Money, Overflow> {
        let exact = self.unit_nanos.and_then(|unit| {
            let product = i128::from(price.ticks()) * i128::from(qty.lots());
            product.checked_mul(i128::from(unit))?.checked_mul(i128::from(rate.nanos()))
        });
        match exact {
            Some(units) => Ok(Money::from_units(units)),
            None => self.notional(price, qty)?.at_rate(rate, rounding),
        }
    }

    /// The whole lots whose notional at `price` is `money`, rounded as named. Zero for a price of zero or below.
    ///
    /// # Errors
    /// [`Overflow`] when the count leaves `i64`.
    pub fn lots_for(&self, money: Money, price: Price, rounding: Rounding) -> Result<Qty, Overflow> {
        let ticks = i128::from(price.ticks());
        let (above, below) = match self.value {
            LotValue::PerTick(unit) => {
                (money.units(), ticks.checked_mul(unit).ok_or(Overflow("the price of a lot"))?)
            }
            LotValue::OverTicks { numerator, denominator } => {
                let above = ticks.max(0).checked_mul(denominator).and_then(|d| d.checked_mul(money.units()));
                (above.ok_or(Overflow("a quantity in lots"))?, numerator)
            }
        };
        i64::try_from(div_round(above, below, rounding))
            .map(Qty::from_lots)
            .map_err(|_| Overflow("a quantity in lots"))
    }

    /// The decimal value of a price.
    #[must_use]
    pub fn price_decimal(&self, price: Price) -> Decimal {
        times(self.spec.tick_size, price.ticks())
    }

    /// The decimal value of a quantity.
    #[must_use]
    pub fn qty_decimal(&self, qty: Qty) -> Decimal {
        times(self.spec.lot_size, qty.lots())
    }

    /// A price from its decimal value.
    ///
    /// # Errors
    /// [`DecimalError`] when it is not a whole count of ticks.
    pub fn price(&self, value: Decimal) -> Result<Price, DecimalError> {
        value.count_of(self.spec.tick_size).map(Price::from_ticks)
    }

    /// A quantity from its decimal value.
    ///
    /// # Errors
    /// [`DecimalError`] when it is not a whole count of lots.
    pub fn qty(&self, value: Decimal) -> Result<Qty, DecimalError> {
        value.count_of(self.spec.lot_size).map(Qty::from_lots)
    }
}

const fn narrow(value: i128) -> Result<i64, ()> {
    let small = value as i64;
    if small as i128 == value { Ok(small) } else { Err(()) }
}

/// `unit × count`; a tick or lot has few digits, so the product fits.
fn times(unit: Decimal, count: i64) -> Decimal {
    unit.mantissa()
        .checked_mul(i128::from(count))
        .and_then(|mantissa| Decimal::new(mantissa, unit.scale()).ok())
        .unwrap_or_default()
}

fn filters(spec: &InstrumentSpec) -> Result<Filters, InstrumentError> {
    let wrong = |field, value| {
        move |source| InstrumentError::Field { symbol: spec.symbol.clone(), field, value, source }
    };
    let min_qty = spec.min_qty.count_of(spec.lot_size).map_err(wrong("min_qty", spec.min_qty))?;
    let max_qty = spec.max_qty.count_of(spec.lot_size).map_err(wrong("max_qty", spec.max_qty))?;
    let min_notional =
        Money::from_decimal(spec.min_notional).map_err(wrong("min_notional", spec.min_notional))?;
    Ok(Filters {
        min_qty: Qty::from_lots(min_qty.max(1)),
        max_qty: (max_qty > 0).then_some(Qty::from_lots(max_qty)),
        min_notional,
    })
}

#[cfg(test)]
mod tests;
