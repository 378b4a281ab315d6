//! Balances in other assets than the account is counted in, and what they count for.

use types::{Asset, Decimal, Instrument, InstrumentId, Money, Overflow, Price, Rounding};

use crate::LedgerError;

/// A balance that an account starts with beside its capital.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wallet {
    /// Of which asset.
    pub asset: Asset,
    /// How much.
    pub amount: Money,
    /// Its first index price: worth of one unit in the account's settlement asset, until an instrument has one.
    pub opening: Decimal,
}

/// The balance of one asset, with the instrument whose price is its index.
#[derive(Debug, Clone)]
pub(crate) struct Pot {
    asset: Asset,
    cash: Money,
    source: InstrumentId,
    tick: Decimal,
    /// The last index price that the books saw.
    last: Option<Decimal>,
}

impl Pot {
    pub(crate) fn new(
        asset: Asset,
        settlement: Asset,
        instruments: &[Instrument],
    ) -> Result<Self, LedgerError> {
        let priced = |one: &&Instrument| one.base() == asset && one.quote() == settlement;
        let source = instruments.iter().find(priced).ok_or(LedgerError::NoIndex { asset, settlement })?;
        Ok(Self { asset, cash: Money::ZERO, source: source.id(), tick: source.tick_size(), last: None })
    }

    pub(crate) fn open(&mut self, wallet: &Wallet) -> Result<(), Overflow> {
        self.cash = self.cash.plus(wallet.amount)?;
        self.last = Some(wallet.opening);
        Ok(())
    }

    pub(crate) const fn asset(&self) -> Asset {
        self.asset
    }

    pub(crate) const fn cash(&self) -> Money {
        self.cash
    }

    pub(crate) const fn set_cash(&mut self, cash: Money) {
        self.cash = cash;
    }

    /// The instrument whose price is this asset's index.
    pub(crate) const fn source(&self) -> InstrumentId {
        self.source
    }

    /// A price of an instrument: the index, where it is an instrument of this asset in the settlement asset.
    pub(crate) fn see(&mut self, instrument: &Instrument, price: Price) {
        if instrument.base() == self.asset {
            self.last = Some(instrument.price_decimal(price));
        }
    }

    /// What an amount counts for at this price of the source, or else at the last one seen; half-even. Nothing before there is a price.
    pub(crate) fn counts(&self, money: Money, price: Option<Price>) -> Result<Money, Overflow> {
        const WHAT: Overflow = Overflow("an amount in the settlement asset");
        let (part, scale) = match price {
            Some(price) => {
                (self.tick.mantissa().checked_mul(i128::from(price.ticks())).ok_or(WHAT)?, self.tick.scale())
            }
            None => self.last.map_or((0, 0), |last| (last.mantissa(), last.scale())),
        };
        money.share(part, 10_i64.checked_pow(u32::from(scale)).ok_or(WHAT)?, Rounding::HalfEven)
    }
}
