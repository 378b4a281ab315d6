//! What was found in a file: the facts first, then what makes it unusable, each with its line.

use std::fmt;

use types::Time;

use crate::Kind;
use crate::book::BookFindings;
use crate::when::show;

/// A stretch without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Last time before it.
    pub after: Time,
    /// First time after it.
    pub until: Time,
}

/// Two neighbouring rows whose times don't rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Line of the second row, from 1.
    pub line: u64,
    /// Time of the first.
    pub from: Time,
    /// Time of the second.
    pub to: Time,
}

/// The findings of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The file.
    pub file: String,
    /// What it holds.
    pub kind: Kind,
    /// Rows that could be read.
    pub rows: u64,
    /// Time of the first and the last row.
    pub span: Option<(Time, Time)>,
    /// The most common step between rows, in nanoseconds; for bars and funding.
    pub interval: Option<i64>,
    /// The price step: as asked for, or the finest seen.
    pub tick_size: String,
    /// The quantity step.
    pub lot_size: String,
    /// Steps longer than one and a half intervals.
    pub gaps: u64,
    /// The longest of them.
    pub longest_gap: Option<Gap>,
    /// Rows at the time of the row before (bars, funding), or with its id (trades).
    pub duplicates: u64,
    /// Line of the first of them.
    pub first_duplicate: Option<u64>,
    /// Rows older than the row before.
    pub backward: u64,
    /// The first of them.
    pub first_backward: Option<Step>,
    /// Rows that can't be read.
    pub malformed: u64,
    /// The first of them: line and what is wrong.
    pub first_malformed: Option<(u64, String)>,
    /// Bars whose high is not the highest or whose low is not the lowest price; quotes whose bid is over their ask.
    pub unsound: u64,
    /// Line of the first of them.
    pub first_unsound: Option<u64>,
    /// Prices of zero or below.
    pub not_positive: u64,
    /// Line of the first of them.
    pub first_not_positive: Option<u64>,
    /// Prices that are no whole count of the tick asked for.
    pub off_tick: u64,
    /// Line of the first of them, and the price.
    pub first_off_tick: Option<(u64, String)>,
    /// Quantities that are no whole count of the lot asked for; in ticks, where nothing is rounded.
    pub off_lot: u64,
    /// Line of the first of them, and the quantity.
    pub first_off_lot: Option<(u64, String)>,
    /// Numbers that were floating-point noise (16 digits or more) and were rounded to 15 digits.
    pub snapped: u64,
    /// Bars in which nothing traded.
    pub without_volume: u64,
    /// What a recording of an order book has beside the rest.
    pub book: Option<BookFindings>,
}

impl Inspection {
    pub(crate) fn new(file: String, kind: Kind) -> Self {
        Self {
            file,
            kind,
            rows: 0,
            span: None,
            interval: None,
            tick_size: String::new(),
            lot_size: String::new(),
            gaps: 0,
            longest_gap: None,
            duplicates: 0,
            first_duplicate: None,
            backward: 0,
            first_backward: None,
            malformed: 0,
            first_malformed: None,
            unsound: 0,
            first_unsound: None,
            not_positive: 0,
            first_not_positive: None,
            off_tick: 0,
            first_off_tick: None,
            off_lot: 0,
            first_off_lot: None,
            snapped: 0,
            without_volume: 0,
            book: None,
        }
    }

    /// Counts the step from one row to the next if it is longer than one and a half intervals.
    pub(crate) fn note_gap(&mut self, interval: i64, after: Time, until: Time) {
        let step = |gap: Gap| gap.until.nanos().saturating_sub(gap.after.nanos());
        let gap = Gap { after, until };
        if step(gap) <= interval.saturating_add(interval / 2) {
            return;
        }
        self.gaps += 1;
        if self.longest_gap.is_none_or(|longest| step(gap) > step(longest)) {
            self.longest_gap = Some(gap);
        }
    }

    /// Whether a run may stand on this data. Gaps are a caution; everything else that is wrong is a refusal.
    #[must_use]
    pub fn usable(&self) -> bool {
        self.rows > 0 && self.fault().is_none()
    }

