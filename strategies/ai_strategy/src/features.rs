//! From closed bars to a vector of features: streaming, without looking ahead.

use sdk::Bar;
use sdk::indicators::{Roc, Rsi, Sma, StdDev};
use serde::{Deserialize, Serialize};

/// The features by name, in the order of the vector: change of the close over 1, 5 and 20 bars in per cent, RSI over 14
/// bars, distance of the close from its 50-bar mean in per cent, deviation of the 1-bar changes over 20 bars.
pub const FEATURES: [&str; 6] = ["roc_1", "roc_5", "roc_20", "rsi_14", "from_sma_50", "deviation_20"];

/// The pipeline. Feed it every closed bar.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Features {
    changes: [Roc; 3],
    rsi: Rsi,
    mean: Sma,
    deviation: StdDev,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            changes: [1, 5, 20].map(Roc::new),
            rsi: Rsi::new(14),
            mean: Sma::new(50),
            deviation: StdDev::new(20),
        }
    }
}

impl Features {
    /// Bars until the first vector.
    pub const WARM_UP: u32 = 50;

    /// Takes in a closed bar; gives the vector as soon as every feature has a value.
    pub fn update(&mut self, bar: &Bar) -> Option<[f64; 6]> {
        #[expect(clippy::cast_precision_loss, reason = "prices in ticks stay far below 2^53")]
        let close = bar.close.ticks() as f64;
        let [one, five, twenty] = self.changes.each_mut().map(|change| change.update(close));
        let (rsi, mean) = (self.rsi.update(close), self.mean.update(close));
        let deviation = one.and_then(|one| self.deviation.update(one));
        let from_mean = mean.map(|mean| (close - mean) / mean * 100.0);
        Some([one?, five?, twenty?, rsi?, from_mean?, deviation?])
    }
}
