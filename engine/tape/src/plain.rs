//! Plain lines, eight bytes at a time: digits, points and commas, as almost every row of bars or quotes is written.
//!
//! It knows no errors. A line that is in any way unusual is given back unread, and goes through the scanner cell by cell.

use types::Time;

use crate::number::{Number, POWERS};
use crate::when;

/// What each column of a line is, up to the last one that is read.
#[derive(Debug)]
pub(crate) struct Plan(Vec<Column>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    PassedOver,
    Time,
    Price(usize),
    Quantity(usize),
}

/// The numbers of one line.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) time: Time,
    pub(crate) prices: [Number; 4],
    pub(crate) quantities: [Number; 2],
}

/// The byte after a number, and where it is.
struct Ended {
    by: u8,
    at: usize,
}

impl Plan {
    /// A plan for columns at these places; `None` where they are too many, or two are the same.
    pub(crate) fn new(columns: &[(usize, Column)], most: usize) -> Option<Self> {
        let last = columns.iter().map(|(at, _)| *at).max().filter(|last| *last < most)?;
        let mut plan = vec![Column::PassedOver; last + 1];
        for (at, column) in columns {
            let place = plan.get_mut(*at).filter(|place| **place == Column::PassedOver)?;
            *place = *column;
        }
        Some(Self(plan))
    }

    /// Reads the first line of `rest` and says how many bytes it takes; `None` where it is not plain.
    #[inline]
    pub(crate) fn line(&self, rest: &[u8], numbers: &mut Numbers) -> Option<usize> {
        let mut at = 0;
        let mut end = Ended { by: b',', at: 0 };
        for column in &self.0 {
            if end.by != b',' {
                return None;
            }
            end = match column {
                Column::PassedOver => past(rest, at, b',')?,
                Column::Time => {
                    let (value, end) = whole(rest, at)?;
                    numbers.time = when::in_unit(value)?;
                    end
                }
                Column::Price(of) => number(rest, at, numbers.prices.get_mut(*of)?)?,
                Column::Quantity(of) => number(rest, at, numbers.quantities.get_mut(*of)?)?,
            };
            at = end.at + 1;
        }
        match end.by {
            b'\n' => Some(at),
            b'\r' if rest.get(at) == Some(&b'\n') => Some(at + 1),
            b',' => past(rest, at, b'\n').map(|end| end.at + 1),
            _ => None,
        }
    }
}

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = LOW << 7;

#[inline]
fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// Eight bytes less `0`, and the high bit of each that is no digit. A sum that runs over spoils only bytes behind one that is
/// none by far; a point is not far enough.
#[inline]
const fn split(word: u64) -> (u64, u64) {
    let values = word ^ (LOW * 0x30);
    (values, (values.wrapping_add(LOW * 0x76) | values) & HIGH)
}

/// The number of eight digits, the first in the lowest byte.
#[inline]
const fn worth(digits: u64) -> i64 {
    let pairs = digits.wrapping_mul(10 * 256 + 1) >> 8;
    let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul(100 * 65_536 + 1) >> 16;
    let eight = (fours & 0x0000_ffff_0000_ffff).wrapping_mul((10_000 << 32) + 1) >> 32;
    eight.cast_signed()
}

/// The first `count` of eight digits behind as many zeros as are missing.
#[inline]
const fn first(values: u64, count: u32) -> u64 {
    if count == 0 { 0 } else { values << (64 - 8 * count) }
}

/// How many digits at the end are zeros.
#[inline]
const fn zeros(digits: u64) -> u32 {
    digits.leading_zeros() / 8
}

/// Up to sixteen digits.
#[inline]
fn whole(bytes: &[u8], at: usize) -> Option<(i64, Ended)> {
    let (values, others) = split(eight(bytes, at)?);
    let count = others.trailing_zeros() / 8;
    if count == 0 {
        return None;
    }
    let (mut value, mut at) = (worth(first(values, count)), at + count as usize);
    if count == 8 {
        let (values, others) = split(eight(bytes, at)?);
        let count = others.trailing_zeros() / 8;
        value = value * POWERS.get(count as usize)? + worth(first(values, count));
        at += count as usize;
    }
    Some((value, Ended { by: *bytes.get(at)?, at }))
}

/// A number of up to seven digits with a point among them, or of eight without; longer ones go through [`long`]. The zeros at
/// the end don't count as decimals.
#[inline]
fn number(bytes: &[u8], at: usize, into: &mut Number) -> Option<Ended> {
    let word = eight(bytes, at)?;
    let (values, others) = split(word);
    let point = others.trailing_zeros();
    let behind = others & others.wrapping_sub(1);
    // The point's lowest bit; the bytes before it stay, those behind it come nearer.
    let below = (1_u64 << (point & 56)) - 1;
    if others == 0 || behind == 0 || (word >> (point & 56)) as u8 != b'.' || point < 8 {
        return long(bytes, at, into);
    }
    let end = behind.trailing_zeros() / 8;
    let together = values & below | (values >> 8) & !below;
    let (count, decimals) = (end - 1, end - 1 - point / 8);
    let digits = first(together, count);
    let dropped = zeros(digits).min(decimals);
    // What is dropped are zeros: the rest comes to stand at the end.
    let mantissa = worth(if dropped == 0 { digits } else { first(together, count - dropped) });
    *into = Number { mantissa, decimals: (decimals - dropped) as u8, snapped: false };
    let at = at + end as usize;
    Some(Ended { by: *bytes.get(at)?, at })
}

