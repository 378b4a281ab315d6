//! What changes an account: fills, funding, and margin that is moved to and from an isolated leg.

use types::{Amount, InstrumentId, Money, Overflow, Position, Price, Qty, Rate, Rounding, Side};

use super::standing::absolute;
use super::{Account, Holding, MarginMode, State, allowed};
use crate::{Fault, LegSide, PositionMode, initial_margin};

impl Account {
    /// Whether `qty` may be bought or sold at `price`: what opens needs its initial margin, a tier for the size that results, and
    /// leverage that this tier allows. What closes is never stopped. Returns the initial margin of the part that opens.
    ///
    /// # Errors
    /// [`Fault`] says what is missing.
    pub fn can_open(
        &self,
        instrument: InstrumentId,
        leg: LegSide,
        side: Side,
        qty: Qty,
        price: Price,
    ) -> Result<Money, Fault> {
        let (holding, state) = (self.holding(instrument, leg)?, self.state(instrument)?);
        let signed = Qty::from_lots(qty.lots().saturating_mul(side.sign()));
        let (_, opening) = split(holding.position.qty, signed);
        if opening.is_zero() {
            return Ok(Money::ZERO);
        }
        let after = holding.position.qty.plus(signed)?;
        let notional = state.line.instrument.notional(price, after.abs())?;
        allowed(&state.line, notional, state.line.leverage)?;
        let margin =
            initial_margin(state.line.instrument.notional(price, opening.abs())?, state.line.leverage)?;
        let asset = state.line.instrument.settle();
        let (needed, shown) = if self.settings.multi_asset {
            let wallet = self.wallets.iter().find(|wallet| wallet.asset == asset);
            let index = wallet.map(|wallet| wallet.collateral.index).ok_or(Fault::UnknownAsset(asset))?;
            (crate::converted(margin, index, Rounding::Up)?, self.settings.currency)
        } else {
            (margin, asset)
        };
        let available = self.available(asset)?;
        if needed > available {
            return Err(Fault::Insufficient { asset: shown, needed, available });
        }
        Ok(margin)
    }

    /// Books a fill and returns the profit that it realised before its fee. A fill is a fact: nothing is refused for want of margin.
    ///
    /// Isolated margin: what opens sets aside its notional / leverage from the wallet; what closes gives back its share of what was set
    /// aside, with its profit. A loss beyond that share is taken from what is still set aside, and beyond that from the insurance fund.
    ///
    /// # Errors
    /// [`Fault`] for a leg that would change its side, and where a sum does not fit.
    pub fn fill(
        &mut self,
        instrument: InstrumentId,
        leg: LegSide,
        side: Side,
        price: Price,
        qty: Qty,
        fee: Amount,
    ) -> Result<Money, Fault> {
        let place = self.place(leg)?;
        let holding = self.holding(instrument, leg)?;
        let held = holding.position.qty;
        let signed = Qty::from_lots(qty.lots().saturating_mul(side.sign()));
        let after = held.plus(signed)?.lots();
        let wrong = match leg {
            LegSide::Both => false,
            LegSide::Long => after < 0,
            LegSide::Short => after > 0,
        };
        if wrong {
            return Err(Fault::TooMuchToClose { leg, side, asked: qty.lots(), held: held.lots() });
        }
        self.wallet_mut(fee.asset)?;
        let state = self.state(instrument)?;
        let settle = state.line.instrument.settle();
        let paid = state.line.instrument.worth(price, signed)?;
        let (position, realised) = holding.position.traded(signed, paid)?;
        let moved = if state.line.mode == MarginMode::Isolated {
            isolated(state, &holding, signed, price, realised)?
        } else {
            Moved { isolated: Money::ZERO, to_wallet: realised, insurance: Money::ZERO }
        };
        let wallet = self.wallet_mut(settle)?;
        let balance = wallet.balance.plus(moved.to_wallet)?;
        let (sum, insurance) =
            (wallet.totals.realised.plus(realised)?, wallet.totals.insurance.plus(moved.insurance)?);
        (wallet.balance, wallet.totals.realised, wallet.totals.insurance) = (balance, sum, insurance);
        let wallet = self.wallet_mut(fee.asset)?;
        wallet.balance = wallet.balance.minus(fee.money)?;
        wallet.totals.fees = wallet.totals.fees.plus(fee.money)?;
        if let Some(leg) = self.state_mut(instrument)?.legs.get_mut(place) {
            *leg = Holding { position, isolated: moved.isolated };
        }
        Ok(realised)
    }

