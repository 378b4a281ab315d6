//! An open tape: mapped into memory, its frame checked at once, its blocks when they are first read.

use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use types::{Bar, Funding, Quote, Tick, Time, Trade};

use super::frame::{Block, FOOTER, Footer, HEADER, Head, INDEX, MAGIC, record_size};
use super::record::Record;
use super::rows::{AnyRows, Rows};
use crate::{DataError, Grid, Kind, Series, SeriesData, when};

/// Where a tape's bytes are.
#[derive(Debug)]
enum Bytes {
    Mapped(map::Map),
    Held(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Held(bytes) => bytes,
        }
    }
}

/// A tape. Threads may share it; its rows come straight from the file's pages.
#[derive(Debug)]
pub struct Tape {
    file: String,
    bytes: Bytes,
    head: Head,
    footer: Footer,
    /// Where the records lie.
    records: Range<usize>,
    index: Vec<Block>,
    /// Which blocks were held against their checksums.
    checked: Vec<AtomicBool>,
}

/// What a look at every block of a tape found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Blocks.
    pub blocks: u64,
    /// Records.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// What is wrong, block by block; empty for a sound tape.
    pub faults: Vec<String>,
}

impl Tape {
    /// Whether a file begins as a tape of any version does.
    pub(crate) fn is_there(path: &Path) -> bool {
        let mut begin = [0; 6];
        let read =
            std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut begin));
        read.is_ok() && super::is_tape(&begin)
    }

    /// Opens a tape and checks its header, index and footer. Records are checked when they are first read.
    ///
    /// # Errors
    /// [`DataError::Open`] where the system refuses, [`DataError::Tape`] where it is no tape, of another version, damaged or cut
    /// short.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let file = path.display().to_string();
        let map = map::Map::open(path)
            .map_err(|error| DataError::Open { file: file.clone(), why: error.to_string() })?;
        Self::new(file, Bytes::Mapped(map))
    }

    /// The file as a tape, if it is one of ticks.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn of_ticks(path: &Path) -> Result<Option<Self>, DataError> {
        if !Self::is_there(path) {
            return Ok(None);
        }
        Ok(Some(Self::open(path)?).filter(|tape| tape.kind() == Kind::Ticks))
    }

    /// As [`open`](Self::open), from bytes in memory; `name` stands for the file in messages.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, DataError> {
        Self::new(name.to_owned(), Bytes::Held(bytes))
    }

    fn new(file: String, bytes: Bytes) -> Result<Self, DataError> {
        let fault = |what: &str| DataError::Tape { file: file.clone(), what: what.to_owned() };
        match bytes.get(..8) {
            Some(magic) if magic == MAGIC => {}
            Some([b'Q', b'M', b'T', b'A', b'P', b'E', tens, ones]) => {
                let version = String::from_utf8_lossy(&[*tens, *ones]).into_owned();
                return Err(fault(&format!(
                    "the tape is of version {version}, and this program reads 02; import the data again with this program"
                )));
            }
            _ => return Err(fault("this is no tape")),
        }
        let damaged =
            |part: &str| fault(&format!("the tape's {part} is damaged or cut short; import the data again"));
        let (head, start) = Head::read(&bytes).ok_or_else(|| damaged("header"))?;
        let end =
            bytes.len().checked_sub(FOOTER).filter(|end| *end >= HEADER).ok_or_else(|| damaged("end"))?;
        let footer = bytes.get(end..).and_then(Footer::read).ok_or_else(|| damaged("end"))?;
        let frame = frame(&head, &footer, start, end).ok_or_else(|| damaged("length"))?;
        let index = bytes.get(frame.end..end).unwrap_or_default();
        if crc32fast::hash(index) != footer.index_crc {
            return Err(damaged("index"));
        }
        let index: Vec<Block> =
            index.as_chunks::<INDEX>().0.iter().filter_map(|row| Block::read(row)).collect();
        let full = index.iter().rev().skip(1).all(|block| block.rows == head.block);
        if !full || index.iter().map(|block| u64::from(block.rows)).sum::<u64>() != footer.rows {
            return Err(damaged("index"));
        }
        let checked = index.iter().map(|_| AtomicBool::new(false)).collect();
        Ok(Self { file, bytes, head, footer, records: frame, index, checked })
    }

    /// The file's name, as messages have it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.file
    }

    /// What it holds.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.head.kind
    }

    /// What prices and quantities count.
    #[must_use]
    pub fn grid(&self) -> Grid {
        self.head.grid
    }

    /// The instrument's name, where it has one.
    #[must_use]
    pub fn symbol(&self) -> Option<&str> {
        self.head.symbol.as_deref()
    }

    /// Nanoseconds that were added to the local times of ticks because the local clock was behind the venue's.
    #[must_use]
    pub fn clock_shift(&self) -> i64 {
        self.head.clock_shift
    }

    /// Count of rows.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.footer.rows
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.footer.rows == 0
    }

    /// Whether every row is for the venue and for us, so that one reader can do the work of two.
    #[must_use]
    pub fn in_one_order(&self) -> bool {
        self.footer.in_one_order
    }

    /// Lowest and highest time; see [`Record::time`].
    #[must_use]
    pub fn span(&self) -> Option<(Time, Time)> {
        let first = self.index.iter().map(|block| block.first).min()?;
        let last = self.index.iter().map(|block| block.last).max()?;
        Some((Time::from_nanos(first), Time::from_nanos(last)))
    }

    /// A series like this tape, without its rows: what a [`TapeWriter`](crate::TapeWriter) begins with.
    #[must_use]
    pub fn like(&self) -> Series {
        let data = match self.head.kind {
            Kind::Bars => SeriesData::Bars(Vec::new()),
            Kind::Trades => SeriesData::Trades(Vec::new()),
            Kind::Quotes => SeriesData::Quotes(Vec::new()),
            Kind::Funding => SeriesData::Funding(Vec::new()),
            Kind::Ticks => SeriesData::Ticks(Vec::new()),
        };
        Series {
            data,
            grid: self.head.grid,
            interval: self.head.interval,
            symbol: self.head.symbol.clone(),
            has_volume: self.head.has_volume,
            clock_shift: self.head.clock_shift,
        }
    }

    /// All ticks, from the map.
    ///
    /// # Errors
    /// As [`rows`](Self::rows).
    pub fn ticks(&self) -> Result<Rows<'_, Tick>, DataError> {
        self.rows()
    }

    /// All rows, from the map. Blocks that were not read before are held against their checksums first.
    ///
    /// # Errors
    /// [`DataError::Tape`] names the first damaged block, or says that the tape holds another kind.
    pub fn rows<R: Record>(&self) -> Result<Rows<'_, R>, DataError> {
        self.select(None)
    }

    /// The rows from `from` on and before `to`. Only the blocks that may hold some are read.
    ///
    /// # Errors
    /// As [`rows`](Self::rows), for the blocks that are read.
    pub fn slice<R: Record>(&self, from: Time, to: Time) -> Result<Rows<'_, R>, DataError> {
        self.select(Some((from.nanos(), to.nanos())))
    }

    /// All rows, whatever their kind.
    ///
    /// # Errors
    /// As [`rows`](Self::rows).
    pub fn any_rows(&self) -> Result<AnyRows<'_>, DataError> {
        Ok(match self.head.kind {
            Kind::Bars => AnyRows::Bars(self.rows::<Bar>()?),
            Kind::Trades => AnyRows::Trades(self.rows::<Trade>()?),
            Kind::Quotes => AnyRows::Quotes(self.rows::<Quote>()?),
            Kind::Funding => AnyRows::Funding(self.rows::<Funding>()?),
            Kind::Ticks => AnyRows::Ticks(self.rows::<Tick>()?),
        })
    }

    fn select<R: Record>(&self, between: Option<(i64, i64)>) -> Result<Rows<'_, R>, DataError> {
        if R::KIND != self.head.kind {
            let what = format!("the tape holds {}, not {}", self.head.kind, R::KIND);
            return Err(DataError::Tape { file: self.file.clone(), what });
        }
        let wanted = |block: &Block| between.is_none_or(|(from, to)| block.last >= from && block.first < to);
        let first = self.index.iter().position(wanted).unwrap_or(self.index.len());
        let end = self.index.iter().rposition(wanted).map_or(first, |at| at + 1);
        for at in first..end {
            self.check::<R>(at).map_err(|what| DataError::Tape { file: self.file.clone(), what })?;
        }
        let size = R::SIZE * self.head.block as usize;
        let records = self.bytes.get(self.records.clone()).unwrap_or_default();
        let wanted = records.get(first * size..(end * size).min(records.len())).unwrap_or_default();
        Ok(Rows::new(wanted, between))
    }

    fn block(&self, at: usize) -> &[u8] {
        let size = record_size(self.head.kind) * self.head.block as usize;
        let records = self.bytes.get(self.records.clone()).unwrap_or_default();
        records.get(at * size..((at + 1) * size).min(records.len())).unwrap_or_default()
    }

    /// Holds a block against its checksum, once.
    fn check<R: Record>(&self, at: usize) -> Result<(), String> {
        let (Some(block), Some(checked)) = (self.index.get(at), self.checked.get(at)) else { return Ok(()) };
        if checked.load(Ordering::Relaxed) {
            return Ok(());
        }
        let bytes = self.block(at);
        if crc32fast::hash(bytes) != block.crc {
            return Err(self.damaged(at, block, "its checksum does not match"));
        }
        if !bytes.chunks_exact(R::SIZE).all(R::is_sound) {
            return Err(self.damaged(at, block, "it holds a code that this program does not know"));
        }
        checked.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn damaged(&self, at: usize, block: &Block, why: &str) -> String {
        let row = at as u64 * u64::from(self.head.block);
        let [first, last] = [block.first, block.last].map(|time| when::show(Time::from_nanos(time)));
        format!(
            "block {} of {} is damaged (rows {} to {}, {first} to {last}): {why}; import the data again",
            at + 1,
            self.index.len(),
            row + 1,
            row + u64::from(block.rows),
        )
    }

    /// Looks at every block: its checksum, its index row, and that times don't go back.
    #[must_use]
    pub fn verify(&self) -> Verified {
        match self.head.kind {
            Kind::Bars => self.verify_rows::<Bar>(),
            Kind::Trades => self.verify_rows::<Trade>(),
            Kind::Quotes => self.verify_rows::<Quote>(),
            Kind::Funding => self.verify_rows::<Funding>(),
            Kind::Ticks => self.verify_rows::<Tick>(),
        }
    }

    fn verify_rows<R: Record>(&self) -> Verified {
        let (mut faults, mut latest) = (Vec::new(), [i64::MIN; 2]);
        for (at, block) in self.index.iter().enumerate() {
            if let Err(what) = self.check::<R>(at) {
                faults.push(what);
                continue;
            }
            let rows = || Rows::<R>::new(self.block(at), None);
            let span = |time: i64| (block.first..=block.last).contains(&time);
            if !rows().all(|row| span(row.time().nanos())) {
                faults.push(self.damaged(at, block, "its row of the index tells other times"));
            } else if !rows().all(|row| row.in_order(&mut latest)) {
                faults.push(self.damaged(at, block, "its times go backward"));
            }
        }
        let (blocks, bytes) = (self.index.len() as u64, self.bytes.len() as u64);
        Verified { blocks, rows: self.footer.rows, bytes, faults }
    }
}

/// Where the records lie, if all lengths agree.
fn frame(head: &Head, footer: &Footer, start: usize, end: usize) -> Option<Range<usize>> {
    let (rows, blocks) = (usize::try_from(footer.rows).ok()?, usize::try_from(footer.blocks).ok()?);
    let records = start..start.checked_add(rows.checked_mul(record_size(head.kind))?)?;
    let agree = head.block > 0
        && rows.div_ceil(head.block as usize) == blocks
        && usize::try_from(footer.index_at).ok()? == records.end
        && records.end.checked_add(blocks.checked_mul(INDEX)?)? == end;
    agree.then_some(records)
}
