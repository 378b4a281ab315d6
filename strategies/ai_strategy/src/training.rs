//! Training: bars in, a model out, with its purged walk-forward validation. It touches no file.

use schemars::JsonSchema;
use sdk::{Bar, BuildError, Direction, Event, Number, Setup, Trained};
use serde::{Deserialize, Serialize};

use crate::features::pick;
use crate::growth::Growth;
use crate::logistic::Logistic;
use crate::model::{FORMAT, Model, Predictor};
use crate::origin::interval_nanos;
use crate::params::threshold;
use crate::samples::{Purge, Sample, folds, samples};
use crate::score::{Rule, Score, Span};
use crate::trees::BoostedTrees;
use crate::{FEATURES, FEATURES_VERSION, places};

/// What is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A logistic model, fitted with a ridge by L-BFGS: the baseline.
    #[default]
    Logistic,
    /// Gradient-boosted trees.
    BoostedTrees,
}

/// How a kind of model is tried out of sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Validation {
    /// Each fold by a model of the bars before it, as it would have been traded.
    #[default]
    WalkForward,
    /// Each fold by a model of all other bars, those after it too: more data, but not how anybody could have traded.
    KFold,
}

/// Parameters of training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Training {
    /// What is trained.
    pub model: Kind,
    /// Names of the features to use; none for all of them.
    pub features: Vec<String>,
    /// The model says whether the close is higher this many bars later.
    #[schemars(range(min = 1, max = 100), extend("x-unit" = "bars"))]
    pub horizon: u32,
    /// How it is tried out of sample.
    pub validation: Validation,
    /// How many folds are tried.
    #[schemars(range(min = 1, max = 50))]
    pub folds: u32,
    /// Bars left out between training and test, beside those that labels reach over.
    #[schemars(range(min = 0, max = 1000), extend("x-unit" = "bars"))]
    pub embargo: u32,
    /// Share of the bars at the end that neither the model nor the folds see.
    #[schemars(extend("minimum" = 0.05, "maximum" = 0.9))]
    pub holdout: Number,
    /// Probability from which on the scores trade.
    #[schemars(extend("minimum" = 0.5, "maximum" = 0.99))]
    pub confidence: Number,
    /// Which way positions of the scores may go.
    pub direction: Direction,
    /// Taker fee of the scores; without it, the instrument's.
    #[schemars(extend("minimum" = 0, "maximum" = 1000, "x-unit" = "bps"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taker_fee_bps: Option<Number>,
    /// Logistic: what half of the sum of the squared weights costs in log-likelihood.
    #[schemars(extend("minimum" = 0, "maximum" = 1_000_000))]
    pub ridge: Number,
    /// Trees: how many.
    #[schemars(range(min = 1, max = 1000))]
    pub trees: u32,
    /// Trees: splits from the root to a leaf, at most.
    #[schemars(range(min = 1, max = 4))]
    pub depth: u32,
    /// Trees: what part of its leaf's value each one adds.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub rate: Number,
    /// Trees: the fewest samples of a leaf.
    #[schemars(range(min = 1, max = 100_000))]
    pub leaf_samples: u32,
    /// Trees: share of the samples that each one sees.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub sample_share: Number,
    /// Trees: where the draws of samples begin.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub seed: u32,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            model: Kind::default(),
            features: Vec::new(),
            horizon: 1,
            validation: Validation::default(),
            folds: 5,
            embargo: 5,
            holdout: Number::scaled(3, 1),
            confidence: Number::scaled(52, 2),
            direction: Direction::default(),
            taker_fee_bps: None,
            ridge: Number::whole(10),
            trees: 60,
            depth: 3,
            rate: Number::scaled(5, 2),
            leaf_samples: 20,
            sample_share: Number::scaled(7, 1),
            seed: 1,
        }
    }
}

/// Trains by the parameters on the bars of the main instrument among the events; what `quantmesh ai train` calls.
///
/// # Errors
/// [`BuildError`] for a feature that is none, or too few bars.
pub fn train_on_events(
    training: Training,
    setup: &Setup,
    events: &mut dyn Iterator<Item = Event>,
) -> Result<Trained, BuildError> {
    let instrument = setup.instrument()?;
    let main = instrument.id();
    let bars: Vec<Bar> = events
        .filter_map(|event| match event {
            Event::Bar { instrument, bar } if instrument == main => Some(bar),
            _ => None,
        })
        .collect();
    if bars.is_empty() {
        let message =
            "the data holds no bars of this instrument, and features are made of closed bars; give it bars";
        return Err(BuildError::new("data", message));
    }
    let mut training = training;
    if training.taker_fee_bps.is_none() {
        // A rate is a billionth, and a basis point a ten-thousandth.
        training.taker_fee_bps = Some(Number::scaled(instrument.fees().taker.nanos(), 5));
    }
    let model = train(training, instrument.symbol(), &bars)?;
    let bytes = model.to_json().map_err(|error| BuildError::new("model", error.to_string()))?.into_bytes();
    Ok(Trained { bytes, summary: model.summary() })
}

