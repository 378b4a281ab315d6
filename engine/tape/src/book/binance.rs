//! Recordings of Binance's streams, spot and futures: lines of `<local time> <message>`, as they came over the wire.

use serde::Deserialize;
use serde_json::value::RawValue;
use types::{Side, TickKind, Time};

use super::gather::{Gathered, LevelText, Times, UNKNOWN};
use super::sync::{Ids, Sync};
use crate::when;

/// A message of a combined stream; a bare one is its own data.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Every field of the messages that are read. Which are there depends on the message.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(rename = "e")]
    event: Option<&'a str>,
    #[serde(rename = "E")]
    event_time: Option<i64>,
    #[serde(rename = "T")]
    transaction_time: Option<i64>,
    #[serde(rename = "s")]
    symbol: Option<&'a str>,
    #[serde(rename = "U")]
    first_id: Option<i64>,
    #[serde(rename = "u")]
    last_id: Option<i64>,
    #[serde(rename = "pu")]
    before_id: Option<i64>,
    #[serde(borrow, rename = "b")]
    bid: Option<&'a RawValue>,
    #[serde(borrow, rename = "B")]
    bid_qty: Option<&'a RawValue>,
    #[serde(borrow, rename = "a")]
    ask: Option<&'a RawValue>,
    #[serde(borrow, rename = "A")]
    ask_qty: Option<&'a RawValue>,
    #[serde(borrow, rename = "p")]
    price: Option<&'a RawValue>,
    #[serde(borrow, rename = "q")]
    qty: Option<&'a RawValue>,
    #[serde(rename = "m")]
    buyer_rested: Option<bool>,
    #[serde(rename = "X")]
    trade_kind: Option<&'a str>,
    #[serde(rename = "lastUpdateId")]
    snapshot_id: Option<i64>,
    #[serde(borrow)]
    bids: Option<&'a RawValue>,
    #[serde(borrow)]
    asks: Option<&'a RawValue>,
    code: Option<i64>,
}

/// Reads a recording line by line.
pub(crate) struct Reader {
    pub(crate) to: Gathered,
    sync: Sync,
    last_venue_time: Time,
    without_best: bool,
    /// What trades are read from: single trades where there are any, else those that Binance added up.
    trades: &'static str,
}

/// Reads a whole recording.
pub(crate) fn read(bytes: &[u8], without_best: bool) -> Gathered {
    let mut reader = Reader::new(bytes, without_best);
    for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        reader.line(line, text);
    }
    reader.to
}

impl Reader {
    pub(crate) fn new(bytes: &[u8], without_best: bool) -> Self {
        let single = has(bytes, b"\"e\":\"trade\"");
        let trades = if single { "trade" } else { "aggTrade" };
        Self {
            to: Gathered::default(),
            sync: Sync::default(),
            last_venue_time: UNKNOWN,
            without_best,
            trades,
        }
    }

    pub(crate) fn line(&mut self, line: u64, text: &[u8]) {
        if text.trim_ascii().is_empty() {
            return;
        }
        self.to.at_line(line);
        if let Err(what) = self.message(line, text.trim_ascii()) {
            self.to.refuse(line, what);
        }
    }

