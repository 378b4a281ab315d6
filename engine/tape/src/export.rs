//! Rows as text: CSV that this program reads back to the same rows.

use std::io::Write;

use types::{Decimal, Price, Qty, Seen, Side, TickKind};

use crate::{AnyRows, Grid, Kind, Row};

/// Writes rows as CSV with a header; times are nanoseconds since 1970, prices and quantities decimals.
///
/// # Errors
/// What the writer says.
pub fn write_csv(rows: AnyRows<'_>, kind: Kind, grid: Grid, to: &mut impl Write) -> std::io::Result<u64> {
    writeln!(to, "{}", columns(kind).join(","))?;
    let mut count = 0;
    for row in rows {
        line(row, grid, to)?;
        count += 1;
    }
    Ok(count)
}

/// Writes rows as Parquet, with the columns of [`write_csv`]: times as timestamps of nanoseconds in UTC, prices and quantities as
/// decimals of up to 18 digits. A funding settlement without a mark price has zero there.
///
/// # Errors
/// What the writer says, a number with too many digits, or that this build has no Parquet.
pub fn write_parquet(
    rows: AnyRows<'_>,
    kind: Kind,
    grid: Grid,
    to: &mut (impl Write + Send),
) -> std::io::Result<u64> {
    #[cfg(feature = "parquet")]
    return crate::parquet::write(rows, kind, grid, to);
    #[cfg(not(feature = "parquet"))]
    {
        let _ = (rows, kind, grid, to);
        Err(std::io::Error::other(crate::NO_PARQUET))
    }
}

/// The columns of a kind.
pub(crate) const fn columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Bars => &["open_time", "close_time", "open", "high", "low", "close", "volume"],
        Kind::Trades => &["time", "price", "quantity", "side"],
        Kind::Quotes => &["time", "bid_price", "bid_qty", "ask_price", "ask_qty"],
        Kind::Funding => &["calc_time", "last_funding_rate", "mark_price"],
        Kind::Ticks => &["venue_time", "local_time", "kind", "side", "price", "quantity", "seen"],
    }
}

/// A side as a word.
pub(crate) const fn side(side: Option<Side>) -> &'static str {
    match side {
        Some(Side::Buy) => "buy",
        Some(Side::Sell) => "sell",
        None => "",
    }
}

/// What a tick says, and of which side.
pub(crate) const fn said(kind: TickKind) -> (&'static str, &'static str) {
    match kind {
        TickKind::Level(of) => ("level", side(Some(of))),
        TickKind::Clear(of) => ("clear", side(Some(of))),
        TickKind::Best(of) => ("best", side(Some(of))),
        TickKind::Trade(taker) => ("trade", side(taker)),
    }
}

/// Who sees a tick, as a word.
pub(crate) const fn seen(seen: Seen) -> &'static str {
    match seen {
        Seen::Both => "both",
        Seen::ByVenue => "venue",
        Seen::ByUs => "us",
    }
}

/// A count of steps as a decimal.
#[derive(Clone, Copy)]
struct Of(i64, Decimal);

impl std::fmt::Display for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A step has at most 19 digits on a tape, and a count too: their product fits.
        let mantissa = i128::from(self.0).saturating_mul(self.1.mantissa());
        Decimal::new(mantissa, self.1.scale()).map_err(|_| std::fmt::Error)?.fmt(f)
    }
}

fn line(row: Row, grid: Grid, to: &mut impl Write) -> std::io::Result<()> {
    let p = |price: Price| Of(price.ticks(), grid.tick_size);
    let q = |qty: Qty| Of(qty.lots(), grid.lot_size);
    match row {
        Row::Bar(bar) => {
            let (from, until) = (bar.open_time.nanos(), bar.close_time.nanos());
            let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(p);
            writeln!(to, "{from},{until},{open},{high},{low},{close},{}", q(bar.volume))
        }
        Row::Trade(trade) => {
            let (time, taker) = (trade.time.nanos(), side(trade.taker));
            writeln!(to, "{time},{},{},{taker}", p(trade.price), q(trade.qty))
        }
        Row::Quote(quote) => {
            let (bid, ask) = ((p(quote.bid), q(quote.bid_qty)), (p(quote.ask), q(quote.ask_qty)));
            writeln!(to, "{},{},{},{},{}", quote.time.nanos(), bid.0, bid.1, ask.0, ask.1)
        }
        Row::Funding(funding) => {
            let rate = Of(funding.rate.nanos(), Decimal::new(1, 9).unwrap_or_default());
            write!(to, "{},{rate},", funding.time.nanos())?;
            funding.mark.map_or(Ok(()), |mark| write!(to, "{}", p(mark)))?;
            writeln!(to)
        }
        Row::Tick(tick) => {
            let (kind, side) = said(tick.kind);
            let (venue, local) = (tick.venue_time.nanos(), tick.local_time.nanos());
            let (price, qty, seen) = (p(tick.price), q(tick.qty), seen(tick.seen));
            writeln!(to, "{venue},{local},{kind},{side},{price},{qty},{seen}")
        }
    }
}