    /// Books funding at its boundary, on every leg of the instrument: longs pay a positive rate of their notional at `price`, shorts
    /// get it. Returns what was received. A cross leg settles on the wallet, an isolated one on its own (Binance pushes an isolated
    /// position's changed wallet with its funding, docs of `ACCOUNT_UPDATE`).
    ///
    /// # Errors
    /// [`Fault`]; nothing was booked then.
    pub fn funding(&mut self, instrument: InstrumentId, rate: Rate, price: Price) -> Result<Money, Fault> {
        let state = self.state_mut(instrument)?;
        let mut received = Money::ZERO;
        let mut from_wallet = Money::ZERO;
        let isolated = state.line.mode == MarginMode::Isolated;
        let mut legs = state.legs;
        for leg in &mut legs {
            let paid =
                state.line.instrument.notional(price, leg.position.qty)?.at_rate(rate, Rounding::Up)?;
            received = received.minus(paid)?;
            if isolated {
                leg.isolated = leg.isolated.minus(paid)?;
            } else {
                from_wallet = from_wallet.plus(paid)?;
            }
        }
        state.legs = legs;
        let settle = state.line.instrument.settle();
        let wallet = self.wallet_mut(settle)?;
        wallet.balance = wallet.balance.minus(from_wallet)?;
        wallet.totals.funding = wallet.totals.funding.minus(received)?;
        Ok(received)
    }

    /// Sets more aside for an isolated leg, or takes some of it back with a negative amount: at most what keeps its initial margin.
    ///
    /// # Errors
    /// [`Fault::Insufficient`] says how much can be moved.
    pub fn move_margin(
        &mut self,
        instrument: InstrumentId,
        leg: LegSide,
        amount: Money,
    ) -> Result<(), Fault> {
        let place = self.place(leg)?;
        let (holding, state) = (self.holding(instrument, leg)?, self.state(instrument)?);
        let asset = state.line.instrument.settle();
        let available = if amount < Money::ZERO {
            let standing = state.isolated(&holding)?;
            standing.balance.minus(standing.initial)?.min(holding.isolated).max(Money::ZERO)
        } else if state.line.mode == MarginMode::Isolated && !holding.position.is_flat() {
            self.available(asset)?
        } else {
            Money::ZERO
        };
        if absolute(amount)? > available {
            return Err(Fault::Insufficient { asset, needed: absolute(amount)?, available });
        }
        let isolated = holding.isolated.plus(amount)?;
        let wallet = self.wallet_mut(asset)?;
        wallet.balance = wallet.balance.minus(amount)?;
        if let Some(leg) = self.state_mut(instrument)?.legs.get_mut(place) {
            leg.isolated = isolated;
        }
        Ok(())
    }

    /// The legs of an instrument in this account's mode.
    pub(super) const fn leg_sides(&self) -> &'static [LegSide] {
        match self.settings.position_mode {
            PositionMode::OneWay => &[LegSide::Both],
            PositionMode::Hedge => &[LegSide::Long, LegSide::Short],
        }
    }
}

/// What a fill moves between an isolated leg, the wallet and the insurance fund.
struct Moved {
    /// What is set aside after it.
    isolated: Money,
    to_wallet: Money,
    insurance: Money,
}

fn isolated(
    state: &State,
    holding: &Holding,
    signed: Qty,
    price: Price,
    realised: Money,
) -> Result<Moved, Overflow> {
    let Position { qty: held, .. } = holding.position;
    let (closing, opening) = split(held, signed);
    let (mut left, mut to_wallet, mut insurance) = (holding.isolated, Money::ZERO, Money::ZERO);
    if !closing.is_zero() {
        let whole = held.abs().lots();
        let part = left.share(i128::from(closing.abs().lots()), whole, Rounding::HalfEven)?;
        left = left.minus(part)?;
        to_wallet = part.plus(realised)?;
        if to_wallet < Money::ZERO {
            (left, to_wallet) = (left.plus(to_wallet)?, Money::ZERO);
        }
        let flat = closing.abs() == held.abs();
        if flat && left < Money::ZERO {
            (insurance, left) = (left, Money::ZERO);
        }
    }
    if !opening.is_zero() {
        let notional = state.line.instrument.notional(price, opening.abs())?;
        let margin = initial_margin(notional, state.line.leverage)?;
        (left, to_wallet) = (left.plus(margin)?, to_wallet.minus(margin)?);
    }
    Ok(Moved { isolated: left, to_wallet, insurance })
}

/// The part of a trade that closes what is held, and the part that opens.
fn split(held: Qty, signed: Qty) -> (Qty, Qty) {
    let (held, moved) = (held.lots(), signed.lots());
    if held == 0 || (held > 0) == (moved > 0) {
        return (Qty::ZERO, signed);
    }
    let closing = moved.clamp(-held.saturating_abs(), held.saturating_abs());
    (Qty::from_lots(closing), Qty::from_lots(moved - closing))
}
