//! What columns mean: one table of names, and the headerless layouts of Binance Vision.

use std::fmt;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Open, high, low, close, volume.
    Bars,
    /// Single trades.
    Trades,
    /// Best bids and asks.
    Quotes,
    /// Funding settlements.
    Funding,
    /// Rows of a recorded order book.
    Ticks,
}

/// What one column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Time,
    Open,
    High,
    Low,
    Close,
    Volume,
    Price,
    Qty,
    Id,
    /// `buy` or `sell`: who took.
    Side,
    /// True where the buyer rested, so that the seller took.
    BuyerMaker,
    Bid,
    BidQty,
    Ask,
    AskQty,
    Rate,
}

/// Names of columns, in lower case. Where a file has several names of one role, the first in this list counts.
const NAMES: [(Role, &[&str]); 16] = [
    (
        Role::Time,
        &[
            "ts_ms",
            "open_time",
            "timestamp",
            "transaction_time",
            "transact_time",
            "time",
            "datetime",
            "date",
            "event_time",
            "calc_time",
            "",
        ],
    ),
    (Role::Open, &["open", "o"]),
    (Role::High, &["high", "h"]),
    (Role::Low, &["low", "l"]),
    (Role::Close, &["close", "c"]),
    (Role::Volume, &["volume", "vol", "v"]),
    (Role::Price, &["price", "p"]),
    (Role::Qty, &["quantity", "qty", "amount", "size", "q"]),
    (Role::Id, &["trade_id", "agg_trade_id", "id"]),
    (Role::Side, &["side", "taker_side"]),
    (Role::BuyerMaker, &["is_buyer_maker", "buyer_maker", "isbuyermaker"]),
    (Role::Bid, &["best_bid_price", "bid_close", "bid_price", "bid"]),
    (Role::BidQty, &["best_bid_qty", "bid_size", "bid_qty", "bid_amount"]),
    (Role::Ask, &["best_ask_price", "ask_close", "ask_price", "ask"]),
    (Role::AskQty, &["best_ask_qty", "ask_size", "ask_qty", "ask_amount"]),
    (Role::Rate, &["rate", "funding_rate", "last_funding_rate"]),
];

/// Columns that give away what a file is that can't be read.
const STRANGERS: [(&str, &str); 7] = [
    (
        "percentage",
        "depth summed up by distance from the price (Binance's bookDepth), from which no book can be made",
    ),
    ("update_type", "a list of order-book changes"),
    ("asks[0].price", "a list of order-book snapshots"),
    ("is_snapshot", "a list of order-book changes"),
    ("minimum_price_variation", "a list of instruments"),
    ("maintenancemarginrate", "a list of leverage brackets"),
    ("notional", "a list of leverage brackets"),
];

/// Which column holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) kind: Kind,
    pub(crate) has_header: bool,
    /// Quotes that stand for a whole bar: they are known at its end.
    pub(crate) at_bar_end: bool,
    columns: Vec<(Role, usize)>,
}

impl Layout {
    pub(crate) fn column(&self, role: Role) -> Option<usize> {
        self.columns.iter().find(|(other, _)| *other == role).map(|(_, at)| *at)
    }

    /// Reads a first line. The error says what is missing and what there is, or what the file is instead.
    pub(crate) fn detect(first: &[&str], prefix: Option<&str>) -> Result<Self, LayoutError> {
        let looks_like_data = first.first().is_some_and(|cell| cell.trim().parse::<f64>().is_ok());
        if looks_like_data { headerless(first) } else { from_names(first, prefix) }
    }
}

/// Why a first line can't be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LayoutError {
    Stranger(&'static str),
    Unclear(String),
}

