//! The one table of metrics: from it come text, JSON, web page and documentation.

use ledger::RunRecord;
use types::Money;

use crate::Context;
use crate::curve::{self, Drawdown, float};
use crate::show;
use crate::trips::{Trips, count, deviation, finite, geometric, mean, profit_factor, ratio, streaks};

/// What a metric speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What was earned.
    Result,
    /// What it took in risk.
    Risk,
    /// Return against risk.
    Ratios,
    /// Round trips.
    Trades,
    /// Orders, fills and costs.
    Activity,
}

/// A metric's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An exact amount, in the settlement asset.
    Amount(Money),
    /// A ratio; `None` where it is not defined.
    Ratio(Option<f64>),
    /// A share, shown in percent; `None` where it is not defined.
    Share(Option<f64>),
    /// A count.
    Count(u64),
    /// A length of time in days.
    Days(Option<f64>),
}

/// One figure with its name and the convention it was worked out by.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its name in JSON.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it speaks of.
    pub group: Group,
    /// The figure.
    pub value: Value,
    /// How it was worked out.
    pub convention: String,
}

/// Everything that several metrics need, worked out once.
struct Facts<'r> {
    record: &'r RunRecord,
    returns: Vec<f64>,
    periods: f64,
    calendar: &'static str,
    drawdowns: Vec<Drawdown>,
    trips: Trips,
    capital: f64,
    last: f64,
    years: f64,
    warm_up: usize,
}

/// All metrics of a run, in the order they are shown.
#[must_use]
pub fn metrics(record: &RunRecord, context: &Context) -> Vec<Metric> {
    let days = curve::daily(&record.equity);
    let (periods, calendar) = curve::periods(context.calendar, &days);
    let facts = Facts {
        returns: curve::returns(&days),
        periods,
        calendar,
        drawdowns: curve::drawdowns(record),
        trips: Trips::of(record),
        capital: float(record.capital),
        last: float(record.final_equity()),
        years: years(record),
        warm_up: context.warm_up_bars,
        record,
    };
    let mut list = facts.result();
    list.extend(facts.risk());
    list.extend(facts.ratios());
    list.extend(facts.trades());
    list.extend(facts.activity());
    list
}

#[expect(clippy::cast_precision_loss, reason = "a length of time needs no more than 53 bits")]
fn years(record: &RunRecord) -> f64 {
    let span = record.equity.first().zip(record.equity.last());
    span.map_or(0.0, |(first, last)| {
        (last.time.nanos() - first.time.nanos()) as f64 / curve::DAY as f64 / 365.25
    })
}

fn metric(
    key: &'static str,
    label: &'static str,
    group: Group,
    value: Value,
    convention: impl Into<String>,
) -> Metric {
    Metric { key, label, group, value, convention: convention.into() }
}

