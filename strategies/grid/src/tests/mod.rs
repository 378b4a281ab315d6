//! Tests of the grid without the engine: a small exchange drives it, tables and random walks say what must hold.

pub(crate) mod exchange;
mod funding;
mod ladders;
mod refusals;
mod restarts;
mod tables;
mod walks;
