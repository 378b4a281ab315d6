//! A plugin. Its author wrote it against version 1 of the interface; with `method_written` they have answered version 2.
#![expect(
    unsafe_code,
    reason = "a name that can be looked up in a library may clash with another, so it is unsafe to give one"
)]

use interface::{Bar, Plugin};

/// Buys at the last close.
#[derive(Debug, Default)]
pub struct LastClose;

impl Plugin for LastClose {
    #[cfg(feature = "method_written")]
    fn units(&self, budget: u64, most: u64) -> u64 {
        budget.min(most)
    }

    fn price(&self, bars: &[Bar]) -> f64 {
        bars.last().map_or(0.0, |bar| bar.close)
    }
}

/// The entry that a program looks up.
#[unsafe(no_mangle)]
pub extern "Rust" fn stale_plugin() -> Box<dyn Plugin> {
    Box::new(LastClose)
}
