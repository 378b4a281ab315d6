//! The conventions of simulated fills, as they are written and as the engine uses them.

use std::path::Path as FilePath;

use backtest::EndOfRun;
use schemars::JsonSchema;
use sdk::Number;
use serde::{Deserialize, Serialize};
use types::Rate;
use venue::{Execution, Exponent, Fills, Latency, LatencyRow, MarketFill, Path, Queue, Tail, Touch};

use super::checked::Place;
use crate::Failure;

/// When a resting order fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TouchConfig {
    /// Price must trade through it.
    #[default]
    Through,
    /// A touch is enough. Optimistic.
    Touch,
}

/// In which order a bar visited its prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PathConfig {
    /// The extreme against the position first; flat, the one nearer to the open.
    #[default]
    WorstFirst,
    /// The extreme nearer to the open first.
    NearestFirst,
    /// Open, high, low, close.
    OpenHighLowClose,
    /// Open, low, high, close.
    OpenLowHighClose,
}

/// At which price a market order fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MarketFillConfig {
    /// The first price after it was sent: on bars, the next open.
    #[default]
    NextPrice,
    /// The last price before it was sent. Optimistic, and on bars the close the decision was made on.
    LastPrice,
}

/// What becomes of open positions when the data ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndConfig {
    /// They stay open and count at the last price.
    #[default]
    Mark,
    /// They are closed at the last close.
    CloseAtLastClose,
    /// They are closed at the last bar's open.
    CloseAtLastOpen,
}

/// Where in its price's queue a resting order stands, where an order book is replayed. From cautious to optimistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QueueConfig {
    /// Last for ever: only a price that trades through it fills it.
    Behind,
    /// Whatever is cancelled stood behind it.
    #[default]
    RiskAverse,
    /// What is cancelled stood behind it with a probability of backⁿ / (backⁿ + frontⁿ).
    Power,
    /// The same with backⁿ / (back + front)ⁿ.
    PowerOfTotal,
    /// The same with 1 − (front / (front + back))ⁿ.
    PowerOfFront,
    /// The same with ln(1 + back) / (ln(1 + back) + ln(1 + front)).
    Log,
    /// The same with ln(1 + back) / ln(1 + back + front).
    LogOfTotal,
    /// First for ever: any trade at its price is ours. Optimistic.
    Front,
}

/// How much fills at once, where an order book is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FillsConfig {
    /// What there is.
    #[default]
    Partial,
    /// The whole order, whatever there is. Optimistic for orders that are not small.
    Whole,
}

/// How long orders and their answers take, where an order book is replayed. Nothing is free of latency unless it is set to 0 by
/// hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LatencyConfig {
    /// From us to the venue.
    #[schemars(range(min = 0, max = 60_000_000), extend("x-unit" = "µs"))]
    pub(crate) entry_us: u32,
    /// From the venue to us.
    #[schemars(range(min = 0, max = 60_000_000), extend("x-unit" = "µs"))]
    pub(crate) response_us: u32,
    /// The mean of what comes on top of `entry_us`, drawn from an exponential distribution; 0 for none.
    #[schemars(range(min = 0, max = 60_000_000), extend("x-unit" = "µs"))]
    pub(crate) entry_tail_us: u32,
    /// The same on top of `response_us`.
    #[schemars(range(min = 0, max = 60_000_000), extend("x-unit" = "µs"))]
    pub(crate) response_tail_us: u32,
    /// The seed of whatever is drawn.
    pub(crate) seed: u64,
    /// What market data take to us; without it, what the recording says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 60_000_000), extend("x-unit" = "µs"))]
    pub(crate) feed_us: Option<u32>,
    /// A file of measured latencies instead, relative to this configuration file: when orders were sent, arrived at the venue and
    /// were answered. In between they are interpolated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
}

impl Default for LatencyConfig {
    /// A round trip of 50 ms: of an ordinary connection, far from the venue.
    fn default() -> Self {
        Self {
            entry_us: 25_000,
            response_us: 25_000,
            entry_tail_us: 0,
            response_tail_us: 0,
            seed: 0,
            feed_us: None,
            path: None,
        }
    }
}

/// Conventions of simulated fills. The defaults are the cautious ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExecutionConfig {
    /// When a resting order fills.
    pub(crate) touch: TouchConfig,
    /// In which order a bar visited its prices.
    pub(crate) path: PathConfig,
    /// At which price a market order fills.
    pub(crate) market_fill: MarketFillConfig,
    /// Ticks that market and stop orders lose.
    #[schemars(range(min = 0, max = 100_000), extend("x-unit" = "ticks"))]
    pub(crate) slippage_ticks: u32,
    /// The most that resting orders may fill of one bar's volume, in percent; 0 for no bound.
    #[schemars(extend("minimum" = 0, "x-unit" = "%"))]
    pub(crate) max_volume_pct: Number,
    /// Tell strategies each bar's opening price before the bar.
    pub(crate) opening_prints: bool,
    /// What becomes of open positions when the data ends.
    pub(crate) end: EndConfig,
    /// Where in its price's queue a resting order stands, where an order book is replayed.
    pub(crate) queue: QueueConfig,
    /// The n of the three powers among the queues.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 100))]
    pub(crate) queue_exponent: Number,
    /// How much fills at once, where an order book is replayed.
    pub(crate) fills: FillsConfig,
    /// How long orders and their answers take, where an order book is replayed.
    pub(crate) latency: LatencyConfig,
}

