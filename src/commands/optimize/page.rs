//! The web page of a search: one file that fetches nothing, with maps and the best trials.

use std::fmt::Write;

use super::luck::Luck;
use super::results::{Results, SHOWN};
use super::trial::Ending;
use super::{heat, table};

const STYLE: &str = "\
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.2rem .7rem;text-align:right;\
border-bottom:1px solid #8884}figure{display:inline-block;width:31rem;margin:1rem 1rem 1rem 0;vertical-align:top}\
svg{width:100%;font-size:12px;fill:currentColor}.name{font-weight:600}figcaption{font-size:13px;opacity:.8}\
.warn{border-left:4px solid #e0a000;padding:.4rem .8rem;background:#e0a00022}.scroll{overflow-x:auto}";

pub(crate) fn html(results: &Results, luck: &Luck) -> String {
    let header = &results.header;
    let goals: Vec<String> = results.goals.iter().map(ToString::to_string).collect();
    let several = results.goals.len() > 1;
    let heading = if several { "Trials that no other beats in every goal" } else { "The best trials" };
    let build: Vec<String> = header.build.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><h1>{title}</h1>\
         <p>{} trials by {}, seed {}, for {}; {} stopped by the breaker, {} failed.</p><p class=warn>{}<br>{}</p><h2>{heading}</h2>{}<h2>Maps</h2>{}",
        results.rows.len(),
        escaped(&header.method),
        header.seed,
        escaped(&goals.join(", ")),
        results.count(Ending::Stopped),
        results.count(Ending::Failed),
        escaped(&results.warning()),
        escaped(&luck.text()),
        best(results),
        heat::maps(results),
        title = escaped(&header.title),
    );
    let _ = writeln!(
        page,
        "<h2>What was searched</h2><p>{}</p><p>Configuration {}<br>Data {}<br>{}</p></html>",
        escaped(&space(results)),
        escaped(&header.config),
        escaped(&header.data),
        escaped(&build.join(", ")),
    );
    page
}

fn best(results: &Results) -> String {
    let header = &results.header;
    let columns = table::shown(results);
    let mut rows = String::from("<div class=scroll><table><tr><th>trial");
    let names = header.axes.iter().map(|axis| &axis.name).chain(columns.iter().map(|column| &column.label));
    names.for_each(|name| {
        let _ = write!(rows, "<th>{}", escaped(name));
    });
    for row in results.best().into_iter().take(SHOWN) {
        let _ = write!(rows, "<tr><td>{}", row.trial);
        let figures = columns.iter().map(|column| table::figure(row, &header.columns, column));
        row.values.iter().cloned().chain(figures).for_each(|cell| {
            let _ = write!(rows, "<td>{}", escaped(&cell));
        });
    }
    rows + "</table></div>"
}

/// The axes and constraints in words.
fn space(results: &Results) -> String {
    let axis = |axis: &super::journal::AxisHeader| match (axis.values.first(), axis.values.last()) {
        (Some(first), Some(last)) if axis.values.len() > 8 => {
            format!("{}: {} values from {first} to {last}", axis.name, axis.values.len())
        }
        _ => format!("{}: {}", axis.name, axis.values.join(", ")),
    };
    let axes = results.header.axes.iter().map(axis);
    axes.chain(results.header.constraints.iter().cloned()).collect::<Vec<_>>().join("; ")
}

/// Text that can stand in HTML, also inside quotation marks.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
