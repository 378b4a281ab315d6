//! The loss in the tail of a list of results, by any method and measure.

use crate::params::{Measure, Method, Params};
use crate::{expected_shortfall, normal, value_at_risk};

/// How a list of results becomes one loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tail {
    measure: Measure,
    method: Method,
    confidence: f64,
    /// The share 1 − confidence of a standard normal variable stays below this.
    z: f64,
    /// Its mean below `z` is the negative of this.
    beyond: f64,
    /// The square root of the horizon in bars.
    stretch: f64,
}

/// Mean, standard deviation (of the sample, divided by n − 1), and the population's skewness and excess kurtosis.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    pub(crate) skewness: f64,
    pub(crate) kurtosis: f64,
}

impl Tail {
    pub(crate) fn new(params: &Params) -> Self {
        let confidence = params.confidence.to_f64();
        let share = 1.0 - confidence;
        let z = normal::quantile(share);
        Self {
            measure: params.measure,
            method: params.method,
            confidence,
            z,
            beyond: normal::density(z) / share,
            stretch: f64::from(params.horizon_bars).sqrt(),
        }
    }

    /// The loss over the horizon, in the unit of the results; never negative. The list is left in another order.
    pub(crate) fn loss(&self, results: &mut [f64]) -> f64 {
        let one_bar = match self.method {
            Method::Historical => self.historical(results),
            Method::Parametric => self.parametric(&Moments::of(results)),
            Method::CornishFisher => {
                let moments = Moments::of(results);
                if moments.in_domain() {
                    self.cornish_fisher(&moments)
                } else {
                    self.historical(results).max(self.parametric(&moments))
                }
            }
        };
        one_bar.max(0.0) * self.stretch
    }

    fn historical(&self, results: &mut [f64]) -> f64 {
        match self.measure {
            Measure::Var => value_at_risk(results, self.confidence),
            Measure::Es => expected_shortfall(results, self.confidence),
        }
    }

    /// As if the results were normal: −μ − zσ, and −μ + σ·φ(z)/(1 − confidence) for the mean beyond it.
    fn parametric(&self, moments: &Moments) -> f64 {
        let distance = match self.measure {
            Measure::Var => -self.z,
            Measure::Es => self.beyond,
        };
        distance * moments.deviation - moments.mean
    }

    /// The same with z bent by skewness S and excess kurtosis K: w(z) = z + (z² − 1)S/6 + (z³ − 3z)K/24 − (2z³ −
    /// 5z)S²/36 (P. Zangari, "A VaR methodology for portfolios that include options", RiskMetrics Monitor, first
    /// quarter of 1996). Beyond it stands the mean of w over the tail, which is φ(z)/(1 − confidence) × −(1 + zS/6 +
    /// (z² − 1)K/24 − (2z² − 1)S²/36) (D. Maillard, "A user's guide to the Cornish Fisher expansion", 2012).
    pub(crate) fn cornish_fisher(&self, moments: &Moments) -> f64 {
        let Moments { mean, deviation, skewness: s, kurtosis: k } = *moments;
        let z = self.z;
        let distance = match self.measure {
            Measure::Var => {
                let cube = z * z * z;
                let bend = (z * z - 1.0) * s / 6.0 + (cube - 3.0 * z) * k / 24.0;
                -(z + bend - (2.0 * cube - 5.0 * z) * s * s / 36.0)
            }
            Measure::Es => {
                let bend = z * s / 6.0 + (z * z - 1.0) * k / 24.0 - (2.0 * z * z - 1.0) * s * s / 36.0;
                self.beyond * (1.0 + bend)
            }
        };
        distance * deviation - mean
    }
}

impl Moments {
    pub(crate) fn of(results: &[f64]) -> Self {
        let count = results.len() as f64;
        if count < 2.0 {
            return Self { mean: results.iter().sum(), ..Self::default() };
        }
        let mean = results.iter().sum::<f64>() / count;
        let power = |of: i32| results.iter().map(|one| (one - mean).powi(of)).sum::<f64>() / count;
        let variance = power(2);
        let deviation = (variance * count / (count - 1.0)).sqrt();
        if variance <= 0.0 {
            return Self { mean, ..Self::default() };
        }
        let skewness = power(3) / variance.powf(1.5);
        Self { mean, deviation, skewness, kurtosis: power(4) / (variance * variance) - 3.0 }
    }

    /// Whether w(z) never falls as z rises, so that a worse share of bars never has the smaller loss: its slope
    /// (K/8 − S²/6)z² + (S/3)z + 1 − K/8 + 5S²/36 is nowhere negative (Maillard 2012, from its discriminant).
    pub(crate) fn in_domain(&self) -> bool {
        let (s, k) = (self.skewness, self.kurtosis);
        let (a, b, c) = (k / 8.0 - s * s / 6.0, s / 3.0, 1.0 - k / 8.0 + 5.0 * s * s / 36.0);
        a >= 0.0 && c >= 0.0 && b * b <= 4.0 * a * c
    }
}
