//! What should make one doubt: findings of the linter, bands, and other orders of the trades.

use std::fmt::Write;

use ledger::RunRecord;
use statistics::{Band, Percentiles, TradeOrder};

use super::Escaped;
use crate::robustness::Robustness;
use crate::{Finding, show};

pub(crate) fn findings(list: &[Finding]) -> String {
    let mut out = String::new();
    for finding in list {
        let severity = finding.severity.text();
        let _ = write!(
            out,
            "<li class={severity} data-code=\"{}\"><b>{severity}</b>{}<p>{}</p>",
            finding.code,
            Escaped(&finding.text),
            Escaped(finding.advice)
        );
    }
    if out.is_empty() { "<li>none".to_owned() } else { out }
}

pub(super) fn robustness(robustness: &Robustness, record: &RunRecord) -> String {
    let mut out = String::from("<div class=pair><section class=wide>");
    if !robustness.bands.is_empty() {
        out.push_str("<table><thead><tr><th>Figure<th class=n>Value<th class=n>From<th class=n>Median<th class=n>To<th></thead><tbody>");
        for one in &robustness.bands {
            let cell = |value| show::ratio_or_share(value, one.share);
            let band = &one.band;
            let _ = write!(
                out,
                "<tr><th>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td>{}",
                one.label,
                cell(band.estimate),
                cell(band.low),
                cell(band.median),
                cell(band.high),
                bar(band)
            );
        }
        out.push_str("</tbody></table>");
    }
    let _ = write!(out, "<p class=hint>{}</p></section><section class=wide>", Escaped(&robustness.bands_by));
    if let Some(order) = &robustness.order {
        out.push_str(&trade_order(order, record));
    }
    let _ = write!(out, "<p class=hint>{}</p></section></div>", Escaped(&robustness.order_by));
    out
}

/// The band as a bar on a line that has zero in it, with a mark at the figure.
fn bar(band: &Band) -> String {
    let (Some(low), Some(high), Some(value)) = (band.low, band.high, band.estimate) else {
        return String::new();
    };
    let (from, to) = (low.min(value).min(0.0), high.max(value).max(0.0));
    let place = |value: f64| if to > from { (value - from) / (to - from) * 100.0 } else { 0.0 };
    format!(
        "<div class=band><i style=\"left:{:.1}%;width:{:.1}%\"></i><u style=\"left:{:.1}%\"></u></div>",
        place(low),
        place(high) - place(low),
        place(value)
    )
}

fn trade_order(order: &TradeOrder, record: &RunRecord) -> String {
    let mut out = String::from(
        "<table><thead><tr><th>Order of trades<th class=n>Happened<th class=n>5 %<th class=n>25 %<th class=n>Median<th class=n>75 %<th class=n>95 %</thead><tbody>",
    );
    let fall = |value: f64| show::ratio_or_share(Some(-value), true);
    let amount = |value: f64| show::number(Some(value), 0);
    let mut row = |label: &str, happened: String, of: &Percentiles, cell: &dyn Fn(f64) -> String| {
        let _ = write!(out, "<tr><th>{label}<td class=n>{happened}");
        for value in [of.p5, of.p25, of.p50, of.p75, of.p95] {
            let _ = write!(out, "<td class=n>{}", cell(value));
        }
    };
    row("Max drawdown, shuffled", fall(order.happened), &order.shuffled, &fall);
    row("Max drawdown, drawn anew", String::new(), &order.resampled, &fall);
    let label = format!("Final equity, drawn anew, {}", record.settlement);
    row(&label, String::new(), &order.final_equity, &amount);
    let _ = write!(
        out,
        "</tbody></table><p>Drawn anew, {} of the runs lose, and {} lose everything.</p>",
        show::ratio_or_share(Some(order.loss), true),
        show::ratio_or_share(Some(order.ruin), true)
    );
    out
}
