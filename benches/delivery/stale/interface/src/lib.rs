//! What a program and its library agree on. Without features it is version 1; each feature makes a version 2 of it, changed
//! as interfaces change: by one field, or by one method.

/// A bar.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    /// When it closed, in seconds.
    pub close_time: i64,
    /// Its last price.
    pub close: f64,
    /// What was traded.
    #[cfg(feature = "field")]
    pub volume: f64,
}

/// What a library brings.
pub trait Plugin {
    /// How many units to hold, given what there is to spend and the most units allowed.
    #[cfg(feature = "method")]
    fn units(&self, budget: u64, most: u64) -> u64;

    /// The price to buy at: the last close.
    fn price(&self, bars: &[Bar]) -> f64;
}
