//! Bybit's archive of order books: a JSON message a line, a snapshot and its changes.

use serde::Deserialize;
use serde_json::value::RawValue;
use types::{Side, Time};

use super::binance::{levels, texts};
use super::gather::{Gathered, Times};
use super::sync::{Ids, Sync};

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    /// When the message was made, in milliseconds.
    ts: i64,
    /// When it happened in the matching engine.
    cts: Option<i64>,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    s: &'a str,
    #[serde(borrow)]
    b: Option<&'a RawValue>,
    #[serde(borrow)]
    a: Option<&'a RawValue>,
    u: i64,
}

/// Reads a file. The venue's time is that of the matching engine; the time at which the message was made stands for ours, as the
/// archive was not recorded over a line.
pub(super) fn read(bytes: &[u8]) -> Gathered {
    let (mut to, mut sync) = (Gathered::default(), Sync::default());
    for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if text.trim_ascii().is_empty() {
            continue;
        }
        to.at_line(line);
        if let Err(what) = message(line, text, &mut sync, &mut to) {
            to.refuse(line, what);
        }
    }
    to
}

fn message(line: u64, text: &[u8], sync: &mut Sync, to: &mut Gathered) -> Result<(), String> {
    let message: Message<'_> =
        serde_json::from_slice(text).map_err(|error| format!("the message can't be read: {error}"))?;
    to.of(Some(message.data.s))?;
    let time = |millis| Time::from_millis(millis).map_err(|error| error.to_string());
    let times = Times { venue: time(message.cts.unwrap_or(message.ts))?, local: time(message.ts)? };
    let list = |raw: Option<_>| raw.map_or(Ok(Vec::new()), |raw| levels(Some(raw)));
    let (bids, asks) = (list(message.data.b)?, list(message.data.a)?);
    let id = message.data.u;
    to.found.messages += 1;
    match message.kind {
        "snapshot" => {
            to.whole_book(times, Side::Buy, texts(&bids))?;
            to.whole_book(times, Side::Sell, texts(&asks))?;
            to.found.snapshots += 1;
            sync.follow_snapshot(id, to);
        }
        "delta" => {
            if sync.takes(Ids { first: id, last: id, before: None }, line, to) {
                let start = to.ticks.len();
                to.levels(times, Side::Buy, texts(&bids))?;
                to.levels(times, Side::Sell, texts(&asks))?;
                sync.taken(id, start, to);
            }
        }
        other => to.pass_over(other),
    }
    Ok(())
}
