//! Order books in tables: Binance's historical T_DEPTH files, Tardis' incremental_book_L2 and book_snapshot files, our own exports.

use csv::ByteRecord;
use types::{Seen, Side, Time};

use super::gather::{Gathered, Times};
use super::sync::{Ids, Sync};
use crate::when;

/// The lines of a table below its header.
pub(super) struct Table<'a> {
    reader: csv::Reader<&'a [u8]>,
    header: Vec<String>,
}

/// What one line says.
pub(super) struct Line<'a> {
    pub(super) record: &'a ByteRecord,
}

impl<'a> Table<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
        let header = reader.headers().map(|names| names.iter().map(str::to_ascii_lowercase).collect());
        Self { reader, header: header.unwrap_or_default() }
    }

    /// Where a column is. A missing one is found nowhere, so that each line complains about its cell.
    pub(super) fn column(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).unwrap_or(usize::MAX)
    }

    /// Gives every line to `take`; what it refuses is remembered with the line.
    pub(super) fn each(
        &mut self,
        to: &mut Gathered,
        mut take: impl FnMut(&Line<'_>, u64, &mut Gathered) -> Result<(), String>,
    ) {
        let mut record = ByteRecord::new();
        loop {
            let line = self.reader.position().line();
            let read = self.reader.read_byte_record(&mut record);
            let line = record.position().map_or(line, csv::Position::line);
            to.at_line(line);
            let taken = match read {
                Ok(false) => return,
                Ok(true) => take(&Line { record: &record }, line, to),
                Err(error) => Err(error.to_string()),
            };
            if let Err(what) = taken {
                to.refuse(line, what);
            }
        }
    }
}

impl Line<'_> {
    pub(super) fn cell(&self, at: usize) -> &[u8] {
        self.record.get(at).unwrap_or_default()
    }

    fn wrong(&self, at: usize, wanted: &str) -> String {
        let text: String = String::from_utf8_lossy(self.cell(at)).chars().take(40).collect();
        format!("`{text}` is not {wanted}")
    }

    pub(super) fn time(&self, at: usize) -> Result<Time, String> {
        when::parse(self.cell(at)).ok_or_else(|| self.wrong(at, "a time"))
    }

    fn id(&self, at: usize) -> Result<i64, String> {
        let text = std::str::from_utf8(self.cell(at)).ok();
        text.and_then(|text| text.parse().ok()).ok_or_else(|| self.wrong(at, "an id"))
    }

    pub(super) fn side(&self, at: usize) -> Result<Side, String> {
        match self.cell(at) {
            b"b" | b"bid" | b"buy" => Ok(Side::Buy),
            b"a" | b"ask" | b"sell" => Ok(Side::Sell),
            _ => Err(self.wrong(at, "a side (bid or ask)")),
        }
    }

    fn symbol(&self, at: usize) -> Option<&str> {
        std::str::from_utf8(self.cell(at)).ok().filter(|symbol| !symbol.is_empty())
    }
}

/// Levels of one snapshot whose lines follow one another.
#[derive(Default)]
struct Pending {
    times: Option<Times>,
    id: Option<i64>,
    bids: Vec<[Vec<u8>; 2]>,
    asks: Vec<[Vec<u8>; 2]>,
}

impl Pending {
    fn add(&mut self, times: Times, side: Side, price: &[u8], qty: &[u8]) {
        self.times.get_or_insert(times);
        let levels = if side == Side::Buy { &mut self.bids } else { &mut self.asks };
        levels.push([price.to_vec(), qty.to_vec()]);
    }

    /// The snapshot is complete: its ticks are written.
    fn flush(&mut self, sync: &mut Sync, to: &mut Gathered) -> Result<(), String> {
        let Some(times) = self.times.take() else { return Ok(()) };
        let (bids, asks) = (std::mem::take(&mut self.bids), std::mem::take(&mut self.asks));
        for (side, levels) in [(Side::Buy, bids), (Side::Sell, asks)] {
            to.snapshot(times, side, levels.iter().map(|[price, qty]| (price.as_slice(), qty.as_slice())))?;
        }
        to.found.snapshots += 1;
        if let Some(id) = self.id.take() {
            sync.follow_snapshot(id, to);
        }
        Ok(())
    }
}

