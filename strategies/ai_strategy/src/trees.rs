//! Boosted trees: small decision trees whose leaves add up to log-odds; how they are read. How they grow is in
//! `growth`.

use serde::{Deserialize, Serialize};

/// A sum of trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoostedTrees {
    /// Log-odds before the first tree.
    pub bias: f64,
    /// The trees, each a list of nodes that begins with its root.
    pub trees: Vec<Vec<Node>>,
}

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// Goes on at node `low` where the feature is below `at`, else at node `high`.
    Split {
        /// Which of the model's features.
        feature: usize,
        /// Where.
        at: f64,
        /// The node for what is below; behind this one.
        low: usize,
        /// The node for the rest; behind this one.
        high: usize,
    },
    /// What the tree adds.
    Leaf(f64),
}

impl BoostedTrees {
    /// Log-odds of "up".
    #[must_use]
    pub fn log_odds(&self, values: &[f64]) -> f64 {
        self.trees.iter().fold(self.bias, |sum, tree| sum + leaf(tree, values))
    }

    /// Whether it can be used with so many features.
    pub(crate) fn check(&self, features: usize) -> Result<(), String> {
        for (number, tree) in self.trees.iter().enumerate() {
            for (place, node) in tree.iter().enumerate() {
                let Node::Split { feature, low, high, .. } = node else { continue };
                // A node leads only to later ones, so no walk is endless.
                let later = |next: &usize| *next > place && *next < tree.len();
                if *feature >= features || !later(low) || !later(high) {
                    return Err(format!("node {place} of tree {number} leads nowhere"));
                }
            }
        }
        if self.trees.iter().any(Vec::is_empty) { Err("a tree has no node".to_owned()) } else { Ok(()) }
    }
}

/// The leaf that these values end in.
pub(crate) fn leaf(tree: &[Node], values: &[f64]) -> f64 {
    let mut place = 0;
    loop {
        match tree.get(place) {
            Some(Node::Split { feature, at, low, high }) => {
                let value = values.get(*feature).copied().unwrap_or(0.0);
                place = if value < *at { *low } else { *high };
            }
            Some(Node::Leaf(value)) => return *value,
            None => return 0.0,
        }
    }
}
