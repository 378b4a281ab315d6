//! W1 as somebody would write it who wants nothing but the result: flat columns, floats, one position.

use types::Bar;

/// Opens and closes, in ticks of 0.1.
pub struct Columns {
    pub open: Vec<i64>,
    pub close: Vec<i64>,
}

impl Columns {
    pub fn of(bars: &[Bar]) -> Self {
        Self {
            open: bars.iter().map(|bar| bar.open.ticks()).collect(),
            close: bars.iter().map(|bar| bar.close.ticks()).collect(),
        }
    }

    /// The rows, one after another.
    pub fn rows(&self) -> impl Iterator<Item = (i64, i64)> {
        self.open.iter().copied().zip(self.close.iter().copied())
    }
}

/// The most bars an average may reach back.
const RING: usize = 128;

/// Final equity and round trips of a cross of averages over (open, close); equity after each bar goes into `curve`.
#[inline]
pub fn cross(
    rows: impl Iterator<Item = (i64, i64)>,
    fast: usize,
    slow: usize,
    curve: Option<&mut [f64]>,
) -> (f64, usize) {
    let curve = curve.unwrap_or_default();
    let mut closes = [0_i64; RING];
    let (mut cash, mut position, mut pending, mut trips) = (10_000_000.0_f64, 0.0_f64, 0_i8, 0_usize);
    let (mut fast_sum, mut slow_sum) = (0_i64, 0_i64);
    let (fast_many, slow_many) = (fast as i64, slow as i64);
    let mut equity = cash;
    for (at, (open, close)) in rows.enumerate() {
        if pending != 0 {
            let (size, open) = (f64::from(pending), open as f64 * 0.1);
            cash -= size * open + open * 0.0004;
            position += size;
            trips += usize::from(pending < 0);
            pending = 0;
        }
        fast_sum += close - closes[at.wrapping_sub(fast) % RING];
        slow_sum += close - closes[at.wrapping_sub(slow) % RING];
        closes[at % RING] = close;
        equity = cash + position * (close as f64 * 0.1);
        if let Some(place) = curve.get_mut(at) {
            *place = equity;
        }
        if at + 1 >= slow {
            // In whole ticks: either equal, or further apart than the 0.000001 that the work asks for.
            let difference = fast_sum * slow_many - slow_sum * fast_many;
            if difference > 0 && position == 0.0 {
                pending = 1;
            } else if difference < 0 && position > 0.0 {
                pending = -1;
            }
        }
    }
    (equity, trips)
}

/// The same over a CSV mapped into memory, parsed on the way: each line is
/// `timestamp,open,high,low,close,volume` with one decimal in each price. All six are read, two are used.
pub fn cross_of_csv(file: &str) -> std::io::Result<(f64, usize)> {
    let bytes = map::Map::open(file.as_ref())?;
    let start = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut curve = vec![0.0; bytes.len() / 48];
    let lines = Lines { bytes: &bytes, at: start };
    Ok(cross(lines, 10, 30, Some(&mut curve)))
}

struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Lines<'_> {
    /// The digits up to the next comma or line end, points left out.
    fn number(&mut self) -> i64 {
        let mut value = 0;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'0'..=b'9' => value = value * 10 + i64::from(byte - b'0'),
                b'.' => {}
                _ => break,
            }
        }
        value
    }
}

impl Iterator for Lines<'_> {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<(i64, i64)> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let [_, open, _, _, close, _] = [(); 6].map(|()| self.number());
        Some((open, close))
    }
}
