//! For strategy authors' tests: tapes as text, one `check()`, the contract that every strategy keeps, random tapes by seed, an
//! unreliable exchange, runs with conditions left out, and the way to the shared data.
//!
//! Everything here runs a strategy through the same kernel and the same simulated exchange as a backtest does.

mod check;
mod conditions;
mod contract;
mod desk;
mod faults;
mod lab;
mod random;
mod shared;

pub use check::check;
pub use conditions::{Conditions, Figures, daily_bars};
pub use contract::{Broken, Contract};
pub use desk::{Desk, Placed, texts};
pub use faults::{Faults, UnreliableExchange};
pub use lab::{Lab, LabError};
pub use random::{Seed, random_bars, random_events};
pub use shared::{shared, shared_or_skip};
