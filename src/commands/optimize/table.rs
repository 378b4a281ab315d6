//! The best trials as a table for a terminal.

use super::luck::Luck;
use super::results::{Results, SHOWN};
use super::trial::{Column, Ending, Row, Unit};

/// Metrics that stand in every table, behind the goals.
const ALWAYS: [&str; 4] = ["total_return", "max_drawdown", "sharpe", "round_trips"];

/// The metrics that a table shows: the goals first.
pub(crate) fn shown(results: &Results) -> Vec<&Column> {
    let goals = results.goals.iter().map(|goal| goal.metric.as_str());
    let mut keys: Vec<&str> = goals.collect();
    for key in ALWAYS {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let columns = &results.header.columns;
    keys.iter().filter_map(|key| columns.iter().find(|column| column.key == *key)).collect()
}

/// A metric of a row for people.
pub(crate) fn figure(row: &Row, columns: &[Column], column: &Column) -> String {
    let text = row.text(columns, &column.key).unwrap_or_default();
    let Ok(number) = text.parse::<f64>() else { return "—".to_owned() };
    match column.unit {
        Unit::Amount => format!("{number:.2}"),
        Unit::Ratio => format!("{number:.3}"),
        Unit::Share => format!("{number:.2} %"),
        Unit::Count => text.to_owned(),
        Unit::Days => format!("{number:.1} d"),
    }
}

pub(crate) fn text(results: &Results, luck: &Luck) -> String {
    let header = &results.header;
    let columns = shown(results);
    let best = results.best();
    let mut lines: Vec<Vec<String>> = vec![
        std::iter::once("trial".to_owned())
            .chain(header.axes.iter().map(|axis| axis.name.clone()))
            .chain(columns.iter().map(|column| column.label.clone()))
            .collect(),
    ];
    lines.extend(best.iter().take(SHOWN).map(|row| {
        std::iter::once(row.trial.to_string())
            .chain(row.values.iter().cloned())
            .chain(columns.iter().map(|column| figure(row, &header.columns, column)))
            .collect()
    }));
    let goals: Vec<String> = results.goals.iter().map(ToString::to_string).collect();
    let which = if results.goals.len() > 1 {
        format!("{} that no other beats", best.len())
    } else {
        format!("best {} of {}", best.len().min(SHOWN), results.rows.len())
    };
    format!(
        "{}: {} trials by {}, {which} by {}\n\n{}\n{}{}{}\n{}\n",
        header.title,
        results.rows.len(),
        header.method,
        goals.join(", "),
        aligned(&lines),
        endings(results),
        alone(results),
        results.warning(),
        luck.text()
    )
}

/// How to look at the best one closely.
fn alone(results: &Results) -> String {
    let Some(best) = results.best().first().copied() else { return String::new() };
    let pairs = results.header.axes.iter().zip(&best.values);
    let set: String = pairs.map(|(axis, value)| format!(" --set {}={value}", axis.path)).collect();
    format!("The first alone: quantmesh backtest CONFIG{set}\n")
}

fn endings(results: &Results) -> String {
    let of = |ending: Ending, what: &str| {
        let count = results.count(ending);
        let first = results.rows.values().find(|row| row.ending == ending);
        first.map_or_else(String::new, |row| {
            format!("{count} {what}; the first, trial {}: {}\n", row.trial, row.reason)
        })
    };
    of(Ending::Stopped, "stopped by the breaker") + &of(Ending::Failed, "failed")
}

/// Columns under each other, to the right.
pub(crate) fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let wide =
        |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|at| wide(at).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}
