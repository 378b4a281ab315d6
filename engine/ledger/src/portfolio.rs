//! The one door through which money moves: fills and funding become balanced transactions.

use types::{
    Amount, Asset, ClientOrderId, Decimal, FeeSchedule, Fill, Funding, Instrument, InstrumentId, Liquidation,
    Money, Overflow, Position, Price, Qty, Rounding, Time, div_round,
};

use crate::books::BookError;
use crate::pots::{Pot, Wallet};
use crate::{Account, Books, Lots, Posting, RoundTrip, Unbalanced};

/// Why the books refused an entry. Nothing was booked then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// A sum left the range of money.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A transaction did not sum to zero.
    #[error(transparent)]
    Unbalanced(#[from] Unbalanced),
    /// The books don't know the instrument.
    #[error("instrument number {} is not in the books", .0.0)]
    UnknownInstrument(InstrumentId),
    /// An instrument's profit is counted in another asset than equity is.
    #[error(
        "the profit of {symbol} is counted in {quote}, but the account in {settlement}; use instruments whose profit is in {settlement} (their quote asset, or the base of an inverse contract), or set account.currency = \"{quote}\""
    )]
    OtherQuote {
        /// Instrument.
        symbol: String,
        /// What its profit is counted in.
        quote: Asset,
        /// The account's.
        settlement: Asset,
    },
    /// A balance in an asset that no instrument of the run gives a price for.
    #[error(
        "nothing in this run says what {asset} is worth in {settlement}; add an instrument with base {asset} and quote {settlement}"
    )]
    NoIndex {
        /// The asset.
        asset: Asset,
        /// The account's.
        settlement: Asset,
    },
}

/// What a fill did to the books. Money is in the account's settlement asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booked {
    /// The position after it; its cost is in the instrument's settlement asset.
    pub position: Position,
    /// Profit it realised against average cost, before its fee.
    pub realised: Money,
    /// Its fee's worth.
    pub fee: Money,
    /// Whether the venue closed it for want of margin.
    pub liquidation: bool,
    /// What a liquidation paid to the insurance fund beside its fee; negative where the fund paid.
    pub insurance: Money,
}

/// One account with its positions.
#[derive(Debug, Clone)]
pub struct Portfolio {
    settlement: Asset,
    books: Books,
    holdings: Vec<Holding>,
    /// Cash in the settlement asset, and what fees in other assets are worth in it: the part of equity without prices.
    cash: Money,
    /// Balances in other assets. Most runs have none.
    pots: Vec<Pot>,
}

#[derive(Debug, Clone)]
struct Holding {
    instrument: Instrument,
    position: Position,
    lots: Lots,
    /// The place of its settlement asset among the pots; `None` where that is the account's.
    pot: Option<usize>,
}

impl Portfolio {
    /// An account that starts with `capital` in `settlement`, for these instruments in the order of their ids.
    ///
    /// # Errors
    /// [`LedgerError::OtherQuote`] when an instrument's profit is counted in another asset.
    pub fn new(settlement: Asset, capital: Money, instruments: Vec<Instrument>) -> Result<Self, LedgerError> {
        for instrument in &instruments {
            let settle = instrument.settle();
            if settle != settlement {
                let symbol = instrument.symbol().to_owned();
                return Err(LedgerError::OtherQuote { symbol, quote: settle, settlement });
            }
        }
        Self::with_wallets(settlement, capital, &[], instruments)
    }

    /// An account with balances in other assets beside `capital`: collateral, or what inverse contracts are settled in. Each of them
    /// counts at the price of an instrument that has it as its base and `settlement` as its quote.
    ///
    /// # Errors
    /// [`LedgerError::NoIndex`] for an asset without such an instrument.
    pub fn with_wallets(
        settlement: Asset,
        capital: Money,
        wallets: &[Wallet],
        instruments: Vec<Instrument>,
    ) -> Result<Self, LedgerError> {
        let mut books = Books::new();
        let mut pots = Vec::new();
        let foreign = instruments.iter().map(Instrument::settle).chain(wallets.iter().map(|one| one.asset));
        for asset in foreign.filter(|asset| *asset != settlement) {
            if pots.iter().all(|pot: &Pot| pot.asset() != asset) {
                pots.push(Pot::new(asset, settlement, &instruments)?);
            }
        }
        let (mut cash, mut deposits) = (capital, vec![Amount { asset: settlement, money: capital }]);
        for wallet in wallets {
            deposits.push(Amount { asset: wallet.asset, money: wallet.amount });
            match pots.iter_mut().find(|pot| pot.asset() == wallet.asset) {
                Some(pot) => pot.open(wallet)?,
                None => cash = cash.plus(wallet.amount)?,
            }
        }
        for Amount { asset, money } in deposits {
            let post = |account, amount| Posting { account, asset, amount };
            books.post(&[post(Account::Capital, money.negated()?), post(Account::Cash, money)])?;
        }
        let pot_of = |instrument: &Instrument| pots.iter().position(|pot| pot.asset() == instrument.settle());
        let holding = |instrument: Instrument| Holding {
            pot: pot_of(&instrument),
            instrument,
            position: Position::FLAT,
            lots: Lots::new(),
        };
        let holdings = instruments.into_iter().map(holding).collect();
        Ok(Self { settlement, books, holdings, cash, pots })
    }

