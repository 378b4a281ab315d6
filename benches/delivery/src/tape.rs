//! The bars that every way is fed: a random walk from one seed.

use session::Facts;

/// How many bars there are before they repeat.
pub(crate) const BARS: usize = 4_096;

/// The bars. The generator is xorshift64* (Marsaglia 2003, Vigna 2016).
pub(crate) fn bars() -> Vec<Facts> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut close = 400_000_i64;
    let mut below = move |bound: u64| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        i64::try_from((state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) % bound).unwrap_or(0)
    };
    (1_i64..)
        .take(BARS)
        .map(|minute| {
            let open = close;
            close = (close + below(401) - 200).max(1_000);
            Facts {
                close_time: minute * 60_000_000_000,
                open,
                high: open.max(close) + below(50),
                low: open.min(close) - below(50),
                close,
                volume: below(1_000_000),
                position: 0,
            }
        })
        .collect()
}
