//! How long an order takes to the venue, and its answer back.

use types::Time;

/// A model of order latency. All times are nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Latency {
    /// Always the same.
    Constant {
        /// From us to the venue.
        entry: i64,
        /// From the venue to us.
        response: i64,
    },
    /// A floor and a tail: `floor` and on top of it an exponential of mean `tail`, drawn by seed (SplitMix64).
    Random {
        /// From us to the venue.
        entry: Tail,
        /// From the venue to us.
        response: Tail,
        /// Of the draws. The same seed and the same orders give the same latencies.
        seed: u64,
    },
    /// What was measured, interpolated between the rows around the moment; before the first and after the last row as there.
    Recorded(Vec<LatencyRow>),
}

/// The shape of a random latency, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// It never takes less.
    pub floor: i64,
    /// The mean of what comes on top.
    pub tail: i64,
}

/// One order's way, as it was measured. Rows are sorted by `sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatencyRow {
    /// When we sent it.
    pub sent: Time,
    /// When the venue took it in.
    pub arrived: Time,
    /// When its answer reached us.
    pub answered: Time,
}

/// A latency model at work.
#[derive(Debug, Clone)]
pub(crate) struct Clockwork {
    model: Latency,
    state: u64,
    /// Where in the rows the last question was answered.
    entry_at: usize,
    response_at: usize,
}

impl Default for Latency {
    fn default() -> Self {
        Self::Constant { entry: 0, response: 0 }
    }
}

impl Latency {
    /// Whether nothing ever takes time.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::Constant { entry: 0, response: 0 })
    }
}

impl Clockwork {
    pub(crate) const fn new(model: Latency) -> Self {
        let state = match &model {
            Latency::Random { seed, .. } => *seed,
            _ => 0,
        };
        Self { model, state, entry_at: 0, response_at: 0 }
    }

    /// How long an order that we send at `now` takes to the venue.
    pub(crate) fn entry(&mut self, now: Time) -> i64 {
        match &self.model {
            Latency::Constant { entry, .. } => *entry,
            Latency::Random { entry, .. } => draw(*entry, &mut self.state),
            Latency::Recorded(rows) => {
                interpolated(rows, &mut self.entry_at, now, |row| (row.sent, row.arrived))
            }
        }
    }

    /// How long an answer that the venue sends at `now` takes to us.
    pub(crate) fn response(&mut self, now: Time) -> i64 {
        match &self.model {
            Latency::Constant { response, .. } => *response,
            Latency::Random { response, .. } => draw(*response, &mut self.state),
            Latency::Recorded(rows) => {
                interpolated(rows, &mut self.response_at, now, |row| (row.arrived, row.answered))
            }
        }
    }
}

/// The latency between two rows, in proportion to the time since the first.
fn interpolated(
    rows: &[LatencyRow],
    at: &mut usize,
    now: Time,
    ends: impl Fn(&LatencyRow) -> (Time, Time),
) -> i64 {
    let start = |row: &LatencyRow| ends(row).0.nanos();
    let took = |row: &LatencyRow| ends(row).1.nanos().saturating_sub(ends(row).0.nanos()).max(0);
    while rows.get(*at + 1).is_some_and(|next| start(next) <= now.nanos()) {
        *at += 1;
    }
    let Some(row) = rows.get(*at) else { return 0 };
    let Some(next) = rows.get(*at + 1).filter(|_| now.nanos() >= start(row)) else { return took(row) };
    let (span, gone) = (i128::from(start(next) - start(row)), i128::from(now.nanos() - start(row)));
    let change = i128::from(took(next) - took(row)) * gone / span.max(1);
    took(row) + i64::try_from(change).unwrap_or(0)
}

/// Floor and exponential tail: −mean × ln(u) = mean × ln 2 × −log₂(u), in whole numbers, so that every machine draws the same.
fn draw(Tail { floor, tail }: Tail, state: &mut u64) -> i64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    /// ln 2 in 2⁻³².
    const LN_2: i128 = 2_977_044_472;
    let tail = i128::from(tail.max(0)) * i128::from(minus_log2(bits)) / (1 << 16) * LN_2 / (1 << 32);
    floor.max(0).saturating_add(i64::try_from(tail).unwrap_or(i64::MAX))
}

/// −log₂ of `bits` / 2⁶⁴, in 2⁻¹⁶: the whole part by counting zeros, each bit of the rest by squaring.
const fn minus_log2(bits: u64) -> u32 {
    let bits = bits | 1;
    let zeros = bits.leading_zeros();
    let mut mantissa = (bits << zeros) >> 32; // in [2³¹, 2³²): a number in [1, 2)
    let mut fraction = 0_u32;
    let mut bit = 0;
    while bit < 16 {
        mantissa = (mantissa * mantissa) >> 31;
        fraction <<= 1;
        if mantissa >= 1 << 32 {
            fraction |= 1;
            mantissa >>= 1;
        }
        bit += 1;
    }
    ((zeros + 1) << 16) - fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_the_logarithm() {
        // In 2⁻¹⁶: −log₂(1/2), of nearly 1, of 3/4 (0.415037), of 1/16 and of the smallest.
        for (bits, wanted) in
            [(1 << 63, 65_536), (u64::MAX, 0), (3 << 62, 27_200), (1 << 60, 262_144), (1, 64 << 16)]
        {
            let got = minus_log2(bits);
            assert!(got.abs_diff(wanted) <= 1, "{bits}: {got}, not {wanted}");
        }
    }

    #[test]
    fn the_tail_has_its_mean_and_the_floor_holds() {
        let (shape, mut state) = (Tail { floor: 1_000, tail: 50_000 }, 7);
        let draws: Vec<i64> = (0..100_000).map(|_| draw(shape, &mut state)).collect();
        let mean = draws.iter().sum::<i64>() / 100_000;
        assert!(draws.iter().all(|draw| *draw >= 1_000));
        assert!((50_500..51_500).contains(&mean), "{mean}");
        let over_median = draws.iter().filter(|draw| **draw > 1_000 + 34_657).count();
        assert!((49_000..51_000).contains(&over_median), "{over_median}");
    }

    #[test]
    fn recorded_rows_are_interpolated_and_hold_at_the_ends() {
        let row = |sent, arrived, answered| {
            let [sent, arrived, answered] = [sent, arrived, answered].map(Time::from_nanos);
            LatencyRow { sent, arrived, answered }
        };
        let mut clockwork = Clockwork::new(Latency::Recorded(vec![row(100, 110, 140), row(200, 230, 240)]));
        let asked = [50, 100, 150, 175, 200, 900].map(|now| clockwork.entry(Time::from_nanos(now)));
        assert_eq!(asked, [10, 10, 20, 25, 30, 30]);
        let asked = [110, 170, 230].map(|now| clockwork.response(Time::from_nanos(now)));
        assert_eq!(asked, [30, 20, 10]);
    }
}