impl Facts<'_> {
    /// Geometric mean of daily returns, over a year.
    fn annual_return(&self) -> Option<f64> {
        let daily = geometric(&self.returns)?;
        finite((1.0 + daily).powf(self.periods) - 1.0)
    }

    /// The spread of a year's compounded return when daily returns are independent (backtesting.py's formula).
    fn compounded_volatility(&self) -> Option<f64> {
        let square = (1.0 + geometric(&self.returns)?).powi(2);
        let variance = deviation(&self.returns)?.powi(2);
        finite(((variance + square).powf(self.periods) - square.powf(self.periods)).sqrt())
    }

    fn downside(&self) -> Option<f64> {
        let squares: Vec<f64> = self.returns.iter().map(|r| r.min(0.0).powi(2)).collect();
        finite((mean(&squares)? * self.periods).sqrt())
    }

    fn max_drawdown(&self) -> f64 {
        self.drawdowns.first().map_or(0.0, |fall| fall.depth)
    }

    #[expect(clippy::too_many_lines, reason = "a table, one row a metric")]
    fn result(&self) -> Vec<Metric> {
        use Group::Result as G;
        let (record, totals) = (self.record, self.record.totals);
        let profit = record.final_equity().minus(record.capital).unwrap_or_default();
        let peak = record.equity.iter().map(|point| point.equity).max().unwrap_or(record.capital);
        let total = ratio(self.last - self.capital, self.capital);
        let cagr = finite((self.last / self.capital).powf(1.0 / self.years) - 1.0);
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
                Value::Share(self.annual_return()),
                format!("geometric mean of daily returns compounded over {}", self.calendar),
            ),
            metric(
                "buy_and_hold",
                "Buy and hold",
                G,
                Value::Share(self.buy_and_hold()),
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
        ]
    }

    #[expect(clippy::cast_precision_loss, reason = "prices in ticks are below 2⁵³")]
    fn buy_and_hold(&self) -> Option<f64> {
        let candles = self.record.candles.first()?;
        // Merged candles can't be told by bar; the first of them is the nearest there is.
        let whole = candles.len() as u64 == self.record.totals.bars;
        let first = candles.get(if whole { self.warm_up.saturating_sub(1) } else { 0 }).or(candles.first())?;
        ratio(candles.last()?.close.ticks() as f64 - first.close.ticks() as f64, first.close.ticks() as f64)
    }

    fn risk(&self) -> Vec<Metric> {
        use Group::Risk as G;
        let worst = self.drawdowns.first();
        let amount = worst.map_or(Money::ZERO, |fall| fall.amount);
        let end = self.record.equity.last().map_or(types::Time::EPOCH, |point| point.time);
        let longest = self.drawdowns.iter().map(|fall| show::days(fall.peak, fall.recovered.unwrap_or(end)));
        let deviation = deviation(&self.returns);
        let volatility = deviation.map(|deviation| deviation * self.periods.sqrt());
        let mut sorted = self.returns.clone();
        sorted.sort_by(f64::total_cmp);
        let at_risk = quantile(&sorted, 0.05);
        let beyond: Vec<f64> =
            sorted.iter().copied().filter(|r| at_risk.is_some_and(|bound| *r <= bound)).collect();
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
                Value::Share(volatility),
                format!("sample deviation of daily returns × √ of {} (empyrical)", self.calendar),
            ),
            metric(
                "volatility_compounded",
                "Volatility, compounded",
                G,
                Value::Share(self.compounded_volatility()),
                format!("spread of a year's compounded return, {} (backtesting.py)", self.calendar),
            ),
            metric(
                "value_at_risk",
                "Value at risk 5 %",
                G,
                Value::Share(at_risk),
                "fifth percentile of daily returns, linear between neighbours",
            ),
            metric(
                "expected_shortfall",
                "Expected shortfall 5 %",
                G,
                Value::Share(mean(&beyond)),
                "mean of the daily returns at or below the value at risk",
            ),
        ]
    }

    fn ratios(&self) -> Vec<Metric> {
        use Group::Ratios as G;
        let mean = mean(&self.returns);
        let plain = mean
            .zip(deviation(&self.returns))
            .and_then(|(m, d)| ratio(m, d))
            .map(|s| s * self.periods.sqrt());
        let compounded =
            self.annual_return().zip(self.compounded_volatility()).and_then(|(a, v)| ratio(a, v));
        let sortino = mean.zip(self.downside()).and_then(|(m, d)| ratio(m * self.periods, d));
        let sortino_geometric = self.annual_return().zip(self.downside()).and_then(|(a, d)| ratio(a, d));
        let calmar = self.annual_return().and_then(|annual| ratio(annual, self.max_drawdown()));
        let gains: f64 = self.returns.iter().filter(|r| **r > 0.0).sum();
        let losses: f64 = self.returns.iter().filter(|r| **r < 0.0).sum();
        let year = self.calendar;
        vec![
            metric(
                "sharpe",
                "Sharpe",
                G,
                Value::Ratio(plain),
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
                Value::Ratio(sortino),
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
                Value::Ratio(ratio(gains, -losses)),
                "sum of daily gains over sum of daily losses",
            ),
        ]
    }

    #[expect(clippy::too_many_lines, reason = "a table, one row a metric")]
    fn trades(&self) -> Vec<Metric> {
        use Group::Trades as G;
        let (net, returns) = (&self.trips.net, &self.trips.returns);
        let wins: Vec<f64> = net.iter().copied().filter(|profit| *profit > 0.0).collect();
        let losses: Vec<f64> = net.iter().copied().filter(|profit| *profit < 0.0).collect();
        let win_rate = ratio(count(wins.len()), count(net.len()));
        let payoff = mean(&wins).zip(mean(&losses)).and_then(|(win, loss)| ratio(win, -loss));
        let kelly = win_rate.zip(payoff).and_then(|(rate, payoff)| finite(rate - (1.0 - rate) / payoff));
        let sqn = mean(net)
            .zip(deviation(net))
            .and_then(|(mean, spread)| ratio(mean * count(net.len()).sqrt(), spread));
        let (gains_in_row, losses_in_row) = streaks(net);
        let best = returns.iter().copied().reduce(f64::max);
        let worst = returns.iter().copied().reduce(f64::min);
        vec![
            metric(
                "round_trips",
                "Round trips",
                G,
                Value::Count(net.len() as u64),
                "an exit closes its own slot's entry first, then the oldest",
            ),
            metric("win_rate", "Win rate", G, Value::Share(win_rate), "round trips with a profit after fees"),
            metric(
                "best_trade",
                "Best trade",
                G,
                Value::Share(best),
                "price return of a round trip, before fees",
            ),
            metric(
                "worst_trade",
                "Worst trade",
                G,
                Value::Share(worst),
                "price return of a round trip, before fees",
            ),
            metric(
                "mean_trade",
                "Mean trade",
                G,
                Value::Share(geometric(returns)),
                "geometric mean of price returns",
            ),
            metric(
                "expectancy",
                "Expectancy",
                G,
                Value::Share(mean(returns)),
                "arithmetic mean of price returns",
            ),
            metric(
                "profit_factor",
                "Profit factor",
                G,
                Value::Ratio(profit_factor(net)),
                "sum of gains over sum of losses, in money after fees",
            ),
            metric(
                "profit_factor_returns",
                "Profit factor, returns",
                G,
                Value::Ratio(profit_factor(returns)),
                "the same over price returns (backtesting.py)",
            ),
            metric(
                "sqn",
                "SQN",
                G,
                Value::Ratio(sqn),
                "√n × mean over sample deviation of profits (Van Tharp)",
            ),
            metric(
                "kelly",
                "Kelly",
                G,
                Value::Ratio(kelly),
                "win rate − (1 − win rate) / (mean win / mean loss)",
            ),
            metric(
                "mean_holding",
                "Mean holding time",
                G,
                Value::Days(mean(&self.trips.days)),
                "entry to exit",
            ),
            metric("wins_in_a_row", "Wins in a row", G, Value::Count(gains_in_row), "longest run"),
            metric("losses_in_a_row", "Losses in a row", G, Value::Count(losses_in_row), "longest run"),
        ]
    }

    fn activity(&self) -> Vec<Metric> {
        use Group::Activity as G;
        let totals = self.record.totals;
        let maker = ratio(
            count(usize::try_from(totals.maker_fills).unwrap_or(0)),
            count(usize::try_from(totals.fills).unwrap_or(0)),
        );
        let turnover = ratio(float(totals.turnover), self.capital);
        vec![
            metric("orders", "Orders", G, Value::Count(totals.orders), "sent to the venue"),
            metric("fills", "Fills", G, Value::Count(totals.fills), "executions"),
            metric("buys", "Buys", G, Value::Count(totals.buys), "executions that bought"),
            metric("sells", "Sells", G, Value::Count(totals.sells), "executions that sold"),
            metric("maker_share", "Maker share", G, Value::Share(maker), "executions that rested, of all"),
            metric(
                "refused",
                "Refused",
                G,
                Value::Count(totals.refused),
                "wishes that the risk gate did not let out",
            ),
            metric(
                "rejected",
                "Rejected",
                G,
                Value::Count(totals.rejected),
                "orders that the venue did not take",
            ),
            metric(
                "turnover",
                "Turnover",
                G,
                Value::Amount(totals.turnover),
                "sum of price × quantity over all fills, exact",
            ),
            metric(
                "turnover_ratio",
                "Turnover of capital",
                G,
                Value::Ratio(turnover),
                "turnover over capital",
            ),
        ]
    }
}

/// The quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan 1996, numpy's default).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * count(sorted.len().checked_sub(1)?);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place inside a list")]
    let below = place.floor() as usize;
    let (low, high) = (sorted.get(below)?, sorted.get(below + 1).or(sorted.last())?);
    finite(low + (high - low) * (place - place.floor()))
}