/// Binance's T_DEPTH. It has no local time: the venue's stands for it.
pub(super) fn binance_depth(bytes: &[u8]) -> Gathered {
    let (mut to, mut sync, mut pending) = (Gathered::default(), Sync::default(), Pending::default());
    let mut table = Table::new(bytes);
    let names = [
        "symbol",
        "timestamp",
        "first_update_id",
        "last_update_id",
        "side",
        "update_type",
        "price",
        "qty",
        "pu",
    ];
    let [symbol, time, first, last, side, kind, price, qty, before] = names.map(|name| table.column(name));
    // The message of the line before, and whether it was taken.
    let mut message: Option<(i64, bool)> = None;
    table.each(&mut to, |row, line, to| {
        let at = row.time(time)?;
        let (times, side, id) = (Times { venue: at, local: at }, row.side(side)?, row.id(last)?);
        to.of(row.symbol(symbol))?;
        if row.cell(kind) == b"snap" {
            if pending.id != Some(id) {
                pending.flush(&mut sync, to)?;
            }
            pending.id = Some(id);
            pending.add(times, side, row.cell(price), row.cell(qty));
            return Ok(());
        }
        pending.flush(&mut sync, to)?;
        let taken = match message {
            Some((known, taken)) if known == id => taken,
            _ => {
                let ids = Ids {
                    first: row.id(first)?,
                    last: id,
                    before: Some(row.id(before)?).filter(|id| *id >= 0),
                };
                sync.takes(ids, line, to)
            }
        };
        message = Some((id, taken));
        if taken { to.levels(times, side, [(row.cell(price), row.cell(qty))]) } else { Ok(()) }
    });
    end(&mut pending, &mut sync, &mut to);
    to
}

/// Tardis' incremental_book_L2: lines of a snapshot follow one another, and are one.
pub(super) fn tardis_changes(bytes: &[u8]) -> Gathered {
    let (mut to, mut sync, mut pending) = (Gathered::default(), Sync::default(), Pending::default());
    let mut table = Table::new(bytes);
    let names = ["symbol", "timestamp", "local_timestamp", "is_snapshot", "side", "price", "amount"];
    let [symbol, venue, local, snapshot, side, price, qty] = names.map(|name| table.column(name));
    table.each(&mut to, |row, _, to| {
        let (times, side) = (Times { venue: row.time(venue)?, local: row.time(local)? }, row.side(side)?);
        to.of(row.symbol(symbol))?;
        if row.cell(snapshot).eq_ignore_ascii_case(b"true") {
            pending.add(times, side, row.cell(price), row.cell(qty));
            return Ok(());
        }
        pending.flush(&mut sync, to)?;
        to.levels(times, side, [(row.cell(price), row.cell(qty))])
    });
    end(&mut pending, &mut sync, &mut to);
    to
}

/// Tardis' book_snapshot_5, _25 and the like: each line is the whole book as far as it goes.
pub(super) fn tardis_snapshots(bytes: &[u8]) -> Gathered {
    let mut to = Gathered::default();
    let mut table = Table::new(bytes);
    let [symbol, venue, local] = ["symbol", "timestamp", "local_timestamp"].map(|name| table.column(name));
    let levels = |side: &str| -> Vec<(usize, usize)> {
        let column = |at: usize, what: &str| table.column(&format!("{side}[{at}].{what}"));
        (0..)
            .map(|at| (column(at, "price"), column(at, "amount")))
            .take_while(|(price, _)| *price < usize::MAX)
            .collect()
    };
    let (bids, asks) = (levels("bids"), levels("asks"));
    table.each(&mut to, |row, _, to| {
        let times = Times { venue: row.time(venue)?, local: row.time(local)? };
        to.of(row.symbol(symbol))?;
        for (side, columns) in [(Side::Buy, &bids), (Side::Sell, &asks)] {
            let levels = columns.iter().map(|(price, qty)| (row.cell(*price), row.cell(*qty)));
            to.whole_book(times, side, levels.filter(|(price, _)| !price.is_empty()))?;
        }
        to.found.snapshots += 1;
        Ok(())
    });
    to
}

/// Our own export: a line a tick, in the order of a tape.
pub(super) fn own(bytes: &[u8]) -> Gathered {
    let mut to = Gathered::default();
    let mut table = Table::new(bytes);
    let names = ["venue_time", "local_time", "kind", "side", "price", "quantity", "seen"];
    let [venue, local, kind, side, price, qty, seen] = names.map(|name| table.column(name));
    table.each(&mut to, |row, _, to| {
        use types::TickKind::{Best, Clear, Level, Trade};
        let times = Times { venue: row.time(venue)?, local: row.time(local)? };
        let said = match row.cell(kind) {
            b"level" => Level(row.side(side)?),
            b"clear" => Clear(row.side(side)?),
            b"best" => Best(row.side(side)?),
            b"trade" if row.cell(side).is_empty() => Trade(None),
            b"trade" => Trade(Some(row.side(side)?)),
            _ => return Err(row.wrong(kind, "level, clear, best or trade")),
        };
        to.push(times, said, row.cell(price), row.cell(qty))?;
        let by = match row.cell(seen) {
            b"both" | b"" => Seen::Both,
            b"venue" => Seen::ByVenue,
            b"us" => Seen::ByUs,
            _ => return Err(row.wrong(seen, "both, venue or us")),
        };
        to.ticks.last_mut().into_iter().for_each(|tick| tick.seen = by);
        Ok(())
    });
    to
}

fn end(pending: &mut Pending, sync: &mut Sync, to: &mut Gathered) {
    if let Err(what) = pending.flush(sync, to) {
        to.refuse(0, what);
    }
}