    /// What equity is counted in.
    #[must_use]
    pub const fn settlement(&self) -> Asset {
        self.settlement
    }

    /// The books, for whoever wants to check them.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// The position in an instrument.
    #[must_use]
    pub fn position(&self, instrument: InstrumentId) -> Position {
        self.holdings.get(instrument.index()).map_or(Position::FLAT, |holding| holding.position)
    }

    /// Cash in the settlement asset, with fees in other assets at their configured price; equity when everything is flat and no other
    /// asset is held.
    #[must_use]
    pub const fn cash(&self) -> Money {
        self.cash
    }

    /// Cash and positions marked at the prices that `mark` gives; a position without a price stands at its cost.
    ///
    /// # Errors
    /// [`Overflow`] when the sum leaves the range of money.
    #[inline]
    pub fn equity(&self, mark: impl Fn(InstrumentId) -> Option<Price>) -> Result<Money, Overflow> {
        let mut equity = self.cash;
        for holding in &self.holdings {
            if !holding.position.qty.is_zero() && holding.pot.is_none() {
                equity = equity.plus(holding.worth(&mark)?)?;
            }
        }
        if self.pots.is_empty() { Ok(equity) } else { equity.plus(self.foreign(&mark)?) }
    }

    /// Balances and positions in other assets, at their index prices.
    #[cold]
    fn foreign(&self, mark: &impl Fn(InstrumentId) -> Option<Price>) -> Result<Money, Overflow> {
        let mut sum = Money::ZERO;
        for (at, pot) in self.pots.iter().enumerate() {
            let mut own = pot.cash();
            for holding in self.holdings.iter().filter(|holding| holding.pot == Some(at)) {
                own = own.plus(holding.worth(mark)?)?;
            }
            sum = sum.plus(pot.counts(own, mark(pot.source()))?)?;
        }
        Ok(sum)
    }

    /// Profit of what is open, by instrument id, at the prices that `mark` gives, in the settlement asset; a position without a price
    /// has none.
    ///
    /// # Errors
    /// [`Overflow`] when a profit leaves the range of money.
    pub fn unrealised(&self, mark: impl Fn(InstrumentId) -> Option<Price>) -> Result<Vec<Money>, Overflow> {
        let of = |holding: &Holding| {
            let profit = holding.worth(&mark)?.minus(holding.position.cost)?;
            let pot = holding.pot.and_then(|at| self.pots.get(at));
            pot.map_or(Ok(profit), |pot| pot.counts(profit, mark(pot.source())))
        };
        self.holdings.iter().map(of).collect()
    }

    /// An amount of an instrument's settlement asset in the account's, at the last price that the books saw.
    ///
    /// # Errors
    /// [`Overflow`] when the product leaves the range of money.
    #[inline]
    pub fn in_settlement(&self, instrument: InstrumentId, money: Money) -> Result<Money, Overflow> {
        let pot = self.holdings.get(instrument.index()).and_then(|holding| self.pots.get(holding.pot?));
        pot.map_or(Ok(money), |pot| pot.counts(money, None))
    }

    /// Books a fill: cash against position, profit against realised, fee against fees. Appends closed round trips.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was booked then.
    #[inline]
    pub fn fill(
        &mut self,
        instrument: InstrumentId,
        id: ClientOrderId,
        time: Time,
        fill: &Fill,
        closed: &mut Vec<RoundTrip>,
    ) -> Result<Booked, LedgerError> {
        self.book(instrument, id, time, fill, None, closed)
    }

    /// Books what a venue closed for want of margin, in one transaction with what was settled with its insurance fund. The round
    /// trips that it closes say so.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was booked then.
    pub fn liquidate(
        &mut self,
        instrument: InstrumentId,
        id: ClientOrderId,
        liquidation: &Liquidation,
        closed: &mut Vec<RoundTrip>,
    ) -> Result<Booked, LedgerError> {
        let Liquidation { time, fill, insurance } = liquidation;
        self.book(instrument, id, *time, fill, Some(*insurance), closed)
    }

