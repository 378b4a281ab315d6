//! Skill or luck: the Sharpe ratio with what is known of its doubts.

use super::{Facts, Group, Metric, Value, metric};
use crate::robustness::Robustness;

impl Facts<'_> {
    pub(super) fn luck(&self, robustness: &Robustness) -> Vec<Metric> {
        use Group::Luck as G;
        let search = self.search;
        let trials = search.trials.max(1.0);
        let variance = if search.sharpe_variance.is_some() {
            "the variance of the trials' daily ratios"
        } else {
            "the variance that ratios have without skill, 1/(days − 1)"
        };
        let best = robustness.deflated.map(|deflated| deflated.benchmark * self.periods.sqrt());
        vec![
            metric(
                "probabilistic_sharpe",
                "Sharpe above zero",
                G,
                Value::Share(robustness.probabilistic),
                "probabilistic Sharpe ratio: probability that the true one is above 0, by skew and kurtosis of daily returns (Bailey, López de Prado 2012)",
            ),
            metric(
                "deflated_sharpe",
                "Sharpe above luck",
                G,
                Value::Share(robustness.deflated.map(|deflated| deflated.probability)),
                format!(
                    "deflated Sharpe ratio: the same against the expected best of {trials} trials (2014)"
                ),
            ),
            metric(
                "sharpe_by_luck",
                "Best Sharpe by luck",
                G,
                Value::Ratio(best),
                format!(
                    "expected maximum of {trials} independent trials without skill, {}, by {variance}",
                    self.calendar
                ),
            ),
            metric(
                "min_track_record",
                "Days needed",
                G,
                Value::Days(robustness.days_needed),
                "minimum track record: days of returns until a Sharpe ratio above 0 is 95 % sure (2012)",
            ),
            metric(
                "overfitting",
                "Overfitting",
                G,
                Value::Share(search.overfitting),
                "probability of backtest overfitting of the search, by CSCV (Bailey, Borwein, López de Prado, Zhu 2016)",
            ),
        ]
    }
}
