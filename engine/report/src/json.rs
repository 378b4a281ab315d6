//! The record as one JSON document: exact amounts as decimal text, every metric with its convention, no timing.

use ledger::RunRecord;
use serde_json::{Map, Value as Json, json};
use statistics::Percentiles;

use crate::attribution::{Part, of_capital};
use crate::months::Year;
use crate::robustness::Robustness;
use crate::sheet::Sheet;
use crate::{Context, Metric, Value, show};

/// The whole report as JSON. Equal input gives equal bytes; only `build` differs between builds of the program.
#[must_use]
pub fn to_json(record: &RunRecord, context: &Context) -> Json {
    document(&Sheet::of(record, context))
}

pub(crate) fn document(sheet: &Sheet<'_>) -> Json {
    let (record, context, totals) = (sheet.record, sheet.context, sheet.record.totals);
    let span = record.equity.first().zip(record.equity.last());
    let parts = |list: &[Part]| list.iter().map(|one| part(one, sheet)).collect::<Vec<_>>();
    json!({
        "title": context.title,
        "strategies": context.strategies,
        "data": context.data,
        "currency": record.settlement.as_str(),
        "capital": record.capital.to_string(),
        "final_equity": record.final_equity().to_string(),
        "first": span.map(|span| show::time(span.0.time)),
        "last": span.map(|span| show::time(span.1.time)),
        "counts": {
            "events": totals.events,
            "bars": totals.bars,
            "orders": totals.orders,
            "fills": totals.fills,
            "buys": totals.buys,
            "sells": totals.sells,
            "round_trips": record.round_trips.len(),
            "refused": totals.refused,
            "rejected": totals.rejected,
        },
        "metrics": sheet.metrics.iter().map(|one| metric(one, record.settlement.as_str())).collect::<Vec<_>>(),
        "findings": sheet.findings.iter().map(|finding| json!({
            "code": finding.code,
            "severity": finding.severity.text(),
            "text": finding.text,
            "advice": finding.advice,
        })).collect::<Vec<_>>(),
        "robustness": robustness(&sheet.robustness),
        "drawdowns": sheet.drawdowns.iter().take(10).map(|fall| json!({
            "depth_pct": fall.depth * 100.0,
            "amount": fall.amount.to_string(),
            "peak": show::time(fall.peak),
            "lowest": show::time(fall.trough),
            "recovered": fall.recovered.map(show::time),
        })).collect::<Vec<_>>(),
        "months": sheet.years.iter().flat_map(months).collect::<Vec<_>>(),
        "years": sheet.years.iter().map(|year| json!({
            "year": year.year,
            "return_pct": year.whole.map(|change| change * 100.0),
        })).collect::<Vec<_>>(),
        "attribution": {
            "strategies": parts(&sheet.attribution.strategies),
            "instruments": parts(&sheet.attribution.instruments),
        },
        "positions": positions(record),
        "bounds": crate::bounds::json(context, |one| metric(one, record.settlement.as_str())),
        "accounts": crate::accounts::json(record, context),
        "notes": record.notes.iter().map(|note| json!({
            "time": show::time(note.time),
            "strategy": note.strategy,
            "text": note.text,
        })).collect::<Vec<_>>(),
        "execution": map(&context.execution),
        "config": context.config,
        "build": map(&context.build),
    })
}

fn metric(metric: &Metric, currency: &str) -> Json {
    let (value, unit) = valued(&metric.value, currency);
    json!({ "key": metric.key, "label": metric.label, "value": value, "unit": unit, "convention": metric.convention })
}

/// A value with its unit.
pub(crate) fn valued<'c>(value: &Value, currency: &'c str) -> (Json, &'c str) {
    match value {
        Value::Amount(amount) => (Json::String(amount.to_string()), currency),
        Value::Ratio(ratio) => (json!(ratio), "ratio"),
        Value::Share(share) => (json!(share.map(|share| share * 100.0)), "%"),
        Value::Count(count) => (json!(count), "count"),
        Value::Days(days) => (json!(days), "days"),
    }
}

fn months(year: &Year) -> Vec<Json> {
    let known = (1..).zip(year.months).filter_map(|(month, change)| Some((month, change?)));
    known
        .map(|(month, change)| {
            json!({ "month": format!("{}-{month:02}", year.year), "return_pct": change * 100.0 })
        })
        .collect()
}

fn part(part: &Part, sheet: &Sheet<'_>) -> Json {
    json!({
        "name": part.name,
        "strategy": part.strategy,
        "net": part.net().to_string(),
        "net_pct_of_capital": of_capital(part.net(), sheet.record).map(|share| share * 100.0),
        "realised": part.realised.to_string(),
        "unrealised": part.unrealised.to_string(),
        "fees": part.fees.to_string(),
        "funding": part.funding.to_string(),
        "insurance": part.insurance.to_string(),
        "turnover": part.turnover.to_string(),
        "fills": part.fills,
        "maker_share": part.maker_share(),
        "round_trips": part.round_trips,
        "win_rate": part.win_rate(),
        "time_in_market": part.in_market,
    })
}

fn robustness(robustness: &Robustness) -> Json {
    let bands = robustness.bands.iter().map(|one| {
        let band = &one.band;
        json!({
            "key": one.key,
            "label": one.label,
            "unit": if one.share { "share" } else { "ratio" },
            "value": band.estimate,
            "low": band.low,
            "median": band.median,
            "high": band.high,
            "standard_error": band.error,
            "draws": band.defined,
        })
    });
    let order = robustness.order.as_ref().map(|order| {
        json!({
            "max_drawdown": order.happened,
            "max_drawdown_shuffled": percentiles(&order.shuffled),
            "max_drawdown_resampled": percentiles(&order.resampled),
            "final_equity_resampled": percentiles(&order.final_equity),
            "loss": order.loss,
            "ruin": order.ruin,
            "at_least_as_deep": order.deeper,
        })
    });
    json!({
        "bands": bands.collect::<Vec<_>>(),
        "bands_method": robustness.bands_by,
        "trade_order": order,
        "trade_order_method": robustness.order_by,
    })
}

fn percentiles(of: &Percentiles) -> Json {
    json!({ "p5": of.p5, "p25": of.p25, "p50": of.p50, "p75": of.p75, "p95": of.p95 })
}

fn positions(record: &RunRecord) -> Vec<Json> {
    let open = record.instruments.iter().zip(&record.positions);
    open.map(|(instrument, qty)| {
        json!({ "symbol": instrument.symbol(), "quantity": instrument.qty_decimal(*qty).to_string() })
    })
    .collect()
}

fn map(rows: &[(String, String)]) -> Map<String, Json> {
    rows.iter().map(|(name, value)| (name.clone(), Json::String(value.clone()))).collect()
}
