//! How an account stands: its balance against what its positions must be backed by.

use types::{Asset, InstrumentId, Money, Overflow, Position, Rate, Rounding};

use super::{Account, Holding, MarginMode, State, Wallet};
use crate::{
    Backed, Fault, LegSide, LiquidationPrices, PositionMode, bankruptcy_prices, converted, initial_margin,
    liquidation_prices,
};

/// A margin balance with what it must cover, all in one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Wallet and unrealised profit.
    pub balance: Money,
    /// Maintenance margin of what it backs.
    pub maintenance: Money,
    /// Initial margin of what it backs and of open orders.
    pub initial: Money,
    /// How many legs it backs.
    pub legs: usize,
}

impl Standing {
    /// Maintenance margin over balance, rounded up to 10⁻⁹: liquidation begins at 1. `None` for a balance of zero or below.
    #[must_use]
    pub fn ratio(&self) -> Option<Rate> {
        let whole = self.balance.units();
        if whole <= 0 {
            return None;
        }
        // Digit by digit, so that the product of a large margin fits.
        let (mut value, mut rest) = (self.maintenance.units() / whole, self.maintenance.units() % whole);
        for _ in 0..9 {
            let next = rest.checked_mul(10)?;
            (value, rest) = (value.checked_mul(10)?.checked_add(next / whole)?, next % whole);
        }
        i64::try_from(value + i128::from(rest > 0)).ok().map(Rate::from_nanos)
    }

    /// Whether a venue would liquidate: there is something to close, and the balance is at its maintenance margin or below.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.legs > 0 && self.balance <= self.maintenance
    }
}

impl State {
    /// A leg's size at the mark, without its sign; at its cost where there is no mark yet.
    pub(super) fn notional(&self, leg: &Holding) -> Result<Money, Overflow> {
        match self.mark {
            Some(mark) => self.line.instrument.notional(mark, leg.position.qty.abs()),
            None => absolute(leg.position.cost),
        }
    }

    pub(super) fn profit(&self, position: Position) -> Result<Money, Overflow> {
        match self.mark {
            Some(mark) => self.line.instrument.worth(mark, position.qty)?.minus(position.cost),
            None => Ok(Money::ZERO),
        }
    }

    pub(super) fn maintenance(&self, leg: &Holding) -> Result<Money, Overflow> {
        self.line.tiers.maintenance(self.notional(leg)?)
    }

    /// How an isolated leg stands.
    pub(super) fn isolated(&self, leg: &Holding) -> Result<Standing, Overflow> {
        let legs = usize::from(!leg.position.is_flat());
        Ok(Standing {
            balance: leg.isolated.plus(self.profit(leg.position)?)?,
            maintenance: self.maintenance(leg)?,
            initial: initial_margin(self.notional(leg)?, self.line.leverage)?,
            legs,
        })
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &Holding> {
        self.legs.iter().filter(|leg| !leg.position.is_flat())
    }
}

impl Account {
    /// How the cross positions stand that are settled in `asset`; in a multi-asset account all of them, in its currency.
    ///
    /// # Errors
    /// [`Fault`] for an asset without a wallet, and where a sum does not fit.
    pub fn standing(&self, asset: Asset) -> Result<Standing, Fault> {
        self.standing_without(asset, None)
    }

    /// The standing without the legs of one instrument, where it names one: what backs that instrument.
    fn standing_without(&self, asset: Asset, without: Option<InstrumentId>) -> Result<Standing, Fault> {
        let mut sum = Standing { balance: Money::ZERO, ..Standing::default() };
        if self.wallets.iter().all(|wallet| wallet.asset != asset) {
            return Err(Fault::UnknownAsset(asset));
        }
        for wallet in self.wallets.iter().filter(|wallet| self.settings.multi_asset || wallet.asset == asset)
        {
            let mut balance = wallet.balance;
            for state in self.settled(wallet.asset) {
                sum.initial = sum.initial.plus(self.counted(wallet, state.reserved)?)?;
                let backs =
                    state.line.mode == MarginMode::Cross && Some(state.line.instrument.id()) != without;
                for leg in state.open().filter(|_| backs) {
                    balance = balance.plus(state.profit(leg.position)?)?;
                    let initial = initial_margin(state.notional(leg)?, state.line.leverage)?;
                    sum.initial = sum.initial.plus(self.counted(wallet, initial)?)?;
                    sum.maintenance = sum.maintenance.plus(self.counted(wallet, state.maintenance(leg)?)?)?;
                    sum.legs += 1;
                }
            }
            let counts = if self.settings.multi_asset { wallet.collateral.counts(balance)? } else { balance };
            sum.balance = sum.balance.plus(counts)?;
        }
        Ok(sum)
    }

    /// Lines that are settled in an asset.
    fn settled(&self, asset: Asset) -> impl Iterator<Item = &State> {
        self.lines.iter().filter(move |state| state.line.instrument.settle() == asset)
    }

    /// A requirement in the asset that the account's standing is counted in, rounded up; without a buffer.
    fn counted(&self, wallet: &Wallet, money: Money) -> Result<Money, Overflow> {
        if self.settings.multi_asset {
            converted(money, wallet.collateral.index, Rounding::Up)
        } else {
            Ok(money)
        }
    }

