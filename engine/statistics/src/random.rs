//! Chance by seed: the same seed gives the same draws on every machine.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator's name, for reports that tell how a figure was drawn.
pub const ALGORITHM: &str = "xoshiro256++";

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The stream that belongs to a seed (spread over the state by SplitMix64, as the generator's authors ask).
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number below `bound`, every one as likely as the others to one part in 2⁶⁴ ⁄ `bound`; 0 where the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // The high half of a 64 × 64 bit product (Lemire 2019), without its rejection: nothing here draws often enough to tell.
        let product = u128::from(self.0.next_u64()) * bound as u128;
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// A number at or above 0 and below 1, on a grid of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
        let high = (self.0.next_u64() >> 11) as f64;
        high * (-53_f64).exp2()
    }

    /// Puts a list into random order (Fisher and Yates, in Durstenfeld's form).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}
