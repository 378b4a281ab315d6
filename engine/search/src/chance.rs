//! Chance from a seed: ChaCha with eight rounds, so the same seed gives the same numbers on every machine.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// A stream of random numbers.
#[derive(Debug)]
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of a seed: its bytes, lowest first, are the first eight of the key, and zeros the others.
    pub(crate) fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        key.iter_mut().zip(seed.to_le_bytes()).for_each(|(to, byte)| *to = byte);
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number below `bound`, each as likely as any other (Lemire 2019); 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let unfair = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.0.next_u64()) * u128::from(bound);
            #[expect(clippy::cast_possible_truncation, reason = "the low half is what is meant")]
            let (high, low) = ((wide >> 64) as u64, wide as u64);
            if low >= unfair {
                return high;
            }
        }
    }

    /// A place in a list of `count`; 0 for an empty one.
    pub(crate) fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap_or(0)
    }

    /// Thirty-two random bits.
    pub(crate) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number from 0, included, to 1, excluded, in steps of 2⁻⁵³.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are all that are left")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first words of `ChaCha8` under a key of zeros: the known vector of its authors (Strombergson's test vectors, TC1).
    #[test]
    fn the_stream_is_the_published_one() {
        assert_eq!(Chance::new(0).bits(), u32::from_le_bytes([0x3e, 0x00, 0xef, 0x2f]));
        assert_ne!(Chance::new(1).bits(), Chance::new(2).bits());
    }

    #[test]
    fn numbers_stay_below_their_bound_and_reach_it() {
        let mut chance = Chance::new(7);
        let seen: std::collections::BTreeSet<u64> = (0..200).map(|_| chance.below(6)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        assert_eq!((chance.below(0), chance.place(1)), (0, 0));
        assert!((0..100).all(|_| (0.0..1.0).contains(&chance.unit())));
    }
}
