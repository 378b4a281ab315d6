//! The configuration as the engine uses it: every value inside its range, every unit exact.

use backtest::EndOfRun;
use risk::{BreakerLimits, Limits};
use sdk::Number;
use types::{Asset, Contract, FeeSchedule, Money, Rate};
use venue::{Execution, Latency};

use super::margin::{CheckedMargin, InstrumentMargin};
use super::raw::{ContractConfig, RiskConfig};
use super::{Config, InstrumentConfig, Source, nearest};
use crate::Failure;

/// A checked configuration. Only [`Checked::new`] makes one.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) raw: Config,
    pub(crate) settlement: Asset,
    pub(crate) capital: Money,
    pub(crate) instruments: Vec<CheckedInstrument>,
    pub(crate) execution: Execution,
    /// What orders and their answers take, where an order book is replayed.
    pub(crate) latency: Latency,
    pub(crate) end: EndOfRun,
    pub(crate) limits: Limits,
    pub(crate) breaker: BreakerLimits,
    /// Margin of the account; `None` where nothing is checked.
    pub(crate) margin: Option<CheckedMargin>,
    /// By strategy: the places of its instruments in `instruments`.
    pub(crate) trades: Vec<Vec<usize>>,
}

/// What can be known of an instrument before its data is read.
#[derive(Debug, Clone)]
pub(crate) struct CheckedInstrument {
    pub(crate) symbol: String,
    pub(crate) contract: Contract,
    pub(crate) base: Asset,
    pub(crate) quote: Asset,
    pub(crate) fees: FeeSchedule,
    /// Its part of an account with margin.
    pub(crate) margin: Option<InstrumentMargin>,
}

impl CheckedInstrument {
    /// The asset its profit is counted in.
    pub(crate) fn settle(&self) -> Asset {
        if self.contract == Contract::Inverse { self.base } else { self.quote }
    }
}

impl Checked {
    /// Checks everything that can be checked without market data.
    pub(crate) fn new(source: &Source, raw: Config) -> Result<Self, Failure> {
        let at = Place(source);
        let settlement = at.asset("currency", "account.currency", &raw.account.currency)?;
        let capital = at.money("capital", "account.capital", raw.account.capital)?;
        if capital <= Money::ZERO {
            return Err(at.fail("capital", "account.capital", "must be above zero"));
        }
        if raw.instrument.is_empty() {
            return Err(Failure::config(format!(
                "{}: no instrument; add an [[instrument]] table",
                source.name
            )));
        }
        if raw.strategy.is_empty() {
            return Err(Failure::config(format!("{}: no strategy; add a [[strategy]] table", source.name)));
        }
        let margin = at.margin(&raw)?;
        let mut instruments = Vec::with_capacity(raw.instrument.len());
        for one in &raw.instrument {
            let mut known = at.instrument(one, settlement)?;
            known.margin = at.instrument_margin(&raw, one, &known)?;
            instruments.push(known);
        }
        let trades = raw
            .strategy
            .iter()
            .map(|strategy| at.traded(&strategy.instruments, &instruments))
            .collect::<Result<Vec<_>, _>>()?;
        at.one_owner(&trades, &instruments)?;
        let (limits, breaker) = at.risk(&raw.risk)?;
        let execution = at.execution(&raw.execution)?;
        let latency = at.latency(&raw.execution.latency)?;
        let end = raw.execution.end.into();
        Ok(Self {
            settlement,
            capital,
            instruments,
            execution,
            latency,
            end,
            limits,
            breaker,
            margin,
            trades,
            raw,
        })
    }
}

/// Names file, line and key of what is wrong.
pub(super) struct Place<'s>(&'s Source);

