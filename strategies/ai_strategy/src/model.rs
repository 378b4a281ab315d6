//! The model file: what it holds, how it is read and checked, and what it says about a vector.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::features::pick;
use crate::logistic::Logistic;
use crate::score::{Score, Span};
use crate::training::Training;
use crate::trees::BoostedTrees;
use crate::{FEATURES_VERSION, Vector, places};

/// The layout of the file.
pub const FORMAT: u32 = 3;

/// A trained model with all that is known of how it came about and how good it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The version of this layout; [`FORMAT`].
    pub format: u32,
    /// The version of the list of features.
    pub features_version: u32,
    /// The features it reads, in its order.
    pub features: Vec<String>,
    /// The symbol of the instrument it was trained on.
    pub symbol: String,
    /// How long the bars are that it was trained on, in nanoseconds.
    pub interval_nanos: i64,
    /// What it was trained with.
    pub training: Training,
    /// What it was trained on.
    pub trained: Span,
    /// How models trained in the same way did on folds that they were not trained on.
    pub folds: Vec<Score>,
    /// All folds together.
    pub validation: Score,
    /// How this very model did on the bars kept back at the end.
    pub test: Score,
    /// The model itself.
    pub predictor: Predictor,
}

/// What turns a vector into log-odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predictor {
    /// A weighted sum of standardised features.
    Logistic(Logistic),
    /// A sum of small decision trees.
    BoostedTrees(BoostedTrees),
}

/// The file: the model, and the SHA-256 of its text without blanks.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    sha256: String,
    model: Model,
}

/// Why a model can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not the JSON of a model.
    #[error("the model file can't be read: {0}; `quantmesh ai train` writes one")]
    Malformed(String),
    /// Its content is not what it was when it was written.
    #[error(
        "the model file was changed after it was written: its content has the SHA-256 {actual}, and it says {said}; train it anew, or get it again from where it came"
    )]
    Changed {
        /// What stands in it.
        said: String,
        /// What its content comes to.
        actual: String,
    },
    /// Another layout, other features, or a number that can't be one.
    #[error("the model file can't be used: {0}; train it anew with this version")]
    Unusable(String),
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`] when it is not one, was changed, or asks for features that this version does not compute.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let sealed: Sealed = serde_json::from_str(text).map_err(|error| {
            match format(text).filter(|found| *found != FORMAT) {
                Some(found) => ModelError::Unusable(other_format(found)),
                None => ModelError::Malformed(error.to_string()),
            }
        })?;
        let actual = sealed.model.digest();
        if actual != sealed.sha256 {
            return Err(ModelError::Changed { said: sealed.sha256, actual });
        }
        sealed.model.check().map_err(ModelError::Unusable)?;
        Ok(sealed.model)
    }

    /// The model file as text.
    ///
    /// # Errors
    /// [`ModelError::Malformed`] for a number that JSON does not have, which training never gives.
    pub fn to_json(&self) -> Result<String, ModelError> {
        let sealed = Sealed { sha256: self.digest(), model: self.clone() };
        serde_json::to_string_pretty(&sealed)
            .map(|text| text + "\n")
            .map_err(|error| ModelError::Malformed(error.to_string()))
    }

    /// The SHA-256 of its JSON without blanks, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        // Numbers, lists and texts only: writing them can't fail.
        let text = serde_json::to_vec(self).unwrap_or_default();
        hex(&Sha256::digest(text))
    }

    /// Log-odds that the close is higher `training.horizon` bars from now. `places` are those of its features.
    #[must_use]
    pub fn log_odds(&self, vector: &Vector, places: &[usize]) -> f64 {
        self.predictor.log_odds(&pick(vector, places).collect::<Vec<_>>())
    }

    fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(other_format(self.format));
        }
        if self.interval_nanos <= 0 {
            return Err(format!("its bars are {} nanoseconds long, which none are", self.interval_nanos));
        }
        if self.features_version != FEATURES_VERSION {
            return Err(format!(
                "its features are of version {}; this version computes version {FEATURES_VERSION}",
                self.features_version
            ));
        }
        let count = places(&self.features)?.len();
        match &self.predictor {
            Predictor::Logistic(logistic) => logistic.check(count),
            Predictor::BoostedTrees(trees) => trees.check(count),
        }
    }
}

impl Predictor {
    /// Log-odds for the values of its features.
    #[must_use]
    pub fn log_odds(&self, values: &[f64]) -> f64 {
        match self {
            Self::Logistic(logistic) => logistic.log_odds(values),
            Self::BoostedTrees(trees) => trees.log_odds(values),
        }
    }
}

/// The layout that a file says it has, whatever else is in it.
fn format(text: &str) -> Option<u32> {
    let whole: serde_json::Value = serde_json::from_str(text).ok()?;
    u32::try_from(whole.get("model")?.get("format")?.as_u64()?).ok()
}

fn other_format(found: u32) -> String {
    format!("its format is {found}; this version reads {FORMAT}")
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// To six decimals: platforms differ in the last bits of `exp`, and a model file should not.
#[must_use]
pub(crate) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    // No minus zero, which reads like a number of its own.
    rounded + 0.0
}
