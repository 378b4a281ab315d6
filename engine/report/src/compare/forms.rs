//! A comparison as text, JSON and CSV.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::{Comparison, DIRECTIONS, Row};
use crate::{Value, json, show};

/// Columns of a name.
const NAME: usize = 24;
/// The least columns of a value.
const CELL: usize = 14;

impl Comparison {
    /// The figures of which one can say which way is better, for `width` columns; the best of each row has a star. Runs that
    /// don't fit beside each other follow below.
    #[must_use]
    pub fn text(&self, width: usize) -> String {
        let beside = (width.saturating_sub(NAME) / (CELL + 2)).max(1);
        let mut out = String::new();
        let places: Vec<usize> = (0..self.runs.len()).collect();
        for part in places.chunks(beside) {
            let cell = width.saturating_sub(NAME) / part.len().max(1);
            let cell = cell.clamp(CELL + 2, CELL + 10);
            let names = part.iter().filter_map(|at| self.runs.get(*at));
            let heading: String = names.map(|name| format!("{:>cell$}", shortened(name, cell - 2))).collect();
            let _ = writeln!(out, "{:NAME$}{heading}", "");
            for (key, _) in DIRECTIONS {
                let Some(row) = self.rows.iter().find(|row| row.metric.key == key) else { continue };
                let values: String = part.iter().map(|at| format!("{:>cell$}", starred(row, *at))).collect();
                let _ = writeln!(out, "{:NAME$}{values}", row.metric.label);
            }
            let count = |at: &usize| self.findings.get(*at).map_or(0, Vec::len);
            let counts: String =
                part.iter().map(|at| format!("{:>cell$}", format!("{} ", count(at)))).collect();
            let _ = writeln!(out, "{:NAME$}{counts}\n", "Findings");
        }
        if self.runs.len() > 1 {
            self.correlated(&mut out);
        }
        out
    }

    fn correlated(&self, out: &mut String) {
        let _ = writeln!(out, "Correlation of daily returns");
        for (one, (name, row)) in self.runs.iter().zip(&self.correlations).enumerate() {
            for (other, value) in self.runs.iter().zip(row).skip(one + 1) {
                let _ = writeln!(out, "{:>8}  {name} and {other}", show::number(*value, 3));
            }
        }
    }

    /// Everything as one JSON document.
    #[must_use]
    pub fn json(&self) -> Json {
        let rows = self.rows.iter().map(|row| {
            let values = row.values.iter().map(|value| json::valued(value, &self.currency).0);
            let (values, unit) =
                (values.collect::<Vec<Json>>(), json::valued(&row.metric.value, &self.currency).1);
            json!({
                "key": row.metric.key,
                "label": row.metric.label,
                "unit": unit,
                "values": values,
                "best": row.best.and_then(|at| self.runs.get(at)),
                "convention": row.metric.convention,
            })
        });
        let findings = self.findings.iter().map(|list| {
            list.iter()
                .map(|one| json!({ "code": one.code, "severity": one.severity.text(), "text": one.text }))
                .collect::<Vec<_>>()
        });
        json!({
            "runs": self.runs,
            "metrics": rows.collect::<Vec<_>>(),
            "correlations": self.correlations,
            "findings": findings.collect::<Vec<_>>(),
        })
    }

    /// Every metric as a row, every run as a column; amounts exact, shares in percent, best runs named in the last column.
    ///
    /// # Errors
    /// [`csv::Error`] when the table can't be written, which memory does not refuse.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let heading =
            ["key", "label"].into_iter().chain(self.runs.iter().map(String::as_str)).chain(["best"]);
        out.write_record(heading)?;
        for row in &self.rows {
            let best = row.best.and_then(|at| self.runs.get(at)).cloned().unwrap_or_default();
            let names = [row.metric.key.to_owned(), row.metric.label.to_owned()];
            let values = row.values.iter().map(plain);
            out.write_record(names.into_iter().chain(values).chain([best]))?;
        }
        out.into_inner().map_err(|error| error.into_error().into())
    }
}

/// A value as people read it, with a star where it is the best of its row.
pub(super) fn starred(row: &Row, at: usize) -> String {
    let value = row.values.get(at).map(show::value).unwrap_or_default();
    if row.best == Some(at) { format!("{value}*") } else { format!("{value} ") }
}

/// A value as a program reads it.
fn plain(value: &Value) -> String {
    let float = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    match value {
        Value::Amount(amount) => amount.to_string(),
        Value::Ratio(value) | Value::Days(value) => float(*value),
        Value::Share(share) => float(share.map(|share| share * 100.0)),
        Value::Count(count) => count.to_string(),
    }
}

fn shortened(name: &str, columns: usize) -> String {
    if name.chars().count() <= columns {
        return format!("{name} ");
    }
    let kept: String = name.chars().take(columns.saturating_sub(1)).collect();
    format!("{kept}… ")
}