    fn message(&mut self, line: u64, text: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(text).map_err(|_| "the line is not text".to_owned())?;
        let (time, json) =
            text.split_once(' ').ok_or("the line is cut short: a time and a message are wanted")?;
        let local = when::parse(time.as_bytes()).ok_or_else(|| format!("`{time}` is not a time"))?;
        let unreadable = |error: serde_json::Error| format!("the message can't be read: {error}");
        let envelope: Envelope<'_> = serde_json::from_str(json).map_err(unreadable)?;
        let data = envelope.data.map_or(json, RawValue::get);
        let message: Message<'_> = serde_json::from_str(data).map_err(unreadable)?;
        self.to.of(message.symbol)?;
        let said = message.transaction_time.or(message.event_time);
        let venue = match said {
            Some(millis) => Time::from_millis(millis).map_err(|error| error.to_string())?,
            // Spot's best prices and snapshots come without a time: they are no older than what the venue said last.
            None => self.last_venue_time,
        };
        self.to.found.messages += 1;
        let times = Times { venue, local };
        let event = message.event.or(message.bid_qty.and(message.ask_qty).map(|_| "bookTicker"));
        match event {
            None if message.snapshot_id.is_some() => self.snapshot(&message, times)?,
            None if message.code.is_some() => self.to.pass_over("an error of the venue"),
            None => self.to.pass_over("a message without a name"),
            Some("depthUpdate") => self.changes(&message, times, line)?,
            Some("bookTicker") if self.without_best => self.to.pass_over("bookTicker"),
            Some("bookTicker") => self.best(&message, times)?,
            Some(event) if event == self.trades => self.trade(&message, times)?,
            Some(event) => self.to.pass_over(event),
        }
        if said.is_some() {
            self.last_venue_time = self.last_venue_time.max(venue);
        }
        Ok(())
    }

    fn snapshot(&mut self, message: &Message<'_>, times: Times) -> Result<(), String> {
        let (bids, asks) = (levels(message.bids)?, levels(message.asks)?);
        self.to.snapshot(times, Side::Buy, texts(&bids))?;
        self.to.snapshot(times, Side::Sell, texts(&asks))?;
        self.to.found.snapshots += 1;
        self.sync.follow_snapshot(message.snapshot_id.unwrap_or_default(), &mut self.to);
        Ok(())
    }

    fn changes(&mut self, message: &Message<'_>, times: Times, line: u64) -> Result<(), String> {
        let (Some(first), Some(last)) = (message.first_id, message.last_id) else {
            return Err("a message of changes has no ids `U` and `u`".to_owned());
        };
        let (bids, asks) = (levels(message.bid)?, levels(message.ask)?);
        if !self.sync.takes(Ids { first, last, before: message.before_id }, line, &mut self.to) {
            return Ok(());
        }
        let start = self.to.ticks.len();
        self.to.levels(times, Side::Buy, texts(&bids))?;
        self.to.levels(times, Side::Sell, texts(&asks))?;
        self.sync.taken(last, start, &self.to);
        Ok(())
    }

    fn best(&mut self, message: &Message<'_>, times: Times) -> Result<(), String> {
        for (side, price, qty) in
            [(Side::Buy, message.bid, message.bid_qty), (Side::Sell, message.ask, message.ask_qty)]
        {
            self.to.push(times, TickKind::Best(side), text(price)?, text(qty)?)?;
        }
        Ok(())
    }

    fn trade(&mut self, message: &Message<'_>, times: Times) -> Result<(), String> {
        // What did not come about on the book (the insurance fund's trades and the like) has another kind here.
        if message.trade_kind.is_some_and(|kind| kind != "MARKET") {
            self.to.pass_over("trades outside of the book");
            return Ok(());
        }
        let taker = message.buyer_rested.map(|rested| if rested { Side::Sell } else { Side::Buy });
        self.to.push(times, TickKind::Trade(taker), text(message.price)?, text(message.qty)?)
    }
}

/// A list of `["price", "quantity"]`.
pub(super) fn levels(raw: Option<&RawValue>) -> Result<Vec<[&str; 2]>, String> {
    let raw = raw.ok_or("a list of levels is missing")?;
    serde_json::from_str(raw.get()).map_err(|error| format!("a list of levels can't be read: {error}"))
}

pub(super) fn texts<'a>(levels: &'a [[&'a str; 2]]) -> impl Iterator<Item = LevelText<'a>> {
    levels.iter().map(|[price, qty]| (price.as_bytes(), qty.as_bytes()))
}

fn text(raw: Option<&RawValue>) -> Result<&[u8], String> {
    let raw = raw.ok_or("a price or a quantity is missing")?.get();
    Ok(raw.trim_matches('"').as_bytes())
}

/// Whether `part` stands in `bytes`.
fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
