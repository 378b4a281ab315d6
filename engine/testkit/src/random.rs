//! Random tapes from one printed seed, the same on every machine.

use types::{Bar, Price, Qty, Time};

/// A small generator of random numbers (xorshift64*, Marsaglia 2003, Vigna 2016): the same seed, the same numbers.
#[derive(Debug, Clone)]
pub struct Seed(u64);

impl Seed {
    /// A generator that starts from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        if bound == 0 { 0 } else { (high.wrapping_mul(bound)) >> 32 }
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }
}

/// `count` one-minute bars of a random walk around `start` ticks: calm and wild stretches, gaps between bars, flat bars and
/// bars without volume.
#[must_use]
pub fn random_bars(seed: u64, count: usize, start: i64) -> Vec<Bar> {
    const MINUTE: i64 = 60_000_000_000;
    let mut random = Seed::new(seed);
    let (mut close, mut reach) = (start.max(10), 5);
    let mut bars = Vec::with_capacity(count);
    for at in 0..count {
        if random.below(50) == 0 {
            reach = random.between(1, (start / 50).max(2));
        }
        let walk = |from: i64, random: &mut Seed| (from + random.between(-reach, reach)).max(1);
        let open = if random.below(4) == 0 { walk(close, &mut random) } else { close };
        close = if random.below(20) == 0 { open } else { walk(open, &mut random) };
        let high = open.max(close) + random.between(0, reach);
        let low = (open.min(close) - random.between(0, reach)).max(1);
        let open_time = i64::try_from(at).unwrap_or(0) * MINUTE;
        bars.push(Bar {
            open_time: Time::from_nanos(open_time),
            close_time: Time::from_nanos(open_time + MINUTE),
            open: Price::from_ticks(open),
            high: Price::from_ticks(high),
            low: Price::from_ticks(low),
            close: Price::from_ticks(close),
            volume: Qty::from_lots(if random.below(30) == 0 { 0 } else { random.between(1, 1_000_000) }),
        });
    }
    bars
}
