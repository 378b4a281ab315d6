//! Who looked ahead: the same decisions must come out where the data ends earlier.

use backtest::{Lookahead, LookaheadError, lookahead};

use super::play::explain;
use crate::Failure;
use crate::assemble::Assembled;
use crate::config::Source;
use crate::failure::Kind;
use crate::market::InstrumentData;

/// Fails with the first step that comes out otherwise.
pub(super) fn look(assembled: &Assembled, source: &Source, cuts: usize) -> Result<(), Failure> {
    if cuts == 0 {
        return Err(Failure::new(Kind::Usage, "--lookahead needs at least one beginning of the data"));
    }
    if assembled.series.iter().any(InstrumentData::is_recording) {
        let what = "--lookahead cuts bars, trades and quotes; a recorded order book can't be cut";
        return Err(Failure::new(Kind::Usage, what));
    }
    let tape: Vec<types::Event> = assembled.feed().collect();
    let found = lookahead(&tape, cuts, |events| Ok((assembled.setup(source, true)?, events.to_vec())));
    match found {
        Ok(None) => Ok(()),
        Ok(Some(found)) => Err(told(&found)),
        Err(LookaheadError::Prepare(failure)) => Err(failure),
        Err(LookaheadError::Kernel(error)) => Err(Failure::run(error)),
        Err(LookaheadError::Run(error)) => Err(explain(&error)),
    }
}

fn told(found: &Lookahead) -> Failure {
    let time = tape::show_time(found.beginning.event.time());
    Failure::run(format!(
        "a strategy looked ahead: with the first {} events of the data it decides otherwise at {time} UTC (step {}) than with all of them; \
         what it was made from, such as a parameter or a model, knew what came later",
        found.cut, found.step
    ))
}
