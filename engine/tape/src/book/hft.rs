//! hftbacktest's events: a NumPy array (.npy, or inside .npz) of records of eight fields, as its types.rs defines them.

use types::{Side, TickKind, Time};

use super::gather::{Gathered, Times};

/// Fields of an event, in their order, and their NumPy types. Each takes eight bytes.
const FIELDS: [(&str, &str); 8] = [
    ("ev", "<u8"),
    ("exch_ts", "<i8"),
    ("local_ts", "<i8"),
    ("px", "<f8"),
    ("qty", "<f8"),
    ("order_id", "<u8"),
    ("ival", "<i8"),
    ("fval", "<f8"),
];
const SIZE: usize = 64;
const AT_VENUE: u64 = 1 << 31;
const AT_US: u64 = 1 << 30;
const BUY: u64 = 1 << 29;
const SELL: u64 = 1 << 28;

/// Whether bytes begin as a NumPy array does.
pub(crate) fn is_array(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x93NUMPY")
}

/// Reads the events. Prices and quantities are floats there: each becomes the shortest decimal that is that float, exactly.
pub(super) fn read(bytes: &[u8]) -> Result<Gathered, String> {
    let (header, records) = split(bytes).ok_or("the array is cut short")?;
    let order: Option<Vec<usize>> =
        FIELDS.iter().map(|(name, kind)| header.find(&format!("('{name}', '{kind}')"))).collect();
    if !order.is_some_and(|places| places.is_sorted()) || header.matches("('").count() != FIELDS.len() {
        let wanted: Vec<_> = FIELDS.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        return Err(format!(
            "the array is not of hftbacktest's events ({}): {}",
            wanted.join(", "),
            header.trim()
        ));
    }
    if header.contains("'fortran_order': True") || !records.len().is_multiple_of(SIZE) {
        return Err("the array is cut short".to_owned());
    }
    let wanted = header
        .split_once("'shape': (")
        .and_then(|(_, rest)| rest.split([',', ')']).next()?.trim().parse().ok());
    if wanted != Some(records.len() / SIZE) {
        return Err(format!("the array is cut short: it holds {} of its events", records.len() / SIZE));
    }
    let mut to = Gathered::default();
    for (row, record) in (1..).zip(records.as_chunks::<SIZE>().0) {
        to.at_line(row);
        if let Err(what) = event(record, &mut to) {
            to.refuse(row, what);
        }
    }
    Ok(to)
}

/// The header's text and the bytes after it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, start) = match bytes.get(6)? {
        1 => (usize::from(u16::from_le_bytes(bytes.get(8..10)?.try_into().ok()?)), 10),
        _ => (usize::try_from(u32::from_le_bytes(bytes.get(8..12)?.try_into().ok()?)).ok()?, 12),
    };
    let (header, records) = bytes.get(start..)?.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, records))
}

fn event(record: &[u8; SIZE], to: &mut Gathered) -> Result<(), String> {
    let words = record.as_chunks::<8>().0;
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    let flags = u64::from_le_bytes(word(0));
    let [venue, local] = [word(1), word(2)].map(|bytes| Time::from_nanos(i64::from_le_bytes(bytes)));
    let side = match flags & (BUY | SELL) {
        BUY => Some(Side::Buy),
        SELL => Some(Side::Sell),
        _ => None,
    };
    let kind = match (flags & 0xff, side) {
        (1 | 4, Some(side)) => TickKind::Level(side),
        (2, taker) => TickKind::Trade(taker),
        (3, Some(side)) => TickKind::Clear(side),
        (5, Some(side)) => TickKind::Best(side),
        (3, None) => return both_cleared(Times { venue, local }, to),
        (1 | 4 | 5, None) => return Err("an event of a level has no side".to_owned()),
        (10..=13, _) => {
            to.pass_over("events of single orders");
            return Ok(());
        }
        (code, _) => {
            to.pass_over(&format!("events {code}"));
            return Ok(());
        }
    };
    let text = |at: usize| f64::from_le_bytes(word(at)).to_string();
    let qty = if matches!(kind, TickKind::Clear(_)) { "0".to_owned() } else { text(4) };
    to.push(Times { venue, local }, kind, text(3).as_bytes(), qty.as_bytes())?;
    let seen = match (flags & AT_VENUE != 0, flags & AT_US != 0) {
        (true, false) => types::Seen::ByVenue,
        (false, true) => types::Seen::ByUs,
        _ => types::Seen::Both,
    };
    to.ticks.last_mut().into_iter().for_each(|tick| tick.seen = seen);
    Ok(())
}

/// A clear without a side takes the whole book away.
fn both_cleared(times: Times, to: &mut Gathered) -> Result<(), String> {
    to.clear_all(times, Side::Buy);
    to.clear_all(times, Side::Sell);
    Ok(())
}
