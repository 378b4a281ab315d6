//! The logistic model: log-odds are a weighted sum of standardised features.

use serde::{Deserialize, Serialize};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

use crate::model::rounded;

/// A logistic model (Cox 1958): log-odds = b + Σ wᵢ (xᵢ − mᵢ)/sᵢ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// Mean of each feature in training.
    pub mean: Vec<f64>,
    /// Standard deviation of each feature in training; above 0.
    pub scale: Vec<f64>,
    /// Weight of each standardised feature.
    pub weights: Vec<f64>,
    /// Log-odds at the mean.
    pub bias: f64,
}

impl Logistic {
    /// Fits one: maximum likelihood less `ridge`/2 times the sum of the squared weights.
    ///
    /// # Errors
    /// What is wrong with the data: all labels alike.
    pub fn fit(rows: &[Vec<f64>], up: &[bool], ridge: f64) -> Result<Self, String> {
        // Only here: its methods have the names of those of slices.
        use smartcore::linalg::basic::arrays::Array;
        let (mean, scale) = moments(rows);
        let standard = rows
            .iter()
            .map(|row| {
                let pairs = row.iter().zip(&mean).zip(&scale);
                pairs.map(|((value, mean), scale)| (value - mean) / scale).collect()
            })
            .collect::<Vec<Vec<f64>>>();
        let labels = up.iter().map(|up| u32::from(*up)).collect::<Vec<_>>();
        let matrix = DenseMatrix::from_2d_vec(&standard).map_err(|error| error.to_string())?;
        let parameters = LogisticRegressionParameters::default().with_alpha(ridge);
        let fitted: LogisticRegression<f64, u32, DenseMatrix<f64>, Vec<u32>> =
            LogisticRegression::fit(&matrix, &labels, parameters).map_err(|error| error.to_string())?;
        // The classes stand in rising order, so the weights are for "up".
        let weights = fitted.coefficients().iterator(0).map(|weight| settled(*weight)).collect();
        let bias = fitted.intercept().iterator(0).next().copied().unwrap_or(0.0);
        Ok(Self { mean, scale, weights, bias: settled(bias) })
    }

    /// Log-odds of "up".
    #[must_use]
    pub fn log_odds(&self, values: &[f64]) -> f64 {
        let standard = values.iter().zip(&self.mean).zip(&self.scale);
        let standard = standard.map(|((value, mean), scale)| (value - mean) / scale);
        standard.zip(&self.weights).fold(self.bias, |sum, (value, weight)| sum + value * weight)
    }

    /// Whether it can be used with so many features.
    pub(crate) fn check(&self, features: usize) -> Result<(), String> {
        let lengths = [self.mean.len(), self.scale.len(), self.weights.len()];
        if lengths != [features; 3] || self.scale.iter().any(|scale| *scale <= 0.0) {
            return Err("mean, scale and weights need one number a feature, and scales above 0".to_owned());
        }
        Ok(())
    }
}

/// To four decimals: the search for the maximum ends within some 10⁻⁸ of it, and where exactly differs by platform.
fn settled(weight: f64) -> f64 {
    rounded((weight * 1e4).round() / 1e4)
}

/// Mean and standard deviation of each column, rounded.
fn moments(rows: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    #[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2⁵³")]
    let count = rows.len().max(1) as f64;
    let columns = rows.first().map_or(0, Vec::len);
    let column = |at: usize| rows.iter().filter_map(move |row| row.get(at).copied());
    (0..columns)
        .map(|at| {
            let mean = rounded(column(at).sum::<f64>() / count);
            let square = column(at).map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
            // A feature that never moves carries nothing; any scale will do.
            let scale = rounded(square.sqrt());
            (mean, if scale > 0.0 { scale } else { 1.0 })
        })
        .unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One feature, standardised −1 and 1, with three of four and one of four up: the likelihood is greatest where the
    /// log-odds are ±ln 3.
    #[test]
    fn the_fit_is_the_hand_worked_maximum() {
        let rows: Vec<Vec<f64>> = [0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0].map(|x| vec![x]).to_vec();
        let up = [true, false, false, false, true, true, true, false];
        let model = Logistic::fit(&rows, &up, 0.0).unwrap();
        assert_eq!((model.mean[0], model.scale[0]), (1.0, 1.0));
        assert!((model.weights[0] - 3_f64.ln()).abs() < 1e-4 && model.bias.abs() < 1e-4, "{model:?}");
        // With a ridge r the weight w solves 8·(σ(w) − 3/4) + r·w = 0: for r = 8/3 that is w = 0.526 6….
        let ridged = Logistic::fit(&rows, &up, 8.0 / 3.0).unwrap();
        let slope = 8.0 * (1.0 / (1.0 + (-ridged.weights[0]).exp()) - 0.75) + 8.0 / 3.0 * ridged.weights[0];
        assert!(slope.abs() < 1e-3 && ridged.weights[0] > 0.0, "{ridged:?}: slope {slope}");
    }

    #[test]
    fn labels_that_are_all_alike_are_an_error() {
        assert!(Logistic::fit(&[vec![1.0], vec![2.0]], &[true, true], 1.0).is_err());
    }
}
