//! Text tables: what the strategy does, bar by bar, with a model whose log-odds are the change of the last bar in per
//! cent.

use std::error::Error;
use std::fmt::Write;

use ai_strategy::{FORMAT, Kind, Logistic, Model, Predictor, Score, Span, Training};
use testkit::{Lab, LabError, check};

/// A model file: log-odds = `weight` × `feature`.
pub(crate) fn model(feature: &str, weight: f64) -> Result<String, Box<dyn Error>> {
    let predictor =
        Predictor::Logistic(Logistic { mean: vec![0.0], scale: vec![1.0], weights: vec![weight], bias: 0.0 });
    let model = Model {
        format: FORMAT,
        features_version: ai_strategy::FEATURES_VERSION,
        features: vec![feature.to_owned()],
        symbol: "TESTUSDT".to_owned(),
        interval_nanos: 60_000_000_000,
        training: Training { model: Kind::Logistic, ..Training::default() },
        // The sixty-second to sixty-fourth minute.
        trained: Span { from: 3_720_000_000_000, to: 3_840_000_000_000, samples: 3 },
        folds: Vec::new(),
        validation: Score::default(),
        test: Score::default(),
        predictor,
    };
    Ok(format!("model = '''{}'''\n", model.to_json()?))
}

/// Sixty-one bars that stand still at 100, and then the table.
fn holds(extra: &str, table: &str) -> Result<(), Box<dyn Error>> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    let mut all = String::new();
    for _ in 0..61 {
        writeln!(all, "100 |")?;
    }
    all.push_str(table);
    let params = format!("{}size = 0.01\n{extra}", model("roc_1", 1.0)?);
    Ok(check(&lab, "ai_strategy", &params, &all)?)
}

#[test]
fn in_from_the_confidence_on_and_out_when_the_model_turns() -> Result<(), Box<dyn Error>> {
    holds(
        "",
        "
        # 0.05 % is not enough for 52 %, which is ln(52/48) = 0.08; one per cent is.
        100.05          |
        101             | buy 0.99 market
        101 102 101 102 | filled buy 0.99 @ 101
        # A bar that stands still is no turn.
        102             |
        101             | sell 0.99 market reduce
        100             | filled sell 0.99 @ 100
        ",
    )
}

#[test]
fn both_ways_it_turns_in_one_bar() -> Result<(), Box<dyn Error>> {
    holds(
        "direction = 'both'",
        "
        101 | buy 0.99 market
        101 | filled buy 0.99 @ 101
        100 | sell 0.99 market reduce; sell 0.999 market
        100 | filled sell 0.99 @ 100; filled sell 0.999 @ 100
        101 | buy 0.999 market reduce; buy 0.989 market
        ",
    )
}

#[test]
fn short_only_it_never_buys_but_to_close() -> Result<(), Box<dyn Error>> {
    holds(
        "direction = 'short'",
        "
        101 |
        100 | sell 1 market
        100 | filled sell 1 @ 100
        101 | buy 1 market reduce
        ",
    )
}

#[test]
fn a_stop_is_placed_and_what_was_stopped_out_waits_for_a_turn() -> Result<(), Box<dyn Error>> {
    holds(
        "stop_loss_pct = 10",
        "
        101             | buy 0.99 market
        101             | filled buy 0.99 @ 101; sell 0.99 stop 90.9 reduce
        # Stopped out, and the model still says up at the close: not again before it gave up.
        101 102 90 102  | filled sell 0.99 @ 90.9
        103             |
        # Now it gave up.
        102             |
        103             | buy 0.969 market
        ",
    )
}

/// The deviation of twenty changes, one of them 1 % and the others 0, is √(1/20 − 1/400) % = 0.217 9 %; a target of
/// 0.1 % wants 0.1/0.217 9 = 0.458 8 of the size, 0.01 × 10 000/101 = 0.990 1: 0.454.
#[test]
fn positions_are_smaller_where_the_market_moves_more() -> Result<(), Box<dyn Error>> {
    holds(
        "target_volatility_pct = 0.1",
        "
        101 | buy 0.454 market
        101 | filled buy 0.454 @ 101
        ",
    )?;
    holds("target_volatility_pct = 1", "101 | buy 0.99 market")
}

/// 0.4 % of the equity a bar: 40 of 10 000 is 0.396 at 101. A day holds 0.9 %, 90: two of those and 0.099.
#[test]
fn a_position_grows_bar_by_bar_within_its_bounds() -> Result<(), Box<dyn Error>> {
    holds(
        "max_bar_turnover_pct = 0.4\nmax_daily_turnover_pct = 0.9\nrebalance_pct = 5",
        "
        101 | buy 0.396 market
        101 | filled buy 0.396 @ 101; buy 0.396 market
        101 | filled buy 0.396 @ 101; buy 0.099 market
        101 | filled buy 0.099 @ 101
        101 |
        # Out at once, whatever the bounds say.
        100 | sell 0.891 market reduce
        100 | filled sell 0.891 @ 100
        # The day is used up: no way in.
        101 |
        ",
    )
}

/// Where volatility rises beyond the band, what is held is made smaller by a reduce-only order, whatever the day has
/// left.
#[test]
fn what_is_too_much_is_taken_off_without_a_bound() -> Result<(), Box<dyn Error>> {
    holds(
        "target_volatility_pct = 0.1\nmax_daily_turnover_pct = 1\nrebalance_pct = 20",
        "
        100.1 | buy 0.999 market
        100.1 | filled buy 0.999 @ 100.1
        # A change of 1.998 % more: the deviation is 0.434 85 %, and 0.229 96 of the size is wanted, or 0.225.
        102.1 | sell 0.774 market reduce
        102.1 | filled sell 0.774 @ 102.1
        ",
    )
}

/// The model was trained on the minutes 62 to 64: what is wanted there is not opened, and after them it is.
#[test]
fn bars_of_the_training_are_left_out_where_that_is_wanted() -> Result<(), Box<dyn Error>> {
    holds(
        "only_unseen = true",
        "
        101 |
        102 |
        103 |
        104 | buy 0.961 market
        ",
    )
}

#[test]
fn parameters_that_can_not_be_are_refused() -> Result<(), Box<dyn Error>> {
    for (params, expected) in [
        ("model = 'mine.json'", "model: `mine.json` is the name of a file, and a strategy reads none"),
        ("model = '{}'", "model: the model file can't be read: missing field"),
        ("model = 'hex:xyz'", "model: what follows `hex:` is not hexadecimal"),
        ("model = 'hex:00'", "model: this is no ONNX file that can be read"),
        ("features = ['roc_1']", "features: a model file names its features itself"),
        ("advisor_source = 'Some One'", "advisor_source: `Some One` is not a name of a signal"),
        ("rebalance_pct = 0.00000001", "rebalance_pct: 0.00000001 has more than seven decimals"),
        ("confidence = 0.4", "`confidence` is 0.4; it must be from 0.5 to 0.99"),
        ("size = 0", "`size` is 0; it must be above 0, at most 1"),
    ] {
        let refused: Result<_, LabError> = Lab::new()?.run("ai_strategy", params, &[]);
        let error = refused.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with(expected), "{params}: {error}");
    }
    Ok(())
}
