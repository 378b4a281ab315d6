//! Windows over the last values: the ring they lie in, and its largest and smallest value. Sums are in `sums`.

use serde::{Deserialize, Serialize};

/// The longest window: a million values, two years of one-minute bars, 8 MB.
pub const MAX_PERIOD: usize = 1_000_000;

/// A window length as it is used: at least 1, at most [`MAX_PERIOD`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "usize", into = "usize")]
pub(super) struct Period(usize);

impl Period {
    pub(super) fn new(period: usize) -> Self {
        Self(period.clamp(1, MAX_PERIOD))
    }

    #[inline]
    pub(super) const fn get(self) -> usize {
        self.0
    }

    /// The same as a float, exactly.
    #[inline]
    pub(super) const fn count(self) -> f64 {
        self.0 as f64
    }
}

impl TryFrom<usize> for Period {
    type Error = String;

    fn try_from(period: usize) -> Result<Self, String> {
        if Self::new(period).0 == period {
            Ok(Self(period))
        } else {
            Err(format!("a saved period is {period}; it must be from 1 to {MAX_PERIOD}"))
        }
    }
}

impl From<Period> for usize {
    fn from(period: Period) -> Self {
        period.0
    }
}

/// The largest magnitude that counts as a number: squares of it, summed over the longest window, still fit.
const LARGEST: f64 = 1e100;

/// Whether a value counts as a number: not NaN, not infinite and not absurdly large.
#[inline]
pub(super) const fn is_number(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// Whether all of an update's values count as numbers.
#[inline]
pub(super) fn are_numbers<const N: usize>(values: [f64; N]) -> bool {
    values.into_iter().all(is_number)
}

/// The last values, oldest overwritten first. Empty places are zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedRing")]
pub(super) struct Ring {
    slots: Box<[f64]>,
    at: usize,
    full: bool,
}

/// What a value meant for the ring it was put into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pushed {
    /// The value that had to go; zero while the ring was not full.
    pub(super) oldest: f64,
    /// The place it was put, from 0.
    pub(super) slot: usize,
    /// Whether that was the last place: now the ring holds the values of one turn, in order.
    pub(super) turned: bool,
}

impl Ring {
    pub(super) fn new(period: usize) -> Self {
        Self { slots: vec![0.0; Period::new(period).get()].into(), at: 0, full: false }
    }

    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Pushed {
        let slot = self.at;
        let oldest = self.slots.get_mut(slot).map_or(0.0, |place| std::mem::replace(place, value));
        let turned = slot + 1 == self.slots.len();
        // A branch, not a choice: the processor foresees it, and the next update needn't wait for it.
        if turned {
            (self.at, self.full) = (0, true);
        } else {
            self.at = slot + 1;
        }
        Pushed { oldest, slot, turned }
    }

    /// The length of the window.
    #[inline]
    pub(super) const fn period(&self) -> usize {
        self.slots.len()
    }

    /// The length of the window as a float, exactly.
    #[inline]
    pub(super) const fn count(&self) -> f64 {
        self.slots.len() as f64
    }

    #[inline]
    pub(super) const fn is_full(&self) -> bool {
        self.full
    }

    /// The values in no particular order.
    pub(super) const fn slots(&self) -> &[f64] {
        &self.slots
    }

    pub(super) fn reset(&mut self) {
        self.slots.fill(0.0);
        (self.at, self.full) = (0, false);
    }
}

/// A ring as it was saved, not yet looked at.
#[derive(Deserialize)]
struct SavedRing {
    slots: Box<[f64]>,
    at: usize,
    full: bool,
}

impl TryFrom<SavedRing> for Ring {
    type Error = String;

    fn try_from(SavedRing { slots, at, full }: SavedRing) -> Result<Self, String> {
        let length = Period::try_from(slots.len())?.get();
        if at >= length {
            return Err(format!(
                "a saved window of {length} places stands at place {at}; places count from 0"
            ));
        }
        if !slots.iter().all(|value| value.is_finite()) {
            return Err("a saved window holds a value that is not a finite number".into());
        }
        Ok(Self { slots, at, full })
    }
}

