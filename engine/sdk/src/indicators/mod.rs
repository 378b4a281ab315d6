//! Streaming indicators: one value in, one value out, in constant time and without allocation.

mod moving_average;

pub use moving_average::{Ema, Sma};
