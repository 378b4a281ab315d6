//! A recording as both engines read it.

use std::path::Path;

use hftbacktest::types::{
    BUY_EVENT, DEPTH_CLEAR_EVENT, DEPTH_EVENT, EXCH_EVENT, Event, LOCAL_EVENT, SELL_EVENT, TRADE_EVENT,
};
use types::{Decimal, Seen, Side, Tick, TickKind};

pub struct Recording {
    pub name: String,
    pub ticks: Vec<Tick>,
    pub tick_size: Decimal,
    pub lot_size: Decimal,
}

/// Reads a recording, or the ticks of work W2, by the name's end.
pub fn read(file: &str) -> Result<Recording, Box<dyn std::error::Error>> {
    let path = Path::new(file);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if file.ends_with(".bin") {
        let (tick_size, lot_size) = ("0.1".parse()?, "0.001".parse()?);
        return Ok(Recording { name, ticks: crate::works::ticks(path)?, tick_size, lot_size });
    }
    let options = tape::ReadOptions { without_best: true, ..tape::ReadOptions::default() };
    let series = tape::read(path, &options)?.series;
    let tape::Grid { tick_size, lot_size } = series.grid;
    match series.data {
        tape::SeriesData::Ticks(ticks) => Ok(Recording { name, ticks, tick_size, lot_size }),
        other => Err(format!("{file} holds {}; a recording of an order book is wanted", other.kind()).into()),
    }
}

impl Recording {
    pub fn tick(&self) -> f64 {
        self.tick_size.to_string().parse().unwrap_or(f64::NAN)
    }

    pub fn lot(&self) -> f64 {
        self.lot_size.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The same rows as hftbacktest has them.
    pub fn events(&self) -> Vec<Event> {
        let (tick_size, lot_size) = (self.tick(), self.lot());
        let event = |tick: &Tick| {
            let (kind, side) = match tick.kind {
                TickKind::Level(side) => (DEPTH_EVENT, Some(side)),
                TickKind::Clear(side) => (DEPTH_CLEAR_EVENT, Some(side)),
                TickKind::Trade(taker) => (TRADE_EVENT, taker),
                TickKind::Best(_) => return None,
            };
            let seen = match tick.seen {
                Seen::Both => EXCH_EVENT | LOCAL_EVENT,
                Seen::ByVenue => EXCH_EVENT,
                Seen::ByUs => LOCAL_EVENT,
            };
            let side = match side {
                Some(Side::Buy) => BUY_EVENT,
                Some(Side::Sell) => SELL_EVENT,
                None => 0,
            };
            Some(Event {
                ev: kind | side | seen,
                exch_ts: tick.venue_time.nanos(),
                local_ts: tick.local_time.nanos(),
                px: tick.price.ticks() as f64 * tick_size,
                qty: tick.qty.lots() as f64 * lot_size,
                order_id: 0,
                ival: 0,
                fval: 0.0,
            })
        };
        self.ticks.iter().filter_map(event).collect()
    }
}
