//! The model file: what it holds, how it is read, and what it says about a vector.

use serde::{Deserialize, Serialize};

use crate::FEATURES;

/// A trained logistic model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The version of this layout; 1.
    pub format: u32,
    /// The features it was trained on, in order.
    pub features: Vec<String>,
    /// Mean of each feature in training.
    pub mean: Vec<f64>,
    /// Standard deviation of each feature in training; above 0.
    pub scale: Vec<f64>,
    /// Weight of each standardised feature.
    pub weights: Vec<f64>,
    /// Log-odds at the mean.
    pub bias: f64,
    /// What it was trained on.
    pub trained: Span,
    /// How it did on later bars that it was not trained on.
    pub test: TestScore,
}

/// A span of vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Close of the first bar, in nanoseconds since 1970.
    pub from: i64,
    /// Close of the last bar, in nanoseconds since 1970.
    pub to: i64,
    /// How many vectors.
    pub vectors: usize,
}

/// Out-of-sample score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestScore {
    /// The span.
    pub span: Span,
    /// Share of directions that were right.
    pub right: f64,
    /// Share that always saying "up" would have got right.
    pub always_up: f64,
}

/// Why a model can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not the JSON of a model.
    #[error("the model file can't be read: {0}")]
    Malformed(String),
    /// Another layout, other features, or a number that can't be one.
    #[error("the model file can't be used: {0}")]
    Unusable(String),
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`] when it is not one, or not one for [`FEATURES`].
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let model: Self =
            serde_json::from_str(text).map_err(|error| ModelError::Malformed(error.to_string()))?;
        let unusable = |what: String| Err(ModelError::Unusable(what));
        if model.format != 1 {
            return unusable(format!("its format is {}; this version reads 1", model.format));
        }
        if model.features != FEATURES {
            return unusable(format!(
                "its features are {:?}; this version computes {FEATURES:?}",
                model.features
            ));
        }
        let lengths = [model.mean.len(), model.scale.len(), model.weights.len()];
        if lengths != [FEATURES.len(); 3] || model.scale.iter().any(|scale| *scale <= 0.0) {
            return unusable(
                "mean, scale and weights need one number a feature, and scales above 0".to_owned(),
            );
        }
        Ok(model)
    }

    /// Log-odds that the next close is above this one.
    #[must_use]
    pub fn log_odds(&self, vector: &[f64; 6]) -> f64 {
        let scaled = vector
            .iter()
            .zip(&self.mean)
            .zip(&self.scale)
            .map(|((value, mean), scale)| (value - mean) / scale);
        scaled.zip(&self.weights).fold(self.bias, |sum, (value, weight)| sum + value * weight)
    }
}
