//! The one door through which money moves: fills and funding become balanced transactions.

use types::{
    Amount, Asset, ClientOrderId, Decimal, FeeSchedule, Fill, Funding, Instrument, InstrumentId, Money,
    Overflow, Position, Price, Qty, Rounding, Time, div_round,
};

use crate::books::BookError;
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
    /// An instrument is quoted in another asset than equity is counted in.
    #[error(
        "{symbol} is quoted in {quote}, but the account is counted in {settlement}; use instruments quoted in {settlement}, or set account.currency"
    )]
    OtherQuote {
        /// Instrument.
        symbol: String,
        /// Its quote asset.
        quote: Asset,
        /// The account's.
        settlement: Asset,
    },
}

/// What a fill did to the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booked {
    /// The position after it.
    pub position: Position,
    /// Profit it realised against average cost, before its fee.
    pub realised: Money,
    /// Its fee's worth in the settlement asset.
    pub fee: Money,
}

/// One account with its positions.
#[derive(Debug, Clone)]
pub struct Portfolio {
    settlement: Asset,
    books: Books,
    holdings: Vec<Holding>,
    /// Cash in the settlement asset, and what fees in other assets are worth in it: the part of equity without prices.
    cash: Money,
}

#[derive(Debug, Clone)]
struct Holding {
    instrument: Instrument,
    position: Position,
    lots: Lots,
}

impl Portfolio {
    /// An account that starts with `capital` in `settlement`, for these instruments in the order of their ids.
    ///
    /// # Errors
    /// [`LedgerError::OtherQuote`] when an instrument's profit is counted in another asset.
    pub fn new(settlement: Asset, capital: Money, instruments: Vec<Instrument>) -> Result<Self, LedgerError> {
        for instrument in &instruments {
            if instrument.quote() != settlement {
                let (symbol, quote) = (instrument.symbol().to_owned(), instrument.quote());
                return Err(LedgerError::OtherQuote { symbol, quote, settlement });
            }
        }
        let mut books = Books::new();
        let post = |account, amount| Posting { account, asset: settlement, amount };
        books.post(&[post(Account::Capital, capital.negated()?), post(Account::Cash, capital)])?;
        let holdings = instruments
            .into_iter()
            .map(|instrument| Holding { instrument, position: Position::FLAT, lots: Lots::new() })
            .collect();
        Ok(Self { settlement, books, holdings, cash: capital })
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

    /// Cash, with fees in other assets at their configured price; equity when everything is flat.
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
            if holding.position.qty.is_zero() {
                continue;
            }
            let worth = match mark(holding.instrument.id()) {
                Some(price) => holding.instrument.notional(price, holding.position.qty)?,
                None => holding.position.cost,
            };
            equity = equity.plus(worth)?;
        }
        Ok(equity)
    }

    /// Books a fill: cash against position, profit against realised, fee against fees. Appends closed round trips.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing was booked then.
    pub fn fill(
        &mut self,
        instrument: InstrumentId,
        id: ClientOrderId,
        time: Time,
        fill: &Fill,
        closed: &mut Vec<RoundTrip>,
    ) -> Result<Booked, LedgerError> {
        let settlement = self.settlement;
        let holding =
            self.holdings.get_mut(instrument.index()).ok_or(LedgerError::UnknownInstrument(instrument))?;
        let signed = Qty::from_lots(fill.qty.lots() * fill.side.sign());
        let paid = holding.instrument.notional(fill.price, signed)?;
        let (position, realised) = traded(holding.position, signed, paid)?;
        let fee = fee_worth(&holding.instrument.fees(), fill.fee)?;
        let cost = position.cost.minus(holding.position.cost)?;
        let post = |account, amount| Posting { account, asset: settlement, amount };
        let cash = self.cash.minus(paid)?.minus(fee)?;
        self.books.post(&[
            post(Account::Cash, paid.negated()?),
            post(Account::Position(instrument), cost),
            post(Account::Realised, realised.negated()?),
            Posting { account: Account::Cash, asset: fill.fee.asset, amount: fill.fee.money.negated()? },
            Posting { account: Account::Fees, asset: fill.fee.asset, amount: fill.fee.money },
        ])?;
        holding.position = position;
        self.cash = cash;
        holding.lots.take(&holding.instrument, id, time, fill, fee, closed)?;
        Ok(Booked { position, realised, fee })
    }

    /// Books a funding settlement at `price`: longs pay a positive rate, shorts get it. Returns what was received.
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
        let cash = self.cash.minus(paid)?;
        let post = |account, amount| Posting { account, asset: self.settlement, amount };
        self.books.post(&[post(Account::Cash, paid.negated()?), post(Account::Funding, paid)])?;
        self.cash = cash;
        Ok(paid.negated()?)
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

/// The position after trading `signed` for `paid`, and the profit realised, at average cost.
///
/// The part that closes takes its share of the cost, rounded half-even to 10⁻¹⁸; what opens costs what was paid.
fn traded(position: Position, signed: Qty, paid: Money) -> Result<(Position, Money), Overflow> {
    let (held, moved) = (position.qty.lots(), signed.lots());
    let qty = position.qty.plus(signed)?;
    if held == 0 || (held > 0) == (moved > 0) {
        return Ok((Position { qty, cost: position.cost.plus(paid)? }, Money::ZERO));
    }
    let closing = held.unsigned_abs().min(moved.unsigned_abs());
    let part = |of: Money, whole: i64| {
        let whole = i64::try_from(whole.unsigned_abs()).map_err(|_| Overflow("a position"))?;
        of.share(i128::from(closing), whole, Rounding::HalfEven)
    };
    let (cost_closed, paid_closed) = (part(position.cost, held)?, part(paid, moved)?);
    let realised = cost_closed.plus(paid_closed)?.negated()?;
    let cost = position.cost.minus(cost_closed)?.plus(paid.minus(paid_closed)?)?;
    Ok((Position { qty, cost }, realised))
}

/// What a fee is worth in the quote asset, rounded against us.
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
