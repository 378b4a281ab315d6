//! For strategy authors' tests: tapes as text, one `check()`, random tapes by seed, and the way to the shared data.
//!
//! Everything here runs a strategy through the same kernel and the same simulated exchange as a backtest does.

mod check;
mod lab;
mod random;
mod shared;

pub use check::check;
pub use lab::{Lab, LabError};
pub use random::{Seed, random_bars};
pub use shared::{shared, shared_or_skip};
