//! The record as one JSON document: exact amounts as decimal text, every metric with its convention, no timing.

use ledger::RunRecord;
use serde_json::{Map, Value as Json, json};

use crate::{Context, Value, metrics, show};

/// The whole report as JSON. Equal input gives equal bytes; only `build` differs between builds of the program.
#[must_use]
pub fn to_json(record: &RunRecord, context: &Context) -> Json {
    let list: Vec<Json> = metrics(record, context)
        .into_iter()
        .map(|metric| {
            let (value, unit) = match metric.value {
                Value::Amount(amount) => (Json::String(amount.to_string()), record.settlement.as_str()),
                Value::Ratio(ratio) => (json!(ratio), "ratio"),
                Value::Share(share) => (json!(share.map(|share| share * 100.0)), "%"),
                Value::Count(count) => (json!(count), "count"),
                Value::Days(days) => (json!(days), "days"),
            };
            json!({ "key": metric.key, "label": metric.label, "value": value, "unit": unit, "convention": metric.convention })
        })
        .collect();
    let totals = record.totals;
    let span = record.equity.first().zip(record.equity.last());
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
        "metrics": list,
        "positions": positions(record),
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
