//! Margin: what an account backs its positions with, and the maintenance tiers of its instruments, raw and checked.

use margin::{MarginMode, TierRow, Tiers};
use schemars::JsonSchema;
use sdk::Number;
use serde::{Deserialize, Serialize};
use types::{Contract, Money, Rate};

use super::checked::{CheckedInstrument, Place};
use super::{Config, InstrumentConfig, tier_files};
use crate::Failure;

/// What backs positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MarginConfig {
    /// Nothing is checked: no order is refused for want of margin, and nothing is liquidated.
    #[default]
    Off,
    /// The whole account, together with all other positions.
    Cross,
    /// What was set aside for it, and no more.
    Isolated,
}

/// Where the rest of an isolated margin goes after a liquidation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RemainderConfig {
    /// To the insurance fund, as at a takeover at the bankruptcy price. Cautious.
    #[default]
    Fund,
    /// Back to the account: the venue takes its liquidation fee only.
    Account,
}

/// One maintenance tier, in the asset that profit is counted in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TierConfig {
    /// Notional above which it holds: 0 for the first tier, and each tier ends where the next begins.
    #[schemars(extend("minimum" = 0))]
    pub(crate) floor: Number,
    /// Maintenance margin in percent of the notional.
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 100, "x-unit" = "%"))]
    pub(crate) rate_pct: Number,
    /// The most leverage.
    #[schemars(range(min = 1))]
    pub(crate) max_leverage: u32,
    /// What is taken off the maintenance margin ("cum"); without it, what joins the tiers without a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Number>,
}

/// Margin of the whole account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckedMargin {
    pub(crate) mode: MarginMode,
    pub(crate) remainder_to_fund: bool,
}

/// Margin of one instrument.
#[derive(Debug, Clone)]
pub(crate) struct InstrumentMargin {
    pub(crate) tiers: Tiers,
    pub(crate) leverage: u32,
    pub(crate) liquidation_fee: Rate,
}

impl MarginConfig {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl RemainderConfig {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Place<'_> {
    pub(super) fn margin(&self, raw: &Config) -> Result<Option<CheckedMargin>, Failure> {
        if raw.account.leverage == 0 {
            return Err(self.fail("leverage", "account.leverage", "0 must be at least 1"));
        }
        let mode = match raw.account.margin {
            MarginConfig::Off => return self.without_margin(raw),
            MarginConfig::Cross => MarginMode::Cross,
            MarginConfig::Isolated => MarginMode::Isolated,
        };
        let remainder_to_fund = raw.account.liquidation_remainder == RemainderConfig::Fund;
        Ok(Some(CheckedMargin { mode, remainder_to_fund }))
    }

    /// A key that would do nothing is a mistake of whoever wrote it.
    fn without_margin(&self, raw: &Config) -> Result<Option<CheckedMargin>, Failure> {
        let hint = "it does nothing without margin; set account.margin = \"cross\" or \"isolated\"";
        if raw.account.leverage != 1 {
            return Err(self.fail("leverage", "account.leverage", hint));
        }
        if !raw.account.liquidation_remainder.is_default() {
            return Err(self.fail("liquidation_remainder", "account.liquidation_remainder", hint));
        }
        for one in &raw.instrument {
            let path = |key: &str| format!("instrument {}: {key}", one.symbol);
            if one.leverage.is_some() {
                return Err(self.fail("leverage", &path("leverage"), hint));
            }
        }
        Ok(None)
    }

    /// Tiers, leverage and fee of an instrument of an account with margin.
    pub(super) fn instrument_margin(
        &self,
        raw: &Config,
        one: &InstrumentConfig,
        known: &CheckedInstrument,
    ) -> Result<Option<InstrumentMargin>, Failure> {
        let path = |key: &str| format!("instrument {}: {key}", one.symbol);
        if known.contract == Contract::Spot && raw.account.margin != MarginConfig::Off {
            let what = "spot has no margin; run it with account.margin = \"off\", or name a contract";
            return Err(self.fail("contract", &path("contract"), what));
        }
        let tiers = match (&one.tiers_file, one.tiers.as_slice()) {
            (Some(_), [_, ..]) => {
                let what = "set tiers_file or [[instrument.tiers]], not both";
                return Err(self.fail("tiers_file", &path("tiers_file"), what));
            }
            (Some(file), []) => {
                let found = tier_files::read(&self.folder().join(file), known);
                Some(found.map_err(|what| self.fail("tiers_file", &path("tiers_file"), what))?)
            }
            (None, []) => None,
            (None, rows) => Some(self.tiers(rows, &path("tiers"))?),
        };
        if raw.account.margin == MarginConfig::Off {
            return Ok(None);
        }
        let Some(tiers) = tiers else {
            let what = "an account with margin needs maintenance tiers; set tiers_file to the venue's leverage brackets, \
                        or write [[instrument.tiers]] with floor, rate_pct and max_leverage";
            return Err(self.fail("symbol", &path("tiers"), what));
        };
        let leverage = one.leverage.unwrap_or(raw.account.leverage);
        let most = tiers.of(Money::ZERO).max_leverage;
        if leverage == 0 || leverage > most {
            let what = format!("{leverage} must be from 1 to {most}, the most of the first tier");
            return Err(self.fail("leverage", &path("leverage"), what));
        }
        let bps = one.liquidation_fee_bps.unwrap_or(Number::whole(50));
        let liquidation_fee = self.rate("liquidation_fee_bps", &path("liquidation_fee_bps"), bps, 4)?;
        if liquidation_fee < Rate::ZERO {
            return Err(self.fail(
                "liquidation_fee_bps",
                &path("liquidation_fee_bps"),
                "must not be negative",
            ));
        }
        Ok(Some(InstrumentMargin { tiers, leverage, liquidation_fee }))
    }

    fn tiers(&self, rows: &[TierConfig], path: &str) -> Result<Tiers, Failure> {
        let mut checked = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let next = rows.get(at + 1).map(|next| self.money("floor", path, next.floor));
            checked.push(TierRow {
                floor: self.money("floor", path, row.floor)?,
                cap: next.transpose()?,
                rate: self.rate("rate_pct", path, row.rate_pct, 2)?,
                deduction: row.amount.map(|amount| self.money("amount", path, amount)).transpose()?,
                max_leverage: row.max_leverage,
            });
        }
        Tiers::new(&checked).map_err(|error| self.fail("tiers", path, error))
    }
}
