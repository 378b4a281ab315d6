//! A margin account as a venue keeps it: a wallet per asset, legs per instrument, and what stands behind them.
//!
//! It takes in prices, fills and funding, and says what is available, what a position is liquidated at, and which legs are due. It
//! knows no orders: whoever matches them asks [`Account::can_open`] first, and tells what open orders hold back by [`Account::reserve`].

mod check;
mod standing;
mod trade;

pub use check::Liquidation;
pub use standing::Standing;

use types::{Asset, Contract, Decimal, Instrument, InstrumentId, Money, Position, Price, Rate};

use crate::{Collateral, Fault, LegSide, PositionMode, Tiers};

/// What backs a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MarginMode {
    /// The whole wallet, together with all other cross positions.
    #[default]
    Cross,
    /// What was set aside for it, and no more.
    Isolated,
}

/// How an account works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    /// What a multi-asset account is counted in.
    pub currency: Asset,
    /// Every asset backs every cross position, at its index price less a buffer; otherwise each asset backs what is settled in it.
    pub multi_asset: bool,
    /// One position an instrument, or a long and a short leg.
    pub position_mode: PositionMode,
    /// What is left of an isolated margin after a liquidation goes to the insurance fund, as at a takeover at the bankruptcy price
    /// (Bybit); otherwise it returns to the wallet (Binance takes its clearance fee only).
    pub remainder_to_fund: bool,
}

/// One instrument of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The contract.
    pub instrument: Instrument,
    /// Its maintenance tiers, in its settlement asset.
    pub tiers: Tiers,
    /// What backs its positions.
    pub mode: MarginMode,
    /// Leverage that positions are opened with.
    pub leverage: u32,
    /// Share of the liquidated notional that a liquidation costs.
    pub liquidation_fee: Rate,
}

/// A leg with what was set aside for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding {
    /// The position, signed.
    pub position: Position,
    /// Its isolated wallet; zero in cross margin.
    pub isolated: Money,
}

/// Sums of one asset since the start. Wallet and isolated wallets are deposited + realised − fees − funding − insurance, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Put in, less taken out.
    pub deposited: Money,
    /// Profit of what was closed, at average cost.
    pub realised: Money,
    /// Fees, those of liquidations included.
    pub fees: Money,
    /// Funding paid, less received.
    pub funding: Money,
    /// Paid to the insurance fund, less what it paid for us.
    pub insurance: Money,
}

/// A margin account. See the file's page.
#[derive(Debug, Clone)]
pub struct Account {
    settings: AccountSettings,
    lines: Vec<State>,
    wallets: Vec<Wallet>,
}

#[derive(Debug, Clone)]
struct State {
    line: Line,
    mark: Option<Price>,
    /// The one position or the long leg, and the short leg.
    legs: [Holding; 2],
    /// Initial margin of open orders.
    reserved: Money,
}

#[derive(Debug, Clone)]
struct Wallet {
    asset: Asset,
    collateral: Collateral,
    balance: Money,
    totals: Totals,
}

/// One asset's worth of itself: an asset that needs no index.
const PAR: Collateral = Collateral { index: Decimal::ONE, bid_buffer: Rate::ZERO, ask_buffer: Rate::ZERO };

impl Account {
    /// An empty account for these instruments, in the order of their ids.
    ///
    /// # Errors
    /// [`Fault`] for a spot instrument, for leverage that the first tier does not allow, and for isolated margin in a multi-asset
    /// account (which Binance's multi-assets mode does not have either).
    pub fn new(settings: AccountSettings, lines: Vec<Line>) -> Result<Self, Fault> {
        let mut account = Self { settings, lines: Vec::new(), wallets: Vec::new() };
        account.wallets.push(Wallet::new(account.settings.currency, PAR));
        for line in lines {
            let symbol = || line.instrument.symbol().to_owned();
            if line.instrument.contract() == Contract::Spot {
                return Err(Fault::Spot(symbol()));
            }
            if line.mode == MarginMode::Isolated && account.settings.multi_asset {
                return Err(Fault::IsolatedMultiAsset(symbol()));
            }
            allowed(&line, Money::ZERO, line.leverage)?;
            let asset = line.instrument.settle();
            if !account.settings.multi_asset && account.wallets.iter().all(|wallet| wallet.asset != asset) {
                account.wallets.push(Wallet::new(asset, PAR));
            }
            let legs = [Holding::default(); 2];
            account.lines.push(State { line, mark: None, legs, reserved: Money::ZERO });
        }
        Ok(account)
    }

    /// Says what an asset counts for, and opens its wallet where there is none. Only a multi-asset account uses it.
    pub fn set_collateral(&mut self, asset: Asset, collateral: Collateral) {
        match self.wallets.iter_mut().find(|wallet| wallet.asset == asset) {
            Some(wallet) => wallet.collateral = collateral,
            None => self.wallets.push(Wallet::new(asset, collateral)),
        }
    }

    /// A new index price of an asset.
    ///
    /// # Errors
    /// [`Fault::UnknownAsset`].
    pub fn set_index(&mut self, asset: Asset, price: Decimal) -> Result<(), Fault> {
        self.wallet_mut(asset)?.collateral.index = price;
        Ok(())
    }

