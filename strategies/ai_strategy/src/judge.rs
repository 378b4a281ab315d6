//! The model of a run: which one the parameters name, and its opinion of a vector.

use sdk::BuildError;

use crate::onnx::Onnx;
use crate::origin::Origin;
use crate::params::{Params, SHIPPED};
use crate::{Model, Vector, places};

/// The model that comes with the crate.
const SHIPPED_FILE: &str = include_str!("../model/btcusdt_1d.json");

/// How the program hands over a file that is not text: this, and its bytes in hexadecimal.
const HEX: &str = "hex:";

/// The farthest that log-odds go: 1 in 10¹³.
const FARTHEST: f64 = 30.0;

/// A model, ready to judge.
#[derive(Debug, Clone)]
pub(crate) enum Judge {
    /// Of a model file, with the places of its features.
    Own(Box<Model>, Vec<usize>),
    /// Trained elsewhere.
    Onnx(Box<Onnx>),
}

impl Judge {
    /// Reads what the parameters name. The text beside it tells models apart in saved states.
    ///
    /// # Errors
    /// [`BuildError`] for a file that was not handed over, can't be read, or asks for features that there are not.
    pub(crate) fn read(params: &Params) -> Result<(Self, String), BuildError> {
        let wrong = |what: String| BuildError::new("model", what);
        let text = if params.model == SHIPPED { SHIPPED_FILE } else { params.model.trim_start() };
        if let Some(hex) = text.strip_prefix(HEX) {
            let bytes =
                bytes(hex).ok_or_else(|| wrong("what follows `hex:` is not hexadecimal".to_owned()))?;
            let onnx = Onnx::read(&bytes, &params.features).map_err(wrong)?;
            let digest = onnx.digest().to_owned();
            return Ok((Self::Onnx(Box::new(onnx)), digest));
        }
        if !text.starts_with('{') {
            return Err(wrong(match text.lines().count() {
                0 | 1 if text.len() < 200 => format!(
                    "`{text}` is the name of a file, and a strategy reads none: name it under [strategy.params] of a configuration, where the program hands over its content, or write `{SHIPPED}`"
                ),
                _ => "the file is neither the JSON of `quantmesh ai train` nor ONNX; name another one"
                    .to_owned(),
            }));
        }
        if !params.features.is_empty() {
            let message = "a model file names its features itself; this is for ONNX models, so leave it out";
            return Err(BuildError::new("features", message));
        }
        let model = Model::from_json(text).map_err(|error| wrong(error.to_string()))?;
        let digest = model.digest();
        let places = places(&model.features).map_err(wrong)?;
        Ok((Self::Own(Box::new(model), places), digest))
    }

    /// Log-odds that the close will be higher, to six decimals; `None` where the model gives no number.
    pub(crate) fn log_odds(&self, vector: &Vector) -> Option<f64> {
        let odds = match self {
            Self::Own(model, places) => model.log_odds(vector, places),
            Self::Onnx(onnx) => onnx.log_odds(vector)?,
        };
        odds.is_finite().then(|| crate::model::rounded(odds.clamp(-FARTHEST, FARTHEST)))
    }

    /// What it was trained on, where it says so, for a run that trades this symbol.
    pub(crate) fn origin(&self, symbol: &str) -> Origin {
        match self {
            Self::Own(model, _) => Origin {
                foreign: model.symbol != symbol,
                interval_nanos: Some(model.interval_nanos),
                trained: Some(model.trained),
            },
            Self::Onnx(onnx) => Origin {
                foreign: onnx.symbol().is_some_and(|own| own != symbol),
                interval_nanos: onnx.interval_nanos(),
                trained: onnx.trained(),
            },
        }
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex
        .trim_end()
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high * 16 + low).collect())
}
