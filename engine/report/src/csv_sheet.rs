//! `sheet.csv`: the tear sheet as one table, with section, name, key, value, unit and remark in a row.

use crate::attribution::Part;
use crate::sheet::Sheet;
use crate::{Metric, Value, show};

/// A row, as texts.
type Row = [String; 6];

/// The whole sheet. Amounts are exact, shares in percent.
pub(crate) fn table(sheet: &Sheet<'_>) -> Result<Vec<u8>, csv::Error> {
    let currency = sheet.record.settlement.as_str();
    let mut rows: Vec<Row> = sheet.metrics.iter().map(|one| metric(one, currency)).collect();
    rows.extend(drawdowns(sheet));
    rows.extend(months(sheet));
    let (strategies, instruments) = (&sheet.attribution.strategies, &sheet.attribution.instruments);
    rows.extend(strategies.iter().flat_map(|one| part("strategy", one, currency)));
    rows.extend(instruments.iter().flat_map(|one| part("instrument", one, currency)));
    rows.extend(bands(sheet));
    rows.extend(trade_order(sheet, currency));
    for finding in &sheet.findings {
        let remark = format!("{} {}", finding.text, finding.advice);
        rows.push(row("finding", finding.code, "severity", finding.severity.text().to_owned(), "", &remark));
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["section", "name", "key", "value", "unit", "remark"])?;
    for row in rows {
        out.write_record(row)?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}

fn row(section: &str, name: &str, key: &str, value: String, unit: &str, remark: &str) -> Row {
    [section.to_owned(), name.to_owned(), key.to_owned(), value, unit.to_owned(), remark.to_owned()]
}

fn metric(metric: &Metric, currency: &str) -> Row {
    let (value, unit) = match &metric.value {
        Value::Amount(amount) => (amount.to_string(), currency),
        Value::Ratio(ratio) => (number(*ratio), "ratio"),
        Value::Share(share) => (percent(*share), "%"),
        Value::Count(count) => (count.to_string(), "count"),
        Value::Days(days) => (number(*days), "days"),
    };
    row("metric", metric.label, metric.key, value, unit, &metric.convention)
}

fn drawdowns(sheet: &Sheet<'_>) -> Vec<Row> {
    let falls = sheet.drawdowns.iter().take(10);
    falls
        .map(|fall| {
            let recovered = fall
                .recovered
                .map_or_else(|| "not recovered".to_owned(), |time| format!("recovered {}", show::time(time)));
            let (low, currency) = (show::time(fall.trough), sheet.record.settlement.as_str());
            let remark = format!("{} {currency}, lowest {low}, {recovered}", fall.amount);
            row("drawdown", &show::time(fall.peak), "depth", percent(Some(-fall.depth)), "%", &remark)
        })
        .collect()
}

fn months(sheet: &Sheet<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for year in &sheet.years {
        for (month, change) in (1..).zip(year.months) {
            if change.is_some() {
                let name = format!("{}-{month:02}", year.year);
                rows.push(row("month", &name, "return", percent(change), "%", ""));
            }
        }
        rows.push(row("year", &year.year.to_string(), "return", percent(year.whole), "%", ""));
    }
    rows
}

fn part(section: &str, part: &Part, currency: &str) -> Vec<Row> {
    let values = [
        ("net", part.net().to_string(), currency),
        ("realised", part.realised.to_string(), currency),
        ("unrealised", part.unrealised.to_string(), currency),
        ("fees", part.fees.to_string(), currency),
        ("funding", part.funding.to_string(), currency),
        ("insurance", part.insurance.to_string(), currency),
        ("turnover", part.turnover.to_string(), currency),
        ("fills", part.fills.to_string(), "count"),
        ("maker_share", percent(part.maker_share()), "%"),
        ("win_rate", percent(part.win_rate()), "%"),
        ("time_in_market", percent(part.in_market), "%"),
    ];
    values.into_iter().map(|(key, value, unit)| row(section, &part.name, key, value, unit, "")).collect()
}

fn bands(sheet: &Sheet<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for one in &sheet.robustness.bands {
        let (show, unit): (fn(Option<f64>) -> String, _) =
            if one.share { (percent, "%") } else { (number, "ratio") };
        for (key, value) in [("low", one.band.low), ("median", one.band.median), ("high", one.band.high)] {
            rows.push(row("band", one.label, key, show(value), unit, &sheet.robustness.bands_by));
        }
    }
    rows
}

fn trade_order(sheet: &Sheet<'_>, currency: &str) -> Vec<Row> {
    let Some(order) = &sheet.robustness.order else { return Vec::new() };
    let mut rows = Vec::new();
    for (name, of, factor, unit) in [
        ("Max drawdown, shuffled", &order.shuffled, -100.0, "%"),
        ("Max drawdown, drawn anew", &order.resampled, -100.0, "%"),
        ("Final equity, drawn anew", &order.final_equity, 1.0, currency),
    ] {
        for (key, value) in
            [("p5", of.p5), ("p25", of.p25), ("p50", of.p50), ("p75", of.p75), ("p95", of.p95)]
        {
            let value = number(Some(value * factor));
            rows.push(row("trade order", name, key, value, unit, &sheet.robustness.order_by));
        }
    }
    rows
}

/// A float as a program reads it; nothing where it is not defined.
fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn percent(share: Option<f64>) -> String {
    number(share.map(|share| share * 100.0))
}
