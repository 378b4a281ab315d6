//! The trend filter: a fast and a slow average of closes, which way they allow a first order, and which way they point.

use std::cmp::Ordering;

use sdk::indicators::{Ema, Sma};
use sdk::{Price, Side};
use serde::{Deserialize, Serialize};

use crate::params::{Method, Params};

/// A fast average and one over twice as many closes, in ticks. Sums of whole ticks are exact, so a tie is a tie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Trend {
    Off,
    Simple(Sma, Sma),
    Exponential(Ema, Ema),
}

impl Trend {
    pub(crate) fn new(params: &Params) -> Self {
        let fast = params.trend_period as usize;
        match params.trend_method {
            _ if !params.trend_filter => Self::Off,
            Method::Sma => Self::Simple(Sma::new(fast), Sma::new(2 * fast)),
            Method::Ema => Self::Exponential(Ema::new(fast), Ema::new(2 * fast)),
        }
    }

    /// Takes in a close.
    #[inline]
    pub(crate) fn update(&mut self, close: Price) {
        #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
        let close = close.ticks() as f64;
        match self {
            Self::Off => {}
            Self::Simple(fast, slow) => {
                fast.update(close);
                slow.update(close);
            }
            Self::Exponential(fast, slow) => {
                fast.update(close);
                slow.update(close);
            }
        }
    }

    /// Whether a position that `side` opens would not go against the averages. No, until both exist.
    pub(crate) fn allows(&self, side: Side) -> bool {
        match (self, self.standing()) {
            (Self::Off, _) => true,
            (_, None) => false,
            (_, Some(standing)) => side.sign() != -sign(standing),
        }
    }

    /// The side that the averages point to; `None` where they tie, and until both exist.
    pub(crate) fn side(&self) -> Option<Side> {
        match self.standing()? {
            Ordering::Greater => Some(Side::Buy),
            Ordering::Less => Some(Side::Sell),
            Ordering::Equal => None,
        }
    }

    /// How the fast average stands to the slow one.
    fn standing(&self) -> Option<Ordering> {
        let (fast, slow) = match self {
            Self::Off => return None,
            Self::Simple(fast, slow) => (fast.value(), slow.value()),
            Self::Exponential(fast, slow) => (fast.value(), slow.value()),
        };
        fast?.partial_cmp(&slow?)
    }
}

const fn sign(ordering: Ordering) -> i64 {
    match ordering {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(method: Method, closes: &[i64]) -> [bool; 2] {
        let params = Params { trend_method: method, trend_period: 2, ..Params::default() };
        let mut trend = Trend::new(&params);
        closes.iter().for_each(|close| trend.update(Price::from_ticks(*close)));
        [Side::Buy, Side::Sell].map(|side| trend.allows(side))
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
