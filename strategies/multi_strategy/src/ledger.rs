//! A child's account: cash, what it holds and what it cost, profit, fees and funding, each to the smallest unit of money.
//!
//! The arithmetic is that of the run's own books, so that the accounts of all children together come to those exactly.

use sdk::{
    Amount, FeeSchedule, Instrument, Market, Money, Overflow, Position, Price, Qty, Rounding, Side,
    SubAccount, div_round,
};
use serde::{Deserialize, Serialize};

/// See the file's page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// What it was given, less what it was taken, with all that it paid and got.
    #[serde(with = "sdk::state::exact")]
    pub(crate) cash: Money,
    /// By instrument id.
    #[serde(with = "sdk::state::exact")]
    pub(crate) held: Vec<Position>,
    #[serde(with = "sdk::state::exact")]
    pub(crate) realised: Money,
    #[serde(with = "sdk::state::exact")]
    pub(crate) fees: Money,
    /// Paid; negative where it got more.
    #[serde(with = "sdk::state::exact")]
    pub(crate) funding: Money,
    pub(crate) fills: u64,
    /// Fills that closed something, and those of them that did so at a profit, since the last sample of the curve.
    pub(crate) closes: u32,
    pub(crate) wins: u32,
}

/// What traded, as an account needs to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traded {
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) qty: Qty,
    /// What the fee is worth in the settlement asset.
    pub(crate) fee: Money,
}

impl Ledger {
    /// What is held of an instrument.
    pub(crate) fn qty(&self, at: usize) -> Qty {
        self.held.get(at).map_or(Qty::ZERO, |position| position.qty)
    }

    pub(crate) fn is_flat(&self) -> bool {
        self.held.iter().all(|position| position.is_flat())
    }

    /// Books what traded.
    ///
    /// # Errors
    /// [`Overflow`] when an amount of money does not fit. The quantity is booked all the same, so that it can be closed.
    pub(crate) fn fill(&mut self, instrument: &Instrument, traded: &Traded) -> Result<(), Overflow> {
        let at = instrument.id().index();
        if self.held.len() <= at {
            self.held.resize(at + 1, Position::FLAT);
        }
        let signed = Qty::from_lots(traded.qty.lots().saturating_mul(traded.side.sign()));
        let Some(position) = self.held.get_mut(at) else { return Ok(()) };
        let before = *position;
        position.qty = Qty::from_lots(before.qty.lots().saturating_add(signed.lots()));
        self.fills = self.fills.saturating_add(1);
        let paid = instrument.worth(traded.price, signed)?;
        let (after, gained) = moved(before, signed, paid)?;
        let cash = self.cash.minus(paid)?.minus(traded.fee)?;
        let (realised, fees) = (self.realised.plus(gained)?, self.fees.plus(traded.fee)?);
        *position = after;
        (self.cash, self.realised, self.fees) = (cash, realised, fees);
        if Side::closing(before.qty) == Some(traded.side) {
            self.closes = self.closes.saturating_add(1);
            self.wins = self.wins.saturating_add(u32::from(gained > traded.fee));
        }
        Ok(())
    }

    /// Books funding that was paid.
    ///
    /// # Errors
    /// [`Overflow`] when an amount of money does not fit; nothing was booked then.
    pub(crate) fn pay_funding(&mut self, paid: Money) -> Result<(), Overflow> {
        let (cash, funding) = (self.cash.minus(paid)?, self.funding.plus(paid)?);
        (self.cash, self.funding) = (cash, funding);
        Ok(())
    }

    /// Cash and what is held at the last prices; at cost where there is none.
    ///
    /// # Errors
    /// [`Overflow`] when the sum does not fit.
    pub(crate) fn equity(&self, markets: &[Market]) -> Result<Money, Overflow> {
        let mut equity = self.cash;
        for (position, market) in self.held.iter().zip(markets) {
            if !position.is_flat() {
                let worth = market.last.map(|price| market.instrument.worth(price, position.qty));
                equity = equity.plus(worth.transpose()?.unwrap_or(position.cost))?;
            }
        }
        Ok(equity)
    }

    /// The account as a report shows it.
    ///
    /// # Errors
    /// [`Overflow`] when an amount does not fit.
    pub(crate) fn account(&self, id: &'static str, markets: &[Market]) -> Result<SubAccount, Overflow> {
        let equity = self.equity(markets)?;
        let cost = self.held.iter().try_fold(Money::ZERO, |sum, position| sum.plus(position.cost))?;
        Ok(SubAccount {
            id,
            equity,
            realised: self.realised,
            unrealised: equity.minus(self.cash)?.minus(cost)?,
            fees: self.fees,
            funding: self.funding.negated()?,
            fills: self.fills,
        })
    }
}

