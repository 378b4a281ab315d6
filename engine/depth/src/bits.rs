//! Which places of a window are taken: a bit per place, and a bit per word that has one, to find the next one below.

/// Bits over a power of two of places.
#[derive(Debug, Clone)]
pub(crate) struct Bits {
    words: Vec<u64>,
    /// A bit per word that is not zero.
    summary: Vec<u64>,
}

impl Bits {
    pub(crate) fn new(places: usize) -> Self {
        let words = places.div_ceil(64);
        Self { words: vec![0; words], summary: vec![0; words.div_ceil(64)] }
    }

    #[inline]
    pub(crate) fn set(&mut self, at: usize) {
        let word = at / 64;
        if let Some(bits) = self.words.get_mut(word) {
            *bits |= 1 << (at % 64);
        }
        if let Some(bits) = self.summary.get_mut(word / 64) {
            *bits |= 1 << (word % 64);
        }
    }

    #[inline]
    pub(crate) fn clear(&mut self, at: usize) {
        let word = at / 64;
        let Some(bits) = self.words.get_mut(word) else { return };
        *bits &= !(1 << (at % 64));
        if *bits == 0
            && let Some(bits) = self.summary.get_mut(word / 64)
        {
            *bits &= !(1 << (word % 64));
        }
    }

    /// The highest taken place at or below `at`.
    #[inline]
    pub(crate) fn highest(&self, at: usize) -> Option<usize> {
        let word = at / 64;
        let below = self.words.get(word).copied()? & up_to(at % 64);
        if below != 0 {
            return Some(word * 64 + top(below));
        }
        let word = self.word_below(word)?;
        self.words.get(word).map(|bits| word * 64 + top(*bits))
    }

    /// The highest word below `word` that is not zero.
    fn word_below(&self, word: usize) -> Option<usize> {
        let mut at = word / 64;
        let mut bits = self.summary.get(at).copied()? & (up_to(word % 64) >> 1);
        while bits == 0 {
            at = at.checked_sub(1)?;
            bits = self.summary.get(at).copied()?;
        }
        Some(at * 64 + top(bits))
    }
}

/// The bits from 0 through `bit`.
#[inline]
const fn up_to(bit: usize) -> u64 {
    u64::MAX >> (63 - bit)
}

/// The highest bit that is set; zero for none.
#[inline]
const fn top(bits: u64) -> usize {
    (63 - (bits | 1).leading_zeros()) as usize
}
