//! The pair of averages, and which of them is on top.

use std::cmp::Ordering;

use sdk::Price;
use sdk::indicators::{Ema, Sma};

use serde::{Deserialize, Serialize};

use crate::params::{Method, Params};

/// A fast and a slow average of closes, in ticks. Sums of whole ticks are exact, so a tie is a tie.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Averages {
    Simple(Sma, Sma),
    Exponential(Ema, Ema),
}

impl Averages {
    pub(crate) fn new(params: &Params) -> Self {
        let [fast, slow] = [params.short_period, params.long_period].map(|period| period as usize);
        match params.method {
            Method::Sma => Self::Simple(Sma::new(fast), Sma::new(slow)),
            Method::Ema => Self::Exponential(Ema::new(fast), Ema::new(slow)),
        }
    }

    /// Takes in a close; says how the fast average stands to the slow one once both exist.
    #[inline]
    pub(crate) fn update(&mut self, close: Price) -> Option<Ordering> {
        #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
        let close = close.ticks() as f64;
        let (fast, slow) = match self {
            Self::Simple(fast, slow) => (fast.update(close), slow.update(close)),
            Self::Exponential(fast, slow) => (fast.update(close), slow.update(close)),
        };
        fast?.partial_cmp(&slow?)
    }
}