    /// What may be used to open: balance less initial margins, and never below zero. In a multi-asset account in its currency.
    ///
    /// # Errors
    /// As [`Account::standing`].
    pub fn available(&self, asset: Asset) -> Result<Money, Fault> {
        let standing = self.standing(asset)?;
        Ok(standing.balance.minus(standing.initial)?.max(Money::ZERO))
    }

    /// What may be taken out of a wallet: not what backs positions or orders, and no profit that is not realised yet. Of a
    /// multi-asset account what is free is counted at the asset's index price less its buffer.
    ///
    /// # Errors
    /// As [`Account::standing`].
    pub fn withdrawable(&self, asset: Asset) -> Result<Money, Fault> {
        let wallet =
            self.wallets.iter().find(|wallet| wallet.asset == asset).ok_or(Fault::UnknownAsset(asset))?;
        let balance = wallet.balance.max(Money::ZERO);
        let standing = self.standing(asset)?;
        let mut profits = Money::ZERO;
        for held in self.wallets.iter().filter(|held| self.settings.multi_asset || held.asset == asset) {
            let mut profit = Money::ZERO;
            for state in self.settled(held.asset).filter(|state| state.line.mode == MarginMode::Cross) {
                for leg in state.open() {
                    profit = profit.plus(state.profit(leg.position)?)?;
                }
            }
            profits = profits.plus(self.counted(held, profit.max(Money::ZERO))?)?;
        }
        let free = standing.balance.minus(profits)?.minus(standing.initial)?.max(Money::ZERO);
        if !self.settings.multi_asset {
            return Ok(balance.min(free));
        }
        // The share of the wallet whose counted worth is free.
        let counts = wallet.collateral.counts(balance)?;
        Ok(if counts <= free { balance } else { proportion(balance, free, counts) })
    }

    /// Where a leg's liquidation begins: of the isolated leg alone, or of all cross legs of the instrument at the marks of the others.
    /// In a multi-asset account an estimate, at today's index prices and without a buffer on the legs' own profit;
    /// [`Account::check`] is exact there too.
    ///
    /// # Errors
    /// [`Fault`] for an instrument or a leg that is not there, and where a product does not fit.
    pub fn liquidation_prices(
        &self,
        instrument: InstrumentId,
        leg: LegSide,
    ) -> Result<LiquidationPrices, Fault> {
        let (state, legs, backing) = self.backed(instrument, leg, true)?;
        let tiers = state.line.tiers.rows();
        let legs: Vec<_> = legs.iter().map(|leg| Backed { position: leg.position, tiers }).collect();
        Ok(liquidation_prices(&state.line.instrument, &legs, backing)?)
    }

    /// Where what backs a leg is used up; as [`Account::liquidation_prices`].
    ///
    /// # Errors
    /// As [`Account::liquidation_prices`].
    pub fn bankruptcy_prices(
        &self,
        instrument: InstrumentId,
        leg: LegSide,
    ) -> Result<LiquidationPrices, Fault> {
        let (state, legs, backing) = self.backed(instrument, leg, false)?;
        let legs: Vec<_> = legs.iter().map(|leg| leg.position).collect();
        Ok(bankruptcy_prices(&state.line.instrument, &legs, backing)?)
    }

    /// The legs that share a price with this one, and what backs them; less the maintenance margin of others where that is asked for.
    fn backed(
        &self,
        instrument: InstrumentId,
        leg: LegSide,
        less_others: bool,
    ) -> Result<(&State, Vec<Holding>, Money), Fault> {
        let (holding, state) = (self.holding(instrument, leg)?, self.state(instrument)?);
        if state.line.mode == MarginMode::Isolated {
            return Ok((state, vec![holding], holding.isolated));
        }
        let asset = state.line.instrument.settle();
        let others = self.standing_without(asset, Some(instrument))?;
        let mut backing = others.balance;
        if less_others {
            backing = backing.minus(others.maintenance)?;
        }
        if self.settings.multi_asset {
            // In the settlement asset, at its index price.
            let wallet = self.wallets.iter().find(|wallet| wallet.asset == asset);
            let index = wallet.map(|wallet| wallet.collateral.index).ok_or(Fault::UnknownAsset(asset))?;
            const WHAT: Overflow = Overflow("an index price");
            let whole = 10_i128.checked_pow(u32::from(index.scale())).ok_or(WHAT)?;
            let part = i64::try_from(index.mantissa()).map_err(|_| WHAT)?;
            backing = backing.share(whole, part, Rounding::Down)?;
        }
        let legs = match self.settings.position_mode {
            PositionMode::OneWay => vec![holding],
            PositionMode::Hedge => state.legs.to_vec(),
        };
        Ok((state, legs, backing))
    }
}

pub(super) fn absolute(money: Money) -> Result<Money, Overflow> {
    if money < Money::ZERO { money.negated() } else { Ok(money) }
}

/// `money × part / whole`, rounded down, for amounts that are not below zero and a part not above the whole.
fn proportion(money: Money, part: Money, whole: Money) -> Money {
    let (mut part, mut whole) = (part.units(), whole.units());
    // Both are shortened alike until they fit: rounding the part down keeps the result on the cautious side.
    while whole > i128::from(i64::MAX) {
        (part, whole) = (part / 2, whole / 2 + 1);
    }
    let whole = i64::try_from(whole).unwrap_or(i64::MAX).max(1);
    money.share(part, whole, Rounding::Down).unwrap_or(Money::ZERO)
}