/// Trains by the parameters on these bars of an instrument with this symbol.
///
/// # Errors
/// [`BuildError`] for a feature that is none, too few bars, or labels that are all alike.
pub fn train(mut training: Training, symbol: &str, bars: &[Bar]) -> Result<Model, BuildError> {
    if training.features.is_empty() {
        training.features = FEATURES.map(str::to_owned).to_vec();
    }
    let places = places(&training.features).map_err(|what| BuildError::new("features", what))?;
    let interval_nanos = interval_nanos(bars);
    if interval_nanos <= 0 && !bars.is_empty() {
        let message = "most of the bars close when they open, so it can't be told how long they are; give bars with both times";
        return Err(BuildError::new("data", message));
    }
    let all = samples(bars, training.horizon as usize);
    let course = Course { training: &training, places: &places, all: &all, rule: training.rule() };
    let tested = course.held_out()?;
    let seen: Vec<_> = course.purge(false).training(&all, &tested).collect();
    // What reaches into the bars kept back is in no fold either.
    let known = all.get(..seen.len()).unwrap_or_default();
    let mut scores = Vec::new();
    let mut judged = Vec::new();
    let after = training.validation == Validation::KFold;
    for fold in folds(known.len(), training.folds as usize, after) {
        let seen: Vec<_> = course.purge(after).training(known, &fold).collect();
        let predictor = course.fit(&seen)?;
        let fold = course.judge(&predictor, known.get(fold).unwrap_or_default());
        scores.push(Score::of(&fold, &course.rule));
        judged.extend(fold);
    }
    let predictor = course.fit(&seen)?;
    let test = course.judge(&predictor, all.get(tested).unwrap_or_default());
    Ok(Model {
        format: FORMAT,
        features_version: FEATURES_VERSION,
        features: training.features.clone(),
        symbol: symbol.to_owned(),
        interval_nanos,
        trained: Span::of(&seen),
        folds: scores,
        validation: Score::of(&judged, &course.rule),
        test: Score::of(&test, &course.rule),
        predictor,
        training,
    })
}

/// One training with its data.
struct Course<'a> {
    training: &'a Training,
    places: &'a [usize],
    all: &'a [Sample],
    rule: Rule,
}

impl Course<'_> {
    /// The samples kept back.
    fn held_out(&self) -> Result<std::ops::Range<usize>, BuildError> {
        const FEWEST: usize = 200;
        let count = self.all.len();
        if count < FEWEST {
            let message = format!(
                "the bars give {count} samples with a vector and a label; at least {FEWEST} are needed, so give more history"
            );
            return Err(BuildError::new("data", message));
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of samples stay far below 2⁵³")]
        let kept = count as f64 * (1.0 - self.training.holdout.to_f64());
        let first = sdk::whole(kept, sdk::Rounding::Down).and_then(|first| usize::try_from(first).ok());
        Ok(first.unwrap_or(0)..count)
    }

    const fn purge(&self, after: bool) -> Purge {
        let Training { horizon, embargo, .. } = self.training;
        Purge { horizon: *horizon as usize, embargo: *embargo as usize, after }
    }

    fn fit(&self, seen: &[&Sample]) -> Result<Predictor, BuildError> {
        const FEWEST: usize = 30;
        let training = self.training;
        if seen.len() < FEWEST {
            let message = format!(
                "{} folds leave {} samples to train on, and {FEWEST} are the fewest; take fewer folds, a shorter horizon or embargo, or more history",
                training.folds,
                seen.len()
            );
            return Err(BuildError::new("folds", message));
        }
        let rows: Vec<Vec<f64>> =
            seen.iter().map(|sample| pick(&sample.vector, self.places).collect()).collect();
        let up: Vec<bool> = seen.iter().map(|sample| sample.up).collect();
        Ok(match training.model {
            Kind::Logistic => Predictor::Logistic(
                Logistic::fit(&rows, &up, training.ridge.to_f64())
                    .map_err(|what| BuildError::new("data", format!("the logistic model: {what}")))?,
            ),
            Kind::BoostedTrees => Predictor::BoostedTrees(BoostedTrees::grow(&rows, &up, &training.growth())),
        })
    }

    fn judge<'s>(&self, predictor: &Predictor, samples: &'s [Sample]) -> Vec<(&'s Sample, f64)> {
        let odds =
            |sample: &Sample| predictor.log_odds(&pick(&sample.vector, self.places).collect::<Vec<_>>());
        samples.iter().map(|sample| (sample, odds(sample))).collect()
    }
}

impl Training {
    /// By which rule the scores trade.
    fn rule(&self) -> Rule {
        Rule {
            direction: self.direction,
            threshold: threshold(self.confidence.to_f64()),
            fee: self.taker_fee_bps.map_or(0.0, |fee| fee.to_f64() / 10_000.0),
        }
    }

    fn growth(&self) -> Growth {
        Growth {
            trees: self.trees,
            depth: self.depth,
            rate: self.rate.to_f64(),
            leaf_rows: self.leaf_samples as usize,
            ridge: 1.0,
            row_share: self.sample_share.to_f64(),
            seed: u64::from(self.seed),
        }
    }
}
