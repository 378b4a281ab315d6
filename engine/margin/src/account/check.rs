//! Which legs a venue would take, and what that costs.

use types::{Amount, Asset, InstrumentId, Money, Price, Qty, Rounding, Side, Time};

use super::{Account, MarginMode};
use crate::{Fault, LegSide, LiquidationPrices, converted};

/// A leg that was taken from the account and closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquidation {
    /// When.
    pub time: Time,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Which leg.
    pub leg: LegSide,
    /// Which way it was closed.
    pub side: Side,
    /// How much: the whole leg.
    pub qty: Qty,
    /// At what price it was closed: the mark.
    pub price: Price,
    /// Where what backed it is used up, as it was before; beyond it the insurance fund pays.
    pub bankruptcy: LiquidationPrices,
    /// Profit that closing realised, before the fee.
    pub realised: Money,
    /// The liquidation fee.
    pub fee: Amount,
    /// Paid to the insurance fund beside the fee; negative where it paid what was missing.
    pub insurance: Amount,
}

impl Account {
    /// Liquidates what is due at the marks, books it, and says what was done, in that order.
    ///
    /// Isolated legs stand alone. Cross legs of one asset (in a multi-asset account all of them) stand together: while their balance
    /// is at their maintenance margin or below, the leg with the largest unrealised loss is closed at its mark and pays its fee, and
    /// then they are looked at again. That is how MetaTrader 5 venues document it; Binance does not publish an order. A debt that
    /// is left when nothing is open any more is paid by the insurance fund. Open orders are the caller's: venues cancel them first.
    ///
    /// # Errors
    /// [`Fault`] where a sum does not fit.
    pub fn check(&mut self, now: Time) -> Result<Vec<Liquidation>, Fault> {
        let mut taken = Vec::new();
        self.check_isolated(now, &mut taken)?;
        // The currency's wallet is the first one, and a multi-asset account stands in it.
        let groups = if self.settings.multi_asset { 1 } else { self.wallets.len() };
        for at in 0..groups {
            let Some(asset) = self.wallets.get(at).map(|wallet| wallet.asset) else { continue };
            while self.standing(asset)?.is_due()
                && let Some((instrument, leg)) = self.largest_loss(asset)?
            {
                taken.push(self.liquidate(now, instrument, leg)?);
            }
        }
        Ok(taken)
    }

    fn check_isolated(&mut self, now: Time, taken: &mut Vec<Liquidation>) -> Result<(), Fault> {
        for at in 0..self.lines.len() {
            let Some(state) = self.lines.get(at).filter(|state| state.line.mode == MarginMode::Isolated)
            else {
                continue;
            };
            let instrument = state.line.instrument.id();
            for leg in self.leg_sides() {
                let holding = self.holding(instrument, *leg)?;
                if self.state(instrument)?.isolated(&holding)?.is_due() {
                    taken.push(self.liquidate(now, instrument, *leg)?);
                }
            }
        }
        Ok(())
    }

    /// The cross leg that loses most; of two that lose alike, the one of the lower instrument, the long one first.
    fn largest_loss(&self, asset: Asset) -> Result<Option<(InstrumentId, LegSide)>, Fault> {
        let mut worst: Option<(Money, InstrumentId, LegSide)> = None;
        for state in self.lines.iter().filter(|state| state.line.mode == MarginMode::Cross) {
            let settle = state.line.instrument.settle();
            if !self.settings.multi_asset && settle != asset {
                continue;
            }
            let wallet = self.wallets.iter().find(|wallet| wallet.asset == settle);
            for (leg, holding) in self.leg_sides().iter().zip(&state.legs) {
                if holding.position.is_flat() {
                    continue;
                }
                let mut profit = state.profit(holding.position)?;
                if let Some(wallet) = wallet.filter(|_| self.settings.multi_asset) {
                    profit = converted(profit, wallet.collateral.index, Rounding::HalfEven)?;
                }
                if worst.is_none_or(|(least, ..)| profit < least) {
                    worst = Some((profit, state.line.instrument.id(), *leg));
                }
            }
        }
        Ok(worst.map(|(_, instrument, leg)| (instrument, leg)))
    }

    /// Closes a leg whole at its mark, takes the fee, and settles what is left or missing.
    fn liquidate(
        &mut self,
        time: Time,
        instrument: InstrumentId,
        leg: LegSide,
    ) -> Result<Liquidation, Fault> {
        let bankruptcy = self.bankruptcy_prices(instrument, leg)?;
        let holding = self.holding(instrument, leg)?;
        let state = self.state(instrument)?;
        let (contract, mode, rate) = (&state.line.instrument, state.line.mode, state.line.liquidation_fee);
        let settle = contract.settle();
        let held = holding.position.qty;
        let side = Side::closing(held).unwrap_or(Side::Sell);
        // A leg without a mark stands at its cost, and is due only where funding has used up what backs it.
        let entry = || contract.average_price(held, holding.position.cost, Rounding::HalfEven);
        let price = state.mark.or_else(entry).unwrap_or_default();
        let qty = held.abs();
        let fee = Amount { asset: settle, money: contract.notional_at_rate(price, qty, rate, Rounding::Up)? };
        let mut insurance = Money::ZERO;
        let realised;
        if mode == MarginMode::Isolated {
            realised = contract.worth(price, held)?.minus(holding.position.cost)?;
            let left = holding.isolated.plus(realised)?.minus(fee.money)?;
            if left < Money::ZERO || self.settings.remainder_to_fund {
                insurance = left;
            }
            self.settle(instrument, leg, left.minus(insurance)?, realised, fee, insurance)?;
        } else {
            realised = self.fill(instrument, leg, side, price, qty, fee)?;
            let group = if self.settings.multi_asset { self.settings.currency } else { settle };
            let standing = self.standing(group)?;
            if standing.legs == 0 && standing.balance < Money::ZERO {
                insurance = standing.balance;
                let wallet = self.wallet_mut(group)?;
                wallet.balance = wallet.balance.minus(insurance)?;
                wallet.totals.insurance = wallet.totals.insurance.plus(insurance)?;
            }
            let insurance = Amount { asset: group, money: insurance };
            return Ok(Liquidation {
                time,
                instrument,
                leg,
                side,
                qty,
                price,
                bankruptcy,
                realised,
                fee,
                insurance,
            });
        }
        let insurance = Amount { asset: settle, money: insurance };
        Ok(Liquidation { time, instrument, leg, side, qty, price, bankruptcy, realised, fee, insurance })
    }

    /// Empties an isolated leg: `back` returns to the wallet.
    fn settle(
        &mut self,
        instrument: InstrumentId,
        leg: LegSide,
        back: Money,
        realised: Money,
        fee: Amount,
        insurance: Money,
    ) -> Result<(), Fault> {
        let place = self.place(leg)?;
        let wallet = self.wallet_mut(fee.asset)?;
        let mut totals = wallet.totals;
        totals.realised = totals.realised.plus(realised)?;
        totals.fees = totals.fees.plus(fee.money)?;
        totals.insurance = totals.insurance.plus(insurance)?;
        (wallet.balance, wallet.totals) = (wallet.balance.plus(back)?, totals);
        if let Some(leg) = self.state_mut(instrument)?.legs.get_mut(place) {
            *leg = super::Holding::default();
        }
        Ok(())
    }
}
