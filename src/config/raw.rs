//! The configuration file as it is written. Doc comments are the help texts of the schema.

use schemars::JsonSchema;
use sdk::Number;
use serde::{Deserialize, Serialize};

use super::execution::ExecutionConfig;
use super::margin::{MarginConfig, RemainderConfig, TierConfig};
use super::search::OptimizeConfig;

/// A QuantMesh run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// What to call the run in reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// The account.
    pub(crate) account: AccountConfig,
    /// What is traded, and the data for it. At least one.
    pub(crate) instrument: Vec<InstrumentConfig>,
    /// Conventions of simulated fills.
    pub(crate) execution: ExecutionConfig,
    /// Bounds on what may be opened and lost.
    pub(crate) risk: RiskConfig,
    /// Strategies. At least one.
    pub(crate) strategy: Vec<StrategyConfig>,
    /// Conventions of the report.
    pub(crate) report: ReportConfig,
    /// The licences of paid strategies.
    #[serde(skip_serializing_if = "LicenceConfig::is_default")]
    pub(crate) licence: LicenceConfig,
    /// What a search tries.
    #[serde(skip_serializing_if = "OptimizeConfig::is_default")]
    pub(crate) optimize: OptimizeConfig,
}

/// The account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AccountConfig {
    /// Equity at the start.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) capital: Number,
    /// The asset equity is counted in; the profit of instruments must be counted in it.
    pub(crate) currency: String,
    /// What backs positions.
    #[serde(skip_serializing_if = "MarginConfig::is_default")]
    pub(crate) margin: MarginConfig,
    /// Leverage that positions are opened with; an instrument may have its own. Only with margin.
    #[serde(skip_serializing_if = "is_one")]
    #[schemars(range(min = 1))]
    pub(crate) leverage: u32,
    /// Where the rest of an isolated margin goes after a liquidation.
    #[serde(skip_serializing_if = "RemainderConfig::is_default")]
    pub(crate) liquidation_remainder: RemainderConfig,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_one(leverage: &u32) -> bool {
    *leverage == 1
}

/// One instrument.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct InstrumentConfig {
    /// Its name.
    pub(crate) symbol: String,
    /// What kind of contract it is.
    #[serde(skip_serializing_if = "ContractConfig::is_default")]
    pub(crate) contract: ContractConfig,
    /// What is bought; without it, the symbol less the account's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<String>,
    /// What it is quoted in; without it, the account's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote: Option<String>,
    /// Smallest price step; without it, the finest step of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) tick_size: Option<Number>,
    /// Smallest quantity step; without it, the finest step of the data's volumes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) lot_size: Option<Number>,
    /// Base units per contract, or quote units (the face value) of an inverse one; 1 unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) multiplier: Option<Number>,
    /// Smallest order; 0 for one lot.
    #[schemars(extend("minimum" = 0))]
    pub(crate) min_qty: Number,
    /// Largest order; 0 for none.
    #[schemars(extend("minimum" = 0))]
    pub(crate) max_qty: Number,
    /// Smallest notional of an order, in the asset that profit is counted in.
    #[schemars(extend("minimum" = 0))]
    pub(crate) min_notional: Number,
    /// Maker fee in basis points (0.01 %); negative for a rebate.
    #[schemars(extend("x-unit" = "bps"))]
    pub(crate) maker_fee_bps: Number,
    /// Taker fee in basis points (0.01 %).
    #[schemars(extend("x-unit" = "bps"))]
    pub(crate) taker_fee_bps: Number,
    /// The asset fees are paid in; without it, the one that profit is counted in: the quote asset, or the base of an inverse contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fee_asset: Option<String>,
    /// Worth of one unit of `fee_asset` in the asset that profit is counted in; needed when they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) fee_asset_price: Option<Number>,
    /// Leverage that its positions are opened with; without it, the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) leverage: Option<u32>,
    /// What a liquidation costs, in basis points of the notional; 50 unless it says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 0, "x-unit" = "bps"))]
    pub(crate) liquidation_fee_bps: Option<Number>,
    /// Its maintenance tiers; an account with margin needs these or `tiers_file`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tiers: Vec<TierConfig>,
    /// A file of maintenance tiers: Binance's leverageBracket, or ccxt's table of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tiers_file: Option<String>,
    /// Where its market data is.
    pub(crate) data: DataConfig,
}

/// What kind of contract an instrument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ContractConfig {
    /// The asset itself, paid in full.
    Spot,
    /// Profit is quantity × (exit − entry), in the quote asset.
    #[default]
    Linear,
    /// Profit is contracts × face value × (1/entry − 1/exit), in the base asset: coin-margined.
    Inverse,
}

