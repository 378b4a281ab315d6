//! Sections of the tear sheet below the metrics: findings, bands, orders of trades, months, and who earned it.

use std::fmt::Write;

use statistics::Percentiles;

use super::Paint;
use crate::attribution::Part;
use crate::months::Year;
use crate::robustness::Robustness;
use crate::sheet::Sheet;
use crate::{Severity, show};

/// Text in lines of at most `width` characters, all but the first set in by `indent`.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let (mut out, mut column) = (String::new(), indent);
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > indent && column + 1 + length > width {
            let _ = write!(out, "\n{}", " ".repeat(indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

pub(super) fn findings(out: &mut String, sheet: &Sheet<'_>, width: usize, paint: Paint) {
    let _ = writeln!(out, "\n{}", paint.bold("FINDINGS"));
    for finding in &sheet.findings {
        let mark = format!("{:<8}", finding.severity.text());
        let mark = match finding.severity {
            Severity::Serious => paint.loss(&mark),
            Severity::Caution => paint.warn(&mark),
            Severity::Note => paint.dim(&mark),
        };
        let _ = writeln!(out, "{mark} {}", wrapped(&finding.text, width, 9));
        let _ = writeln!(out, "         {}", paint.dim(&wrapped(finding.advice, width, 9)));
    }
    if sheet.findings.is_empty() {
        out.push_str("none\n");
    }
}

pub(super) fn robustness(out: &mut String, robustness: &Robustness, width: usize, paint: Paint) {
    let heading =
        format!("{:<22}{:>11}{:>11}{:>11}{:>11}", "WHAT ELSE COULD HAVE BEEN", "", "from", "median", "to");
    if !robustness.bands.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold(heading.trim_end()));
    }
    for one in &robustness.bands {
        let cell = |value| show::ratio_or_share(value, one.share);
        let band = &one.band;
        let _ = writeln!(
            out,
            "{:<25}{:>8}{:>11}{:>11}{:>11}",
            one.label,
            cell(band.estimate),
            cell(band.low),
            cell(band.median),
            cell(band.high)
        );
    }
    if !robustness.bands.is_empty() {
        let _ = writeln!(out, "{}", paint.dim(&wrapped(&robustness.bands_by, width, 0)));
    }
    let Some(order) = &robustness.order else { return };
    let heading = format!("{:<25}{:>8}{:>11}{:>11}{:>11}", "ORDER OF TRADES", "", "5 %", "median", "95 %");
    let _ = writeln!(out, "\n{}", paint.bold(heading.trim_end()));
    let fall = |value: f64| show::ratio_or_share(Some(-value), true);
    let mut row = |label: &str, actual: String, of: &Percentiles, cell: &dyn Fn(f64) -> String| {
        let _ = writeln!(
            out,
            "{label:<25}{actual:>8}{:>11}{:>11}{:>11}",
            cell(of.p5),
            cell(of.p50),
            cell(of.p95)
        );
    };
    row("Max drawdown, shuffled", fall(order.happened), &order.shuffled, &fall);
    row("Max drawdown, drawn anew", String::new(), &order.resampled, &fall);
    row("Final equity, drawn anew", String::new(), &order.final_equity, &|value| {
        show::number(Some(value), 0)
    });
    let _ = writeln!(
        out,
        "{:<25}{:>8}   ruin {}",
        "Draws that lose",
        show::ratio_or_share(Some(order.loss), true),
        show::ratio_or_share(Some(order.ruin), true)
    );
    let _ = writeln!(out, "{}", paint.dim(&wrapped(&robustness.order_by, width, 0)));
}

pub(super) fn months(out: &mut String, years: &[Year], width: usize, paint: Paint) {
    const NAMES: [&str; 13] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "All"];
    if years.is_empty() {
        return;
    }
    // Whole percents where there is no room for tenths.
    let (cell, decimals) = if width >= 84 { (6, 1) } else { (4, 0) };
    let heading: String = NAMES.iter().map(|name| format!("{name:>cell$}")).collect();
    let _ = writeln!(out, "\n{}", paint.bold(&format!("%   {heading}")));
    for year in years {
        let _ = write!(out, "{}", year.year);
        for change in year.months.iter().chain([&year.whole]) {
            let text = change.map_or_else(String::new, |change| show::number(Some(change * 100.0), decimals));
            let text = format!("{text:>cell$}");
            let toned = match change {
                Some(change) if *change < 0.0 => paint.loss(&text),
                Some(change) if *change > 0.0 => paint.gain(&text),
                _ => text,
            };
            out.push_str(&toned);
        }
        out.push('\n');
    }
}

pub(super) fn attribution(out: &mut String, sheet: &Sheet<'_>, paint: Paint) {
    if !sheet.attribution.tells() {
        return;
    }
    for (title, parts) in
        [("BY STRATEGY", &sheet.attribution.strategies), ("BY INSTRUMENT", &sheet.attribution.instruments)]
    {
        let heading = format!(
            "{title:<18}{:>12}{:>12}{:>10}{:>10}{:>12}",
            "realised", "unrealised", "fees", "funding", "net"
        );
        let _ = writeln!(out, "\n{}", paint.bold(&heading));
        for part in parts {
            let _ = writeln!(out, "{}", row(part));
        }
    }
}

fn row(part: &Part) -> String {
    let name: String = part.name.chars().take(17).collect();
    format!(
        "{name:<18}{:>12}{:>12}{:>10}{:>10}{:>12}",
        show::money(part.realised),
        show::money(part.unrealised),
        show::money(part.fees),
        show::money(part.funding),
        show::money(part.net())
    )
}
