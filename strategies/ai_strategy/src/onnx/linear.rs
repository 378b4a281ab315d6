//! Linear models of the ONNX-ML operators: a weighted sum of the row for each class or target.

use rten_onnx::onnx::NodeProto;

use super::attributes::{classes, floats};
use super::step::Post;
use super::table::Table;

/// Weights by class, class after class, and what is added to each.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    weights: Vec<f32>,
    added: Vec<f32>,
    /// How many sums.
    sums: usize,
    /// Two classes, and a sum for one of them.
    alone: bool,
    post: Post,
}

impl Linear {
    pub(super) fn read(node: &NodeProto) -> Result<Self, String> {
        let (weights, added) = (floats(node, "coefficients").to_vec(), floats(node, "intercepts").to_vec());
        let sums = added.len().max(1);
        if weights.is_empty() || !weights.len().is_multiple_of(sums) {
            return Err(format!("{} weights for {sums} sums can't be", weights.len()));
        }
        Ok(Self { weights, added, sums, alone: sums == 1 && classes(node) == 2, post: Post::read(node)? })
    }

    pub(super) fn run(&self, row: &Table) -> Result<Table, String> {
        let each = self.weights.len() / self.sums;
        if row.rows != 1 || row.columns != each {
            return Err(format!(
                "it takes one row of {each} numbers, and gets {} × {}",
                row.rows, row.columns
            ));
        }
        let scores: Vec<f64> = self
            .weights
            .chunks(each)
            .enumerate()
            .map(|(at, weights)| {
                let pairs = weights.iter().zip(&row.data);
                let sum: f64 = pairs.map(|(weight, value)| f64::from(*weight) * f64::from(*value)).sum();
                sum + f64::from(self.added.get(at).copied().unwrap_or(0.0))
            })
            .collect();
        let scores = match scores[..] {
            [score] if self.alone => self.post.run_alone(score),
            _ => self.post.run(&scores),
        };
        Ok(Table::row(scores.into_iter().map(super::table::single).collect()))
    }
}
