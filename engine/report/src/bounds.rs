//! The same run under more cautious and more optimistic conventions of fills: how much of the result is an assumption.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use crate::html::Escaped;
use crate::{Context, Metric, show};

/// What is shown of each run, as far as it has it.
const SHOWN: [&str; 9] = [
    "final_equity",
    "net_profit",
    "total_return",
    "max_drawdown",
    "sharpe",
    "round_trips",
    "fills",
    "maker_share",
    "fees",
];

/// One of the runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// What it is called, such as `pessimistic`.
    pub name: String,
    /// Conventions of its fills, name and value, where they differ from the main run's.
    pub execution: Vec<(String, String)>,
    /// Its metrics.
    pub metrics: Vec<Metric>,
}

impl Bound {
    fn conventions(&self) -> String {
        let each = self.execution.iter().map(|(name, value)| format!("{name} {value}"));
        each.collect::<Vec<_>>().join(" · ")
    }
}

/// A row for each metric: its label, and the values of all runs with the main one between the others.
fn rows<'m>(main: &'m [Metric], bounds: &'m [Bound]) -> impl Iterator<Item = (&'m Metric, Vec<String>)> {
    SHOWN.iter().filter_map(move |key| {
        let of = |list: &'m [Metric]| list.iter().find(|metric| metric.key == *key);
        let metric = of(main)?;
        let mut values: Vec<String> = bounds
            .iter()
            .map(|bound| of(&bound.metrics).map_or_else(|| "—".to_owned(), |m| show::value(&m.value)))
            .collect();
        values.insert(usize::from(!values.is_empty()), show::value(&metric.value));
        Some((metric, values))
    })
}

/// Names over the columns: the main run stands after the first bound, which is the cautious one.
fn heads(bounds: &[Bound]) -> Vec<&str> {
    let mut heads: Vec<&str> = bounds.iter().map(|bound| bound.name.as_str()).collect();
    heads.insert(usize::from(!heads.is_empty()), "as configured");
    heads
}

/// The table for a terminal; nothing where no other run was made.
pub(crate) fn text(out: &mut String, main: &[Metric], context: &Context, heading: impl Fn(&str) -> String) {
    if context.bounds.is_empty() {
        return;
    }
    let line = |out: &mut String, label: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:>18}")).collect();
        let _ = writeln!(out, "{label:<16}{cells}");
    };
    let _ = writeln!(out, "\n{}", heading("BOUNDS"));
    let names: Vec<String> = heads(&context.bounds).into_iter().map(str::to_owned).collect();
    line(out, "", &names);
    for (metric, values) in rows(main, &context.bounds) {
        line(out, metric.label, &values);
    }
    for bound in &context.bounds {
        let _ = writeln!(out, "{}: {}", bound.name, bound.conventions());
    }
}

/// The table for the page.
pub(crate) fn html(main: &[Metric], context: &Context) -> String {
    if context.bounds.is_empty() {
        return String::new();
    }
    let mut out =
        String::from("<section><h2>Bounds</h2><div class=\"scroll\"><table id=\"bounds\"><thead><tr><th>");
    for head in heads(&context.bounds) {
        let _ = write!(out, "<th class=n>{}", Escaped(head));
    }
    out.push_str("</thead><tbody>");
    for (metric, values) in rows(main, &context.bounds) {
        let _ = write!(out, "<tr title=\"{}\"><th>{}", Escaped(&metric.convention), Escaped(metric.label));
        for value in values {
            let _ = write!(out, "<td class=n>{}", Escaped(&value));
        }
    }
    out.push_str("</tbody></table></div>");
    for bound in &context.bounds {
        let _ =
            write!(out, "<p class=\"hint\">{}: {}</p>", Escaped(&bound.name), Escaped(&bound.conventions()));
    }
    out.push_str("</section>");
    out
}

/// The same as JSON, with all metrics.
pub(crate) fn json(context: &Context, metric: impl Fn(&Metric) -> Json) -> Vec<Json> {
    let one = |bound: &Bound| {
        json!({
            "name": bound.name,
            "execution": bound.execution.iter().cloned().map(|(name, value)| (name, Json::from(value))).collect::<serde_json::Map<_, _>>(),
            "metrics": bound.metrics.iter().map(&metric).collect::<Vec<_>>(),
        })
    };
    context.bounds.iter().map(one).collect()
}
