//! The heart: one pure step from an event to commands.
//!
//! [`Kernel::step`] takes in a fact, asks the strategy it concerns, has the gate judge its wishes, and writes
//! what is to be done into the [`Outbox`]. It reads no clock, does no I/O and knows nothing of who feeds it: a
//! backtest, paper trading and live trading are three ways to call the same function.

mod book;
mod desk;
mod error;
mod outbox;
mod setup;
mod step;
mod stop;
mod taken;
mod term;

pub use desk::LiveOrder;
pub use error::KernelError;
pub use outbox::{Outbox, Remark};
pub use setup::{KernelSetup, Seat};
pub use step::Kernel;
pub use term::Term;