fn from_names(cells: &[&str], prefix: Option<&str>) -> Result<Layout, LayoutError> {
    let names: Vec<String> = cells.iter().map(|cell| bare(cell, prefix)).collect();
    if let Some((_, what)) = STRANGERS.iter().find(|(name, _)| names.iter().any(|other| other == name)) {
        return Err(LayoutError::Stranger(what));
    }
    let columns: Vec<(Role, usize)> = NAMES
        .iter()
        .filter_map(|(role, known)| {
            let at = known.iter().find_map(|name| names.iter().position(|other| other == name))?;
            Some((*role, at))
        })
        .collect();
    let has = |role| columns.iter().any(|(other, _)| *other == role);
    let kind = if [Role::Open, Role::High, Role::Low, Role::Close].into_iter().all(has) {
        Kind::Bars
    } else if has(Role::Bid) && has(Role::Ask) {
        Kind::Quotes
    } else if has(Role::Price) && has(Role::Qty) {
        Kind::Trades
    } else if has(Role::Rate) {
        Kind::Funding
    } else {
        return Err(LayoutError::Unclear(unclear(cells, prefix)));
    };
    if !has(Role::Time) {
        let listed = cells.join(", ");
        return Err(LayoutError::Unclear(format!("no column holds the time; the columns are: {listed}")));
    }
    let at_bar_end = names.iter().any(|name| name == "bid_close");
    Ok(Layout { kind, has_header: true, at_bar_end, columns })
}

/// A column's name in lower case, without the prefix that picks one asset of several.
fn bare(cell: &str, prefix: Option<&str>) -> String {
    let cell = cell.trim().trim_start_matches('\u{feff}').trim_matches('"');
    let own = prefix.and_then(|prefix| cell.strip_prefix(prefix)?.strip_prefix(':'));
    own.unwrap_or(cell).to_ascii_lowercase()
}

fn unclear(cells: &[&str], prefix: Option<&str>) -> String {
    let mut prefixes: Vec<&str> =
        cells.iter().filter_map(|cell| cell.split_once(':')).map(|(p, _)| p).collect();
    prefixes.dedup();
    if !prefixes.is_empty() {
        let asked = prefix.map_or_else(String::new, |prefix| format!(", but not {prefix}"));
        return format!(
            "the file holds several assets side by side ({}){asked}; pick one with --column-prefix or data.column_prefix",
            prefixes.join(", ")
        );
    }
    format!(
        "the columns can't be understood: {}. Bars need a time and open, high, low, close; trades a time, price and quantity; quotes a time, bid and ask; funding a time and rate",
        cells.join(", ")
    )
}

/// Binance Vision's files without a header, told apart by their count of columns and where the flag stands.
fn headerless(cells: &[&str]) -> Result<Layout, LayoutError> {
    let is_flag = |at: usize| {
        cells
            .get(at)
            .is_some_and(|cell| matches!(cell.trim().to_ascii_lowercase().as_str(), "true" | "false"))
    };
    let bars = [Role::Time, Role::Open, Role::High, Role::Low, Role::Close, Role::Volume];
    let (kind, columns): (Kind, Vec<(Role, usize)>) = match cells.len() {
        12 => (Kind::Bars, bars.into_iter().zip(0..).collect()),
        7 | 8 if is_flag(6) => {
            let roles =
                [(Role::Id, 0), (Role::Price, 1), (Role::Qty, 2), (Role::Time, 5), (Role::BuyerMaker, 6)];
            (Kind::Trades, roles.into())
        }
        6 | 7 if is_flag(5) => {
            let roles =
                [(Role::Id, 0), (Role::Price, 1), (Role::Qty, 2), (Role::Time, 4), (Role::BuyerMaker, 5)];
            (Kind::Trades, roles.into())
        }
        7 => {
            let roles =
                [(Role::Bid, 1), (Role::BidQty, 2), (Role::Ask, 3), (Role::AskQty, 4), (Role::Time, 5)];
            (Kind::Quotes, roles.into())
        }
        6 => (Kind::Bars, bars.into_iter().zip(0..).collect()),
        count => {
            return Err(LayoutError::Unclear(format!(
                "the file has no header and {count} columns, which is none of the layouts known without one (Binance klines 12, trades 6 or 7, aggTrades 7 or 8, bookTicker 7, plain bars 6); add a header line"
            )));
        }
    };
    Ok(Layout { kind, has_header: false, at_bar_end: false, columns })
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bars => "bars",
            Self::Trades => "trades",
            Self::Quotes => "quotes",
            Self::Funding => "funding rates",
            Self::Ticks => "ticks of an order book",
        })
    }
}
