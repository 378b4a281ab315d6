//! From closed bars to a vector of features: streaming, without looking ahead, the same code in training and in
//! trading.

use sdk::Bar;
use sdk::indicators::{Adx, Donchian, Natr, Roc, Rsi, Sma, StdDev};
use serde::{Deserialize, Serialize};

/// The version of the list: counted up when a feature changes its meaning or goes. A new one at the end changes
/// nothing for models that do not name it.
pub const FEATURES_VERSION: u32 = 1;

/// How many features there are.
pub const COUNT: usize = 16;

/// The features by name. A model names those it wants, in its own order.
///
/// | name | what |
/// | --- | --- |
/// | `roc_1`, `roc_5`, `roc_10`, `roc_20`, `roc_60` | change of the close over so many bars, % |
/// | `rsi_14` | relative strength index (Wilder 1978), 0 to 100 |
/// | `from_sma_20`, `from_sma_50` | distance of the close from its mean, % |
/// | `deviation_20`, `deviation_60` | population standard deviation of the changes over one bar, % |
/// | `natr_14` | average true range (Wilder 1978) as a share of the close, % |
/// | `volume_z_20` | volume less its mean, in standard deviations; 0 where the data has none or it does not vary |
/// | `adx_14` | average directional index (Wilder 1978), 0 to 100 |
/// | `di_14` | +DI less −DI, −100 to 100 |
/// | `donchian_20` | where the close lies between the lowest low (0) and the highest high (1) |
/// | `bar_position` | where the close lies between the bar's low (0) and high (1) |
///
/// A channel or a bar without height counts as ½.
pub const FEATURES: [&str; COUNT] = [
    "roc_1",
    "roc_5",
    "roc_10",
    "roc_20",
    "roc_60",
    "rsi_14",
    "from_sma_20",
    "from_sma_50",
    "deviation_20",
    "deviation_60",
    "natr_14",
    "volume_z_20",
    "adx_14",
    "di_14",
    "donchian_20",
    "bar_position",
];

/// One value a feature, in the order of [`FEATURES`].
pub type Vector = [f64; COUNT];

/// The pipeline. Feed it every closed bar.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Features {
    changes: [Roc; 5],
    rsi: Rsi,
    means: [Sma; 2],
    deviations: [StdDev; 2],
    natr: Natr,
    volume: (Sma, StdDev),
    adx: Adx,
    channel: Donchian,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            changes: [1, 5, 10, 20, 60].map(Roc::new),
            rsi: Rsi::new(14),
            means: [20, 50].map(Sma::new),
            deviations: [20, 60].map(StdDev::new),
            natr: Natr::new(14),
            volume: (Sma::new(20), StdDev::new(20)),
            adx: Adx::new(14),
            channel: Donchian::new(20),
        }
    }
}

impl Features {
    /// Bars until the first vector: sixty changes, and the close before them.
    pub const WARM_UP: u32 = 61;

    /// Takes in a closed bar; gives the vector as soon as every feature has a value that is a number.
    #[expect(clippy::cast_precision_loss, reason = "ticks and lots stay far below 2⁵³")]
    pub fn update(&mut self, bar: &Bar) -> Option<Vector> {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(|price| price.ticks() as f64);
        let volume = bar.volume.lots() as f64;
        let [roc_1, roc_5, roc_10, roc_20, roc_60] =
            self.changes.each_mut().map(|change| change.update(close));
        let rsi = self.rsi.update(close);
        let [from_20, from_50] =
            self.means.each_mut().map(|mean| mean.update(close).map(|mean| (close - mean) / mean * 100.0));
        let [deviation_20, deviation_60] =
            self.deviations.each_mut().map(|deviation| deviation.update(roc_1?));
        let natr = self.natr.update_bar(high, low, close);
        let (mean, deviation) = (self.volume.0.update(volume), self.volume.1.update(volume));
        let volume_z = mean
            .zip(deviation)
            .map(|(mean, deviation)| if deviation > 0.0 { (volume - mean) / deviation } else { 0.0 });
        let trend = self.adx.update_bar(high, low, close);
        let channel = self.channel.update_bar(high, low);
        let trend = trend?;
        let vector = [
            roc_1?,
            roc_5?,
            roc_10?,
            roc_20?,
            roc_60?,
            rsi?,
            from_20?,
            from_50?,
            deviation_20?,
            deviation_60?,
            natr?,
            volume_z?,
            trend.adx,
            trend.plus_di - trend.minus_di,
            channel.map(|channel| between(channel.lower, close, channel.upper))?,
            between(low, close, high),
        ];
        vector.iter().all(|value| value.is_finite()).then_some(vector)
    }

    /// The share that one bar's close moves by, as a standard deviation over twenty bars; `None` while it is not known.
    #[must_use]
    pub fn volatility(&self) -> Option<f64> {
        let [short, _] = &self.deviations;
        short.value().map(|percent| percent / 100.0).filter(|share| share.is_finite())
    }
}

fn between(low: f64, value: f64, high: f64) -> f64 {
    if high > low { (value - low) / (high - low) } else { 0.5 }
}

/// The places in a [`Vector`] of the features that a model names.
///
/// # Errors
/// The first name that is none, or stands there twice.
pub fn places(names: &[String]) -> Result<Vec<usize>, String> {
    let mut places = Vec::with_capacity(names.len());
    for name in names {
        let place = FEATURES.iter().position(|known| known == name);
        let Some(place) = place else {
            return Err(format!("`{name}` is no feature of this version, which has {}", FEATURES.join(", ")));
        };
        if places.contains(&place) {
            return Err(format!("the feature `{name}` is named twice"));
        }
        places.push(place);
    }
    if places.is_empty() { Err("it names no feature".to_owned()) } else { Ok(places) }
}

/// The values at these places.
pub(crate) fn pick<'v>(vector: &'v Vector, places: &'v [usize]) -> impl Iterator<Item = f64> + 'v {
    places.iter().map(|place| vector.get(*place).copied().unwrap_or(0.0))
}
