//! A simulated exchange: an order book with matching, cautious fills of our own orders on bars, trades, quotes and replayed
//! order books, and the wire between it and us.

pub mod book;
mod latency;
mod sim;
mod wire;

pub use latency::{Latency, LatencyRow, Tail};
pub use sim::{Execution, Exponent, Fills, MarketFill, Path, Queue, SimExchange, Touch};
pub use wire::Wire;
