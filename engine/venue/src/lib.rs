//! A simulated exchange: an order book with matching, and cautious fills of our own orders on bars, trades and quotes.

pub mod book;
mod sim;

pub use sim::{Execution, MarketFill, Path, SimExchange, Touch};
