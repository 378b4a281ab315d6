//! Tapes of any content whose lengths and checksums are right, so that what lies behind those is reached; and packed files.

use std::io::Write;

use arbitrary::{Arbitrary, Result, Unstructured};
use quantmesh_tape::{ReadOptions, Tape, read_bytes};
use types::Time;

use crate::import;

/// What a tape says, before it is sealed.
#[derive(Debug, Arbitrary)]
struct Said {
    kind: u8,
    flags: u8,
    decimals: [u8; 2],
    steps: [Step; 2],
    interval: i64,
    shift: i64,
    block: u8,
    symbol: String,
    in_one_order: bool,
    /// A row of the index that lies, and by how much.
    lie: Option<(u8, [i64; 2])>,
}

/// Steps are mostly ordinary.
#[derive(Debug, Arbitrary)]
enum Step {
    One,
    Of(u8),
    Any(i64),
}

/// Words of records: small, times of our age, or anything.
#[derive(Debug, Arbitrary)]
enum Word {
    Small(u8),
    Age(u32),
    Any(i64),
    Packed(u8, u16),
}

/// A sealed tape is read, verified, sliced, and what it gives can be written again.
pub fn tape(bytes: &[u8]) {
    let Ok(bytes) = sealed(&mut Unstructured::new(bytes)) else { return };
    let Ok(tape) = Tape::from_bytes("x", bytes.clone()) else { return };
    let verified = tape.verify();
    assert_eq!(verified.rows, tape.len());
    if let Ok(rows) = tape.any_rows() {
        assert_eq!(rows.count() as u64, tape.len(), "as many rows as it says");
    }
    let _ = tape.inspect();
    if let (true, Some((from, to)), Ok(rows)) = (verified.faults.is_empty(), tape.span(), tape.ticks()) {
        let inside = |time: Time| (from..to).contains(&time);
        let slice = tape.slice::<types::Tick>(from, to).expect("it was verified");
        assert!(slice.eq(rows.filter(|tick| inside(tick.local_time))), "a slice is what lies between");
    }
    import::whole(&bytes, &ReadOptions::default(), false);
}

fn sealed(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let said = Said::arbitrary(input)?;
    let kind = said.kind % 6;
    let size = [32, 56, 32, 40, 24, 32][usize::from(kind)];
    let block = usize::from(said.block % 8) + usize::from(said.block < 250);
    let mut records = Vec::new();
    while let Ok(word) = Word::arbitrary(input)
        && !input.is_empty()
        && records.len() < 64 * size
    {
        let word = match word {
            Word::Small(small) => i64::from(small),
            Word::Age(seconds) => i64::from(seconds) * 1_000_000_000,
            Word::Any(any) => any,
            Word::Packed(code, lots) => i64::from(lots) << 6 | i64::from(code & 63),
        };
        records.extend(word.to_le_bytes());
    }
    records.truncate(records.len() / size * size);
    let mut head = b"QMTAPE02".to_vec();
    let length = u16::try_from(said.symbol.len()).map_err(|_| arbitrary::Error::IncorrectFormat)?;
    head.extend([kind, said.flags]);
    head.extend(length.to_le_bytes());
    head.extend([said.decimals[0] % 20, said.decimals[1] % 20, 0, 0]);
    for step in &said.steps {
        let step = match step {
            Step::One => 1,
            Step::Of(small) => i64::from(*small),
            Step::Any(any) => *any,
        };
        head.extend(step.to_le_bytes());
    }
    head.extend(said.interval.to_le_bytes());
    head.extend(said.shift.to_le_bytes());
    head.extend(u32::try_from(block).expect("it is small").to_le_bytes());
    head.extend([0; 8]);
    let mut symbol = said.symbol.into_bytes();
    symbol.resize(symbol.len().next_multiple_of(8), 0);
    let crc = crc32fast::hash(&[head.as_slice(), &symbol].concat());
    head.extend(crc.to_le_bytes());
    head.extend(symbol);
    let mut index = Vec::new();
    for (at, block) in records.chunks((block * size).max(size)).enumerate() {
        // The time of a tick is its second word, of everything else its first.
        let place = if kind == 5 { 8 } else { 0 };
        let time =
            |record: &[u8]| i64::from_le_bytes(record[place..place + 8].try_into().expect("eight bytes"));
        let times = block.chunks(size).map(time);
        let mut span = [times.clone().min().unwrap_or(0), times.max().unwrap_or(0)];
        if let Some((row, lie)) = said.lie
            && usize::from(row) == at
        {
            span = lie;
        }
        index.extend(span.iter().flat_map(|time| time.to_le_bytes()));
        index.extend(crc32fast::hash(block).to_le_bytes());
        index.extend(u32::try_from(block.len() / size).expect("it is small").to_le_bytes());
    }
    let mut foot = Vec::new();
    let words =
        [records.len() / size, index.len() / 24, head.len() + records.len(), usize::from(said.in_one_order)];
    foot.extend(words.iter().flat_map(|word| (*word as u64).to_le_bytes()));
    foot.extend(crc32fast::hash(&index).to_le_bytes());
    foot.extend(crc32fast::hash(&foot).to_le_bytes());
    foot.extend(b"QMTEND02");
    Ok([head, records, index, foot].concat())
}

/// Packed bytes are read as the same bytes unpacked; damaged packing is refused without a panic.
pub fn packed(bytes: &[u8]) {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let options = ReadOptions::default();
    match how % 4 {
        0 => drop(import::whole(&[b"\x1f\x8b", bytes].concat(), &options, false)),
        1 => drop(import::whole(&[b"PK\x03\x04", bytes].concat(), &options, false)),
        how => {
            let plain = read_bytes("x", bytes, &options).map(|loaded| loaded.series);
            let packed = if how == 2 { gzip(bytes) } else { zipped(bytes) };
            let unpacked = read_bytes("x", &packed, &options).map(|loaded| loaded.series);
            // Packed twice, it is unpacked once.
            let twice = bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"PK\x03\x04");
            assert!(twice || plain.ok() == unpacked.ok(), "packing changed it");
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("memory takes everything");
    packer.finish().expect("memory takes everything")
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut packer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    packer.start_file("x.csv", zip::write::SimpleFileOptions::default()).expect("a good name");
    packer.write_all(bytes).expect("memory takes everything");
    packer.finish().expect("memory takes everything").into_inner()
}