    #[inline]
    fn book(
        &mut self,
        instrument: InstrumentId,
        id: ClientOrderId,
        time: Time,
        fill: &Fill,
        insurance: Option<Money>,
        closed: &mut Vec<RoundTrip>,
    ) -> Result<Booked, LedgerError> {
        let holding =
            self.holdings.get_mut(instrument.index()).ok_or(LedgerError::UnknownInstrument(instrument))?;
        let settle = holding.instrument.settle();
        let signed = Qty::from_lots(fill.qty.lots() * fill.side.sign());
        let paid = holding.instrument.worth(fill.price, signed)?;
        let (position, realised) = holding.position.traded(signed, paid)?;
        let fee = fee_worth(&holding.instrument.fees(), fill.fee)?;
        let cost = position.cost.minus(holding.position.cost)?;
        let insured = insurance.unwrap_or(Money::ZERO);
        let post = |account, amount| Posting { account, asset: settle, amount };
        let moved = paid.plus(fee)?.plus(insured)?;
        let transaction = [
            post(Account::Cash, paid.negated()?),
            post(Account::Position(instrument), cost),
            post(Account::Realised, realised.negated()?),
            Posting { account: Account::Cash, asset: fill.fee.asset, amount: fill.fee.money.negated()? },
            Posting { account: Account::Fees, asset: fill.fee.asset, amount: fill.fee.money },
            post(Account::Cash, insured.negated()?),
            post(Account::Insurance, insured),
        ];
        let count = if insurance.is_some() { transaction.len() } else { transaction.len() - 2 };
        let transaction = transaction.get(..count).unwrap_or(&transaction);
        let before = closed.len();
        let mut booked =
            Booked { position, realised, fee, liquidation: insurance.is_some(), insurance: insured };
        match holding.pot.and_then(|at| self.pots.get_mut(at)) {
            None => {
                let cash = self.cash.minus(moved)?;
                self.books.post(transaction)?;
                self.cash = cash;
                holding.position = position;
                holding.lots.take(&holding.instrument, id, time, fill, fee, closed)?;
            }
            Some(pot) => {
                let cash = pot.cash().minus(moved)?;
                pot.see(&holding.instrument, fill.price);
                booked.realised = pot.counts(realised, None)?;
                booked.fee = pot.counts(fee, None)?;
                booked.insurance = pot.counts(insured, None)?;
                self.books.post(transaction)?;
                pot.set_cash(cash);
                holding.position = position;
                holding.lots.take(&holding.instrument, id, time, fill, fee, closed)?;
                for trip in closed.iter_mut().skip(before) {
                    (trip.gross, trip.fees) = (pot.counts(trip.gross, None)?, pot.counts(trip.fees, None)?);
                }
            }
        }
        if insurance.is_some() {
            closed.iter_mut().skip(before).for_each(|trip| trip.liquidated = true);
        }
        Ok(booked)
    }

    /// Books a funding settlement at `price`: longs pay a positive rate, shorts get it. Returns what was received, in the settlement
    /// asset.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was booked then.
    pub fn funding(
        &mut self,
        instrument: InstrumentId,
        funding: &Funding,
        price: Price,
    ) -> Result<Money, LedgerError> {
        let holding =
            self.holdings.get(instrument.index()).ok_or(LedgerError::UnknownInstrument(instrument))?;
        let notional = holding.instrument.notional(price, holding.position.qty)?;
        let paid = notional.at_rate(funding.rate, Rounding::Up)?;
        let settle = holding.instrument.settle();
        let post = |account, amount| Posting { account, asset: settle, amount };
        let transaction = [post(Account::Cash, paid.negated()?), post(Account::Funding, paid)];
        let Some(pot) = holding.pot.and_then(|at| self.pots.get_mut(at)) else {
            let cash = self.cash.minus(paid)?;
            self.books.post(&transaction)?;
            self.cash = cash;
            return Ok(paid.negated()?);
        };
        let cash = pot.cash().minus(paid)?;
        self.books.post(&transaction)?;
        pot.set_cash(cash);
        pot.see(&holding.instrument, price);
        Ok(pot.counts(paid.negated()?, None)?)
    }
}

impl Holding {
    #[inline]
    fn worth(&self, mark: &impl Fn(InstrumentId) -> Option<Price>) -> Result<Money, Overflow> {
        match mark(self.instrument.id()) {
            _ if self.position.qty.is_zero() => Ok(Money::ZERO),
            Some(price) => self.instrument.worth(price, self.position.qty),
            None => Ok(self.position.cost),
        }
    }
}

impl From<BookError> for LedgerError {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Unbalanced(unbalanced) => Self::Unbalanced(unbalanced),
            BookError::Overflow(overflow) => Self::Overflow(overflow),
        }
    }
}

/// What a fee is worth in the instrument's settlement asset, rounded against us.
fn fee_worth(schedule: &FeeSchedule, fee: Amount) -> Result<Money, Overflow> {
    match schedule.asset_price {
        Some(price) if fee.asset == schedule.asset => worth_at(fee.money, price),
        _ => Ok(fee.money),
    }
}

fn worth_at(money: Money, price: Decimal) -> Result<Money, Overflow> {
    let whole = 10_i128.checked_pow(u32::from(price.scale())).ok_or(Overflow("a fee's worth"))?;
    let product = money.units().checked_mul(price.mantissa()).ok_or(Overflow("a fee's worth"))?;
    Ok(Money::from_units(div_round(product, whole, Rounding::Up)))
}