    /// The first fault by its line, with what to do.
    #[must_use]
    pub fn fault(&self) -> Option<(u64, String)> {
        let mut faults: Vec<(u64, String)> = Vec::new();
        faults.extend(self.first_malformed.as_ref().map(|(line, what)| {
            (*line, format!("{what}; {} cannot be read; repair the file", rows(self.malformed)))
        }));
        faults.extend(self.first_backward.map(|step| {
            let (from, to, count) = (show(step.from), show(step.to), self.backward);
            (step.line, format!("time goes backward from {from} to {to} ({count} such steps in all); sort the file and remove repeated rows"))
        }));
        faults.extend(self.first_duplicate.map(|line| {
            (
                line,
                format!(
                    "the row repeats the one before ({} in all); remove repeated rows",
                    rows(self.duplicates)
                ),
            )
        }));
        faults
            .extend(self.first_not_positive.map(|line| {
                (line, format!("a price is zero or below ({} in all)", rows(self.not_positive)))
            }));
        faults.extend(self.first_unsound.map(|line| {
            let what = match self.kind {
                Kind::Quotes => "the bid is over the ask",
                Kind::Ticks => "a quantity is below zero",
                _ => "high and low don't enclose open and close",
            };
            (line, format!("{what} ({} in all)", rows(self.unsound)))
        }));
        faults.extend(self.first_off_tick.as_ref().map(|(line, price)| {
            let (tick, count) = (&self.tick_size, rows(self.off_tick));
            (*line, format!("price {price} is no whole count of the tick size {tick} ({count} in all); set a finer tick size"))
        }));
        faults.extend(self.first_off_lot.as_ref().map(|(line, quantity)| {
            let (lot, count) = (&self.lot_size, rows(self.off_lot));
            (*line, format!("quantity {quantity} is no whole count of the lot size {lot} ({count} in all); set a finer lot size"))
        }));
        faults.into_iter().min_by_key(|fault| fault.0)
    }
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// Nanoseconds in words.
fn lasting(nanos: i64) -> String {
    let units = [
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("min", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ];
    let unit = units.iter().find(|(_, size)| nanos >= *size && nanos % size == 0);
    unit.map_or_else(|| format!("{nanos} ns"), |(name, size)| format!("{} {name}", nanos / size))
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.file)?;
        let mut row = |name: &str, value: String| writeln!(f, "  {name:<14} {value}");
        row("kind", self.kind.to_string())?;
        row("rows", self.rows.to_string())?;
        if let Some((first, last)) = self.span {
            row("span", format!("{} to {} UTC", show(first), show(last)))?;
        }
        if let Some(interval) = self.interval {
            row("interval", lasting(interval))?;
        }
        if self.kind != Kind::Funding {
            row("tick size", self.tick_size.clone())?;
            row("lot size", self.lot_size.clone())?;
        }
        if let Some(book) = &self.book {
            book.rows().into_iter().try_for_each(|(name, value)| row(name, value))?;
            row("latency", book.clock.to_string())?;
            book.cautions().into_iter().try_for_each(|caution| row("CAUTION", caution))?;
        }
        let longest = self.longest_gap.map_or_else(String::new, |gap| {
            format!(", the longest from {} to {}", show(gap.after), show(gap.until))
        });
        row("gaps", format!("{}{longest}", self.gaps))?;
        let first =
            |line: Option<u64>| line.map_or_else(String::new, |line| format!(", first in line {line}"));
        row("duplicates", format!("{}{}", self.duplicates, first(self.first_duplicate)))?;
        let step = self.first_backward.map_or_else(String::new, |step| {
            format!(", first in line {}: {} after {}", step.line, show(step.to), show(step.from))
        });
        row("backward time", format!("{}{step}", self.backward))?;
        row(
            "off-tick",
            format!("{}{}", self.off_tick, first(self.first_off_tick.as_ref().map(|off| off.0))),
        )?;
        if self.snapped > 0 {
            row(
                "rounded",
                format!(
                    "{} numbers with 16 digits or more (floating-point noise), to 15 digits",
                    self.snapped
                ),
            )?;
        }
        if self.malformed > 0 {
            row(
                "malformed",
                format!("{}{}", self.malformed, first(self.first_malformed.as_ref().map(|bad| bad.0))),
            )?;
        }
        if self.unsound > 0 {
            row("unsound", format!("{}{}", self.unsound, first(self.first_unsound)))?;
        }
        if self.without_volume > 0 {
            row("no volume", rows(self.without_volume))?;
        }
        match self.fault() {
            Some((line, what)) => row("verdict", format!("NOT USABLE: line {line}: {what}")),
            None if self.rows == 0 => row("verdict", "NOT USABLE: no data".to_owned()),
            None => row("verdict", "usable".to_owned()),
        }
    }
}
