//! One run: data through the engine, and what went wrong in words.

use backtest::{Backtest, BacktestError, BacktestSetup, Feed, Outcome};
use search::Span;

use crate::Failure;
use crate::assemble::Assembled;

/// Runs over all data, or over a stretch of it; `heard` hears the count of events now and then.
pub(crate) fn play(
    assembled: &Assembled,
    setup: BacktestSetup,
    window: Option<Span>,
    heard: impl FnMut(u64),
) -> Result<Outcome, Failure> {
    let mut streams = match window {
        None => assembled.streams(),
        Some(window) => assembled.streams_in(window, assembled.warm_up_bars(&setup)),
    };
    let recordings = assembled.recordings()?;
    if window.is_some() && !recordings.is_empty() {
        return Err(Failure::config(
            "a recorded order book can't be cut into stretches; name bars, trades or quotes",
        ));
    }
    let mut backtest = Backtest::new(setup).map_err(Failure::run)?;
    if let Some(account) = assembled.margin()? {
        backtest = backtest.with_margin(account);
    }
    if !recordings.is_empty() {
        let outcome = backtest.replay(recordings, Feed::new(streams), heard);
        return outcome.map_err(|error| explain(&error));
    }
    // One stream needs no merging, and goes through the faster loop.
    let outcome = match (streams.pop(), streams.is_empty()) {
        (Some(only), true) => backtest.run(only, heard),
        (last, _) => {
            streams.extend(last);
            backtest.run(Feed::new(streams), heard)
        }
    };
    outcome.map_err(|error| explain(&error))
}

/// Times inside the engine are counts of nanoseconds; a person gets a date.
pub(super) fn explain(error: &BacktestError) -> Failure {
    let (BacktestError::Kernel { event, time, .. }
    | BacktestError::Overflow { event, time, .. }
    | BacktestError::Margin { event, time, .. }
    | BacktestError::Restless { event, time, .. }) = error;
    let when = tape::show_time(*time);
    match error {
        BacktestError::Kernel { source, .. } => Failure::run(format!("event {event}, {when} UTC: {source}")),
        BacktestError::Overflow { source, .. } => {
            Failure::run(format!("event {event}, {when} UTC: {source}"))
        }
        BacktestError::Margin { source, .. } => {
            Failure::run(format!("event {event}, {when} UTC: the margin account: {source}"))
        }
        BacktestError::Restless { limit, .. } => Failure::run(format!(
            "event {event}, {when} UTC: the strategy went on answering its own orders for {limit} reports within one event; it never comes to rest"
        )),
    }
}
