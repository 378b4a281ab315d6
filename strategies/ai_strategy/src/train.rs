//! Training: bars in, a model out. It touches no file.

use sdk::Bar;

use crate::model::{Model, Span, TestScore};
use crate::{FEATURES, Features};

/// Passes over the training vectors; the loss is convex and flat by then.
const PASSES: usize = 2_000;
const RATE: f64 = 0.1;
/// Ridge penalty on the weights, so that correlated features share them.
const RIDGE: f64 = 0.01;

/// Why nothing was trained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found} bars give too few vectors to train on; at least {needed} are needed")]
pub struct TrainError {
    /// How many bars there were.
    pub found: usize,
    /// How many it takes.
    pub needed: usize,
}

struct Sample {
    time: i64,
    vector: [f64; 6],
    up: bool,
}

/// Trains on the first 70 % of the vectors by gradient descent on the ridge-penalised logistic loss, and scores on the
/// rest. The last training vector's label is the first test vector's close, so one vector between them is left out.
///
/// # Errors
/// [`TrainError`] for fewer than 200 bars.
pub fn train(bars: &[Bar]) -> Result<Model, TrainError> {
    const NEEDED: usize = 200;
    if bars.len() < NEEDED {
        return Err(TrainError { found: bars.len(), needed: NEEDED });
    }
    let mut features = Features::default();
    let mut samples = Vec::with_capacity(bars.len());
    for (bar, next) in bars.iter().zip(bars.iter().skip(1)) {
        if let Some(vector) = features.update(bar) {
            samples.push(Sample { time: bar.close_time.nanos(), vector, up: next.close > bar.close });
        }
    }
    let (known, later) = samples.split_at(samples.len() * 7 / 10);
    let later = later.get(1..).unwrap_or_default();
    let (mean, scale) = moments(known);
    let mut model = Model {
        format: 1,
        features: FEATURES.map(str::to_owned).to_vec(),
        mean: mean.to_vec(),
        scale: scale.to_vec(),
        weights: vec![0.0; FEATURES.len()],
        bias: 0.0,
        trained: span(known),
        test: TestScore { span: span(later), right: 0.0, always_up: 0.0 },
    };
    for _ in 0..PASSES {
        descend(&mut model, known);
    }
    model
        .mean
        .iter_mut()
        .chain(&mut model.scale)
        .chain(&mut model.weights)
        .for_each(|value| *value = round(*value));
    model.bias = round(model.bias);
    let right = later.iter().filter(|sample| (model.log_odds(&sample.vector) > 0.0) == sample.up).count();
    model.test.right = round(share(right, later.len()));
    model.test.always_up = round(share(later.iter().filter(|sample| sample.up).count(), later.len()));
    Ok(model)
}

fn descend(model: &mut Model, samples: &[Sample]) {
    let mut slope = [0.0; 6];
    let mut bias = 0.0;
    for sample in samples {
        let probability = 1.0 / (1.0 + (-model.log_odds(&sample.vector)).exp());
        let error = probability - f64::from(u8::from(sample.up));
        bias += error;
        for (((slope, value), mean), scale) in
            slope.iter_mut().zip(sample.vector).zip(&model.mean).zip(&model.scale)
        {
            *slope += error * (value - mean) / scale;
        }
    }
    let step = RATE * share(1, samples.len());
    model.bias -= step * bias;
    for (weight, slope) in model.weights.iter_mut().zip(slope) {
        *weight -= step * slope + RATE * RIDGE * *weight;
    }
}

fn moments(samples: &[Sample]) -> ([f64; 6], [f64; 6]) {
    let one = share(1, samples.len());
    let (mut mean, mut square) = ([0.0; 6], [0.0; 6]);
    for sample in samples {
        for (mean, value) in mean.iter_mut().zip(sample.vector) {
            *mean += value * one;
        }
    }
    for sample in samples {
        for ((square, value), mean) in square.iter_mut().zip(sample.vector).zip(mean) {
            *square += (value - mean) * (value - mean) * one;
        }
    }
    // A feature that never moves carries nothing; any scale will do.
    (mean, square.map(|square| if square > 0.0 { square.sqrt() } else { 1.0 }))
}

fn span(samples: &[Sample]) -> Span {
    let time = |sample: Option<&Sample>| sample.map_or(0, |sample| sample.time);
    Span { from: time(samples.first()), to: time(samples.last()), vectors: samples.len() }
}

#[expect(clippy::cast_precision_loss, reason = "counts of bars stay far below 2^53")]
fn share(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}

/// To six decimals: platforms differ in the last bits of `exp`, and a model file should not.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
