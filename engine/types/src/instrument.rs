//! An instrument: its grid of prices and quantities, its filters, and the one place where price × quantity becomes money.

use crate::{Asset, Decimal, DecimalError, Money, Overflow, Price, Qty, Rate, Rounding, div_round};

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
    /// Smallest price × quantity, in the quote asset.
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
    /// Worth of one unit of `asset` in the quote asset; `None` where they are the same asset.
    pub asset_price: Option<Decimal>,
}

/// The text form of an instrument, as configuration and tapes write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentSpec {
    /// The venue's name for it.
    pub symbol: String,
    /// What is bought.
    pub base: Asset,
    /// What it is paid with, and what profit is counted in.
    pub quote: Asset,
    /// Smallest price step.
    pub tick_size: Decimal,
    /// Smallest quantity step, in base units or contracts.
    pub lot_size: Decimal,
    /// Base units per contract; 1 for spot and most linear perpetuals.
    pub multiplier: Decimal,
    /// Smallest order, in base units or contracts.
    pub min_qty: Decimal,
    /// Largest order; zero for none.
    pub max_qty: Decimal,
    /// Smallest notional, in the quote asset.
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

/// A linear instrument: its profit is counted in the asset it is quoted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    id: InstrumentId,
    spec: InstrumentSpec,
    filters: Filters,
    /// Money units of one tick × one lot.
    unit: i128,
    /// The same in 10⁻⁹ of them where that is a whole number, so that a rate applies without a division.
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
        let decimals = spec.tick_size.scale() + spec.lot_size.scale() + spec.multiplier.scale();
        let unit = Money::SCALE
            .checked_sub(decimals)
            .and_then(|missing| 10_i128.checked_pow(u32::from(missing)))
            .and_then(|power| power.checked_mul(spec.tick_size.mantissa()))
            .and_then(|unit| unit.checked_mul(spec.lot_size.mantissa()))
            .and_then(|unit| unit.checked_mul(spec.multiplier.mantissa()));
        let Some(unit) = unit else {
            return Err(InstrumentError::TooFine { symbol: spec.symbol, decimals });
        };
        let filters = filters(&spec)?;
        let one = i128::from(Rate::ONE);
        let unit_nanos = if unit % one == 0 { i64::try_from(unit / one).ok() } else { None };
        Ok(Self { id, spec, filters, unit, unit_nanos })
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

    /// The asset that is bought.
    #[must_use]
    pub const fn base(&self) -> Asset {
        self.spec.base
    }

    /// The asset it is paid with.
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

    /// Price × quantity, exactly, in the quote asset; negative for a negative quantity.
    ///
    /// # Errors
    /// [`Overflow`] when the product leaves the range of [`Money`].
    #[inline]
    pub const fn notional(&self, price: Price, qty: Qty) -> Result<Money, Overflow> {
        let product = price.ticks() as i128 * qty.lots() as i128;
        // Both factors below 2⁶³ give a product below 2¹²⁶; the common case needs no wide check.
        if let Ok(small) = narrow(product)
            && let Ok(unit) = narrow(self.unit)
        {
            return Ok(Money::from_units(small as i128 * unit as i128));
        }
        match product.checked_mul(self.unit) {
            Some(units) => Ok(Money::from_units(units)),
            None => Err(Overflow("price × quantity")),
        }
    }

    /// Price × quantity × rate, rounded as named to the smallest amount of money.
    ///
    /// # Errors
    /// [`Overflow`] when the product leaves the range of [`Money`].
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

    /// The most whole lots that `money` buys at `price`, rounded as named. Zero for a price of zero or below.
    ///
    /// # Errors
    /// [`Overflow`] when the count leaves `i64`.
    pub fn lots_for(&self, money: Money, price: Price, rounding: Rounding) -> Result<Qty, Overflow> {
        let per_lot =
            i128::from(price.ticks()).checked_mul(self.unit).ok_or(Overflow("the price of a lot"))?;
        i64::try_from(div_round(money.units(), per_lot, rounding))
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
mod tests {
    use super::*;

    fn spec(tick: &str, lot: &str) -> Result<InstrumentSpec, Box<dyn std::error::Error>> {
        let usdt: Asset = "USDT".parse()?;
        Ok(InstrumentSpec {
            symbol: "BTCUSDT".into(),
            base: "BTC".parse()?,
            quote: usdt,
            tick_size: tick.parse()?,
            lot_size: lot.parse()?,
            multiplier: "1".parse()?,
            min_qty: "0".parse()?,
            max_qty: "0".parse()?,
            min_notional: "5".parse()?,
            fees: FeeSchedule { maker: Rate::ZERO, taker: Rate::ZERO, asset: usdt, asset_price: None },
        })
    }

    #[test]
    fn price_times_quantity_is_exact_money() -> Result<(), Box<dyn std::error::Error>> {
        let btc = Instrument::new(InstrumentId(0), spec("0.1", "0.001")?)?;
        let (price, qty) = (btc.price("61594.1".parse()?)?, btc.qty("0.003".parse()?)?);
        assert_eq!(btc.notional(price, qty)?.to_string(), "184.7823");
        assert_eq!(btc.lots_for("184.79".parse()?, price, Rounding::Down)?, qty);
        assert_eq!(btc.lots_for("184.79".parse()?, Price::from_ticks(0), Rounding::Down)?, Qty::ZERO);
        Ok(())
    }

    #[test]
    fn a_rate_on_a_notional_is_the_same_with_and_without_the_short_way()
    -> Result<(), Box<dyn std::error::Error>> {
        for (tick, lot) in [("0.1", "0.001"), ("0.00000001", "0.00000001"), ("2.5", "0.25")] {
            let instrument = Instrument::new(InstrumentId(0), spec(tick, lot)?)?;
            for (ticks, lots, nanos) in
                [(615_941, 3, 200_000), (1, 1, 1), (7, -3, -250_001), (i64::MAX, 1, 7)]
            {
                let (price, qty, rate) =
                    (Price::from_ticks(ticks), Qty::from_lots(lots), Rate::from_nanos(nanos));
                for rounding in [Rounding::Up, Rounding::Down, Rounding::HalfEven] {
                    let long = instrument.notional(price, qty)?.at_rate(rate, rounding)?;
                    assert_eq!(instrument.notional_at_rate(price, qty, rate, rounding)?, long);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn the_largest_product_is_an_error_and_not_a_wrap() -> Result<(), Box<dyn std::error::Error>> {
        let coarse = Instrument::new(InstrumentId(0), spec("1000", "1000")?)?;
        let most = (Price::from_ticks(i64::MAX), Qty::from_lots(i64::MAX));
        assert_eq!(coarse.notional(most.0, most.1), Err(Overflow("price × quantity")));
        Ok(())
    }

    #[test]
    fn steps_that_money_can_not_hold_are_refused() -> Result<(), Box<dyn std::error::Error>> {
        let fine = Instrument::new(InstrumentId(0), spec("0.0000000001", "0.0000000001")?);
        assert!(matches!(fine, Err(InstrumentError::TooFine { decimals: 20, .. })));
        assert!(matches!(
            Instrument::new(InstrumentId(0), spec("0", "1")?),
            Err(InstrumentError::NotPositive { .. })
        ));
        Ok(())
    }
}
