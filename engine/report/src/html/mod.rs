//! The web page: one file, no request to anywhere, charts that can be zoomed.

mod charts;
mod doubts;
mod tables;

use std::fmt::{self, Write};

pub(crate) use charts::MAX_POINTS;
pub(crate) use doubts::findings;
use ledger::RunRecord;

use crate::sheet::Sheet;
use crate::{Context, Metric, Value, show};

const TEMPLATE: &str = include_str!("page.html");
pub(crate) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
pub(crate) const CHART_SCRIPT: &str = include_str!("../../assets/uplot.min.js");
pub(crate) const CHART_STYLE: &str = include_str!("../../assets/uplot.min.css");

/// The metrics that stand first, as cards.
const CARDS: [&str; 8] = [
    "final_equity",
    "total_return",
    "max_drawdown",
    "sharpe",
    "round_trips",
    "win_rate",
    "fees",
    "buy_and_hold",
];

/// The report as one self-contained page.
#[must_use]
pub fn html(record: &RunRecord, context: &Context) -> String {
    page(&Sheet::of(record, context))
}

pub(crate) fn page(sheet: &Sheet<'_>) -> String {
    let (record, context, list) = (sheet.record, sheet.context, &sheet.metrics);
    let parts = [
        ("chart-style", CHART_STYLE.to_owned()),
        ("style", STYLE.to_owned()),
        ("title", Escaped(&context.title).to_string()),
        ("subtitle", Escaped(&format!("{} · {}", context.strategies.join(", "), context.data)).to_string()),
        ("cards", cards(list, record)),
        ("split", tables::split(record)),
        ("metrics", tables::metric_groups(list)),
        ("bounds", crate::bounds::html(list, context)),
        ("drawdowns", tables::drawdowns(&sheet.drawdowns)),
        ("months", tables::months(&sheet.years)),
        ("attribution", tables::attribution(&sheet.attribution)),
        ("accounts", crate::accounts::html(record, context)),
        ("findings", findings(&sheet.findings)),
        ("robustness", doubts::robustness(&sheet.robustness, record)),
        ("trades", tables::trades(record)),
        ("notes", tables::notes(record)),
        ("execution", tables::rows(&context.execution)),
        ("config", Escaped(&context.config).to_string()),
        ("build", tables::rows(&context.build)),
        ("data", charts::data(record)),
        ("chart-script", CHART_SCRIPT.to_owned()),
        ("script", SCRIPT.to_owned()),
    ];
    fill(TEMPLATE, &parts)
}

/// Puts parts into the places `{{name}}` of a template, in one pass, so that a part's own text is never looked into.
pub(crate) fn fill(template: &str, parts: &[(&str, String)]) -> String {
    let mut out =
        String::with_capacity(template.len() + parts.iter().map(|part| part.1.len()).sum::<usize>());
    let mut pieces = template.split("{{");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        let part = parts.iter().find(|(other, _)| *other == name);
        out.push_str(part.map_or("", |(_, text)| text));
        out.push_str(rest);
    }
    out
}

fn cards(list: &[Metric], record: &RunRecord) -> String {
    let mut out = String::new();
    for metric in CARDS.iter().filter_map(|key| list.iter().find(|metric| metric.key == *key)) {
        let unit = match metric.value {
            Value::Amount(_) => format!(", {}", record.settlement),
            _ => String::new(),
        };
        let _ = write!(
            out,
            "<div class=card title=\"{}\"><span>{}{}</span><b>{}</b></div>",
            Escaped(&metric.convention),
            Escaped(metric.label),
            Escaped(&unit),
            Escaped(&show::value(&metric.value)),
        );
    }
    out
}

/// Text that can stand in HTML, also inside quotation marks.
pub(crate) struct Escaped<'t>(pub(crate) &'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
