//! The lookahead detector: a run over the whole tape must decide what runs over its beginnings decide.
//!
//! The engine hands a strategy one event after the other, so code alone can't see the future. What can are the things made before
//! the run: parameters chosen by the whole file, a model trained on it, features scaled by its maximum. So the setup is made anew for
//! each beginning of the tape, from that beginning alone, and the first step that comes out otherwise is told.

use std::fmt;

use kernel::KernelError;
use types::{Command, Event};

use crate::{Backtest, BacktestError, BacktestSetup, Entry};

/// A step of the whole run that a run over a beginning of the tape takes otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookahead {
    /// How many events of the tape the shorter run had.
    pub cut: usize,
    /// The step, from 0; order reports count as steps too.
    pub step: usize,
    /// What the run over the whole tape did there; `None` where it had come to its end.
    pub whole: Option<Entry>,
    /// What the run over the beginning did there.
    pub beginning: Entry,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum LookaheadError<E> {
    /// A run could not be set up.
    #[error("{0}")]
    Prepare(E),
    /// A kernel could not be assembled.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// A run failed.
    #[error(transparent)]
    Run(#[from] BacktestError),
}

/// Runs over the whole tape and over `cuts` evenly spaced beginnings of it, and returns the earliest step that differs.
///
/// `prepare` gets a beginning of the tape (the whole one first) and makes a run of it, from nothing else: the setup, and the events to
/// feed, which are the given ones with whatever is derived from them, such as signals. The journal is kept whatever the setup says,
/// and the runs are not closed, so that an end of the tape is no decision.
///
/// # Errors
/// [`LookaheadError`] when a run can't be set up or fails.
pub fn lookahead<E>(
    tape: &[Event],
    cuts: usize,
    mut prepare: impl FnMut(&[Event]) -> Result<(BacktestSetup, Vec<Event>), E>,
) -> Result<Option<Lookahead>, LookaheadError<E>> {
    let whole = decisions(tape, &mut prepare)?;
    let mut earliest: Option<Lookahead> = None;
    for cut in places(tape.len(), cuts) {
        let beginning = decisions(tape.get(..cut).unwrap_or_default(), &mut prepare)?;
        let differs = |(step, entry): &(usize, &Entry)| whole.get(*step) != Some(*entry);
        let Some((step, entry)) = beginning.iter().enumerate().find(differs) else { continue };
        if earliest.as_ref().is_none_or(|found| step < found.step) {
            earliest =
                Some(Lookahead { cut, step, whole: whole.get(step).cloned(), beginning: entry.clone() });
        }
    }
    Ok(earliest)
}

/// Every step of a run over a beginning of the tape.
fn decisions<E>(
    tape: &[Event],
    prepare: &mut impl FnMut(&[Event]) -> Result<(BacktestSetup, Vec<Event>), E>,
) -> Result<Vec<Entry>, LookaheadError<E>> {
    let (setup, events) = prepare(tape).map_err(LookaheadError::Prepare)?;
    let mut run = Backtest::new(BacktestSetup { journal: true, ..setup })?;
    for event in &events {
        run.feed(event)?;
    }
    Ok(run.journal().to_vec())
}

/// Where the tape is cut: `cuts` places that part it evenly, each once.
fn places(events: usize, cuts: usize) -> Vec<usize> {
    let parts = cuts.saturating_add(1) as u128;
    let place = |cut: usize| usize::try_from(events as u128 * cut as u128 / parts).unwrap_or(events);
    let mut places: Vec<usize> = (1..=cuts).map(place).filter(|place| *place > 0).collect();
    places.dedup();
    places
}

impl fmt::Display for Lookahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cut, step, whole, beginning } = self;
        let time = beginning.event.time();
        match whole {
            Some(whole) if whole.event == beginning.event => write!(
                f,
                "step {step} ({time}): the run over the whole tape decided {}, the run over its first {cut} events {}",
                Decided(&whole.commands),
                Decided(&beginning.commands)
            )?,
            Some(whole) => write!(
                f,
                "step {step} ({time}): the run over the whole tape heard {:?}, the run over its first {cut} events {:?}",
                whole.event, beginning.event
            )?,
            None => write!(
                f,
                "step {step} ({time}): the run over the whole tape had ended, the run over its first {cut} events had not"
            )?,
        }
        write!(
            f,
            "; something that was made before the run knows what came later: parameters, a model, or features"
        )
    }
}

/// Commands in words.
struct Decided<'c>(&'c [Command]);

impl fmt::Display for Decided<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (at, command) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            match command {
                Command::Place(order) => {
                    write!(
                        f,
                        "{comma}to {} {} lots ({:?})",
                        order.side.text(),
                        order.qty.lots(),
                        order.kind
                    )?;
                }
                Command::Cancel { id, .. } => write!(f, "{comma}to cancel {id}")?,
                Command::Tell(report) => write!(f, "{comma}to refuse {}", report.id)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn a_tape_is_cut_evenly() {
        for (events, cuts, expected) in [
            (10, 4, vec![2, 4, 6, 8]),
            (3, 5, vec![1, 2]),
            (0, 3, vec![]),
            (7, 0, vec![]),
            (1_000, 1, vec![500]),
        ] {
            assert_eq!(places(events, cuts), expected, "{events} in {cuts}");
        }
    }
}
