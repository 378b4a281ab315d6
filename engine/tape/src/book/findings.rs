//! What was found in a recording of an order book.

use std::collections::BTreeMap;
use std::fmt;

use types::{Tick, TickKind};

use super::clock::Clock;
use super::gather::Messages;

/// The findings of a recording, beside those of every file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BookFindings {
    /// Messages read; zero where the file has rows instead.
    pub messages: u64,
    /// Snapshots of the book.
    pub snapshots: u64,
    /// Changes of levels, those of snapshots among them.
    pub levels: u64,
    /// Rows of best prices.
    pub bests: u64,
    /// Trades.
    pub trades: u64,
    /// Messages of changes left out because a snapshot that had come before was newer.
    pub stale: u64,
    /// Messages of changes that came before a snapshot, were newer than it, and follow it once more.
    pub repeated: u64,
    /// Breaks in the venue's sequence of ids: changes are missing there, and the book is wrong until the next snapshot.
    pub breaks: u64,
    /// Line of the first of them.
    pub first_break: Option<u64>,
    /// Messages passed over, by what they are.
    pub passed_over: BTreeMap<String, u64>,
    /// The two clocks.
    pub clock: Clock,
    /// Rows that lie there twice because the venue's order and ours differ.
    pub rows_twice: u64,
}

impl BookFindings {
    pub(super) fn of(messages: Messages, ticks: &[Tick], clock: Clock) -> Self {
        let mut findings = Self {
            messages: messages.messages,
            snapshots: messages.snapshots,
            stale: messages.stale,
            repeated: messages.repeated,
            breaks: messages.breaks,
            first_break: messages.first_break,
            passed_over: messages.passed_over,
            clock,
            ..Self::default()
        };
        findings.count(ticks.iter().copied());
        findings
    }

    /// Counts rows by what they say; one that lies there twice counts once.
    pub(crate) fn count(&mut self, ticks: impl Iterator<Item = Tick>) {
        for tick in ticks.filter(Tick::for_venue) {
            match tick.kind {
                TickKind::Level(_) => self.levels += 1,
                TickKind::Best(_) => self.bests += 1,
                TickKind::Trade(_) => self.trades += 1,
                TickKind::Clear(_) => {}
            }
        }
    }

    /// Adds what was found in a stretch that follows.
    pub(crate) fn join(&mut self, more: &Self, twice: u64) {
        for (all, new) in [
            (&mut self.messages, more.messages),
            (&mut self.snapshots, more.snapshots),
            (&mut self.levels, more.levels),
            (&mut self.bests, more.bests),
            (&mut self.trades, more.trades),
            (&mut self.stale, more.stale),
            (&mut self.repeated, more.repeated),
            (&mut self.breaks, more.breaks),
            (&mut self.clock.early_rows, more.clock.early_rows),
            (&mut self.clock.shifted_rows, more.clock.shifted_rows),
        ] {
            *all += new;
        }
        for (what, count) in &more.passed_over {
            *self.passed_over.entry(what.clone()).or_default() += count;
        }
        let (one, two) = (&mut self.clock, more.clock);
        one.smallest_latency = one.smallest_latency.min(two.smallest_latency);
        one.largest_latency = one.largest_latency.max(two.largest_latency);
        one.shift = one.shift.max(two.shift);
        self.rows_twice = twice;
    }

    /// What has to be said aloud, a line each: a clock that was put right, and breaks in the sequence.
    #[must_use]
    pub fn cautions(&self) -> Vec<String> {
        let mut cautions = Vec::new();
        let clock = self.clock;
        if clock.shift != 0 {
            cautions.push(format!(
                "LOCAL CLOCK BEHIND THE VENUE'S: by {} s at least; {} of {} rows had arrived before they happened. Every local time was moved by {} s, so that the smallest latency is {} ns; latencies here are differences, not what the line took",
                seconds(clock.smallest_latency.saturating_neg()),
                clock.early_rows,
                clock.shifted_rows,
                seconds(clock.shift),
                clock.smallest_latency.saturating_add(clock.shift),
            ));
        }
        if self.breaks > 0 {
            let line = self.first_break.map_or_else(String::new, |line| format!(", first in line {line}"));
            cautions.push(format!(
                "CHANGES ARE MISSING: the venue's sequence breaks {} times{line}; the book is wrong from there to the next snapshot",
                self.breaks
            ));
        }
        cautions
    }

    pub(crate) fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        if self.messages > 0 {
            rows.push(("messages", format!("{}, {} snapshots among them", self.messages, self.snapshots)));
        }
        rows.push(("levels", self.levels.to_string()));
        rows.push(("best prices", self.bests.to_string()));
        rows.push(("trades", self.trades.to_string()));
        if !self.passed_over.is_empty() {
            let each = self.passed_over.iter().map(|(what, count)| format!("{what} {count}"));
            rows.push(("passed over", each.collect::<Vec<_>>().join(", ")));
        }
        if self.stale > 0 {
            rows.push((
                "older",
                format!("{} messages of changes, left out after a newer snapshot", self.stale),
            ));
        }
        if self.repeated > 0 {
            rows.push((
                "repeated",
                format!("{} messages of changes, after an older snapshot", self.repeated),
            ));
        }
        if self.rows_twice > 0 {
            rows.push((
                "in two places",
                format!("{} rows: the venue's order and ours differ", self.rows_twice),
            ));
        }
        rows
    }
}

/// Nanoseconds as seconds with their decimals.
fn seconds(nanos: i64) -> String {
    types::Decimal::new(i128::from(nanos), 9)
        .map_or_else(|_| format!("{nanos} ns of"), |shown| shown.to_string())
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (self.smallest_latency, self.largest_latency);
        write!(f, "{} to {} s as recorded", seconds(low), seconds(high))?;
        if self.shift == 0 { Ok(()) } else { write!(f, ", moved by {} s", seconds(self.shift)) }
    }
}
