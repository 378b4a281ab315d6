//! History through kernel and venue: the driver of a backtest, its end, and the replay of its decisions.

mod error;
mod feed;
mod journal;
mod margin;
mod replay;
mod run;

pub use error::BacktestError;
pub use feed::{Feed, Stream};
pub use journal::{Divergence, Entry, Journal};
pub use replay::{Recording, ReplaySetup};
pub use run::{Backtest, BacktestSetup, EndOfRun, Outcome};
