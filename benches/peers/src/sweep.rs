//! Work W3: W1 for 200 pairs of averages over one shared series, by hand and by our engine, on one thread and on two.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bars::by_hand::{Columns, cross};
use crate::bars::{lab, ours, params, read};
use crate::measure::{best, clocked, line};

/// What went wrong in a thread.
type Failure = String;

/// Fast 5, 7 .. 23 × slow 26, 30 .. 102.
fn pairs() -> Vec<(usize, usize)> {
    let slow = || (26..=102).step_by(4);
    (5..=23).step_by(2).flat_map(|fast| slow().map(move |slow| (fast, slow))).collect()
}

/// Runs `one` for each pair on so many threads that take the next pair as they become free.
fn on_threads(
    threads: usize,
    one: impl Fn(usize, usize) -> Result<String, Failure> + Sync,
) -> Result<Vec<String>, Failure> {
    let (pairs, next, one) = (pairs(), AtomicUsize::new(0), &one);
    let work = || -> Result<Vec<(usize, String)>, Failure> {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((fast, slow)) = pairs.get(at) else { return Ok(done) };
            done.push((at, one(*fast, *slow)?));
        }
    };
    let mut all = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = work()?;
        for other in others {
            all.extend(other.join().map_err(|_| "a thread of the sweep ended early")??);
        }
        Ok::<_, Failure>(all)
    })?;
    all.sort_unstable();
    Ok(all.into_iter().map(|(_, equity)| equity).collect())
}

/// Runs a contestant and gives its line.
pub fn run(contestant: &str, file: &str) -> Result<String, Box<dyn std::error::Error>> {
    let (who, threads) =
        contestant.rsplit_once('-').ok_or("name a contestant and its threads, as `hand-1`")?;
    let threads = threads.parse()?;
    let bars = read(file)?;
    let (equities, took) = match who {
        "hand" => {
            let columns = Columns::of(&bars);
            drop(bars);
            let one = |fast, slow| Ok(format!("{:.4}", cross(columns.rows(), fast, slow, None).0));
            best(|| {
                let (equities, took) = clocked(|| on_threads(threads, one));
                Ok((equities?, took))
            })?
        }
        "quantmesh" => {
            let lab = lab()?;
            let one = |fast, slow| {
                let outcome = ours(&lab, &params(fast, slow), &bars).map_err(|error| error.to_string())?;
                Ok(outcome.record.final_equity().to_string())
            };
            best(|| {
                let (equities, took) = clocked(|| on_threads(threads, one));
                Ok((equities?, took))
            })?
        }
        other => return Err(format!("nobody called `{other}` takes part in W3").into()),
    };
    let result = format!(
        r#"{{"pairs": {:?}, "equities": {equities:?}}}"#,
        pairs().iter().map(|(f, s)| [*f, *s]).collect::<Vec<_>>()
    );
    line(equities.len(), took, &result)
}
