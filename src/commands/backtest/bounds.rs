//! The same run twice more: as cautious as the fill models go, and as optimistic.
//!
//! They show how much of a result is an assumption about fills. A strategy that reacts to its fills may end outside of them.

use backtest::BacktestSetup;
use report::{Bound, Context};
use venue::{Execution, Fills, Latency, Path, Queue, Tail, Touch};

use super::play::play;
use crate::Failure;
use crate::assemble::Assembled;
use crate::config::Source;
use crate::market::InstrumentData;

/// Both, the cautious one first.
pub(super) fn of(assembled: &Assembled, source: &Source, context: &Context) -> Result<Vec<Bound>, Failure> {
    let one = |(name, change): (&str, fn(&mut BacktestSetup))| {
        let mut setup = assembled.setup(source, false)?;
        change(&mut setup);
        let execution = words(assembled, &setup);
        let record = play(assembled, setup, None, |_| ())?.record;
        let metrics = report::metrics(&record, context);
        Ok(Bound { name: name.to_owned(), execution, metrics })
    };
    Ok(vec![one(("pessimistic", pessimistic))?, one(("optimistic", optimistic))?])
}

/// Last in every queue, twice the latency; on bars, through the price, the worst path, and twice the slippage.
fn pessimistic(setup: &mut BacktestSetup) {
    let own = setup.execution;
    setup.execution = Execution {
        touch: Touch::Through,
        path: Path::WorstFirst,
        slippage_ticks: own.slippage_ticks.saturating_mul(2).max(1),
        queue: Queue::Behind,
        fills: Fills::Partial,
        unshared: false,
        ..own
    };
    setup.replay.latency = match setup.replay.latency.clone() {
        Latency::Constant { entry, response } => {
            Latency::Constant { entry: entry * 2, response: response * 2 }
        }
        Latency::Random { entry, response, seed } => {
            Latency::Random { entry: doubled(entry), response: doubled(response), seed }
        }
        measured @ Latency::Recorded(_) => measured,
    };
}

const fn doubled(Tail { floor, tail }: Tail) -> Tail {
    Tail { floor: floor * 2, tail: tail * 2 }
}

/// First in every queue, whole fills, no latency; on bars, at a touch, the friendlier path, any volume and no slippage.
fn optimistic(setup: &mut BacktestSetup) {
    setup.execution = Execution {
        touch: Touch::Touch,
        path: Path::NearestFirst,
        slippage_ticks: 0,
        max_volume_share: None,
        queue: Queue::Front,
        fills: Fills::Whole,
        ..setup.execution
    };
    setup.replay.latency = Latency::Constant { entry: 0, response: 0 };
}

/// What was set, in words.
fn words(assembled: &Assembled, setup: &BacktestSetup) -> Vec<(String, String)> {
    let Execution { touch, path, slippage_ticks, max_volume_share, queue, fills, .. } = setup.execution;
    let mut words = Vec::new();
    let mut say = |name: &str, value: &str| words.push((name.to_owned(), value.to_owned()));
    if assembled.series.iter().any(|data| !data.is_recording()) {
        say("touch", if touch == Touch::Touch { "touch" } else { "through" });
        say("path", if path == Path::WorstFirst { "worst_first" } else { "nearest_first" });
        say("slippage_ticks", &slippage_ticks.to_string());
        say("max_volume", if max_volume_share.is_some() { "as configured" } else { "unbound" });
    }
    if assembled.series.iter().any(InstrumentData::is_recording) {
        say("queue", if queue == Queue::Front { "front" } else { "behind" });
        say("fills", if fills == Fills::Whole { "whole" } else { "partial" });
        say(
            "latency",
            match setup.replay.latency {
                Latency::Constant { entry: 0, response: 0 } => "none",
                Latency::Recorded(_) => "as measured",
                _ => "doubled",
            },
        );
    }
    words
}
