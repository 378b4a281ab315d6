//! What a model file says of itself to a person.

use std::fmt::Write;

use crate::model::{Model, Predictor};
use crate::score::Score;

impl Model {
    /// What it is and how good it is, in a few lines.
    #[must_use]
    pub fn summary(&self) -> String {
        let kind = match &self.predictor {
            Predictor::Logistic(_) => "a logistic model".to_owned(),
            Predictor::BoostedTrees(model) => format!("{} boosted trees", model.trees.len()),
        };
        let mut text = format!(
            "{kind} over {} features of {}, trained on {} samples\n",
            self.features.len(),
            self.symbol,
            self.trained.samples
        );
        let mut row = |name: String, score: &Score| {
            let _ = writeln!(
                text,
                "{name:<18} {:>5} samples: {:5.1} % right (always up: {:5.1} %), log loss {:.4}, return {:8.2} % in {} trades (hold: {:8.2} %, flat: {:.2} %)",
                score.span.samples,
                score.right * 100.0,
                score.always_up * 100.0,
                score.log_loss,
                score.return_pct,
                score.trades,
                score.hold_pct,
                score.flat_pct,
            );
        };
        for (number, fold) in self.folds.iter().enumerate() {
            row(format!("fold {}", number + 1), fold);
        }
        row("all folds".to_owned(), &self.validation);
        row("kept back".to_owned(), &self.test);
        text.push_str("out of sample, one position of all the equity, after taker fees\n");
        text
    }
}