/// The largest of the last `period` values. First value after `period` updates.
///
/// A queue in falling order holds the values that can still become the largest; each value enters and leaves it once,
/// so an update takes constant time on average (D. Lemire, "Streaming maximum-minimum filter", 2006).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedMax")]
pub struct RollingMax {
    queue: Box<[Candidate]>,
    head: usize,
    waiting: usize,
    seen: u64,
}

/// The smallest of the last `period` values; otherwise as [`RollingMax`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RollingMin(RollingMax);

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Candidate {
    value: f64,
    /// The number of the update it came with, from 0.
    born: u64,
}

impl RollingMax {
    /// Over `period` values; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        let queue = vec![Candidate::default(); Period::new(period).get()].into();
        Self { queue, head: 0, waiting: 0, seen: 0 }
    }

    /// Takes in a value; gives the largest once the window is full. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if is_number(value) {
            let period = self.queue.len() as u64;
            // At most one candidate grows too old with each update.
            if self.front().is_some_and(|oldest| oldest.born + period <= self.seen) {
                self.head = if self.head + 1 == self.queue.len() { 0 } else { self.head + 1 };
                self.waiting -= 1;
            }
            while self.back().is_some_and(|newest| newest.value <= value) {
                self.waiting -= 1;
            }
            let place = self.place(self.waiting);
            if let Some(free) = self.queue.get_mut(place) {
                *free = Candidate { value, born: self.seen };
                self.waiting += 1;
            }
            self.seen += 1;
        }
        self.value()
    }

    /// The largest value, once the window is full.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        let front = self.front().filter(|_| self.seen >= self.queue.len() as u64)?;
        Some(front.value)
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.queue.len()
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.queue.fill(Candidate::default());
        (self.head, self.waiting, self.seen) = (0, 0, 0);
    }

    #[inline]
    fn front(&self) -> Option<&Candidate> {
        self.queue.get(self.head).filter(|_| self.waiting > 0)
    }

    #[inline]
    fn back(&self) -> Option<&Candidate> {
        self.queue.get(self.place(self.waiting.checked_sub(1)?))
    }

    /// Whether the candidates are finite, fall in value, rise in age and end with the newest value.
    fn is_sound(&self) -> bool {
        let length = self.queue.len();
        // No run is long enough to count half of a u64, so counting on from there can't overflow.
        let in_bounds = Period::try_from(length).is_ok()
            && self.head < length
            && self.waiting <= length
            && self.seen <= u64::MAX / 2;
        let waiting = || (0..self.waiting).map_while(|nth| self.queue.get(self.place(nth)));
        in_bounds
            && waiting().all(|candidate| candidate.value.is_finite() && candidate.born < self.seen)
            && waiting().zip(waiting().skip(1)).all(|(a, b)| a.value > b.value && a.born < b.born)
            && self.front().is_none_or(|oldest| oldest.born + length as u64 >= self.seen)
            && self.back().map_or(0, |newest| newest.born + 1) == self.seen
    }

    /// Where the candidate `nth` after the front lies.
    #[inline]
    const fn place(&self, nth: usize) -> usize {
        let at = self.head + nth;
        if at >= self.queue.len() { at - self.queue.len() } else { at }
    }
}

impl RollingMin {
    /// Over `period` values; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self(RollingMax::new(period))
    }

    /// Takes in a value; gives the smallest once the window is full. What is not a number is passed over.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.0.update(-value).map(|largest| -largest)
    }

    /// The smallest value, once the window is full.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<f64> {
        self.0.value().map(|largest| -largest)
    }

    /// Updates until the first value: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.0.warm_up()
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

/// A queue as it was saved, not yet looked at.
#[derive(Deserialize)]
struct SavedMax {
    queue: Box<[Candidate]>,
    head: usize,
    waiting: usize,
    seen: u64,
}

impl TryFrom<SavedMax> for RollingMax {
    type Error = String;

    fn try_from(SavedMax { queue, head, waiting, seen }: SavedMax) -> Result<Self, String> {
        let saved = Self { queue, head, waiting, seen };
        if saved.is_sound() {
            Ok(saved)
        } else {
            Err(format!(
                "a saved queue of {waiting} candidates for the largest of {} values is broken",
                saved.queue.len()
            ))
        }
    }
}
