//! What stands around a tape's records: header, index and footer as bytes and back.

use types::Decimal;

use crate::{Grid, Kind};

pub(super) const MAGIC: &[u8; 8] = b"QMTAPE02";
const END: &[u8; 8] = b"QMTEND02";
pub(super) const HEADER: usize = 64;
pub(super) const INDEX: usize = 24;
pub(super) const FOOTER: usize = 48;
/// Records of a block: 128 KiB of ticks, so that an index stays small and a slice reads little beside what it needs.
pub(super) const BLOCK: u32 = 4_096;

/// What a tape says about its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) grid: Grid,
    pub(super) symbol: Option<String>,
    pub(super) interval: Option<i64>,
    pub(super) has_volume: bool,
    pub(super) clock_shift: i64,
    pub(super) block: u32,
}

/// A block's row of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) crc: u32,
    pub(super) rows: u32,
}

/// The end of a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footer {
    pub(super) rows: u64,
    pub(super) blocks: u64,
    pub(super) index_at: u64,
    pub(super) in_one_order: bool,
    pub(super) index_crc: u32,
}

pub(super) const fn record_size(kind: Kind) -> usize {
    match kind {
        Kind::Bars => 56,
        Kind::Trades | Kind::Ticks => 32,
        Kind::Quotes => 40,
        Kind::Funding => 24,
    }
}

const fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Bars => 1,
        Kind::Trades => 2,
        Kind::Quotes => 3,
        Kind::Funding => 4,
        Kind::Ticks => 5,
    }
}

impl Head {
    /// The bytes, or what does not fit.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, String> {
        let symbol = self.symbol.as_deref().unwrap_or_default().as_bytes();
        let length =
            u16::try_from(symbol.len()).map_err(|_| "the symbol is longer than 65535 bytes".to_owned())?;
        let Grid { tick_size, lot_size } = self.grid;
        let mantissa = |step: Decimal| {
            i64::try_from(step.mantissa())
                .map_err(|_| format!("a step of {step} has too many digits for a tape"))
        };
        let mut bytes = Vec::with_capacity(HEADER + symbol.len() + 8);
        bytes.extend(MAGIC);
        bytes.extend([code(self.kind), u8::from(self.has_volume)]);
        bytes.extend(length.to_le_bytes());
        bytes.extend([tick_size.scale(), lot_size.scale(), 0, 0]);
        bytes.extend(mantissa(tick_size)?.to_le_bytes());
        bytes.extend(mantissa(lot_size)?.to_le_bytes());
        bytes.extend(self.interval.unwrap_or(0).to_le_bytes());
        bytes.extend(self.clock_shift.to_le_bytes());
        bytes.extend(self.block.to_le_bytes());
        bytes.extend([0; 8]);
        let mut rest = symbol.to_vec();
        rest.resize(rest.len().next_multiple_of(8), 0);
        bytes.extend(head_crc(&bytes, &rest).to_le_bytes());
        bytes.extend(rest);
        Ok(bytes)
    }

    /// Reads a header; gives its length as well. `None` where it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let head = bytes.get(..HEADER)?;
        let length = usize::from(u16::from_le_bytes(array(head, 10)?));
        let padded = bytes.get(HEADER..HEADER + length.next_multiple_of(8))?;
        if head_crc(head.get(..60)?, padded) != u32::from_le_bytes(array(head, 60)?) {
            return None;
        }
        let kind = match head.get(8)? {
            1 => Kind::Bars,
            2 => Kind::Trades,
            3 => Kind::Quotes,
            4 => Kind::Funding,
            5 => Kind::Ticks,
            _ => return None,
        };
        let step = |at, scale| {
            Decimal::new(i128::from(i64::from_le_bytes(array(head, at)?)), *head.get(scale)?).ok()
        };
        let grid = Grid { tick_size: step(16, 12)?, lot_size: step(24, 13)? };
        let symbol = std::str::from_utf8(padded.get(..length)?).ok()?;
        let read = Self {
            kind,
            grid,
            symbol: Some(symbol.to_owned()).filter(|symbol| !symbol.is_empty()),
            interval: Some(i64::from_le_bytes(array(head, 32)?)).filter(|interval| *interval > 0),
            has_volume: head.get(9)? & 1 == 1,
            clock_shift: i64::from_le_bytes(array(head, 40)?),
            block: u32::from_le_bytes(array(head, 48)?),
        };
        Some((read, HEADER + padded.len()))
    }
}

fn head_crc(head: &[u8], rest: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head);
    hasher.update(rest);
    hasher.finalize()
}

impl Block {
    pub(super) fn bytes(self) -> [u8; INDEX] {
        let mut bytes = [0; INDEX];
        let [first, last] = [self.first, self.last].map(i64::to_le_bytes);
        let [crc, rows] = [self.crc, self.rows].map(u32::to_le_bytes);
        let all = first.iter().chain(&last).chain(&crc).chain(&rows);
        bytes.iter_mut().zip(all).for_each(|(place, byte)| *place = *byte);
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            first: i64::from_le_bytes(array(bytes, 0)?),
            last: i64::from_le_bytes(array(bytes, 8)?),
            crc: u32::from_le_bytes(array(bytes, 16)?),
            rows: u32::from_le_bytes(array(bytes, 20)?),
        })
    }
}

impl Footer {
    pub(super) fn bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FOOTER);
        let words = [self.rows, self.blocks, self.index_at, u64::from(self.in_one_order)];
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(self.index_crc.to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes.extend(END);
        bytes
    }

    /// `None` where it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let sound = bytes.get(40..FOOTER)? == END
            && crc32fast::hash(bytes.get(..36)?) == u32::from_le_bytes(array(bytes, 36)?);
        let word = |at| array(bytes, at).map(u64::from_le_bytes);
        sound.then_some(Self {
            rows: word(0)?,
            blocks: word(8)?,
            index_at: word(16)?,
            in_one_order: word(24)? & 1 == 1,
            index_crc: u32::from_le_bytes(array(bytes, 32)?),
        })
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}
