//! What was done: round trips, orders, fills and costs.

use statistics::{count, deviation, geometric_mean, kelly, mean, payoff, profit_factor, ratio, streaks};

use super::{Facts, Group, Metric, Value, metric};
use crate::curve::float;
use crate::exposure::{mean_exposure, time_in_market};

impl Facts<'_> {
    #[expect(clippy::too_many_lines, reason = "a table, one row a metric")]
    pub(super) fn trades(&self) -> Vec<Metric> {
        use Group::Trades as G;
        let (net, returns) = (&self.trips.net, &self.trips.returns);
        let wins = net.iter().filter(|profit| **profit > 0.0).count();
        let win_rate = ratio(count(wins), count(net.len()));
        let kelly = win_rate.zip(payoff(net)).and_then(|(rate, payoff)| kelly(rate, payoff));
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
                Value::Share(geometric_mean(returns)),
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

    pub(super) fn activity(&self) -> Vec<Metric> {
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
                "liquidations",
                "Liquidations",
                G,
                Value::Count(totals.liquidations),
                "positions that the venue closed for want of margin",
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
            metric(
                "time_in_market",
                "Time in the market",
                G,
                Value::Share(time_in_market(self.record, None)),
                "share of the time from the first to the last event with a position open",
            ),
            metric(
                "mean_exposure",
                "Mean exposure",
                G,
                Value::Share(mean_exposure(self.record)),
                "mean of |position| × price at the chart's candles, over mean equity",
            ),
        ]
    }
}
