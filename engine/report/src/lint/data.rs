//! The data behind the fills: prices that had stopped, gaps inside positions, more than the market traded.

use ledger::FillRecord;
use types::{Bar, Qty, Time};

use super::Severity::{Caution, Serious};
use super::evidence::{Evidence, part, percent};
use super::{Finding, finding};
use crate::exposure::Position;
use crate::show;

/// A gap takes this many times the usual distance: more than a long weekend among daily bars.
const GAP_OF_BARS: i64 = 5;
/// The same among ticks, which come in bursts; and at least a minute.
const GAP_OF_TICKS: i64 = 50;
const MINUTE: i64 = 60_000_000_000;
/// Share of a bar's volume beyond which a fill would have moved the price.
const VOLUME: f64 = 0.1;

/// The candle a moment falls into, with the one before.
fn around(candles: &[Bar], time: Time) -> Option<(&Bar, &Bar)> {
    let at = candles.partition_point(|candle| candle.close_time < time);
    Some((candles.get(at.checked_sub(1)?)?, candles.get(at)?))
}

fn of<'r>(evidence: &'r Evidence<'_>, fill: &FillRecord) -> &'r [Bar] {
    evidence.record.candles.get(fill.instrument.index()).map_or(&[], Vec::as_slice)
}

/// Fills inside a bar that has one price, no volume, and the price of the bar before.
pub(super) fn stale_fills(evidence: &Evidence<'_>) -> Option<Finding> {
    // Where there are no bars, candles are drawn from prices that stand still between trades.
    if evidence.record.totals.bars == 0 {
        return None;
    }
    let stale = |fill: &&FillRecord| {
        around(of(evidence, fill), fill.time).is_some_and(|(before, bar)| {
            let real = bar.open_time < bar.close_time;
            real && bar.high == bar.low && bar.close == before.close && bar.volume.is_zero()
        })
    };
    let mut hits = evidence.record.fills.iter().filter(stale);
    let first = hits.next()?;
    let found = 1 + hits.count();
    let share = part(found, evidence.record.fills.len())?;
    Some(finding(
        "stale_fills",
        if share >= 0.2 { Serious } else { Caution },
        format!(
            "{found} of {} fills happened in bars in which nothing was traded and the price stood still, the first on {}.",
            evidence.record.fills.len(),
            show::time(first.time)
        ),
        "A venue would not have filled them. Leave those stretches out of the data, or bound fills by volume.",
    ))
}

/// Stretches without data while a position was open.
pub(super) fn gaps(evidence: &Evidence<'_>) -> Option<Finding> {
    let (mut found, mut longest): (usize, Option<(i64, Time, &str)>) = (0, None);
    for (instrument, candles) in evidence.record.instruments.iter().zip(&evidence.record.candles) {
        let distance = |pair: &[Bar]| match pair {
            [one, two] => two.close_time.nanos().saturating_sub(one.close_time.nanos()),
            _ => 0,
        };
        let mut distances: Vec<i64> = candles.windows(2).map(distance).collect();
        distances.sort_unstable();
        let Some(usual) = distances.get(distances.len() / 2).copied() else { continue };
        let bars =
            candles.iter().any(|candle| candle.open_time < candle.close_time && !candle.volume.is_zero());
        let bound = if bars {
            usual.saturating_mul(GAP_OF_BARS)
        } else {
            usual.saturating_mul(GAP_OF_TICKS).max(MINUTE)
        };
        let mut position = Position::of(evidence.record, instrument.id());
        for pair in candles.windows(2) {
            let [one, two] = pair else { continue };
            let gap = two.open_time.nanos().saturating_sub(one.close_time.nanos());
            if distance(pair) <= bound || gap <= 0 || position.at(one.close_time).is_zero() {
                continue;
            }
            found += 1;
            if longest.is_none_or(|(length, ..)| gap > length) {
                longest = Some((gap, one.close_time, instrument.symbol()));
            }
        }
    }
    let (length, since, symbol) = longest?;
    let hours = show::days(Time::EPOCH, Time::from_nanos(length)) * 24.0;
    Some(finding(
        "data_gaps",
        if found >= 5 { Serious } else { Caution },
        format!(
            "The data has {found} gaps while a position was open; the longest, in {symbol}, is {} hours from {} on.",
            show::number(Some(hours), 1),
            show::time(since)
        ),
        "Stops and exits could not work in there, and the price after it is a jump. Fill the gap, or split the run around it.",
    ))
}

/// Fills that are more than a share of what the market traded in their bar.
pub(super) fn volume(evidence: &Evidence<'_>) -> Option<Finding> {
    let record = evidence.record;
    let kept: usize = record.candles.iter().map(Vec::len).sum();
    // Merged candles hold the volume of several bars; too large a fill could hide in there, and none is accused wrongly.
    let whole = kept as u64 == record.totals.bars;
    let (mut found, mut worst, mut with_volume) = (0_usize, 0.0_f64, 0_usize);
    for fill in &record.fills {
        let candles = of(evidence, fill);
        let at = candles.partition_point(|candle| candle.close_time < fill.time);
        let Some(bar) = candles.get(at).filter(|bar| bar.volume > Qty::ZERO) else { continue };
        with_volume += 1;
        let share = lots(fill.fill.qty) / lots(bar.volume);
        found += usize::from(share > VOLUME);
        worst = worst.max(share);
    }
    let share = part(found, with_volume).filter(|_| found > 0)?;
    Some(finding(
        "large_fills",
        if share >= 0.2 || worst > 1.0 { Serious } else { Caution },
        format!(
            "{found} of {with_volume} fills are more than {} of what their {} traded; the largest is {}.",
            percent(VOLUME),
            if whole { "bar" } else { "candle, several bars together," },
            percent(worst)
        ),
        "The order would have moved the price. Trade less, or set execution.max_volume_pct.",
    ))
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
const fn lots(qty: Qty) -> f64 {
    qty.lots() as f64
}