/// Up to eight digits, and maybe a point and up to eight more.
#[inline(never)]
fn long(bytes: &[u8], at: usize, into: &mut Number) -> Option<Ended> {
    let (values, others) = split(eight(bytes, at)?);
    let count = others.trailing_zeros() / 8;
    let (mantissa, end) = (worth(first(values, count)), at + count as usize);
    let by = *bytes.get(end)?;
    if count == 0 {
        return None;
    }
    if by != b'.' {
        *into = Number { mantissa, decimals: 0, snapped: false };
        return Some(Ended { by, at: end });
    }
    let (values, others) = split(eight(bytes, end + 1)?);
    let behind = others.trailing_zeros() / 8;
    // Longer ones may be a float's noise.
    if count + behind >= 16 {
        return None;
    }
    let decimals = behind - zeros(first(values, behind)).min(behind);
    *into = Number {
        mantissa: mantissa * POWERS.get(decimals as usize)? + worth(first(values, decimals)),
        decimals: decimals as u8,
        snapped: false,
    };
    let at = end + 1 + behind as usize;
    Some(Ended { by: *bytes.get(at)?, at })
}

/// The next `stop` or line end; `None` for quotation marks on the way.
#[inline]
fn past(bytes: &[u8], mut at: usize, stop: u8) -> Option<Ended> {
    let is = |word: u64, byte: u8| {
        let zero = word ^ (LOW * u64::from(byte));
        zero.wrapping_sub(LOW) & !zero & HIGH
    };
    loop {
        let word = eight(bytes, at)?;
        let found = is(word, stop) | is(word, b'\n') | is(word, b'"');
        at += found.trailing_zeros() as usize / 8;
        if found != 0 {
            let by = *bytes.get(at)?;
            return (by != b'"').then_some(Ended { by, at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::parse;

    const CELLS: [&str; 26] = [
        "1",
        "0",
        "48535.0",
        "48535.25",
        "0.00141342",
        "87129.20000000",
        "100.00",
        "007.10",
        "5.",
        ".5",
        "",
        "-1",
        "-0.5",
        "1e5",
        "\"5\"",
        "12345678",
        "123456789",
        "12345678.1234567",
        "12345678.12345678",
        "1.123456789",
        "1.2.3",
        " 1",
        "1 ",
        "NaN",
        "1\r",
        "99999999.9",
    ];
    const TIMES: [&str; 9] = [
        "1640995200",
        "1640995200000",
        "1640995200000000",
        "1640995200000000000",
        "2022-01-01",
        "0",
        "",
        "12345678",
        "16409952000000000",
    ];

    fn plan() -> Plan {
        let columns = [(0, Column::Time), (1, Column::Price(0)), (3, Column::Quantity(1))];
        Plan::new(&columns, 64).unwrap()
    }

    /// What is read from a line is what the scanner's own functions read from its cells, or nothing.
    #[test]
    fn a_plain_line_is_read_as_cell_by_cell() {
        let (plan, mut read) = (plan(), 0);
        for time in TIMES {
            for (price, over) in CELLS.iter().flat_map(|price| CELLS.map(|over| (price, over))) {
                for (quantity, tail) in
                    CELLS.iter().flat_map(|quantity| ["", ",", ",x,y", "\r"].map(|t| (quantity, t)))
                {
                    let line = format!("{time},{price},{over},{quantity}{tail}\n");
                    let mut numbers = Numbers::default();
                    let Some(used) = plan.line(format!("{line}12345678").as_bytes(), &mut numbers) else {
                        continue;
                    };
                    read += 1;
                    assert_eq!(used, line.len(), "{line}");
                    assert_eq!(Some(numbers.time), when::parse(time.as_bytes()), "{line}");
                    assert_eq!(Ok(numbers.prices[0]), parse(price.as_bytes()), "{line}");
                    let quantity = quantity.trim_end_matches('\r');
                    assert_eq!(Ok(numbers.quantities[1]), parse(quantity.as_bytes()), "{line}");
                    assert!(!line.contains('"'), "{line}");
                }
            }
        }
        // Five spellings of a time, ten of a number, any of the cells that are passed over.
        assert!(read > 10_000, "{read}");
    }

    #[test]
    fn what_is_not_plain_is_left() {
        let plan = plan();
        for line in [
            "1,2,3\n",
            "1,2\n",
            "1,2,3,\"4\"\n",
            "1,2,\"3\",4\n",
            "1,2,3,4,\"5\"\n",
            "1,2,3,4",
            "\n",
            "1,2,3,4\rx\n",
        ] {
            let text = if line.ends_with('\n') { format!("{line}12345678") } else { line.to_owned() };
            assert_eq!(plan.line(text.as_bytes(), &mut Numbers::default()), None, "{line}");
        }
        assert_eq!(plan.line(b"1,2,3,4\n12345678", &mut Numbers::default()), Some(8));
        assert_eq!(plan.line(b"1,2,,4,,\r\n12345678", &mut Numbers::default()), Some(10));
    }
}
