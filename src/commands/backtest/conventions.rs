//! The conventions of a run's fills, in the words of the report.

use serde_json::Value;

use crate::assemble::Assembled;
use crate::config::{ExecutionConfig, LatencyConfig, QueueConfig};
use crate::market::InstrumentData;

/// The conventions of this run's fills, in words.
pub(super) fn of(assembled: &Assembled) -> Vec<(String, String)> {
    let execution = assembled.execution();
    let raw = &assembled.checked.raw.execution;
    let volume = match execution.max_volume_share {
        Some(_) => format!("{} %", raw.max_volume_pct),
        None if raw.max_volume_pct.is_zero() => "unbound".to_owned(),
        None => "unbound, as the data has no volumes".to_owned(),
    };
    let account = &assembled.checked.raw.account;
    let margin = assembled.checked.margin.map(|margin| {
        let rest = if margin.remainder_to_fund { "fund" } else { "account" };
        (
            "margin",
            format!("{}, leverage {}, remainder to the {rest}", text(&account.margin), account.leverage),
        )
    });
    let rows = [
        ("touch", text(&raw.touch)),
        ("path", text(&raw.path)),
        ("market_fill", text(&raw.market_fill)),
        ("slippage_ticks", raw.slippage_ticks.to_string()),
        ("max_volume", volume),
        ("opening_prints", raw.opening_prints.to_string()),
    ];
    let bars = assembled.series.iter().any(|data| !data.is_recording());
    let books = assembled.series.iter().any(InstrumentData::is_recording);
    let shown = rows.into_iter().filter(|_| bars).chain(replayed(raw).into_iter().filter(|_| books));
    let end = ("end", text(&raw.end));
    shown.chain([end]).chain(margin).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The conventions of a replayed order book.
fn replayed(raw: &ExecutionConfig) -> Vec<(&'static str, String)> {
    let queue = match raw.queue {
        QueueConfig::Power | QueueConfig::PowerOfTotal | QueueConfig::PowerOfFront => {
            format!("{}, exponent {}", text(&raw.queue), raw.queue_exponent)
        }
        _ => text(&raw.queue),
    };
    let LatencyConfig { entry_us, response_us, entry_tail_us, response_tail_us, seed, .. } = raw.latency;
    let orders = match (&raw.latency.path, entry_tail_us, response_tail_us) {
        (Some(path), ..) => format!("as measured in {path}"),
        (None, 0, 0) => format!("{entry_us} µs to the venue, {response_us} µs back"),
        _ => format!(
            "{entry_us} µs and a tail of {entry_tail_us} µs to the venue, {response_us} µs and a tail of {response_tail_us} µs back, seed {seed}"
        ),
    };
    let feed = raw.latency.feed_us.map_or_else(|| "as recorded".to_owned(), |us| format!("{us} µs"));
    vec![("queue", queue), ("fills", text(&raw.fills)), ("latency", orders), ("feed latency", feed)]
}

/// A choice by the name that the configuration gives it.
fn text(choice: &impl serde::Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