impl Place<'_> {
    pub(super) fn folder(&self) -> &std::path::Path {
        &self.0.folder
    }

    pub(super) fn fail(&self, key: &str, path: &str, what: impl std::fmt::Display) -> Failure {
        Failure::config(format!("{}: {path}: {what}", self.0.place_of(key)))
    }

    fn asset(&self, key: &str, path: &str, text: &str) -> Result<Asset, Failure> {
        text.parse().map_err(|error| self.fail(key, path, error))
    }

    pub(super) fn money(&self, key: &str, path: &str, value: Number) -> Result<Money, Failure> {
        Money::from_decimal(value.decimal())
            .map_err(|error| self.fail(key, path, format!("{value}: {error}")))
    }

    /// A number whose unit is `10^-down` of one, as a rate.
    pub(super) fn rate(&self, key: &str, path: &str, value: Number, down: u8) -> Result<Rate, Failure> {
        let scaled = types::Decimal::new(value.decimal().mantissa(), value.decimal().scale() + down)
            .and_then(Rate::from_decimal);
        scaled.map_err(|error| self.fail(key, path, format!("{value}: {error}")))
    }

    /// A percentage as a rate; zero switches off.
    fn percent(&self, key: &str, value: Number, most: Option<i64>) -> Result<Option<Rate>, Failure> {
        let path = format!("risk.{key}");
        let rate = self.rate(key, &path, value, 2)?;
        if rate < Rate::ZERO || most.is_some_and(|most| rate.nanos() > most * (Rate::ONE / 100)) {
            let range = most.map_or("at least 0".to_owned(), |most| format!("from 0 to {most}"));
            return Err(self.fail(key, &path, format!("{value} must be {range}")));
        }
        Ok((rate != Rate::ZERO).then_some(rate))
    }

    fn bound(&self, key: &str, value: Number) -> Result<Option<Money>, Failure> {
        let path = format!("risk.{key}");
        let money = self.money(key, &path, value)?;
        if money < Money::ZERO {
            return Err(self.fail(
                key,
                &path,
                format!("{value} must not be negative; 0 switches the rule off"),
            ));
        }
        Ok((money != Money::ZERO).then_some(money))
    }

    fn risk(&self, raw: &RiskConfig) -> Result<(Limits, BreakerLimits), Failure> {
        let leverage = self.rate("max_leverage", "risk.max_leverage", raw.max_leverage, 0)?;
        if leverage < Rate::ZERO {
            return Err(self.fail(
                "max_leverage",
                "risk.max_leverage",
                "must not be negative; 0 switches it off",
            ));
        }
        let limits = Limits {
            max_order_notional: self.bound("max_order_notional", raw.max_order_notional)?,
            max_position_notional: self.bound("max_position_notional", raw.max_position_notional)?,
            max_leverage: (leverage != Rate::ZERO).then_some(leverage),
            max_open_orders: (raw.max_open_orders > 0).then_some(raw.max_open_orders),
            price_band: self.percent("price_band_pct", raw.price_band_pct, None)?,
        };
        let breaker = BreakerLimits {
            max_drawdown: self.percent("max_drawdown_pct", raw.max_drawdown_pct, Some(100))?,
            max_daily_loss: self.percent("max_daily_loss_pct", raw.max_daily_loss_pct, Some(100))?,
        };
        Ok((limits, breaker))
    }

    fn instrument(&self, raw: &InstrumentConfig, settlement: Asset) -> Result<CheckedInstrument, Failure> {
        if raw.symbol.is_empty() {
            return Err(Failure::config(format!("{}: an [[instrument]] has no symbol", self.0.name)));
        }
        let path = |key: &str| format!("instrument {}: {key}", raw.symbol);
        let quote = match &raw.quote {
            Some(text) => self.asset("quote", &path("quote"), text)?,
            None => settlement,
        };
        let base = match &raw.base {
            Some(text) => self.asset("base", &path("base"), text)?,
            None => {
                let symbol = raw.symbol.to_ascii_uppercase();
                let short = symbol.strip_suffix(quote.as_str()).filter(|rest| !rest.is_empty());
                self.asset("symbol", &path("base (set it)"), short.unwrap_or(&symbol))?
            }
        };
        let contract = match raw.contract {
            ContractConfig::Spot => Contract::Spot,
            ContractConfig::Linear => Contract::Linear,
            ContractConfig::Inverse => Contract::Inverse,
        };
        let settle = if contract == Contract::Inverse { base } else { quote };
        let asset = match &raw.fee_asset {
            Some(text) => self.asset("fee_asset", &path("fee_asset"), text)?,
            None => settle,
        };
        let asset_price = if asset == settle { None } else { raw.fee_asset_price.map(Number::decimal) };
        if asset != settle && asset_price.is_none_or(|price| price.mantissa() <= 0) {
            let what = format!("fees are paid in {asset}; say what one is worth in {settle}, above zero");
            return Err(self.fail("fee_asset", &path("fee_asset_price"), what));
        }
        let fees = FeeSchedule {
            maker: self.rate("maker_fee_bps", &path("maker_fee_bps"), raw.maker_fee_bps, 4)?,
            taker: self.rate("taker_fee_bps", &path("taker_fee_bps"), raw.taker_fee_bps, 4)?,
            asset,
            asset_price,
        };
        Ok(CheckedInstrument { symbol: raw.symbol.clone(), contract, base, quote, fees, margin: None })
    }

    fn traded(&self, symbols: &[String], instruments: &[CheckedInstrument]) -> Result<Vec<usize>, Failure> {
        if symbols.is_empty() {
            return Ok((0..instruments.len()).collect());
        }
        symbols
            .iter()
            .map(|symbol| {
                instruments.iter().position(|one| one.symbol == *symbol).ok_or_else(|| {
                    let known = instruments.iter().map(|one| one.symbol.as_str());
                    let hint = nearest(symbol, known)
                        .map_or_else(String::new, |near| format!("; did you mean {near}?"));
                    self.fail(
                        "instruments",
                        "strategy.instruments",
                        format!("the run has no instrument {symbol}{hint}"),
                    )
                })
            })
            .collect()
    }

    fn one_owner(&self, trades: &[Vec<usize>], instruments: &[CheckedInstrument]) -> Result<(), Failure> {
        let mut owned = vec![false; instruments.len()];
        for at in trades.iter().flatten() {
            if let (Some(owned), Some(one)) = (owned.get_mut(*at), instruments.get(*at))
                && std::mem::replace(owned, true)
            {
                let what = format!("two strategies trade {}; give each its own instruments", one.symbol);
                return Err(self.fail("instruments", "strategy.instruments", what));
            }
        }
        Ok(())
    }
}