/// A position after `signed` more of it for `paid`, and the profit that realised, at average cost. The part that closes
/// takes its share of the cost, rounded half-even; cost less realised profit is always what was paid in sum.
pub(crate) fn moved(position: Position, signed: Qty, paid: Money) -> Result<(Position, Money), Overflow> {
    let (held, moved) = (position.qty.lots(), signed.lots());
    let qty = position.qty.plus(signed)?;
    if held == 0 || moved == 0 || (held > 0) == (moved > 0) {
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

/// What a fee is worth in the settlement asset, rounded against us.
///
/// # Errors
/// [`Overflow`] when it does not fit.
pub(crate) fn fee_worth(schedule: &FeeSchedule, fee: Amount) -> Result<Money, Overflow> {
    const WHAT: Overflow = Overflow("a fee's worth");
    let Some(price) = schedule.asset_price.filter(|_| fee.asset == schedule.asset) else {
        return Ok(fee.money);
    };
    let whole = 10_i128.checked_pow(u32::from(price.scale())).ok_or(WHAT)?;
    let product = fee.money.units().checked_mul(price.mantissa()).ok_or(WHAT)?;
    Ok(Money::from_units(div_round(product, whole, Rounding::Up)))
}

/// The part of `total` that falls to the lots from `before` to `before + lots` of `all`. Parts that follow each other sum to
/// the total exactly.
///
/// # Errors
/// [`Overflow`] when a part does not fit.
pub(crate) fn part(total: Money, before: i64, lots: i64, all: i64) -> Result<Money, Overflow> {
    let upto = |lots: i64| total.share(i128::from(lots), all, Rounding::HalfEven);
    upto(before.saturating_add(lots))?.minus(upto(before)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sdk::{InstrumentId, InstrumentSpec, Rate};

    fn instrument() -> Instrument {
        let usdt = "USDT".parse().unwrap();
        let spec = InstrumentSpec {
            symbol: "TESTUSDT".to_owned(),
            contract: sdk::Contract::Linear,
            base: "TEST".parse().unwrap(),
            quote: usdt,
            tick_size: "1".parse().unwrap(),
            lot_size: "1".parse().unwrap(),
            multiplier: "1".parse().unwrap(),
            min_qty: "0".parse().unwrap(),
            max_qty: "0".parse().unwrap(),
            min_notional: "0".parse().unwrap(),
            fees: FeeSchedule { maker: Rate::ZERO, taker: Rate::ZERO, asset: usdt, asset_price: None },
        };
        Instrument::new(InstrumentId(0), spec).unwrap()
    }

    fn trade(side: Side, lots: i64, ticks: i64, fee: &str) -> Traded {
        Traded { side, price: Price::from_ticks(ticks), qty: Qty::from_lots(lots), fee: fee.parse().unwrap() }
    }

    #[test]
    fn profit_is_taken_at_average_cost_and_a_turn_begins_anew() {
        let mut ledger = Ledger { cash: "1000".parse().unwrap(), ..Ledger::default() };
        // 2 at 100 and 1 at 130 cost 330; a sale of 1 at 120 closes a third: 120 − 110 = 10.
        for traded in
            [trade(Side::Buy, 2, 100, "1"), trade(Side::Buy, 1, 130, "1"), trade(Side::Sell, 1, 120, "1")]
        {
            ledger.fill(&instrument(), &traded).unwrap();
        }
        assert_eq!(ledger.held, [Position { qty: Qty::from_lots(2), cost: "220".parse().unwrap() }]);
        assert_eq!((ledger.realised.to_string(), ledger.fees.to_string()), ("10".to_owned(), "3".to_owned()));
        assert_eq!((ledger.fills, ledger.closes, ledger.wins), (3, 1, 1));
        // 5 at 100 close 2 at a loss of 20, and open 3 short for 300.
        ledger.fill(&instrument(), &trade(Side::Sell, 5, 100, "0")).unwrap();
        assert_eq!(ledger.held, [Position { qty: Qty::from_lots(-3), cost: "-300".parse().unwrap() }]);
        assert_eq!(ledger.realised.to_string(), "-10");
        assert_eq!((ledger.closes, ledger.wins), (2, 1));
        // Cash: 1000 − 200 − 130 + 120 + 500 − 3 of fees.
        assert_eq!(ledger.cash.to_string(), "1287");
        let mut market = Market::new(instrument());
        market.last = Some(Price::from_ticks(90));
        assert_eq!(ledger.equity(&[market]).unwrap().to_string(), "1017", "1287 − 3 × 90");
    }

    #[test]
    fn money_that_does_not_fit_is_an_error_and_the_quantity_is_known_all_the_same() {
        let mut ledger = Ledger { cash: Money::from_units(i128::MIN + 1), ..Ledger::default() };
        let before = ledger.clone();
        assert!(ledger.fill(&instrument(), &trade(Side::Buy, 3, 100, "0")).is_err());
        assert_eq!(ledger.qty(0), Qty::from_lots(3));
        assert_eq!((ledger.cash, ledger.realised), (before.cash, before.realised));
        assert!(ledger.pay_funding("1".parse().unwrap()).is_err());
    }

    #[test]
    fn parts_of_a_fee_come_to_the_whole() {
        let total = Money::from_units(10);
        let parts =
            [(0, 1), (1, 1), (2, 1)].map(|(before, lots)| part(total, before, lots, 3).unwrap().units());
        assert_eq!(parts, [3, 4, 3]);
    }
}