    /// Puts money in.
    ///
    /// # Errors
    /// [`Fault`] for an asset without a wallet, and where the sum does not fit.
    pub fn deposit(&mut self, asset: Asset, amount: Money) -> Result<(), Fault> {
        let wallet = self.wallet_mut(asset)?;
        let (balance, deposited) = (wallet.balance.plus(amount)?, wallet.totals.deposited.plus(amount)?);
        (wallet.balance, wallet.totals.deposited) = (balance, deposited);
        Ok(())
    }

    /// Takes money out, at most [`Account::withdrawable`].
    ///
    /// # Errors
    /// [`Fault::Insufficient`] says how much there is.
    pub fn withdraw(&mut self, asset: Asset, amount: Money) -> Result<(), Fault> {
        let available = self.withdrawable(asset)?;
        if amount > available {
            return Err(Fault::Insufficient { asset, needed: amount, available });
        }
        self.deposit(asset, amount.negated()?)
    }

    /// A new mark price. [`Account::check`] says what follows from it.
    ///
    /// # Errors
    /// [`Fault::UnknownInstrument`].
    pub fn mark(&mut self, instrument: InstrumentId, price: Price) -> Result<(), Fault> {
        self.state_mut(instrument)?.mark = Some(price);
        Ok(())
    }

    /// Other leverage for what is opened from now on, and for what cross positions hold back.
    ///
    /// # Errors
    /// [`Fault::Leverage`] where the tier of what is held does not allow it.
    pub fn set_leverage(&mut self, instrument: InstrumentId, leverage: u32) -> Result<(), Fault> {
        let state = self.state_mut(instrument)?;
        let mut largest = Money::ZERO;
        for leg in &state.legs {
            largest = largest.max(state.notional(leg)?);
        }
        allowed(&state.line, largest, leverage)?;
        state.line.leverage = leverage;
        Ok(())
    }

    /// The leverage that positions of an instrument are opened with.
    ///
    /// # Errors
    /// [`Fault::UnknownInstrument`].
    pub fn leverage(&self, instrument: InstrumentId) -> Result<u32, Fault> {
        Ok(self.state(instrument)?.line.leverage)
    }

    /// What open orders of an instrument hold back: their initial margin, which is not available for others.
    ///
    /// # Errors
    /// [`Fault::UnknownInstrument`].
    pub fn reserve(&mut self, instrument: InstrumentId, margin: Money) -> Result<(), Fault> {
        self.state_mut(instrument)?.reserved = margin;
        Ok(())
    }

    /// How the account works.
    #[must_use]
    pub const fn settings(&self) -> &AccountSettings {
        &self.settings
    }

    /// A leg of an instrument.
    ///
    /// # Errors
    /// [`Fault`] for an instrument or a leg that is not there.
    pub fn holding(&self, instrument: InstrumentId, leg: LegSide) -> Result<Holding, Fault> {
        let place = self.place(leg)?;
        Ok(self.state(instrument)?.legs.get(place).copied().unwrap_or_default())
    }

    /// An asset's wallet, without what is isolated.
    #[must_use]
    pub fn wallet(&self, asset: Asset) -> Money {
        self.wallets.iter().find(|wallet| wallet.asset == asset).map_or(Money::ZERO, |wallet| wallet.balance)
    }

    /// An asset's sums since the start.
    #[must_use]
    pub fn totals(&self, asset: Asset) -> Totals {
        self.wallets
            .iter()
            .find(|wallet| wallet.asset == asset)
            .map_or_else(Totals::default, |wallet| wallet.totals)
    }

    /// The assets that have a wallet.
    pub fn assets(&self) -> impl Iterator<Item = Asset> {
        self.wallets.iter().map(|wallet| wallet.asset)
    }

    fn state(&self, instrument: InstrumentId) -> Result<&State, Fault> {
        self.lines.get(instrument.index()).ok_or(Fault::UnknownInstrument(instrument))
    }

    fn state_mut(&mut self, instrument: InstrumentId) -> Result<&mut State, Fault> {
        self.lines.get_mut(instrument.index()).ok_or(Fault::UnknownInstrument(instrument))
    }

    fn wallet_mut(&mut self, asset: Asset) -> Result<&mut Wallet, Fault> {
        self.wallets.iter_mut().find(|wallet| wallet.asset == asset).ok_or(Fault::UnknownAsset(asset))
    }

    /// Where a leg stands among an instrument's two.
    fn place(&self, leg: LegSide) -> Result<usize, Fault> {
        match (self.settings.position_mode, leg) {
            (PositionMode::OneWay, LegSide::Both) | (PositionMode::Hedge, LegSide::Long) => Ok(0),
            (PositionMode::Hedge, LegSide::Short) => Ok(1),
            (mode, _) => Err(Fault::WrongLeg { leg, mode }),
        }
    }
}

impl Wallet {
    fn new(asset: Asset, collateral: Collateral) -> Self {
        Self { asset, collateral, balance: Money::ZERO, totals: Totals::default() }
    }
}

/// Whether a position of this size may be held at this leverage.
fn allowed(line: &Line, notional: Money, leverage: u32) -> Result<(), Fault> {
    let symbol = || line.instrument.symbol().to_owned();
    let most = line.tiers.of(notional).max_leverage;
    if leverage == 0 || leverage > most {
        return Err(Fault::Leverage { symbol: symbol(), leverage, notional, most });
    }
    match line.tiers.cap() {
        Some(cap) if notional > cap => Err(Fault::BeyondTiers { symbol: symbol(), notional, cap }),
        _ => Ok(()),
    }
}
