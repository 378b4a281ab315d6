//! A fast and a slow moving average of closes, and which of them is on top.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use types::{Price, Side};

use crate::indicators::{Ema, Sma};

/// Which average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Simple: the mean of the last closes.
    Sma,
    /// Exponential, α = 2/(n+1).
    #[default]
    Ema,
}

/// A fast and a slow average of closes, in ticks. Sums of whole ticks are exact, so a tie is a tie. All of it is saved.
///
/// ```
/// use quantmesh_sdk::{AveragePair, Method, Price, Side};
/// use std::cmp::Ordering;
///
/// let mut pair = AveragePair::new(Method::Sma, 1, 2);
/// assert_eq!(pair.update(Price::from_ticks(5)), None);
/// assert_eq!(pair.update(Price::from_ticks(7)), Some(Ordering::Greater));
/// assert!(pair.allows(Side::Buy) && !pair.allows(Side::Sell));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AveragePair(Kind);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kind {
    Simple(Sma, Sma),
    Exponential(Ema, Ema),
}

impl AveragePair {
    /// Averages over so many closes each; 0 counts as 1.
    #[must_use]
    pub fn new(method: Method, fast: u32, slow: u32) -> Self {
        let (fast, slow) = (fast as usize, slow as usize);
        Self(match method {
            Method::Sma => Kind::Simple(Sma::new(fast), Sma::new(slow)),
            Method::Ema => Kind::Exponential(Ema::new(fast), Ema::new(slow)),
        })
    }

    /// Takes in a close; gives what [`Self::standing`] gives.
    #[inline]
    pub fn update(&mut self, close: Price) -> Option<Ordering> {
        #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
        let close = close.ticks() as f64;
        let (fast, slow) = match &mut self.0 {
            Kind::Simple(fast, slow) => (fast.update(close), slow.update(close)),
            Kind::Exponential(fast, slow) => (fast.update(close), slow.update(close)),
        };
        fast?.partial_cmp(&slow?)
    }

    /// How the fast average stands to the slow one, once both exist.
    #[must_use]
    pub fn standing(&self) -> Option<Ordering> {
        let (fast, slow) = match &self.0 {
            Kind::Simple(fast, slow) => (fast.value(), slow.value()),
            Kind::Exponential(fast, slow) => (fast.value(), slow.value()),
        };
        fast?.partial_cmp(&slow?)
    }

    /// The side that the averages point to; `None` where they tie, and until both exist.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        match self.standing()? {
            Ordering::Greater => Some(Side::Buy),
            Ordering::Less => Some(Side::Sell),
            Ordering::Equal => None,
        }
    }

    /// Whether a position that `side` opens would not go against the averages. A tie allows both sides; until both averages
    /// exist, neither is allowed.
    #[must_use]
    pub fn allows(&self, side: Side) -> bool {
        self.standing().is_some() && self.side().is_none_or(|up| up == side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(method: Method, closes: &[i64]) -> [bool; 2] {
        let mut pair = AveragePair::new(method, 2, 4);
        for close in closes {
            pair.update(Price::from_ticks(*close));
        }
        [Side::Buy, Side::Sell].map(|side| pair.allows(side))
    }

    #[test]
    fn the_fast_average_decides_and_a_tie_allows_both() {
        for (closes, expected) in [
            (&[1, 2, 3][..], [false, false]),
            (&[1, 2, 3, 4], [true, false]),
            (&[4, 3, 2, 1], [false, true]),
            (&[5, 5, 5, 5], [true, true]),
        ] {
            for method in [Method::Sma, Method::Ema] {
                assert_eq!(after(method, closes), expected, "{method:?} {closes:?}");
            }
        }
    }

    /// SMA(2) is 3.5 and SMA(4) is 2.25. EMA(2) begins with 45.5 and comes to 15.83, 7.94 and 4.65; EMA(4) begins with 24
    /// and comes to 15.6: the exponential ones remember the 90.
    #[test]
    fn an_exponential_average_is_not_the_simple_one() {
        let closes = [90, 1, 1, 4, 3];
        assert_eq!(after(Method::Sma, &closes), [true, false]);
        assert_eq!(after(Method::Ema, &closes), [false, true]);
    }
}
