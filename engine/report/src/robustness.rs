//! How much of a result could be chance: bands by bootstrap, other orders of the trades, and Sharpe ratios with their doubts.

use ledger::RunRecord;
use statistics::{
    ALGORITHM, Band, Bootstrap, Deflated, Fault, Profits, Shape, TradeOrder, annual_return, deflated_sharpe,
    max_drawdown, min_track_record, probabilistic_sharpe, reordered, sharpe,
};

use crate::Context;
use crate::curve::{self, float};
use crate::trips::Trips;

/// Seed of every draw, so that a report is the same bytes twice.
const SEED: u64 = 1;

/// Draws of profits together: what takes a tenth of a second.
const MOST_DRAWN: usize = 10_000_000;

/// A figure with its band.
#[derive(Debug, Clone, PartialEq)]
pub struct BandOf {
    /// Its name in JSON.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Whether it is a share, shown in percent.
    pub share: bool,
    /// The figure, and what lies around it.
    pub band: Band,
}

/// What chance could have made of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Robustness {
    /// Bands of Sharpe ratio, annual return and max drawdown of the daily returns.
    pub bands: Vec<BandOf>,
    /// How they were drawn; why they were not, where there are none.
    pub bands_by: String,
    /// The round trips in other orders, without funding.
    pub order: Option<TradeOrder>,
    /// How they were drawn; why they were not.
    pub order_by: String,
    /// Probability that the true Sharpe ratio is above zero.
    pub probabilistic: Option<f64>,
    /// The Sharpe ratio against the best that the search's trials reach by luck.
    pub deflated: Option<Deflated>,
    /// Days until a Sharpe ratio above zero is 95 % sure.
    pub days_needed: Option<f64>,
    /// Days there are.
    pub days: usize,
}

impl Robustness {
    /// Works it out for a run. Equal runs give equal results.
    #[must_use]
    pub fn of(record: &RunRecord, context: &Context) -> Self {
        let days = curve::daily(&record.equity);
        let returns = curve::returns(&days);
        let (periods, _) = curve::periods(context.calendar, &days);
        let mut out = Self { days: returns.len(), ..Self::default() };
        out.bands(&returns, periods);
        out.trades(record);
        if let Some(shape) = Shape::of(&returns) {
            let free = statistics::ratio(1.0, statistics::count(returns.len().saturating_sub(1)));
            let variance = context.search.sharpe_variance.or(free).unwrap_or_default();
            out.probabilistic = probabilistic_sharpe(&shape, 0.0);
            out.deflated = deflated_sharpe(&shape, variance, context.search.trials.max(1.0));
            out.days_needed = min_track_record(&shape, 0.0, 0.95);
        }
        out
    }

    fn bands(&mut self, returns: &[f64], periods: f64) {
        let ratio = |drawn: &[f64]| sharpe(drawn, periods);
        let growth = |drawn: &[f64]| annual_return(drawn, periods);
        let fall = |drawn: &[f64]| Some(-max_drawdown(drawn));
        let bootstrap = Bootstrap { seed: SEED, ..Bootstrap::default() };
        match bootstrap.bands(returns, &[&ratio, &growth, &fall]) {
            Ok((block, bands)) => {
                self.bands_by = format!("{}, 95 % of the draws of daily returns", bootstrap.method(block));
                let names = [
                    ("sharpe", "Sharpe", false),
                    ("annual_return", "Annual return", true),
                    ("max_drawdown", "Max drawdown, daily", true),
                ];
                let named = names.into_iter().zip(bands);
                self.bands =
                    named.map(|((key, label, share), band)| BandOf { key, label, share, band }).collect();
            }
            Err(fault) => self.bands_by = missing(&fault),
        }
    }

    fn trades(&mut self, record: &RunRecord) {
        let trips = Trips::of(record);
        let draws = (MOST_DRAWN / trips.net.len().max(1)).clamp(100, 1_000);
        let (profits, how) = if trips.follow_equity() {
            (Profits::Shares(&trips.shares), "as shares of equity at the entry, as sizes followed it")
        } else {
            (Profits::Amounts(&trips.net), "as amounts, as sizes did not follow equity")
        };
        match reordered(profits, float(record.capital), draws, SEED) {
            Ok(order) => {
                self.order = Some(order);
                self.order_by = format!(
                    "{draws} shuffles of the round trips' net profits and {draws} draws with replacement, {ALGORITHM} seed {SEED}; {how}; funding left out"
                );
            }
            Err(fault) => self.order_by = missing(&fault),
        }
    }
}

fn missing(fault: &Fault) -> String {
    format!("not worked out: {fault}")
}
