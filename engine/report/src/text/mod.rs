//! The tear sheet for a terminal.

mod sections;

use std::fmt::Write;

use ledger::{EquityPoint, RunRecord};

use crate::curve::{Drawdown, float};
use crate::sheet::Sheet;
use crate::{Context, Group, Metric, show};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The tear sheet as text for `width` columns (at least 60), with colours where they are welcome.
#[must_use]
pub fn text_sheet(record: &RunRecord, context: &Context, width: usize, colour: bool) -> String {
    let (sheet, paint) = (Sheet::of(record, context), Paint(colour));
    let width = width.max(60);
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint.bold(&context.title));
    let _ = writeln!(out, "{}", paint.dim(&format!("{} · {}", context.strategies.join(", "), context.data)));
    let line = sparkline(&record.equity, width.saturating_sub(2));
    if !line.is_empty() {
        let _ = writeln!(out, "\n{}", paint.accent(&line));
    }
    let list = &sheet.metrics;
    let half = (width - 3) / 2;
    for (left, right) in
        [(Group::Result, Group::Risk), (Group::Trades, Group::Ratios), (Group::Days, Group::Luck)]
    {
        columns(&mut out, list, (left, right), half, paint);
    }
    columns(&mut out, list, (Group::Activity, Group::Activity), half, paint);
    crate::bounds::text(&mut out, list, context, |line| paint.bold(line));
    worst(&mut out, &sheet.drawdowns, paint);
    sections::months(&mut out, &sheet.years, width, paint);
    sections::attribution(&mut out, &sheet, paint);
    crate::accounts::text(&mut out, record, context, |line| paint.bold(line));
    sections::robustness(&mut out, &sheet.robustness, width, paint);
    sections::findings(&mut out, &sheet, width, paint);
    notes(&mut out, record, paint);
    let conventions: Vec<String> =
        context.execution.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let _ = writeln!(out, "\n{}", paint.dim(&format!("fills: {}", conventions.join(" · "))));
    out
}

#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn gain(self, text: &str) -> String {
        self.wrap("32", text)
    }

    fn loss(self, text: &str) -> String {
        self.wrap("31", text)
    }

    fn warn(self, text: &str) -> String {
        self.wrap("33", text)
    }

    fn accent(self, text: &str) -> String {
        self.wrap("36", text)
    }
}

/// Equity as a row of blocks, each the last point of its stretch.
fn sparkline(points: &[EquityPoint], width: usize) -> String {
    let count = points.len().min(width);
    let picked: Vec<f64> = (1..=count)
        .filter_map(|at| points.get(at * points.len() / count - 1))
        .map(|p| float(p.equity))
        .collect();
    let (Some(low), Some(high)) =
        (picked.iter().copied().reduce(f64::min), picked.iter().copied().reduce(f64::max))
    else {
        return String::new();
    };
    let block = |value: &f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of seven steps")]
        let step = (share * 7.0).round() as usize;
        BLOCKS.get(step).copied().unwrap_or(' ')
    };
    picked.iter().map(block).collect()
}

/// Two groups side by side; one group alone is broken into two halves.
fn columns(out: &mut String, list: &[Metric], groups: (Group, Group), half: usize, paint: Paint) {
    let of = |group: Group| list.iter().filter(move |metric| metric.group == group).collect::<Vec<_>>();
    let (mut left, mut right) = (of(groups.0), of(groups.1));
    if groups.0 == groups.1 {
        right = left.split_off(left.len().div_ceil(2));
    }
    let heading = |group: Group| group.name().to_uppercase();
    let second = if groups.0 == groups.1 { String::new() } else { heading(groups.1) };
    let _ = writeln!(out, "\n{}", paint.bold(&format!("{:<half$}   {second}", heading(groups.0))));
    for row in 0..left.len().max(right.len()) {
        let cell = |metric: Option<&&Metric>| {
            metric.map_or_else(String::new, |metric| {
                let value = show::value(&metric.value);
                let gap = half.saturating_sub(metric.label.chars().count() + value.chars().count()).max(1);
                format!("{}{}{value}", metric.label, " ".repeat(gap))
            })
        };
        let (one, two) = (cell(left.get(row)), cell(right.get(row)));
        let pad = " ".repeat(half.saturating_sub(one.chars().count()));
        let _ = writeln!(out, "{}", format!("{one}{pad}   {two}").trim_end());
    }
}

fn worst(out: &mut String, list: &[Drawdown], paint: Paint) {
    if list.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("WORST DRAWDOWNS"));
    for fall in list.iter().take(5) {
        let end = fall
            .recovered
            .map_or_else(|| "not recovered".to_owned(), |time| format!("recovered {}", show::time(time)));
        let depth = show::number(Some(-fall.depth * 100.0), 2);
        let _ = writeln!(
            out,
            "{depth:>8} %  from {}  lowest {}  {end}",
            show::time(fall.peak),
            show::time(fall.trough)
        );
    }
}

fn notes(out: &mut String, record: &RunRecord, paint: Paint) {
    const SHOWN: usize = 8;
    if record.notes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("NOTES"));
    for note in record.notes.iter().take(SHOWN) {
        let _ = writeln!(out, "{}  {}", show::time(note.time), note.text);
    }
    if record.notes.len() > SHOWN {
        let _ = writeln!(out, "… and {} more in result.json", record.notes.len() - SHOWN);
    }
}
