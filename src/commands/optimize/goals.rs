//! Goals: metrics by name, and the way each should go.

use search::Goal;

use super::trial::Column;
use crate::Failure;
use crate::config::nearest;
use crate::failure::Kind;

/// Metrics of which less is better, unless a goal says `:max`.
const LESS: [&str; 10] = [
    "fees",
    "longest_drawdown",
    "losses_in_a_row",
    "max_drawdown_amount",
    "refused",
    "rejected",
    "turnover",
    "turnover_ratio",
    "volatility",
    "volatility_compounded",
];

/// Losses that stand below zero: whoever wants them small wants the figure up.
const BELOW_ZERO: [&str; 4] = ["expected_shortfall", "max_drawdown", "value_at_risk", "worst_trade"];

/// Reads goals such as `sharpe` and `fees:min`.
pub(crate) fn read(goals: &[String], columns: &[Column]) -> Result<Vec<Goal>, Failure> {
    if goals.is_empty() {
        return Err(Failure::new(Kind::Usage, "no goal; name a metric, such as --goal sharpe"));
    }
    let mut read: Vec<Goal> = Vec::new();
    for text in goals {
        let fail = |what: String| Failure::new(Kind::Usage, format!("goal {text}: {what}"));
        let (metric, way) =
            text.split_once(':').map_or((text.as_str(), None), |(name, way)| (name, Some(way)));
        if !columns.iter().any(|column| column.key == metric) {
            let keys = || columns.iter().map(|column| column.key.as_str());
            let hint =
                nearest(metric, keys()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let all = keys().collect::<Vec<_>>().join(", ");
            return Err(fail(format!("there is no metric `{metric}`{hint}; there are {all}")));
        }
        let minimise = match way {
            None => LESS.contains(&metric),
            Some("min") if BELOW_ZERO.contains(&metric) => {
                return Err(fail(format!(
                    "{metric} is a loss below zero, so the smallest loss is the highest figure; write {metric} alone"
                )));
            }
            Some("min") => true,
            Some("max") => false,
            Some(other) => return Err(fail(format!("`{other}` is no way to go; write :min or :max"))),
        };
        if read.iter().any(|goal| goal.metric == metric) {
            return Err(fail("it is named twice".to_owned()));
        }
        read.push(Goal { metric: metric.to_owned(), minimise });
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::optimize::trial::Unit;

    #[test]
    fn goals_go_the_way_that_is_better_unless_they_say_otherwise() {
        let columns = ["sharpe", "max_drawdown", "fees"].map(|key| Column {
            key: key.to_owned(),
            label: String::new(),
            unit: Unit::Ratio,
        });
        let shown =
            |goals: &[&str]| match read(&goals.iter().map(|g| (*g).to_owned()).collect::<Vec<_>>(), &columns)
            {
                Ok(goals) => goals.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                Err(failure) => failure.message,
            };
        for (goals, expected) in [
            (&["sharpe", "max_drawdown"][..], "sharpe:max max_drawdown:max"),
            (&["fees"], "fees:min"),
            (
                &["max_drawdown:min"],
                "goal max_drawdown:min: max_drawdown is a loss below zero, so the smallest loss is the highest figure; write max_drawdown alone",
            ),
            (&["sharpe:min"], "sharpe:min"),
            (
                &["sharp"],
                "goal sharp: there is no metric `sharp`; did you mean `sharpe`?; there are sharpe, max_drawdown, fees",
            ),
            (&["sharpe:up"], "goal sharpe:up: `up` is no way to go; write :min or :max"),
            (&["sharpe", "sharpe:min"], "goal sharpe:min: it is named twice"),
            (&[], "no goal; name a metric, such as --goal sharpe"),
        ] {
            assert_eq!(shown(goals), expected);
        }
    }
}