impl Default for ExecutionConfig {
    fn default() -> Self {
        Self {
            touch: TouchConfig::default(),
            path: PathConfig::default(),
            market_fill: MarketFillConfig::default(),
            slippage_ticks: 1,
            max_volume_pct: Number::whole(100),
            opening_prints: false,
            end: EndConfig::default(),
            queue: QueueConfig::default(),
            queue_exponent: Number::whole(3),
            fills: FillsConfig::default(),
            latency: LatencyConfig::default(),
        }
    }
}

impl From<EndConfig> for EndOfRun {
    fn from(end: EndConfig) -> Self {
        match end {
            EndConfig::Mark => Self::Mark,
            EndConfig::CloseAtLastClose => Self::CloseAtLastClose,
            EndConfig::CloseAtLastOpen => Self::CloseAtLastOpen,
        }
    }
}

impl Place<'_> {
    pub(super) fn execution(&self, raw: &ExecutionConfig) -> Result<Execution, Failure> {
        let share = self.rate("max_volume_pct", "execution.max_volume_pct", raw.max_volume_pct, 2)?;
        if share < Rate::ZERO {
            return Err(self.fail("max_volume_pct", "execution.max_volume_pct", "must not be negative"));
        }
        Ok(Execution {
            touch: match raw.touch {
                TouchConfig::Through => Touch::Through,
                TouchConfig::Touch => Touch::Touch,
            },
            path: match raw.path {
                PathConfig::WorstFirst => Path::WorstFirst,
                PathConfig::NearestFirst => Path::NearestFirst,
                PathConfig::OpenHighLowClose => Path::OpenHighLowClose,
                PathConfig::OpenLowHighClose => Path::OpenLowHighClose,
            },
            market_fill: match raw.market_fill {
                MarketFillConfig::NextPrice => MarketFill::NextPrice,
                MarketFillConfig::LastPrice => MarketFill::LastPrice,
            },
            slippage_ticks: raw.slippage_ticks,
            max_volume_share: (share != Rate::ZERO).then_some(share),
            queue: self.queue(raw)?,
            fills: match raw.fills {
                FillsConfig::Partial => Fills::Partial,
                FillsConfig::Whole => Fills::Whole,
            },
            unshared: false,
        })
    }

    fn queue(&self, raw: &ExecutionConfig) -> Result<Queue, Failure> {
        let (key, path) = ("queue_exponent", "execution.queue_exponent");
        let nanos = self.rate(key, path, raw.queue_exponent, 0)?.nanos();
        let thousandth = Rate::ONE / 1_000;
        let whole = u32::try_from(nanos / thousandth).ok().filter(|n| (1..=100_000).contains(n));
        let Some(exponent) = whole.filter(|_| nanos % thousandth == 0).map(Exponent) else {
            let what = format!("{} must be from 0.001 to 100, in thousandths", raw.queue_exponent);
            return Err(self.fail(key, path, what));
        };
        Ok(match raw.queue {
            QueueConfig::Behind => Queue::Behind,
            QueueConfig::RiskAverse => Queue::RiskAverse,
            QueueConfig::Power => Queue::Power(exponent),
            QueueConfig::PowerOfTotal => Queue::PowerOfTotal(exponent),
            QueueConfig::PowerOfFront => Queue::PowerOfFront(exponent),
            QueueConfig::Log => Queue::Log,
            QueueConfig::LogOfTotal => Queue::LogOfTotal,
            QueueConfig::Front => Queue::Front,
        })
    }

    pub(super) fn latency(&self, raw: &LatencyConfig) -> Result<Latency, Failure> {
        const MOST: u32 = 60_000_000;
        let named = [
            ("entry_us", raw.entry_us),
            ("response_us", raw.response_us),
            ("entry_tail_us", raw.entry_tail_us),
            ("response_tail_us", raw.response_tail_us),
            ("feed_us", raw.feed_us.unwrap_or(0)),
        ];
        if let Some((key, value)) = named.into_iter().find(|(_, value)| *value > MOST) {
            let what = format!("{value} is more than a minute ({MOST} µs)");
            return Err(self.fail(key, &format!("execution.latency.{key}"), what));
        }
        let nanos = |us: u32| i64::from(us) * 1_000;
        let (entry, response) = (nanos(raw.entry_us), nanos(raw.response_us));
        Ok(match &raw.path {
            Some(path) => Latency::Recorded(measured(&self.folder().join(path))?),
            None if raw.entry_tail_us == 0 && raw.response_tail_us == 0 => {
                Latency::Constant { entry, response }
            }
            None => Latency::Random {
                entry: Tail { floor: entry, tail: nanos(raw.entry_tail_us) },
                response: Tail { floor: response, tail: nanos(raw.response_tail_us) },
                seed: raw.seed,
            },
        })
    }
}

fn measured(path: &FilePath) -> Result<Vec<LatencyRow>, Failure> {
    let rows = tape::read_order_times(path).map_err(Failure::data)?;
    let row =
        |row: tape::OrderTimes| LatencyRow { sent: row.sent, arrived: row.arrived, answered: row.answered };
    Ok(rows.into_iter().map(row).collect())
}
