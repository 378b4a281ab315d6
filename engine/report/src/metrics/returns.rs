//! What was earned, at what risk, and the one against the other.

use ledger::RunRecord;
use statistics::{
    annual_return, cagr, compounded_volatility, downside_deviation, expected_shortfall, finite,
    profit_factor, quantile, ratio, sharpe, sortino, volatility,
};
use types::{Money, Time};

use super::{Facts, Group, Metric, Value, metric};
use crate::show;

impl Facts<'_> {
    #[expect(clippy::too_many_lines, reason = "a table, one row a metric")]
    pub(super) fn result(&self) -> Vec<Metric> {
        use Group::Result as G;
        let (record, totals) = (self.record, self.record.totals);
        let profit = record.final_equity().minus(record.capital).unwrap_or_default();
        let peak = record.highest_equity();
        let total = ratio(self.last - self.capital, self.capital);
        let cagr = cagr(self.capital, self.last, self.years);
        vec![
            metric(
                "final_equity",
                "Final equity",
                G,
                Value::Amount(record.final_equity()),
                "cash and positions at the last price, exact",
            ),
            metric(
                "net_profit",
                "Net profit",
                G,
                Value::Amount(profit),
                "final equity less capital: realised + unrealised + funding − fees, exact",
            ),
            metric("total_return", "Total return", G, Value::Share(total), "net profit over capital"),
            metric(
                "cagr",
                "CAGR",
                G,
                Value::Share(cagr),
                "(final equity / capital)^(1/years) − 1, years of 365.25 days",
            ),
            metric(
                "annual_return",
                "Annual return",
                G,
                Value::Share(annual_return(&self.returns, self.periods)),
                format!("geometric mean of daily returns compounded over {}", self.calendar),
            ),
            metric(
                "buy_and_hold",
                "Buy and hold",
                G,
                Value::Share(buy_and_hold(self.record, self.warm_up)),
                "close to close of the first instrument, from the last bar of the warm-up, without costs",
            ),
            metric(
                "peak_equity",
                "Peak equity",
                G,
                Value::Amount(peak),
                "highest of all equity points, exact",
            ),
            metric(
                "realised",
                "Realised profit",
                G,
                Value::Amount(totals.realised),
                "against average cost, before fees, exact",
            ),
            metric(
                "unrealised",
                "Unrealised profit",
                G,
                Value::Amount(totals.unrealised),
                "of what is open at the last price, exact",
            ),
            metric(
                "fees",
                "Fees",
                G,
                Value::Amount(totals.fees),
                "paid, maker and taker; negative is a rebate, exact",
            ),
            metric("funding", "Funding", G, Value::Amount(totals.funding), "received less paid, exact"),
            metric(
                "insurance",
                "Insurance fund",
                G,
                Value::Amount(totals.insurance),
                "paid to the venue's insurance fund at liquidations, less what it paid; exact",
            ),
        ]
    }

    pub(super) fn risk(&self) -> Vec<Metric> {
        use Group::Risk as G;
        let worst = self.drawdowns.first();
        let amount = worst.map_or(Money::ZERO, |fall| fall.amount);
        let end = self.record.equity.last().map_or(Time::EPOCH, |point| point.time);
        let longest = self.drawdowns.iter().map(|fall| show::days(fall.peak, fall.recovered.unwrap_or(end)));
        vec![
            metric(
                "max_drawdown",
                "Max drawdown",
                G,
                Value::Share(finite(-self.max_drawdown())),
                "deepest fall from a peak over all equity points, as a share of the peak",
            ),
            metric(
                "max_drawdown_amount",
                "Max drawdown, amount",
                G,
                Value::Amount(amount),
                "the same fall in money, exact",
            ),
            metric(
                "longest_drawdown",
                "Longest drawdown",
                G,
                Value::Days(longest.reduce(f64::max)),
                "from a peak until it was reached again, or the end",
            ),
            metric(
                "volatility",
                "Volatility",
                G,
                Value::Share(volatility(&self.returns, self.periods)),
                format!("sample deviation of daily returns × √ of {} (empyrical)", self.calendar),
            ),
            metric(
                "volatility_compounded",
                "Volatility, compounded",
                G,
                Value::Share(compounded_volatility(&self.returns, self.periods)),
                format!("spread of a year's compounded return, {} (backtesting.py)", self.calendar),
            ),
            metric(
                "value_at_risk",
                "Value at risk 5 %",
                G,
                Value::Share(quantile(&self.sorted, 0.05)),
                "fifth percentile of daily returns, linear between neighbours",
            ),
            metric(
                "expected_shortfall",
                "Expected shortfall 5 %",
                G,
                Value::Share(expected_shortfall(&self.sorted, 0.05)),
                "mean of the daily returns at or below the value at risk",
            ),
        ]
    }

    pub(super) fn ratios(&self) -> Vec<Metric> {
        use Group::Ratios as G;
        let (returns, periods) = (self.returns.as_slice(), self.periods);
        let annual = annual_return(returns, periods);
        let compounded = annual.zip(compounded_volatility(returns, periods)).and_then(|(a, v)| ratio(a, v));
        let sortino_geometric =
            annual.zip(downside_deviation(returns, periods)).and_then(|(a, d)| ratio(a, d));
        let calmar = annual.and_then(|annual| ratio(annual, self.max_drawdown()));
        let year = self.calendar;
        vec![
            metric(
                "sharpe",
                "Sharpe",
                G,
                Value::Ratio(sharpe(returns, periods)),
                format!(
                    "mean over sample deviation of daily returns, × √ of {year}, no risk-free rate (empyrical)"
                ),
            ),
            metric(
                "sharpe_compounded",
                "Sharpe, compounded",
                G,
                Value::Ratio(compounded),
                format!("annual return over compounded volatility, {year} (backtesting.py)"),
            ),
            metric(
                "sortino",
                "Sortino",
                G,
                Value::Ratio(sortino(returns, periods)),
                format!("mean daily return × {year} over the annual deviation below zero (empyrical)"),
            ),
            metric(
                "sortino_compounded",
                "Sortino, compounded",
                G,
                Value::Ratio(sortino_geometric),
                "annual return over the annual deviation below zero (backtesting.py)",
            ),
            metric("calmar", "Calmar", G, Value::Ratio(calmar), "annual return over max drawdown"),
            metric(
                "omega",
                "Omega",
                G,
                Value::Ratio(profit_factor(returns)),
                "sum of daily gains over sum of daily losses",
            ),
        ]
    }
}

/// Close to close of the first instrument, from the last bar of the warm-up.
#[expect(clippy::cast_precision_loss, reason = "prices in ticks are below 2⁵³")]
pub(crate) fn buy_and_hold(record: &RunRecord, warm_up: usize) -> Option<f64> {
    let candles = record.candles.first()?;
    // Merged candles can't be told by bar; the first of them is the nearest there is.
    let whole = candles.len() as u64 == record.totals.bars;
    let first = candles.get(if whole { warm_up.saturating_sub(1) } else { 0 }).or(candles.first())?;
    ratio(candles.last()?.close.ticks() as f64 - first.close.ticks() as f64, first.close.ticks() as f64)
}