impl ContractConfig {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Where market data is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DataConfig {
    /// A file or a folder of files, relative to this configuration file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// The data built into the program: `btcusdt_1d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) builtin: Option<String>,
    /// Funding settlements to go with it: a file of times and rates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) funding: Option<String>,
    /// Mark prices to go with it: a file of bars of them, such as Binance's markPriceKlines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mark: Option<String>,
    /// Signals to go with it, for strategies that listen to them: a file of times, sources, names and values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signals: Option<String>,
    /// Which columns of a file that holds several assets side by side, such as `BTC` for `BTC:open`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column_prefix: Option<String>,
}

/// Bounds on what may be opened and lost. 0 switches a rule off. Exits are never bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RiskConfig {
    /// Largest exposure as a multiple of equity.
    #[schemars(extend("minimum" = 0, "x-unit" = "× equity"))]
    pub(crate) max_leverage: Number,
    /// Largest notional of one order.
    #[schemars(extend("minimum" = 0))]
    pub(crate) max_order_notional: Number,
    /// Largest notional of a position with the open orders that would grow it.
    #[schemars(extend("minimum" = 0))]
    pub(crate) max_position_notional: Number,
    /// Most open orders of one strategy.
    #[schemars(range(min = 0, max = 100_000))]
    pub(crate) max_open_orders: u32,
    /// Largest distance of an order's price from the last price.
    #[schemars(extend("minimum" = 0, "x-unit" = "%"))]
    pub(crate) price_band_pct: Number,
    /// Stop and close everything when equity falls this far from its peak.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub(crate) max_drawdown_pct: Number,
    /// Stop and close everything when this much is lost within one UTC day.
    #[schemars(extend("minimum" = 0, "maximum" = 100, "x-unit" = "%"))]
    pub(crate) max_daily_loss_pct: Number,
    /// Risk rules that are compiled in, asked in this order after the ones above.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rule: Vec<RuleConfig>,
}

/// One compiled risk rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RuleConfig {
    /// Which: an id that `quantmesh strategies list` shows as a risk rule.
    pub(crate) id: String,
    /// Its parameters; `quantmesh strategies show ID` lists them.
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub(crate) params: toml::Table,
}

/// By which clock a licence begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LicenceClock {
    /// The clock of this machine.
    #[default]
    Wall,
    /// The times of the market data: a rehearsal of what happens when a licence ends.
    Data,
}

/// Where the licences of paid strategies are, and how they are read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LicenceConfig {
    /// A licence file or a folder of them, relative to this configuration file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// By which clock they begin and end.
    pub(crate) clock: LicenceClock,
    /// Take licences signed with the demonstration key, which everybody has.
    pub(crate) allow_demo_key: bool,
}

impl LicenceConfig {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One strategy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StrategyConfig {
    /// Which: an id that `quantmesh strategies list` shows.
    pub(crate) id: String,
    /// The symbols it trades; without them, every instrument of the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) instruments: Vec<String>,
    /// Its parameters; `quantmesh strategies show ID` lists them.
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub(crate) params: toml::Table,
}

/// Days in a year of returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CalendarConfig {
    /// 365 where the data has weekends, 252 where it has none.
    #[default]
    FromData,
    /// 365.
    Daily365,
    /// 252.
    Daily252,
}

/// Conventions of the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReportConfig {
    /// Days in a year of returns.
    pub(crate) calendar: CalendarConfig,
    /// Keep the equity after every n-th market event.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-unit" = "events"))]
    pub(crate) equity_every: u32,
    /// Where an order book is replayed: keep the equity once in so many milliseconds, and after every fill.
    #[schemars(range(min = 1, max = 86_400_000), extend("x-unit" = "ms"))]
    pub(crate) sample_ms: u32,
}

impl Default for AccountConfig {
    fn default() -> Self {
        Self {
            capital: Number::whole(10_000),
            currency: "USDT".to_owned(),
            margin: MarginConfig::Off,
            leverage: 1,
            liquidation_remainder: RemainderConfig::Fund,
        }
    }
}

impl Default for RiskConfig {
    fn default() -> Self {
        Self {
            max_leverage: Number::whole(1),
            max_order_notional: Number::ZERO,
            max_position_notional: Number::ZERO,
            max_open_orders: 500,
            price_band_pct: Number::ZERO,
            max_drawdown_pct: Number::ZERO,
            max_daily_loss_pct: Number::ZERO,
            rule: Vec::new(),
        }
    }
}

impl Default for ReportConfig {
    fn default() -> Self {
        Self { calendar: CalendarConfig::default(), equity_every: 1, sample_ms: 1_000 }
    }
}
