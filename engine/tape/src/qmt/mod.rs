//! The tape: a versioned file of fixed-size little-endian records in blocks, each with a checksum, and an index by time at its end.
//!
//! | where | bytes | what |
//! | --- | --- | --- |
//! | header | 0–7 | `QMTAPE02`: magic and version |
//! | | 8 | kind: 1 bars, 2 trades, 3 quotes, 4 funding, 5 ticks |
//! | | 9 | flags: bit 0 set where the source gave volumes |
//! | | 10–11 | length of the symbol in bytes |
//! | | 12–13 | decimals of the tick size, decimals of the lot size |
//! | | 14–15 | zero |
//! | | 16–31 | mantissas of tick size and lot size, two i64 |
//! | | 32–39 | nanoseconds a bar covers, i64; 0 for none |
//! | | 40–47 | nanoseconds that were added to local times because the local clock was behind, i64 |
//! | | 48–51 | records of a block, u32; the last block may have fewer |
//! | | 52–59 | zero |
//! | | 60–63 | CRC-32 of bytes 0–59 and of what follows up to the blocks |
//! | | 64–… | the symbol, UTF-8, filled up with zeros to a multiple of 8 |
//! | blocks | … | records, one after the other |
//! | index | 24 a block | lowest and highest time of its records, two i64; CRC-32 of its records, u32; count of its records, u32 |
//! | footer | 0–7 | count of records, u64 |
//! | | 8–15 | count of blocks, u64 |
//! | | 16–23 | where the index begins, u64 |
//! | | 24–31 | flags: bit 0 set where every tick is for the venue and for us, so that their orders are one |
//! | | 32–35 | CRC-32 of the index |
//! | | 36–39 | CRC-32 of the footer's bytes 0–35 |
//! | | 40–47 | `QMTEND02` |
//!
//! | kind | bytes | a record |
//! | --- | --- | --- |
//! | bars | 56 | open time, close time, open, high, low, close, volume: seven i64 |
//! | trades | 32 | time, price, quantity, taker (0 unknown, 1 buy, 2 sell): four i64 |
//! | quotes | 40 | time, bid, its quantity, ask, its quantity: five i64 |
//! | funding | 24 | time, rate in 10⁻⁹, mark price in ticks or the smallest i64 for none: three i64 |
//! | ticks | 32 | venue time, local time, price, and quantity × 64 + who sees it × 16 + what it says: four i64 |
//!
//! Times are nanoseconds since 1970, prices whole ticks, quantities whole lots. A tick says 0 or 1: a level of bids or asks;
//! 2 or 3: bids or asks are cleared; 4 or 5: the best bid or ask; 6: a trade; 7 or 8: a trade that a buyer or a seller took. It is
//! seen (0) by the venue and us, (1) by the venue, (2) by us. The time of a record, by which the index and slices go, is a bar's
//! open time, a tick's local time, and the one time of everything else.

mod frame;
mod load;
mod merged;
mod record;
mod rows;
mod tape;
mod write;

pub use merged::Merged;
pub use record::Record;
pub use rows::{AnyRows, Row, Rows};
pub use tape::{Tape, Verified};
pub use write::{TapeWriter, write};

pub(crate) fn is_tape(bytes: &[u8]) -> bool {
    bytes.starts_with(b"QMTAPE")
}
