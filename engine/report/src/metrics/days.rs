//! Days, taken one by one: how often they gain, how their returns are spread, and how straight the curve is.

use statistics::{
    count, deviation, downside_deviation, kelly, mean, normal_quantile, payoff, r_squared, ratio,
    sample_kurtosis, sample_skewness, streaks, tail_ratio, ulcer_index,
};

use super::{Facts, Group, Metric, Value, metric};

impl Facts<'_> {
    #[expect(clippy::too_many_lines, reason = "a table, one row a metric")]
    pub(super) fn days(&self) -> Vec<Metric> {
        use Group::Days as G;
        let returns = self.returns.as_slice();
        let gains = returns.iter().filter(|r| **r > 0.0).count();
        let moved = returns.iter().filter(|r| r.abs() > 0.0).count();
        let win_rate = ratio(count(gains), count(moved));
        let turned: Vec<f64> = returns.iter().map(|r| -r).collect();
        let by_normal = mean(returns)
            .zip(deviation(returns))
            .and_then(|(mean, spread)| statistics::finite(mean + spread * normal_quantile(0.05)));
        vec![
            metric("days", "Days", G, Value::Count(returns.len() as u64), "days with a return, in UTC"),
            metric(
                "positive_days",
                "Days with a gain",
                G,
                Value::Share(win_rate),
                "of the days on which equity moved (quantstats)",
            ),
            metric(
                "best_day",
                "Best day",
                G,
                Value::Share(self.sorted.last().copied()),
                "highest daily return",
            ),
            metric(
                "worst_day",
                "Worst day",
                G,
                Value::Share(self.sorted.first().copied()),
                "lowest daily return",
            ),
            metric(
                "payoff_days",
                "Payoff of days",
                G,
                Value::Ratio(payoff(returns)),
                "mean daily gain over mean daily loss",
            ),
            metric(
                "kelly_days",
                "Kelly of days",
                G,
                Value::Ratio(win_rate.zip(payoff(returns)).and_then(|(rate, payoff)| kelly(rate, payoff))),
                "share of gaining days − (1 − that share) / payoff of days (quantstats)",
            ),
            metric(
                "gaining_days_in_a_row",
                "Gaining days in a row",
                G,
                Value::Count(streaks(returns).0),
                "longest run",
            ),
            metric(
                "losing_days_in_a_row",
                "Losing days in a row",
                G,
                Value::Count(streaks(&turned).0),
                "longest run; a day without a change ends it",
            ),
            metric(
                "skew",
                "Skew",
                G,
                Value::Ratio(sample_skewness(returns)),
                "of daily returns, adjusted for the sample's size (pandas); 0 is symmetric",
            ),
            metric(
                "kurtosis",
                "Excess kurtosis",
                G,
                Value::Ratio(sample_kurtosis(returns)),
                "of daily returns, adjusted for the sample's size (pandas); 0 is normal",
            ),
            metric(
                "tail_ratio",
                "Tail ratio",
                G,
                Value::Ratio(tail_ratio(&self.sorted)),
                "95th percentile of daily returns over the 5th, without sign (empyrical)",
            ),
            metric(
                "value_at_risk_normal",
                "Value at risk 5 %, normal",
                G,
                Value::Share(by_normal),
                "fifth percentile of a normal distribution with the same mean and deviation (quantstats)",
            ),
            metric(
                "downside_deviation",
                "Downside deviation",
                G,
                Value::Share(downside_deviation(returns, self.periods)),
                format!("root of the mean squared daily loss × √ of {} (empyrical)", self.calendar),
            ),
            metric(
                "ulcer_index",
                "Ulcer index",
                G,
                Value::Share(ulcer_index(returns)),
                "root of the mean squared drawdown of daily equity (Martin; n − 1, quantstats)",
            ),
            metric(
                "stability",
                "Stability",
                G,
                Value::Ratio(r_squared(returns)),
                "R² of a line through the logarithm of daily equity (empyrical)",
            ),
        ]
    }
}
