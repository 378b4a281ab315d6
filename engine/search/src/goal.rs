//! A goal: a metric and the way it should go.

use std::fmt;

/// A metric and the way it should go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// The metric's name.
    pub metric: String,
    /// Whether less of it is better.
    pub minimise: bool,
}

impl Goal {
    /// What is to be made small: the metric itself, or its negative. What is not defined costs more than anything that is.
    #[must_use]
    pub fn cost(&self, value: Option<f64>) -> f64 {
        match value.filter(|value| !value.is_nan()) {
            None => f64::INFINITY,
            Some(value) if self.minimise => value,
            Some(value) => -value,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.metric, if self.minimise { "min" } else { "max" })
    }
}
