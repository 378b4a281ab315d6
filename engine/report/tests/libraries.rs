//! Every field of the shared reference file that empyrical and quantstats share with this report, on two daily curves.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of tests may stop where something is not as it should be"
)]

mod runs;

use ledger::RunRecord;
use quantmesh_report::{Calendar, Context, to_json};
use runs::{curve, figure, near};
use serde_json::Value;
use testkit::shared_or_skip;
use trend_following as _;
use types::Time;

/// Our key, their key, and what ours is multiplied with.
type Pair = (&'static str, &'static str, f64);

const LIBRARIES: [(&str, Calendar, &[Pair]); 3] = [
    (
        "empyrical_365",
        Calendar::Daily365,
        &[
            ("total_return", "total_return", 1.0),
            ("annual_return", "annual_return", 1.0),
            ("volatility", "annual_volatility", 1.0),
            ("sharpe", "sharpe", 1.0),
            ("sortino", "sortino", 1.0),
            ("calmar", "calmar", 1.0),
            ("max_drawdown", "max_drawdown", 1.0),
            ("omega", "omega", 1.0),
            ("downside_deviation", "downside_risk", 1.0),
            ("tail_ratio", "tail_ratio", 1.0),
            ("value_at_risk", "value_at_risk_5", 1.0),
            ("expected_shortfall", "conditional_value_at_risk_5", 1.0),
            ("stability", "stability", 1.0),
        ],
    ),
    (
        "empyrical_252",
        Calendar::Daily252,
        &[
            ("sharpe", "sharpe", 1.0),
            ("sortino", "sortino", 1.0),
            ("calmar", "calmar", 1.0),
            ("annual_return", "annual_return", 1.0),
            ("volatility", "annual_volatility", 1.0),
        ],
    ),
    (
        "quantstats_365",
        Calendar::Daily365,
        &[
            ("sharpe", "sharpe", 1.0),
            ("sortino", "sortino", 1.0),
            ("volatility", "volatility", 1.0),
            ("max_drawdown", "max_drawdown", 1.0),
            // Its CAGR counts days of returns, 365 to a year, as our annual return does; ours of that name goes by the clock.
            ("annual_return", "cagr", 1.0),
            ("calmar", "calmar", 1.0),
            ("positive_days", "win_rate", 1.0),
            // Over days its profit factor is the Omega ratio.
            ("omega", "profit_factor", 1.0),
            ("payoff_days", "payoff_ratio", 1.0),
            ("skew", "skew", 1.0),
            ("kurtosis", "kurtosis", 1.0),
            ("ulcer_index", "ulcer_index", 1.0),
            ("best_day", "best", 1.0),
            ("worst_day", "worst", 1.0),
            ("gaining_days_in_a_row", "consecutive_wins", 1.0),
            ("losing_days_in_a_row", "consecutive_losses", 1.0),
            ("kelly_days", "kelly", 1.0),
            ("value_at_risk_normal", "var_95", 1.0),
        ],
    ),
];

#[test]
fn every_field_that_the_libraries_share_agrees() -> Result<(), Box<dyn std::error::Error>> {
    let Some(file) = shared_or_skip("data/reference/metrics_btc_daily.json") else { return Ok(()) };
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let mut compared = 0;
    for name in ["buy_and_hold_daily", "ma_crossover_daily"] {
        let case = &reference["cases"][name];
        let record = run(case);
        for (library, calendar, keys) in LIBRARIES {
            let context = Context { calendar, ..Context::default() };
            for (ours, theirs, factor) in keys {
                let expected = case[library][theirs].as_f64().expect("a number");
                let found = figure(&record, &context, ours) * factor;
                near(&format!("{name} {library} {theirs}"), found, expected, 1e-9);
                compared += 1;
            }
            let fields = case[library].as_object().expect("fields").len();
            assert_eq!(fields, keys.len(), "every field of {library} is compared");
        }
        compared += worst(&record, &case["quantstats_worst_drawdowns"]);
    }
    assert_eq!(compared, 2 * (13 + 5 + 18 + 5));
    Ok(())
}

/// The curve of a case, each day's equity at the end of that day.
fn run(case: &Value) -> RunRecord {
    let list = |key: &str| case[key].as_array().expect("a list").clone();
    let equity: Vec<f64> = list("equity").iter().filter_map(Value::as_f64).collect();
    let mut record = curve(&equity);
    for (point, time) in record.equity.iter_mut().zip(list("ts_ms")) {
        point.time = Time::from_nanos(time.as_i64().expect("a time") * 1_000_000 + runs::DAY);
    }
    record
}

/// The five deepest drawdowns of quantstats. It names days, and ours are told at their end, which is the midnight that begins the
/// next one. Its `start` is the first day below the peak, and its `end` the last one.
fn worst(record: &RunRecord, theirs: &Value) -> usize {
    let ours = to_json(record, &Context::default());
    let ours = ours["drawdowns"].as_array().expect("a list");
    let theirs = theirs.as_array().expect("a list");
    for (mine, other) in ours.iter().zip(theirs) {
        let depth = |value: &Value| value.as_f64().expect("a number");
        near("depth", -depth(&mine["depth_pct"]), depth(&other["max drawdown"]), 1e-9);
        for (ours, theirs, days) in [("peak", "start", 0), ("lowest", "valley", 1), ("recovered", "end", 2)] {
            let theirs: jiff::civil::Date = other[theirs].as_str().expect("a date").parse().expect("a date");
            let theirs = theirs.checked_add(jiff::Span::new().days(days)).expect("it is in range");
            // What has not recovered ends with the data for quantstats.
            if let Some(ours) = mine[ours].as_str() {
                assert_eq!(ours, theirs.to_string(), "{mine} {other}");
            } else {
                assert_eq!(other["end"], "2019-10-17", "{mine}");
            }
        }
    }
    theirs.len()
}
