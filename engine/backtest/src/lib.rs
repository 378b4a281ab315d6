//! History through kernel and venue: the driver of a backtest, its end, and the replay of its decisions.

mod error;
mod feed;
mod journal;
mod lookahead;
mod margin;
mod recording;
mod replay;
mod run;

pub use error::BacktestError;
pub use feed::{Feed, Stream};
pub use journal::{Divergence, Entry, Journal};
pub use lookahead::{Lookahead, LookaheadError, lookahead};
pub use recording::Recording;
pub use replay::ReplaySetup;
pub use run::{Backtest, BacktestSetup, EndOfRun, Outcome};
